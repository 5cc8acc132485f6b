//! Actions that take a rank, and the ranks that there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Kind;
use crate::manifest::{FilledBody, RequestLine};
use crate::plan::slots::{Slot, names_person, singular, words};
use crate::walk::{Call, World};
use serde_json::Value;

/// Words of fields that hold a rank.
const RANK: &[&str] =
    &["role", "roles", "rank", "admin", "superuser", "staff", "permission", "permissions", "level", "privilege"];
/// Most ranks that are tried with one action.
const RANKS_MAX: usize = 6;
/// Most actions.
const ACTIONS_MAX: usize = 4;

/// How somebody's rank is set.
pub(super) struct Ranking {
    /// The action, or the manifest's line.
    pub(super) name: String,
    /// The field that holds the rank.
    pub(super) field: String,
    way: Way,
}

enum Way {
    /// The manifest's line.
    Line(RequestLine),
    Action(Found),
}

/// An action of the document.
struct Found {
    action: usize,
    /// The slot of its path that names the person; none where it is the caller himself.
    person: Option<usize>,
    /// Fields of its body that name the person.
    named: Vec<String>,
}

impl Ranking {
    /// Whether the request names whose rank it sets: then somebody who governs can set it for others.
    pub(super) fn names_somebody(&self) -> bool {
        match &self.way {
            Way::Line(line) => line.names().iter().any(|name| name.starts_with("actor.")),
            Way::Action(found) => found.person.is_some() || !found.named.is_empty(),
        }
    }
}

pub(super) fn is_rank(name: &str) -> bool {
    words(name).iter().any(|word| RANK.contains(&word.as_str()))
}

/// Whether a word names people as they take part in something.
pub(super) fn is_person(noun: &str) -> bool {
    names_person(noun) || matches!(noun, "member" | "membership" | "user" | "account" | "person" | "people")
}

/// Whether a slot is of people: by its noun, or by a word of where it stands, `/user-admin/{}`.
pub(super) fn is_of_people(slot: &Slot) -> bool {
    let place = slot.place.trim_end_matches("/{}");
    let literal = place.rsplit('/').next().unwrap_or_default();
    is_person(&slot.noun) || words(literal).iter().any(|word| is_person(&singular(word)))
}

/// All actions that take a rank and somebody's account, or the caller's own; the manifest's line alone where there is one.
pub(super) fn actions(world: &World<'_>) -> Vec<Ranking> {
    if let Some(line) = &world.manifest.ranks.give {
        let field = field_of(line).unwrap_or_else(|| "role".into());
        let name = format!("{} {}", line.verb, line.path.as_str());
        return vec![Ranking { name, field, way: Way::Line(line.clone()) }];
    }
    let rankings = (0..world.catalogue.actions.len()).filter_map(|action| {
        let about = world.action(action);
        let changes = matches!(about.verb.as_str(), "PUT" | "PATCH" | "POST");
        if !changes || world.is_sign_up(action) || world.left_out(action).is_some() {
            return None;
        }
        let media = about.body.as_ref()?.best()?;
        let fields = media.schema.properties();
        let field = fields.iter().map(|(name, _)| name).find(|name| is_rank(name))?.clone();
        let slots = world.slots.of(action);
        let person = slots.last().map(|(slot, _)| *slot).filter(|slot| is_of_people(&world.slots.all[*slot]));
        let around = slots.iter().map(|(slot, _)| *slot).filter(|slot| Some(*slot) != person);
        if !around.clone().all(|slot| world.is_tenant(slot)) {
            return None;
        }
        let named: Vec<String> = (fields.iter().map(|(name, _)| name.clone()))
            .filter(|name| *name != field && is_person(&words(name).first().cloned().unwrap_or_default()))
            .collect();
        // A new person with a rank is not oneself.
        let oneself = slots.is_empty() && about.verb != "POST";
        let fits = person.is_some() || oneself || !named.is_empty() && about.verb != "POST";
        fits.then(|| Ranking { name: about.name(), field, way: Way::Action(Found { action, person, named }) })
    });
    rankings.take(ACTIONS_MAX).collect()
}

/// The field of a line that takes the rank.
fn field_of(line: &RequestLine) -> Option<String> {
    let filled = line.fill(&|name| Some(format!("{{{name}}}"))).ok()?;
    let json = match filled.body? {
        FilledBody::Json(json) => json,
        FilledBody::Form(pairs) => pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect(),
    };
    let leaves = crate::compare::leaves(&json);
    let (path, _) = leaves.into_iter().find(|(_, text)| text == "{rank}")?;
    path.rsplit(['.', ']']).next().map(str::to_owned)
}

