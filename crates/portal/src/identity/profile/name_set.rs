//! `account.name.set`: what one is called here.

use door::{Action, Change, Permitted, Record, Relation, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::Name;
use crate::identity::{Own, PERSON};
use crate::nothing::Nothing;

/// Sets one's name.
pub struct SetName;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameWanted {
    /// The name, as the others see it from now on, on what was written before, too.
    pub name: Name,
}

impl Action for SetName {
    type Target = Own;
    type Input = NameWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "account.name.set",
        "Sets one's own name, as the others see it.",
        Way::Http(Verb::Put, "/account/name"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Change for SetName {
    async fn change(input: &NameWanted, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let row = write.one("SELECT rev FROM person WHERE id = $1", values![own.0]).await?;
        let set = "UPDATE person SET rev = $2, name = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(PERSON, own.0.0, row.get("rev")?, set, values![&input.name]).await?;
        Ok((Nothing {}, Record::on("person", own.0.0)))
    }
}
