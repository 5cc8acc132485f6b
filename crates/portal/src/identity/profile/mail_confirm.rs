//! `account.mail.confirm`: the new address is the account's own, for whoever reads what goes there and is signed in.

use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write, values,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::identity::{Own, PERSON};
use crate::links::{self, Purpose};
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Takes another mail address.
pub struct ConfirmMail;

/// The link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailProof {
    /// The secret of the link.
    pub token: String,
}

impl Action for ConfirmMail {
    type Target = Own;
    type Input = MailProof;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "account.mail.confirm",
        "Makes a new mail address the account's own, by the link that went there and the sign-in of whoever asked for it.",
        Way::Http(Verb::Post, "/account/mail/confirm"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[Limit { times: 30, seconds: 60, per: Per::Address }]);
}

impl Change for ConfirmMail {
    async fn change(input: &MailProof, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let taken = links::take(write, Purpose::Mail, &input.token, None).await?;
        let (Some(mail), true) = (taken.mail, taken.person == own.0) else { return Err(Refusal::NoMatch) };
        // To the old address: whoever reads that one hears of it while it still counts.
        tell(write, own.0, News::MailChanged { to: &mail }).await?;
        let set =
            "UPDATE person SET rev = $2, mail = $3, mail_proved_at = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        match write.update(PERSON, own.0.0, taken.revision, set, values![mail.as_str(), write.now()]).await {
            // Somebody else got it in the meantime.
            Err(Refusal::Conflict("exists")) => return Err(Refusal::NoMatch),
            other => other?,
        };
        Ok((Nothing {}, Record::on("person", own.0.0)))
    }
}
