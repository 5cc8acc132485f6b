//! The declaration of an action: plain data, read by door, router, OpenAPI document, matrix and tests alike.

use crate::caller::FRESH_SECONDS;
use crate::relation::{Relation, Relations};

/// How an action reaches the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A verb and a path such as `/projects/{project}`. JSON lives below `/api/v1`; pages and forms elsewhere.
    Http(Verb, &'static str),
    /// A page or a form only, without a JSON twin.
    Page(Verb, &'static str),
    /// A verb and a path of SCIM (RFC 7644), such as `/Users/{user}`, for an organisation's directory.
    Scim(Verb, &'static str),
    /// A schedule.
    Job {
        /// Seconds between two runs.
        every_seconds: u32,
    },
    /// The operator's command line.
    Console(&'static str),
}

/// The verbs in use. A look is a GET; the others follow what they do to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Sets the whole of a thing.
    Put,
    /// Goes on with a thing.
    Patch,
    /// Removes.
    Delete,
}

impl Verb {
    /// As HTTP spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an action does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads.
    Look,
    /// Writes, and is recorded.
    Change,
    /// Gives out what is secret, and is recorded before that.
    Disclose,
    /// The door's own housekeeping, in transactions of its own.
    Keep,
}

/// How often an action may be done, and who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Times within the window.
    pub times: u32,
    /// The window's length in seconds.
    pub seconds: u32,
    /// Whose times.
    pub per: Per,
}

/// Whose times a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// The source address, in this instance's memory: against floods.
    Address,
    /// The caller, in this instance's memory: against carelessness.
    Caller,
    /// The caller, in the database, so that every instance counts together: for what is sensitive.
    CallerShared,
    /// The named field of the input together with the known device, else the network, normalised and hashed, in the
    /// database: for sign-in and its like.
    Field(&'static str),
    /// The named field of the input from wherever it comes, except from devices that are known: against many who guess at
    /// one account together.
    FieldOfStrangers(&'static str),
    /// The named field of the input, for devices that are known, all of them together: whoever once knew the secret may
    /// have made himself many.
    FieldOfKnown(&'static str),
}

/// The declaration. The name is action, event, operation id, metric label and text key at once; it is hashed into
/// the record and never changes.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Imperative, noun first: `project.member.remove`.
    pub name: &'static str,
    /// One sentence for the OpenAPI document and the matrix page.
    pub about: &'static str,
    /// How it is reached.
    pub way: Way,
    /// Who may.
    pub may: Relations,
    /// States of the target in which nobody may.
    pub not_when: &'static [&'static str],
    /// How often.
    pub limits: &'static [Limit],
    /// How old the sign-in may be, in seconds. 0 asks for none in particular.
    pub fresh: i64,
    /// Whether it asks for a second factor: who has none sets one up first.
    pub by_factor: bool,
    /// Whether a sign-in may do it that still wants its second step.
    pub half: bool,
    /// Whether its answer holds a secret, so that no copy of it may be kept for a repeated key.
    pub secret: bool,
    /// The media types of an answer that is no JSON document: a file.
    pub media: &'static [&'static str],
    /// The media types of a body that is or holds a file.
    pub takes: &'static [&'static str],
    /// Whether it can be done during maintenance although it writes.
    pub in_maintenance: bool,
    /// Whether it can be done also at a place that is about to end, where nothing else changes any more.
    pub in_closing: bool,
    /// Whether somebody who looks as somebody else does it, and does it as himself.
    pub in_view: bool,
}

impl Spec {
    /// A declaration with the common defaults: any state, the common limit, no fresh sign-in, no secret.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, way: Way, may: Relations) -> Self {
        Self {
            name,
            about,
            way,
            may,
            not_when: &[],
            limits: COMMON_LIMITS,
            fresh: 0,
            by_factor: false,
            half: false,
            secret: false,
            media: &[],
            takes: &[],
            in_maintenance: false,
            in_closing: false,
            in_view: false,
        }
    }

    /// Nobody may in these states of the target.
    #[must_use]
    pub const fn not_when(mut self, states: &'static [&'static str]) -> Self {
        self.not_when = states;
        self
    }

    /// With limits of its own.
    #[must_use]
    pub const fn limits(mut self, limits: &'static [Limit]) -> Self {
        self.limits = limits;
        self
    }

    /// Asks for a fresh sign-in: within the last ten minutes.
    #[must_use]
    pub const fn fresh(self) -> Self {
        self.fresh_within(FRESH_SECONDS)
    }

    /// Asks for a sign-in that is not older than this.
    #[must_use]
    pub const fn fresh_within(mut self, seconds: i64) -> Self {
        self.fresh = seconds;
        self
    }

    /// Asks for a sign-in with a second factor: a password that leaked must not be enough for this.
    #[must_use]
    pub const fn by_factor(mut self) -> Self {
        self.by_factor = true;
        self
    }

    /// Half a sign-in is enough: it is the second step itself, or the way out.
    #[must_use]
    pub const fn half(mut self) -> Self {
        self.half = true;
        self
    }

    /// Takes a file of one of these media types, with the fields of the input beside it.
    #[must_use]
    pub const fn takes(mut self, media: &'static [&'static str]) -> Self {
        self.takes = media;
        self
    }

    /// Goes on during maintenance: without it nobody could look.
    #[must_use]
    pub const fn in_maintenance(mut self) -> Self {
        self.in_maintenance = true;
        self
    }

    /// Goes on at a place that is about to end: it takes that back, or puts somebody out.
    #[must_use]
    pub const fn in_closing(mut self) -> Self {
        self.in_closing = true;
        self
    }

    /// Whether it is refused to whoever is this at a place, because the place is about to end.
    #[must_use]
    pub const fn closes(&self, effect: Effect, standing: Relations) -> bool {
        let changes = matches!(effect, Effect::Change | Effect::Keep);
        changes && !self.in_closing && standing.meet(Relations::of(&[Relation::CLOSING]))
    }

    /// Is done as oneself also by whoever looks as somebody else: the way back.
    #[must_use]
    pub const fn in_view(mut self) -> Self {
        self.in_view = true;
        self
    }

    /// Answers with a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Answers with a file of one of these media types.
    #[must_use]
    pub const fn media(mut self, media: &'static [&'static str]) -> Self {
        self.media = media;
        self
    }

    /// `project.member` of `project.member.remove`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(noun, _)| noun)
    }

    /// `remove` of `project.member.remove`.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, verb)| verb)
    }
}

/// What applies where nothing else is said: generous for people, short for floods.
pub const COMMON_LIMITS: &[Limit] =
    &[Limit { times: 3_000, seconds: 60, per: Per::Address }, Limit { times: 1_200, seconds: 60, per: Per::Caller }];
