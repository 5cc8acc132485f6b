//! AT04: the record names actor, action, object, time, source, result.

use super::matching::{Found, Matched};
use super::{Kind, Trail, finding, not_readable};
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Cause, Dimension, Finding, Severity, Verdict};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AT04",
    dimension: Dimension::AuditTrail,
    severity: Severity::Prevents,
    title: "the record names actor, action, object, time, source, result",
    why: "A line that says 'updated' is no evidence. Who, what, which, when, from where and with what result are \
          what an investigation asks.",
    how: "Known events of each actor teach which field holds what; each later record is then held against what \
          really happened.",
    references: &["ASVS 5.0 16.2.1", "ASVS 5.0 16.2.2", "CWE-778", "CWE-223"],
    fix: "Make the six fields required in the type that every record is made of.",
    built: true,
};

/// One finding for each of the six.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Trail)> = dossier.all();
    let Some((digest, trail)) = all.last() else { return Vec::new() };
    if let Some(finding) = not_readable(CHECK.id, digest, trail) {
        return vec![finding];
    }
    let matched = Matched::new(trail);
    if !matched.is_calibrated() {
        let words = "nothing that was done appeared in the record: is it the right place?".to_owned();
        return vec![Finding {
            cause: Some(Cause::Undecided),
            ..finding(CHECK.id, digest, super::SUBJECT, Verdict::Unproven, words)
        }];
    }
    let learnt = &matched.learnt;
    let held: [(&str, &str, Option<&String>); 6] = [
        ("actor", "who did it", learnt.actor.as_ref()),
        ("action", "what was done", learnt.action.first()),
        ("object", "to what", learnt.object.first()),
        ("at", "when", learnt.time.as_ref()),
        ("source", "from where", learnt.source.as_ref()),
        ("result", "with what result", learnt.result.as_ref()),
    ];
    held.into_iter().map(|(field, question, path)| judge_field(&matched, digest, field, question, path)).collect()
}

fn judge_field(matched: &Matched<'_>, digest: &str, field: &str, question: &str, path: Option<&String>) -> Finding {
    let subject = format!("{} · {question}", super::SUBJECT);
    let Some(path) = path else {
        let unexplained: Vec<&str> = matched.learnt.unexplained.iter().map(String::as_str).collect();
        if unexplained.is_empty() {
            let words = format!("no field of the record says {question}; every field says something else");
            return finding(CHECK.id, digest, &subject, Verdict::Gap, words);
        }
        let words = format!("could not be learnt; it may stand in {}", unexplained.join(", "));
        return Finding {
            cause: Some(Cause::Undecided),
            answer: Some(format!("[record] fields = {{ {field} = \"{}\" }}", unexplained[0])),
            ..finding(CHECK.id, digest, &subject, Verdict::Unproven, words)
        };
    };
    // A field that is there and empty for some events says nothing about them.
    let empty = matched.trail.events.iter().find(|event| {
        let Found::Row(row) = matched.find(event) else { return false };
        let value = matched.learnt.rows[row].get(path).map(String::as_str).unwrap_or_default();
        // A refusal that hides whether there is such an object may leave the object out.
        value.is_empty() && !(field == "object" && (event.kind == Kind::Refused || event.key.is_empty()))
    });
    match empty.filter(|_| !(field == "object" && matched.learnt.object.len() > 1)) {
        Some(event) => {
            let words = format!("`{path}` is empty for {}", event.action);
            finding(CHECK.id, digest, &subject, Verdict::Gap, words)
        }
        None => finding(CHECK.id, digest, &subject, Verdict::Holds, format!("`{path}` says {question}")),
    }
}
