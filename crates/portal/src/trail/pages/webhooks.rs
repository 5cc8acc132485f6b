//! Where the record is sent, as a page.

use askama::Template;

use crate::pages::{Field, Form, Icon, Page};
use crate::trail::push::{WebhookSecret, WebhookShown, WebhookState};

/// The webhooks, and how far each is.
///
/// With `secret` set the answer must carry `Cache-Control: no-store`.
#[derive(Debug, Template)]
#[template(path = "trail/pages/webhooks.html")]
pub struct WebhooksPage {
    /// The frame.
    pub page: Page,
    /// The webhooks.
    pub cards: Vec<WebhookCard>,
    /// The secret of one, on the one answer that shows it.
    pub secret: Option<WebhookSecret>,
    /// Why a test was not received, on the one answer that says so.
    pub failed: Option<String>,
}

/// One webhook.
#[derive(Debug)]
pub struct WebhookCard {
    /// Where it leads.
    pub webhook: WebhookShown,
    /// How far it is.
    pub state: WebhookState,
}

impl WebhooksPage {
    fn url(&self) -> Field {
        let texts = self.page.texts;
        Field::url("url", texts.push_url()).help(texts.push_url_help()).complete("off").limit(500)
    }

    fn create(&self) -> Form {
        self.page.form("/webhooks/create", self.page.texts.push_set()).field(self.url())
    }

    fn set(&self, card: &WebhookCard) -> Form {
        let action = format!("/webhooks/{}/set", card.webhook.id);
        self.page.form(action, self.page.texts.push_set()).field(self.url().value(card.webhook.url.as_str()))
    }

    fn button(&self, card: &WebhookCard, verb: &str, label: &str) -> Form {
        self.page.form(format!("/webhooks/{}/{verb}", card.webhook.id), label).about(card.webhook.url.as_str())
    }

    fn test(&self, card: &WebhookCard) -> Form {
        self.button(card, "test", self.page.texts.push_test()).quiet()
    }

    fn rotate(&self, card: &WebhookCard) -> Form {
        self.button(card, "rotate", self.page.texts.push_rotate()).quiet()
    }

    fn remove(&self, card: &WebhookCard) -> Form {
        self.button(card, "remove", self.page.texts.push_remove()).danger()
    }

    fn secret_of(&self, card: &WebhookCard) -> Option<&str> {
        self.secret.as_ref().filter(|secret| secret.id == card.webhook.id).map(|secret| secret.secret.as_str())
    }

    fn state(&self, state: &WebhookState) -> String {
        let texts = self.page.texts;
        match &state.problem {
            Some(problem) => texts.push_problem(problem),
            None if state.waiting => texts.push_waiting().to_owned(),
            None => texts.push_up_to_date().to_owned(),
        }
    }
}
