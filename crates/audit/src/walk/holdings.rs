//! What somebody keeps in the service, as far as a read shows it to him: what an export must hold, a deletion must take
//! away, and a restored copy must show.

use super::world::{Call, World};
use crate::client::{Body, Purpose, is_only_a_name};
use std::collections::BTreeSet;

/// Most reads of one object.
const READS_MAX: usize = 4;

/// A read, and what it showed its owner of what he had put there.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// The object's noun: `project`.
    pub(crate) noun: String,
    /// The read.
    pub(crate) call: Call,
    /// Canaries that its answer showed, with the fields that carry them.
    pub(crate) shown: Vec<(String, String)>,
    /// Those of them that stand there by themselves, and not only as the name of a file.
    pub(crate) whole: Vec<String>,
}

impl World<'_> {
    /// One standing object of each kind, made where there is none, and the reads that show its canaries to its owner: so
    /// many of them at most.
    pub(crate) async fn holdings(&mut self, owner: usize, most: usize) -> Vec<Held> {
        let mut held = Vec::new();
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        for slot in 0..self.slots.all.len() {
            // What cannot be made is not held.
            let Ok(at) = self.standing(slot, owner).await else { continue };
            let object = self.objects[at].clone();
            if object.gone || !object.changeable || object.canaries.is_empty() {
                continue;
            }
            let reads: Vec<usize> = (0..self.catalogue.actions.len())
                .filter(|action| {
                    let about = self.slots.about(*action);
                    let shows = !about.is_empty() && about.iter().all(|slot| object.keys.contains_key(slot));
                    let usable = !self.avoided.contains_key(action) && self.left_out(*action).is_none();
                    self.action(*action).verb == "GET" && shows && usable && about.contains(&object.slot)
                })
                .take(READS_MAX)
                .collect();
            let lists = self.slots.all[slot].lists.clone();
            for read in reads.into_iter().chain(lists) {
                if most <= held.len() {
                    return held;
                }
                let Ok(call) = self.read_call(read, &object.keys) else { continue };
                let asked = self.ask(Some(owner), &call, Purpose::Other).await;
                let text = asked.answer.text().to_lowercase();
                let there = |(_, canary): &&(String, String)| asked.succeeded() && text.contains(canary.as_str());
                let shown: Vec<(String, String)> = object.canaries.iter().filter(there).cloned().collect();
                let noun = self.slots.all[slot].noun.clone();
                if !shown.is_empty() && seen.insert((noun.clone(), call.path.clone())) {
                    let whole = shown
                        .iter()
                        .map(|(_, canary)| canary)
                        .filter(|canary| !is_only_a_name(canary, text.as_bytes()));
                    let whole = whole.cloned().collect();
                    held.push(Held { noun, call, shown, whole });
                }
            }
        }
        held
    }

    /// A call that makes something new of the actor's own, with a fresh canary in it; nothing where nothing is made so.
    pub(crate) async fn making_call(&mut self, actor: usize) -> Option<(Call, String)> {
        for slot in 0..self.slots.all.len() {
            let Some(action) = self.slots.all[slot].producers.first().copied() else { continue };
            let usable = !self.avoided.contains_key(&action) && self.left_out(action).is_none();
            if !usable || !self.slots.of(action).is_empty() {
                continue;
            }
            // What succeeded once shows what it takes.
            if !self.bodies.contains_key(&action) && self.standing(slot, actor).await.is_err() {
                continue;
            }
            let Ok(call) = self.plain_call(action, actor).await else { continue };
            let planted = super::objects::planted_in(&call, &self.canaries);
            if let (Some((_, canary)), false) = (planted.into_iter().next(), matches!(call.body, Body::None)) {
                return Some((call, canary));
            }
        }
        None
    }
}
