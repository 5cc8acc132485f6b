//! Attacks on what was sealed: edited, cut, swapped, replaced, with and without the key.

use ledger::leaf;

use super::tools::{
    cut, edited, middle, older_checkpoint, past_triggers, rehearse, reseal, sign, sign_elsewhere, unseal_from,
};
use super::{AttackError, Left, Result, Victim};
use crate::record::log;
use crate::record::seal::seal;
use crate::record::sign::Sign;
use crate::store::{Error, Tx};
use crate::values;

/// How a line that names the attack reads.
type Names = &'static [&'static str];

pub(super) async fn run(number: u8, victim: &Victim) -> Result<Left> {
    let names = match number {
        1 => body_alone(victim).await?,
        2 => body_and_leaf(victim).await?,
        3 => without_the_key(victim).await?,
        4 | 11 => signed_anew(victim, number == 11).await?,
        5 => one_gone(victim).await?,
        6 => tail_cut(victim).await.map(|()| CUT)?,
        7 => tail_cut(victim).await.map(|()| NOTHING)?,
        8 => swapped(victim).await?,
        9 => back_dated(victim).await?,
        10 => repeated(victim).await?,
        12 => another_root(victim).await?,
        13 => return put_back(victim).await,
        16 => two_at_once(victim).await?,
        _ => one_chain_gone(victim).await?,
    };
    // The seventh is the one that nobody can see who holds nothing from outside.
    let trust = if number == 7 { victim.alone()? } else { victim.trust()? };
    Ok(Left::Database(trust, names))
}

async fn body_alone(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (_, n, body) = middle(tx).await?;
        set_body(tx, n, &edited(&body)).await
    })
    .await?;
    Ok(&["the stored hash is not the hash of the stored leaf"])
}

async fn set_body(tx: &mut Tx, n: i64, body: &[u8]) -> Result<(), Error> {
    tx.run("UPDATE event SET body = $2 WHERE n = $1", values![n, body]).await?;
    Ok(())
}

async fn body_and_leaf(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (seq, n, body) = middle(tx).await?;
        let body = edited(&body);
        set_body(tx, n, &body).await?;
        let leaf = "SELECT chain, chain_seq, chain_prev FROM ledger_leaf WHERE seq = $1";
        let row = tx.one(leaf, values![log::signed(seq)?]).await?;
        let chain = row.get::<String>("chain")?.parse().map_err(|error| Error::Other(format!("{error}")))?;
        let hash = leaf::hash(&chain, log::unsigned(&row, "chain_seq")?, &log::hash(&row, "chain_prev")?, &body);
        tx.run("UPDATE ledger_leaf SET hash = $2 WHERE seq = $1", values![log::signed(seq)?, hash.0]).await?;
        Ok(())
    })
    .await?;
    Ok(&["the leaves up to it are others than those that were signed"])
}

/// Rewrites everything from the middle on, so that it holds by itself; then changes the roots in the old notes.
async fn without_the_key(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (seq, n, body) = middle(tx).await?;
        let notes = "SELECT size, note FROM ledger_checkpoint WHERE size > $1 ORDER BY size DESC LIMIT 1";
        let old = tx.one(notes, values![log::signed(seq)?]).await?;
        unseal_from(tx, seq).await?;
        set_body(tx, n, &edited(&body)).await?;
        reseal(tx, None).await.map_err(other)?;
        let (size, note): (i64, String) = (old.get("size")?, old.get("note")?);
        let root = crate::record::sign::root_at(tx, size.unsigned_abs())
            .await
            .map_err(|error| Error::Other(error.to_string()))?;
        let was = note.lines().nth(2).unwrap_or_default().to_owned();
        let note = note.replace(&was, &root.to_string());
        let insert = "INSERT INTO ledger_checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)";
        tx.run(insert, values![size, root.0, note, victim.now]).await?;
        Ok(())
    })
    .await?;
    Ok(&["the signature of"])
}

fn other(error: AttackError) -> Error {
    Error::Other(error.to_string())
}

async fn signed_anew(victim: &Victim, whole: bool) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (middle, ..) = middle(tx).await?;
        let place = if whole { 0 } else { middle };
        let first = "SELECT n FROM ledger_leaf WHERE seq = $1";
        let n: i64 = tx.one(first, values![log::signed(place)?]).await?.get("n")?;
        unseal_from(tx, place).await?;
        let body: Vec<u8> = tx.one("SELECT body FROM event WHERE n = $1", values![n]).await?.get("body")?;
        set_body(tx, n, &edited(&body)).await?;
        reseal(tx, None).await.map_err(other)
    })
    .await?;
    sign_elsewhere(victim).await?;
    Ok(&["the leaves up to it are others than those that were signed"])
}

