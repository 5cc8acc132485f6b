//! `domain.list`: the organisation's domains, and what proves them.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{record_name, record_text};
use crate::dns::Found;
use crate::ids::DomainId;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};

/// Lists domains.
pub struct ListDomains;

/// The organisation's domains.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DomainList {
    /// By name.
    pub domains: Vec<DomainShown>,
}

/// A domain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DomainShown {
    /// Its id.
    pub id: DomainId,
    /// Its name, as the domain name system has it.
    pub name: String,
    /// Its name, as people read it.
    pub shown: String,
    /// The name of the TXT record that proves it.
    pub record_name: String,
    /// What the record says.
    pub record_text: String,
    /// When it was added.
    pub added_at: Time,
    /// Since when it is verified; none where it is not.
    pub verified_at: Option<Time>,
    /// When its record was last looked for.
    pub asked_at: Option<Time>,
    /// What was found then.
    pub found: Option<Found>,
    /// On how many days in a row it was not there.
    pub failures: i64,
    /// Whether whoever has proved to read mail under it may join.
    pub joining: bool,
}

impl Action for ListDomains {
    type Target = Room;
    type Input = Nothing;
    type Output = DomainList;
    const SPEC: Spec = Spec::new(
        "domain.list",
        "Lists the domains that are the organisation's own, and what proves it.",
        Way::Http(Verb::Get, "/organisation/domains"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ListDomains {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<DomainList> {
        let sql = "SELECT id, name, shown, token, added_at, verified_at, asked_at, found, failures, joining FROM domain \
                   WHERE organisation = $1 ORDER BY name";
        let rows = read.all(sql, values![room.organisation]).await?;
        let domains = rows.iter().map(|row| {
            let name: String = row.get("name")?;
            Ok(DomainShown {
                id: row.get("id")?,
                record_name: record_name(&name),
                record_text: record_text(&row.get::<String>("token")?),
                name,
                shown: row.get("shown")?,
                added_at: row.get("added_at")?,
                verified_at: row.get("verified_at")?,
                asked_at: row.get("asked_at")?,
                found: row.get("found")?,
                failures: row.get("failures")?,
                joining: row.get("joining")?,
            })
        });
        Ok(DomainList { domains: domains.collect::<Result<_>>()? })
    }
}
