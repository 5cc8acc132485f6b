//! Who makes an object, and who reads one, as far as verbs, paths and words tell.

use super::names::{reference_base, singular, words};
use super::slots::{Named, Slot};
use crate::catalogue::path::{last_literal, place};
use crate::catalogue::{Action, Body, Catalogue};

/// Words of actions that make something.
const MAKING: &[&str] = &["new", "create", "add", "register", "insert", "save", "upload"];
/// Words of actions that read one thing.
const READING: &[&str] = &["get", "show", "read", "fetch", "view", "info", "find", "detail", "details", "describe"];

/// How likely an action makes the object that a slot asks for; lower is likelier.
pub(super) fn production_rank(action: &Action, place: &str, slot: &Slot, above: &str) -> Option<u32> {
    let own = |place: &str| place.strip_prefix(above).map(|rest| rest.trim_start_matches('/').to_owned());
    match action.verb.as_str() {
        "POST" | "PUT" | "PATCH" if place == above && !above.is_empty() => {
            Some(if action.verb == "POST" { 0 } else { 2 })
        }
        "POST" => {
            let last = last_literal(place)?;
            let ends_in_literal = !place.ends_with('}');
            if ends_in_literal && own(place).is_some_and(|rest| MAKING.contains(&rest.as_str())) {
                return Some(1);
            }
            if ends_in_literal && singular(last) == slot.noun {
                return Some(3);
            }
            let words = words(last);
            let named = words.iter().any(|word| singular(word) == slot.noun);
            let making = words.iter().any(|word| MAKING.contains(&word.as_str()));
            (ends_in_literal && named && making).then_some(4).or_else(|| {
                let before = place.trim_end_matches(&format!("/{last}"));
                let named = last_literal(before).is_some_and(|word| singular(word) == slot.noun);
                (ends_in_literal && named && MAKING.contains(&last)).then_some(4)
            })
        }
        // The client chooses the key.
        "PUT" if place == slot.place => Some(5),
        "PATCH" if place == slot.place => Some(6),
        _ => None,
    }
}

/// Whether an action says in its last literal that it makes what a name stands for: `patients.create` for `patient`.
pub(super) fn has_maker(catalogue: &Catalogue, name: &str) -> bool {
    let Some(noun) = reference_base(name) else { return false };
    catalogue.actions.iter().filter(|action| action.verb == "POST").any(|action| {
        let place = place(&action.path);
        let words = last_literal(&place).map(words).unwrap_or_default();
        words.iter().any(|word| MAKING.contains(&word.as_str())) && words.iter().any(|word| singular(word) == noun)
    })
}

/// Whether an action that is called with `POST` reads one thing of this noun, and asks for nothing but its key.
pub(super) fn reads_by_post(action: &Action, named: &[Named], slot: usize, noun: &str) -> bool {
    let place = place(&action.path);
    let words = last_literal(&place).map(words).unwrap_or_default();
    let about =
        words.iter().any(|word| singular(word) == noun) && words.iter().any(|word| READING.contains(&word.as_str()));
    let keyed = named.iter().any(|named| named.slot == slot && !named.in_query);
    let asked = action.body.as_ref().and_then(Body::best).map(|media| media.schema.required()).unwrap_or_default();
    action.verb == "POST" && about && keyed && asked.iter().all(|field| named.iter().any(|named| named.name == *field))
}

/// Whether some path ends in the plural of a name: `/clients` for `client`.
pub(super) fn has_collection(catalogue: &Catalogue, name: &str) -> bool {
    let Some(noun) = reference_base(name) else { return false };
    catalogue
        .actions
        .iter()
        .any(|action| last_literal(&place(&action.path)).is_some_and(|word| word != noun && singular(word) == noun))
}
