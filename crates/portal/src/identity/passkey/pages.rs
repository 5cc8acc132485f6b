//! The pages of passkeys.

use askama::Template;

use super::webauthn::{CreationOptions, RequestOptions};
use super::{PASSKEYS_MAX, PasskeyShown};
use crate::identity::Account;
use crate::identity::factor::pages::going_on;
use crate::pages::{Field, Form, Page};

/// The passkeys that one has.
#[derive(Debug, Template)]
#[template(path = "identity/passkey/passkeys.html")]
pub struct PasskeysPage {
    /// The frame.
    pub page: Page,
    /// The account.
    pub account: Account,
}

impl PasskeysPage {
    fn add(&self) -> Form {
        self.page.form("/account/passkeys/begin", self.page.texts.passkey_add())
    }

    fn is_full(&self) -> bool {
        PASSKEYS_MAX <= self.account.passkeys.len()
    }

    fn rename(&self, passkey: &PasskeyShown) -> Form {
        let texts = self.page.texts;
        let name = Field::text("name", texts.passkey_name()).help(texts.passkey_name_help()).complete("off").limit(120);
        self.page
            .form(format!("/account/passkeys/{}/name/set", passkey.id), texts.passkey_rename())
            .about(&passkey.name)
            .quiet()
            .field(name.value(&passkey.name))
    }

    fn remove(&self, passkey: &PasskeyShown) -> Form {
        self.page
            .form(format!("/account/passkeys/{}/remove", passkey.id), self.page.texts.passkey_remove())
            .about(&passkey.name)
            .danger()
    }

    fn remove_help(&self) -> &'static str {
        match (self.account.passkeys.as_slice(), &self.account.factor) {
            ([_], None) => self.page.texts.passkey_remove_last_help(),
            _ => self.page.texts.passkey_remove_help(),
        }
    }
}

/// What the browser is asked for: the page's script takes it there and brings back the answer in the page's form.
#[derive(Debug)]
pub enum Asked {
    /// A new key.
    Create(Box<CreationOptions>),
    /// A proof before something sensitive, or as a second step.
    Prove(Box<RequestOptions>),
    /// A sign-in.
    SignIn(Box<RequestOptions>),
}

/// A question to the authenticator.
#[derive(Debug, Template)]
#[template(path = "identity/passkey/ask.html")]
pub struct AskPasskeyPage {
    /// The frame.
    pub page: Page,
    /// What is asked.
    pub asked: Asked,
    /// What asked for it, to go on with afterwards; empty when nothing did.
    pub next: String,
}

impl AskPasskeyPage {
    const fn is_new(&self) -> bool {
        matches!(self.asked, Asked::Create(_))
    }

    fn title(&self) -> &'static str {
        if self.is_new() { self.page.texts.passkey_make() } else { self.page.texts.passkey_show() }
    }

    fn help(&self) -> &'static str {
        if self.is_new() { self.page.texts.passkey_make_help() } else { self.page.texts.passkey_show_help() }
    }

    /// The word of `navigator.credentials` that is meant.
    const fn verb(&self) -> &'static str {
        if self.is_new() { "create" } else { "get" }
    }

    fn options(&self) -> String {
        let json = match &self.asked {
            Asked::Create(options) => serde_json::to_string(options),
            Asked::Prove(options) | Asked::SignIn(options) => serde_json::to_string(options),
        };
        json.unwrap_or_default()
    }

    fn form(&self) -> Form {
        let texts = self.page.texts;
        let (path, field, button) = match &self.asked {
            Asked::Create(_) => ("/account/passkeys/confirm", "credential", texts.passkey_make_go()),
            Asked::Prove(_) => ("/session/confirm", "passkey", texts.passkey_use()),
            Asked::SignIn(_) => ("/session/passkey/open", "passkey", texts.passkey_use()),
        };
        going_on(self.page.form(path, button).field(Field::hidden(field, "")), &self.next)
    }

    /// Where somebody goes who has no passkey at hand after all.
    fn back(&self) -> String {
        match &self.asked {
            Asked::Create(_) if self.next.is_empty() => "/account/passkeys".to_owned(),
            Asked::Create(_) => self.next.clone(),
            Asked::Prove(_) => self.with_next("/sign-in/second"),
            Asked::SignIn(_) => self.with_next("/sign-in"),
        }
    }

    fn with_next(&self, path: &str) -> String {
        if self.next.is_empty() {
            return path.to_owned();
        }
        let next: String = url::form_urlencoded::byte_serialize(self.next.as_bytes()).collect();
        format!("{path}?next={next}")
    }
}
