//! The pages of requests: the list of a project, everything that waits, one request, its receipt.

mod receipt;
mod request;
mod words;

use askama::Template;

pub use receipt::ReceiptPage;
pub use request::{Newer, RequestPage};

use super::{Kind, RequestList, RequestSummary, Side};
use crate::pages::{Choice, Field, Form, May, Page};
use crate::projects::ProjectShown;

/// What was asked for in a project.
#[derive(Debug, Template)]
#[template(path = "requests/pages/requests.html")]
pub struct RequestsPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// What was asked for.
    pub list: RequestList,
    /// What the reader may do to the project.
    pub may: May,
}

impl RequestsPage {
    fn create(&self) -> Form {
        let texts = self.page.texts;
        let kinds = vec![
            Choice::new(Kind::File.word(), texts.ask_for_file()).help(texts.ask_for_file_help()),
            Choice::new(Kind::Approval.word(), texts.ask_for_approval()).help(texts.ask_for_approval_help()),
        ];
        self.page
            .form(format!("/projects/{}/requests/create", self.project.id), texts.ask_send())
            .field(Field::radio("kind", texts.ask_what(), kinds).value(Kind::File.word()))
            .field(Field::text("title", texts.ask_title()).help(texts.ask_title_help()).complete("off").limit(120))
            .field(Field::lines("detail", texts.ask_detail()).optional(texts.optional()))
            .field(Field::day("due_on", texts.ask_due()).optional(texts.optional()).complete("off"))
    }

    fn bundle(&self) -> Form {
        let texts = self.page.texts;
        self.page.form(format!("/projects/{}/requests/bundle", self.project.id), texts.files_as_archive()).quiet()
    }

    /// The page is about one project, which stands above.
    fn names_project(&self) -> bool {
        false
    }

    fn has_files(&self) -> bool {
        self.list.requests.iter().any(|request| request.versions > 0)
    }

    fn groups(&self) -> Vec<Group<'_>> {
        groups(&self.page, &self.list.requests, &self.project.client_name)
    }
}

/// Everything that waits for somebody, in all projects.
#[derive(Debug, Template)]
#[template(path = "requests/pages/documents.html")]
pub struct DocumentsPage {
    /// The frame.
    pub page: Page,
    /// What waits.
    pub list: RequestList,
}

impl DocumentsPage {
    fn names_project(&self) -> bool {
        true
    }

    fn groups(&self) -> Vec<Group<'_>> {
        groups(&self.page, &self.list.requests, self.page.texts.clients_word())
    }
}

/// Requests under one heading.
#[derive(Debug)]
pub struct Group<'r> {
    pub(crate) title: String,
    /// What waits for the reader comes first and stands out.
    pub(crate) is_mine: bool,
    pub(crate) requests: Vec<&'r RequestSummary>,
}

/// The side of the reader.
fn my_side(page: &Page) -> Side {
    if page.is_staff() { Side::Us } else { Side::Client }
}

/// What waits for the reader, what waits for the others, what is over. `client` is whom the others are called.
pub fn groups<'r>(page: &Page, requests: &'r [RequestSummary], client: &str) -> Vec<Group<'r>> {
    let texts = page.texts;
    let mine = my_side(page);
    let others = if page.is_staff() { texts.waiting_on(client) } else { texts.waiting_on(page.place_name()) };
    let of = |waits: fn(Option<Side>, Side) -> bool| {
        let mut found: Vec<_> = requests.iter().filter(|request| waits(request.waits_for, mine)).collect();
        // What is due first stands first; what has no day comes after.
        found.sort_by_key(|request| (request.due_on.is_none(), request.due_on.clone()));
        found
    };
    [
        Group {
            title: texts.waiting_on_you().to_owned(),
            is_mine: true,
            requests: of(|waits, mine| waits == Some(mine)),
        },
        Group { title: others, is_mine: false, requests: of(|waits, mine| waits == Some(mine.other())) },
        Group { title: texts.requests_over().to_owned(), is_mine: false, requests: of(|waits, _| waits.is_none()) },
    ]
    .into_iter()
    .filter(|group| !group.requests.is_empty())
    .collect()
}

impl Page {
    /// “due in 2 days”, “3 days late”; nothing when no day was said or it is over.
    pub fn due(&self, request: &RequestSummary) -> Option<Due> {
        request.waits_for?;
        self.due_on(request.due_on.as_deref()?)
    }
}

/// By when something is wanted.
#[derive(Debug)]
pub struct Due {
    /// The day is over.
    pub is_late: bool,
    /// In words.
    pub words: String,
}

impl Page {
    /// A day in words, as seen from today.
    pub fn due_on(&self, day: &str) -> Option<Due> {
        let day: jiff::civil::Date = day.parse().ok()?;
        let days = i64::from((day - self.today()).get_days());
        let texts = self.texts;
        let words = if days < 0 { texts.days_late(-days) } else { texts.due(&texts.days_away(days)) };
        Some(Due { is_late: days < 0, words })
    }
}
