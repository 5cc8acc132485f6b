//! Fields of rank that are shown and not declared, and what to send in their place.

use super::Field;
use crate::plan::slots::words;
use crate::walk::World;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Words of fields that give rank or value. Which of them an action declares is its business; the others are not the
/// caller's to set.
const RANK: &[&str] = &[
    "role",
    "roles",
    "admin",
    "superuser",
    "staff",
    "rank",
    "permission",
    "permissions",
    "privilege",
    "privileges",
    "scope",
    "scopes",
    "verified",
    "approved",
    "owner",
    "tenant",
    "price",
    "credit",
    "credits",
    "balance",
    "paid",
    "premium",
    "plan",
    "quota",
    "status",
    "discount",
];
/// Most fields that are sent along with one request.
const FIELDS_MAX: usize = 6;
/// The scalars of an answer by the name under which they would be sent, where that name stands in it once.
pub(super) fn shown(value: &Value) -> BTreeMap<String, Value> {
    let inner = match value {
        Value::Object(fields) if fields.len() <= 2 => {
            fields.get("data").filter(|data| data.is_object()).unwrap_or(value)
        }
        _ => value,
    };
    let fields = inner.as_object().into_iter().flatten();
    fields
        .filter(|(_, value)| crate::compare::scalar(value).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What to send along: fields of rank that are shown and that the action does not declare, each with another value than
/// stands there.
pub(super) fn candidates(
    world: &World<'_>,
    action: usize,
    shown: &BTreeMap<String, Value>,
    at: usize,
) -> BTreeMap<String, Value> {
    let media = world.action(action).body.as_ref().and_then(|body| body.best());
    let declared: BTreeSet<String> =
        media.map(|media| media.schema.properties()).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
    // A body that declares nothing says of no field that it is not meant.
    if declared.is_empty() {
        return BTreeMap::new();
    }
    let ranks = |name: &str| words(name).iter().any(|word| RANK.contains(&word.as_str()));
    let fields = shown.iter().filter(|(name, _)| !declared.contains(*name) && ranks(name));
    fields.filter_map(|(name, value)| Some((name.clone(), other(world, name, value, at)?))).take(FIELDS_MAX).collect()
}

/// Another value of the same kind: what stands there for somebody else, the opposite, or an odd number.
pub(super) fn other(world: &World<'_>, name: &str, value: &Value, at: usize) -> Option<Value> {
    let text = crate::compare::scalar(value)?;
    let last = |path: &str| path.rsplit(['.', ']']).next().unwrap_or_default().to_owned();
    let others = world.actors.iter().flat_map(|actor| &actor.identity);
    let same_field = others.clone().find(|(path, known)| last(path) == name && *known != text).map(|(_, known)| known);
    // Whoever is named there is exchanged for somebody else.
    let own = world.actors[at].identity.iter().find(|(_, known)| *known == text);
    let somebody = own
        .and_then(|(path, _)| others.clone().find(|(known, other)| known == path && *other != text))
        .map(|(_, other)| other);
    match value {
        Value::Bool(flag) => Some((!flag).into()),
        Value::Number(number) => match somebody.and_then(|other| other.parse::<i64>().ok()) {
            Some(other) => Some(other.into()),
            None => Some((number.as_i64().unwrap_or(0) + 7331).into()),
        },
        _ => {
            let known = same_field.or(somebody).map(String::as_str);
            let role =
                words(name).iter().any(|word| matches!(word.as_str(), "role" | "roles" | "rank")).then_some("admin");
            known.or(role).or(Some("approved")).filter(|new| *new != text).map(Value::from)
        }
    }
}

pub(super) fn one_by_one(all: &BTreeMap<String, Value>) -> Vec<BTreeMap<String, Value>> {
    if all.len() < 2 {
        return Vec::new();
    }
    all.iter().map(|(name, value)| BTreeMap::from([(name.clone(), value.clone())])).collect()
}

pub(super) fn with(good: &Value, extra: &BTreeMap<String, Value>) -> Value {
    let mut fields: Map<String, Value> = good.as_object().cloned().unwrap_or_default();
    fields.extend(extra.clone());
    Value::Object(fields)
}

pub(super) fn compared(sent: &BTreeMap<String, Value>, before: &Value, now: &Value) -> Vec<Field> {
    let (before, now) = (shown(before), shown(now));
    let text = |value: Option<&Value>| value.and_then(crate::compare::scalar);
    let fields = sent.iter().map(|(name, value)| Field {
        name: name.clone(),
        sent: text(Some(value)).unwrap_or_default(),
        without: text(before.get(name)).unwrap_or_default(),
        with: text(now.get(name)),
    });
    fields.collect()
}
