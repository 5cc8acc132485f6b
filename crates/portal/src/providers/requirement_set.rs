//! `provider.requirement.set`: whether people under a verified domain are in the organisation's rooms by its provider's word
//! alone.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{KEEPERS, PROVIDER, Provider};
use crate::identity::factor::{self, is_half};
use crate::ids::OrganisationId;
use crate::organisations::Room;

/// How long ago an owner has come through the provider at the most: whoever closes the other doors has seen that this one opens.
const TRIED_SECONDS: i64 = 3600;

/// Says whether the provider's word is asked for.
pub struct SetRequirement;

/// Whether it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementWanted {
    /// Whether it is. A form sends a word, a program a truth value: both are read.
    #[serde(deserialize_with = "crate::fields::truth")]
    pub required: bool,
}

/// Whether it is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequirementSet {
    /// Whether it is.
    pub required: bool,
}

impl Action for SetRequirement {
    type Target = Room;
    type Input = RequirementWanted;
    type Output = RequirementSet;
    const SPEC: Spec = Spec::new(
        "provider.requirement.set",
        "Says whether the organisation's rooms are open to people under its verified domains, and to whoever its provider knows, \
         by a sign-in through the provider alone. An owner has come through it within the last hour.",
        Way::Http(Verb::Put, "/provider/requirement"),
        KEEPERS,
    )
    .fresh();
}

impl Change for SetRequirement {
    async fn change(
        input: &RequirementWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(RequirementSet, Record)> {
        let provider = Provider::hold(write, room.organisation).await?.ok_or(Refusal::Conflict("no_provider"))?;
        if input.required {
            let verified = "SELECT id FROM domain WHERE organisation = $1 AND verified_at IS NOT NULL LIMIT 1";
            if write.maybe(verified, values![room.organisation]).await?.is_none() {
                return Err(Refusal::Conflict("no_domain"));
            }
            if !an_owner_came(write, room.organisation).await? {
                return Err(Refusal::Conflict("no_owner_came"));
            }
        }
        provider.require(write, input.required).await?;
        let record = Record::on("provider", provider.id.0).fact("required", input.required);
        Ok((RequirementSet { required: input.required }, record))
    }
}

/// Whether an owner is in the rooms by the provider's word, and came not long ago, with the second step where there is one.
async fn an_owner_came(write: &mut Write<'_>, organisation: OrganisationId) -> Result<bool> {
    let came = "SELECT s.proved_by AS proved_by, coalesce(s.proved_at, s.opened_at) AS proved_at, \
                (SELECT f.confirmed_at FROM factor f WHERE f.person = s.person) AS factor_since, \
                (SELECT min(k.made_at) FROM passkey k WHERE k.person = s.person) AS passkey_since \
                FROM session s JOIN provider_subject u ON u.id = s.subject JOIN provider p ON p.id = u.provider \
                JOIN membership m ON m.organisation = p.organisation AND m.person = s.person \
                WHERE p.organisation = $1 AND m.role = 'owner' AND m.state = 'active' AND s.opened_at >= $2 \
                AND s.expires_at > $3 LIMIT 100";
    let now = write.now();
    for row in write.all(came, values![organisation, now.plus_seconds(-TRIED_SECONDS), now]).await? {
        if !is_half(factor::since(&row)?, row.get("proved_by")?, row.get("proved_at")?) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Provider {
    /// Asks for its word from now on, or does not.
    pub(super) async fn require(&self, write: &mut Write<'_>, required: bool) -> Result<()> {
        let since = required.then_some(write.now());
        let set = "UPDATE provider SET rev = $2, required_since = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(PROVIDER, self.id.0, self.revision, set, values![since]).await
    }
}
