//! `processing.set`: who is responsible, by name and address.

use door::{Action, Change, Permitted, Place, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::PARTIES;
use crate::fields::{Mail, Name, Sentence};
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::OWNER;

/// Sets it.
pub struct SetProcessing;

/// Who the organisation is before the law.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartiesWanted {
    /// Its name as it stands in contracts.
    pub legal_name: Name,
    /// Its address, in one line.
    pub address: Sentence,
    /// Where to write about privacy.
    pub contact: Mail,
    /// Its data protection officer, if it has one.
    pub officer: Option<Name>,
    /// The authority that watches over it.
    pub authority: Option<Name>,
}

impl Action for SetProcessing {
    type Target = Room;
    type Input = PartiesWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "processing.set",
        "Says who is responsible for what is kept: name, address, whom to write to.",
        Way::Http(Verb::Put, "/processing"),
        Relations::of(&[OWNER]),
    );
}

impl Change for SetProcessing {
    async fn change(input: &PartiesWanted, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let known = "SELECT id, rev FROM parties WHERE organisation = $1";
        let (officer, authority) =
            (input.officer.as_ref().map(Name::as_str), input.authority.as_ref().map(Name::as_str));
        let id: Uuid = match write.maybe(known, values![room.organisation]).await? {
            Some(row) => {
                let sql = "UPDATE parties SET rev = $2, legal_name = $3, address = $4, contact = $5, officer = $6, \
                           authority = $7, set_by = $8, set_at = $9 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                let own = values![
                    &input.legal_name,
                    &input.address,
                    &input.contact,
                    officer,
                    authority,
                    room.person,
                    write.now()
                ];
                let id = row.get("id")?;
                write.update(PARTIES, id, row.get("rev")?, sql, own).await?;
                id
            }
            None => {
                let id = write.id();
                let sql = "INSERT INTO parties (id, rev, salt, organisation, legal_name, address, contact, officer, \
                           authority, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *";
                let own = values![
                    room.organisation,
                    &input.legal_name,
                    &input.address,
                    &input.contact,
                    officer,
                    authority,
                    room.person,
                    write.now()
                ];
                write.insert(PARTIES, id, sql, own).await?;
                id
            }
        };
        Ok((Nothing {}, Record::on("parties", id).at(Place::organisation(room.organisation.0))))
    }
}
