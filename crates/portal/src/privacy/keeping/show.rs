//! `retention.show`: the periods, what would go before it goes, what is held, and what went.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::due::{DUE, of};
use super::{DataClass, Due};
use crate::ids::ProjectId;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::privacy::ending::{Ended, ended_clients};
use crate::standing::{ADMIN, OWNER};

/// Shows them.
pub struct ShowRetention;

/// How far ahead is looked, in days.
const AHEAD_DAYS: i64 = 30;

/// Periods, and what follows from them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionShown {
    /// The periods.
    pub periods: Periods,
    /// What goes with the next run, or within thirty days; what is held is marked. A look: nothing is deleted by it.
    pub due: Vec<Due>,
    /// What is held, and what was; the newest first.
    pub holds: Vec<HoldShown>,
    /// What was deleted because its time was over; the newest first, at most a hundred.
    pub deleted: Vec<Deleted>,
    /// Clients that were deleted, with what went; the newest first.
    pub ended: Vec<Ended>,
}

/// Days after a project was closed; what has none is kept until somebody deletes it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct Periods {
    /// Messages and comments.
    pub messages_days: Option<i64>,
    /// The bytes of files.
    pub files_days: Option<i64>,
    /// Secrets.
    pub credentials_days: Option<i64>,
}

/// A hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HoldShown {
    /// Its id.
    pub id: Uuid,
    /// The project that is held, or the client, or nothing where it is the whole organisation.
    pub what: Option<String>,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub placed_by: String,
    /// When.
    pub placed_at: Time,
    /// Who lifted it.
    pub lifted_by: Option<String>,
    /// When.
    pub lifted_at: Option<Time>,
}

/// A deletion that was done. Its event stands on the record of the organisation and of the client.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    /// The project.
    pub project: ProjectId,
    /// What it is called.
    pub title: String,
    /// What of it.
    pub class: DataClass,
    /// How many.
    pub items: i64,
    /// When.
    pub at: Time,
}

impl Action for ShowRetention {
    type Target = Room;
    type Input = Nothing;
    type Output = RetentionShown;
    const SPEC: Spec = Spec::new(
        "retention.show",
        "Shows how long things are kept, what would go within thirty days, what is held, and what went.",
        Way::Http(Verb::Get, "/retention"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowRetention {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<RetentionShown> {
        let periods = "SELECT messages_days, files_days, credentials_days FROM retention WHERE organisation = $1";
        let periods = match read.maybe(periods, values![room.organisation]).await? {
            Some(row) => Periods {
                messages_days: row.get("messages_days")?,
                files_days: row.get("files_days")?,
                credentials_days: row.get("credentials_days")?,
            },
            None => Periods::default(),
        };
        let until = read.now().plus_seconds(AHEAD_DAYS * 86_400);
        let rows = read.all(DUE, of(Some(room.organisation), until)).await?;
        let due = rows.iter().map(Due::read).collect::<door::store::Result<_>>()?;
        let (holds, deleted) = (holds(room, read).await?, deleted(room, read).await?);
        let ended = ended_clients(read, room.organisation).await?;
        Ok(RetentionShown { periods, due, holds, deleted, ended })
    }
}

async fn holds(room: &Room, read: &mut Read<'_>) -> Result<Vec<HoldShown>> {
    let sql = "SELECT h.id AS id, coalesce(p.title, c.name) AS what, h.reason AS reason, a.name AS placed_by, \
               h.placed_at AS placed_at, b.name AS lifted_by, h.lifted_at AS lifted_at FROM hold h \
               LEFT JOIN project p ON p.id = h.project LEFT JOIN client c ON c.id = h.client \
               JOIN person a ON a.id = h.placed_by LEFT JOIN person b ON b.id = h.lifted_by \
               WHERE h.organisation = $1 ORDER BY h.id DESC LIMIT 200";
    let rows = read.all(sql, values![room.organisation]).await?;
    let held = |row: &door::store::Row| {
        Ok(HoldShown {
            id: row.get("id")?,
            what: row.get("what")?,
            reason: row.get("reason")?,
            placed_by: row.get("placed_by")?,
            placed_at: row.get("placed_at")?,
            lifted_by: row.get("lifted_by")?,
            lifted_at: row.get("lifted_at")?,
        })
    };
    rows.iter().map(held).collect()
}

async fn deleted(room: &Room, read: &mut Read<'_>) -> Result<Vec<Deleted>> {
    let sql = "SELECT d.project AS project, p.title AS title, d.class AS class, d.items AS items, d.at AS at \
               FROM deleted d JOIN project p ON p.id = d.project WHERE d.organisation = $1 ORDER BY d.id DESC LIMIT 100";
    let rows = read.all(sql, values![room.organisation]).await?;
    let gone = |row: &door::store::Row| {
        Ok(Deleted {
            project: row.get("project")?,
            title: row.get("title")?,
            class: row.get("class")?,
            items: row.get("items")?,
            at: row.get("at")?,
        })
    };
    rows.iter().map(gone).collect()
}
