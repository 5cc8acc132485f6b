//! Dry controls: an action that never succeeded, and still is refused to those who may not before anything else.

use super::super::exhibits::{exhibit, person};
use super::super::expect::{Rule, expect};
use super::check_of_relation;
use crate::evidence::{Attempt, Dry, Form, Reading, Run};
use crate::matrix::Matrix;
use crate::verdict::{Cell, Finding, Verdict};

/// What holds, dry. What does not stays what it was: not reached.
pub(super) fn dry_findings(run: &Run, matrix: Option<&Matrix>, digest: &str, dry: &Dry) -> Vec<Finding> {
    if dry.control.reading != Reading::Invalid {
        return Vec::new();
    }
    dry.attempts.iter().filter_map(|attempt| holds(run, matrix, digest, dry, attempt)).collect()
}

fn holds(run: &Run, matrix: Option<&Matrix>, digest: &str, dry: &Dry, attempt: &Attempt) -> Option<Finding> {
    let on_object = dry.form != Form::Plain;
    let expectation = expect(run, matrix, &dry.action, &attempt.actor, &attempt.relation, on_object);
    let check = check_of_relation(dry.form, &attempt.relation, &expectation, &attempt.actor, &dry.owner)?;
    let [exchange] = attempt.exchanges.as_slice() else { return None };
    let may_not = expectation.rule == Rule::Forbidden;
    if !may_not || exchange.reading != Reading::Refusal || !attempt.alive {
        return None;
    }
    let (who, owner) = (person(&attempt.actor), person(&dry.owner));
    Some(Finding {
        check: check.to_owned(),
        subject: dry.action.clone(),
        cell: Some(Cell {
            action: dry.action.clone(),
            role: attempt.actor.role.clone(),
            relation: attempt.relation.clone(),
        }),
        verdict: Verdict::Holds,
        cause: None,
        strength: expectation.strength,
        words: format!(
            "holds (dry): {who} is refused ({}) where {owner}, sending the same, is told that it is invalid ({})",
            exchange.status, dry.control.status
        ),
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: vec![
            exhibit(run, "other", &attempt.actor, exchange, "refused"),
            exhibit(run, "owner", &dry.owner, &dry.control, "the same by the one who may: invalid"),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{exchange, run, trial};

    fn dry(owner: (u16, Reading), stranger: (u16, Reading), alive: bool) -> Vec<Finding> {
        let trial = trial();
        let mut attempt = trial.attempts[0].clone();
        attempt.exchanges = vec![exchange("bob", stranger.0, stranger.1)];
        attempt.alive = alive;
        let control = exchange("ann", owner.0, owner.1);
        let dry =
            Dry { action: trial.action, form: Form::Change, owner: trial.owner, attempts: vec![attempt], control };
        dry_findings(&run(), None, "digest", &dry)
    }

    #[test]
    fn only_a_refusal_before_the_validation_holds() {
        let holds = dry((422, Reading::Invalid), (403, Reading::Refusal), true);
        assert_eq!((holds[0].check.as_str(), holds[0].verdict), ("AZ03", Verdict::Holds));
        assert!(dry((422, Reading::Invalid), (422, Reading::Invalid), true).is_empty(), "both are validated first");
        assert!(dry((422, Reading::Invalid), (200, Reading::Success), true).is_empty());
        assert!(dry((403, Reading::Refusal), (403, Reading::Refusal), true).is_empty(), "nobody gets in");
        assert!(dry((200, Reading::Success), (403, Reading::Refusal), true).is_empty(), "it was not dry");
        assert!(dry((422, Reading::Invalid), (401, Reading::Refusal), false).is_empty(), "a dead session");
    }
}
