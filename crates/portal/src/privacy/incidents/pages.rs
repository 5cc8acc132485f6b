//! Breaches of personal data, as pages.

use askama::Template;
use door::Time;

use super::{EntryKind, IncidentList, IncidentShown, IncidentSummary, State};
use crate::pages::{Choice, Field, Form, Icon, Page};
use crate::texts::Texts;

/// All of them, with their clocks.
#[derive(Debug, Template)]
#[template(path = "privacy/incidents/incidents.html")]
pub struct IncidentsPage {
    /// The frame.
    pub page: Page,
    /// What the action lists.
    pub list: IncidentList,
}

/// One of them.
#[derive(Debug, Template)]
#[template(path = "privacy/incidents/incident.html")]
pub struct IncidentPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub incident: IncidentShown,
}

/// How the clock stands.
struct ClockFace {
    words: String,
    runs: bool,
}

/// What the clock says: runs while nothing is decided about the authority, and stops with the decision.
fn clock(page: &Page, ends_at: Time, decided_at: Option<Time>) -> ClockFace {
    let texts = page.texts;
    let hours = |seconds: i64| seconds.unsigned_abs().div_ceil(3600);
    match decided_at {
        Some(at) if at <= ends_at => ClockFace { words: texts.clock_in_time().to_owned(), runs: false },
        Some(at) => ClockFace { words: texts.clock_late_by(hours(at.seconds_since(ends_at))), runs: false },
        None => {
            let left = ends_at.seconds_since(page.now);
            let words = if left >= 0 { texts.clock_left(hours(left)) } else { texts.clock_over(hours(left)) };
            ClockFace { words, runs: true }
        }
    }
}

impl EntryKind {
    fn words(self, texts: &Texts) -> &'static str {
        match self {
            Self::Note => texts.entry_note(),
            Self::AuthorityTold => texts.entry_authority_told(),
            Self::AuthorityNotTold => texts.entry_authority_not_told(),
            Self::PeopleTold => texts.entry_people_told(),
            Self::PeopleNotTold => texts.entry_people_not_told(),
            Self::Closed => texts.entry_closed(),
        }
    }
}

fn moment(name: &str, label: &str, page: &Page) -> Field {
    let texts = page.texts;
    Field::moment(name, label).help(texts.moment_help()).optional(texts.optional())
}

impl IncidentsPage {
    fn clock(&self, incident: &IncidentSummary) -> ClockFace {
        clock(&self.page, incident.clock_ends_at, incident.authority_decided_at)
    }

    fn open(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/incidents/open", texts.incident_open())
            .field(Field::text("title", texts.incident_title()).help(texts.incident_title_help()).limit(120))
            .field(Field::lines("text", texts.incident_text()).help(texts.incident_text_help()))
            .field(moment("noticed_at", texts.incident_noticed(), &self.page))
    }
}

impl IncidentPage {
    fn clock(&self) -> ClockFace {
        let decided = self.incident.entries.iter().filter(|entry| entry.kind.is_about_authority());
        clock(&self.page, self.incident.clock_ends_at, decided.map(|entry| entry.at).min())
    }

    /// What is still to be decided.
    fn undecided(&self) -> Vec<&'static str> {
        let texts = self.page.texts;
        let decided = |about: fn(EntryKind) -> bool| self.incident.entries.iter().any(|entry| about(entry.kind));
        let mut left = Vec::new();
        if !decided(EntryKind::is_about_authority) {
            left.push(texts.incident_undecided_authority());
        }
        if !decided(EntryKind::is_about_people) {
            left.push(texts.incident_undecided_people());
        }
        left
    }

    fn note(&self) -> Form {
        let texts = self.page.texts;
        let choices = EntryKind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.words(&texts))).collect();
        self.page
            .form(format!("/incidents/{}/entries/note", self.incident.id), texts.incident_note())
            .field(Field::radio("kind", texts.incident_kind(), choices).value(EntryKind::Note.word()))
            .field(Field::lines("text", texts.incident_words()).help(texts.incident_words_help()))
            .field(moment("at", texts.incident_at(), &self.page))
    }
}
