//! The door: the one way in.
//!
//! Everything that a user can do is an action: a declaration ([`Spec`]), the object it is done to ([`Target`]), and
//! one of six kinds ([`Look`], [`Change`], [`Receive`], [`Disclose`], [`Stream`], [`Keep`]). A [`Catalogue`] lists them. [`Door::pass`]
//! takes a [`Request`] through the same steps in the same order every time: limits, who is it, where does it come
//! from, what is the object, what is the caller to it, may he — then the deed, its record, the commit, the answer.
//!
//! The door knows no noun. Only the door opens a transaction, decides, and writes the record; what it hands to a
//! verb ([`Read`], [`Write`], [`Permitted`], [`Released`]) cannot be made anywhere else:
//!
//! ```compile_fail,E0423
//! let forged = door::Permitted::<()>((), door::Relations::NONE);
//! ```
//! ```compile_fail,E0451
//! fn forge(tx: &mut door::store::Tx, caller: &door::Caller) -> door::Read<'_> { door::Read { tx, caller } }
//! ```
//! ```compile_fail,E0423
//! let plaintext = door::Released("secret").open();
//! ```

extern crate self as door;

mod action;
mod caller;
mod catalogue;
mod decide;
mod grounds;
pub mod id;
mod idempotency;
pub mod inventory;
mod limits;
mod origin;
mod pass;
mod permit;
mod place;
mod put_back;
pub mod record;
mod refusal;
mod relation;
mod request;
mod spec;
pub mod store;
mod time;
pub mod trail;

// What the macros of this crate name in other crates.
pub use {ledger, serde, utoipa, uuid};

pub use action::{Action, Change, Disclose, Keep, Look, Receive, Stream, Target};
pub use caller::{Actor, Caller, Closed, Credential, FRESH_SECONDS, Origin, View};
pub use catalogue::{Catalogue, Entry, Later, Shapes};
pub use decide::{decide, scope_of};
pub use grounds::Grounds;
pub use origin::came_by_itself;
pub use pass::{Door, Parts, Passed};
pub use permit::{Desk, Outlet, Permitted, Read, Recorded, Released, Snapshots, Write};
pub use place::Place;
pub use record::{MIGRATIONS, Record, Sealer, verify};
pub use refusal::{FieldErrors, Refusal, Result};
pub use relation::{Relation, Relations};
pub use request::{Arriving, Body, Ids, Input, Pieces, Reply, Request};
pub use spec::{COMMON_LIMITS, Effect, Limit, Per, Spec, Verb, Way};
pub use time::{Clock, HandClock, SystemClock, Time};
