//! What is backed up comes back: on a new machine, with the recovery kit and the backups alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use door::store::Engine;
use door::{HandClock, Time};
use portal::Parts;
use portal::settings::{Cli, Command, Place};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::house::{House, People, empty_postgres, move_in, on_both};

on_both!(
    everything_comes_back_with_the_kit_alone,
    what_has_not_changed_is_stored_once,
    what_was_acknowledged_before_is_in_it,
    who_was_erased_since_stays_erased,
    old_ones_go_and_the_rest_can_be_read,
);

/// A place for backups, and the commands against it.
pub(crate) struct Backups {
    /// Deleted with it.
    _directory: TempDir,
    /// Where the repository lies.
    pub(crate) repository: PathBuf,
    /// The printed kit.
    pub(crate) kit: PathBuf,
}

/// What a command said.
pub(crate) type Said = anyhow::Result<String>;

impl Backups {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (repository, kit) = (directory.path().join("repository"), directory.path().join("kit.txt"));
        Self { _directory: directory, repository, kit }
    }

    /// Every chunk that lies there.
    pub(crate) fn chunks(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.repository.clone().join("chunks")).unwrap();
        folders
            .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
            .map(|file| file.unwrap().path())
            .collect()
    }

    /// Takes a backup of a house, and prints its kit.
    pub(crate) async fn take(&self, house: &House, more: &[&str]) -> Said {
        let to = self.repository.clone();
        let arguments = ["portal", "backup", "--to", to.to_str().unwrap()].into_iter().chain(more.iter().copied());
        let Command::Backup(mut asked) = Cli::parse_from(arguments).command else { panic!("backup") };
        asked.place = house.place.clone();
        let parts = Parts { clock: house.clock.clone(), ..Parts::real() };
        let mut said = String::new();
        portal::backup::backup(&asked, &parts, &mut |line| said.push_str(&format!("{line}\n"))).await?;
        self.print_kit(house).await;
        Ok(said)
    }

    async fn print_kit(&self, house: &House) {
        let Command::RecoveryKit(mut asked) = Cli::parse_from(["portal", "recovery-kit", "print"]).command else {
            panic!("recovery-kit")
        };
        asked.place = house.place.clone();
        let mut sheet = String::new();
        portal::backup::recovery_kit(&asked, &Parts::real(), &mut |text| sheet.push_str(text)).await.unwrap();
        std::fs::write(&self.kit, sheet).unwrap();
    }

    /// Restores into a place with the printed kit.
    pub(crate) async fn restore(&self, place: &Place, now: Time, more: &[&str]) -> Said {
        let (from, kit) = (self.repository.clone(), self.kit.clone());
        let arguments = ["portal", "restore", "--from", from.to_str().unwrap(), "--kit", kit.to_str().unwrap()];
        let arguments = arguments.into_iter().chain(more.iter().copied());
        let Command::Restore(mut asked) = Cli::parse_from(arguments).command else { panic!("restore") };
        asked.place = place.clone();
        let parts = Parts { clock: Arc::new(HandClock::at(now)), ..Parts::real() };
        let mut said = String::new();
        portal::backup::restore(&asked, &parts, &mut |line| said.push_str(&format!("{line}\n"))).await?;
        Ok(said)
    }
}

/// A new machine: an empty directory, and an empty database of the same kind.
pub(crate) async fn new_machine(like: Engine) -> (TempDir, Place) {
    let directory = tempfile::tempdir().unwrap();
    let database = match like {
        Engine::Sqlite => None,
        Engine::Postgres => empty_postgres().await,
    };
    let place = Place { data: directory.path().join("data"), database };
    (directory, place)
}

/// Opens the house that was restored.
pub(crate) async fn move_back(place: Place, directory: TempDir, now: Time) -> House {
    let clock = Arc::new(HandClock::at(now));
    let parts = Parts { clock: clock.clone(), program: env!("CARGO_BIN_EXE_plimsoll-portal").into(), ..Parts::real() };
    House::at(place, parts, clock, false, directory).await.unwrap()
}

/// A house with a message, a secret and a file of some size. Gives the path of the file.
pub(crate) async fn furnished(house: &House) -> (People, String, Vec<u8>) {
    let people = move_in(house).await;
    let messages = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(people.token("owner"), "POST", &messages, json!({"text": "Before"})).await.status, 200);
    let mut bytes = b"a report\n".to_vec();
    bytes.extend((0..180_000_u32).flat_map(|n| format!("{n}\n").into_bytes()));
    let request = house.ask_for(&people, "owner", "file").await;
    let version = house.hand_in(people.token("their_admin"), &request, "report.txt", &bytes).await;
    assert_eq!(version.status, 200, "{version:?}");
    let file = format!("{request}/versions/{}/download", version.text("version"));
    (people, file, bytes)
}

