//! One event as it is shown to those who may read it: the same on the page, in the interface and in a copy.

use std::collections::BTreeMap;

use door::ledger::Chain;
use door::trail::Recorded;
use door::{Permitted, Read, Refusal, Result, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ids::{ClientId, OrganisationId};
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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
    /// Its place there.
    pub seal: Option<TrailSeal>,
}

/// One object of an event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrailObject {
    /// What kind.
    pub kind: String,
    /// Which.
    pub id: Uuid,
    /// What it is called, where the reader may see it.
    pub name: Option<String>,
}

/// The place of an event in the sealed log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrailSeal {
    /// Its place in the whole log, from 0.
    pub index: i64,
    /// Its place in its own record, from 1: without a gap.
    pub sequence: i64,
    /// The hash of its leaf, in hexadecimal.
    pub leaf: String,
}

/// What of the record somebody may read: the organisation's people all of it, a client's people their own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Walls {
    /// An organisation's record and its clients'.
    Organisation(OrganisationId),
    /// One client's.
    Client(OrganisationId, ClientId),
}

impl Walls {
    /// Of whoever is in these rooms, and may read the record at all.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for somebody of no client who is not of the organisation.
    pub(super) fn of(room: &Permitted<Room>) -> Result<Self> {
        if room.caller_is(&[OWNER, ADMIN]) {
            return Ok(Self::Organisation(room.organisation));
        }
        room.client.map(|client| Self::Client(room.organisation, client)).ok_or(Refusal::NotFound)
    }

    const fn organisation(self) -> OrganisationId {
        match self {
            Self::Organisation(organisation) | Self::Client(organisation, _) => organisation,
        }
    }

    const fn client(self) -> Option<ClientId> {
        match self {
            Self::Organisation(_) => None,
            Self::Client(_, client) => Some(client),
        }
    }

    /// The chains that may be read.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn chains(self, read: &mut Read<'_>) -> Result<Vec<Chain>> {
        let Self::Organisation(organisation) = self else {
            return Ok(self.client().map(|client| Chain::Client(client.0)).into_iter().collect());
        };
        let rows = read.all("SELECT id FROM client WHERE organisation = $1 ORDER BY id", values![organisation]).await?;
        let mut chains = vec![Chain::Organisation(organisation.0)];
        for row in &rows {
            chains.push(Chain::Client(row.get::<ClientId>("id")?.0));
        }
        Ok(chains)
    }

    /// Events with the names of those who acted and of what they acted on.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn show(self, read: &mut Read<'_>, events: &[Recorded]) -> Result<Vec<TrailEvent>> {
        let mut names = Names { walls: self, known: BTreeMap::new() };
        for event in events {
            let body = event.event.body();
            if let Some(actor) = body.actor.id {
                names.find(read, "actor", actor).await?;
            }
            for thing in &body.tgt {
                names.find(read, &thing.kind, thing.id).await?;
            }
        }
        Ok(events.iter().map(|event| shown(event, &names)).collect())
    }

    /// What a thing is called: `None` when it is not there, or not there for this reader.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn name_of(self, read: &mut Read<'_>, kind: &str, id: Uuid) -> Result<Option<String>> {
        let sql = match kind {
            // Whoever may read the record may know who is in it.
            "actor" => {
                let row = read.maybe("SELECT name FROM person WHERE id = $1", values![id]).await?;
                return row.map(|row| Ok(row.get("name")?)).transpose();
            }
            // A thing is named only inside the reader's own walls: a refused address may have named anything.
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
            "request" => {
                "SELECT r.title AS name FROM request r JOIN project p ON p.id = r.project \
                 WHERE r.id = $1 AND p.organisation = $2 AND (p.client = $3 OR $3 IS NULL)"
            }
            "version" => {
                "SELECT v.name AS name FROM request_version v JOIN request r ON r.id = v.request \
                 JOIN project p ON p.id = r.project \
                 WHERE v.id = $1 AND p.organisation = $2 AND (p.client = $3 OR $3 IS NULL)"
            }
            "client" => {
                "SELECT c.name AS name FROM client c \
                 WHERE c.id = $1 AND c.organisation = $2 AND (c.id = $3 OR $3 IS NULL)"
            }
            // No client's people know what the organisation's domains are.
            "domain" => {
                "SELECT d.shown AS name FROM domain d \
                 WHERE d.id = $1 AND d.organisation = $2 AND (d.organisation = $3 OR $3 IS NULL)"
            }
            _ => return Ok(None),
        };
        let row = read.maybe(sql, values![id, self.organisation(), self.client()]).await?;
        row.map(|row| Ok(row.get("name")?)).transpose()
    }
}

impl TrailEvent {
    /// The event with ids only: for whoever stands outside every organisation.
    #[must_use]
    pub fn without_names(recorded: &Recorded) -> Self {
        let nobody = Names { walls: Walls::Organisation(OrganisationId(Uuid::nil())), known: BTreeMap::new() };
        shown(recorded, &nobody)
    }
}

/// Kinds of objects that have a name to be found.
pub(super) const NAMED: [&str; 8] =
    ["project", "request", "version", "credential", "client", "person", "member", "domain"];

/// Names that were looked for: each once a page, whether it was found or not.
struct Names {
    walls: Walls,
    known: BTreeMap<(bool, Uuid), Option<String>>,
}

impl Names {
    async fn find(&mut self, read: &mut Read<'_>, kind: &str, id: Uuid) -> Result<()> {
        let key = (kind == "actor", id);
        if !self.known.contains_key(&key) {
            let name = self.walls.name_of(read, kind, id).await?;
            self.known.insert(key, name);
        }
        Ok(())
    }

    fn actor(&self, id: Uuid) -> Option<String> {
        self.known.get(&(true, id)).cloned().flatten()
    }

    fn thing(&self, id: Uuid) -> Option<String> {
        self.known.get(&(false, id)).cloned().flatten()
    }
}

fn shown(recorded: &Recorded, names: &Names) -> TrailEvent {
    let body = recorded.event.body();
    let mut private: BTreeMap<String, String> = recorded.private.iter().cloned().collect();
    TrailEvent {
        number: recorded.n,
        id: body.id,
        at: door::Time(body.at.as_microsecond()).to_string(),
        action: body.act.clone(),
        actor: body.actor.id,
        actor_name: body.actor.id.and_then(|id| names.actor(id)),
        actor_kind: body.actor.kind.word().to_owned(),
        object: body.tgt.first().map(|thing| thing.id),
        object_kind: body.tgt.first().map(|thing| thing.kind.clone()),
        objects: body
            .tgt
            .iter()
            .map(|thing| TrailObject { kind: thing.kind.clone(), id: thing.id, name: names.thing(thing.id) })
            .collect(),
        result: body.out.word().to_owned(),
        source: private.remove("actor.ip"),
        request: body.req,
        chain: body.chain.to_string(),
        relations: body.authz.relations.clone(),
        facts: body.facts.clone(),
        private,
        sealed: recorded.seal.is_some(),
        seal: recorded.seal.map(|seal| TrailSeal {
            index: seal.index,
            sequence: seal.sequence,
            leaf: hex::encode(seal.hash.0),
        }),
    }
}
