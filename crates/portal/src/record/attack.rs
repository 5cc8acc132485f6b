//! `attack --copy`: tampers with a copy of the record and shows what the verifier says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use door::Sealer;
use door::record::attack::{ATTACKS, Expected, Victim, prepare, run};
use door::store::{Settings, Store};

use super::Attack;
use super::verify::Scratch;
use crate::data::Data;
use crate::parts::Parts;

/// Tries the attacks and prints the table. Exit code 0 when each that can be tried was found and named.
///
/// # Errors
/// When the copy cannot be made, or does not hold before anything was done to it.
pub async fn attack(asked: &Attack, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<ExitCode> {
    if asked.place.database.is_some() {
        bail!(
            "attacks are tried on a copy of the embedded database only\n\nhint: for PostgreSQL, put a backup back on another server; the same attacks are tests on both"
        );
    }
    let data = Data::open(&asked.place)?;
    if !data.has_embedded() {
        bail!("{}: holds no embedded database\n\nhint: --data names the directory", data.directory().display());
    }
    let scratch = Scratch::new()?;
    let rehearsal = Rehearsal { base: base_copy(&data, &scratch.0).await?, data, parts };
    let mut whole = true;
    for attack in ATTACKS.iter().filter(|attack| asked.number.is_none_or(|number| attack.number == number)) {
        let directory = scratch.0.join(attack.number.to_string());
        fs::create_dir(&directory)?;
        let victim = rehearsal.copy(&directory).await?;
        let control = prepare(&victim).await?;
        if attack.number == ATTACKS[0].number || asked.number.is_some() {
            print(&format!("untouched copy: {}", control.to_string().lines().next().unwrap_or_default()));
        }
        let seen = run(attack, &victim).await.with_context(|| format!("attack {}", attack.number))?;
        victim.store.close().await;
        fs::remove_dir_all(&directory)?;
        let elsewhere = matches!(attack.expected, Expected::Elsewhere(_));
        whole &= seen.caught || elsewhere;
        print(&line(attack, &seen, elsewhere));
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn line(attack: &door::record::attack::Attack, seen: &door::record::attack::Seen, elsewhere: bool) -> String {
    let mark = if elsewhere {
        "not tried"
    } else if seen.caught {
        "caught"
    } else {
        "MISSED"
    };
    let still =
        seen.still.map_or(String::new(), |(still, of)| format!("\n     still verified: {still} of {of} leaves"));
    format!(
        "{:>2}   {mark}: {}\n     needs: {}; expected: {}\n     seen: {}{still}",
        attack.number, attack.what, attack.needs, attack.expected, seen.words
    )
}

/// Where copies come from.
struct Rehearsal<'a> {
    base: PathBuf,
    data: Data,
    parts: &'a Parts,
}

impl Rehearsal<'_> {
    async fn copy(&self, directory: &Path) -> Result<Victim> {
        let database = directory.join("portal.db");
        fs::copy(&self.base, &database)?;
        let sealer = self.data.sealer()?;
        let high_water = directory.join("record.checkpoint");
        for extension in ["checkpoint", "erased"] {
            let from = sealer.high_water.with_extension(extension);
            if from.exists() {
                fs::copy(from, high_water.with_extension(extension))?;
            }
        }
        let store = Store::open(&Settings::Sqlite(database)).await?;
        let sealer = Sealer::new(sealer.origin, sealer.seed, high_water);
        let installation = store.read().await?.one("SELECT id FROM installation", vec![]).await?.get("id")?;
        Ok(Victim { store, sealer, installation, now: self.parts.clock.now() })
    }
}

/// One copy of the database in use, with what lies in its journal.
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
