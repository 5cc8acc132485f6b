//! Postman collections 2.1 (and 2.0): folders, variables, bodies, saved responses. Scripts are never run, and values of
//! credentials never read. <https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html>

mod address;
mod body;
mod variables;

use serde_json::Value;

use self::variables::Variables;
use super::fold::{Known, Names, template};
use super::infer::Inference;
use super::routes::VERBS;
use super::{Action, Answer, Catalogue, Media, Origin, Protection, Schema, Source};
use crate::error::{Result, Trouble};
use crate::evidence::Secrets;
use crate::load_line::count;

/// How deep folders nest.
const DEPTH_MAX: usize = 24;
/// Most requests of one collection that are read.
const REQUESTS_MAX: usize = 20_000;

/// Reads a collection.
///
/// # Errors
/// When its items are no list.
pub(super) fn read(collection: &Value, place: &str, known: &[Action]) -> Result<Catalogue> {
    let items = collection.get("item").and_then(Value::as_array).ok_or_else(|| {
        Trouble::new(format!("{place}: /item"), "a list of requests and folders is expected")
            .hint("export the collection as version 2.1")
    })?;
    let title = collection.pointer("/info/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut reader = Reader {
        place,
        known: Known::new(known),
        secrets: variables::secrets(collection),
        read: Catalogue { title, ..Catalogue::default() },
        requests: 0,
        scripts: 0,
        graphql: 0,
    };
    let top = Folder {
        names: Vec::new(),
        variables: Variables::default().with(collection.get("variable")),
        auth: collection.get("auth").filter(|auth| auth.is_object()),
    };
    reader.count_scripts(collection);
    reader.items(items, "/item", &top, 0);
    let Reader { mut read, scripts, graphql, .. } = reader;
    if 0 < scripts {
        read.notes.push(format!("{place}: {} not run", count(scripts, "script")));
    }
    if 0 < graphql {
        read.notes.push(format!("{place}: {} of GraphQL left out, which is not walked", count(graphql, "request")));
    }
    Ok(read)
}

struct Reader<'a> {
    place: &'a str,
    known: Known<'a>,
    secrets: Secrets,
    read: Catalogue,
    requests: usize,
    scripts: usize,
    graphql: usize,
}

/// What a request inherits.
struct Folder<'a> {
    names: Vec<String>,
    variables: Variables,
    auth: Option<&'a Value>,
}

