//! How long things are kept, as a page.

use askama::Template;

use super::{DataClass, Deleted, Due, HoldShown, RetentionShown};
use crate::organisations::ClientShown;
use crate::pages::{Choice, Field, Form, Icon, Page};
use crate::projects::ProjectSummary;
use crate::texts::Texts;

/// The periods, what would go, what is held, and what went.
#[derive(Debug, Template)]
#[template(path = "privacy/keeping/retention.html")]
pub struct RetentionPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub shown: RetentionShown,
    /// What can be held.
    pub clients: Vec<ClientShown>,
    /// The same.
    pub projects: Vec<ProjectSummary>,
}

impl DataClass {
    /// What people call it.
    fn words(self, texts: &Texts) -> &'static str {
        match self {
            Self::Messages => texts.class_messages(),
            Self::Files => texts.class_files(),
            Self::Credentials => texts.class_credentials(),
        }
    }
}

impl RetentionPage {
    fn set(&self) -> Form {
        let texts = self.page.texts;
        let periods = &self.shown.periods;
        let days = |name: &str, class: DataClass, days: Option<i64>| {
            let field =
                Field::text(name, texts.retention_days(class.words(&texts))).limit(5).optional(texts.optional());
            field.value(days.map(|days| days.to_string()).unwrap_or_default())
        };
        self.page
            .form("/retention/set", texts.retention_set())
            .field(days("messages_days", DataClass::Messages, periods.messages_days))
            .field(days("files_days", DataClass::Files, periods.files_days))
            .field(days("credentials_days", DataClass::Credentials, periods.credentials_days))
    }

    fn hold_project(&self) -> Form {
        let choices = self.projects.iter().map(|project| Choice::new(project.id, project.title.as_str())).collect();
        self.hold("project")
            .field(Field::select("project", self.page.texts.hold_project(), choices))
            .field(self.reason())
    }

    fn hold_client(&self) -> Form {
        let choices = self.clients.iter().map(|client| Choice::new(client.id, client.name.as_str())).collect();
        self.hold("client").field(Field::select("client", self.page.texts.hold_client(), choices)).field(self.reason())
    }

    fn hold_everything(&self) -> Form {
        self.hold("everything").field(self.reason())
    }

    fn hold(&self, name: &str) -> Form {
        self.page.form("/retention/holds/create", self.page.texts.hold_create()).named(name)
    }

    fn reason(&self) -> Field {
        let texts = self.page.texts;
        Field::text("reason", texts.hold_reason()).help(texts.hold_reason_help()).limit(300)
    }

    fn lift(&self, hold: &HoldShown) -> Form {
        let texts = self.page.texts;
        let what = hold.what.as_deref().unwrap_or(texts.hold_everything());
        self.page.form(format!("/retention/holds/{}/lift", hold.id), texts.hold_lift()).about(what).quiet()
    }

    /// A sentence a class.
    fn periods(&self) -> [String; 3] {
        let (texts, periods) = (self.page.texts, &self.shown.periods);
        let said = [
            (DataClass::Messages, periods.messages_days),
            (DataClass::Files, periods.files_days),
            (DataClass::Credentials, periods.credentials_days),
        ];
        said.map(|(class, days)| match days {
            Some(days) => texts.retention_after(class.words(&texts), days),
            None => texts.retention_never(class.words(&texts)),
        })
    }

    fn due(&self, due: &Due) -> String {
        let texts = self.page.texts;
        texts.retention_due(&texts.figures(due.items.unsigned_abs()), due.class.words(&texts), &due.title)
    }

    fn deleted(&self, deleted: &Deleted) -> String {
        let texts = self.page.texts;
        texts.retention_deleted_line(
            &texts.figures(deleted.items.unsigned_abs()),
            deleted.class.words(&texts),
            &deleted.title,
        )
    }
}
