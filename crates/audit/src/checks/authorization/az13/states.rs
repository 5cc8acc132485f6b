//! States in which a thing is over: as manifest and matrix tell them, else as names of actions and values sound.

use super::super::again;
use crate::manifest::RequestLine;
use crate::plan::slots::{place, words};
use crate::walk::World;
use serde_json::Value;

/// What one does, and what a thing is afterwards.
const ENDINGS: &[(&str, &str)] = &[
    ("archive", "archived"),
    ("close", "closed"),
    ("approve", "approved"),
    ("lock", "locked"),
    ("cancel", "cancelled"),
    ("cancel", "canceled"),
    ("finalise", "finalised"),
    ("finalize", "finalized"),
    ("publish", "published"),
    ("complete", "completed"),
    ("freeze", "frozen"),
    ("seal", "sealed"),
    ("withdraw", "withdrawn"),
    ("reject", "rejected"),
    ("void", "voided"),
];
/// Fields that hold a state.
const FIELDS: &[&str] = &["status", "state"];
/// Most states that are tried where nobody told one.
const GUESSED_MAX: usize = 4;

/// A state, and how a thing gets into it.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// `archived`.
    pub(super) name: String,
    /// What gets into it.
    pub(super) slot: usize,
    /// Manifest or matrix name it.
    pub(super) told: bool,
    pub(super) way: Way,
}

/// How a thing gets into a state.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// By a line of the manifest.
    Line(RequestLine),
    /// By an action of the walk's, with this value in this field where it takes one.
    Action(usize, Option<(String, Value)>),
}

impl State {
    /// What does it: `POST /projects/{project}/archive`.
    pub(super) fn by(&self, world: &World<'_>) -> String {
        match &self.way {
            Way::Line(line) => format!("{} {}", line.verb, line.path),
            Way::Action(action, _) => world.action(*action).name(),
        }
    }

    /// The action that does it.
    pub(super) fn action(&self, world: &World<'_>) -> Option<usize> {
        match &self.way {
            Way::Action(action, _) => Some(*action),
            Way::Line(line) => action_of(world, line),
        }
    }
}

/// The action that a line of the manifest sends.
fn action_of(world: &World<'_>, line: &RequestLine) -> Option<usize> {
    (0..world.catalogue.actions.len()).find(|at| {
        let action = world.action(*at);
        action.verb == line.verb && place(&action.address_path()) == place(line.path.as_str())
    })
}

/// The states that the manifest says how to get into; else those of the matrix, and last those that sound like an end.
pub(super) fn states(world: &World<'_>) -> Vec<State> {
    let of_noun = |noun: &str| world.slots.all.iter().position(|slot| slot.noun == noun);
    let told: Vec<State> = (world.manifest.closings())
        .filter_map(|(name, line, noun)| {
            // Several kinds of things may go by one noun: it is the one that the line's own action is about.
            let action = action_of(world, line).and_then(|action| world.slots.about(action).last().copied());
            let slot = action.or_else(|| of_noun(&noun))?;
            Some(State { name: name.to_owned(), slot, told: true, way: Way::Line(line.clone()) })
        })
        .collect();
    if !told.is_empty() {
        return told;
    }
    let mut guessed: Vec<State> = Vec::new();
    for mut state in again::repeatable(world).iter().flat_map(|met| sounding(world, met.action, met.object)) {
        state.told = in_matrix(world, &state.name);
        let known = guessed.iter().any(|known| known.slot == state.slot && known.name == state.name);
        if !known {
            guessed.push(state);
        }
    }
    if guessed.iter().any(|state| state.told) {
        guessed.retain(|state| state.told);
    }
    guessed.truncate(GUESSED_MAX);
    guessed
}

/// Whether the matrix has rows for a state.
fn in_matrix(world: &World<'_>, state: &str) -> bool {
    world.matrix.iter().flat_map(|matrix| &matrix.rows).any(|row| row.state.as_deref() == Some(state))
}

/// States of the matrix that nothing tells how to get into: neither a line of the manifest nor a name.
pub(super) fn unreachable(world: &World<'_>, known: &[State]) -> Vec<String> {
    let memberships: Vec<&str> = world.manifest.memberships().map(|(name, ..)| name).collect();
    let rows = world.matrix.iter().flat_map(|matrix| &matrix.rows);
    let mut names: Vec<String> = rows.filter_map(|row| row.state.clone()).collect();
    names.retain(|name| !memberships.contains(&name.as_str()) && !known.iter().any(|state| state.name == *name));
    names.retain(|name| !world.manifest.become_state.contains_key(name));
    names.sort();
    names.dedup();
    names
}

/// The states that an action's own name, or the values of its status, sound like.
fn sounding(world: &World<'_>, action: usize, object: Option<usize>) -> Vec<State> {
    let Some(slot) = object.map(|at| world.objects[at].slot) else { return Vec::new() };
    let state = |name: &str, value| State { name: name.to_owned(), slot, told: false, way: Way::Action(action, value) };
    let about = world.action(action);
    let last = about.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let first = words(last).into_iter().next().unwrap_or_default();
    let in_path = about.verb != "DELETE" && !last.contains('{');
    if let Some((_, name)) = ENDINGS.iter().find(|(deed, name)| in_path && [deed, name].contains(&&first.as_str())) {
        return vec![state(name, None)];
    }
    let media = about.body.as_ref().and_then(|body| body.best());
    let fields = media.map(|media| media.schema.properties()).unwrap_or_default().into_iter();
    let mut found = Vec::new();
    for (field, schema) in fields.filter(|(field, _)| FIELDS.contains(&words(field).join("_").as_str())) {
        let values = schema.enumeration().into_iter().filter_map(|value| Some((value.as_str()?.to_owned(), value)));
        for (text, value) in values {
            if ENDINGS.iter().any(|(_, name)| *name == text.to_lowercase()) {
                found.push(state(&text.to_lowercase(), Some((field.clone(), value))));
            }
        }
    }
    found
}

/// Whether an action is itself one that moves a thing from state to state, and no write of content.
pub(super) fn moves(world: &World<'_>, action: usize, sent: Option<&Value>) -> bool {
    let sets = sent
        .and_then(Value::as_object)
        .is_some_and(|fields| fields.keys().any(|field| FIELDS.contains(&words(field).join("_").as_str())));
    let about = world.action(action);
    let made = world.slots.all.iter().any(|slot| slot.producers.contains(&action));
    sets || !about.path.trim_end_matches('/').ends_with('}') && !made
}
