//! From paths that were asked for to templates: ids, UUIDs and hashes by what they look like, names chosen by people by
//! what the answers say of them. A template that is known already wins.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::infer::{is_uuid, schema_of};
use super::path::{Segment, segments};
use super::{Action, Parameter, Place};
use crate::json_path::{Step, leaves};
use crate::plan::slots::{singular, words};

/// Most segments of a path that is read.
const SEGMENTS_MAX: usize = 24;
/// Longest segment that can be a word, in bytes.
const WORD_BYTES_MAX: usize = 64;
/// How often names are looked for again: one in a path shows another behind it.
const ROUNDS_MAX: usize = 4;
/// Longest example of a key: what is longer may open something.
const EXAMPLE_BYTES_MAX: usize = 10;

/// Shortest segment that may open something, in bytes.
const OPENING_BYTES_MIN: usize = 20;

/// Ends of paths of files that every visitor gets: none of them is an action.
const STATIC: &[&str] = &[
    "css",
    "js",
    "mjs",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "ico",
    "webp",
    "avif",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "mp4",
    "webm",
    "mp3",
    "wasm",
    "webmanifest",
];

/// Names of fields whose values are keys of objects.
const KEY_FIELDS: &[&str] = &["id", "slug", "key", "uuid", "code", "handle", "name", "username", "number", "ref"];

/// Where segments are names that people chose: the path before them, keys as `{}`, and the names.
pub(crate) type Names = BTreeMap<String, BTreeSet<String>>;

/// An answer with the path that was asked for.
pub(super) struct Answered<'a> {
    pub(super) verb: &'a str,
    pub(super) path: &'a str,
    pub(super) answer: &'a Value,
}

/// What a key looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number,
    Uuid,
    Text,
}

/// A path with its keys taken out.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// `/notes/{note}/comments/{comment}`.
    pub(crate) path: String,
    /// Its keys, in order.
    pub(crate) parameters: Vec<Parameter>,
}

/// The templates of actions that are known.
pub(crate) struct Known<'a>(Vec<(Vec<Segment>, &'a Action)>);

impl<'a> Known<'a> {
    pub(crate) fn new(actions: &'a [Action]) -> Self {
        Self(actions.iter().map(|action| (segments(&action.address_path()), action)).collect())
    }

    /// The action whose template fits a path best, whatever its verb: the one that is literal longest.
    pub(crate) fn find(&self, path: &str) -> Option<&'a Action> {
        let parts: Vec<&str> = parts(path).collect();
        let fitting = self.0.iter().filter(|(template, action)| fits(template, action, &parts));
        let is_key = |segment: &Segment| matches!(segment, Segment::Parameter { .. });
        let best = fitting.min_by_key(|(template, _)| template.iter().map(is_key).collect::<Vec<_>>());
        best.map(|(_, action)| *action)
    }
}

fn fits(template: &[Segment], action: &Action, parts: &[&str]) -> bool {
    template.len() == parts.len()
        && template.iter().zip(parts).all(|(segment, part)| match segment {
            Segment::Literal(literal) => literal == part,
            Segment::Parameter { before, name, after } => {
                let value = part.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                let parameter = action.parameters_in(Place::Path).find(|parameter| parameter.name == *name);
                value.is_some_and(|value| {
                    !value.is_empty() && parameter.is_none_or(|parameter| parameter.schema.takes(value))
                })
            }
        })
}

/// Whether a path can be an action's: no file of a site's looks, nothing that only somebody who probes would send.
pub(crate) fn is_plain(path: &str) -> bool {
    let parts: Vec<&str> = parts(path).collect();
    path.starts_with('/')
        && parts.len() <= SEGMENTS_MAX
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'\\^`|{};?#".contains(&byte))
        && !path.contains("//")
        && !parts.iter().any(|part| matches!(*part, "." | "..") || part.to_lowercase().contains("%2e%2e"))
}

/// Whether a path leads to a file that every visitor gets.
pub(crate) fn is_static(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').is_some_and(|(_, end)| STATIC.contains(&end.to_ascii_lowercase().as_str()))
}

/// Whether a segment of a path is a word, and no key.
pub(crate) fn is_word(part: &str) -> bool {
    key(part).is_none()
}