impl Reader<'_> {
    fn items(&mut self, items: &[Value], pointer: &str, folder: &Folder<'_>, depth: usize) {
        for (at, item) in items.iter().enumerate() {
            let pointer = format!("{pointer}/{at}");
            self.count_scripts(item);
            let auth = item.get("auth").filter(|auth| auth.is_object()).or(folder.auth);
            if let Some(inner) = item.get("item").and_then(Value::as_array) {
                if DEPTH_MAX <= depth {
                    self.read.notes.push(format!("{}: {pointer}: folders nest too deep and are left out", self.place));
                    continue;
                }
                let mut names = folder.names.clone();
                names.extend(text(item, "name").map(str::to_owned));
                let inside = Folder { names, variables: folder.variables.with(item.get("variable")), auth };
                self.items(inner, &format!("{pointer}/item"), &inside, depth + 1);
                continue;
            }
            self.requests += 1;
            if self.requests == REQUESTS_MAX + 1 {
                self.read.notes.push(format!("{}: only the first {REQUESTS_MAX} requests are read", self.place));
            }
            if self.requests <= REQUESTS_MAX {
                let variables = folder.variables.with(item.get("variable"));
                self.request(item, &pointer, &Folder { names: folder.names.clone(), variables, auth });
            }
        }
    }

    fn request(&mut self, item: &Value, pointer: &str, folder: &Folder<'_>) {
        let Some(request) = item.get("request") else { return };
        // A request may be no more than its address.
        let url = if request.is_string() { Some(request) } else { request.get("url") };
        let verb = text(request, "method").unwrap_or("GET").to_ascii_uppercase();
        if !VERBS.contains(&verb.as_str()) {
            return;
        }
        if request.pointer("/body/mode").and_then(Value::as_str) == Some("graphql") {
            self.graphql += 1;
            return;
        }
        let inference = Inference { secrets: &self.secrets, examples: true };
        let Some(address) = url.and_then(|url| address::read(url, &folder.variables, &inference)) else {
            let name = text(item, "name").unwrap_or_default();
            self.read.notes.push(format!("{}: {pointer}: the address of `{name}` is not understood", self.place));
            return;
        };
        let mut action = self.named(&verb, address.path, address.keys);
        action.parameters.extend(address.query);
        action.summary = text(item, "name").unwrap_or_default().to_owned();
        action.description = description(request).to_owned();
        action.tags.clone_from(&folder.names);
        action.body = request.get("body").and_then(|body| body::read(body, &folder.variables, &inference));
        action.answers = self.answers(item);
        action.protection = protection(request, folder.auth);
        action.origins.push(Origin::new(Source::Collection, self.place, pointer));
        self.read.actions.push(action);
    }

    /// The action of a path. One that holds no key by its spelling may hold one all the same: `/notes/7`.
    fn named(&self, verb: &str, path: String, keys: Vec<super::Parameter>) -> Action {
        if !keys.is_empty() {
            return Action { parameters: keys, ..Action::new(verb, &path) };
        }
        match self.known.find(&path) {
            Some(known) => {
                let parameters = known.parameters_in(super::Place::Path).cloned().collect();
                Action { base: known.base.clone(), parameters, ..Action::new(verb, &known.path) }
            }
            None => {
                let template = template(&path, &Names::new());
                Action { parameters: template.parameters, ..Action::new(verb, &template.path) }
            }
        }
    }

    /// The responses that were saved with a request.
    fn answers(&self, item: &Value) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        for saved in item.get("response").and_then(Value::as_array).into_iter().flatten() {
            let Some(status) = saved.get("code").and_then(Value::as_u64) else { continue };
            let body = text(saved, "body").unwrap_or_default();
            let value: Option<Value> = serde_json::from_str(body).ok();
            let kind = body::content_type(saved.get("header"));
            let kind = kind.or_else(|| value.as_ref().map(|_| "application/json".to_owned()));
            let schema = value.map_or_else(Schema::any, |value| {
                Inference { secrets: &self.secrets, examples: false }.schema(&[&value])
            });
            let status = status.to_string();
            if !answers.iter().any(|answer| answer.status == status) {
                let media = kind.map(|kind| Media::new(kind, schema)).into_iter().collect();
                let description = text(saved, "name").unwrap_or_default().to_owned();
                answers.push(Answer { status, description, media, headers: Vec::new() });
            }
        }
        answers
    }

    fn count_scripts(&mut self, item: &Value) {
        let events = item.get("event").and_then(Value::as_array).into_iter().flatten();
        let has_lines = |event: &&Value| match event.pointer("/script/exec") {
            Some(Value::Array(lines)) => {
                lines.iter().any(|line| line.as_str().is_some_and(|line| !line.trim().is_empty()))
            }
            Some(Value::String(line)) => !line.trim().is_empty(),
            _ => false,
        };
        self.scripts += events.filter(has_lines).count();
    }
}

/// What is said of who may: the request's own way to sign in, or the one of the folder or collection around it.
fn protection(request: &Value, inherited: Option<&Value>) -> Protection {
    let own = request.get("auth").filter(|auth| auth.is_object());
    match own.or(inherited).and_then(|auth| text(auth, "type")) {
        Some("noauth") => return Protection::Open,
        Some("inherit") | None => {}
        Some(kind) => return Protection::Protected(vec![kind.to_owned()]),
    }
    let headers = request.get("header").and_then(Value::as_array).into_iter().flatten();
    let mut names = headers.filter(|header| !is_disabled(header)).filter_map(|header| text(header, "key"));
    match names.any(|name| name.eq_ignore_ascii_case("authorization")) {
        true => Protection::Protected(vec!["authorization".to_owned()]),
        false => Protection::Silent,
    }
}

/// A description is a text, or holds one.
fn description(request: &Value) -> &str {
    let node = request.get("description");
    node.and_then(|node| node.as_str().or_else(|| text(node, "content"))).unwrap_or_default()
}

fn is_disabled(node: &Value) -> bool {
    node.get("disabled") == Some(&Value::Bool(true))
}

fn text<'a>(node: &'a Value, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
