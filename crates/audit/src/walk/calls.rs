//! Filling an action: its path with keys, its query and body with values, until it succeeds for somebody who may.

use super::body::{as_body, as_kind, map_texts, with_file_asked_for};
use super::own::Says;
use super::world::{Asked, Call, World};
use crate::catalogue::{Media, Parameter, Place, Schema};
use crate::client::{Body, Purpose, percent_encode};
use crate::evidence::Reading;
use crate::json_path::JsonPath;
use crate::plan::repair::{REPAIRS_MAX, as_seen, repair};
use crate::plan::slots::{Segment, reads, segments};
use crate::plan::values::{Extent, Made, Maker, renewed};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// An action that did not succeed.
pub(in crate::walk) struct Refused {
    /// What was sent and what came back, in a sentence.
    pub(in crate::walk) words: String,
    /// How the last answer is to be read.
    pub(in crate::walk) reading: Reading,
}

/// Codes of those that miss a body: 400, 411, 415, 422 (RFC 9110 section 15.5).
const WANTS_BODY: [u16; 4] = [400, 411, 415, 422];

impl World<'_> {
    /// Sends an action as an actor until it succeeds: the last good body with fresh canaries, or one made from the
    /// schema and repaired by what the refusals name. `subject` is the object that it is about.
    ///
    /// # Errors
    /// One sentence: what was sent and what came back.
    pub async fn succeed(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        subject: Option<usize>,
        purpose: Purpose,
        depth: usize,
    ) -> Result<(Call, Asked), String> {
        self.succeed_or_why(action, actor, keys, subject, purpose, depth).await.map_err(|refused| refused.words)
    }

    /// The same, with how the last answer is to be read where it was a refusal.
    pub(super) async fn succeed_or_why(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        subject: Option<usize>,
        purpose: Purpose,
        depth: usize,
    ) -> Result<(Call, Asked), Refused> {
        let mut call = self
            .call_for(action, actor, keys, subject, depth)
            .await
            .map_err(|words| Refused { words, reading: Reading::Broken })?;
        let mut asked = self.ask(Some(actor), &call, purpose).await;
        // Some that no document gives a body want one all the same.
        if call.body == Body::None && !self.action(action).is_safe() && WANTS_BODY.contains(&asked.answer.status) {
            let bare = Call { body: Body::Json(Value::Object(serde_json::Map::new())), ..call.clone() };
            let again = self.ask(Some(actor), &bare, purpose).await;
            if again.succeeded() {
                (call, asked) = (bare, again);
            }
        }
        let mut before = None;
        for _ in 0..REPAIRS_MAX {
            if asked.exchange.reading != Reading::Invalid && asked.exchange.reading != Reading::SoftDenial {
                break;
            }
            let Some(body) = self.repaired(action, actor, &call, &asked, depth).await else { break };
            before = before.or_else(|| call.sent_json());
            call.body = body;
            asked = self.ask(Some(actor), &call, purpose).await;
        }
        let objected = matches!(asked.exchange.reading, Reading::Invalid | Reading::SoftDenial);
        if objected && self.forget_body(action) {
            return Box::pin(self.succeed_or_why(action, actor, keys, subject, purpose, depth)).await;
        }
        if !asked.succeeded() {
            self.refused.insert(action, asked.exchange.status);
            if !self.memory.knows_body(action) {
                self.own.remove(&action);
            }
            let name = self.action(action).name();
            let who = &self.actors[actor].fact.name;
            let words: String =
                asked.exchange.answer.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
            let status = asked.answer.broken.clone().unwrap_or_else(|| asked.exchange.status.to_string());
            let words = format!("{name} as {who}: {status} {words}").trim_end().to_owned();
            return Err(Refused { words, reading: asked.exchange.reading });
        }
        if let Some(body) = call.sent_json() {
            self.bodies.insert(action, body);
        }
        self.plant_made(action, actor, &call);
        self.memory.worked(action, before);
        Ok((call, asked))
    }

    /// The path of an action with its base, keys filled in.
    ///
    /// # Errors
    /// Which key is not known.
    pub fn path_of(&self, action: usize, keys: &BTreeMap<usize, String>) -> Result<String, String> {
        let slots = self.slots.of(action);
        let index = action;
        let action = self.action(action);
        let mut used = slots.iter().peekable();
        let mut path = action.base.clone();
        for segment in segments(&action.path) {
            path.push('/');
            match segment {
                Segment::Literal(text) => path.push_str(&text),
                Segment::Parameter { before, name, after } => {
                    let value = match used.next_if(|(_, slot_name)| *slot_name == name) {
                        Some((slot, _)) => keys.get(slot).cloned().ok_or_else(|| format!("no key for {{{name}}}"))?,
                        None => {
                            let parameter = action.parameters_in(Place::Path).find(|parameter| parameter.name == name);
                            parameter.and_then(plain_value).unwrap_or_else(|| "1".into())
                        }
                    };
                    path.push_str(&format!("{before}{}{after}", percent_encode(&value)));
                }
            }
        }
        if action.path.ends_with('/') && 1 < action.path.len() {
            path.push('/');
        }
        if path.is_empty() {
            path.push('/');
        }
        let mut sign = '?';
        for named in self.slots.named(index).iter().filter(|named| named.in_query && named.required) {
            if let Some(key) = keys.get(&named.slot) {
                path.push_str(&format!("{sign}{}={}", percent_encode(&named.name), percent_encode(key)));
                sign = '&';
            }
        }
        Ok(path)
    }

    /// The call of an action that reads, with nothing in it but keys.
    ///
    /// # Errors
    /// Which key is not known.
    pub fn read_call(&self, action: usize, keys: &BTreeMap<usize, String>) -> Result<Call, String> {
        let path = self.path_of(action, keys)?;
        let read = self.action(action);
        if read.verb == "GET" {
            return Ok(Call::get(path));
        }
        let empty = Call { method: read.verb.clone(), path, headers: Vec::new(), body: Body::None };
        let Some(media) = read.body.as_ref().and_then(|body| body.best()) else { return Ok(empty) };
        // What else it asks for is as it was when it last succeeded, or as it was seen.
        let good = self.bodies.get(&action).and_then(Value::as_object);
        let properties = media.schema.properties();
        let seen = |name: &str| properties.iter().find(|(known, _)| known == name)?.1.examples().into_iter().next();
        let asked = media.schema.required().into_iter();
        let known = |name: &str| good.and_then(|good| good.get(name)).cloned().or_else(|| seen(name));
        let mut fields: serde_json::Map<String, Value> =
            asked.filter_map(|name| known(&name).map(|value| (name, value))).collect();
        for named in self.slots.named(action).iter().filter(|named| !named.in_query) {
            let key = match keys.get(&named.slot) {
                Some(key) => key,
                None if named.required => return Err(format!("no key for {}", named.name)),
                None => continue,
            };
            let schema = properties.iter().find(|(name, _)| *name == named.name).map(|(_, schema)| schema);
            let value = schema.and_then(|schema| as_kind(key, schema)).unwrap_or_else(|| Value::from(key.as_str()));
            fields.insert(named.name.clone(), value);
        }
        Ok(Call { body: as_body(media, Value::Object(fields)), ..empty })
    }

    /// The call of an action without an object, made from its document.
    ///
    /// # Errors
    /// Which key is missing.
    pub(crate) async fn plain_call(&mut self, action: usize, actor: usize) -> Result<Call, String> {
        self.call_for(action, actor, &BTreeMap::new(), None, 0).await
    }

    /// A value as the body that an action takes.
    pub(crate) fn body_like(&self, action: usize, value: Value) -> Body {
        let media = self.action(action).body.as_ref().and_then(|body| body.best());
        media.map_or(Body::None, |media| as_body(media, value))
    }

    /// A whole call for an action.
    pub(super) async fn call_for(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        subject: Option<usize>,
        depth: usize,
    ) -> Result<Call, String> {
        let mut path = self.path_of(action, keys)?;
        let parameters = self.action(action).parameters.clone();
        let mut headers = Vec::new();
        let mut query = Vec::new();
        for parameter in parameters.iter().filter(|parameter| parameter.required) {
            let carried =
                self.actors[actor].session.credentials.iter().any(|c| c.name.eq_ignore_ascii_case(&parameter.name));
            if carried || parameter.name.eq_ignore_ascii_case("authorization") {
                continue;
            }
            match parameter.place {
                Place::Query => {
                    let filled = self
                        .slots
                        .named(action)
                        .iter()
                        .any(|n| n.in_query && n.name == parameter.name && keys.contains_key(&n.slot));
                    if filled {
                        continue;
                    }
                    let mut values = match self.reference(action, &parameter.name, actor, keys, depth).await {
                        Some(key) => vec![key],
                        None => plain_values(parameter),
                    };
                    if values.is_empty() {
                        values.push("1".into());
                    }
                    let name = percent_encode(&parameter.name);
                    query.extend(values.iter().map(|value| format!("{name}={}", percent_encode(value))));
                }
                Place::Header => {
                    let told = self.header_told(action, actor, keys, &parameter.name).await;
                    let value = told.or_else(|| plain_value(parameter));
                    headers.extend(value.map(|value| (parameter.name.clone(), value)));
                }
                Place::Path | Place::Cookie => {}
            }
        }
        if !query.is_empty() {
            let sign = if path.contains('?') { '&' } else { '?' };
            path = format!("{path}{sign}{}", query.join("&"));
        }
        let body = self.body_for(action, actor, keys, subject, depth).await;
        Ok(Call { method: self.action(action).verb.clone(), path, headers, body })
    }

    async fn body_for(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        subject: Option<usize>,
        depth: usize,
    ) -> Body {
        let Some(wanted) = self.action(action).body.clone() else {
            let good = self.bodies.get(&action).cloned();
            return good.map_or(Body::None, |good| Body::Json(self.refreshed(&good, keys, subject)));
        };
        let Some(media) = wanted.best().cloned() else { return Body::None };
        let references = self.references(action, &media.schema, actor, keys, depth).await;
        if !self.bodies.contains_key(&action)
            && let Some(told) = Box::pin(self.told_body(action, actor, keys)).await
        {
            self.bodies.insert(action, told);
        }
        if let Some(good) = self.bodies.get(&action).cloned() {
            let mut fresh = self.refreshed(&good, keys, subject);
            for (name, field) in media.schema.properties() {
                let Some(value) = fresh.get_mut(&name) else { continue };
                if let Some(key) = references.get(&name) {
                    *value = as_kind(key, &field).unwrap_or_else(|| value.clone());
                } else if value.as_str().is_some_and(|text| self.canaries.find_minted(text).is_none())
                    && let Some(other) = renewed(&field, &self.canaries.mint())
                {
                    // What cannot carry a canary may have to be unique all the same.
                    *value = other;
                }
            }
            self.make_own(action, actor, &mut fresh);
            super::memory::bodies::without_open_holes(&mut fresh);
            return as_body(&media, fresh);
        }
        // A list that asks for nothing is asked for everything: what may be left out only narrows it.
        let open = media.schema.required().is_empty() && reads(self.action(action), self.slots.named(action));
        let value = if open && references.is_empty() { json!({}) } else { self.invented(&media, &references) };
        as_body(&media, value)
    }

    /// A body from the schema, a canary in each free text.
    fn invented(&mut self, media: &Media, references: &BTreeMap<String, String>) -> Value {
        let also: BTreeSet<String> = references.keys().cloned().collect();
        let canaries = &mut self.canaries;
        let mut mint = || canaries.mint();
        let reference = |name: &str, schema: &Schema| as_kind(references.get(name)?, schema);
        let mut maker = Maker { mint: &mut mint, reference: &reference, today: today() };
        maker.body(&media.schema, Extent::Lean, &also).value
    }

    /// The last good body with fresh canaries, and the keys of the last object replaced by this one's.
    fn refreshed(&mut self, good: &Value, keys: &BTreeMap<usize, String>, subject: Option<usize>) -> Value {
        let own = subject.and_then(|at| self.objects.get(at)).map(|object| (object.slot, object.key().to_owned()));
        let earlier: Vec<String> = match &own {
            Some((slot, key)) => {
                let same = self.objects.iter().filter(|object| object.slot == *slot && object.key() != key);
                same.map(|object| object.key().to_owned()).filter(|key| 4 <= key.len()).collect()
            }
            None => Vec::new(),
        };
        let replace = own.as_ref().and_then(|(slot, _)| keys.get(slot)).cloned();
        let canaries = &mut self.canaries;
        let mut fresh = good.clone();
        map_texts(&mut fresh, &mut |text| {
            if let (Some(key), true) = (&replace, earlier.iter().any(|earlier| earlier == text)) {
                return key.clone();
            }
            match canaries.find_minted(text) {
                Some(old) => text.replace(&old, &canaries.mint()),
                None => text.to_owned(),
            }
        });
        fresh
    }

    /// The body repaired by what a refusal names: first what it says must be one's own, then everything else that it says
    /// of fields, then the kind of a file; in the end what may have to be one's own although nothing says so.
    async fn repaired(
        &mut self,
        action: usize,
        actor: usize,
        call: &Call,
        asked: &Asked,
        depth: usize,
    ) -> Option<Body> {
        let media = self.action(action).body.as_ref()?.best()?.clone();
        let (value, refusal) = (call.sent_json()?, asked.answer.text().into_owned());
        if let Some(own) = self.owned(action, actor, &media.schema, &value, &refusal, Says::Own) {
            return Some(as_body(&media, own));
        }
        let references = self.references(action, &media.schema, actor, &BTreeMap::new(), depth).await;
        let planted = super::objects::planted_in(call, &self.canaries);
        let placed = planted.into_iter().filter_map(|(path, canary)| Some((JsonPath::parse(&path).ok()?, canary)));
        let sent = Made { value: value.clone(), canaries: placed.collect() };
        let canaries = &mut self.canaries;
        let mut mint = || canaries.mint();
        let reference = |name: &str, schema: &Schema| as_kind(references.get(name)?, schema);
        let mut maker = Maker { mint: &mut mint, reference: &reference, today: today() };
        if let Some(repaired) = repair(&sent, &media.schema, &refusal, &mut maker) {
            return Some(as_body(&media, repaired.value));
        }
        let own = self.owned(action, actor, &media.schema, &value, &refusal, Says::Something);
        let seen = || as_seen(&sent, &media.schema).map(|seen| as_body(&media, seen.value));
        let other = own.map(|own| as_body(&media, own)).or_else(|| with_file_asked_for(&call.body, &refusal));
        if let Some(other) = other.or_else(seen) {
            return Some(other);
        }
        // Nothing at all was too little.
        let nothing = sent.value.as_object().is_some_and(serde_json::Map::is_empty);
        let more = nothing.then(|| self.invented(&media, &references)).filter(|more| *more != sent.value);
        more.map(|more| as_body(&media, more))
    }
}

/// A value for a parameter that asks for no object.
fn plain_value(parameter: &Parameter) -> Option<String> {
    plain_values(parameter).into_iter().next()
}

/// The same for one that may stand several times.
fn plain_values(parameter: &Parameter) -> Vec<String> {
    let mut mint = || "plim".to_owned();
    let mut maker = Maker { mint: &mut mint, reference: &|_, _| None, today: today() };
    match maker.parameter(parameter) {
        Some(Value::Array(values)) => parameter.join.write(values.iter().filter_map(crate::compare::scalar).collect()),
        value => value.as_ref().and_then(crate::compare::scalar).into_iter().collect(),
    }
}

fn today() -> jiff::civil::Date {
    super::setup::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
