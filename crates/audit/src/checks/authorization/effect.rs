//! What happened in a trial, told from what was read and never from a status code.

use crate::canary::LENGTH_MIN;
use crate::compare::{changed, leaves};
use crate::evidence::{Attempt, Observation, Reading, Trial};

/// What the attempts of a trial did to the owner's object, in words; nothing where it is as it was.
pub fn effect(trial: &Trial) -> Option<String> {
    let (before, after, witness) = (trial.before.as_ref()?, trial.after.as_ref()?, trial.witness.as_ref()?);
    if before.exists && !after.exists {
        return Some("gone".to_owned());
    }
    if !before.exists && after.exists {
        return witness.shows_existence.then(|| "made".to_owned());
    }
    let moved: Vec<String> =
        changed(before, after, &witness.noise).into_iter().filter(|path| witness.shows.contains(path)).collect();
    let first = moved.first()?;
    let canaries: Vec<&String> = trial.attempts.iter().filter_map(|attempt| attempt.canary.as_ref()).collect();
    let seen = canaries.iter().any(|canary| carries(after, canary)) || stands_there_now(trial, before, after);
    // A list moves by itself: there, only the value that was sent is proof. In the object itself any change of what
    // the owner had set is.
    let in_list = moved.iter().all(|path| path.contains("[]"));
    if !canaries.is_empty() && !seen && in_list {
        return None;
    }
    let field = first.trim_start_matches("[]").trim_start_matches('.');
    Some(if field.is_empty() { "changed".to_owned() } else { format!("{field} changed") })
}

/// Whether something that an attempt sent stands there now, and did not before.
fn stands_there_now(trial: &Trial, before: &Observation, after: &Observation) -> bool {
    let sent =
        trial.attempts.iter().flat_map(|attempt| &attempt.exchanges).filter_map(|exchange| exchange.sent.as_ref());
    let mut texts = sent.flat_map(leaves).map(|(_, text)| text.to_lowercase());
    texts.any(|text| LENGTH_MIN <= text.len() && carries(after, &text) && !carries(before, &text))
}

/// Whether the attempts changed anything.
pub fn changed_something(trial: &Trial) -> bool {
    effect(trial).is_some()
}

/// Whether the object shows the value that this attempt sent, so that no other attempt can have done it.
pub fn shows_own_value(trial: &Trial, attempt: &Attempt) -> bool {
    let (Some(canary), Some(after)) = (&attempt.canary, &trial.after) else { return false };
    changed_something(trial) && carries(after, canary)
}

/// Whether the owner's own call on the same object worked, and was seen to work where there is a witness.
pub fn control_worked(trial: &Trial) -> bool {
    let succeeded = trial.control.as_ref().is_some_and(|control| control.reading == Reading::Success);
    succeeded && (trial.witness.is_none() || control_seen(trial))
}

/// Whether the witness saw the owner's own change.
pub fn control_seen(trial: &Trial) -> bool {
    let (Some(after), Some(settled), Some(witness)) = (&trial.after, &trial.settled, &trial.witness) else {
        return false;
    };
    after.exists != settled.exists
        || changed(after, settled, &witness.noise).iter().any(|path| witness.shows.contains(path))
}

/// The owner's canaries in the answers to an attempt, those in fields that anybody may see left out.
pub fn seen_by(trial: &Trial, attempt: &Attempt, public: &dyn Fn(&str, &str) -> bool) -> Vec<(String, String)> {
    let sightings = attempt.exchanges.iter().flat_map(|exchange| &exchange.sightings);
    let mut seen: Vec<(String, String)> = sightings
        .filter(|sighting| sighting.owner == trial.owner.name && !public(&sighting.noun, &sighting.field))
        .map(|sighting| {
            (sighting.canary.clone(), format!("{} of {}", sighting.field, crate::load_line::one(&sighting.noun)))
        })
        .collect();
    seen.dedup();
    seen
}

fn carries(look: &Observation, canary: &str) -> bool {
    look.fields.values().flatten().any(|text| text.to_lowercase().contains(canary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{look, trial};

    #[test]
    fn a_counter_that_moves_is_no_effect_and_a_title_is() {
        let mut trial = trial();
        trial.before = Some(look(&[("title", "a"), ("views", "1")]));
        trial.after = Some(look(&[("title", "a"), ("views", "2")]));
        assert_eq!(effect(&trial), None);
        trial.after = Some(look(&[("title", "b"), ("views", "2")]));
        assert_eq!(effect(&trial).as_deref(), Some("title changed"));
    }

    #[test]
    fn whatever_was_sent_may_be_what_a_list_shows() {
        let mut trial = trial();
        trial.attempts[0].canary = Some("plimnote".into());
        trial.attempts[0].exchanges[0].sent = Some(serde_json::json!({"note": "plimnote", "title": "plimtitle1"}));
        if let Some(witness) = &mut trial.witness {
            witness.shows = ["[].title".to_owned()].into();
        }
        trial.before = Some(look(&[("[].title", "a")]));
        trial.after = Some(look(&[("[].title", "plimtitle1")]));
        assert!(effect(&trial).is_some(), "another field is shown than the one that was made anew");
        trial.after = Some(look(&[("[].title", "somebody else's")]));
        assert_eq!(effect(&trial), None);
    }

    #[test]
    fn a_list_must_show_what_was_sent() {
        let mut trial = trial();
        trial.attempts[0].canary = Some("plimx".into());
        if let Some(witness) = &mut trial.witness {
            witness.shows = ["[].title".to_owned()].into();
        }
        trial.before = Some(look(&[("[].title", "a")]));
        trial.after = Some(look(&[("[].title", "somebody else's")]));
        assert_eq!(effect(&trial), None);
        trial.after = Some(look(&[("[].title", "PlimX")]));
        assert!(effect(&trial).is_some());
    }
}
