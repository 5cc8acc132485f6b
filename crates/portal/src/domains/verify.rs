//! `domain.verify`: the proof of a domain is looked for in its DNS.

use door::{
    Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Result, Spec, Time, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DOMAIN, Domain, KEEPERS, record_name, record_text};
use crate::dns::Found;
use crate::nothing::Nothing;
use crate::world::World;

/// Looks for the proof of a domain.
pub struct VerifyDomain;

/// What was found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainAsked {
    /// Whether the record is there. What else stands there is not shown.
    pub found: Found,
    /// Since when the domain is verified; none where it is not.
    pub verified_at: Option<Time>,
}

impl Action for VerifyDomain {
    type Target = Domain;
    type Input = Nothing;
    type Output = DomainAsked;
    const SPEC: Spec = Spec::new(
        "domain.verify",
        "Looks for the TXT record that proves that a domain is the organisation's own. Once it is there, it is looked for each \
         day; a domain is verified by one organisation at a time.",
        Way::Http(Verb::Post, "/organisation/domains/{domain}/verify"),
        KEEPERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        // The portal asks others for it.
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh();
}

impl Receive for VerifyDomain {
    type Ready = Found;

    async fn ready(_: Nothing, domain: &Permitted<Domain>, read: &mut Read<'_>) -> Result<Found> {
        read.leave();
        Ok(read.world::<World>()?.dns.look_for(&record_name(&domain.name), &record_text(&domain.token)).await)
    }

    async fn receive(
        found: &Found,
        domain: &Permitted<Domain>,
        write: &mut Write<'_>,
    ) -> Result<(DomainAsked, Record)> {
        let (found, now) = (*found, write.now());
        let record = Record::on("domain", domain.id.0).fact("found", found);
        // Whether one that is verified stays so is said once a day, and by nobody who could press a button.
        if found != Found::There && domain.verified_at.is_some() {
            let noted = "UPDATE domain SET rev = $2, found = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(DOMAIN, domain.id.0, domain.revision, noted, values![found]).await?;
            return Ok((DomainAsked { found, verified_at: domain.verified_at }, record));
        }
        let verified_at = if found == Found::There {
            let taken = "SELECT id FROM domain WHERE name = $1 AND id <> $2 AND verified_at IS NOT NULL";
            if write.maybe(taken, values![domain.name.as_str(), domain.id]).await?.is_some() {
                return Err(Refusal::Conflict("domain_taken"));
            }
            Some(domain.verified_at.unwrap_or(now))
        } else {
            None
        };
        let asked = "UPDATE domain SET rev = $2, verified_at = $3, asked_at = $4, found = $5, failures = 0 \
                     WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(DOMAIN, domain.id.0, domain.revision, asked, values![verified_at, now, found]).await?;
        let verified = verified_at.is_some();
        Ok((DomainAsked { found, verified_at }, record.fact("verified", verified)))
    }
}
