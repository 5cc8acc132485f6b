//! `account.mail.ask`: another mail address, once a link that goes there was followed.

use door::{Action, Change, Limit, Per, Permitted, Record, Relation, Relations, Result, Spec, Verb, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::Mail;
use crate::identity::Own;
use crate::links::{Asked, MAIL_SECONDS, Purpose};
use crate::mail::{Reader, mail_link};
use crate::nothing::Nothing;

/// Asks for another mail address.
pub struct AskMail;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailWanted {
    /// The new address.
    pub mail: Mail,
}

impl Action for AskMail {
    type Target = Own;
    type Input = MailWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "account.mail.ask",
        "Sends a link to a new mail address. It becomes the account's once the link was followed; until then nothing changes. The \
         answer is the same when the address is somebody else's, who gets no letter.",
        Way::Http(Verb::Post, "/account/mail"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 60, seconds: 60, per: Per::Address },
        // Nobody fills somebody else's letter box, or asks for one address after the other who has an account here.
        Limit { times: 10, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh();
}

impl Change for AskMail {
    async fn change(input: &MailWanted, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let asked = Asked::to_move(write, own.0, input.mail.as_str()).await?;
        let token = asked.link(write, Purpose::Mail, MAIL_SECONDS).await?;
        let reader = Reader { person: asked.person, mail: input.mail.as_str() };
        mail_link(write, &reader, &token).await?;
        Ok((Nothing {}, Record::on("person", own.0.0)))
    }
}
