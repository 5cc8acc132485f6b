//! `person.delete`: the operator's hand, for somebody who asked an organisation for it and cannot sign in any more.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::Asked;
use super::{DELETION, SOLE_OWNER};
use crate::fields::Mail;
use crate::identity::Anywhere;

/// Ends somebody's account.
pub struct DeletePerson;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// Their mail address.
    pub mail: Mail,
}

impl Action for DeletePerson {
    type Target = Anywhere;
    type Input = Whom;
    type Output = Asked;
    const SPEC: Spec = Spec::new(
        "person.delete",
        "Ends somebody's account without a time to think again: it is erased within the hour.",
        Way::Console("person.delete"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for DeletePerson {
    async fn change(input: &Whom, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Asked, Record)> {
        let row = write.maybe("SELECT id FROM person WHERE mail = $1", values![input.mail.as_str()]).await?;
        let person: Uuid = row.ok_or(Refusal::NotFound)?.get("id")?;
        if write.maybe(SOLE_OWNER, values![person]).await?.is_some() {
            return Err(Refusal::Conflict("last_owner"));
        }
        let now = write.now();
        let asked = "SELECT id, rev FROM account_deletion WHERE person = $1";
        if let Some(row) = write.maybe(asked, values![person]).await? {
            let sooner = "UPDATE account_deletion SET rev = $2, due_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(DELETION, row.get("id")?, row.get("rev")?, sooner, values![now]).await?;
        } else {
            let id = write.id();
            let insert = "INSERT INTO account_deletion (id, rev, salt, person, asked_at, due_at) \
                          VALUES ($1, $2, $3, $4, $5, $5) RETURNING *";
            write.insert(DELETION, id, insert, values![person, now]).await?;
        }
        Ok((Asked { due_at: now }, Record::on("person", person)))
    }
}
