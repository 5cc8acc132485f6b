//! DE03: the health endpoint tells the truth when the database dies, and recovers.

use super::outage::{Look, Outage};
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Exhibit, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE03",
    dimension: Dimension::Detection,
    severity: Severity::Blocks,
    title: "the health endpoint tells the truth when the database dies, and recovers",
    why: "A health page that says 'ok' from memory keeps a dead service in rotation and its monitor quiet.",
    how: "The database is taken away: by a lock of somebody else's on an SQLite file, by cutting the audit's own proxy \
          before any other, or by the manifest's command. Health must say so within its stated time, and be well again \
          after the database is back, without a restart. That the fault bites is shown by a request that needs the \
          database and fails.",
    references: &["ASVS 5.0 16.5.2", "SOC 2 A1.2", "RFC 9110 15.6.4 (503)"],
    fix: "Let health do the cheapest real query of a table with a short limit of time, and on SQLite a write that is \
          taken back.",
    built: true,
};

/// Words by which a body says that something is wrong.
const WRONG: &[&str] = &[
    "down",
    "fail",
    "failed",
    "failing",
    "failure",
    "error",
    "unhealthy",
    "degraded",
    "unavailable",
    "critical",
    "false",
    "not_ready",
    "unreachable",
    "timeout",
    "disconnected",
    "broken",
];

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Outage)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let subject = if seen.health.is_empty() { "health".to_owned() } else { format!("GET {}", seen.health) };
    let say = say(&CHECK, subject, digest);
    if let Some(why) = &seen.untried {
        return vec![say.untried(why)];
    }
    let Some(asked) = seen.endpoints.first() else { return vec![say.undecided("no health endpoint was asked")] };
    if !asked.before.is_well() {
        return vec![say.undecided(format!("it answered {} before anything was wrong", asked.before.status))];
    }
    let away = seen.fault.map_or("the database was away", |kind| kind.words());
    let say = say.showing(exhibits(seen));
    // One that only says that the process runs may stand beside one that says more.
    let told = seen.endpoints.iter().find_map(|one| {
        let look = one.during.iter().find(|look| says_wrong(look, &one.before))?;
        Some((one, look))
    });
    let bites = seen.needs.iter().find(|(_, during)| during.status == 0 || 500 <= during.status);
    vec![match (told, bites) {
        (None, None) => say.undecided(format!(
            "it stayed well while {away}, and so did everything else that was asked: the fault did not bite"
        )),
        (None, Some((_, failed))) => say.gap(format!(
            "it answered {} while {away}, for {} s; {} {}",
            asked.during.last().map_or(0, |look| look.status),
            asked.during.last().map_or(0, |look| look.after_ms / 1000),
            failed.what,
            answered(failed)
        )),
        (Some((one, look)), _) => match one.after.last() {
            Some(last) if last.is_well() && !says_wrong(last, &one.before) => {
                let name = if one.before.what == asked.before.what { "it" } else { &one.before.what };
                let how = if look.is_well() { "said so in its words, with a 2xx".to_owned() } else { answered(look) };
                let seconds = look.after_ms / 1000;
                say.holds(format!("{name} {how} after {seconds} s while {away}, and was well again by itself"))
            }
            Some(last) => say.gap(format!(
                "it was not well again {} s after the database was back: it {}",
                last.after_ms / 1000,
                answered(last)
            )),
            None => say.undecided("nobody looked whether it came back"),
        },
    }]
}

fn answered(look: &Look) -> String {
    if look.status == 0 { "gave no answer".into() } else { format!("answered {}", look.status) }
}

/// Whether an answer says that something is wrong: by its code, or by a word that was not there when all was well.
pub(super) fn says_wrong(look: &Look, well: &Look) -> bool {
    if !look.is_well() {
        return true;
    }
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
    };
    let (now, before) = (words(&look.text), words(&well.text));
    WRONG.iter().any(|word| {
        let count = |words: &[String]| words.iter().filter(|own| own == word).count();
        count(&before) < count(&now)
    })
}

fn exhibits(seen: &Outage) -> Vec<Exhibit> {
    let one = |label: &str, look: &Look| Exhibit {
        label: label.to_owned(),
        actor: "nobody".into(),
        request: look.what.clone(),
        status: look.status,
        bytes: look.text.len() as u64,
        note: format!("after {} ms", look.after_ms),
        curl: String::new(),
    };
    let mut exhibits = Vec::new();
    for endpoint in &seen.endpoints {
        exhibits.push(one("before", &endpoint.before));
        exhibits.extend(endpoint.during.iter().take(3).map(|look| one("database away", look)));
        exhibits.extend(endpoint.after.last().map(|look| one("database back", look)));
    }
    exhibits
        .extend(seen.needs.iter().map(|(_, during)| Exhibit { actor: "signed in".into(), ..one("needs it", during) }));
    exhibits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_was_there_before_says_nothing() {
        let look = |status, text: &str| Look { status, text: text.into(), ..Look::default() };
        let well = look(200, r#"{"status":"ok","last_error":null,"error":0}"#);
        assert!(!says_wrong(&well, &well));
        assert!(says_wrong(&look(200, r#"{"status":"degraded","last_error":null,"error":0}"#), &well));
        assert!(says_wrong(&look(503, ""), &well) && says_wrong(&look(0, ""), &well));
        assert!(!says_wrong(&look(200, r#"{"status":"ok","uptime":12}"#), &well));
    }
}
