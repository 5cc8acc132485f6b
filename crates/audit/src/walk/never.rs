//! What the manifest says is never sent: not as an attempt, not to make something, not as a control, not to clean up.

use super::world::{Call, World};
use crate::manifest::{ENDS, Manifest, RequestLine};
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

    /// Requests that the manifest names to keep a promise, to sign in and out, or to take somebody out.
    fn named_lines(&self) -> impl Iterator<Item = &RequestLine> {
        let Manifest { promises, second_factor, sessions, sign_in, ranks, links, become_state, .. } = self.manifest;
        let promised = promises.deletion.iter().chain(&promises.export);
        let factor = second_factor.set_up.iter().chain(&second_factor.remove);
        let ends = sessions.sign_out.iter().chain(&sessions.password);
        let people = become_state.iter().filter(|(state, _)| ENDS.contains(&state.as_str())).map(|(_, line)| line);
        let people = people.chain(ranks.give.iter().chain(&ranks.list));
        let sent = links.values().flat_map(|kind| [&kind.ask, &kind.used]);
        promised
            .chain(factor)
            .chain(ends)
            .chain(people)
            .chain(sent)
            .chain(sign_in.iter().filter_map(|way| way.second.as_ref()))
    }

    /// Whether a call, its path filled, is one that is never sent: the last door, whoever made the call.
    pub(super) fn forbids(&self, call: &Call) -> bool {
        if self.manifest.target.never.is_empty() {
            return false;
        }
        let path = call.path.split(['?', '#']).next().unwrap_or_default();
        // What the manifest names for a purpose is sent for that, and for nothing else: nobody plans with it.
        let named = |line: &RequestLine| line.verb == call.method && literals(line.path.as_str(), path).is_some();
        if self.named_lines().any(named) {
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
