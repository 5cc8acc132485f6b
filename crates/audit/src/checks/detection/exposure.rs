//! What an event for the error tracker, or an alert, must not hold: secrets of those who walk, and what they wrote.

use crate::sinks::Arrival;
use crate::walk::World;

/// Shortest secret that cannot stand somewhere by chance.
const LENGTH_MIN: usize = 8;

/// What of an actor's stands in events for the tracker, by what it is and never by its value. `canary` is what he sent
/// with the request that failed.
pub(super) fn in_events(world: &World<'_>, arrived: &[Arrival], at: usize, canary: Option<String>) -> Vec<String> {
    let actor = &world.actors[at];
    let name = &actor.fact.name;
    let mut wanted: Vec<(String, String)> = Vec::new();
    for (key, value) in &actor.values {
        if ["password", "token", "key", "secret"].contains(&key.as_str()) {
            wanted.push((value.clone(), format!("the {key} of {name}")));
        }
    }
    wanted.extend(actor.session.cookies.values().map(|value| (value.clone(), format!("the session cookie of {name}"))));
    let mails = actor.identity.iter().filter(|(_, value)| value.contains('@'));
    wanted.extend(mails.map(|(_, value)| (value.clone(), format!("the mail address of {name}"))));
    wanted.extend(canary.map(|canary| (canary, format!("what {name} wrote"))));
    wanted.retain(|(value, _)| LENGTH_MIN <= value.len());
    let mut found: Vec<String> = wanted
        .into_iter()
        .filter(|(value, _)| {
            let escaped = serde_json::Value::from(value.as_str()).to_string();
            let escaped = escaped.trim_matches('"');
            arrived.iter().any(|one| one.is_error_event() && (one.text.contains(value) || one.text.contains(escaped)))
        })
        .map(|(_, what)| what)
        .collect();
    found.sort();
    found.dedup();
    found
}
