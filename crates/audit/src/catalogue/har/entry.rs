//! One recorded request, with what of it is needed and without its credentials.

use std::collections::BTreeSet;

use base64::Engine as _;
use serde_json::Value;
use url::Url;

use super::body;
use crate::catalogue::fold::{is_plain, is_static};
use crate::catalogue::routes::VERBS;

/// Longest body that is read, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Cookies that say nothing of who is asking: counters of visits, choices, protection of forms.
const PLAIN_COOKIES: &[&str] =
    &["_ga", "_gid", "_gat", "csrf", "xsrf", "locale", "lang", "theme", "consent", "timezone"];

/// A recorded request.
pub(super) struct Entry {
    /// Its number in the recording.
    pub(super) at: usize,
    pub(super) verb: String,
    pub(super) url: Url,
    /// The path below the target's address.
    pub(super) path: String,
    pub(super) status: u16,
    /// It carried a session or a key.
    pub(super) signed_in: bool,
    /// What was sent.
    pub(super) sent: Option<Sent>,
    /// Media type of the answer, without parameters.
    pub(super) answer_type: String,
    /// The answer, where it is JSON.
    pub(super) answer: Option<Value>,
    /// Where the answer leads.
    location: String,
    /// What the browser wanted it for: `script`, `font` …
    resource: String,
}

/// A recorded body.
pub(super) struct Sent {
    /// Without parameters.
    pub(super) content_type: String,
    /// JSON as it is, a form as an object; null for anything else.
    pub(super) value: Value,
    /// Fields that hold files.
    pub(super) files: BTreeSet<String>,
}

/// Why a request is not an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    Nothing,
    File,
    Preflight,
    Verb,
    Missing,
    Unanswered,
    Socket,
    GraphQl,
    Unreadable,
}

impl LeftOut {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::File => "for static files",
            Self::Preflight => "for preflights",
            Self::Verb => "with verbs that are not walked",
            Self::Missing => "for what was not there",
            Self::Unanswered => "without an answer",
            Self::Socket => "for WebSockets, which are not walked",
            Self::GraphQl => "for GraphQL, which is not walked",
            Self::Unreadable => "that are no requests",
        }
    }
}

impl Entry {
    /// Reads one entry of `log.entries`.
    pub(super) fn read(at: usize, entry: &Value) -> Result<Self, LeftOut> {
        let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let url = Url::parse(text("/request/url")).map_err(|_| LeftOut::Unreadable)?;
        if matches!(url.scheme(), "ws" | "wss") || text("/_resourceType") == "websocket" {
            return Err(LeftOut::Socket);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LeftOut::Unreadable);
        }
        let status = entry.pointer("/response/status").and_then(Value::as_u64).unwrap_or(0);
        let answer_type = plain_type(text("/response/content/mimeType"));
        let location = header(entry, "response", "location").unwrap_or_else(|| text("/response/redirectURL"));
        Ok(Self {
            at,
            verb: text("/request/method").to_ascii_uppercase(),
            path: url.path().to_owned(),
            status: u16::try_from(status).unwrap_or(0),
            signed_in: is_signed_in(entry),
            sent: entry.pointer("/request/postData").and_then(body::read),
            answer: answered(entry).filter(|_| answer_type.contains("json")),
            answer_type,
            location: location.to_lowercase(),
            resource: text("/_resourceType").to_owned(),
            url,
        })
    }

    /// Why it is no action; nothing where it is one. `prefix` is the path of the target's address.
    pub(super) fn why_left_out(&mut self, prefix: &str) -> Option<LeftOut> {
        const RESOURCES: &[&str] = &["stylesheet", "script", "image", "font", "media", "manifest", "texttrack"];
        const TYPES: &[&str] =
            &["image/", "font/", "audio/", "video/", "text/css", "text/javascript", "application/javascript"];
        if let Some(below) = self.path.strip_prefix(prefix).filter(|below| below.is_empty() || below.starts_with('/')) {
            self.path = if below.is_empty() { "/".to_owned() } else { below.to_owned() };
        }
        let shown =
            RESOURCES.contains(&self.resource.as_str()) || TYPES.iter().any(|kind| self.answer_type.starts_with(kind));
        // A picture of an object's is an action of the service's; one of every page's is none.
        let is_file = is_static(&self.path) || shown && !has_key(&self.path);
        match () {
            () if self.verb == "OPTIONS" => Some(LeftOut::Preflight),
            () if !VERBS.contains(&self.verb.as_str()) => Some(LeftOut::Verb),
            () if self.verb == "GET" && is_file => Some(LeftOut::File),
            () if self.status == 0 => Some(LeftOut::Unanswered),
            () if matches!(self.status, 404 | 405 | 410 | 501) => Some(LeftOut::Missing),
            () if self.sent.as_ref().is_some_and(|sent| body::is_graphql(&self.path, &sent.value)) => {
                Some(LeftOut::GraphQl)
            }
            () if !is_plain(&self.path) => Some(LeftOut::Unreadable),
            () => None,
        }
    }

    /// Whether the answer says that it was done: not a refusal, nor a way to the sign-in.
    pub(super) fn succeeded(&self) -> bool {
        let to_sign_in =
            ["login", "signin", "sign-in", "sign_in", "/auth"].iter().any(|word| self.location.contains(word));
        matches!(self.status, 200..=299 | 304) || matches!(self.status, 300..=399) && !to_sign_in
    }

    /// Whether the answer says who is asked to sign in, or may not.
    pub(super) fn refused(&self) -> bool {
        matches!(self.status, 401 | 403) || matches!(self.status, 300..=399) && !self.succeeded()
    }
}

