//! `retention.sweep`: what is due goes, one class of one project at a time, so that each deletion is an event of its own on
//! the record of those whom it concerns.

use door::{Action, Permitted, Place, Read, Receive, Record, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::due::{DUE, of};
use super::{DELETED, DataClass, Due};
use crate::identity::Anywhere;
use crate::ids::{ClientId, OrganisationId};
use crate::messages::MESSAGE;
use crate::nothing::Nothing;
use crate::requests::COMMENT;
use crate::vault::{CREDENTIAL, REVEAL};

/// Deletes what is due.
pub struct Sweep;

/// What went.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Swept {
    /// How many.
    pub items: i64,
    /// Whether more is due: then it is done again at once.
    pub more: bool,
}

/// What goes with this run.
pub(super) struct Next {
    due: Due,
    organisation: OrganisationId,
    client: ClientId,
}

/// The next that goes, and whether there is more.
pub struct Ready(Option<Next>, bool);

impl Action for Sweep {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Swept;
    const SPEC: Spec = Spec::new(
        "retention.sweep",
        "Deletes what organisations keep no longer: messages, files or secrets of a project that was closed long enough ago.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Receive for Sweep {
    type Ready = Ready;

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let rows = read.all(DUE, of(None, read.now())).await?;
        let mut next = None;
        let mut open = 0;
        for row in &rows {
            let due = Due::read(row)?;
            if due.held {
                continue;
            }
            open += 1;
            if next.is_none() {
                next = Some(Next { due, organisation: row.get("organisation")?, client: row.get("client")? });
            }
        }
        Ok(Ready(next, open > 1))
    }

    async fn receive(
        Ready(next, more): &Ready,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(Swept, Record)> {
        let Some(Next { due, organisation, client }) = next else {
            return Ok((Swept::default(), Record::of_nothing()));
        };
        // A hold that came in between counts.
        let row = write.one(STILL, values![due.project, *client, *organisation]).await?;
        if row.get::<bool>("held")? || !row.get::<bool>("closed")? {
            return Ok((Swept { items: 0, more: *more }, Record::of_nothing()));
        }
        match due.class {
            DataClass::Messages => messages(write, due).await?,
            DataClass::Files => files(write, due).await?,
            DataClass::Credentials => credentials(write, due).await?,
        }
        let id = write.id();
        let sql = "INSERT INTO deleted (id, rev, salt, organisation, project, class, items, closed_at, due_at, at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *";
        let own = values![*organisation, due.project, due.class, due.items, due.closed_at, due.due_at, write.now()];
        write.insert(DELETED, id, sql, own).await?;
        let place = Place {
            organisation: Some(organisation.0),
            client: Some(client.0),
            project: Some(due.project.0),
            ..Place::INSTALLATION
        };
        let record = Record::on("project", due.project.0).fact("class", due.class).fact("items", due.items).at(place);
        Ok((Swept { items: due.items, more: *more }, record))
    }
}

/// Whether it is still to go.
const STILL: &str = "SELECT EXISTS (SELECT 1 FROM hold h WHERE h.organisation = $3 AND h.lifted_at IS NULL \
     AND (h.project = $1 OR h.client = $2 OR (h.project IS NULL AND h.client IS NULL))) AS held, \
     EXISTS (SELECT 1 FROM project p WHERE p.id = $1 AND p.status = 'archived') AS closed";

async fn messages(write: &mut Write<'_>, due: &Due) -> Result<()> {
    for row in write.all("SELECT id, rev FROM message WHERE project = $1", values![due.project]).await? {
        let sql = "DELETE FROM message WHERE id = $1 AND rev = $2";
        write.delete(MESSAGE, row.get("id")?, row.get("rev")?, sql)?;
    }
    let comments = "SELECT c.id AS id, c.rev AS rev FROM request_comment c JOIN request q ON q.id = c.request \
                    WHERE q.project = $1";
    for row in write.all(comments, values![due.project]).await? {
        let sql = "DELETE FROM request_comment WHERE id = $1 AND rev = $2";
        write.delete(COMMENT, row.get("id")?, row.get("rev")?, sql)?;
    }
    Ok(())
}

/// Without its key a file is noise wherever a copy of its bytes may lie; the bytes themselves go with the next
/// `file.sweep`.
async fn files(write: &mut Write<'_>, due: &Due) -> Result<()> {
    let sql = "UPDATE file SET wrapped = $3, gone_at = $2 WHERE gone_at IS NULL AND id IN (SELECT v.file \
               FROM request_version v JOIN request q ON q.id = v.request WHERE q.project = $1)";
    write.keep(sql, values![due.project, write.now(), Vec::<u8>::new()]).await?;
    Ok(())
}

async fn credentials(write: &mut Write<'_>, due: &Due) -> Result<()> {
    let seen =
        "SELECT r.id AS id, r.rev AS rev FROM reveal r JOIN credential k ON k.id = r.credential WHERE k.project = $1";
    for row in write.all(seen, values![due.project]).await? {
        let sql = "DELETE FROM reveal WHERE id = $1 AND rev = $2";
        write.delete(REVEAL, row.get("id")?, row.get("rev")?, sql)?;
    }
    for row in write.all("SELECT id, rev FROM credential WHERE project = $1", values![due.project]).await? {
        let sql = "DELETE FROM credential WHERE id = $1 AND rev = $2";
        write.delete(CREDENTIAL, row.get("id")?, row.get("rev")?, sql)?;
    }
    Ok(())
}
