//! A hold: what a dispute needs is not deleted, whatever its time.

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Target, values};
use uuid::Uuid;

use crate::ids::{ClientId, OrganisationId, ProjectId};

/// A hold, found inside the caller's organisation.
pub struct Hold {
    pub(super) id: Uuid,
    organisation: OrganisationId,
    pub(super) client: Option<ClientId>,
    pub(super) project: Option<ProjectId>,
    lifted: bool,
    pub(super) revision: i64,
}

impl Target for Hold {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Ok(id) = ids.get("hold") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.client AS client, t.project AS project, \
                   t.lifted_at AS lifted_at, t.rev AS rev FROM hold t WHERE t.id = $1 AND t.organisation = $2";
        let row = tx.target(sql, values![id, caller.organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                client: row.get("client")?,
                project: row.get("project")?,
                lifted: row.get::<Option<i64>>("lifted_at")?.is_some(),
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        // What is held is the organisation's own business: no client is told of a dispute by its record.
        Place::organisation(self.organisation.0)
    }

    fn state(&self) -> &'static str {
        if self.lifted { "lifted" } else { "held" }
    }
}
