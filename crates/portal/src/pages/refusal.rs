//! What is said when something was refused, is not there, or went wrong.

use askama::Template;

use super::{Page, Person};

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// 400: the request makes no sense.
    Malformed,
    /// 401: nobody is signed in.
    SignInFirst,
    /// 403: it may be seen, but not this done to it.
    Forbidden,
    /// 403: the organisation lets nobody in from there.
    Network,
    /// 403: the sign-in is too old for the organisation.
    Overdue,
    /// 403: the organisation lets the reader in through its own provider alone.
    Provider,
    /// 403: another site led the browser here.
    Elsewhere,
    /// 404: nothing is there that the reader could see.
    NotFound,
    /// 405: no such way to ask.
    NoSuchWay,
    /// 409: the thing is not in a state for it.
    NotNow,
    /// 413: too much was sent.
    TooLarge,
    /// 422: what was sent is not right, and there is no form to mark it on.
    Invalid,
    /// 429: too often.
    TooMany,
    /// 500: a mistake of ours.
    Broken,
    /// 503: not possible at the moment.
    Unavailable,
    /// 503: nothing is written during maintenance.
    Maintenance,
}

impl RefusalKind {
    /// The page's kind for a status code; codes without a page of their own share their neighbour's.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::SignInFirst,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            405 => Self::NoSuchWay,
            409 | 412 => Self::NotNow,
            413 => Self::TooLarge,
            415 | 422 => Self::Invalid,
            429 => Self::TooMany,
            503 => Self::Unavailable,
            400..=499 => Self::Malformed,
            _ => Self::Broken,
        }
    }
}

/// The sign-in that leads to a path afterwards.
pub fn sign_in_again(path: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// The page that says why something cannot be shown or done, and what to do next.
#[derive(Debug, Template)]
#[template(path = "pages/refusal.html")]
pub struct Refusal {
    /// The frame.
    pub page: Page,
    /// What happened.
    pub kind: RefusalKind,
    /// A sentence that says more than the kind does; may be empty.
    pub detail: String,
    /// People who could do it (403).
    pub who_can: Vec<Person>,
    /// After how many seconds to try again (429, 503).
    pub wait_seconds: Option<u64>,
    /// The request's id, to quote when asking for help.
    pub reference: String,
}

impl Refusal {
    /// A refusal with nothing more to say.
    pub fn new(page: Page, kind: RefusalKind, reference: impl Into<String>) -> Self {
        Self { page, kind, detail: String::new(), who_can: Vec::new(), wait_seconds: None, reference: reference.into() }
    }

    fn title(&self) -> &'static str {
        let texts = self.page.texts;
        match self.kind {
            RefusalKind::Malformed => texts.malformed(),
            RefusalKind::SignInFirst => texts.sign_in_first(),
            RefusalKind::Forbidden => texts.forbidden(),
            RefusalKind::Network => texts.network_closed(),
            RefusalKind::Overdue => texts.overdue(),
            RefusalKind::Provider => texts.provider_closed(),
            RefusalKind::Elsewhere => texts.elsewhere(),
            RefusalKind::NotFound => texts.not_found(),
            RefusalKind::NoSuchWay => texts.no_such_way(),
            RefusalKind::NotNow => texts.not_now(),
            RefusalKind::TooLarge => texts.too_large(),
            RefusalKind::Invalid => texts.invalid(),
            RefusalKind::TooMany => texts.too_many(),
            RefusalKind::Broken => texts.broken(),
            RefusalKind::Unavailable => texts.unavailable(),
            RefusalKind::Maintenance => texts.under_maintenance(),
        }
    }

    fn explanation(&self) -> &'static str {
        let texts = self.page.texts;
        match self.kind {
            RefusalKind::Malformed => texts.malformed_help(),
            RefusalKind::SignInFirst => texts.sign_in_first_help(),
            RefusalKind::Forbidden => texts.forbidden_help(),
            RefusalKind::Network => texts.network_closed_help(),
            RefusalKind::Overdue => texts.overdue_help(),
            RefusalKind::Provider => texts.provider_closed_help(),
            RefusalKind::Elsewhere => texts.elsewhere_help(),
            RefusalKind::NotFound => texts.not_found_help(),
            RefusalKind::NoSuchWay => texts.no_such_way_help(),
            RefusalKind::NotNow => texts.not_now_help(),
            RefusalKind::TooLarge => texts.too_large_help(),
            RefusalKind::Invalid => texts.invalid_help(),
            RefusalKind::TooMany => texts.too_many_help(),
            RefusalKind::Broken => texts.broken_help(),
            RefusalKind::Unavailable => texts.unavailable_help(),
            RefusalKind::Maintenance => texts.under_maintenance_help(),
        }
    }

    fn needs_sign_in(&self) -> bool {
        self.page.viewer.is_none()
    }

    /// Where a younger sign-in leads back to here.
    fn sign_in_again(&self) -> Option<String> {
        (self.kind == RefusalKind::Overdue).then(|| sign_in_again(&self.page.path))
    }

    /// Where somebody finds what is open to him, where these rooms are not.
    fn elsewhere(&self) -> bool {
        matches!(self.kind, RefusalKind::Network | RefusalKind::Provider)
    }

    fn wait(&self) -> Option<String> {
        self.wait_seconds.map(|seconds| self.page.texts.wait(seconds))
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.who_can.iter().map(|person| person.name.as_str()).collect();
        self.page.texts.list_of(&names)
    }
}
