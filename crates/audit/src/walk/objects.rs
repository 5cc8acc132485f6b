//! Making objects: who produces the key that a path asks for, and proof that it is the key.
//!
//! Only what was made here may be changed later. A production counts when its owner has read the canary back through
//! the key; how it was done is kept, and the next object of its kind costs one request.

use super::world::{Asked, Call, World};
use crate::canary::LENGTH_MIN;
use crate::client::Purpose;
use crate::compare::{leaves, rows_with, scalar};
use crate::manifest::{FixtureMay, Template};
use crate::plan::slots::words;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most producers that are tried for one slot.
const PRODUCERS_MAX: usize = 6;
/// Most values of one answer that are tried as the key.
const KEYS_MAX: usize = 8;
/// How deep objects may need others.
const DEPTH_MAX: usize = 5;

/// Something that exists in the service.
#[derive(Debug, Clone)]
pub struct Object {
    /// Which slot asks for its key.
    pub slot: usize,
    /// Whose it is.
    pub owner: usize,
    /// Its key and those of its parents, by slot.
    pub keys: BTreeMap<usize, String>,
    /// Canaries by the field that carries them.
    pub canaries: Vec<(String, String)>,
    /// This walk made it, or was told that it may be changed.
    pub changeable: bool,
    /// The client chose its key.
    pub chosen_key: bool,
    /// Gone, as far as is known.
    pub gone: bool,
}

/// How objects of a slot come to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By an action; the key stands there.
    Action(usize, KeyPlace),
    /// By a line of the manifest.
    Recipe,
    /// It is there already.
    Fixture,
    /// It is the owner's own account.
    Account,
    /// It is the place that the owner belongs to.
    Home,
    /// Another answer to its owner names it; for reading only.
    Mentioned,
    /// It stands in a list of the owner's; for reading only.
    Listed(usize, String),
}

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// At a path of the answer.
    Answer(String),
    /// The last segment of `Location`.
    Location,
    /// The client chose it: a field of the body that was sent.
    Sent(String),
    /// The client chose it: in the path.
    Path,
    /// In the row of a list that carries the canary.
    Row(usize, String),
}

impl Object {
    /// Its own key.
    pub fn key(&self) -> &str {
        self.keys.get(&self.slot).map_or("", String::as_str)
    }
}

