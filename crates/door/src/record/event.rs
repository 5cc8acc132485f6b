//! What a verb says about what it did. The door adds who, when, why it was allowed, and which rows moved.

use ledger::event::{Pii, PublicField, PublicValue, Thing};
use uuid::Uuid;

use crate::place::Place;

/// What an action says for the record: the objects, facts that may be kept for ever, and values about people that
/// can be erased. A text that somebody typed does not fit into a fact:
///
/// ```compile_fail,E0277
/// # let id = uuid::Uuid::nil();
/// door::Record::on("project", id).fact("title", String::from("Petra's homepage"));
/// ```
///
/// ```
/// # let (project, person) = (uuid::Uuid::nil(), uuid::Uuid::nil());
/// let record = door::Record::on("project", project).fact("members", 3_i64).about(person, "mail", "petra@example.com");
/// ```
#[must_use]
#[derive(Debug, Clone)]
pub struct Record {
    pub(crate) targets: Vec<Thing>,
    pub(crate) facts: Vec<(&'static str, PublicValue)>,
    pub(crate) private: Vec<(&'static str, Pii)>,
    pub(crate) place: Option<Place>,
    pub(crate) actor: Option<Uuid>,
    pub(crate) authenticated: &'static str,
}

impl Record {
    /// The object that it was done to.
    pub fn on(kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self {
            targets: vec![Thing { kind, id: id.into() }],
            facts: Vec::new(),
            private: Vec::new(),
            place: None,
            actor: None,
            authenticated: "password",
        }
    }

    /// Nothing in particular was touched: a sweep that found nothing, a listing.
    pub fn of_nothing() -> Self {
        Self {
            targets: Vec::new(),
            facts: Vec::new(),
            private: Vec::new(),
            place: None,
            actor: None,
            authenticated: "password",
        }
    }

    /// One more object.
    pub fn and(mut self, kind: &'static str, id: impl Into<Uuid>) -> Self {
        self.targets.push(Thing { kind, id: id.into() });
        self
    }

    /// A fact that says nothing about a person by itself.
    pub fn fact(mut self, name: &'static str, value: impl PublicField) -> Self {
        self.facts.push((name, value.public()));
        self
    }

    /// A value about a person: kept beside the body, erasable, and only committed to inside it.
    pub fn about(mut self, subject: impl Into<Uuid>, name: &'static str, value: impl Into<String>) -> Self {
        self.private.push((name, Pii::new(subject.into(), value)));
        self
    }

    /// The place of what was made, where it is not the place of the target.
    pub const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The person who acts, where only the act itself shows it: a sign-in.
    pub fn by(mut self, person: impl Into<Uuid>) -> Self {
        self.actor = Some(person.into());
        self
    }

    /// How that person proved to be it, where it is not by the password.
    pub const fn authenticated(mut self, how: &'static str) -> Self {
        self.authenticated = how;
        self
    }
}
