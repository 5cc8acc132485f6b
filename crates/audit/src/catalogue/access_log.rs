//! Access logs: common and combined format, or JSON a line as proxies and frameworks write it. A log shows which
//! actions somebody used, and nothing of who may: it adds actions, never expectations. Only verbs, paths and statuses are
//! looked at; addresses, names, agents and queries are not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fold::{Known, Names, is_plain, is_static, mask, template};
use super::routes::VERBS;
use super::{Action, Catalogue, Origin, Source};
use crate::json_path::{Step, leaves, scalar_text};
use crate::load_line::count;

/// Longest line that is read, in bytes.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Most different paths that are kept, keys taken out.
const PATHS_MAX: usize = 20_000;
/// From how many different segments in one place on they are names of objects and not words of paths.
const NAMES_MIN: usize = 12;

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) verb: String,
    /// Without its query.
    pub(super) path: String,
    pub(super) status: u16,
}

/// A path with its keys taken out, and where it was seen first.
struct Seen {
    path: String,
    line: usize,
}

/// Reads a log. What is known already is passed over; the rest becomes templates.
pub(super) fn read(text: &str, place: &str, known: &[Action]) -> Catalogue {
    let (mut seen, mut requests, mut left_out, mut too_many) = (BTreeMap::new(), 0, 0, false);
    for (number, raw) in text.lines().enumerate() {
        let Some(line) = line(raw) else { continue };
        requests += 1;
        if !VERBS.contains(&line.verb.as_str()) || is_static(&line.path) || !is_plain(&line.path) || !was_there(&line) {
            left_out += 1;
            continue;
        }
        let key = (mask(&line.path, &Names::new()), line.verb);
        if seen.len() < PATHS_MAX || seen.contains_key(&key) {
            seen.entry(key).or_insert(Seen { path: line.path, line: number + 1 });
        } else {
            too_many = true;
        }
    }
    let templates = Known::new(known);
    let mut catalogue = Catalogue::default();
    let mut strange: Vec<(String, Seen)> = Vec::new();
    for ((_, verb), seen) in seen {
        match templates.find(&seen.path) {
            // A known path under a verb that nobody told of is an action that nobody told of.
            Some(action) if !known.iter().any(|one| one.verb == verb && one.path == action.path) => {
                let mut other = Action::new(&verb, &action.path);
                other.base.clone_from(&action.base);
                other.parameters.extend(action.parameters_in(super::Place::Path).cloned());
                catalogue.actions.push(with_origin(other, place, seen.line));
            }
            Some(_) => {}
            None => strange.push((verb, seen)),
        }
    }
    let names = crowded(&strange);
    let mut added: BTreeSet<(String, String)> = BTreeSet::new();
    for (verb, seen) in strange {
        let template = template(&seen.path, &names);
        if added.insert((verb.clone(), mask(&seen.path, &names))) {
            let action = Action { parameters: template.parameters, ..Action::new(&verb, &template.path) };
            catalogue.actions.push(with_origin(action, place, seen.line));
        }
    }
    let what = "files, other verbs, and what was not there or refused";
    catalogue.notes.push(format!("{place}: {}, {left_out} of them left out ({what})", count(requests, "request")));
    if too_many {
        catalogue.notes.push(format!("{place}: more than {PATHS_MAX} different paths; the others are left out"));
    }
    catalogue
}

fn with_origin(mut action: Action, place: &str, line: usize) -> Action {
    action.origins.push(Origin::new(Source::Log, place, format!("line {line}")));
    action
}

/// Whether an answer shows that there is an action: it was done, or its input was objected to. Who probes a service for
/// what it does not have gets other answers, a redirect to the sign-in among them.
fn was_there(line: &Line) -> bool {
    matches!(line.status, 200..=299 | 304 | 409 | 412 | 422) || line.verb != "GET" && matches!(line.status, 302 | 303)
}

/// Places where so many different words stand that they are names of objects.
fn crowded(seen: &[(String, Seen)]) -> Names {
    let mut groups: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (_, seen) in seen {
        let masked = mask(&seen.path, &Names::new());
        let parts: Vec<&str> = masked.split('/').skip(1).collect();
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| **part != "{}") {
            let join = |parts: &[&str]| parts.iter().map(|part| format!("/{part}")).collect::<String>();
            groups.entry((join(&parts[..at]), join(&parts[at + 1..]))).or_default().insert((*part).to_owned());
        }
    }
    let mut names = Names::new();
    for ((before, _), words) in groups.into_iter().filter(|((before, _), words)| {
        // Below the root stand the nouns of a service, however many.
        !before.is_empty() && NAMES_MIN <= words.len()
    }) {
        names.entry(before).or_default().extend(words);
    }
    names
}

/// Reads one line of any of the formats.
pub(super) fn line(raw: &str) -> Option<Line> {
    let raw = raw.trim();
    if LINE_BYTES_MAX < raw.len() {
        return None;
    }
    if raw.starts_with('{') {
        return of_json(&serde_json::from_str(raw).ok()?);
    }
    // … "GET /path HTTP/1.1" 200 …
    let mut pieces = raw.split('"').skip(1);
    while let (Some(request), Some(after)) = (pieces.next(), pieces.next()) {
        if let Some((verb, path)) = of_request(request) {
            let status = after.split_whitespace().next()?.parse().ok()?;
            return Some(Line { verb, path, status }).filter(is_sane);
        }
    }
    None
}

