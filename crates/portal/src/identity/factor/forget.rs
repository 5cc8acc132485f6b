//! `factor.forget`: somebody has lost the app and every code, and has shown the operator who he is.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Factor;
use crate::fields::Mail;
use crate::identity::{Anywhere, end_sessions};
use crate::ids::PersonId;
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Takes somebody's authenticator app away.
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
        "Takes somebody's authenticator app and recovery codes away, and ends their sign-ins: for who has lost both.",
        Way::Console("factor.forget"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for ForgetFactor {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let row = write.maybe("SELECT id FROM person WHERE mail = $1", values![&input.mail]).await?;
        let person: PersonId = row.ok_or_else(|| Refusal::field("mail", "is nobody's"))?.get("id")?;
        let factor = Factor::load(write, person).await?.ok_or(Refusal::Conflict("no_factor"))?;
        factor.remove(write).await?;
        tell(write, person, News::FactorRemoved).await?;
        end_sessions(write, person, None).await?;
        let record = Record::on("factor", factor.id).and("person", person.0).at(Place::account(person.0));
        Ok((Nothing {}, record))
    }
}
