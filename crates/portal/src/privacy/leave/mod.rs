//! How somebody leaves: asked for by a button, done after a time in which they may think again, and then gone.
//!
//! What goes and what stays without a name stands in the inventory. The account's own row stays, emptied, so that what was
//! written for others still has an author whom nobody can name. What the record holds about the person is taken out of it
//! last; the list of everybody who was erased lies outside the database, so that a backup that is put back is erased again.

mod ask;
mod erase;
mod forget;
mod person_delete;
mod stay;

use door::Recorded;

pub use ask::{Asked, DeleteAccount};
pub use erase::Erase;
pub(in crate::privacy) use erase::erase;
pub use forget::Forget;
pub use person_delete::DeletePerson;
pub use stay::KeepAccount;

/// The table of accounts that are to be deleted, and of those that were.
pub const DELETION: Recorded = Recorded { table: "account_deletion", entity: 4 };

/// How long one may think again.
pub const GRACE_SECONDS: i64 = 14 * 24 * 3600;

/// Organisations that would be left without an owner, `$1` being who leaves.
const SOLE_OWNER: &str = "SELECT m.organisation AS organisation FROM membership m WHERE m.person = $1 \
     AND m.role = 'owner' AND m.state = 'active' AND NOT EXISTS (SELECT 1 FROM membership o \
     WHERE o.organisation = m.organisation AND o.person <> m.person AND o.role = 'owner' AND o.state = 'active') LIMIT 1";
