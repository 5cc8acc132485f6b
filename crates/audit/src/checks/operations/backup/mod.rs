//! A backup that is made, restored into a scratch place, started there and read; damaged and restored again; and searched
//! for what ought not to be readable in it. Four checks judge the one document.

mod clear;
mod damage;

pub(super) use clear::Clear;
pub(super) use damage::Damaged;

use crate::checks::moments::moments;
use crate::checks::say::Untried;
use crate::client::{Client, Purpose};
use crate::error::Result;
use crate::evidence::Document;
use crate::manifest::Backup;
use crate::process::Ended;
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Most reads that show what somebody holds.
const READS_MAX: usize = 40;

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BackedUp {
    /// Why none was made.
    pub untried: Option<Untried>,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What stands in it that anybody can read.
    pub clear: Clear,
    /// The restored copy.
    pub restored: Restored,
    /// Copies that were damaged before they were restored.
    pub damaged: Vec<Damaged>,
    /// What the live service does not show any more after all that.
    pub live_lost: Vec<String>,
}

/// A restored copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Restored {
    /// Why it was not tried, or not to its end.
    pub untried: Option<Untried>,
    /// What failed: the restore, the start, the sign-in.
    pub failed: Option<String>,
    /// It was restored, and the command ended well.
    pub well: bool,
    /// What it should show: `note.title`, and whether it does.
    pub shown: Vec<(String, bool)>,
    /// It shows what was written after the backup: it is the live data.
    pub is_live: bool,
}

/// The backups that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// The manifest's command.
    pub told: bool,
    /// Seconds since the newest.
    pub newest: Option<i64>,
    /// Nothing is printed: there is none.
    pub none: bool,
    /// Why nobody knows.
    pub unclear: Option<String>,
    /// The oldest that the newest may be, in seconds.
    pub max_age: Option<u64>,
    /// Where they are kept.
    pub place: Option<String>,
    /// That place lies inside the live data.
    pub inside: bool,
    /// That place is on another host, store or file system.
    pub elsewhere: Option<bool>,
}

impl Document for BackedUp {
    const KIND: &'static str = "backed_up";
}

impl Document for Listed {
    const KIND: &'static str = "listed_backups";
}

/// Looks at the backups that there are, makes one, and restores it.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.backup.clone();
    let listed = list(world, &told).await;
    world.store.add(&listed)?;
    let mut seen = BackedUp::default();
    let scratch = tempfile::tempdir();
    seen.untried = match (&told.make, &scratch) {
        (None, _) => Some(Untried::not_told(
            "nothing says how a backup is made",
            "[backup] make = \"COMMAND\", which writes it to {backup}; restore = \"COMMAND\" with {backup} and {scratch}",
        )),
        (Some(make), _) if !make.contains("{backup}") => Some(Untried::not_told(
            "the backup is made at a place that is not told to it",
            "[backup] make = \"COMMAND\" with {backup}, a path that does not exist yet",
        )),
        (_, Err(error)) => Some(Untried::undecided(format!("there is no scratch place: {error}"))),
        _ if !world.manifest.target.disposable => Some(Untried::not_told(
            "a backup is only made and damaged where everything may be lost",
            "[target] disposable = true",
        )),
        _ => None,
    };
    if let (None, Some(make), Ok(scratch)) = (&seen.untried, &told.make, &scratch)
        && let Err(why) = make_and_restore(world, &told, make, scratch.path(), &mut seen).await
    {
        seen.untried = Some(why);
    }
    world.store.add(&seen).map(drop)
}

