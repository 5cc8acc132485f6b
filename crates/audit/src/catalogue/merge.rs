//! Several inputs as one catalogue: the same verb and template, names of parameters aside, is one action. Of each part the
//! first input that says something has the word; the others only add.

use std::collections::{BTreeMap, BTreeSet};

use super::path::place;
use super::{Action, Answer, Catalogue, Kind, Media, Parameter, Place, Protection, Schema};

/// What makes two actions the same.
fn identity(action: &Action) -> (String, String) {
    (action.verb.clone(), place(&action.address_path()))
}

/// Adds what was read to what is known.
pub(super) fn into(whole: &mut Catalogue, read: Catalogue) {
    if whole.title.is_empty() {
        whole.title = read.title;
    }
    whole.notes.extend(read.notes);
    whole.schemes.extend(read.schemes);
    let bases: BTreeSet<String> = whole.actions.iter().map(|action| action.base.clone()).collect();
    let mut names: BTreeSet<String> = whole.actions.iter().map(Action::name).collect();
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, action) in whole.actions.iter().enumerate() {
        known.insert(identity(action), at);
        places.entry(identity(action).1).or_insert(at);
    }
    for mut action in read.actions {
        put_below(&mut action, &bases);
        let key = identity(&action);
        if let Some(at) = known.get(&key) {
            complete(&mut whole.actions[*at], action);
            continue;
        }
        if let Some(at) = places.get(&key.1) {
            spell_like(&mut action, &whole.actions[*at]);
        }
        // An action is known by its name everywhere: below another base it needs a longer one.
        if names.contains(&action.name()) {
            (action.path, action.base) = (action.address_path(), String::new());
        }
        names.insert(action.name());
        places.entry(key.1.clone()).or_insert(whole.actions.len());
        known.insert(key, whole.actions.len());
        whole.actions.push(action);
    }
}

/// What a recording or a list gives as one path is base and path where a document says so: keys of one place are told by
/// their paths.
fn put_below(action: &mut Action, bases: &BTreeSet<String>) {
    let is_above = |base: &&String| {
        action.base.is_empty() && action.path.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    // The longest stands last among those that begin alike.
    if let Some(base) = bases.iter().rev().find(is_above) {
        action.path = action.path[base.len()..].to_owned();
        action.base.clone_from(base);
    }
}

/// The same path under another verb has one spelling.
fn spell_like(action: &mut Action, known: &Action) {
    let (own, other): (Vec<_>, Vec<_>) =
        std::mem::take(&mut action.parameters).into_iter().partition(|one| one.place == Place::Path);
    let named = known.parameters_in(Place::Path).cloned().zip(own).map(|(mut named, own)| {
        add_values(&mut named, own);
        named
    });
    action.parameters = named.chain(other).collect();
    action.path.clone_from(&known.path);
    action.base.clone_from(&known.base);
}

/// Fills what is not known of an action with what another input says of it.
fn complete(known: &mut Action, other: Action) {
    let documented = known.is_documented();
    known.origins.extend(other.origins);
    known.operation_id = known.operation_id.take().or(other.operation_id);
    for (own, others) in [(&mut known.summary, other.summary), (&mut known.description, other.description)] {
        if own.is_empty() {
            *own = others;
        }
    }
    if known.tags.is_empty() {
        known.tags = other.tags;
    }
    if known.links.is_empty() {
        known.links = other.links;
    }
    if known.protection == Protection::Silent {
        known.protection = other.protection;
    }
    let is_said = |body: &super::Body| says(&body.media);
    if !known.body.as_ref().is_some_and(is_said)
        && let Some(body) = other.body.filter(|body| known.body.is_none() || is_said(body))
    {
        known.body = Some(body);
    }
    for answer in other.answers {
        add_answer(&mut known.answers, answer);
    }
    add_parameters(&mut known.parameters, other.parameters, documented);
}

fn add_answer(known: &mut Vec<Answer>, answer: Answer) {
    match known.iter_mut().find(|one| one.status == answer.status) {
        Some(one) if !says(&one.media) && !answer.media.is_empty() => one.media = answer.media,
        Some(_) => {}
        None => known.push(answer),
    }
}

/// Those in the path are the same by their order, all others by their names.
fn add_parameters(known: &mut Vec<Parameter>, others: Vec<Parameter>, documented: bool) {
    let (in_path, elsewhere): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| one.place == Place::Path);
    for (own, other) in known.iter_mut().filter(|one| one.place == Place::Path).zip(in_path) {
        add_values(own, other);
    }
    for mut other in elsewhere {
        let own = known.iter_mut().find(|one| one.place == other.place && one.name.eq_ignore_ascii_case(&other.name));
        match own {
            Some(own) => add_values(own, other),
            None => {
                // What the document does not ask for, the service does not need.
                other.required &= !documented;
                known.push(other);
            }
        }
    }
}

fn add_values(own: &mut Parameter, other: Parameter) {
    if is_silent(&own.schema) {
        own.schema = other.schema;
    }
    if own.examples.is_empty() {
        own.examples = other.examples;
    }
}

fn says(media: &[Media]) -> bool {
    media.iter().any(|one| !is_silent(&one.schema))
}

fn is_silent(schema: &Schema) -> bool {
    schema.kind() == Kind::Any && schema.alternatives().is_empty()
        || schema.kind() == Kind::Object && schema.properties().is_empty()
}
