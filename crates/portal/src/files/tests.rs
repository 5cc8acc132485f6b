//! Files in a directory, and what becomes of them when somebody meddles with it.

use std::convert::Infallible;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::part::{CHUNK_BYTES, HEADER_BYTES, TAG_BYTES};
use super::*;
use crate::ids::OrganisationId;

/// A directory with a file in it that is still growing.
struct Cupboard {
    directory: TempDir,
    files: Files,
    file: FileParts,
    hashing: Hashing,
}

impl Cupboard {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::local(&directory.path().join("files")).unwrap();
        let id = |n| Uuid::from_u128(n);
        let file = FileParts {
            organisation: OrganisationId(id(1)),
            file: FileId(id(2)),
            key: FileKey::fresh(),
            parts: vec![],
        };
        Self { directory, files, file, hashing: Hashing::start() }
    }

    fn place(&self) -> PartPlace {
        let number = u32::try_from(self.file.parts.len()).unwrap();
        PartPlace { organisation: self.file.organisation, file: self.file.file, number, part: PartId::fresh() }
    }

    async fn add(&mut self, bytes: &[u8], piece_bytes: usize) {
        let place = self.place();
        let pieces: Vec<_> =
            bytes.chunks(piece_bytes).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
        let room = bytes.len() as u64;
        let put =
            self.files.put(&place, &self.file.key, stream::iter(pieces), &mut self.hashing, room, BreakOff::Forget);
        let arrived = put.await.unwrap();
        assert_eq!(arrived, Arrived { length: room, whole: true });
        self.file.parts.push(StoredPart { id: place.part, number: place.number, length: room });
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        read(&self.files, &self.file, range).await
    }

    /// Where a part lies on disk.
    fn path(&self, part: usize) -> PathBuf {
        let FileParts { organisation, file, parts, .. } = &self.file;
        self.directory.path().join(format!("files/{organisation}/{file}/{}", parts[part].id))
    }
}

async fn read(files: &Files, file: &FileParts, range: Range<u64>) -> Result<Vec<u8>> {
    let pieces: Vec<Bytes> = files.read(file, range).try_collect().await?;
    assert!(pieces.iter().all(|piece| (1..=CHUNK_BYTES).contains(&piece.len())));
    Ok(pieces.concat())
}

fn noise(length: usize) -> Vec<u8> {
    (0..length as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

fn is_altered(read: &Result<Vec<u8>>) -> bool {
    matches!(read, Err(Error::Altered { .. }))
}

#[tokio::test]
async fn every_range_of_every_length_comes_back() {
    for length in [1, 2, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 1_500_000] {
        let (mut cupboard, bytes) = (Cupboard::new(), noise(length));
        cupboard.add(&bytes, 10_000).await;
        let all = length as u64;
        for range in [0..all, 0..1, all - 1..all, all / 2..all, 0..all / 2, all / 3..all / 3, all..all] {
            let expected = &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
            assert_eq!(cupboard.read(range.clone()).await.unwrap(), expected, "{length} {range:?}");
        }
        assert!(matches!(cupboard.read(0..all + 1).await, Err(Error::Range { .. })));
        assert_eq!(cupboard.hashing.finish().as_slice(), Sha256::digest(&bytes).as_slice());
        let sealed = fs::metadata(cupboard.directory.path().join("files")).unwrap();
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&sealed.permissions()) & 0o777, 0o700);
    }
}

#[tokio::test]
async fn nothing_is_stored_of_nothing() {
    let mut cupboard = Cupboard::new();
    let (place, nothing) = (cupboard.place(), stream::empty::<Result<Bytes, Infallible>>());
    let key = cupboard.file.key.clone();
    let put = cupboard.files.put(&place, &key, nothing, &mut cupboard.hashing, 0, BreakOff::Forget);
    assert_eq!(put.await.unwrap(), Arrived { length: 0, whole: true });
    assert_eq!(cupboard.files.list(None).count().await, 0);
    assert_eq!(cupboard.read(0..0).await.unwrap(), b"");
}