/// Whether a segment looks like what opens something for whoever has it: long, and neither a word nor a UUID.
pub(crate) fn opens_something(part: &str) -> bool {
    OPENING_BYTES_MIN <= part.len() && !part.contains('@') && key(part) == Some(Key::Text)
}

/// The path with its keys as `{}`: what many paths of one template have in common.
pub(super) fn mask(path: &str, names: &Names) -> String {
    let mut masked = String::with_capacity(path.len());
    for part in parts(path) {
        let is_key = key(part).is_some() || names.get(&masked).is_some_and(|names| names.contains(part));
        masked.push('/');
        masked.push_str(if is_key { "{}" } else { part });
    }
    masked
}

/// The template of a path, each key named by the word before it.
pub(crate) fn template(path: &str, names: &Names) -> Template {
    let masked = mask(path, names);
    let mut template = Template { path: String::new(), parameters: Vec::new() };
    let mut word = "";
    for (mask, part) in parts(&masked).zip(parts(path)) {
        template.path.push('/');
        if mask != "{}" {
            template.path.push_str(part);
            word = part;
            continue;
        }
        let name = name_after(word, &template.parameters);
        template.path.push_str(&format!("{{{name}}}"));
        let node = match key(part) {
            Some(Key::Number) => json!({"type": "integer"}),
            Some(Key::Uuid) => json!({"type": "string", "format": "uuid"}),
            _ => json!({"type": "string"}),
        };
        let examples = if part.len() <= EXAMPLE_BYTES_MAX { vec![Value::from(part)] } else { Vec::new() };
        template.parameters.push(Parameter { examples, ..Parameter::in_path(name, schema_of(node)) });
        word = "";
    }
    if template.path.is_empty() || path.ends_with('/') {
        template.path.push('/');
    }
    template
}

/// `note` behind `notes`, `id` behind nothing that tells, `note_2` where that name is taken.
fn name_after(word: &str, taken: &[Parameter]) -> String {
    let mut words = words(word);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    let base = words.join("_");
    let says = base.starts_with(|first: char| first.is_ascii_alphabetic())
        && base.is_ascii()
        && !is_version(&base)
        && base != "api";
    not_taken(if says { &base } else { "id" }, taken)
}

