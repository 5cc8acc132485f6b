//! `provider.show`: whom the organisation believes, and who came that way.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{KEEPERS, redirect_uri};
use crate::ids::{PersonId, ProviderSubjectId};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};
use crate::world::World;

/// Shows whom the organisation believes.
pub struct ShowProvider;

/// Whom, if anybody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderState {
    /// Where the provider sends people back to: it wants to be told.
    pub redirect_uri: String,
    /// The provider.
    pub provider: Option<ProviderShown>,
}

/// A provider. Its secret is shown to nobody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderShown {
    /// What people type where they sign in.
    pub handle: String,
    /// Its issuer.
    pub issuer: String,
    /// What it calls this portal.
    pub client_id: String,
    /// Mail domains, with spaces between; any, where there are none.
    pub domains: Option<String>,
    /// As what people come in who do not belong to the organisation; not at all, where there is nothing.
    pub newcomers: Option<Role>,
    /// When it was set.
    pub set_at: Time,
    /// Since when people under verified domains, and whoever it knows, are let in by its word alone; none where they are not.
    pub required_since: Option<Time>,
    /// Who has signed in through it, by name.
    pub subjects: Vec<SubjectShown>,
}

/// Somebody whom it knows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubjectShown {
    /// The connection.
    pub id: ProviderSubjectId,
    /// Who it is here.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Since when.
    pub since: Time,
}

impl Action for ShowProvider {
    type Target = Room;
    type Input = Nothing;
    type Output = ProviderState;
    const SPEC: Spec = Spec::new(
        "provider.show",
        "Shows whose word opens the organisation's rooms beside passwords, and for whom it has.",
        Way::Http(Verb::Get, "/provider"),
        KEEPERS,
    );
}

impl Look for ShowProvider {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<ProviderState> {
        let redirect_uri = redirect_uri(&read.world::<World>()?.public_origin, room.organisation);
        let sql = "SELECT handle, issuer, client_id, domains, newcomers, set_at, required_since FROM provider WHERE organisation = $1";
        let Some(row) = read.maybe(sql, values![room.organisation]).await? else {
            return Ok(ProviderState { redirect_uri, provider: None });
        };
        let subjects = "SELECT u.id AS id, u.person AS person, a.name AS name, u.connected_at AS since \
                        FROM provider_subject u JOIN provider p ON p.id = u.provider JOIN person a ON a.id = u.person \
                        WHERE p.organisation = $1 ORDER BY a.name, u.id LIMIT 1000";
        let subjects = read.all(subjects, values![room.organisation]).await?;
        let subjects = subjects.iter().map(|row| {
            Ok(SubjectShown {
                id: row.get("id")?,
                person: row.get("person")?,
                name: row.get("name")?,
                since: row.get("since")?,
            })
        });
        let provider = ProviderShown {
            handle: row.get("handle")?,
            issuer: row.get("issuer")?,
            client_id: row.get("client_id")?,
            domains: row.get("domains")?,
            newcomers: row.get("newcomers")?,
            set_at: row.get("set_at")?,
            required_since: row.get("required_since")?,
            subjects: subjects.collect::<Result<_>>()?,
        };
        Ok(ProviderState { redirect_uri, provider: Some(provider) })
    }
}
