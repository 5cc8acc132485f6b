//! One request as a handler sees it, and what it answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::chance;

/// A request, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    /// `PUT`.
    pub(crate) method: String,
    /// `/notes/17`.
    pub(crate) target: String,
    /// What the template's `{…}` stood for.
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: BTreeMap<String, String>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// JSON, or a form's fields as an object of strings; null when there was none.
    pub(crate) body: Value,
    /// Bearer token or session cookie.
    pub(crate) token: Option<String>,
    /// The signed-in person's id.
    pub(crate) who: Option<String>,
}

impl Call {
    /// A path parameter; empty when the template has none of this name.
    pub(crate) fn at(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A text in the body; empty when it is absent or no text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// The signed-in person's id; empty for anonymous, which is nobody's id.
    pub(crate) fn me(&self) -> &str {
        self.who.as_deref().unwrap_or("")
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// What an answer carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Nothing,
    Json(Value),
    Html(String),
    Text(String),
    /// The connection is dropped without a word, as when the process dies.
    Dead,
}

impl Answer {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn nothing(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Nothing }
    }

    pub(crate) fn html(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Html(body.into()) }
    }

    pub(crate) fn text(body: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Text(body.into()) }
    }

    pub(crate) fn dead() -> Self {
        Self { status: 0, headers: Vec::new(), body: Body::Dead }
    }

    /// A refusal as problem details (RFC 9457), with a reference that support could look up.
    pub(crate) fn refused(status: u16, detail: &str) -> Self {
        let reference = format!("ref-{}", chance::nonce());
        Self::json(
            status,
            json!({ "title": title(status), "status": status, "detail": detail, "reference": reference }),
        )
        .header("content-type", "application/problem+json")
    }

    pub(crate) fn missing() -> Self {
        Self::refused(404, "there is no such thing here")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        429 => "Too Many Requests",
        _ => "Error",
    }
}
