//! `service.token.revoke`: it acts no more.

use door::store::{self, Tx};
use door::{
    Action, Caller, Change, Ids, Permitted, Place, Record, Relations, Result, Spec, Target, Verb, Way, Write, values,
};

use super::Service;
use crate::identity::TOKEN;
use crate::ids::TokenId;
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};

/// Ends a token of a service.
pub struct RevokeServiceToken;

/// A token of a service.
pub struct ServiceToken {
    id: TokenId,
    service: Service,
    revision: i64,
}

impl Target for ServiceToken {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Ok(id), Some(service)) = (ids.get("token"), Service::load(tx, caller, ids).await?) else {
            return Ok(None);
        };
        let sql =
            "SELECT t.id AS id, t.rev AS rev FROM token t WHERE t.id = $1 AND t.person = $2 AND t.organisation = $3";
        let row = tx.target(sql, values![id, service.person, service.organisation]).await?;
        row.map(|row| Ok(Self { id: row.get("id")?, service, revision: row.get("rev")? })).transpose()
    }

    fn place(&self) -> Place {
        self.service.place()
    }
}

impl Action for RevokeServiceToken {
    type Target = ServiceToken;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "service.token.revoke",
        "Ends an API token of a service.",
        Way::Http(Verb::Delete, "/services/{service}/tokens/{token}"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .in_maintenance()
    .in_closing();
}

impl Change for RevokeServiceToken {
    async fn change(_: &Nothing, token: &Permitted<ServiceToken>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        write.keep("DELETE FROM token_seen WHERE token = $1", values![token.id]).await?;
        write.delete(TOKEN, token.id.0, token.revision, "DELETE FROM token WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("token", token.id.0).and("person", token.service.person.0)))
    }
}
