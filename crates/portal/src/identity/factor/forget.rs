//! `factor.forget`: somebody has lost app, passkeys and every code, and has shown the operator who he is.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Factor, go_without};
use crate::fields::Mail;
use crate::identity::passkey::forget_passkeys;
use crate::identity::{Anywhere, end_sessions};
use crate::ids::PersonId;
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Takes somebody's second factors away.
pub struct ForgetFactor;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The mail address.
    pub mail: Mail,
}

impl Action for ForgetFactor {
    type Target = Anywhere;
    type Input = Whose;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "factor.forget",
        "Takes somebody's authenticator app, passkeys and recovery codes away, and ends their sign-ins: for who has lost them all.",
        Way::Console("factor.forget"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for ForgetFactor {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let row = write.maybe("SELECT id FROM person WHERE mail = $1", values![&input.mail]).await?;
        let person: PersonId = row.ok_or_else(|| Refusal::field("mail", "is nobody's"))?.get("id")?;
        let mut gone = forget_passkeys(write, person).await?;
        if let Some(factor) = Factor::load(write, person).await? {
            factor.remove(write)?;
            gone.push(factor.id);
        }
        if gone.is_empty() {
            return Err(Refusal::Conflict("no_factor"));
        }
        go_without(write, person, &gone).await?;
        tell(write, person, News::FactorsForgotten).await?;
        end_sessions(write, person, None).await?;
        let factors = i64::try_from(gone.len()).unwrap_or(i64::MAX);
        let record = Record::on("person", person.0).fact("factors", factors).at(Place::account(person.0));
        Ok((Nothing {}, record))
    }
}
