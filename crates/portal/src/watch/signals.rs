//! What happens, as it happens: requests and how they were answered, actions, jobs, who asks how we are. Counted in memory,
//! so that it is there when the database is not.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use door::{Catalogue, Passed, Time, Way};
use uuid::Uuid;

use super::locked;

/// The upper ends of the classes of durations, in seconds.
pub(super) const DURATIONS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How long a slice of time is in which requests are counted together, in seconds.
const SLICE_SECONDS: i64 = 10;
/// How far back requests are counted, in seconds.
pub(super) const WINDOW_SECONDS: i64 = 300;
/// An answer that takes longer is slow.
pub(super) const SLOW: Duration = Duration::from_secs(2);
/// Whoever asked so often is taken for somebody who watches.
const ASKS_MIN: u32 = 3;
/// Requests that broke and whose action is remembered until they are answered.
const BROKEN_MAX: usize = 64;

/// What happens.
#[derive(Debug)]
pub struct Signals {
    state: Mutex<State>,
    /// When it began to be counted.
    pub since: Time,
}

#[derive(Debug, Default)]
struct State {
    slices: VecDeque<Slice>,
    /// Answers since the start, by the first digit of their status.
    answers: [u64; 6],
    actions: BTreeMap<(&'static str, &'static str), Tally>,
    jobs: BTreeMap<&'static str, Job>,
    broken: VecDeque<(Uuid, &'static str)>,
    asked: Option<Asked>,
    /// How often somebody outside asked.
    asks: u32,
}

#[derive(Debug, Clone, Copy)]
struct Slice {
    begins: Time,
    traffic: Traffic,
}

/// Requests of the last minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// All that were answered.
    pub answered: u64,
    /// Those that broke: answered with 500 or more.
    pub broken: u64,
    /// Those that took longer than two seconds.
    pub slow: u64,
}

/// How often an action ended in one way, and how long it took.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// How often, by the class of its duration; the last class has no end.
    pub(super) classes: [u64; DURATIONS.len() + 1],
    /// All durations together.
    pub(super) took: Duration,
}

/// A job of the schedule.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// How often it is due, in seconds.
    pub every_seconds: i64,
    /// Since when it is expected to run.
    pub since: Time,
    /// When it last succeeded.
    pub done: Option<Time>,
    /// How often it failed since then.
    pub failures: u32,
    /// Why, in the door's word.
    pub why: &'static str,
}

/// Somebody outside who asked how we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What they call themselves.
    pub agent: String,
    /// When they last asked.
    pub at: Time,
}

impl Signals {
    pub(super) fn new(since: Time) -> Self {
        Self { state: Mutex::default(), since }
    }

    /// Takes a passage into account. Whether it was a job that failed.
    pub fn passed(&self, passed: &Passed<'_>, now: Time) -> bool {
        let mut state = locked(&self.state);
        let outcome = passed.refused.map_or("done", door::Refusal::word);
        let tally = state.actions.entry((passed.action, outcome)).or_default();
        let seconds = passed.took.as_secs_f64();
        let class = DURATIONS.iter().position(|end| seconds <= *end).unwrap_or(DURATIONS.len());
        tally.classes[class] += 1;
        tally.took += passed.took;
        if let Some(job) = state.jobs.get_mut(passed.action) {
            match passed.refused {
                None => (job.done, job.failures) = (Some(now), 0),
                Some(refusal) => (job.failures, job.why) = (job.failures.saturating_add(1), refusal.word()),
            }
        }
        if passed.refused.is_some_and(|refusal| refusal.status() >= 500) {
            if state.broken.len() >= BROKEN_MAX {
                state.broken.pop_front();
            }
            state.broken.push_back((passed.request, passed.action));
        }
        passed.refused.is_some() && state.jobs.contains_key(passed.action)
    }

