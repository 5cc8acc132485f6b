//! `restore`: verifies a snapshot from end to end, puts it together in a new place, and changes names at the end. What was
//! there is kept beside.
//!
//! A log that goes on from an older copy could contradict what it signed since. So it goes on in a new epoch, whose first
//! event says how far the log went once; and whoever was erased since is erased again.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use door::ledger::checkpoint::Checkpoint;
use door::ledger::note::Note;
use door::record::{Decision, Erased, read_erased};
use door::store::{Settings, Store};
use door::verify::{Report, Verdict};
use door::{Credential, Door, Request, id::uuid_at};

use super::arguments::Restore;
use super::key::BackupKey;
use super::kit::Kit;
use super::repository::{Repository, Snapshot};
use super::stage::Stage;
use super::{command, expire, give_back, kept, verify};
use crate::data::Data;
use crate::ids::OrganisationId;
use crate::parts::Parts;
use crate::settings::Place;

const CHECKPOINT: &str = "record.checkpoint";
const ERASED: &str = "record.erased";
/// The job that erases accounts, also those that came back with a backup.
const ERASE: &str = "account.erase";
const RECORD_NAME: &str = "keys/record.name";

/// Restores, and says what was done, line by line.
///
/// # Errors
/// With the part that is damaged, foreign or newer, and the next step. What was there is as it was.
pub async fn restore(asked: &Restore, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    if let Some(organisation) = asked.organisation {
        return command::put_back(asked, OrganisationId(organisation), parts, print).await;
    }
    let key = key(asked)?;
    let repository = asked.backups.open(&key).await?;
    if asked.list {
        for name in repository.snapshots().await? {
            let at = expire::taken_at(&name).map_or(String::new(), |at| format!("   {at}"));
            print(&format!("{name}{at}"));
        }
        return Ok(());
    }
    let snapshot = repository.snapshot(asked.snapshot.as_deref()).await?;
    let manifest = &snapshot.manifest;
    print(&format!("snapshot {}: taken {} by version {}", snapshot.name, manifest.at, manifest.portal));
    give_back::migrations(manifest)?;
    let verified = verify(&repository, manifest).await?;
    let (chunks, bytes, objects) = (verified.chunks, verified.bytes, verified.objects);
    print(&format!("verified: {chunks} chunks, {bytes} bytes, {objects} objects of files, all authentic"));
    for lost in &manifest.files.lost {
        print(&format!("was lost before this backup was taken: file {lost}"));
    }
    if asked.verify {
        return Ok(());
    }

    let target = &asked.place.data;
    let outside = Outside::gather(&repository, &snapshot, target).await?;
    let stage = Stage::beside(target)?;
    let place = Place { data: stage.path.clone(), database: asked.place.database.clone() };
    give_back::beside(&repository, manifest, &stage.path)?;
    let settings = match &place.database {
        Some(url) => Settings::Postgres(url.clone()),
        None => Settings::Sqlite(stage.path.join("portal.db")),
    };
    let now = parts.clock.now();
    let store = give_back::database(&repository, manifest, &settings, now).await?;
    store.close().await;
    print(&format!("database: {} tables, {} rows, the same as they were", manifest.tables.len(), manifest.rows()));
    let (files, ..) = asked.files.open(&stage.path)?;
    let count = give_back::files(&repository, manifest, &files).await?;
    print(&format!("files: {count} objects"));

    let data = Data::existing(&place)?;
    let store = data.store(&place, &*parts.clock).await?;
    sound(&door::verify::verify(&store, &data.trust()?).await?)?;
    print("the record holds, and covers what was signed before the backup");
    outside.write(&stage.path)?;
    go_on(asked, parts, &data, &place, store, print).await?;
    if let Some(before) = stage.take_over(target, now)? {
        print(&format!("what was there is kept: {}", before.display()));
    }
    print(&format!("restored into {}", target.display()));
    Ok(())
}

/// The key: of the kit, or of the directory that is still there.
pub(super) fn key(asked: &Restore) -> Result<BackupKey> {
    if let Some(path) = &asked.kit {
        return Ok(Kit::read(path)?.0);
    }
    let directory = &asked.place.data;
    if !directory.join(BackupKey::FILE).exists() {
        bail!("a backup opens with the recovery kit only\n\nhint: --kit FILE, with the eight lines of the printed kit");
    }
    BackupKey::of(directory)
}

