//! Pages about links: that one is on its way, that one is used up, and what is done with one.

use askama::Template;

use crate::pages::{Field, Form, Page};

/// Asks for the mail address that a link goes to.
#[derive(Debug, Template)]
#[template(path = "links/ask.html")]
pub struct AskPage {
    /// The frame.
    pub page: Page,
    /// What the link is for: to sign in, or else to choose a new password.
    pub to_sign_in: bool,
}

impl AskPage {
    fn title(&self) -> &'static str {
        if self.to_sign_in { self.page.texts.sign_in_link() } else { self.page.texts.password_forgotten() }
    }

    fn help(&self) -> &'static str {
        if self.to_sign_in { self.page.texts.sign_in_link_help() } else { self.page.texts.password_forgotten_help() }
    }

    fn form(&self) -> Form {
        let texts = self.page.texts;
        let action = if self.to_sign_in { "/session/link/send" } else { "/password/link/send" };
        self.page
            .form(action, texts.link_send())
            .field(Field::mail("mail", texts.mail()).complete("username").focused())
            .beside("/sign-in", texts.go_back())
    }
}

/// Says something that ends there, with one way to go on.
#[derive(Debug, Template)]
#[template(path = "links/said.html")]
pub struct SaidPage {
    /// The frame.
    pub page: Page,
    /// What it says above.
    pub title: String,
    /// What it says below.
    pub words: String,
    /// Where to go on, and what the button says.
    pub next: (&'static str, &'static str),
    /// Whether what was sent can be read on a page of the demo.
    pub demo: bool,
}

impl SaidPage {
    /// If there is an account, a link is on its way: the same words, whoever asks.
    #[must_use]
    pub fn sent(page: Page, mail: &str) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_sent().to_owned(), texts.link_sent_help(mail));
        Self { demo: page.demo.is_some(), page, title, words, next: ("/sign-in", texts.sign_in()) }
    }

    /// If there is an account, a link to sign in with is on its way: the same words, whoever asks.
    #[must_use]
    pub fn sign_in_sent(page: Page, mail: &str) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_sent().to_owned(), texts.sign_in_link_sent_help(mail));
        Self { demo: page.demo.is_some(), page, title, words, next: ("/sign-in", texts.go_back()) }
    }

    /// The link signs nobody in: it opens nothing any more, or is opened in another browser than the one that asked.
    #[must_use]
    pub fn sign_in_over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.sign_in_link_over().to_owned(), texts.sign_in_link_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/sign-in/link", texts.link_again()) }
    }

    /// The link opens nothing any more, or never did.
    #[must_use]
    pub fn over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_over().to_owned(), texts.link_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/password/link", texts.link_again()) }
    }

    /// The invitation was used or taken back, is over, or whoever invited may not any more.
    #[must_use]
    pub fn invitation_over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_over().to_owned(), texts.invitation_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/sign-in", texts.sign_in()) }
    }

    /// If the address is nobody's, a link to it is on its way.
    #[must_use]
    pub fn mail_sent(page: Page, mail: &str) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_sent().to_owned(), texts.mail_link_sent_help(mail));
        Self { demo: page.demo.is_some(), page, title, words, next: ("/account", texts.account()) }
    }

    /// The link confirms no address of the account that is signed in.
    #[must_use]
    pub fn mail_over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_over().to_owned(), texts.mail_link_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/account", texts.account()) }
    }

    /// A sign-in through a provider was answered, is over, or is another browser's; or the provider is not believed.
    #[must_use]
    pub fn provider_over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.provider_over().to_owned(), texts.provider_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/sign-in", texts.sign_in()) }
    }

    /// Letters of a kind are switched off.
    #[must_use]
    pub fn notices_ended(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.notice_ended().to_owned(), texts.notice_ended_help().to_owned());
        Self { demo: false, page, title, words, next: ("/account#notices", texts.notice_choose()) }
    }

    /// The link switches nothing off.
    #[must_use]
    pub fn notices_over(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.link_over().to_owned(), texts.notice_end_over_help().to_owned());
        Self { demo: false, page, title, words, next: ("/account#notices", texts.notice_choose()) }
    }

    /// There is a new password.
    #[must_use]
    pub fn password_set(page: Page) -> Self {
        let texts = page.texts;
        let (title, words) = (texts.password_is_set().to_owned(), texts.password_is_set_help().to_owned());
        Self { demo: false, page, title, words, next: ("/sign-in", texts.sign_in()) }
    }
}

/// The sign-in behind a link. Whether the link is good shows when the form is sent.
#[derive(Debug, Template)]
#[template(path = "links/sign_in.html")]
pub struct SignInByLinkPage {
    /// The frame.
    pub page: Page,
    /// The secret of the link.
    pub token: String,
}

impl SignInByLinkPage {
    fn form(&self) -> Form {
        let form = self.page.form("/session/link/open", self.page.texts.sign_in());
        form.field(Field::hidden("token", &self.token))
    }
}

/// The new password behind a link. Whether the link is good shows when the form is sent.
#[derive(Debug, Template)]
#[template(path = "links/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub page: Page,
    /// The secret of the link.
    pub token: String,
}

impl PasswordPage {
    fn form(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/password/reset", texts.password_choose())
            .field(Field::hidden("token", self.token.as_str()))
            .field(
                Field::secret("password", texts.password_new())
                    .help(texts.setup_password_help())
                    .complete("new-password")
                    .limit(128)
                    .focused(),
            )
    }
}

/// The new mail address behind a link. Whether the link is good shows when the form is sent.
#[derive(Debug, Template)]
#[template(path = "links/mail.html")]
pub struct MailPage {
    /// The frame.
    pub page: Page,
    /// The secret of the link.
    pub token: String,
}

impl MailPage {
    fn form(&self) -> Form {
        self.page
            .form("/account/mail/confirm", self.page.texts.mail_confirm())
            .field(Field::hidden("token", &self.token))
    }
}