async fn one_gone(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (_, n, _) = middle(tx).await?;
        for delete in [
            "DELETE FROM event_object WHERE n = $1",
            "DELETE FROM event_index WHERE n = $1",
            "DELETE FROM ledger_leaf WHERE n = $1",
            "DELETE FROM event WHERE n = $1",
        ] {
            tx.run(delete, values![n]).await?;
        }
        Ok(())
    })
    .await?;
    Ok(&["is missing"])
}

const CUT: Names = &["the log was cut"];
const NOTHING: Names = &[];

async fn tail_cut(victim: &Victim) -> Result<()> {
    past_triggers(victim, async |tx| {
        let size = older_checkpoint(tx).await?;
        cut(tx, size).await
    })
    .await?;
    Ok(())
}

async fn swapped(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (seq, n, _) = middle(tx).await?;
        let next = "SELECT n FROM ledger_leaf WHERE seq = $1";
        let seq = log::signed(seq)?;
        let other: i64 = tx.one(next, values![seq + 1]).await?.get("n")?;
        for (place, n) in [(seq, -1), (seq + 1, n), (seq, other)] {
            tx.run("UPDATE ledger_leaf SET n = $2 WHERE seq = $1", values![place, n]).await?;
        }
        Ok(())
    })
    .await?;
    Ok(&["the stored hash is not the hash of the stored leaf"])
}

async fn back_dated(victim: &Victim) -> Result<Names> {
    rehearse(victim, 1).await?;
    past_triggers(victim, async |tx| {
        let last: i64 = tx.one("SELECT max(n) AS n FROM event", vec![]).await?.get("n")?;
        let (seq, ..) = middle(tx).await?;
        unseal_from(tx, seq).await?;
        reseal(tx, Some(last)).await.map_err(other)
    })
    .await?;
    sign_elsewhere(victim).await?;
    Ok(&["the leaves up to it are others than those that were signed"])
}

async fn repeated(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (_, n, _) = middle(tx).await?;
        let again =
            "INSERT INTO event (chain, body, private) SELECT chain, body, private FROM event WHERE n = $1 RETURNING n";
        let again: i64 = tx.one(again, values![n]).await?.get("n")?;
        tx.run("INSERT INTO event_pending (n) VALUES ($1)", values![again]).await?;
        reseal(tx, None).await.map_err(other)
    })
    .await?;
    Ok(&["is the same as event"])
}

async fn another_root(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let last = tx.one("SELECT seq, n FROM ledger_leaf ORDER BY seq DESC LIMIT 1", vec![]).await?;
        let (seq, n): (u64, i64) = (log::unsigned(&last, "seq")?, last.get("n")?);
        unseal_from(tx, seq).await?;
        let body: Vec<u8> = tx.one("SELECT body FROM event WHERE n = $1", values![n]).await?.get("body")?;
        set_body(tx, n, &edited(&body)).await?;
        reseal(tx, None).await.map_err(other)
    })
    .await?;
    sign_elsewhere(victim).await?;
    Ok(&["the leaves up to it are others than those that were signed"])
}

/// The older copy goes on with other events, and wants its signature.
async fn put_back(victim: &Victim) -> Result<Left> {
    tail_cut(victim).await?;
    rehearse(victim, 1).await?;
    let sealed = seal(&victim.store, Some(&victim.sealer), victim.now, Sign::Now).await;
    Ok(Left::Sealing(sealed.map(drop)))
}

async fn two_at_once(victim: &Victim) -> Result<Names> {
    rehearse(victim, 20).await?;
    let seal = || seal(&victim.store, Some(&victim.sealer), victim.now, Sign::Now);
    let (one, two) = tokio::join!(seal(), seal());
    one?;
    two?;
    sign(victim).await?;
    Ok(&[])
}

async fn one_chain_gone(victim: &Victim) -> Result<Names> {
    past_triggers(victim, async |tx| {
        let (seq, ..) = middle(tx).await?;
        let chain: String =
            tx.one("SELECT chain FROM ledger_leaf WHERE seq = $1", values![log::signed(seq)?]).await?.get("chain")?;
        for delete in [
            "DELETE FROM event_object WHERE n IN (SELECT n FROM ledger_leaf WHERE chain = $1)",
            "DELETE FROM event_index WHERE chain = $1",
            "DELETE FROM ledger_leaf WHERE chain = $1",
            "DELETE FROM event WHERE chain = $1",
        ] {
            tx.run(delete, values![chain.as_str()]).await?;
        }
        Ok(())
    })
    .await?;
    Ok(&["is missing", "the log was cut"])
}
