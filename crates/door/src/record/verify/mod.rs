//! Verifying a live database: leaves, chains, nodes, roots, checkpoints and signatures, values and their commitments, that
//! rows and events tell the same changes, and that each row holds what its last event commits to.
//!
//! Reads one snapshot, page by page, and changes nothing: while one page is worked on by all cores, the next one is read.
//! Not checked here: whether what was recorded is true.

mod changes;
mod cores;
mod fault;
mod heads;
mod leaf;
mod objects;
mod own;
mod private;
mod report;
mod rows;
mod said;
mod sums;

use std::collections::HashSet;
use std::sync::Arc;

use ledger::event::Event;
use ledger::key::VerifierKey;
use ledger::policy::Policy;
use ledger::replay::Replay;
use ledger::tiles::is_stored;
use ledger::tree::{Node, Nodes as _};
use uuid::Uuid;

use self::cores::on_all_cores;
pub use self::fault::Fault;
use self::heads::Heads;
use self::leaf::{Leaf, PAGE_OF_LEAVES, Sound};
use self::own::Own;
use self::private::{Beside, Private};
pub use self::report::{FAULTS_MAX, Report};
use self::said::Said;
use self::sums::Keys;
use super::high_water::Erased;
use super::{log, schema_watch};
use crate::store::{Result, Store, Tx};
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
    let Pass { mut report, said, keys, own, dropped, .. } = pass;
    let tables = changes::check(&mut tx, &mut report, &keys, said.changes, &own, &Arc::new(dropped)).await?;
    objects::check(&mut tx, &mut report, &keys, said.objects).await?;
    rows::check(&mut tx, &mut report, &columns, &tables).await?;
    Ok(report)
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
    keys: Keys,
    said: Said,
    /// Events that were dropped by policy.
    dropped: HashSet<i64>,
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
            keys: Keys::default(),
            said: Said::default(),
            dropped: HashSet::new(),
            ids: HashSet::new(),
            suspects: Vec::new(),
        }
    }

    async fn log(&mut self, tx: &mut Tx) -> Result<()> {
        self.heads.read_to(tx, 0).await?;
        self.at_size();
        let mut page = tx.all(PAGE_OF_LEAVES, values![0, PAGE]).await?;
        loop {
            let full = page.len() as i64 == PAGE;
            let next = page.last().map_or(Ok(0), |row| row.get::<i64>("seq"))? + 1;
            let keys = self.keys.clone();
            let working = on_all_cores(page, move |row| Leaf::read(row, &keys));
            let following = async { if full { tx.all(PAGE_OF_LEAVES, values![next, PAGE]).await } else { Ok(vec![]) } };
            let (leaves, following) = working.and(following).await?;
            page = following;
            self.heads.read_to(tx, self.replay.size() + leaves.len() as u64).await?;
            for leaf in leaves {
                self.leaf(leaf);
                self.at_size();
            }
            self.check_nodes(tx).await?;
            if !full {
                break;
            }
        }
        self.end(tx).await
    }

    /// Holds the log as it was read so far against checkpoints of this size.
    fn at_size(&mut self) {
        if self.heads.is_due(self.replay.size()) {
            let root = self.whole.then(|| self.replay.root());
            self.heads.at_size(self.replay.size(), root, &mut self.report);
        }
    }

    fn leaf(&mut self, leaf: Leaf) {
        let (seq, n) = (leaf.seq, leaf.n);
        if self.whole && seq != self.replay.size() {
            self.whole = false;
            self.report.fault(Fault::LeafMissing { seq: self.replay.size() });
        }
        self.report.leaves += 1;
        let Some(chain) = leaf.chain else {
            self.whole = false;
            self.report.fault(Fault::Body { n, wrong: "its leaf names no chain".to_owned() });
            return;
        };
        let stored = leaf.stored(chain);
        let (nodes, whole) = (&mut self.nodes, self.whole);
        let taken = self.replay.take_computed(&stored, leaf.computed, |node, hash| {
            if whole && node.level > 0 && is_stored(node.level) {
                nodes.push((node, hash));
            }
        });
        if let Err(mismatch) = taken {
            self.report.fault(Fault::Leaf { seq, n, mismatch });
        }
        match leaf.event {
            None if self.own.dropped(&stored) => {
                self.report.dropped += 1;
                self.dropped.insert(n);
            }
            None => {
                let wrong = "is in the log, but not there any more".to_owned();
                self.report.fault(Fault::Body { n, wrong });
            }
            Some(Err(wrong)) => self.report.fault(Fault::Body { n, wrong }),
            Some(Ok(Sound { event, chain_agrees, indexed, beside, said })) => {
                if !chain_agrees {
                    let wrong = "its row, its body and its leaf name different chains".to_owned();
                    self.report.fault(Fault::Body { n, wrong });
                }
                if !indexed {
                    self.report.fault(Fault::Index { n });
                }
                self.heads.bracket(seq, n, &event, &mut self.report);
                self.event(Some(seq), n, &event, beside, said);
            }
        }
    }

    /// What every sound event is held against, sealed or not.
    fn event(&mut self, seq: Option<u64>, n: i64, event: &Event, beside: Beside, said: Said) {
        self.own.take(seq, n, event, &mut self.report);
        self.private.take(n, event, beside, &mut self.report);
        self.said.add(said);
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
                    Ok(event) => {
                        let (beside, said) =
                            (Beside::read(&event, row.get("private")?), Said::waiting(n, &event, &self.keys));
                        self.event(None, n, &event, beside, said);
                    }
                }
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }
}
