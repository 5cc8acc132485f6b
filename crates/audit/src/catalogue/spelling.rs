//! One spelling for the paths of all frameworks: `:id`, `<int:id>`, `{id:guid}`, `[id]`, `(?P<id>\d+)`, `*rest` are `{id}`
//! and `{rest}`; what is optional is left out.

use serde_json::json;

use super::fold::not_taken;
use super::infer::schema_of;
use super::{Parameter, Schema};

/// A path in the one spelling.
#[derive(Debug, Clone)]
pub(super) struct Spelt {
    /// `/notes/{id}`.
    pub(super) path: String,
    /// What stands in it, in order.
    pub(super) parameters: Vec<Parameter>,
}

/// Rewrites a path; nothing where a part of it is not understood.
pub(super) fn spell(raw: &str) -> Option<Spelt> {
    let mut writing = Writing { path: String::new(), parameters: Vec::new() };
    let mut rest = raw.trim_start_matches('^').trim_end_matches("\\Z").trim_end_matches('$');
    if !rest.starts_with('/') {
        writing.path.push('/');
    }
    while let Some(letter) = rest.chars().next() {
        rest = writing.step(letter, rest)?;
    }
    while writing.path.contains("//") {
        writing.path = writing.path.replace("//", "/");
    }
    let Writing { path, parameters } = writing;
    Some(Spelt { path, parameters })
}

struct Writing {
    path: String,
    parameters: Vec<Parameter>,
}

impl Writing {
    /// Takes what stands first and gives back what is left.
    fn step<'a>(&mut self, letter: char, rest: &'a str) -> Option<&'a str> {
        let begins = self.path.ends_with(['/', '.', '-']);
        let after = &rest[letter.len_utf8()..];
        match letter {
            '(' => {
                let (inside, after) = enclosed(rest, '(', ')')?;
                // A named group is a key. Any other is optional, or only groups: `(.:format)`, `(shop)`.
                let named = inside.strip_prefix("?P<").or_else(|| inside.strip_prefix("?<"));
                if let Some((name, pattern)) = named.and_then(|named| named.split_once('>')) {
                    self.key(name, pattern);
                }
                Some(without_mark(after))
            }
            '<' => {
                let (inside, after) = enclosed(rest, '<', '>')?;
                let (kind, name) = inside.split_once(':').unwrap_or(("", inside));
                self.key(name, kind);
                Some(after)
            }
            '{' => {
                let (inside, after) = enclosed(rest, '{', '}')?;
                let inside = inside.trim_start_matches(['*', '+']);
                let (name, kind) = inside.split_once([':', '=']).unwrap_or((inside, ""));
                self.key(name.trim_end_matches("...").trim_end_matches(['?', '*']), kind);
                Some(after)
            }
            '[' if begins => {
                let (inside, after) = enclosed(rest, '[', ']')?;
                let inside = inside.trim_start_matches('[').trim_end_matches(']').trim_start_matches("...");
                self.key(inside.trim_start_matches('.'), "");
                Some(after)
            }
            ':' | '$' if begins && after.starts_with(is_letter) => {
                let (name, after) = word(after);
                let (kind, after) = match after.starts_with('(') {
                    true => enclosed(after, '(', ')')?,
                    false => ("", after),
                };
                self.key(name, kind);
                Some(without_mark(after))
            }
            '*' if begins => {
                let (name, after) = word(after.trim_start_matches('*'));
                self.key(if name.is_empty() { "rest" } else { name }, "");
                Some(after)
            }
            // Braces stand for keys only, so that one which is meant as such has no spelling.
            '\\' if after.starts_with(|next: char| next.is_ascii_punctuation() && !"{}".contains(next)) => {
                let next = after.chars().next()?;
                self.path.push(next);
                Some(&after[next.len_utf8()..])
            }
            // `/?` at the end of a pattern; anything else behind it is a query.
            '?' | '#' => Some(""),
            '$' if after.is_empty() => Some(""),
            letter if letter.is_ascii_graphic() && !"\\^<>|\"'`;)]}[".contains(letter) => {
                self.path.push(letter);
                Some(after)
            }
            _ => None,
        }
    }

    fn key(&mut self, name: &str, kind: &str) {
        let plain: String = name.trim().chars().map(|letter| if is_letter(letter) { letter } else { '_' }).collect();
        let base = if plain.trim_matches('_').is_empty() { "id" } else { &plain };
        let name = not_taken(base, &self.parameters);
        self.path.push_str(&format!("{{{name}}}"));
        self.parameters.push(Parameter::in_path(name, of_kind(kind)));
    }
}

