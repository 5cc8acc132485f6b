//! The pages of the installation.

use askama::Template;

use super::ReadinessShown;
use crate::pages::{Field, Form, Icon, Page};

/// The first page of a new portal, behind a link that works once.
#[derive(Debug, Template)]
#[template(path = "installation/setup.html")]
pub struct SetupPage {
    /// The frame.
    pub page: Page,
    /// The token in the link.
    pub token: String,
}

impl SetupPage {
    fn form(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/setup", texts.setup_open())
            .field(Field::hidden("token", self.token.as_str()))
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
#[derive(Debug, Template)]
#[template(path = "installation/setup_over.html")]
pub struct SetupOverPage {
    /// The frame.
    pub page: Page,
}

/// What an installation needs before clients are let in, and what of it is there.
#[derive(Debug, Template)]
#[template(path = "installation/readiness.html")]
pub struct ReadinessPage {
    /// The frame.
    pub page: Page,
    /// What is wired, item by item.
    pub shown: ReadinessShown,
}

impl ReadinessPage {
    fn summary(&self) -> String {
        let texts = self.page.texts;
        let wired = self.shown.items.iter().filter(|item| item.wired).count();
        let summary = texts.wired_of(wired, self.shown.items.len());
        match self.shown.minutes {
            0 => summary,
            minutes => {
                format!("{summary} {}", texts.about_minutes_left(&texts.minutes_counted(minutes.unsigned_abs())))
            }
        }
    }
}
