//! `retention.set`: for how many days things are kept after a project was closed.

use door::{Action, Change, Permitted, Place, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::RETENTION;
use crate::fields::KeptDays;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::OWNER;

/// Sets the periods.
pub struct SetRetention;

/// Days after a project was closed. What is left out is kept until somebody deletes it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Messages and comments.
    pub messages_days: Option<KeptDays>,
    /// The bytes of files.
    pub files_days: Option<KeptDays>,
    /// Secrets.
    pub credentials_days: Option<KeptDays>,
}

impl Action for SetRetention {
    type Target = Room;
    type Input = Wanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "retention.set",
        "Says for how many days after a project was closed its messages, files and secrets are kept.",
        Way::Http(Verb::Put, "/retention"),
        Relations::of(&[OWNER]),
    );
}

impl Change for SetRetention {
    async fn change(input: &Wanted, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let days = [input.messages_days, input.files_days, input.credentials_days].map(|days| days.map(KeptDays::days));
        let known = "SELECT id, rev FROM retention WHERE organisation = $1";
        let id: Uuid = match write.maybe(known, values![room.organisation]).await? {
            Some(row) => {
                let (id, revision) = (row.get("id")?, row.get("rev")?);
                let sql = "UPDATE retention SET rev = $2, messages_days = $3, files_days = $4, credentials_days = $5, \
                           set_by = $6, set_at = $7 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                let own = values![days[0], days[1], days[2], room.person, write.now()];
                write.update(RETENTION, id, revision, sql, own).await?;
                id
            }
            None => {
                let id = write.id();
                let sql = "INSERT INTO retention (id, rev, salt, organisation, messages_days, files_days, \
                           credentials_days, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *";
                let own = values![room.organisation, days[0], days[1], days[2], room.person, write.now()];
                write.insert(RETENTION, id, sql, own).await?;
                id
            }
        };
        let mut record = Record::on("retention", id).at(Place::organisation(room.organisation.0));
        for (name, days) in [("messages_days", days[0]), ("files_days", days[1]), ("credentials_days", days[2])] {
            if let Some(days) = days {
                record = record.fact(name, days);
            }
        }
        Ok((Nothing {}, record))
    }
}
