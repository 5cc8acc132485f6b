//! The pages of identity.

use askama::Template;

use super::{Account, AccountEvent, AccountEvents, ProvidedShown, SessionShown, TokenShown};
use crate::notices::NoticeChoices;
use crate::organisations::Role;
use crate::pages::{Choice, Field, Form, Page};
use crate::providers::Handle;

/// The way in; in a demo with the people to be above it.
#[derive(Debug, Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub page: Page,
    /// Where to go after signing in; the home page when empty.
    pub next: String,
}

impl SignInPage {
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
            .field(Field::secret("password", texts.password()).complete("current-password").limit(128));
        if self.next.is_empty() { form } else { form.field(Field::hidden("next", self.next.as_str())) }
    }

    fn by_passkey(&self) -> Form {
        let form = self.page.form("/session/passkey/begin", self.page.texts.passkey_sign_in()).quiet();
        if self.next.is_empty() { form } else { form.field(Field::hidden("next", self.next.as_str())) }
    }

    fn through_a_provider(&self) -> Form {
        let texts = self.page.texts;
        let handle = Field::text("handle", texts.provider_handle()).help(texts.provider_handle_typed());
        let handle = handle.complete("organization").limit(Handle::CHARACTERS_MAX);
        self.page.form("/session/provider/begin", texts.provider_go()).quiet().field(handle)
    }
}

/// The reader's account, as far as a sign-in through an organisation's provider reaches.
#[derive(Debug, Template)]
#[template(path = "identity/account_here.html")]
pub struct AccountHerePage {
    /// The frame.
    pub page: Page,
    /// The account.
    pub account: Account,
}

/// The reader's own account.
#[derive(Debug, Template)]
#[template(path = "identity/account.html")]
pub struct AccountPage {
    /// The frame.
    pub page: Page,
    /// The account.
    pub account: Account,
    /// Which letters they get.
    pub notices: NoticeChoices,
    /// What happened with it.
    pub log: AccountEvents,
    /// Scopes that a token may be given: `project:look`.
    pub scopes: Vec<String>,
}

impl AccountPage {
    fn create_token(&self) -> Form {
        let texts = self.page.texts;
        let scopes = self.scopes.iter().map(|scope| Choice::new(scope, scope)).collect();
        let days = [30, 90, 365].map(|days: u32| Choice::new(days.to_string(), texts.token_days(days))).to_vec();
        self.page
            .form("/account/tokens/create", texts.token_create())
            .quiet()
            .field(Field::text("name", texts.token_name()).help(texts.token_name_help()).complete("off").limit(120))
            .field(Field::checks("scopes", texts.token_scopes(), scopes))
            .field(Field::select("days", texts.token_expires(), days).value("90"))
    }

    /// An event in words, as a sentence begins: “Signed in”.
    fn said(&self, event: &AccountEvent) -> String {
        let texts = self.page.texts;
        let words = if event.result == "done" {
            format!("{} {}", texts.did(&event.action), texts.any_target(&event.action))
        } else {
            texts.account_tried(&texts.phrase(&event.action))
        };
        let mut letters = words.trim_end().chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    fn set_name(&self) -> Form {
        let texts = self.page.texts;
        let name = Field::text("name", texts.name_new()).help(texts.name_new_help()).complete("name").limit(120);
        self.page.form("/account/name/set", texts.name_change()).quiet().field(name.value(&self.account.name))
    }

    fn ask_mail(&self) -> Form {
        let texts = self.page.texts;
        let mail = Field::mail("mail", texts.mail_new()).help(texts.mail_new_help()).complete("email");
        self.page.form("/account/mail/ask", texts.mail_change()).quiet().field(mail)
    }

    fn set_password(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/account/password/set", texts.password_change())
            .quiet()
            .field(Field::secret("old", texts.password_old()).complete("current-password").limit(128))
            .field(
                Field::secret("new", texts.password_new())
                    .help(texts.password_new_help())
                    .complete("new-password")
                    .limit(128),
            )
    }

    fn forget(&self, provider: &ProvidedShown) -> Form {
        self.page
            .form(format!("/provider/subjects/{}/remove", provider.id), self.page.texts.subject_remove())
            .about(&provider.organisation_name)
            .field(Field::hidden("next", "/account"))
            .danger()
    }

    fn create_recovery_codes(&self) -> Form {
        self.page.form("/account/recovery-codes/create", self.page.texts.recovery_codes_create()).quiet()
    }

    fn end_session(&self, session: &SessionShown) -> Form {
        self.page
            .form(format!("/account/sessions/{}/end", session.id), self.page.texts.session_end())
            .about(self.page.browser(&session.agent))
            .quiet()
    }

    fn end_others(&self) -> Form {
        self.page.form("/account/sessions/end", self.page.texts.sessions_end()).quiet()
    }

    fn copy(&self) -> Form {
        self.page.form("/account/copy", self.page.texts.copy_make())
    }

    /// The copy of the company, or of the whole organisation, for those who may make it.
    fn copy_of_all(&self) -> Option<(&str, Form)> {
        let here = self.account.organisation?;
        let membership = self.account.memberships.iter().find(|membership| membership.organisation == here)?;
        let (path, of) = match (membership.role, membership.client) {
            (Role::Owner, _) => (format!("/organisations/{here}/copy"), &membership.organisation_name),
            (Role::ClientAdmin, Some(client)) => (format!("/clients/{client}/copy"), membership.client_name.as_ref()?),
            _ => return None,
        };
        Some((of, self.page.form(path, self.page.texts.copy_make_of(of)).quiet()))
    }

    fn delete(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/account/deletion/delete", texts.account_delete())
            .danger()
            .field(Field::mail("mail", texts.mail()).help(texts.account_delete_typed()).complete("off"))
    }

    fn keep(&self) -> Form {
        self.page.form("/account/deletion/keep", self.page.texts.account_keep())
    }

    fn revoke(&self, token: &TokenShown) -> Form {
        self.page
            .form(format!("/account/tokens/{}/revoke", token.id), self.page.texts.token_revoke())
            .about(&token.name)
            .danger()
    }
}

/// A token that was just made. This page is the only one that ever shows it.
#[derive(Debug, Template)]
#[template(path = "identity/token_made.html")]
pub struct TokenMadePage {
    /// The frame.
    pub page: Page,
    /// The token itself.
    pub token: String,
    /// The page of tokens that it is one of.
    pub back: String,
}
