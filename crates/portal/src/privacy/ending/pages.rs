//! How a client or an organisation ends, as a page.

use askama::Template;

use super::{EndingShown, KeptBy, KeptWhy};
use crate::pages::{Field, Form, Page};

/// What would go, and the button; or until when it can be taken back, and that button.
#[derive(Debug, Template)]
#[template(path = "privacy/ending/ending.html")]
pub struct EndingPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub shown: EndingShown,
    /// Where the page stands: its forms stand below it.
    pub path: String,
    /// Whether it is a client that ends.
    pub of_client: bool,
}

impl EndingPage {
    /// Where one comes from.
    const fn above(&self) -> &'static str {
        if self.of_client { "/clients" } else { "/organisation/settings" }
    }

    fn above_name(&self) -> &'static str {
        if self.of_client { self.page.texts.clients() } else { self.page.texts.settings() }
    }

    /// Whether the reader may ask for it, and take it back.
    fn may(&self) -> bool {
        self.page.may(if self.of_client { "client.keep" } else { "organisation.keep" })
    }

    fn goes(&self) -> Vec<String> {
        let (texts, goes) = (self.page.texts, &self.shown.goes);
        let clients = if self.of_client { 0 } else { goes.clients };
        let counted = [
            (clients, texts.ending_clients(clients.unsigned_abs())),
            (goes.projects, texts.projects_counted(goes.projects.unsigned_abs())),
            (goes.files, texts.ending_files(goes.files.unsigned_abs())),
            (goes.messages, texts.ending_messages(goes.messages.unsigned_abs())),
            (goes.credentials, texts.ending_credentials(goes.credentials.unsigned_abs())),
            (goes.people, texts.ending_people(goes.people.unsigned_abs())),
        ];
        counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect()
    }

    fn kept(&self, kept: &KeptBy) -> String {
        let texts = self.page.texts;
        match kept.why {
            KeptWhy::Held => {
                texts.ending_held(kept.what.as_deref().unwrap_or(texts.hold_everything()), kept.reason.as_str())
            }
            KeptWhy::OpenIncident => texts.ending_open_incident(&kept.reason),
        }
    }

    fn type_name(&self) -> String {
        let until = self.page.day(&self.shown.until);
        self.page.texts.ending_type(self.shown.name.as_str(), until.words())
    }

    fn delete(&self) -> Form {
        let texts = self.page.texts;
        let label = if self.of_client { texts.ending_delete_client() } else { texts.ending_delete_organisation() };
        let name = Field::text("name", texts.ending_name()).complete("off").limit(120);
        self.page.form(format!("{}/delete", self.path), label).danger().field(name)
    }

    fn keep(&self) -> Form {
        self.page.form(format!("{}/keep", self.path), self.page.texts.ending_keep(&self.shown.name))
    }
}
