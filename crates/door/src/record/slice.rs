//! A chain's slice of the log, for those whose chain it is: to be kept and checked without us.

use ledger::Chain;
use ledger::leaf::Leaf;
use ledger::note::Note;
use ledger::policy::Policy;
use ledger::proof::Proof;
use ledger::slice::Slice;
use ledger::statement::Statement;
use ledger::tree::{inclusion_nodes, prove_inclusion};

use super::log::{self, StoredCheckpoint};
use super::sign::Sealer;
use super::terms;
use crate::permit::Read;
use crate::refusal::Refusal;
use crate::store::{Error, Result, Row, Tx};
use crate::values;

/// Leaves that are proved at once.
const PAGE: i64 = 500;

/// Makes a chain's slice inside an action: the files are [`Slice::files`], by name; an action that gives them out writes
/// them into an archive or a directory just as they are, and nothing else belongs there. `None` while nothing of the
/// chain is signed yet: ask again after some seconds.
///
/// The action must have decided that the caller may read all of this chain. The slice holds bodies only; values about
/// people are not in it.
///
/// # Errors
/// [`Refusal::Broken`] when what is stored cannot be a log, or this portal has no key.
pub async fn slice(read: &mut Read<'_>, chain: &Chain) -> std::result::Result<Option<Slice>, Refusal> {
    let sealer = read.parts.sealer.clone().ok_or(Refusal::Broken)?;
    Ok(slice_of(read.tx()?, &sealer, chain).await?)
}

/// The same for commands, from a transaction.
///
/// # Errors
/// As [`crate::store::Error`] says; [`Error::Other`] when what is stored cannot be a log.
pub async fn slice_of(tx: &mut Tx, sealer: &Sealer, chain: &Chain) -> Result<Option<Slice>> {
    let Some(head) = checkpoint_for(tx, sealer, chain).await? else { return Ok(None) };
    let stands = log::chain_head(tx, chain, head.size).await?;
    if stands.count == 0 {
        return Ok(None);
    }
    let key = sealer.key().map_err(|error| broken(&error))?;
    let origin = key.verifier().name().to_owned();
    let statement = Statement { origin, chain: *chain, head: stands, size: head.size, root: head.root };
    let statement = statement.sign(&key).map_err(|error| broken(&error))?;
    let checkpoint = with_cosignatures(tx, &head).await?;
    let leaves = leaves(tx, chain, head.size, &checkpoint).await?;
    Ok(Some(Slice { checkpoint, statement, policy: policy_of(tx).await?, leaves }))
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Other(format!("the slice cannot be made: {error}"))
}

/// The newest checkpoint that may be shown; or an older one that a witness saw, if it covers the chain as well.
async fn checkpoint_for(tx: &mut Tx, sealer: &Sealer, chain: &Chain) -> Result<Option<StoredCheckpoint>> {
    let Some(newest) = sealer.newest_covered(tx).await? else { return Ok(None) };
    let seen = "SELECT c.size AS size, c.root AS root, c.note AS note, c.at AS at FROM ledger_checkpoint c \
                WHERE c.size <= $1 AND c.size IN (SELECT size FROM ledger_anchor WHERE anchor LIKE 'witness %') \
                ORDER BY c.size DESC LIMIT 1";
    let Some(seen) =
        tx.maybe(seen, values![log::signed(newest.size)?]).await?.as_ref().map(StoredCheckpoint::read).transpose()?
    else {
        return Ok(Some(newest));
    };
    // A checkpoint of an earlier term would need an earlier key for the statement.
    let same_log = |stored: &StoredCheckpoint| stored.note.lines().next().map(str::to_owned);
    let last_term = terms::stored(tx).await?.last().map_or(0, |term| term.from);
    let covers = log::chain_head(tx, chain, seen.size).await? == log::chain_head(tx, chain, newest.size).await?;
    Ok(Some(if covers && seen.size > last_term && same_log(&seen) == same_log(&newest) { seen } else { newest }))
}

/// The checkpoint with everybody's signature that was collected for it.
async fn with_cosignatures(tx: &mut Tx, stored: &StoredCheckpoint) -> Result<Note> {
    let mut note = Note::parse(stored.note.as_bytes()).map_err(|error| broken(&error))?;
    let receipts = "SELECT note FROM ledger_anchor WHERE size = $1 ORDER BY anchor";
    for row in tx.all(receipts, values![log::signed(stored.size)?]).await? {
        if let Ok(receipt) = Note::parse(row.get::<String>("note")?.as_bytes()) {
            note = note.joined(&receipt);
        }
    }
    Ok(note)
}

/// The log's keys, each with the sizes of its checkpoints: what clients need to believe anything.
///
/// # Errors
/// As [`crate::store::Error`] says.
pub async fn policy_of(tx: &mut Tx) -> Result<Policy> {
    let stored = terms::stored(tx).await?;
    let first = |place: usize| if place == 0 { 0 } else { stored[place].from + 1 };
    let last = |place: usize| stored.get(place + 1).map_or(u64::MAX, |next| next.from);
    Ok(Policy::logs_only(stored.iter().enumerate().map(|(place, term)| (term.key.clone(), first(place)..=last(place)))))
}

/// The chain's leaves that are still there, each with its proof.
async fn leaves(tx: &mut Tx, chain: &Chain, size: u64, checkpoint: &Note) -> Result<Vec<(Leaf, Proof)>> {
    let (mut proved, mut after) = (Vec::new(), 0_i64);
    loop {
        let rows = tx
            .all(
                "SELECT l.seq AS seq, l.chain_seq AS chain_seq, l.chain_prev AS chain_prev, e.body AS body \
                 FROM ledger_leaf l JOIN event e ON e.n = l.n \
                 WHERE l.chain = $1 AND l.chain_seq > $2 AND l.seq < $3 ORDER BY l.chain_seq LIMIT $4",
                values![chain.to_string(), after, log::signed(size)?, PAGE],
            )
            .await?;
        let read = |row: &Row| {
            let (sequence, previous) = (log::unsigned(row, "chain_seq")?, log::hash(row, "chain_prev")?);
            Ok((log::unsigned(row, "seq")?, Leaf { chain: *chain, sequence, previous, body: row.get("body")? }))
        };
        let page = rows.iter().map(read).collect::<Result<Vec<(u64, Leaf)>>>()?;
        let mut wanted = Vec::new();
        for (index, leaf) in &page {
            wanted.extend(inclusion_nodes(*index, size).map_err(|error| broken(&error))?);
            after = log::signed(leaf.sequence)?;
        }
        let nodes = log::nodes(tx, &wanted).await?;
        for (index, leaf) in page {
            let hashes = prove_inclusion(&nodes, index, size).map_err(|error| broken(&error))?;
            proved.push((leaf, Proof { extra: None, index, hashes, checkpoint: checkpoint.clone() }));
        }
        if (rows.len() as i64) < PAGE {
            return Ok(proved);
        }
    }
}
