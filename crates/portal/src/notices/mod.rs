//! Letters about the work: what waits for somebody, what was said, where a project stands. Nobody has to remember to tell: the
//! record is followed from a bookmark (`follow`), what somebody may be told waits in rows of its own, and a letter is
//! written from them when its time has come (`letters`), by what its reader may see at that moment (`reader`).

mod choice;
mod end;
mod follow;
mod letters;
mod lines;
mod list;
pub mod pages;
mod reader;
mod send;
mod set;
mod token;

use door::Recorded;

pub use choice::{Pace, Topic};
pub use end::{EndNotices, NoticesEnded};
pub use list::{ListNotices, NoticeChoice, NoticeChoices};
pub use reader::About;
pub(crate) use reader::is_open;
pub use send::SendNotices;
pub use set::SetNotices;
pub use token::made as end_token;

use crate::fields::words;

/// The table of which letters somebody wants, where that is other than usual.
pub const CHOICE: Recorded = Recorded { table: "notice_choice", entity: 120 };

words!(
    /// What happened.
    What {
        /// Something was asked for.
        Asked = "asked",
        /// Something was handed in.
        Submitted = "submitted",
        /// Another version is wanted.
        ChangesAsked = "changes_asked",
        /// Something was approved.
        Approved = "approved",
        /// Something was rejected.
        Rejected = "rejected",
        /// Where a project stands was said.
        Stands = "stands",
        /// A message was written.
        Wrote = "wrote",
        /// A request was commented on.
        Commented = "commented",
    }
);

impl What {
    /// Which letters tell it.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::Asked | Self::Submitted | Self::ChangesAsked => Topic::Waiting,
            Self::Approved | Self::Rejected | Self::Stands => Topic::Progress,
            Self::Wrote | Self::Commented => Topic::Messages,
        }
    }
}
