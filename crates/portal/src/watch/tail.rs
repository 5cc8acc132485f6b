//! The end of the record: what was revealed, downloaded and refused lately, counted from the log's newest leaves. The log is
//! followed, not searched, so that a round costs the same however long it is.

use std::collections::{BTreeMap, VecDeque};

use door::store::{self, Store};
use door::{Time, values};
use uuid::Uuid;

/// How far back is counted, in seconds.
pub(super) const WINDOW_SECONDS: i64 = 600;
/// Leaves that are read at once.
const LEAVES_AT_ONCE: i64 = 2_000;
/// Leaves that are looked back at after a start.
const LOOK_BACK: i64 = 5_000;
/// Deeds that are remembered at the most: more than that is alarming in any case.
const REMEMBERED_MAX: usize = 20_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A secret was revealed.
    Reveal,
    /// A file, or a copy of many things, was taken away.
    Download,
    /// Something was refused.
    Denial,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// The leaf to go on with; nothing before the first look.
    next: Option<i64>,
    deeds: VecDeque<(Time, Kind, Option<Uuid>)>,
}

/// How many of a kind there were within ten minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// All of them.
    pub(super) all: usize,
    /// Those by the one person or token that did the most.
    pub(super) most_by_one: usize,
}

/// The counts of every kind.
pub(super) type Counts = BTreeMap<Kind, Count>;

/// The end of the log.
const END: &str = "SELECT size FROM ledger_head WHERE id = 1";
/// What the leaves from one on say.
const LEAVES: &str = "SELECT l.seq AS seq, i.at AS at, i.act AS act, i.actor AS actor, i.outcome AS outcome \
                      FROM ledger_leaf l JOIN event_index i ON i.n = l.n WHERE l.seq >= $1 ORDER BY l.seq LIMIT $2";

/// What was read of the log, to be taken in.
pub(super) struct Read {
    next: i64,
    deeds: Vec<(Time, Kind, Option<Uuid>)>,
}

impl Tail {
    /// Where to go on reading.
    pub(super) const fn next(&self) -> Option<i64> {
        self.next
    }

    /// Takes in what was read, forgets what is too old, and counts.
    pub(super) fn take(&mut self, read: Read, now: Time) -> Counts {
        self.next = Some(read.next);
        self.deeds.extend(read.deeds);
        self.deeds.retain(|(at, ..)| now.seconds_since(*at) < WINDOW_SECONDS);
        while self.deeds.len() > REMEMBERED_MAX {
            self.deeds.pop_front();
        }
        [Kind::Reveal, Kind::Download, Kind::Denial].into_iter().map(|kind| (kind, self.count(kind))).collect()
    }

    fn count(&self, kind: Kind) -> Count {
        let mut by_one: BTreeMap<Uuid, usize> = BTreeMap::new();
        let mut all = 0;
        for (_, _, actor) in self.deeds.iter().filter(|(_, known, _)| *known == kind) {
            all += 1;
            if let Some(actor) = actor {
                *by_one.entry(*actor).or_default() += 1;
            }
        }
        Count { all, most_by_one: by_one.into_values().max().unwrap_or(0) }
    }
}

/// Reads on.
pub(super) async fn read(store: &Store, next: Option<i64>) -> store::Result<Read> {
    let mut tx = store.read().await?;
    let mut next = match next {
        Some(next) => next,
        None => (tx.one(END, vec![]).await?.get::<i64>("size")? - LOOK_BACK).max(0),
    };
    let mut deeds = Vec::new();
    loop {
        let rows = tx.all(LEAVES, values![next, LEAVES_AT_ONCE]).await?;
        for row in &rows {
            next = row.get::<i64>("seq")? + 1;
            if let Some(kind) = kind(&row.get::<String>("act")?, &row.get::<String>("outcome")?) {
                deeds.push((row.get("at")?, kind, row.get("actor")?));
            }
        }
        if rows.len() < usize::try_from(LEAVES_AT_ONCE).unwrap_or(usize::MAX) {
            return Ok(Read { next, deeds });
        }
    }
}

/// What an event counts as. The last word of an action's name says what it does.
fn kind(action: &str, outcome: &str) -> Option<Kind> {
    if outcome != "done" {
        return (outcome == "denied").then_some(Kind::Denial);
    }
    match action.rsplit('.').next().unwrap_or_default() {
        "reveal" => Some(Kind::Reveal),
        "download" | "bundle" | "copy" | "export" => Some(Kind::Download),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_deeds_are_forgotten_and_the_one_who_did_most_is_found() {
        let (ana, tom) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let at = |second: i64| Time(second * 1_000_000);
        let mut tail = Tail::default();
        let deeds = vec![
            (at(0), Kind::Reveal, ana),
            (at(500), Kind::Reveal, tom),
            (at(501), Kind::Reveal, tom),
            (at(502), Kind::Denial, None),
        ];
        let counts = tail.take(Read { next: 4, deeds }, at(503));
        assert_eq!(counts[&Kind::Reveal], Count { all: 3, most_by_one: 2 });
        assert_eq!(counts[&Kind::Denial], Count { all: 1, most_by_one: 0 });
        let counts = tail.take(Read { next: 4, deeds: vec![] }, at(700));
        assert_eq!(counts[&Kind::Reveal], Count { all: 2, most_by_one: 2 });
    }

    #[test]
    fn what_an_event_counts_as() {
        assert_eq!(kind("credential.reveal", "done"), Some(Kind::Reveal));
        assert_eq!(kind("credential.reveal", "denied"), Some(Kind::Denial));
        assert_eq!(kind("request.version.download", "done"), Some(Kind::Download));
        assert_eq!(kind("request.version.download", "failed"), None);
        assert_eq!(kind("message.post", "done"), None);
    }
}
