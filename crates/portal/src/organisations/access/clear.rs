//! `networks.clear`: an organisation has moved, and nobody in it comes from a network that it allows.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Access;
use crate::identity::Anywhere;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;
use crate::organisations::ORGANISATION;

/// Opens an organisation's rooms to every network again.
pub struct ClearNetworks;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The organisation.
    pub organisation: OrganisationId,
}

impl Action for ClearNetworks {
    type Target = Anywhere;
    type Input = Whose;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "networks.clear",
        "Lets an organisation's people come from every network again: for one of which nobody is inside any more.",
        Way::Console("networks.clear"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for ClearNetworks {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let found = "SELECT rev, networks, unused_seconds_max, session_seconds_max FROM organisation WHERE id = $1";
        let row = write.maybe(found, values![input.organisation]).await?;
        let row = row.ok_or_else(|| Refusal::field("organisation", "is not known"))?;
        let networks = Access::read(&row)?.networks();
        let sql = "UPDATE organisation SET rev = $2, networks = NULL WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(ORGANISATION, input.organisation.0, row.get("rev")?, sql, values![]).await?;
        let record = Record::on("organisation", input.organisation.0)
            .fact("networks", i64::try_from(networks.count()).unwrap_or(i64::MAX))
            .at(Place::organisation(input.organisation.0));
        Ok((Nothing {}, record))
    }
}