impl World<'_> {
    /// A fresh object for a slot, made as this owner, or as somebody of his tenant who may.
    ///
    /// # Errors
    /// One sentence: what was tried.
    pub async fn make(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        Box::pin(self.make_at(slot, owner, 0)).await
    }

    /// A standing object: made once for each slot and owner, for others to hang on.
    ///
    /// # Errors
    /// As [`World::make`].
    pub async fn standing(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        Box::pin(self.standing_at(slot, owner, 0)).await
    }

    pub(super) async fn standing_at(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        if let Some(object) = self.standing.get(&(slot, owner))
            && !self.objects[*object].gone
        {
            return Ok(*object);
        }
        let object = match self.ways.get(&slot) {
            // A named actor's own account stands already.
            Some(Ok(Way::Account)) => self.own_account(slot, owner)?,
            _ if self.is_tenant(slot) => match self.home(slot, owner, &BTreeMap::new()).await {
                Some(home) => home,
                None => Box::pin(self.make_at(slot, owner, depth)).await?,
            },
            _ => Box::pin(self.make_at(slot, owner, depth)).await?,
        };
        self.standing.insert((slot, owner), object);
        Ok(object)
    }

    async fn make_at(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        if DEPTH_MAX <= depth {
            return Err("its parents need more parents than this walk makes".into());
        }
        let mut makers = vec![owner];
        let tenant = self.actors[owner].fact.tenant.clone();
        makers.extend(
            (0..self.actors.len()).filter(|at| {
                *at != owner && self.actors[*at].fact.tenant == tenant && !self.actors[*at].fact.throw_away
            }),
        );
        let mut last = String::new();
        for maker in makers {
            match self.make_as(slot, maker, depth).await {
                Ok(object) => return Ok(object),
                Err(why) if last.is_empty() => last = why,
                Err(_) => {}
            }
        }
        Err(last)
    }

    async fn make_as(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        if let Some(why) = self.failed.get(&(slot, owner)) {
            return Err(why.clone());
        }
        // What refers to its own kind is made without that reference.
        if !self.making.insert(slot) {
            return Err(format!("a {} needs another one first", self.slots.all[slot].noun));
        }
        let made = self.make_once(slot, owner, depth).await;
        self.making.remove(&slot);
        if let Err(why) = &made {
            self.failed.insert((slot, owner), why.clone());
        }
        made
    }

    async fn make_once(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        let mut keys = BTreeMap::new();
        for parent in self.slots.all[slot].parents.clone() {
            let object = self.standing_at(parent, owner, depth + 1).await?;
            keys.extend(self.objects[object].keys.clone());
        }
        match self.ways.get(&slot).cloned() {
            Some(Ok(way)) => self.make_by(&way, slot, owner, keys, depth).await,
            // What one actor could not do another may.
            Some(Err(_)) | None => {
                let learnt = self.learn_way(slot, owner, keys, depth).await;
                match learnt {
                    Ok((way, object)) => {
                        self.ways.insert(slot, Ok(way));
                        Ok(object)
                    }
                    Err(why) => {
                        self.ways.insert(slot, Err(why.clone()));
                        Err(why)
                    }
                }
            }
        }
    }

    /// Finds out how objects of a slot are made, by making one.
    async fn learn_way(
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
                    let found = self.find_key(producer, slot, owner, &asked, &call, keys).await;
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
    async fn make_by(
        &mut self,
        way: &Way,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<usize, String> {
        let noun = self.slots.all[slot].noun.clone();
        match way {
            Way::Action(producer, place) => {
                let (asked, call, keys) = self.produce(*producer, slot, owner, &keys, depth).await?;
                let key = match place {
                    KeyPlace::Row(list, path) => self.key_in_row(*list, path, owner, &keys, &call).await,
                    _ => key_at(place, &asked, &call),
                };
                let key = key.ok_or_else(|| format!("{} answered without the key", self.action(*producer).name()))?;
                let chosen = matches!(place, KeyPlace::Sent(_) | KeyPlace::Path);
                Ok(self.keep_object(slot, owner, keys, key, &call, chosen))
            }
            Way::Recipe => self.make_by_recipe(slot, owner, keys).await,
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

    /// Sends a producer, its own parents made first.
    async fn produce(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<(Asked, Call, BTreeMap<usize, String>), String> {
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
        let (call, asked) = self.succeed(producer, owner, &keys, None, Purpose::SetUp, depth).await?;
        keys.retain(|known, _| *known != slot || self.slots.of(producer).iter().any(|(s, _)| s == known));
        Ok((asked, call, keys))
    }

    /// Looks for the key of what was just made, and proves each candidate by using it.
    async fn find_key(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        asked: &Asked,
        call: &Call,
        keys: BTreeMap<usize, String>,
    ) -> Option<(KeyPlace, usize)> {
        let mut candidates = self.key_candidates(producer, slot, asked, call, &keys);
        candidates.truncate(KEYS_MAX);
        let mut unproved = None;
        for (place, key) in candidates {
            match self.proves(slot, owner, &keys, &key, call).await {
                Some(true) => {
                    let chosen = matches!(place, KeyPlace::Sent(_) | KeyPlace::Path);
                    return Some((place, self.keep_object(slot, owner, keys, key, call, chosen)));
                }
                None if unproved.is_none() => unproved = Some((place, key)),
                _ => {}
            }
        }
        for list in self.slots.all[slot].lists.clone() {
            let Some(rows) = self.rows_of_mine(list, owner, &keys, call).await else { continue };
            if self.slots.all[slot].item.is_none() {
                // Nothing reads one by its key: the key is what the row shows, and the answer to the making had.
                let mut shown = self.key_candidates(producer, slot, asked, call, &keys).into_iter();
                if let Some((place, key)) = shown.find(|(_, key)| rows.iter().any(|(_, text)| text == key)) {
                    let chosen = matches!(place, KeyPlace::Sent(_) | KeyPlace::Path);
                    return Some((place, self.keep_object(slot, owner, keys, key, call, chosen)));
                }
                if let Some((path, key)) = self.ranked(slot, rows).into_iter().next() {
                    let object = self.keep_object(slot, owner, keys, key, call, false);
                    return Some((KeyPlace::Row(list, path), object));
                }
                continue;
            }
            for (path, key) in self.ranked(slot, rows) {
                if self.proves(slot, owner, &keys, &key, call).await == Some(true) {
                    let object = self.keep_object(slot, owner, keys, key, call, false);
                    return Some((KeyPlace::Row(list, path), object));
                }
            }
        }
        // Nothing reads one by its key: the likeliest candidate is used, and the first use will tell.
        let (place, key) = unproved?;
        Some((place, self.keep_object(slot, owner, keys, key, call, false)))
    }

    fn key_candidates(
        &self,
        producer: usize,
        slot: usize,
        asked: &Asked,
        call: &Call,
        keys: &BTreeMap<usize, String>,
    ) -> Vec<(KeyPlace, String)> {
        let mut candidates = Vec::new();
        if self.slots.of(producer).iter().any(|(s, _)| *s == slot) {
            candidates.extend(keys.get(&slot).map(|key| (KeyPlace::Path, key.clone())));
        }
        let location = asked.answer.header("location").and_then(last_segment);
        let answer = asked.answer.json().map(|value| leaves(&value)).unwrap_or_default();
        let mut ranked = self.ranked(slot, answer).into_iter().map(|(path, key)| (KeyPlace::Answer(path), key));
        candidates.extend(ranked.by_ref().take(2));
        candidates.extend(location.map(|key| (KeyPlace::Location, key)));
        candidates.extend(ranked);
        let sent = call.sent_json().map(|value| leaves(&value)).unwrap_or_default();
        let names = self.parameter_names(slot);
        let by_name = |path: &str| {
            let name = words(path.rsplit(['.', ']']).next().unwrap_or_default()).join("_");
            names.iter().any(|wanted| *wanted == name || wanted.ends_with(&format!("_{name}")))
        };
        let chosen = sent.into_iter().filter(|(path, _)| by_name(path)).map(|(path, key)| (KeyPlace::Sent(path), key));
        // A key that the client chose under the very name that paths use comes before guesses from the answer.
        let at = usize::from(candidates.first().is_some_and(|(_, key)| !key.is_empty()));
        for (n, one) in chosen.enumerate() {
            candidates.insert((at + n).min(candidates.len()), one);
        }
        let mut seen = std::collections::BTreeSet::new();
        candidates.retain(|(_, key)| !key.is_empty() && key.len() < 200 && seen.insert(key.clone()));
        candidates
    }

    /// Leaves of an answer that may be a key, likeliest first.
    fn ranked(&self, slot: usize, leaves: Vec<(String, String)>) -> Vec<(String, String)> {
        let names = self.parameter_names(slot);
        let noun = &self.slots.all[slot].noun;
        let rank = |path: &str, text: &str| {
            let name = words(path.rsplit(['.', ']']).next().unwrap_or_default()).join("_");
            let of_noun = name.strip_prefix(noun.as_str()).unwrap_or_default().trim_start_matches('_').to_owned();
            const KEYS: &[&str] =
                &["id", "uuid", "key", "slug", "code", "number", "guid", "pk", "ref", "handle", "name"];
            if crate::evidence::is_secret_name(&name) {
                // A slot may be called after what it holds: a key, not the secret itself, stands in paths.
                15
            } else if name != "id" && names.contains(&name) {
                0
            } else if KEYS.contains(&of_noun.as_str()) {
                1
            } else if let Some(at) = KEYS.iter().position(|key| *key == name) {
                2 + at
            } else if name == "_id" || name == *noun {
                3
            } else if text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
                && text != "true"
                && text != "false"
            {
                20
            } else {
                99
            }
        };
        let mut ranked: Vec<_> = (leaves.into_iter())
            .map(|(path, text)| (rank(&path, &text), path.matches('.').count(), path, text))
            .filter(|(rank, ..)| *rank < 99)
            .collect();
        ranked.sort_by_key(|a| (a.0, a.1));
        ranked.into_iter().map(|(_, _, path, text)| (path, text)).collect()
    }

    pub(super) fn parameter_names(&self, slot: usize) -> Vec<String> {
        let used = self.slots.of_action.iter().flatten().filter(|(s, _)| *s == slot);
        let mut names: Vec<_> = used.map(|(_, name)| words(name).join("_")).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether the owner reads what he made through this key; nothing where no action reads one.
    async fn proves(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        key: &str,
        made: &Call,
    ) -> Option<bool> {
        let item = self.slots.all[slot].item?;
        if self.avoided.contains_key(&item) {
            return None;
        }
        let mut keys = keys.clone();
        keys.insert(slot, key.to_owned());
        let call = self.read_call(item, &keys).ok()?;
        let path = call.sent_text();
        let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            return Some(false);
        }
        let canaries = planted_in(made, &self.canaries);
        let shown = canaries.iter().any(|(_, canary)| !path.contains(canary.as_str()) && contains(&asked, canary));
        if shown || canaries.iter().all(|(_, canary)| path.contains(canary.as_str())) && contains(&asked, key) {
            return Some(true);
        }
        // Objects without free text are known by what else was sent.
        let sent = made.sent_json().map(|value| leaves(&value)).unwrap_or_default();
        let answer = asked.answer.json().map(|value| leaves(&value)).unwrap_or_default();
        let same = sent.iter().filter(|(_, text)| answer.iter().any(|(_, other)| other == text)).count();
        Some(canaries.is_empty() && contains(&asked, key) && (sent.is_empty() || 0 < same))
    }

    /// The leaves of the row that carries what was just made, in a list of the owner's.
    async fn rows_of_mine(
        &mut self,
        list: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        made: &Call,
    ) -> Option<Vec<(String, String)>> {
        let path = self.path_of(list, keys).ok()?;
        let asked = self.ask(Some(owner), &Call::get(path), Purpose::SetUp).await;
        let value = asked.answer.json().filter(|_| asked.succeeded())?;
        let canaries = planted_in(made, &self.canaries);
        let by_canary = canaries.iter().find_map(|(_, canary)| rows_with(&value, canary).pop().map(leaves));
        // What carries no canary is known by what else was sent: the person who was added, the key that was named.
        by_canary.or_else(|| {
            let sent = made.sent_json().map(|value| leaves(&value)).unwrap_or_default();
            let telling = sent.into_iter().filter(|(_, text)| LENGTH_MIN <= text.len());
            telling.into_iter().find_map(|(_, text)| rows_with(&value, &text).pop().map(leaves))
        })
    }

    async fn key_in_row(
        &mut self,
        list: usize,
        path: &str,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        made: &Call,
    ) -> Option<String> {
        let row = self.rows_of_mine(list, owner, keys, made).await?;
        row.into_iter().find(|(at, _)| at == path).map(|(_, key)| key)
    }

    /// Remembers an object and plants its canaries.
    pub(super) fn keep_object(
        &mut self,
        slot: usize,
        owner: usize,
        mut keys: BTreeMap<usize, String>,
        key: String,
        made: &Call,
        chosen_key: bool,
    ) -> usize {
        keys.insert(slot, key.clone());
        let canaries: Vec<_> = (planted_in(made, &self.canaries).into_iter())
            .filter(|(_, canary)| !key.contains(canary.as_str()))
            .collect();
        let noun = self.slots.all[slot].noun.clone();
        let fact = self.actors[owner].fact.clone();
        for (field, canary) in &canaries {
            self.canaries.plant(canary, &noun, field, &fact.name, &fact.tenant);
        }
        self.objects.push(Object { slot, owner, keys, canaries, changeable: true, chosen_key, gone: false });
        self.objects.len() - 1
    }

    async fn make_by_recipe(
        &mut self,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
    ) -> Result<usize, String> {
        let noun = self.slots.all[slot].noun.clone();
        let line = self.manifest.make.get(&noun).cloned().ok_or("no such recipe")?;
        let maker = line.actor.as_ref().and_then(|name| self.actors.iter().position(|actor| actor.fact.name == *name));
        let maker = match maker {
            // The recipe's actor makes it for his own tenant only.
            Some(at) if self.actors[at].fact.tenant != self.actors[owner].fact.tenant => owner,
            Some(at) => at,
            None => owner,
        };
        let mut known = self.known(Some(maker));
        known.insert("canary".into(), self.canaries.mint());
        for (parent, key) in &keys {
            known.insert(format!("{}.key", self.slots.all[*parent].noun), key.clone());
            known.insert(format!("{}.id", self.slots.all[*parent].noun), key.clone());
        }
        for name in line.names() {
            let Some((other, _)) = name.split_once('.') else { continue };
            let needed = (0..self.slots.all.len()).find(|at| self.slots.all[*at].noun == other && *at != slot);
            if let Some(needed) = needed.filter(|_| !known.contains_key(&name)) {
                let object = Box::pin(self.standing_at(needed, maker, 1)).await?;
                known.insert(name, self.objects[object].key().to_owned());
            }
        }
        let filled =
            line.fill(&|name| known.get(name).cloned()).map_err(|unfilled| format!("make.{noun}: {unfilled}"))?;
        let call = Call::from(filled);
        let asked = self.ask(Some(maker), &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            return Err(format!("make.{noun} answered {}", asked.exchange.status));
        }
        let value = asked.answer.json();
        let key = match &line.produces {
            Some(path) => value.as_ref().and_then(|value| path.first(value)).and_then(scalar),
            None => value
                .map(|value| self.ranked(slot, leaves(&value)))
                .and_then(|found| found.into_iter().next())
                .map(|(_, key)| key)
                .or_else(|| asked.answer.header("location").and_then(last_segment)),
        };
        let key = key.ok_or_else(|| format!("make.{noun}: the answer has no key there"))?;
        Ok(self.keep_object(slot, maker, keys, key, &call, false))
    }

    /// Whether an action is the manifest's sign-up.
    pub fn is_sign_up(&self, at: usize) -> bool {
        let action = self.action(at);
        self.manifest
            .sign_up
            .as_ref()
            .is_some_and(|line| line.verb == action.verb && line.path.as_str() == action.address_path())
    }

    /// The owner's own account as an object.
    fn own_account(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        let names = self.parameter_names(slot);
        let actor = &self.actors[owner];
        let key = names.iter().find_map(|name| actor.keys(name).into_iter().next());
        let key =
            key.ok_or_else(|| format!("nothing tells which {} is {}", self.slots.all[slot].noun, actor.fact.name))?;
        Ok(self.keep_account(slot, owner, key))
    }

    fn keep_account(&mut self, slot: usize, owner: usize, key: String) -> usize {
        let actor = &self.actors[owner];
        let fact = actor.fact.clone();
        // Display identity is no private content; mail, telephone and the like are.
        const PRIVATE: &[&str] =
            &["mail", "email", "phone", "telephone", "mobile", "address", "street", "birth", "iban", "ssn", "card"];
        let private: Vec<_> = (actor.identity.iter())
            .filter(|(path, text)| {
                let name = path.to_lowercase();
                LENGTH_MIN <= text.len() && *text != key && PRIVATE.iter().any(|word| name.contains(word))
            })
            .cloned()
            .collect();
        let noun = self.slots.all[slot].noun.clone();
        for (field, value) in &private {
            self.canaries.plant(value, &noun, field, &fact.name, &fact.tenant);
        }
        let keys = BTreeMap::from([(slot, key)]);
        self.objects.push(Object {
            slot,
            owner,
            keys,
            canaries: private,
            changeable: fact.throw_away,
            chosen_key: false,
            gone: false,
        });
        self.objects.len() - 1
    }

    /// The owner's own account, where the slot answers to one of his identity's values.
    async fn account_that_answers(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<usize> {
        let item = self.slots.all[slot].item?;
        let names = self.parameter_names(slot);
        let mut candidates: Vec<String> = names.iter().flat_map(|name| self.actors[owner].keys(name)).collect();
        candidates.dedup();
        candidates.truncate(3);
        for key in candidates {
            let mut keys = keys.clone();
            keys.insert(slot, key.clone());
            let path = self.path_of(item, &keys).ok()?;
            let asked = self.ask(Some(owner), &Call::get(path.clone()), Purpose::SetUp).await;
            let value = asked.answer.json().filter(|_| asked.succeeded());
            let about =
                |value: &Value| leaves(value).iter().any(|(_, text)| *text != key && self.actors[owner].is(text));
            if value.as_ref().is_some_and(about) {
                return Some(self.keep_account(slot, owner, key));
            }
        }
        None
    }

    /// An object that some earlier answer to the owner named: `invoice_id` in the answer that made an order. It may be
    /// read, never changed.
    async fn mentioned(&mut self, slot: usize, owner: usize, keys: &BTreeMap<usize, String>) -> Option<usize> {
        let noun = self.slots.all[slot].noun.clone();
        let names = self.parameter_names(slot);
        let bears = |name: &str| {
            let keyed = name
                .strip_prefix(&format!("{noun}_"))
                .is_some_and(|rest| ["id", "uuid", "key", "number", "slug"].contains(&rest));
            keyed || name == noun || name != "id" && names.iter().any(|wanted| wanted == name)
        };
        let said = self.actors[owner].said.iter().rev().filter(|(name, _)| bears(name));
        let mut candidates: Vec<String> = said.map(|(_, value)| value.clone()).collect();
        candidates.dedup();
        let item = self.slots.all[slot].item?;
        for key in candidates.into_iter().take(3) {
            let mut all = keys.clone();
            all.insert(slot, key.clone());
            let call = self.read_call(item, &all).ok()?;
            let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
            if !asked.succeeded() {
                continue;
            }
            let object = self.keep_object(slot, owner, keys.clone(), key, &Call::default(), false);
            self.objects[object].changeable = false;
            // It carries what its owner planted elsewhere, if that shows in it.
            let text = asked.answer.text().to_lowercase();
            let own = self.objects.iter().filter(|other| other.owner == owner).flat_map(|other| other.canaries.clone());
            let shown: Vec<_> = own.filter(|(_, canary)| text.contains(&canary.to_lowercase())).collect();
            self.objects[object].canaries = shown;
            return Some(object);
        }
        None
    }

    /// An object that stands in a list of the owner's. It may be read, never changed.
    async fn listed_row(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<(usize, String, usize)> {
        for list in self.slots.all[slot].lists.clone() {
            let Ok(path) = self.path_of(list, keys) else { continue };
            let asked = self.ask(Some(owner), &Call::get(path), Purpose::SetUp).await;
            let Some(value) = asked.answer.json().filter(|_| asked.succeeded()) else { continue };
            let Some(row) = first_row(&value) else { continue };
            for (path, key) in self.ranked(slot, leaves(row)).into_iter().take(2) {
                if self.proves(slot, owner, keys, &key, &Call::default()).await != Some(false) {
                    let object = self.keep_object(slot, owner, keys.clone(), key, &Call::default(), false);
                    self.objects[object].changeable = false;
                    return Some((list, path, object));
                }
            }
        }
        None
    }
}

/// Canaries in what was sent, with the field that carries each.
pub fn planted_in(call: &Call, canaries: &crate::canary::Canaries) -> Vec<(String, String)> {
    let sent = call.sent_json().map(|value| leaves(&value)).unwrap_or_default();
    sent.into_iter().filter_map(|(path, text)| Some((path, canaries.find_minted(&text)?))).collect()
}

fn key_at(place: &KeyPlace, asked: &Asked, call: &Call) -> Option<String> {
    let at = |value: Option<Value>, wanted: &str| {
        leaves(&value?).into_iter().find(|(path, _)| path == wanted).map(|(_, text)| text)
    };
    match place {
        KeyPlace::Answer(path) => at(asked.answer.json(), path),
        KeyPlace::Location => asked.answer.header("location").and_then(last_segment),
        KeyPlace::Sent(path) => at(call.sent_json(), path),
        KeyPlace::Path => last_segment(&call.path),
        KeyPlace::Row(..) => None,
    }
}

fn last_segment(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty()).map(str::to_owned)
}

fn contains(asked: &Asked, text: &str) -> bool {
    asked.answer.text().contains(text)
}

/// The first object in the first list of a document.
fn first_row(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find(|item| item.is_object()),
        Value::Object(fields) => fields.values().find_map(|value| match value {
            Value::Array(_) | Value::Object(_) => first_row(value),
            _ => None,
        }),
        _ => None,
    }
}
