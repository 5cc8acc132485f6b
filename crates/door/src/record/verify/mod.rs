//! Verifying a live database: leaves, chains, nodes, roots, checkpoints and signatures, values and their commitments, that
//! rows and events tell the same changes, and that each row holds what its last event commits to.
//!
//! Reads one snapshot, page by page, and changes nothing. Not checked here: whether what was recorded is true.

mod changes;
mod report;
mod rows;

use std::collections::VecDeque;

use ledger::checkpoint::Checkpoint;
use ledger::commitment::{Salt, of_value};
use ledger::event::Event;
use ledger::key::VerifierKey;
use ledger::replay::{Replay, Stored};
use ledger::tiles::is_stored;
use ledger::tree::{Node, Nodes as _};
use ledger::{Chain, Hash};
use serde::Deserialize;
use uuid::Uuid;

pub use self::report::{FAULTS_MAX, Fault, Report, Verdict};
use super::log::{self, StoredCheckpoint};
use crate::store::{Result, Row, Store, Tx};
use crate::values;

/// Rows read at once.
const PAGE: i64 = 1000;

/// A checkpoint that is kept outside the database: the high-water file, a customer's copy.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Where it comes from.
    pub label: String,
    /// The signed note.
    pub note: Vec<u8>,
}

/// Verifies all of it.
///
/// # Errors
/// As [`crate::store::Error`] says. What does not hold is in the report.
pub async fn verify(store: &Store, key: &VerifierKey, outside: &[Outside]) -> Result<Report> {
    let mut tx = store.read().await?;
    let mut pass = Pass::new(key);
    pass.take_outside(outside);
    pass.log(&mut tx).await?;
    pass.pending(&mut tx).await?;
    let tables = changes::check(&mut tx, &mut pass.report, pass.changes_said).await?;
    rows::check(&mut tx, &mut pass.report, &crate::inventory::columns(store).await?, &tables).await?;
    Ok(pass.report)
}

/// A value about a person as it lies beside its event.
#[derive(Deserialize)]
struct Kept {
    field: String,
    salt: Hash,
    value: String,
}

/// One reading from the first leaf to the last.
struct Pass<'a> {
    key: &'a VerifierKey,
    report: Report,
    replay: Replay,
    /// Whether every place was filled so far: only then do roots mean anything.
    whole: bool,
    /// Nodes completed on this page, and in all.
    nodes: Vec<(Node, Hash)>,
    nodes_total: u64,
    outside: VecDeque<(String, Checkpoint)>,
    checkpoints: VecDeque<StoredCheckpoint>,
    checkpoints_read_to: i64,
    changes_said: u64,
}

impl<'a> Pass<'a> {
    fn new(key: &'a VerifierKey) -> Self {
        Self {
            key,
            report: Report::default(),
            replay: Replay::default(),
            whole: true,
            nodes: Vec::new(),
            nodes_total: 0,
            outside: VecDeque::new(),
            checkpoints: VecDeque::new(),
            checkpoints_read_to: -1,
            changes_said: 0,
        }
    }

    /// Believes only what the log's key signed.
    fn take_outside(&mut self, outside: &[Outside]) {
        let mut opened = Vec::new();
        for Outside { label, note } in outside {
            match Checkpoint::open(note, self.key) {
                Ok(checkpoint) => opened.push((label.clone(), checkpoint)),
                Err(error) => self.report.ignored.push((label.clone(), error.to_string())),
            }
        }
        opened.sort_by_key(|(_, checkpoint)| checkpoint.size);
        self.outside = opened.into();
    }

    async fn log(&mut self, tx: &mut Tx) -> Result<()> {
        self.at_size(tx).await?;
        let mut next = 0;
        loop {
            let leaves = tx
                .all(
                    "SELECT l.seq AS seq, l.n AS n, l.chain AS chain, l.chain_seq AS chain_seq, \
                     l.chain_prev AS chain_prev, l.hash AS hash, e.chain AS event_chain, e.body AS body, \
                     e.private AS private, i.chain AS index_chain, i.at AS at, i.act AS act, i.actor AS actor, \
                     i.target AS target, i.outcome AS outcome \
                     FROM ledger_leaf l LEFT JOIN event e ON e.n = l.n LEFT JOIN event_index i ON i.n = l.n \
                     WHERE l.seq >= $1 ORDER BY l.seq LIMIT $2",
                    values![next, PAGE],
                )
                .await?;
            for row in &leaves {
                self.leaf(row)?;
                next = row.get::<i64>("seq")? + 1;
                self.at_size(tx).await?;
            }
            self.check_nodes(tx).await?;
            if (leaves.len() as i64) < PAGE {
                break;
            }
        }
        self.end(tx).await
    }

