//! Which field of the record holds what, learnt from events that are known.
//!
//! Every product names actors and objects differently, so nothing is taken from names alone where values can tell: the
//! object's field holds the keys of the objects that were made, the actor's the names of those who made them.

use std::collections::{BTreeMap, BTreeSet};

mod hints;

pub(super) use hints::{holds_key, moment};

use hints::{ACTION, ACTOR, NO_HINT, OBJECT, RESULT, SOURCE, TIME, best, flat, folded, hint, is_source};

use super::document::{Event, Kind, Trail};

/// The rows as fields and values, and what each field was found to hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Learnt {
    /// Path → value of each row, positions in lists removed.
    pub(super) rows: Vec<BTreeMap<String, String>>,
    /// The moments that rows say, in milliseconds.
    pub(super) time: Option<String>,
    /// Who.
    pub(super) actor: Option<String>,
    /// The values that stand for each actor in the record.
    pub(super) names: BTreeMap<String, BTreeSet<String>>,
    /// Fields that are the same for the same action and differ between actions.
    pub(super) action: Vec<String>,
    /// Fields that hold the keys of objects, best first.
    pub(super) object: Vec<String>,
    /// From where.
    pub(super) source: Option<String>,
    /// With which result.
    pub(super) result: Option<String>,
    /// How many milliseconds the record's clock is ahead of this one.
    pub(super) clock_ms: i64,
    /// Fields with values that none of these explains.
    pub(super) unexplained: BTreeSet<String>,
}

/// Learns from everything that was done and everything that was recorded.
pub(super) fn learn(trail: &Trail) -> Learnt {
    let rows: Vec<BTreeMap<String, String>> = trail.rows.iter().map(|row| flat(&row.value)).collect();
    let told = |role: &str| trail.fields.iter().find(|(name, _)| name == role).map(|(_, path)| folded(path));
    let paths: BTreeSet<String> = rows.iter().flat_map(|row| row.keys().cloned()).collect();
    let mut learnt = Learnt { rows, ..Learnt::default() };

    learnt.time = told("at").or_else(|| best(&paths, TIME, |path| learnt.time_score(path, trail)));
    learnt.object = match told("object") {
        Some(path) => vec![path],
        None => learnt.object_fields(&paths, &trail.events),
    };
    learnt.actor = told("actor").or_else(|| {
        let is_free = |path: &str| Some(path) != learnt.time.as_deref() && !learnt.object.iter().any(|own| own == path);
        best(&paths, ACTOR, |path| if is_free(path) { learnt.actor_score(path, &trail.events) } else { 0 }).or_else(
            || {
                best(
                    &paths,
                    ACTOR,
                    |path| if is_free(path) { learnt.actor_by_agreement(path, &trail.events) } else { 0 },
                )
            },
        )
    });
    if let Some(path) = learnt.actor.clone() {
        learnt.names = learnt.names_of_actors(&path, &trail.events);
    }
    learnt.action = match told("action") {
        Some(path) => vec![path],
        None => learnt.action_fields(&paths, &trail.events),
    };
    learnt.clock_ms = learnt.clock(&trail.events);
    learnt.source = told("source").or_else(|| learnt.named_field(&paths, SOURCE, &is_source));
    learnt.result = told("result").or_else(|| learnt.named_field(&paths, RESULT, &|_| false));
    if learnt.result.is_none() {
        learnt.result = learnt.told_by_the_action(&trail.events);
    }
    learnt.unexplained = paths.iter().filter(|path| !learnt.explains(path)).cloned().collect();
    learnt
}

impl Learnt {
    /// Whether a row holds a key or one of the canaries of an event.
    pub(super) fn is_about(&self, row: usize, event: &Event) -> bool {
        let row = &self.rows[row];
        if event.canaries.iter().any(|canary| row.values().any(|value| value.contains(canary.as_str()))) {
            return true;
        }
        !event.key.is_empty()
            && self.object.iter().filter_map(|path| row.get(path)).any(|value| holds_key(value, &event.key))
    }

