//! `domain.add`: an organisation says which domain is its own, and is given what proves it.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DOMAIN, DomainName, KEEPERS, record_name, record_text};
use crate::ids::DomainId;
use crate::organisations::Room;
use crate::secret;

/// The most domains of one organisation.
const DOMAINS_MAX: i64 = 50;

/// Adds a domain.
pub struct AddDomain;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainWanted {
    /// The domain itself; what is below it is a domain of its own.
    #[schema(example = "example.com")]
    pub name: DomainName,
}

/// A domain that waits for its proof.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainAdded {
    /// Its id.
    pub id: DomainId,
    /// Its name, as the domain name system has it.
    pub name: String,
    /// The name of the TXT record to place.
    pub record_name: String,
    /// What the record says.
    pub record_text: String,
}

impl Action for AddDomain {
    type Target = Room;
    type Input = DomainWanted;
    type Output = DomainAdded;
    const SPEC: Spec = Spec::new(
        "domain.add",
        "Says that a domain is the organisation's own, and gives the TXT record that proves it.",
        Way::Http(Verb::Post, "/organisation/domains"),
        KEEPERS,
    )
    .fresh();
}

impl Change for AddDomain {
    async fn change(
        input: &DomainWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(DomainAdded, Record)> {
        let (organisation, name) = (room.organisation, &input.name);
        let known = "SELECT count(*) AS count, count(CASE WHEN name = $2 THEN 1 END) AS same FROM domain \
                     WHERE organisation = $1";
        let known = write.one(known, values![organisation, name.ascii()]).await?;
        if known.get::<i64>("same")? > 0 {
            return Err(Refusal::field("name", "is among them already"));
        }
        if known.get::<i64>("count")? >= DOMAINS_MAX {
            return Err(Refusal::field("name", format!("would be one more than {DOMAINS_MAX} domains")));
        }
        let (id, now, token) = (DomainId(write.id()), write.now(), secret::fresh(false).0);
        let by = write.caller().actor.person();
        let own = values![organisation, name.ascii(), name.shown(), token.as_str(), by, now];
        let insert = "INSERT INTO domain (id, rev, salt, organisation, name, shown, token, added_by, added_at, failures, joining) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, FALSE) RETURNING *";
        write.insert(DOMAIN, id.0, insert, own).await?;
        let added = DomainAdded {
            id,
            name: name.ascii().to_owned(),
            record_name: record_name(name.ascii()),
            record_text: record_text(&token),
        };
        Ok((added, Record::on("domain", id.0)))
    }
}
