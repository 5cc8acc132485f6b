//! The sequencer: gives committed events their place in the log and signs how far it goes.
//!
//! There is no leader. Whoever gets the row of `ledger_head` does the next batch; others go home and try later. An event
//! takes part once it is committed, in the order of its number within the batch; whatever its transaction could see was
//! committed before and lies in this batch or an earlier one, so causes come before effects.
//!
//! Before anything is signed, the batch is read back and computed a second way. One flipped bit between the first hash and
//! the tree has ended a public log before; here it only ends the batch.

use std::collections::HashMap;

use ledger::event::Event;
use ledger::tiles::is_stored;
use ledger::tree::Frontier;
use ledger::{Chain, ChainHead};

use super::sign::{SealError, Sealer, Sign, Signing, root_at};
use super::{anchor, log};
use crate::pass::Door;
use crate::store::{Store, Tx, Value};
use crate::time::Time;
use crate::trail::index::Index;
use crate::values;

/// Events of one batch at the most.
pub const BATCH_EVENTS_MAX: usize = 4096;
/// What a sealer's work came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sealed {
    /// Events that were given their place.
    pub events: u64,
    /// The checkpoint that was signed, as a note.
    pub checkpoint: Option<String>,
    /// Where the copies have kept a checkpoint from being signed for long: the leaves that they hold.
    pub copies_hold: Option<u64>,
}

impl Door {
    /// Seals what is committed and not sealed yet, and signs when it is due. Gives the number of events.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn seal(&self) -> Result<u64, SealError> {
        self.watch_schema().await?;
        let sealer = self.parts.sealer.as_deref();
        if let Some(sealer) = sealer {
            anchor::ask_outside(sealer).await;
        }
        let sealed = seal(&self.parts.store, sealer, self.now(), Sign::WhenDue).await;
        if let Some(sealer) = sealer {
            sealer.remember(match &sealed {
                Err(error) => Some(error.to_string()),
                Ok(sealed) => sealed.copies_hold.map(|held| {
                    format!("checkpoints wait: checkpoint_durability asks for copies, and they hold {held} leaves only")
                }),
            });
        }
        Ok(sealed?.events)
    }

    /// Seals what is committed and signs at once. Gives the newest checkpoint that may be shown; none while there is nothing
    /// to sign, or no key. Where another instance is at work it may be an older one.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn checkpoint(&self) -> Result<Option<String>, SealError> {
        let store = &self.parts.store;
        let sealer = self.parts.sealer.as_deref();
        seal(store, sealer, self.now(), Sign::Now).await?;
        let Some(sealer) = sealer else { return Ok(None) };
        Ok(sealer.newest_covered(&mut store.read().await?).await?.map(|checkpoint| checkpoint.note))
    }
}

/// Seals everything that is pending, batch by batch. Without a sealer, nothing is signed.
///
/// # Errors
/// See [`SealError`].
pub async fn seal(store: &Store, sealer: Option<&Sealer>, now: Time, sign: Sign) -> Result<Sealed, SealError> {
    let signing = sealer.map(|sealer| Signing::new(sealer, now, sign)).transpose()?;
    let mut sealed = Sealed::default();
    loop {
        let work = look(store, signing.as_ref()).await?;
        sealed.copies_hold = work.copies_hold;
        if !work.waits {
            break;
        }
        let batch = batch(store, signing.as_ref(), work.held).await?;
        sealed.events += batch.events;
        sealed.checkpoint = batch.checkpoint.or(sealed.checkpoint);
        if batch.events < BATCH_EVENTS_MAX as u64 {
            break;
        }
    }
    Ok(sealed)
}

/// What a look at the database found.
#[derive(Default)]
struct Work {
    /// Whether there is anything to seal or to sign.
    waits: bool,
    /// Leaves that the copies hold, where they are waited for: more is not signed.
    held: Option<u64>,
    /// The same, where it has kept a checkpoint from being signed for long.
    copies_hold: Option<u64>,
}

