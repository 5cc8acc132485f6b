//! The second table of truth: for every table and column what it is, why it is kept, for how long, how it is exported
//! and how it is erased. Policy page, export, erasure and retention follow from it.

use std::collections::BTreeMap;

use crate::store::{Engine, Result, Store};

/// One table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name in the database.
    pub name: &'static str,
    /// What a row is, for people.
    pub what: &'static str,
    /// Why it is kept.
    pub why: &'static str,
    /// For how long.
    pub kept: &'static str,
    /// Which rows leave in whose copy.
    pub copied: Copied,
    /// What becomes of the rows that are somebody's when that person is erased.
    pub leaves: Leaves,
    /// What becomes of the rows that are an organisation's or a client's when that one is erased.
    pub ends: Ends,
    /// How it goes otherwise: by itself, by a button.
    pub erased: &'static str,
    /// Whether each change of a row has its record.
    pub class: Class,
    /// Every column but those that every recorded table has.
    pub columns: &'static [Column],
}

/// Which rows of a table leave in whose copy: conditions of SQL in which `$1` is the id. A copy holds every column of such a
/// row that is not [`Data::Secret`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// At least somebody's.
    Where {
        /// In a person's own: what is about them and what they made.
        person: Option<&'static str>,
        /// In an organisation's.
        organisation: Option<&'static str>,
        /// In a client company's.
        client: Option<&'static str>,
    },
    /// Nobody's, and why.
    Not(&'static str),
}

/// What becomes of the rows that are a person's, as [`Copied`] finds them, when the person is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// They are deleted.
    Goes,
    /// They stay for the others, and name nobody any more: where a name stood, “former member” stands.
    Nameless,
    /// What they say about the person is taken out of them by code of their own.
    Emptied,
    /// There are none.
    NotTheirs,
}

/// What becomes of a table's rows when an organisation, or a client company of it, is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// They are deleted: conditions of SQL in which `$1` is the id.
    Goes {
        /// An organisation's.
        organisation: &'static str,
        /// A client's, where there are any.
        client: Option<&'static str>,
    },
    /// They stay, and code of their own takes out of them what they say.
    Emptied,
    /// There are none, or they say that it was done.
    NotTheirs,
}

/// Recorded or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Each change of a row has its record, enforced by the database.
    Recorded,
    /// Housekeeping: derived, counted or forgotten soon. The verifier lists these.
    Housekeeping,
    /// The record itself.
    Record,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub what: &'static str,
    /// What kind of data it is.
    pub data: Data,
}

/// Kinds of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Random ids, numbers, states, times: nothing about a person by itself.
    Neutral,
    /// Says something about a person.
    Personal,
    /// What a person wrote for a project: kept with "former member" as its author.
    Content,
    /// Encrypted or hashed; its plaintext must not be found anywhere.
    Secret,
}

/// Columns that every recorded table has.
pub const COMMON_COLUMNS: [&str; 4] = ["id", "rev", "entity", "salt"];

/// What the database has that the inventory does not know, and the other way round. Empty when they agree.
///
/// # Errors
/// As [`crate::store::Error`] says.
pub async fn differences(store: &Store, inventory: &[Table]) -> Result<Vec<String>> {
    let real = columns(store).await?;
    let mut differences = Vec::new();
    for (table, columns) in &real {
        let Some(known) = inventory.iter().find(|known| known.name == *table) else {
            differences.push(format!("{table}: not in the inventory"));
            continue;
        };
        let recorded = known.class == Class::Recorded;
        if recorded != columns.iter().any(|column| column == "salt") {
            differences.push(format!("{table}: recorded in one, not in the other"));
        }
        for column in columns {
            let common = recorded && COMMON_COLUMNS.contains(&column.as_str());
            if !common && !known.columns.iter().any(|known| known.name == column) {
                differences.push(format!("{table}.{column}: not in the inventory"));
            }
        }
        for column in known.columns {
            if !columns.iter().any(|real| real == column.name) {
                differences.push(format!("{table}.{}: not in the database", column.name));
            }
        }
    }
    for known in inventory {
        if !real.contains_key(known.name) {
            differences.push(format!("{}: not in the database", known.name));
        }
    }
    Ok(differences)
}

/// Every table of the database, and its columns.
pub(crate) async fn columns(store: &Store) -> Result<BTreeMap<String, Vec<String>>> {
    let sql = match store.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS tab, c.name AS col FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS tab, column_name::text AS col FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in store.read().await?.all(sql, vec![]).await? {
        tables.entry(row.get("tab")?).or_default().push(row.get("col")?);
    }
    Ok(tables)
}
