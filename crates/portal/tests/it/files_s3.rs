//! Files in a bucket, at a real S3 server that checks signatures: `export TEST_S3_URL=$(.ci/s3)`.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use portal::files::{
    BreakOff, Error, FileId, FileKey, FileParts, Files, Found, Hashing, PartId, PutError, S3Settings, StoredPart,
};
use portal::ids::OrganisationId;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use crate::house::skipped;

const MIB: usize = 1024 * 1024;

/// The bucket of the tests' server, below a prefix of this test's own: a short one, because that server keeps what it
/// knows of an object in a file whose name holds the object's, encoded.
fn settings() -> Option<S3Settings> {
    let Ok(url) = std::env::var("TEST_S3_URL") else {
        skipped("TEST_S3_URL names no S3 server: export TEST_S3_URL=$(.ci/s3)");
        return None;
    };
    // A client wants one even where nothing is encrypted. A second call is no harm.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let url = Url::parse(&url).unwrap();
    Some(S3Settings {
        bucket: url.path().trim_matches('/').to_owned(),
        prefix: PartId::fresh().to_string()[..8].to_owned(),
        endpoint: Some(format!("http://127.0.0.1:{}", url.port().unwrap()).parse().unwrap()),
        region: "us-east-1".to_owned(),
        access_key_id: url.username().to_owned(),
        secret_access_key: url.password().unwrap().to_owned().into(),
    })
}

fn file(organisation: u128) -> FileParts {
    let organisation = OrganisationId(Uuid::from_u128(organisation));
    FileParts { organisation, file: FileId(PartId::fresh().0), key: FileKey::fresh(), parts: Vec::new() }
}

/// Bytes that repeat nowhere near.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::with_capacity(length + 32);
    while bytes.len() < length {
        bytes.extend(Sha256::digest(bytes.len().to_be_bytes()));
    }
    bytes.truncate(length);
    bytes
}

async fn add(files: &Files, file: &mut FileParts, bytes: &[u8]) -> Result<(), PutError> {
    let number = u32::try_from(file.parts.len()).unwrap();
    let mut part = StoredPart { id: PartId::fresh(), number, length: 0 };
    let pieces: Vec<_> =
        bytes.chunks(100_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let (place, room) = (file.place(&part), bytes.len() as u64);
    let mut hashing = Hashing::start();
    let put = files.put(&place, &file.key, stream::iter(pieces), &mut hashing, room, BreakOff::Forget);
    part.length = put.await?.length;
    file.parts.push(part);
    Ok(())
}

async fn read(files: &Files, file: &FileParts, start: usize, end: usize) -> Result<Vec<u8>, Error> {
    let pieces: Vec<Bytes> = files.read(file, start as u64..end as u64).try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn a_file_goes_into_a_bucket_and_comes_out_again() {
    let Some(settings) = settings() else { return };
    let files = Files::s3(&settings).unwrap();
    files.probe().await.unwrap();
    // Small enough for one request, then too large for two, then small again.
    let (bytes, mut file) = (noise(10 * MIB), file(1));
    let (first, last) = (MIB / 2, 19 * MIB / 2);
    for (start, end) in [(0, first), (first, last), (last, bytes.len())] {
        add(&files, &mut file, &bytes[start..end]).await.unwrap();
    }
    let ranges = [
        (0, bytes.len()),
        (0, 1),
        (first - 1, first + 1),
        (first + 8 * MIB - 9, first + 8 * MIB + 9),
        (last, 10 * MIB),
        (5, 5),
    ];
    for (start, end) in ranges {
        assert!(read(&files, &file, start, end).await.unwrap() == bytes[start..end], "{start}..{end}");
    }

    let mut other = self::file(2);
    add(&files, &mut other, b"another organisation's").await.unwrap();
    let found: Vec<Found> = files.list(Some(file.organisation)).try_collect().await.unwrap();
    let mut listed: Vec<PartId> = found.iter().map(|found| found.part).collect();
    let mut stored: Vec<PartId> = file.parts.iter().map(|part| part.id).collect();
    listed.sort_unstable();
    stored.sort_unstable();
    assert_eq!(listed, stored);
    assert!(found.iter().all(|found| found.file == file.file && found.bytes > first as u64));
    assert_eq!(files.list(None).count().await, 4);

    for part in &file.parts {
        files.delete(&file.place(part)).await.unwrap();
        files.delete(&file.place(part)).await.unwrap();
    }
    let gone = read(&files, &file, 0, 1).await;
    assert!(matches!(gone, Err(Error::Missing { .. })), "{gone:?}");
    assert_eq!(files.list(Some(file.organisation)).count().await, 0);
    assert_eq!(read(&files, &other, 0, 7).await.unwrap(), b"another");
    assert_eq!(files.remove_half_written(jiff::Timestamp::MAX).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_not_wanted_is_not_there() {
    let Some(settings) = settings() else { return };
    let files = Files::s3(&settings).unwrap();
    for length in [1000, 9 * MIB] {
        let (file, bytes) = (file(1), Bytes::from(noise(length)));
        let place = file.place(&StoredPart { id: PartId::fresh(), number: 0, length: 0 });
        let pieces = stream::iter([Ok(bytes), Err(std::io::Error::other("the line is dead"))]);
        let put = files.put(&place, &file.key, pieces, &mut Hashing::start(), u64::MAX, BreakOff::Forget).await;
        assert!(matches!(put, Err(PutError::Broken(_))), "{put:?}");
    }
    assert_eq!(files.list(None).count().await, 0);
}

#[tokio::test]
async fn a_part_in_another_ones_place_does_not_open() {
    let Some(settings) = settings() else { return };
    let files = Files::s3(&settings).unwrap();
    let mut file = file(1);
    add(&files, &mut file, b"the first part").await.unwrap();
    add(&files, &mut file, b"the other part").await.unwrap();
    let mut swapped = file.clone();
    (swapped.parts[0].id, swapped.parts[1].id) = (file.parts[1].id, file.parts[0].id);
    for meddled in [swapped, FileParts { key: FileKey::fresh(), ..file.clone() }] {
        let opened = read(&files, &meddled, 0, 28).await;
        assert!(matches!(opened, Err(Error::Altered { .. })), "{opened:?}");
    }
    let mut shorter = file.clone();
    shorter.parts[1].length -= 1;
    assert!(matches!(read(&files, &shorter, 0, 27).await, Err(Error::Altered { .. })));
    let mut longer = file;
    longer.parts[1].length += 1_000_000;
    assert!(matches!(read(&files, &longer, 900_000, 900_001).await, Err(Error::Altered { .. })));
}

#[tokio::test]
async fn who_may_not_is_told_so_at_once() {
    let Some(settings) = settings() else { return };
    let wrong = [
        S3Settings { secret_access_key: "guessed".to_owned().into(), ..settings.clone() },
        S3Settings { access_key_id: "somebody".to_owned(), ..settings.clone() },
        S3Settings { endpoint: Some("http://127.0.0.1:1".parse().unwrap()), ..settings },
    ];
    for (settings, says) in wrong.iter().zip(["SignatureDoesNotMatch", "403 Forbidden", "127.0.0.1:1"]) {
        let files = Files::s3(settings).unwrap();
        let refused = tokio::time::timeout(std::time::Duration::from_secs(20), files.probe()).await.unwrap();
        let error = refused.expect_err("nobody is let in like this");
        let text = error.to_string();
        assert!(text.contains(says), "{text}");
        assert!(!text.contains(settings.secret_access_key.as_str()), "{text}");
    }
}