/// Asks in a snapshot, so that an idle sealer takes no lock. Publishes what was signed and did not reach the file.
async fn look(store: &Store, signing: Option<&Signing<'_>>) -> Result<Work, SealError> {
    let outside = signing.map(Signing::outside).transpose()?.flatten();
    let mut tx = store.read().await?;
    let pending = tx.maybe("SELECT n FROM event_pending LIMIT 1", vec![]).await?.is_some();
    let Some(signing) = signing else { return Ok(Work { waits: pending, ..Work::default() }) };
    let last = log::last_checkpoint(&mut tx).await?;
    // Also while events wait: an instance that never gets the head must still learn what the others signed.
    let behind = last.as_ref().is_some_and(|last| outside.as_ref().is_none_or(|outside| outside.size < last.size));
    let size = log::unsigned(&tx.one("SELECT size FROM ledger_head WHERE id = 1", vec![]).await?, "size")?;
    if !pending || behind {
        signing.check_outside(outside.as_ref(), &mut tx, size).await?;
    }
    if let Some(last) = last.as_ref().filter(|_| behind) {
        signing.publish(last.size, &last.note)?;
    }
    let due = signing.is_due(size, last.as_ref());
    drop(tx);
    // The copies are asked only when it matters, and never within a transaction.
    let held = if due { signing.held(store).await? } else { None };
    let lag = due && held.is_some_and(|held| held < size);
    Ok(Work {
        waits: pending || (due && !lag),
        held,
        copies_hold: held.filter(|_| lag && signing.is_late(last.as_ref())),
    })
}

/// One transaction: the next events in order, their leaves and nodes, and a checkpoint if it is due.
///
/// Where copies are waited for, what this batch appends cannot be there yet: then what stood before it is signed.
async fn batch(store: &Store, signing: Option<&Signing<'_>>, held: Option<u64>) -> Result<Sealed, SealError> {
    let mut tx = store.write(true).await?;
    let Some(head) = tx.claim("SELECT size FROM ledger_head WHERE id = 1", vec![]).await? else {
        return Ok(Sealed::default());
    };
    let from = log::unsigned(&head, "size")?;
    let mut frontier = Frontier::read(&log::nodes_of_root(&mut tx, from).await?, from)?;
    let before = frontier.clone();
    let events = append(&mut tx, &mut frontier, None).await?;
    check_again(&mut tx, from, &frontier).await?;
    tx.run("UPDATE ledger_head SET size = $1 WHERE id = 1", values![log::signed(frontier.size())?]).await?;
    let checkpoint = match signing {
        Some(signing) if !signing.waits_for_copies() => signing.sign(&mut tx, &frontier).await?,
        Some(signing) if held.is_some_and(|held| from <= held) => signing.sign(&mut tx, &before).await?,
        _ => None,
    };
    tx.commit().await?;
    if let (Some(signing), Some((size, note))) = (signing, &checkpoint) {
        signing.publish(*size, note)?;
    }
    Ok(Sealed { events, checkpoint: checkpoint.map(|(_, note)| note), copies_hold: None })
}

