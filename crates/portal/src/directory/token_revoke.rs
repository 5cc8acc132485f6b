//! `directory.token.revoke`: the directory acts by it no more.

use door::store::{self, Tx};
use door::{Action, Caller, Change, Ids, Permitted, Place, Record, Result, Spec, Target, Verb, Way, Write, values};

use super::{Directory, KEEPERS};
use crate::identity::TOKEN;
use crate::ids::TokenId;
use crate::nothing::Nothing;

/// Ends a token of the directory.
pub struct RevokeDirectoryToken;

/// A token of the directory.
pub struct DirectoryToken {
    id: TokenId,
    directory: Directory,
    revision: i64,
}

impl Target for DirectoryToken {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Ok(id), Some(directory)) = (ids.get("token"), Directory::load(tx, caller, ids).await?) else {
            return Ok(None);
        };
        let sql =
            "SELECT t.id AS id, t.rev AS rev FROM token t WHERE t.id = $1 AND t.person = $2 AND t.organisation = $3";
        let row = tx.target(sql, values![id, directory.service, directory.organisation]).await?;
        row.map(|row| Ok(Self { id: row.get("id")?, directory, revision: row.get("rev")? })).transpose()
    }

    fn place(&self) -> Place {
        self.directory.place()
    }
}

impl Action for RevokeDirectoryToken {
    type Target = DirectoryToken;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.token.revoke",
        "Ends a token of the organisation's directory.",
        Way::Http(Verb::Delete, "/directory/tokens/{token}"),
        KEEPERS,
    )
    .in_maintenance()
    .in_closing();
}

impl Change for RevokeDirectoryToken {
    async fn change(
        _: &Nothing,
        token: &Permitted<DirectoryToken>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        write.keep("DELETE FROM token_seen WHERE token = $1", values![token.id]).await?;
        write.delete(TOKEN, token.id.0, token.revision, "DELETE FROM token WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("token", token.id.0).and("directory", token.directory.id.0)))
    }
}
