//! `password.link.send`: a link to set a new password, for who has forgotten it.

use door::{Action, Change, Limit, Per, Permitted, Place, Record, Relation, Relations, Result, Spec, Verb, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::Mail;
use crate::identity::Anywhere;
use crate::links::{Asked, PASSWORD_SECONDS, Purpose};
use crate::mail::{Reader, password_link};
use crate::nothing::Nothing;

/// Sends a link.
pub struct SendPasswordLink;

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkWanted {
    /// The mail address.
    pub mail: Mail,
}

impl Action for SendPasswordLink {
    type Target = Anywhere;
    type Input = LinkWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "password.link.send",
        "Sends a link to set a new password, if there is an account with this mail address. The answer is the same if there is \
         none, and so is the work.",
        Way::Http(Verb::Post, "/password/link"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[
        Limit { times: 30, seconds: 60, per: Per::Address },
        // Nobody fills somebody else's letter box: so many an hour, wherever they are asked from.
        Limit { times: 3, seconds: 300, per: Per::Field("mail") },
        Limit { times: 10, seconds: 3600, per: Per::FieldOfStrangers("mail") },
    ]);
}

impl Change for SendPasswordLink {
    async fn change(input: &LinkWanted, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let asked = Asked::by_mail(write, input.mail.as_str()).await?;
        let token = asked.link(write, Purpose::Password, PASSWORD_SECONDS).await?;
        let reader = Reader { person: asked.person, mail: input.mail.as_str() };
        password_link(write, &reader, &token).await?;
        let record = match asked.person {
            Some(person) => Record::on("person", person.0).at(Place::account(person.0)),
            None => Record::of_nothing(),
        };
        Ok((Nothing {}, record))
    }
}
