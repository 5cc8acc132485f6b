//! From recorded requests to actions: folded into templates, each with the schemas of what was sent and answered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::entry::{Entry, Sent};
use crate::catalogue::fold::{Answered, Known, names, template};
use crate::catalogue::infer::{Inference, fields_of, scalar_of, schema_of, with_files};
use crate::catalogue::{Action, Answer, Body, Catalogue, Media, Origin, Parameter, Place, Protection, Schema, Source};
use crate::evidence::Secrets;
use crate::page::is_form_token;

/// Most requests of one action whose bodies are looked at.
const SAMPLES_MAX: usize = 25;
/// What a recorded session is called where a document would name its scheme.
const SESSION: &str = "a session of the recording";

/// All actions of a recording.
pub(super) fn of(entries: &[Entry], place: &str, known: &[Action], secrets: &Secrets) -> Catalogue {
    let templates = Known::new(known);
    let answered: Vec<Answered<'_>> = entries
        .iter()
        .filter_map(|one| Some(Answered { verb: &one.verb, path: &one.path, answer: one.answer.as_ref()? }))
        .collect();
    let names = names(&answered);
    let mut groups: BTreeMap<(String, String), (Action, Vec<&Entry>)> = BTreeMap::new();
    for entry in entries {
        let action = match templates.find(&entry.path) {
            Some(known) => {
                let parameters = known.parameters_in(Place::Path).cloned().collect();
                Action { base: known.base.clone(), parameters, ..Action::new(&entry.verb, &known.path) }
            }
            None => {
                let template = template(&entry.path, &names);
                Action { parameters: template.parameters, ..Action::new(&entry.verb, &template.path) }
            }
        };
        let key = (action.address_path(), action.verb.clone());
        groups.entry(key).or_insert_with(|| (action, Vec::new())).1.push(entry);
    }
    // A browser exports recordings without cookies unless it is asked for them: then nobody seems to be signed in.
    let tells = entries.iter().any(|entry| entry.signed_in);
    let mut catalogue = Catalogue::default();
    for (mut action, seen) in groups.into_values() {
        describe(&mut action, &seen, place, secrets);
        if tells {
            action.protection = protection(&seen);
        }
        catalogue.actions.push(action);
    }
    if !tells && !entries.is_empty() {
        let words = "holds no cookies and no credentials, so it does not say who must be signed in for what";
        catalogue.notes.push(format!("{place}: {words}"));
    }
    catalogue
}

fn describe(action: &mut Action, seen: &[&Entry], place: &str, secrets: &Secrets) {
    let first = seen.first().map_or(0, |entry| entry.at);
    action.origins.push(Origin::new(Source::Recording, place, format!("/log/entries/{first}")));
    // What was refused for its form shows less well what the service takes.
    let good: Vec<&Entry> = seen.iter().copied().filter(|entry| entry.succeeded()).take(SAMPLES_MAX).collect();
    let samples = if good.is_empty() { seen.iter().copied().take(SAMPLES_MAX).collect() } else { good };
    action.parameters.extend(query(&samples, secrets));
    action.body = body(&samples, secrets);
    action.answers = answers(seen, secrets);
}

fn query(samples: &[&Entry], secrets: &Secrets) -> Vec<Parameter> {
    let sent = samples.iter().map(|entry| {
        let pairs = entry.url.query_pairs().map(|(name, value)| (name.into_owned(), scalar_of(&value)));
        fields_of(pairs)
    });
    let sent: Vec<Value> = sent.collect();
    let names: BTreeSet<&String> = sent.iter().filter_map(Value::as_object).flat_map(|fields| fields.keys()).collect();
    let parameters = names.into_iter().map(|name| {
        let values: Vec<&Value> = sent.iter().filter_map(|fields| fields.get(name)).collect();
        Parameter {
            name: name.clone(),
            place: Place::Query,
            required: values.len() == sent.len(),
            schema: Inference { secrets, examples: true }.named(name, &values),
            examples: Vec::new(),
            join: crate::catalogue::Join::Repeated,
        }
    });
    parameters.collect()
}

fn body(samples: &[&Entry], secrets: &Secrets) -> Option<Body> {
    let mut kinds: BTreeMap<&str, Vec<&Sent>> = BTreeMap::new();
    let sent = samples.iter().filter_map(|entry| entry.sent.as_ref());
    sent.for_each(|sent| kinds.entry(&sent.content_type).or_default().push(sent));
    // The media type that was sent most is the one that works.
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, sent)| std::cmp::Reverse(sent.len()));
    let sent_by = kinds.iter().map(|(_, sent)| sent.len()).sum::<usize>();
    let media = kinds.into_iter().map(|(content_type, sent)| {
        let form_token =
            sent.iter().find_map(|one| one.value.as_object()?.keys().find(|name| is_form_token(name)).cloned());
        let form_token = form_token.filter(|_| content_type.contains("form"));
        let without = |one: &&Sent| {
            let mut value = one.value.clone();
            if let (Some(token), Some(fields)) = (&form_token, value.as_object_mut()) {
                fields.remove(token);
            }
            value
        };
        let values: Vec<Value> = sent.iter().map(without).collect();
        let values: Vec<&Value> = values.iter().collect();
        let files: BTreeSet<String> = sent.iter().flat_map(|one| one.files.iter().cloned()).collect();
        let node = Inference { secrets, examples: true }.node("", &values, 0);
        Media { form_token, ..Media::new(content_type, schema_of(with_files(node, &files))) }
    });
    let media: Vec<Media> = media.collect();
    (!media.is_empty()).then_some(Body { required: sent_by == samples.len(), media })
}

/// One answer a status, with the shapes of what came and none of its values.
fn answers(seen: &[&Entry], secrets: &Secrets) -> Vec<Answer> {
    let mut by_status: BTreeMap<u16, BTreeMap<&str, Vec<&Value>>> = BTreeMap::new();
    for entry in seen {
        let kinds = by_status.entry(entry.status).or_default();
        if !entry.answer_type.is_empty() && entry.answer_type != "x-unknown" {
            let values = kinds.entry(&entry.answer_type).or_default();
            let has_room = values.len() < SAMPLES_MAX;
            values.extend(entry.answer.as_ref().filter(|_| has_room));
        }
    }
    let answer = |(status, kinds): (u16, BTreeMap<&str, Vec<&Value>>)| {
        let media = kinds.into_iter().map(|(content_type, values)| {
            let inference = Inference { secrets, examples: false };
            let schema = if values.is_empty() { Schema::any() } else { inference.schema(&values) };
            Media::new(content_type, schema)
        });
        let media = media.collect();
        Answer { status: status.to_string(), description: String::new(), media, headers: Vec::new() }
    };
    by_status.into_iter().map(answer).collect()
}

/// What answered without a session is open; what refused without one, or was only ever asked with one, is protected.
fn protection(seen: &[&Entry]) -> Protection {
    let any = |is: &dyn Fn(&Entry) -> bool| seen.iter().any(|entry| is(entry));
    match () {
        () if any(&|entry| !entry.signed_in && entry.succeeded()) => Protection::Open,
        () if any(&|entry| !entry.signed_in && entry.refused()) => Protection::Protected(vec![SESSION.to_owned()]),
        () if any(&|entry| entry.signed_in && entry.succeeded()) => Protection::Protected(vec![SESSION.to_owned()]),
        () => Protection::Silent,
    }
}
