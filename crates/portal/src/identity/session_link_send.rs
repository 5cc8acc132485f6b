//! `session.link.send`: a link that signs in, for who would rather look into the mail than type a password.

use door::{
    Action, Change, Limit, Per, Permitted, Place, Record, Relation, Relations, Result, Spec, Time, Verb, Way, Write,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Mail;
use crate::identity::Anywhere;
use crate::links::{Asked, Purpose, SIGN_IN_SECONDS};
use crate::mail::{Reader, sign_in_link};
use crate::secret;

/// Sends a link to sign in with.
pub struct SendSignInLink;

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInLinkWanted {
    /// The mail address.
    pub mail: Mail,
}

/// The half of it that does not go by mail.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInLinkSent {
    /// What the browser or program that asked keeps, and shows beside the link.
    pub secret: String,
    /// Until when the link is good, if there is one.
    pub expires_at: Time,
}

impl Action for SendSignInLink {
    type Target = Anywhere;
    type Input = SignInLinkWanted;
    type Output = SignInLinkSent;
    const SPEC: Spec = Spec::new(
        "session.link.send",
        "Sends a link to sign in with, if there is an account with this mail address. It is good in the browser that asked. The \
         answer is the same if there is no account, and so is the work.",
        Way::Http(Verb::Post, "/session/link"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[
        Limit { times: 30, seconds: 60, per: Per::Address },
        // Nobody fills somebody else's letter box: so many an hour, wherever they are asked from.
        Limit { times: 3, seconds: 300, per: Per::Field("mail") },
        Limit { times: 10, seconds: 3600, per: Per::FieldOfStrangers("mail") },
        // And nobody who does so keeps its owner out, whose devices are known.
        Limit { times: 10, seconds: 3600, per: Per::FieldOfKnown("mail") },
    ])
    .secret()
    .in_maintenance();
}

impl Change for SendSignInLink {
    async fn change(
        input: &SignInLinkWanted,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(SignInLinkSent, Record)> {
        let (secret, browser) = secret::fresh(false);
        let asked = Asked::by_mail(write, input.mail.as_str()).await?.in_browser(browser);
        let token = asked.link(write, Purpose::SignIn, SIGN_IN_SECONDS).await?;
        let reader = Reader { person: asked.person, mail: input.mail.as_str() };
        sign_in_link(write, &reader, &token).await?;
        let record = match asked.person {
            Some(person) => Record::on("person", person.0).at(Place::account(person.0)),
            None => Record::of_nothing(),
        };
        let expires_at = write.now().plus_seconds(SIGN_IN_SECONDS);
        Ok((SignInLinkSent { secret: secret.to_string(), expires_at }, record))
    }
}
