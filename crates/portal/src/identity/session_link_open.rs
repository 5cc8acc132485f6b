//! `session.link.open`: signing in with a link from a letter. It says that somebody reads that mail in the browser that asked
//! for it, which is one factor: whoever has a second one is asked for it as after the password, and what asks for a proof of
//! now asks for password or code.

use door::{
    Action, Limit, Per, Permitted, Read, Receive, Record, Relation, Relations, Result, Spec, Verb, Way, Write, values,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::factor::Proof;
use super::session_open::{Beginning, tell_of_new};
use super::{Anywhere, PERSON, SessionOpened};
use crate::links::{self, Purpose, Taken};

/// Signs somebody in with a link.
pub struct OpenByLink;

/// Both halves of the link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkShown {
    /// The secret that came by mail.
    pub token: String,
    /// What the browser or program that asked was given.
    pub secret: String,
}

impl Action for OpenByLink {
    type Target = Anywhere;
    type Input = LinkShown;
    type Output = SessionOpened;
    const SPEC: Spec = Spec::new(
        "session.link.open",
        "Signs in with a link that works once, in the browser that asked for it. It is one factor, and no proof for what asks \
         for one.",
        Way::Http(Verb::Post, "/session/link/open"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 60, seconds: 60, per: Per::Address }])
    .secret()
    .in_maintenance();
}

/// The link, and the sign-in that may come of it.
pub struct Ready {
    shown: LinkShown,
    beginning: Beginning,
}

impl Receive for OpenByLink {
    type Ready = Ready;

    async fn ready(input: LinkShown, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        Ok(Ready { shown: input, beginning: Beginning::of(read.origin(), Proof::Mail) })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        // The account is held, so that a change of its password or mail address comes wholly before, and has made the link good
        // for nothing, or wholly after, and ends this sign-in with the others.
        let LinkShown { token, secret } = &ready.shown;
        let Taken { person, revision, .. } = links::take(write, Purpose::SignIn, token, Some(secret)).await?;
        // Whoever has the link reads that mail: it went there and nowhere else.
        let proved = "SELECT id FROM person WHERE id = $1 AND mail_proved_at IS NOT NULL";
        if write.maybe(proved, values![person]).await?.is_none() {
            let prove = "UPDATE person SET rev = $2, mail_proved_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            let now = write.now();
            write.update(PERSON, person.0, revision, prove, values![now]).await?;
        }
        let (opened, record) = ready.beginning.open(write, person).await?;
        tell_of_new(write, person, opened.id, &ready.beginning.browser()).await?;
        Ok((opened, record))
    }
}
