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
use crate::store::{Engine, Error, Result, Tx, Value};
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
    let performer = performer(caller, record.actor.map(|person| (person, record.authenticated)));
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
        insert_with(tx, draft, Outcome::Done, changes).await?;
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
        if let Refusal::NotNow(state) = why {
            draft = draft.fact("state", ledger::event::PublicValue::word(state));
        }
        for (kind, id) in context.ids {
            draft = draft.target(Thing { kind, id: *id });
        }
        let outcome = if matches!(why, Refusal::NotNow(_)) { Outcome::Failed } else { Outcome::Denied };
        insert(tx, draft, outcome).await?;
    }
    Ok(())
}

/// Who acts; of somebody whom the act itself shows also how.
fn performer(caller: &Caller, acts: Option<(Uuid, &'static str)>) -> Performer {
    let performer = match (caller.actor, acts) {
        (Actor::Anyone, Some((person, how))) => Performer::person(person).authenticated(how),
        (Actor::Anyone, None) => Performer::anyone(),
        (Actor::Person(person), _) => Performer::person(person).authenticated(caller.auth),
        (Actor::Token { token, person }, _) => Performer::token(person, token),
        (Actor::Console, _) => Performer::console(),
        (Actor::Job(_), _) => Performer::job(),
    };
    let performer = match caller.session {
        Some(session) => performer.session(session),
        None => performer,
    };
    // Whatever somebody tries while he looks as somebody else says as whom.
    match caller.view {
        Some(view) => performer.via(Thing { kind: "person", id: view.person }),
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

const EVENT: &str = "INSERT INTO event (chain, body, private) VALUES ($1, $2, $3) RETURNING n";

/// Writes an event, with the values about people beside it, and gives its number.
pub(super) async fn insert(tx: &mut Tx, draft: Draft, outcome: Outcome) -> Result<i64> {
    tx.one(EVENT, event(draft, outcome)?).await?.get("n")
}

/// An event as it stands in its table: chain, body, and the values about people.
fn event(draft: Draft, outcome: Outcome) -> Result<Vec<Value>> {
    let recorded = draft.finish(outcome).map_err(|error| Error::Other(format!("the event is not sound: {error}")))?;
    let private = (!recorded.values.is_empty()).then(|| {
        let values = recorded.values.iter().map(|value| {
            json!({"field": value.field, "subject": value.subject, "salt": Hash(*value.salt.as_bytes()).to_string(),
                   "value": value.value})
        });
        serde_json::Value::Array(values.collect()).to_string()
    });
    Ok(values![recorded.event.body().chain.to_string(), recorded.event.bytes(), private])
}

/// Inserts an event and the changes that it tells. PostgreSQL takes both in one statement, which saves a way to the server
/// and back; SQLite knows no such statement, and its way is short.
async fn insert_with(tx: &mut Tx, draft: Draft, outcome: Outcome, changes: &[Changed]) -> Result<()> {
    if changes.is_empty() {
        return insert(tx, draft, outcome).await.map(drop);
    }
    match tx.engine() {
        Engine::Sqlite => {
            let n = insert(tx, draft, outcome).await?;
            let (rows, more) = rows(changes, 2, ["", "", "", "", ""]);
            let sql = format!("INSERT INTO change (n, entity, pk, rev, op, after) SELECT $1, * FROM (VALUES {rows})");
            tx.run_made(sql, &[values![n], more].concat()).await?;
        }
        Engine::Postgres => {
            let (rows, more) = rows(changes, 4, ["::bigint", "::uuid", "::bigint", "::text", "::bytea"]);
            let sql = format!(
                "WITH e AS ({EVENT}) INSERT INTO change (n, entity, pk, rev, op, after) \
                 SELECT e.n, v.* FROM e, (VALUES {rows}) AS v"
            );
            tx.run_made(sql, &[event(draft, outcome)?, more].concat()).await?;
        }
    }
    Ok(())
}

/// The places of the changes in a statement, from `$first` on, with their types, and their values.
fn rows(changes: &[Changed], first: usize, types: [&str; 5]) -> (String, Vec<Value>) {
    let row = |row: usize| {
        let places =
            types.iter().enumerate().map(|(column, kind)| format!("${}{kind}", first + row * types.len() + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let values = changes.iter().flat_map(|change| {
        let (operation, after) = (change.operation.letter(), change.after.map(|hash| hash.0));
        values![change.entity, change.id, change.revision, operation, after]
    });
    ((0..changes.len()).map(row).collect::<Vec<_>>().join(", "), values.collect())
}

pub(crate) fn fresh_salt() -> Salt {
    let mut bytes = [0; 32];
    #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
    getrandom::fill(&mut bytes).expect("the operating system's random generator answers");
    Salt::new(bytes)
}
