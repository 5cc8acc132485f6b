//! A webhook of an organisation: where its record is sent, and with which secret it is signed.

use door::store::{self, Row, Tx};
use door::{Caller, Ids, Place, Read, Recorded, Result, Target, Time, values};
use uuid::Uuid;

use super::webhook::{Key, OLD_SECRET_SECONDS};
use crate::ids::OrganisationId;
use crate::vault::Safe;

/// The table of webhooks.
pub const WEBHOOK: Recorded = Recorded { table: "webhook", entity: 60 };

/// A webhook. Its secret stands nowhere: it is derived from the installation's key, the webhook and a number that a
/// rotation counts up.
#[derive(Debug, Clone)]
pub struct Hook {
    pub(super) id: Uuid,
    pub(super) organisation: OrganisationId,
    pub(super) url: String,
    pub(super) generation: i64,
    pub(super) rotated_at: Time,
    pub(super) revision: i64,
}

impl Target for Hook {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(id) = ids.get("webhook") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.url AS url, t.generation AS generation, \
                   t.rotated_at AS rotated_at, t.rev AS rev FROM webhook t WHERE t.id = $1 AND t.organisation = $2";
        tx.target(sql, values![id, caller.organisation]).await?.as_ref().map(Self::read).transpose()
    }

    fn place(&self) -> Place {
        Place::organisation(self.organisation.0)
    }
}

impl Hook {
    pub(super) fn read(row: &Row) -> store::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            organisation: row.get("organisation")?,
            url: row.get("url")?,
            generation: row.get("generation")?,
            rotated_at: row.get("rotated_at")?,
            revision: row.get("rev")?,
        })
    }

    /// The one of this number, whosever it is: for the schedule.
    pub(super) async fn find(read: &mut Read<'_>, id: Uuid) -> Result<Option<Self>> {
        let sql = "SELECT w.id AS id, w.organisation AS organisation, w.url AS url, w.generation AS generation, \
                   w.rotated_at AS rotated_at, w.rev AS rev FROM webhook w WHERE w.id = $1";
        Ok(read.maybe(sql, values![id]).await?.as_ref().map(Self::read).transpose()?)
    }

    /// Under which name its place in the log is kept.
    pub(super) fn receiver(&self) -> String {
        format!("webhook/{}", self.id)
    }

    /// The secret of today.
    pub(super) fn key(&self, safe: &Safe) -> Result<Key> {
        safe.webhook_key(self.id, self.generation)
    }

    /// What to sign with: for a day after a rotation also the secret before it, so that no event is lost while the
    /// receiver is told.
    pub(super) fn keys(&self, safe: &Safe, now: Time) -> Result<Vec<Key>> {
        let mut keys = vec![self.key(safe)?];
        if 1 < self.generation && now.seconds_since(self.rotated_at) < OLD_SECRET_SECONDS {
            keys.push(safe.webhook_key(self.id, self.generation - 1)?);
        }
        Ok(keys)
    }
}
