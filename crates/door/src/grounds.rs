//! What the door has to ask the portal: who is it, and what is he to this place.

use uuid::Uuid;

use crate::caller::{Caller, Credential, Origin};
use crate::catalogue::Later;
use crate::place::Place;
use crate::relation::{Relation, Relations};
use crate::store::{Result, Tx};
use crate::time::Time;

/// The portal's knowledge of people. Each function runs inside the transaction whose decision it serves, so that
/// somebody who was suspended a moment ago is suspended here.
pub trait Grounds: Send + Sync {
    /// Who shows this credential, from there. What does not hold is [`Caller::anyone`].
    fn caller<'a>(
        &'a self,
        tx: &'a mut Tx,
        credential: &'a Credential,
        origin: &'a Origin,
        now: Time,
    ) -> Later<'a, Result<Caller>>;

    /// What the caller is at this place: one query, and only relations that give sight of it.
    fn standing<'a>(
        &'a self,
        tx: &'a mut Tx,
        caller: &'a Caller,
        place: &'a Place,
        now: Time,
    ) -> Later<'a, Result<Relations>>;

    /// The organisations that must learn of what this caller tried and was refused.
    fn organisations<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller) -> Later<'a, Result<Vec<Uuid>>>;

    /// Writes down that the caller was seen. Housekeeping, at most every five minutes.
    fn seen<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller, now: Time) -> Later<'a, Result<()>>;

    /// Every relation that there is, for names.
    fn relations(&self) -> &'static [Relation];
}
