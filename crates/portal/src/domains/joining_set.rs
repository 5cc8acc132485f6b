//! `domain.joining.set`: whether whoever has an address under a domain may join by themselves.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DOMAIN, Domain, KEEPERS};

/// Says whether people join by themselves.
pub struct SetJoining;

/// Whether they do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoiningWanted {
    /// Whether they do. A form sends a word, a program a truth value: both are read.
    #[serde(deserialize_with = "crate::fields::truth")]
    pub open: bool,
}

/// Whether they do now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JoiningSet {
    /// Whether they do.
    pub open: bool,
}

impl Action for SetJoining {
    type Target = Domain;
    type Input = JoiningWanted;
    type Output = JoiningSet;
    const SPEC: Spec = Spec::new(
        "domain.joining.set",
        "Says whether whoever has proved to read mail under a verified domain may join the organisation: as one of its staff, in no \
         project, and never as more.",
        Way::Http(Verb::Put, "/organisation/domains/{domain}/joining"),
        KEEPERS,
    )
    .fresh();
}

impl Change for SetJoining {
    async fn change(
        input: &JoiningWanted,
        domain: &Permitted<Domain>,
        write: &mut Write<'_>,
    ) -> Result<(JoiningSet, Record)> {
        if input.open && domain.verified_at.is_none() {
            return Err(Refusal::Conflict("domain_not_verified"));
        }
        let set = "UPDATE domain SET rev = $2, joining = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(DOMAIN, domain.id.0, domain.revision, set, values![input.open]).await?;
        Ok((JoiningSet { open: input.open }, Record::on("domain", domain.id.0).fact("open", input.open)))
    }
}
