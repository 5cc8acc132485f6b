//! One error type at the edge of the JSON interface: problem details (RFC 9457).

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use door::{FieldErrors, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Problem details.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What kind of problem, as a relative reference: `/problems/not_found`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP's number.
    pub status: u16,
    /// This one in words, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's number: name it when you ask us.
    pub request: Uuid,
    /// What is wrong with each field.
    #[serde(skip_serializing_if = "FieldErrors::is_empty", default)]
    pub errors: FieldErrors,
    /// When to try again, as `Retry-After` says it (RFC 9110 section 10.2.3).
    #[serde(skip)]
    #[schema(ignore)]
    retry: Option<String>,
    /// Whether it is an answer of 503 that is meant, and nothing that broke.
    #[serde(skip)]
    #[schema(ignore)]
    meant: bool,
}

impl Problem {
    /// A problem that the door did not see: a path, a verb, a body that is too large.
    #[must_use]
    pub fn new(status: StatusCode, word: &str, title: &str, request: Uuid) -> Self {
        Self {
            kind: format!("/problems/{word}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            request,
            errors: FieldErrors::new(),
            retry: None,
            meant: false,
        }
    }

    /// What the door said.
    #[must_use]
    pub fn of(refusal: &Refusal, request: Uuid) -> Self {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, refusal.word(), title(refusal), request);
        match refusal {
            Refusal::Invalid(errors) => problem.errors = errors.clone(),
            Refusal::Malformed(why) => problem.detail = Some(why.clone()),
            Refusal::NotNow(state) => problem.detail = Some(format!("It is {}.", state.replace('_', " "))),
            Refusal::Conflict(why) => problem.detail = Some(why.replace('_', " ")),
            Refusal::TooLarge(why) => problem.detail = Some(why.clone()),
            Refusal::TooMany { retry_seconds } => {
                problem.detail = Some(format!("Try again in {retry_seconds} seconds."));
                problem.retry = Some(retry_seconds.to_string());
            }
            Refusal::Maintenance { until } => {
                problem.detail = Some(format!("Writing is expected back at {until}."));
                problem.retry = http_date(*until);
                problem.meant = true;
            }
            _ => {}
        }
        problem
    }
}

/// The kind in words. They say what to do where there is something to do.
const fn title(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotFound => "There is nothing here that you can see.",
        Refusal::Forbidden { .. } => "You can see this, and may not do that with it.",
        Refusal::Scope => "The token's scopes do not name this.",
        Refusal::NotNow(_) => "It cannot be done in this state.",
        Refusal::Conflict(_) => "It collides with what is there.",
        Refusal::Changed => "It has changed since you looked at it: look again.",
        Refusal::TooLarge(_) => "It is more than there is room for.",
        Refusal::KeyReused => "The idempotency key was used with another request.",
        Refusal::ShownOnce => "It was done before; its answer was shown once.",
        Refusal::SignIn => "Sign in first.",
        Refusal::SecondStep => "Your sign-in wants its second step: confirm it with a code or a passkey.",
        Refusal::NoMatch => "That did not match.",
        Refusal::StepUp => "Your sign-in is too old for this: confirm it, or sign in again.",
        Refusal::NoFactor => {
            "It wants a second factor, and your account has none: add a passkey (POST /account/passkeys/begin) or an authenticator app (POST /account/factor), then try again."
        }
        Refusal::Network => "The organisation lets nobody in from the network that you come from.",
        Refusal::Overdue => {
            "Your sign-in is older, or was unused for longer, than the organisation allows: sign in again (POST /session)."
        }
        Refusal::Provider => {
            "The organisation lets you in by a sign-in through its own provider alone: begin one (POST /session/provider/begin); GET /account names it."
        }
        Refusal::Viewing => {
            "You look as somebody else, and looking is all that is done then: end that first (DELETE /session/view)."
        }
        Refusal::TooMany { .. } => "Too many tries.",
        Refusal::CrossOrigin => "Another site led your browser here.",
        Refusal::Invalid(_) => "Some fields are not what is asked for.",
        Refusal::Malformed(_) => "The body cannot be read.",
        Refusal::Maintenance { .. } => "Nothing is written during maintenance; looking goes on.",
        Refusal::Again | Refusal::Unavailable => "It cannot be done at the moment: try again.",
        Refusal::Broken => "Something broke here. It is on record.",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(retry) = self.retry.as_deref().and_then(|retry| HeaderValue::from_str(retry).ok()) {
            headers.insert(RETRY_AFTER, retry);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        name_request(&mut response, self.request);
        if self.meant {
            response.extensions_mut().insert(Meant);
        }
        response
    }
}

/// Goes with an answer of 503 that is meant, so that nobody is called for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meant;

/// A moment as HTTP says it (RFC 9110 section 5.6.7).
pub(super) fn http_date(at: Time) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.0).ok()?;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}

/// Names the request in a header, so that whoever asks us about an answer can say which.
pub(super) fn name_request(response: &mut Response, id: Uuid) {
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", id);
    }
}
