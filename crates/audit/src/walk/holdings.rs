//! What somebody keeps in the service.

use super::world::{Call, World};
use crate::client::Body;

impl World<'_> {
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