    /// Whether a row holds the key of an object around the event's.
    pub(super) fn is_around(&self, row: usize, event: &Event) -> bool {
        let row = &self.rows[row];
        let values = || self.object.iter().filter_map(|path| row.get(path));
        event.around.iter().any(|key| values().any(|value| holds_key(value, key)))
    }

    /// Whether the moment of a row is that of an event, or of one of its repetitions; nothing where it says none.
    pub(super) fn is_in_time(&self, row: usize, event: &Event) -> Option<bool> {
        let (at, slack) = (self.at(row)?, self.slack_ms());
        let mut moments = event.before.iter().copied().chain([(event.from_ms, event.until_ms)]);
        Some(moments.any(|(from, until)| from - slack <= at && at <= until + slack))
    }

    /// How far the moment of a row may lie from its event's: the record may say whole seconds only.
    pub(super) fn slack_ms(&self) -> i64 {
        let whole = (0..self.rows.len()).all(|row| self.written_at(row).is_none_or(|at| at % 1000 == 0));
        if whole { 1000 } else { 150 }
    }

    /// The values of the fields that tell actions and results apart.
    pub(super) fn signature(&self, row: usize) -> Vec<&str> {
        let row = &self.rows[row];
        let result = self.result.iter().filter(|path| !self.action.contains(path));
        self.action.iter().chain(result).map(|path| row.get(path).map_or("", String::as_str)).collect()
    }

    /// Whether a row names this actor; nothing where it is not known how the record names him.
    pub(super) fn is_by(&self, row: usize, event: &Event) -> Option<bool> {
        let path = self.actor.as_ref()?;
        let value = self.rows[row].get(path)?;
        match self.names.get(&event.actor.name) {
            Some(names) => Some(names.contains(value)),
            None if event.names.contains(value) => Some(true),
            // Somebody else's known name is not his.
            None => self.names.values().any(|names| names.contains(value)).then_some(false),
        }
    }

    /// The moment that a row says, in milliseconds of this machine's clock.
    fn at(&self, row: usize) -> Option<i64> {
        Some(self.written_at(row)? - self.clock_ms)
    }

    fn written_at(&self, row: usize) -> Option<i64> {
        moment(self.rows[row].get(self.time.as_ref()?)?)
    }

    /// The median of what the record says of makings against when they were made.
    fn clock(&self, events: &[Event]) -> i64 {
        let made = events.iter().filter(|event| event.kind == Kind::Made);
        let mut ahead: Vec<i64> = made
            .filter_map(|event| {
                let row = (0..self.rows.len()).find(|row| self.is_about(*row, event))?;
                Some(self.written_at(row)? - (event.from_ms + event.until_ms) / 2)
            })
            .collect();
        ahead.sort_unstable();
        ahead.get(ahead.len() / 2).copied().unwrap_or(0)
    }

