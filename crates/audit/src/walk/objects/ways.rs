//! How objects of a kind come to be: found out once, by making one, and repeated from then on.

use super::super::world::{Asked, Call, World};
use super::keys::key_at;
use super::{KeyPlace, Way};
use crate::client::Purpose;
use crate::evidence::Reading;
use crate::manifest::{FixtureMay, Template};
use std::collections::{BTreeMap, BTreeSet};

/// Most producers that are tried for one slot.
const PRODUCERS_MAX: usize = 6;

impl World<'_> {
    /// Finds out how objects of a slot are made, by making one.
    pub(super) async fn learn_way(
        &mut self,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<(Way, usize), String> {
        let noun = self.slots.all[slot].noun.clone();
        if self.manifest.make.contains_key(&noun) {
            let object = self.make_by(&Way::Recipe, slot, owner, keys, depth).await?;
            return Ok((Way::Recipe, object));
        }
        if self.manifest.fixtures.contains_key(&noun) {
            let object = self.make_by(&Way::Fixture, slot, owner, keys, depth).await?;
            return Ok((Way::Fixture, object));
        }
        if self.is_tenant(slot)
            && self.slots.all[slot].noun != "account"
            && let Some(object) = self.home(slot, owner, &keys).await
        {
            return Ok((Way::Home, object));
        }
        let mut tried = Vec::new();
        let producers: Vec<usize> = self.slots.all[slot].producers.iter().copied().take(PRODUCERS_MAX).collect();
        for producer in producers {
            if self.is_sign_up(producer) {
                if let Ok(object) = self.own_account(slot, owner) {
                    return Ok((Way::Account, object));
                }
                continue;
            }
            if self.avoided.contains_key(&producer) {
                continue;
            }
            match self.produce(producer, slot, owner, &keys, depth).await {
                Ok((asked, call, keys)) => {
                    let found = self.find_key(producer, slot, owner, &asked, &call, keys.clone()).await;
                    let found = match found {
                        None => self.find_new(producer, slot, owner, keys, depth).await,
                        found => found,
                    };
                    if let Some((place, object)) = found {
                        return Ok((Way::Action(producer, place), object));
                    }
                    tried.push(format!("{} made something, and its key is nowhere", self.action(producer).name()));
                }
                Err(why) => tried.push(why),
            }
        }
        if let Some(object) = self.account_that_answers(slot, owner, &keys).await {
            return Ok((Way::Account, object));
        }
        if let Some(object) = self.home(slot, owner, &keys).await {
            return Ok((Way::Home, object));
        }
        if let Some(object) = self.mentioned(slot, owner, &keys).await {
            return Ok((Way::Mentioned, object));
        }
        if let Some((list, path, object)) = self.listed_row(slot, owner, &keys).await {
            return Ok((Way::Listed(list, path), object));
        }
        if tried.is_empty() {
            tried.push(format!("no action makes a {noun}"));
        }
        Err(tried.join("; "))
    }

    /// Makes one more by a known way.
    pub(in crate::walk) async fn make_by(
        &mut self,
        way: &Way,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<usize, String> {
        let noun = self.slots.all[slot].noun.clone();
        match way {
            Way::Action(producer, KeyPlace::New(list, path)) => {
                self.make_and_compare(*producer, (*list, path), slot, owner, keys, depth).await
            }
            Way::Action(producer, place) => {
                let (asked, call, keys) = self.produce(*producer, slot, owner, &keys, depth).await?;
                let key = match place {
                    KeyPlace::Row(list, path) => self.key_in_row(*list, path, owner, &keys, &call).await,
                    KeyPlace::Location => self.key_led_to(slot, &asked),
                    _ => key_at(place, &asked, &call),
                };
                let key = key.ok_or_else(|| format!("{} answered without the key", self.action(*producer).name()))?;
                let chosen = matches!(place, KeyPlace::Sent(_) | KeyPlace::Path);
                Ok(self.keep_object(slot, owner, keys, key, &call, chosen))
            }
            Way::Recipe => match self.make_by_recipe(slot, owner, keys.clone()).await {
                // As with an action: what lies around it may have no room for one more.
                Err(refused) if refused.reading == Reading::Invalid => {
                    let around = self.slots.all[slot].parents.last().copied().ok_or(refused.words)?;
                    let fresh = Box::pin(self.make_at(around, owner, depth + 1)).await?;
                    let keys = self.objects[fresh].keys.clone();
                    let object = self.make_by_recipe(slot, owner, keys).await.map_err(|refused| refused.words)?;
                    self.standing.insert((around, owner), fresh);
                    Ok(object)
                }
                made => made.map_err(|refused| refused.words),
            },
            Way::Fixture => {
                let fixture = self.manifest.fixtures.get(&noun).cloned().ok_or("no such fixture")?;
                let told = self.actors.iter().position(|actor| actor.fact.name == fixture.owner);
                let owner = told.ok_or_else(|| format!("fixtures.{noun}: there is no actor {}", fixture.owner))?;
                let known = self.known(Some(owner));
                let id = Template::parse(&fixture.id)
                    .and_then(|id| id.fill(&|hole| known.get(hole).cloned()).map_err(|e| e.to_string()))?;
                let object = self.keep_object(slot, owner, keys, id, &Call::default(), false);
                self.objects[object].changeable = fixture.may != FixtureMay::Read;
                Ok(object)
            }
            Way::Account => {
                let fresh = self.throw_away(owner).await?;
                let object = self.own_account(slot, fresh)?;
                self.objects[object].changeable = true;
                Ok(object)
            }
            Way::Home => {
                self.home(slot, owner, &keys).await.ok_or_else(|| format!("nothing tells which {noun} is his"))
            }
            Way::Mentioned => {
                self.mentioned(slot, owner, &keys).await.ok_or_else(|| format!("no answer names a {noun}"))
            }
            Way::Listed(..) => {
                let (_, _, object) = self.listed_row(slot, owner, &keys).await.ok_or("its list is empty")?;
                Ok(object)
            }
        }
    }

    /// The keys that a producer's path asks for: standing objects', and one that is chosen for what it makes.
    pub(super) async fn keys_around(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<BTreeMap<usize, String>, String> {
        let mut keys = keys.clone();
        for (needed, _) in self.slots.of(producer).to_vec() {
            if needed == slot {
                let chosen = self.canaries.mint();
                keys.insert(slot, chosen);
            } else if !keys.contains_key(&needed) {
                let object = Box::pin(self.standing_at(needed, owner, depth + 1)).await?;
                keys.extend(self.objects[object].keys.clone());
            }
        }
        Ok(keys)
    }

    /// Sends a producer, its own parents made first.
    pub(super) async fn produce(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<(Asked, Call, BTreeMap<usize, String>), String> {
        let mut keys = self.keys_around(producer, slot, owner, keys, depth).await?;
        let refused = match self.succeed_or_why(producer, owner, &keys, None, Purpose::SetUp, depth).await {
            Ok((call, asked)) => return Ok((asked, call, self.without_own(producer, slot, keys))),
            Err(refused) => refused,
        };
        // What is refused for the values alone may collide with what is there: only one fits into its surroundings.
        if refused.reading != Reading::Invalid
            || !self.renew_surroundings(producer, slot, owner, &mut keys, depth).await
        {
            return Err(refused.words);
        }
        let (call, asked) = self.succeed(producer, owner, &keys, None, Purpose::SetUp, depth).await?;
        Ok((asked, call, self.without_own(producer, slot, keys)))
    }

    /// The keys of an object's surroundings, and its own only where the client chose it in the path.
    fn without_own(&self, producer: usize, slot: usize, mut keys: BTreeMap<usize, String>) -> BTreeMap<usize, String> {
        keys.retain(|known, _| *known != slot || self.slots.of(producer).iter().any(|(s, _)| s == known));
        keys
    }

    /// Fresh objects in place of the standing ones that a producer names: the nearest of its path, and those of its
    /// body and query. Whether any was made. People are left as they are: whoever is put somewhere may do more there.
    async fn renew_surroundings(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        keys: &mut BTreeMap<usize, String>,
        depth: usize,
    ) -> bool {
        let in_path = self.slots.of(producer).iter().map(|(needed, _)| *needed).rfind(|needed| *needed != slot);
        let named = self.slots.named(producer).iter().map(|named| named.slot).filter(|named| *named != slot);
        let mut renewed = false;
        for around in in_path.into_iter().chain(named).collect::<BTreeSet<usize>>() {
            if !matches!(self.ways.get(&around), Some(Ok(Way::Action(..) | Way::Recipe))) {
                continue;
            }
            if let Ok(fresh) = Box::pin(self.make_at(around, owner, depth + 1)).await {
                keys.extend(self.objects[fresh].keys.clone());
                renewed = true;
            }
        }
        renewed
    }
}
