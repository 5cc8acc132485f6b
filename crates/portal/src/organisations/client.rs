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
    /// Whether it is to be deleted.
    pub ending: bool,
    /// Its revision.
    pub revision: i64,
}

impl Client {
    /// The state of one that work is done for.
    pub const SERVED: &str = "served";
    /// The state of one that is archived.
    pub const ARCHIVED: &str = "archived";
    /// The state of one that is to be deleted.
    pub const ENDING: &str = "to_be_deleted";
}

impl Target for Client {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("client"), caller.organisation) else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.name AS name, \
                   t.archived_at IS NOT NULL AS archived, t.rev AS rev, \
                   EXISTS (SELECT 1 FROM ending e WHERE e.client = t.id) AS ending FROM client t \
                   WHERE t.id = $1 AND t.organisation = $2 AND NOT EXISTS \
                   (SELECT 1 FROM ending e WHERE e.client = t.id AND e.begun_at IS NOT NULL)";
        let row = tx.target(sql, values![id, organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                name: row.get("name")?,
                archived: row.get("archived")?,
                ending: row.get("ending")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place { organisation: Some(self.organisation.0), client: Some(self.id.0), ..Place::INSTALLATION }
    }

    fn state(&self) -> &'static str {
        match (self.ending, self.archived) {
            (true, _) => Self::ENDING,
            (false, true) => Self::ARCHIVED,
            (false, false) => Self::SERVED,
        }
    }
}
