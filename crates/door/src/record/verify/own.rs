//! What the log says about itself: keys handed over, epochs, the schema, beginnings that were dropped. Each has a row that
//! makes it quick to find, and the row must say what its event says.

use std::collections::HashMap;

use ledger::Hash;
use ledger::event::Event;
use ledger::replay::Stored;
use ledger::terms::Terms;
use serde_json::Value;

use super::{Fault, Report};
use crate::record::hand_over::{EPOCH_BEGIN, KEY_FACT, KEY_ROTATE, OUTSIDE_FACT, key_fact};
use crate::record::log;
use crate::record::prune::{LAST_FACT, PRUNE, UNTIL_FACT};
use crate::record::schema_watch::{SCHEMA_SET, word};
use crate::record::terms::{self, StoredTerm};
use crate::store::{Result, Tx};

/// A row of the table of droppings.
struct Prune {
    n: i64,
    chain: String,
    until: u64,
    last: Hash,
    said: bool,
    /// The place of its event in the chain, once it is sealed.
    place: Option<u64>,
}

/// A row of the table of schemas.
struct Schema {
    n: i64,
    engine: String,
    fingerprint: Hash,
    migrations: i64,
    said: bool,
}

/// The rows, and what the events have said so far.
pub(super) struct Own {
    stored: Vec<StoredTerm>,
    /// Events of handovers that were met.
    handed_over: Vec<i64>,
    prunes: Vec<Prune>,
    /// How far each chain was dropped.
    until: HashMap<String, u64>,
    schemas: Vec<Schema>,
    engine: &'static str,
}

impl Own {
    pub(super) async fn read(tx: &mut Tx) -> Result<Self> {
        let stored = terms::stored(tx).await?;
        let prunes = "SELECT p.n AS n, p.chain AS chain, p.until AS until, p.last AS last, l.chain_seq AS place \
                      FROM ledger_prune p LEFT JOIN ledger_leaf l ON l.n = p.n ORDER BY p.n";
        let prunes = tx.all(prunes, vec![]).await?;
        let prune = |row: &crate::store::Row| {
            let (until, last) = (log::unsigned(row, "until")?, log::hash(row, "last")?);
            let place = row.get::<Option<i64>>("place")?.and_then(|place| u64::try_from(place).ok());
            Ok(Prune { n: row.get("n")?, chain: row.get("chain")?, until, last, said: false, place })
        };
        let prunes = prunes.iter().map(prune).collect::<Result<Vec<_>>>()?;
        let schemas = tx.all("SELECT n, engine, fingerprint, migrations FROM ledger_schema ORDER BY n", vec![]).await?;
        let schema = |row: &crate::store::Row| {
            let (fingerprint, migrations) = (log::hash(row, "fingerprint")?, row.get("migrations")?);
            Ok(Schema { n: row.get("n")?, engine: row.get("engine")?, fingerprint, migrations, said: false })
        };
        let schemas = schemas.iter().map(schema).collect::<Result<Vec<_>>>()?;
        let mut until: HashMap<String, u64> = HashMap::new();
        for prune in &prunes {
            let until = until.entry(prune.chain.clone()).or_default();
            *until = prune.until.max(*until);
        }
        Ok(Self { stored, handed_over: Vec::new(), prunes, until, schemas, engine: word(tx.engine()) })
    }

    /// The log's keys, as far as the database lists them.
    pub(super) fn terms(&self) -> Option<Terms> {
        terms::terms(&self.stored)
    }

    /// Whether a leaf without a body was dropped by policy.
    pub(super) fn dropped(&self, leaf: &Stored<'_>) -> bool {
        let chain = leaf.chain.to_string();
        let in_range = self.until.get(&chain).is_some_and(|until| leaf.sequence <= *until);
        let edge = self.prunes.iter().find(|prune| prune.chain == chain && prune.until == leaf.sequence);
        in_range && edge.is_none_or(|prune| prune.last == leaf.hash)
    }

    /// The same by chain and place: for the changes that a dropped event told.
    pub(super) fn dropped_place(&self, chain: &str, sequence: u64) -> bool {
        self.until.get(chain).is_some_and(|until| sequence <= *until)
    }

