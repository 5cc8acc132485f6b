//! The page of an organisation's domains.

use askama::Template;

use super::{DomainList, DomainShown, FAILURES_MAX};
use crate::dns::Found;
use crate::pages::{Field, Form, Page};

/// The organisation's domains, and what proves them.
#[derive(Debug, Template)]
#[template(path = "domains/domains.html")]
pub struct DomainsPage {
    /// The frame.
    pub page: Page,
    /// The domains.
    pub list: DomainList,
}

impl DomainsPage {
    fn add(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/organisation/domains/add", texts.domain_add())
            .field(Field::text("name", texts.domain_name()).help(texts.domain_name_help()).complete("off").limit(253))
    }

    fn verify(&self, domain: &DomainShown) -> Form {
        let form = self
            .page
            .form(format!("/organisation/domains/{}/verify", domain.id), self.page.texts.domain_verify())
            .about(&domain.shown);
        if Self::waits(domain) { form } else { form.quiet() }
    }

    /// Lets people join by themselves, or no more.
    fn set_joining(&self, domain: &DomainShown) -> Form {
        let texts = self.page.texts;
        let button = if domain.joining { texts.domain_joining_close() } else { texts.domain_joining_open_it() };
        self.page
            .form(format!("/organisation/domains/{}/joining/set", domain.id), button)
            .about(&domain.shown)
            .quiet()
            .field(Field::hidden("open", (!domain.joining).to_string()))
    }

    fn remove(&self, domain: &DomainShown) -> Form {
        let name = self.page.texts.domain_remove(&domain.shown);
        self.page.form(format!("/organisation/domains/{}/remove", domain.id), name).danger()
    }

    /// What was found when it was last looked for.
    fn found(&self, domain: &DomainShown) -> Option<&'static str> {
        let texts = self.page.texts;
        Some(match domain.found? {
            Found::There => texts.domain_there(),
            Found::Absent => texts.domain_absent(),
            Found::Other => texts.domain_other(),
            Found::Silent => texts.domain_silent(),
        })
    }

    /// How long it may still be missing.
    fn missing(&self, domain: &DomainShown) -> Option<String> {
        let missing = domain.verified_at.is_some() && domain.failures > 0;
        missing.then(|| self.page.texts.domain_missing(domain.failures, FAILURES_MAX))
    }

    /// Whether somebody has still to place the record.
    fn waits(domain: &DomainShown) -> bool {
        domain.verified_at.is_none() || domain.found.is_some_and(|found| found != Found::There)
    }
}
