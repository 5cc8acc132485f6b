//! The drill: a backup that is of use is shown to be, and one that is not is found out.

use clap::Parser as _;
use door::store::Engine;
use door::{Credential, Request};
use portal::Parts;
use portal::settings::{Cli, Command};
use serde_json::Value;

use crate::backup::{Backups, Said, furnished, names};
use crate::house::{House, move_in, on_both};

on_both!(a_sound_backup_is_signed_in_to, a_table_that_is_not_in_it_is_named);

impl Backups {
    /// Tries the newest backup of a house.
    async fn drill(&self, house: &House, more: &[&str]) -> Said {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let from = self.repository.clone();
        let arguments = ["portal", "drill", "--from", from.to_str().unwrap()].into_iter().chain(more.iter().copied());
        let Command::Drill(mut asked) = Cli::parse_from(arguments).command else { panic!("drill") };
        asked.place = house.place.clone();
        let parts = Parts {
            clock: house.clock.clone(),
            program: env!("CARGO_BIN_EXE_plimsoll-portal").into(),
            ..Parts::real()
        };
        let mut said = String::new();
        portal::backup::drill_by_hand(&asked, &parts, &mut |line| said.push_str(&format!("{line}\n"))).await?;
        Ok(said)
    }
}

/// The newest event of the drill: its outcome, and its facts.
async fn recorded(house: &House) -> (String, Value) {
    let newest = "SELECT body FROM event ORDER BY n DESC LIMIT 1";
    let row = house.door.store().read().await.unwrap().one(newest, vec![]).await.unwrap();
    let body: Value = serde_json::from_slice(&row.get::<Vec<u8>>("body").unwrap()).unwrap();
    assert_eq!(body["act"], "backup.drill", "{body}");
    (body["out"].as_str().unwrap().to_owned(), body["facts"].clone())
}

async fn a_sound_backup_is_signed_in_to(house: House) {
    furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    house.clock.set(house.door.now().plus_seconds(600));
    let before = names(house.directory.path());
    let kit = backups.kit.clone();
    let said = backups.drill(&house, &["--kit", kit.to_str().unwrap()]).await.unwrap();
    assert!(said.contains("signed in to the restored portal after"), "{said}");
    assert!(said.contains("was 600 seconds old"), "{said}");
    assert_eq!(names(house.directory.path()), before, "the scratch place was taken away");
    let (outcome, facts) = recorded(&house).await;
    assert_eq!(outcome, "done");
    assert_eq!(facts["loss_seconds"], 600, "{facts}");
    assert!(facts["recovery_milliseconds"].as_i64().unwrap() > 0, "{facts}");
    // Nobody who was put into the copy is in the portal that runs.
    let people = "SELECT count(*) AS people FROM person WHERE mail LIKE 'drill-%'";
    let row = house.door.store().read().await.unwrap().one(people, vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("people").unwrap(), 0);
}

async fn a_table_that_is_not_in_it_is_named(house: House) {
    move_in(&house).await;
    house.door.checkpoint().await.unwrap();
    let mut tx = house.door.store().write(true).await.unwrap();
    tx.run("DROP TABLE token_seen", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let why = backups.drill(&house, &[]).await.unwrap_err().to_string();
    assert!(why.starts_with("table token_seen: is missing in the backup"), "{why}");
    let (outcome, facts) = recorded(&house).await;
    assert_eq!((outcome.as_str(), &facts["state"]), ("failed", &Value::from("missing")));
}

/// Demands that a drill fails with this word on the record, and these in its message.
async fn found(house: &House, backups: &Backups, word: &str, says: &str) {
    // The same failure within a minute is counted, not recorded again.
    house.clock.set(house.door.now().plus_seconds(61));
    let why = backups.drill(house, &[]).await.unwrap_err().to_string();
    assert!(why.contains(says), "{why}");
    let (outcome, facts) = recorded(house).await;
    assert_eq!((outcome.as_str(), facts["state"].as_str().unwrap()), ("failed", word));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_it_is_found() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    // The largest chunks are the file's.
    let largest = backups.chunks().into_iter().max_by_key(|chunk| std::fs::metadata(chunk).unwrap().len()).unwrap();
    let sound = std::fs::read(&largest).unwrap();
    std::fs::remove_file(&largest).unwrap();
    found(&house, &backups, "missing", "file ").await;
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    std::fs::write(&largest, flipped).unwrap();
    found(&house, &backups, "damaged", "is damaged").await;
    std::fs::write(&largest, sound).unwrap();

    let key = house.place.data.join("keys/backup.key");
    let sound = std::fs::read(&key).unwrap();
    std::fs::write(&key, [7; 32]).unwrap();
    found(&house, &backups, "wrong_key", "belong to the recovery kit").await;
    std::fs::write(&key, sound).unwrap();

    house.clock.set(house.door.now().plus_seconds(49 * 3600));
    found(&house, &backups, "stale", "is 49 hours old").await;
    std::fs::remove_dir_all(backups.repository.join("snapshots")).unwrap();
    found(&house, &backups, "no_backup", "there is no snapshot").await;
}

/// A file that the store has lost does not stop a backup, and neither is it hidden.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_lost_before_is_told() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    furnished(&house).await;
    let mut folder = house.place.data.join("files");
    while folder.is_dir() {
        folder = folder.join(&names(&folder)[0]);
    }
    std::fs::remove_file(&folder).unwrap();
    let backups = Backups::new();
    let why = backups.take(&house, &[]).await.unwrap_err().to_string();
    assert!(why.contains("1 objects of files"), "{why}");
    found(&house, &backups, "missing", "is missing in the backup").await;
}

/// Failures of the job are recorded as the job's, and a place that is not configured is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_a_place_fails_on_the_record() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    for (action, word) in [("backup.run", "no_place"), ("backup.drill", "no_place")] {
        let request = Request { credential: Credential::Job(action), ..Request::default() };
        assert_eq!(house.door.pass(action, request).await.unwrap_err(), door::Refusal::NotNow(word));
        let newest = "SELECT body FROM event ORDER BY n DESC LIMIT 1";
        let row = house.door.store().read().await.unwrap().one(newest, vec![]).await.unwrap();
        let body: Value = serde_json::from_slice(&row.get::<Vec<u8>>("body").unwrap()).unwrap();
        assert_eq!(
            (&body["act"], &body["out"], &body["actor"]["kind"]),
            (&action.into(), &"failed".into(), &"job".into())
        );
    }
}
