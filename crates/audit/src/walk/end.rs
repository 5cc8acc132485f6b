//! The end of the walk: what was made is removed where it can be, and counted where it cannot.

use super::setup::Walked;
use super::world::{Call, World};
use crate::checks::authorization::az09::Searched;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Tally;

impl World<'_> {
    /// Removes what this walk made, children before their parents.
    pub async fn clean_up(&mut self) {
        for at in 0..self.actors.len() {
            // Whoever was signed out on the way could remove nothing.
            self.revive(Some(at)).await;
        }
        for at in (0..self.objects.len()).rev() {
            let object = &self.objects[at];
            if object.gone || !object.changeable || object.canaries.is_empty() {
                continue;
            }
            self.remove(at, None).await;
        }
    }

    /// Removes one object that this walk made, as its owner unless somebody is named, where an action removes its kind.
    pub(crate) async fn remove(&mut self, at: usize, by: Option<usize>) {
        let object = self.objects[at].clone();
        let place = self.slots.all[object.slot].place.clone();
        let remove = (0..self.catalogue.actions.len()).find(|at| {
            let action = self.action(*at);
            action.verb == "DELETE" && crate::plan::slots::place(&action.path) == place
        });
        let path =
            remove.filter(|at| !self.avoided.contains_key(at)).and_then(|at| self.path_of(at, &object.keys).ok());
        if let Some(path) = path {
            let call = Call { method: "DELETE".into(), path, ..Call::default() };
            let asked = self.ask(by.or(Some(object.owner)), &call, Purpose::CleanUp).await;
            self.objects[at].gone = asked.succeeded() || asked.exchange.status == 404;
        }
    }

    /// Writes down what stood in answers that must come back to nobody, as far as it is not written down yet.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write_searched(&mut self) -> Result<()> {
        let known = |name: &str| self.actors.iter().filter(|actor| actor.values.contains_key(name)).count();
        let secrets = known("password") + known("key") + self.manifest.target.secrets.len();
        let searched = Searched {
            answers: std::mem::take(&mut self.secrecy.answers),
            secrets: u32::try_from(secrets).unwrap_or(u32::MAX),
            exposed: std::mem::take(&mut self.secrecy.exposed).into_iter().collect(),
            hidden: self.hidden_fields(),
        };
        self.store.add(&searched).map(drop)
    }

    /// Counts everything and closes the evidence.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write_tally(&mut self) -> Result<Walked> {
        let left = self.objects.iter().filter(|object| !object.gone && object.changeable);
        let named = left.map(|object| format!("{} {}", self.slots.all[object.slot].noun, object.key()));
        let tally = Tally {
            counts: self.client.counts(),
            reached: self.reached,
            objects_made: u32::try_from(self.objects.iter().filter(|object| object.changeable).count())
                .unwrap_or(u32::MAX),
            objects_left: named.collect(),
            duration_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        self.store.add(&tally)?;
        Ok(Walked { evidence: self.store.dir().to_owned() })
    }
}
