//! DE08: error answers hold a reference, no stack trace or internals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::signs;
use crate::checks::Check;
use crate::client::{Body, Purpose};
use crate::error::Result;
use crate::evidence::{Document, Dossier, Exchange, Reading, Trial};
use crate::verdict::{Cause, Dimension, Exhibit, Finding, Severity, Strength, Verdict};
use crate::walk::objects::Way;
use crate::walk::{Call, Who, World};

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE08",
    dimension: Dimension::Detection,
    severity: Severity::Prevents,
    title: "error answers hold a reference, no stack trace or internals",
    why: "A stack trace tells an attacker which versions, files and queries there are, and tells a customer that \
          nobody was expecting this.",
    how: "Every error answer of the walk, and a few that it provokes, is searched for traces, file paths, SQL and \
          frameworks' debug pages; a reference that support can look up must stand in it.",
    references: &["OWASP API8:2023", "ASVS 5.0 16.5.1", "ASVS 5.0 13.4.2", "CWE-209", "RFC 9457"],
    fix: "Let one handler answer everything unexpected, with a reference and nothing else, and log the rest under \
          that reference.",
    built: true,
};

/// Most actions that malformed input is sent to.
const ACTIONS_MAX: usize = 12;
/// Bytes of a value that is longer than anybody means.
const LONG_BYTES: usize = 256 * 1024;
/// Stands for the answers of a path that nobody made.
const NOWHERE: &str = "GET a path that does not exist";
/// Stands for all error answers.
const REFERENCE: &str = "error answers · a reference";

/// One provoked error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provoked {
    /// The action, or what stands for it.
    pub action: String,
    /// `malformed JSON`, `wrong types` …
    pub how: String,
    /// Request and answer.
    pub exchange: Exchange,
    /// Names of the answer's headers and fields under which a reference stands.
    pub references: Vec<String>,
    /// The service gave no answer to this, and none for a while after.
    pub died: bool,
}

impl Document for Provoked {
    const KIND: &'static str = "provoked";
}

/// Provokes errors with a missing page, malformed and oversized input, wrong types and odd keys.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let nonce = world.nonce.clone();
    let who = (0..world.actors.len()).find(|at| world.actors[*at].alive);
    let mut planned: Vec<(String, &str, Who, Call, Option<usize>)> = vec![
        (NOWHERE.into(), "nobody asks", None, Call::get(format!("/plim-{nonce}-nothing")), None),
        (NOWHERE.into(), "somebody signed in asks", who, Call::get(format!("/plim-{nonce}-nothing/'\"%3C%25")), None),
    ];
    for action in chosen(world) {
        planned.extend(odd_calls(world, action, who));
    }
    let total = planned.len() as u64;
    world.progress.total(Dimension::Detection, total);
    for (done, (action, how, who, call, number)) in planned.into_iter().enumerate() {
        let asked = world.ask(who, &call, Purpose::Other).await;
        let references = references(&asked.answer.headers, &asked.answer.text());
        let died = world.fell_silent;
        let mut exchange = asked.exchange;
        // A long value that was sent is no evidence by its letters.
        if let Some(sent) = exchange.sent.as_mut().filter(|sent| sent.to_string().len() > 4096) {
            *sent = json!(format!("{} bytes", sent.to_string().len()));
        }
        world.store.add(&Provoked { action, how: how.into(), exchange, references, died })?;
        world.progress.step(Dimension::Detection, done as u64 + 1);
        let lives = match number {
            _ if !died => true,
            Some(action) => world.is_back_after(action).await?,
            None => world.target.is_healthy(&world.client).await,
        };
        if !lives {
            break;
        }
    }
    Ok(())
}

/// Actions that malformed input may be sent to: such as make objects of this walk's own, and such as read one.
fn chosen(world: &World<'_>) -> Vec<usize> {
    let producers: Vec<usize> = (world.ways.values())
        .filter_map(|way| if let Ok(Way::Action(producer, _)) = way { Some(*producer) } else { None })
        .collect();
    let all = 0..world.catalogue.actions.len();
    let allowed = all.filter(|at| {
        let action = world.action(*at);
        let reads_one = action.verb == "GET" && world.slots.of(*at).len() == 1;
        let shape = crate::plan::shape(action, world.slots.of(*at).len());
        let harmless = !shape.personal && !world.avoided.contains_key(at) && world.left_out(*at).is_none();
        harmless && (reads_one || (producers.contains(at) && action.body.is_some()))
    });
    let mut chosen: Vec<usize> = allowed.collect();
    // Both kinds are among the few that are chosen.
    chosen.sort_by_key(|at| (world.slots.of(*at).len(), world.action(*at).verb == "GET"));
    chosen.truncate(ACTIONS_MAX);
    chosen
}

