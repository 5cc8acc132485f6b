//! What an input is, told by what is in it. Its name and ending say nothing: recordings are called `.json`, too.

use serde_json::Value;

use super::document::{json_or_yaml, text_of};
use super::{Source, access_log, routes};
use crate::error::{Result, Trouble};

/// How many lines are looked at to tell a list from a log.
const LINES_MAX: usize = 200;
/// What this version reads, for whoever gave something else.
const KNOWN: &str = "read are OpenAPI 3 and Swagger 2.0 (JSON or YAML), HAR recordings, Postman collections 2, lists of routes \
                     (`GET /path` a line) and access logs (common, combined, JSON a line)";

/// What was looked for and not found.
const UNKNOWN: &str = "no known kind of input: neither `openapi` nor `swagger` stands at its top, nor `log.entries`, nor \
                       `info` and `item`, and its lines are neither routes nor requests";

/// An input of a known kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    /// OpenAPI or Swagger, of whatever version.
    OpenApi(Value),
    /// A collection, taken out of its envelope.
    Postman(Value),
    /// A recording.
    Har(Value),
    /// A list of routes.
    Routes(String),
    /// An access log.
    AccessLog(String),
}

impl Input {
    pub(super) fn source(&self) -> Source {
        match self {
            Self::OpenApi(_) => Source::Document,
            Self::Postman(_) => Source::Collection,
            Self::Har(_) => Source::Recording,
            Self::Routes(_) => Source::Routes,
            Self::AccessLog(_) => Source::Log,
        }
    }
}

/// Tells what bytes are. `place` names them in errors.
///
/// # Errors
/// When they are of no known kind, or broken.
pub(super) fn recognise(bytes: &[u8], place: &str) -> Result<Input> {
    // Whoever asks for `/é` in another encoding must not make a whole log unreadable.
    if let Some(input) = of_lines(&String::from_utf8_lossy(bytes)) {
        return Ok(input);
    }
    let text = text_of(bytes, place)?;
    let value = json_or_yaml(text, place).map_err(|trouble| match text.trim_start().chars().next() {
        None | Some('<') => trouble,
        // What says of itself that it is a document has a mistake; anything else is something else.
        Some('{') => trouble.hint(KNOWN),
        Some(_) if is_yaml(text) => trouble.hint("check the document with any YAML linter"),
        Some(_) => Trouble::new(place, UNKNOWN).hint(KNOWN),
    })?;
    of_value(value, place)
}

/// A list or a log; nothing for a document.
fn of_lines(text: &str) -> Option<Input> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_MAX);
    // A log of one line, or of many, is a log all the same; the first line of any other JSON is none.
    if access_log::line(lines().next()?).is_some() {
        return Some(Input::AccessLog(text.to_owned()));
    }
    if text.trim_start().starts_with(['{', '<']) || is_yaml(text) {
        return None;
    }
    let total = lines().count();
    let logged = lines().filter(|line| access_log::line(line).is_some()).count();
    if total <= 2 * logged {
        return Some(Input::AccessLog(text.to_owned()));
    }
    let says = |line: &str| matches!(routes::line(line), routes::Line::Route { .. } | routes::Line::Path(_));
    let (listed, told) = lines().fold((0, 0), |(listed, told), line| match routes::line(line) {
        routes::Line::Unknown => (listed, told),
        _ => (listed + usize::from(says(line)), told + 1),
    });
    // Frameworks print a heading, and warnings before it.
    (0 < listed && total <= 3 * told).then(|| Input::Routes(text.to_owned()))
}

/// Whether a document of YAML says what it is at its top.
fn is_yaml(text: &str) -> bool {
    let mut tops = text.lines().take(LINES_MAX).map(|line| line.trim_start_matches(['"', '\'']));
    tops.any(|line| {
        ["openapi", "swagger", "asyncapi"].iter().any(|word| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
        })
    })
}

