//! Values that must be one's own: the name that one signs with, the address that one is reached at.
//!
//! Which fields these are a refusal tells, or a manifest that has a value of that name for the actor. Who sends the request
//! then puts in his own, an attacker too: with somebody else's he would be refused for that, and nothing would be known.

use super::world::{Call, World};
use crate::catalogue::{Kind, Schema};
use crate::client::Body;
use crate::evidence::is_secret_name;
use crate::json_path::JsonPath;
use crate::plan::repair::objections;
use crate::plan::slots::words;
use serde_json::Value;

/// A hole for a value of whoever sends the request begins so: `{actor.name}`.
const HOLE: &str = "{actor.";
/// Words of a refusal that asks for what is the caller's own.
const OWN: &[&str] = &[
    "your own",
    "must be your",
    "match your",
    "matches your",
    "yourself",
    "of your account",
    "signed-in",
    "signed in as",
    "logged-in",
    "current user",
    "the caller",
];
/// Names by which an account is known where the field's own name says nothing.
const NAMES: &[&str] = &["username", "user_name", "login", "handle", "name", "full_name", "email", "mail", "id"];

/// How plainly a refusal says that a value must be one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// In so many words.
    Own,
    /// It objects, and does not say what it wants: names that accounts go by may have to be one's own.
    Something,
}

impl World<'_> {
    /// The body with the actor's own values in the fields that a refusal objects to; nothing where it asks for none, or
    /// all that could be meant were sent. Only what stands in the document and is a text is filled so.
    pub(super) fn owned(
        &mut self,
        action: usize,
        actor: usize,
        schema: &Schema,
        sent: &Value,
        refusal: &str,
        says: Says,
    ) -> Option<Value> {
        let mut wanted: Vec<(JsonPath, String)> = objections(sent, schema, refusal);
        wanted.retain(|(_, message)| (says == Says::Own) == OWN.iter().any(|words| message.contains(words)));
        if says == Says::Something && objections(sent, schema, refusal).is_empty() {
            let required = schema.required();
            let texts = schema.properties().into_iter().filter(|(_, field)| field.kind() == Kind::String);
            let goes_by = |name: &str| NAMES.contains(&words(name).join("_").as_str());
            let asked = texts.filter(|(name, _)| required.contains(name) && goes_by(name)).map(|(name, _)| name);
            wanted = asked.map(|name| (JsonPath::default().name(&name), String::new())).collect();
        }
        let mut body = sent.clone();
        for (path, message) in wanted {
            let Some(Value::String(text)) = path.first_mut(&mut body) else { continue };
            let field = path.to_string();
            let mut candidates = self.own_candidates(actor, &field, &message);
            if says == Says::Something {
                candidates.retain(|(rank, ..)| *rank <= NAMED);
            }
            let at = candidates.iter().position(|(_, _, own)| own == text).map_or(0, |at| at + 1);
            let Some((_, name, own)) = candidates.into_iter().nth(at) else { continue };
            *text = own;
            self.own.entry(action).or_default().insert(field, name);
        }
        (body != *sent).then_some(body)
    }

    /// What may be meant by an own value of a field, likeliest first: what the manifest tells under that name, what the
    /// service says of the actor under it, what the refusal names, and the names that accounts go by.
    fn own_candidates(&self, actor: usize, field: &str, message: &str) -> Vec<(u8, String, String)> {
        let Some(one) = self.actors.get(actor) else { return Vec::new() };
        let name = words(field.rsplit(['.', ']']).next().unwrap_or_default()).join("_");
        let asked = words(message);
        let told_so = !message.is_empty() && OWN.iter().any(|words| message.contains(words));
        let told = self.manifest.actor(&one.fact.name).filter(|told| told.values.contains_key(field));
        let told = told.and_then(|_| one.values.get(field)).filter(|_| !is_secret_name(field));
        let mut values: Vec<(u8, usize, String, String)> =
            told.map(|value| (0, 0, field.to_owned(), value.clone())).into_iter().collect();
        for (path, text) in &one.identity {
            let last = words(path.rsplit(['.', ']']).next().unwrap_or_default()).join("_");
            let rank = match () {
                () if last == name && (told_so || NAMES.contains(&last.as_str())) => 1,
                () if name.ends_with(&format!("_{last}")) && NAMES.contains(&last.as_str()) => NAMED,
                () if NAMES.contains(&last.as_str()) && asked.contains(&last) => 3,
                () if NAMES.contains(&last.as_str()) => 4,
                () => continue,
            };
            values.push((rank, path.matches('.').count(), path.clone(), text.clone()));
        }
        values.sort_by_key(|(rank, depth, ..)| (*rank, *depth));
        values.into_iter().map(|(rank, _, name, text)| (rank, name, text)).collect()
    }

    /// An actor's own value by its name: `name` of the manifest, `user.name` of what the service says of him.
    fn own_value(&self, actor: usize, name: &str) -> Option<String> {
        let one = self.actors.get(actor)?;
        let told = self.manifest.actor(&one.fact.name).filter(|told| told.values.contains_key(name));
        let told = told.and_then(|_| one.values.get(name)).filter(|_| !is_secret_name(name));
        let said = || one.identity.iter().find(|(path, _)| path == name).map(|(_, text)| text);
        told.or_else(said).or_else(|| one.values.get(name).filter(|_| !is_secret_name(name))).cloned()
    }

    /// Puts the actor's own values where an action wants them.
    pub(super) fn make_own(&self, action: usize, actor: usize, body: &mut Value) {
        for (field, name) in self.own.get(&action).into_iter().flatten() {
            let place = JsonPath::parse(field).ok();
            if let Some(value) = place.as_ref().and_then(|place| place.first_mut(body))
                && let Some(own) = self.own_value(actor, name)
            {
                *value = Value::from(own);
            }
        }
    }

    /// The call as this actor would send it himself.
    pub(super) fn as_ones_own(&self, action: usize, actor: usize, call: &mut Call) {
        match &mut call.body {
            Body::Json(value) => self.make_own(action, actor, value),
            Body::Form(pairs) => {
                for (field, name) in self.own.get(&action).into_iter().flatten() {
                    let Some(own) = self.own_value(actor, name) else { continue };
                    pairs.iter_mut().filter(|(known, _)| known == field).for_each(|(_, value)| own.clone_into(value));
                }
            }
            Body::Multipart(_) | Body::Raw(..) | Body::None => {}
        }
    }

    /// A good body for the lock: holes where each actor has his own value.
    pub(super) fn with_own_holes(&self, action: usize, good: &Value) -> Value {
        let mut good = good.clone();
        for (field, name) in self.own.get(&action).into_iter().flatten() {
            let place = JsonPath::parse(field).ok();
            if let Some(value) = place.as_ref().and_then(|place| place.first_mut(&mut good)) {
                *value = Value::from(format!("{HOLE}{name}}}"));
            }
        }
        good
    }

    /// The fields of a body of the lock that want own values.
    pub(super) fn recall_own(&mut self, action: usize, body: &Value) {
        for (field, text) in crate::compare::leaves(body) {
            if let Some(name) = text.strip_prefix(HOLE).and_then(|rest| rest.strip_suffix('}')) {
                self.own.entry(action).or_default().insert(field, name.to_owned());
            }
        }
    }
}

/// The worst rank of a value whose name is in the field's own.
const NAMED: u8 = 2;