/// The odd requests for one action.
fn odd_calls(world: &World<'_>, at: usize, who: Who) -> Vec<(String, &'static str, Who, Call, Option<usize>)> {
    let action = world.action(at);
    let name = action.name();
    let keys: BTreeMap<usize, String> = (world.slots.of(at).iter())
        .filter_map(|(slot, _)| Some((*slot, world.objects[*world.standing.get(&(*slot, who?))?].key().to_owned())))
        .collect();
    let call = |path: String, body: Body| Call { method: action.verb.clone(), path, body, ..Call::default() };
    let planned = |how, call| (name.clone(), how, who, call, Some(at));
    let mut odd = Vec::new();
    if action.verb == "GET" {
        for (how, key) in [
            ("a quote for a key", "'"),
            ("a word for a key", "plim-odd"),
            ("a huge number for a key", "99999999999999999999"),
        ] {
            let keys = world.slots.of(at).iter().map(|(slot, _)| (*slot, key.to_owned())).collect();
            odd.extend(world.path_of(at, &keys).ok().map(|path| planned(how, call(path, Body::None))));
        }
        return odd;
    }
    let Ok(path) = world.path_of(at, &keys) else { return odd };
    odd.push(planned(
        "malformed JSON",
        call(path.clone(), Body::Raw("application/json".into(), b"{\"a\": [1, ".to_vec())),
    ));
    odd.push(planned(
        "another content type",
        call(path.clone(), Body::Raw("application/xml".into(), b"<a>&b;</a>".to_vec())),
    ));
    if let Some(good) = world.bodies.get(&at).filter(|good| good.is_object()) {
        odd.push(planned("wrong types", call(path.clone(), Body::Json(twisted(good)))));
        let mut long = good.clone();
        let first_text = long.as_object_mut().and_then(|fields| fields.values_mut().find(|value| value.is_string()));
        if let Some(value) = first_text {
            *value = Value::from("x".repeat(LONG_BYTES));
            odd.push(planned("a value of 256 kB", call(path, Body::Json(long))));
        }
    }
    odd
}

/// Objects where texts are asked for, texts where numbers are.
fn twisted(good: &Value) -> Value {
    let fields = good.as_object().into_iter().flatten().map(|(name, value)| {
        let other = match value {
            Value::String(_) => json!({"$ne": [1]}),
            Value::Number(_) => json!("plim-odd"),
            Value::Array(_) => json!(7),
            _ => json!([{"a": null}]),
        };
        (name.clone(), other)
    });
    Value::Object(fields.collect())
}

/// Where a reference stands that support could look up.
fn references(headers: &[(String, String)], body: &str) -> Vec<String> {
    const WORDS: &[&str] = &[
        "request_id",
        "requestid",
        "correlation_id",
        "correlationid",
        "trace_id",
        "traceid",
        "traceparent",
        "error_id",
        "errorid",
        "event_id",
        "eventid",
        "reference",
        "incident",
        "instance",
        "ref",
        "x_ray",
        "cf_ray",
        "trace",
        "support_id",
        "log_id",
    ];
    let is_one = |name: &str| {
        let name = name.to_lowercase().replace('-', "_");
        WORDS
            .iter()
            .any(|word| name == *word || name.ends_with(&format!("_{word}")) || (word.len() > 8 && name.contains(word)))
    };
    let mut found: Vec<String> = headers
        .iter()
        .filter(|(name, value)| is_one(name) && !value.is_empty())
        .map(|(name, _)| name.clone())
        .collect();
    match serde_json::from_str::<Value>(body) {
        Ok(value) => {
            let named = crate::compare::leaves(&value).into_iter().filter(|(path, text)| {
                let name = path.rsplit(['.', ']']).next().unwrap_or_default();
                // The path of the request is no reference to what happened.
                is_one(name) && text.len() >= 4 && !text.starts_with('/')
            });
            found.extend(named.map(|(path, _)| path));
        }
        Err(_) => {
            let words: Vec<String> =
                body.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
            let says = ["reference", "referenz", "incident"].iter().find(|word| words.iter().any(|own| own == *word));
            found.extend(says.map(|word| (*word).to_owned()));
        }
    }
    found
}

