//! Verifying a live database: leaves, chains, nodes, roots, checkpoints and signatures, values and their commitments, that
//! rows and events tell the same changes, and that each row holds what its last event commits to.
//!
//! Reads one snapshot, page by page, and changes nothing. Not checked here: whether what was recorded is true.

mod changes;
mod fault;
mod heads;
mod own;
mod private;
mod report;
mod rows;

use std::collections::HashSet;

use ledger::Chain;
use ledger::event::Event;
use ledger::key::VerifierKey;
use ledger::policy::Policy;
use ledger::replay::{Replay, Stored};
use ledger::tiles::is_stored;
use ledger::tree::{Node, Nodes as _};
use uuid::Uuid;

pub use self::fault::Fault;
use self::heads::Heads;
use self::own::Own;
use self::private::Private;
pub use self::report::{FAULTS_MAX, Report};
use super::high_water::Erased;
use super::{log, schema_watch};
use crate::store::{Result, Row, Store, Tx};
use crate::values;
pub use ledger::Verdict;

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

/// Whom and what the verifier believes.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Whose signatures: any one of the log's keys, and witnesses.
    pub policy: Policy,
    /// Checkpoints that are kept outside the database.
    pub outside: Vec<Outside>,
    /// Who was erased, as a list outside the database says.
    pub erased: Vec<Erased>,
}

impl Trust {
    /// The log's key alone.
    #[must_use]
    pub fn key(key: VerifierKey) -> Self {
        Self { policy: Policy::log_only(key), outside: Vec::new(), erased: Vec::new() }
    }

    /// With these checkpoints from outside.
    #[must_use]
    pub fn outside(mut self, outside: &[Outside]) -> Self {
        self.outside.extend_from_slice(outside);
        self
    }
}

/// Verifies all of it.
///
/// # Errors
/// As [`crate::store::Error`] says. What does not hold is in the report.
pub async fn verify(store: &Store, trust: &Trust) -> Result<Report> {
    let fingerprint = schema_watch::fingerprint(store).await?;
    let columns = crate::inventory::columns(store).await?;
    let mut tx = store.read().await?;
    let mut report = Report::default();
    let own = Own::read(&mut tx).await?;
    let heads = Heads::read(&mut tx, trust, own.terms(), &mut report).await?;
    let private = Private::read(&mut tx, trust).await?;
    let mut pass = Pass::new(report, heads, own, private);
    pass.log(&mut tx).await?;
    pass.pending(&mut tx).await?;
    pass.repeated(&mut tx).await?;
    pass.own.end(&fingerprint, &mut pass.report);
    pass.private.end(&mut pass.report);
    let tables = changes::check(&mut tx, &mut pass.report, pass.changes_said, &pass.own).await?;
    rows::check(&mut tx, &mut pass.report, &columns, &tables).await?;
    Ok(pass.report)
}

/// One reading from the first leaf to the last.
struct Pass {
    report: Report,
    heads: Heads,
    own: Own,
    private: Private,
    replay: Replay,
    /// Whether every place was filled so far: only then do roots mean anything.
    whole: bool,
    /// Nodes completed on this page, and in all.
    nodes: Vec<(Node, ledger::Hash)>,
    nodes_total: u64,
    changes_said: u64,
    /// The ids of the events that were read, folded to eight bytes.
    ids: HashSet<u64>,
    /// Events whose folded id came before.
    suspects: Vec<(i64, Uuid)>,
}

impl Pass {
    fn new(report: Report, heads: Heads, own: Own, private: Private) -> Self {
        Self {
            report,
            heads,
            own,
            private,
            replay: Replay::default(),
            whole: true,
            nodes: Vec::new(),
            nodes_total: 0,
            changes_said: 0,
            ids: HashSet::new(),
            suspects: Vec::new(),
        }
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

    async fn at_size(&mut self, tx: &mut Tx) -> Result<()> {
        let root = self.whole.then(|| self.replay.root());
        self.heads.at_size(tx, self.replay.size(), root, &mut self.report).await
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
        let Some(body) = body else {
            if self.own.dropped(&stored) {
                self.report.dropped += 1;
            } else {
                let wrong = "is in the log, but not there any more".to_owned();
                self.report.fault(Fault::Body { n, wrong });
            }
            return Ok(());
        };
        match Event::parse(&body) {
            Err(error) => self.report.fault(Fault::Body { n, wrong: error.to_string() }),
            Ok(event) => {
                let row_chain: Option<String> = row.get("event_chain")?;
                if event.body().chain != chain || row_chain != Some(chain.to_string()) {
                    let wrong = "its row, its body and its leaf name different chains".to_owned();
                    self.report.fault(Fault::Body { n, wrong });
                }
                if !indexed(row, &event)? {
                    self.report.fault(Fault::Index { n });
                }
                self.heads.bracket(seq, n, &event, &mut self.report);
                self.event(Some(seq), n, &event, row.get("private")?);
            }
        }
        Ok(())
    }

    /// What every sound event is held against, sealed or not.
    fn event(&mut self, seq: Option<u64>, n: i64, event: &Event, private: Option<String>) {
        self.own.take(seq, n, event, &mut self.report);
        self.private.take(n, event, private, &mut self.report);
        self.changes_said += event.body().chg.len() as u64;
        let (high, low) = event.id().as_u64_pair();
        if !self.ids.insert(high ^ low) {
            self.suspects.push((n, event.id()));
        }
    }

    /// No event stands in the log twice. Folded ids may meet by chance, so that suspects are looked for.
    async fn repeated(&mut self, tx: &mut Tx) -> Result<()> {
        for (n, id) in std::mem::take(&mut self.suspects).into_iter().take(FAULTS_MAX) {
            let mut after = 0;
            'pages: loop {
                let page = "SELECT n, body FROM event WHERE n > $1 AND n < $2 ORDER BY n LIMIT $3";
                let rows = tx.all(page, values![after, n, PAGE]).await?;
                for row in &rows {
                    after = row.get("n")?;
                    if Event::parse(&row.get::<Vec<u8>>("body")?).is_ok_and(|event| event.id() == id) {
                        self.report.fault(Fault::Repeated { n, before: after });
                        break 'pages;
                    }
                }
                if (rows.len() as i64) < PAGE {
                    break;
                }
            }
        }
        Ok(())
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
        let head = "SELECT size FROM ledger_head WHERE id = 1";
        let head = tx.maybe(head, vec![]).await?.map(|row| log::unsigned(&row, "size")).transpose()?;
        if self.whole && head != Some(self.replay.size()) {
            self.report.fault(Fault::Head { said: head, leaves: self.replay.size() });
        }
        self.heads.end(tx, self.replay.size(), &mut self.report).await
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
                    Ok(event) => self.event(None, n, &event, row.get("private")?),
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
