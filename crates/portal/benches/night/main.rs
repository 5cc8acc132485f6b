//! Half an hour at half load with a fault each minute: what was acknowledged is there afterwards, with its record, and
//! memory stays flat.
//!
//! `cargo bench -p plimsoll-portal --bench night`; `-- 6` with so many minutes; `-- --picture FILE` draws the course. The
//! portal is a process of its own on SQLite. Half load is half of what it takes from as many people at full speed just
//! before. It ends with one restart and one kill, which the record has to survive, too.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod faults;
mod load;
mod picture;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use door::SystemClock;
use door::verify::Verdict;
use portal::data::Data;
use portal::settings::Place;

use self::faults::{FAULTS, Portal};
use self::load::{Load, Second};

/// For how long full load is measured.
const FULL: Duration = Duration::from_secs(8);

/// A fault that was made: when, in seconds from the beginning, and what.
struct Struck {
    second: usize,
    words: &'static str,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let minutes = arguments.iter().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(30).max(3);
    let picture = arguments.iter().skip_while(|argument| *argument != "--picture").nth(1).map(PathBuf::from);
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    let (people, path) = load::found(&place).await;
    let mut portal = Portal::start(&place, directory.path().join("backups")).await;
    let load = Arc::new(Load::begin(&portal.origin(), people, path).await);

    let full = load.at_full_speed(FULL).await;
    let half = full / 2.0;
    println!("full load: {full:.0} messages a second from {} people; half of it from now on", load.people());
    let (stop, sampler) = load.at(half, portal.process());
    let mut struck = Vec::new();
    let begun = Instant::now();
    for minute in 0..minutes {
        let due = begun + Duration::from_secs(60 * minute as u64 + 30);
        tokio::time::sleep_until(due.into()).await;
        // Whoever starts anew has little in memory: that comes last.
        let fault = match minutes - minute {
            1 => faults::KILLED,
            2 => faults::RESTARTED,
            _ => &FAULTS[minute % FAULTS.len()],
        };
        let second = usize::try_from(begun.elapsed().as_secs()).unwrap();
        portal.suffer(fault.what, &load).await;
        struck.push(Struck { second, words: fault.words });
        println!("minute {:>2}: {}", minute + 1, fault.words);
    }
    tokio::time::sleep_until((begun + Duration::from_secs(60 * minutes as u64)).into()).await;
    stop.store(true, Ordering::Relaxed);
    let seconds = sampler.await.unwrap();

    assert_eq!(load.limited(), 0, "people reached their own limits: the load was not what it says");
    let (acknowledged, more) = there(&place, &load).await;
    println!("{acknowledged} acknowledged and all there, {more} more written but not acknowledged; the record holds");
    tell(&seconds, &struck, half);
    portal.end().await;
    if let Some(file) = picture {
        std::fs::write(&file, picture::draw(&seconds, &struck, half)).unwrap();
        println!("drawn: {}", file.display());
    }
}

/// How many messages were acknowledged, each of which is there, and how many more there are.
async fn there(place: &Place, load: &Load) -> (usize, usize) {
    let data = Data::open(place).unwrap();
    let store = data.store(place, &SystemClock).await.unwrap();
    let rows = store.read().await.unwrap().all("SELECT id FROM message", vec![]).await.unwrap();
    let there: std::collections::BTreeSet<uuid::Uuid> = rows.iter().map(|row| row.get("id").unwrap()).collect();
    let acknowledged = load.acknowledged();
    let lost = acknowledged.difference(&there).count();
    assert_eq!(lost, 0, "acknowledged, and not there");
    let report = door::verify::verify(&store, &data.trust().unwrap()).await.unwrap();
    store.close().await;
    assert!(matches!(report.verdict(), Verdict::Verified | Verdict::SignedOnly), "{report}");
    (acknowledged.len(), there.difference(&acknowledged).count())
}

/// How long each fault was felt, and what became of memory.
fn tell(seconds: &[Second], struck: &[Struck], half: f64) {
    for Struck { second, words } in struck {
        let felt = seconds.iter().skip(*second).take(55).filter(|now| f64::from(now.answered) < 0.5 * half).count();
        let refused: u32 = seconds.iter().skip(*second).take(55).map(|now| now.refused).sum();
        println!("felt for {felt:>2} s, {refused:>4} not answered well: {words}");
    }
    let steady = struck.len().checked_sub(2).and_then(|last| struck.get(last)).map_or(seconds.len(), |two| two.second);
    let middle = |part: &[Second]| {
        let mut memory: Vec<u64> = part.iter().map(|second| second.memory_kib).filter(|kib| *kib > 0).collect();
        memory.sort_unstable();
        memory.get(memory.len() / 2).copied().unwrap_or_default()
    };
    let fifth = (steady / 5).max(1);
    let (early, late) = (middle(&seconds[fifth..2 * fifth]), middle(&seconds[steady - fifth..steady]));
    let ratio = late as f64 / early.max(1) as f64;
    println!(
        "memory: {} MiB in the second fifth, {} MiB in the last before the restarts: × {ratio:.2}",
        early / 1024,
        late / 1024
    );
}
