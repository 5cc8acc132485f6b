//! Who is responsible and who sees what, as pages.

use askama::Template;

use super::{Parties, ProcessingShown, TrustShown, WhoSees};
use crate::organisations::Role;
use crate::pages::{Field, Form, Icon, Page};

/// What a client may want to know.
#[derive(Debug, Template)]
#[template(path = "privacy/processing/trust.html")]
pub struct TrustPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub shown: TrustShown,
}

/// The terms on which data is processed (GDPR article 28, 3), with what holds here filled in.
#[derive(Debug, Template)]
#[template(path = "privacy/processing/terms.html")]
pub struct TermsPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub shown: TrustShown,
}

/// The register.
#[derive(Debug, Template)]
#[template(path = "privacy/processing/register.html")]
pub struct RegisterPage {
    /// The frame.
    pub page: Page,
    /// What the action shows.
    pub shown: ProcessingShown,
}

impl TrustPage {
    fn sees(&self, who: &WhoSees) -> String {
        let texts = self.page.texts;
        match who.role {
            Role::Owner | Role::Admin => texts.trust_sees_all(who.role.label(&texts)),
            _ => texts.projects_counted(who.projects.unsigned_abs()),
        }
    }

    fn load_line(&self) -> Option<String> {
        let line = self.shown.load_line.as_ref()?;
        let texts = self.page.texts;
        let words = texts.trust_load_line(&line.mark, &texts.gaps_counted(line.gaps), &line.at);
        Some(format!("{words} {}", texts.trust_load_line_age(&texts.days_away(-line.days))))
    }
}

impl RegisterPage {
    fn set(&self) -> Form {
        let texts = self.page.texts;
        let known = self.shown.parties.as_ref();
        let value = |of: fn(&Parties) -> Option<&str>| known.and_then(of).unwrap_or_default().to_owned();
        let contact = Field::mail("contact", texts.parties_contact());
        self.page
            .form("/processing/set", texts.parties_set())
            .field(
                Field::text("legal_name", texts.parties_legal_name())
                    .limit(120)
                    .complete("organization")
                    .value(value(|parties| Some(&parties.legal_name))),
            )
            .field(
                Field::text("address", texts.parties_address())
                    .limit(300)
                    .value(value(|parties| Some(&parties.address))),
            )
            .field(contact.value(value(|parties| Some(&parties.contact))))
            .field(
                Field::text("officer", texts.parties_officer())
                    .limit(120)
                    .optional(texts.optional())
                    .value(value(|parties| parties.officer.as_deref())),
            )
            .field(
                Field::text("authority", texts.parties_authority())
                    .limit(120)
                    .optional(texts.optional())
                    .value(value(|parties| parties.authority.as_deref())),
            )
    }
}
