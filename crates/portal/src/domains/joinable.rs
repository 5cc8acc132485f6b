//! `organisation.joinable.list`: which organisations somebody may join by the domain of their mail address.

use door::{Action, Look, Permitted, Read, Relation, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Own;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;

/// Lists what one may join.
pub struct ListJoinable;

/// What one may join.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct JoinableList {
    /// By name. Whoever has not proved yet to read the mail of their account is told of none.
    pub organisations: Vec<Joinable>,
}

/// An organisation that one may join.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Joinable {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// The domain by which one may.
    pub domain: String,
}

impl Action for ListJoinable {
    type Target = Own;
    type Input = Nothing;
    type Output = JoinableList;
    const SPEC: Spec = Spec::new(
        "organisation.joinable.list",
        "Lists the organisations that one may join because one's mail address is under a domain of theirs.",
        Way::Http(Verb::Get, "/account/joinable"),
        // With the account's own sign-in: what a provider says is good in its own organisation.
        Relations::of(&[Relation::SELF]),
    );
}

/// Who left, was removed or is suspended is asked in again, and does not come back alone: there is no membership of theirs at
/// all. An address has one `@`, so that what stands behind it is its whole domain.
const JOINABLE: &str = "SELECT o.id AS organisation, o.name AS name, d.shown AS domain FROM domain d \
                        JOIN organisation o ON o.id = d.organisation JOIN person p ON p.id = $1 \
                        WHERE d.verified_at IS NOT NULL AND d.joining AND p.mail_proved_at IS NOT NULL \
                        AND (p.mail LIKE '%@' || d.name OR p.mail LIKE '%@' || d.shown) \
                        AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.organisation = o.id AND m.person = p.id) \
                        ORDER BY o.name, o.id LIMIT 50";

impl Look for ListJoinable {
    async fn look(_: &Nothing, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<JoinableList> {
        let rows = read.all(JOINABLE, values![own.0]).await?;
        let organisations = rows.iter().map(|row| {
            Ok(Joinable { organisation: row.get("organisation")?, name: row.get("name")?, domain: row.get("domain")? })
        });
        Ok(JoinableList { organisations: organisations.collect::<Result<_>>()? })
    }
}
