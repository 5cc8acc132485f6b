//! AZ16: a link that was sent works twice, after its time, or for somebody else.

mod letters;
mod probe;

use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Run};
use crate::verdict::{Dimension, Finding, Severity};
use serde::{Deserialize, Serialize};

pub(super) use probe::{enter_together, invites, probe};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ16",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "invitation or reset link works twice, after expiry, or for somebody else",
    why: "Links travel by mail, lie in archives and are opened by scanners. A link that works twice is a key under the \
          mat.",
    how: "The manifest says how a link is asked for and used; it is taken from the answer, from the audit's own mailbox, or \
          from a command. It is used, used again, used after its time was let pass, and used for another name. Proof is a \
          password that signs in afterwards, or a session that answers with somebody's own values; the first use must \
          work, or nothing follows.",
    references: &["OWASP API2:2023", "ASVS 5.0 6.4.1", "ASVS 5.0 6.5.1", "ASVS 5.0 6.5.5", "CWE-640"],
    fix: "Store a hash of the link with its purpose, person and last minute; delete it in the transaction that uses it.",
    built: true,
};

/// What became of one kind of link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Linked {
    /// `reset`, `invitation`.
    pub subject: String,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// Why the question does not arise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Each use.
    #[serde(default)]
    pub uses: Vec<Use>,
    /// Nothing lets its time pass.
    #[serde(default)]
    pub ageless: bool,
}

/// One use of a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Use {
    /// `a second time`, `after its time`, `for somebody else`; empty for the first.
    pub how: String,
    /// Who is let in by it.
    pub who: ActorFact,
    /// What it was answered.
    pub exchange: Exchange,
    /// Somebody is in by it.
    pub lets_in: bool,
}

impl Document for Linked {
    const KIND: &'static str = "links";
}

/// A finding for each kind of link.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Linked)> = dossier.all();
    all.iter().map(|(digest, linked)| of(&run, digest, linked)).collect()
}

fn of(run: &Run, digest: &str, linked: &Linked) -> Finding {
    let about = say(&CHECK, linked.subject.as_str(), digest);
    if let Some(why) = &linked.untried {
        return about.untried(why);
    }
    if let Some(absent) = &linked.absent {
        return about.not_applicable(absent.clone());
    }
    let Some(first) = linked.uses.iter().find(|one| one.how.is_empty()) else {
        return about.undecided("no link was used");
    };
    if let Some(bad) = linked.uses.iter().find(|one| !one.how.is_empty() && one.lets_in) {
        let words = format!("{} is let in by a link {}", person(&bad.who), bad.how);
        return about.showing(vec![exhibit(run, "the link", &bad.who, &bad.exchange, &bad.how)]).gap(words);
    }
    if !first.lets_in {
        return about.undecided("a link lets nobody in the first time either, so that the refusals mean nothing");
    }
    let hows: Vec<&str> = linked.uses.iter().filter(|one| !one.how.is_empty()).map(|one| one.how.as_str()).collect();
    if linked.ageless {
        let line = format!("[links.{}] later = \"COMMAND\" that lets its time pass", linked.subject);
        return about.not_told(format!("refused {}; whether its time ends is not told", hows.join(", ")), line);
    }
    about.holds(format!("lets in once, and is refused {}", hows.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange};
    use crate::evidence::Reading;
    use crate::verdict::Verdict;

    #[test]
    fn a_refusal_means_something_after_a_first_use() {
        let use_of = |how: &str, lets_in| Use {
            how: how.into(),
            who: actor("ann", "a"),
            exchange: exchange("ann", 200, Reading::Success),
            lets_in,
        };
        let verdict = |uses: Vec<Use>, ageless| {
            of(&Run::default(), "", &Linked { subject: "reset".into(), uses, ageless, ..Linked::default() }).verdict
        };
        assert_eq!(verdict(vec![use_of("", true), use_of("a second time", false)], false), Verdict::Holds);
        assert_eq!(verdict(vec![use_of("", true), use_of("a second time", false)], true), Verdict::Unproven);
        assert_eq!(verdict(vec![use_of("", false), use_of("a second time", false)], false), Verdict::Unproven);
        assert_eq!(verdict(vec![use_of("", true), use_of("a second time", true)], true), Verdict::Gap);
    }
}
