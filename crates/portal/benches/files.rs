//! What encrypted files cost: two gibibytes into a directory and out again, beside a plain copy and SHA-256 alone.
//!
//! `cargo bench -p plimsoll-portal --bench files`; `-- 512` with so many mebibytes. It writes twice as much to the
//! temporary directory. Memory is the process's own high-water mark.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::convert::Infallible;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use portal::files::{BreakOff, FileId, FileKey, FileParts, Files, Hashing, PartId, StoredPart};
use portal::ids::OrganisationId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Bytes of a piece, about what an HTTP server hands over.
const PIECE_BYTES: usize = 64 * 1024;
const MIB: u64 = 1024 * 1024;
const ROUNDS: usize = 3;
/// The most memory that a file may add, whatever its size.
const ADDED_MIB_MAX: u64 = 64;

#[tokio::main]
async fn main() {
    let asked = std::env::args().find_map(|argument| argument.parse::<u64>().ok());
    let length = asked.unwrap_or(2048) * MIB;
    let mut figures: [Vec<Duration>; 4] = [const { Vec::new() }; 4];
    let before = peak_mib();
    for _ in 0..ROUNDS {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::local(&directory.path().join("files")).unwrap();
        let part = StoredPart { id: PartId::fresh(), number: 0, length };
        let (organisation, id) = (OrganisationId(Uuid::from_u128(1)), FileId(Uuid::from_u128(2)));
        let file = FileParts { organisation, file: id, key: FileKey::fresh(), parts: vec![part] };
        let round = [
            hash_alone(length),
            copy_plain(&directory.path().join("plain"), length),
            put(&files, &file).await,
            read(&files, &file).await,
        ];
        figures.iter_mut().zip(round).for_each(|(figures, took)| figures.push(took));
    }
    let added = peak_mib() - before;
    let middle = figures.map(|mut figures| {
        figures.sort_unstable();
        figures[ROUNDS / 2].as_secs_f64()
    });
    println!("{:>24}  {:>7}  of SHA-256's speed  of a plain copy's speed", format!("{} MiB", length / MIB), "MiB/s");
    let names = ["SHA-256 alone", "a plain copy, flushed", "in: hashed, encrypted", "out: checked, decrypted"];
    for (name, seconds) in names.iter().zip(middle) {
        let speed = (length / MIB) as f64 / seconds;
        println!("{name:>24}  {speed:>7.0}  {:>18.2}  {:>23.2}", middle[0] / seconds, middle[1] / seconds);
    }
    println!("memory added at the peak: {added} MiB");
    assert!(added < ADDED_MIB_MAX, "{added} MiB of memory were added, {ADDED_MIB_MAX} are allowed");
}

/// The most memory that this process had so far.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

fn pieces(length: u64) -> impl Iterator<Item = Bytes> {
    let piece = Bytes::from_iter((0..PIECE_BYTES).map(|n| (n * 31 % 251) as u8));
    std::iter::repeat_n(piece, usize::try_from(length).unwrap() / PIECE_BYTES)
}

fn hash_alone(length: u64) -> Duration {
    let started = Instant::now();
    let mut hash = Sha256::new();
    pieces(length).for_each(|piece| hash.update(&piece));
    std::hint::black_box(hash.finalize());
    started.elapsed()
}

/// Written and flushed.
fn copy_plain(path: &Path, length: u64) -> Duration {
    let started = Instant::now();
    let mut file = fs::File::create(path).unwrap();
    pieces(length).for_each(|piece| file.write_all(&piece).unwrap());
    file.sync_all().unwrap();
    let took = started.elapsed();
    fs::remove_file(path).unwrap();
    took
}

async fn put(files: &Files, file: &FileParts) -> Duration {
    let started = Instant::now();
    let length = file.length();
    let pieces = stream::iter(pieces(length).map(Ok::<_, Infallible>));
    let (place, mut hashing) = (file.place(&file.parts[0]), Hashing::start());
    let put = files.put(&place, &file.key, pieces, &mut hashing, length, BreakOff::Forget).await.unwrap();
    std::hint::black_box(hashing.finish());
    assert_eq!(put.length, length);
    started.elapsed()
}

async fn read(files: &Files, file: &FileParts) -> Duration {
    let started = Instant::now();
    let read = files.read(file, 0..file.length()).try_fold(0, async |sum, piece| Ok(sum + piece.len() as u64));
    assert_eq!(read.await.unwrap(), file.length());
    started.elapsed()
}
