//! What an earlier walk inferred: read from the lock at the start, confirmed on the way, written again at the end.
//!
//! A recalled fact saves the search for it and nothing else. The first object that is made by a recalled link is read
//! through its key, a recalled witness must show the owner's own change again, a recalled body must be accepted. What
//! fails is forgotten, inferred anew, and said. What could not be found out stands in the lock for people to read and
//! is tried again each time: it may have come meanwhile.

pub(super) mod bodies;
mod links;
mod write;

use super::objects::Way;
use super::witness::{Calibrated, Reader};
use super::world::World;
use crate::client::Purpose;
use crate::lock::{Fact, Lock};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What begins the name of a reader that looks at one row of a list.
const ROW_OF: &str = "row of ";

/// What is known from before, and what this walk found out about it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Lock,
    /// Slots whose way was recalled and has made nothing yet.
    ways: BTreeSet<usize>,
    /// Slots whose recalled way failed for somebody.
    doubted: BTreeSet<usize>,
    /// Actions whose body was recalled and has not been accepted yet.
    bodies: BTreeSet<usize>,
    /// Actions whose recalled witness was blind.
    blind: BTreeSet<usize>,
    /// How often an action succeeded with its keys.
    worked: BTreeMap<usize, u32>,
    /// The first body of an action that was only accepted after it had been repaired.
    repaired: BTreeMap<usize, Value>,
    /// Who showed the change by an action.
    witnesses: BTreeMap<usize, String>,
    /// Whether an owner found things of his own in what an action answered.
    rows: BTreeMap<usize, bool>,
    /// What moves by itself in what a reader sees.
    noise: BTreeMap<String, BTreeSet<String>>,
    /// What could not be reached, why, and the line that would help.
    unreached: BTreeMap<usize, (String, String)>,
    /// Facts that did not work any more, as they are spelt.
    stale: BTreeSet<String>,
    /// The target died on the way: what is missing then is missing for no reason of its own.
    cut_short: bool,
}

impl Memory {
    /// Begins with what is known.
    pub(super) fn new(known: Lock) -> Self {
        Self { known, ..Self::default() }
    }

    /// Only what is known from before, when the actions have other numbers.
    pub(super) fn anew(&self) -> Self {
        Self::new(self.known.clone())
    }

    /// The service gave up before the end: this walk does not know enough to write a lock.
    pub(super) fn cut_short(&mut self) {
        self.cut_short = true;
    }

    /// An action could not be reached, and what would help.
    pub(super) fn unreached(&mut self, action: usize, why: &str, line: &str) {
        self.unreached.insert(action, (write::folded(why), line.to_owned()));
    }

    /// Whether an owner found things of his own in what an action answered. The first look counts.
    pub(super) fn saw_rows(&mut self, action: usize, found: bool) {
        self.rows.entry(action).or_insert(found);
    }

    /// An action succeeded; `before` is its body before it was repaired, where it was.
    pub(super) fn worked(&mut self, action: usize, before: Option<Value>) {
        *self.worked.entry(action).or_default() += 1;
        self.bodies.remove(&action);
        if let Some(before) = before {
            self.repaired.entry(action).or_insert(before);
        }
    }

    /// Whether a body of an action is known that was good once, in this walk or in an earlier one.
    pub(super) fn knows_body(&self, action: usize) -> bool {
        self.worked.contains_key(&action) || self.bodies.contains(&action)
    }

    fn forget(&mut self, is_stale: impl Fn(&Fact) -> bool) {
        let (stale, known) = std::mem::take(&mut self.known.facts).into_iter().partition(is_stale);
        let stale: BTreeSet<Fact> = stale;
        self.known.facts = known;
        self.stale.extend(stale.iter().map(ToString::to_string));
    }
}

