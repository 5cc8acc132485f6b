//! Refusals on the record: in the chain of those whom it concerns, once a minute for the same.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ledger::Chain;
use uuid::Uuid;

use super::Passage;
use crate::caller::Actor;
use crate::limits::network;
use crate::record;
use crate::refusal::Refusal;
use crate::store::{self, Store};
use crate::time::Time;

/// The same refusal within this time is counted, not repeated.
const REPEAT_SECONDS: i64 = 60;
/// Refusals remembered at the most.
const REMEMBERED_MAX: usize = 10_000;

/// Who tried what on which objects, and why not.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Tried {
    who: String,
    action: &'static str,
    objects: Vec<Uuid>,
    why: &'static str,
}

/// What was recorded lately: when, and how often it came again since.
#[derive(Default)]
pub(super) struct Repeats(Mutex<HashMap<Tried, (Time, u32)>>);

impl Repeats {
    /// Whether to record it now, with the number of times that it was not recorded before.
    fn due(&self, tried: &Tried, now: Time) -> Option<u32> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED_MAX {
            seen.retain(|_, (at, _)| now.seconds_since(*at) < REPEAT_SECONDS);
            if seen.len() >= REMEMBERED_MAX {
                seen.clear();
            }
        }
        match seen.get_mut(tried) {
            Some((at, repeats)) if now.seconds_since(*at) < REPEAT_SECONDS => {
                *repeats += 1;
                None
            }
            Some(entry) => {
                let repeats = entry.1;
                *entry = (now, 0);
                Some(repeats)
            }
            None => {
                seen.insert(tried.clone(), (now, 0));
                Some(0)
            }
        }
    }

    /// It was not recorded after all, so the next one is.
    fn forget(&self, tried: &Tried) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(tried);
    }
}

impl Passage<'_> {
    /// Writes a refusal down before it is answered. If it cannot be written the refusal stands all the same.
    pub(super) async fn record_refusal(&self, why: &Refusal) {
        let who = match self.doer().actor {
            Actor::Person(id) => format!("person {id}"),
            Actor::Token { token, .. } => format!("token {token}"),
            Actor::Console => "console".to_owned(),
            Actor::Job(job) => format!("job {job}"),
            Actor::Anyone => format!("address {}", self.request.origin.address.map(network).unwrap_or_default()),
        };
        // Who is unknown or too fast may make up ids without end: whatever they are, it is one try again and again.
        let endless = self.doer().actor == Actor::Anyone || matches!(why, Refusal::TooMany { .. });
        let objects = if endless { Vec::new() } else { self.request.ids.0.iter().map(|(_, id)| *id).collect() };
        let tried = Tried { who, action: self.entry.spec.name, objects, why: why.word() };
        let Some(repeats) = self.door.refused.due(&tried, self.now) else { return };
        if let Err(error) = self.write_refusal(why, repeats).await {
            tracing::error!(%error, action = self.entry.spec.name, "a refusal could not be recorded");
            self.door.refused.forget(&tried);
        }
    }

    async fn write_refusal(&self, why: &Refusal, repeats: u32) -> store::Result<()> {
        let written = Store::twice(|alone| async move {
            let mut tx = self.door.parts.store.write(alone).await?;
            let chains = self.chains_of_refusal(&mut tx).await?;
            record::refusal(&mut tx, &self.context(), self.doer(), self.standing, &chains, why, repeats).await?;
            tx.commit().await
        });
        written.await
    }

    /// Where the caller has any standing, the place's chain; else that of each of his organisations; else his
    /// account's; of somebody unknown the installation's.
    async fn chains_of_refusal(&self, tx: &mut store::Tx) -> store::Result<Vec<Chain>> {
        let installation = self.door.installation;
        if let Some(place) = self.place
            && !self.standing.only_anyone()
        {
            return Ok(vec![place.chain(installation)]);
        }
        let organisations = self.door.parts.grounds.organisations(tx, self.doer()).await?;
        if !organisations.is_empty() {
            return Ok(organisations.into_iter().map(Chain::Organisation).collect());
        }
        Ok(vec![match self.doer().actor.person() {
            Some(person) => Chain::Account(person),
            None => Chain::Installation(installation),
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_within_a_minute_are_counted() {
        let repeats = Repeats::default();
        let tried = || Tried { who: "a".to_owned(), action: "b", objects: vec![], why: "forbidden" };
        let at = |second: i64| Time(second * 1_000_000);
        assert_eq!(repeats.due(&tried(), at(0)), Some(0));
        assert_eq!(repeats.due(&tried(), at(30)), None);
        assert_eq!(repeats.due(&tried(), at(59)), None);
        assert_eq!(repeats.due(&tried(), at(61)), Some(2));
        assert_eq!(repeats.due(&tried(), at(62)), None);
    }
}
