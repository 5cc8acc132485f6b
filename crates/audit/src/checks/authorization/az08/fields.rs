//! Fields of rank that are shown and not declared, and what to send in their place.

use super::Field;
use crate::catalogue::{Body, Kind, Schema};
use crate::plan::slots::{names_person, words};
use crate::walk::{World, names_tenant};
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
    "amount",
    "total",
    "fee",
    "cost",
    "cents",
];
/// Fields that give rank to a person, and say of a thing what it is.
pub(super) const RANK_OF_PERSONS: &[&str] = &["kind", "type", "level", "group", "tier"];
/// Most fields that are sent along with one request.
const FIELDS_MAX: usize = 6;
/// Members that only say how it went.
const ENVELOPE: &[&str] = &["ok", "success", "error", "message", "meta", "links", "jsonapi", "request_id", "requestId"];
/// Most objects around what is said: `data`, `attributes`.
const AROUND_MAX: usize = 3;

/// Whether a field says to whom something belongs, or who made it: `orgId`, `author_id`, `createdBy`.
fn says_whose(name: &str) -> bool {
    let words = words(name);
    let made = ["created", "submitted", "uploaded", "added", "opened", "posted", "made"];
    let by = |pair: &[String]| matches!(pair, [verb, by] if by == "by" && made.contains(&verb.as_str()));
    let key =
        words.len() == 1 || words.last().is_some_and(|last| matches!(last.as_str(), "id" | "uuid" | "slug" | "key"));
    words.windows(2).any(by) || key && (names_tenant(name) || names_person(name))
}

/// The member that holds what is said of an object, where others are only around it: JSON:API's `attributes`, an envelope
/// named `data`, the one member that there is.
fn within<'a>(names: &[&'a str]) -> Option<&'a str> {
    let one_of = |wanted: &str| names.iter().copied().find(|name| *name == wanted);
    let said: Vec<&str> = names.iter().copied().filter(|name| !ENVELOPE.contains(name)).collect();
    match said.as_slice() {
        [only] => Some(only),
        _ => one_of("attributes").or_else(|| one_of("data").filter(|_| names.len() <= 2)),
    }
}

/// The path to what is said of an object, through objects alone.
fn path(value: &Value) -> Vec<String> {
    let (mut path, mut inner) = (Vec::new(), value);
    while let Value::Object(fields) = inner
        && let Some(name) = within(&fields.keys().map(String::as_str).collect::<Vec<_>>())
        && let Some(next) = fields.get(name).filter(|next| next.is_object())
        && path.len() < AROUND_MAX
    {
        path.push(name.to_owned());
        inner = next;
    }
    path
}

/// The names that a body declares there.
fn declared(schema: &Schema, depth: usize) -> BTreeSet<String> {
    let properties = schema.properties();
    let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
    let inner = within(&names).and_then(|name| properties.iter().find(|(known, _)| known == name));
    match inner.filter(|(_, schema)| depth < AROUND_MAX && schema.kind() == Kind::Object) {
        Some((_, schema)) => declared(schema, depth + 1),
        None => properties.into_iter().map(|(name, _)| name).collect(),
    }
}

