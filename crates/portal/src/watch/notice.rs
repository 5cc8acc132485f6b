//! What people are told, in the three forms in which it is sent. It names no person and holds no secret but its own link.

use door::Time;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Soon; nobody need get up.
    Warning,
    /// Now.
    Critical,
}

/// What a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something is wrong.
    Opened,
    /// It still is, and nobody has said that they saw it.
    Still,
    /// It is over.
    Recovered,
    /// A try: nothing is wrong.
    Test,
}

/// What people are told.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What it is.
    pub kind: Kind,
    /// Which alert: the rule's name, and what it is about.
    pub key: String,
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub title: String,
    /// What exactly.
    pub words: String,
    /// Since when.
    pub since: Time,
    /// When this is said.
    pub at: Time,
    /// `https://portal.example`.
    pub origin: String,
    /// The machine.
    pub instance: String,
    /// The secret of the link by which somebody says that they saw it; none once it is over.
    pub link: Option<Zeroizing<String>>,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// After how many seconds it is said again while nobody saw it.
    #[must_use]
    pub const fn repeat_seconds(self) -> i64 {
        match self {
            Self::Warning => 12 * 3600,
            Self::Critical => 3600,
        }
    }
}

impl Kind {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Still => "still",
            Self::Recovered => "recovered",
            Self::Test => "test",
        }
    }
}

impl Notice {
    /// One line that says it all.
    #[must_use]
    pub fn subject(&self) -> String {
        let title = &self.title;
        match self.kind {
            Kind::Opened => format!("[{}] {title}", self.severity.word()),
            Kind::Still => format!("[{}, still] {title}", self.severity.word()),
            Kind::Recovered => format!("[over] {title}"),
            Kind::Test => format!("[test] {title}"),
        }
    }

    /// The page that says what to do.
    #[must_use]
    pub fn runbook(&self) -> String {
        format!("{}/runbook/{}", self.origin, self.rule)
    }

    /// The page on which somebody says that they saw it.
    #[must_use]
    pub fn seen(&self) -> Option<String> {
        self.link.as_ref().map(|link| format!("{}/alerts/{}", self.origin, link.as_str()))
    }

    /// For people: a letter, or a message without marks.
    #[must_use]
    pub fn text(&self) -> String {
        let time = |at: Time| super::rules::shown(at);
        let mut text = format!("{}\n\n", self.words);
        match self.kind {
            Kind::Recovered => text.push_str(&format!("It lasted from {} to {}.\n", time(self.since), time(self.at))),
            Kind::Test => {}
            Kind::Opened | Kind::Still => text.push_str(&format!("Since {}.\n", time(self.since))),
        }
        text.push_str(&format!("Portal: {} on {}\nWhat to do: {}\n", self.origin, self.instance, self.runbook()));
        if let Some(seen) = self.seen() {
            text.push_str(&format!("I saw this: {seen}\n"));
        }
        text
    }

    /// For Slack and whoever understands its incoming webhooks.
    #[must_use]
    pub fn slack(&self) -> Value {
        // The three letters that have a meaning there (Slack, "Formatting text for app surfaces").
        let text = format!("*{}*\n{}", self.subject(), self.text());
        json!({ "text": text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") })
    }

    /// For programs: docs/watch.md.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "kind": format!("alert.{}", self.kind.word()),
            "alert": self.key,
            "rule": self.rule,
            "severity": self.severity.word(),
            "title": self.title,
            "words": self.words,
            "since": self.since,
            "at": self.at,
            "portal": self.origin,
            "instance": self.instance,
            "runbook": self.runbook(),
            "seen": self.seen(),
        })
    }
}
