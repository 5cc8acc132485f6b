//! `session.confirm.begin`: what a browser is asked for, so that a passkey proves who is there.

use door::{Action, Desk, Keep, Limit, Per, Permitted, Refusal, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webauthn::{CHALLENGE_SECONDS, RequestOptions};
use super::{Challenge, Holder, There, party};
use crate::identity::Own;
use crate::nothing::Nothing;
use crate::standing::ONESELF;
use crate::world::World;

/// Begins a proof with a passkey.
pub struct BeginConfirm;

/// What the browser is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfirmBegun {
    /// For `navigator.credentials.get({publicKey: …})`, after `PublicKeyCredential.parseRequestOptionsFromJSON()`.
    pub public_key: RequestOptions,
    /// Until when the answer must be here.
    pub expires_at: Time,
}

impl Action for BeginConfirm {
    type Target = Own;
    type Input = Nothing;
    type Output = ConfirmBegun;
    const SPEC: Spec = Spec::new(
        "session.confirm.begin",
        "Asks for a proof with one of one's passkeys: what it answers is for the browser, and what the browser gives is for \
         `session.confirm`.",
        Way::Http(Verb::Post, "/session/confirm/begin"),
        ONESELF,
    )
    .limits(&[
        Limit { times: 240, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 600, per: Per::CallerShared },
    ])
    .half()
    .in_maintenance();
}

impl Keep for BeginConfirm {
    async fn keep(_: &Nothing, own: &Permitted<Own>, desk: &Desk) -> Result<ConfirmBegun> {
        let session = desk.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let party = party(desk.world::<World>()?)?;
        let there = There::of(&mut desk.read().await?, own.0).await?;
        if there.described.is_empty() {
            return Err(Refusal::Conflict("no_passkey"));
        }
        let challenge = Challenge::ask(desk, &Holder::Proves(session), None).await?;
        Ok(ConfirmBegun {
            public_key: RequestOptions::new(&party, challenge.bytes(), there.described),
            expires_at: desk.now().plus_seconds(CHALLENGE_SECONDS),
        })
    }
}
