//! One beat of the demo's story: when, who, what.

use door::Time;

use crate::organisations::MembershipState;
use crate::projects::{ProjectRole, Status};

/// Seconds of a day.
const DAY_SECONDS: i64 = 24 * 3600;

/// Something happens: days ago, time of that day (on day 0: how long ago), who, what.
pub(super) struct Beat(pub(super) i64, pub(super) &'static str, pub(super) &'static str, pub(super) Deed);

/// What people do. Projects and credentials go by their keys, which [`Deed::Project`] and [`Deed::Store`] give.
pub(super) enum Deed {
    /// A project for a client: its key, the client's key, title, first sentence.
    Project(&'static str, &'static str, &'static str, &'static str),
    /// Sets where a project stands, with its sentence.
    Status(&'static str, Status, &'static str),
    /// Puts somebody into a project.
    Join(&'static str, &'static str, ProjectRole),
    /// Takes somebody out of a project.
    Leave(&'static str, &'static str),
    /// Says something that the client reads, too.
    Say(&'static str, &'static str),
    /// Says something among the organisation's own people.
    Whisper(&'static str, &'static str),
    /// Stores a secret: project, its key, title, user name, secret.
    Store(&'static str, &'static str, &'static str, &'static str, &'static str),
    /// Looks at a secret, with a reason.
    Reveal(&'static str, &'static str),
    /// Opens a project's address.
    Open(&'static str),
    /// Makes a token with a name and scopes.
    Token(&'static str, &'static [&'static str]),
    /// The operator sets somebody's state in an organisation.
    Becomes(&'static str, &'static str, MembershipState),
    /// Tries what is not theirs to do.
    Refused(&'static Deed),
}

impl Beat {
    /// When it happens, for a story that ends at `now`. `None` when the time of day is none.
    pub(super) fn time(&self, now: Time) -> Option<Time> {
        let (hours, minutes) = self.1.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = hours * 3600 + minutes * 60;
        if !(0..DAY_SECONDS).contains(&seconds) || !(0..60).contains(&minutes) {
            return None;
        }
        if self.0 == 0 {
            return Some(now.plus_seconds(-seconds));
        }
        let midnight = now.plus_seconds(-(now.0 / 1_000_000).rem_euclid(DAY_SECONDS));
        Some(midnight.plus_seconds(seconds - self.0 * DAY_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_times_and_today_has_distances() {
        // 22 November 2026, 09:10 UTC.
        let now = Time(1_795_338_600_000_000);
        let at = |days, clock| Beat(days, clock, "maya", Deed::Open("x")).time(now).map(|time| time.to_string());
        assert_eq!(at(1, "17:20").as_deref(), Some("2026-11-21T17:20:00.000000Z"));
        assert_eq!(at(0, "0:25").as_deref(), Some("2026-11-22T08:45:00.000000Z"));
        assert_eq!(at(1, "24:00"), None);
        assert_eq!(at(1, "noon"), None);
    }
}
