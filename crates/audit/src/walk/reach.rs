//! Making an action succeed for somebody who may, and finding who can tell that it did. What never succeeded for its
//! owner proves nothing when it is refused to a stranger.

use super::shows::tells;
use super::witness::Calibrated;
use super::world::{Asked, Call, World};
use crate::client::{Body, Purpose};
use crate::evidence::Form;
use crate::matrix::{Reach, Review};
use crate::plan::shape;
use crate::plan::slots::reads;
use std::collections::{BTreeMap, BTreeSet};

/// Answers after which it may be that somebody else has to do it.
const NOT_FOR_ME: [u16; 4] = [401, 403, 404, 409];

/// An action that succeeded for its owner.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Which.
    pub action: usize,
    /// For whom.
    pub actor: usize,
    /// Who makes the objects that it is about: most often the same.
    pub maker: usize,
    /// What is done to a fresh object before, so that this can be done at all.
    pub after: Option<usize>,
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
    /// Slots that the body names, and whose keys in it are to be the attacker's own while the path is foreign.
    pub brought: Vec<usize>,
    /// The attacker names the owner's place where he would name his own: the header or parameter of the tenant.
    pub placed: bool,
}

/// By whom an action is done, and on what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    /// Who does it.
    pub(super) actor: usize,
    /// Who makes what it is about.
    pub(super) maker: usize,
    /// What is done to that before.
    pub(super) after: Option<usize>,
}

impl By {
    /// On what one has made oneself.
    pub(super) fn alone(actor: usize) -> Self {
        Self { actor, maker: actor, after: None }
    }
}

impl Reached {
    /// An action that succeeded, before anybody is known who saw it.
    fn of(action: usize, by: By, form: Form, object: Option<usize>, (call, asked): (Call, Asked)) -> Self {
        let By { actor, maker, after } = by;
        Self {
            action,
            actor,
            maker,
            after,
            form,
            object,
            call,
            asked,
            witness: None,
            misplaced: None,
            brought: Vec::new(),
            placed: false,
        }
    }

    /// By whom it was done, and on what.
    pub(crate) fn by(&self) -> By {
        By { actor: self.actor, maker: self.maker, after: self.after }
    }
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

    /// How far an actor's role reaches with an action, where a reviewed row says it.
    pub(super) fn reviewed_reach(&self, action: usize, actor: usize) -> Option<Reach> {
        let (action, role) = (self.action(action), &self.actors[actor].fact.role);
        let right = self.matrix.as_ref()?.right(&action.verb, &action.path, role).map(|(_, right)| right);
        right.filter(|right| right.review == Review::Reviewed).map(|right| right.reach)
    }

    /// Makes an action succeed for one of its owners, on what he made himself; else for somebody who may do it to what
    /// others make, or to what something else was done to before.
    ///
    /// # Errors
    /// What was tried, one line a try.
    pub async fn reach(&mut self, action: usize) -> Result<Reached, Vec<String>> {
        let mut tried: Vec<String> = Vec::new();
        let known = self.met.get(&action).or_else(|| self.deeds.get(&action)).map(Reached::by);
        if let Some(by) = known.filter(|by| by.actor != by.maker || by.after.is_some()) {
            match self.reach_by(action, by).await {
                Ok(reached) => return Ok(reached),
                Err(why) => tried.push(why),
            }
        }
        if let Some(before) = self.unready.get(&action).cloned() {
            return self.reach_when_ready(action).await.ok_or(before);
        }
        // Whoever a reviewed row keeps from it is no owner, as long as there is somebody else.
        let mut owners = self.owners(action);
        let may = |at: &usize| self.reviewed_reach(action, *at) != Some(Reach::None);
        if owners.iter().any(may) {
            owners.retain(may);
        }
        for actor in owners {
            match self.reach_as(action, actor).await {
                Ok(reached) => return Ok(reached),
                Err(why) if !tried.contains(&why) => tried.push(why),
                Err(_) => {}
            }
            if self.fell_silent {
                return Err(tried);
            }
        }
        self.reach_on_others(action).await.ok_or(tried)
    }

