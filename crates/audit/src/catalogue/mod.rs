//! All actions of the service, from the documents that describe it.

mod access_log;
mod document;
pub(crate) mod fold;
mod har;
mod infer;
mod merge;
pub mod openapi;
mod origin;
pub mod path;
mod postman;
mod read;
mod recognise;
mod routes;
mod schema;
mod spelling;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use har::{secrets_of_recording, tells_who};
pub(crate) use infer::is_uuid;
pub use origin::{Origin, Source};
pub use read::{DOCUMENT_BYTES_MAX, Document, read};
pub(crate) use schema::percent_decode;
pub use schema::{Kind, Schema};

/// All actions of the service.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The document's title.
    pub title: String,
    /// In the order of path, then verb.
    pub actions: Vec<Action>,
    /// How the documents say that credentials are carried.
    pub schemes: Vec<openapi::Scheme>,
    /// What the documents hold and this version does not read: webhooks, remote references, actions that clash.
    pub notes: Vec<String>,
}

/// One action: a verb and a path, with what the document says about it.
#[derive(Debug, Clone)]
pub struct Action {
    /// `GET`, in capitals.
    pub verb: String,
    /// As the document spells it: `/projects/{project}`.
    pub path: String,
    /// What stands before it in an address: `/api/v1`, from `servers` or `basePath`; empty or begins with a slash.
    pub base: String,
    /// `operationId`.
    pub operation_id: Option<String>,
    /// `tags`.
    pub tags: Vec<String>,
    /// `summary`.
    pub summary: String,
    /// `description`.
    pub description: String,
    /// `deprecated`.
    pub deprecated: bool,
    /// In path, query, header and cookie; path parameters in the order of the path.
    pub parameters: Vec<Parameter>,
    /// What is sent.
    pub body: Option<Body>,
    /// What may come back.
    pub answers: Vec<Answer>,
    /// What the document says about who may.
    pub protection: Protection,
    /// `links` of its answers.
    pub links: Vec<Link>,
    /// Where it was read; who describes it stands first.
    pub origins: Vec<Origin>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Whether the document asks for it. Always true in the path.
    pub required: bool,
    /// What it may be.
    pub schema: Schema,
    /// Values that the document shows.
    pub examples: Vec<Value>,
    /// How several values of it are written.
    pub join: Join,
}

/// How several values of one parameter, or of one field of a form, are written: `collectionFormat` of Swagger 2.0,
/// `style` and `explode` of OpenAPI 3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Join {
    /// `a,b`
    #[default]
    Comma,
    /// `a b`
    Space,
    /// With tabs between them.
    Tab,
    /// `a|b`
    Pipe,
    /// `tag=a&tag=b`
    Repeated,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the path.
    Path,
    /// Behind the question mark.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// What an action takes.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether the document asks for it.
    pub required: bool,
    /// The ways to send it, best first: a form that wants a file, JSON, another form, others.
    pub media: Vec<Media>,
}

/// One way to send or to answer.
#[derive(Debug, Clone)]
pub struct Media {
    /// `application/json`, without parameters.
    pub content_type: String,
    /// What it holds.
    pub schema: Schema,
    /// Whole values that the document shows.
    pub examples: Vec<Value>,
    /// Media types that a field of a form in parts may have (`encoding`), in the document's order.
    pub file_types: BTreeMap<String, Vec<String>>,
    /// How lists in fields of a form are written, where the document says.
    pub joins: BTreeMap<String, Join>,
    /// The field of a form that holds the session's token against forged requests; it is none of the schema's.
    pub form_token: Option<String>,
}

/// One documented answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// `200`, `4XX`, `default`.
    pub status: String,
    /// `description`.
    pub description: String,
    /// Its media types.
    pub media: Vec<Media>,
    /// Names of documented headers.
    pub headers: Vec<String>,
}

/// What the document says about who may. Its silence is not permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Nothing is said.
    Silent,
    /// `security: []`, or an alternative without any scheme.
    Open,
    /// The names of the schemes.
    Protected(Vec<String>),
}

