//! Writes an event and the rows that it moved: two statements, in the action's own transaction.

use ledger::commitment::Salt;
use ledger::event::{Draft, Operation, Outcome, Performer, Row, Thing};
use ledger::{Chain, Hash};
use serde_json::json;
use uuid::Uuid;

use super::Record;
use crate::caller::{Actor, Caller};
use crate::id::uuid_at;
use crate::pass::Context;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::relation::Relations;
use crate::store::{Error, Result, Tx, Value};
use crate::values;

/// A row that moved to another revision, and what it holds now.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) table: &'static str,
    pub(crate) entity: i64,
    pub(crate) id: Uuid,
    pub(crate) revision: i64,
    pub(crate) operation: Operation,
    pub(crate) after: Option<Hash>,
}

/// Rows that one event names at the most, so that its body stays below the ledger's 32 KiB. What moves more is told
/// by several events of the same request, numbered by the fact `part`.
const ROWS_MAX: usize = 128;

/// Records what was done.
pub(crate) async fn write(
    tx: &mut Tx,
    context: &Context<'_>,
    caller: &Caller,
    standing: Relations,
    place: &Place,
    mut record: Record,
    changes: &[Changed],
) -> Result<()> {
    let place = record.place.unwrap_or(*place);
    let performer = performer(caller, record.actor);
    let parts = changes.len().div_ceil(ROWS_MAX).max(1);
    for part in 0..parts {
        let changes = &changes[part * ROWS_MAX..changes.len().min((part + 1) * ROWS_MAX)];
        let mut draft = draft(context, caller, record.actor, &performer, place.chain(context.installation), standing);
        for thing in &record.targets {
            draft = draft.target(*thing);
        }
        for (name, value) in &record.facts {
            draft = draft.fact(name, value);
        }
        if parts > 1 {
            draft = draft.fact("part", i64::try_from(part + 1).unwrap_or(i64::MAX));
        }
        // The values about people stand beside the first part.
        for (name, pii) in std::mem::take(&mut record.private) {
            draft = draft.pii(name, pii, fresh_salt());
        }
        for change in changes {
            draft = draft.change(Row {
                entity: change.table,
                id: change.id,
                revision: u64::try_from(change.revision).unwrap_or(0),
                operation: change.operation,
                before: None,
                after: change.after,
            });
        }
        let n = insert(tx, draft, Outcome::Done).await?;
        insert_changes(tx, n, changes).await?;
    }
    Ok(())
}

/// Records what was refused, in a transaction of its own, in each of `chains`.
pub(crate) async fn refusal(
    tx: &mut Tx,
    context: &Context<'_>,
    caller: &Caller,
    standing: Relations,
    chains: &[Chain],
    why: &Refusal,
    repeats: u32,
) -> Result<()> {
    for chain in chains {
        let performer = performer(caller, None);
        let mut draft = draft(context, caller, None, &performer, *chain, standing)
            .fact("why", ledger::event::PublicValue::word(why.word()))
            .fact("repeats", repeats);
        if let Refusal::Forbidden { needs, has } = why {
            draft = draft.fact("needs", needs.bits()).fact("has", has.bits());
        }
        for (kind, id) in context.ids {
            draft = draft.target(Thing { kind, id: *id });
        }
        let outcome = if matches!(why, Refusal::NotNow(_)) { Outcome::Failed } else { Outcome::Denied };
        insert(tx, draft, outcome).await?;
    }
    Ok(())
}

fn performer(caller: &Caller, acts: Option<Uuid>) -> Performer {
    let performer = match (caller.actor, acts) {
        (Actor::Anyone, Some(person)) => Performer::person(person).authenticated("password"),
        (Actor::Anyone, None) => Performer::anyone(),
        (Actor::Person(person), _) => Performer::person(person).authenticated(caller.auth),
        (Actor::Token { token, person }, _) => Performer::token(person, token),
        (Actor::Console, _) => Performer::console(),
        (Actor::Job(_), _) => Performer::job(),
    };
    match caller.session {
        Some(session) => performer.session(session),
        None => performer,
    }
}

fn draft(
    context: &Context<'_>,
    caller: &Caller,
    acts: Option<Uuid>,
    performer: &Performer,
    chain: Chain,
    standing: Relations,
) -> Draft {
    let relations: Vec<&'static str> = standing.names(context.relations).collect();
    let draft = Draft::new(uuid_at(context.now), context.now.timestamp(), chain, context.entry.spec.name)
        .actor(performer.clone())
        .rule(context.entry.spec.name, relations)
        .request(context.request)
        .observer(context.observer);
    match context.address {
        // Whoever it is about may have it erased; an address of nobody known is about the installation.
        Some(address) => {
            let subject = acts.or(caller.actor.person()).unwrap_or(context.installation);
            draft.pii("actor.ip", ledger::event::Pii::new(subject, address.to_string()), fresh_salt())
        }
        None => draft,
    }
}

async fn insert(tx: &mut Tx, draft: Draft, outcome: Outcome) -> Result<i64> {
    let recorded = draft.finish(outcome).map_err(|error| Error::Other(format!("the event is not sound: {error}")))?;
    let private = (!recorded.values.is_empty()).then(|| {
        let values = recorded.values.iter().map(|value| {
            json!({"field": value.field, "subject": value.subject, "salt": Hash(*value.salt.as_bytes()).to_string(),
                   "value": value.value})
        });
        serde_json::Value::Array(values.collect()).to_string()
    });
    let chain = recorded.event.body().chain.to_string();
    tx.one(
        "INSERT INTO event (chain, body, private) VALUES ($1, $2, $3) RETURNING n",
        values![chain, recorded.event.bytes(), private],
    )
    .await?
    .get("n")
}

async fn insert_changes(tx: &mut Tx, n: i64, changes: &[Changed]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut values: Vec<Value> = Vec::with_capacity(changes.len() * 6);
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        let first = values.len() + 1;
        rows.push(format!(
            "(${}, ${}, ${}, ${}, ${}, ${})",
            first,
            first + 1,
            first + 2,
            first + 3,
            first + 4,
            first + 5
        ));
        values.extend(values![
            change.entity,
            change.id,
            change.revision,
            change.operation.letter(),
            n,
            change.after.map(|hash| hash.0)
        ]);
    }
    let sql = format!("INSERT INTO change (entity, pk, rev, op, n, after) VALUES {}", rows.join(", "));
    tx.run_made(sql, &values).await?;
    Ok(())
}

pub(crate) fn fresh_salt() -> Salt {
    let mut bytes = [0; 32];
    #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
    getrandom::fill(&mut bytes).expect("the operating system's random generator answers");
    Salt::new(bytes)
}
