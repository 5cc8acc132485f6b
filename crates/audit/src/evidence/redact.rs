//! What must never be written down: passwords, tokens, cookies. They are replaced before a document reaches the disk.

use crate::catalogue::is_uuid;
use crate::plan::slots::words;
use base64::Engine as _;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";
/// Shorter secrets are only replaced where they stand alone or under a telling name: inside other text they would
/// take harmless words with them.
const LENGTH_MIN: usize = 6;

/// All secrets that the walk knows. Clones share one list.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    /// Adds a secret and the forms in which it travels: base64, percent-encoded, JSON-escaped.
    pub fn add(&self, secret: &str) {
        // `has_password: true` holds none, and the word would be blotted out everywhere.
        if secret.is_empty() || ["true", "false", "null"].contains(&secret) {
            return;
        }
        let engine = base64::engine::general_purpose::STANDARD;
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let escaped = Value::from(secret).to_string();
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.insert(secret.to_owned());
        if LENGTH_MIN <= secret.len() {
            list.insert(engine.encode(secret));
            list.insert(url_safe.encode(secret));
            list.insert(crate::client::percent_encode(secret));
            list.insert(escaped.trim_matches('"').to_owned());
        }
    }

    /// The text without secrets.
    pub fn clean(&self, text: &str) -> String {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.contains(text) {
            return REDACTED.to_owned();
        }
        let mut text = text.to_owned();
        // Longest first, so that a secret inside another does not leave the rest of it standing.
        let mut found: Vec<_> = list.iter().filter(|s| LENGTH_MIN <= s.len() && text.contains(*s)).collect();
        found.sort_by_key(|s| std::cmp::Reverse(s.len()));
        for secret in found {
            text = text.replace(secret.as_str(), REDACTED);
        }
        text
    }

    /// The document without secrets, and without values that stand under a name for secrets. Texts that are JSON
    /// themselves (bodies of answers) are cleaned by their names, too.
    pub fn clean_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.clean_text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.clean_value(item)).collect(),
            Value::Object(fields) => (fields.into_iter())
                .map(|(name, value)| {
                    let hide = is_secret_name(&name) && (value.is_string() || value.is_number());
                    let value = if hide { REDACTED.into() } else { self.clean_value(value) };
                    (name, value)
                })
                .collect(),
            other => other,
        }
    }

    fn clean_text(&self, text: &str) -> String {
        let json = text.starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(text).ok());
        match json.flatten() {
            Some(value) => self.clean_value(value).to_string(),
            None => self.clean(text),
        }
    }
}

/// Whether a field or header of this name carries a credential.
pub fn is_secret_name(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    const ENDINGS: &[&str] = &["password", "passwd", "secret", "token", "apikey", "authorization", "cookie", "otp"];
    const WHOLE: &[&str] = &["pass", "pwd", "jwt", "sessionid", "sid", "pin", "credential"];
    ENDINGS.iter().any(|end| name.ends_with(end)) || WHOLE.contains(&name.as_str())
}

/// Whether what a command printed under a name may be a credential: by its name, or by its look. A key of a row is none,
/// and a row in which it was blotted out would look as if it never changed.
pub fn may_be_secret(name: &str, value: &str) -> bool {
    const LENGTH_MIN: usize = 24;
    let named = words(name).iter().any(|word| matches!(word.as_str(), "key" | "token" | "code"));
    is_secret_name(name) || named || LENGTH_MIN <= value.len() && looks_random(value)
}

/// Whether a field of a document holds an API key that is told once: `{"key": "pk_live_51H…"}`.
pub fn is_told_key(name: &str, value: &str) -> bool {
    const LENGTH_MIN: usize = 16;
    let named = words(name).last().is_some_and(|word| matches!(word.as_str(), "key" | "pat" | "credential"));
    named && LENGTH_MIN <= value.len() && looks_random(value)
}

/// Letters and digits in one piece that name nobody and no row.
fn looks_random(value: &str) -> bool {
    let mixed = value.chars().any(|c| c.is_ascii_digit()) && value.chars().any(char::is_alphabetic);
    mixed && !value.contains(char::is_whitespace) && !value.contains(['@', '/']) && !is_uuid(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_form_of_a_secret_survives() {
        let secrets = Secrets::default();
        secrets.add("pa\"ss word/1");
        let document = json!({
            "body": "{\"x\": \"pa\\\"ss word/1\", \"n\": {\"access_token\": \"zzz\"}}",
            "basic": base64::engine::general_purpose::STANDARD.encode("pa\"ss word/1"),
            "path": "/x?p=pa%22ss%20word%2F1",
            "nested": [{"Authorization": "Bearer abc"}],
            "title": "the password is kept",
        });
        let text = secrets.clean_value(document).to_string();
        for trace in ["word/1", "word%2F1", "cGEi", "zzz", "abc"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
        assert!(text.contains("the password is kept"));
    }

    #[test]
    fn keys_of_rows_are_no_secrets() {
        for (name, value) in
            [("olga", "5ddcd8f4-ed51-456b-a078-aa5dfe6cde3d"), ("board", "khPc1MuKir"), ("mail", "olga@example.com")]
        {
            assert!(!may_be_secret(name, value), "{name}");
        }
        for (name, value) in [("ann", "eyJhbGciOiJIUzI1NiJ9.e30.abc"), ("setup_token", "x1"), ("recovery-code", "12")] {
            assert!(may_be_secret(name, value), "{name}");
        }
        assert!(
            is_told_key("key", "pk_live_51HxAmQ9")
                && !is_told_key("key", "WEB")
                && !is_told_key("key", "invoices-of-amber")
        );
        assert!(
            !is_told_key("key", "5ddcd8f4-ed51-456b-a078-aa5dfe6cde3d") && !is_told_key("title", "pk_live_51HxAmQ9")
        );
    }
}
