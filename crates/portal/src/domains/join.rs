//! `organisation.join`: somebody joins an organisation that lets people join by the domain of their mail address.

use door::{
    Action, Change, Limit, Per, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::group::standing::Given;
use crate::identity::Own;
use crate::ids::{DomainId, MembershipId, OrganisationId};
use crate::mail::{OwnersNews, tell_owners};
use crate::organisations::membership::let_in;
use crate::organisations::{Role, mail_domains};

/// Joins.
pub struct Join;

/// What.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinWanted {
    /// The organisation, one of those that `organisation.joinable.list` names.
    pub organisation: OrganisationId,
}

/// They belong to it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The membership there.
    pub membership: MembershipId,
}

impl Action for Join {
    type Target = Own;
    type Input = JoinWanted;
    type Output = Joined;
    const SPEC: Spec = Spec::new(
        "organisation.join",
        "Joins an organisation that lets in whoever has proved to read mail under a domain of its own: as one of its staff, in \
         no project. Its owners are told.",
        Way::Http(Verb::Post, "/account/joinable"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ]);
}

/// The domain by which somebody may join: held, so that it is not taken away meanwhile.
const BY: &str = "SELECT t.id AS id, t.shown AS shown, p.name AS name, p.mail AS mail FROM domain t \
                  JOIN person p ON p.id = $2 WHERE t.organisation = $1 AND t.verified_at IS NOT NULL AND t.joining \
                  AND p.mail_proved_at IS NOT NULL AND (p.mail LIKE '%@' || t.name OR p.mail LIKE '%@' || t.shown)";

impl Change for Join {
    async fn change(input: &JoinWanted, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Joined, Record)> {
        // A token is no sign-in.
        write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let organisation = input.organisation;
        // What is not there and what may not be joined are one.
        let row = write.hold(BY, values![organisation, own.0]).await?.ok_or(Refusal::NotFound)?;
        let (domain, name, mail): (DomainId, String, String) = (row.get("id")?, row.get("name")?, row.get("mail")?);
        let before = "SELECT id FROM membership WHERE organisation = $1 AND person = $2";
        if write.maybe(before, values![organisation, own.0]).await?.is_some() {
            return Err(Refusal::NotFound);
        }
        mail_domains::refuse_others(&mail_domains::of(write, organisation).await?, &mail)?;
        let membership = let_in(write, organisation, own.0, Role::Staff, None, Given::default()).await?;
        let shown: String = row.get("shown")?;
        tell_owners(write, organisation, OwnersNews::Joined { name: &name, mail: &mail, domain: &shown }).await?;
        let record = Record::on("membership", membership.0)
            .and("person", own.0.0)
            .and("domain", domain.0)
            .at(Place::organisation(organisation.0));
        Ok((Joined { organisation, membership }, record))
    }
}
