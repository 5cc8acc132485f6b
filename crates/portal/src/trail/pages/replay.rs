//! Was it used? The record held against today's rules, as a page.

use askama::Template;

use crate::pages::{Choice, Field, Form, Icon, Page, When};
use crate::trail::{MatrixRow, RefusedNow, Replayed};

/// What was done and would be refused now.
#[derive(Debug, Template)]
#[template(path = "trail/pages/replay.html")]
pub struct ReplayPage {
    /// The frame.
    pub page: Page,
    /// What was found.
    pub replayed: Replayed,
    /// The action that the reader asked for; all when empty.
    pub action: String,
    /// The rules, for the choice of actions.
    pub rules: Vec<MatrixRow>,
}

impl ReplayPage {
    fn question(&self) -> Form {
        let texts = self.page.texts;
        let recorded = self.rules.iter().filter(|rule| ["change", "disclose"].contains(&rule.kind.as_str()));
        let actions = recorded.map(|rule| Choice::new(&rule.action, texts.phrase(&rule.action)));
        let actions = std::iter::once(Choice::new("", texts.everything())).chain(actions).collect();
        self.page
            .question("/trail/replay", texts.show())
            .field(Field::select("action", texts.what(), actions).value(&self.action).unasked())
    }

    fn summary(&self) -> String {
        self.page.texts.replayed(self.replayed.looked_at, self.replayed.refused.len())
    }

    fn since(&self) -> Option<When> {
        let at = self.replayed.since.as_ref()?.parse::<jiff::Timestamp>().ok()?;
        Some(self.page.when(&door::Time(at.as_microsecond())))
    }

    fn needs(&self, refused: &RefusedNow) -> String {
        let texts = self.page.texts;
        let words = |names: &[String]| names.iter().map(|name| texts.relation(name)).collect::<Vec<_>>();
        if refused.needs.is_empty() {
            return texts.replay_gone().to_owned();
        }
        let was: Vec<String> = refused.event.relations.iter().filter(|name| *name != "anyone").cloned().collect();
        texts.needs_was(&texts.either_of(&words(&refused.needs)), &words(&was).join(", "))
    }

    fn on(&self) -> Option<String> {
        let cursor = self.replayed.next.as_ref()?;
        Some(format!("/trail/replay?action={}&cursor={cursor}", self.action))
    }
}
