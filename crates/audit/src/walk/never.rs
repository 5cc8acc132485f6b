//! What the manifest says is never sent: not as an attempt, not to make something, not as a control, not to clean up.

use super::world::{Call, World};
use crate::manifest::RequestLine;
use crate::plan::slots::{Segment, segments};

/// Why an action is left out.
pub(super) const NEVER: &str = "the manifest says never";

impl World<'_> {
    /// Whether the manifest says never to an action.
    pub(super) fn is_never(&self, at: usize) -> bool {
        let action = self.action(at);
        let path = action.address_path();
        let never = &self.manifest.target.never;
        never.iter().any(|one| one.matches(&action.verb, &path) || one.matches(&action.verb, &action.path))
    }

    /// Nobody plans with what is never sent.
    pub(super) fn avoid_never(&mut self) {
        for at in 0..self.catalogue.actions.len() {
            if self.is_never(at) {
                self.avoided.insert(at, NEVER.into());
            }
        }
    }

    /// Whether a call, its path filled, is one that is never sent: the last door, whoever made the call.
    pub(super) fn forbids(&self, call: &Call) -> bool {
        if self.manifest.target.never.is_empty() {
            return false;
        }
        let path = call.path.split(['?', '#']).next().unwrap_or_default();
        // What the manifest names to keep a promise is sent for that, and for nothing else: nobody plans with it.
        let promises = &self.manifest.promises;
        let named = |line: &RequestLine| line.verb == call.method && line.path.as_str() == path;
        if promises.deletion.iter().chain(&promises.export).any(named) {
            return false;
        }
        let fitting = (0..self.catalogue.actions.len())
            .filter(|at| self.action(*at).verb == call.method)
            .filter_map(|at| Some((literals(&self.action(at).address_path(), path)?, at)))
            .max();
        match fitting {
            // `/notes/mine` is itself and no `/notes/{note}`.
            Some((_, at)) => self.is_never(at),
            None => self.manifest.target.never.iter().any(|never| never.matches(&call.method, path)),
        }
    }
}

/// How many literal segments of a template a filled path has; nothing where it does not fit.
fn literals(template: &str, path: &str) -> Option<usize> {
    let template = segments(template);
    let given: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if template.len() != given.len() {
        return None;
    }
    let mut found = 0;
    for (segment, given) in template.iter().zip(given) {
        match segment {
            Segment::Literal(literal) if literal == given => found += 1,
            Segment::Parameter { before, after, .. }
                if given.starts_with(before.as_str()) && given.ends_with(after.as_str()) => {}
            _ => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_most_literal_template_is_meant() {
        assert_eq!(literals("/notes/{note}", "/notes/17"), Some(1));
        assert_eq!(literals("/notes/mine", "/notes/mine"), Some(2));
        assert_eq!(literals("/notes/{id}.json", "/notes/17.json"), Some(1));
        assert_eq!(literals("/notes/{note}", "/notes"), None);
        assert_eq!(literals("/notes/{note}", "/tags/17"), None);
    }

    proptest! {
        #[test]
        fn any_path_fits_or_not(template in ".*", path in ".*") {
            let _ = literals(&template, &path);
        }
    }
}
