//! The page of a client's mail domains.

use askama::Template;

use super::ClientMailDomains;
use crate::pages::{Field, Form, Page};

/// Under which mail domains a client's people are invited.
#[derive(Debug, Template)]
#[template(path = "organisations/mail_domains/client.html")]
pub struct ClientMailDomainsPage {
    /// The frame.
    pub page: Page,
    /// What is set.
    pub shown: ClientMailDomains,
}

impl ClientMailDomainsPage {
    /// Says which. An empty field allows every one.
    fn set(&self) -> Form {
        let texts = self.page.texts;
        let domains = Field::lines("domains", texts.client_mail_domains_field())
            .help(texts.mail_domains_help())
            .value(self.shown.domains.to_string().replace(' ', "\n"))
            .limit(5000)
            .optional(texts.optional());
        self.page
            .form(format!("/clients/{}/mail-domains/set", self.shown.id), texts.save())
            .about(&self.shown.name)
            .field(domains)
    }

    /// The domains, or that there is none.
    fn domains(&self) -> String {
        let domains = &self.shown.domains;
        if domains.is_empty() { self.page.texts.mail_domains_all().to_owned() } else { domains.to_string() }
    }
}