    /// Takes in an event. `seq` is its place in the log, if it has one.
    pub(super) fn take(&mut self, seq: Option<u64>, n: i64, event: &Event, report: &mut Report) {
        let body = event.body();
        let hash = |name: &str| body.facts.get(name).and_then(|value| value.as_str()?.parse::<Hash>().ok());
        let number = |name: &str| body.facts.get(name).and_then(Value::as_u64);
        match body.act.as_str() {
            KEY_ROTATE | EPOCH_BEGIN => {
                let row = self.stored.iter().find(|row| row.n == Some(n));
                let agrees = row.is_some_and(|row| Some(row.from) == seq && hash(KEY_FACT) == Some(key_fact(&row.key)));
                if agrees {
                    self.handed_over.push(n);
                } else {
                    let wrong = "an event hands over to a key that is not listed so".to_owned();
                    report.fault(Fault::Key { leaf: seq.unwrap_or(report.leaves), wrong });
                }
                if body.act == EPOCH_BEGIN {
                    let (lost, until) = (number("lost").unwrap_or(0), number(OUTSIDE_FACT));
                    report.epochs.push((seq.unwrap_or(report.leaves), lost, until));
                }
            }
            PRUNE => {
                let prune = self.prunes.iter_mut().find(|prune| prune.n == n);
                let agrees = prune.is_some_and(|prune| {
                    prune.said = prune.chain == body.chain.to_string()
                        && number(UNTIL_FACT) == Some(prune.until)
                        && hash(LAST_FACT) == Some(prune.last);
                    prune.said
                });
                if !agrees {
                    report.fault(Fault::Prune { n });
                }
            }
            SCHEMA_SET => {
                let schema = self.schemas.iter_mut().find(|schema| schema.n == n);
                let agrees = schema.is_some_and(|schema| {
                    schema.said = hash("fingerprint") == Some(schema.fingerprint)
                        && body.facts.get("engine").and_then(Value::as_str) == Some(schema.engine.as_str())
                        && body.facts.get("migrations").and_then(Value::as_i64) == Some(schema.migrations);
                    schema.said
                });
                if !agrees {
                    report.fault(Fault::Schema { n: Some(n), wrong: "its event and its row say different things" });
                }
            }
            _ => {}
        }
    }

    /// What must have been said once the last event was read. `live` is the schema as it is now.
    pub(super) fn end(&self, live: &Hash, report: &mut Report) {
        for row in self.stored.iter().skip(1) {
            if row.n.is_none_or(|n| !self.handed_over.contains(&n)) {
                let wrong = "a key is listed that no event hands over to".to_owned();
                report.fault(Fault::Key { leaf: row.from, wrong });
            }
        }
        // An earlier dropping may itself have been dropped, by a later one that is said.
        let covered = |prune: &Prune| {
            let later = self.prunes.iter().filter(|later| later.said && later.chain == prune.chain);
            later.map(|later| later.until).max() >= Some(prune.place.unwrap_or(u64::MAX).max(prune.until))
        };
        for prune in self.prunes.iter().filter(|prune| !prune.said && !covered(prune)) {
            report.fault(Fault::Prune { n: prune.n });
        }
        for schema in self.schemas.iter().filter(|schema| !schema.said) {
            report.fault(Fault::Schema { n: Some(schema.n), wrong: "no event says so" });
        }
        // A move to another engine is another schema by itself, and two instances that look at the same moment say the
        // same twice.
        let here: Vec<&Schema> = self.schemas.iter().filter(|schema| schema.engine == self.engine).collect();
        let changed =
            |pair: &&[&Schema]| pair[0].migrations == pair[1].migrations && pair[0].fingerprint != pair[1].fingerprint;
        for pair in here.windows(2).filter(changed) {
            report.fault(Fault::Schema { n: Some(pair[1].n), wrong: "it was changed without a migration" });
        }
        report.schema_recorded = !here.is_empty();
        if here.last().is_some_and(|last| last.fingerprint != *live) {
            report.fault(Fault::Schema { n: None, wrong: "it is another one than the last that was recorded" });
        }
    }
}