    fn values<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        self.rows.iter().filter_map(move |row| row.get(path)).map(String::as_str)
    }

    /// Rows whose value is a moment of the walk.
    fn time_score(&self, path: &str, trail: &Trail) -> usize {
        let from = trail.events.iter().map(|event| event.from_ms).min().unwrap_or_default();
        let until = trail.events.iter().map(|event| event.until_ms).max().unwrap_or_default();
        // Clocks differ, and some services write local time.
        let around = 26 * 3_600_000;
        let fits = |value: &str| moment(value).is_some_and(|at| from - around <= at && at <= until + around);
        let count = self.values(path).filter(|value| fits(value)).count();
        if count == self.values(path).count() { count } else { 0 }
    }

    /// Fields in which the keys of objects stand, those that hold most first.
    fn object_fields(&self, paths: &BTreeSet<String>, events: &[Event]) -> Vec<String> {
        let keys: BTreeSet<&str> =
            events.iter().map(|event| event.key.as_str()).filter(|key| !key.is_empty()).collect();
        let held = |path: &str| {
            let found = keys.iter().filter(|key| self.values(path).any(|value| holds_key(value, key)));
            found.count()
        };
        // A field that counts the rows holds small keys by chance: it is different in each row.
        let is_counter = |path: &str| {
            let values: BTreeSet<&str> = self.values(path).collect();
            values.len() == self.rows.len()
                && self.rows.len() > 3
                && values.iter().all(|value| value.parse::<u64>().is_ok())
        };
        let mut ranked: Vec<(usize, u8, &String)> = paths
            .iter()
            .filter(|path| Some(*path) != self.time.as_ref())
            .map(|path| (held(path), hint(path, OBJECT), path))
            .filter(|(count, _, _)| *count > 0)
            .collect();
        ranked.sort_by_key(|(count, hint, path)| (std::cmp::Reverse(*count), *hint, (*path).clone()));
        // It is one only where another field holds keys, too: each object may be told of just once.
        if ranked.iter().any(|(_, _, path)| !is_counter(path)) {
            ranked.retain(|(_, _, path)| !is_counter(path));
        }
        let Some(most) = ranked.first().map(|(count, _, _)| *count) else { return Vec::new() };
        // Keys of different kinds of objects may stand in different fields; what holds only a few holds them by chance.
        let kept =
            ranked.iter().filter(|(count, hint, _)| *count * 2 >= most || (*hint < NO_HINT && *count * 10 >= most));
        kept.map(|(_, _, path)| (*path).clone()).collect()
    }

    /// Rows whose value is a name of one of the actors.
    fn actor_score(&self, path: &str, events: &[Event]) -> usize {
        let names: BTreeSet<&str> = events.iter().flat_map(|event| event.names.iter().map(String::as_str)).collect();
        let found: BTreeSet<&str> = self.values(path).filter(|value| names.contains(value)).collect();
        if found.is_empty() { 0 } else { self.values(path).filter(|value| names.contains(value)).count() }
    }

    /// Events of which the rows agree on one value for each actor, where actors differ. Two of each are needed.
    fn actor_by_agreement(&self, path: &str, events: &[Event]) -> usize {
        let mut by_actor: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == Kind::Made) {
            for row in (0..self.rows.len()).filter(|row| self.is_about(*row, event)) {
                by_actor.entry(&event.actor.name).or_default().extend(self.rows[row].get(path).map(String::as_str));
            }
        }
        let agree = |values: &Vec<&str>| values.len() >= 2 && values.iter().all(|value| *value == values[0]);
        let distinct: BTreeSet<&str> = by_actor.values().filter_map(|values| values.first().copied()).collect();
        let told_apart = distinct.len() == by_actor.len() && by_actor.len() >= 2;
        if told_apart && by_actor.values().all(agree) { by_actor.values().map(Vec::len).sum() } else { 0 }
    }

    fn names_of_actors(&self, path: &str, events: &[Event]) -> BTreeMap<String, BTreeSet<String>> {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in events {
            let own = names.entry(event.actor.name.clone()).or_default();
            own.extend(
                self.values(path).filter(|value| event.names.iter().any(|name| name == value)).map(str::to_owned),
            );
            if own.is_empty() && event.kind == Kind::Made {
                let about = (0..self.rows.len()).filter(|row| self.is_about(*row, event));
                own.extend(about.filter_map(|row| self.rows[row].get(path).cloned()));
            }
        }
        names.retain(|_, own| !own.is_empty());
        names
    }

    /// Fields that agree for all makings by one action and are not the same everywhere.
    fn action_fields(&self, paths: &BTreeSet<String>, events: &[Event]) -> Vec<String> {
        let taken = |path: &String| {
            Some(path) == self.time.as_ref() || Some(path) == self.actor.as_ref() || self.object.contains(path)
        };
        let mut fields: Vec<String> = Vec::new();
        for path in paths.iter().filter(|path| !taken(path)) {
            let values: BTreeSet<&str> = self.values(path).collect();
            // Something that is new in each row tells rows apart, not actions.
            if values.len() < 2 || (self.rows.len() > 3 && values.len() * 10 > self.rows.len() * 9) {
                continue;
            }
            let mut by_action: BTreeMap<&str, BTreeSet<Option<&String>>> = BTreeMap::new();
            for event in events.iter().filter(|event| event.kind == Kind::Made) {
                let about: BTreeSet<_> = (0..self.rows.len())
                    .filter(|row| self.is_about(*row, event))
                    .map(|row| self.rows[row].get(path))
                    .collect();
                // One making may leave several rows; it is enough that they are the same rows each time.
                match by_action.get(event.action.as_str()) {
                    Some(known) if *known != about && !about.is_empty() => {
                        by_action.insert(&event.action, BTreeSet::from([None, Some(path)]));
                    }
                    _ if !about.is_empty() => drop(by_action.insert(&event.action, about)),
                    _ => {}
                }
            }
            let disagrees = by_action.values().any(|seen| seen.contains(&Some(path)));
            if !disagrees || hint(path, ACTION) == 0 {
                fields.push(path.clone());
            }
        }
        fields.retain(|path| {
            hint(path, SOURCE) == NO_HINT && (hint(path, RESULT) == NO_HINT || hint(path, ACTION) < NO_HINT)
        });
        fields.sort_by_key(|path| (hint(path, ACTION), path.clone()));
        // Without a telling name the values must look like words.
        fields.retain(|path| {
            hint(path, ACTION) < NO_HINT || self.values(path).any(|value| value.chars().any(char::is_alphabetic))
        });
        fields
    }

    /// A field that most rows have, by its name or by what its values look like.
    fn named_field(&self, paths: &BTreeSet<String>, names: &[&str], looks: &dyn Fn(&str) -> bool) -> Option<String> {
        let free = |path: &&String| {
            Some(*path) != self.time.as_ref() && Some(*path) != self.actor.as_ref() && !self.object.contains(path)
        };
        let filled =
            |path: &str| self.values(path).filter(|value| !value.is_empty()).count() * 2 >= self.rows.len().max(1);
        let candidates = paths.iter().filter(free).filter(|path| filled(path));
        let fits = |path: &&String| hint(path, names) < NO_HINT || self.values(path).any(looks);
        let mut found: Vec<&String> = candidates.filter(fits).collect();
        found.sort_by_key(|path| (!self.values(path).any(looks), hint(path, names), (*path).clone()));
        found.first().map(|path| (*path).clone())
    }

    /// `note.update` when it was done and `note.update.refused` when it was not: the action's own field tells.
    fn told_by_the_action(&self, events: &[Event]) -> Option<String> {
        let field = self.action.first()?;
        let values = |action: &str, refused: bool| -> BTreeSet<&str> {
            let meant =
                events.iter().filter(|event| event.action == action && (event.kind == Kind::Refused) == refused);
            let rows = meant.flat_map(|event| {
                (0..self.rows.len()).filter(|row| self.is_about(*row, event) && self.is_by(*row, event) == Some(true))
            });
            rows.filter_map(|row| self.rows[row].get(field)).map(String::as_str).collect()
        };
        let actions: BTreeSet<&str> = events.iter().map(|event| event.action.as_str()).collect();
        let pairs = actions.into_iter().map(|action| (values(action, true), values(action, false)));
        let mut both = pairs.filter(|(refused, done)| !refused.is_empty() && !done.is_empty()).peekable();
        both.peek()?;
        both.all(|(refused, done)| refused.is_disjoint(&done)).then(|| field.clone())
    }

    fn explains(&self, path: &String) -> bool {
        let single = [&self.time, &self.actor, &self.source, &self.result];
        let distinct: BTreeSet<&str> = self.values(path).collect();
        // The row's own number, or a value that never changes, names nothing.
        let counts = distinct.len() == self.rows.len()
            && distinct.iter().all(|value| value.len() <= 6 && value.parse::<u64>().is_ok());
        single.into_iter().any(|field| field.as_ref() == Some(path))
            || self.action.contains(path)
            || self.object.contains(path)
            || distinct.len() <= 1
            || counts
    }
}
