//! One request: what was handed in, what was said, what can be done.

use askama::Template;

use super::Due;
use crate::messages::Visibility;
use crate::pages::{Choice, Field, Form, May, Page};
use crate::projects::{CLOSED, ProjectShown};
use crate::requests::{CommentShown, RequestShown, State, VersionShown};

/// Somebody read a version while a newer one came in.
#[derive(Debug, Clone)]
pub struct Newer {
    /// The id of the version that was read.
    pub read: String,
    /// The action that was wanted: `request.approve`.
    pub wanted: &'static str,
    /// What was typed with it.
    pub typed: String,
}

/// One request.
#[derive(Debug, Template)]
#[template(path = "requests/pages/request.html")]
pub struct RequestPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// The request.
    pub request: RequestShown,
    /// Which version is looked at: the newest, unless another was asked for.
    pub shown: Option<usize>,
    /// Which page of it.
    pub page_number: i64,
    /// What the reader may do to the project.
    pub may: May,
    /// A newer version came in while the reader decided.
    pub newer: Option<Newer>,
    /// The largest file that is taken, in words.
    pub largest: String,
}

impl RequestPage {
    fn path(&self) -> String {
        format!("/projects/{}/requests/{}", self.project.id, self.request.id)
    }

    fn version(&self) -> Option<&VersionShown> {
        self.shown.and_then(|shown| self.request.versions.get(shown))
    }

    fn version_path(&self, version: &VersionShown) -> String {
        format!("{}/versions/{}", self.path(), version.id)
    }

    fn is_shown(&self, version: &VersionShown) -> bool {
        self.version().is_some_and(|shown| shown.id == version.id)
    }

    fn preview_of(&self, version: &VersionShown) -> String {
        self.page.texts.preview_of(&version.name, self.page_number)
    }

    fn page_of(&self, version: &VersionShown) -> String {
        self.page.texts.page_of(self.page_number, self.pages(version))
    }

    fn you_decide_on(&self, version: &VersionShown) -> String {
        self.page.texts.you_decide_on(version.number)
    }

    fn is_newest(&self, version: &VersionShown) -> bool {
        self.request.versions.first().is_some_and(|newest| newest.id == version.id)
    }

    fn newest_number(&self) -> i64 {
        self.request.versions.first().map_or(0, |newest| newest.number)
    }

    fn due(&self) -> Option<Due> {
        self.request.waits_for?;
        self.page.due_on(self.request.due_on.as_deref()?)
    }

    fn is_open(&self) -> bool {
        let over = [State::Approved, State::Rejected, State::Withdrawn].contains(&self.request.state);
        !over && !CLOSED.contains(&self.project.state())
    }

    fn may_submit(&self) -> bool {
        self.request.may_submit && self.is_open()
    }

    fn may_decide(&self, version: &VersionShown) -> bool {
        self.request.may_decide
            && self.is_open()
            && self.request.state == State::Submitted
            && !version.own
            && version.decision.is_none()
    }

    fn may_withdraw(&self) -> bool {
        self.request.may_withdraw && self.is_open()
    }

    fn shade(&self, comment: &CommentShown) -> &'static str {
        comment.visibility.unwrap_or(Visibility::Client).word()
    }

    fn submit(&self) -> Form {
        let texts = self.page.texts;
        let button = if self.request.versions.is_empty() { texts.hand_in() } else { texts.hand_in_again() };
        self.page
            .form(format!("{}/versions/submit", self.path()), button)
            .field(Field::text("note", texts.hand_in_note()).optional(texts.optional()).complete("off").limit(300))
            .field(Field::file("file", texts.file()).help(texts.file_help(&self.largest)))
            .uploads_to(format!("{}/uploads", self.path()))
    }

    fn approve(&self, version: &VersionShown) -> Form {
        let texts = self.page.texts;
        self.page.form(format!("{}/approve", self.version_path(version)), texts.approve_version(version.number)).field(
            Field::text("name", texts.type_your_name()).help(texts.type_your_name_help()).complete("name").limit(120),
        )
    }

    fn ask_for_changes(&self, version: &VersionShown) -> Form {
        let texts = self.page.texts;
        self.page
            .form(format!("{}/changes/ask", self.version_path(version)), texts.ask_for_changes())
            .field(Field::lines("words", texts.what_to_change()))
            .quiet()
    }

    fn reject(&self, version: &VersionShown) -> Form {
        let texts = self.page.texts;
        self.page
            .form(format!("{}/reject", self.version_path(version)), texts.reject())
            .field(Field::lines("words", texts.why_not()))
            .danger()
    }

    /// The same decision once more, on the version that was read.
    fn all_the_same(&self, newer: &Newer) -> Option<Form> {
        let texts = self.page.texts;
        let version = self.request.versions.iter().find(|version| version.id.to_string() == newer.read)?;
        let (end, field, button) = match newer.wanted {
            "request.approve" => ("approve", "name", texts.approve_all_the_same(version.number)),
            "request.reject" => ("reject", "words", texts.reject_all_the_same(version.number)),
            _ => ("changes/ask", "words", texts.changes_all_the_same(version.number)),
        };
        let form = self
            .page
            .form(format!("{}/{end}", self.version_path(version)), button)
            .named("all-the-same")
            .field(Field::hidden(field, newer.typed.as_str()))
            .field(Field::hidden("although_newer", "true"));
        Some(form.quiet())
    }

    fn number_read(&self, newer: &Newer) -> i64 {
        let read = self.request.versions.iter().find(|version| version.id.to_string() == newer.read);
        read.map_or(0, |version| version.number)
    }

    fn withdraw(&self) -> Form {
        self.page.form(format!("{}/withdraw", self.path()), self.page.texts.withdraw()).danger()
    }

    fn comment(&self) -> Form {
        let texts = self.page.texts;
        let form = self.page.form(format!("{}/comments/post", self.path()), texts.comment_post());
        let form = if self.page.is_staff() {
            let choices = vec![
                Choice::new(Visibility::Internal.word(), texts.visible_to_us()),
                Choice::new(Visibility::Client.word(), texts.visible_to_client(&self.project.client_name)),
            ];
            form.field(Field::radio("visibility", texts.visible_to(), choices).value(Visibility::Internal.word()))
        } else {
            form
        };
        form.field(Field::lines("text", texts.comment()))
    }

    fn pages(&self, version: &VersionShown) -> i64 {
        version.pages.unwrap_or(0)
    }
}
