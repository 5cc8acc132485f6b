//! The pages of the second factor.

use askama::Template;

use super::{FactorBegun, Qr};
use crate::identity::FactorShown;
use crate::pages::{Field, Form, Page};

/// Setting up an authenticator app, or what there is to say about the one in use.
#[derive(Debug, Template)]
#[template(path = "identity/factor/factor.html")]
pub struct FactorPage {
    /// The frame.
    pub page: Page,
    /// The app in use.
    pub factor: Option<FactorShown>,
    /// Whether there are passkeys besides.
    pub passkeys: bool,
    /// How many recovery codes are left.
    pub recovery_codes: Option<i64>,
    /// A secret waits for its first code.
    pub begun: bool,
    /// The secret, on the one page that ever shows it.
    pub fresh: Option<FactorBegun>,
    /// What asked for a factor, to go on with afterwards; empty when nothing did.
    pub next: String,
    /// In a demo, where nobody has a phone at hand: what an app would show.
    pub demo_code: Option<String>,
}

impl FactorPage {
    fn begin(&self) -> Form {
        let texts = self.page.texts;
        let word = if self.begun { texts.factor_begin_again() } else { texts.factor_begin() };
        let form = going_on(self.page.form("/account/factor/begin", word), &self.next);
        if self.begun || self.offers_passkey() { form.quiet() } else { form }
    }

    /// Whoever has no second factor yet is offered the easier one first.
    fn offers_passkey(&self) -> bool {
        self.page.passkeys && !self.passkeys
    }

    fn add_passkey(&self) -> Form {
        going_on(self.page.form("/account/passkeys/begin", self.page.texts.passkey_add()), &self.next)
    }

    fn title(&self) -> &'static str {
        let is_choice = self.factor.is_none() && !self.begun && self.offers_passkey();
        if is_choice { self.page.texts.factor_title() } else { self.page.texts.factor() }
    }

    fn confirm(&self) -> Form {
        let form = self.page.form("/account/factor/confirm", self.page.texts.factor_confirm());
        going_on(form.field(code(&self.page, true, self.demo_code.as_deref()).focused()), &self.next)
    }

    fn remove(&self) -> Form {
        self.page.form("/account/factor/remove", self.page.texts.factor_remove()).danger()
    }

    fn qr(&self, begun: &FactorBegun) -> Option<Qr> {
        Qr::of(&begun.address, self.page.texts.factor_qr())
    }

    /// The secret in groups of four, for typing it.
    fn grouped(&self, begun: &FactorBegun) -> String {
        let groups = begun.secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
        groups.collect::<Vec<_>>().join(" ")
    }
}

/// Recovery codes that were just made. This page is the only one that ever shows them.
#[derive(Debug, Template)]
#[template(path = "identity/factor/recovery_codes.html")]
pub struct RecoveryCodesPage {
    /// The frame.
    pub page: Page,
    /// The codes.
    pub codes: Vec<String>,
    /// What asked for a factor, to go on with; empty when nothing did.
    pub next: String,
}

impl RecoveryCodesPage {
    fn onwards(&self) -> &str {
        if self.next.is_empty() { "/account#security" } else { &self.next }
    }
}

/// The second step of a sign-in.
#[derive(Debug, Template)]
#[template(path = "identity/factor/second_step.html")]
pub struct SecondStepPage {
    /// The frame.
    pub page: Page,
    /// Where to go afterwards; the home page when empty.
    pub next: String,
    /// Whether there is an authenticator app, and not recovery codes alone.
    pub app: bool,
    /// Whether a passkey will do.
    pub passkey: bool,
    /// In a demo: what an app would show.
    pub demo_code: Option<String>,
}

impl SecondStepPage {
    fn form(&self) -> Form {
        let form = self.page.form("/session/confirm", self.page.texts.second_step_go_on());
        let code = code(&self.page, self.app, self.demo_code.as_deref());
        going_on(form.field(if self.passkey { code } else { code.focused() }), &self.next)
    }

    fn by_passkey(&self) -> Form {
        going_on(self.page.form("/session/confirm/begin", self.page.texts.passkey_use()), &self.next)
    }

    fn leave(&self) -> Form {
        self.page.form("/session/close", self.page.texts.second_step_leave()).quiet()
    }
}

/// A form that says where to go afterwards, where it is known.
pub(in crate::identity) fn going_on(form: Form, next: &str) -> Form {
    if next.is_empty() { form } else { form.field(Field::hidden("next", next)) }
}

/// The field of a code, which browsers fill in where they can; in a demo the page does. Without an app it is one from paper.
pub fn code(page: &Page, app: bool, demo_code: Option<&str>) -> Field {
    if !app {
        return Field::text("code", page.texts.recovery_code()).complete("off").limit(64);
    }
    let field = Field::text("code", page.texts.code()).complete("one-time-code").limit(64);
    match demo_code {
        Some(shown) => field.value(shown).help(page.texts.code_of_demo()),
        None => field,
    }
}
