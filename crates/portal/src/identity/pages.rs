//! The pages of identity.

use askama::Template;
use jiff::Timestamp;

use crate::pages::{Choice, Field, Form, Page};

/// The way in; in a demo with the people to be above it.
#[derive(Clone, Debug, Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignIn {
    /// The frame.
    pub page: Page,
    /// Where to go after signing in; the home page when empty.
    pub next: String,
}

impl SignIn {
    fn form(&self) -> Form {
        let texts = self.page.texts;
        let mut mail = Field::mail("mail", texts.mail()).complete("username");
        if self.page.demo.is_none() {
            mail = mail.focused();
        }
        let form = self
            .page
            .form("/session/open", texts.sign_in())
            .field(mail)
            .field(Field::secret("password", texts.password()).complete("current-password"));
        if self.next.is_empty() { form } else { form.field(Field::hidden("next", self.next.as_str())) }
    }
}

/// A sign-in that is still good.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The browser and system, as it called itself.
    pub browser: String,
    /// When it began.
    pub began: Timestamp,
    /// When it was last used.
    pub seen: Timestamp,
    /// The one that shows this page.
    pub is_this: bool,
}

/// A token that acts for the account.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do, as `noun:kind`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made: Timestamp,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

/// The reader's own account.
#[derive(Clone, Debug, Template)]
#[template(path = "identity/account.html")]
pub struct Account {
    /// The frame.
    pub page: Page,
    /// Name.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// Organisations and clients that the account belongs to, each with the role's word.
    pub memberships: Vec<(String, &'static str)>,
    /// Where one is signed in.
    pub sessions: Vec<Session>,
    /// Tokens that are still good.
    pub tokens: Vec<Token>,
    /// Scopes that a token may be given.
    pub scopes: Vec<Choice>,
}

impl Account {
    fn create_token(&self) -> Form {
        let texts = self.page.texts;
        let days = [30, 90, 365].map(|days: u32| Choice::new(days.to_string(), texts.token_days(days))).to_vec();
        self.page
            .form("/tokens/create", texts.token_create())
            .quiet()
            .field(Field::text("name", texts.token_name()).help(texts.token_name_help()).limit(80))
            .field(Field::checks("scopes", texts.token_scopes(), self.scopes.clone()))
            .field(Field::select("days", texts.token_expires(), days).value("90"))
    }

    fn revoke(&self, token: &Token) -> Form {
        self.page
            .form(format!("/tokens/{}/revoke", token.id), self.page.texts.token_revoke())
            .about(&token.name)
            .danger()
    }
}

/// A token that was just made. This page is the only one that ever shows it.
#[derive(Clone, Debug, Template)]
#[template(path = "identity/token_made.html")]
pub struct TokenMade {
    /// The frame.
    pub page: Page,
    /// What its owner calls it.
    pub name: String,
    /// The token itself.
    pub token: String,
}
