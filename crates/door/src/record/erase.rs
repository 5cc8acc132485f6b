//! Erasing what the record holds about a person, or about anybody in the chain of an organisation or a client that has ended,
//! so that it stays provable that something was there, and is gone by right.
//!
//! A body holds only commitments; the values lie beside it with their salts. Erasing takes value and salt away and leaves a
//! mark that names the event of the erasure. A value that is gone without such a mark was taken away by somebody else.

use ledger::event::{Draft, Outcome, Performer, PublicValue, Thing};
use ledger::{Chain, Hash};
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
/// The fact that says that a whole chain is meant, and of which kind it is; whose it is says `subject`.
pub(super) const CHAIN_FACT: &str = "chain";
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

/// Which values an erasure takes away.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// Those about a person, wherever they lie.
    Person(Uuid),
    /// Those beside the events of a chain, whomever they are about.
    Chain(Chain),
}

impl Of {
    const fn meets(self, kept: &Kept) -> bool {
        kept.erased.is_none()
            && match self {
                Self::Person(subject) => kept.subject.as_u128() == subject.as_u128(),
                Self::Chain(_) => true,
            }
    }
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
        let draft = own_draft(self.installation, self.observer, self.now, ERASE)
            .actor(Performer::console())
            .target(Thing { kind: "person", id: subject })
            .fact("subject", subject)
            .fact("basis", PublicValue::word(basis));
        self.erase_of(Of::Person(subject), subject, draft).await
    }

    /// Erases every value that lies beside the events of an organisation's or a client's chain, whomever it is about: the
    /// chain's owner has ended. Recorded, and listed beside the high-water file, as one person's.
    ///
    /// # Errors
    /// See [`SealError`]; nothing was erased then. [`SealError::Kept`] for any other chain.
    pub async fn erase_chain(&self, chain: &Chain, basis: &'static str) -> std::result::Result<Erasure, SealError> {
        let owner = owner_that_ends(chain).ok_or(SealError::Kept)?;
        let draft = own_draft(self.installation, self.observer, self.now, ERASE)
            .actor(Performer::job())
            .target(Thing { kind: chain.kind(), id: owner })
            .fact("subject", owner)
            .fact(CHAIN_FACT, PublicValue::word(chain.kind()))
            .fact("basis", PublicValue::word(basis));
        self.erase_of(Of::Chain(*chain), owner, draft).await
    }

    async fn erase_of(&self, of: Of, subject: Uuid, draft: Draft) -> std::result::Result<Erasure, SealError> {
        if let Some(sealer) = self.sealer {
            high_water::add_erased(&sealer.high_water, Erased { subject, at: self.now })?;
        }
        let mut tx = self.store.write(true).await?;
        let erasure = take_away(&mut tx, of, draft.id()).await?;
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
            // A number in the list is a person's, an organisation's or a client's: it is found where it has values.
            let (organisation, client) = (Chain::Organisation(subject), Chain::Client(subject));
            let mut there = false;
            if self.has_values(Of::Person(subject)).await? {
                self.erase(subject, "replayed").await?;
                there = true;
            }
            for chain in [organisation, client] {
                if self.has_values(Of::Chain(chain)).await? {
                    self.erase_chain(&chain, "replayed").await?;
                    there = true;
                }
            }
            if there {
                again.push(subject);
            }
        }
        Ok(again)
    }

    /// Whether there is anything to take away. What happened after the erasure was not meant by it, but whoever has ended has
    /// nothing happen any more.
    async fn has_values(&self, of: Of) -> Result<bool> {
        let found = first_page(&mut self.store.read().await?, of, 0).await?;
        Ok(found.iter().any(|(_, kept)| kept.iter().any(|kept| of.meets(kept))))
    }
}

/// Whose chain it is, if that one can end.
pub(super) fn owner_that_ends(chain: &Chain) -> Option<Uuid> {
    matches!(chain, Chain::Organisation(_) | Chain::Client(_)).then(|| chain.owner())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Events after `after` that have something of this beside them, in order.
async fn first_page(tx: &mut Tx, of: Of, after: i64) -> Result<Vec<(i64, Vec<Kept>)>> {
    let rows = match of {
        Of::Person(subject) => {
            let page = "SELECT n, private FROM event WHERE n > $1 AND private LIKE $2 ORDER BY n LIMIT $3";
            tx.all(page, values![after, format!("%\"{subject}\"%"), PAGE]).await?
        }
        Of::Chain(chain) => {
            let page =
                "SELECT n, private FROM event WHERE n > $1 AND chain = $2 AND private IS NOT NULL ORDER BY n LIMIT $3";
            tx.all(page, values![after, chain.to_string(), PAGE]).await?
        }
    };
    let read = |row: &crate::store::Row| {
        let n: i64 = row.get("n")?;
        let kept = serde_json::from_str(&row.get::<String>("private")?);
        Ok((n, kept.map_err(|_| Error::Other(format!("event {n}: the values beside it cannot be read")))?))
    };
    rows.iter().map(read).collect()
}

async fn take_away(tx: &mut Tx, of: Of, by: Uuid) -> Result<Erasure> {
    let (mut erasure, mut after) = (Erasure::default(), 0);
    loop {
        let page = first_page(tx, of, after).await?;
        let rows = page.len();
        for (n, mut kept) in page {
            after = n;
            let mut values = 0;
            for kept in kept.iter_mut().filter(|kept| of.meets(kept)) {
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
