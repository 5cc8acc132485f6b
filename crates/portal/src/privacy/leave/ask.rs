//! `account.delete`: asks for the end of one's own account.

use door::{
    Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DELETION, GRACE_SECONDS, SOLE_OWNER};
use crate::fields::Mail;
use crate::identity::Own;

/// Asks for it.
pub struct DeleteAccount;

/// The mail address of the account, typed, so that nobody leaves by a slip of the finger.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// One's own mail address.
    pub mail: Mail,
}

/// When it will be done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// Until then it can be taken back.
    pub due_at: Time,
}

impl Action for DeleteAccount {
    type Target = Own;
    type Input = Typed;
    type Output = Asked;
    const SPEC: Spec = Spec::new(
        "account.delete",
        "Asks for the end of one's own account: it is done after 14 days, and can be taken back until then.",
        Way::Http(Verb::Post, "/account/deletion"),
        Relations::of(&[Relation::SELF]),
    )
    .fresh();
}

impl Change for DeleteAccount {
    async fn change(input: &Typed, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Asked, Record)> {
        let mail: String = write.one("SELECT mail FROM person WHERE id = $1", values![own.0]).await?.get("mail")?;
        if input.mail.as_str() != mail {
            return Err(Refusal::field("mail", "is not the mail address of this account"));
        }
        if write.maybe(SOLE_OWNER, values![own.0]).await?.is_some() {
            return Err(Refusal::Conflict("last_owner"));
        }
        let asked = "SELECT id FROM account_deletion WHERE person = $1";
        if write.maybe(asked, values![own.0]).await?.is_some() {
            return Err(Refusal::Conflict("asked_already"));
        }
        let (id, now) = (write.id(), write.now());
        let due_at = now.plus_seconds(GRACE_SECONDS);
        write
            .insert(
                DELETION,
                id,
                "INSERT INTO account_deletion (id, rev, salt, person, asked_at, due_at) \
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
                values![own.0, now, due_at],
            )
            .await?;
        Ok((Asked { due_at }, Record::on("person", own.0.0)))
    }
}
