//! Attacks on what lies around the log: heads, slices, rows, the schema, the clock, values about people, keys.

use std::collections::BTreeMap;

use ledger::checkpoint::Checkpoint;
use ledger::event::{Draft, Operation, Outcome, Row};
use ledger::key::SignerKey;
use ledger::note::Note;
use ledger::policy::Policy;
use ledger::{Chain, Hash};

use super::tools::{draft, past_triggers, rehearse, sign};
use super::{AttackError, Left, Result, Sealer, Victim};
use crate::id::uuid_at;
use crate::inventory::COMMON_COLUMNS;
use crate::record::seal::seal;
use crate::record::sign::{SealError, Sign};
use crate::record::verify::{Outside, Trust};
use crate::record::{log, slice_of, write};
use crate::store::Engine;
use crate::values;

pub(super) async fn run(number: u8, victim: &Victim) -> Result<Left> {
    match number {
        14 | 15 => two_heads(victim, number == 15),
        18 | 19 => cut_slice(victim, number == 19).await,
        20 => raw_change(victim).await,
        21 => claimed_change(victim).await,
        22 => trigger_off(victim).await,
        23 => clock_back(victim).await,
        24 => values_gone(victim).await,
        25 => risen(victim).await,
        26 => wrong_value(victim).await,
        30 => false_anchor(victim),
        32 => flipped_bit(victim).await,
        _ => retired_key(victim).await,
    }
}

fn key(victim: &Victim) -> Result<SignerKey> {
    Ok(victim.sealer.key().map_err(SealError::from)?)
}

fn unfit(error: impl std::fmt::Display) -> AttackError {
    AttackError::Unfit(error.to_string())
}

fn outside_note(victim: &Victim) -> Result<Note> {
    let note = std::fs::read(&victim.sealer.high_water).map_err(unfit)?;
    Note::parse(&note).map_err(unfit)
}

/// The same log's head once more, well signed, and another one.
fn two_heads(victim: &Victim, smaller: bool) -> Result<Left> {
    let real: Checkpoint = outside_note(victim)?.text().parse().map_err(unfit)?;
    let false_head = Checkpoint { size: real.size - u64::from(smaller), root: Hash([7; 32]), ..real };
    let note = false_head.sign(&key(victim)?).map_err(unfit)?.to_string().into_bytes();
    let trust = victim.trust()?.outside(&[Outside { label: "what another reader was given".to_owned(), note }]);
    Ok(Left::Database(trust, &["what another reader was given"]))
}

async fn cut_slice(victim: &Victim, tail: bool) -> Result<Left> {
    let chain = Chain::Installation(victim.installation);
    let slice = slice_of(&mut victim.store.read().await?, &victim.sealer, &chain).await?;
    let mut files = slice.ok_or_else(|| unfit("the installation's chain is not sealed"))?.files();
    let leaves: Vec<String> = files.keys().filter(|name| name.starts_with("leaves/")).cloned().collect();
    let gone = if tail { leaves.last() } else { leaves.get(leaves.len() / 2) };
    let gone = gone.ok_or_else(|| unfit("the installation's chain has no leaves"))?;
    files.remove(gone);
    files.remove(&gone.replace("leaves/", "proofs/"));
    let policy = Policy::log_only(key(victim)?.verifier().clone());
    Ok(Left::Slice(ledger::slice::verify(&files, Some(&policy), &[])))
}

/// Adds an exclamation mark to the first text of a recorded row that takes one.
async fn raw_change(victim: &Victim) -> Result<Left> {
    for (table, columns) in crate::inventory::columns(&victim.store).await? {
        if !COMMON_COLUMNS.iter().all(|common| columns.iter().any(|name| name == common)) {
            continue;
        }
        for column in columns.iter().filter(|column| !COMMON_COLUMNS.contains(&column.as_str())) {
            let edit = format!(
                "UPDATE {table} SET {column} = {column} || '!' WHERE id = \
                 (SELECT id FROM {table} WHERE {column} IS NOT NULL ORDER BY id LIMIT 1)"
            );
            // A number, a word of a closed list or a name that must be unique refuses: then the next column.
            if matches!(past_triggers(victim, async |tx| tx.run_made(edit, &[]).await).await, Ok(1)) {
                return Ok(Left::Database(victim.trust()?, &["holds something else than was recorded"]));
            }
        }
    }
    Err(unfit("there is no recorded row with a text in it"))
}

async fn record(victim: &Victim, draft: Draft) -> Result<()> {
    let mut tx = victim.store.write(true).await?;
    write::insert(&mut tx, draft, Outcome::Done).await?;
    Ok(tx.commit().await?)
}

async fn claimed_change(victim: &Victim) -> Result<Left> {
    let id = uuid_at(victim.now);
    let row = Row { entity: "ghost", id, revision: 1, operation: Operation::Create, before: None, after: None };
    record(victim, draft(victim).change(row)).await?;
    sign(victim).await?;
    Ok(Left::Database(victim.trust()?, &["which it did not"]))
}

async fn trigger_off(victim: &Victim) -> Result<Left> {
    let off = match victim.store.engine() {
        Engine::Sqlite => "DROP TRIGGER event_no_update",
        Engine::Postgres => "ALTER TABLE event DISABLE TRIGGER event_no_update",
    };
    let mut tx = victim.store.write(true).await?;
    tx.run(off, vec![]).await?;
    tx.commit().await?;
    Ok(Left::Database(victim.trust()?, &["schema: it is another one than the last that was recorded"]))
}

