//! The address of a request: its path below the host, with keys in braces, and its query.

use serde_json::Value;

use super::variables::{Variables, hole, replace};
use super::{is_disabled, text};
use crate::catalogue::fold::{Names, mask};
use crate::catalogue::infer::{Inference, UNFILLED, scalar_of};
use crate::catalogue::spelling::spell;
use crate::catalogue::{Join, Parameter, Place};
use crate::json_path::scalar_text;

/// An address that was understood.
pub(super) struct Address {
    pub(super) path: String,
    pub(super) keys: Vec<Parameter>,
    pub(super) query: Vec<Parameter>,
}

/// Reads `url`, a text or its parts.
pub(super) fn read(url: &Value, variables: &Variables, inference: &Inference<'_>) -> Option<Address> {
    let raw = url.as_str().or_else(|| text(url, "raw")).filter(|raw| !raw.trim().is_empty());
    let raw = raw.map_or_else(|| composed(url), str::to_owned);
    let (path, behind) = raw.split_once('?').unwrap_or((&raw, ""));
    let path = below_host(path.split('#').next().unwrap_or_default(), variables);
    let segments = path.split('/').map(|segment| spelt_segment(segment, variables));
    let spelt = spell(&segments.collect::<Vec<_>>().join("/"))?;
    Some(Address { path: spelt.path, keys: spelt.parameters, query: query(url, behind, variables, inference) })
}

/// An address of which only the parts are there.
fn composed(url: &Value) -> String {
    let joined = |key: &str, by: &str| match url.get(key) {
        Some(Value::Array(parts)) => parts.iter().filter_map(scalar_text).collect::<Vec<_>>().join(by),
        Some(part) => scalar_text(part).unwrap_or_default(),
        None => String::new(),
    };
    format!("{}/{}", joined("host", "."), joined("path", "/").trim_start_matches('/'))
}

/// The path without scheme and host, which are the target's. `{{base}}/notes` keeps the path that its base has.
fn below_host(text: &str, variables: &Variables) -> String {
    let text = text.trim();
    let filled = match hole(text) {
        Some(("", name, after)) => format!("{}{after}", variables.get(name).unwrap_or_default()),
        _ => text.to_owned(),
    };
    if let Some((_, rest)) = filled.split_once("://") {
        return rest.find('/').map_or_else(|| "/".to_owned(), |slash| rest[slash..].to_owned());
    }
    if filled.starts_with('/') {
        return filled;
    }
    let (first, rest) = filled.split_once('/').unwrap_or((&filled, ""));
    let is_host = first == "localhost" || first.contains('.') || first.contains(':') && !first.starts_with(':');
    if is_host { format!("/{rest}") } else { format!("/{filled}") }
}

/// A segment with what is known filled in and the rest as `{name}`. A variable that holds the key of some object is one
/// of many, and stays a key.
fn spelt_segment(segment: &str, variables: &Variables) -> String {
    if !segment.contains("{{") {
        return segment.to_owned();
    }
    replace(segment, |name| {
        let is_word = |value: &String| {
            let path = format!("/{value}");
            !value.contains('/') && !value.contains("{{") && mask(&path, &Names::new()) == path
        };
        let plain = variables.get(name).filter(is_word);
        Some(plain.unwrap_or_else(|| format!("{{{}}}", name.trim_start_matches('$'))))
    })
}

fn query(url: &Value, behind: &str, variables: &Variables, inference: &Inference<'_>) -> Vec<Parameter> {
    let mut pairs: Vec<(String, String, bool)> = Vec::new();
    match url.get("query").and_then(Value::as_array) {
        Some(listed) => {
            for one in listed {
                let Some(name) = text(one, "key").filter(|name| !name.is_empty()) else { continue };
                let value = one.get("value").and_then(scalar_text).unwrap_or_default();
                pairs.push((name.to_owned(), value, !is_disabled(one)));
            }
        }
        None => {
            let parsed = url::form_urlencoded::parse(behind.as_bytes()).into_owned();
            pairs.extend(parsed.filter(|(name, _)| !name.is_empty()).map(|(name, value)| (name, value, true)));
        }
    }
    let mut parameters: Vec<Parameter> = Vec::new();
    for (name, value, enabled) in pairs {
        if name.contains("{{") || parameters.iter().any(|known| known.name == name) {
            continue;
        }
        let value = sample(&variables.fill(&value));
        let schema = inference.named(&name, &[&value]);
        let (place, examples, join) = (Place::Query, Vec::new(), Join::Repeated);
        parameters.push(Parameter { name, place, required: enabled, schema, examples, join });
    }
    parameters
}

/// A value of a form or a query. Where a hole is left, nothing is known of it.
pub(super) fn sample(text: &str) -> Value {
    match hole(text) {
        Some(("", _, "")) => Value::Null,
        Some(_) => replace(text, |_| Some(UNFILLED.to_string())).into(),
        None if text.is_empty() => Value::Null,
        None => scalar_of(text),
    }
}
