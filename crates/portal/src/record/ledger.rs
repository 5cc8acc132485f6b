//! `ledger …`: what is done with the record by hand, on the machine.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use door::ledger::event::Performer;
use door::record::{Decision, Sign, policy_of, seal, slice_of};
use door::{Clock, Door, Time};

use super::keys::{Next, next_epoch};
use super::{Ledger, LedgerDo, bundle};
use crate::data::Data;
use crate::parts::Parts;

/// Does it, and says what was done.
///
/// # Errors
/// With the next step; nothing was done then.
pub async fn ledger(asked: &Ledger, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let data = Data::existing(&asked.place)?;
    let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
    let done = act(&asked.what, &data, &door, &parts.clock, print).await;
    door.close().await;
    done
}

async fn act(
    what: &LedgerDo,
    data: &Data,
    door: &Arc<Door>,
    clock: &Arc<dyn Clock>,
    print: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    match what {
        LedgerDo::Policy => print(&policy_of(&mut door.store().read().await?).await?.to_string()),
        LedgerDo::Anchors => {
            let backlog = door.backlog().await?;
            if backlog.is_empty() {
                print("no anchor outside: see docs/record.md for anchors.toml");
            }
            for anchor in backlog {
                let at = anchor.at.map_or("never".to_owned(), |at| at.to_string());
                print(&format!("{}: {} of {} leaves, answered {at}", anchor.anchor, anchor.anchored, anchor.signed));
            }
        }
        LedgerDo::Bundle { chain, to } => {
            door.checkpoint().await?;
            let slice = slice_of(&mut door.store().read().await?, &data.sealer()?, chain).await?;
            let slice = slice.with_context(|| format!("{chain}: nothing of this chain is sealed"))?;
            bundle::write(&slice.files(), to)?;
            print(&format!("{}: {} leaves of {chain}", to.display(), slice.leaves.len()));
        }
        LedgerDo::RotateKey => {
            let next = Next::make(data, data.sealer()?.origin)?;
            let note = door.keeper().rotate_key(&next.sealer()?).await?;
            next.take_over()?;
            print(&format!(
                "the log was handed over to another key; give this checkpoint and `ledger policy` to your clients\n\n{note}"
            ));
        }
        LedgerDo::NewEpoch { reason, decided_by } => {
            let decision = Decision { reason: reason.clone(), decided_by: decided_by.clone() };
            new_epoch(data, door, clock, &decision, print).await?;
        }
        LedgerDo::Erase { subject } => {
            let erased = door.keeper().erase(*subject, "request").await?;
            print(&format!("erased: {} values beside {} events", erased.values, erased.events));
        }
        LedgerDo::ReplayErasures => {
            let again = door.keeper().replay_erasures().await?;
            print(&format!("erased once more: {}", again.len()));
        }
        LedgerDo::Prune { chain, before } => {
            door.checkpoint().await?;
            let (mut events, mut until) = (0, None);
            let before = Time(before.as_microsecond());
            while let Some(pruned) = door.keeper().prune(chain, before, Performer::console()).await? {
                events += pruned.events;
                until = Some(pruned.until);
            }
            match until {
                Some(until) => print(&format!("dropped: {events} events, up to place {until} of the chain")),
                None => print("nothing to drop"),
            }
        }
    }
    Ok(())
}

/// Goes on from the database as it stands, under the name of the next epoch and with another key, and erases once more
/// whom the list outside the database names.
///
/// # Errors
/// With the next step; the old key is still the log's then.
pub async fn new_epoch(
    data: &Data,
    door: &Arc<Door>,
    clock: &Arc<dyn Clock>,
    decision: &Decision,
    print: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    let next = Next::make(data, next_epoch(&data.sealer()?.origin))?;
    let note = door.keeper().begin_epoch(&next.sealer()?, decision).await?;
    next.take_over()?;
    print(&format!("a new epoch began; its first checkpoint, for your clients:\n\n{note}"));
    let sealer = super::sealer(data, door.store(), clock)?;
    let mut keeper = door.keeper();
    keeper.sealer = Some(&sealer);
    for subject in keeper.replay_erasures().await? {
        print(&format!("erased once more: {subject}"));
    }
    seal(door.store(), Some(&sealer), door.now(), Sign::Now).await?;
    Ok(())
}
