//! `passkey.name.set`: what its owner calls it.

use door::{Action, Change, Permitted, Record, Relation, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PASSKEY, Passkey};
use crate::fields::Name;
use crate::nothing::Nothing;

/// Calls a passkey otherwise.
pub struct SetPasskeyName;

/// How.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyName {
    /// The name.
    pub name: Name,
}

impl Action for SetPasskeyName {
    type Target = Passkey;
    type Input = PasskeyName;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "passkey.name.set",
        "Calls a passkey of one's own otherwise.",
        Way::Http(Verb::Put, "/account/passkeys/{passkey}/name"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Change for SetPasskeyName {
    async fn change(
        input: &PasskeyName,
        passkey: &Permitted<Passkey>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        let set = "UPDATE passkey SET rev = $2, name = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(PASSKEY, passkey.id.0, passkey.revision, set, values![&input.name]).await?;
        Ok((Nothing {}, Record::on("passkey", passkey.id.0).and("person", passkey.person.0)))
    }
}
