//! Which rows of the record belong to which event, by actor and object and never by counting all rows.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Event, Kind, Trail};
use super::learn::{Learnt, holds_key, learn};

/// What the record says about one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This row is its record.
    Row(usize),
    /// No row is, although everything that was recorded has arrived.
    Absent,
    /// It cannot be told.
    Unknown(&'static str),
}

/// The trail with everything learnt from it.
pub(super) struct Matched<'a> {
    pub(super) trail: &'a Trail,
    pub(super) learnt: Learnt,
    /// For each action that makes objects, the signatures of the rows that one making leaves.
    makings: BTreeMap<&'a str, Vec<Vec<String>>>,
    /// Which actions the rows of a signature are known to tell of, by objects that nothing else was done to.
    told: BTreeMap<Vec<String>, BTreeSet<&'a str>>,
}

impl<'a> Matched<'a> {
    pub(super) fn new(trail: &'a Trail) -> Self {
        let learnt = learn(trail);
        let mut makings: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
        for event in trail.events.iter().filter(|event| event.kind == Kind::Made) {
            let rows = rows_about(&learnt, event);
            let mut own: Vec<Vec<String>> = rows.into_iter().map(|row| owned(learnt.signature(row))).collect();
            own.sort();
            // The making that left fewest rows is the one that nothing else was mixed into.
            let known = makings.entry(&event.action).or_insert_with(|| own.clone());
            if own.len() < known.len() && !own.is_empty() {
                *known = own;
            }
        }
        let mut told: BTreeMap<Vec<String>, BTreeSet<&str>> = BTreeMap::new();
        for (action, signatures) in &makings {
            for signature in signatures {
                told.entry(signature.clone()).or_default().insert(action);
            }
        }
        let mut matched = Self { trail, learnt, makings, told: BTreeMap::new() };
        let alone =
            |event: &&Event| matches!(event.kind, Kind::Changed | Kind::Read) && !event.shared && !event.key.is_empty();
        for event in trail.events.iter().filter(alone) {
            if let Some(row) = matched.beyond_the_making(event).0 {
                told.entry(owned(matched.learnt.signature(row))).or_default().insert(&event.action);
            }
        }
        matched.told = told;
        matched
    }

    /// Whether anything can be said at all: something that was made is in the record.
    pub(super) fn is_calibrated(&self) -> bool {
        self.trail.events.iter().any(|event| matches!(self.find(event), Found::Row(_)))
    }

    /// The record of one event.
    pub(super) fn find(&self, event: &Event) -> Found {
        let found = match event.kind {
            Kind::Made => rows_about(&self.learnt, event).first().copied(),
            Kind::Changed | Kind::Read if event.key.is_empty() => return self.find_without_key(event),
            Kind::Changed | Kind::Read => match self.beyond_the_making(event) {
                (None, true) => {
                    return Found::Unknown("a row of that moment is about the object, and may be another action's");
                }
                (row, _) => row,
            },
            Kind::Refused => return self.find_refusal(event),
        };
        match found {
            Some(row) => Found::Row(row),
            None => self.absence(event),
        }
    }

    /// A row about the object that its making does not explain; else whether there is one that tells of other actions as
    /// far as is known, about an object to which other things are done at the same time.
    fn beyond_the_making(&self, event: &Event) -> (Option<usize>, bool) {
        let mut of_others = false;
        let mut explained =
            event.made_by.as_deref().and_then(|maker| self.makings.get(maker)).cloned().unwrap_or_default();
        for row in rows_about(&self.learnt, event) {
            if self.learnt.is_by(row, event) == Some(false) {
                // Somebody else's: the owner may have had it made for him, but did this himself.
                continue;
            }
            let signature = owned(self.learnt.signature(row));
            match explained.iter().position(|known| *known == signature) {
                Some(position) => drop(explained.swap_remove(position)),
                None if event.shared && self.is_told_of_others(&signature, &event.action) => of_others = true,
                None => return (Some(row), false),
            }
        }
        (None, of_others)
    }

    fn is_told_of_others(&self, signature: &[String], action: &str) -> bool {
        self.told.get(signature).is_some_and(|actions| !actions.contains(action))
    }

    /// A row that came while nothing else was done, by the same actor, about nothing else that is known, and not of a kind
    /// that is known to tell of other actions: what was made on the way there is recorded at that moment, too. After such an
    /// event the record is watched for as long as its rows take, so that what came later is something else's.
    fn find_without_key(&self, event: &Event) -> Found {
        if self.learnt.actor.is_none() {
            return Found::Unknown("the action has no object, and it could not be learnt which field names the actor");
        }
        let position = self.position(event);
        let rows = (0..self.trail.rows.len()).filter(|row| self.trail.rows[*row].after_events == position + 1);
        let others = |row: usize| {
            let keyed = self.trail.events.iter().filter(|other| *other != event && !other.key.is_empty());
            keyed.clone().any(|other| self.learnt.is_about(row, other))
        };
        let in_time = |row: usize| self.learnt.is_in_time(row, event).unwrap_or(true);
        let own = rows.filter(|row| self.learnt.is_by(*row, event) == Some(true) && !others(*row) && in_time(*row));
        let (of_others, own): (Vec<usize>, Vec<usize>) =
            own.partition(|row| self.is_told_of_others(&owned(self.learnt.signature(*row)), &event.action));
        match (own.first(), of_others.is_empty()) {
            (Some(row), _) => Found::Row(*row),
            // A record may call different things by one name, so that such a row could be its own after all.
            (None, false) => Found::Unknown("a row of that moment is of a kind that tells of other actions"),
            (None, true) => self.absence(event),
        }
    }

