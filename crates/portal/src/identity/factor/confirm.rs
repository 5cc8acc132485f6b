//! `factor.confirm`: the app works, so from now on it is asked for.

use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Code, Factor, Proof, first_recovery_codes};
use crate::identity::{Own, note_proof};
use crate::mail::{News, tell};

/// Puts an authenticator app to use.
pub struct ConfirmFactor;

/// A code of the app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// The six digits that the app shows.
    pub code: Code,
}

/// Codes for the day when app and passkeys are lost, each good for one proof. Shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes; none where there were some already.
    pub codes: Vec<String>,
}

impl Action for ConfirmFactor {
    type Target = Own;
    type Input = FirstCode;
    type Output = RecoveryCodes;
    const SPEC: Spec = Spec::new(
        "factor.confirm",
        "Puts the authenticator app to use, by a code of it; with the first second factor it gives out recovery codes. Every \
         other sign-in of the account wants a second step from then on. Shown once.",
        Way::Http(Verb::Post, "/account/factor/confirm"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 30, seconds: 600, per: Per::CallerShared },
    ])
    .fresh()
    .secret();
}

impl Change for ConfirmFactor {
    async fn change(input: &FirstCode, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(RecoveryCodes, Record)> {
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let factor = Factor::load(write, own.0).await?.ok_or(Refusal::Conflict("factor_not_begun"))?;
        if factor.is_in_use() {
            return Err(Refusal::Conflict("factor_exists"));
        }
        // Before it counts itself.
        let codes = first_recovery_codes(write, own.0).await?;
        if factor.use_up(write, &input.code).await?.is_none() {
            return Err(Refusal::field(
                "code",
                "does not match: take the newest one, and see whether the clock of your phone is right",
            ));
        }
        note_proof(write, session, Proof::Totp).await?;
        tell(write, own.0, News::FactorSet).await?;
        Ok((codes, Record::on("factor", factor.id).and("person", own.0.0)))
    }
}