/// Whether the record holds.
///
/// # Errors
/// What the verifier found.
pub(super) fn sound(report: &Report) -> Result<()> {
    match report.verdict() {
        Verdict::Verified | Verdict::SignedOnly => Ok(()),
        Verdict::Incomplete if report.signed == 0 => Ok(()),
        _ => bail!("the record in the backup does not hold\n\n{report}"),
    }
}

/// Goes on with the log in a new epoch, and erases again whom it was told to forget.
async fn go_on(
    asked: &Restore,
    parts: &Parts,
    data: &Data,
    place: &Place,
    store: Store,
    print: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    let sealed: i64 =
        store.read().await?.one("SELECT size FROM ledger_head WHERE id = 1", vec![]).await?.get("size")?;
    let door = parts.over(store, data, place, "http://localhost", data.is_demo()).await?;
    let done = if sealed == 0 {
        Ok(())
    } else {
        let decision = Decision { reason: asked.reason.clone(), decided_by: asked.decided_by.clone() };
        crate::record::new_epoch(data, &door, &parts.clock, &decision, print).await
    };
    let done = match done {
        Ok(()) => erase_again(&door, print).await,
        failed => failed,
    };
    door.close().await;
    done
}

/// Lets the portal's own job erase the accounts of those whom the list names, until there is none left.
async fn erase_again(door: &Arc<Door>, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    loop {
        let request = Request { credential: Credential::Job(ERASE), id: uuid_at(door.now()), ..Request::default() };
        let reply = door.pass(ERASE, request).await;
        let reply = reply.map_err(|refusal| anyhow!("accounts cannot be erased again: {}", refusal.word()))?;
        match reply.output["people"].as_i64() {
            Some(people) if people > 0 => print(&format!("accounts erased once more: {people}")),
            _ => return Ok(()),
        }
    }
}

/// What lies beside the database in a directory, if there is a portal in it: the one whose snapshot this is.
///
/// # Errors
/// When it is another.
pub(super) fn same_portal(snapshot: &kept::Kept, directory: &Path) -> Result<Option<kept::Kept>> {
    if !directory.join("keys").is_dir() {
        return Ok(None);
    }
    let name = snapshot.get(RECORD_NAME).map(|name| log_of(name));
    let there = kept::read(directory)?;
    if there.get(RECORD_NAME).is_some_and(|there| Some(log_of(there)) != name) {
        bail!(
            "{}: holds another portal than the one in the backup\n\nhint: --data names a directory for this one",
            directory.display()
        );
    }
    Ok(Some(there))
}

/// What is known outside the snapshot: how far the log went, and who was erased.
struct Outside {
    checkpoint: Option<Vec<u8>>,
    erased: Vec<Erased>,
}

impl Outside {
    /// Of the snapshot, of the newest one, and of the directory that is there.
    async fn gather(repository: &Repository, snapshot: &Snapshot, directory: &Path) -> Result<Self> {
        let mut outside = Self { checkpoint: None, erased: Vec::new() };
        let of = |snapshot: &Snapshot| give_back::kept_of(repository, &snapshot.manifest);
        let mine = of(snapshot)?;
        let there = same_portal(&mine, directory)?;
        outside.add(&mine);
        // A newer snapshot that cannot be read takes nothing away from this one.
        if let Ok(newest) = repository.snapshot(None).await {
            outside.add(&of(&newest)?);
        }
        if let Some(there) = there {
            outside.add(&there);
        }
        Ok(outside)
    }

    fn add(&mut self, kept: &kept::Kept) {
        let size = |note: &[u8]| Some(Note::parse(note).ok()?.text().parse::<Checkpoint>().ok()?.size);
        if let Some(note) = kept.get(CHECKPOINT)
            && size(note) > self.checkpoint.as_deref().and_then(size)
        {
            self.checkpoint = Some(note.to_vec());
        }
        let text = kept.get(ERASED).map(|list| String::from_utf8_lossy(list).into_owned()).unwrap_or_default();
        self.erased.extend(read_erased(&text));
        self.erased.sort_unstable();
        self.erased.dedup();
    }

    fn write(&self, directory: &Path) -> Result<()> {
        if let Some(note) = &self.checkpoint {
            kept::write(directory, CHECKPOINT, note)?;
        }
        let line = |erased: &Erased| format!("{} {}\n", erased.subject, erased.at.0);
        let list: String = self.erased.iter().map(line).collect();
        if list.is_empty() { Ok(()) } else { kept::write(directory, ERASED, list.as_bytes()) }
    }
}

/// A log's name without the number of its epoch.
fn log_of(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.trim_end().split('/').take(3).collect::<Vec<_>>().join("/")
}
