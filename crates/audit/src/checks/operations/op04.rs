//! OP04: a backup exists, is recent, and is stored elsewhere.

use super::backup::Listed;
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP04",
    dimension: Dimension::Operations,
    severity: Severity::Blocks,
    title: "a backup exists, is recent, and is stored elsewhere",
    why: "A backup on the disk that dies with the server is a copy, not a backup.",
    how: "The manifest's command prints the backups that there are: the newest must be younger than the stated age, a day \
          where none is stated. The place where they are kept must be another host or store, or at least another file \
          system than the data's. A told 'none' is a gap at once.",
    references: &["GDPR Art. 32(1)(c)", "SOC 2 A1.2"],
    fix: "Ship backups to another provider by a job that reports its success.",
    built: true,
};

/// What it is about. What follows from a missing backup has the same subject.
pub(super) const SUBJECT: &str = "the backup";
/// How old the newest may be where nothing is told, in seconds: a day, and the hour that it takes.
const AGE: u64 = 25 * 3600;

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Listed)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let about = say(&CHECK, SUBJECT, digest);
    let limit = i64::try_from(seen.max_age.unwrap_or(AGE)).unwrap_or(i64::MAX);
    let place = seen.place.as_deref().unwrap_or_default();
    vec![if seen.none {
        about.gap("there is no backup: the list is empty")
    } else if seen.newest.is_some_and(|age| limit < age) && seen.max_age.is_some() {
        let hours = |seconds: i64| seconds / 3600;
        about.gap(format!("the newest is {} h old, and may be {} h", hours(seen.newest.unwrap_or(0)), hours(limit)))
    } else if seen.inside {
        about.gap(format!("they are kept at {place}, inside the data that they are backups of"))
    } else if let Some(why) = &seen.unclear {
        about.undecided(why.clone())
    } else if !seen.told {
        about.not_told(
            "whether there is a recent one is not told",
            "[backup] list = \"COMMAND\", which prints those that there are with their times; or make = \"none\"",
        )
    } else {
        match (seen.newest, seen.elsewhere) {
            (None, _) => about.undecided("the list holds no moment that could be read"),
            (Some(age), _) if limit < age => about.not_told(
                format!("the newest is {} h old; how old it may be is not told", age / 3600),
                "[backup] max_age = \"25h\"",
            ),
            (Some(age), Some(true)) => about.holds(format!("the newest is {} min old, kept at {place}", age / 60)),
            (Some(age), Some(false)) => about.not_told(
                format!("the newest is {} min old; {place} is on the same file system as the data here", age / 60),
                "[backup] place = \"s3://BUCKET\", or a directory on another disk than [backup] data",
            ),
            (Some(age), None) => about.not_told(
                format!("the newest is {} min old; where they are kept is not told", age / 60),
                "[backup] place = \"s3://BUCKET\", or a directory, with data = \"DIRECTORY\" to tell it from",
            ),
        }
    }]
}