/// The line of a log that writes JSON: verb, path and status stand somewhere in it, under one of their usual names.
fn of_json(value: &Value) -> Option<Line> {
    let (mut verb, mut path, mut status) = (None, None, None);
    for (steps, leaf) in leaves(value) {
        let Some(Step::Name(name)) = steps.steps.last() else { continue };
        // A recording on one line holds requests, too: many, in a list.
        if steps.steps.iter().any(|step| !matches!(step, Step::Name(_))) {
            continue;
        }
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let Some(text) = scalar_text(leaf) else { continue };
        match name.as_str() {
            "method" | "verb" | "requestmethod" | "httpmethod" | "httprequestmethod" => {
                verb = verb.or_else(|| Some(text.to_uppercase()));
            }
            "path" | "uri" | "url" | "requesturi" | "requesturl" | "requestpath" | "target" | "originalurl"
            | "urlpath" => {
                path = path.or_else(|| path_of(&text));
            }
            "status" | "statuscode" | "responsestatus" | "responsestatuscode" | "httpstatus" | "downstreamstatus" => {
                status = status.or_else(|| text.parse().ok());
            }
            "request" => {
                let Some((asked, at)) = of_request(&text) else { continue };
                (verb, path) = (verb.or(Some(asked)), path.or(Some(at)));
            }
            _ => {}
        }
    }
    Some(Line { verb: verb?, path: path?, status: status? }).filter(is_sane)
}

/// `GET /path HTTP/1.1`
fn of_request(text: &str) -> Option<(String, String)> {
    let mut words = text.split(' ');
    let (verb, target) = (words.next()?, words.next()?);
    let is_verb = verb.len() <= 10 && !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_uppercase());
    is_verb.then(|| Some((verb.to_owned(), path_of(target)?))).flatten()
}

/// The path of a target, also of an absolute one; no query.
fn path_of(target: &str) -> Option<String> {
    let path = match target.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        }
        _ => target,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/').then(|| path.to_owned())
}

fn is_sane(line: &Line) -> bool {
    (100..600).contains(&line.status) && line.verb.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str, known: &[Action]) -> Vec<String> {
        read(text, "access.log", known).actions.iter().map(Action::name).collect()
    }

    fn common(request: &str, status: u16) -> String {
        format!("203.0.113.9 - ann [23/Nov/2026:05:52:27 +0000] \"{request} HTTP/1.1\" {status} 512 \"-\" \"curl/8\"\n")
    }

    #[test]
    fn every_format_says_the_same() {
        let expected = Line { verb: "GET".into(), path: "/notes/7".into(), status: 200 };
        for raw in [
            common("GET /notes/7?x=1", 200).as_str(),
            r#"10.0.0.1 - - [23/Nov/2026:05:52:27 +0000] "GET http://example.com/notes/7 HTTP/1.1" 200 1"#,
            r#"{"method": "GET", "path": "/notes/7", "status": 200}"#,
            r#"{"request": {"method": "GET", "uri": "/notes/7?x"}, "status": 200, "size": 5}"#,
            r#"{"req": {"method": "get", "url": "/notes/7"}, "res": {"statusCode": 200}}"#,
            r#"{"httpRequest": {"requestMethod": "GET", "requestUrl": "https://example.com/notes/7", "status": 200}}"#,
            r#"{"request": "GET /notes/7 HTTP/2.0", "status": "200"}"#,
        ] {
            assert_eq!(line(raw).as_ref(), Some(&expected), "{raw}");
        }
        assert_eq!(line("hello \"world\" 1"), None);
        assert_eq!(line(r#"{"status": 200}"#), None);
    }

    #[test]
    fn only_what_is_new_is_added_and_keys_are_folded() {
        let mut item = Action::new("GET", "/notes/{note}");
        item.parameters.push(crate::catalogue::Parameter::in_path("note", crate::catalogue::Schema::any()));
        let mut log = String::new();
        for (request, status) in [
            ("GET /notes/7", 200),
            ("DELETE /notes/8", 204),
            ("GET /admin/users/3", 200),
            ("GET /admin/users/4", 200),
            ("GET /wp-login.php", 404),
            ("GET /secret", 302),
            ("GET /logo.png", 200),
            ("POST /admin/import", 303),
            ("OPTIONS /notes", 204),
            ("GET /a/../etc", 200),
        ] {
            log.push_str(&common(request, status));
        }
        let added = read(&log, "access.log", &[item]);
        let names: Vec<_> = added.actions.iter().map(Action::name).collect();
        assert_eq!(names, ["DELETE /notes/{note}", "POST /admin/import", "GET /admin/users/{user}"]);
        assert!(added.actions.iter().all(|action| action.protection == crate::catalogue::Protection::Silent));
        assert_eq!(added.actions[2].origin().unwrap(), "the access log access.log, line 3");
        assert_eq!(
            added.notes,
            ["access.log: 10 requests, 5 of them left out (files, other verbs, and what was not there or refused)"]
        );
    }

    #[test]
    fn many_words_in_one_place_are_names() {
        let words = ["ann", "bob", "cem", "dan", "eva", "fay", "gil", "hal", "ida", "jon", "kim", "lea"];
        let log: String = words.iter().map(|word| common(&format!("GET /people/{word}"), 200)).collect();
        assert_eq!(names(&log, &[]), ["GET /people/{person}"]);
        let few: String = words[..3].iter().map(|word| common(&format!("GET /people/{word}"), 200)).collect();
        assert_eq!(names(&few, &[]).len(), 3);
        assert_eq!(mask("/people/ann", &Names::new()), "/people/ann");
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_passed_over(raw in "[ -~é]{0,120}") {
            let _ = line(&raw);
            let _ = read(&raw, "log", &[]);
        }

        #[test]
        fn any_request_is_found(path in "(/[a-z0-9.-]{1,8}){1,4}", status in 100_u16..600) {
            let found = line(&common(&format!("GET {path}"), status)).unwrap();
            prop_assert_eq!((found.path, found.status), (path, status));
        }
    }
}