    /// The same for what is not for whoever makes a thing: one side hands in, the other decides. Tried are the roles that
    /// a reviewed row lets do it to what is not their own, on what colleagues of other roles make.
    async fn reach_on_others(&mut self, action: usize) -> Option<Reached> {
        let refused = self.refused.get(&action).is_some_and(|status| NOT_FOR_ME.contains(status));
        if self.slots.of(action).is_empty() || !refused {
            return None;
        }
        let mut roles = BTreeSet::new();
        let mut able = self.owners(action);
        able.retain(|at| self.reviewed_reach(action, *at).is_some_and(|reach| Reach::Member <= reach));
        able.retain(|at| roles.insert(self.actors[*at].fact.role.clone()));
        for actor in able {
            let mut roles = BTreeSet::from([self.actors[actor].fact.role.clone()]);
            let own = self.actors[actor].fact.tenant.clone();
            let colleagues = (0..self.actors.len()).filter(|at| {
                let fact = &self.actors[*at].fact;
                fact.tenant == own && !fact.throw_away && roles.insert(fact.role.clone())
            });
            for maker in colleagues.collect::<Vec<_>>() {
                if let Ok(reached) = self.reach_by(action, By { actor, maker, after: None }).await {
                    return Some(reached);
                }
                if self.fell_silent {
                    return None;
                }
            }
        }
        None
    }

    pub(crate) async fn reach_as(&mut self, action: usize, actor: usize) -> Result<Reached, String> {
        self.reach_by(action, By::alone(actor)).await
    }

    pub(super) async fn reach_by(&mut self, action: usize, by: By) -> Result<Reached, String> {
        let about = self.slots.about(action);
        let shape = shape(self.action(action), about.len());
        let Some(last) = about.last().copied() else { return self.reach_plain(action, by.actor, shape.form).await };
        let in_path = !self.slots.of(action).is_empty();
        if shape.form == Form::Read {
            let object = match by.after {
                Some(_) => self.fresh(action, last, by).await?,
                None => self.standing(last, by.maker).await?,
            };
            self.populate(action, by.maker).await;
            let keys = self.objects[object].keys.clone();
            let (call, asked) = self.succeed(action, by.actor, &keys, Some(object), Purpose::SetUp, 0).await?;
            return Ok(Reached::of(action, by, Form::Read, Some(object), (call, asked)));
        }
        let object = match self.fresh(action, last, by).await {
            Ok(object) if self.objects[object].changeable || self.may_use_home(action, object) => object,
            // What only names something that this walk did not make is an action of its own.
            _ if !in_path => return self.reach_plain(action, by.actor, Form::Plain).await,
            Ok(_) => return Err("it would change something that this walk did not make".into()),
            Err(why) => return Err(why),
        };
        let owner = self.objects[object].owner;
        if by.actor != by.maker && by.actor == owner {
            return Err("nobody else could make it".into());
        }
        // Whose account it is acts on it himself.
        let by = if self.actors[owner].fact.throw_away { By::alone(owner) } else { by };
        self.reach_on(action, by, object, shape.form).await
    }

    /// An object for one trial of an action: a fresh one, in the state that the action needs. What would be changed where
    /// people are at home is looked for in the home of somebody new.
    ///
    /// # Errors
    /// What was tried.
    pub(crate) async fn fresh(&mut self, action: usize, slot: usize, by: By) -> Result<usize, String> {
        // Nobody's colleagues belong to a place that is made anew.
        if by.after.is_none()
            && self.is_tenant(slot)
            && let Some(home) = self.home_for(action, slot, by.maker).await
        {
            return Ok(home);
        }
        let made = match by.after {
            Some(after) => Box::pin(self.made_ready(slot, by.maker, after)).await,
            None => self.make(slot, by.maker).await,
        };
        if let Ok(object) = made
            && (self.action(action).is_safe() || self.objects[object].changeable || self.may_use_home(action, object))
        {
            return Ok(object);
        }
        // Where nothing is made because the last trial took the maker's home away, it is the same.
        match self.in_home_of_somebody_new(slot, by.maker).await {
            Some(object) => Ok(object),
            None => made,
        }
    }

