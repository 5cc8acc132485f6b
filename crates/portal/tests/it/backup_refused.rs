//! What is damaged, foreign or newer is refused, with the part and the next step, and before anything is touched.

use std::path::Path;
use std::sync::Arc;

use door::store::{Engine, Settings, Store};
use door::{Clock, HandClock, values};
use portal::Parts;
use portal::backup::{BackupKey, Kit, take};
use portal::data::Data;
use portal::files::Location;
use portal::settings::Place;

use crate::backup::{Backups, furnished, names, new_machine};
use crate::house::{House, START};

/// A house that was backed up.
async fn backed_up() -> (House, Backups) {
    let house = House::build(Engine::Sqlite).await.unwrap();
    furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    (house, backups)
}

/// Tries to restore, and gives why it was refused. Nothing may have been made.
async fn refused(house: &House, backups: &Backups, more: &[&str]) -> String {
    let (directory, place) = new_machine(Engine::Sqlite).await;
    let refused = backups.restore(&place, house.door.now(), more).await.unwrap_err();
    assert_eq!(names(directory.path()), Vec::<String>::new(), "something was made");
    format!("{refused:#}")
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_byte_is_found_in_whichever_chunk() {
    let (house, backups) = backed_up().await;
    let chunks = backups.chunks();
    assert!(chunks.len() > 10);
    for chunk in &chunks {
        let sound = std::fs::read(chunk).unwrap();
        flip(chunk);
        let why = refused(&house, &backups, &[]).await;
        assert!(why.contains("is damaged") && why.contains("hint: "), "{why}");
        assert!(["table ", "file ", "the list of files"].iter().any(|part| why.starts_with(part)), "{why}");
        std::fs::write(chunk, sound).unwrap();
    }
    let (_directory, place) = new_machine(Engine::Sqlite).await;
    backups.restore(&place, house.door.now(), &["--verify"]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_chunk_is_named_and_healed_by_the_next_backup() {
    let (house, backups) = backed_up().await;
    let chunks = backups.chunks();
    for chunk in &chunks {
        let sound = std::fs::read(chunk).unwrap();
        std::fs::remove_file(chunk).unwrap();
        let why = refused(&house, &backups, &[]).await;
        assert!(why.contains("is missing in the backup"), "{why}");
        std::fs::write(chunk, sound).unwrap();
    }
    for chunk in &chunks {
        std::fs::remove_file(chunk).unwrap();
    }
    house.clock.set(house.door.now().plus_seconds(60));
    backups.take(&house, &[]).await.unwrap();
    let (_directory, place) = new_machine(Engine::Sqlite).await;
    backups.restore(&place, house.door.now(), &["--verify"]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_was_altered_or_swapped_is_refused() {
    let (house, backups) = backed_up().await;
    house.clock.set(house.door.now().plus_seconds(60));
    backups.take(&house, &[]).await.unwrap();
    let snapshots = backups.repository.join("snapshots");
    let there = names(&snapshots);
    // Yesterday's under today's name.
    let newest = std::fs::read(snapshots.join(&there[1])).unwrap();
    std::fs::copy(snapshots.join(&there[0]), snapshots.join(&there[1])).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.starts_with("the manifest of snapshot") && why.contains("is damaged"), "{why}");
    std::fs::write(snapshots.join(&there[1]), newest).unwrap();
    flip(&snapshots.join(&there[0]));
    let why = refused(&house, &backups, &["--snapshot", &there[0]]).await;
    assert!(why.contains("is damaged"), "{why}");
    let why = refused(&house, &backups, &["--snapshot", "yesterday"]).await;
    assert!(why.contains("there is no snapshot yesterday") && why.contains(&there[0]), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kit_and_a_mistyped_one_are_refused() {
    let (house, backups) = backed_up().await;
    let kit = std::fs::read_to_string(&backups.kit).unwrap();
    let (other, others) = backed_up().await;
    std::fs::copy(&others.kit, &backups.kit).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("belong to the recovery kit") && why.contains("hint: --kit"), "{why}");
    drop(other);
    let third = kit.lines().find(|line| line.starts_with("  3  ")).unwrap();
    let typed = if third.ends_with('0') { third.replace("-", "-1") } else { format!("{}0", &third[..third.len() - 1]) };
    std::fs::write(&backups.kit, kit.replace(third, &typed)).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("line 3 of the recovery kit"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_form_is_refused_as_newer() {
    let (house, backups) = backed_up().await;
    let snapshot = backups.repository.join("snapshots");
    let snapshot = snapshot.join(&names(&snapshot)[0]);
    let mut bytes = std::fs::read(&snapshot).unwrap();
    bytes[0] += 1;
    std::fs::write(&snapshot, bytes).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("was made by a newer version") && why.contains("hint: install"), "{why}");
    let header = backups.repository.join("repository");
    let text = std::fs::read_to_string(&header).unwrap();
    std::fs::write(&header, text.replace("\"format\": 1", "\"format\": 2")).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("was made by a newer version"), "{why}");
    std::fs::remove_file(&header).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("holds no backups of a portal"), "{why}");
}

/// Data of the version before this one: its schema, and something in it.
async fn of_the_version_before(directory: &Path) {
    let place = Place { data: directory.to_owned(), database: None };
    Data::open(&place).unwrap().sealer().unwrap().key().unwrap();
    let store = Store::open(&Settings::Sqlite(directory.join("portal.db"))).await.unwrap();
    let migrations = portal::schema::migrations();
    store.migrate(&migrations[..migrations.len() - 1], START).await.unwrap();
    let mut tx = store.write(true).await.unwrap();
    let link = "INSERT INTO setup_link (secret_hash, expires_at) VALUES ($1, 7)";
    tx.run(link, values![b"a link of then".as_slice()]).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

async fn links(place: &Place) -> i64 {
    let store = Store::open(&Settings::Sqlite(place.data.join("portal.db"))).await.unwrap();
    let count = "SELECT count(*) AS links FROM setup_link WHERE expires_at = 7";
    let row = store.read().await.unwrap().one(count, vec![]).await.unwrap();
    row.get("links").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_backs_up_before_it_migrates_and_older_ones_come_in() {
    let directory = tempfile::tempdir().unwrap();
    of_the_version_before(directory.path()).await;
    let place = Place { data: directory.path().to_owned(), database: None };
    let data = Data::open(&place).unwrap();
    let parts = Parts { clock: Arc::new(HandClock::at(START)), ..Parts::real() };
    for _ in 0..2 {
        parts.door(&data, &place, "http://localhost", false).await.unwrap().close().await;
        let before = directory.path().join("before-migration/snapshots");
        assert_eq!(names(&before).len(), 1, "one, and none when nothing is due");
    }

    // The backup of the older schema comes in through the migrations, with the key that is still there.
    let mut backups = Backups::new();
    backups.repository = directory.path().join("before-migration");
    let kit = Kit(BackupKey::of(directory.path()).unwrap());
    std::fs::write(&backups.kit, kit.to_string()).unwrap();
    let (_machine, restored) = new_machine(Engine::Sqlite).await;
    backups.restore(&restored, START, &[]).await.unwrap();
    assert_eq!(links(&restored).await, 1);

    // Where none can be taken, nothing is migrated.
    let directory = tempfile::tempdir().unwrap();
    of_the_version_before(directory.path()).await;
    let place = Place { data: directory.path().to_owned(), database: None };
    std::fs::write(directory.path().join("before-migration"), b"in the way").unwrap();
    let data = Data::open(&place).unwrap();
    let refused = parts.door(&data, &place, "http://localhost", false).await.err().unwrap();
    assert!(refused.to_string().contains("nothing was changed"), "{refused:#}");
    let store = Store::open(&Settings::Sqlite(directory.path().join("portal.db"))).await.unwrap();
    assert_eq!(store.due(&portal::schema::migrations()).await.unwrap().1, 1);
}

/// What a version after this one wrote: a migration that this one does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_as_newer() {
    let (house, backups) = backed_up().await;
    let mut tx = house.door.store().write(true).await.unwrap();
    let newer = "INSERT INTO migration (version, name, digest, at) VALUES (99, 'of tomorrow', $1, 1)";
    tx.run(newer, values![b"digest".as_slice()]).await.unwrap();
    tx.commit().await.unwrap();
    // The portal that runs would refuse to start on it, so the backup is taken beneath it.
    let data = Data::open(&house.place).unwrap();
    let (files, ..) = portal::files::Settings::default().open(data.directory()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(HandClock::at(house.door.now().plus_seconds(60)));
    let place = portal::backup::Place {
        backup_to: Some(Location::Directory(backups.repository.clone())),
        ..portal::backup::Place::default()
    };
    let repository = place.open(&BackupKey::of(data.directory()).unwrap()).await.unwrap();
    take(&repository, house.door.store(), &data, &files, &clock).await.unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("was made by a newer version") && why.contains("its schema is"), "{why}");
}

/// One at a time. Whoever was killed blocks the place for some minutes, and not for ever.
#[tokio::test(flavor = "multi_thread")]
async fn one_backup_at_a_time() {
    let (house, backups) = backed_up().await;
    let lock = backups.repository.join("lock");
    assert!(!lock.exists(), "the lock was given back");
    let until = house.door.now().plus_seconds(60);
    std::fs::write(&lock, until.0.to_string()).unwrap();
    let why = backups.take(&house, &[]).await.unwrap_err().to_string();
    assert!(why.contains("another backup is running there"), "{why}");
    house.clock.set(until);
    backups.take(&house, &[]).await.unwrap();
    assert!(!lock.exists(), "the lock was given back");
}
