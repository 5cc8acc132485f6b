//! What must hold a part of the log before it is signed (`checkpoint_durability`).
//!
//! A server that follows another one may lag behind it and take over all the same. What was signed and is not there would be
//! lost, and the log would go on past a checkpoint that somebody holds. Where this is asked for, only so much is signed as
//! the copies hold already. Events are recorded all the while; they wait for their signature.

use std::num::NonZeroUsize;

use super::sign::SealError;
use crate::catalogue::Later;
use crate::store::{Result, Store};

/// Where the log is held besides the database that is written to.
pub trait Copies: Send + Sync {
    /// How many leaves are held there as well.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says. A copy that does not answer holds nothing.
    fn hold<'a>(&'a self, store: &'a Store) -> Later<'a, Result<u64>>;
}

/// At least so many of the other servers that the database's address names.
#[derive(Debug, Clone, Copy)]
pub struct Followers(pub NonZeroUsize);

impl Copies for Followers {
    fn hold<'a>(&'a self, store: &'a Store) -> Later<'a, Result<u64>> {
        Box::pin(async move {
            let mut held = store.ask_followers("SELECT size AS number FROM ledger_head WHERE id = 1").await;
            held.sort_unstable_by(|one, other| other.cmp(one));
            let held = held.get(self.0.get() - 1).copied().unwrap_or(0);
            Ok(u64::try_from(held).unwrap_or(0))
        })
    }
}

/// Refuses to hand a log over to another key while the copies hold less of it.
pub(super) async fn refuse_lagging(copies: Option<&dyn Copies>, store: &Store, size: u64) -> Result<(), SealError> {
    let Some(copies) = copies else { return Ok(()) };
    let held = copies.hold(store).await?;
    if held < size { Err(SealError::NotDurable { held, size }) } else { Ok(()) }
}