#[tokio::test]
async fn what_is_too_large_or_broken_leaves_nothing_behind() {
    let cupboard = Cupboard::new();
    for length in [100_usize, 3_000_000] {
        let pieces = |broken: bool| {
            let bytes = Bytes::from(noise(length));
            let end = broken.then(|| Err(std::io::Error::other("the line is dead")));
            stream::iter([Ok(bytes)].into_iter().chain(end))
        };
        let (place, key, mut hashing) = (cupboard.place(), &cupboard.file.key, Hashing::start());
        let put = cupboard.files.put(&place, key, pieces(false), &mut hashing, length as u64 - 1, BreakOff::Keep).await;
        assert!(matches!(put, Err(PutError::TooLarge { .. })), "{put:?}");
        let put = cupboard.files.put(&place, key, pieces(true), &mut hashing, u64::MAX, BreakOff::Forget).await;
        assert!(matches!(put, Err(PutError::Broken(_))), "{put:?}");
    }
    // What is cleared away is cleared away behind our back.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let left = walk(&cupboard.directory.path().join("files"));
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn what_came_before_the_line_broke_is_a_part() {
    let (mut cupboard, bytes) = (Cupboard::new(), noise(3_000_000));
    let place = cupboard.place();
    let pieces = [Ok(Bytes::copy_from_slice(&bytes[..2_000_000])), Err(std::io::Error::other("the line is dead"))];
    let (key, mut hashing) = (cupboard.file.key.clone(), Hashing::start());
    let put = cupboard.files.put(&place, &key, stream::iter(pieces), &mut hashing, 3_000_000, BreakOff::Keep).await;
    assert_eq!(put.unwrap(), Arrived { length: 2_000_000, whole: false });
    cupboard.file.parts.push(StoredPart { id: place.part, number: 0, length: 2_000_000 });
    let state = hashing.state(cupboard.file.file, &key);
    cupboard.hashing = Hashing::resume(cupboard.file.file, &key, &state).unwrap();
    cupboard.add(&bytes[2_000_000..], 70_000).await;
    assert_eq!(cupboard.read(0..3_000_000).await.unwrap(), bytes);
    assert_eq!(cupboard.read(1_999_000..2_001_000).await.unwrap(), &bytes[1_999_000..2_001_000]);
    assert_eq!(cupboard.hashing.finish().as_slice(), Sha256::digest(&bytes).as_slice());
}

#[tokio::test]
async fn whoever_meddles_is_noticed() {
    let (mut cupboard, bytes) = (Cupboard::new(), noise(200_000));
    cupboard.add(&bytes, 50_000).await;
    cupboard.add(&bytes, 50_000).await;
    let (path, other) = (cupboard.path(0), cupboard.path(1));
    let (whole, elsewhere) = (fs::read(&path).unwrap(), fs::read(&other).unwrap());
    let chunk = |n: usize| HEADER_BYTES + n * (CHUNK_BYTES + TAG_BYTES);
    let mut swapped = whole.clone();
    let (first, second) = swapped.split_at_mut(chunk(1));
    first[HEADER_BYTES..].swap_with_slice(&mut second[..CHUNK_BYTES + TAG_BYTES]);
    let mut flipped = whole.clone();
    flipped[chunk(2) + 5] ^= 1;
    let mut mixed = whole.clone();
    mixed[chunk(1)..chunk(2)].copy_from_slice(&elsewhere[chunk(1)..chunk(2)]);
    let versions: [(&str, &[u8]); 9] = [
        ("chunks in another order", &swapped),
        ("a bit", &flipped),
        ("another part's chunk", &mixed),
        ("another part", &elsewhere),
        ("a byte too few", &whole[..whole.len() - 1]),
        ("a chunk too few", &whole[..chunk(3)]),
        ("the header only", &whole[..HEADER_BYTES]),
        ("nothing", b""),
        ("a byte too many", &[whole.as_slice(), b"x"].concat()),
    ];
    for (what, version) in versions {
        fs::write(&path, version).unwrap();
        assert!(is_altered(&cupboard.read(0..400_000).await), "{what}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(cupboard.read(0..400_000).await.unwrap(), [bytes.clone(), bytes.clone()].concat());

    let meddled = |meddle: &dyn Fn(&mut FileParts)| {
        let mut file = cupboard.file.clone();
        meddle(&mut file);
        let files = cupboard.files.clone();
        async move { read(&files, &file, 0..file.length()).await }
    };
    assert!(is_altered(&meddled(&|file| file.parts.swap(0, 1)).await), "parts in another order");
    assert!(is_altered(&meddled(&|file| file.parts = file.parts[1..].to_vec()).await), "a part left out");
    assert!(is_altered(&meddled(&|file| file.parts[0].length -= 1).await), "a length");
    assert!(is_altered(&meddled(&|file| file.key = FileKey::fresh()).await), "another key");
    let missing = meddled(&|file| file.parts[0].id = PartId::fresh()).await;
    assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
    for to in [
        format!("{}/{}", Uuid::from_u128(9), cupboard.file.file),
        format!("{}/{}", cupboard.file.organisation, Uuid::from_u128(9)),
    ] {
        let to = cupboard.directory.path().join("files").join(to);
        fs::create_dir_all(&to).unwrap();
        for part in [0, 1] {
            fs::copy(cupboard.path(part), to.join(cupboard.file.parts[part].id.to_string())).unwrap();
        }
    }
    assert!(
        is_altered(&meddled(&|file| file.organisation = OrganisationId(Uuid::from_u128(9))).await),
        "another tenant"
    );
    assert!(is_altered(&meddled(&|file| file.file = FileId(Uuid::from_u128(9))).await), "another file");
}

#[tokio::test]
async fn a_good_piece_comes_before_the_bad_one_and_nothing_behind_it() {
    let (mut cupboard, bytes) = (Cupboard::new(), noise(200_000));
    cupboard.add(&bytes, 50_000).await;
    let mut sealed = fs::read(cupboard.path(0)).unwrap();
    sealed[HEADER_BYTES + CHUNK_BYTES + TAG_BYTES] ^= 1;
    fs::write(cupboard.path(0), sealed).unwrap();
    let pieces: Vec<Result<Bytes>> = cupboard.files.read(&cupboard.file, 0..200_000).collect().await;
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[0].as_ref().unwrap(), &bytes[..CHUNK_BYTES]);
    assert!(pieces[1].is_err());
}

#[tokio::test]
async fn the_store_is_listed_and_swept() {
    let mut cupboard = Cupboard::new();
    cupboard.add(b"one", 9).await;
    cupboard.add(b"two", 9).await;
    let files = cupboard.directory.path().join("files");
    fs::write(files.join("not-ours"), "").unwrap();
    let half = format!("{}#1", cupboard.path(0).display());
    fs::write(&half, "half").unwrap();
    let mut found: Vec<Found> = cupboard.files.list(Some(cupboard.file.organisation)).try_collect().await.unwrap();
    found.sort_by_key(|found| cupboard.file.parts.iter().position(|part| part.id == found.part));
    let parts: Vec<_> = found.iter().map(|found| (found.file, found.part)).collect();
    assert_eq!(parts, cupboard.file.parts.iter().map(|part| (cupboard.file.file, part.id)).collect::<Vec<_>>());
    assert_eq!(found[0].bytes, (HEADER_BYTES + TAG_BYTES + 3) as u64);
    assert_eq!(cupboard.files.list(Some(OrganisationId(Uuid::from_u128(9)))).count().await, 0);
    assert_eq!(cupboard.files.list(None).count().await, 2);

    let written = found[0].written;
    let hour = SignedDuration::from_hours(1);
    assert_eq!(cupboard.files.remove_half_written(written - hour).await.unwrap(), 0);
    assert_eq!(cupboard.files.remove_half_written(written + hour).await.unwrap(), 1);
    for part in cupboard.file.parts.clone() {
        cupboard.files.delete(&cupboard.file.place(&part)).await.unwrap();
        cupboard.files.delete(&cupboard.file.place(&part)).await.unwrap();
    }
    assert_eq!(walk(&files), ["not-ours"]);
    assert!(matches!(cupboard.read(0..6).await, Err(Error::Missing { .. })));
    assert!(written < Timestamp::MAX);
    cupboard.files.probe().await.unwrap();
}

/// The files below a directory.
fn walk(directory: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(walk(&entry.path())),
            false => found.push(entry.file_name().into_string().unwrap()),
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_parts_in_any_pieces_are_one_file(
        lengths in prop::collection::vec(1_usize..200_000, 1..4),
        piece_bytes in 1_000_usize..150_000,
        ends in any::<[prop::sample::Index; 2]>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut cupboard, bytes) = (Cupboard::new(), noise(lengths.iter().sum()));
            let mut rest = bytes.as_slice();
            for length in &lengths {
                let (part, behind) = rest.split_at(*length);
                cupboard.add(part, piece_bytes).await;
                rest = behind;
            }
            let mut ends = ends.map(|end| end.index(bytes.len() + 1));
            ends.sort_unstable();
            let read = cupboard.read(ends[0] as u64..ends[1] as u64).await.unwrap();
            assert_eq!(read, &bytes[ends[0]..ends[1]]);
            assert_eq!(cupboard.hashing.finish().as_slice(), Sha256::digest(&bytes).as_slice());
        });
    }

    #[test]
    fn any_altered_byte_is_noticed(length in 1_usize..150_000, flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut cupboard, bytes) = (Cupboard::new(), noise(length));
            cupboard.add(&bytes, 60_000).await;
            let mut sealed = fs::read(cupboard.path(0)).unwrap();
            let index = flip.index(sealed.len());
            sealed[index] ^= 1 << bit;
            fs::write(cupboard.path(0), sealed).unwrap();
            assert!(is_altered(&cupboard.read(0..length as u64).await));
        });
    }
}
