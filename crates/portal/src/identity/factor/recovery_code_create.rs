//! `recovery_code.create`: new codes on paper; the ones before are good for nothing.

use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
};

use super::{RecoveryCodes, Ways, renew_recovery_codes};
use crate::identity::Own;
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Makes recovery codes anew.
pub struct CreateRecoveryCodes;

impl Action for CreateRecoveryCodes {
    type Target = Own;
    type Input = Nothing;
    type Output = RecoveryCodes;
    const SPEC: Spec = Spec::new(
        "recovery_code.create",
        "Makes recovery codes anew: those before are good for nothing. Shown once.",
        Way::Http(Verb::Post, "/account/recovery-codes"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 20, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh()
    .secret();
}

impl Change for CreateRecoveryCodes {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(RecoveryCodes, Record)> {
        if !Ways::of(write, own.0).await?.any() {
            return Err(Refusal::Conflict("no_factor"));
        }
        let codes = renew_recovery_codes(write, own.0).await?;
        tell(write, own.0, News::RecoveryCodes).await?;
        Ok((codes, Record::on("person", own.0.0)))
    }
}
