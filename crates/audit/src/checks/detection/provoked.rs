//! Something that was provoked by the manifest's line, and what arrived of it.

use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::evidence::Document;
use crate::manifest::Step;
use crate::sinks::Arrival;
use crate::walk::World;
use serde::{Deserialize, Serialize};

/// An error or an alert that was provoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Provocation {
    /// `errors` or `alerts`.
    pub what: String,
    /// How it was provoked: `POST /boom answered 500`.
    pub how: String,
    /// Why it was not.
    pub untried: Option<Untried>,
    /// Receivers that the service was given.
    pub given: Vec<String>,
    /// What arrived since.
    pub arrivals: Vec<Arrival>,
    /// Whether one of them is an error for the tracker.
    pub tracked: bool,
    /// What the tracker was told and should not have been.
    pub exposed: Vec<String>,
    /// Whether somebody said that he saw it, where it is told how.
    pub acknowledged: Option<Acknowledged>,
}

/// Whether somebody said that he saw it, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Acknowledged {
    /// Somebody did, or could.
    Yes(String),
    /// Nobody did, or can.
    No(String),
    /// What was looked at does not say.
    Unclear(String),
}

impl Document for Provocation {
    const KIND: &'static str = "provocation";
}

/// Who sends a step's request: the one it names, or the first who is signed in.
pub(in crate::checks) fn doer(world: &World<'_>, step: &Step) -> Option<usize> {
    let named = match step {
        Step::Request(line) => line.actor.as_ref(),
        Step::Command(_) => None,
    };
    match named {
        Some(name) => world.actors.iter().position(|actor| actor.fact.name == *name),
        None => (0..world.actors.len()).find(|at| world.actors[*at].alive),
    }
}

/// A step that was done.
pub(in crate::checks) struct Done {
    /// `POST /boom answered 500`.
    how: String,
    /// The status of a request.
    status: Option<u16>,
    /// The canary that was sent with it.
    canary: Option<String>,
}

/// Does the step.
///
/// # Errors
/// One sentence, where it could not be done: a hole is not known, or the command failed.
pub(in crate::checks) async fn send(world: &mut World<'_>, step: &Step, at: Option<usize>) -> Result<Done, String> {
    match step {
        Step::Request(line) => {
            let call = world.fill_line(line, at)?;
            let asked = world.ask(at, &call, Purpose::Other).await;
            world.fell_silent = false;
            let how = format!("{} {} answered {}", call.method, call.path, asked.answer.status);
            let canary = world.canaries.find_minted(&call.sent_text());
            Ok(Done { how, status: Some(asked.answer.status), canary })
        }
        Step::Command(command) => match world.target.run_with(command, &[]).await {
            Ok(ended) if ended.well => Ok(Done { how: format!("`{command}` was run"), status: None, canary: None }),
            Ok(ended) => Err(format!("`{command}` failed: {}", ended.last_words())),
            Err(trouble) => Err(format!("{}: {}", trouble.place, trouble.wrong)),
        },
    }
}

/// Does the step, and writes down how it went. Returns the canary that was sent with it.
pub(super) async fn cause(world: &mut World<'_>, step: &Step, seen: &mut Provocation) -> Option<String> {
    let at = doer(world, step);
    match send(world, step, at).await {
        Ok(done) => {
            seen.how = done.how;
            if matches!(done.status, Some(400 | 401 | 403 | 404 | 405 | 422)) {
                seen.untried = Some(Untried::undecided(format!("{}: nothing was provoked", seen.how)));
            }
            done.canary
        }
        Err(why) => {
            seen.untried = Some(Untried::undecided(why));
            None
        }
    }
}
