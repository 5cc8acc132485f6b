//! Moving from the embedded database to PostgreSQL: everything arrives, or nothing does.
//!
//! The record is verified where it is, closed with the move as its last event, sealed, signed, copied row by row with counts
//! and digests held against each other, and verified once more where it has arrived. The old database takes no event
//! after its last one and never starts again, so that there are never two portals with one history.

use anyhow::{Context as _, Result, bail};
use door::Door;
use door::store::{Copied, Engine, Store, copy};
use door::verify::{Report, Verdict};

use crate::data::Data;
use crate::parts::Parts;
use crate::settings::{Move, Place};
use crate::wires::console;

/// Moves, and says what was done, line by line.
///
/// # Errors
/// Before the record is closed: nothing was touched. After it: the target holds nothing, and the same command goes on.
pub async fn run(asked: &Move, parts: &Parts, say: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let here = Place { data: asked.data.clone(), database: None };
    let there = Place { data: asked.data.clone(), database: Some(asked.to.clone()) };
    let data = Data::open(&here)?;
    if !data.has_embedded() {
        bail!("{}: holds no embedded database\n\nhint: --data names the directory", asked.data.display());
    }
    let target = data.store(&there, &*parts.clock).await.context("the database to move to cannot be used")?;
    refuse_occupied(&target).await?;
    let source = data.store(&here, &*parts.clock).await?;
    say("verifying the record where it is …");
    sound(&verify(&source, &data).await?, "the record here does not hold, so it is not moved")?;

    let origin = "http://localhost";
    let door = parts.over(source.clone(), &data, &here, origin, data.is_demo()).await?;
    if last_event(&source).await?.is_none() {
        console::pass(&door, "installation.move", "{}").await?;
    }
    let last = last_event(&source).await?.context("the move was not recorded")?;
    sealed(&door, &source).await?;
    say(&format!("the record here is closed with event {last}, the move"));

    let mut arrived = |table: &Copied| {
        let Copied { table, rows, left, .. } = table;
        say(&format!("{rows:>9} rows  {table}, same count and digest on both sides; tables left: {left}"));
    };
    let copied = copy(&source, &target, &mut arrived).await;
    let copied = copied.context("nothing was kept in the database to move to; the same command tries again")?;
    say("verifying the record where it has arrived …");
    let report = verify(&target, &data).await?;
    sound(&report, "the record does not hold where it has arrived")?;
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    say(&format!("moved: {} tables, {rows} rows; {}", copied.len(), report.to_string().trim_end()));
    say(&format!("start it with: plimsoll-portal serve --data {} --database URL", asked.data.display()));
    door.close().await;
    target.close().await;
    Ok(())
}

/// Refuses a database that was moved away from.
///
/// # Errors
/// When it was.
pub async fn refuse_moved(store: &Store, data: &Data) -> Result<()> {
    if last_event(store).await?.is_some() && store.engine() == Engine::Sqlite {
        bail!(
            "{}: this installation has moved to PostgreSQL; its embedded database is history\n\nhint: --database postgres://…, or set DATABASE_URL",
            data.directory().display()
        );
    }
    Ok(())
}

/// The number of the last event, where an installation has moved away.
async fn last_event(store: &Store) -> Result<Option<i64>> {
    let row = store.read().await?.maybe("SELECT last_event FROM installation", vec![]).await?;
    Ok(row.map(|row| row.get("last_event")).transpose()?.flatten())
}

/// A portal that runs there already is not written over.
async fn refuse_occupied(target: &Store) -> Result<()> {
    if target.read().await?.maybe("SELECT n FROM event LIMIT 1", vec![]).await?.is_some() {
        bail!("the database to move to holds a portal already\n\nhint: --to names an empty database");
    }
    Ok(())
}

/// Seals and signs until the move itself is covered. A portal that still runs may be sealing, too.
async fn sealed(door: &Door, store: &Store) -> Result<()> {
    let open = "SELECT (SELECT count(*) FROM event_pending) AS pending, \
                (SELECT size FROM ledger_head WHERE id = 1) - (SELECT coalesce(max(size), 0) FROM ledger_checkpoint) \
                AS unsigned";
    for _ in 0..100 {
        door.checkpoint().await?;
        let row = store.read().await?.one(open, vec![]).await?;
        if row.get::<i64>("pending")? == 0 && row.get::<i64>("unsigned")? == 0 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    bail!(
        "the record could not be sealed to its end\n\nhint: stop the portal that runs on this directory, and try again"
    )
}

async fn verify(store: &Store, data: &Data) -> Result<Report> {
    Ok(door::verify::verify(store, &data.trust()?).await?)
}

/// What agrees with itself may move; a new portal whose record nobody has signed yet may, too.
fn sound(report: &Report, otherwise: &str) -> Result<()> {
    match report.verdict() {
        Verdict::Verified | Verdict::SignedOnly => Ok(()),
        Verdict::Incomplete if report.signed == 0 => Ok(()),
        _ => bail!("{otherwise}\n\n{report}"),
    }
}
