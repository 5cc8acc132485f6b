//! Checks that a service gives nothing to try: said with the reason, and told apart from what nobody looked at.

use crate::evidence::Run;
use crate::matrix::Matrix;
use crate::verdict::{Cause, Finding, Strength, Verdict};
use std::collections::BTreeSet;

/// What the findings are about, where no action is meant.
const SUBJECT: &str = "the service";

/// A finding for each check of these that has none yet and cannot have any.
pub(super) fn absent(run: &Run, matrix: Option<&Matrix>, digest: &str, found: &BTreeSet<&str>) -> Vec<Finding> {
    let checks = [("AZ04", no_colleagues(run)), ("AZ05", no_ranks(run, matrix)), ("AZ11", no_nesting(run))];
    checks
        .into_iter()
        .filter(|(check, _)| !found.contains(check))
        .filter_map(|(check, why)| why.map(|why| finding(check, digest, why)))
        .collect()
}

/// Why something was not tried: because it cannot be, or because somebody is missing, and the line that adds him.
enum Why {
    Impossible(String),
    Missing(String, String),
}

/// Nobody shares a tenant with anybody. Where each is a tenant by himself there are no colleagues at all.
fn no_colleagues(run: &Run) -> Option<Why> {
    let people: Vec<_> = run.actors.iter().filter(|actor| actor.tenant != "*").collect();
    let tenants: BTreeSet<&str> = people.iter().map(|actor| actor.tenant.as_str()).collect();
    if tenants.len() < people.len() {
        return None;
    }
    if people.iter().all(|actor| actor.tenant == actor.name) {
        return Some(Why::Impossible("each person is a tenant of his own, so nobody has a colleague".into()));
    }
    let first = people.first()?;
    let answer = format!("[actors] NAME = {{ tenant = \"{}\", role = \"{}\", … }}", first.tenant, first.role);
    Some(Why::Missing(format!("nobody walks as a colleague of {}", first.name), answer))
}

/// There is only one role, as far as anybody said and the actions tell.
fn no_ranks(run: &Run, matrix: Option<&Matrix>) -> Option<Why> {
    let mut roles: BTreeSet<&str> = run.actors.iter().map(|actor| actor.role.as_str()).collect();
    let walking = roles.len();
    roles.extend(matrix.iter().flat_map(|matrix| &matrix.roles).map(String::as_str));
    if let (1, [only]) = (walking, roles.iter().copied().collect::<Vec<_>>().as_slice()) {
        return match run.actions.iter().find_map(|action| action.privileged.as_ref().map(|word| (action, word))) {
            None => Some(Why::Impossible(format!("there is only one role, {only}"))),
            Some((action, word)) => Some(Why::Missing(
                format!("everybody walks as {only}, and {} sounds as if it were for others ({word})", action.name),
                "[actors] NAME = { role = \"…\", tenant = \"*\", … }".into(),
            )),
        };
    }
    None
}

/// No path names a thing inside another one.
fn no_nesting(run: &Run) -> Option<Why> {
    let nested = run.actions.iter().any(|action| 1 < action.path.matches('{').count());
    (!nested).then(|| Why::Impossible("no path names a parent and a child".into()))
}

fn finding(check: &str, digest: &str, why: Why) -> Finding {
    let (verdict, cause, words, answer) = match why {
        Why::Impossible(words) => (Verdict::NotApplicable, None, words, None),
        Why::Missing(words, answer) => (Verdict::Unproven, Some(Cause::NotTold), words, Some(answer)),
    };
    Finding {
        check: check.to_owned(),
        subject: SUBJECT.to_owned(),
        cell: None,
        verdict,
        cause,
        strength: Strength::Fact,
        words,
        answer,
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}
