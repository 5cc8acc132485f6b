//! Lists of routes: `GET /path` a line, as people write them and as most frameworks print them (Rails, also
//! `--expanded`; Laravel; Flask; Django; Phoenix; Express). A list says that an action is there and nothing more.

use super::spelling::spell;
use super::{Action, Catalogue, Origin, Source};
use crate::error::{Result, Trouble};

/// Verbs that are walked.
pub(super) const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// Verbs that are known and have no action of their own.
const OTHER_VERBS: [&str; 4] = ["HEAD", "OPTIONS", "TRACE", "CONNECT"];
/// Words for every verb.
const ANY: [&str; 3] = ["ANY", "ALL", "*"];
/// Longest line that is read, in bytes.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// What one line of a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing: it is empty, or a comment.
    Empty,
    /// A route. Without verbs where the line names none.
    Route { verbs: Vec<&'static str>, path: String },
    /// `Verb | GET` of a list that has a line for each part of a route.
    Verb(Vec<&'static str>),
    /// `URI | /notes`, in the same.
    Path(String),
    /// Another part of such a route.
    Part,
    /// Anything else.
    Unknown,
}

/// Reads a list.
///
/// # Errors
/// When no line of it names a route.
pub(super) fn read(text: &str, place: &str) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    let (mut unknown, mut silent): (Vec<(usize, &str)>, usize) = (Vec::new(), 0);
    let mut verbs_above = Vec::new();
    for (number, raw) in text.lines().enumerate().map(|(at, raw)| (at + 1, raw)) {
        let (verbs, path) = match line(raw) {
            Line::Empty | Line::Part => continue,
            Line::Verb(verbs) => {
                verbs_above = verbs;
                continue;
            }
            Line::Path(path) => (std::mem::take(&mut verbs_above), path),
            Line::Route { verbs, path } => (verbs, path),
            Line::Unknown => {
                unknown.push((number, raw));
                continue;
            }
        };
        let Some(spelt) = spell(&path) else {
            unknown.push((number, raw));
            continue;
        };
        silent += usize::from(verbs.is_empty());
        let verbs = if verbs.is_empty() { vec!["GET"] } else { verbs };
        for verb in verbs.into_iter().filter(|verb| VERBS.contains(verb)) {
            let mut action = Action::new(verb, &spelt.path);
            action.parameters = spelt.parameters.clone();
            action.origins.push(Origin::new(Source::Routes, place, format!("line {number}")));
            catalogue.actions.push(action);
        }
    }
    if catalogue.actions.is_empty() {
        let (number, line) = unknown.first().copied().unwrap_or((1, ""));
        let wrong = format!("no line names a route; this one is `{}`", shortened(line));
        return Err(Trouble::new(format!("{place}:{number}"), wrong).hint("one route a line: GET /notes/{id}"));
    }
    if let Some((number, line)) = unknown.first() {
        let count = crate::load_line::count(unknown.len(), "line");
        catalogue.notes.push(format!("{place}: {count} without a route; the first is {number}, `{}`", shortened(line)));
    }
    if 0 < silent {
        let count = crate::load_line::count(silent, "route");
        catalogue.notes.push(format!("{place}: {count} without a verb, taken as GET"));
    }
    Ok(catalogue)
}

/// Reads one line.
pub(super) fn line(raw: &str) -> Line {
    let raw = raw.trim().trim_start_matches(['-', '+']).trim();
    if raw.is_empty() || raw.starts_with('#') || raw.starts_with("//") || raw.starts_with('[') && raw.contains("Route")
    {
        return Line::Empty;
    }
    if LINE_BYTES_MAX < raw.len() {
        return Line::Unknown;
    }
    if let Some((name, value)) = raw.split_once(" | ") {
        let (name, value) = (name.trim(), value.trim());
        return match name {
            "Verb" => Line::Verb(verbs_of(value).unwrap_or_default()),
            "URI" if value.starts_with('/') => Line::Path(value.to_owned()),
            _ if name.chars().all(|letter| letter.is_alphanumeric() || " #".contains(letter)) => Line::Part,
            _ => Line::Unknown,
        };
    }
    let mut tokens: Vec<&str> = raw.split_whitespace().collect();
    // A star before a verb begins an item of a list; alone it means every verb.
    if tokens.first() == Some(&"*") && tokens.get(1).is_some_and(|token| verbs_of(token).is_some()) {
        tokens.remove(0);
    }
    let verbs_at = tokens.iter().position(|token| verbs_of(token).is_some());
    let Some(start) = verbs_at else {
        return match tokens.first().filter(|token| token.starts_with(['/', '^'])) {
            Some(path) => Line::Route { verbs: Vec::new(), path: (*path).to_owned() },
            None => Line::Unknown,
        };
    };
    let run = tokens[start..].iter().map_while(|token| verbs_of(token)).collect::<Vec<_>>();
    let behind = &tokens[start + run.len()..];
    let mut verbs: Vec<&'static str> = run.into_iter().flatten().collect();
    verbs.sort_unstable();
    verbs.dedup();
    let rooted = |token: &&&str| token.starts_with(['/', '^']);
    // Laravel writes paths without the slash before them, right behind the verbs that begin the line.
    let bare = || behind.first().filter(|token| start == 0 && is_bare_path(token));
    match behind.iter().find(rooted).or_else(|| tokens[..start].iter().rfind(rooted)).or_else(bare) {
        Some(path) => Line::Route { verbs, path: (*path).to_owned() },
        None => Line::Unknown,
    }
}

