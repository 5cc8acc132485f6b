//! `token.revoke`: it acts no more.

use door::store::{self, Tx};
use door::{
    Action, Caller, Change, Ids, Permitted, Place, Record, Relation, Relations, Result, Spec, Target, Verb, Way, Write,
    values,
};

use super::TOKEN;
use crate::ids::{OrganisationId, PersonId, TokenId};
use crate::nothing::Nothing;

/// Ends a token of one's own.
pub struct Revoke;

/// A token.
pub struct Token {
    id: TokenId,
    person: PersonId,
    organisation: OrganisationId,
    revision: i64,
}

impl Target for Token {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(id) = ids.get("token") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.person AS person, t.organisation AS organisation, t.rev AS rev FROM token t \
                   WHERE t.id = $1 AND t.person = $2";
        let row = tx.target(sql, values![id, caller.actor.person()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                person: row.get("person")?,
                organisation: row.get("organisation")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place::account(self.person.0)
    }
}

impl Action for Revoke {
    type Target = Token;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "token.revoke",
        "Ends an API token of one's own.",
        Way::Http(Verb::Delete, "/account/tokens/{token}"),
        Relations::of(&[Relation::SELF]),
    )
    .in_maintenance();
}

impl Change for Revoke {
    async fn change(_: &Nothing, token: &Permitted<Token>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        write.keep("DELETE FROM token_seen WHERE token = $1", values![token.id]).await?;
        write.delete(TOKEN, token.id.0, token.revision, "DELETE FROM token WHERE id = $1 AND rev = $2")?;
        let place = Place::organisation(token.organisation.0);
        Ok((Nothing {}, Record::on("token", token.id.0).and("person", token.person.0).at(place)))
    }
}
