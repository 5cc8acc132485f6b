//! Who is at the door, and with what.

use std::net::IpAddr;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::refusal::Refusal;
use crate::time::Time;

/// What somebody shows at the door. Never logged, never recorded.
#[derive(Clone, Default)]
pub enum Credential {
    /// Nothing.
    #[default]
    None,
    /// A session's secret from the cookie, which a browser sends by itself.
    Cookie(Zeroizing<String>),
    /// A session's or token's secret from the `Authorization` header.
    Bearer(Zeroizing<String>),
    /// The operator's command line.
    Console,
    /// The schedule, under the job's name.
    Job(&'static str),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Cookie(_) => "cookie",
            Self::Bearer(_) => "bearer",
            Self::Console => "console",
            Self::Job(_) => "job",
        })
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody known.
    Anyone,
    /// A person with a session.
    Person(Uuid),
    /// A token of a person.
    Token {
        /// The token.
        token: Uuid,
        /// Whose it is.
        person: Uuid,
    },
    /// The operator's command line.
    Console,
    /// A job.
    Job(&'static str),
}

impl Actor {
    /// The person behind the act, if there is one.
    #[must_use]
    pub const fn person(self) -> Option<Uuid> {
        match self {
            Self::Person(person) | Self::Token { person, .. } => Some(person),
            Self::Anyone | Self::Console | Self::Job(_) => None,
        }
    }
}

/// The rooms that a caller was in, and why they are closed to it at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Whose rooms.
    pub organisation: Uuid,
    /// What is answered wherever nothing is found, which is everywhere in them.
    pub why: Refusal,
}

/// As whom somebody looks, instead of as himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// As whom.
    pub person: Uuid,
    /// Whether its time is over, or who looks may not any more: from then on nothing is seen until it is ended, so that nobody does
    /// as himself what he meant to try as somebody else.
    pub over: bool,
}

/// Who is at the door, once the credential has been looked at.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// The session, where there is one.
    pub session: Option<Uuid>,
    /// How the sign-in was done: `password`, `token` …
    pub auth: &'static str,
    /// Whether the sign-in still wants its second step: it reaches nothing else.
    pub half: bool,
    /// Whether the person proved to be it with a second factor, and not with the password or a mail alone.
    pub by_factor: bool,
    /// The organisation whose rooms the caller is in. Objects are loaded inside it and nowhere else.
    pub organisation: Option<Uuid>,
    /// The rooms that it was in, where they are closed to it: then `organisation` is none.
    pub closed: Option<Closed>,
    /// The address that it comes from, as far as the portal itself has seen it.
    pub address: Option<IpAddr>,
    /// When its sign-in began. A token has none.
    pub opened_at: Option<Time>,
    /// The longest time for which the sign-in was not used so far, in seconds.
    pub unused_seconds: i64,
    /// Whether it has standing in that organisation and nowhere else, not even in its person's own account: the
    /// organisation itself said who it is.
    pub bound: bool,
    /// When the person last proved to be it.
    pub proved_at: Option<Time>,
    /// What a token may do: `project:look` and the like. `None` is everything that its person may.
    pub scopes: Option<Vec<String>>,
    /// Whether "last seen" is old enough to be written again.
    pub touch: bool,
    /// Until when nothing is expected to be written for this caller, because the installation is under maintenance.
    pub maintenance: Option<Time>,
    /// As whom the caller looks, where it is not as himself: then he looks, and does nothing else.
    pub view: Option<View>,
}

impl Caller {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub const fn anyone() -> Self {
        Self {
            actor: Actor::Anyone,
            session: None,
            auth: "none",
            half: false,
            by_factor: false,
            organisation: None,
            closed: None,
            address: None,
            opened_at: None,
            unused_seconds: 0,
            bound: false,
            proved_at: None,
            scopes: None,
            touch: false,
            maintenance: None,
            view: None,
        }
    }

    /// The caller as the one as whom he looks: where he is and nowhere else, with nothing proved, and leaving no trace of having
    /// been there.
    pub(crate) fn seen_as(&self, person: Uuid) -> Self {
        Self {
            actor: Actor::Person(person),
            organisation: self.organisation,
            // What the organisation asks of a sign-in, it asks of whoever looks.
            closed: self.closed.clone(),
            address: self.address,
            opened_at: self.opened_at,
            unused_seconds: self.unused_seconds,
            bound: true,
            maintenance: self.maintenance,
            ..Self::anyone()
        }
    }

    /// The portal's own schedule, or the operator.
    #[must_use]
    pub fn internal(actor: Actor) -> Self {
        Self { actor, auth: "internal", ..Self::anyone() }
    }

    /// Whether the person proved to be it within the last so many seconds.
    #[must_use]
    pub fn proved_within(&self, seconds: i64, now: Time) -> bool {
        matches!(self.actor, Actor::Console | Actor::Job(_))
            || self.proved_at.is_some_and(|at| now.seconds_since(at) < seconds)
    }

    /// Whether the person proved to be it with a second factor. The portal's own hand needs none, a token has none.
    #[must_use]
    pub const fn proved_by_factor(&self) -> bool {
        match self.actor {
            Actor::Console | Actor::Job(_) => true,
            Actor::Person(_) => self.by_factor,
            Actor::Token { .. } | Actor::Anyone => false,
        }
    }
}

/// How long a proof of who one is counts as fresh.
pub const FRESH_SECONDS: i64 = 600;

/// Where a request came from, as far as the portal itself has seen it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The peer's address; a named proxy's word is taken only from that proxy.
    pub address: Option<IpAddr>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// What tells a device apart in which somebody has signed in before as whom he claims to be now. Its wire has made sure.
    pub device: Option<String>,
    /// How the browser or program calls itself: `User-Agent`, cut to 200 characters, without control characters.
    pub agent: Option<String>,
}
