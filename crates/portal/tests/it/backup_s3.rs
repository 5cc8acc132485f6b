//! Backups in a bucket: taken, found again, cleared away and restored as in a directory.

use std::sync::Arc;

use door::Clock;
use door::store::Engine;
use portal::backup::{BackupKey, Error, Place, expire, take, verify};
use portal::data::Data;

use crate::backup::furnished;
use crate::house::{House, START, skipped};

/// A prefix of its own in the bucket of `TEST_S3_URL`: `http://ID:SECRET@host/bucket`.
fn bucket(directory: &std::path::Path) -> Option<Place> {
    let Ok(url) = std::env::var("TEST_S3_URL") else {
        skipped("TEST_S3_URL names no bucket: export TEST_S3_URL=$(.ci/s3)");
        return None;
    };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let url = url::Url::parse(&url).unwrap();
    let secret = directory.join("secret");
    std::fs::write(&secret, url.password().unwrap()).unwrap();
    let (id, name) = (url.username().to_owned(), url.path().trim_matches('/').to_owned());
    let mut endpoint = url.clone();
    endpoint.set_path("");
    endpoint.set_username("").unwrap();
    endpoint.set_password(None).unwrap();
    let prefix = door::id::uuid_at(START).simple();
    Some(Place {
        backup_to: Some(format!("s3://{name}/{prefix}").parse().unwrap()),
        backup_endpoint: Some(endpoint),
        backup_region: None,
        backup_access_key_id: Some(id),
        backup_secret_access_key_file: Some(secret),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_holds_backups_as_a_directory_does() {
    let beside = tempfile::tempdir().unwrap();
    let Some(place) = bucket(beside.path()) else { return };
    let house = House::build(Engine::Sqlite).await.unwrap();
    furnished(&house).await;
    house.door.checkpoint().await.unwrap();
    let data = Data::open(&house.place).unwrap();
    let (files, ..) = portal::files::Settings::default().open(data.directory()).unwrap();
    let clock: Arc<dyn Clock> = house.clock.clone();
    let key = BackupKey::of(data.directory()).unwrap();

    assert!(matches!(place.open(&key).await, Err(Error::NoRepository { .. })));
    let repository = place.open_or_begin(&key).await.unwrap();
    let first = take(&repository, house.door.store(), &data, &files, &clock).await.unwrap();
    assert!(first.fresh.bytes > 1_000_000, "{first:?}");
    house.clock.set(house.door.now().plus_seconds(2 * 86_400));
    let again = take(&repository, house.door.store(), &data, &files, &clock).await.unwrap();
    assert!(again.fresh.bytes < first.fresh.bytes / 8, "{:?}", again.fresh);
    assert_eq!(repository.snapshots().await.unwrap().len(), 2);
    assert_eq!(expire(&repository, 1, &clock).await.unwrap().snapshots, 1);

    let repository = place.open(&key).await.unwrap();
    let snapshot = repository.snapshot(None).await.unwrap();
    assert_eq!(snapshot.sha256, again.snapshot.sha256);
    let verified = verify(&repository, &snapshot.manifest).await.unwrap();
    assert_eq!(verified.objects, 1);
}