    fn find_refusal(&self, event: &Event) -> Found {
        let rows: Vec<usize> = rows_about(&self.learnt, event);
        if let Some(row) = rows.iter().find(|row| self.learnt.is_by(**row, event) == Some(true)) {
            return Found::Row(*row);
        }
        if self.learnt.actor.is_none() && !rows.is_empty() {
            return Found::Unknown("it could not be learnt which field of the record names the actor");
        }
        let in_time = |row: usize| self.learnt.is_in_time(row, event).unwrap_or(false);
        let his = |row: &usize| self.learnt.is_by(*row, event) == Some(true);
        // What is refused at the object around it is told of that one.
        let around: Vec<usize> =
            (0..self.trail.rows.len()).filter(|row| his(row) && self.learnt.is_around(*row, event)).collect();
        if let Some(row) = around.iter().find(|row| in_time(**row)) {
            return Found::Row(*row);
        }
        if !around.is_empty() && self.learnt.time.is_none() {
            return Found::Unknown("the record tells of him and the object around it, and not when");
        }
        // A record may leave out which object it was, so that the refusal itself tells nothing. Then it must be the
        // result that tells it from what he did.
        let result = self.learnt.result.as_ref();
        let of = |row: usize| result.and_then(|path| self.learnt.rows[row].get(path));
        let done = |row: usize| {
            let others = self.trail.events.iter().filter(|other| other.kind != Kind::Refused);
            let rows = others.filter_map(|other| rows_about(&self.learnt, other).first().copied());
            rows.filter_map(of).any(|value| Some(value) == of(row))
        };
        let known = |row: usize| {
            self.trail.events.iter().any(|other| self.learnt.is_about(row, other) || self.learnt.is_around(row, other))
        };
        let nameless = (0..self.trail.rows.len())
            .find(|row| in_time(*row) && his(row) && of(*row).is_some() && !done(*row) && !known(*row));
        match nameless {
            Some(row) => Found::Row(row),
            None => self.absence(event),
        }
    }

    /// How many events were done before this one.
    fn position(&self, event: &Event) -> usize {
        self.trail.events.iter().position(|other| other == event).unwrap_or_default()
    }

    /// Whether a row of an event's moment, which is about nothing that is known, holds its key in a field that was not learnt.
    fn is_named_elsewhere(&self, event: &Event) -> bool {
        const LENGTH_MIN: usize = 4;
        let about_another = |row: usize| self.trail.events.iter().any(|other| self.learnt.is_about(row, other));
        let named = |row: usize| self.learnt.rows[row].values().any(|value| holds_key(value, &event.key));
        LENGTH_MIN <= event.key.len()
            && (0..self.learnt.rows.len()).any(|row| {
                self.learnt.is_in_time(row, event).unwrap_or(true)
                    && self.learnt.is_by(row, event) != Some(false)
                    && named(row)
                    && !about_another(row)
            })
    }

    fn absence(&self, event: &Event) -> Found {
        if !self.trail.settled {
            return Found::Unknown("no later event arrived, so what is not there may still come");
        }
        let is_shown = self.learnt.names.contains_key(&event.actor.name);
        if !self.trail.scope.is_empty() && !self.trail.scope.contains(&event.actor.tenant) && !is_shown {
            return Found::Unknown("the record that is read may not show what somebody of another tenant does");
        }
        let position = self.position(event);
        if self.trail.holes.iter().any(|(from, until)| (*from..*until).contains(&position)) {
            return Found::Unknown("the record shows its newest rows only, and more came meanwhile than it shows");
        }
        if self.is_named_elsewhere(event) {
            return Found::Unknown(
                "a row of that moment names the object, in a field that holds other things elsewhere",
            );
        }
        if !event.before.is_empty() {
            return Found::Unknown("he was refused the same before in this walk, and a record may tell of it once");
        }
        if event.kind != Kind::Refused && !event.effect {
            return Found::Unknown("nobody saw that it had a lasting effect, and what has none need not be recorded");
        }
        Found::Absent
    }
}

/// Rows that hold the event's object, in the order in which they were seen. Where the key alone does not tell them from
/// others, those that name what is around it, or else those of the time.
fn rows_about(learnt: &Learnt, event: &Event) -> Vec<usize> {
    let mut about: Vec<usize> = (0..learnt.rows.len()).filter(|row| learnt.is_about(*row, event)).collect();
    if event.shared {
        if about.iter().any(|row| learnt.is_around(*row, event)) {
            about.retain(|row| learnt.is_around(*row, event));
        } else {
            about.retain(|row| learnt.is_in_time(*row, event).unwrap_or(false));
        }
    }
    about
}

fn owned(signature: Vec<&str>) -> Vec<String> {
    signature.into_iter().map(str::to_owned).collect()
}
