//! Who makes an object, and who reads one, as far as verbs, paths and words tell.

use super::names::{reference_base, says_key, singular, words};
use super::slots::{Named, Slot};
use crate::catalogue::path::{last_literal, place};
use crate::catalogue::{Action, Body, Catalogue};
use std::collections::BTreeSet;

/// Words of actions that make something.
const MAKING: &[&str] = &["new", "create", "add", "register", "insert", "save", "upload"];
/// Words of actions that read one thing.
const READING: &[&str] = &["get", "show", "read", "fetch", "view", "info", "find", "detail", "details", "describe"];
/// Words of actions that change what a thing says of itself.
const CHANGING: &[&str] = &["update", "edit", "change", "modify", "save", "set", "patch", "rename"];
/// Words of actions that show many things.
const LISTING: &[&str] = &["list", "search", "find", "query", "all", "index"];
/// Words of actions that take many things in or out, or say how many there are.
const BULK: &[&str] = &["filter", "count", "export", "import"];

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

/// What the end of a path says of an action: the words of its last literal, and those of the one before where the last is a
/// single word. `patients.create` and `/patients/create` say the same.
fn said(action: &Action) -> Vec<String> {
    let place = place(&action.path);
    let Some((above, last)) = place.rsplit_once('/').filter(|(_, last)| !last.contains('{')) else { return Vec::new() };
    let mut said = words(last);
    if said.len() == 1
        && let Some(before) = above.rsplit('/').next().filter(|before| !before.contains('{'))
    {
        said.splice(0..0, words(before));
    }
    said
}

/// Whether an action says that it makes what a name stands for: `patients.create` for `patient`.
pub(super) fn has_maker(catalogue: &Catalogue, name: &str) -> bool {
    let Some(noun) = reference_base(name) else { return false };
    catalogue.actions.iter().filter(|action| action.verb == "POST").any(|action| {
        let said = said(action);
        said.iter().any(|word| MAKING.contains(&word.as_str())) && said.iter().any(|word| singular(word) == noun)
    })
}

/// What the key is a key of that an action without keys in its path takes as a plain `id`: the path says it, in
/// `invoices.get`, `/invoices/void` or `GET /invoice`. What makes or looks for something takes no key of its own.
pub(super) fn spoken_of(catalogue: &Catalogue, action: &Action) -> Option<String> {
    let said = said(action);
    let is_own = |word: &String| ![MAKING, LISTING, BULK].iter().any(|words| words.contains(&word.as_str()));
    let has_verb = action.verb != "POST" || 1 < said.len();
    if action.path.contains('{') || !has_verb || !said.iter().all(is_own) {
        return None;
    }
    said.iter().map(|word| singular(word)).find(|noun| has_maker(catalogue, noun) || has_collection(catalogue, noun))
}

/// Whether an action that is called with `POST` reads one thing of this noun by its key. What else it asks for is no key.
pub(super) fn reads_by_post(action: &Action, named: &[Named], slot: usize, noun: &str) -> bool {
    let said = said(action);
    let about =
        said.iter().any(|word| singular(word) == noun) && said.iter().any(|word| READING.contains(&word.as_str()));
    let mut keys = named.iter().filter(|named| !named.in_query);
    let asked = action.body.as_ref().and_then(Body::best).map(|media| media.schema.required()).unwrap_or_default();
    let says_key = |field: &String| says_key(field) && named.iter().all(|named| named.name != *field);
    action.verb == "POST" && about && keys.any(|named| named.slot == slot) && !asked.iter().any(says_key)
}

/// Whether an action that is called with `POST` lists things of this noun, and asks for no key.
pub(super) fn lists_by_post(action: &Action, named: &[Named], noun: &str) -> bool {
    let said = said(action);
    let about = said.iter().any(|word| singular(word) == noun);
    let keyed = named.iter().any(|named| named.required && !named.in_query);
    action.verb == "POST" && about && !keyed && said.iter().any(|word| LISTING.contains(&word.as_str()))
}

/// Whether an action says that it reads: by its verb, or where that is `POST` by its words, `invoices.get`, or a plural alone
/// that asks for nothing but keys, `invoices.comments`.
pub fn reads(action: &Action, named: &[Named]) -> bool {
    if action.verb != "POST" {
        return action.is_safe();
    }
    let said = said(action);
    let says = |words: &[&str]| said.iter().any(|word| words.contains(&word.as_str()));
    if says(MAKING) {
        return false;
    }
    let asked = action.body.as_ref().and_then(Body::best).map(|media| media.schema.required()).unwrap_or_default();
    let for_keys_alone = !asked.is_empty() && asked.iter().all(|field| named.iter().any(|named| named.name == *field));
    says(READING)
        || says(LISTING)
        || for_keys_alone && said.last().is_some_and(|last| 1 < said.len() && singular(last) != *last)
}

/// Whether the end of a path says that what a thing says of itself is changed: `invoices.update`, `/notes/{note}/edit`.
pub fn changes(action: &Action) -> bool {
    let last = action.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    action.verb == "POST" && words(last).iter().any(|word| CHANGING.contains(&word.as_str()))
}

/// What an action speaks of, whatever it does: `invoices.comment` and `invoices.comments` speak of the same.
pub fn nouns(action: &Action) -> BTreeSet<String> {
    let is_verb = |word: &String| [MAKING, READING, LISTING].iter().any(|words| words.contains(&word.as_str()));
    said(action).into_iter().filter(|word| !is_verb(word)).map(|word| singular(&word)).collect()
}

/// Whether some path ends in the plural of a name: `/clients` for `client`.
pub(super) fn has_collection(catalogue: &Catalogue, name: &str) -> bool {
    let Some(noun) = reference_base(name) else { return false };
    catalogue
        .actions
        .iter()
        .any(|action| last_literal(&place(&action.path)).is_some_and(|word| word != noun && singular(word) == noun))
}