/// Appends the next pending events, or only the one that is named. Gives how many.
pub(super) async fn append(tx: &mut Tx, frontier: &mut Frontier, only: Option<i64>) -> Result<u64, SealError> {
    let (from, limit) = (frontier.size(), i64::try_from(BATCH_EVENTS_MAX).unwrap_or(i64::MAX));
    let pending = tx
        .all(
            "SELECT p.n AS n, e.chain AS chain, e.body AS body FROM event_pending p LEFT JOIN event e ON e.n = p.n \
             WHERE p.n = $2 OR $2 < 0 ORDER BY p.n LIMIT $1",
            values![limit, only.unwrap_or(-1)],
        )
        .await?;
    let mut heads: HashMap<Chain, ChainHead> = HashMap::new();
    let (mut leaves, mut nodes): (Vec<Value>, Vec<Value>) = Default::default();
    let mut index = Index::default();
    for row in &pending {
        let n: i64 = row.get("n")?;
        let event = sound(n, row.get("chain")?, row.get("body")?)?;
        let body = event.body();
        let head = match heads.get(&body.chain) {
            Some(head) => *head,
            None => log::chain_head(tx, &body.chain, from).await?,
        };
        let leaf = head.next(body.chain, event.bytes().to_vec());
        let hash = leaf.hash();
        heads.insert(body.chain, ChainHead { count: leaf.sequence, last: hash });
        let (seq, chain) = (log::signed(frontier.size())?, body.chain.to_string());
        leaves.extend(values![seq, n, chain.as_str(), log::signed(leaf.sequence)?, leaf.previous.0, hash.0]);
        index.take(n, &event);
        frontier.append(hash, |node, hash| {
            // The leaves themselves are level 0.
            if let (true, 1.., Ok(index)) = (is_stored(node.level), node.level, i64::try_from(node.index)) {
                nodes.extend(values![i64::from(node.level), index, hash.0]);
            }
        });
    }
    tx.insert_rows("INSERT INTO ledger_leaf (seq, n, chain, chain_seq, chain_prev, hash)", 6, &leaves).await?;
    tx.insert_rows("INSERT INTO ledger_node (level, idx, hash)", 3, &nodes).await?;
    index.write(tx).await?;
    // By what was sealed, not by a highest number: a lower one may have been committed since.
    let done = "DELETE FROM event_pending WHERE n IN (SELECT n FROM ledger_leaf WHERE seq >= $1)";
    let done = tx.run(done, values![log::signed(from)?]).await?;
    if done != pending.len() as u64 {
        return Err(SealError::Tampered(format!("{} events were pending, {done} were sealed", pending.len())));
    }
    Ok(done)
}

/// An event that may enter the log: there, of the one form, and in the chain that its row says.
fn sound(n: i64, chain: Option<String>, body: Option<Vec<u8>>) -> Result<Event, SealError> {
    let tampered = |wrong: String| SealError::Tampered(format!("event {n}: {wrong}"));
    let (Some(chain), Some(body)) = (chain, body) else { return Err(tampered("is pending, but not there".to_owned())) };
    let event = Event::parse(&body).map_err(|error| tampered(error.to_string()))?;
    if event.body().chain.to_string() == chain {
        Ok(event)
    } else {
        Err(tampered(format!("its row says chain {chain}, its body {}", event.body().chain)))
    }
}

/// The second way: what was written is read back, hashed from the stored bodies, and the root made from stored nodes.
pub(super) async fn check_again(tx: &mut Tx, from: u64, frontier: &Frontier) -> Result<(), SealError> {
    let written = tx
        .all(
            "SELECT l.seq AS seq, l.chain AS chain, l.chain_seq AS chain_seq, l.chain_prev AS chain_prev, \
             l.hash AS hash, e.body AS body FROM ledger_leaf l JOIN event e ON e.n = l.n \
             WHERE l.seq >= $1 ORDER BY l.seq",
            values![log::signed(from)?],
        )
        .await?;
    let mut heads: HashMap<Chain, ChainHead> = HashMap::new();
    for (row, expected) in written.iter().zip(from..) {
        let seq = log::unsigned(row, "seq")?;
        let tampered = |wrong: &str| SealError::Tampered(format!("leaf {seq}: {wrong}"));
        let chain: Chain = row.get::<String>("chain")?.parse().map_err(|_| tampered("its chain cannot be read"))?;
        let before = match heads.get(&chain) {
            Some(head) => *head,
            None => log::chain_head(tx, &chain, from).await?,
        };
        let (count, previous) = (log::unsigned(row, "chain_seq")?, log::hash(row, "chain_prev")?);
        let hash = ledger::leaf::hash(&chain, count, &previous, &row.get::<Vec<u8>>("body")?);
        let follows = seq == expected && count == before.count + 1 && previous == before.last;
        if !follows || hash != log::hash(row, "hash")? {
            return Err(tampered("read back, it is another than was written"));
        }
        heads.insert(chain, ChainHead { count, last: hash });
    }
    let size = frontier.size();
    if from + written.len() as u64 != size || root_at(tx, size).await? != frontier.root() {
        return Err(SealError::Tampered(format!("the root of {size} leaves comes out differently the second time")));
    }
    Ok(())
}
