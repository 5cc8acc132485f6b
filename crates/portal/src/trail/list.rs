//! `trail.list`: who did what, when, to what, with what result.

use std::collections::BTreeMap;

use door::ledger::Chain;
use door::ledger::event::Outcome;
use door::trail::{Filter, PAGE_MAX, Recorded, page};
use door::{Action, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ids::{ClientId, PersonId};
use crate::organisations::Room;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};

/// Lists the record.
pub struct List;

/// Events on one page when nothing is said.
const PAGE: usize = 50;

/// Which events.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only what this person did, or tried.
    pub actor: Option<PersonId>,
    /// Only this action: `project.member.remove`.
    pub action: Option<String>,
    /// Only what was done to this object.
    pub object: Option<Uuid>,
    /// Only what ended so: `done`, `denied` or `failed`.
    pub result: Option<String>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Events on the page, at most 200.
    pub limit: Option<String>,
}

/// A page of the record, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrailList {
    /// The events.
    pub events: Vec<TrailEvent>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// One event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrailEvent {
    /// Its number.
    pub number: i64,
    /// Its id.
    pub id: Uuid,
    /// When, UTC.
    pub at: String,
    /// What was done, or tried.
    pub action: String,
    /// Who: a person's id, where one is known.
    pub actor: Option<Uuid>,
    /// Who, by name. Absent when erased, or for nobody known.
    pub actor_name: Option<String>,
    /// `person`, `token`, `console`, `job` or `anyone`.
    pub actor_kind: String,
    /// The object that it was done to.
    pub object: Option<Uuid>,
    /// What kind of object.
    pub object_kind: Option<String>,
    /// Every object that it concerned: kind and id.
    pub objects: Vec<TrailObject>,
    /// `done`, `denied` or `failed`.
    pub result: String,
    /// Where it came from: the address that the portal saw.
    pub source: Option<String>,
    /// The request that log and answer name.
    pub request: Uuid,
    /// Whose record it stands on.
    pub chain: String,
    /// What the actor was to the object.
    pub relations: Vec<String>,
    /// Further facts.
    pub facts: BTreeMap<String, serde_json::Value>,
    /// Values about people that have not been erased.
    pub private: BTreeMap<String, String>,
    /// Whether it has its place in the sealed log already.
    pub sealed: bool,
}

/// One object of an event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrailObject {
    /// What kind.
    pub kind: String,
    /// Which.
    pub id: Uuid,
    /// What it is called, where the reader may see it.
    pub name: Option<String>,
}

impl Action for List {
    type Target = Room;
    type Input = Wanted;
    type Output = TrailList;
    const SPEC: Spec = Spec::new(
        "trail.list",
        "Lists the record: an organisation's for its owner and admins, a client's own for the client's admins.",
        Way::Http(Verb::Get, "/trail"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]),
    );
}

