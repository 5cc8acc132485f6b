//! Copies to take away: everything that is a person's, an organisation's or a client company's, as one archive (GDPR articles
//! 15 and 20). What goes into it stands in the inventory and nowhere else; secrets never do.
//!
//! | entry | what it is |
//! | --- | --- |
//! | `READ ME.html` | what is in it and what is not, for people |
//! | `data/TABLE.json` | the rows of a table, an array of objects |
//! | `schemas/TABLE.schema.json` | what each field means (JSON Schema 2020-12) |
//! | `files/…` | the files themselves |
//! | `manifest.json` | every entry before it with its length and SHA-256 |

mod account;
mod client;
mod cover;
mod organisation;
mod query;
mod rows;

use door::{Outlet, Read, Record, Released, Result, Snapshots, Time, Write, values};
use serde_json::json;
use uuid::Uuid;

pub use account::CopyAccount;
pub use client::CopyClient;
pub use organisation::CopyOrganisation;

use self::cover::Cover;
use self::query::{Query, queries};

pub use self::query::condition;
use crate::files::{Archive, Cabinet};
use crate::ids::OrganisationId;
use crate::requests::{ArchiveOut, Kept, Names, kept_in};
use crate::world::World;

/// Whose copy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A person's.
    Person,
    /// An organisation's.
    Organisation,
    /// A client company's.
    Client,
}

/// What is sent once the record is on disk.
pub struct Grant {
    whose: Whose,
    id: Uuid,
    name: String,
    at: Time,
    /// Rows of each table when it was granted.
    counts: Vec<(&'static Query, i64)>,
    /// The files, each with its place in the archive.
    pub files: Vec<(String, Kept)>,
    cabinet: Cabinet,
}

/// Counts what will be in a copy and finds its files, inside the transaction that records it.
///
/// # Errors
/// As [`door::store::Error`] says.
async fn grant(
    whose: Whose,
    id: Uuid,
    name: String,
    record: Record,
    write: &mut Write<'_>,
) -> Result<(Grant, ArchiveOut, Record)> {
    let (mut counts, mut items) = (Vec::new(), 0);
    for query in queries(whose) {
        let rows: i64 = write.one(query.count, values![id]).await?.get("rows")?;
        items += rows;
        counts.push((query, rows));
    }
    let mut names = Names::default();
    let mut files = Vec::new();
    for row in write.all(query::files(whose), values![id]).await? {
        let kept = kept_in(write, OrganisationId(row.get("organisation")?), row.get("file")?).await?;
        let place = names.free(&row.get::<String>("title")?, &row.get::<String>("name")?);
        files.push((format!("files/{place}"), kept));
    }
    let day = write.now().timestamp().strftime("%Y-%m-%d");
    let count = i64::try_from(files.len()).unwrap_or(i64::MAX);
    let out = ArchiveOut { name: format!("copy-{day}.zip"), media_type: "application/zip".to_owned(), files: count };
    let cabinet = write.world::<World>()?.cabinet.clone();
    let record = record.fact("items", items).fact("files", count);
    Ok((Grant { whose, id, name, at: write.now(), counts, files, cabinet }, out, record))
}

/// Sends a copy.
async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
    let Grant { whose, id, name, at, counts, files, cabinet } = grant.open();
    let mut archive = Archive::new(outlet);
    let cover = Cover::new(whose, &name, at, &counts, files.len());
    archive.put("READ ME.html", cover.to_html()?.as_bytes()).await?;
    // One snapshot for all tables: what refers to each other is there together.
    let mut read: Read<'_> = snapshots.read().await?;
    for (query, _) in &counts {
        rows::write(&mut archive, &mut read, query, id).await?;
    }
    read.leave();
    for (query, _) in &counts {
        let schema = query.schema().to_string();
        archive.put(&format!("schemas/{}.schema.json", query.table.name), schema.as_bytes()).await?;
    }
    for (path, kept) in files {
        archive.copy(&path, &cabinet, &kept.open(&cabinet.key)?).await?;
    }
    let manifest = json!({ "made_at": at.timestamp().to_string(), "entries": archive.entries() }).to_string();
    archive.put("manifest.json", manifest.as_bytes()).await?;
    archive.finish().await
}

/// The name of whose copy it is.
async fn name_of(write: &mut Write<'_>, sql: &'static str, id: Uuid) -> Result<String> {
    Ok(write.one(sql, values![id]).await?.get("name")?)
}
