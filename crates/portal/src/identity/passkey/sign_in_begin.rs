//! `session.passkey.begin`: what a browser is asked for, so that somebody signs in with a passkey.

use door::{Action, Desk, Keep, Limit, Per, Permitted, Relation, Relations, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webauthn::{CHALLENGE_SECONDS, RequestOptions};
use super::{Challenge, Holder, party};
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::secret;
use crate::world::World;

/// Begins a sign-in with a passkey.
pub struct BeginPasskeySignIn;

/// What the browser is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeySignInBegun {
    /// For `navigator.credentials.get({publicKey: …})`, after `PublicKeyCredential.parseRequestOptionsFromJSON()`. It names no
    /// key: any of this portal's will do, and says whose it is.
    pub public_key: RequestOptions,
    /// What this browser alone knows, and shows with the answer.
    pub secret: String,
    /// Until when the answer must be here.
    pub expires_at: Time,
}

impl Action for BeginPasskeySignIn {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = PasskeySignInBegun;
    const SPEC: Spec = Spec::new(
        "session.passkey.begin",
        "Begins a sign-in with a passkey. It says nothing about who has an account.",
        Way::Http(Verb::Post, "/session/passkey/begin"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 60, seconds: 60, per: Per::Address }])
    .in_maintenance();
}

impl Keep for BeginPasskeySignIn {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<PasskeySignInBegun> {
        let party = party(desk.world::<World>()?)?;
        let (secret, _) = secret::fresh(false);
        let challenge = Challenge::ask(desk, &Holder::Opens(&secret), None).await?;
        Ok(PasskeySignInBegun {
            public_key: RequestOptions::new(&party, challenge.bytes(), Vec::new()),
            secret: secret.to_string(),
            expires_at: desk.now().plus_seconds(CHALLENGE_SECONDS),
        })
    }
}
