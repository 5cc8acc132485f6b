//! `service.list`: the organisation's programs, and the tokens by which they act.

use std::collections::BTreeMap;

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::TokenShown;
use crate::ids::PersonId;
use crate::nothing::Nothing;
use crate::organisations::membership::MembershipState;
use crate::organisations::{Role, Room};
use crate::standing::{ADMIN, OWNER};

/// Lists service accounts.
pub struct ListServices;

/// The services.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceList {
    /// By name; at most a thousand.
    pub services: Vec<ServiceShown>,
}

/// One of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceShown {
    /// Its id, among the people's.
    pub id: PersonId,
    /// What it is called.
    pub name: String,
    /// What it is in the organisation.
    pub role: Role,
    /// Whether it counts.
    pub state: MembershipState,
    /// Since when it is there.
    pub since: Time,
    /// What acts for it.
    pub tokens: Vec<TokenShown>,
}

impl Action for ListServices {
    type Target = Room;
    type Input = Nothing;
    type Output = ServiceList;
    const SPEC: Spec = Spec::new(
        "service.list",
        "Lists the organisation's service accounts, with their tokens and when each was last used.",
        Way::Http(Verb::Get, "/services"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ListServices {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<ServiceList> {
        let mut tokens: BTreeMap<PersonId, Vec<TokenShown>> = BTreeMap::new();
        let open = "SELECT t.person AS person, t.id AS id, t.name AS name, t.scopes AS scopes, t.made_at AS made_at, \
                    t.expires_at AS expires_at, v.at AS seen_at FROM token t JOIN person p ON p.id = t.person \
                    LEFT JOIN token_seen v ON v.token = t.id \
                    WHERE t.organisation = $1 AND p.service_since IS NOT NULL AND t.expires_at > $2 \
                    ORDER BY t.made_at DESC, t.id LIMIT 10000";
        for row in read.all(open, values![room.organisation, read.now()]).await? {
            tokens.entry(row.get("person")?).or_default().push(TokenShown::read(&row)?);
        }
        let services = "SELECT m.person AS person, p.name AS name, m.role AS role, m.state AS state, \
                        p.service_since AS since FROM membership m JOIN person p ON p.id = m.person \
                        WHERE m.organisation = $1 AND m.state <> 'left' AND p.service_since IS NOT NULL \
                        AND NOT EXISTS (SELECT 1 FROM directory d WHERE d.service = m.person) \
                        ORDER BY p.name, p.id LIMIT 1000";
        let rows = read.all(services, values![room.organisation]).await?;
        let shown = |row: &door::store::Row| {
            let id = row.get("person")?;
            Ok(ServiceShown {
                id,
                name: row.get("name")?,
                role: row.get("role")?,
                state: row.get("state")?,
                since: row.get("since")?,
                tokens: tokens.remove(&id).unwrap_or_default(),
            })
        };
        Ok(ServiceList { services: rows.iter().map(shown).collect::<Result<_>>()? })
    }
}