async fn list(world: &World<'_>, told: &Backup) -> Listed {
    let mut seen = Listed {
        told: told.list.is_some(),
        max_age: told.max_age.map(|age| age.as_secs()),
        place: told.place.clone(),
        ..Listed::default()
    };
    if let Some(command) = &told.list {
        match run(world, command, &[]).await {
            Ok(ended) if ended.well => {
                let now = crate::walk::now();
                // A date without a time counts as the end of its day, which may be still to come.
                seen.newest = moments(&ended.text()).max().map(|newest| now.duration_since(newest).as_secs().max(0));
                seen.none = ended.text().trim().is_empty();
            }
            Ok(ended) => seen.unclear = Some(format!("`{command}` failed: {}", ended.last_words())),
            Err(why) => seen.unclear = Some(why),
        }
    }
    if let Some(place) = &told.place {
        let root = world.manifest.directory();
        let remote = place.contains("://") && !place.starts_with("file://") || place.contains('@');
        let real = |path: &str| root.join(path.trim_start_matches("file://")).canonicalize().ok();
        let device = |path: &Path| std::fs::metadata(path).ok().map(|file| std::os::unix::fs::MetadataExt::dev(&file));
        let (there, data) = (real(place), told.data.as_deref().and_then(real));
        seen.inside = matches!((&there, &data), (Some(there), Some(data)) if there.starts_with(data));
        seen.elsewhere = match (there, data) {
            _ if remote => Some(true),
            (Some(there), Some(data)) if device(&there) != device(&data) => Some(true),
            (Some(_), Some(_)) => Some(false),
            _ => None,
        };
    }
    seen
}

/// Runs a command to its end; one sentence where it could not be.
async fn run(world: &World<'_>, command: &str, values: &[(&str, String)]) -> std::result::Result<Ended, String> {
    world.target.run_with(command, values).await.map_err(|trouble| format!("{}: {}", trouble.place, trouble.wrong))
}

/// A read, and what it showed: with the canaries and what they are.
struct Shown {
    call: Call,
    canaries: Vec<(String, String)>,
}

async fn make_and_restore(
    world: &mut World<'_>,
    told: &Backup,
    make: &str,
    scratch: &Path,
    seen: &mut BackedUp,
) -> std::result::Result<(), Untried> {
    let owner = (0..world.actors.len())
        .find(|at| world.actors[*at].alive && !world.actors[*at].fact.throw_away)
        .ok_or_else(|| Untried::undecided("nobody is signed in"))?;
    let held = world.holdings(owner, READS_MAX).await;
    let shown: Vec<Shown> = held
        .into_iter()
        .map(|held| {
            let name = |field: &str| format!("{}.{field}", held.noun).trim_end_matches('.').to_owned();
            let canaries = held.shown.iter().map(|(field, canary)| (name(field), canary.clone())).collect();
            Shown { call: held.call, canaries }
        })
        .collect();
    if shown.is_empty() {
        return Err(Untried::undecided("nobody holds anything that could be known again in a backup"));
    }
    let backup = scratch.join("backup");
    let ended = run(world, make, &[("backup", text(&backup))]).await.map_err(Untried::undecided)?;
    if !ended.well {
        return Err(Untried::undecided(format!("`{make}` failed: {}", ended.last_words())));
    }
    let files = files(&backup);
    seen.bytes = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len()).sum();
    if seen.bytes == 0 {
        seen.restored.failed = Some(format!("`{make}` ended well and left nothing at {{backup}}"));
        return Ok(());
    }
    let canaries: Vec<(String, String)> = shown.iter().flat_map(|one| one.canaries.iter().cloned()).collect();
    seen.clear = clear::search(&files, &canaries);
    // What is written now is in the live data and not in the backup.
    let late = late(world, owner, &shown).await;
    seen.restored = restore(world, told, &backup, scratch, owner, &shown, late.as_ref()).await;
    if seen.restored.well
        && let Some(command) = &told.restore
    {
        seen.damaged = damage::each(world, command, &backup, scratch).await;
    }
    for one in &shown {
        let asked = world.ask(Some(owner), &one.call, Purpose::Other).await;
        let text = asked.answer.text().to_lowercase();
        let lost = one.canaries.iter().filter(|(_, canary)| !text.contains(canary.as_str()));
        seen.live_lost.extend(lost.map(|(name, _)| name.clone()));
    }
    Ok(())
}

