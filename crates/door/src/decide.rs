//! The whole of who may do what: one pure function.

use crate::caller::{Actor, Caller};
use crate::refusal::{Refusal, Result};
use crate::relation::{Relation, Relations};
use crate::spec::{Effect, Spec};
use crate::time::Time;

/// The state of everything at a place that is about to end.
const CLOSING: &str = "to_be_deleted";

/// Decides. `standing` is what the caller is to the object, `state` the object's.
///
/// # Errors
/// Who has nothing to do with the object is told that it is not there; who comes from the wrong network with too old a
/// sign-in or by another one than is let in, that; who sees it, that he may not; then the state,
/// maintenance, the second factor and the age of the sign-in count.
pub fn decide(
    spec: &Spec,
    effect: Effect,
    caller: &Caller,
    standing: Relations,
    state: &'static str,
    now: Time,
) -> Result<()> {
    if !spec.may.meet(standing) {
        return Err(match caller.actor {
            Actor::Anyone => Refusal::SignIn,
            _ if standing.meet(Relations::of(&[Relation::OUTSIDE])) => Refusal::Network,
            _ if standing.meet(Relations::of(&[Relation::OVERDUE])) => Refusal::Overdue,
            _ if standing.meet(Relations::of(&[Relation::UNPROVIDED])) => Refusal::Provider,
            _ if standing.only_anyone() => Refusal::NotFound,
            _ => Refusal::Forbidden { needs: spec.may, has: standing },
        });
    }
    if let Some(scopes) = &caller.scopes
        && !scopes.iter().any(|scope| *scope == scope_of(spec, effect))
    {
        return Err(Refusal::Scope);
    }
    if spec.not_when.contains(&state) {
        return Err(Refusal::NotNow(state));
    }
    if spec.closes(effect, standing) {
        return Err(Refusal::NotNow(CLOSING));
    }
    if let Some(until) = caller.maintenance
        && effect != Effect::Look
        && !spec.in_maintenance
    {
        return Err(Refusal::Maintenance { until });
    }
    // Before the age: a proof once more, with the password, would not help.
    if spec.by_factor && !caller.proved_by_factor() {
        // A token has nobody behind it who could be asked for anything.
        return Err(if matches!(caller.actor, Actor::Token { .. }) { Refusal::StepUp } else { Refusal::NoFactor });
    }
    if spec.fresh > 0 && !caller.proved_within(spec.fresh, now) { Err(Refusal::StepUp) } else { Ok(()) }
}

