//! Reading the record: pages of events from the chains that somebody may read, newest first.

use ledger::Chain;
use ledger::event::{Event, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use crate::permit::Read;
use crate::refusal::{Refusal, Result};
use crate::store::{Row, Value};

/// Events on one page at the most.
pub const PAGE_MAX: usize = 200;

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only what this person did, or tried.
    pub actor: Option<Uuid>,
    /// Only this action.
    pub act: Option<String>,
    /// Only what was done to this object.
    pub target: Option<Uuid>,
    /// Only what ended so.
    pub outcome: Option<Outcome>,
    /// Only events with a lower number: the cursor.
    pub before: Option<i64>,
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
    /// Whether it has its place in the log already.
    pub sealed: bool,
}

/// A page of events.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Newest first.
    pub events: Vec<Recorded>,
    /// The cursor of the next page, where there is one.
    pub next: Option<i64>,
}

#[derive(Deserialize)]
struct Kept {
    field: String,
    value: String,
}

/// One page of these chains.
///
/// # Errors
/// As [`crate::store::Error`] says; [`Refusal::Broken`] when a stored body is not an event.
pub async fn page(read: &mut Read<'_>, chains: &[Chain], filter: &Filter, limit: usize) -> Result<Page> {
    let limit = limit.clamp(1, PAGE_MAX);
    if chains.is_empty() {
        return Ok(Page::default());
    }
    let mut events = unsealed(read, chains, filter).await?;
    events.extend(sealed(read, chains, filter, limit + 1).await?);
    events.sort_by_key(|event| std::cmp::Reverse(event.n));
    // An event that is sealed between the two statements cannot be: both read one snapshot.
    let more = events.len() > limit;
    events.truncate(limit);
    let next = if more { events.last().map(|event| event.n) } else { None };
    Ok(Page { events, next })
}

/// Events that were committed a moment ago and have no place in the log yet. They are few.
async fn unsealed(read: &mut Read<'_>, chains: &[Chain], filter: &Filter) -> Result<Vec<Recorded>> {
    let rows = read
        .all(
            "SELECT e.n AS n, e.body AS body, e.private AS private, e.chain AS chain \
             FROM event_pending p JOIN event e ON e.n = p.n ORDER BY e.n DESC LIMIT 5000",
            vec![],
        )
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let chain: String = row.get("chain")?;
        if !chains.iter().any(|readable| readable.to_string() == chain) {
            continue;
        }
        let recorded = recorded(row, false)?;
        if filter.fits(&recorded) {
            found.push(recorded);
        }
    }
    Ok(found)
}

async fn sealed(read: &mut Read<'_>, chains: &[Chain], filter: &Filter, limit: usize) -> Result<Vec<Recorded>> {
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let places: Vec<String> = chains.iter().map(|chain| bind(chain.to_string().into())).collect();
    let mut conditions = vec![format!("i.chain IN ({})", places.join(", "))];
    if let Some(actor) = filter.actor {
        conditions.push(format!("i.actor = {}", bind(actor.into())));
    }
    if let Some(act) = &filter.act {
        conditions.push(format!("i.act = {}", bind(act.as_str().into())));
    }
    if let Some(target) = filter.target {
        conditions.push(format!("i.target = {}", bind(target.into())));
    }
    if let Some(outcome) = filter.outcome {
        conditions.push(format!("i.outcome = {}", bind(outcome.word().into())));
    }
    if let Some(before) = filter.before {
        conditions.push(format!("i.n < {}", bind(before.into())));
    }
    let limit = bind(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT e.n AS n, e.body AS body, e.private AS private FROM event_index i JOIN event e ON e.n = i.n \
         WHERE {} ORDER BY i.n DESC LIMIT {limit}",
        conditions.join(" AND ")
    );
    let rows = read.tx()?.all_made(sql, &values).await?;
    rows.iter().map(|row| recorded(row, true)).collect()
}

fn recorded(row: &Row, sealed: bool) -> Result<Recorded> {
    let n = row.get("n")?;
    let body: Vec<u8> = row.get("body")?;
    let event = Event::parse(&body).map_err(|error| {
        tracing::error!(%error, n, "a stored event is not sound");
        Refusal::Broken
    })?;
    let private = row.get::<Option<String>>("private")?.unwrap_or_else(|| "[]".to_owned());
    let kept: Vec<Kept> = serde_json::from_str(&private).map_err(|_| Refusal::Broken)?;
    Ok(Recorded { n, event, private: kept.into_iter().map(|kept| (kept.field, kept.value)).collect(), sealed })
}

impl Filter {
    fn fits(&self, recorded: &Recorded) -> bool {
        let body = recorded.event.body();
        self.actor.is_none_or(|actor| body.actor.id == Some(actor))
            && self.act.as_ref().is_none_or(|act| body.act == *act)
            && self.target.is_none_or(|target| body.tgt.first().is_some_and(|thing| thing.id == target))
            && self.outcome.is_none_or(|outcome| body.out == outcome)
            && self.before.is_none_or(|before| recorded.n < before)
    }
}
