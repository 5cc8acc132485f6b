//! The statements that find a page: for each chain the newest that fit, by an index that has them in the order of the
//! trail already, and then the newest of those.

use ledger::Chain;

use super::{Filter, Mark};
use crate::store::{Engine, Result, Store, Tx, Value};
use crate::time::Time;

/// Chains that one statement asks at the most; SQLite joins at most 500 parts.
const CHAINS_AT_ONCE_MAX: usize = 100;

/// The first places of sealed events that fit, in no order: up to `limit` of each chain.
pub(super) async fn marks(
    tx: &mut Tx,
    chains: &[Chain],
    filter: &Filter,
    after: Option<Mark>,
    limit: usize,
) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    for chains in chains.chunks(CHAINS_AT_ONCE_MAX) {
        let (sql, values) = statement(chains, filter, after, limit);
        for row in &tx.all_made(sql, &values).await? {
            marks.push(Mark { at: row.get("at")?, n: row.get("n")? });
        }
    }
    Ok(marks)
}

/// How the engine would find them, in its own words: for a test that no filter reads more than it shows.
///
/// # Errors
/// As [`crate::store::Error`] says.
pub async fn plan(store: &Store, chains: &[Chain], filter: &Filter, after: Option<Mark>) -> Result<Vec<String>> {
    let (sql, values) = statement(chains, filter, after, super::PAGE_MAX + 1);
    let (explain, column) = match store.engine() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    let rows = store.read().await?.all_made(format!("{explain} {sql}"), &values).await?;
    rows.iter().map(|row| row.get(column)).collect()
}

fn statement(chains: &[Chain], filter: &Filter, after: Option<Mark>, limit: usize) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    // An object's story has an index of its own; whatever else is asked is looked up beside it.
    let (tables, key) =
        match (filter.object, filter.actor.is_some() || filter.act.is_some() || filter.outcome.is_some()) {
            (None, _) => ("event_index i", "i"),
            (Some(_), false) => ("event_object o", "o"),
            (Some(_), true) => ("event_object o JOIN event_index i ON i.n = o.n", "o"),
        };
    let mut conditions = Vec::new();
    if let Some(object) = filter.object {
        conditions.push(format!("o.object = {}", bind(object.into())));
    }
    if let Some(actor) = filter.actor {
        conditions.push(format!("i.actor = {}", bind(actor.into())));
    }
    if let Some(act) = &filter.act {
        conditions.push(format!("i.act = {}", bind(act.as_str().into())));
    }
    if let Some(outcome) = filter.outcome {
        conditions.push(format!("i.outcome = {}", bind(outcome.word().into())));
        if outcome.word() != "done" {
            // What is rare has an index of its own, which both engines take when they read this.
            conditions.push("i.outcome <> 'done'".to_owned());
        }
    }
    if let Some(Time(from)) = filter.from {
        conditions.push(format!("{key}.at >= {}", bind(from.into())));
    }
    // One upper bound, so that the engine begins to read there. Numbers begin at 1.
    let until = filter.until.map(|at| Mark { at, n: 0 });
    if let Some(Mark { at: Time(at), n }) = [until, after].into_iter().flatten().min() {
        conditions.push(format!("({key}.at, {key}.n) < ({}, {})", bind(at.into()), bind(n.into())));
    }
    let conditions: String = conditions.iter().map(|condition| format!(" AND {condition}")).collect();
    let parts: Vec<String> = chains
        .iter()
        .enumerate()
        .map(|(number, chain)| {
            let chain = bind(chain.to_string().into());
            format!(
                "SELECT * FROM (SELECT {key}.at AS at, {key}.n AS n FROM {tables} WHERE {key}.chain = {chain}{conditions} \
                 ORDER BY {key}.at DESC, {key}.n DESC LIMIT {limit}) AS c{number}"
            )
        })
        .collect();
    (parts.join(" UNION ALL "), values)
}
