//! A value that is never printed and never written down.

use std::fmt;

use super::template::{Lookup, Template, Unfilled};

/// A secret of the manifest's. It can be shown only where it is sent, by [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: String,
    origin: Origin,
}

#[derive(Clone, PartialEq, Eq)]
enum Origin {
    /// In the manifest itself; may have holes.
    Literal,
    /// `env:NAME` or `file:PATH`, as it is written.
    Elsewhere(String),
}

impl Secret {
    /// A secret that stands in the manifest itself.
    pub fn literal(value: impl Into<String>) -> Self {
        Self { value: value.into(), origin: Origin::Literal }
    }

    /// A secret that was fetched from where the manifest points.
    pub fn fetched(value: impl Into<String>, from: impl Into<String>) -> Self {
        Self { value: value.into(), origin: Origin::Elsewhere(from.into()) }
    }

    /// Whether it was fetched from elsewhere: then it is one, whatever its key is called.
    pub fn is_fetched(&self) -> bool {
        matches!(self.origin, Origin::Elsewhere(_))
    }

    /// The secret. Only for what is sent, and for searching answers.
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// The secret with its holes filled. One that was fetched has none, whatever it looks like.
    pub fn fill(&self, known: Lookup<'_>) -> Result<String, Unfilled> {
        match &self.origin {
            Origin::Elsewhere(_) => Ok(self.value.clone()),
            Origin::Literal => match Template::parse(&self.value) {
                Ok(template) => template.fill(known),
                Err(_) => Ok(self.value.clone()),
            },
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Literal => f.write_str("Secret(…)"),
            Origin::Elsewhere(from) => write!(f, "Secret({from})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let shown = format!("{:?} {:?}", Secret::literal("hunter2"), Secret::fetched("hunter2", "env:OLGA"));
        assert_eq!(shown, "Secret(…) Secret(env:OLGA)");
    }

    #[test]
    fn only_a_literal_has_holes() {
        let known = |name: &str| (name == "prepare.olga").then(|| "s3cret".to_owned());
        assert_eq!(Secret::literal("{prepare.olga}").fill(&known).unwrap(), "s3cret");
        assert_eq!(Secret::fetched("{prepare.olga}", "env:X").fill(&known).unwrap(), "{prepare.olga}");
    }
}
