//! Where a request says in which tenant it is meant, in a header or a parameter beside the credential: whoever is let in
//! by his own credential and names another's place must get nothing there.

use super::reach::Reached;
use super::world::{Call, World};
use crate::client::percent_encode;
use std::collections::BTreeSet;

impl World<'_> {
    /// Where an actor's requests say that they are meant: header or parameter, and value.
    fn places(&self, actor: usize) -> BTreeSet<(&str, &str)> {
        let carried = self.actors[actor].session.credentials.iter().filter(|carried| carried.is_place);
        carried.map(|carried| (carried.name.as_str(), carried.value.as_str())).collect()
    }

    /// Whether an actor's requests name a place.
    pub(super) fn is_placed(&self, actor: usize) -> bool {
        !self.places(actor).is_empty()
    }

    /// The same action by strangers who name the owner's place, where places are named at all.
    pub(super) fn place(&self, reached: &Reached) -> Option<Reached> {
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        let is_stranger = |at: &usize| self.relation(Some(*at), owner) == "other tenant";
        let own = self.places(owner);
        let elsewhere = |at: usize| self.is_placed(at) && self.places(at) != own;
        let strangers = (0..self.actors.len()).filter(is_stranger).any(elsewhere);
        (strangers && !own.is_empty()).then(|| Reached { placed: true, ..reached.clone() })
    }

    /// The call with the owner's place in it.
    pub(super) fn placed_call(&self, call: &Call, owner: usize) -> Call {
        let mut placed = call.clone();
        for carried in self.actors[owner].session.credentials.iter().filter(|carried| carried.is_place) {
            if carried.in_query {
                let sign = if placed.path.contains('?') { '&' } else { '?' };
                placed.path.push_str(&format!("{sign}{}={}", carried.name, percent_encode(&carried.value)));
            } else {
                placed.headers.push((carried.name.clone(), carried.value.clone()));
            }
        }
        placed
    }
}
