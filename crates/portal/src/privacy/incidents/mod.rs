//! Personal data breaches: what happened, when it was noticed, who was told when, or why not (GDPR articles 33 and 34). The
//! clock of 72 hours runs from the moment it was noticed; what is written down stays, each word with its time.

mod list;
mod note;
mod open;
pub mod pages;
mod show;
mod target;

use door::{Recorded, Time};

pub use list::{IncidentList, IncidentSummary, ListIncidents};
pub use note::{EntryAdded, EntryWanted, Note};
pub use open::{IncidentOpened, IncidentWanted, Open};
pub use show::{EntryShown, IncidentShown, ShowIncident};
pub use target::Incident;

use crate::fields::words;

/// The table of incidents.
pub const INCIDENT: Recorded = Recorded { table: "incident", entity: 74 };
/// The table of what was written down about them.
pub const ENTRY: Recorded = Recorded { table: "incident_entry", entity: 75 };

/// The authority is told within this time after it was noticed (GDPR article 33, 1).
pub const CLOCK_SECONDS: i64 = 72 * 3600;

words!(
    /// Whether it is over.
    State {
        /// It is worked on.
        Open = "open",
        /// Everything is done and decided.
        Closed = "closed",
    }
);

words!(
    /// What is written down.
    EntryKind {
        /// What was found, done or assumed.
        Note = "note",
        /// The authority was told.
        AuthorityTold = "authority_told",
        /// It was decided not to tell the authority, and why.
        AuthorityNotTold = "authority_not_told",
        /// The people concerned were told.
        PeopleTold = "people_told",
        /// It was decided not to tell them, and why.
        PeopleNotTold = "people_not_told",
        /// It is over.
        Closed = "closed",
    }
);

impl EntryKind {
    /// Whether the authority's question is answered by it.
    #[must_use]
    pub const fn is_about_authority(self) -> bool {
        matches!(self, Self::AuthorityTold | Self::AuthorityNotTold)
    }

    /// Whether the question about the people concerned is answered by it.
    #[must_use]
    pub const fn is_about_people(self) -> bool {
        matches!(self, Self::PeopleTold | Self::PeopleNotTold)
    }
}

/// When the clock of something noticed then is over.
#[must_use]
pub const fn clock_ends(noticed_at: Time) -> Time {
    noticed_at.plus_seconds(CLOCK_SECONDS)
}
