//! What a person is shown of a trial: who asked what, what came back, and the same by hand.

use crate::evidence::{ANONYMOUS, ActorFact, Attempt, Exchange, Run, Trial};
use crate::verdict::Exhibit;

/// Attempt, read-back and control, side by side.
pub(super) fn exhibits(run: &Run, trial: &Trial, attempt: &Attempt, note: &str, after: &str) -> Vec<Exhibit> {
    let mut shown = Vec::new();
    let label = match attempt.relation.as_str() {
        "anonymous" => "nobody",
        "same tenant" => "colleague",
        "staff" => "staff",
        _ => "other",
    };
    let telling = attempt.exchanges.iter().find(|exchange| !exchange.sightings.is_empty()).or(attempt.exchanges.last());
    shown.extend(telling.map(|exchange| exhibit(run, label, &attempt.actor, exchange, note)));
    if let (Some(witness), Some(_)) = (&trial.witness, &trial.after) {
        shown.push(Exhibit {
            label: "read back".into(),
            actor: person(&trial.owner),
            request: witness.action.clone(),
            status: 200,
            bytes: 0,
            note: after.to_owned(),
            curl: String::new(),
        });
    }
    let control = trial.control.as_ref();
    // Whoever may is most often the owner, and sometimes somebody else who decides on what the owner made.
    let able =
        |exchange: &Exchange| run.actors.iter().find(|actor| actor.name == exchange.actor).unwrap_or(&trial.owner);
    shown
        .extend(control.map(|exchange| exhibit(run, "owner", able(exchange), exchange, "the same by the one who may")));
    shown
}

/// One exchange for people.
pub(super) fn exhibit(run: &Run, label: &str, actor: &ActorFact, exchange: &Exchange, note: &str) -> Exhibit {
    Exhibit {
        label: label.to_owned(),
        actor: person(actor),
        request: request(exchange),
        status: exchange.status,
        bytes: exchange.bytes,
        note: note.to_owned(),
        curl: curl(run, actor, exchange),
    }
}

/// `GET /projects/7`, with what it said beside that.
fn request(exchange: &Exchange) -> String {
    let added = exchange.added.iter().map(|(name, value)| format!(" · {name}: {value}"));
    format!("{} {}{}", exchange.method, exchange.path, added.collect::<String>())
}

/// `olga (amber)`; `nobody` for anonymous.
pub(super) fn person(actor: &ActorFact) -> String {
    if actor.name == ANONYMOUS {
        "nobody".to_owned()
    } else if actor.tenant == actor.name || actor.tenant.is_empty() {
        actor.name.clone()
    } else {
        format!("{} ({})", actor.name, actor.tenant)
    }
}

/// The same by hand; what signs the actor in is a variable.
fn curl(run: &Run, actor: &ActorFact, exchange: &Exchange) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut line = "curl -i".to_owned();
    if exchange.method != "GET" {
        line.push_str(&format!(" -X {}", exchange.method));
    }
    if actor.name != ANONYMOUS {
        let name: String =
            actor.name.to_uppercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        line.push_str(&format!(" -H \"${name}\""));
    }
    for (name, value) in &exchange.added {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(sent) = &exchange.sent {
        line.push_str(&format!(" -H 'content-type: application/json' -d {}", quoted(&sent.to_string())));
    }
    let path = if exchange.path.starts_with("http") {
        exchange.path.clone()
    } else {
        format!("{}{}", run.facts.run.url, exchange.path)
    };
    format!("{line} {}", quoted(&path))
}
