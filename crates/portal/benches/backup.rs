//! What a backup costs: files of one gibibyte into a repository, once more when nothing has changed, verified, beside a
//! plain copy and SHA-256 alone.
//!
//! `cargo bench -p plimsoll-portal --bench backup`; `-- 64` with so many mebibytes. It writes three times as much to the
//! temporary directory. Memory is the process's own high-water mark, counted anew from where the first
//! backup begins.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use door::store::Store;
use door::values;
use object_store::ObjectStoreExt as _;
use object_store::local::LocalFileSystem;
use portal::Parts;
use portal::backup::{BackupKey, Place, take, verify};
use portal::data::Data;
use portal::files::Location;
use portal::settings;
use portal::wires::console;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const MIB: u64 = 1024 * 1024;
/// Bytes of one object.
const OBJECT_MIB: u64 = 16;
/// The most memory that a backup may add, whatever its size.
const ADDED_MIB_MAX: u64 = 100;

#[tokio::main]
async fn main() {
    let asked = std::env::args().find_map(|argument| argument.parse::<u64>().ok());
    let objects = asked.unwrap_or(1024).div_ceil(OBJECT_MIB).max(1);
    let directory = tempfile::tempdir().unwrap();
    let place = settings::Place { data: directory.path().join("data"), database: None };
    let data = Data::open(&place).unwrap();
    let parts = Parts::real();
    let door = parts.door(&data, &place, "http://localhost", false).await.unwrap();
    let input =
        json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com", "password": "a fine long password"});
    let made = console::pass(&door, "organisation.create", &input.to_string()).await.unwrap();
    let organisation: Uuid = made["organisation"].as_str().unwrap().parse().unwrap();
    for number in 0..objects {
        add(door.store(), &place.data.join("files"), organisation, number).await;
    }

    let copied = copy_plain(&place.data.join("files"), &directory.path().join("plain"));
    let hashed = hash_alone(objects * OBJECT_MIB * MIB);
    let (files, ..) = parts.files.open(data.directory()).unwrap();
    let to = Location::Directory(directory.path().join("backups"));
    let key = BackupKey::of(data.directory()).unwrap();
    let repository = Place { backup_to: Some(to), ..Place::default() }.open_or_begin(&key).await.unwrap();
    let before = peak_mib_from_now();
    let begun = Instant::now();
    let taken = take(&repository, door.store(), &data, &files, &parts.clock).await.unwrap();
    let first = begun.elapsed();
    let begun = Instant::now();
    let again = take(&repository, door.store(), &data, &files, &parts.clock).await.unwrap();
    let second = begun.elapsed();
    let begun = Instant::now();
    verify(&repository, &taken.snapshot.manifest).await.unwrap();
    let verified = begun.elapsed();
    let added = peak_mib() - before;

    let size = objects * OBJECT_MIB;
    println!("{:>28}  {:>7}  {:>7}  of a plain copy's speed", format!("{size} MiB"), "seconds", "MiB/s");
    let line = |name: &str, took: Duration| {
        let seconds = took.as_secs_f64();
        let (speed, ratio) = (size as f64 / seconds, copied.as_secs_f64() / seconds);
        println!("{name:>28}  {seconds:>7.2}  {speed:>7.0}  {ratio:>23.2}");
    };
    line("SHA-256 alone", hashed);
    line("a plain copy, flushed", copied);
    line("the first backup", first);
    line("again, nothing has changed", second);
    line("verified from end to end", verified);
    println!("stored by the second: {} bytes in {} chunks", again.fresh.bytes, again.fresh.chunks);
    println!("memory added at the peak: {added} MiB");
    assert!(added <= ADDED_MIB_MAX, "a backup added {added} MiB, and may add {ADDED_MIB_MAX}");
}

/// A file of one object, in the store and in the database. What is in it follows no pattern, as what is encrypted.
async fn add(store: &Store, files: &Path, organisation: Uuid, number: u64) {
    let [file, part] = [1, 2].map(|kind| Uuid::from_u64_pair(kind, number));
    let mut bytes = vec![0; usize::try_from(OBJECT_MIB * MIB).unwrap()];
    fs::File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    let objects = LocalFileSystem::new_with_prefix(files).unwrap();
    objects.put(&format!("{organisation}/{file}/{part}").into(), bytes.into()).await.unwrap();
    let mut tx = store.write(true).await.unwrap();
    let insert = "INSERT INTO file (id, organisation, generation, wrapped, made_at) VALUES ($1, $2, 1, $3, 1)";
    tx.run(insert, values![file, organisation, vec![0_u8; 8]]).await.unwrap();
    let insert = "INSERT INTO file_part (file, number, id, length, hashing, made_at) VALUES ($1, 0, $2, $3, $4, 1)";
    let length = i64::try_from(OBJECT_MIB * MIB).unwrap();
    tx.run(insert, values![file, part, length, vec![0_u8; 8]]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Copies every file of a directory into one, and flushes it.
fn copy_plain(from: &Path, to: &Path) -> Duration {
    let begun = Instant::now();
    let mut target = fs::File::create(to).unwrap();
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                std::io::copy(&mut fs::File::open(path).unwrap(), &mut target).unwrap();
            }
        }
    }
    target.flush().unwrap();
    target.sync_all().unwrap();
    let took = begun.elapsed();
    fs::remove_file(to).unwrap();
    took
}

fn hash_alone(length: u64) -> Duration {
    let (begun, piece, mut hasher) = (Instant::now(), vec![7_u8; 64 * 1024], Sha256::new());
    for _ in 0..length / piece.len() as u64 {
        hasher.update(&piece);
    }
    std::hint::black_box(hasher.finalize());
    begun.elapsed()
}

/// Forgets the most memory that this process had so far (Linux: proc(5), `clear_refs`), and gives what it has now.
fn peak_mib_from_now() -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    peak_mib()
}

/// The most memory that this process has had, in MiB (Linux: `VmHWM`).
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
