//! Lines of the manifest that make something: `[make] ticket = 'POST /tickets {"title":"{canary}"} -> id'`.

use super::super::calls::Refused;
use super::super::world::{Call, World};
use super::keys::last_segment;
use crate::client::Purpose;
use crate::compare::{leaves, scalar};
use crate::evidence::Reading;
use crate::manifest::RequestLine;
use serde_json::Value;
use std::collections::BTreeMap;

/// Stands in a path for a key that is not filled in.
const ANY_KEY: &str = "any";

impl World<'_> {
    /// Makes something by its line.
    pub(super) async fn make_by_recipe(
        &mut self,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
    ) -> Result<usize, Refused> {
        let noun = self.slots.all[slot].noun.clone();
        let line = self.manifest.make.get(&noun).cloned().ok_or_else(|| broken("no such recipe".into()))?;
        let maker = self.maker_of(&line, owner);
        let (call, around) = self.filled(&line, &noun, Some(slot), maker, &keys).await?;
        let asked = self.ask(Some(maker), &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            let words = format!("make.{noun} answered {}", asked.exchange.status);
            return Err(Refused { words, reading: asked.exchange.reading });
        }
        let value = asked.answer.value();
        let key = match &line.produces {
            Some(path) => value.as_ref().and_then(|value| path.first(value)).and_then(scalar),
            None => value
                .map(|value| self.ranked(slot, leaves(&value)))
                .and_then(|found| found.into_iter().next())
                .map(|(_, key)| key)
                .or_else(|| asked.answer.header("location").and_then(last_segment)),
        };
        let key = key.ok_or_else(|| broken(format!("make.{noun}: the answer has no key there")))?;
        Ok(self.keep_object(slot, maker, around, key, &call, false))
    }

    /// The body that a line of the manifest sends with an action: it is known to be taken.
    pub(in crate::walk) async fn told_body(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<Value> {
        let lines = self.manifest.make.clone();
        let sends = |line: &RequestLine| {
            let path = line.path.fill(&|_| Some(ANY_KEY.to_owned())).ok()?;
            self.action_at(&line.verb, &path)
        };
        let (noun, line) = lines.into_iter().find(|(_, line)| line.body.is_some() && sends(line) == Some(action))?;
        let (call, _) = self.filled(&line, &noun, None, self.maker_of(&line, actor), keys).await.ok()?;
        call.sent_json().filter(Value::is_object)
    }

    /// Who sends a line for an owner: its actor makes things for his own tenant only.
    fn maker_of(&self, line: &RequestLine, owner: usize) -> usize {
        let maker = line.actor.as_ref().and_then(|name| self.actors.iter().position(|actor| actor.fact.name == *name));
        maker.filter(|at| self.actors[*at].fact.tenant == self.actors[owner].fact.tenant).unwrap_or(owner)
    }

    /// The line with its holes filled, and the keys of what it names, which is made first: what is made lies in that.
    async fn filled(
        &mut self,
        line: &RequestLine,
        noun: &str,
        slot: Option<usize>,
        maker: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Result<(Call, BTreeMap<usize, String>), Refused> {
        let mut around = keys.clone();
        let mut known = self.known(Some(maker));
        known.insert("canary".into(), self.canaries.mint());
        self.add_keys(&mut known, keys);
        for name in line.names() {
            let needed =
                (0..self.slots.all.len()).find(|at| Some(*at) != slot && self.slots.names_of(*at).contains(&name));
            if let Some(needed) = needed.filter(|_| !known.contains_key(&name)) {
                let object = Box::pin(self.standing_at(needed, maker, 1)).await.map_err(broken)?;
                known.insert(name, self.objects[object].key().to_owned());
                self.objects[object].keys.iter().for_each(|(slot, key)| {
                    around.entry(*slot).or_insert_with(|| key.clone());
                });
                let names = self.objects[object].keys.clone();
                self.add_keys(&mut known, &names);
            }
        }
        let filled = line
            .fill(&|name| known.get(name).cloned())
            .map_err(|unfilled| broken(format!("make.{noun}: {unfilled}")))?;
        Ok((Call::from(filled), around))
    }
}

fn broken(words: String) -> Refused {
    Refused { words, reading: Reading::Broken }
}
