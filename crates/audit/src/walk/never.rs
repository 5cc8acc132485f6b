//! What the manifest says is never sent: not as an attempt, not to make something, not as a control, not to clean up.

use super::world::{Call, World};
use crate::client::Purpose;
use crate::manifest::{ENDS, Manifest, RequestLine};
use crate::plan::slots::{Segment, segments};

/// Why an action is left out.
pub(super) const NEVER: &str = "the manifest says never";
/// The same, where only looking is allowed.
pub(crate) const UNSAFE: &str = "--safe-verbs: it may change something";
/// What changes nothing (RFC 9110 section 9.2.1). TRACE is safe, too, and tells too much.
const SAFE: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

impl World<'_> {
    /// Why an action is never sent: the manifest says so, or it may change something and only looking is allowed.
    pub(super) fn never(&self, at: usize) -> Option<&'static str> {
        let action = self.action(at);
        let path = action.address_path();
        let never = &self.manifest.target.never;
        if never.iter().any(|one| one.matches(&action.verb, &path) || one.matches(&action.verb, &action.path)) {
            return Some(NEVER);
        }
        (self.manifest.target.safe_verbs && !SAFE.contains(&action.verb.as_str())).then_some(UNSAFE)
    }

    /// Nobody plans with what is never sent.
    pub(super) fn avoid_never(&mut self) {
        for at in 0..self.catalogue.actions.len() {
            if let Some(why) = self.never(at) {
                self.avoided.insert(at, why.into());
            }
        }
    }

    /// What was not sent because only looking was allowed, in a sentence for the report.
    pub(super) fn unsafe_note(&self) -> Option<String> {
        let all = self.catalogue.actions.len();
        let left = (0..all).filter(|at| self.never(*at) == Some(UNSAFE)).count();
        self.manifest.target.safe_verbs.then(|| {
            format!("--safe-verbs: {left} of {all} actions may change something and were not sent; what needs them is unproven")
        })
    }

    /// Requests that the manifest names to keep a promise, to end a session, to take somebody out, to close something, to set
    /// up a factor.
    fn named_lines(&self) -> impl Iterator<Item = &RequestLine> {
        let Manifest { promises, second_factor, sessions, ranks, links, become_state, .. } = self.manifest;
        let promised = promises.deletion.iter().chain(&promises.export);
        let factor = second_factor.set_up.iter().chain(&second_factor.remove);
        let ends = sessions.sign_out.iter().chain(&sessions.password);
        let people = become_state
            .iter()
            .filter(|(state, line)| ENDS.contains(&state.as_str()) || !line.names_somebody())
            .map(|(_, line)| line);
        let people = people.chain(ranks.give.iter().chain(&ranks.list));
        let sent = links.values().flat_map(|kind| [&kind.ask, &kind.used]);
        promised.chain(factor).chain(ends).chain(people).chain(sent)
    }

    /// Why a call, its path filled, is never sent: the last door, whoever made the call.
    pub(super) fn forbids(&self, call: &Call, purpose: Purpose) -> Option<&'static str> {
        if self.manifest.target.safe_verbs && !SAFE.contains(&call.method.as_str()) {
            // Nobody looks at anything without signing in. An account that is made stays.
            let stays = self.named_lines().chain(&self.manifest.sign_up).any(|line| is_meant(line, call));
            if purpose != Purpose::SignIn || stays {
                return Some(UNSAFE);
            }
        }
        (!self.manifest.target.never.is_empty() && self.is_told_never(call)).then_some(NEVER)
    }

    fn is_told_never(&self, call: &Call) -> bool {
        // What the manifest names for a purpose is sent for that, and for nothing else: nobody plans with it.
        let second = self.manifest.sign_in.iter().filter_map(|way| way.second.as_ref());
        if self.named_lines().chain(second).any(|line| is_meant(line, call)) {
            return false;
        }
        let path = path_of(call);
        let fitting = (0..self.catalogue.actions.len())
            .filter(|at| self.action(*at).verb == call.method)
            .filter_map(|at| Some((literals(&self.action(at).address_path(), path)?, at)))
            .max();
        match fitting {
            // `/notes/mine` is itself and no `/notes/{note}`.
            Some((_, at)) => self.never(at) == Some(NEVER),
            None => self.manifest.target.never.iter().any(|never| never.matches(&call.method, path)),
        }
    }
}

/// Whether a call is what a line says.
fn is_meant(line: &RequestLine, call: &Call) -> bool {
    line.verb == call.method && literals(line.path.as_str(), path_of(call)).is_some()
}

fn path_of(call: &Call) -> &str {
    call.path.split(['?', '#']).next().unwrap_or_default()
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