impl World<'_> {
    /// Takes over what the lock says, where it still fits the documents and the manifest does not say otherwise.
    pub(super) fn recall(&mut self) {
        for fact in self.memory.known.facts.clone() {
            match fact {
                Fact::Link { action, parameter, producer, from, .. } => {
                    let Some(slot) = self.slot_of(&action, &parameter) else { continue };
                    let told = self.manifest.make.contains_key(&self.slots.all[slot].noun)
                        || self.manifest.fixtures.contains_key(&self.slots.all[slot].noun);
                    if let Some(way) = self.way(&producer, &from).filter(|_| !told) {
                        self.ways.entry(slot).or_insert(Ok(way));
                        self.memory.ways.insert(slot);
                    }
                }
                Fact::Refusal { status, digest, .. } => self.learnt.recall(status, &digest),
                Fact::After { .. }
                | Fact::None { .. }
                | Fact::Noise { .. }
                | Fact::Rows { .. }
                | Fact::Value { .. }
                | Fact::Witness { .. } => {}
            }
        }
        for at in 0..self.catalogue.actions.len() {
            let fields = self.memory.known.values(&self.action(at).name());
            if let Some(body) = bodies::body(&fields, &mut self.canaries) {
                self.recall_own(at, &body);
                self.bodies.insert(at, body);
                self.memory.bodies.insert(at);
            }
        }
    }

    /// The first object that was made by a recalled way, if its owner reads it through its key.
    ///
    /// # Errors
    /// Why the way is in doubt.
    pub(in crate::walk) async fn confirm_way(
        &mut self,
        slot: usize,
        made: Result<usize, String>,
    ) -> Result<usize, String> {
        if !self.memory.ways.contains(&slot) {
            return made;
        }
        let opens = match &made {
            Ok(object) => self.opens(*object).await,
            Err(_) => false,
        };
        if opens {
            self.memory.ways.remove(&slot);
            self.memory.doubted.remove(&slot);
            return made;
        }
        self.memory.doubted.insert(slot);
        made.and(Err("the key that the lock names opens nothing".into()))
    }

    /// Whether an object's owner reads it through its key; true where no action reads one.
    async fn opens(&mut self, object: usize) -> bool {
        let object = self.objects[object].clone();
        let by_action = matches!(self.ways.get(&object.slot), Some(Ok(Way::Action(..))));
        let item = self.slots.all[object.slot].item.filter(|item| by_action && !self.avoided.contains_key(item));
        let Some(call) = item.and_then(|item| self.read_call(item, &object.keys).ok()) else { return true };
        let asked = self.ask(Some(object.owner), &call, Purpose::SetUp).await;
        let (text, sent) = (asked.answer.text().to_lowercase(), call.sent_text().to_lowercase());
        let mut telling = object.canaries.iter().map(|(_, canary)| canary.to_lowercase()).peekable();
        let shown = match telling.peek() {
            None => asked.answer.text().contains(object.key()),
            Some(_) => telling.any(|canary| !sent.contains(&canary) && text.contains(&canary)),
        };
        asked.succeeded() && shown
    }

    /// Forgets a recalled way that made nothing for anybody. False where there was none.
    pub(super) fn forget_way(&mut self, slot: usize) -> bool {
        if self.making.contains(&slot) || !self.memory.doubted.remove(&slot) {
            return false;
        }
        self.memory.ways.remove(&slot);
        let known = self.memory.known.clone();
        let of_slot = |fact: &Fact| match fact {
            Fact::Link { action, parameter, .. } => self.slot_of(action, parameter) == Some(slot),
            _ => false,
        };
        let stale: BTreeSet<&Fact> = known.facts.iter().filter(|fact| of_slot(fact)).collect();
        self.memory.forget(|fact| stale.contains(fact));
        self.ways.remove(&slot);
        self.failed.retain(|(failed, _), _| *failed != slot);
        true
    }

    /// Forgets a recalled body that was refused for its form. False where there was none.
    pub(super) fn forget_body(&mut self, action: usize) -> bool {
        if !self.memory.bodies.remove(&action) {
            return false;
        }
        let name = self.action(action).name();
        self.memory.forget(|fact| matches!(fact, Fact::Value { action, .. } if *action == name));
        self.bodies.remove(&action);
        self.own.remove(&action);
        true
    }

    /// Whether an owner found things of his own in what an action answered, in an earlier walk.
    pub(super) fn recalled_rows(&self, action: usize) -> Option<bool> {
        self.memory.known.rows(&self.action(action).name())
    }

    /// What had to be done before an action in an earlier walk.
    pub(super) fn recalled_deed(&self, action: usize) -> Option<usize> {
        self.action_named(self.memory.known.deed(&self.action(action).name())?)
    }

    /// The witness that showed an action's changes before.
    pub(super) fn recalled_reader(&self, action: usize, own_key: Option<&str>) -> Option<Reader> {
        let seen_by = self.memory.known.witness(&self.action(action).name())?;
        let (name, row) = match seen_by.strip_prefix(ROW_OF) {
            Some(list) => (list, Some(own_key?.to_owned())),
            None => (seen_by, None),
        };
        let action = self.action_named(name).filter(|at| !self.avoided.contains_key(at))?;
        Some(Reader { action, row })
    }

    /// Keeps who showed the change by an action; a recalled witness that did not is forgotten. True where the action
    /// must be done once more, before other eyes.
    pub(super) fn keep_witness(&mut self, action: usize, witness: Option<&Calibrated>) -> bool {
        if let Some(calibrated) = witness {
            let seen_by = self.reader_name(&calibrated.reader);
            self.memory.witnesses.insert(action, seen_by);
            return false;
        }
        let name = self.action(action).name();
        let was_known = self.memory.known.witness(&name).is_some() && self.memory.blind.insert(action);
        self.memory.forget(|fact| matches!(fact, Fact::Witness { action, .. } if *action == name));
        was_known
    }

    fn reader_name(&self, reader: &Reader) -> String {
        let name = self.action(reader.action).name();
        if reader.row.is_some() { format!("{ROW_OF}{name}") } else { name }
    }

    /// What moves by itself in what a reader sees: what was just seen to, and what did before. A field that moves
    /// seldom is noise all the same.
    pub(super) fn keep_noise(&mut self, reader: &Reader, mut seen: BTreeSet<String>) -> BTreeSet<String> {
        let name = self.reader_name(reader);
        seen.extend(self.memory.known.noise(&name).iter().cloned());
        if !seen.is_empty() {
            self.memory.noise.entry(name).or_default().extend(seen.iter().cloned());
        }
        seen
    }
}