/// What a converter or a pattern says of a key.
fn of_kind(kind: &str) -> Schema {
    match kind.trim().trim_end_matches(')').trim_start_matches('(') {
        "int" | "integer" | "long" | "number" | "\\d+" | "[0-9]+" => schema_of(json!({"type": "integer"})),
        "uuid" | "guid" => schema_of(json!({"type": "string", "format": "uuid"})),
        _ => Schema::any(),
    }
}

/// What stands between two signs, and what stands behind: brackets inside are kept together.
fn enclosed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some((&text[open.len_utf8()..at], &text[at + close.len_utf8()..]));
            }
        }
    }
    None
}

/// `?`, `*` and `+` behind a key say how often it stands there.
fn without_mark(text: &str) -> &str {
    text.strip_prefix(['?', '*', '+']).unwrap_or(text)
}

fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter| !is_letter(letter)).unwrap_or(text.len()))
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Kind;
    use proptest::prelude::*;

    fn spelt(raw: &str) -> String {
        spell(raw).map(|spelt| spelt.path).unwrap_or_default()
    }

    #[test]
    fn every_frameworks_spelling() {
        for (raw, path) in [
            ("/notes/:id", "/notes/{id}"),
            ("/notes/:id(\\d+)/parts/:part?", "/notes/{id}/parts/{part}"),
            ("/files/:name.:ext", "/files/{name}.{ext}"),
            ("/notes/<int:note_id>/", "/notes/{note_id}/"),
            ("/notes/<slug>", "/notes/{slug}"),
            ("notes/{note}", "/notes/{note}"),
            ("/notes/{id:[0-9]{3,5}}/x", "/notes/{id}/x"),
            ("/notes/{id?}", "/notes/{id}"),
            ("/files/{*path}", "/files/{path}"),
            ("/files/{path...}", "/files/{path}"),
            ("/shop/[category]/[...rest]", "/shop/{category}/{rest}"),
            ("/shop/[[...rest]]", "/shop/{rest}"),
            ("/(shop)/cart", "/cart"),
            ("/notes/:id(.:format)", "/notes/{id}"),
            ("^api/notes/(?P<pk>[^/.]+)/$", "/api/notes/{pk}/"),
            ("^x\\.json/?$", "/x.json/"),
            ("/files/*", "/files/{rest}"),
            ("/files/**", "/files/{rest}"),
            ("/files/*path", "/files/{path}"),
            ("/users/$userId/posts/$userId", "/users/{userId}/posts/{userId_2}"),
            ("/search?q=1", "/search"),
            ("/@me", "/@me"),
            ("/", "/"),
        ] {
            assert_eq!(spelt(raw), path, "{raw}");
        }
        assert!(spell("/a(b").is_none() && spell("/x<y").is_none() && spell("/a\\{b").is_none());
        assert_eq!(spell("/n/<int:id>").unwrap().parameters[0].schema.kind(), Kind::Integer);
    }

    proptest! {
        #[test]
        fn any_text_is_spelt_or_refused(raw in "[ -~]{0,40}") {
            if let Some(spelt) = spell(&raw) {
                let names: std::collections::BTreeSet<_> = spelt.parameters.iter().map(|one| &one.name).collect();
                prop_assert_eq!(names.len(), spelt.parameters.len());
                prop_assert_eq!(spelt.path.matches('{').count(), spelt.parameters.len());
                prop_assert!(spelt.path.starts_with('/'));
            }
        }
    }
}
