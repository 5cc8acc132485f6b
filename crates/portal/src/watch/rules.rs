//! What is wrong, and how bad that is: one row a rule. Each has a page of the runbook under its own name, and a test fires
//! it by its real fault.

use door::Time;

use super::Severity::{self, Critical, Warning};
use super::look::{Backups, Facts, Seen};
use super::signals::WINDOW_SECONDS;
use super::tail::Kind;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, and that of its page in the runbook.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, for people.
    pub title: &'static str,
    /// What a client notices, for the status page; nothing where they notice nothing.
    pub notices: Option<&'static str>,
    /// Whether it is about this instance and not about what all instances share.
    pub local: bool,
    /// For how many seconds it must hold before anybody is told.
    pub for_seconds: i64,
    /// What of it is found. None when it cannot be told at the moment: then nothing changes, and nothing is taken for good.
    pub find: fn(&Seen) -> Option<Vec<Found>>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which one, where a rule can find several: a job's name. Empty otherwise.
    pub about: String,
    /// What exactly, in a sentence that names nobody.
    pub words: String,
}

/// Answers within five minutes below which nothing is said about their quality.
const ANSWERS_MIN: u64 = 20;
/// Broken answers within five minutes that count at all.
const BROKEN_MIN: u64 = 5;
/// How often a job fails one time after the other before it is said.
const FAILURES_MAX: u32 = 5;
/// For how long after the start nothing is said of jobs, in seconds.
const SETTLED_SECONDS: i64 = 60;
/// A checkpoint that is older than this while events wait is late, in seconds.
const SEAL_LATE_SECONDS: i64 = 120;
/// A disk is nearly full below this share of it, as a divisor …
const FREE_SHARE: u64 = 20;
/// … or below so many bytes, whatever is less.
const FREE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// A certificate near its end, in seconds: what renews itself has done so a week before.
const CERTIFICATE_SECONDS: i64 = 14 * 24 * 3600;
/// How far clocks may differ, in seconds.
const CLOCK_SECONDS: i64 = 60;
/// Reveals by one person within ten minutes: who hands a project over looks at a handful.
const REVEALS_MAX: usize = 10;
/// Downloads by one person within ten minutes.
const DOWNLOADS_MAX: usize = 50;
/// Refusals of one person within ten minutes, and of everybody together.
const DENIALS_MAX: (usize, usize) = (20, 60);
/// For how long nobody outside may ask how we are, in seconds.
const SILENCE_SECONDS: i64 = 600;

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        id: "database",
        severity: Critical,
        title: "The database takes no writes",
        notices: Some("Nothing can be saved, and most pages cannot be shown."),
        local: true,
        for_seconds: 15,
        find: |seen| Some(one(seen.database.as_ref().err().cloned())),
    },
    Rule {
        id: "errors",
        severity: Critical,
        title: "Requests break",
        notices: Some("Some pages answer with an error."),
        local: true,
        for_seconds: 0,
        find: |seen| {
            let (all, broken) = (seen.traffic.answered, seen.traffic.broken);
            let bad = broken >= BROKEN_MIN && broken * 20 >= all;
            Some(one(bad.then(|| format!("{broken} of {all} requests broke within {} minutes.", WINDOW_SECONDS / 60))))
        },
    },
    Rule {
        id: "latency",
        severity: Warning,
        title: "Answers are slow",
        notices: Some("Pages take longer than usual."),
        local: true,
        for_seconds: 60,
        find: |seen| {
            let (all, slow) = (seen.traffic.answered, seen.traffic.slow);
            let bad = all >= ANSWERS_MIN && slow * 10 >= all;
            Some(one(bad.then(|| format!("{slow} of {all} answers took longer than two seconds."))))
        },
    },
    Rule {
        id: "job-failing",
        severity: Warning,
        title: "A scheduled job fails",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| {
            settled(seen)?;
            let failing = seen.jobs.iter().filter(|(_, job)| job.failures >= FAILURES_MAX);
            let words = |failures, why: &str| format!("It failed {failures} times, the last time with “{why}”.");
            Some(failing.map(|(name, job)| about(name, words(job.failures, job.why))).collect())
        },
    },
    Rule {
        id: "job-stopped",
        severity: Critical,
        title: "A scheduled job has stopped",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| {
            settled(seen)?;
            let stopped = seen.jobs.iter().filter_map(|(name, job)| Some((name, job, job.stopped_for(seen.now)?)));
            let words =
                |every, ago| format!("It is due every {every} seconds and has not succeeded for {ago} seconds.");
            Some(stopped.map(|(name, job, ago)| about(name, words(job.every_seconds, ago))).collect())
        },
    },
    Rule {
        id: "record",
        severity: Critical,
        title: "The record is not sealed",
        notices: None,
        local: false,
        for_seconds: 60,
        find: |seen| {
            if let Some(trouble) = &seen.sealing_trouble {
                return Some(one(Some(trouble.clone())));
            }
            let facts = known(seen)?;
            let late = facts.signed.is_none_or(|signed| seen.now.seconds_since(signed) > SEAL_LATE_SECONDS);
            Some(one((facts.waiting > 0 && late).then(|| format!("{} events wait to be sealed.", facts.waiting))))
        },
    },
    Rule {
        id: "backup-failed",
        severity: Critical,
        title: "The backup failed",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| failed(seen, |backups| backups.trouble.as_deref(), |facts| facts.backup),
    },
    Rule {
        id: "backup-overdue",
        severity: Critical,
        title: "No backup was taken",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| overdue(seen, |backups, facts| (facts.backup, backups.every)),
    },
    Rule {
        id: "drill-failed",
        severity: Critical,
        title: "The newest backup cannot be restored",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| failed(seen, |backups| backups.drill_trouble.as_deref(), |facts| facts.drill),
    },
    Rule {
        id: "drill-overdue",
        severity: Warning,
        title: "No backup was tried",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| overdue(seen, |backups, facts| (facts.drill, backups.drill_every)),
    },
    Rule {
        id: "disk",
        severity: Critical,
        title: "The disk is nearly full",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| {
            let (free, all) = seen.disk?;
            let bad = free < (all / FREE_SHARE).min(FREE_BYTES);
            let mib = |bytes: u64| bytes / 1024 / 1024;
            Some(one(bad.then(|| format!("{} MiB of {} MiB are free where the data lies.", mib(free), mib(all)))))
        },
    },
    Rule {
        id: "certificate",
        severity: Critical,
        title: "The certificate ends soon",
        notices: Some("Browsers will warn of this site once the certificate has ended."),
        local: true,
        for_seconds: 0,
        find: |seen| {
            let why = seen.certificate.trouble.as_ref().map(|why| format!(" {why}")).unwrap_or_default();
            let words = match seen.certificate.until {
                Some(end) if end.seconds_since(seen.now) >= CERTIFICATE_SECONDS => None,
                Some(end) => Some(format!("It is good until {} and was not renewed.{why}", shown(end))),
                None if why.is_empty() => None,
                None => Some(format!("None could be got yet.{why}")),
            };
            Some(one(words))
        },
    },
    Rule {
        id: "clock",
        severity: Warning,
        title: "The clock is wrong",
        notices: None,
        local: true,
        for_seconds: 0,
        find: |seen| {
            if let Some(by) = seen.jumped {
                return Some(one(Some(format!("It jumped by {by} seconds."))));
            }
            let ahead = known(seen)?.signed.map_or(0, |signed| signed.seconds_since(seen.now));
            let words = || format!("The newest checkpoint was signed {ahead} seconds from now.");
            Some(one((ahead > CLOCK_SECONDS).then(words)))
        },
    },
    Rule {
        id: "mass-reveal",
        severity: Critical,
        title: "Somebody reveals many secrets",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| {
            let by_one = known(seen)?.counts.get(&Kind::Reveal).map_or(0, |count| count.most_by_one);
            Some(one((by_one >= REVEALS_MAX).then(|| format!("One person revealed {by_one} within ten minutes."))))
        },
    },
    Rule {
        id: "mass-download",
        severity: Critical,
        title: "Somebody takes many files away",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| {
            let by_one = known(seen)?.counts.get(&Kind::Download).map_or(0, |count| count.most_by_one);
            Some(one((by_one >= DOWNLOADS_MAX).then(|| format!("One person took {by_one} within ten minutes."))))
        },
    },
    Rule {
        id: "denials",
        severity: Warning,
        title: "Somebody tries what they may not",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| {
            let count = known(seen)?.counts.get(&Kind::Denial).copied().unwrap_or_default();
            let bad = count.most_by_one >= DENIALS_MAX.0 || count.all >= DENIALS_MAX.1;
            let words = || format!("{} refusals within ten minutes, {} of one person.", count.all, count.most_by_one);
            Some(one(bad.then(words)))
        },
    },
    Rule {
        id: "silence",
        severity: Warning,
        title: "Nobody outside asks how the portal is",
        notices: None,
        local: false,
        for_seconds: 0,
        find: |seen| {
            // What nobody ever did cannot have stopped: the readiness page says that it is not wired.
            let Some(asked) = &seen.asked else { return Some(vec![]) };
            // That nobody asked while the portal was started anew says nothing yet.
            let silent = seen.now.seconds_since(asked.at.max(seen.since));
            if silent <= SILENCE_SECONDS && asked.at < seen.since {
                return None;
            }
            // What they call themselves is not repeated: anybody may call himself anything.
            let words = || format!("The last question from outside came {}.", shown(asked.at));
            Some(one((silent > SILENCE_SECONDS).then(words)))
        },
    },
];

