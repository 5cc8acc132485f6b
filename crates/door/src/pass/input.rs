//! The input, parsed after the first decision.

use serde::de::DeserializeOwned;

use super::Passage;
use crate::refusal::{FieldErrors, Refusal, Result};
use crate::request::Input;

impl Passage<'_> {
    /// The input, parsed. Its fields are named where they are wrong.
    pub(crate) fn input<I: DeserializeOwned>(&self) -> Result<I> {
        let value = match &self.request.input {
            Input::None => serde_json::Value::Object(serde_json::Map::new()),
            Input::Fields(value) => value.clone(),
            Input::Json(bytes) if bytes.is_empty() => serde_json::Value::Object(serde_json::Map::new()),
            Input::Json(bytes) => {
                let text = std::str::from_utf8(bytes)
                    .map_err(|error| Refusal::Malformed(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
                serde_json::from_str(text).map_err(|error| Refusal::Malformed(format!("not JSON: {error}")))?
            }
        };
        if !value.is_object() {
            return Err(Refusal::Malformed("an object is expected".to_owned()));
        }
        if let Some(path) = holds_nul(&value) {
            return Err(Refusal::field(&path, "must not hold a NUL character"));
        }
        serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let message = error.into_inner().to_string();
            let (path, message) = named(path, message);
            Refusal::Invalid(FieldErrors::from([(path, message)]))
        })
    }

    /// One text field of the input as it came, for a limit.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let value = match &self.request.input {
            Input::None => return None,
            Input::Fields(value) => value.get(name).cloned(),
            Input::Json(bytes) => serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get(name).cloned(),
        };
        value.and_then(|value| value.as_str().map(str::to_owned))
    }
}

/// Where a text holds a NUL, which PostgreSQL cannot store.
fn holds_nul(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => text.contains('\0').then(String::new),
        serde_json::Value::Array(items) => items.iter().find_map(holds_nul),
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            (name.contains('\0') || holds_nul(value).is_some()).then(|| name.replace('\0', ""))
        }),
        _ => None,
    }
}

/// A missing or unknown field is named in the message only: take it from there, so that it can be marked.
fn named(path: String, message: String) -> (String, String) {
    let field = message.split('`').nth(1).unwrap_or_default();
    let inside = |path: &str| if path == "." { field.to_owned() } else { format!("{path}.{field}") };
    if message.starts_with("missing field") {
        (inside(&path), "is missing".to_owned())
    } else if message.starts_with("unknown field") {
        let ends_with_it = path == field || path.ends_with(&format!(".{field}"));
        (if ends_with_it { path } else { inside(&path) }, "is not known here".to_owned())
    } else {
        (path, message)
    }
}
