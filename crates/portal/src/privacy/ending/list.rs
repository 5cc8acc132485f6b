//! `ending.list`: what has ended here or is about to, for the operator, with the proof: what went, counted table by table.

use std::collections::BTreeMap;

use door::{Action, Look, Permitted, Read, Relation, Relations, Result, Spec, Time, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::Anywhere;
use crate::ids::{ClientId, OrganisationId};
use crate::nothing::Nothing;

/// Lists them.
pub struct ListEndings;

/// What ends or has ended, the newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Endings {
    /// At most a thousand.
    pub endings: Vec<Ended>,
}

/// A client or an organisation that ends or has ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The client, where it is one that ends.
    pub client: Option<ClientId>,
    /// When it was asked for.
    pub asked_at: Time,
    /// By whom; nobody, where it was erased again after a backup had brought it back.
    pub asked_by: Option<String>,
    /// When it is due.
    pub due_at: Time,
    /// Since when it cannot be taken back.
    pub begun_at: Option<Time>,
    /// When it was done.
    pub erased_at: Option<Time>,
    /// What went so far.
    pub went: Vec<Went>,
}

/// What went of one table.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Went {
    /// The table, as the inventory names it.
    pub table: String,
    /// How many of its rows.
    pub items: i64,
}

impl Action for ListEndings {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Endings;
    const SPEC: Spec = Spec::new(
        "ending.list",
        "Lists the clients and organisations that have ended or are about to, with what went with each, counted.",
        Way::Console("ending.list"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Look for ListEndings {
    async fn look(_: &Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Endings> {
        Ok(Endings { endings: endings(read, None).await? })
    }
}

/// The clients of an organisation that have ended, the newest first.
///
/// # Errors
/// As the store says.
pub(crate) async fn ended_clients(read: &mut Read<'_>, organisation: OrganisationId) -> Result<Vec<Ended>> {
    let all = endings(read, Some(organisation)).await?;
    Ok(all.into_iter().filter(|ended| ended.client.is_some() && ended.begun_at.is_some()).collect())
}

/// Of one organisation, or of all.
async fn endings(read: &mut Read<'_>, organisation: Option<OrganisationId>) -> Result<Vec<Ended>> {
    let of = || values![organisation.map(|organisation| organisation.0).unwrap_or_default(), organisation.is_none()];
    let counts = "SELECT c.ending AS ending, c.what AS what, c.items AS items FROM ending_count c \
                  JOIN ending e ON e.id = c.ending WHERE e.organisation = $1 OR $2 ORDER BY c.what";
    let mut went: BTreeMap<Uuid, Vec<Went>> = BTreeMap::new();
    for row in read.all(counts, of()).await? {
        let counted = Went { table: row.get("what")?, items: row.get("items")? };
        went.entry(row.get("ending")?).or_default().push(counted);
    }
    let sql = "SELECT e.id AS id, e.organisation AS organisation, e.client AS client, e.asked_at AS asked_at, \
               p.name AS asked_by, e.due_at AS due_at, e.begun_at AS begun_at, e.erased_at AS erased_at FROM ending e \
               LEFT JOIN person p ON p.id = e.asked_by WHERE e.organisation = $1 OR $2 ORDER BY e.id DESC LIMIT 1000";
    let rows = read.all(sql, of()).await?;
    let ended = rows.iter().map(|row| {
        Ok(Ended {
            organisation: row.get("organisation")?,
            client: row.get("client")?,
            asked_at: row.get("asked_at")?,
            asked_by: row.get("asked_by")?,
            due_at: row.get("due_at")?,
            begun_at: row.get("begun_at")?,
            erased_at: row.get("erased_at")?,
            went: went.remove(&row.get("id")?).unwrap_or_default(),
        })
    });
    ended.collect()
}
