//! Putting an event together.

use std::collections::BTreeMap;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use uuid::Uuid;

use super::body::{Actor, ActorKind, Authorization, Body, Change, Operation, Outcome, Reference};
use super::{Event, EventError, Pii, PublicField};
use crate::commitment::{self, Salt};
use crate::{Chain, Hash};

/// An event that is being put together. Every text in it comes from the source code (`&'static str`), so nothing that a
/// person typed can slip in:
///
/// ```compile_fail,E0597
/// # use ledger::event::Thing;
/// let typed = String::from("Bob's project");
/// let target = Thing { kind: &typed, id: uuid::Uuid::nil() }; // `typed` does not live long enough
/// # fn needs_static(_: Thing) {}
/// ```
///
/// ```
/// use ledger::Chain;
/// use ledger::commitment::Salt;
/// use ledger::event::{Draft, Operation, Outcome, Performer, Pii, Row, Thing};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let id: uuid::Uuid = "01930000-0000-7000-8000-000000000001".parse()?;
/// # let (client, member, project, bob, session, request) = (id, id, id, id, id, id);
/// let recorded = Draft::new(id, "2026-11-22T00:42:12.345678Z".parse()?, Chain::Client(client), "project.member.remove")
///     .actor(Performer::person(bob).authenticated("passkey").session(session))
///     .rule("project.member.remove", ["organisation admin"])
///     .request(request)
///     .observer("portal@0.1.0")
///     .target(Thing { kind: "project", id: project })
///     .change(Row { entity: "project_member", id: member, revision: 2, operation: Operation::Delete, before: None, after: None })
///     .fact("members_left", 3_u32)
///     .pii("actor.ip", Pii::new(bob, "192.0.2.7"), Salt::new([7; 32]))
///     .finish(Outcome::Done)?;
/// assert!(!String::from_utf8_lossy(recorded.event.bytes()).contains("192.0.2.7"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Draft {
    body: Body,
    values: Vec<(String, Pii, Salt)>,
}

/// Who acts, in the words of the source code.
#[derive(Debug, Clone)]
pub struct Performer(Actor);

/// An object: what sort, and which.
#[derive(Debug, Clone, Copy)]
pub struct Thing {
    /// `project`, as the source code names it.
    pub kind: &'static str,
    /// Which.
    pub id: Uuid,
}

/// A row that moves to another revision.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// `project`, as the source code names it.
    pub entity: &'static str,
    /// The row's id.
    pub id: Uuid,
    /// The revision afterwards, from 1.
    pub revision: u64,
    /// What happens to it.
    pub operation: Operation,
    /// Commitment to the row before ([`commitment::of_row`]).
    pub before: Option<Hash>,
    /// Commitment to the row afterwards.
    pub after: Option<Hash>,
}

/// A finished event, and the deletable values that its commitments are about.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What is stored for ever.
    pub event: Event,
    /// What is stored beside it until it is erased.
    pub values: Vec<StoredValue>,
}

/// A value about a person, with what is needed to check it against its commitment. Deleted as a whole.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredValue {
    /// The name under `pii` in the body.
    pub field: String,
    /// Whom it is about.
    pub subject: Uuid,
    /// The key of the commitment.
    pub salt: Salt,
    /// The value.
    pub value: String,
}

impl std::fmt::Debug for StoredValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredValue({} about {})", self.field, self.subject)
    }
}

impl Draft {
    /// Begins with what every event has. Until more is said the actor is `anyone`, the rule is the action's name, and the
    /// request is the event itself.
    pub fn new(id: Uuid, at: Timestamp, chain: Chain, act: &'static str) -> Self {
        let body = Body {
            act: act.into(),
            actor: Performer::new(ActorKind::Anyone).0,
            at: whole_micros(at),
            authz: Authorization { relations: Vec::new(), rule: act.into() },
            chain,
            chg: Vec::new(),
            facts: BTreeMap::new(),
            id,
            obs: concat!("ledger@", env!("CARGO_PKG_VERSION")).into(),
            out: Outcome::Done,
            pii: BTreeMap::new(),
            req: id,
            tgt: Vec::new(),
            v: 1,
        };
        Self { body, values: Vec::new() }
    }

    /// The event's id.
    pub fn id(&self) -> Uuid {
        self.body.id
    }

    /// Whose history it belongs to, where that is not the one that it began with.
    #[must_use]
    pub fn chain(mut self, chain: Chain) -> Self {
        self.body.chain = chain;
        self
    }

    /// Who did it, or tried to.
    #[must_use]
    pub fn actor(mut self, performer: Performer) -> Self {
        self.body.actor = performer.0;
        self
    }

