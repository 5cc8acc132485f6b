//! Messages beside the work: each is internal, or for the client.

mod list;
pub mod pages;
mod post;

use door::Recorded;

pub use list::{List, MessageList, MessageShown};
pub use post::{MessagePosted, Post};

use crate::fields::words;

/// The table of messages.
pub const MESSAGE: Recorded = Recorded { table: "message", entity: 30 };

words!(
    /// Who may read it.
    Visibility {
        /// Only the organisation's own people.
        Internal = "internal",
        /// The client, too.
        Client = "client",
    }
);