/// One finding for each action whose error answers show internals, and one for references.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let provoked: Vec<(&str, Provoked)> = dossier.all();
    if provoked.is_empty() {
        return Vec::new();
    }
    let trials: Vec<(&str, Trial)> = dossier.all();
    let mut answers: Vec<(&str, &str, &str, &Exchange)> = Vec::new();
    for (digest, one) in &provoked {
        answers.push((digest, &one.action, &one.how, &one.exchange));
    }
    for (digest, trial) in &trials {
        for exchange in trial.attempts.iter().flat_map(|attempt| &attempt.exchanges).chain(&trial.control) {
            answers.push((digest, &trial.action, "in the walk", exchange));
        }
    }
    let mut findings: BTreeMap<String, Finding> = BTreeMap::new();
    for (digest, action, how, exchange) in answers {
        if !is_error(exchange) {
            continue;
        }
        let sign = signs::find(&exchange.answer);
        let (verdict, words) = match &sign {
            Some((shows, piece)) => {
                (Verdict::Gap, format!("{how}: the answer {} shows {shows}: {piece}", exchange.status))
            }
            None => (Verdict::Holds, "no error answer shows internals".to_owned()),
        };
        let known =
            findings.get(action).is_some_and(|known| known.verdict == Verdict::Gap || verdict == Verdict::Holds);
        if !known {
            let exhibit = exhibit(how, exchange, sign.map(|(shows, _)| shows).unwrap_or_default());
            findings.insert(
                action.to_owned(),
                Finding { exhibits: vec![exhibit], ..finding(action, verdict, words, digest) },
            );
        }
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    findings.push(judge_references(&provoked));
    findings
}

/// Errors by their code, and successes with an error inside.
fn is_error(exchange: &Exchange) -> bool {
    exchange.status >= 400 || exchange.reading == Reading::SoftDenial
}

fn judge_references(provoked: &[(&str, Provoked)]) -> Finding {
    let errors: Vec<&(&str, Provoked)> = provoked.iter().filter(|(_, one)| is_error(&one.exchange)).collect();
    let Some((digest, _)) = errors.first() else {
        let words = "no error answer could be provoked".to_owned();
        let digest = provoked.first().map_or("", |(digest, _)| digest);
        return Finding { cause: Some(Cause::Undecided), ..finding(REFERENCE, Verdict::Unproven, words, digest) };
    };
    match errors.iter().find(|(_, one)| one.references.is_empty()) {
        None => {
            let stands: Vec<&str> = errors[0].1.references.iter().map(String::as_str).collect();
            let words = format!("all {} error answers name one: {}", errors.len(), stands.join(", "));
            finding(REFERENCE, Verdict::Holds, words, digest)
        }
        Some((digest, one)) => {
            let words = format!(
                "{} {} ({}) answers {} and names nothing that support could look up",
                one.exchange.method, one.exchange.path, one.how, one.exchange.status
            );
            let exhibits = vec![exhibit(&one.how, &one.exchange, "no reference")];
            Finding { exhibits, ..finding(REFERENCE, Verdict::Suspected, words, digest) }
        }
    }
}

fn finding(subject: &str, verdict: Verdict, words: String, digest: &str) -> Finding {
    Finding {
        check: CHECK.id.into(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Fact,
        words,
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}

fn exhibit(how: &str, exchange: &Exchange, note: &str) -> Exhibit {
    Exhibit {
        label: how.to_owned(),
        actor: exchange.actor.clone(),
        request: format!("{} {}", exchange.method, exchange.path),
        status: exchange.status,
        bytes: exchange.bytes,
        note: note.to_owned(),
        curl: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stand_in_headers_fields_and_texts() {
        let of = |headers: &[(&str, &str)], body: &str| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            references(&headers, body)
        };
        assert_eq!(of(&[("x-request-id", "7f3a")], ""), ["x-request-id"]);
        assert_eq!(of(&[], r#"{"error":{"traceId":"abc123"}}"#), ["error.traceId"]);
        assert_eq!(of(&[], "<p>Reference: 7f3a</p>"), ["reference"]);
        assert!(of(&[("content-type", "text/html")], r#"{"instance":"/notes/1","error":"x"}"#).is_empty());
        assert!(of(&[], r#"{"detail":"not found"}"#).is_empty());
    }

    #[test]
    fn every_type_is_twisted() {
        let good = json!({"a": "x", "b": 1, "c": [1], "d": true});
        let twisted = twisted(&good);
        for (name, value) in good.as_object().unwrap() {
            assert_ne!(std::mem::discriminant(value), std::mem::discriminant(&twisted[name]), "{name}");
        }
    }
}
