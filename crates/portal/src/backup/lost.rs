//! What one organisation had at the time of a snapshot, read from a copy of the database that is made for it and taken away
//! again.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use door::inventory::Ends;
use door::store::{Dump, Settings, Value};
use door::{Recorded, values};

use super::manifest::Manifest;
use super::repository::{Repository, Snapshot};
use super::stage::{PUTTING_BACK, Stage};
use super::{Backups, Error, Result, give_back, restore, verify};
use crate::files::{FileId, Files};
use crate::ids::{ClientId, OrganisationId};
use crate::inventory::INVENTORY;
use crate::privacy::copy::{Whose, condition};
use crate::requests::{LostFile, LostPart};
use crate::schema;

/// What comes back. Whatever lets somebody in, or lets something out, does not: who was taken out of a project was taken out
/// on purpose, and nobody looks twice at what a restoration brings.
const CONTENT: &[&str] = &["message", "request_comment", "credential", "reveal"];

/// What there was.
pub struct Lost {
    /// In which snapshot.
    pub(super) snapshot: Snapshot,
    /// Its rows.
    pub(super) tables: Vec<LostRows>,
    /// Files that have no key any more, with the key that they had.
    pub(super) files: Vec<LostFile>,
}

/// Rows of a recorded table.
pub(super) struct LostRows {
    pub(super) table: Recorded,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
}

/// The questions, by table: which of its rows are the organisation's, and which a client's. The inventory is fixed when the program starts, so
/// its questions live as long as it does.
fn questions() -> &'static BTreeMap<&'static str, (Recorded, &'static str, &'static str)> {
    static QUESTIONS: LazyLock<BTreeMap<&str, (Recorded, &str, &str)>> = LazyLock::new(|| {
        let content = INVENTORY.iter().filter(|table| CONTENT.contains(&table.name));
        let theirs = content.filter_map(|table| {
            let sql = format!("SELECT * FROM {} WHERE {}", table.name, condition(table, Whose::Organisation)?);
            let Ends::Goes { client: Some(client), .. } = table.ends else { return None };
            let of_client = format!("SELECT * FROM {} WHERE {client}", table.name);
            Some((table.name, (schema::recorded(table.name)?, &*sql.leak(), &*of_client.leak())))
        });
        theirs.collect()
    });
    &QUESTIONS
}

/// Reads what an organisation had, and puts the bytes of the files that are `gone` back where files lie: without their keys,
/// which are the business of whoever writes the rows, they are noise, and swept as such.
///
/// # Errors
/// See [`Error`].
pub(super) async fn find(
    backups: &Backups,
    files: &Files,
    organisation: OrganisationId,
    snapshot: Option<&str>,
    gone: &[FileId],
    ended: &[ClientId],
) -> Result<Lost> {
    let repository = backups.open_with_kit().await?;
    let snapshot = repository.snapshot(snapshot).await?;
    restore::same_portal(&give_back::kept_of(&repository, &snapshot.manifest)?, backups.data.directory())?;
    verify(&repository, &snapshot.manifest).await?;
    let stage = Stage::inside(backups.data.directory(), PUTTING_BACK)?;
    let now = backups.clock.now();
    let copy = Settings::Sqlite(stage.path.join("portal.db"));
    let store = give_back::database(&repository, &snapshot.manifest, &copy, now).await?;
    store.migrate(&schema::migrations(), now).await?;
    let found = read(&mut Dump::open(&store).await?, organisation, gone, ended).await;
    store.close().await;
    let (tables, lost) = found?;
    bytes(&repository, &snapshot.manifest, files, organisation, &lost).await?;
    Ok(Lost { snapshot, tables, files: lost })
}

async fn read(
    copy: &mut Dump,
    organisation: OrganisationId,
    gone: &[FileId],
    ended: &[ClientId],
) -> Result<(Vec<LostRows>, Vec<LostFile>)> {
    let known = copy.all("SELECT id FROM organisation WHERE id = $1", values![organisation]).await?;
    if known.is_empty() {
        return Err(Error::Missing { what: format!("organisation {organisation} in this snapshot") });
    }
    let mut tables = Vec::new();
    // In the order in which they were made: a row comes after what it refers to.
    for shape in copy.tables().await? {
        let Some((table, sql, of_client)) = questions().get(shape.name.as_str()) else { continue };
        let mut rows = copy.rows(&shape, sql, values![organisation]).await?;
        // What belonged to a client that has ended since does not come back.
        let mut without = Vec::new();
        for client in ended {
            without.extend(copy.rows(&shape, of_client, values![*client]).await?);
        }
        rows.retain(|row| !without.contains(row));
        if !rows.is_empty() {
            tables.push(LostRows { table: *table, columns: shape.columns, rows });
        }
    }
    let mut files = Vec::new();
    for file in gone {
        files.extend(file_of(copy, *file).await?);
    }
    Ok((tables, files))
}

/// A file as the copy has it, if it has its key.
async fn file_of(copy: &mut Dump, file: FileId) -> Result<Option<LostFile>> {
    let sql = "SELECT f.generation AS generation, f.wrapped AS wrapped, k.wrapped AS organisation_key FROM file f \
               JOIN organisation_key k ON k.organisation = f.organisation AND k.generation = f.generation \
               WHERE f.id = $1 AND f.gone_at IS NULL";
    let rows = copy.all(sql, values![file]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let sql = "SELECT number, id, length, hashing, made_at FROM file_part WHERE file = $1 ORDER BY number";
    let parts = copy.all(sql, values![file]).await?;
    let parts = parts.iter().map(|part| {
        Ok(LostPart {
            number: part.get("number")?,
            id: part.get("id")?,
            length: part.get("length")?,
            hashing: part.get("hashing")?,
            made_at: part.get("made_at")?,
        })
    });
    Ok(Some(LostFile {
        file,
        generation: row.get("generation")?,
        wrapped: row.get("wrapped")?,
        organisation_key: row.get("organisation_key")?,
        parts: parts.collect::<Result<_>>()?,
    }))
}

async fn bytes(
    repository: &Repository,
    manifest: &Manifest,
    files: &Files,
    organisation: OrganisationId,
    lost: &[LostFile],
) -> Result<()> {
    let folders: Vec<String> = lost.iter().map(|lost| format!("{organisation}/{}/", lost.file)).collect();
    let wanted = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    if !folders.is_empty() {
        give_back::some_files(repository, manifest, files, &wanted).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_comes_back_is_there() {
        assert_eq!(questions().len(), CONTENT.len());
    }
}
