//! Sentinels: each tenant's standing object that nobody else may touch. An action after which somebody else's sentinel
//! is gone destroys what is private, whatever its document says.

use super::objects::Way;
use super::world::{Asked, Call, Who, World};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Destroyed;

impl World<'_> {
    /// An object that this owner made and that he was just seen to read by its key; made now if none stands.
    pub async fn sentinel(&mut self, owner: usize) -> Option<usize> {
        let fit = |world: &Self, object: usize| {
            let object = &world.objects[object];
            let made = matches!(world.ways.get(&object.slot), Some(Ok(Way::Action(..) | Way::Recipe)));
            let readable = world.slots.all[object.slot].item.is_some() && !object.canaries.is_empty();
            made && readable && object.owner == owner && !object.gone
        };
        let standing: Vec<usize> = self.standing.values().copied().filter(|object| fit(self, *object)).collect();
        for object in standing {
            if self.stands(object).await {
                return Some(object);
            }
        }
        for slot in 0..self.slots.all.len() {
            let readable = self.slots.all[slot].item.is_some();
            if !readable || matches!(self.ways.get(&slot), Some(Err(_))) {
                continue;
            }
            let Ok(object) = self.standing(slot, owner).await else { continue };
            if fit(self, object) && self.stands(object).await {
                return Some(object);
            }
        }
        None
    }

    /// Looks at a sentinel as its owner.
    pub async fn look_at(&mut self, sentinel: usize) -> Option<Asked> {
        let object = self.objects[sentinel].clone();
        let item = self.slots.all[object.slot].item?;
        let call = self.read_call(item, &object.keys).ok()?;
        Some(self.ask(Some(object.owner), &call, Purpose::Other).await)
    }

    /// Whether a sentinel stands: its owner reads one of its canaries.
    pub async fn stands(&mut self, sentinel: usize) -> bool {
        let Some(asked) = self.look_at(sentinel).await else { return true };
        let text = asked.answer.text().to_lowercase();
        asked.succeeded()
            && self.objects[sentinel].canaries.iter().any(|(_, canary)| text.contains(&canary.to_lowercase()))
    }

    /// After a call of somebody's that had no object: is the victim's sentinel still there? If not, the call is
    /// repeated once against a new one before anything is said.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn watch(&mut self, action: usize, by: Who, call: &Call, sentinel: usize) -> Result<bool> {
        if self.stands(sentinel).await {
            return Ok(true);
        }
        let victim = self.objects[sentinel].owner;
        // An expired session or a restarted target looks the same, so the victim must still be somebody.
        if !self.revive(Some(victim)).await || self.fell_silent {
            return Ok(true);
        }
        if self.stands(sentinel).await {
            return Ok(true);
        }
        self.forget_standing();
        let mut looks = Vec::new();
        let mut repeated = false;
        let mut exchange = None;
        if let Some(again) = self.sentinel(victim).await {
            let before = self.look_at(again).await;
            self.revive(by).await;
            let asked = self.ask(by, call, Purpose::Cell).await;
            exchange = Some(asked.exchange);
            repeated = before.as_ref().is_some_and(Asked::succeeded) && !self.stands(again).await;
            looks.extend(before.map(|asked| asked.exchange));
            looks.extend(self.look_at(again).await.map(|asked| asked.exchange));
            self.forget_standing();
        }
        let Some(exchange) = exchange else { return Ok(false) };
        let destroyed = Destroyed {
            action: self.action(action).name(),
            by: self.fact(by),
            exchange,
            victim: self.fact(Some(victim)),
            noun: self.slots.all[self.objects[sentinel].slot].noun.clone(),
            looks,
            repeated,
        };
        self.store.add(&destroyed)?;
        Ok(false)
    }

    /// Objects that stood may be gone: the next that needs one makes it.
    pub fn forget_standing(&mut self) {
        for object in self.standing.values() {
            self.objects[*object].gone = true;
        }
        self.standing.clear();
    }
}
