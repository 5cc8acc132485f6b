//! `organisation.look.set`: what the organisation is called, its colour, and as whom it writes.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Colour;
use crate::fields::{Mail, Name};
use crate::nothing::Nothing;
use crate::organisations::{ORGANISATION, Room};
use crate::standing::{ADMIN, OWNER};

/// Says what the organisation looks like.
pub struct SetLook;

/// How. What is left out is the portal's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookWanted {
    /// What the organisation is called.
    pub name: Name,
    /// The colour of buttons and links. White text can be read on it: a contrast of 4.5 at least (WCAG 2.2, 1.4.3).
    #[schema(example = "#155a80")]
    pub accent: Option<Colour>,
    /// The name that its letters come from, in place of its own.
    pub sender: Option<Name>,
    /// Where answers to its letters go.
    pub reply_to: Option<Mail>,
}

impl Action for SetLook {
    type Target = Room;
    type Input = LookWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "organisation.look.set",
        "Says what the organisation is called, which colour its pages have, and as whom it writes letters.",
        Way::Http(Verb::Put, "/organisation/look"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .fresh();
}

impl Change for SetLook {
    async fn change(input: &LookWanted, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        if let Some(accent) = input.accent {
            accent.carries_white().map_err(|why| Refusal::field("accent", why))?;
        }
        let row = write.one("SELECT rev, name FROM organisation WHERE id = $1", values![room.organisation]).await?;
        let renamed = row.get::<String>("name")? != input.name.as_str();
        let sql = "UPDATE organisation SET rev = $2, name = $3, accent = $4, sender = $5, reply_to = $6 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let accent = input.accent.map(|accent| accent.to_string());
        let sender = input.sender.as_ref().map(Name::as_str);
        let reply_to = input.reply_to.as_ref().map(Mail::as_str);
        let own = values![&input.name, accent, sender, reply_to];
        write.update(ORGANISATION, room.organisation.0, row.get("rev")?, sql, own).await?;
        let record = Record::on("organisation", room.organisation.0)
            .fact("renamed", renamed)
            .fact("accent", input.accent.is_some())
            .fact("sender", input.sender.is_some())
            .fact("reply_to", input.reply_to.is_some());
        Ok((Nothing {}, record))
    }
}