    /// Makes an action on a fresh object succeed, and finds who sees what it does.
    async fn reach_on(&mut self, action: usize, by: By, object: usize, form: Form) -> Result<Reached, String> {
        let actor = by.actor;
        let keys = self.keys_for(action, actor, object).await?;
        let own_key = self.objects[object].key().to_owned();
        let mut also = self.readers_of(&self.objects[object].keys.clone());
        also.extend(self.lists_of_made(action));
        also.extend(self.lists_of(self.objects[object].slot, &keys, &own_key));
        let looks = self.look_before(action, &keys, actor, Some(&own_key), &also).await;
        let (call, asked) = self.succeed(action, actor, &keys, Some(object), Purpose::SetUp, 0).await?;
        // What is sent as bytes of no known kind is content, and stands in no field that somebody reads.
        let shown = form != Form::Remove && !matches!(call.body, Body::Raw(..));
        let sent = if shown { self.to_be_shown(&call) } else { Vec::new() };
        let witness = self.calibrate(&looks, &sent).await;
        if form == Form::Remove {
            self.objects[object].gone = true;
        }
        if self.keep_witness(action, witness.as_ref()) {
            let again =
                if form == Form::Remove { self.fresh(action, self.objects[object].slot, by).await? } else { object };
            return Box::pin(self.reach_on(action, by, again, form)).await;
        }
        // What shows the owner's canaries in its answer is a read, whatever its verb.
        let owner = self.actors[self.objects[object].owner].fact.name.clone();
        let (answer, sent) = (asked.answer.text(), call.sent_text());
        let shows = self.canaries.search(&answer, "", &sent).iter().any(|seen| seen.owner == owner);
        let says_something = witness.is_none() && !shows && !answer.trim().is_empty();
        // So is what says that it reads, and tells its owner several things.
        let by_word = says_something && reads(self.action(action), self.slots.named(action)) && tells(&asked);
        let form = if witness.is_none() && shows || by_word { Form::Read } else { form };
        drop(answer);
        if says_something && let Some(full) = self.reach_on_full(action, by, object).await {
            return Ok(full);
        }
        Ok(Reached { witness, ..Reached::of(action, by, form, Some(object), (call, asked)) })
    }

    /// The same on an object with something of each kind in it: whether that comes out, as from an archive.
    async fn reach_on_full(&mut self, action: usize, by: By, object: usize) -> Option<Reached> {
        let mut carried = self.fill(object, by.maker).await;
        carried.extend(self.add_alike(action, object, by.maker).await);
        if carried.is_empty() {
            return None;
        }
        let keys = self.keys_for(action, by.actor, object).await.ok()?;
        let done = self.succeed(action, by.actor, &keys, Some(object), Purpose::SetUp, 0).await.ok()?;
        let (answer, sent) = (done.1.answer.text().to_lowercase(), done.0.sent_text());
        let shows = carried.iter().any(|canary| answer.contains(canary.as_str()) && !sent.contains(canary.as_str()));
        shows.then(|| Reached::of(action, by, Form::Read, Some(object), done))
    }

    async fn reach_plain(&mut self, action: usize, actor: usize, form: Form) -> Result<Reached, String> {
        let keys = BTreeMap::new();
        let safe = self.action(action).is_safe();
        let also = self.lists_of_made(action);
        let looks = if safe { None } else { Some(self.look_before(action, &keys, actor, None, &also).await) };
        let (call, asked) = self.succeed(action, actor, &keys, None, Purpose::SetUp, 0).await?;
        let sent = self.to_be_shown(&call);
        let witness = match looks {
            Some(looks) => self.calibrate(&looks, &sent).await,
            None => None,
        };
        if !safe && self.keep_witness(action, witness.as_ref()) {
            return Box::pin(self.reach_plain(action, actor, form)).await;
        }
        Ok(Reached { witness, ..Reached::of(action, By::alone(actor), form, None, (call, asked)) })
    }

    /// The keys that an action on an object needs: the object's own, and standing ones for the rest of its path.
    ///
    /// # Errors
    /// Which of them cannot be made.
    pub(crate) async fn keys_for(
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
}
