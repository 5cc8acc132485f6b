//! `attack --copy`: tampers with a copy of the record and shows what the verifier says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use door::Sealer;
use door::record::attack::{ATTACKS, Expected, Seen, Victim, prepare, run};
use door::store::{Settings, Store, copy};

use super::Attack;
use super::verify::Scratch;
use crate::data::Data;
use crate::parts::Parts;
use crate::settings::Place;

/// Tries the attacks and prints the table. Exit code 0 when each that can be tried was found and named.
///
/// # Errors
/// When the copy cannot be made, or does not hold before anything was done to it.
pub async fn attack(asked: &Attack, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<ExitCode> {
    let data = Data::existing(&asked.place)?;
    let mut rehearsal = Rehearsal::prepare(&asked.place, data, parts).await?;
    let done = each(asked.number, &mut rehearsal, print).await;
    // Databases are dropped, however it went.
    rehearsal.copies.close().await.context("the copies could not be taken away")?;
    done
}

async fn each(
    number: Option<u8>,
    rehearsal: &mut Rehearsal<'_>,
    print: &mut (dyn FnMut(&str) + Send),
) -> Result<ExitCode> {
    let mut whole = true;
    for attack in ATTACKS.iter().filter(|attack| number.is_none_or(|number| attack.number == number)) {
        let victim = rehearsal.victim(attack.number).await?;
        let control = prepare(&victim).await?;
        if attack.number == ATTACKS[0].number || number.is_some() {
            print(&format!("untouched copy: {}", control.to_string().lines().next().unwrap_or_default()));
        }
        let seen = run(attack, &victim).await.with_context(|| format!("attack {}", attack.number))?;
        victim.store.close().await;
        rehearsal.copies.drop_last().await?;
        whole &= seen.caught || !seen.tried;
        print(&line(attack, &seen));
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn line(attack: &door::record::attack::Attack, seen: &Seen) -> String {
    let mark = match (seen.tried, seen.caught) {
        (false, _) => "not tried",
        (true, true) => "caught",
        (true, false) => "MISSED",
    };
    let still =
        seen.still.map_or(String::new(), |(still, of)| format!("\n     still verified: {still} of {of} leaves"));
    let answer = match attack.expected {
        Expected::Elsewhere(_) => String::new(),
        expected => format!("; expected: {expected}"),
    };
    let seen = if seen.tried { format!("seen: {}", seen.words) } else { format!("why not: {}", seen.words) };
    format!("{:>2}   {mark}: {}\n     needs: {}{answer}\n     {seen}{still}", attack.number, attack.what, attack.needs)
}

/// Where copies come from.
struct Rehearsal<'a> {
    /// Holds the high-water file's copy, and on SQLite the databases.
    scratch: Scratch,
    copies: Copies,
    data: Data,
    parts: &'a Parts,
}

impl<'a> Rehearsal<'a> {
    /// Copies the high-water file first: the database, which is copied afterwards, holds at least as much.
    async fn prepare(place: &Place, data: Data, parts: &'a Parts) -> Result<Self> {
        let scratch = Scratch::new()?;
        let sealer = data.sealer()?;
        for extension in ["checkpoint", "erased"] {
            let from = sealer.high_water.with_extension(extension);
            if from.exists() {
                fs::copy(from, scratch.0.join("record").with_extension(extension))?;
            }
        }
        let copies = match &place.database {
            None => Copies::Embedded { base: base_copy(&data, &scratch.0).await?, last: None },
            Some(url) => Copies::Postgres(Box::new(postgres_copy(url, place, &data, parts).await?)),
        };
        Ok(Self { scratch, copies, data, parts })
    }

    /// A copy to be spoilt.
    async fn victim(&mut self, number: u8) -> Result<Victim> {
        let directory = self.scratch.0.join(number.to_string());
        fs::create_dir(&directory)?;
        let high_water = directory.join("record.checkpoint");
        for extension in ["checkpoint", "erased"] {
            let from = self.scratch.0.join("record").with_extension(extension);
            if from.exists() {
                fs::copy(from, high_water.with_extension(extension))?;
            }
        }
        let store = self.copies.twin(&directory).await?;
        let sealer = self.data.sealer()?;
        let sealer = Sealer::new(sealer.origin, sealer.seed, high_water);
        let installation = store.read().await?.one("SELECT id FROM installation", vec![]).await?.get("id")?;
        Ok(Victim { store, sealer, installation, now: self.parts.clock.now() })
    }
}

/// Copies of one database.
enum Copies {
    /// Files, beside the one that all are copied from.
    Embedded { base: PathBuf, last: Option<PathBuf> },
    /// Databases on the same server, the first of which all are copied from.
    Postgres(Box<door::store::Scratch>),
}

impl Copies {
    async fn twin(&mut self, directory: &Path) -> Result<Store> {
        match self {
            Self::Embedded { base, last } => {
                let database = directory.join("portal.db");
                fs::copy(base, &database)?;
                *last = Some(directory.to_owned());
                Ok(Store::open(&Settings::Sqlite(database)).await?)
            }
            Self::Postgres(scratch) => Ok(scratch.twin().await?),
        }
    }

    async fn drop_last(&mut self) -> Result<()> {
        match self {
            Self::Embedded { last, .. } => last.take().map_or(Ok(()), |last| Ok(fs::remove_dir_all(last)?)),
            Self::Postgres(scratch) => Ok(scratch.drop_last().await?),
        }
    }

    async fn close(self) -> Result<()> {
        match self {
            Self::Embedded { .. } => Ok(()),
            Self::Postgres(scratch) => Ok(scratch.close().await?),
        }
    }
}

/// One copy of a database on PostgreSQL, in a database of its own, from which the others are made.
async fn postgres_copy(url: &str, place: &Place, data: &Data, parts: &Parts) -> Result<door::store::Scratch> {
    let mut scratch = door::store::Scratch::beside(url).await?;
    let made = async {
        let base = scratch.empty().await?;
        base.migrate(&crate::schema::migrations(), parts.clock.now()).await?;
        let from = data.store(place, &*parts.clock).await?;
        copy(&from, &base, &mut |_| ()).await.context("the database cannot be copied")?;
        from.close().await;
        base.close().await;
        anyhow::Ok(())
    };
    match made.await {
        Ok(()) => Ok(scratch),
        Err(error) => {
            scratch.close().await?;
            Err(error)
        }
    }
}

/// One copy of the embedded database in use, with what lies in its journal.
async fn base_copy(data: &Data, scratch: &Path) -> Result<PathBuf> {
    let base = scratch.join("base.db");
    let from = data.directory().join("portal.db");
    fs::copy(&from, &base).with_context(|| format!("{}: cannot be copied", from.display()))?;
    let journal = data.directory().join("portal.db-wal");
    if journal.exists() {
        fs::copy(journal, scratch.join("base.db-wal"))?;
    }
    // Opened and closed once, so that the journal is part of the one file.
    let store = Store::open(&Settings::Sqlite(base.clone())).await?;
    let mut tx = store.write(true).await?;
    tx.run("UPDATE ledger_head SET size = size WHERE id = 1", vec![]).await?;
    tx.commit().await?;
    store.close().await;
    Ok(base)
}
