//! What is damaged, foreign or newer is refused, with the part and the next step, and before anything is touched.

use std::path::Path;

use door::store::Engine;

use crate::backup::{Backups, furnished, names, new_machine};
use crate::house::House;

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
    let snapshots = backups.place().join("snapshots");
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
    let snapshot = backups.place().join("snapshots");
    let snapshot = snapshot.join(&names(&snapshot)[0]);
    let mut bytes = std::fs::read(&snapshot).unwrap();
    bytes[0] += 1;
    std::fs::write(&snapshot, bytes).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("was made by a newer version") && why.contains("hint: install"), "{why}");
    let header = backups.place().join("repository");
    let text = std::fs::read_to_string(&header).unwrap();
    std::fs::write(&header, text.replace("\"format\": 1", "\"format\": 2")).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("was made by a newer version"), "{why}");
    std::fs::remove_file(&header).unwrap();
    let why = refused(&house, &backups, &[]).await;
    assert!(why.contains("holds no backups of a portal"), "{why}");
}
