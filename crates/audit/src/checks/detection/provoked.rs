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
pub(super) fn doer(world: &World<'_>, step: &Step) -> Option<usize> {
    let named = match step {
        Step::Request(line) => line.actor.as_ref(),
        Step::Command(_) => None,
    };
    match named {
        Some(name) => world.actors.iter().position(|actor| actor.fact.name == *name),
        None => (0..world.actors.len()).find(|at| world.actors[*at].alive),
    }
}

/// Does the step, and writes down how it went. Returns the canary that was sent with it.
pub(super) async fn cause(world: &mut World<'_>, step: &Step, seen: &mut Provocation) -> Option<String> {
    let at = doer(world, step);
    match step {
        Step::Request(line) => {
            let call = match world.fill_line(line, at) {
                Ok(call) => call,
                Err(why) => {
                    seen.untried = Some(Untried::undecided(why));
                    return None;
                }
            };
            let asked = world.ask(at, &call, Purpose::Other).await;
            seen.how = format!("{} {} answered {}", call.method, call.path, asked.answer.status);
            if matches!(asked.answer.status, 401 | 403 | 404 | 405 | 422 | 400) {
                seen.untried = Some(Untried::undecided(format!("{}: nothing was provoked", seen.how)));
            }
            world.fell_silent = false;
            world.canaries.find_minted(&call.sent_text())
        }
        Step::Command(command) => {
            match world.target.run_with(command, &[]).await {
                Ok(ended) if ended.well => seen.how = format!("`{command}` was run"),
                Ok(ended) => {
                    let words = format!("`{command}` failed: {}", ended.last_words());
                    seen.untried = Some(Untried::undecided(words));
                }
                Err(trouble) => {
                    seen.untried = Some(Untried::undecided(format!("{}: {}", trouble.place, trouble.wrong)));
                }
            }
            None
        }
    }
}
