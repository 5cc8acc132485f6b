//! Making an action succeed for somebody who may, and finding who can tell that it did. What never succeeded for its
//! owner proves nothing when it is refused to a stranger.

use super::witness::{Calibrated, Reader};
use super::world::{Asked, Call, Who, World};
use crate::checks::authorization::expect::{Rule, expect};
use crate::client::Purpose;
use crate::evidence::Form;
use crate::plan::shape;
use std::collections::BTreeMap;

/// An action that succeeded for its owner.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Which.
    pub action: usize,
    /// For whom.
    pub actor: usize,
    /// What its cells are.
    pub form: Form,
    /// What it was about.
    pub object: Option<usize>,
    /// What was sent.
    pub call: Call,
    /// What came back.
    pub asked: Asked,
    /// Who saw it.
    pub witness: Option<Calibrated>,
    /// Slots whose keys are to be the attacker's own: parents that the child does not belong to.
    pub misplaced: Option<Vec<usize>>,
}

impl World<'_> {
    /// The actors who may be the owner of an action's object, likeliest first: those whom the matrix lets reach
    /// farthest, then in the order of the manifest; staff last.
    pub fn owners(&self, action: usize) -> Vec<usize> {
        let action = self.action(action);
        let mut owners: Vec<usize> = (0..self.actors.len()).filter(|at| !self.actors[*at].fact.throw_away).collect();
        let first = self.actors.iter().find(|actor| actor.fact.tenant != "*").map(|actor| actor.fact.tenant.clone());
        owners.sort_by_key(|at| {
            let fact = &self.actors[*at].fact;
            let right = self.matrix.as_ref().and_then(|m| m.right(&action.verb, &action.path, &fact.role));
            let reach = right.map_or(0, |(_, right)| right.reach as u8);
            let home = Some(&fact.tenant) != first.as_ref();
            (u8::from(reach == 0 && right.is_some()), fact.tenant == "*", home, std::cmp::Reverse(reach), *at)
        });
        owners
    }

    /// Makes an action succeed for one of its owners.
    ///
    /// # Errors
    /// What was tried, one line a try.
    pub async fn reach(&mut self, action: usize) -> Result<Reached, Vec<String>> {
        let mut tried: Vec<String> = Vec::new();
        for actor in self.owners(action) {
            match self.reach_as(action, actor).await {
                Ok(reached) => return Ok(reached),
                Err(why) if !tried.contains(&why) => tried.push(why),
                Err(_) => {}
            }
            if self.fell_silent {
                break;
            }
        }
        Err(tried)
    }

    pub(super) async fn reach_as(&mut self, action: usize, actor: usize) -> Result<Reached, String> {
        let slots: Vec<usize> = self.slots.of(action).iter().map(|(slot, _)| *slot).collect();
        let shape = shape(self.action(action), slots.len());
        let Some(last) = slots.last().copied() else {
            let (call, asked) = self.succeed(action, actor, &BTreeMap::new(), None, Purpose::SetUp, 0).await?;
            return Ok(Reached {
                action,
                actor,
                form: shape.form,
                object: None,
                call,
                asked,
                witness: None,
                misplaced: None,
            });
        };
        if shape.form == Form::Read {
            let object = self.standing(last, actor).await?;
            self.populate(action, object, actor).await;
            let keys = self.objects[object].keys.clone();
            let (call, asked) = self.succeed(action, actor, &keys, Some(object), Purpose::SetUp, 0).await?;
            return Ok(Reached {
                action,
                actor,
                form: Form::Read,
                object: Some(object),
                call,
                asked,
                witness: None,
                misplaced: None,
            });
        }
        let object = self.make(last, actor).await?;
        if !self.objects[object].changeable {
            return Err("it would change something that this walk did not make".into());
        }
        // Whose account it is acts on it himself.
        let actor =
            if self.actors[self.objects[object].owner].fact.throw_away { self.objects[object].owner } else { actor };
        let keys = self.objects[object].keys.clone();
        let own_key = self.objects[object].key().to_owned();
        let also = self.readers_of_references(action, last);
        let looks = self.look_before(action, &keys, actor, Some(&own_key), &also).await;
        let (call, asked) = self.succeed(action, actor, &keys, Some(object), Purpose::SetUp, 0).await?;
        let sent: Option<String> =
            super::objects::planted_in(&call, &self.canaries).into_iter().map(|(_, canary)| canary).next();
        let canary = sent.filter(|_| shape.form != Form::Remove);
        let witness = self.calibrate(&looks, canary.as_deref()).await;
        if shape.form == Form::Remove {
            self.objects[object].gone = true;
        }
        // What shows the object's canaries in its answer is a read, whatever its verb.
        let reads = witness.is_none() && !asked.exchange.answer.is_empty() && {
            let carried = &self.objects[object].canaries;
            carried.iter().any(|(_, canary)| {
                asked.answer.text().contains(canary.as_str()) && !call.sent_text().contains(canary.as_str())
            })
        };
        let form = if reads { Form::Read } else { shape.form };
        Ok(Reached { action, actor, form, object: Some(object), call, asked, witness, misplaced: None })
    }

    /// Something below the object, where the action reads what is below it.
    async fn populate(&mut self, action: usize, object: usize, actor: usize) {
        let below = format!("{}/{{}}", crate::plan::slots::place(&self.action(action).path));
        let children: Vec<usize> = (0..self.slots.all.len()).filter(|at| self.slots.all[*at].place == below).collect();
        for child in children {
            // Without a child the list is empty, and the trial says so.
            let _ = self.standing(child, actor).await;
        }
        let _ = object;
    }

    /// Lists of objects below the one that an action is about: what it adds may show there.
    fn readers_of_references(&self, _action: usize, slot: usize) -> Vec<Reader> {
        let lists = self.slots.all[slot].lists.iter();
        lists.map(|list| Reader { action: *list, row: None }).take(1).collect()
    }

    /// Who is tried on an action, and whether it is known that he may not. Those who may are left out.
    pub fn attackers(&self, reached: &Reached) -> Vec<(Who, bool)> {
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        let name = self.action(reached.action).name();
        let mut chosen: Vec<(Who, bool)> = Vec::new();
        let mut seen: Vec<(String, String)> = Vec::new();
        let mut order: Vec<Who> = vec![None];
        order.extend((0..self.actors.len()).map(Some));
        // Strangers before colleagues.
        order.sort_by_key(|who| match self.relation(*who, owner) {
            "anonymous" => 0,
            "other tenant" => 1,
            "staff" => 2,
            _ => 3,
        });
        for who in order {
            if who == Some(owner) || who == Some(reached.actor) {
                continue;
            }
            let fact = self.fact(who);
            let relation = self.relation(who, owner);
            if fact.throw_away || !self.can_misplace(reached, who, relation) {
                continue;
            }
            let key = (fact.role.clone(), relation.to_owned());
            if seen.contains(&key) {
                continue;
            }
            let expectation = expect(&self.run, self.matrix.as_ref(), &name, &fact, relation, reached.object.is_some());
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
        chosen
    }

    /// Where parents are to be the attacker's own: whether he is a stranger who has them.
    fn can_misplace(&self, reached: &Reached, who: Who, relation: &str) -> bool {
        let Some(places) = &reached.misplaced else { return true };
        let has = |at: usize| places.iter().all(|slot| self.standing.contains_key(&(*slot, at)));
        relation == "other tenant" && who.is_some_and(has)
    }

    /// The call of an action about another object.
    ///
    /// # Errors
    /// Which key is missing.
    pub async fn call_again(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        subject: usize,
    ) -> Result<Call, String> {
        self.call_for(action, actor, keys, Some(subject), 0).await
    }

    /// The same call with parents in its path that are the attacker's own.
    pub async fn misplaced_call(
        &mut self,
        call: &Call,
        reached: &Reached,
        places: &[usize],
        attacker: usize,
        subject: usize,
    ) -> Call {
        let mut keys = self.objects[subject].keys.clone();
        for slot in places {
            if let Some(own) = self.standing.get(&(*slot, attacker)) {
                let own = self.objects[*own].keys.clone();
                keys.extend(own.into_iter().filter(|(slot, _)| places.contains(slot)));
            }
        }
        let mut misplaced = call.clone();
        if let Ok(path) = self.path_of(reached.action, &keys) {
            let query = call.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
            misplaced.path = format!("{path}{query}");
        }
        misplaced
    }
}
