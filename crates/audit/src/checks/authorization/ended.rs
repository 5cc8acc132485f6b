//! Access that has ended: what can still be done with a session of before.

use super::deeds::Tried;
use super::exhibits::person;
use super::jwt::{Jwt, carried};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Run};
use crate::verdict::Finding;
use crate::walk::World;
use serde::{Deserialize, Serialize};

/// One way in which somebody's access ended, and what became of his session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Ended {
    /// `AZ06` or `AZ07`.
    pub check: String,
    /// `suspended`, `sign-out`.
    pub subject: String,
    /// Why it was not tried, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// Why the question does not arise, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// `POST /people/7/suspend answered 204`.
    #[serde(default)]
    pub how: String,
    /// The manifest says that this ends it, and nobody guessed it.
    #[serde(default)]
    pub told: bool,
    /// Whose access it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// With the session of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// After signing in anew; nothing where that is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Vec<Tried>>,
    /// What was ended opens something all the same: `the old password still signs in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<String>,
    /// Why it may be meant, where it may: then it is a sign and no proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// Whoever may is still served.
    #[serde(default)]
    pub others_are_served: bool,
    /// The credential carries its own end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SelfContained>,
}

/// A token that says itself until when it is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct SelfContained {
    /// Seconds that it had left; nothing where it never ends.
    pub left_s: Option<i64>,
    /// Seconds that the manifest allows.
    pub allowed_s: Option<u64>,
}

impl Document for Ended {
    const KIND: &'static str = "ended";
}

impl Ended {
    /// One that was not tried.
    pub(super) fn untried(check: &Check, subject: &str, why: Untried) -> Self {
        Self { check: check.id.into(), subject: subject.into(), untried: Some(why), ..Self::default() }
    }
}

/// What somebody's token says of its own end, where it is one that does.
pub(super) fn self_contained(world: &World<'_>, at: usize) -> Option<SelfContained> {
    let token = carried(world, at).iter().find_map(|value| Jwt::parse(value))?;
    let allowed_s = world.manifest.sessions.max_after_end.map(|most| most.as_secs());
    Some(SelfContained { left_s: token.left_s(crate::walk::now().as_second()), allowed_s })
}

/// A finding for each way.
pub(super) fn judge(check: &Check, dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Ended)> = dossier.all();
    all.iter()
        .filter(|(_, ended)| ended.check == check.id)
        .map(|(digest, ended)| of(check, &run, digest, ended))
        .collect()
}

fn of(check: &Check, run: &Run, digest: &str, ended: &Ended) -> Finding {
    let about = say(check, ended.subject.as_str(), digest);
    if let Some(why) = &ended.untried {
        return about.untried(why);
    }
    let Some(who) = ended.who.as_ref().filter(|_| ended.absent.is_none()) else {
        return about.not_applicable(ended.absent.clone().unwrap_or_default());
    };
    let how = &ended.how;
    if let Some(also) = &ended.also {
        return about.gap(format!("{how}, and {also}"));
    }
    let anew = ended.anew.iter().flatten().find(|deed| deed.was_done());
    let Some(deed) = ended.tried.iter().find(|deed| deed.was_done()) else {
        if let Some(deed) = anew {
            let words = format!("{how}; {} signs in again, and {}", person(who), deed.words());
            let about = about.showing(deed.exhibits(run, who));
            return if ended.told { about.gap(words) } else { about.suspected(words) };
        }
        return match ended.tried.len() {
            0 => about.undecided("nothing was known that worked before"),
            _ if !ended.others_are_served => {
                about.undecided(format!("{how}; but nobody else was served afterwards either"))
            }
            number => about.holds(format!("{how}: {number} requests that worked before do so no more")),
        };
    };
    let about = about.showing(deed.exhibits(run, who));
    let words = format!("{how}, and with the session of before {}", deed.words());
    if !ended.told && anew.is_some() {
        return about.suspected(format!("{words}; but he signs in anew, too, so that it may be meant to end nothing"));
    }
    if let Some(doubt) = &ended.doubt {
        return about.suspected(format!("{words}; {doubt}"));
    }
    let within = |token: &SelfContained| match (token.left_s, token.allowed_s) {
        (Some(left), Some(allowed)) if left <= allowed.cast_signed() => Some((left, allowed)),
        _ => None,
    };
    if let Some((left, allowed)) = ended.token.as_ref().and_then(within) {
        let end = format!("its token carries its own end, {left} s away, and the manifest allows {allowed} s");
        // Whoever is put out must do nothing more, and what he makes meanwhile has no such end.
        return match check.id == super::az06::CHECK.id {
            true if ended.tried.iter().any(|deed| deed.made && deed.was_done()) => {
                about.gap(format!("{words}; {end}, but what he makes until then stays"))
            }
            true => about.undecided(format!("{words}; {end}: that it ends then was not waited for")),
            false => about.holds(format!("{words}; {end}")),
        };
    }
    match ended.token {
        Some(SelfContained { left_s: Some(left), allowed_s: None }) if check.id == super::az07::CHECK.id => about
            .suspected(format!("{words}; it is a token that carries its own end, {left} s away: [sessions] max_after_end says how long that may be")),
        Some(SelfContained { left_s: None, .. }) => about.gap(format!("{words}; and its token never ends")),
        _ => about.gap(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange};
    use crate::evidence::Reading;
    use crate::verdict::Verdict;

    fn verdict(check: &Check, ended: &Ended) -> Verdict {
        of(check, &Run::default(), "", ended).verdict
    }

    fn tried(got: &[&str]) -> Tried {
        Tried {
            action: "GET /me".into(),
            before: exchange("ann", 200, Reading::Success),
            now: exchange("ann", 200, Reading::Success),
            got: got.iter().map(|text| (*text).to_owned()).collect(),
            made: false,
        }
    }

    #[test]
    fn a_code_proves_nothing_and_a_value_does() {
        let check = &crate::checks::authorization::az07::CHECK;
        let ended = Ended {
            told: true,
            who: Some(actor("ann", "a")),
            tried: vec![tried(&[])],
            others_are_served: true,
            ..Ended::default()
        };
        assert_eq!(verdict(check, &ended), Verdict::Holds);
        assert_eq!(verdict(check, &Ended { others_are_served: false, ..ended.clone() }), Verdict::Unproven);
        let open = Ended { tried: vec![tried(&["ann@example.com"])], ..ended.clone() };
        assert_eq!(verdict(check, &open), Verdict::Gap);
        let token = |left_s, allowed_s| Ended { token: Some(SelfContained { left_s, allowed_s }), ..open.clone() };
        assert_eq!(verdict(check, &token(Some(600), None)), Verdict::Suspected);
        assert_eq!(verdict(check, &token(Some(600), Some(900))), Verdict::Holds);
        assert_eq!(verdict(check, &token(Some(6000), Some(900))), Verdict::Gap);
        assert_eq!(verdict(check, &token(None, Some(900))), Verdict::Gap);
        let put_out = &crate::checks::authorization::az06::CHECK;
        assert_eq!(verdict(put_out, &token(Some(600), Some(900))), Verdict::Unproven, "nobody waited for its end");
        let made = Tried { made: true, ..tried(&["plimx"]) };
        let made = Ended { tried: vec![made], ..token(Some(600), Some(900)) };
        assert_eq!(verdict(put_out, &made), Verdict::Gap, "what he makes until then stays");
        let guessed = Ended { told: false, anew: Some(vec![tried(&["x"])]), ..open };
        assert_eq!(verdict(check, &guessed), Verdict::Suspected, "nothing may have been meant to end");
    }
}
