//! Reading the record: pages of events from the chains that somebody may read, newest first.
//!
//! The order is that of time, then of number, and a page begins behind a [`Mark`]: no page is found by counting the
//! ones before it, so the first page of ten million events costs what that of ten thousand costs. What was committed a
//! moment ago and has no place in the log yet is among them, and says so.

mod cursor;
pub(crate) mod index;
mod query;
mod replay;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;

use ledger::event::{Body, Event, Outcome};
use ledger::{Chain, Hash};
use serde::Deserialize;
use uuid::Uuid;

pub use cursor::{BadCursor, Mark};
pub use query::plan;
pub use replay::{Today, replay, today};

use crate::permit::Read;
use crate::refusal::{Refusal, Result};
use crate::store::{Row, Tx, Value};
use crate::time::Time;

/// Events on one page at the most.
pub const PAGE_MAX: usize = 200;
/// Events without a place in the log that a page looks through at the most. There are more only while nothing seals.
pub const UNSEALED_MAX: usize = 5_000;

/// What to look for. Everything that is asked for must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what this person did, or tried.
    pub actor: Option<Uuid>,
    /// Only this action.
    pub act: Option<String>,
    /// Only what concerned this object: it was done to it, or with it, or changed its row.
    pub object: Option<Uuid>,
    /// Only what ended so.
    pub outcome: Option<Outcome>,
    /// Only what happened then or later.
    pub from: Option<Time>,
    /// Only what happened before then.
    pub until: Option<Time>,
}

/// One event as its readers see it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its number in this database.
    pub n: i64,
    /// What happened.
    pub event: Event,
    /// Values about people that have not been erased: name and value.
    pub private: Vec<(String, String)>,
    /// Its place in the log, once it has one.
    pub seal: Option<Seal>,
}

/// The place of an event in the sealed log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Its place in the whole log, from 0.
    pub index: i64,
    /// Its place in its chain, from 1.
    pub sequence: i64,
    /// The hash of its leaf.
    pub hash: Hash,
}

/// A page of events.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Newest first.
    pub events: Vec<Recorded>,
    /// Where the next page begins, where there is one.
    pub next: Option<Mark>,
    /// Whether so many events wait for their place in the log that some of them may be missing here.
    pub backlog: bool,
}

impl Recorded {
    /// Where it stands in the order of the trail.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { at: Time(self.event.at().as_microsecond()), n: self.n }
    }
}

