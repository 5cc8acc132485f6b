//! Credentials: secrets that are handed over. The plaintext leaves through one action only.

mod list;
pub mod pages;
mod reveal;
mod safe;
mod store;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Target, values};

pub use list::{CredentialList, CredentialShown, List, SeenBy};
pub use reveal::{Reveal, Revealed};
pub use safe::{Cipher, MasterKey, Safe};
pub use store::{CredentialStored, Store};

use crate::ids::CredentialId;
use crate::projects::Project;

/// The table of credentials.
pub const CREDENTIAL: Recorded = Recorded { table: "credential", entity: 40 };
/// The table of who has seen which.
pub const REVEAL: Recorded = Recorded { table: "reveal", entity: 41 };

/// A credential: found only through its project.
pub struct Credential {
    /// Its project.
    pub project: Project,
    /// Its id.
    pub id: CredentialId,
    /// What it is for.
    pub title: String,
    /// The name that goes with it.
    pub username: String,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
}

impl Target for Credential {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Some(project), Ok(id)) = (Project::load(tx, caller, ids).await?, ids.get("credential")) else {
            return Ok(None);
        };
        let sql = "SELECT t.id AS id, t.title AS title, t.username AS username, t.sealed AS sealed FROM credential t \
                   WHERE t.project = $1 AND t.id = $2";
        let row = tx.target(sql, values![project.id, id]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                title: row.get("title")?,
                username: row.get("username")?,
                sealed: row.get("sealed")?,
                project,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        self.project.place()
    }

    fn state(&self) -> &'static str {
        self.project.state()
    }
}
