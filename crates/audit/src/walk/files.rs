//! Files behind addresses: what an answer names as a file and no document describes is asked for by nobody and by a
//! stranger. Whoever gets the owner's bytes gets them by their address alone.

use super::cell::is_public;
use super::world::{Call, World};
use crate::checks::authorization::az17::{File, signed};
use crate::client::Purpose;
use crate::compare::leaves;
use crate::error::Result;
use crate::plan::slots::words;
use std::collections::BTreeSet;

/// Most addresses that are asked for.
const FILES_MAX: usize = 20;
/// Words in the name of a field that holds an address.
const ADDRESS: &[&str] = &[
    "url",
    "uri",
    "href",
    "link",
    "src",
    "path",
    "file",
    "download",
    "location",
    "attachment",
    "image",
    "photo",
    "avatar",
];

impl World<'_> {
    /// Asks for each file that the owners of things are told of, as nobody and as a stranger.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(super) async fn try_files(&mut self) -> Result<()> {
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for at in 0..self.objects.len() {
            let object = self.objects[at].clone();
            let item = self.slots.all[object.slot].item.filter(|item| !self.avoided.contains_key(item));
            let stranger = (0..self.actors.len()).find(|who| {
                self.relation(Some(*who), object.owner) == "other tenant" && !self.actors[*who].fact.throw_away
            });
            let (Some(item), Some(stranger)) = (item, stranger) else { continue };
            if object.gone || object.canaries.is_empty() || FILES_MAX <= asked.len() {
                continue;
            }
            let Ok(call) = self.read_call(item, &object.keys) else { continue };
            let shown = self.ask(Some(object.owner), &call, Purpose::Other).await;
            let Some(value) = shown.answer.json().filter(|_| shown.succeeded() && !is_public(&shown.exchange)) else {
                continue;
            };
            for (field, address) in leaves(&value) {
                let Some(path) = self.file_at(&field, &address).filter(|path| asked.insert(path.clone())) else {
                    continue;
                };
                let own = self.ask(Some(object.owner), &Call::get(path.clone()), Purpose::Other).await;
                let bytes = own.answer.text().to_lowercase();
                // Only what the owner put into it shows whose file it is.
                if !own.succeeded() || !object.canaries.iter().any(|(_, canary)| bytes.contains(canary.as_str())) {
                    continue;
                }
                let mut attempts = Vec::new();
                for who in [None, Some(stranger)] {
                    let tried = self.ask(who, &Call::get(path.clone()), Purpose::Cell).await;
                    attempts.push((self.fact(who), tried.exchange));
                }
                let again = self.ask(Some(object.owner), &Call::get(path.clone()), Purpose::Cell).await;
                self.store.add(&File {
                    action: self.action(item).name(),
                    field,
                    signed: signed(&path),
                    owner: self.fact(Some(object.owner)),
                    attempts,
                    control: again.exchange,
                })?;
            }
        }
        Ok(())
    }

    /// The path of a file that a field names: on the target, and no action of the document's.
    fn file_at(&self, field: &str, address: &str) -> Option<String> {
        let name = words(field.rsplit(['.', ']']).next().unwrap_or_default());
        let named = name.iter().any(|word| ADDRESS.contains(&word.as_str()));
        let path = match address.strip_prefix(self.client.base()) {
            Some(path) => path,
            None => address,
        };
        let is_file = named && path.starts_with('/') && !path.starts_with("//") && !path.contains(char::is_whitespace);
        (is_file && self.action_at("GET", path).is_none()).then(|| path.to_owned())
    }
}
