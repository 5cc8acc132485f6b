//! What another tenant's key in a body of one's own shows.

use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Reading, Run};
use crate::verdict::Finding;
use serde::{Deserialize, Serialize};

/// A field of a body that takes a key: what came of one that is nobody's, and of another tenant's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Referred {
    /// The action.
    pub action: String,
    /// The field: `team_id`.
    pub field: String,
    /// What it names.
    pub noun: String,
    /// It names somebody: people may be named by others in ways that nobody forbids.
    pub person: bool,
    /// Who sent it.
    pub who: ActorFact,
    /// Whose key it was.
    pub owner: ActorFact,
    /// With a key that is nobody's: refused.
    pub nobodys: Exchange,
    /// With the other tenant's.
    pub theirs: Exchange,
}

impl Document for Referred {
    const KIND: &'static str = "referred";
}

/// A finding for each field.
pub(super) fn judge(check: &Check, dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Referred)> = dossier.all();
    all.iter().filter_map(|(digest, seen)| of(check, &run, digest, seen)).collect()
}

fn of(check: &Check, run: &Run, digest: &str, seen: &Referred) -> Option<Finding> {
    let Referred { action, field, noun, who, owner, nobodys, theirs, .. } = seen;
    let about = say(check, format!("{action} · {field}"), digest);
    if theirs.reading != Reading::Success {
        let refused = matches!(theirs.reading, Reading::Refusal | Reading::Invalid | Reading::SoftDenial);
        let noun = crate::load_line::one(noun);
        return refused
            .then(|| about.holds(format!("{noun} of another tenant's is refused there, as is one that is nobody's")));
    }
    let shown = [("nobody's", nobodys, "refused"), ("theirs", theirs, "taken")];
    let about = about.showing(shown.map(|(whose, exchange, note)| exhibit(run, whose, who, exchange, note)).into());
    let words = format!(
        "{} names a {noun} of {}'s in `{field}`, and it is taken ({}), where one that is nobody's is refused ({})",
        person(who),
        owner.tenant,
        theirs.status,
        nobodys.status
    );
    let shows = theirs.sightings.iter().find(|sighting| sighting.owner == owner.name);
    Some(match shows {
        Some(sighting) => about.gap(format!("{words}; the answer shows its {}", sighting.field)),
        None if seen.person => about.suspected(format!("{words}: may strangers be named there?")),
        None => about.gap(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange};
    use crate::verdict::Verdict;

    #[test]
    fn what_is_taken_where_nobodys_is_refused_was_looked_up_over_the_wall() {
        let seen = Referred {
            action: "POST /tickets".into(),
            field: "team_id".into(),
            noun: "team".into(),
            person: false,
            who: actor("bob", "b"),
            owner: actor("ann", "a"),
            nobodys: exchange("bob", 422, Reading::Invalid),
            theirs: exchange("bob", 422, Reading::Invalid),
        };
        let verdict = |seen: &Referred| {
            of(&crate::checks::authorization::az03::CHECK, &Run::default(), "", seen).map(|finding| finding.verdict)
        };
        assert_eq!(verdict(&seen), Some(Verdict::Holds));
        assert_eq!(verdict(&Referred { theirs: exchange("bob", 500, Reading::Failure), ..seen.clone() }), None);
        let taken = Referred { theirs: exchange("bob", 201, Reading::Success), ..seen };
        assert_eq!(verdict(&taken), Some(Verdict::Gap));
        assert_eq!(verdict(&Referred { person: true, ..taken }), Some(Verdict::Suspected));
    }
}
