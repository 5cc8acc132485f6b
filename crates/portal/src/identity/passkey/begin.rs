//! `passkey.begin`: what a browser is asked for, so that an authenticator makes a key. It counts once it was confirmed.

use door::{
    Action, Desk, Keep, Limit, Per, Permitted, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::challenge::fresh_user_handle;
use super::webauthn::{Base64Url, CHALLENGE_SECONDS, CreationOptions, User};
use super::{Challenge, Holder, PASSKEYS_MAX, There, party};
use crate::identity::Own;
use crate::nothing::Nothing;
use crate::world::World;

/// Begins to add a passkey.
pub struct BeginPasskey;

/// What the browser is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyBegun {
    /// For `navigator.credentials.create({publicKey: …})`, after `PublicKeyCredential.parseCreationOptionsFromJSON()`.
    pub public_key: CreationOptions,
    /// Until when the answer must be here.
    pub expires_at: Time,
}

impl Action for BeginPasskey {
    type Target = Own;
    type Input = Nothing;
    type Output = PasskeyBegun;
    const SPEC: Spec = Spec::new(
        "passkey.begin",
        "Asks for a new passkey: what it answers is for the browser. The passkey counts once it was confirmed.",
        Way::Http(Verb::Post, "/account/passkeys/begin"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh();
}

impl Keep for BeginPasskey {
    async fn keep(_: &Nothing, own: &Permitted<Own>, desk: &Desk) -> Result<PasskeyBegun> {
        let session = desk.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let party = party(desk.world::<World>()?)?;
        let mut read = desk.read().await?;
        let there = There::of(&mut read, own.0).await?;
        if PASSKEYS_MAX <= there.described.len() {
            return Err(Refusal::Conflict("full"));
        }
        let row = read.one("SELECT mail, name FROM person WHERE id = $1", values![own.0]).await?;
        drop(read);
        let user_handle = there.user_handle.map_or_else(fresh_user_handle, Ok)?;
        let challenge = Challenge::ask(desk, &Holder::Adds(session), Some(&user_handle)).await?;
        let user = User { id: Base64Url(user_handle), name: row.get("mail")?, display_name: row.get("name")? };
        Ok(PasskeyBegun {
            public_key: CreationOptions::new(&party, user, challenge.bytes(), there.described),
            expires_at: desk.now().plus_seconds(CHALLENGE_SECONDS),
        })
    }
}
