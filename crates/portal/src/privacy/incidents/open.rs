//! `incident.open`: something happened; the clock runs.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EntryKind, INCIDENT, State, note};
use crate::fields::{Moment, Name, Words};
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};

/// Opens an incident.
pub struct Open;

/// How long ago it may have been noticed, in seconds: later is a slip of the pen.
const AGO_SECONDS: i64 = 10 * 366 * 86_400;

/// What happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentWanted {
    /// What it is called.
    pub title: Name,
    /// What is known: what happened, whose data, about how many people, what may follow, what was done (GDPR article 33,
    /// 3).
    pub text: Words,
    /// When it was noticed; now, when nothing is said. The clock runs from there.
    pub noticed_at: Option<Moment>,
}

/// An incident.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentOpened {
    /// Its id.
    pub id: Uuid,
}

impl Action for Open {
    type Target = Room;
    type Input = IncidentWanted;
    type Output = IncidentOpened;
    const SPEC: Spec = Spec::new(
        "incident.open",
        "Writes down that personal data may have been breached. From when it was noticed, 72 hours run.",
        Way::Http(Verb::Post, "/incidents"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .in_closing();
}

impl Change for Open {
    async fn change(
        input: &IncidentWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(IncidentOpened, Record)> {
        let now = write.now();
        let noticed_at = input.noticed_at.map_or(now, |moment| moment.0);
        if noticed_at > now || now.seconds_since(noticed_at) > AGO_SECONDS {
            return Err(Refusal::field("noticed_at", "must be a time that has been, of the last ten years"));
        }
        let id = write.id();
        let sql = "INSERT INTO incident (id, rev, salt, organisation, title, noticed_at, opened_by, opened_at, state) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *";
        let own = values![room.organisation, &input.title, noticed_at, room.person, now, State::Open];
        write.insert(INCIDENT, id, sql, own).await?;
        note::insert(write, id, EntryKind::Note, &input.text, noticed_at, room.person).await?;
        Ok((IncidentOpened { id }, Record::on("incident", id).at(Place::organisation(room.organisation.0))))
    }
}
