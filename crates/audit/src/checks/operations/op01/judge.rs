//! What a burst proves.

use super::{Burst, CHECK};
use crate::evidence::Dossier;
use crate::verdict::{Cause, Exhibit, Finding, Strength, Verdict};

/// A delay counts when it is at least so long, and so many times what it was.
const DELAY_MS: u64 = 800;
const DELAY_TIMES: u64 = 4;
/// One finding for each form.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let bursts: Vec<(&str, Burst)> = dossier.all();
    bursts.iter().map(|(digest, burst)| finding(digest, burst)).collect()
}

fn finding(digest: &str, burst: &Burst) -> Finding {
    let (verdict, words) = verdict(burst);
    let cause = match (verdict, &burst.answer) {
        (Verdict::Unproven, Some(_)) => Some(Cause::NotTold),
        (Verdict::Unproven, None) => Some(Cause::Undecided),
        _ => None,
    };
    let exhibits = burst.answers.iter().map(|(status, count)| Exhibit {
        label: burst.what.clone(),
        actor: "nobody".into(),
        request: format!("{} × {count}", burst.form),
        status: *status,
        bytes: 0,
        note: String::new(),
        curl: String::new(),
    });
    let right = burst.right_afterwards.map(|(status, let_in)| Exhibit {
        label: "the right password".into(),
        actor: "a throw-away account".into(),
        request: burst.form.clone(),
        status,
        bytes: 0,
        note: if let_in { "let in" } else { "not let in" }.into(),
        curl: String::new(),
    });
    Finding {
        check: CHECK.id.into(),
        subject: burst.form.clone(),
        cell: None,
        verdict,
        cause,
        strength: Strength::Fact,
        words,
        answer: burst.answer.clone(),
        evidence: vec![digest.to_owned()],
        exhibits: exhibits.chain(right).collect(),
    }
}

fn verdict(burst: &Burst) -> (Verdict, String) {
    let is_sign_in = burst.right_afterwards.is_some() || burst.form.starts_with("sign-in");
    if let Some(why) = &burst.not_tried {
        return (Verdict::Unproven, why.clone());
    }
    if let Some((number, how)) = &burst.limited {
        return (Verdict::Holds, format!("limited at try {number} ({how})"));
    }
    if !burst.worked_before {
        return (Verdict::Unproven, "the form did not work before the burst".into());
    }
    let (first, last) = burst.millis;
    if last >= DELAY_MS && last >= first * DELAY_TIMES {
        return (Verdict::Holds, format!("slowed from {first} ms to {last} ms within {} tries", burst.tries));
    }
    match burst.right_afterwards {
        Some((status, false)) => {
            return (
                Verdict::Holds,
                format!("locked after {} tries: the right password is answered {status}", burst.tries),
            );
        }
        None if is_sign_in => return (Verdict::Unproven, "the right password was not answered after the burst".into()),
        _ => {}
    }
    if burst.tries < burst.tries_max {
        return (Verdict::Unproven, format!("only {} of {} tries were answered", burst.tries, burst.tries_max));
    }
    // What refuses for another reason than a limit is not open without one.
    if !is_sign_in && burst.answers.iter().any(|(status, _)| *status >= 400) {
        return (Verdict::Unproven, "some tries were refused, and not by a limit".into());
    }
    let after = if is_sign_in { ", and then the right one signed in" } else { "" };
    (Verdict::Gap, format!("{} {} in a row{after}", burst.tries, burst.what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn burst() -> Burst {
        Burst {
            form: "sign-in /session".into(),
            what: "wrong passwords".into(),
            worked_before: true,
            tries: 120,
            tries_max: 120,
            answers: vec![(401, 120)],
            millis: (40, 45),
            right_afterwards: Some((200, true)),
            ..Burst::default()
        }
    }

    #[test]
    fn the_right_password_after_the_burst_decides() {
        assert_eq!(verdict(&burst()).0, Verdict::Gap);
        let with = |change: fn(&mut Burst)| {
            let mut burst = burst();
            change(&mut burst);
            verdict(&burst).0
        };
        assert_eq!(with(|burst| burst.right_afterwards = Some((401, false))), Verdict::Holds, "a lock-out");
        assert_eq!(with(|burst| burst.limited = Some((11, "429".into()))), Verdict::Holds);
        assert_eq!(with(|burst| burst.millis = (40, 2000)), Verdict::Holds, "a delay");
        assert_eq!(with(|burst| burst.worked_before = false), Verdict::Unproven);
        assert_eq!(with(|burst| burst.tries = 60), Verdict::Unproven);
        assert_eq!(with(|burst| burst.right_afterwards = None), Verdict::Unproven);
    }

    #[test]
    fn sign_ups_that_are_all_taken_are_a_gap() {
        let open =
            Burst { form: "sign-up /accounts".into(), right_afterwards: None, answers: vec![(201, 120)], ..burst() };
        assert_eq!(verdict(&open).0, Verdict::Gap);
        assert_eq!(verdict(&Burst { answers: vec![(201, 3), (409, 117)], ..open }).0, Verdict::Unproven);
    }

    proptest! {
        #[test]
        fn a_gap_needs_every_try(tries in 0..200_u32, tries_max in 1..200_u32, let_in in any::<bool>()) {
            let burst = Burst { tries, tries_max, right_afterwards: Some((200, let_in)), ..burst() };
            if verdict(&burst).0 == Verdict::Gap {
                prop_assert!(let_in && tries >= tries_max);
            }
        }
    }
}
