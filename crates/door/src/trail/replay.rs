//! The record held against today's rules: which of the things that were done would be refused now?
//!
//! It asks [`decide`], the same function that the door asks, with what the event says: the action, what kind of caller
//! acted, and what he was to the object. The state of the object and the age of the sign-in are not on the record, so
//! both are taken to have been as they should.

use std::collections::BTreeSet;

use ledger::event::{ActorKind, Body, Outcome};
use uuid::Uuid;

use crate::caller::{Actor, Caller};
use crate::catalogue::Catalogue;
use crate::decide::decide;
use crate::record::OWN_EVENTS;
use crate::refusal::Refusal;
use crate::relation::{Relation, Relations};
use crate::store::{Result, Store};
use crate::time::Time;
use crate::values;

/// Why something that was done would be refused now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Today {
    /// There is no such action any more.
    Gone,
    /// The rule asks for something else.
    Refused(Refusal),
}

/// Holds one event against these rules. `None` when it would be allowed, or was not done in the first place.
#[must_use]
pub fn today(catalogue: &Catalogue, relations: &[Relation], body: &Body) -> Option<Today> {
    if body.out != Outcome::Done {
        return None;
    }
    // What the ledger does by itself is no action: nobody asks whether it may.
    if OWN_EVENTS.iter().any(|(own, _)| *own == body.act) {
        return None;
    }
    let Some(entry) = catalogue.find(&body.act) else { return Some(Today::Gone) };
    let had: BTreeSet<&str> = body.authz.relations.iter().map(String::as_str).collect();
    let had: Vec<Relation> = relations.iter().filter(|relation| had.contains(relation.name)).copied().collect();
    let at = Time(body.at.as_microsecond());
    let person = body.actor.id.unwrap_or(Uuid::nil());
    let actor = match body.actor.kind {
        // Who signs in is nobody yet when it is decided; the event names him because the act itself shows who he is.
        ActorKind::Person if body.actor.sess.is_none() => Actor::Anyone,
        ActorKind::Person | ActorKind::Token => Actor::Person(person),
        ActorKind::Console => Actor::Console,
        ActorKind::Job => Actor::Job(entry.spec.name),
        ActorKind::Anyone => Actor::Anyone,
    };
    let caller = Caller { actor, proved_at: Some(at), ..Caller::anyone() };
    decide(&entry.spec, entry.effect, &caller, Relations::of(&had), "", at).err().map(Today::Refused)
}

/// Events that one statement reads.
const EVENTS_AT_ONCE: i64 = 1000;

/// Holds every event of a database against these rules, oldest first, and tells of each that would be refused. Gives the
/// number of events that were looked at.
///
/// # Errors
/// As [`crate::store::Error`] says; [`crate::store::Error::Other`] for a stored body that is not an event.
pub async fn replay(
    store: &Store,
    catalogue: &Catalogue,
    relations: &[Relation],
    mut tell: impl FnMut(i64, &Body, &Today),
) -> Result<u64> {
    let (mut last, mut count) = (0_i64, 0_u64);
    loop {
        let page = "SELECT n, body FROM event WHERE n > $1 ORDER BY n LIMIT $2";
        let rows = store.read().await?.all(page, values![last, EVENTS_AT_ONCE]).await?;
        for row in &rows {
            last = row.get("n")?;
            count += 1;
            let event = ledger::event::Event::parse(&row.get::<Vec<u8>>("body")?)
                .map_err(|error| crate::store::Error::Other(format!("event {last}: {error}")))?;
            if let Some(why) = today(catalogue, relations, event.body()) {
                tell(last, event.body(), &why);
            }
        }
        if rows.len() < usize::try_from(EVENTS_AT_ONCE).unwrap_or(usize::MAX) {
            return Ok(count);
        }
    }
}
