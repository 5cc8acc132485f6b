//! Which value of an answer is the key of what was just made, and proof that it is.

use super::super::world::{Asked, Call, World};
use super::{KeyPlace, planted_in};
use crate::canary::LENGTH_MIN;
use crate::client::Purpose;
use crate::compare::{leaves, rows_with};
use crate::plan::slots::{Segment, segments, words};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most values of one answer that are tried as the key.
const KEYS_MAX: usize = 8;

impl World<'_> {
    /// Looks for the key of what was just made, and proves each candidate by using it.
    pub(super) async fn find_key(
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
        for list in self.shown_in(slot, producer) {
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
        let location = self.key_led_to(slot, asked);
        let answer = asked.answer.value().map(|value| leaves(&value)).unwrap_or_default();
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

    /// The reads that may show a row of what was made: its lists, or where it has none, the thing that it belongs to. That
    /// one stands in its own path, or in the path by which it is made: `POST /tickets/{ticket}/remarks`, then `/remarks/{remark}`.
    pub(super) fn shown_in(&self, slot: usize, producer: usize) -> Vec<usize> {
        let own = &self.slots.all[slot];
        if !own.lists.is_empty() {
            return own.lists.clone();
        }
        let mut made_in = self.slots.of(producer).iter().map(|(around, _)| around).filter(|around| **around != slot);
        let around = own.parents.last().or(made_in.next_back());
        around.and_then(|around| self.slots.all[*around].item).into_iter().collect()
    }

    /// The key in the path that an answer leads to (`Location`). A form often leads to what the new thing belongs to:
    /// then that is no key of the thing's.
    pub(in crate::walk) fn key_led_to(&self, slot: usize, asked: &Asked) -> Option<String> {
        let location = asked.answer.header("location")?;
        let url = self.on_target(location, &asked.exchange.path).and_then(|url| url::Url::parse(&url).ok());
        let Some(url) = url else { return last_segment(location) };
        let Some(action) = self.action_at("GET", url.path()) else { return last_segment(location) };
        let like = |own: usize| own == slot || self.slots.all[own].noun == self.slots.all[slot].noun;
        let (_, name) = self.slots.of(action).iter().rfind(|(own, _)| like(*own))?;
        let parts = url.path().split('/').filter(|part| !part.is_empty());
        let template = self.action(action).address_path();
        segments(&template).into_iter().zip(parts).find_map(|(segment, part)| match segment {
            Segment::Parameter { before, name: own, after } if own == *name => {
                Some(part.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?.to_owned())
            }
            _ => None,
        })
    }

    /// Leaves of an answer that may be a key, likeliest first.
    pub(in crate::walk) fn ranked(&self, slot: usize, leaves: Vec<(String, String)>) -> Vec<(String, String)> {
        self.ranked_below(98, slot, leaves)
    }

    /// Those whose name says that they are.
    pub(super) fn named_keys(&self, slot: usize, leaves: Vec<(String, String)>) -> Vec<(String, String)> {
        self.ranked_below(14, slot, leaves)
    }

    fn ranked_below(&self, most: usize, slot: usize, leaves: Vec<(String, String)>) -> Vec<(String, String)> {
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
            .filter(|(rank, ..)| *rank <= most)
            .collect();
        ranked.sort_by_key(|a| (a.0, a.1));
        ranked.into_iter().map(|(_, _, path, text)| (path, text)).collect()
    }

    pub(in crate::walk) fn parameter_names(&self, slot: usize) -> Vec<String> {
        let used = self.slots.of_action.iter().flatten().filter(|(s, _)| *s == slot);
        let mut names: Vec<_> = used.map(|(_, name)| words(name).join("_")).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether the owner reads what he made through this key; nothing where no action reads one.
    pub(super) async fn proves(
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
        let answer = asked.answer.value().map(|value| leaves(&value)).unwrap_or_default();
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
        let call = self.read_call(list, keys).ok()?;
        let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
        let value = asked.answer.value().filter(|_| asked.succeeded())?;
        let canaries = planted_in(made, &self.canaries);
        let by_canary = canaries.iter().find_map(|(_, canary)| rows_with(&value, canary).pop().map(leaves));
        // What carries no canary is known by what else was sent: the person who was added, the key that was named.
        by_canary.or_else(|| {
            let sent = made.sent_json().map(|value| leaves(&value)).unwrap_or_default();
            let telling = sent.into_iter().filter(|(_, text)| LENGTH_MIN <= text.len());
            telling.into_iter().find_map(|(_, text)| rows_with(&value, &text).pop().map(leaves))
        })
    }

    pub(super) async fn key_in_row(
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
}

pub(super) fn key_at(place: &KeyPlace, asked: &Asked, call: &Call) -> Option<String> {
    let at = |value: Option<Value>, wanted: &str| {
        leaves(&value?).into_iter().find(|(path, _)| path == wanted).map(|(_, text)| text)
    };
    match place {
        KeyPlace::Answer(path) => at(asked.answer.value(), path),
        KeyPlace::Sent(path) => at(call.sent_json(), path),
        KeyPlace::Path => last_segment(&call.path),
        KeyPlace::Location | KeyPlace::Row(..) | KeyPlace::New(..) => None,
    }
}

pub(in crate::walk) fn last_segment(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty()).map(str::to_owned)
}

fn contains(asked: &Asked, text: &str) -> bool {
    asked.answer.text().contains(text)
}
