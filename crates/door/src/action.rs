//! The six kinds of action, as types that make the rules hard to forget.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::permit::{Desk, Outlet, Permitted, Read, Released, Snapshots, Write};
use crate::place::Place;
use crate::record::Record;
use crate::refusal::Result;
use crate::relation::Relations;
use crate::request::Ids;
use crate::spec::Spec;
use crate::store::{self, Tx};

/// The object that an action is done to. It is loaded by all ids of the path in one query, inside the caller's
/// organisation, so that a child belongs to its parent and both to the tenant.
pub trait Target: Sized + Send + Sync {
    /// Loads it. `None` when it is not there, or not there for anybody of this caller's organisation.
    fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> impl Future<Output = store::Result<Option<Self>>> + Send;

    /// Where it is.
    fn place(&self) -> Place;

    /// Its state, for actions that are not possible in some.
    fn state(&self) -> &'static str {
        "open"
    }

    /// What the caller is to the object itself, beyond what he is at its place: who asked, who is asked. Pure; it may add
    /// to the standing and take from it.
    fn standing(&self, _caller: &Caller, at_its_place: Relations) -> Relations {
        at_its_place
    }

    /// A word that changes whenever the object does, for callers who want to be sure that they act on what they have seen.
    fn tag(&self) -> Option<String> {
        None
    }
}

/// A declaration and the types around it.
pub trait Action: 'static {
    /// The object.
    type Target: Target;
    /// What is asked for. Unknown fields are to be refused by its `Deserialize`.
    type Input: DeserializeOwned + ToSchema + Send + Sync;
    /// What is answered.
    type Output: Serialize + ToSchema + Send;
    /// The declaration.
    const SPEC: Spec;
}

/// Reads. Gets a snapshot that cannot write.
pub trait Look: Action {
    /// The deed.
    fn look(
        input: &Self::Input,
        target: &Permitted<Self::Target>,
        read: &mut Read<'_>,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Writes. A record is demanded by the type.
pub trait Change: Action {
    /// The deed. It may run again when somebody else came in between, so it does nothing outside: what follows it outside
    /// follows the sealed log ([`Keep`]).
    fn change(
        input: &Self::Input,
        target: &Permitted<Self::Target>,
        write: &mut Write<'_>,
    ) -> impl Future<Output = Result<(Self::Output, Record)>> + Send;
}

/// A change whose slow part (hashing, an upload, another server) comes before the transaction.
pub trait Receive: Action {
    /// What the slow part makes.
    type Ready: Send + Sync;

    /// The slow part, without a transaction: what is to be read is read first, then [`Read::leave`]. Everything is
    /// decided once before it and once after.
    fn ready(
        input: Self::Input,
        target: &Permitted<Self::Target>,
        read: &mut Read<'_>,
    ) -> impl Future<Output = Result<Self::Ready>> + Send;

    /// The deed.
    fn receive(
        ready: &Self::Ready,
        target: &Permitted<Self::Target>,
        write: &mut Write<'_>,
    ) -> impl Future<Output = Result<(Self::Output, Record)>> + Send;
}

/// Gives out what is secret: first the record, then the bytes.
pub trait Disclose: Action {
    /// What is needed to release it. Nothing that is itself readable.
    type Grant: Send;

    /// Grants, inside the transaction that records it.
    fn grant(
        input: &Self::Input,
        target: &Permitted<Self::Target>,
        write: &mut Write<'_>,
    ) -> impl Future<Output = Result<(Self::Grant, Record)>> + Send;

    /// Releases, after the record is on disk.
    fn release(grant: Released<Self::Grant>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Gives out more than memory should hold: first the record, then one piece after the other. A key does not make two
/// requests one, because each of them gives everything out again.
pub trait Stream: Action {
    /// What is needed to send it. Nothing that is itself readable.
    type Grant: Send + 'static;

    /// Grants, inside the transaction that records it. The output says what will come: its name, its type.
    fn grant(
        input: &Self::Input,
        target: &Permitted<Self::Target>,
        write: &mut Write<'_>,
    ) -> impl Future<Output = Result<(Self::Grant, Self::Output, Record)>> + Send;

    /// Sends the pieces, after the record is on disk. An error breaks the answer off where it is.
    fn pour(
        grant: Released<Self::Grant>,
        snapshots: &Snapshots,
        outlet: &Outlet,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Housekeeping: the portal's own on a schedule, or the pieces of something that is recorded when it is whole. It works
/// outside, for as long as that takes, and writes down in housekeeping tables how far it is. It moves no recorded row and
/// leaves no event.
pub trait Keep: Action {
    /// The deed.
    fn keep(
        input: &Self::Input,
        target: &Permitted<Self::Target>,
        desk: &Desk,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}
