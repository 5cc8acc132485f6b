//! What has to be done first: a receipt is there once something was approved, a refund once it was paid. No document says
//! so; it is found out by doing one thing after the other, on objects of this walk's own.

use super::reach::{By, Reached};
use super::world::World;
use crate::client::Purpose;
use crate::evidence::Form;
use crate::plan::shape;

/// Answers that mean that a thing is not in the state for it: 409, 412, 423, 425.
const NOT_NOW: [u16; 4] = [409, 412, 423, 425];
/// Answers that mean it where nothing was sent that could be wrong, and of a part that is not there yet.
const NOT_AS_IT_IS: [u16; 3] = [400, 404, 422];
/// Most deeds that are tried before an action.
const DEEDS_MAX: usize = 10;

impl World<'_> {
    /// Whether an action that failed for everybody may succeed once something else was done, so that its turn comes again
    /// at the end, when more is known that can be done.
    pub(super) fn may_be_ready_later(&mut self, action: usize, tried: &[String]) -> bool {
        let one = self.action(action);
        let below = one.path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| !last.contains('{'));
        let status = self.refused.get(&action).copied().unwrap_or_default();
        let bare = one.body.is_none() && below && NOT_AS_IT_IS.contains(&status);
        let waits = !self.slots.of(action).is_empty() && (NOT_NOW.contains(&status) || bare);
        if !waits || !self.postponed.insert(action) {
            return false;
        }
        self.unready.insert(action, tried.to_vec());
        true
    }

    /// Does one thing after the other to fresh objects until the action succeeds.
    pub(super) async fn reach_when_ready(&mut self, action: usize) -> Option<Reached> {
        let (actor, slot) = (self.owners(action).first().copied()?, self.slots.about(action).last().copied()?);
        self.unready.remove(&action);
        for deed in self.deeds_on(slot, action) {
            if self.deed(deed).await.is_none() {
                continue;
            }
            let by = By { after: Some(deed), ..By::alone(actor) };
            if let Ok(reached) = Box::pin(self.reach_by(action, by)).await {
                self.after.insert(action, deed);
                return Some(reached);
            }
            if self.fell_silent {
                return None;
            }
        }
        None
    }

    /// What can be done to things of a kind, or to what lies in them: what an earlier walk found first, then what is
    /// about the thing itself.
    fn deeds_on(&self, slot: usize, action: usize) -> Vec<usize> {
        let recalled = self.recalled_deed(action);
        let mut deeds: Vec<usize> = (0..self.catalogue.actions.len())
            .filter(|at| {
                let about = self.slots.about(*at);
                let form = shape(self.action(*at), about.len()).form;
                *at != action
                    && matches!(form, Form::Change | Form::AddChild)
                    && about.contains(&slot)
                    && self.left_out(*at).is_none()
                    && !self.avoided.contains_key(at)
            })
            .collect();
        deeds.sort_by_key(|at| {
            let about = self.slots.about(*at);
            (Some(*at) != recalled, about.last() != Some(&slot), about.len(), self.action(*at).name())
        });
        deeds.truncate(DEEDS_MAX);
        deeds
    }

    /// How something is done, found out once. Only what is seen to change something is a deed.
    pub(super) async fn deed(&mut self, action: usize) -> Option<Reached> {
        if let Some(known) = self.met.get(&action).or_else(|| self.deeds.get(&action)) {
            return Some(known.clone()).filter(|known| known.witness.is_some());
        }
        if self.unready.contains_key(&action) {
            return None;
        }
        let reached = Box::pin(self.reach(action)).await.ok().filter(|reached| reached.object.is_some())?;
        self.deeds.insert(action, reached.clone());
        Some(reached).filter(|reached| reached.witness.is_some())
    }

    /// A fresh object to which something was done, by whoever may: to itself, or to something new that lies in it.
    pub(super) async fn made_ready(&mut self, slot: usize, maker: usize, deed: usize) -> Result<usize, String> {
        let done = self.met.get(&deed).or_else(|| self.deeds.get(&deed)).cloned();
        let done = done.ok_or("nobody knows how that is done")?;
        let about = done.object.map(|object| self.objects[object].slot).ok_or("it is about nothing")?;
        let object = match done.after {
            Some(earlier) if about == slot => Box::pin(self.made_ready(slot, maker, earlier)).await?,
            _ => self.make(slot, maker).await?,
        };
        let subject = if about == slot { object } else { self.make_below(about, object, done.maker).await? };
        let keys = self.keys_for(deed, done.actor, subject).await?;
        self.succeed(deed, done.actor, &keys, Some(subject), Purpose::SetUp, 0).await?;
        Ok(object)
    }

    /// Makes something of each kind that can lie in an object, and says by which canaries it is known.
    pub(super) async fn fill(&mut self, object: usize, maker: usize) -> Vec<String> {
        let (standing, failed) = (self.standing.clone(), self.failed.clone());
        let (own, known) = (self.objects[object].slot, self.objects.len());
        let slots = &self.slots;
        self.standing.retain(|(of, _), _| !slots.all[*of].parents.contains(&own));
        self.standing.insert((own, maker), object);
        for slot in 0..self.slots.all.len() {
            if self.slots.all[slot].parents.contains(&own) {
                // What cannot be made is not in it.
                let _ = self.standing(slot, maker).await;
            }
        }
        (self.standing, self.failed) = (standing, failed);
        self.objects[known..].iter().flat_map(|one| &one.canaries).map(|(_, canary)| canary.to_lowercase()).collect()
    }

    /// A fresh object that lies in this very one.
    ///
    /// # Errors
    /// What was tried.
    pub(crate) async fn make_below(&mut self, slot: usize, above: usize, maker: usize) -> Result<usize, String> {
        let (standing, failed) = (self.standing.clone(), self.failed.clone());
        let (own, key) = (self.objects[above].slot, self.objects[above].key().to_owned());
        let slots = &self.slots;
        // What stands in another of its kind does not lie in this one.
        self.standing.retain(|(of, _), _| !slots.all[*of].parents.contains(&own));
        self.standing.insert((own, maker), above);
        let made = self.make(slot, maker).await;
        (self.standing, self.failed) = (standing, failed);
        made.and_then(|object| match self.objects[object].keys.get(&own) {
            Some(found) if *found == key => Ok(object),
            _ => Err(format!("it lies in another {}", self.slots.all[own].noun)),
        })
    }
}
