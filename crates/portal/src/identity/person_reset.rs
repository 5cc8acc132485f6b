//! `person.reset`: a link to set a new password by the operator's hand, for whoever gets no mail.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Time, Way, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Anywhere;
use crate::fields::Mail;
use crate::links::{Asked, PASSWORD_SECONDS, Purpose};

/// Makes a link.
pub struct ResetPerson;

/// For whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The mail address.
    pub mail: Mail,
}

/// A link, shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkMade {
    /// Its path: where the portal is stands before it.
    pub path: String,
    /// Until when it works.
    pub expires_at: Time,
}

impl Action for ResetPerson {
    type Target = Anywhere;
    type Input = Whose;
    type Output = LinkMade;
    const SPEC: Spec = Spec::new(
        "person.reset",
        "Makes a link to set a new password, to be handed over by whoever runs the portal and knows for whom it is.",
        Way::Console("person.reset"),
        Relations::of(&[Relation::CONSOLE]),
    )
    .secret();
}

impl Change for ResetPerson {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(LinkMade, Record)> {
        let asked = Asked::by_mail(write, input.mail.as_str()).await?;
        let person = asked.person.ok_or_else(|| Refusal::field("mail", "is nobody's who is active anywhere"))?;
        let token = asked.link(write, Purpose::Password, PASSWORD_SECONDS).await?;
        let path = format!("/password/reset/{}", token.as_str());
        let expires_at = write.now().plus_seconds(PASSWORD_SECONDS);
        let record = Record::on("person", person.0).at(Place::account(person.0));
        Ok((LinkMade { path, expires_at }, record))
    }
}
