//! What the record holds of one change of one row, for somebody who is to keep it and check it without us: a receipt.

use ledger::commitment::Salt;
use uuid::Uuid;

use super::erase::Kept;
use super::prove::{Proved, prove_in};
use crate::permit::{Read, Recorded};
use crate::refusal::{Refusal, Result};
use crate::values;

/// One change of one row.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The event's number.
    pub n: i64,
    /// The event's body, as it was hashed.
    pub body: Vec<u8>,
    /// The values about people that the body only commits to, as far as they have not been erased.
    pub values: Vec<OpenValue>,
    /// Its place in the sealed log. `None` until the next checkpoint covers it.
    pub proved: Option<Proved>,
    /// The log's public key as text.
    pub key: String,
}

/// A value with the salt of its commitment ([`ledger::commitment::of_value`]).
#[derive(Debug, Clone)]
pub struct OpenValue {
    /// The field of the event.
    pub field: String,
    /// The salt.
    pub salt: Salt,
    /// The value.
    pub value: String,
}

/// What the record holds of a row's move to a revision. `None` when it never had that revision, or the body was dropped.
///
/// The action must have decided that the caller may know all of it: the values about people are in it.
///
/// # Errors
/// [`Refusal::Broken`] when what is stored cannot be a log, or this portal has no key.
pub async fn evidence(read: &mut Read<'_>, table: Recorded, id: Uuid, revision: i64) -> Result<Option<Evidence>> {
    let sealer = read.parts.sealer.clone().ok_or(Refusal::Broken)?;
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "an event cannot be shown to others");
        Refusal::Broken
    };
    let sql = "SELECT e.n AS n, e.body AS body, e.private AS private FROM change c JOIN event e ON e.n = c.n \
               WHERE c.entity = $1 AND c.pk = $2 AND c.rev = $3";
    let Some(row) = read.maybe(sql, values![table.entity, id, revision]).await? else { return Ok(None) };
    let n = row.get("n")?;
    let private = row.get::<Option<String>>("private")?;
    let kept = private.map_or(Ok(Vec::new()), |private| serde_json::from_str::<Vec<Kept>>(&private));
    let open = |kept: Kept| Some(OpenValue { field: kept.field, salt: Salt::new(kept.salt?.0), value: kept.value? });
    let values = kept.map_err(|error| broken(&error))?.into_iter().filter_map(open).collect();
    let proved = prove_in(read.tx()?, &sealer, n).await?;
    let key = sealer.key().map_err(|error| broken(&error))?.verifier().to_string();
    Ok(Some(Evidence { n, body: row.get("body")?, values, proved, key }))
}