/// The name, or with a number behind it where another key of the path has it.
pub(super) fn not_taken(base: &str, taken: &[Parameter]) -> String {
    let mut name = base.to_owned();
    let mut number = 2;
    while taken.iter().any(|parameter| parameter.name == name) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// Names that people chose (slugs, user names), found two ways. Two reads of one template that answer one shape, both
/// segments standing in answers as values: `/recipes/soup` and `/recipes/cake`, but not `/settings/mail` and
/// `/settings/sms`. Or one segment that the answer above it shows as a key.
pub(super) fn names(answered: &[Answered<'_>]) -> Names {
    let mut values: BTreeSet<&str> = BTreeSet::new();
    let mut keys: Vec<BTreeSet<&str>> = Vec::new();
    for one in answered {
        let mut own = BTreeSet::new();
        for (path, leaf) in leaves(one.answer) {
            let Some(text) = leaf.as_str().filter(|text| text.len() <= WORD_BYTES_MAX) else { continue };
            values.insert(text);
            if matches!(path.steps.last(), Some(Step::Name(name)) if KEY_FIELDS.contains(&name.to_lowercase().as_str()))
            {
                own.insert(text);
            }
        }
        keys.push(own);
    }
    let mut names = Names::new();
    for _ in 0..ROUNDS_MAX {
        let before: usize = names.values().map(BTreeSet::len).sum();
        let by_others = alike(answered, &values, &names).into_iter().chain(listed(answered, &keys, &names));
        for (prefix, found) in by_others.chain(own(answered, &names)) {
            names.entry(prefix).or_default().extend(found);
        }
        if names.values().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    names
}

/// Segments in whose place others stand, with answers of the same shape.
fn alike(answered: &[Answered<'_>], values: &BTreeSet<&str>, names: &Names) -> Vec<(String, BTreeSet<String>)> {
    let mut groups: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for one in answered.iter().filter(|one| one.verb == "GET") {
        let Some(shape) = telling_shape(one.answer) else { continue };
        let masked = mask(one.path, names);
        let masks: Vec<&str> = parts(&masked).collect();
        for (at, part) in masks.iter().enumerate().filter(|(_, part)| values.contains(**part)) {
            let join = |parts: &[&str]| parts.iter().map(|part| format!("/{part}")).collect::<String>();
            let group = (join(&masks[..at]), join(&masks[at + 1..]), shape.clone());
            groups.entry(group).or_default().insert((*part).to_owned());
        }
    }
    groups.into_iter().filter(|(_, found)| 1 < found.len()).map(|((prefix, ..), found)| (prefix, found)).collect()
}

/// Segments that an answer of the path above them shows under the name of a key.
fn listed(answered: &[Answered<'_>], keys: &[BTreeSet<&str>], names: &Names) -> Vec<(String, BTreeSet<String>)> {
    let mut shown: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (one, keys) in answered.iter().zip(keys) {
        shown.entry(mask(one.path, names)).or_default().extend(keys);
    }
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for one in answered {
        let masked = mask(one.path, names);
        let mut prefix = String::new();
        for part in parts(&masked) {
            if part != "{}" && shown.get(&prefix).is_some_and(|keys| keys.contains(part)) {
                found.push((prefix.clone(), [part.to_owned()].into()));
            }
            prefix.push('/');
            prefix.push_str(part);
        }
    }
    found
}

/// Segments below a plural that the answer itself shows as its key: `/orgs/acme` answers `{"slug":"acme"}`.
fn own(answered: &[Answered<'_>], names: &Names) -> Vec<(String, BTreeSet<String>)> {
    let key = |one: &Answered<'_>, last: &str| {
        let is_key = |name: &str| KEY_FIELDS.contains(&name) && !["name", "username"].contains(&name);
        let tells = |value: &Value| {
            let fields = value.as_object().into_iter().flatten();
            fields.into_iter().any(|(name, value)| is_key(&name.to_lowercase()) && value.as_str() == Some(last))
        };
        tells(one.answer) || one.answer.get("data").is_some_and(tells)
    };
    let reads = answered.iter().filter(|one| one.verb == "GET");
    let found = reads.filter_map(|one| {
        let masked = mask(one.path, names);
        let (prefix, last) = masked.rsplit_once('/')?;
        let collection = prefix.rsplit('/').next()?;
        let plural = words(collection).last().is_some_and(|word| singular(word) != *word);
        (plural && last != "{}" && key(one, last)).then(|| (prefix.to_owned(), [last.to_owned()].into()))
    });
    found.collect()
}

/// What an answer is made of, values aside; nothing where that does not tell one answer from another.
fn telling_shape(answer: &Value) -> Option<String> {
    let members = answer.as_object()?;
    let scalars = members.values().filter(|value| !value.is_object() && !value.is_array()).count();
    (1 < members.len() && 0 < scalars).then(|| shape(answer, 0))
}

fn shape(value: &Value, depth: usize) -> String {
    match value {
        // Lists are long, short or empty: that tells nothing.
        Value::Array(_) => "[]".to_owned(),
        Value::Object(members) if depth < 4 => {
            let members = members.iter().map(|(name, value)| format!("{name}:{}", shape(value, depth + 1)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        _ => ".".to_owned(),
    }
}

/// What a segment looks like that is no word; nothing for words.
fn key(part: &str) -> Option<Key> {
    let bytes = part.as_bytes();
    let count = |is: fn(&u8) -> bool| bytes.iter().filter(|byte| is(byte)).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    let plain = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_~=.:".contains(byte));
    let hex = bytes.iter().all(u8::is_ascii_hexdigit);
    match () {
        () if bytes.is_empty() => None,
        () if digits == bytes.len() => Some(Key::Number),
        () if is_uuid(part) => Some(Key::Uuid),
        // A mail address, as it is or encoded.
        () if part.contains('@') || part.to_ascii_lowercase().contains("%40") => Some(Key::Text),
        () if WORD_BYTES_MAX < bytes.len() => Some(Key::Text),
        // A day, or anything else that is mostly digits.
        () if plain && 4 <= digits && letters == 0 => Some(Key::Text),
        // A digest, an object id.
        () if hex && 12 <= bytes.len() && 0 < digits => Some(Key::Text),
        // Random letters: digits among them in several places, as no word has.
        () if plain && 10 <= bytes.len() && 4 <= changes(bytes) => Some(Key::Text),
        () => None,
    }
}

/// How often letters turn into digits or back, in the longest run without a dash or another sign.
fn changes(bytes: &[u8]) -> usize {
    let of_run =
        |run: &[u8]| run.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    bytes.split(|byte| !byte.is_ascii_alphanumeric()).map(of_run).max().unwrap_or(0)
}

fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(path: &str) -> String {
        template(path, &Names::new()).path
    }

    #[test]
    fn ids_become_keys_and_words_stay() {
        let folded = |path| folded(path);
        assert_eq!(folded("/notes/7/comments/12"), "/notes/{note}/comments/{comment}");
        assert_eq!(folded("/api/v1/line-items/01890a5d-ac96-774b-bcce-b302099a8057"), "/api/v1/line-items/{line_item}");
        assert_eq!(folded("/v2/5/7"), "/v2/{id}/{id_2}");
        assert_eq!(folded("/files/9f86d081884c7d659a2feaa0c55ad015/raw"), "/files/{file}/raw");
        assert_eq!(folded("/projects/prj_8fK2x9Qa71Zp"), "/projects/{project}");
        assert_eq!(folded("/days/2026-11-23"), "/days/{day}");
        assert_eq!(folded("/people/ann%40example.com"), "/people/{person}");
        for word in ["/oauth2/token", "/api/v1", "/2fa/setup", "/base64-encoder", "/a/long-winded-page-name", "/"] {
            assert_eq!(folded(word), word);
        }
    }

    #[test]
    fn names_are_told_from_words_by_the_answers() {
        let recipe = |slug: &str| json!({"slug": slug, "portions": 2});
        let (soup, cake, mail) = (recipe("soup"), recipe("cake"), json!({"on": true, "to": "x"}));
        let list = json!({"items": [{"id": "red"}]});
        let seen = |verb, path, answer| Answered { verb, path, answer };
        let answered = [
            seen("GET", "/recipes/soup", &soup),
            seen("GET", "/recipes/cake", &cake),
            seen("GET", "/settings/mail", &mail),
            seen("GET", "/settings/sms", &mail),
            seen("GET", "/colours", &list),
            seen("PUT", "/colours/red", &mail),
        ];
        let names = names(&answered);
        assert_eq!(template("/recipes/soup/photos/3", &names).path, "/recipes/{recipe}/photos/{photo}");
        assert_eq!(template("/recipes/search", &names).path, "/recipes/search", "no answer shows it");
        assert_eq!(template("/settings/sms", &names).path, "/settings/sms");
        assert_eq!(template("/colours/red", &names).path, "/colours/{colour}");
    }

    #[test]
    fn a_known_template_wins_and_the_most_literal_first() {
        let mut item = Action::new("GET", "/notes/{note}");
        item.parameters.push(Parameter::in_path("note", schema_of(json!({"type": "integer"}))));
        let actions = [item, Action::new("GET", "/notes/{note}/{part}"), Action::new("GET", "/notes/{note}/raw.{end}")];
        let known = Known::new(&actions);
        let found = |path| known.find(path).map(|action| action.path.as_str());
        assert_eq!(found("/notes/7"), Some("/notes/{note}"));
        assert_eq!(found("/notes/export"), None, "a number is asked for");
        assert_eq!(found("/notes/7/raw.pdf"), Some("/notes/{note}/{part}"));
        assert_eq!(found("/notes/7/x/y"), None);
    }

    proptest! {
        #[test]
        fn any_path_has_a_template_that_takes_it(path in "(/[ -~]{0,12}){0,6}") {
            if is_plain(&path) {
                let template = template(&path, &Names::new());
                let action = Action { parameters: template.parameters, ..Action::new("GET", &template.path) };
                let actions = [action];
                prop_assert!(Known::new(&actions).find(&path).is_some(), "{} of {}", actions[0].path, path);
            }
        }
    }
}
