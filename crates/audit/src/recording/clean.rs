//! What of a recording may be written down: no credential, no cookie's value, no password, no token, wherever it stands.
//! Names stay: they tell what is sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::parts::Part;
use crate::catalogue::fold::{is_word, opens_something};
use crate::evidence::{REDACTED, Secrets, is_secret_name};
use crate::page::is_form_token;

/// Headers whose values are written; of all others only the names are.
const HEADERS: &[&str] = &[
    "accept",
    "accept-language",
    "access-control-allow-origin",
    "allow",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-length",
    "content-location",
    "content-security-policy",
    "content-type",
    "etag",
    "host",
    "if-match",
    "if-none-match",
    "last-modified",
    "link",
    "location",
    "origin",
    "range",
    "referer",
    "retry-after",
    "server",
    "user-agent",
    "vary",
    "www-authenticate",
    "x-requested-with",
];

/// Replaces secrets: those that are known by now, those under telling names, and keys in paths that open something.
pub(super) struct Cleaner {
    secrets: Secrets,
    /// Names of fields that pages hide.
    hidden: BTreeSet<String>,
    /// Keys in paths are replaced by digests, the same for the same; nobody computes them without this.
    salt: [u8; 16],
}

impl Cleaner {
    /// With what is known to be secret, and the names of fields that hide what is typed into them.
    pub(super) fn new(secrets: Secrets, hidden: BTreeSet<String>) -> Self {
        let mut salt = [0; 16];
        // Without the system's randomness the digests could be tried: then the keys only lose their look.
        let _ = getrandom::fill(&mut salt);
        Self { secrets, hidden, salt }
    }

    /// A header's value.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        let redacted = |text: &str| if text.is_empty() { String::new() } else { REDACTED.to_owned() };
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, value)) => format!("{}={}", name.trim(), redacted(value.trim())),
            None => redacted(pair.trim()),
        };
        match name {
            "cookie" => value.split(';').map(pair).collect::<Vec<_>>().join("; "),
            "set-cookie" => match value.split_once(';') {
                Some((cookie, attributes)) => format!("{};{attributes}", pair(cookie)),
                None => pair(value),
            },
            "authorization" => match value.split_once(' ') {
                Some((scheme, _)) => format!("{scheme} {REDACTED}"),
                None => redacted(value),
            },
            "location" | "content-location" | "referer" => self.address(value),
            name if HEADERS.contains(&name) => self.secrets.clean(value),
            _ => redacted(value),
        }
    }

    /// An address, whole or only a path: keys that open something become digests, secret values in the query go.
    pub(super) fn address(&self, text: &str) -> String {
        let (path, rest) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let authority =
            path.find("://").map_or(0, |at| path[at + 3..].find('/').map_or(path.len(), |end| at + 3 + end));
        let (origin, path) = path.split_at(authority);
        let segments = path.split('/').map(|segment| self.segment(segment));
        let path = format!("{origin}{}", segments.collect::<Vec<_>>().join("/"));
        let Some(query) = rest.strip_prefix('?') else { return path };
        let query = query.split('#').next().unwrap_or_default();
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        format!("{path}?{}", self.form(pairs))
    }

    /// The address of a request.
    pub(super) fn url(&self, url: &Url) -> String {
        self.address(url.as_str())
    }

    fn segment(&self, segment: &str) -> String {
        // A password that is a word also stands in harmless places.
        let is_known = !is_word(segment) && self.secrets.clean(segment) != segment;
        if !is_known && !opens_something(segment) {
            return segment.to_owned();
        }
        let digest = Sha256::new().chain_update(self.salt).chain_update(segment).finalize();
        // A digit, so that it is told from a word.
        format!("{}0", hex::encode(&digest[..8]))
    }

    /// Fields of a form or a query, as they are sent.
    pub(super) fn form(&self, pairs: impl IntoIterator<Item = (String, String)>) -> String {
        let pairs = pairs.into_iter().map(|(name, value)| {
            let value = self.field(&name, &value);
            (name, value)
        });
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// The value of a field.
    pub(super) fn field(&self, name: &str, value: &str) -> String {
        let hides = is_secret_name(name) || is_form_token(name) || self.hidden.contains(name);
        match hides && !value.is_empty() {
            true => REDACTED.to_owned(),
            false => self.secrets.clean(value),
        }
    }

    /// A document.
    pub(super) fn json(&self, value: Value) -> Value {
        self.secrets.clean_value(value)
    }

    /// A field of a form in parts, as HAR lists it.
    pub(super) fn part(&self, part: &Part) -> Value {
        let mut listed = json!({"name": part.name, "value": self.field(&part.name, &part.value)});
        let named = [("fileName", &part.file_name), ("contentType", &part.content_type)];
        for (key, value) in named.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
            listed[key] = json!(self.secrets.clean(value));
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaner() -> Cleaner {
        let secrets = Secrets::default();
        secrets.add("cookie-of-ann-777");
        secrets.add("password");
        Cleaner::new(secrets, ["old".to_owned()].into())
    }

    #[test]
    fn names_stay_and_secrets_go() {
        let cleaner = cleaner();
        let cleaned = |name, value| cleaner.header(name, value);
        assert_eq!(cleaned("cookie", "sid=cookie-of-ann-777; theme=dark"), "sid=[redacted]; theme=[redacted]");
        assert_eq!(cleaned("set-cookie", "sid=abc; Path=/; HttpOnly"), "sid=[redacted]; Path=/; HttpOnly");
        assert_eq!(cleaned("set-cookie", "sid=; Max-Age=0"), "sid=; Max-Age=0", "that it was taken away tells");
        assert_eq!(cleaned("authorization", "Bearer abc"), "Bearer [redacted]");
        assert_eq!(cleaned("x-of-our-own", "abc"), "[redacted]");
        assert_eq!(cleaner.field("old", "seven herons"), "[redacted]");
        assert_eq!(cleaned("accept", "text/html"), "text/html");
        assert_eq!(
            cleaned("location", "/me/password?token=abc&q=of+cookie-of-ann-777#x"),
            "/me/password?token=%5Bredacted%5D&q=of+%5Bredacted%5D"
        );
    }

    #[test]
    fn keys_that_open_something_become_keys_that_do_not() {
        let cleaner = cleaner();
        let link = cleaner.address("http://a.example/reset/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
        assert!(!link.contains("9f86d081") && link.starts_with("http://a.example/reset/"), "{link}");
        assert_eq!(link, cleaner.address("http://a.example/reset/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"));
        for plain in ["/notes/7", "/a/01890a5d-ac96-774b-bcce-b302099a8057", "/me/password", "/", ""] {
            assert_eq!(cleaner.address(plain), plain);
        }
    }

    proptest! {
        #[test]
        fn no_value_under_a_telling_name_is_left(value in "[a-z]{9}[0-9]{3}", name in "[a-z]{0,5}") {
            let cleaner = cleaner();
            let texts = [
                cleaner.form([(format!("{name}_password"), value.clone())]),
                cleaner.address(&format!("/x?{name}_token={value}")),
                cleaner.json(json!({ format!("{name}_secret"): value })).to_string(),
                cleaner.header("authorization", &value),
                cleaner.header("cookie", &format!("{name}={value}")),
                cleaner.header(&format!("x-{name}-key"), &value),
            ];
            prop_assert!(texts.iter().all(|text| !text.contains(&value)), "{:?}", texts);
        }

        #[test]
        fn any_text_is_cleaned(text in ".{0,60}") {
            let cleaner = cleaner();
            cleaner.address(&text);
            cleaner.header("cookie", &text);
            cleaner.header("set-cookie", &text);
        }
    }
}
