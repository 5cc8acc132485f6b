//! `session.passkey.open`: signing in with a passkey, without a password. It is a whole sign-in: whoever has the key was known by
//! what keeps it.

use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way,
    Write,
};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::webauthn::{Assertion, text_or_object};
use super::{Holder, prove};
use crate::identity::factor::Proof;
use crate::identity::session_open::{Browser, Opening, tell_of_new};
use crate::identity::{Anywhere, SessionOpened, organisations_of, session_end};
use crate::secret;

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
    agent: String,
    address: Option<String>,
    secret: Zeroizing<String>,
    secret_hash: Vec<u8>,
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
        let (secret, secret_hash) = secret::fresh(false);
        let origin = read.origin();
        let agent = origin.agent.clone().unwrap_or_default();
        let address = origin.address.map(|address| address.to_canonical().to_string());
        Ok(Ready { shown, agent, address, secret, secret_hash })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        let holder = Holder::Opens(&ready.shown.secret);
        let person = prove(write, &ready.shown.passkey, &holder, None).await?;
        let organisations = organisations_of(write, person).await?;
        // Somebody whom every organisation has suspended learns no more than somebody whose key is not known.
        if organisations.is_empty() {
            return Err(Refusal::NoMatch);
        }
        let opening = Opening {
            person,
            secret_hash: &ready.secret_hash,
            browser: Browser { agent: &ready.agent, address: ready.address.as_deref() },
            proof: Proof::Passkey,
            expires_at: session_end(write.now(), false),
        };
        let id = opening.insert(write).await?;
        tell_of_new(write, person, id, &opening.browser).await?;
        let opened = SessionOpened {
            id,
            person,
            token: ready.secret.to_string(),
            expires_at: opening.expires_at,
            second_step: false,
            organisations,
            organisation: None,
        };
        let record = Record::on("session", id.0)
            .and("person", person.0)
            .at(Place::account(person.0))
            .by(person.0)
            .authenticated(Proof::Passkey.word());
        Ok((opened, record))
    }
}