    /// The rule that decided, and what the actor was to the object. Relations are named as people read them: a space
    /// becomes an underscore.
    #[must_use]
    pub fn rule(mut self, rule: &'static str, relations: impl IntoIterator<Item = &'static str>) -> Self {
        let relations = relations.into_iter().map(|relation| relation.replace(' ', "_")).collect();
        self.body.authz = Authorization { relations, rule: rule.into() };
        self
    }

    /// The request that it belongs to.
    #[must_use]
    pub fn request(mut self, request: Uuid) -> Self {
        self.body.req = request;
        self
    }

    /// Who records it, with its version: `portal@0.1.0`.
    #[must_use]
    pub fn observer(mut self, observer: &'static str) -> Self {
        self.body.obs = observer.into();
        self
    }

    /// One more object that it was done to; the object itself comes first.
    #[must_use]
    pub fn target(mut self, thing: Thing) -> Self {
        self.body.tgt.push(thing.into());
        self
    }

    /// One more row that moved to another revision.
    #[must_use]
    pub fn change(mut self, row: Row) -> Self {
        let Row { entity, id, revision, operation, before, after } = row;
        self.body.chg.push(Change { after, before, ent: entity.into(), op: operation, pk: id, rev: revision });
        self
    }

    /// One more fact; the same name again replaces it.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl PublicField) -> Self {
        self.body.facts.insert(name.into(), value.public().0);
        self
    }

    /// One more value about a person: the body gets the commitment, [`Recorded::values`] the value. The salt must be fresh
    /// random bytes. The same name again replaces it.
    #[must_use]
    pub fn pii(mut self, name: &'static str, value: Pii, salt: Salt) -> Self {
        self.body.pii.insert(name.into(), commitment::of_value(&salt, self.body.id, name, value.value.as_bytes()));
        self.values.retain(|(field, ..)| field != name);
        self.values.push((name.into(), value, salt));
        self
    }

    /// Checks the whole and fixes its bytes.
    ///
    /// # Errors
    /// [`EventError::Field`] for a text that is no word, a repeated row, changes of a refused action and the like;
    /// [`EventError::TooLarge`].
    pub fn finish(mut self, outcome: Outcome) -> Result<Recorded, EventError> {
        self.body.out = outcome;
        let event = Event::of(self.body)?;
        let values = self.values.into_iter().map(|(field, pii, salt)| {
            let Pii { subject, value } = pii;
            StoredValue { field, subject, salt, value }
        });
        Ok(Recorded { event, values: values.collect() })
    }
}

impl Performer {
    /// A person, by account.
    pub fn person(account: Uuid) -> Self {
        Self(Actor { id: Some(account), ..Self::new(ActorKind::Person).0 })
    }

    /// An API token: the account that it belongs to, and the token itself.
    pub fn token(account: Uuid, token: Uuid) -> Self {
        let via = Some(Reference { id: token, kind: "token".into() });
        let auth = Some("token".into());
        Self(Actor { id: Some(account), auth, via, ..Self::new(ActorKind::Token).0 })
    }

    /// A command on the machine.
    pub fn console() -> Self {
        Self::new(ActorKind::Console)
    }

    /// The product itself, by the clock.
    pub fn job() -> Self {
        Self::new(ActorKind::Job)
    }

    /// Somebody who is not signed in.
    pub fn anyone() -> Self {
        Self::new(ActorKind::Anyone)
    }

    /// How the actor proved who it is: `password`, `passkey`.
    #[must_use]
    pub fn authenticated(mut self, how: &'static str) -> Self {
        self.0.auth = Some(how.into());
        self
    }

    /// The session.
    #[must_use]
    pub fn session(mut self, session: Uuid) -> Self {
        self.0.sess = Some(session);
        self
    }

    /// What it acted through or as.
    #[must_use]
    pub fn via(mut self, thing: Thing) -> Self {
        self.0.via = Some(thing.into());
        self
    }

    fn new(kind: ActorKind) -> Self {
        Self(Actor { auth: None, id: None, kind, sess: None, via: None })
    }
}

impl From<Thing> for Reference {
    fn from(thing: Thing) -> Self {
        Self { id: thing.id, kind: thing.kind.into() }
    }
}

/// Cuts a time to whole microseconds, so that what is in memory is what the bytes say.
fn whole_micros(at: Timestamp) -> Timestamp {
    let rounding = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc);
    // Cutting towards the epoch cannot leave the range of times.
    at.round(rounding).unwrap_or(at)
}