    /// Expects each job of a catalogue to run from now on.
    pub fn expect(&self, catalogue: &Catalogue, now: Time) {
        let mut state = locked(&self.state);
        for entry in catalogue.entries() {
            let Way::Job { every_seconds } = entry.spec.way else { continue };
            let job = Job { every_seconds: i64::from(every_seconds), since: now, done: None, failures: 0, why: "" };
            state.jobs.insert(entry.spec.name, job);
        }
    }

    /// A request was answered, and whether it broke: not each answer of 503 did.
    pub fn answered(&self, status: u16, broke: bool, took: Option<Duration>, now: Time) {
        let mut state = locked(&self.state);
        state.answers[usize::from(status / 100).min(5)] += 1;
        let stale = |slice: &Slice| now.seconds_since(slice.begins) >= SLICE_SECONDS || now < slice.begins;
        if state.slices.back().is_none_or(stale) {
            state.slices.push_back(Slice { begins: now, traffic: Traffic::default() });
            // A clock that was put back would keep what is older than it shows.
            state.slices.retain(|slice| (0..=WINDOW_SECONDS).contains(&now.seconds_since(slice.begins)));
        }
        if let Some(slice) = state.slices.back_mut() {
            slice.traffic.answered += 1;
            slice.traffic.broken += u64::from(broke);
            slice.traffic.slow += u64::from(took.is_some_and(|took| took > SLOW));
        }
    }

    /// The requests of the last five minutes.
    pub fn traffic(&self, now: Time) -> Traffic {
        let state = locked(&self.state);
        let recent = state.slices.iter().filter(|slice| (0..WINDOW_SECONDS).contains(&now.seconds_since(slice.begins)));
        recent.fold(Traffic::default(), |sum, Slice { traffic, .. }| Traffic {
            answered: sum.answered + traffic.answered,
            broken: sum.broken + traffic.broken,
            slow: sum.slow + traffic.slow,
        })
    }

    /// The jobs that are expected to run.
    pub fn jobs(&self) -> BTreeMap<&'static str, Job> {
        locked(&self.state).jobs.clone()
    }

    /// The action of a request that broke.
    pub(super) fn action_of(&self, request: Uuid) -> Option<&'static str> {
        locked(&self.state).broken.iter().find(|(id, _)| *id == request).map(|(_, action)| *action)
    }

    /// Somebody outside asked how we are.
    pub fn asked(&self, agent: &str, at: Time) {
        let mut state = locked(&self.state);
        state.asks = state.asks.saturating_add(1);
        if state.asked.as_ref().is_none_or(|asked| asked.at <= at) {
            state.asked = Some(Asked { agent: agent.to_owned(), at });
        }
    }

    /// Who outside asked last. Somebody who came by once or twice is nobody who watches.
    pub fn last_asked(&self) -> Option<Asked> {
        let state = locked(&self.state);
        state.asked.clone().filter(|_| state.asks >= ASKS_MIN)
    }

    /// What another instance, or this one before it was started anew, knows of it.
    pub(super) fn was_asked(&self, agent: &str, at: Time) {
        self.asked(agent, at);
        let mut state = locked(&self.state);
        state.asks = state.asks.max(ASKS_MIN);
    }

    pub(super) fn answers(&self) -> [u64; 6] {
        locked(&self.state).answers
    }

    pub(super) fn actions(&self) -> BTreeMap<(&'static str, &'static str), Tally> {
        locked(&self.state).actions.clone()
    }
}

impl Job {
    /// After how many seconds without success it counts as stopped: three turns, and a minute for a slow one.
    #[must_use]
    pub const fn patience_seconds(&self) -> i64 {
        3 * self.every_seconds + 60
    }

    /// For how long it has not succeeded, in seconds, when that is too long.
    #[must_use]
    pub fn stopped_for(&self, now: Time) -> Option<i64> {
        let seconds = now.seconds_since(self.done.unwrap_or(self.since));
        (seconds > self.patience_seconds()).then_some(seconds)
    }
}
