//! Texts with holes: `{name}`, `{project.id}`, `{base64(name:password)}`, `{totp(secret)}`; `{totp}` is short for
//! `{totp(totp)}`.
//!
//! A brace that does not begin a hole stays a brace, so that JSON can be written as it is.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;

/// A text with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Hole(String),
    Function(Function, Vec<Piece>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Base64,
    Totp,
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfilled {
    /// Nothing is known under this name.
    Unknown(String),
    /// What a code is to be made of is no secret of an authenticator app, or nobody is about to sign in with one.
    NoCode,
}

impl fmt::Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "nothing is known for {{{name}}}"),
            Self::NoCode => f.write_str("there is no code: is it the base32 secret of an authenticator app?"),
        }
    }
}

/// What is known: a name in, its value out. A name that begins with [`CODE`] asks for the code of the secret behind it.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Begins the name by which a template asks for a code: the moment is not its business.
pub const CODE: &str = "totp:";

impl Template {
    /// Reads a text. Only a function that does not exist is an error.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), pieces: pieces(text)? })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing to fill.
    pub fn is_literal(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Every name that is asked for.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut open: Vec<&Piece> = self.pieces.iter().collect();
        while let Some(piece) = open.pop() {
            match piece {
                Piece::Text(_) => {}
                Piece::Hole(name) => drop(names.insert(name.as_str())),
                Piece::Function(_, inside) => open.extend(inside),
            }
        }
        names
    }

    /// The text with every hole filled.
    pub fn fill(&self, lookup: Lookup<'_>) -> Result<String, Unfilled> {
        self.fill_with(lookup, &|value| value)
    }

    /// The same, with each value escaped for the place where it stands.
    pub fn fill_with(&self, lookup: Lookup<'_>, escape: &dyn Fn(String) -> String) -> Result<String, Unfilled> {
        fill(&self.pieces, lookup, escape)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn fill(pieces: &[Piece], lookup: Lookup<'_>, escape: &dyn Fn(String) -> String) -> Result<String, Unfilled> {
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Hole(name) => {
                filled.push_str(&escape(lookup(name).ok_or_else(|| Unfilled::Unknown(name.clone()))?));
            }
            Piece::Function(Function::Base64, inside) => {
                let plain = fill(inside, lookup, &|value| value)?;
                filled.push_str(&escape(base64::engine::general_purpose::STANDARD.encode(plain)));
            }
            Piece::Function(Function::Totp, inside) => {
                let secret = fill(inside, lookup, &|value| value)?;
                filled.push_str(&escape(lookup(&format!("{CODE}{secret}")).ok_or(Unfilled::NoCode)?));
            }
        }
    }
    Ok(filled)
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(brace) = rest.find('{') {
        literal.push_str(&rest[..brace]);
        rest = &rest[brace..];
        if let Some((piece, after)) = hole(rest)? {
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            pieces.push(piece);
            rest = after;
        } else {
            literal.push('{');
            rest = &rest[1..];
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    Ok(pieces)
}

/// The hole at the beginning of a text that begins with a brace, and what follows it.
fn hole(text: &str) -> Result<Option<(Piece, &str)>, String> {
    let Some((inside, after)) = text[1..].split_once('}') else { return Ok(None) };
    if inside == "totp" {
        return Ok(Some((Piece::Function(Function::Totp, vec![Piece::Hole(inside.to_owned())]), after)));
    }
    if is_name(inside) {
        return Ok(Some((Piece::Hole(inside.to_owned()), after)));
    }
    let Some((function, arguments)) = inside.strip_suffix(')').and_then(|inside| inside.split_once('(')) else {
        return Ok(None);
    };
    if !is_name(function) {
        return Ok(None);
    }
    let function = match function {
        "base64" => Function::Base64,
        "totp" => Function::Totp,
        unknown => return Err(format!("there is no function `{unknown}`; known are base64, totp")),
    };
    Ok(Some((Piece::Function(function, arguments_of(arguments)), after)))
}

/// `name:password` is two names with a colon between them.
fn arguments_of(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of_name = is_name_letter(first);
        let end = rest.find(|letter| is_name_letter(letter) != of_name).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(if is_name(piece) { Piece::Hole(piece.to_owned()) } else { Piece::Text(piece.to_owned()) });
        rest = after;
    }
    pieces
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')
}

/// A letter, then letters, digits, underscores, and dots between them (`project.id`, `prepare.owner_key`).
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| is_name_letter(letter) || letter == '-')
        && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(name: &str) -> Option<String> {
        match name {
            "name" => Some("ann".into()),
            "password" => Some("p:w".into()),
            "project.id" => Some("7".into()),
            "totp" | "secret" => Some("ME".into()),
            "totp:ME" => Some("123456".into()),
            _ => None,
        }
    }

    #[test]
    fn holes_are_filled_and_other_braces_stay() {
        let fill = |text| Template::parse(text).unwrap().fill(&known);
        assert_eq!(fill(r#"{"a":"{name}","b":{}}"#).unwrap(), r#"{"a":"ann","b":{}}"#);
        assert_eq!(fill("/p/{project.id}").unwrap(), "/p/7");
        assert_eq!(fill("Basic {base64(name:password)}").unwrap(), "Basic YW5uOnA6dw==");
        assert_eq!(fill("{nobody}").unwrap_err(), Unfilled::Unknown("nobody".into()));
        assert_eq!(fill("{totp(secret)} {totp}").unwrap(), "123456 123456");
        assert_eq!(fill("{totp(name)}").unwrap_err(), Unfilled::NoCode);
        assert!(Template::parse("{sha(name)}").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_kept(text in ".*") {
            if let Ok(template) = Template::parse(&text) {
                prop_assert_eq!(template.as_str(), text.as_str());
                let unchanged = template.fill(&|name| Some(format!("{{{name}}}")));
                if template.is_literal() { prop_assert_eq!(unchanged.unwrap(), text); }
            }
        }
    }
}
