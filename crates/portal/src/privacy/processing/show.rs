//! `processing.show`: the register of processing (GDPR article 30).

use door::inventory::{Class, Copied, Data, Table};
use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::measures::measures;
use super::{Measure, Recipient};
use crate::ids::OrganisationId;
use crate::inventory::INVENTORY;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};
use crate::world::World;

/// Shows it.
pub struct ShowProcessing;

/// The register.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProcessingShown {
    /// Who is responsible; absent until an owner has said it.
    pub parties: Option<Parties>,
    /// What is kept about people, and why.
    pub activities: Vec<Activity>,
    /// Through whose hands it passes.
    pub recipients: Vec<Recipient>,
    /// What protects it.
    pub measures: Vec<Measure>,
}

/// Who is responsible.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Parties {
    /// The organisation's name as it stands in contracts.
    pub legal_name: String,
    /// Its address.
    pub address: String,
    /// Where to write about privacy.
    pub contact: String,
    /// Its data protection officer.
    pub officer: Option<String>,
    /// The authority that watches over it.
    pub authority: Option<String>,
    /// Since when that is said.
    pub set_at: Time,
}

/// One kind of data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// What is kept.
    pub what: String,
    /// Why.
    pub purpose: String,
    /// Which data.
    pub data: Vec<String>,
    /// For how long.
    pub kept: String,
    /// How it goes.
    pub erased: String,
}

impl Action for ShowProcessing {
    type Target = Room;
    type Input = Nothing;
    type Output = ProcessingShown;
    const SPEC: Spec = Spec::new(
        "processing.show",
        "Shows the register of processing: who is responsible, what is kept and why, through whose hands it passes.",
        Way::Http(Verb::Get, "/processing"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowProcessing {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<ProcessingShown> {
        Ok(ProcessingShown {
            parties: parties(room.organisation, read).await?,
            activities: activities(),
            recipients: all_recipients(room.organisation, read).await?,
            measures: measures(read).await?,
        })
    }
}

/// Who is responsible for an organisation's data.
pub(super) async fn parties(organisation: OrganisationId, read: &mut Read<'_>) -> Result<Option<Parties>> {
    let sql = "SELECT legal_name, address, contact, officer, authority, set_at FROM parties WHERE organisation = $1";
    let Some(row) = read.maybe(sql, values![organisation]).await? else { return Ok(None) };
    Ok(Some(Parties {
        legal_name: row.get("legal_name")?,
        address: row.get("address")?,
        contact: row.get("contact")?,
        officer: row.get("officer")?,
        authority: row.get("authority")?,
        set_at: row.get("set_at")?,
    }))
}

/// The installation's recipients, and those that the organisation itself sends its record to.
pub(super) async fn all_recipients(organisation: OrganisationId, read: &mut Read<'_>) -> Result<Vec<Recipient>> {
    let mut all = read.world::<World>()?.recipients.to_vec();
    let rows = read.all("SELECT url FROM webhook WHERE organisation = $1 ORDER BY id", values![organisation]).await?;
    for row in &rows {
        let url = url::Url::parse(&row.get::<String>("url")?).ok();
        let Some(host) = url.as_ref().and_then(url::Url::host_str) else { continue };
        all.push(Recipient {
            who: host.to_owned(),
            purpose: "the organisation's own security tools".to_owned(),
            data: "the organisation's record: who did what, and what was refused".to_owned(),
        });
    }
    Ok(all)
}

/// What is kept about people, as the inventory has it.
fn activities() -> Vec<Activity> {
    INVENTORY.iter().filter(|table| is_about_people(table)).map(activity).collect()
}

/// What of it is kept for a client.
pub(super) fn for_a_client() -> Vec<Activity> {
    let theirs = |table: &&Table| matches!(table.copied, Copied::Where { client: Some(_), .. });
    INVENTORY.iter().filter(|table| is_about_people(table)).filter(theirs).map(activity).collect()
}

/// Whether a table says anything about somebody. The log's own numbers do not.
pub(crate) fn is_about_people(table: &Table) -> bool {
    table.columns.iter().any(|column| is_data(column.data)) && (table.class != Class::Record || table.name == "event")
}

const fn is_data(data: Data) -> bool {
    matches!(data, Data::Personal | Data::Content | Data::Secret)
}

fn activity(table: &Table) -> Activity {
    let data = table.columns.iter().filter(|column| is_data(column.data));
    Activity {
        what: table.what.to_owned(),
        purpose: table.why.to_owned(),
        data: data.map(|column| column.what.to_owned()).collect(),
        kept: table.kept.to_owned(),
        erased: table.erased.to_owned(),
    }
}