fn of_value(mut value: Value, place: &str) -> Result<Input> {
    if value.get("openapi").is_some() || value.get("swagger").is_some() {
        return Ok(Input::OpenApi(value));
    }
    if value.pointer("/log/entries").is_some() {
        return Ok(Input::Har(value));
    }
    // The service of the same name gives collections in an envelope.
    if let Some(collection) = value.get_mut("collection").filter(|inside| inside.get("item").is_some()) {
        return Ok(Input::Postman(collection.take()));
    }
    if value.get("item").is_some_and(Value::is_array) && value.get("info").is_some_and(Value::is_object) {
        return Ok(Input::Postman(value));
    }
    let has = |key: &str| value.get(key).is_some();
    let trouble = |wrong: &str| Trouble::new(place, wrong);
    Err(match () {
        () if has("requests") && has("order") => {
            trouble("this is a Postman collection of version 1").hint("export it again as a collection of version 2.1")
        }
        () if has("values") && has("_postman_variable_scope") => {
            trouble("this is a Postman environment, not a collection").hint("export the collection itself")
        }
        () if has("asyncapi") => trouble("this is an AsyncAPI document; events are not walked").hint(KNOWN),
        () if has("__schema") || value.pointer("/data/__schema").is_some() => {
            trouble("this is a GraphQL schema, which this version does not read").hint(KNOWN)
        }
        () => trouble(UNKNOWN).hint(KNOWN),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(text: &str) -> Source {
        recognise(text.as_bytes(), "input").unwrap().source()
    }

    fn refused(bytes: &[u8]) -> String {
        recognise(bytes, "input").unwrap_err().to_string()
    }

    #[test]
    fn each_kind_is_told_by_its_content() {
        for (text, expected) in [
            (r#"{"openapi": "3.1.0"}"#, Source::Document),
            ("# a comment\nswagger: '2.0'\npaths:\n  /a:\n    get: {}\n", Source::Document),
            (r#"{"log": {"entries": []}}"#, Source::Recording),
            (r#"{"info": {"name": "x"}, "item": []}"#, Source::Collection),
            (r#"{"collection": {"info": {}, "item": []}}"#, Source::Collection),
            ("GET /a\nPOST /a\n", Source::Routes),
            ("Warning: old\nPrefix Verb URI\n a GET /a a#b\n", Source::Routes),
            (r#"{"method":"GET","path":"/a","status":200}"#, Source::Log),
            ("h - - [x] \"GET /a HTTP/1.1\" 200 1\nbroken\n", Source::Log),
        ] {
            assert_eq!(source(text), expected, "{text}");
        }
        let mut log = b"h - - [x] \"GET /a HTTP/1.1\" 200 1\nh \"GET /".to_vec();
        log.extend([0xE9, b'"']);
        assert_eq!(recognise(&log, "input").unwrap().source(), Source::Log);
    }

    #[test]
    fn what_is_of_no_kind_is_refused_with_what_was_looked_for() {
        for (text, words) in [
            ("{}", "no known kind of input"),
            ("hello: world", "no known kind of input"),
            ("import x\ndef a(b): {\n", "no known kind of input"),
            ("openapi: 3.0.0\npaths: [\n", "not YAML"),
            ("<html>", "HTML"),
            ("", "empty"),
            ("{\"a\": ", "not JSON"),
            (r#"{"requests": [], "order": []}"#, "version 1"),
            (r#"{"asyncapi": "2.6.0"}"#, "AsyncAPI"),
            (r#"{"data": {"__schema": {}}}"#, "GraphQL"),
        ] {
            let refused = refused(text.as_bytes());
            assert!(refused.starts_with("input") && refused.contains(words), "{text}: {refused}");
            assert!(refused.contains("hint: "), "{text}: {refused}");
        }
        assert!(refused(&[0xFF, 0xFE, 0x00]).contains("UTF-8"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_recognised_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = recognise(&bytes, "input");
        }

        #[test]
        fn any_text_is_recognised_or_refused(text in "([ -~]{0,40}\n){0,10}") {
            let _ = recognise(text.as_bytes(), "input");
        }
    }
}
