//! The pages of the installation.

use askama::Template;
use jiff::Timestamp;

use crate::pages::{Field, Form, Page};

/// The first page of a new portal, behind a link that works once.
#[derive(Clone, Debug, Template)]
#[template(path = "installation/setup.html")]
pub struct Setup {
    /// The frame.
    pub page: Page,
    /// The token in the link.
    pub token: String,
    /// Until when the link works.
    pub until: Timestamp,
}

impl Setup {
    fn form(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form(format!("/setup/{}/open", self.token), texts.setup_open())
            .field(
                Field::text("organisation", texts.setup_organisation())
                    .help(texts.setup_organisation_help())
                    .complete("organization")
                    .limit(80)
                    .focused(),
            )
            .field(Field::text("name", texts.setup_your_name()).complete("name").limit(80))
            .field(Field::mail("mail", texts.mail()).complete("username"))
            .field(
                Field::secret("password", texts.password())
                    .help(texts.setup_password_help())
                    .complete("new-password")
                    .limit(128),
            )
    }
}

/// What is said when the link is used up or its time is over.
#[derive(Clone, Debug, Template)]
#[template(path = "installation/setup_over.html")]
pub struct SetupOver {
    /// The frame.
    pub page: Page,
}
