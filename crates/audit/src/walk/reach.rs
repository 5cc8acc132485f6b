//! Making an action succeed for somebody who may, and finding who can tell that it did. What never succeeded for its
//! owner proves nothing when it is refused to a stranger.

use super::witness::{Calibrated, Reader};
use super::world::{Asked, Call, Who, World, relation};
use crate::checks::authorization::expect::{Rule, expect};
use crate::client::Purpose;
use crate::evidence::{ActorFact, Form};
use crate::plan::order::draw;
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

    pub(crate) async fn reach_as(&mut self, action: usize, actor: usize) -> Result<Reached, String> {
        let about = self.slots.about(action);
        let shape = shape(self.action(action), about.len());
        let Some(last) = about.last().copied() else { return self.reach_plain(action, actor, shape.form).await };
        let in_path = !self.slots.of(action).is_empty();
        if shape.form == Form::Read {
            let object = self.standing(last, actor).await?;
            self.populate(action, actor).await;
            let keys = self.objects[object].keys.clone();
            let (call, asked) = self.succeed(action, actor, &keys, Some(object), Purpose::SetUp, 0).await?;
            let object = Some(object);
            return Ok(Reached {
                action,
                actor,
                form: Form::Read,
                object,
                call,
                asked,
                witness: None,
                misplaced: None,
            });
        }
        let object = match self.make(last, actor).await {
            Ok(object) if self.objects[object].changeable || self.may_use_home(action, object) => object,
            // What only names something that this walk did not make is an action of its own.
            _ if !in_path => return self.reach_plain(action, actor, Form::Plain).await,
            Ok(_) => return Err("it would change something that this walk did not make".into()),
            Err(why) => return Err(why),
        };
        // Whose account it is acts on it himself.
        let owner = self.objects[object].owner;
        let actor = if self.actors[owner].fact.throw_away { owner } else { actor };
        self.reach_on(action, actor, object, shape.form).await
    }

    /// Makes an action on a fresh object succeed, and finds who sees what it does.
    async fn reach_on(&mut self, action: usize, actor: usize, object: usize, form: Form) -> Result<Reached, String> {
        let keys = self.keys_for(action, actor, object).await?;
        let own_key = self.objects[object].key().to_owned();
        let also = self.readers_of(&self.objects[object].keys.clone());
        let looks = self.look_before(action, &keys, actor, Some(&own_key), &also).await;
        let (call, asked) = self.succeed(action, actor, &keys, Some(object), Purpose::SetUp, 0).await?;
        let planted = super::objects::planted_in(&call, &self.canaries).into_iter();
        let sent: Vec<String> = planted.map(|(_, canary)| canary).filter(|_| form != Form::Remove).collect();
        let witness = self.calibrate(&looks, &sent).await;
        if form == Form::Remove {
            self.objects[object].gone = true;
        }
        if self.keep_witness(action, witness.as_ref()) {
            let again = if form == Form::Remove { self.make(self.objects[object].slot, actor).await? } else { object };
            return Box::pin(self.reach_on(action, actor, again, form)).await;
        }
        // What shows the object's canaries in its answer is a read, whatever its verb.
        let carried = &self.objects[object].canaries;
        let (answer, sent) = (asked.answer.text(), call.sent_text());
        let shows =
            carried.iter().any(|(_, canary)| answer.contains(canary.as_str()) && !sent.contains(canary.as_str()));
        let form = if witness.is_none() && shows { Form::Read } else { form };
        drop(answer);
        Ok(Reached { action, actor, form, object: Some(object), call, asked, witness, misplaced: None })
    }

    async fn reach_plain(&mut self, action: usize, actor: usize, form: Form) -> Result<Reached, String> {
        let keys = BTreeMap::new();
        let safe = self.action(action).is_safe();
        let also = self.lists_of_made(action);
        let looks = if safe { None } else { Some(self.look_before(action, &keys, actor, None, &also).await) };
        let (call, asked) = self.succeed(action, actor, &keys, None, Purpose::SetUp, 0).await?;
        let planted = super::objects::planted_in(&call, &self.canaries).into_iter();
        let sent: Vec<String> = planted.map(|(_, canary)| canary).collect();
        let witness = match looks {
            Some(looks) => self.calibrate(&looks, &sent).await,
            None => None,
        };
        if !safe && self.keep_witness(action, witness.as_ref()) {
            return Box::pin(self.reach_plain(action, actor, form)).await;
        }
        Ok(Reached { action, actor, form, object: None, call, asked, witness, misplaced: None })
    }

    /// The keys that an action on an object needs: the object's own, and standing ones for the rest of its path.
    pub(super) async fn keys_for(
        &mut self,
        action: usize,
        actor: usize,
        object: usize,
    ) -> Result<BTreeMap<usize, String>, String> {
        let mut keys = self.objects[object].keys.clone();
        for (slot, _) in self.slots.of(action).to_vec() {
            if !keys.contains_key(&slot) {
                let standing = self.standing(slot, actor).await?;
                for (slot, key) in self.objects[standing].keys.clone() {
                    keys.entry(slot).or_insert(key);
                }
            }
        }
        Ok(keys)
    }

    /// The same action with the owner's object named in its body and everything else the attacker's own: whether one
    /// can put one's own things into somebody else's.
    pub async fn reach_foreign(&mut self, reached: &Reached) -> Vec<Reached> {
        let places: Vec<usize> = self.slots.of(reached.action).iter().map(|(slot, _)| *slot).collect();
        let named: Vec<usize> =
            self.slots.named(reached.action).iter().filter(|n| !n.in_query).map(|n| n.slot).collect();
        if places.is_empty() || reached.form == Form::Read || reached.form == Form::Remove {
            return Vec::new();
        }
        let mut found = Vec::new();
        for slot in named {
            let Ok(object) = self.make(slot, reached.actor).await else { continue };
            if !self.objects[object].changeable || self.objects[object].owner != reached.actor {
                continue;
            }
            let all: Vec<usize> =
                self.readers_of(&self.objects[object].keys.clone()).iter().map(|reader| reader.action).collect();
            let Ok(keys) = self.keys_for(reached.action, reached.actor, object).await else { continue };
            let looks = self.look_at_all(&all, &keys, reached.actor).await;
            let Ok((call, asked)) =
                self.succeed(reached.action, reached.actor, &keys, Some(object), Purpose::SetUp, 0).await
            else {
                continue;
            };
            let Some(witness) = self.calibrate(&looks, &[]).await else { continue };
            found.push(Reached {
                form: Form::AddChild,
                object: Some(object),
                call,
                asked,
                witness: Some(witness),
                misplaced: Some(places.clone()),
                ..reached.clone()
            });
        }
        found
    }

    /// Something below the object, where the action reads what is below it.
    pub(super) async fn populate(&mut self, action: usize, actor: usize) {
        let below = format!("{}/{{}}", crate::plan::slots::place(&self.action(action).path));
        let children: Vec<usize> = (0..self.slots.all.len()).filter(|at| self.slots.all[*at].place == below).collect();
        for child in children {
            // Without a child the list is empty, and the trial says so.
            if let Ok(standing) = self.standing(child, actor).await {
                self.stand_for_each_audience(standing).await;
            }
        }
    }

    /// Reads that show the object of these keys, or what hangs on it.
    fn readers_of(&self, keys: &BTreeMap<usize, String>) -> Vec<Reader> {
        let shows = |at: &usize| {
            let about = self.slots.about(*at);
            let reads = self.action(*at).verb == "GET" || self.slots.all.iter().any(|slot| slot.item == Some(*at));
            reads && !about.is_empty() && about.iter().all(|slot| keys.contains_key(slot))
        };
        let mut readers: Vec<usize> = (0..self.catalogue.actions.len()).filter(shows).collect();
        readers.sort_by_key(|at| std::cmp::Reverse(self.slots.about(*at).len()));
        readers.into_iter().take(3).map(|action| Reader { action, row: None }).collect()
    }

    /// Lists in which something shows that an action without an object makes.
    fn lists_of_made(&self, action: usize) -> Vec<Reader> {
        let made = self.slots.all.iter().filter(|slot| slot.producers.first() == Some(&action));
        let lists = made.flat_map(|slot| &slot.lists).filter(|list| self.slots.about(**list).is_empty());
        lists.take(2).map(|list| Reader { action: *list, row: None }).collect()
    }

    /// Who is tried on an action, and whether it is known that he may not. Those who may are left out. `on_object` is
    /// true where something of the owner's may be seen or changed.
    pub fn attackers(&self, reached: &Reached, on_object: bool) -> Vec<(Who, bool)> {
        if let Some(membership) = &self.membership {
            return self.members_to_try(membership, reached).into_iter().map(|who| (who, true)).collect();
        }
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        let may_try =
            |who: Who| who != Some(reached.actor) && self.can_misplace(reached, who, self.relation(who, owner));
        self.attackers_of(reached.action, &self.actors[owner].fact, on_object, &may_try)
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
            if fact.name == owner.name || fact.throw_away || !may_try(who) {
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
