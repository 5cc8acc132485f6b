//! Erasing what the record holds about a person, so that it stays provable that something was there, and is gone by right.
//!
//! A body holds only commitments; the values lie beside it with their salts. Erasing takes value and salt away and leaves a
//! mark that names the event of the erasure. A value that is gone without such a mark was taken away by somebody else.

use ledger::Hash;
use ledger::event::{Outcome, Performer, PublicValue, Thing};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Keeper;
use super::hand_over::own_draft;
use super::high_water::{self, Erased};
use super::sign::SealError;
use super::write;
use crate::store::{Error, Result, Tx};
use crate::values;

/// The event of an erasure.
pub const ERASE: &str = "privacy.erase";
/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// A value about a person as it lies beside its event, or the mark that it was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The name under `pii` in the body.
    pub(super) field: String,
    /// Whom it is about.
    pub(super) subject: Uuid,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) salt: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) value: Option<String>,
    /// The id of the event of the erasure.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) erased: Option<Uuid>,
}

/// What an erasure took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Values.
    pub values: u64,
    /// Events that they lay beside.
    pub events: u64,
}

impl Keeper<'_> {
    /// Erases every value that the record holds about somebody, and records that. `basis` is a word: `request`,
    /// `art17-1-a`, `replayed`. Listed beside the high-water file first, so that a restored backup can be erased again.
    ///
    /// # Errors
    /// See [`SealError`]; nothing was erased then.
    pub async fn erase(&self, subject: Uuid, basis: &'static str) -> std::result::Result<Erasure, SealError> {
        let now = self.now;
        if let Some(sealer) = self.sealer {
            high_water::add_erased(&sealer.high_water, Erased { subject, at: now })?;
        }
        let mut tx = self.store.write(true).await?;
        let draft = own_draft(self.installation, self.observer, now, ERASE)
            .actor(Performer::console())
            .target(Thing { kind: "person", id: subject })
            .fact("subject", subject)
            .fact("basis", PublicValue::word(basis));
        let id = draft.id();
        let erasure = take_away(&mut tx, subject, id).await?;
        let draft = draft.fact("values", number(erasure.values)).fact("events", number(erasure.events));
        write::insert(&mut tx, draft, Outcome::Done).await?;
        tx.commit().await?;
        self.store.forget().await?;
        Ok(erasure)
    }

    /// Erases everybody once more who stands in the list beside the high-water file and whose values are there again: after
    /// a backup was put back. Gives whom.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn replay_erasures(&self) -> std::result::Result<Vec<Uuid>, SealError> {
        let Some(sealer) = self.sealer else { return Ok(Vec::new()) };
        let mut listed: Vec<Uuid> = sealer.erased()?.iter().map(|erased| erased.subject).collect();
        listed.sort_unstable();
        listed.dedup();
        let mut again = Vec::new();
        for subject in listed {
            let found = first_page(&mut self.store.read().await?, subject, 0).await?;
            let there = found.iter().any(|(_, kept)| kept.iter().any(|kept| is_value_of(kept, subject)));
            if there {
                self.erase(subject, "replayed").await?;
                again.push(subject);
            }
        }
        Ok(again)
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn is_value_of(kept: &Kept, subject: Uuid) -> bool {
    kept.subject == subject && kept.erased.is_none()
}

/// Events after `after` that hold something of this person, in order.
async fn first_page(tx: &mut Tx, subject: Uuid, after: i64) -> Result<Vec<(i64, Vec<Kept>)>> {
    let page = "SELECT n, private FROM event WHERE n > $1 AND private LIKE $2 ORDER BY n LIMIT $3";
    let rows = tx.all(page, values![after, format!("%\"{subject}\"%"), PAGE]).await?;
    let read = |row: &crate::store::Row| {
        let n: i64 = row.get("n")?;
        let kept = serde_json::from_str(&row.get::<String>("private")?);
        Ok((n, kept.map_err(|_| Error::Other(format!("event {n}: the values beside it cannot be read")))?))
    };
    rows.iter().map(read).collect()
}

async fn take_away(tx: &mut Tx, subject: Uuid, by: Uuid) -> Result<Erasure> {
    let (mut erasure, mut after) = (Erasure::default(), 0);
    loop {
        let page = first_page(tx, subject, after).await?;
        let rows = page.len();
        for (n, mut kept) in page {
            after = n;
            let mut values = 0;
            for kept in kept.iter_mut().filter(|kept| is_value_of(kept, subject)) {
                (kept.salt, kept.value, kept.erased) = (None, None, Some(by));
                values += 1;
            }
            if values > 0 {
                let left = serde_json::to_string(&kept).map_err(|error| Error::Other(error.to_string()))?;
                tx.run("UPDATE event SET private = $2 WHERE n = $1", values![n, left]).await?;
                erasure.values += values;
                erasure.events += 1;
            }
        }
        if (rows as i64) < PAGE {
            return Ok(erasure);
        }
    }
}
