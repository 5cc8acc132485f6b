//! An incident, found inside the caller's organisation.

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Target, Time, values};
use uuid::Uuid;

use super::State;
use crate::ids::OrganisationId;

/// An incident.
pub struct Incident {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it is called.
    pub title: String,
    /// When it was noticed.
    pub noticed_at: Time,
    /// Whether it is over.
    pub state: State,
    /// Its revision.
    pub revision: i64,
}

impl Target for Incident {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Ok(id) = ids.get("incident") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.title AS title, t.noticed_at AS noticed_at, \
                   t.state AS state, t.rev AS rev FROM incident t WHERE t.id = $1 AND t.organisation = $2";
        let row = tx.target(sql, values![id, caller.organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                title: row.get("title")?,
                noticed_at: row.get("noticed_at")?,
                state: row.get("state")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place::organisation(self.organisation.0)
    }

    fn state(&self) -> &'static str {
        self.state.word()
    }
}