/// A witness sees the log, then an event says that it happened the day before, then the witness sees the log again.
async fn clock_back(victim: &Victim) -> Result<Left> {
    let witness = SignerKey::witness_from_seed("attack.example", &[7; 32].into()).map_err(unfit)?;
    let second = u64::try_from(victim.now.timestamp().as_second()).map_err(unfit)?;
    let seen_before = outside_note(victim)?.cosign(&witness, second);
    let yesterday = victim.now.plus_seconds(-86_400);
    let chain = Chain::Installation(victim.installation);
    record(victim, Draft::new(uuid_at(yesterday), yesterday.timestamp(), chain, "attack.rehearse")).await?;
    sign(victim).await?;
    let seen_after = outside_note(victim)?.cosign(&witness, second + 10);
    let outside = [seen_before, seen_after]
        .map(|note| Outside { label: "a witness".to_owned(), note: note.to_string().into_bytes() });
    let mut trust = victim.alone()?.outside(&outside);
    trust.policy = trust.policy.witnessed("witness", witness.verifier().clone());
    Ok(Left::Database(trust, &["witnesses saw the log without it"]))
}

async fn values_gone(victim: &Victim) -> Result<Left> {
    let mut tx = victim.store.write(true).await?;
    tx.run("UPDATE event SET private = NULL WHERE n = (SELECT max(n) FROM event)", vec![]).await?;
    tx.commit().await?;
    Ok(Left::Database(victim.trust()?, &["no erasure is told"]))
}

/// Somebody is erased, and yesterday's backup brings one of the values back.
async fn risen(victim: &Victim) -> Result<Left> {
    let last = "SELECT n, private FROM event WHERE private IS NOT NULL ORDER BY n DESC LIMIT 1";
    let row = victim.store.read().await?.one(last, vec![]).await?;
    let (n, private): (i64, String) = (row.get("n")?, row.get("private")?);
    let mut keeper = victim.keeper();
    keeper.now = victim.now.plus_seconds(1);
    keeper.erase(victim.installation, "rehearsed").await?;
    sign(victim).await?;
    let mut tx = victim.store.write(true).await?;
    tx.run("UPDATE event SET private = $2 WHERE n = $1", values![n, private]).await?;
    tx.commit().await?;
    Ok(Left::Database(victim.trust()?, &["is there again"]))
}

async fn wrong_value(victim: &Victim) -> Result<Left> {
    let mut tx = victim.store.write(true).await?;
    let edit = "UPDATE event SET private = replace(private, '192.0.2.7', '192.0.2.8') \
                WHERE n = (SELECT max(n) FROM event)";
    tx.run(edit, vec![]).await?;
    tx.commit().await?;
    Ok(Left::Database(victim.trust()?, &["is not the one that was recorded"]))
}

fn false_anchor(victim: &Victim) -> Result<Left> {
    let real: Checkpoint = outside_note(victim)?.text().parse().map_err(unfit)?;
    let forger = SignerKey::from_seed(&victim.sealer.origin, &[9; 32].into()).map_err(unfit)?;
    let note = real.sign(&forger).map_err(unfit)?.to_string().into_bytes();
    let trust: Trust = victim.alone()?.outside(&[Outside { label: "a forged anchor".to_owned(), note }]);
    Ok(Left::Database(trust, &["ignored: a forged anchor"]))
}

async fn flipped_bit(victim: &Victim) -> Result<Left> {
    past_triggers(victim, async |tx| {
        let last = tx.one("SELECT seq, hash FROM ledger_leaf ORDER BY seq DESC LIMIT 1", vec![]).await?;
        let mut hash = log::hash(&last, "hash")?;
        hash.0[0] ^= 1;
        tx.run("UPDATE ledger_leaf SET hash = $2 WHERE seq = $1", values![last.get::<i64>("seq")?, hash.0]).await
    })
    .await?;
    rehearse(victim, 1).await?;
    let sealed = seal(&victim.store, Some(&victim.sealer), victim.now, Sign::Now).await;
    Ok(Left::Sealing(sealed.map(drop)))
}

/// The key is changed, and the old one, which somebody kept, signs the newest head.
async fn retired_key(victim: &Victim) -> Result<Left> {
    let (origin, high_water) = (victim.sealer.origin.clone(), victim.sealer.high_water.clone());
    let next = Sealer::new(origin, [8; 32].into(), high_water);
    victim.keeper().rotate_key(&next).await?;
    rehearse(victim, 1).await?;
    seal(&victim.store, Some(&next), victim.now, Sign::Now).await?;
    let newest: Checkpoint = outside_note(victim)?.text().parse().map_err(unfit)?;
    let note = newest.sign(&key(victim)?).map_err(unfit)?.to_string().into_bytes();
    let trust = Trust::key(next.key().map_err(SealError::from)?.verifier().clone());
    let newest = outside_note(victim)?.to_string().into_bytes();
    let outside = BTreeMap::from([("a retired key's checkpoint", note), ("the checkpoint kept outside", newest)]);
    let outside: Vec<Outside> =
        outside.into_iter().map(|(label, note)| Outside { label: label.to_owned(), note }).collect();
    Ok(Left::Database(trust.outside(&outside), &["its key was retired"]))
}