    fn leaf(&mut self, row: &Row) -> Result<()> {
        let (seq, n): (u64, i64) = (log::unsigned(row, "seq")?, row.get("n")?);
        if self.whole && seq != self.replay.size() {
            self.whole = false;
            self.report.fault(Fault::LeafMissing { seq: self.replay.size() });
        }
        self.report.leaves += 1;
        let Ok(chain) = row.get::<String>("chain")?.parse::<Chain>() else {
            self.whole = false;
            self.report.fault(Fault::Body { n, wrong: "its leaf names no chain".to_owned() });
            return Ok(());
        };
        let body: Option<Vec<u8>> = row.get("body")?;
        let stored = Stored {
            chain,
            sequence: log::unsigned(row, "chain_seq")?,
            previous: log::hash(row, "chain_prev")?,
            hash: log::hash(row, "hash")?,
            body: body.as_deref(),
        };
        let (nodes, whole) = (&mut self.nodes, self.whole);
        let taken = self.replay.take(&stored, |node, hash| {
            if whole && node.level > 0 && is_stored(node.level) {
                nodes.push((node, hash));
            }
        });
        if let Err(mismatch) = taken {
            self.report.fault(Fault::Leaf { seq, n, mismatch });
        }
        let wrong = |wrong: &str| Fault::Body { n, wrong: wrong.to_owned() };
        let Some(body) = body else {
            self.report.fault(wrong("is in the log, but not there any more"));
            return Ok(());
        };
        match Event::parse(&body) {
            Err(error) => self.report.fault(Fault::Body { n, wrong: error.to_string() }),
            Ok(event) => {
                let row_chain: Option<String> = row.get("event_chain")?;
                if event.body().chain != chain || row_chain != Some(chain.to_string()) {
                    self.report.fault(wrong("its row, its body and its leaf name different chains"));
                }
                if !indexed(row, &event)? {
                    self.report.fault(Fault::Index { n });
                }
                self.values(n, &event, row.get("private")?);
                self.changes_said += event.body().chg.len() as u64;
            }
        }
        Ok(())
    }

    /// Values about people against their commitments.
    fn values(&mut self, n: i64, event: &Event, private: Option<String>) {
        let commitments = &event.body().pii;
        let kept = private.map_or(Ok(Vec::new()), |private| serde_json::from_str::<Vec<Kept>>(&private));
        let Ok(kept) = kept else {
            self.report.fault(Fault::Value { n, field: "(all of them)".to_owned() });
            return;
        };
        for Kept { field, salt, value } in &kept {
            let commitment = of_value(&Salt::new(salt.0), event.id(), field, value.as_bytes());
            if commitments.get(field) == Some(&commitment) {
                self.report.values += 1;
            } else {
                self.report.fault(Fault::Value { n, field: field.clone() });
            }
        }
        let gone = commitments.keys().filter(|field| !kept.iter().any(|kept| kept.field == **field));
        self.report.values_erased += gone.count() as u64;
    }

    /// Checkpoints that are as large as the log read so far.
    async fn at_size(&mut self, tx: &mut Tx) -> Result<()> {
        let size = self.replay.size();
        while let Some((label, checkpoint)) = self.outside.pop_front_if(|(_, outside)| outside.size <= size) {
            if !self.whole || checkpoint.root == self.replay.root() {
                self.report.covered_outside = if self.whole { size } else { self.report.covered_outside };
            } else {
                let wrong = "the leaves up to it are others than those that were signed".to_owned();
                self.report.fault(Fault::Fork { label, size, wrong });
            }
        }
        loop {
            if self.checkpoints.is_empty() {
                self.read_checkpoints(tx).await?;
            }
            let Some(checkpoint) = self.checkpoints.pop_front_if(|checkpoint| checkpoint.size <= size) else { break };
            self.checkpoint(&checkpoint);
        }
        Ok(())
    }

    async fn read_checkpoints(&mut self, tx: &mut Tx) -> Result<()> {
        if self.checkpoints_read_to == i64::MAX {
            return Ok(());
        }
        let page = "SELECT size, root, note, at FROM ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT $2";
        let rows = tx.all(page, values![self.checkpoints_read_to, PAGE]).await?;
        self.checkpoints = rows.iter().map(StoredCheckpoint::read).collect::<Result<_>>()?;
        self.checkpoints_read_to = match self.checkpoints.back() {
            Some(last) if rows.len() as i64 == PAGE => log::signed(last.size)?,
            _ => i64::MAX,
        };
        Ok(())
    }

