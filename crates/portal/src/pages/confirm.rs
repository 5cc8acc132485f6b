//! Pages that ask once more before something happens.

use askama::Template;

use super::{Field, Form, Page};
use crate::identity::factor::pages::code;

/// Asks before something that cannot be undone, and has its name typed.
#[derive(Debug, Template)]
#[template(path = "pages/confirm.html")]
pub struct Confirm {
    /// The frame.
    pub page: Page,
    /// What is about to happen, as a question.
    pub title: String,
    /// What goes with it, and whether it can be brought back.
    pub consequence: String,
    /// The word to type; nothing is asked when it is empty.
    pub word: String,
    /// Where the form posts to.
    pub action: String,
    /// What the button says.
    pub button: String,
    /// Where “no” leads.
    pub back: String,
}

impl Confirm {
    fn form(&self) -> Form {
        let form = self.page.form(&self.action, &self.button).danger();
        if self.word.is_empty() {
            return form;
        }
        form.field(Field::text("confirm", self.page.texts.type_to_confirm(&self.word)).focused())
    }
}

/// Asks for a proof again when the sign-in is too old for what is wanted.
#[derive(Debug, Template)]
#[template(path = "pages/step_up.html")]
pub struct StepUp {
    /// The frame.
    pub page: Page,
    /// Whether a second factor is asked for, and not the password.
    pub by_code: bool,
    /// Whether there is an authenticator app, and not recovery codes alone.
    pub app: bool,
    /// Whether a passkey will do.
    pub passkey: bool,
    /// Where to go on.
    pub next: String,
    /// In a demo: what an app would show.
    pub demo_code: Option<String>,
}

impl StepUp {
    fn form(&self) -> Form {
        let texts = self.page.texts;
        let proof = if self.by_code {
            code(&self.page, self.app, self.demo_code.as_deref())
        } else {
            Field::secret("password", texts.password()).complete("current-password").limit(128)
        };
        self.page
            .form("/session/confirm", texts.confirm_it_is_you())
            .field(Field::hidden("next", self.next.as_str()))
            .field(if self.passkey { proof } else { proof.focused() })
    }

    fn by_passkey(&self) -> Form {
        let next = Field::hidden("next", self.next.as_str());
        self.page.form("/session/confirm/begin", self.page.texts.passkey_use()).field(next)
    }
}
