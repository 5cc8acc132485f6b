//! Who is tried on an action: one of each role and relation who may not, or of whom nobody said that he may.

use super::reach::Reached;
use super::world::{Who, World, relation};
use crate::checks::authorization::expect::{Rule, expect};
use crate::evidence::ActorFact;
use crate::matrix::Reach;
use crate::plan::order::draw;
use crate::plan::slots::words;

impl World<'_> {
    /// Who is tried on an action, and whether it is known that he may not. Those who may are left out. `on_object` is
    /// true where something of the owner's may be seen or changed.
    pub fn attackers(&self, reached: &Reached, on_object: bool) -> Vec<(Who, bool)> {
        if let Some(membership) = &self.membership {
            return self.members_to_try(membership, reached).into_iter().map(|who| (who, true)).collect();
        }
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        // Where somebody else acts on what one has made, the maker may be one who may not.
        let may_try = |who: Who| {
            who != Some(reached.actor)
                && (who != Some(owner) || self.is_kept_from(reached.action, owner))
                && self.can_misplace(reached, who, self.relation(who, owner))
        };
        // Whom the object names may be meant to see it: he is tried where nobody else stands for his role.
        let parties = self.parties_of(reached.object, owner);
        let is_stranger = |who: Who| may_try(who) && !who.is_some_and(|at| parties.contains(&at));
        let fact = &self.actors[owner].fact;
        let mut chosen = self.attackers_of(reached.action, fact, on_object, &is_stranger);
        if !parties.is_empty() {
            let of = |who: &Who| (self.fact(*who).role, self.relation(*who, owner));
            let known: Vec<_> = chosen.iter().map(|(who, _)| of(who)).collect();
            let all = self.attackers_of(reached.action, fact, on_object, &may_try);
            chosen.extend(all.into_iter().filter(|(who, _)| !known.contains(&of(who))));
        }
        // Whoever is at home in a place is a member of it.
        let at_home = reached.object.is_some_and(|object| self.is_home(object));
        let reaches = |at: usize| self.reviewed_reach(reached.action, at) >= Some(Reach::Member);
        let is_member = |who: Who| self.relation(who, owner) == "same tenant" && who.is_some_and(reaches);
        chosen.retain(|(who, _)| !(at_home && is_member(*who)));
        chosen
    }

    /// Whether an action lets in whoever knows the code that its path names: `POST /invites/{code}/accept`.
    fn admits(&self, action: usize) -> bool {
        admits(&self.action(action).path)
    }

    /// Whether a reviewed row keeps an actor's role from an action altogether.
    fn is_kept_from(&self, action: usize, actor: usize) -> bool {
        self.reviewed_reach(action, actor) == Some(Reach::None)
    }

    /// The same by who the owner is, before anything was reached. One of each role and relation is tried: the first of
    /// the manifest.
    pub(super) fn attackers_of(
        &self,
        action: usize,
        owner: &ActorFact,
        on_object: bool,
        may_try: &dyn Fn(Who) -> bool,
    ) -> Vec<(Who, bool)> {
        let name = self.action(action).name();
        // Strangers before colleagues.
        let nearness = |who: Who| match relation(&self.fact(who), owner) {
            "anonymous" => 0,
            "other tenant" => 1,
            "staff" => 2,
            _ => 3,
        };
        let mut order: Vec<Who> = vec![None];
        order.extend((0..self.actors.len()).map(Some));
        order.sort_by_key(|who| nearness(*who));
        let mut chosen: Vec<(Who, bool)> = Vec::new();
        let mut seen: Vec<(String, &str)> = Vec::new();
        for who in order {
            let fact = self.fact(who);
            let relation = relation(&fact, owner);
            if fact.throw_away || !may_try(who) {
                continue;
            }
            // Whoever has the code may come in: that is what the code is for, and nobody without it is let in elsewhere.
            if who.is_some() && self.admits(action) {
                continue;
            }
            let key = (fact.role.clone(), relation);
            if seen.contains(&key) {
                continue;
            }
            let expectation = expect(&self.run, self.matrix.as_ref(), &name, &fact, relation, on_object);
            let tried = match expectation.rule {
                Rule::Allowed => false,
                Rule::Forbidden => true,
                Rule::Unknown => relation != "staff",
            };
            if tried {
                seen.push(key);
                chosen.push((who, expectation.rule == Rule::Forbidden));
            }
        }
        // Who stands for a role is the first of the manifest; who of them asks first is drawn.
        chosen.sort_by_key(|(who, _)| (nearness(*who), draw(self.seed, &self.fact(*who).name)));
        chosen
    }

    /// Where parents are to be the attacker's own: whether he is a stranger who has them.
    fn can_misplace(&self, reached: &Reached, who: Who, relation: &str) -> bool {
        if reached.placed {
            return relation == "other tenant" && who.is_some_and(|at| self.is_placed(at));
        }
        let places: Vec<usize> = reached.misplaced.iter().flatten().chain(&reached.brought).copied().collect();
        if reached.misplaced.is_none() && places.is_empty() {
            return true;
        }
        let has = |at: usize| places.iter().all(|slot| self.standing.contains_key(&(*slot, at)));
        relation == "other tenant" && who.is_some_and(has)
    }
}

/// Whether a path takes a code from whoever knows it. A key of an object is no code: nobody joins by a number.
fn admits(path: &str) -> bool {
    const DEEDS: [&str; 4] = ["accept", "join", "redeem", "claim"];
    const CODES: [&str; 5] = ["code", "token", "secret", "nonce", "voucher"];
    let is_one_of = |part: &str, names: &[&str]| words(part).iter().any(|word| names.contains(&word.as_str()));
    let (keys, literals): (Vec<&str>, Vec<&str>) = path.split('/').partition(|part| part.contains('{'));
    keys.last().is_some_and(|key| is_one_of(key.trim_matches(['{', '}']), &CODES))
        && literals.iter().any(|part| is_one_of(part, &DEEDS))
}

#[cfg(test)]
mod tests {
    use super::admits;

    #[test]
    fn a_code_lets_in_whoever_knows_it() {
        assert!(admits("/invites/{code}/accept") && admits("/join/{invite_token}"));
        assert!(
            !admits("/projects/{project}/join") && !admits("/invites/{invite}/accept") && !admits("/tokens/{token}")
        );
    }
}
