//! `session.passkey.open`: signing in with a passkey, without a password. It is a whole sign-in: whoever has the key was known by
//! what keeps it.

use door::{Action, Limit, Per, Permitted, Read, Receive, Record, Relation, Relations, Result, Spec, Verb, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use super::webauthn::{Assertion, text_or_object};
use super::{Holder, prove};
use crate::identity::factor::Proof;
use crate::identity::session_open::{Beginning, tell_of_new};
use crate::identity::{Anywhere, SessionOpened};

/// Signs somebody in.
pub struct OpenByPasskey;

/// With what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// What this browser alone knows.
    pub secret: String,
    /// What the browser gave: `toJSON()` of it.
    #[serde(deserialize_with = "text_or_object")]
    pub passkey: Assertion,
}

/// The proof, and the sign-in that may come of it.
pub struct Ready {
    shown: PasskeySignIn,
    beginning: Beginning,
}

impl Action for OpenByPasskey {
    type Target = Anywhere;
    type Input = PasskeySignIn;
    type Output = SessionOpened;
    const SPEC: Spec = Spec::new(
        "session.passkey.open",
        "Signs in with a passkey. No password and no second step is asked for: a passkey is both.",
        Way::Http(Verb::Post, "/session/passkey"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 240, seconds: 60, per: Per::Address }])
    .not_when(&["perhaps_copied"])
    .secret()
    .in_maintenance();
}

impl Receive for OpenByPasskey {
    type Ready = Ready;

    async fn ready(shown: PasskeySignIn, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        Ok(Ready { shown, beginning: Beginning::of(read.origin(), Proof::Passkey) })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        let holder = Holder::Opens(&ready.shown.secret);
        let person = prove(write, &ready.shown.passkey, &holder, None).await?;
        let (opened, record) = ready.beginning.open(write, person).await?;
        tell_of_new(write, person, opened.id, &ready.beginning.browser()).await?;
        Ok((opened, record))
    }
}
