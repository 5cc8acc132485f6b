//! A client named in a path.

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Target, values};

use crate::ids::{ClientId, OrganisationId};

/// A client of the organisation that the caller is in.
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// Whose client it is.
    pub organisation: OrganisationId,
    /// What it is called.
    pub name: String,
    /// Whether it is archived.
    pub archived: bool,
    /// Its revision.
    pub revision: i64,
}

impl Client {
    /// The state of one that work is done for.
    pub const SERVED: &str = "served";
    /// The state of one that is archived.
    pub const ARCHIVED: &str = "archived";
}

impl Target for Client {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("client"), caller.organisation) else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.name AS name, \
                   t.archived_at IS NOT NULL AS archived, t.rev AS rev FROM client t \
                   WHERE t.id = $1 AND t.organisation = $2";
        let row = tx.target(sql, values![id, organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                name: row.get("name")?,
                archived: row.get("archived")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place { organisation: Some(self.organisation.0), client: Some(self.id.0), ..Place::INSTALLATION }
    }

    fn state(&self) -> &'static str {
        if self.archived { Self::ARCHIVED } else { Self::SERVED }
    }
}