impl Look for List {
    async fn look(input: &Wanted, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<TrailList> {
        let filter = filter(input)?;
        let limit = match input.limit.as_deref().map(str::parse::<usize>) {
            None => PAGE,
            Some(Ok(limit)) if (1..=PAGE_MAX).contains(&limit) => limit,
            Some(_) => return Err(Refusal::field("limit", "must be a number from 1 to 200")),
        };
        let chains = chains(room, read).await?;
        let found = page(read, &chains, &filter, limit).await?;
        let names = names(room, read, &found.events).await?;
        Ok(TrailList {
            events: found.events.iter().map(|recorded| shown(recorded, &names)).collect(),
            next: found.next.map(|next| next.to_string()),
        })
    }
}

fn filter(input: &Wanted) -> Result<Filter> {
    let outcome = match input.result.as_deref() {
        None => None,
        Some("done") => Some(Outcome::Done),
        Some("denied") => Some(Outcome::Denied),
        Some("failed") => Some(Outcome::Failed),
        Some(_) => return Err(Refusal::field("result", "must be done, denied or failed")),
    };
    let before = match &input.cursor {
        None => None,
        Some(cursor) => {
            Some(cursor.parse().map_err(|_| Refusal::field("cursor", "must be the `next` of the page before"))?)
        }
    };
    Ok(Filter {
        actor: input.actor.map(|person| person.0),
        act: input.action.clone(),
        target: input.object,
        outcome,
        before,
    })
}

/// The organisation's people read its chain and its clients'; a client's people read their own.
async fn chains(room: &Permitted<Room>, read: &mut Read<'_>) -> Result<Vec<Chain>> {
    if !room.caller_is(&[OWNER, ADMIN]) {
        return Ok(room.client.map(|client| Chain::Client(client.0)).into_iter().collect());
    }
    let rows =
        read.all("SELECT id FROM client WHERE organisation = $1 ORDER BY id", values![room.organisation]).await?;
    let mut chains = vec![Chain::Organisation(room.organisation.0)];
    for row in &rows {
        chains.push(Chain::Client(row.get::<ClientId>("id")?.0));
    }
    Ok(chains)
}

/// The names of those who acted and of what they acted on. Whoever may read the chain may know who is in it; a thing
/// is named only inside the reader's own walls, since a refused address may have named anything.
async fn names(room: &Permitted<Room>, read: &mut Read<'_>, events: &[Recorded]) -> Result<BTreeMap<Uuid, String>> {
    let mut names = BTreeMap::new();
    for event in events {
        let body = event.event.body();
        let things = body.tgt.iter().map(|thing| (thing.kind.as_str(), thing.id));
        for (kind, id) in body.actor.id.map(|id| ("actor", id)).into_iter().chain(things) {
            if !names.contains_key(&id)
                && let Some(name) = name_of(room, read, kind, id).await?
            {
                names.insert(id, name);
            }
        }
    }
    Ok(names)
}

async fn name_of(room: &Permitted<Room>, read: &mut Read<'_>, kind: &str, id: Uuid) -> Result<Option<String>> {
    let sql = match kind {
        "actor" => {
            let row = read.maybe("SELECT name FROM person WHERE id = $1", values![id]).await?;
            return row.map(|row| Ok(row.get("name")?)).transpose();
        }
        "person" | "member" => {
            "SELECT p.name AS name FROM person p JOIN membership m ON m.person = p.id \
             WHERE p.id = $1 AND m.organisation = $2 AND (m.client = $3 OR m.client IS NULL OR $3 IS NULL) LIMIT 1"
        }
        "project" => {
            "SELECT p.title AS name FROM project p \
             WHERE p.id = $1 AND p.organisation = $2 AND (p.client = $3 OR $3 IS NULL)"
        }
        "credential" => {
            "SELECT c.title AS name FROM credential c JOIN project p ON p.id = c.project \
             WHERE c.id = $1 AND p.organisation = $2 AND (p.client = $3 OR $3 IS NULL)"
        }
        "client" => {
            "SELECT c.name AS name FROM client c \
             WHERE c.id = $1 AND c.organisation = $2 AND (c.id = $3 OR $3 IS NULL)"
        }
        _ => return Ok(None),
    };
    let client = if room.caller_is(&[OWNER, ADMIN]) { None } else { room.client };
    let row = read.maybe(sql, values![id, room.organisation, client]).await?;
    row.map(|row| Ok(row.get("name")?)).transpose()
}

fn shown(recorded: &Recorded, names: &BTreeMap<Uuid, String>) -> TrailEvent {
    let body = recorded.event.body();
    let mut private: BTreeMap<String, String> = recorded.private.iter().cloned().collect();
    TrailEvent {
        number: recorded.n,
        id: body.id,
        at: door::Time(body.at.as_microsecond()).to_string(),
        action: body.act.clone(),
        actor: body.actor.id,
        actor_name: body.actor.id.and_then(|id| names.get(&id).cloned()),
        actor_kind: body.actor.kind.word().to_owned(),
        object: body.tgt.first().map(|thing| thing.id),
        object_kind: body.tgt.first().map(|thing| thing.kind.clone()),
        objects: body
            .tgt
            .iter()
            .map(|thing| TrailObject { kind: thing.kind.clone(), id: thing.id, name: names.get(&thing.id).cloned() })
            .collect(),
        result: body.out.word().to_owned(),
        source: private.remove("actor.ip"),
        request: body.req,
        chain: body.chain.to_string(),
        relations: body.authz.relations.clone(),
        facts: body.facts.clone(),
        private,
        sealed: recorded.sealed,
    }
}
