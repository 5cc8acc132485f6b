//! What stands against an end: a hold, or a duty to document.

use door::store::{self, Row, Value};
use door::{Refusal, Result, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Whole;
use crate::fields::words;

words!(
    /// Why something cannot be deleted.
    KeptWhy {
        /// It is held for a dispute or by a duty, until an owner lifts that.
        Held = "held",
        /// A breach of personal data is not closed, which has to be documented until it is (GDPR article 33, 5).
        OpenIncident = "open_incident",
    }
);

/// Something that keeps a client or an organisation from being deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptBy {
    /// What it is.
    pub why: KeptWhy,
    /// The project or client that is held; nothing where it is everything, or no hold.
    pub what: Option<String>,
    /// The hold's reason, or the breach's title.
    pub reason: String,
}

impl KeptBy {
    /// Everything that keeps it: `$1` the organisation, `$2` the client where it is one that ends.
    pub(super) const SQL: &str = "SELECT 'held' AS why, coalesce(p.title, c.name) AS what, h.reason AS reason FROM hold h \
         LEFT JOIN project p ON p.id = h.project LEFT JOIN client c ON c.id = h.client \
         WHERE h.organisation = $1 AND h.lifted_at IS NULL \
         AND (h.client = $2 OR p.client = $2 OR (h.client IS NULL AND h.project IS NULL) OR $2 IS NULL) \
         UNION ALL SELECT 'open_incident', NULL, i.title FROM incident i \
         WHERE i.organisation = $1 AND i.state = 'open' AND $2 IS NULL";

    pub(super) fn values(whole: Whole) -> Vec<Value> {
        values![whole.organisation(), whole.client()]
    }

    pub(super) fn read(row: &Row) -> store::Result<Self> {
        Ok(Self { why: row.get("why")?, what: row.get("what")?, reason: row.get("reason")? })
    }
}

/// Refuses what is kept.
///
/// # Errors
/// [`Refusal::Conflict`] with why.
pub(super) async fn refuse_kept(write: &mut Write<'_>, whole: Whole) -> Result<()> {
    match write.maybe(KeptBy::SQL, KeptBy::values(whole)).await? {
        Some(row) => Err(Refusal::Conflict(KeptBy::read(&row)?.why.word())),
        None => Ok(()),
    }
}