impl Filter {
    fn fits(&self, body: &Body) -> bool {
        let at = Time(body.at.as_microsecond());
        self.actor.is_none_or(|actor| body.actor.id == Some(actor))
            && self.act.as_ref().is_none_or(|act| body.act == *act)
            && self.object.is_none_or(|object| index::objects(body).contains(&object))
            && self.outcome.is_none_or(|outcome| body.out == outcome)
            && self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

/// One page of these chains: what fits the filter, after the mark.
///
/// # Errors
/// As [`crate::store::Error`] says; [`Refusal::Broken`] when a stored body is not an event.
pub async fn page(
    read: &mut Read<'_>,
    chains: &[Chain],
    filter: &Filter,
    after: Option<Mark>,
    limit: usize,
) -> Result<Page> {
    let limit = limit.clamp(1, PAGE_MAX);
    if chains.is_empty() {
        return Ok(Page::default());
    }
    // Both statements read one snapshot: an event is either without a place in both, or with one in both.
    let tx = read.tx()?;
    let (unsealed, backlog) = unsealed(tx, chains, filter, after).await?;
    let mut waiting: HashMap<i64, Recorded> = unsealed.into_iter().map(|event| (event.n, event)).collect();
    let mut marks: Vec<Mark> = waiting.values().map(Recorded::mark).collect();
    marks.extend(query::marks(tx, chains, filter, after, limit + 1).await?);
    marks.sort_by_key(|mark| Reverse(*mark));
    let more = limit < marks.len();
    marks.truncate(limit);
    let numbers: Vec<i64> = marks.iter().map(|mark| mark.n).filter(|n| !waiting.contains_key(n)).collect();
    waiting.extend(sealed(tx, &numbers).await?.into_iter().map(|event| (event.n, event)));
    let next = if more { marks.last().copied() } else { None };
    let events = marks.iter().filter_map(|mark| waiting.remove(&mark.n)).collect();
    Ok(Page { events, next, backlog })
}

/// Events that were committed a moment ago and have no place in the log yet, and whether there are more than are read.
async fn unsealed(
    tx: &mut Tx,
    chains: &[Chain],
    filter: &Filter,
    after: Option<Mark>,
) -> Result<(Vec<Recorded>, bool)> {
    let rows = tx
        .all(
            "SELECT e.n AS n, e.body AS body, e.private AS private, e.chain AS chain \
             FROM event_pending p JOIN event e ON e.n = p.n ORDER BY p.n DESC LIMIT 5001",
            vec![],
        )
        .await?;
    let mut found = Vec::new();
    for row in rows.iter().take(UNSEALED_MAX) {
        let chain: String = row.get("chain")?;
        if !chains.iter().any(|readable| readable.to_string() == chain) {
            continue;
        }
        let recorded = recorded(row, None)?;
        if filter.fits(recorded.event.body()) && after.is_none_or(|after| recorded.mark() < after) {
            found.push(recorded);
        }
    }
    Ok((found, UNSEALED_MAX < rows.len()))
}

/// The sealed events of these numbers, with their places.
async fn sealed(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<Recorded>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=numbers.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT e.n AS n, e.body AS body, e.private AS private, l.seq AS seq, l.chain_seq AS chain_seq, l.hash AS hash \
         FROM event e JOIN ledger_leaf l ON l.n = e.n WHERE e.n IN ({})",
        places.join(", ")
    );
    let values: Vec<Value> = numbers.iter().map(|n| Value::from(*n)).collect();
    let rows = tx.all_made(sql, &values).await?;
    rows.iter().map(|row| recorded(row, Some(seal(row)?))).collect()
}

/// The sealed events from a place in the log on, in its order, of these chains or of all; and the place after the last
/// one that was looked at, which is the same place when there is nothing more. Looks at `limit` places.
///
/// # Errors
/// As [`crate::store::Error`] says; [`Refusal::Broken`] when a stored body is not an event.
pub async fn from_place(
    read: &mut Read<'_>,
    chains: Option<&[Chain]>,
    place: i64,
    limit: i64,
) -> Result<(Vec<Recorded>, i64)> {
    let rows = read
        .all(
            "SELECT e.n AS n, e.body AS body, e.private AS private, l.seq AS seq, l.chain AS chain, \
             l.chain_seq AS chain_seq, l.hash AS hash FROM ledger_leaf l JOIN event e ON e.n = l.n \
             WHERE l.seq >= $1 ORDER BY l.seq LIMIT $2",
            vec![place.into(), limit.into()],
        )
        .await?;
    let (mut events, mut next) = (Vec::new(), place);
    for row in &rows {
        next = row.get::<i64>("seq")? + 1;
        let chain: String = row.get("chain")?;
        if chains.is_none_or(|chains| chains.iter().any(|readable| readable.to_string() == chain)) {
            events.push(recorded(row, Some(seal(row)?))?);
        }
    }
    Ok((events, next))
}

fn seal(row: &Row) -> Result<Seal> {
    Ok(Seal { index: row.get("seq")?, sequence: row.get("chain_seq")?, hash: Hash(row.get("hash")?) })
}

/// A value about a person, as it is kept beside its event.
#[derive(Deserialize)]
struct Kept {
    field: String,
    /// Absent once it was erased.
    #[serde(default)]
    value: Option<String>,
}

pub(crate) fn recorded(row: &Row, seal: Option<Seal>) -> Result<Recorded> {
    let n = row.get("n")?;
    let body: Vec<u8> = row.get("body")?;
    let event = Event::parse(&body).map_err(|error| {
        tracing::error!(%error, n, "a stored event is not sound");
        Refusal::Broken
    })?;
    let private = row.get::<Option<String>>("private")?.unwrap_or_else(|| "[]".to_owned());
    let kept: Vec<Kept> = serde_json::from_str(&private).map_err(|_| Refusal::Broken)?;
    let private = kept.into_iter().filter_map(|kept| Some((kept.field, kept.value?))).collect();
    Ok(Recorded { n, event, private, seal })
}
