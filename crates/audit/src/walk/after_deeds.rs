//! What holds for a thing that was just made may not hold once it was published, withdrawn or paid: one look and one change
//! are tried on it again by strangers, after each thing that can be done to it.

use super::part::Part;
use super::reach::{By, Reached};
use super::world::{Who, World};
use crate::checks::authorization::effect::{changed_something, control_worked};
use crate::error::Result;
use crate::evidence::{Form, Reading, Trial};
use crate::plan::shape;
use crate::plan::slots::{changes, place, reads, words};

/// Words of deeds by which something is shown to others.
const SHOWS: &[&str] =
    &["publish", "share", "release", "open", "unlock", "unarchive", "list", "launch", "activate", "invite"];
/// Words of deeds after which there is nothing to be tried on.
const ENDS: &[&str] = &["delete", "remove", "destroy", "purge", "erase"];
/// Most things that are done to one kind of thing.
const DEEDS_OF_ONE_MAX: usize = 4;
/// Most of them in one walk.
const DEEDS_MAX: usize = 16;

impl World<'_> {
    /// Tries what was tried on fresh things once more, by one stranger, after each deed that is known.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(super) async fn walk_after_deeds(&mut self, part: &Part) -> Result<()> {
        let own = self.cells_of(part);
        let mut done = 0;
        for slot in 0..self.slots.all.len() {
            let again: Vec<Reached> =
                self.again_after(slot).into_iter().filter(|one| own.contains(&one.action)).collect();
            if again.is_empty() || part.one.is_some() {
                continue;
            }
            for deed in self.deeds_to(slot).into_iter().take(DEEDS_OF_ONE_MAX) {
                let known = match DEEDS_MAX <= done || self.fell_silent {
                    true => None,
                    false => self.deed(deed).await,
                };
                if known.is_none_or(|known| known.after.is_some()) {
                    continue;
                }
                done += 1;
                for reached in again.iter().filter(|one| one.action != deed) {
                    if let Some(trial) = self.try_after(reached, deed).await {
                        self.store.add(&trial)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The look at a thing itself and the change of it, as they were tried on fresh ones.
    fn again_after(&self, slot: usize) -> Vec<Reached> {
        let read = self.slots.all[slot].item;
        let item = read.map(|item| place(&self.action(item).path));
        let seen_itself = |met: &Reached| met.witness.as_ref().map(|seen| seen.reader.action) == read;
        let plain = |met: &&Reached| {
            let about = met.object.map(|object| self.objects[object].slot) == Some(slot);
            let action = self.action(met.action);
            let itself = Some(place(&action.path)) == item || changes(action) && seen_itself(met);
            about && itself && met.after.is_none() && met.misplaced.is_none() && met.brought.is_empty() && !met.placed
        };
        let of = |forms: &[Form]| {
            let mut all: Vec<&Reached> =
                self.met.values().filter(plain).filter(|met| forms.contains(&met.form)).collect();
            all.sort_by_key(|met| self.action(met.action).name());
            all.into_iter().next().cloned()
        };
        let changed = of(&[Form::Change, Form::AddChild]).filter(|met| met.witness.is_some());
        of(&[Form::Read]).into_iter().chain(changed).collect()
    }

    /// What can be done to a thing beside changing what it says: `POST /listings/{listing}/publish`.
    fn deeds_to(&self, slot: usize) -> Vec<usize> {
        let fits = |at: &usize| {
            let action = self.action(*at);
            let about = self.slots.about(*at);
            let below = !action.path.trim_end_matches('/').ends_with('}');
            let makes = self.slots.all.iter().any(|slot| slot.producers.contains(at));
            let form = shape(action, about.len()).form;
            let does = form == Form::Change || form == Form::AddChild && !makes;
            let ends = words(&action.path).iter().any(|word| ENDS.contains(&word.as_str()));
            does && !reads(action, self.slots.named(*at))
                && !ends
                && below
                && about.last() == Some(&slot)
                && self.left_out(*at).is_none()
                && !self.avoided.contains_key(at)
        };
        let mut deeds: Vec<usize> = (0..self.catalogue.actions.len()).filter(fits).collect();
        deeds.sort_by_key(|at| self.action(*at).name());
        deeds
    }

    /// One trial on a thing to which a deed was done. Nothing where its owner cannot do it then either: nobody is refused
    /// there for who he is.
    async fn try_after(&mut self, known: &Reached, deed: usize) -> Option<Trial> {
        let last = self.action(deed).path.trim_end_matches('/').rsplit('/').next().map(words).unwrap_or_default();
        let shows = last.iter().any(|word| SHOWS.contains(&word.as_str()));
        // What was published is meant to be seen, and still nobody else's to change.
        if known.form == Form::Read && shows {
            return None;
        }
        let attackers = self.attackers(known, true).into_iter();
        let stranger: Who = attackers
            .filter(|(_, forbidden)| *forbidden)
            .find_map(|(who, _)| who.filter(|at| self.relation(Some(*at), known.maker) == "other tenant"));
        let attackers = [Some(stranger?)];
        for who in [Some(known.maker), Some(known.actor), stranger] {
            self.revive(who).await;
        }
        let slot = self.objects[known.object?].slot;
        let by = By { after: Some(deed), ..known.by() };
        let object = self.fresh(known.action, slot, by).await.ok()?;
        let keys = self.keys_for(known.action, known.actor, object).await.ok()?;
        let call = self.call_again(known.action, known.actor, &keys, object).await.ok()?;
        let reached = Reached { after: Some(deed), object: Some(object), call, ..known.clone() };
        let mut trial = self.trial(&reached, &attackers, false).await?;
        let shown = trial.attempts.iter().flat_map(|one| &one.exchanges).any(|one| !one.sightings.is_empty());
        let worked = match trial.form {
            Form::Read => trial.control.as_ref().is_some_and(|control| control.reading == Reading::Success),
            _ => control_worked(&trial),
        };
        if !self.is_alive(stranger).await {
            return None;
        }
        trial.deed = Some(self.action(deed).name());
        let meant = trial.form == Form::Read && trial.public;
        (!meant && (worked || shown || changed_something(&trial))).then_some(trial)
    }
}
