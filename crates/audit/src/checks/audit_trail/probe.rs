//! Causes events and reads what the record shows of them. Decides nothing.
//!
//! First objects of each kind are made by two actors and nothing else is done to them, so that it can be learnt which
//! rows a making leaves. Then each action is done on a fresh object, after a stranger was refused it. In the end
//! something is made once more: when that has arrived, and nothing more comes for a while, what is not there is missing.

use std::collections::BTreeSet;
use std::time::Duration;

use super::document::{Event, Kind, NotDone, Row, Trail, TrailTold};
use super::matching::{Found, Matched};
use super::reader::Reader;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Form, Reading};
use crate::manifest::RecordSource;
use crate::plan::shape;
use crate::verdict::Dimension;
use crate::walk::objects::{Object, Way};
use crate::walk::{Call, Reached, World};

/// How long a row of a known event is waited for.
const ARRIVAL_MAX: Duration = Duration::from_secs(10);
/// How often the record is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(150);
/// Shortest and longest wait after the last known row.
const QUIET: (i64, i64) = (1_000, 15_000);
/// Events between two readings: a record that shows only its last page must not run away.
const EVENTS_BETWEEN: usize = 8;
/// Most rows that are kept.
const ROWS_MAX: usize = 5_000;

/// Actions that need not be recorded unless the owner says so: telemetry, preferences of the view, token refresh.
const SILENT: &[&str] = &[
    "telemetry",
    "metric",
    "metrics",
    "analytics",
    "track",
    "tracking",
    "heartbeat",
    "ping",
    "typing",
    "presence",
    "seen",
    "view",
    "views",
    "refresh",
    "preference",
    "preferences",
    "search",
    "query",
    "preview",
    "validate",
    "autosave",
];

/// Does everything once more with an eye on the record, and writes down what it showed.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    let record = &world.manifest.record;
    let (told, key) = match &record.source {
        RecordSource::Silent => (TrailTold::Silent, "record"),
        RecordSource::None => (TrailTold::None, "record.read"),
        RecordSource::Unused(_) => (TrailTold::Unused, "record"),
        RecordSource::Http(_) => (TrailTold::Read, "record.read"),
        RecordSource::File(_) => (TrailTold::Read, "record.file"),
        RecordSource::Command(_) => (TrailTold::Read, "record.command"),
    };
    let fields = record.fields.iter().map(|(name, path)| (name.clone(), path.to_string())).collect();
    let mut trail = Trail { told, place: world.manifest.place(key), fields, ..Trail::default() };
    if trail.told == TrailTold::Read {
        match Reader::open(world).await {
            Ok(reader) => {
                trail.scope = reader.tenant(world);
                trail = Probe { world: &mut *world, reader, trail }.run().await;
            }
            Err(why) => trail.unreadable = Some(why),
        }
    }
    world.store.add(&trail).map(drop)
}

struct Probe<'w, 'a> {
    world: &'w mut World<'a>,
    reader: Reader,
    trail: Trail,
}

impl Probe<'_, '_> {
    async fn run(mut self) -> Trail {
        let actions = self.world.catalogue.actions.len();
        self.world.progress.total(Dimension::AuditTrail, actions as u64 + 1);
        self.make_known_events().await;
        self.world.progress.step(Dimension::AuditTrail, 1);
        let made: BTreeSet<String> = self.trail.events.iter().map(|event| event.action.clone()).collect();
        for action in 0..actions {
            if !made.contains(&self.world.action(action).name()) {
                self.take(action).await;
            }
            self.world.progress.step(Dimension::AuditTrail, action as u64 + 2);
            if self.world.fell_silent || self.trail.unreadable.is_some() {
                break;
            }
        }
        self.settle().await;
        self.trail
    }

