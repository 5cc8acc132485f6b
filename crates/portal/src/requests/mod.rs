//! Requests: what somebody owes somebody by a date. A file that is asked for, or a file that is to be approved.
//!
//! One side asks, one side hands in, one side decides: whoever asked for a file decides on it; whoever asked for an
//! approval hands the file in, and the other side decides. Nobody decides on what they handed in themselves. On pages the
//! word is "ask".

mod bundle;
mod comment;
mod create;
mod decide;
mod download;
mod files;
mod list;
pub mod pages;
mod preview;
pub mod receipt;
mod show;
mod submit;
mod target;
mod uploads;
mod versions;
mod waiting;
mod withdraw;

use door::Recorded;

pub(crate) use bundle::Names;
pub use bundle::{ArchiveOut, Bundle};
pub use comment::{CommentPosted, PostComment};
pub use create::{Create, RequestCreated};
pub use decide::{Approve, AskForChanges, Decided, Reject};
pub use download::{Download, FileOut, pour_out};
pub use files::{Kept, LostFile, LostPart, RotateKey, Sweep, kept_in, put_file_back};
pub use list::{List, RequestList, RequestSummary};
pub use preview::Preview;
pub use receipt::ShowReceipt;
pub use show::{CommentShown, DecisionShown, RequestShown, Show, VersionShown};
pub use submit::{Submit, Submitted};
pub use target::{Request, Version};
pub use uploads::{Append, Begin, Drop, ShowUpload, UploadBegun, UploadShown};
pub use versions::{ListVersions, VersionList};
pub use waiting::Waiting;
pub use withdraw::Withdraw;

use crate::fields::words;
use crate::projects::CLIENT_ARCHIVED;

/// The table of requests.
pub const REQUEST: Recorded = Recorded { table: "request", entity: 50 };
/// The table of what was handed in.
pub const VERSION: Recorded = Recorded { table: "request_version", entity: 51 };
/// The table of what was decided.
pub const DECISION: Recorded = Recorded { table: "request_decision", entity: 52 };
/// The table of comments.
pub const COMMENT: Recorded = Recorded { table: "request_comment", entity: 53 };

words!(
    /// What is owed.
    Kind {
        /// A file: whoever asked decides on it.
        File = "file",
        /// A word on a file: whoever asks hands it in, the others decide.
        Approval = "approval",
    }
);

words!(
    /// One of the two sides of a project.
    Side {
        /// The organisation's own people.
        Us = "us",
        /// The client's people.
        Client = "client",
    }
);

words!(
    /// How far it is.
    State {
        /// Nothing was handed in yet.
        Asked = "asked",
        /// A version waits for its decision.
        Submitted = "submitted",
        /// Another version is wanted.
        ChangesAsked = "changes_asked",
        /// Approved, for good.
        Approved = "approved",
        /// Rejected, for good.
        Rejected = "rejected",
        /// Nobody wants it any more.
        Withdrawn = "withdrawn",
    }
);

words!(
    /// What was decided on a version.
    Decision {
        /// It is good.
        Approved = "approved",
        /// Another one is wanted.
        ChangesAsked = "changes_asked",
        /// It is not, and no other is wanted.
        Rejected = "rejected",
    }
);

/// States in which nothing more can happen.
pub(crate) const OVER: &[&str] = &["approved", "rejected", "withdrawn", "archived", CLIENT_ARCHIVED];
/// States in which nothing waits for a decision.
pub(crate) const NOTHING_TO_DECIDE: &[&str] =
    &["asked", "changes_asked", "approved", "rejected", "withdrawn", "archived", CLIENT_ARCHIVED];

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Us => Self::Client,
            Self::Client => Self::Us,
        }
    }
}

impl Kind {
    /// Who hands in what this side asked for.
    #[must_use]
    pub const fn submits(self, asked: Side) -> Side {
        match self {
            Self::File => asked.other(),
            Self::Approval => asked,
        }
    }
}

impl State {
    /// Whom it waits for, when `asked` asked for it.
    #[must_use]
    pub const fn waits_for(self, kind: Kind, asked: Side) -> Option<Side> {
        match self {
            Self::Asked | Self::ChangesAsked => Some(kind.submits(asked)),
            Self::Submitted => Some(kind.submits(asked).other()),
            Self::Approved | Self::Rejected | Self::Withdrawn => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_a_file_decides_and_whoever_asks_for_an_approval_hands_it_in() {
        assert_eq!(State::Asked.waits_for(Kind::File, Side::Us), Some(Side::Client));
        assert_eq!(State::Submitted.waits_for(Kind::File, Side::Us), Some(Side::Us));
        assert_eq!(State::Asked.waits_for(Kind::Approval, Side::Us), Some(Side::Us));
        assert_eq!(State::Submitted.waits_for(Kind::Approval, Side::Us), Some(Side::Client));
        assert_eq!(State::ChangesAsked.waits_for(Kind::Approval, Side::Client), Some(Side::Client));
        assert_eq!(State::Approved.waits_for(Kind::File, Side::Us), None);
    }
}
