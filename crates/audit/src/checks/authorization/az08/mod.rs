//! AZ08: mass assignment.

mod fields;
mod probe;

pub(super) use probe::probe;

use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Reading, Run};
use crate::verdict::{Dimension, Finding, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ08",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "mass assignment: role, owner, tenant, price, verified … can be set",
    why: "A handler that copies the whole body into the row lets the caller set fields that no form shows: his own role, \
          the price, who owns it.",
    how: "Fields of rank or value that answers show and requests do not declare are sent along when something is made or \
          changed, when an account is made, and when one describes oneself: all at once, and one by one where that is refused. \
          Proof is the value read back by another request than the one that set it, different from what stands there \
          without it. Fields that nothing shows are not tried.",
    references: &["OWASP API3:2023 (BOPLA)", "ASVS 5.0 15.3.3", "ASVS 5.0 8.2.3", "CWE-915"],
    fix: "Read input into a type that holds only what this action may set, and refuse unknown fields.",
    built: true,
};

/// Fields that were sent along with a request, and what stood there afterwards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Assigned {
    /// The action, or what it is about.
    pub action: String,
    /// Why nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// Nothing that is shown could be sent along.
    #[serde(default)]
    pub nothing_shown: bool,
    /// Where nothing is shown: the request as it should be, and with fields of rank that nobody declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blind: Option<(Exchange, Exchange)>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// Each field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// What read it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<Exchange>,
}

/// A field that was sent along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct Field {
    /// `role`.
    pub name: String,
    /// What was sent.
    pub sent: String,
    /// What stands there without it.
    pub without: String,
    /// What stood there afterwards.
    pub with: Option<String>,
    /// What was sent stands there, and does not without it. Told by who saw it: of a secret the words here are blotted out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
    /// It gives no rank that is known, and nobody said whether it is the caller's to set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

impl Field {
    fn was_taken(&self) -> bool {
        self.taken
    }
}

impl Document for Assigned {
    const KIND: &'static str = "assigned";
}

/// A finding for each action that more was sent to.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Assigned)> = dossier.all();
    all.iter().map(|(digest, assigned)| of(&run, digest, assigned)).collect()
}

fn of(run: &Run, digest: &str, assigned: &Assigned) -> Finding {
    let about = say(&CHECK, assigned.action.as_str(), digest);
    if let Some(why) = &assigned.untried {
        return about.untried(why);
    }
    if assigned.nothing_shown {
        return about.undecided("no answer shows a field of rank or value that a request does not declare");
    }
    if let Some((_, more)) = &assigned.blind {
        return match more.reading {
            Reading::Invalid => about.holds("a field that nobody declares is refused"),
            _ => {
                about.undecided("fields of rank are sent along without a word, and no answer shows whether they stand")
            }
        };
    }
    let taken = assigned.fields.iter().filter(|field| field.was_taken());
    let Some(field) = taken.min_by_key(|field| field.asks) else {
        let names: Vec<&str> =
            assigned.fields.iter().map(|field| field.name.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
        return about.holds(format!("sent along and not taken: {}", names.join(", ")));
    };
    let who = assigned.who.as_ref().map(person).unwrap_or_default();
    let words = format!(
        "{who} sends `{}` = {} along, which nothing declares, and it stands there ({} without it)",
        field.name, field.sent, field.without
    );
    let shown = assigned.read_back.iter().zip(&assigned.who);
    let about =
        about.showing(shown.map(|(exchange, who)| exhibit(run, "read back", who, exchange, &field.name)).collect());
    if field.asks {
        let answer =
            format!("`fixed {}` in plimsoll.matrix where it is not; else declare it in the document", field.name);
        return about.waits_for_answer(format!("{words}: is it his to set?"), answer);
    }
    about.gap(words)
}

#[cfg(test)]
mod tests {
    use super::fields::{compared, shown, with};
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_value_counts_that_was_sent_and_does_not_stand_there_otherwise() {
        let sent = BTreeMap::from([("role".to_owned(), json!("admin")), ("paid".to_owned(), json!(true))]);
        let fields = compared(
            &sent,
            &json!({"role": "user", "paid": false}),
            &json!({"data": {"role": "admin", "paid": false}}),
        );
        let took: Vec<bool> = fields.iter().map(|field| field.with.as_ref() == Some(&field.sent)).collect();
        assert_eq!(took, [false, true]);
    }

    /// JSON:API 1.1 section 7.2, and bodies that name what they hold.
    #[test]
    fn more_is_said_where_something_is_said() {
        let more = BTreeMap::from([("role".to_owned(), json!("admin"))]);
        for (good, expected) in [
            (json!({"name": "a"}), json!({"name": "a", "role": "admin"})),
            (json!({"user": {"name": "a"}}), json!({"user": {"name": "a", "role": "admin"}})),
            (
                json!({"data": {"type": "users", "attributes": {"name": "a"}}}),
                json!({"data": {"type": "users", "attributes": {"name": "a", "role": "admin"}}}),
            ),
            (json!({}), json!({"role": "admin"})),
            (json!([1]), json!({"role": "admin"})),
        ] {
            let sent = with(&good, &more);
            assert_eq!(sent, expected);
            assert_eq!(shown(&sent).get("role"), Some(&json!("admin")), "{good}");
        }
    }
}
