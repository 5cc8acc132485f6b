//! `event.list`: every event that can be recorded, made from the catalogue.

use std::fmt::Write as _;

use door::record::OWN_EVENTS;
use door::{Action, Catalogue, Effect, Entry, Look, Permitted, Read, Relation, Relations, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::ROOM_PEOPLE;

/// Lists the events.
pub struct ListEvents;

/// Every event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// In the order of the catalogue.
    pub events: Vec<EventKind>,
}

/// One kind of event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EventKind {
    /// Its name: that of the action.
    pub action: String,
    /// What the action does.
    pub about: String,
    /// `look`, `change` or `disclose`.
    pub kind: String,
    /// Whether doing it is recorded.
    pub done: bool,
    /// Whether being refused it is.
    pub denied: bool,
    /// Whether it can be allowed and yet fail, because the object stands in the wrong state.
    pub failed: bool,
}

impl Action for ListEvents {
    type Target = Room;
    type Input = Nothing;
    type Output = EventList;
    const SPEC: Spec = Spec::new(
        "event.list",
        "Lists every event that can be recorded.",
        Way::Http(Verb::Get, "/events"),
        ROOM_PEOPLE,
    );
}

impl Look for ListEvents {
    async fn look(_: &Nothing, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<EventList> {
        Ok(EventList { events: kinds(read.catalogue()) })
    }
}

/// The events of a catalogue, and those that the ledger itself records.
fn kinds(catalogue: &Catalogue) -> Vec<EventKind> {
    let recorded = catalogue.entries().filter(|entry| entry.effect != Effect::Keep);
    let own = OWN_EVENTS.iter().map(|(action, about)| EventKind {
        action: (*action).to_owned(),
        about: (*about).to_owned(),
        kind: "change".to_owned(),
        done: true,
        denied: false,
        failed: false,
    });
    recorded.map(kind).chain(own).collect()
}

fn kind(entry: &Entry) -> EventKind {
    let kind = match entry.effect {
        Effect::Look => "look",
        Effect::Change | Effect::Keep => "change",
        Effect::Disclose => "disclose",
    };
    let anyone = entry.spec.may.meet(Relations::of(&[Relation::ANYONE]));
    EventKind {
        action: entry.spec.name.to_owned(),
        about: entry.spec.about.to_owned(),
        kind: kind.to_owned(),
        done: entry.recorded,
        // What anyone may is refused, too: the wrong password, too many tries. A schedule is refused nothing.
        denied: anyone || !matches!(entry.spec.way, Way::Job { .. }),
        failed: !entry.spec.not_when.is_empty(),
    }
}

/// The events as a document (Markdown). Checked in as `docs/events.md`, and a test keeps it true.
#[must_use]
pub fn document(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    let kinds = kinds(catalogue);
    let width = kinds.iter().map(|kind| kind.action.len() + 2).max().unwrap_or(0);
    let _ = writeln!(text, "| {:width$} | done | denied | failed | what it is |", "event");
    let _ = writeln!(text, "| {} | --- | --- | --- | --- |", "-".repeat(width));
    let mark = |recorded: bool| if recorded { "yes" } else { "·" };
    for kind in kinds {
        let name = format!("`{}`", kind.action);
        let marks = [kind.done, kind.denied, kind.failed].map(mark);
        let _ = writeln!(text, "| {name:width$} | {:4} | {:6} | {:6} | {} |", marks[0], marks[1], marks[2], kind.about);
    }
    text
}

const HEAD: &str = "# Events

Every event that the portal can record, made from the catalogue of its actions: `plimsoll-portal events` prints this
page, and a test fails when it is no longer true.

An event has the name of its action (the last five are what the ledger itself does), and one of three results: **done**; **denied**, when it was refused and nothing
happened; **failed**, when it was allowed and the object stood in the wrong state, or it could not be done (`state` says
which). Looking at something leaves no event,
being refused the look does. The same refusal within a minute is counted (`repeats`), not repeated.

| field | what it holds | erasable |
| --- | --- | --- |
| `act` | the action | no |
| `actor` | whose account, by id; `person`, `token`, `console`, `job` or `anyone`; session; how the sign-in was done | no |
| `at` | when, by the portal's clock, in microseconds | no |
| `authz` | the rule that decided, and what the actor was to the object | no |
| `chain` | whose record: the client's, else the organisation's, else the account's, else the installation's | no |
| `chg` | which rows moved to which revision, with a keyed fingerprint of each | no |
| `facts` | further facts: ids, numbers, words of closed lists; of a refusal `why`, `state`, `needs`, `has` and `repeats` | no |
| `out` | the result: `done`, `denied`, `failed` | no |
| `pii` | commitments to values about people; the values stand beside the event | the values |
| `req` | the request that log and answer name | no |
| `tgt` | what it was done to, the object itself first | no |

Values about people that can stand beside an event: `actor.ip`, the address that the portal saw; `mail`, of a
new account; `reason`, what somebody typed when asked why.

";
