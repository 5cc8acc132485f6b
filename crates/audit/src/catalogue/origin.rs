//! Where an action was read, for whoever wonders why it is walked.

use std::fmt;

use super::Action;

/// One place that says that an action is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What kind of input it is.
    pub source: Source,
    /// The input: a file, an address, a command.
    pub document: String,
    /// Where in it: a JSON pointer (RFC 6901), or `line 12`.
    pub at: String,
}

/// Kinds of inputs, in the order in which they are read: who spells templates comes before who only shows paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// OpenAPI or Swagger: the service's own word.
    Document,
    /// A Postman collection.
    Collection,
    /// A list of routes.
    Routes,
    /// A HAR recording.
    Recording,
    /// An access log.
    Log,
}

impl Origin {
    /// A place in an input.
    pub fn new(source: Source, document: &str, at: impl Into<String>) -> Self {
        Self { source, document: document.to_owned(), at: at.into() }
    }
}

impl Action {
    /// Whether a document of the service's describes it.
    pub fn is_documented(&self) -> bool {
        self.origins.iter().any(|origin| origin.source == Source::Document)
    }

    /// `the access log access.log, line 12`: who says first that it is there.
    pub fn origin(&self) -> Option<String> {
        let origin = self.origins.first()?;
        let at = if origin.at.is_empty() { String::new() } else { format!(", {}", origin.at) };
        Some(format!("{} {}{at}", origin.source, origin.document))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document => "the document",
            Self::Collection => "the collection",
            Self::Recording => "the recording",
            Self::Routes => "the routes of",
            Self::Log => "the access log",
        })
    }
}
