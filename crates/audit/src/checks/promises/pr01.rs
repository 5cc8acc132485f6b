//! PR01: a policy is published; each promise found in it is bound to a working action.

use super::Pages;
use super::doors::Doors;
use super::phrases::{self, Promise};
use super::pr02::Export;
use super::pr03::Deletion;
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::manifest::Told;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR01",
    dimension: Dimension::Promises,
    severity: Severity::Blocks,
    title: "a policy is published; each promise found in it is bound to a working action",
    why: "If you write it, you ship the button. A promise without an action is the first thing that a customer's \
          lawyer finds.",
    how: "The policy is fetched as anonymous. Sentences by which one can get a copy of one's data or delete one's account \
          oneself, in English or German, are looked for, and each must be kept by an action that was seen working. \
          What one has a right to, or asks for by letter, needs no button.",
    references: &["GDPR Art. 12(1)", "GDPR Art. 12(2)", "GDPR Art. 13"],
    fix: "Ship the action, or take the sentence out. Both are honest.",
    built: true,
};

/// Shortest policy, in bytes.
const TEXT_MIN: usize = 80;

/// One finding for the policy, and one for each promise.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Pages)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let about = say(&CHECK, "the privacy policy", digest);
    let path = match &seen.policy {
        // What is told to be none is said elsewhere.
        Told::None => return Vec::new(),
        Told::Silent => {
            let line = "[promises] policy = \"/privacy\"; or policy = \"none\"";
            return vec![about.not_told("no policy is linked or stands at a usual place", line)];
        }
        Told::At(path) => path,
    };
    if path.contains("://") && seen.policy_text.is_empty() {
        return vec![
            about.not_told(format!("{path} is not part of what is walked"), "[promises] policy = \"/privacy\""),
        ];
    }
    if seen.policy_status != 200 {
        return vec![about.gap(format!("{path} is told to be the policy, and answers {}", seen.policy_status))];
    }
    if seen.policy_text.len() < TEXT_MIN {
        return vec![about.undecided(format!("{path} holds hardly any text; a script may write it"))];
    }
    let promises = phrases::find(&seen.policy_text);
    let words = match promises.len() {
        0 => format!("published at {path}; it promises nothing that one does oneself"),
        many => format!("published at {path}; {many} of its promises need an action"),
    };
    let mut findings = vec![about.holds(words)];
    findings.extend(promises.into_iter().map(|(promise, sentence)| kept(dossier, digest, promise, &sentence)));
    findings
}

/// Something that was tried because it may keep a promise.
struct Tried {
    line: String,
    status: u16,
    worked: bool,
    /// It is about all that an organisation has.
    whole: bool,
    /// It is told, and is not there.
    absent: bool,
}

impl Tried {
    fn exports(dossier: &Dossier) -> Vec<Self> {
        let all = dossier.all::<Export>().into_iter().map(|(_, seen)| Self {
            status: seen.status,
            worked: seen.delivered(),
            whole: seen.whole,
            absent: seen.is_absent() && !seen.whole,
            line: seen.line,
        });
        all.collect()
    }

    fn deletions(dossier: &Dossier) -> Vec<Self> {
        let all = dossier.all::<Deletion>().into_iter().map(|(_, seen)| Self {
            status: seen.status,
            worked: seen.accepted(),
            whole: false,
            absent: seen.is_absent(),
            line: seen.line,
        });
        all.collect()
    }
}

/// Whether the published policy makes a promise.
pub(super) fn promises(dossier: &Dossier, promise: Promise) -> bool {
    let pages: Vec<(&str, Pages)> = dossier.all();
    let text = pages.last().filter(|(_, seen)| seen.policy_status == 200).map(|(_, seen)| seen.policy_text.as_str());
    phrases::find(text.unwrap_or_default()).iter().any(|(found, _)| *found == promise)
}

/// Whether something keeps a promise.
fn kept(dossier: &Dossier, digest: &str, promise: Promise, sentence: &str) -> Finding {
    let about = say(&CHECK, promise.subject(), digest);
    let doors: Vec<(&str, Doors)> = dossier.all();
    let found = doors.into_iter().find(|(_, doors)| doors.promise == Some(promise));
    let (_, doors) = found.unwrap_or_default();
    let tried = match promise {
        Promise::Export => Tried::exports(dossier),
        Promise::Deletion => Tried::deletions(dossier),
    };
    // An organisation's export is not what a person was promised, where he has one of his own.
    let worked = |whole: bool| tried.iter().find(|one| one.worked && one.whole == whole);
    let absent = tried.iter().find(|one| one.absent);
    match (worked(false), absent, worked(true)) {
        (Some(one), ..) | (None, None, Some(one)) => {
            return about.holds(format!("“{sentence}”: {} does it", one.line));
        }
        (None, Some(one), _) => {
            return about.gap(format!("“{sentence}”: {} is told to do it, and answered {}", one.line, one.status));
        }
        (None, None, None) => {}
    }
    let strong = doors.told.iter().chain(&doors.actions).next();
    match (strong, doors.likely.first()) {
        (Some(action), _) => {
            about.not_told(format!("“{sentence}”: {action} speaks of it, and was not seen working"), promise.line())
        }
        (None, Some(likely)) => {
            about.not_told(format!("“{sentence}”: `{likely}` may be it, or about something else"), promise.line())
        }
        (None, None) if doors.scripted => about.not_told(
            format!("“{sentence}”: no action speaks of it; the pages are written by scripts, and were not pressed"),
            promise.line(),
        ),
        (None, None) => about.gap(format!("“{sentence}”: no action, link or form does it")),
    }
}