/// Values of the rank: those of the document, those that are seen on others, and the manifest's roles.
pub(super) fn values(world: &World<'_>, ranking: &Ranking, now: &str) -> Vec<Value> {
    let media = match &ranking.way {
        Way::Line(_) => None,
        Way::Action(found) => world.action(found.action).body.as_ref().and_then(|body| body.best()),
    };
    let schema = media.and_then(|media| media.schema.properties().into_iter().find(|(name, _)| *name == ranking.field));
    let (kind, listed) = schema.map_or((Kind::Any, Vec::new()), |(_, schema)| (schema.kind(), schema.enumeration()));
    if kind == Kind::Boolean {
        return vec![true.into()];
    }
    let last = |path: &str| path.rsplit(['.', ']']).next().unwrap_or_default().to_owned();
    let seen = world.actors.iter().flat_map(|actor| &actor.identity).filter(|(path, _)| last(path) == ranking.field);
    let seen: BTreeSet<String> = seen.map(|(_, value)| value.clone()).collect();
    let roles = world.actors.iter().filter(|actor| !actor.fact.throw_away).map(|actor| actor.fact.role.clone());
    let told = &world.manifest.ranks.named;
    if !told.is_empty() {
        return told.iter().filter(|rank| *rank != now).map(|rank| Value::from(rank.as_str())).collect();
    }
    let mut values: Vec<Value> = Vec::new();
    for value in listed.into_iter().chain(seen.into_iter().map(Value::from)).chain(roles.map(Value::from)) {
        if value != now && !values.contains(&value) {
            values.push(value);
        }
    }
    // The likeliest to open something first.
    values.sort_by_key(|value| !is_top(value.as_str().unwrap_or_default()));
    values.truncate(RANKS_MAX);
    values
}

/// Whether a rank is one that governs: one that says so, or where none does, the first that the manifest names.
pub(super) fn governs(world: &World<'_>, rank: &str) -> bool {
    governs_among(&world.manifest.ranks.named, rank)
}

fn governs_among(named: &[String], rank: &str) -> bool {
    match named.first() {
        Some(first) if !named.iter().any(|one| is_top(one)) => first == rank,
        _ => is_top(rank),
    }
}

/// How far below the highest a rank stands: those that govern first, of them those whose name says that nothing is above
/// them, and then in the order of the manifest.
pub(super) fn height(named: &[String], rank: &str) -> (bool, bool, usize) {
    const ABOVE_ALL: [&str; 4] = ["owner", "root", "superadmin", "superuser"];
    let above_all = words(rank).iter().any(|word| ABOVE_ALL.contains(&word.as_str()));
    let place = named.iter().position(|one| one == rank).unwrap_or(named.len());
    (!governs_among(named, rank), !above_all, place)
}

pub(super) fn is_top(rank: &str) -> bool {
    let words = words(rank);
    ["owner", "admin", "administrator", "superadmin", "root", "superuser"]
        .iter()
        .any(|top| words.iter().any(|word| word == top))
}

/// The request by which somebody gives himself a rank.
pub(super) async fn call(world: &mut World<'_>, ranking: &Ranking, at: usize, value: &Value) -> Option<Call> {
    let found = match &ranking.way {
        Way::Action(found) => found,
        Way::Line(line) => {
            let (mut known, rank) = (world.known(Some(at)), crate::compare::scalar(value)?);
            known.insert("rank".into(), rank);
            return line.fill(&|name| known.get(name).cloned()).ok().map(Call::from);
        }
    };
    let mut keys = BTreeMap::new();
    for (slot, name) in world.slots.of(found.action).to_vec() {
        let key = match world.actors[at].keys(&name).into_iter().next() {
            Some(key) => key,
            None => {
                let home = world.standing(slot, at).await.ok()?;
                world.objects[home].key().to_owned()
            }
        };
        keys.insert(slot, key);
    }
    let path = world.path_of(found.action, &keys).ok()?;
    let mut body = match world.bodies.get(&found.action) {
        Some(body) => body.clone(),
        None => required(world, found.action),
    };
    let fields = body.as_object_mut()?;
    fields.insert(ranking.field.clone(), value.clone());
    let key = world.actors[at].keys("id").into_iter().next();
    for name in &found.named {
        if let (Some(known), Some(key)) = (fields.get_mut(name), &key) {
            *known = if known.is_number() {
                key.parse::<i64>().map_or_else(|_| key.as_str().into(), Value::from)
            } else {
                key.as_str().into()
            };
        }
    }
    let method = world.action(found.action).verb.clone();
    Some(Call { method, path, headers: Vec::new(), body: world.body_like(found.action, body) })
}

/// A body with nothing in it but what is asked for.
fn required(world: &World<'_>, action: usize) -> Value {
    let media = world.action(action).body.as_ref().and_then(|body| body.best());
    let names = media.map(|media| media.schema.required()).unwrap_or_default();
    Value::Object(names.into_iter().map(|name| (name, Value::from("plimsoll"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranks_are_known_by_their_words() {
        assert!(is_rank("role") && is_rank("is_admin") && !is_rank("title"));
        assert!(is_top("owner") && is_top("client_admin") && !is_top("viewer"));
        let quay = ["harbourmaster", "clerk", "skipper"].map(str::to_owned);
        assert!(governs_among(&quay, "harbourmaster") && !governs_among(&quay, "clerk"));
        let portal = ["staff", "owner"].map(str::to_owned);
        let ordered = |named: &[String], ranks: &[&'static str]| {
            let mut ranks = ranks.to_vec();
            ranks.sort_by_key(|rank| height(named, rank));
            ranks
        };
        assert_eq!(ordered(&quay, &["skipper", "clerk", "harbourmaster"]), ["harbourmaster", "clerk", "skipper"]);
        assert_eq!(ordered(&portal, &["staff", "owner"]), ["owner", "staff"], "whichever is named first");
        assert_eq!(ordered(&[], &["viewer", "admin", "owner"]), ["owner", "admin", "viewer"]);
        assert!(governs_among(&portal, "owner") && !governs_among(&portal, "staff") && governs_among(&[], "admin"));
        assert!(is_person("member") && !is_person("project"));
    }

    proptest! {
        #[test]
        fn any_name_is_a_rank_or_not(name in ".*") {
            let _ = (is_rank(&name), is_top(&name), is_person(&name));
        }
    }
}