/// What `verify` says of the record.
async fn record_of(place: &Place) -> String {
    let Command::Verify(mut asked) = Cli::parse_from(["portal", "verify"]).command else { panic!("verify") };
    asked.place = place.clone();
    let mut said = String::new();
    portal::record::verify(&asked, &Parts::real(), &mut |line| said.push_str(line)).await.unwrap();
    said
}

async fn everything_comes_back_with_the_kit_alone(house: House) {
    let (people, file, bytes) = furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    let said = backups.take(&house, &[]).await.unwrap();
    assert!(said.contains("objects of files") && said.contains("not confirmed"), "{said}");
    let text = b"Before";
    for chunk in backups.chunks() {
        let stored = std::fs::read(chunk).unwrap();
        assert!(!stored.windows(text.len()).any(|window| window == text), "a message lies there in clear");
    }

    let engine = house.door.store().engine();
    let now = house.door.now();
    drop(house);
    let (directory, place) = new_machine(engine).await;
    let said = backups.restore(&place, now, &[]).await.unwrap();
    assert!(said.contains("all authentic") && said.contains("a new epoch began"), "{said}");
    let record = record_of(&place).await;
    assert!(record.starts_with("VERIFIED"), "{record}");

    let house = move_back(place, directory, now).await;
    let begun = "SELECT count(*) AS epochs FROM event_index WHERE act = 'ledger.epoch.begin'";
    let row = house.door.store().read().await.unwrap().one(begun, vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("epochs").unwrap(), 1, "the new epoch is on the record");
    let token = house.sign_in("owner").await;
    let messages = house.ask(&token, "GET", &format!("/projects/{}/messages", people.project), Value::Null).await;
    assert_eq!(messages.body["messages"][0]["text"], "Before", "{messages:?}");
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    house.with_app("owner", &token).await;
    let shown = house.ask(&token, "POST", &reveal, json!({"reason": "The new machine"})).await;
    assert_eq!(shown.body["secret"], "h7#Kq", "{shown:?}");
    let (status, _, came) = house.send_bytes(&token, "GET", &file, &[], Vec::new()).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&came));
    assert_eq!(Sha256::digest(&came), Sha256::digest(&bytes));
    // And it goes on: what is done now is recorded and sealed.
    let path = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(&token, "POST", &path, json!({"text": "After"})).await.status, 200);
    house.door.checkpoint().await.unwrap();
}

async fn what_has_not_changed_is_stored_once(house: House) {
    let (people, _, bytes) = furnished(&house).await;
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let before = backups.chunks().len();
    house.clock.set(house.door.now().plus_seconds(60));
    let path = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(people.token("owner"), "POST", &path, json!({"text": "One more"})).await.status, 200);
    let said = backups.take(&house, &[]).await.unwrap();
    let stored: usize = said.split("stored: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(stored < bytes.len() / 8, "{said}");
    assert!(backups.chunks().len() > before, "what changed is there");
    let trail = house.ask(people.token("owner"), "GET", "/trail?limit=1", Value::Null).await;
    assert_eq!(trail.status, 200);
    let runs = "SELECT count(*) AS runs FROM event WHERE body LIKE '%\"backup.run\"%'";
    if house.door.store().engine() == Engine::Sqlite {
        let row = house.door.store().read().await.unwrap().one(runs, vec![]).await.unwrap();
        assert_eq!(row.get::<i64>("runs").unwrap(), 2, "each backup is on the record");
    }
}

async fn what_was_acknowledged_before_is_in_it(house: House) {
    let people = move_in(&house).await;
    let backups = Backups::new();
    let path = format!("/projects/{}/messages", people.project);
    let (house, token) = (Arc::new(house), people.token("owner").to_owned());
    let acknowledged = Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (house, token, path) = (Arc::clone(&house), token.clone(), path.clone());
        let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
        writers.spawn(async move {
            let mut number = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let text = format!("writer {writer} message {number}");
                if house.ask(&token, "POST", &path, json!({"text": text})).await.status == 200 {
                    acknowledged.lock().unwrap().push(text);
                }
                number += 1;
                house.door.seal().await.unwrap();
            }
        });
    }
    while acknowledged.lock().unwrap().len() < 20 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = acknowledged.lock().unwrap().clone();
    backups.take(&house, &[]).await.unwrap();
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    assert!(acknowledged.lock().unwrap().len() > before.len(), "nobody wrote while the backup was taken");

    let (directory, place) = new_machine(house.door.store().engine()).await;
    backups.restore(&place, house.door.now(), &[]).await.unwrap();
    let record = record_of(&place).await;
    assert!(record.starts_with("VERIFIED"), "{record}");
    let restored = move_back(place, directory, house.door.now()).await;
    let rows = restored.door.store().read().await.unwrap().all("SELECT text FROM message", vec![]).await.unwrap();
    let there: std::collections::BTreeSet<String> = rows.iter().map(|row| row.get("text").unwrap()).collect();
    for text in before {
        assert!(there.contains(&text), "{text} was acknowledged before the backup began, and is not in it");
    }
}

