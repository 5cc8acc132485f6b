//! The lock as it is written at the end of a walk.

use super::super::world::World;
use super::{ROW_OF, bodies};
use crate::error::Result;
use crate::lock::{Fact, Lock};
use std::path::Path;

/// Longest reason of a `none`, in characters.
const NEEDS_MAX: usize = 160;

impl World<'_> {
    /// Writes the lock, and says what of the old one did not work any more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(in crate::walk) fn write_lock(&self, file: &Path) -> Result<()> {
        for line in &self.memory.stale {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            self.note(format!("plimsoll.lock: `{line}` did not work any more and was inferred again"))?;
        }
        if self.memory.cut_short { Ok(()) } else { self.inferred().save(file) }
    }

    /// Everything that is known now. What was known and did not fail stands as it stood, so that two walks of one
    /// service write one lock.
    fn inferred(&self) -> Lock {
        let memory = &self.memory;
        let mut lock = Lock::default();
        for at in 0..self.catalogue.actions.len() {
            self.add_links(at, &mut lock);
            let name = self.action(at).name();
            let witness = memory.witnesses.get(&at).map(String::as_str).or_else(|| memory.known.witness(&name));
            if let Some(seen_by) = witness {
                lock.add(Fact::Witness { action: name.clone(), seen_by: seen_by.to_owned() });
            }
            if let Some(found) = memory.rows.get(&at).copied().or_else(|| memory.known.rows(&name)) {
                lock.add(Fact::Rows { action: name.clone(), found });
            }
            let deed = self.after.get(&at).map(|deed| self.action(*deed).name());
            if let Some(deed) = deed.or_else(|| memory.known.deed(&name).map(str::to_owned)) {
                lock.add(Fact::After { action: name.clone(), deed });
            }
            let found = memory.repaired.get(&at).zip(self.bodies.get(&at)).and_then(|(first, good)| {
                let is_reference = |field: &str| {
                    self.slots.named(at).iter().any(|named| named.name == field)
                        || crate::plan::slots::names_person(field)
                };
                bodies::values(first, &self.with_own_holes(at, good), &is_reference, self)
            });
            let values = found.unwrap_or_else(|| memory.known.values(&name));
            for (field, value, from) in values {
                lock.add(Fact::Value { action: name.clone(), field, value, from });
            }
            if let Some((needs, line)) = memory.unreached.get(&at) {
                lock.add(Fact::None { action: name, needs: needs.clone(), line: line.clone() });
            }
        }
        let mut noise = memory.noise.clone();
        for fact in &memory.known.facts {
            match fact {
                Fact::Noise { noun, fields } => noise.entry(noun.clone()).or_default().extend(fields.iter().cloned()),
                Fact::Refusal { .. } => lock.add(fact.clone()),
                _ => {}
            }
        }
        for (noun, fields) in noise {
            let action = noun.strip_prefix(ROW_OF).unwrap_or(&noun);
            if self.action_named(action).is_some() {
                lock.add(Fact::Noise { noun, fields: fields.into_iter().collect() });
            }
        }
        self.learnt.facts().for_each(|fact| lock.add(fact));
        lock
    }

    fn add_links(&self, at: usize, lock: &mut Lock) {
        let name = self.action(at).name();
        let in_path = self.slots.of(at).iter().map(|(slot, parameter)| (*slot, parameter.clone()));
        let required = self.slots.named(at).iter().filter(|named| named.required);
        for (slot, parameter) in in_path.chain(required.map(|named| (named.slot, named.name.clone()))) {
            let known = self.memory.known.link(&name, &parameter);
            let way = self.ways.get(&slot).and_then(|way| way.as_ref().ok());
            let Some((producer, from)) = way.and_then(|way| self.spelt(way)) else { continue };
            // A count that was written stays: it says how the fact came to be, not how often it was used since.
            let worked = match known {
                Some((same_producer, same_from, worked))
                    if (producer.as_str(), from.as_str()) == (same_producer, same_from) =>
                {
                    worked
                }
                _ => self.memory.worked.get(&at).copied().unwrap_or_default(),
            };
            if 0 < worked {
                lock.add(Fact::Link { action: name.clone(), parameter, producer, from, worked });
            }
        }
    }
}

/// A reason without what differs from run to run: values in what the service answered.
pub(super) fn folded(why: &str) -> String {
    let (before, after) = why.split_once(": ").unwrap_or((why, ""));
    let changes = |word: &str| 4 < word.len() && word.contains(|c: char| c.is_ascii_digit());
    let after: Vec<&str> = after.split_whitespace().map(|word| if changes(word) { "#" } else { word }).collect();
    let whole = if after.is_empty() { before.to_owned() } else { format!("{before}: {}", after.join(" ")) };
    whole.chars().take(NEEDS_MAX).collect()
}
