//! `factor.remove`: no code of the app is asked for any more.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write};

use super::{Factor, go_without};
use crate::identity::{Own, end_sessions};
use crate::ids::SessionId;
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Takes the authenticator app away.
pub struct RemoveFactor;

impl Action for RemoveFactor {
    type Target = Own;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "factor.remove",
        "Takes the authenticator app away, and ends every other sign-in. With the last second factor the recovery codes go: the \
         password is enough again.",
        Way::Http(Verb::Delete, "/account/factor"),
        Relations::of(&[Relation::SELF]),
    )
    .fresh();
}

impl Change for RemoveFactor {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let factor = Factor::load(write, own.0).await?.ok_or(Refusal::Conflict("no_factor"))?;
        factor.remove(write)?;
        let alone = go_without(write, own.0, &[factor.id]).await?;
        tell(write, own.0, News::FactorRemoved { alone }).await?;
        // A sign-in that never took its second step does not become a whole one.
        end_sessions(write, own.0, write.caller().session.map(SessionId)).await?;
        Ok((Nothing {}, Record::on("factor", factor.id).and("person", own.0.0)))
    }
}
