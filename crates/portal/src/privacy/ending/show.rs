//! `client.deletion.show` and `organisation.deletion.show`: what would go, what keeps it, and when it goes if that was asked for.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{GRACE_SECONDS, KeptBy, Whole};
use crate::nothing::Nothing;
use crate::organisations::{Client, Room};
use crate::standing::{ADMIN, OWNER};

/// Shows it of a client.
pub struct ShowClientEnding;

/// Shows it of the organisation.
pub struct ShowOrganisationEnding;

/// What goes with a client or an organisation, and when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EndingShown {
    /// The name, as it has to be typed.
    pub name: String,
    /// When it was asked for, if it was.
    pub asked_at: Option<Time>,
    /// By whom.
    pub asked_by: Option<String>,
    /// Until when it can be taken back; if it was not asked for, until when it could be if it were asked for now.
    pub until: Time,
    /// What goes with it.
    pub goes: Goes,
    /// What keeps it: while there is anything, nothing is deleted.
    pub kept_by: Vec<KeptBy>,
}

/// What goes, counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Goes {
    /// Clients; of a client itself, that one.
    pub clients: i64,
    /// Projects.
    pub projects: i64,
    /// Files that were handed in.
    pub files: i64,
    /// Messages and comments.
    pub messages: i64,
    /// Secrets.
    pub credentials: i64,
    /// People who lose their way in. Their accounts stay theirs.
    pub people: i64,
}

const GOES: &str = "SELECT (SELECT count(*) FROM client c WHERE c.organisation = $1 AND (c.id = $2 OR $2 IS NULL) \
     AND NOT EXISTS (SELECT 1 FROM ending e WHERE e.client = c.id AND e.begun_at IS NOT NULL)) AS clients, \
     (SELECT count(*) FROM project p WHERE p.organisation = $1 AND (p.client = $2 OR $2 IS NULL)) AS projects, \
     (SELECT count(*) FROM request_version v JOIN request r ON r.id = v.request JOIN project p ON p.id = r.project \
      WHERE p.organisation = $1 AND (p.client = $2 OR $2 IS NULL)) AS files, \
     (SELECT count(*) FROM message m JOIN project p ON p.id = m.project \
      WHERE p.organisation = $1 AND (p.client = $2 OR $2 IS NULL)) + \
     (SELECT count(*) FROM request_comment n JOIN request r ON r.id = n.request JOIN project p ON p.id = r.project \
      WHERE p.organisation = $1 AND (p.client = $2 OR $2 IS NULL)) AS messages, \
     (SELECT count(*) FROM credential k JOIN project p ON p.id = k.project \
      WHERE p.organisation = $1 AND (p.client = $2 OR $2 IS NULL)) AS credentials, \
     (SELECT count(*) FROM membership m JOIN person a ON a.id = m.person WHERE m.organisation = $1 \
      AND (m.client = $2 OR $2 IS NULL) AND m.state <> 'left' AND a.service_since IS NULL) AS people";

impl Action for ShowClientEnding {
    type Target = Client;
    type Input = Nothing;
    type Output = EndingShown;
    const SPEC: Spec = Spec::new(
        "client.deletion.show",
        "Shows what would go with a client, what keeps it, and when it goes if that was asked for.",
        Way::Http(Verb::Get, "/clients/{client}/deletion"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowClientEnding {
    async fn look(_: &Nothing, client: &Permitted<Client>, read: &mut Read<'_>) -> Result<EndingShown> {
        shown(read, Whole::Client(client.organisation, client.id), client.name.clone()).await
    }
}

impl Action for ShowOrganisationEnding {
    type Target = Room;
    type Input = Nothing;
    type Output = EndingShown;
    const SPEC: Spec = Spec::new(
        "organisation.deletion.show",
        "Shows what would go with the organisation, what keeps it, and when it goes if that was asked for.",
        Way::Http(Verb::Get, "/organisation/deletion"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowOrganisationEnding {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<EndingShown> {
        let own = "SELECT name FROM organisation WHERE id = $1";
        let name = read.one(own, values![room.organisation]).await?.get("name")?;
        shown(read, Whole::Organisation(room.organisation), name).await
    }
}

async fn shown(read: &mut Read<'_>, whole: Whole, name: String) -> Result<EndingShown> {
    let both = || values![whole.organisation(), whole.client()];
    let row = read.one(GOES, both()).await?;
    let goes = Goes {
        clients: row.get("clients")?,
        projects: row.get("projects")?,
        files: row.get("files")?,
        messages: row.get("messages")?,
        credentials: row.get("credentials")?,
        people: row.get("people")?,
    };
    let kept_by = read.all(KeptBy::SQL, KeptBy::values(whole)).await?;
    let kept_by = kept_by.iter().map(KeptBy::read).collect::<door::store::Result<_>>()?;
    let asked = "SELECT e.asked_at AS asked_at, e.due_at AS due_at, p.name AS asked_by FROM ending e \
                 LEFT JOIN person p ON p.id = e.asked_by WHERE e.organisation = $1 AND e.client IS NOT DISTINCT FROM $2";
    let asked = read.maybe(asked, both()).await?;
    let (asked_at, asked_by, until) = match asked {
        Some(row) => (Some(row.get("asked_at")?), row.get("asked_by")?, row.get("due_at")?),
        None => (None, None, read.now().plus_seconds(GRACE_SECONDS)),
    };
    Ok(EndingShown { name, asked_at, asked_by, until, goes, kept_by })
}