/// A rule by its name.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Whether every job had the time to run once since the start: before that nothing can be told of them.
fn settled(seen: &Seen) -> Option<()> {
    (seen.now.seconds_since(seen.since) >= SETTLED_SECONDS).then_some(())
}

fn about(about: &str, words: String) -> Found {
    Found { about: about.to_owned(), words }
}

fn one(words: Option<String>) -> Vec<Found> {
    words.into_iter().map(|words| about("", words)).collect()
}

/// Why something last failed. That it did not since the start is no proof that it works: only that it was done is.
fn failed(seen: &Seen, trouble: fn(&Backups) -> Option<&str>, done: fn(&Facts) -> Option<Time>) -> Option<Vec<Found>> {
    let Some(backups) = &seen.backups else { return Some(vec![]) };
    match trouble(backups) {
        Some(trouble) => Some(one(Some(trouble.lines().next().unwrap_or_default().to_owned()))),
        None => done(known(seen)?).filter(|done| *done >= seen.since).map(|_| vec![]),
    }
}

/// What the database says, where it says anything.
fn known(seen: &Seen) -> Option<&Facts> {
    seen.database.as_ref().ok()
}

/// Something that is due every so often and was not done twice as long; counted from the start where it never was.
fn overdue(seen: &Seen, of: fn(&Backups, &Facts) -> (Option<Time>, i64)) -> Option<Vec<Found>> {
    let Some(backups) = &seen.backups else { return Some(vec![]) };
    let (done, every) = of(backups, known(seen)?);
    let late = seen.now.seconds_since(done.unwrap_or(seen.since)) >= 2 * every;
    let words = || match done {
        Some(done) => format!("The last one was {}.", shown(done)),
        None => "There never was one.".to_owned(),
    };
    Some(one(late.then(words)))
}

/// A time for people, to the minute.
pub(crate) fn shown(at: Time) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}
