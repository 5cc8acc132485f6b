//! `incident.note`: what was found, done and decided. Nothing that was written down is changed.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ENTRY, EntryKind, INCIDENT, Incident, State};
use crate::fields::{Moment, Words};
use crate::ids::PersonId;
use crate::standing::{ADMIN, OWNER};

/// Writes something down.
pub struct Note;

/// What.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryWanted {
    /// What it is.
    pub kind: EntryKind,
    /// In words: to whom, by which way, under which number; or why not.
    pub text: Words,
    /// When it was done; now, when nothing is said.
    pub at: Option<Moment>,
}

/// It stands there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryAdded {
    /// Its id.
    pub id: Uuid,
}

impl Action for Note {
    type Target = Incident;
    type Input = EntryWanted;
    type Output = EntryAdded;
    const SPEC: Spec = Spec::new(
        "incident.note",
        "Writes down what was found, done or decided about an incident. Closing it wants both decisions: authority and people.",
        Way::Http(Verb::Post, "/incidents/{incident}/entries"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .not_when(&["closed"])
    .in_closing();
}

impl Change for Note {
    async fn change(
        input: &EntryWanted,
        incident: &Permitted<Incident>,
        write: &mut Write<'_>,
    ) -> Result<(EntryAdded, Record)> {
        let now = write.now();
        let at = input.at.map_or(now, |moment| moment.0);
        if at > now || at < incident.noticed_at {
            return Err(Refusal::field("at", "must lie between when it was noticed and now"));
        }
        if input.kind == EntryKind::Closed {
            let kinds = write.all("SELECT kind FROM incident_entry WHERE incident = $1", values![incident.id]).await?;
            let kinds = kinds.iter().map(|row| row.get::<EntryKind>("kind"));
            let kinds = kinds.collect::<door::store::Result<Vec<_>>>()?;
            let decided =
                kinds.iter().any(|kind| kind.is_about_authority()) && kinds.iter().any(|kind| kind.is_about_people());
            if !decided {
                return Err(Refusal::Conflict("undecided"));
            }
            let sql = "UPDATE incident SET rev = $2, state = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(INCIDENT, incident.id, incident.revision, sql, values![State::Closed]).await?;
        }
        let by = PersonId(write.caller().actor.person().ok_or(Refusal::SignIn)?);
        let id = insert(write, incident.id, input.kind, &input.text, at, by).await?;
        Ok((EntryAdded { id }, Record::on("incident", incident.id).fact("kind", input.kind)))
    }
}

/// Inserts an entry.
pub(super) async fn insert(
    write: &mut Write<'_>,
    incident: Uuid,
    kind: EntryKind,
    text: &Words,
    at: Time,
    by: PersonId,
) -> Result<Uuid> {
    let id = write.id();
    let sql = "INSERT INTO incident_entry (id, rev, salt, incident, kind, text, at, written_by, written_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *";
    let now = write.now();
    write.insert(ENTRY, id, sql, values![incident, kind, text, at, by, now]).await?;
    Ok(id)
}