/// `GET`, `GET|HEAD`, `GET,POST`, `[GET]`, `ANY`: verbs in capitals, or as one of them a single word in small letters.
fn verbs_of(token: &str) -> Option<Vec<&'static str>> {
    let token = token.trim_matches(['[', ']', ',', '\'', '"']);
    if ANY.contains(&token) {
        return Some(VERBS.to_vec());
    }
    let known = |word: &str| VERBS.iter().chain(&OTHER_VERBS).find(|verb| **verb == word).copied();
    token.split(['|', ',']).map(|word| known(word.trim_matches(['\'', '"']))).collect()
}

fn is_bare_path(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '{')
        && token.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./{}?:".contains(letter))
        && !token.contains("::")
}

fn shortened(line: &str) -> String {
    line.trim().chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<String> {
        read(text, "routes.txt").unwrap().actions.iter().map(Action::name).collect()
    }

    #[test]
    fn a_plain_list() {
        let text = "# routes\nGET /notes\n\nPOST /notes\nGET|HEAD /notes/:id\nANY /webhook\n";
        let expected =
            ["GET /notes", "POST /notes", "GET /notes/{id}", "DELETE /webhook", "GET /webhook", "PATCH /webhook"];
        assert_eq!(names(text)[..6], expected);
    }

    #[test]
    fn what_frameworks_print() {
        let rails = "   Prefix Verb   URI Pattern                Controller#Action\n    notes GET    /notes(.:format)           notes#index\n          DELETE /notes/:id(.:format)       notes#destroy\n";
        assert_eq!(names(rails), ["GET /notes", "DELETE /notes/{id}"]);
        let expanded = "--[ Route 1 ]------\nPrefix            | notes\nVerb              | POST\nURI               | /notes(.:format)\nController#Action | notes#create\n";
        assert_eq!(names(expanded), ["POST /notes"]);
        let laravel = "  GET|HEAD   api/notes/{note} ........ notes.show › NoteController@show\n  POST       login ......... AuthController@login\n";
        assert_eq!(names(laravel), ["GET /api/notes/{note}", "POST /login"]);
        let flask = "Endpoint     Methods    Rule\n-----------  ---------  ------------------\nnotes.show   GET, POST  /notes/<int:id>\n";
        assert_eq!(names(flask), ["GET /notes/{id}", "POST /notes/{id}"]);
        let django = "/notes/<int:pk>/\tapp.views.NoteView\tnote-detail\n/admin/\tdjango.admin\tadmin:index\n";
        assert_eq!(names(django), ["GET /notes/{pk}/", "GET /admin/"]);
        let phoenix = "  note_path  GET     /notes/:id     AppWeb.NoteController :show\n";
        assert_eq!(names(phoenix), ["GET /notes/{id}"]);
    }

    #[test]
    fn what_names_no_route_is_told() {
        let notes = read("GET /a\nGTE /b\n/c\n", "routes.txt").unwrap().notes;
        assert_eq!(
            notes,
            [
                "routes.txt: 1 line without a route; the first is 2, `GTE /b`",
                "routes.txt: 1 route without a verb, taken as GET"
            ]
        );
        let refused = read("hello\n", "routes.txt").unwrap_err().to_string();
        assert!(refused.starts_with("routes.txt:1: no line names a route; this one is `hello`"), "{refused}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([ -~é]{0,30}\n){0,8}") {
            if let Ok(catalogue) = read(&text, "routes.txt") {
                prop_assert!(catalogue.actions.iter().all(|action| action.path.starts_with('/')));
            }
        }
    }
}