/// `application/json; charset=utf-8` without what stands behind.
pub(super) fn plain_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The first header of a (small) name in `request` or `response`.
pub(super) fn header<'a>(entry: &'a Value, of: &str, name: &str) -> Option<&'a str> {
    headers(entry, of).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Names and values of the headers of `request` or `response`.
pub(super) fn headers<'a>(entry: &'a Value, of: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    named_values(entry.pointer(&format!("/{of}/headers")))
}

/// `[{"name": …, "value": …}]`
pub(super) fn named_values(list: Option<&Value>) -> impl Iterator<Item = (&str, &str)> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|one| Some((one.get("name")?.as_str()?, one.get("value")?.as_str()?)))
}

/// Whether a request carried what tells who is asking.
fn is_signed_in(entry: &Value) -> bool {
    let says = |name: &str| {
        let name = name.to_lowercase();
        name == "authorization"
            || ["api-key", "apikey", "auth-token", "access-token"].iter().any(|end| name.ends_with(end))
    };
    let by_header = headers(entry, "request").any(|(name, value)| says(name) && !value.is_empty());
    let in_header = headers(entry, "request").filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let named = in_header.flat_map(|(_, value)| value.split(';')).filter_map(|one| one.trim().split_once('='));
    let mut cookies = named.chain(named_values(entry.pointer("/request/cookies")));
    by_header || cookies.any(|(name, value)| tells_who(name, value))
}

/// Whether a cookie tells who is asking.
pub(crate) fn tells_who(name: &str, value: &str) -> bool {
    let name = name.to_lowercase();
    let fits = |plain: &&str| if plain.starts_with('_') { name.starts_with(plain) } else { name.contains(plain) };
    !value.is_empty() && !PLAIN_COOKIES.iter().any(fits)
}

/// The body of the answer as JSON.
pub(super) fn answered(entry: &Value) -> Option<Value> {
    let content = entry.pointer("/response/content")?;
    let text = content.get("text")?.as_str()?;
    if BODY_BYTES_MAX < text.len() {
        return None;
    }
    let value: Value = match content.get("encoding").and_then(Value::as_str) {
        Some("base64") => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
            serde_json::from_slice(&bytes).ok()?
        }
        _ => serde_json::from_str(text).ok()?,
    };
    (value.is_object() || value.is_array()).then_some(value)
}

/// Whether a path leads to one of many things.
fn has_key(path: &str) -> bool {
    crate::catalogue::fold::mask(path, &crate::catalogue::fold::Names::new()).contains("{}")
}
