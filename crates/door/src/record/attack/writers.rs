//! What is no tampering and must do no harm: a writer that takes its time, a replica that lags behind and takes over.

use std::sync::Arc;

use ledger::event::Outcome;

use super::tools::{cut, draft, past_triggers, rehearse, sign};
use super::{AttackError, Left, Result, Sealer, Victim};
use crate::catalogue::Later;
use crate::record::durability::Copies;
use crate::record::seal::seal;
use crate::record::sign::Sign;
use crate::record::{log, write};
use crate::store::{Engine, Error, Store};

/// Somebody's transaction stays open; others are sealed meanwhile, and it is sealed after its commit.
pub(super) async fn long(victim: &Victim) -> Result<Left> {
    if victim.store.engine() == Engine::Sqlite {
        return Ok(Left::Untried("the embedded database has one writer; whoever waits too long for it is refused"));
    }
    let mut open = victim.store.write(false).await?;
    write::insert(&mut open, draft(victim), Outcome::Done).await?;
    let before = size(victim).await?;
    rehearse(victim, 3).await?;
    sign(victim).await?;
    let beside = size(victim).await?;
    open.commit().await?;
    sign(victim).await?;
    match size(victim).await? {
        after if (beside, after) == (before + 3, before + 4) => Ok(Left::Database(victim.trust()?, &[])),
        after => Err(AttackError::Unfit(format!(
            "of 3 events beside an open transaction {} were sealed, of the one in it {}",
            beside - before,
            after - beside
        ))),
    }
}

/// A replica holds what was signed until now. More is recorded, and is to be signed; then the replica takes over as it is,
/// and goes on with other events. Nobody may hold a checkpoint that it contradicts.
pub(super) async fn lagging(victim: &Victim) -> Result<Left> {
    let held = size(victim).await?;
    let waiting = |held| {
        let Sealer { origin, seed, high_water, .. } = &victim.sealer;
        Sealer::new(origin.clone(), seed.clone(), high_water.clone()).durable(Arc::new(Held(held)))
    };
    rehearse(victim, 5).await?;
    let sealer = waiting(held);
    for _ in 0..2 {
        seal(&victim.store, Some(&sealer), victim.now, Sign::Now).await?;
    }
    past_triggers(victim, async |tx| cut(tx, held).await).await?;
    rehearse(victim, 1).await?;
    // The replica leads now, and another one has caught up with it.
    let sealer = waiting(u64::MAX);
    for _ in 0..2 {
        seal(&victim.store, Some(&sealer), victim.now, Sign::Now).await?;
    }
    Ok(Left::Database(victim.trust()?, &[]))
}

async fn size(victim: &Victim) -> Result<u64, Error> {
    let head = "SELECT size FROM ledger_head WHERE id = 1";
    log::unsigned(&victim.store.read().await?.one(head, vec![]).await?, "size")
}

/// Copies that hold so many leaves.
struct Held(u64);

impl Copies for Held {
    fn hold<'a>(&'a self, _: &'a Store) -> Later<'a, Result<u64, Error>> {
        Box::pin(async { Ok(self.0) })
    }
}