async fn who_was_erased_since_stays_erased(house: House) {
    let people = move_in(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    let first = backups.take(&house, &[]).await.unwrap();
    let first = first.split_whitespace().nth(1).unwrap().trim_end_matches(':').to_owned();
    let subject = people.ids["works"];
    house.door.keeper().erase(subject, "request").await.unwrap();
    house.door.checkpoint().await.unwrap();
    house.clock.set(house.door.now().plus_seconds(60));
    backups.take(&house, &[]).await.unwrap();

    // The older one is put back on a new machine: the newer one knows who was erased.
    let (directory, place) = new_machine(house.door.store().engine()).await;
    let said = backups.restore(&place, house.door.now(), &["--snapshot", &first]).await.unwrap();
    assert!(said.contains(&format!("erased once more: {subject}")), "{said}");
    assert!(said.contains("accounts erased once more: 1"), "{said}");
    let restored = move_back(place, directory, house.door.now()).await;
    let rows = restored.door.store().read().await.unwrap().all("SELECT private FROM event", vec![]).await.unwrap();
    for row in rows {
        let private: String = row.get::<Option<String>>("private").unwrap().unwrap_or_default();
        assert!(!private.contains("works@example.com"), "{private}");
    }
    let account = "SELECT count(*) AS accounts FROM person WHERE mail = 'works@example.com'";
    let row = restored.door.store().read().await.unwrap().one(account, vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("accounts").unwrap(), 0, "the account came back");
}

async fn old_ones_go_and_the_rest_can_be_read(house: House) {
    let (people, ..) = furnished(&house).await;
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let path = format!("/projects/{}/messages", people.project);
    for _ in 0..3 {
        house.clock.set(house.door.now().plus_seconds(86_400));
        house.ask(people.token("owner"), "POST", &path, json!({"text": "Another day"})).await;
        backups.take(&house, &["--backup-keep", "2"]).await.unwrap();
    }
    let snapshots = std::fs::read_dir(backups.repository.join("snapshots")).unwrap().count();
    assert_eq!(snapshots, 3, "three are at most two days old");
    let (_directory, place) = new_machine(Engine::Sqlite).await;
    for snapshot in backups.restore(&place, house.door.now(), &["--list"]).await.unwrap().lines() {
        let name = snapshot.split_whitespace().next().unwrap();
        backups.restore(&place, house.door.now(), &["--verify", "--snapshot", name]).await.unwrap();
    }
    assert!(!place.data.exists(), "nothing was restored");
    // Nothing lies there that no snapshot names: without the newest backup's own, the rest would be gone.
    let chunks = backups.chunks().len();
    house.clock.set(house.door.now().plus_seconds(10 * 86_400));
    backups.take(&house, &["--backup-keep", "1"]).await.unwrap();
    assert!(backups.chunks().len() < chunks, "chunks of old snapshots were not cleared away");
}

/// What was there is kept beside, and another portal's directory is not touched.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_is_kept_beside() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let (people, ..) = furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let (directory, place) = new_machine(Engine::Sqlite).await;
    backups.restore(&place, house.door.now(), &[]).await.unwrap();
    let restored = move_back(place.clone(), directory, house.door.now()).await;
    let path = format!("/projects/{}/messages", people.project);
    let token = restored.sign_in("owner").await;
    for text in ["lost one", "lost two"] {
        assert_eq!(restored.ask(&token, "POST", &path, json!({ "text": text })).await.status, 200);
    }
    restored.door.checkpoint().await.unwrap();
    restored.door.close().await;

    let later = restored.door.now().plus_seconds(60);
    let said = backups.restore(&place, later, &[]).await.unwrap();
    assert!(said.contains("what was there is kept"), "{said}");
    let beside: Vec<String> = names(place.data.parent().unwrap());
    assert_eq!(beside.len(), 2, "{beside:?}");
    assert!(beside[1].starts_with("data.before-"), "{beside:?}");
    // The log says itself how far it went once, and that it lost something.
    let record = record_of(&place).await;
    assert!(record.contains("lost") || record.starts_with("VERIFIED"), "{record}");

    let other = House::build(Engine::Sqlite).await.unwrap();
    move_in(&other).await;
    other.door.checkpoint().await.unwrap();
    let there = names(&other.place.data);
    let refused = backups.restore(&other.place, later, &[]).await.unwrap_err();
    assert!(refused.to_string().contains("holds another portal"), "{refused:#}");
    assert_eq!(names(&other.place.data), there, "nothing was touched");
}

pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
