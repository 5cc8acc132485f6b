//! `provider.requirement.clear`: a provider opens nothing any more, and nobody who could say so comes in without it.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Provider;
use crate::identity::Anywhere;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;

/// Opens an organisation's rooms to every sign-in again.
pub struct ClearRequirement;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The organisation.
    pub organisation: OrganisationId,
}

impl Action for ClearRequirement {
    type Target = Anywhere;
    type Input = Whose;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "provider.requirement.clear",
        "Lets an organisation's people sign in without its provider again: for one whose provider opens nothing any more.",
        Way::Console("provider.requirement.clear"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for ClearRequirement {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let provider = Provider::hold(write, input.organisation).await?;
        let provider = provider.ok_or_else(|| Refusal::field("organisation", "is not known, or has no provider"))?;
        provider.require(write, false).await?;
        let record = Record::on("provider", provider.id.0).at(Place::organisation(input.organisation.0));
        Ok((Nothing {}, record))
    }
}
