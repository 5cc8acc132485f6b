//! What an attacker with the owner's rights has: edits past the triggers, and a sequencer of their own.

use ledger::Chain;
use ledger::event::{Draft, Event, Outcome, Performer};
use ledger::tiles::is_stored;
use ledger::tree::Frontier;

use super::{AttackError, Result, Victim};
use crate::id::uuid_at;
use crate::record::seal::{append, seal};
use crate::record::sign::Sign;
use crate::record::{log, write};
use crate::store::{Engine, Error, Tx, Value};
use crate::values;

/// Events of the rehearsal that come after the older checkpoint.
pub(super) const REHEARSED: u64 = 5;

/// Seals what is there, then records some events more and seals these. They change no row.
pub(super) async fn prepare(victim: &Victim) -> Result<()> {
    victim.keeper().record_schema().await?;
    rehearse(victim, REHEARSED).await?;
    sign(victim).await?;
    rehearse(victim, REHEARSED).await?;
    sign(victim).await
}

/// Records so many events that change nothing.
pub(super) async fn rehearse(victim: &Victim, count: u64) -> Result<()> {
    let mut tx = victim.store.write(true).await?;
    for _ in 0..count {
        write::insert(&mut tx, draft(victim), Outcome::Done).await?;
    }
    Ok(tx.commit().await?)
}

/// An event of the rehearsal.
pub(super) fn draft(victim: &Victim) -> Draft {
    let chain = Chain::Installation(victim.installation);
    let value = ledger::event::Pii::new(victim.installation, "192.0.2.7");
    Draft::new(uuid_at(victim.now), victim.now.timestamp(), chain, "attack.rehearse")
        .actor(Performer::console())
        .observer("attack@1")
        .pii("actor.ip", value, crate::record::fresh_salt())
}

/// Seals and signs with the log's key, as the portal would.
pub(super) async fn sign(victim: &Victim) -> Result<()> {
    seal(&victim.store, Some(&victim.sealer), victim.now, Sign::Now).await?;
    Ok(())
}

/// Signs past the high-water file: with the stolen key, on another machine.
pub(super) async fn sign_elsewhere(victim: &Victim) -> Result<()> {
    let directory = std::env::temp_dir().join(format!("attack-{}", uuid_at(victim.now)));
    std::fs::create_dir_all(&directory).map_err(|error| AttackError::Unfit(error.to_string()))?;
    let stolen =
        super::Sealer::new(victim.sealer.origin.clone(), victim.sealer.seed.clone(), directory.join("high-water"));
    let signed = seal(&victim.store, Some(&stolen), victim.now, Sign::Now).await;
    let _ = std::fs::remove_dir_all(directory);
    signed?;
    Ok(())
}

