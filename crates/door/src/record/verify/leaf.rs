//! A leaf and its event, and all that can be said of them without those before them: read on every core.

use ledger::event::Event;
use ledger::replay::Stored;
use ledger::{Chain, Hash, leaf};
use uuid::Uuid;

use super::private::Beside;
use super::said::Said;
use super::sums::Keys;
use crate::record::log;
use crate::store::{Result, Row};

/// Leaves in their order, each with its event and what the trail's pages read of it.
pub(super) const PAGE_OF_LEAVES: &str = "SELECT l.seq AS seq, l.n AS n, l.chain AS chain, l.chain_seq AS chain_seq, \
     l.chain_prev AS chain_prev, l.hash AS hash, coalesce(e.chain = l.chain, false) AS chain_agrees, e.body AS body, \
     e.private AS private, coalesce(i.chain = l.chain, false) AS index_agrees, i.at AS at, i.act AS act, \
     i.actor AS actor, i.target AS target, i.outcome AS outcome \
     FROM ledger_leaf l LEFT JOIN event e ON e.n = l.n LEFT JOIN event_index i ON i.n = l.n \
     WHERE l.seq >= $1 ORDER BY l.seq LIMIT $2";

/// A leaf, as far as it can be read by itself.
pub(super) struct Leaf {
    pub(super) seq: u64,
    pub(super) n: i64,
    /// None where its chain cannot be read.
    pub(super) chain: Option<Chain>,
    pub(super) sequence: u64,
    pub(super) previous: Hash,
    pub(super) hash: Hash,
    /// The hash that follows from what is stored; none where the body is not there.
    pub(super) computed: Option<Hash>,
    /// The event; none where the body is not there.
    pub(super) event: Option<Result<Sound, String>>,
}

/// An event that is one.
pub(super) struct Sound {
    pub(super) event: Event,
    /// Whether row, body and leaf name the same chain.
    pub(super) chain_agrees: bool,
    /// Whether the index says what the event says.
    pub(super) indexed: bool,
    pub(super) beside: Beside,
    /// What it says about rows and objects.
    pub(super) said: Said,
}

impl Leaf {
    /// Reads a row of [`PAGE_OF_LEAVES`].
    pub(super) fn read(row: &Row, keys: &Keys) -> Result<Self> {
        let n: i64 = row.get("n")?;
        let chain: Option<Chain> = row.get::<String>("chain")?.parse().ok();
        let (sequence, previous) = (log::unsigned(row, "chain_seq")?, log::hash(row, "chain_prev")?);
        let body: Option<Vec<u8>> = row.get("body")?;
        let computed = match (&chain, &body) {
            (Some(chain), Some(body)) => Some(leaf::hash(chain, sequence, &previous, body)),
            _ => None,
        };
        let event = match body {
            Some(body) => Some(match Event::parse(&body) {
                Ok(event) => Ok(Sound {
                    chain_agrees: Some(event.body().chain) == chain && row.get("chain_agrees")?,
                    indexed: row.get("index_agrees")? && indexed(row, &event)?,
                    beside: Beside::read(&event, row.get("private")?),
                    said: Said::sealed(n, &event, keys),
                    event,
                }),
                Err(error) => Err(error.to_string()),
            }),
            None => None,
        };
        let (seq, hash) = (log::unsigned(row, "seq")?, log::hash(row, "hash")?);
        Ok(Self { seq, n, chain, sequence, previous, hash, computed, event })
    }

    /// As the log's replay takes it.
    pub(super) fn stored(&self, chain: Chain) -> Stored<'static> {
        Stored { chain, sequence: self.sequence, previous: self.previous, hash: self.hash, body: None }
    }
}

/// Whether the trail's index says what the event says. Its chain was compared by the database.
fn indexed(row: &Row, event: &Event) -> Result<bool> {
    let body = event.body();
    Ok(row.get::<Option<i64>>("at")? == Some(event.at().as_microsecond())
        && row.get::<Option<String>>("act")?.as_deref() == Some(body.act.as_str())
        && row.get::<Option<Uuid>>("actor")? == body.actor.id
        && row.get::<Option<Uuid>>("target")? == body.tgt.first().map(|target| target.id)
        && row.get::<Option<String>>("outcome")?.as_deref() == Some(body.out.word()))
}
