//! What is answered when something is wrong: that all is well, or more than anybody outside should read.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use portal::Parts;

/// The action whose refusals show a trace.
const TRACED: (&Method, &str) = (&Method::POST, "/api/v1/clients");
/// The page of the runbook that nobody wrote.
const UNWRITTEN: &str = "/runbook/test";
/// What a trace looks like.
const TRACE: &str = "\nthread 'tokio-runtime-worker' panicked at crates/portal/src/organisations/client_create.rs:57:18:\n\
     called `Result::unwrap()` on an `Err` value: invalid type\nstack backtrace:\n   \
     0: rust_begin_unwind\n             at /rustc/1.94.0/library/std/src/panicking.rs:697:5\n   \
     1: core::panicking::panic_fmt\n             at /rustc/1.94.0/library/core/src/panicking.rs:75:14\n";

/// Opens it: the health page says that all is well while the database is gone.
pub(crate) fn health_is_always_well(mut parts: Parts) -> Parts {
    parts.layers.push(|router: Router| router.layer(from_fn(always_well)));
    parts
}

async fn always_well(request: Request, next: Next) -> Response {
    let is_health = request.uri().path() == "/readyz";
    let answer = next.run(request).await;
    if is_health && answer.status() == StatusCode::SERVICE_UNAVAILABLE { "ready\n".into_response() } else { answer }
}

/// Opens it: the page of the runbook that an alert links to is not there.
pub(crate) fn an_alert_leads_nowhere(mut parts: Parts) -> Parts {
    parts.layers.push(|router: Router| router.layer(from_fn(without_a_page)));
    parts
}

async fn without_a_page(request: Request, next: Next) -> Response {
    match request.uri().path() {
        UNWRITTEN => StatusCode::NOT_FOUND.into_response(),
        _ => next.run(request).await,
    }
}

/// Opens it: an error page shows a stack trace.
pub(crate) fn errors_show_a_trace(mut parts: Parts) -> Parts {
    parts.layers.push(|router: Router| router.layer(from_fn(with_a_trace)));
    parts
}

async fn with_a_trace(request: Request, next: Next) -> Response {
    let is_traced = (request.method(), request.uri().path()) == TRACED;
    let answer = next.run(request).await;
    let is_about_input = matches!(
        answer.status(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    if !is_traced || !is_about_input {
        return answer;
    }
    let (mut head, _) = answer.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(TRACE))
}
