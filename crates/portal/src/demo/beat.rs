//! The demo's story, read from `story.txt`: one beat a line, when, who, what.

use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};
use door::Time;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::organisations::membership::MembershipState;
use crate::projects::{ProjectRole, Status};
use crate::requests::Kind;

/// Seconds of a day.
const DAY_SECONDS: i64 = 24 * 3600;

/// The story as it is written down.
const TEXT: &str = include_str!("story.txt");

/// Every beat, in the order of the text. Empty when the text cannot be read, which a test of this file refuses.
pub(super) static STORY: LazyLock<Vec<Beat>> = LazyLock::new(|| read(TEXT).unwrap_or_default());

/// Something happens: days ago, time of that day (on day 0: how long ago), who, what.
#[derive(Debug)]
pub(super) struct Beat {
    pub(super) days: i64,
    pub(super) clock: &'static str,
    pub(super) who: &'static str,
    pub(super) deed: Deed,
}

/// What people do. Projects and credentials go by their keys, which [`Deed::Project`] and [`Deed::Store`] give.
#[derive(Debug)]
pub(super) enum Deed {
    /// A project for a client: its key, the client's key, title, first sentence.
    Project(&'static str, &'static str, &'static str, &'static str),
    /// Sets where a project stands, with its sentence.
    Status(&'static str, Status, &'static str),
    /// Puts somebody into a project.
    Join(&'static str, &'static str, ProjectRole),
    /// Takes somebody out of a project.
    Leave(&'static str, &'static str),
    /// Says something that the client reads, too.
    Say(&'static str, &'static str),
    /// Says something among the organisation's own people.
    Whisper(&'static str, &'static str),
    /// Stores a secret: project, its key, title, user name, secret.
    Store(&'static str, &'static str, &'static str, &'static str, &'static str),
    /// Looks at a secret, with a reason.
    Reveal(&'static str, &'static str),
    /// Opens a project's address.
    Open(&'static str),
    /// Makes a token with a name and scopes.
    Token(&'static str, Vec<&'static str>),
    /// Asks for something in a project: its key, what, due in so many days from the end of the story, title, detail.
    Ask(&'static str, &'static str, Kind, Option<i64>, &'static str, &'static str),
    /// Hands a file in: what for, its name, how many pages, what to say with it.
    Hand(&'static str, &'static str, usize, &'static str),
    /// Approves the newest version.
    Approve(&'static str),
    /// Asks for changes to the newest version, with words.
    Changes(&'static str, &'static str),
    /// Comments, for the client, too.
    Comment(&'static str, &'static str),
    /// Comments among the organisation's own people.
    Remark(&'static str, &'static str),
    /// The operator sets somebody's state in an organisation.
    Becomes(&'static str, &'static str, MembershipState),
    /// Tries what is not theirs to do.
    Refused(Box<Deed>),
}

impl Beat {
    /// When it happens, for a story that ends at `now`. `None` when the time of day is none.
    pub(super) fn time(&self, now: Time) -> Option<Time> {
        let (hours, minutes) = self.clock.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = hours * 3600 + minutes * 60;
        if !(0..DAY_SECONDS).contains(&seconds) || !(0..60).contains(&minutes) {
            return None;
        }
        if self.days == 0 {
            return Some(now.plus_seconds(-seconds));
        }
        let midnight = now.plus_seconds(-(now.0 / 1_000_000).rem_euclid(DAY_SECONDS));
        Some(midnight.plus_seconds(seconds - self.days * DAY_SECONDS))
    }
}

/// Reads a story: one beat a line; empty lines and lines that begin with `#` are left out.
///
/// # Errors
/// Names the line that is no beat.
fn read(text: &'static str) -> Result<Vec<Beat>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(index, line)| beat(line).with_context(|| format!("story.txt:{}: {line}", index + 1))).collect()
}

fn beat(line: &'static str) -> Result<Beat> {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().context("a beat is: days, time, who, what");
    let days = word()?.parse().context("how many days ago?")?;
    let (clock, who) = (word()?, word()?);
    Ok(Beat { days, clock, who, deed: deed(word()?)? })
}

/// What happens: a verb and its words, then its sentences, each behind a `|`.
fn deed(text: &'static str) -> Result<Deed> {
    if let Some(refused) = text.strip_prefix("refused ") {
        return Ok(Deed::Refused(Box::new(deed(refused)?)));
    }
    let mut parts = text.split(" | ");
    let words: Vec<&str> = parts.next().unwrap_or_default().split(' ').collect();
    let sentences: Vec<&str> = parts.collect();
    Ok(match (words.as_slice(), sentences.as_slice()) {
        (["project", key, client], [title, sentence]) => Deed::Project(key, client, title, sentence),
        (["status", project, status], [sentence]) => Deed::Status(project, known(status)?, sentence),
        (["join", project, person, role], []) => Deed::Join(project, person, known(role)?),
        (["leave", project, person], []) => Deed::Leave(project, person),
        (["say", project], [text]) => Deed::Say(project, text),
        (["whisper", project], [text]) => Deed::Whisper(project, text),
        (["store", project, key], [title, username, secret]) => Deed::Store(project, key, title, username, secret),
        (["reveal", key], [reason]) => Deed::Reveal(key, reason),
        (["open", project], []) => Deed::Open(project),
        (["token", name @ ..], [scopes]) if !name.is_empty() => {
            let name = text.split(" | ").next().and_then(|words| words.strip_prefix("token ")).unwrap_or_default();
            Deed::Token(name, scopes.split(' ').collect())
        }
        (["ask", project, key, kind, due], [title, detail]) => {
            let due = if *due == "-" { None } else { Some(due.parse().context("due in how many days?")?) };
            Deed::Ask(project, key, known(kind)?, due, title, detail)
        }
        (["hand", key, name, pages], [note]) => Deed::Hand(key, name, pages.parse().context("how many pages?")?, note),
        (["approve", key], []) => Deed::Approve(key),
        (["changes", key], [words]) => Deed::Changes(key, words),
        (["comment", key], [text]) => Deed::Comment(key, text),
        (["remark", key], [text]) => Deed::Remark(key, text),
        (["becomes", person, organisation, state], []) => Deed::Becomes(person, organisation, known(state)?),
        _ => bail!("no such deed"),
    })
}

/// A word of the portal's own: a status, a role, a state.
fn known<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(json!(word)).with_context(|| format!("{word} is no word of the portal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_times_and_today_has_distances() {
        // 22 November 2026, 09:10 UTC.
        let now = Time(1_795_338_600_000_000);
        let at = |days, clock| {
            let beat = Beat { days, clock, who: "maya", deed: Deed::Open("x") };
            beat.time(now).map(|time| time.to_string())
        };
        assert_eq!(at(1, "17:20").as_deref(), Some("2026-11-21T17:20:00.000000Z"));
        assert_eq!(at(0, "0:25").as_deref(), Some("2026-11-22T08:45:00.000000Z"));
        assert_eq!(at(1, "24:00"), None);
        assert_eq!(at(1, "noon"), None);
    }

    #[test]
    fn the_story_can_be_read_and_has_two_hundred_messages() {
        let story = read(TEXT).unwrap();
        let messages = story.iter().filter(|beat| matches!(beat.deed, Deed::Say(..) | Deed::Whisper(..))).count();
        assert!(messages >= 200, "{messages} messages");
    }

    #[test]
    fn a_line_that_is_no_beat_is_named() {
        let error = |text| read(text).unwrap_err().to_string();
        assert_eq!(error("# story\n5 09:00 maya sing loudly"), "story.txt:2: 5 09:00 maya sing loudly");
        assert_eq!(error("often 09:00 maya open shop"), "story.txt:1: often 09:00 maya open shop");
        assert_eq!(error("5 09:00 maya join shop tom king"), "story.txt:1: 5 09:00 maya join shop tom king");
    }
}