    fn checkpoint(&mut self, stored: &StoredCheckpoint) {
        let size = stored.size;
        let wrong = match Checkpoint::open(stored.note.as_bytes(), self.key) {
            Err(error) => error.to_string(),
            Ok(signed) if (signed.size, signed.root) != (size, stored.root) => {
                "its note says something else than its row".to_owned()
            }
            // After a gap no root can be made; the gap itself is on the list already.
            Ok(_) if !self.whole => return,
            Ok(_) if stored.root != self.replay.root() || size != self.replay.size() => {
                "the leaves up to it are others than those that were signed".to_owned()
            }
            Ok(_) => {
                self.report.checkpoints += 1;
                self.report.signed = size;
                return;
            }
        };
        self.report.fault(Fault::Checkpoint { size, wrong });
    }

    async fn check_nodes(&mut self, tx: &mut Tx) -> Result<()> {
        let nodes = std::mem::take(&mut self.nodes);
        self.nodes_total += nodes.len() as u64;
        let wanted: Vec<Node> = nodes.iter().map(|(node, _)| *node).collect();
        let stored = log::nodes(tx, &wanted).await?;
        for (node, _) in nodes.into_iter().filter(|(node, hash)| stored.node(*node) != Some(*hash)) {
            self.report.fault(Fault::Node { node });
        }
        Ok(())
    }

    /// What must not be left over once the last leaf was read.
    async fn end(&mut self, tx: &mut Tx) -> Result<()> {
        self.report.chains = self.replay.chains().count() as u64;
        let stored = log::unsigned(&tx.one("SELECT count(*) AS count FROM ledger_node", vec![]).await?, "count")?;
        if self.whole && stored > self.nodes_total {
            self.report.fault(Fault::NodesTooMany { count: stored - self.nodes_total });
        }
        let cut = format!("the log was cut: it has {} leaves", self.replay.size());
        for (label, checkpoint) in std::mem::take(&mut self.outside) {
            self.report.fault(Fault::Fork { label, size: checkpoint.size, wrong: cut.clone() });
        }
        loop {
            for checkpoint in std::mem::take(&mut self.checkpoints) {
                self.report.fault(Fault::Checkpoint { size: checkpoint.size, wrong: cut.clone() });
            }
            self.read_checkpoints(tx).await?;
            if self.checkpoints.is_empty() {
                return Ok(());
            }
        }
    }

    /// Events that have no place yet: either they wait for it, or somebody took it from them.
    async fn pending(&mut self, tx: &mut Tx) -> Result<()> {
        let mut after = 0;
        loop {
            let rows = tx
                .all(
                    "SELECT e.n AS n, e.body AS body, e.private AS private, p.n AS pending FROM event e \
                     LEFT JOIN ledger_leaf l ON l.n = e.n LEFT JOIN event_pending p ON p.n = e.n \
                     WHERE l.n IS NULL AND e.n > $1 ORDER BY e.n LIMIT $2",
                    values![after, PAGE],
                )
                .await?;
            for row in &rows {
                let n: i64 = row.get("n")?;
                after = n;
                if row.get::<Option<i64>>("pending")?.is_none() {
                    self.report.fault(Fault::Unsealed { n });
                    continue;
                }
                self.report.pending += 1;
                match Event::parse(&row.get::<Vec<u8>>("body")?) {
                    Err(error) => self.report.fault(Fault::Body { n, wrong: error.to_string() }),
                    Ok(event) => {
                        self.values(n, &event, row.get("private")?);
                        self.changes_said += event.body().chg.len() as u64;
                    }
                }
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }
}

/// Whether the trail's index says what the event says.
fn indexed(row: &Row, event: &Event) -> Result<bool> {
    let body = event.body();
    Ok(row.get::<Option<String>>("index_chain")? == Some(body.chain.to_string())
        && row.get::<Option<i64>>("at")? == Some(event.at().as_microsecond())
        && row.get::<Option<String>>("act")?.as_deref() == Some(body.act.as_str())
        && row.get::<Option<Uuid>>("actor")? == body.actor.id
        && row.get::<Option<Uuid>>("target")? == body.tgt.first().map(|target| target.id)
        && row.get::<Option<String>>("outcome")?.as_deref() == Some(body.out.word()))
}