/// The scope that a token needs: the first word of the noun, and the kind. `project.member.remove` → `project:change`.
#[must_use]
pub fn scope_of(spec: &Spec, effect: Effect) -> String {
    let noun = spec.name.split('.').next().unwrap_or(spec.name);
    let kind = match effect {
        Effect::Look => "look",
        Effect::Change | Effect::Keep => "change",
        Effect::Disclose => "disclose",
    };
    format!("{noun}:{kind}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spec::{Verb, Way};

    const ADMIN: Relation = Relation::new(8, "admin");
    const VIEWER: Relation = Relation::new(9, "viewer");
    const SPEC: Spec =
        Spec::new("thing.change", "", Way::Http(Verb::Put, "/things/{thing}"), Relations::of(&[ADMIN])).fresh();
    const NOW: Time = Time(1_000_000_000_000_000);

    fn person() -> Caller {
        Caller { actor: Actor::Person(uuid::Uuid::nil()), proved_at: Some(NOW.plus_seconds(-5)), ..Caller::anyone() }
    }

    fn ask(caller: &Caller, standing: &[Relation], state: &'static str) -> Result<()> {
        decide(&SPEC.not_when(&["archived"]), Effect::Change, caller, Relations::of(standing), state, NOW)
    }

    #[test]
    fn the_order_of_the_answers() {
        let mut stale = person();
        stale.proved_at = Some(NOW.plus_seconds(-601));
        let mut token = person();
        token.scopes = Some(vec!["thing:look".to_owned()]);

        assert_eq!(ask(&person(), &[Relation::ANYONE, ADMIN], "open"), Ok(()));
        assert_eq!(ask(&Caller::anyone(), &[Relation::ANYONE], "open"), Err(Refusal::SignIn));
        assert_eq!(ask(&person(), &[Relation::ANYONE], "open"), Err(Refusal::NotFound));
        assert_eq!(
            ask(&person(), &[Relation::ANYONE, VIEWER], "archived"),
            Err(Refusal::Forbidden { needs: Relations::of(&[ADMIN]), has: Relations::of(&[Relation::ANYONE, VIEWER]) })
        );
        assert_eq!(ask(&person(), &[Relation::ANYONE, Relation::OUTSIDE], "archived"), Err(Refusal::Network));
        assert_eq!(ask(&person(), &[Relation::ANYONE, Relation::OVERDUE], "archived"), Err(Refusal::Overdue));
        assert_eq!(ask(&person(), &[Relation::ANYONE, Relation::UNPROVIDED], "archived"), Err(Refusal::Provider));
        assert_eq!(ask(&token, &[ADMIN], "open"), Err(Refusal::Scope));
        assert_eq!(ask(&person(), &[ADMIN], "archived"), Err(Refusal::NotNow("archived")));
        assert_eq!(ask(&stale, &[ADMIN], "open"), Err(Refusal::StepUp));
    }

    #[test]
    fn where_a_factor_is_asked_for_the_password_alone_is_not_enough_however_fresh() {
        let spec = SPEC.by_factor();
        let ask = |caller: &Caller| decide(&spec, Effect::Change, caller, Relations::of(&[ADMIN]), "open", NOW);
        let by_factor = Caller { by_factor: true, ..person() };
        let token =
            Caller { actor: Actor::Token { token: uuid::Uuid::nil(), person: uuid::Uuid::nil() }, ..by_factor.clone() };
        assert_eq!(ask(&person()), Err(Refusal::NoFactor));
        assert_eq!(ask(&by_factor), Ok(()));
        assert_eq!(ask(&Caller { proved_at: Some(NOW.plus_seconds(-601)), ..by_factor }), Err(Refusal::StepUp));
        assert_eq!(ask(&token), Err(Refusal::StepUp), "whatever it says of itself");
        assert_eq!(ask(&Caller::internal(Actor::Console)), Ok(()));
    }

    #[test]
    fn during_maintenance_one_looks_and_nothing_else() {
        let caller = Caller { maintenance: Some(NOW), ..person() };
        let ask = |spec: &Spec, effect| decide(spec, effect, &caller, Relations::of(&[ADMIN]), "open", NOW);
        assert_eq!(ask(&SPEC, Effect::Look), Ok(()));
        for effect in [Effect::Change, Effect::Disclose, Effect::Keep] {
            assert_eq!(ask(&SPEC, effect), Err(Refusal::Maintenance { until: NOW }));
            assert_eq!(ask(&SPEC.in_maintenance(), effect), Ok(()));
        }
        // Whoever may not is told that, and nothing of maintenance.
        let stranger = decide(&SPEC, Effect::Change, &caller, Relations::of(&[Relation::ANYONE]), "open", NOW);
        assert_eq!(stranger, Err(Refusal::NotFound));
    }

    #[test]
    fn at_a_place_that_is_about_to_end_one_looks_and_takes_copies() {
        let closing = Relations::of(&[ADMIN, Relation::CLOSING]);
        let ask = |spec: &Spec, effect| decide(spec, effect, &person(), closing, "open", NOW);
        for effect in [Effect::Look, Effect::Disclose] {
            assert_eq!(ask(&SPEC, effect), Ok(()));
        }
        for effect in [Effect::Change, Effect::Keep] {
            assert_eq!(ask(&SPEC, effect), Err(Refusal::NotNow("to_be_deleted")));
            assert_eq!(ask(&SPEC.in_closing(), effect), Ok(()));
        }
    }

    proptest! {
        /// Nobody gets in without one of the relations that may, whatever else he is; nor to change what is about to end.
        #[test]
        fn denied_by_default(may in any::<u32>(), standing in any::<u32>()) {
            let spec = Spec { may: Relations::from_bits(may), ..SPEC };
            let allowed = decide(&spec, Effect::Change, &person(), Relations::from_bits(standing), "open", NOW).is_ok();
            let closing = standing & Relations::of(&[Relation::CLOSING]).bits() != 0;
            prop_assert_eq!(allowed, may & standing != 0 && !closing);
        }
    }
}
