//! From where an organisation's people may come in, and for how long a sign-in is good there. It reaches its own rooms, and
//! nothing else that somebody has.

mod clear;
mod network;
mod set;

use door::store::{Result, Row};
use door::{Caller, Refusal, Relation, Time};

pub use clear::ClearNetworks;
pub use network::{Network, Networks};
pub use set::{AccessSet, SetAccess};

use crate::fields::{Whole, words};
use crate::identity::SESSION_SECONDS;
use crate::standing::IDLE_SECONDS;

/// For how long a sign-in may stay unused. No less than three times the five minutes in which its use is noted, and no longer
/// than the portal itself allows.
pub type UnusedMinutes = Whole<15, { IDLE_SECONDS / 60 }>;
/// For how long a sign-in is good. No longer than the portal itself allows.
pub type SessionHours = Whole<1, { SESSION_SECONDS / 3600 }>;

words!(
    /// Why an organisation's rooms are closed to somebody who belongs to it.
    Closure {
        /// It lets nobody in from where they are.
        Network = "network",
        /// The sign-in is older, or was unused for longer, than it allows.
        Overdue = "overdue",
        /// It lets them in by a sign-in through its own provider alone.
        Provider = "provider",
    }
);

impl Closure {
    /// What the door answers.
    #[must_use]
    pub const fn refusal(self) -> Refusal {
        match self {
            Self::Network => Refusal::Network,
            Self::Overdue => Refusal::Overdue,
            Self::Provider => Refusal::Provider,
        }
    }

    /// What somebody is there, and nothing else.
    #[must_use]
    pub const fn relation(self) -> Relation {
        match self {
            Self::Network => Relation::OUTSIDE,
            Self::Overdue => Relation::OVERDUE,
            Self::Provider => Relation::UNPROVIDED,
        }
    }

    /// Back from [`Self::refusal`].
    #[must_use]
    pub const fn of(refusal: &Refusal) -> Option<Self> {
        match refusal {
            Refusal::Network => Some(Self::Network),
            Refusal::Overdue => Some(Self::Overdue),
            Refusal::Provider => Some(Self::Provider),
            _ => None,
        }
    }
}

/// What an organisation asks of whoever comes in. What is none is not asked.
#[derive(Debug, Clone, Default)]
pub struct Access {
    networks: Option<String>,
    /// After this long without a request a sign-in is over here.
    pub unused_seconds: Option<i64>,
    /// After this long a sign-in is over here.
    pub session_seconds: Option<i64>,
    /// Whether this person is let in by a sign-in through its own provider alone.
    pub provider_only: bool,
}

impl Access {
    /// From a row with the columns `networks`, `unused_seconds_max` and `session_seconds_max` of an organisation.
    ///
    /// # Errors
    /// As the store says.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            networks: row.get("networks")?,
            unused_seconds: row.get("unused_seconds_max")?,
            session_seconds: row.get("session_seconds_max")?,
            provider_only: false,
        })
    }

    /// The same, with what it asks of one person: the column `provider_only` beside those.
    ///
    /// # Errors
    /// As the store says.
    pub fn asked(row: &Row) -> Result<Self> {
        Ok(Self { provider_only: row.get("provider_only")?, ..Self::read(row)? })
    }

    /// The networks; none where people may come from anywhere.
    #[must_use]
    pub fn networks(&self) -> Networks {
        self.networks.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// Pure: why the rooms are closed to this caller, if they are. A token has no sign-in that could grow old.
    #[must_use]
    pub fn closed_to(&self, caller: &Caller, now: Time) -> Option<Closure> {
        let inside = match &self.networks {
            None => true,
            // What cannot be read lets nobody in.
            Some(text) => text.parse::<Networks>().is_ok_and(|networks| networks.hold(caller.address)),
        };
        if !inside {
            return Some(Closure::Network);
        }
        // Nobody who signs in through it is behind a token, either: programs have services.
        if self.provider_only && !caller.bound {
            return Some(Closure::Provider);
        }
        let begun = caller.opened_at?;
        let old = self.session_seconds.is_some_and(|most| now.seconds_since(begun) >= most);
        let unused = self.unused_seconds.is_some_and(|most| caller.unused_seconds >= most);
        (old || unused).then_some(Closure::Overdue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000_000_000_000_000);

    fn caller(address: &str, old: i64, unused: i64) -> Caller {
        let opened_at = Some(NOW.plus_seconds(-old));
        Caller { address: address.parse().ok(), opened_at, unused_seconds: unused, ..Caller::anyone() }
    }

    #[test]
    fn what_is_not_asked_closes_nothing() {
        assert_eq!(Access::default().closed_to(&caller("", i64::MAX / 2_000_000, 0), NOW), None);
    }

    #[test]
    fn the_network_counts_before_the_age() {
        let access = Access {
            networks: Some("192.0.2.0/24".to_owned()),
            unused_seconds: Some(900),
            session_seconds: Some(3600),
            ..Access::default()
        };
        assert_eq!(access.closed_to(&caller("192.0.2.7", 3599, 899), NOW), None);
        assert_eq!(access.closed_to(&caller("192.0.2.7", 3600, 0), NOW), Some(Closure::Overdue));
        assert_eq!(access.closed_to(&caller("192.0.2.7", 0, 900), NOW), Some(Closure::Overdue));
        assert_eq!(access.closed_to(&caller("198.51.100.7", 3600, 900), NOW), Some(Closure::Network));
        assert_eq!(access.closed_to(&caller("", 0, 0), NOW), Some(Closure::Network), "nobody knows from where");
        let token = Caller { opened_at: None, ..caller("192.0.2.7", 0, 900) };
        assert_eq!(access.closed_to(&token, NOW), None);
    }

    #[test]
    fn a_list_that_cannot_be_read_lets_nobody_in() {
        let access = Access { networks: Some("halden".to_owned()), ..Access::default() };
        assert_eq!(access.closed_to(&caller("192.0.2.7", 0, 0), NOW), Some(Closure::Network));
    }
}
