//! Cells of members: what somebody may not do although he takes part, because his role is too low, or because he is in
//! it as a viewer only.
//!
//! The manifest says how one becomes a member of something. Each such state has a part of the walk of its own, with
//! fresh objects: whoever was brought into the standing ones would be no stranger to them any more.

use super::objects::Object;
use super::part::Part;
use super::reach::Reached;
use super::world::{Call, Who, World};
use crate::checks::authorization::expect::{Rule, expect_as_member};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Form, Trial, Unjoined};
use crate::manifest::RequestLine;
use std::collections::BTreeSet;

/// A state of members, while its part of the walk lasts.
#[derive(Debug, Clone)]
pub struct Membership {
    /// `viewer`.
    pub name: String,
    /// How one gets into it.
    line: RequestLine,
    /// What one is a member of.
    slot: usize,
    /// An object of the owner's whose member everybody is who is tried on an action without an object.
    home: Option<usize>,
    /// Keys of objects, and who was brought into them.
    inside: BTreeSet<(String, usize)>,
    /// Who cannot be brought in.
    outside: BTreeSet<usize>,
    /// Why, of the first of them.
    refused: Option<String>,
}

impl World<'_> {
    /// The cells of members, for each state that the manifest says how to get into. What a broken walk has done of them
    /// nobody wrote down, so they are all done again.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(super) async fn walk_as_members(&mut self, part: &Part) -> Result<()> {
        let own = self.cells_of(&Part { done: BTreeSet::new(), ..part.clone() });
        for membership in self.memberships() {
            let slot = membership.slot;
            let met = self.met.values().filter(|met| own.contains(&met.action));
            let met: Vec<Reached> = met.filter_map(|met| self.as_member(met, slot)).collect();
            let (standing, failed) = (self.standing.clone(), self.failed.clone());
            let objects = &self.objects;
            self.standing.retain(|_, object| !objects[*object].keys.contains_key(&slot));
            self.membership = Some(membership);
            let mut pending: Vec<(Reached, Vec<Trial>)> = Vec::new();
            let mut forbidden = 0;
            for met in met {
                if self.fell_silent || self.could_be_tried(&met).is_empty() {
                    continue;
                }
                forbidden += 1;
                if met.object.is_none() {
                    self.bring_home(&met).await;
                    let trials = self.try_without_object(&met).await?;
                    pending.push((met, trials));
                    continue;
                }
                let Some(reached) = self.met_again(&met).await else { continue };
                let trials = self.try_on_objects(&reached).await?;
                pending.push((reached, trials));
            }
            self.end_stretch(&mut pending).await?;
            self.read_for_the_hidden_inside(slot).await;
            if let Some(membership) = self.membership.take().filter(|_| 0 < forbidden) {
                self.write_unjoined(membership)?;
            }
            (self.standing, self.failed) = (standing, failed);
        }
        Ok(())
    }

    /// Says that nobody could be brought into a state that keeps people from something: then its rows were not tried.
    fn write_unjoined(&self, membership: Membership) -> Result<()> {
        if !membership.inside.is_empty() {
            return Ok(());
        }
        let why = membership.refused.unwrap_or_else(|| "nothing was there to bring anybody into".into());
        self.store.add(&Unjoined { state: membership.name, line: membership.line.to_string(), why }).map(drop)
    }

    /// The states of the manifest that make somebody a member of an object of a known kind.
    fn memberships(&self) -> Vec<Membership> {
        let of = |(name, line, noun): (&str, &RequestLine, String)| {
            let slot = self.slots.all.iter().position(|slot| slot.noun == noun)?;
            let (inside, outside) = (BTreeSet::new(), BTreeSet::new());
            let (name, line) = (name.to_owned(), line.clone());
            Some(Membership { name, line, slot, home: None, inside, outside, refused: None })
        };
        self.manifest.memberships().filter_map(of).collect()
    }

    /// An action as a member of an object of this kind tries it: on what lies in such an object or is one, and, where
    /// its path names nothing at all, on what the manifest says that its people have to do with.
    fn as_member(&self, met: &Reached, slot: usize) -> Option<Reached> {
        let is_below = met.object.is_some_and(|object| self.objects[object].keys.contains_key(&slot));
        let names_nothing = self.slots.of(met.action).is_empty();
        match met.object {
            Some(_) if is_below => Some(met.clone()),
            Some(_) if names_nothing => Some(Reached { form: Form::Plain, object: None, witness: None, ..met.clone() }),
            None => Some(met.clone()),
            Some(_) => None,
        }
    }

    /// The same action on an object that lies where members can be brought in: changes make their own for each trial.
    async fn met_again(&mut self, met: &Reached) -> Option<Reached> {
        if met.form != Form::Read {
            return Some(met.clone());
        }
        let slot = self.objects[met.object?].slot;
        let object = match met.after {
            Some(_) => self.fresh(met.action, slot, met.by()).await.ok()?,
            None => self.standing(slot, met.maker).await.ok()?,
        };
        self.populate(met.action, met.maker).await;
        let keys = self.keys_for(met.action, met.actor, object).await.ok()?;
        let done = self.succeed(met.action, met.actor, &keys, Some(object), Purpose::SetUp, 0).await;
        let (call, asked) = done.ok()?;
        Some(Reached { object: Some(object), call, asked, ..met.clone() })
    }

    /// Whoever could be tried as a member, were he brought in.
    fn could_be_tried(&self, met: &Reached) -> Vec<Who> {
        self.membership.as_ref().map(|membership| self.forbidden_members(membership, met)).unwrap_or_default()
    }

    /// Makes everybody a member of one thing of the owner's who may not do an action without an object all the same:
    /// a list or a form may ask for nothing but that somebody takes part in something.
    async fn bring_home(&mut self, met: &Reached) {
        let Some(slot) = self.membership.as_ref().map(|membership| membership.slot) else { return };
        let home = self.standing(slot, met.actor).await.ok();
        self.membership.iter_mut().for_each(|now| now.home = home);
        if let Some(home) = home {
            self.brought_in(home, &self.could_be_tried(met)).await;
        }
    }

    /// Whether somebody can be brought into what is an owner's: a colleague, and where everybody is a tenant by himself,
    /// anybody who is no staff.
    pub(crate) fn can_join(&self, at: usize, owner: usize) -> bool {
        match self.relation(Some(at), owner) {
            "same tenant" => at != owner,
            "other tenant" => self.everybody_is_alone(),
            _ => false,
        }
    }

    /// Whether no two people of the manifest share a tenant.
    pub(super) fn everybody_is_alone(&self) -> bool {
        let people = || self.actors.iter().map(|actor| &actor.fact).filter(|fact| !fact.throw_away);
        people().all(|one| one.tenant == "*" || people().filter(|other| other.tenant == one.tenant).count() == 1)
    }

    /// Remembers that somebody takes part in something: what lies in it is his to see from now on, too.
    pub(crate) fn note_joined(&mut self, slot: usize, key: &str, at: usize) {
        self.joined.insert((slot, key.to_owned(), at));
    }

    /// Whether a canary lies in something that somebody was brought into.
    pub(super) fn has_joined(&self, at: usize, canary: &str) -> bool {
        let carries = |object: &&Object| object.canaries.iter().any(|(_, own)| own == canary);
        let mut objects = self.objects.iter().filter(carries);
        objects.any(|object| object.keys.iter().any(|(slot, key)| self.joined.contains(&(*slot, key.clone(), at))))
    }

    /// Those who may not do it as members, one of each role. Where there is no object, those who are members of
    /// something.
    pub(super) fn members_to_try(&self, membership: &Membership, reached: &Reached) -> Vec<Who> {
        let mut chosen = self.forbidden_members(membership, reached);
        if reached.object.is_none() {
            chosen.retain(|who| self.state_of(*who, None).is_some());
        }
        chosen
    }

    fn forbidden_members(&self, membership: &Membership, reached: &Reached) -> Vec<Who> {
        let on_object = reached.form != Form::Plain;
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        let name = self.action(reached.action).name();
        let mut roles = BTreeSet::new();
        let mut chosen = Vec::new();
        for (at, actor) in self.actors.iter().enumerate() {
            if at == reached.actor
                || !self.can_join(at, owner)
                || actor.fact.throw_away
                || membership.outside.contains(&at)
            {
                continue;
            }
            let role = &actor.fact.role;
            let expectation =
                expect_as_member(&self.run, self.matrix.as_ref(), &name, role, &membership.name, on_object);
            if expectation.rule == Rule::Forbidden && roles.insert(role) {
                chosen.push(Some(at));
            }
        }
        chosen
    }

    /// Those of the attackers who are members of what a trial is about, brought in now where they were not. All of
    /// them where no state is walked.
    pub(super) async fn brought_in(&mut self, subject: usize, attackers: &[Who]) -> Vec<Who> {
        let Some(slot) = self.membership.as_ref().map(|membership| membership.slot) else { return attackers.to_vec() };
        let Some(key) = self.objects[subject].keys.get(&slot).cloned() else { return Vec::new() };
        let mut members = Vec::new();
        for at in attackers.iter().copied().flatten() {
            if self.is_inside(&key, at) || self.bring_in(subject, &key, at).await {
                members.push(Some(at));
            }
        }
        members
    }

    async fn bring_in(&mut self, subject: usize, key: &str, at: usize) -> bool {
        let Some(membership) = self.membership.clone().filter(|known| !known.outside.contains(&at)) else {
            return false;
        };
        let owner = self.objects[subject].owner;
        let told = membership.line.actor.as_ref();
        let told = told.and_then(|name| self.actors.iter().position(|actor| actor.fact.name == *name));
        // The line's actor brings people into what is his own tenant's.
        let by = told.filter(|by| self.actors[*by].fact.tenant == self.actors[owner].fact.tenant).unwrap_or(owner);
        let mut known = self.known(Some(at));
        self.add_keys(&mut known, &self.objects[subject].keys);
        let answered = match membership.line.fill(&|name| known.get(name).cloned()) {
            Ok(filled) => {
                let asked = self.ask(Some(by), &Call::from(filled), Purpose::SetUp).await;
                if asked.succeeded() {
                    self.membership.iter_mut().for_each(|now| now.inside.extend([(key.to_owned(), at)]));
                    self.note_joined(membership.slot, key, at);
                    return true;
                }
                format!("answered {}", asked.exchange.status)
            }
            Err(unfilled) => unfilled.to_string(),
        };
        let words =
            format!("{} was not made {}: `{}` {answered}", self.actors[at].fact.name, membership.name, membership.line);
        if let Some(now) = &mut self.membership {
            now.outside.insert(at);
            now.refused.get_or_insert_with(|| words.clone());
        }
        // A note that is lost costs nothing but itself.
        let _ = self.note(words);
        false
    }

    fn is_inside(&self, key: &str, at: usize) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.inside.contains(&(key.to_owned(), at)))
    }

    /// The state in which somebody is towards what a trial is about, or towards the owner's things where it is about
    /// none of them.
    pub(super) fn state_of(&self, who: Who, subject: Option<usize>) -> Option<String> {
        let membership = self.membership.as_ref()?;
        let subject = subject.or(membership.home)?;
        let key = self.objects[subject].keys.get(&membership.slot)?;
        self.is_inside(key, who?).then(|| membership.name.clone())
    }
}