/// Something that is made after the backup, and a read that shows it.
async fn late(world: &mut World<'_>, owner: usize, shown: &[Shown]) -> Option<(Call, String)> {
    let (call, canary) = world.making_call(owner).await?;
    world.ask(Some(owner), &call, Purpose::SetUp).await;
    for one in shown {
        let asked = world.ask(Some(owner), &one.call, Purpose::Other).await;
        if asked.answer.text().to_lowercase().contains(&canary) {
            return Some((one.call.clone(), canary));
        }
    }
    None
}

async fn restore(
    world: &mut World<'_>,
    told: &Backup,
    backup: &Path,
    scratch: &Path,
    owner: usize,
    shown: &[Shown],
    late: Option<&(Call, String)>,
) -> Restored {
    let mut seen = Restored::default();
    let Some(command) = &told.restore else {
        let line = "[backup] restore = \"COMMAND\" with {backup} and {scratch}, which does not exist yet";
        seen.untried = Some(Untried::not_told("nothing says how it is restored", line));
        return seen;
    };
    let place = scratch.join("restored");
    match run(world, command, &[("backup", text(backup)), ("scratch", text(&place))]).await {
        Ok(ended) if ended.well => seen.well = true,
        Ok(ended) => {
            seen.failed = Some(format!("restoring the fresh backup failed: {}", ended.last_words()));
            return seen;
        }
        Err(why) => {
            seen.untried = Some(Untried::undecided(why));
            return seen;
        }
    }
    let Some(serve) = &told.serve else {
        let line = "[backup] serve = \"COMMAND\", which starts the service on {scratch} at {port}";
        seen.untried = Some(Untried::not_told("it is restored; nothing says how the service is started on it", line));
        return seen;
    };
    let serve = serve.replace("{scratch}", &text(&place));
    let log = scratch.join("restored.log");
    let mut sibling = match world.target.sibling(&serve, &log, world.progress).await {
        Ok(sibling) => sibling,
        Err(trouble) => {
            let hint = trouble.hint.unwrap_or_default();
            seen.failed = Some(format!("the service does not start on what was restored: {} ({hint})", trouble.wrong));
            return seen;
        }
    };
    let mut client = match Client::new(&sibling.url, None, Duration::ZERO) {
        Ok(client) => client,
        Err(trouble) => {
            seen.untried = Some(Untried::undecided(trouble.wrong));
            return seen;
        }
    };
    // For a moment the restored service is the one that is walked.
    let actor = world.actors[owner].clone();
    std::mem::swap(&mut world.target, &mut sibling);
    std::mem::swap(&mut world.client, &mut client);
    if let Err(why) = world.sign_in(owner).await {
        seen.failed = Some(format!("nobody can sign in to what was restored: {why}"));
    } else {
        for one in shown {
            let asked = world.ask(Some(owner), &one.call, Purpose::Other).await;
            let text = asked.answer.text().to_lowercase();
            let there = one.canaries.iter().map(|(name, canary)| (name.clone(), text.contains(canary.as_str())));
            seen.shown.extend(there);
        }
        if let Some((call, canary)) = late {
            let asked = world.ask(Some(owner), call, Purpose::Other).await;
            seen.is_live = asked.answer.text().to_lowercase().contains(canary.as_str());
        }
    }
    std::mem::swap(&mut world.target, &mut sibling);
    std::mem::swap(&mut world.client, &mut client);
    world.actors[owner] = actor;
    world.fell_silent = false;
    seen
}

/// A path as a command takes it.
fn text(path: &Path) -> String {
    path.display().to_string()
}

/// All files of a backup, which is one or a directory of them.
fn files(at: &Path) -> Vec<PathBuf> {
    if at.is_file() {
        return vec![at.to_owned()];
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let entries = std::fs::read_dir(at).into_iter().flatten().flatten().map(|entry| entry.path());
    for entry in entries.filter(|entry| !entry.is_symlink()) {
        found.extend(files(&entry));
    }
    found.sort();
    found
}
