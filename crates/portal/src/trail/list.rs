//! `trail.list`: who did what, when, to what, with what result.

use door::trail::{Filter, Mark, PAGE_MAX, page};
use door::{Action, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::{Asked, asking};
use super::event::{NAMED, TrailEvent, Walls};
use crate::ids::PersonId;
use crate::organisations::Room;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};

/// Lists the record.
pub struct List;

/// Events on one page when nothing is said.
const PAGE: usize = 50;
/// Whoever may read the record: an organisation's owner and admins, a client's own admins.
pub(super) const READERS: Relations = Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]);

asking!(
    /// Which events.
    #[derive(Default)]
    Wanted {
        /// Where the last page ended: its `next`, with the same filter.
        cursor: Option<String>,
        /// Events on the page, at most 200.
        limit: Option<String>,
    }
);

/// A page of the record, newest first.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TrailList {
    /// The events.
    pub events: Vec<TrailEvent>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
    /// Whose story it is, when one object was asked for.
    pub story: Option<Story>,
    /// Whether so much waits for the seal that some of it may be missing here until then.
    pub backlog: bool,
}

/// The object of a story.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Story {
    /// Which.
    pub id: Uuid,
    /// What kind, as its events call it.
    pub kind: Option<String>,
    /// What it is called now.
    pub name: Option<String>,
    /// Whether it is no longer there.
    pub gone: bool,
}

impl Action for List {
    type Target = Room;
    type Input = Wanted;
    type Output = TrailList;
    const SPEC: Spec = Spec::new(
        "trail.list",
        "Lists the record: an organisation's for its owner and admins, a client's own for the client's admins.",
        Way::Http(Verb::Get, "/trail"),
        READERS,
    );
}

impl Look for List {
    async fn look(input: &Wanted, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<TrailList> {
        let filter = input.filter()?;
        let after = input.cursor.as_ref().map(|cursor| Mark::parse(cursor, &filter)).transpose();
        let after = after.map_err(|error| Refusal::field("cursor", error.to_string()))?;
        let limit = match input.limit.as_deref().map(str::parse::<usize>) {
            None => PAGE,
            Some(Ok(limit)) if (1..=PAGE_MAX).contains(&limit) => limit,
            Some(_) => return Err(Refusal::field("limit", "must be a number from 1 to 200")),
        };
        let walls = Walls::of(room)?;
        let chains = walls.chains(read).await?;
        let found = page(read, &chains, &filter, after, limit).await?;
        let events = walls.show(read, &found.events).await?;
        let story = match input.object {
            Some(object) => Some(story(walls, read, object, &events).await?),
            None => None,
        };
        let next = found.next.map(|next| next.cursor(&filter));
        Ok(TrailList { events, next, story, backlog: found.backlog })
    }
}

/// What is known of the object: its kind from its own events, its name from where it stands, if it still does.
async fn story(walls: Walls, read: &mut Read<'_>, id: Uuid, events: &[TrailEvent]) -> Result<Story> {
    let kind = events.iter().flat_map(|event| &event.objects).find(|object| object.id == id);
    let kind = kind.map(|object| object.kind.clone());
    let name = match &kind {
        Some(kind) => walls.name_of(read, kind, id).await?,
        None => None,
    };
    let gone = name.is_none() && kind.as_ref().is_some_and(|kind| NAMED.contains(&kind.as_str()));
    Ok(Story { id, kind, name, gone })
}