/// Edits past every trigger, and leaves them as they were.
pub(super) async fn past_triggers<T>(
    victim: &Victim,
    edit: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut tx = victim.store.write(true).await?;
    let restore = take_triggers_off(&mut tx).await?;
    let done = edit(&mut tx).await?;
    for statement in restore {
        tx.run_made(statement, &[]).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Takes the triggers off, and gives what puts them back.
async fn take_triggers_off(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let mut restore = Vec::new();
    match tx.engine() {
        Engine::Sqlite => {
            for row in tx.all("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", vec![]).await? {
                tx.run_made(format!("DROP TRIGGER \"{}\"", row.get::<String>("name")?), &[]).await?;
                restore.push(row.get("sql")?);
            }
        }
        Engine::Postgres => {
            let tables = "SELECT DISTINCT c.relname::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                          JOIN pg_namespace s ON s.oid = c.relnamespace \
                          WHERE s.nspname = current_schema() AND NOT t.tgisinternal";
            for row in tx.all(tables, vec![]).await? {
                let table: String = row.get("name")?;
                tx.run_made(format!("ALTER TABLE \"{table}\" DISABLE TRIGGER USER"), &[]).await?;
                restore.push(format!("ALTER TABLE \"{table}\" ENABLE TRIGGER USER"));
            }
        }
    }
    Ok(restore)
}

/// Takes the seal off every leaf from a place on: they wait again. Checkpoints beyond it go, too.
pub(super) async fn unseal_from(tx: &mut Tx, place: u64) -> Result<(), Error> {
    let from = log::signed(place)?;
    let waiting =
        "INSERT INTO event_pending (n) SELECT l.n FROM ledger_leaf l JOIN event e ON e.n = l.n WHERE l.seq >= $1";
    tx.run(waiting, values![from]).await?;
    tx.run("DELETE FROM event_object WHERE n IN (SELECT n FROM ledger_leaf WHERE seq >= $1)", values![from]).await?;
    tx.run("DELETE FROM event_index WHERE n IN (SELECT n FROM ledger_leaf WHERE seq >= $1)", values![from]).await?;
    tx.run("DELETE FROM ledger_leaf WHERE seq >= $1", values![from]).await?;
    for level in (1..=56_u8).filter(|level| is_stored(*level)) {
        let whole = log::signed(place >> level)?;
        tx.run("DELETE FROM ledger_node WHERE level = $1 AND idx >= $2", values![i64::from(level), whole]).await?;
    }
    tx.run("DELETE FROM ledger_checkpoint WHERE size > $1", values![from]).await?;
    tx.run("UPDATE ledger_head SET size = $1 WHERE id = 1", values![from]).await?;
    Ok(())
}

/// Seals everything that waits, the named event first, without signing.
pub(super) async fn reseal(tx: &mut Tx, first: Option<i64>) -> Result<()> {
    let head = tx.one("SELECT size FROM ledger_head WHERE id = 1", vec![]).await?;
    let size = log::unsigned(&head, "size")?;
    let mut frontier = Frontier::read(&log::nodes_of_root(tx, size).await?, size)
        .map_err(|error| AttackError::Unfit(error.to_string()))?;
    if first.is_some() {
        append(tx, &mut frontier, first).await?;
    }
    while append(tx, &mut frontier, None).await? > 0 {}
    tx.run("UPDATE ledger_head SET size = $1 WHERE id = 1", values![log::signed(frontier.size())?]).await?;
    Ok(())
}

/// A leaf in the middle of the log that still has its body: its place, its event, and the body.
pub(super) async fn middle(tx: &mut Tx) -> Result<(u64, i64, Vec<u8>), Error> {
    let sql = "SELECT l.seq AS seq, l.n AS n, e.body AS body FROM ledger_leaf l JOIN event e ON e.n = l.n \
               WHERE l.seq >= (SELECT size FROM ledger_head WHERE id = 1) / 2 ORDER BY l.seq LIMIT 1";
    let row = tx.one(sql, vec![]).await?;
    Ok((log::unsigned(&row, "seq")?, row.get("n")?, row.get("body")?))
}

/// The same event with another request: a body that holds by itself, and is another one.
pub(super) fn edited(body: &[u8]) -> Vec<u8> {
    let mut edited = body.to_vec();
    let key = b"\"req\":\"";
    if let Some(place) = body.windows(key.len()).position(|window| window == key) {
        let digit = &mut edited[place + key.len()];
        *digit = if *digit == b'0' { b'1' } else { b'0' };
    }
    debug_assert!(Event::parse(&edited).is_ok());
    edited
}

/// The size of the older checkpoint.
pub(super) async fn older_checkpoint(tx: &mut Tx) -> Result<u64, Error> {
    let older = "SELECT size FROM ledger_checkpoint ORDER BY size DESC LIMIT 1 OFFSET 1";
    log::unsigned(&tx.one(older, vec![]).await?, "size")
}

/// Cuts everything behind a place, as if it had never been.
pub(super) async fn cut(tx: &mut Tx, size: u64) -> Result<(), Error> {
    let events: Vec<Value> = values![log::signed(size)?];
    tx.run("DELETE FROM event WHERE n IN (SELECT n FROM ledger_leaf WHERE seq >= $1)", events.clone()).await?;
    unseal_from(tx, size).await
}
