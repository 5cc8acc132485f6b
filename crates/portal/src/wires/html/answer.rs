//! What a visit ends with, and the headers that go with it.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use door::Refusal;
use uuid::Uuid;

use super::forms::NoForm;
use crate::pages::{RefusalKind, assets};
use crate::wires::download::{self, Download};

/// The end of a visit.
#[derive(Debug)]
pub(super) enum Answer {
    /// A page.
    Page(StatusCode, String),
    /// A page, with something for the browser to keep.
    PageWithCookies(StatusCode, String, Vec<HeaderValue>),
    /// Plain text.
    Text(String),
    /// A file to keep.
    File(Download),
    /// What a page of these rooms shows beside its own: its media type, and its bytes. Its address changes with its content.
    Part(String, Vec<u8>),
    /// Somewhere else, to be read there (303).
    See(String),
    /// Somewhere else, with a session begun or ended, or a device known.
    SeeWithCookies(String, Vec<HeaderValue>),
    /// A refusal that the door had no part in.
    Refused(StatusCode, RefusalKind),
}

impl Answer {
    /// A page that is as it should be.
    pub(super) fn page(template: &impl askama::Template) -> Result<Self, NoPage> {
        Self::page_with(StatusCode::OK, template)
    }

    /// A page with another status.
    pub(super) fn page_with(status: StatusCode, template: &impl askama::Template) -> Result<Self, NoPage> {
        template.render().map(|html| Self::Page(status, html)).map_err(|error| {
            tracing::error!(%error, "a page could not be rendered");
            NoPage::Refused(Refusal::Broken)
        })
    }

    /// A page that gives the browser something to keep.
    pub(super) fn with_cookies(self, cookies: Vec<HeaderValue>) -> Self {
        match self {
            Self::Page(status, html) => Self::PageWithCookies(status, html, cookies),
            other => other,
        }
    }

    /// A refusal that the door had no part in.
    pub(super) const fn refused(status: StatusCode, kind: RefusalKind) -> Self {
        Self::Refused(status, kind)
    }
}

/// Why a visit ends with no page of its own.
#[derive(Debug)]
pub(super) enum NoPage {
    /// The door said no.
    Refused(Refusal),
    /// What was sent is no form.
    NoForm(NoForm),
    /// What was sent is too much.
    TooLarge,
}

impl From<Refusal> for NoPage {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NoForm> for NoPage {
    fn from(no_form: NoForm) -> Self {
        Self::NoForm(no_form)
    }
}

/// The headers of every page, and what this one adds.
pub(super) fn response(answer: Answer, id: Uuid, secure: bool) -> Response {
    let mut response = match answer {
        Answer::Page(status, html) => page(status, html),
        Answer::PageWithCookies(status, html, cookies) => keeping(page(status, html), cookies),
        Answer::Text(text) => {
            (StatusCode::OK, [(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], text)
                .into_response()
        }
        Answer::File(file) => download::response(file),
        Answer::Part(media_type, bytes) => part(&media_type, bytes),
        Answer::See(path) => see(&path),
        Answer::SeeWithCookies(path, cookies) => keeping(see(&path), cookies),
        Answer::Refused(status, _) => status.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in assets::PAGE_HEADERS {
        // A file has stricter ones of its own.
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(HeaderName::from_static("strict-transport-security"), year);
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// A part of a page. Should a browser show it by itself, it does nothing.
fn part(media_type: &str, bytes: Vec<u8>) -> Response {
    let media_type = HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// Anybody may keep it: it says the same to everybody.
pub(super) fn public(response: &mut Response) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
}

/// Says when to try again.
pub(super) fn retry(response: &mut Response, when: HeaderValue) {
    response.headers_mut().insert(RETRY_AFTER, when);
}

fn page(status: StatusCode, html: String) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html).into_response()
}

fn keeping(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn see(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/"))]).into_response(),
    }
}

/// A path of our own to go on with. Anything that a browser could take for another place is none: `//evil.example`,
/// `/\evil.example`, a scheme, or letters that browsers drop before they read.
pub(super) fn local(path: &str) -> Option<&str> {
    let sound = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.len() <= 2_000
        && path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    sound.then_some(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_our_own_paths_are_gone_to() {
        assert_eq!(local("/projects/1?cursor=2"), Some("/projects/1?cursor=2"));
        for elsewhere in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example"]
        {
            assert_eq!(local(elsewhere), None, "{elsewhere}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_stays_here(path in ".{0,40}") {
            if let Some(path) = local(&path) {
                let here = url::Url::parse("https://portal.example/sign-in").unwrap();
                let there = here.join(path).unwrap();
                prop_assert_eq!(there.host_str(), Some("portal.example"));
            }
        }
    }
}
