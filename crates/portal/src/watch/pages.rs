//! Pages for everybody: how the portal is, what to do when it is not well, and “I saw this”.

use askama::Template;

use super::rules::rule;
use super::runbook::{ALERTS, Block, CASES, Chapter, Span, chapter};
use super::{Watch, locked, round};
use crate::pages::{Field, Form, Icon, Page};

/// How the portal is, for clients.
#[derive(Debug, Template)]
#[template(path = "watch/status.html")]
pub struct StatusPage {
    /// The frame.
    pub page: Page,
    /// What clients notice, and since when, as a text.
    pub notices: Vec<(String, &'static str)>,
    /// When a backup was last restored and signed in to, as a text.
    pub drill: Option<String>,
}

/// The runbook's list of pages, or one of them.
#[derive(Debug, Template)]
#[template(path = "watch/runbook.html")]
pub struct RunbookPage {
    /// The frame.
    pub page: Page,
    /// The page's title.
    pub title: &'static str,
    /// Its text.
    pub blocks: Vec<Block>,
    /// Where it is the list: its parts, each with the names and titles of its pages.
    pub parts: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
}

/// Asks whether somebody saw an alert, or says that it is noted.
#[derive(Debug, Template)]
#[template(path = "watch/seen.html")]
pub struct SeenPage {
    /// The frame.
    pub page: Page,
    /// What it says above.
    pub title: &'static str,
    /// What it says below.
    pub words: &'static str,
    /// The secret of the link, while it is asked.
    pub token: Option<String>,
    /// The page of the runbook to go on with.
    pub runbook: Option<String>,
}

impl StatusPage {
    /// As the last round saw it.
    #[must_use]
    pub fn of(watch: &Watch, page: Page) -> Self {
        let notices =
            round::noticed(watch).into_iter().map(|(since, words)| (super::rules::shown(since), words)).collect();
        let last = locked(&watch.last).clone();
        let drill = last.and_then(|seen| seen.database.as_ref().ok()?.drill);
        Self { page, notices, drill: drill.map(super::rules::shown) }
    }
}

impl RunbookPage {
    /// A page by its name.
    #[must_use]
    pub fn of(page: Page, id: &str) -> Option<Self> {
        let chapter = chapter(id)?;
        Some(Self { page, title: chapter.title(), blocks: chapter.blocks(), parts: Vec::new() })
    }

    /// The list of all pages.
    #[must_use]
    pub fn list(page: Page) -> Self {
        let title = page.texts.runbook();
        let links = |chapters: &'static [Chapter]| {
            let shown = chapters.iter().filter(|chapter| chapter.id != "test");
            shown.map(|chapter| (chapter.id, chapter.title())).collect()
        };
        let parts = vec![(page.texts.runbook_cases(), links(CASES)), (page.texts.runbook_alerts(), links(ALERTS))];
        Self { page, title, blocks: Vec::new(), parts }
    }
}

impl SeenPage {
    /// Asks. Whether the link is good shows when it is used, so that a program that looks at links says nothing with it.
    #[must_use]
    pub fn ask(page: Page, token: String) -> Self {
        let (title, words) = (page.texts.alert_ask(), page.texts.alert_ask_help());
        Self { page, title, words, token: Some(token), runbook: None }
    }

    /// It is noted.
    #[must_use]
    pub fn noted(page: Page, id: &str) -> Self {
        let (title, words) = (page.texts.alert_noted(), page.texts.alert_noted_help());
        let runbook = rule(id).map(|rule| format!("/runbook/{}", rule.id));
        Self { page, title, words, token: None, runbook }
    }

    /// The link is used up, or the alert is over.
    #[must_use]
    pub fn over(page: Page) -> Self {
        let (title, words) = (page.texts.alert_over(), page.texts.alert_over_help());
        Self { page, title, words, token: None, runbook: None }
    }

    fn form(&self) -> Option<Form> {
        let token = self.token.as_ref()?;
        Some(self.page.form("/alerts", self.page.texts.alert_saw()).field(Field::hidden("token", token.as_str())))
    }
}