    /// Two objects of each kind that can be made, by two actors where there are two who may.
    async fn make_known_events(&mut self) {
        for slot in 0..self.world.slots.all.len() {
            for owner in self.two_owners() {
                // The first making finds out how it is done, and asks more than the making itself.
                let known = matches!(self.world.ways.get(&slot), Some(Ok(_)));
                if !known && self.world.make(slot, owner).await.is_err() {
                    continue;
                }
                self.make(slot, owner).await;
            }
        }
        let waited = tokio::time::Instant::now();
        while self.look().await && waited.elapsed() < ARRIVAL_MAX {
            let matched = Matched::new(&self.trail);
            let arrived = self.trail.events.iter().filter(|event| matches!(matched.find(event), Found::Row(_))).count();
            // A service that records none of them is waited for a little, one that records all not at all.
            let patience = if arrived == 0 { ARRIVAL_MAX / 3 } else { ARRIVAL_MAX };
            if arrived == self.trail.events.len() || waited.elapsed() > patience {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The first two actors of different tenants, or the only ones twice.
    fn two_owners(&self) -> Vec<usize> {
        let scope = self.trail.scope.clone();
        let fact = |at: usize| &self.world.actors[at].fact;
        let named = |at: &usize| !fact(*at).throw_away && fact(*at).tenant != "*";
        let mut all: Vec<usize> = (0..self.world.actors.len()).filter(named).collect();
        if all.iter().any(|at| fact(*at).tenant == scope) {
            // Only what those do of whom the record tells can be looked for in it.
            all.retain(|at| fact(*at).tenant == scope);
        }
        let Some(first) = all.first().copied() else { return Vec::new() };
        let tenant = &self.world.actors[first].fact.tenant;
        let second = all.iter().copied().find(|at| self.world.actors[*at].fact.tenant != *tenant);
        let second = second.or(all.get(1).copied()).unwrap_or(first);
        vec![first, second]
    }

    /// Makes one object by the known way, as an event.
    async fn make(&mut self, slot: usize, owner: usize) -> Option<usize> {
        let from_ms = now();
        let object = self.world.make(slot, owner).await.ok()?;
        if let Some(maker) = self.maker_of(slot) {
            let made = self.world.objects[object].clone();
            let canaries = made.canaries.iter().map(|(_, canary)| canary.clone()).collect();
            let request = format!("{maker} → {}", made.key());
            let event = Event {
                action: maker,
                kind: Kind::Made,
                key: made.key().to_owned(),
                canaries,
                made_by: None,
                from_ms,
                until_ms: now(),
                request,
                status: 200,
                effect: true,
                ..self.event_of(made.owner)
            };
            self.trail.events.push(event);
        }
        Some(object)
    }

    /// The action that makes objects of a slot: the catalogue's name.
    fn maker_of(&self, slot: usize) -> Option<String> {
        match self.world.ways.get(&slot)?.as_ref().ok()? {
            Way::Action(producer, _) => Some(self.world.action(*producer).name()),
            Way::Account => {
                let sign_up = (0..self.world.catalogue.actions.len()).find(|at| self.world.is_sign_up(*at));
                sign_up.map(|at| self.world.action(at).name())
            }
            Way::Recipe => {
                let line = self.world.manifest.make.get(&self.world.slots.all[slot].noun)?;
                let path = line.path.as_str().split('?').next()?.to_owned();
                let place = crate::plan::slots::place(&path);
                let fits = |action: &&crate::catalogue::Action| {
                    action.verb == line.verb && crate::plan::slots::place(&action.address_path()) == place
                };
                self.world.catalogue.actions.iter().find(fits).map(crate::catalogue::Action::name)
            }
            Way::Fixture | Way::Home | Way::Mentioned | Way::Listed(..) => None,
        }
    }

    /// One action: refused to a stranger, then done by one who may.
    async fn take(&mut self, action: usize) {
        let spec = self.world.action(action).clone();
        let sensitive = super::at02::is_sensitive(&spec);
        let kind = if sensitive { Kind::Read } else { Kind::Changed };
        let keys = self.world.slots.of(action).len();
        if self.world.left_out(action).is_some() || (spec.is_safe() && !sensitive && keys == 0) {
            return;
        }
        let address = spec.address_path();
        let told = self.world.manifest.record.silent.iter();
        let told = told
            .filter(|(pattern, _)| pattern.matches(&spec.verb, &spec.path) || pattern.matches(&spec.verb, &address));
        if let Some((_, reason)) = told.clone().next() {
            return self.not_done(&spec.name(), kind, format!("silent by design: {reason}"), true);
        }
        let path_words: Vec<String> = address.split(['/', '-', '_', '.']).map(str::to_lowercase).collect();
        if !spec.is_safe() && path_words.iter().any(|word| SILENT.contains(&word.as_str())) {
            let why = "telemetry, searches, preferences and token refresh need not be recorded".to_owned();
            return self.not_done(&spec.name(), kind, why, true);
        }
        let reached = match self.reach(action).await {
            Ok(reached) => reached,
            Err(why) if spec.is_safe() && !sensitive => return drop(why),
            Err(why) => return self.not_done(&spec.name(), kind, why, false),
        };
        match reached.object {
            Some(object) => self.take_on_object(&reached, object, kind, spec.is_safe() && !sensitive).await,
            None => self.take_without_object(&reached, kind).await,
        }
        if self.trail.events.len().is_multiple_of(EVENTS_BETWEEN) {
            self.look().await;
        }
    }

    /// Actions on the caller's own account are done by somebody who is made for it.
    async fn reach(&mut self, action: usize) -> Result<Reached, String> {
        let personal = shape(self.world.action(action), self.world.slots.of(action).len()).personal;
        if !personal {
            return self.world.reach(action).await.map_err(|tried| tried.join("; "));
        }
        let model = self.world.owners(action).first().copied().ok_or("there is no actor")?;
        let actor = self.world.throw_away(model).await?;
        self.world.reach_as(action, actor).await
    }

    async fn take_on_object(&mut self, reached: &Reached, object: usize, kind: Kind, only_refusal: bool) {
        let slot = self.world.objects[object].slot;
        let name = self.world.action(reached.action).name();
        let is_own = self.world.objects[object].changeable;
        let Some(mut subject) = self.fresh(slot, reached.actor, object, is_own).await else {
            return self.not_done(&name, kind, "no fresh object could be made for it".into(), false);
        };
        if self.refuse(reached, subject).await == Some(false) {
            // The stranger was let in: what he left is no object for the owner's own event.
            match self.fresh(slot, reached.actor, object, is_own).await {
                Some(fresh) => subject = fresh,
                None => return,
            }
        }
        if only_refusal {
            return;
        }
        let (owner, keys) = (self.world.objects[subject].owner, self.world.objects[subject].keys.clone());
        let actor = if self.world.actors[owner].fact.throw_away { owner } else { reached.actor };
        let Ok(call) = self.world.call_again(reached.action, actor, &keys, subject).await else { return };
        let from_ms = now();
        let asked = self.world.ask(Some(actor), &call, Purpose::Other).await;
        if !asked.succeeded() {
            let why = format!("{} {} answered {} the second time", call.method, call.path, asked.exchange.status);
            return self.not_done(&name, kind, why, false);
        }
        if reached.form == Form::Remove {
            self.world.objects[subject].gone = true;
        }
        let effect = kind == Kind::Read || reached.witness.is_some();
        let status = asked.exchange.status;
        self.happened(name, kind, actor, &call, (from_ms, status, effect), Some(subject));
    }

    async fn take_without_object(&mut self, reached: &Reached, kind: Kind) {
        let name = self.world.action(reached.action).name();
        if !self.world.revive(Some(reached.actor)).await {
            return self.not_done(&name, kind, "who reached it cannot sign in any more".into(), false);
        }
        // What came late of earlier events is not taken for this one.
        self.look().await;
        let keys = std::collections::BTreeMap::new();
        let from_ms = now();
        let done = self.world.succeed(reached.action, reached.actor, &keys, None, Purpose::Other, 0).await;
        let Ok((call, asked)) = done else {
            return self.not_done(&name, kind, "it did not succeed a second time".into(), false);
        };
        let sent: Vec<String> = canaries_in(self.world, &call);
        let mut effect = kind == Kind::Read;
        if let Some(proof) = self.world.proof_call(reached.actor).filter(|_| !sent.is_empty()) {
            let look = self.world.ask(Some(reached.actor), &proof, Purpose::Other).await;
            effect |= sent.iter().any(|canary| look.answer.text().contains(canary.as_str()));
        }
        let status = asked.exchange.status;
        self.happened(name, kind, reached.actor, &call, (from_ms, status, effect), None);
        self.look().await;
    }

    /// A stranger tries it on the object. Whether he was refused; nothing where nobody could try.
    async fn refuse(&mut self, reached: &Reached, subject: usize) -> Option<bool> {
        let owner = self.world.objects[subject].owner;
        let forbidden =
            self.world.attackers(reached, true).into_iter().filter(|(_, known)| *known).filter_map(|(who, _)| who);
        let of_scope = |at: &usize| self.world.actors[*at].fact.tenant == self.trail.scope;
        let stranger = |at: &usize| {
            !self.world.actors[*at].fact.throw_away && self.world.relation(Some(*at), owner) == "other tenant"
        };
        // Somebody of whom the record tells, where it is known that he may not; else a stranger.
        let colleague = forbidden.into_iter().find(of_scope);
        let stranger = colleague.or_else(|| (0..self.world.actors.len()).find(stranger))?;
        let keys = self.world.objects[subject].keys.clone();
        let call = self.world.call_again(reached.action, stranger, &keys, subject).await.ok()?;
        let mut from_ms = now();
        let mut asked = self.world.ask(Some(stranger), &call, Purpose::Other).await;
        if asked.exchange.status == 401 {
            // Somebody whose session ended is refused as nobody, not as himself.
            if !self.world.revive(Some(stranger)).await {
                return None;
            }
            from_ms = now();
            asked = self.world.ask(Some(stranger), &call, Purpose::Other).await;
        }
        match asked.exchange.reading {
            Reading::Refusal | Reading::SoftDenial => {
                let name = self.world.action(reached.action).name();
                let status = asked.exchange.status;
                self.happened(name, Kind::Refused, stranger, &call, (from_ms, status, true), Some(subject));
                // His canaries are not in the record of anything that was done.
                Some(true)
            }
            Reading::Success => Some(false),
            _ => None,
        }
    }

    /// A fresh object; the reached one itself where none can be made and it is only read.
    async fn fresh(&mut self, slot: usize, actor: usize, reached: usize, is_own: bool) -> Option<usize> {
        match self.world.make(slot, actor).await {
            Ok(object) => Some(object),
            Err(_) if !is_own => Some(reached),
            Err(_) => None,
        }
    }

    fn happened(
        &mut self,
        action: String,
        kind: Kind,
        actor: usize,
        call: &Call,
        (from_ms, status, effect): (i64, u16, bool),
        subject: Option<usize>,
    ) {
        let mut canaries = if kind == Kind::Refused { Vec::new() } else { canaries_in(self.world, call) };
        let object = subject.map(|at| self.world.objects[at].clone());
        if let Some(object) = &object {
            canaries.extend(object.canaries.iter().map(|(_, canary)| canary.clone()));
        }
        let event = Event {
            action,
            kind,
            key: object.as_ref().map(|object| object.key().to_owned()).unwrap_or_default(),
            around: object.as_ref().map(around).unwrap_or_default(),
            canaries,
            made_by: object.and_then(|object| self.maker_of(object.slot)),
            from_ms,
            until_ms: now(),
            request: format!("{} {}", call.method, call.path),
            status,
            effect,
            ..self.event_of(actor)
        };
        self.trail.events.push(event);
    }

    /// An event with nothing but its actor. Values that another actor has too do not name him.
    fn event_of(&self, actor: usize) -> Event {
        let names = |at: usize| -> BTreeSet<String> {
            let actor = &self.world.actors[at];
            let told = ["name", "mail", "email", "id"].iter().filter_map(|name| actor.values.get(*name));
            let learnt = actor.identity.iter().map(|(_, text)| text);
            told.chain(learnt)
                .chain([&actor.fact.name])
                .filter(|text| !text.is_empty() && text.len() < 200)
                .cloned()
                .collect()
        };
        let mut own = names(actor);
        // A second session of the same person is nobody else.
        let name = |at: usize| self.world.actors[at].values.get("name");
        for other in (0..self.world.actors.len()).filter(|other| name(*other) != name(actor)) {
            let others = names(other);
            own.retain(|text| !others.contains(text));
        }
        Event {
            action: String::new(),
            kind: Kind::Changed,
            actor: self.world.actors[actor].fact.clone(),
            names: own.into_iter().collect(),
            key: String::new(),
            around: Vec::new(),
            canaries: Vec::new(),
            made_by: None,
            from_ms: 0,
            until_ms: 0,
            request: String::new(),
            status: 0,
            effect: false,
        }
    }

    fn not_done(&mut self, action: &str, kind: Kind, why: String, silent: bool) {
        self.trail.not_done.push(NotDone { action: action.to_owned(), kind, why, silent });
    }

    /// Reads what is new. Whether the record could be read.
    async fn look(&mut self) -> bool {
        match self.reader.read(self.world).await {
            Ok(rows) => {
                let (seen_ms, after_events) = (now(), self.trail.events.len());
                let room = ROWS_MAX.saturating_sub(self.trail.rows.len());
                self.trail.rows.extend(rows.into_iter().take(room).map(|value| Row { value, seen_ms, after_events }));
                true
            }
            Err(why) => {
                self.trail.unreadable = Some(why);
                false
            }
        }
    }

    /// Makes one thing more that is known to be recorded, and waits for it; then a while longer, if anything is missing.
    async fn settle(&mut self) {
        if !self.look().await {
            return;
        }
        let matched = Matched::new(&self.trail);
        let recorded = |event: &&Event| event.kind == Kind::Made && matches!(matched.find(event), Found::Row(_));
        let recorded: BTreeSet<String> =
            self.trail.events.iter().filter(recorded).map(|event| event.action.clone()).collect();
        let slots = 0..self.world.slots.all.len();
        let slot = slots.into_iter().find(|slot| self.maker_of(*slot).is_some_and(|maker| recorded.contains(&maker)));
        let Some(slot) = slot else { return };
        let mut made = false;
        for owner in self.two_owners() {
            made = made || self.world.revive(Some(owner)).await && self.make(slot, owner).await.is_some();
        }
        if !made {
            return;
        }
        let waited = tokio::time::Instant::now();
        loop {
            if !self.look().await {
                return;
            }
            let matched = Matched::new(&self.trail);
            let Some(last) = self.trail.events.last() else { return };
            if matches!(matched.find(last), Found::Row(_)) {
                break;
            }
            if waited.elapsed() > ARRIVAL_MAX {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        self.trail.settled = true;
        self.wait_for_the_late().await;
    }

    /// Waits three times the longest delay that was seen, as long as anything is missing.
    async fn wait_for_the_late(&mut self) {
        let started = now();
        loop {
            let matched = Matched::new(&self.trail);
            let missing = self.trail.events.iter().any(|event| matched.find(event) == Found::Absent);
            let delays = self.trail.events.iter().filter_map(|event| match matched.find(event) {
                Found::Row(row) => Some(self.trail.rows[row].seen_ms - event.until_ms),
                _ => None,
            });
            // A row that was seen long after its event was looked for late; delays of known events are looked for at once.
            let first = self.trail.events.iter().filter(|event| event.kind == Kind::Made).count();
            let longest = delays.take(first).max().unwrap_or(0);
            let wait = (3 * longest).clamp(QUIET.0, QUIET.1);
            if !missing || now() - started > wait {
                return;
            }
            tokio::time::sleep(LOOK).await;
            if !self.look().await {
                return;
            }
        }
    }
}

/// The keys of its parents.
fn around(object: &Object) -> Vec<String> {
    object.keys.iter().filter(|(slot, _)| **slot != object.slot).map(|(_, key)| key.clone()).collect()
}

fn canaries_in(world: &World<'_>, call: &Call) -> Vec<String> {
    crate::walk::objects::planted_in(call, &world.canaries).into_iter().map(|(_, canary)| canary).collect()
}

fn now() -> i64 {
    crate::walk::now().as_millisecond()
}
