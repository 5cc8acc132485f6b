//! What must never be written down: passwords, tokens, cookies. They are replaced before a document reaches the disk.

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
}
