//! `domain.check`: the proof of each verified domain is looked for again, once a day. One domain at a time, so that each is an
//! event of its own on the record of the organisation whose it is.

use door::{
    Action, Permitted, Place, Read, Receive, Record, Relation, Relations, Result, Spec, Time, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DOMAIN, FAILURES_MAX, record_name, record_text};
use crate::dns::Found;
use crate::identity::Anywhere;
use crate::ids::{DomainId, OrganisationId};
use crate::mail::{OwnersNews, tell_owners};
use crate::nothing::Nothing;
use crate::world::World;

/// How long an answer is good.
const AGAIN_SECONDS: i64 = 24 * 3600;

/// Looks for proofs again.
pub struct CheckDomains;

/// What was found.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct DomainChecked {
    /// Whether there was one to look for, and what was found.
    pub found: Option<Found>,
    /// Whether more are due: then it is done again at once.
    pub more: bool,
}

/// The one that was looked for, what was found, and whether more are due.
pub struct Ready(Option<(DomainId, Found)>, bool);

impl Action for CheckDomains {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = DomainChecked;
    const SPEC: Spec = Spec::new(
        "domain.check",
        "Looks each day for the proof of each verified domain, writes to the owners when it is missing, and takes the domain for \
         verified no more when it was missing for seven days.",
        Way::Job { every_seconds: 900 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Receive for CheckDomains {
    type Ready = Ready;

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let due = "SELECT id, name, token FROM domain WHERE verified_at IS NOT NULL AND asked_at <= $1 \
                   ORDER BY asked_at, id LIMIT 2";
        let rows = read.all(due, values![read.now().plus_seconds(-AGAIN_SECONDS)]).await?;
        let Some(row) = rows.first() else { return Ok(Ready(None, false)) };
        let (id, name, token): (DomainId, String, String) = (row.get("id")?, row.get("name")?, row.get("token")?);
        read.leave();
        let found = read.world::<World>()?.dns.look_for(&record_name(&name), &record_text(&token)).await;
        Ok(Ready(Some((id, found)), rows.len() > 1))
    }

    async fn receive(
        Ready(looked, more): &Ready,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(DomainChecked, Record)> {
        let nothing = |more| Ok((DomainChecked { found: None, more }, Record::of_nothing()));
        let Some((id, found)) = *looked else { return nothing(false) };
        let held = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.shown AS shown, t.name AS name, \
                    t.failures AS failures, t.verified_at AS verified_at FROM domain t WHERE t.id = $1 AND t.verified_at IS NOT NULL AND t.asked_at <= $2";
        let now = write.now();
        // Removed, or looked for by another instance in the meantime.
        let Some(row) = write.hold(held, values![id, now.plus_seconds(-AGAIN_SECONDS)]).await? else {
            return nothing(*more);
        };
        let organisation: OrganisationId = row.get("organisation")?;
        let failures = if found == Found::There { 0 } else { row.get::<i64>("failures")? + 1 };
        let lost = failures >= FAILURES_MAX;
        let since: Option<Time> = if lost { None } else { row.get("verified_at")? };
        let asked = "UPDATE domain SET rev = $2, asked_at = $3, found = $4, failures = $5, verified_at = $6 \
                     WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let own = values![now, found, failures, since];
        write.update(DOMAIN, id.0, row.get("rev")?, asked, own).await?;
        let (shown, record): (String, String) = (row.get("shown")?, record_name(&row.get::<String>("name")?));
        let news = match failures {
            1 => Some(OwnersNews::Missing { domain: &shown, record: &record }),
            _ if lost => Some(OwnersNews::Lost { domain: &shown, record: &record }),
            _ => None,
        };
        if let Some(news) = news {
            tell_owners(write, organisation, news).await?;
        }
        let record = Record::on("domain", id.0)
            .fact("found", found)
            .fact("failures", failures)
            .fact("verified", !lost)
            .at(Place { internal: true, ..Place::organisation(organisation.0) });
        Ok((DomainChecked { found: Some(found), more: *more }, record))
    }
}
