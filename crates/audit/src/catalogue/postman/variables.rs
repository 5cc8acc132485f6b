//! `{{name}}`: filled where the collection says with what, left where only an environment or a script knows. A variable
//! that holds a secret is never filled.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{is_disabled, text};
use crate::evidence::{Secrets, is_secret_name};
use crate::json_path::scalar_text;

/// How often what was filled in is filled again.
const DEPTH_MAX: usize = 5;
/// Longest text that comes of filling, in bytes.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Shortest value of a way to sign in that is a secret.
const SECRET_BYTES_MIN: usize = 8;

/// The variables that stand at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// These and a list of further ones, which win.
    pub(super) fn with(&self, list: Option<&Value>) -> Self {
        let mut all = self.clone();
        for one in list.and_then(Value::as_array).into_iter().flatten() {
            let Some(name) = text(one, "key").or_else(|| text(one, "id")) else { continue };
            let value = one.get("value").and_then(scalar_text).filter(|value| !value.is_empty());
            let secret = is_secret_name(name) || text(one, "type") == Some("secret");
            match value.filter(|_| !secret && !is_disabled(one)) {
                Some(value) => drop(all.0.insert(name.to_owned(), value)),
                None => drop(all.0.remove(name)),
            }
        }
        all
    }

    /// What a variable stands for, filled itself.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name.trim()).map(|value| self.fill(value))
    }

    /// The text with what is known filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEPTH_MAX {
            let filled = replace(&text, |name| self.0.get(name).cloned());
            if filled == text || TEXT_BYTES_MAX < filled.len() {
                break;
            }
            text = filled;
        }
        text
    }
}

/// The text with each `{{name}}` replaced for which there is something else.
pub(super) fn replace(text: &str, mut by: impl FnMut(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = hole(rest) {
        replaced.push_str(before);
        match by(name.trim()) {
            Some(value) => replaced.push_str(&value),
            None => replaced.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// What stands before the first hole, its name, and what stands behind it.
pub(super) fn hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

/// What of a collection must never be kept: values of ways to sign in, and values under names of secrets.
pub(super) fn secrets(collection: &Value) -> Secrets {
    let secrets = Secrets::default();
    let mut open = vec![(collection, false)];
    while let Some((node, signs_in)) = open.pop() {
        if let (Some(name), Some(value)) = (text(node, "key"), node.get("value").and_then(scalar_text)) {
            let secret = is_secret_name(name)
                || text(node, "type") == Some("secret")
                || signs_in && SECRET_BYTES_MIN <= value.len();
            if secret && !value.contains("{{") {
                secrets.add(value.strip_prefix("Bearer ").unwrap_or(&value));
            }
        }
        match node {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, signs_in))),
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, value)| (value, signs_in || name == "auth")));
            }
            _ => {}
        }
    }
    secrets
}