/// The scalars of an answer by the name under which they would be sent, where that name stands in it once.
pub(super) fn shown(value: &Value) -> BTreeMap<String, Value> {
    let inner = path(value).iter().try_fold(value, |inner, name| inner.get(name)).unwrap_or(value);
    let fields = inner.as_object().into_iter().flatten();
    fields
        .filter(|(_, value)| crate::compare::scalar(value).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What is sent along, each field with another value than stands there.
#[derive(Debug, Clone, Default)]
pub(super) struct Extra {
    /// What gives rank or value, says whose something is, or is fixed by the matrix: not the caller's to set.
    pub(super) rank: BTreeMap<String, Value>,
    /// Everything else that is shown and not declared: whether it is the caller's to set nobody said.
    pub(super) rest: BTreeMap<String, Value>,
}

impl Extra {
    pub(super) fn is_empty(&self) -> bool {
        self.rank.is_empty() && self.rest.is_empty()
    }

    /// In which order they are sent: what gives rank together, then one by one, for one of them may be refused; and the
    /// rest in one piece.
    pub(super) fn rounds(&self) -> Vec<Vec<BTreeMap<String, Value>>> {
        let rank = std::iter::once(self.rank.clone()).chain(one_by_one(&self.rank)).collect();
        [rank, vec![self.rest.clone()]].into_iter().filter(|round| !round[0].is_empty()).collect()
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.rank.retain(|name, _| keep(name));
        self.rest.retain(|name, _| keep(name));
    }
}

/// What to send along to an action: fields that are shown and that it does not declare, and those that the matrix fixes.
/// Whose something is becomes what stands in a stranger's, where `theirs` is known. `also` gives rank here.
pub(super) fn candidates(
    world: &World<'_>,
    action: usize,
    shown: &BTreeMap<String, Value>,
    theirs: &BTreeMap<String, Value>,
    also: &[&str],
    at: usize,
) -> Extra {
    let media = world.action(action).body.as_ref().and_then(|body| body.best());
    let declared = media.map(|media| declared(&media.schema, 0)).unwrap_or_default();
    // A body that declares nothing says of no field that it is not meant.
    if declared.is_empty() {
        return Extra::default();
    }
    let role = &world.actors[at].fact.role;
    let fixed = |name: &str| world.matrix.as_ref().is_some_and(|matrix| matrix.fixes(name, role));
    let another = |name: &String, value: &Value| {
        let strangers = theirs.get(name).filter(|other| says_whose(name) && *other != value).cloned();
        Some((name.clone(), strangers.or_else(|| other(world, name, value, at))?))
    };
    let fields = shown.iter().filter(|(name, _)| !declared.contains(*name) || fixed(name));
    let ranks = |name: &str| gives_rank(name) || also.contains(&name) || fixed(name);
    let (rank, rest): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| ranks(name));
    let rest = rest.into_iter().filter(|(name, _)| !is_kept_by_the_service(name));
    let sent = |fields: Vec<(&String, &Value)>| {
        fields.into_iter().filter_map(|(name, value)| another(name, value)).take(FIELDS_MAX).collect()
    };
    Extra { rank: sent(rank), rest: sent(rest.collect()) }
}

/// Whether a field gives rank or value, or says whose something is.
fn gives_rank(name: &str) -> bool {
    says_whose(name) || words(name).iter().any(|word| RANK.contains(&word.as_str()))
}

/// Whether a field is what a service keeps of a thing by itself: its key, its times, its version, where it is found.
fn is_kept_by_the_service(name: &str) -> bool {
    const KEPT: &[&str] = &[
        "id",
        "uuid",
        "key",
        "slug",
        "at",
        "on",
        "date",
        "time",
        "timestamp",
        "created",
        "updated",
        "modified",
        "version",
        "revision",
        "rev",
        "etag",
        "url",
        "uri",
        "href",
        "link",
        "self",
        "type",
        "object",
        "kind",
        "count",
        "number",
        "size",
        "hash",
        "digest",
        "ok",
        "success",
        "error",
        "errors",
        "message",
    ];
    words(name).last().is_some_and(|last| KEPT.contains(&last.as_str()))
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
            let listed = listed(world, name, &text);
            let known = same_field.or(somebody).or(listed.as_ref()).map(String::as_str);
            let role =
                words(name).iter().any(|word| matches!(word.as_str(), "role" | "roles" | "rank")).then_some("admin");
            known.or(role).or(Some("approved")).filter(|new| *new != text).map(Value::from)
        }
    }
}

/// A value that the document lists for a field or a parameter of this name: another one may not even be looked at.
fn listed(world: &World<'_>, name: &str, now: &str) -> Option<String> {
    let schemas = world.catalogue.actions.iter().flat_map(|action| {
        let asked = action.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.schema.clone()));
        let sent = action.body.as_ref().and_then(Body::best).map(|media| media.schema.properties());
        asked.chain(sent.into_iter().flatten()).collect::<Vec<_>>()
    });
    let named = schemas.filter(|(known, _)| known == name || known.contains(&format!("[{name}]")));
    let mut values = named.flat_map(|(_, schema)| schema.enumeration());
    values.find_map(|value| value.as_str().filter(|text| *text != now).map(str::to_owned))
}

fn one_by_one(all: &BTreeMap<String, Value>) -> Vec<BTreeMap<String, Value>> {
    if all.len() < 2 {
        return Vec::new();
    }
    all.iter().map(|(name, value)| BTreeMap::from([(name.clone(), value.clone())])).collect()
}

/// A good body with more in it, beside what it says.
pub(super) fn with(good: &Value, extra: &BTreeMap<String, Value>) -> Value {
    let mut body = if good.is_object() { good.clone() } else { Value::Object(Map::new()) };
    let mut inner = &mut body;
    for name in path(good) {
        inner = &mut inner[name.as_str()];
    }
    if let Some(fields) = inner.as_object_mut() {
        fields.extend(extra.clone());
    }
    body
}

pub(super) fn compared(sent: &BTreeMap<String, Value>, before: &Value, now: &Value) -> Vec<Field> {
    let (before, now) = (shown(before), shown(now));
    let text = |value: Option<&Value>| value.and_then(crate::compare::scalar);
    let fields = sent.iter().map(|(name, value)| {
        let (sent, without) = (text(Some(value)).unwrap_or_default(), text(before.get(name)).unwrap_or_default());
        let with = text(now.get(name));
        let taken = with.as_ref() == Some(&sent) && without != sent;
        Field { name: name.clone(), sent, without, with, taken, asks: false }
    });
    fields.collect()
}

#[cfg(test)]
mod tests {
    use super::{gives_rank, is_kept_by_the_service, says_whose};

    #[test]
    fn what_a_service_keeps_of_a_thing_is_not_sent_along() {
        for name in ["id", "createdAt", "updated_on", "self_url", "version", "comment_count"] {
            assert!(is_kept_by_the_service(name), "{name}");
        }
        for name in ["featured", "color", "total_cents"] {
            assert!(!is_kept_by_the_service(name), "{name}");
        }
        assert!(gives_rank("is_admin") && gives_rank("total_cents") && !gives_rank("featured"));
    }

    #[test]
    fn whose_something_is_has_many_names() {
        for name in ["orgId", "author_id", "createdBy", "created-by", "tenant", "owner"] {
            assert!(says_whose(name), "{name}");
        }
        for name in ["title", "organization_name", "sortBy", "groupedBy", "status"] {
            assert!(!says_whose(name), "{name}");
        }
    }
}