/// A link of an answer's: a value of it is a parameter of another action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `operationId` of the other action, where it is named so.
    pub operation_id: Option<String>,
    /// `operationRef` of the other action, where it is named so.
    pub operation_ref: Option<String>,
    /// Parameter → runtime expression, `$response.body#/id`.
    pub parameters: Vec<(String, String)>,
}

impl Catalogue {
    /// Words that stand in the paths of more than half of many actions: `api`, `v1`, or an `admin` below which everything
    /// lies. They tell no action from another.
    pub fn common_words(&self) -> std::collections::BTreeSet<String> {
        const ACTIONS_MIN: usize = 8;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for action in &self.actions {
            let literals = action.path.split('/').filter(|segment| !segment.contains('{'));
            let words: std::collections::BTreeSet<String> =
                literals.flat_map(|segment| segment.split(['-', '_', '.'])).map(str::to_lowercase).collect();
            words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
        }
        let all = self.actions.len();
        counts.into_iter().filter(|(_, count)| ACTIONS_MIN <= all && all < count * 2).map(|(word, _)| word).collect()
    }

    /// An action by its name: `GET /projects/{project}`.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name() == name)
    }
}

impl Action {
    /// An action of which nothing is known but verb and path.
    pub fn new(verb: &str, path: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            path: path.to_owned(),
            base: String::new(),
            operation_id: None,
            tags: Vec::new(),
            summary: String::new(),
            description: String::new(),
            deprecated: false,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            protection: Protection::Silent,
            links: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// `GET /projects/{project}`, as the document spells it.
    pub fn name(&self) -> String {
        format!("{} {}", self.verb, self.path)
    }

    /// The path in an address: base and path.
    pub fn address_path(&self) -> String {
        format!("{}{}", self.base, self.path)
    }

    /// Whether the verb is meant to change nothing (RFC 9110 section 9.2.1). The walk watches it all the same.
    pub fn is_safe(&self) -> bool {
        matches!(self.verb.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// The parameters of one place.
    pub fn parameters_in(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// Words of path, tags, operation id, summary and description in small letters, for guesses that are never proof.
    pub fn words(&self) -> Vec<String> {
        let mut text = format!("{} {} {}", self.path, self.tags.join(" "), self.summary);
        text.push(' ');
        // Names in camel case are several words.
        for letter in self.operation_id.as_deref().unwrap_or("").chars() {
            if letter.is_uppercase() {
                text.push(' ');
            }
            text.push(letter);
        }
        text.push(' ');
        text.push_str(&self.description);
        text.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    }

    /// The documented successes.
    pub fn successes(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| answer.status.starts_with('2'))
    }
}

impl Body {
    /// The best way to send it.
    pub fn best(&self) -> Option<&Media> {
        self.media.first()
    }
}

impl Join {
    /// What is written for several values: one text, or each by itself.
    pub fn write(self, values: Vec<String>) -> Vec<String> {
        let between = match self {
            Self::Comma => ",",
            Self::Space => " ",
            Self::Tab => "\t",
            Self::Pipe => "|",
            Self::Repeated => return values,
        };
        vec![values.join(between)]
    }
}

impl Parameter {
    /// One that stands in the path.
    pub fn in_path(name: impl Into<String>, schema: Schema) -> Self {
        let (name, place) = (name.into(), Place::Path);
        Self { name, place, required: true, schema, examples: Vec::new(), join: Join::default() }
    }
}

impl Media {
    /// A way to send or to answer, without examples.
    pub fn new(content_type: impl Into<String>, schema: Schema) -> Self {
        let (content_type, examples) = (content_type.into(), Vec::new());
        let (file_types, joins) = (BTreeMap::new(), BTreeMap::new());
        Self { content_type, schema, examples, file_types, joins, form_token: None }
    }

    /// Whether it is JSON (`application/json`, `application/merge-patch+json` …).
    pub fn is_json(&self) -> bool {
        let kind = self.content_type.to_ascii_lowercase();
        kind == "application/json" || kind.ends_with("+json") || kind == "text/json" || kind == "*/*"
    }

    /// Whether it is `application/x-www-form-urlencoded`.
    pub fn is_form(&self) -> bool {
        self.content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// Whether it is `multipart/form-data`.
    pub fn is_multipart(&self) -> bool {
        self.content_type.to_ascii_lowercase().starts_with("multipart/")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        })
    }
}
