//! The questions of a copy, made of the inventory.

use std::sync::LazyLock;

use door::inventory::{Class, Column, Copied, Data, Table};
use serde_json::{Map, Value, json};

use super::Whose;
use crate::inventory::INVENTORY;

/// One table of a copy.
#[derive(Debug)]
pub(super) struct Query {
    /// The table.
    pub(super) table: &'static Table,
    /// How many rows it will be: `$1` is whose.
    pub(super) count: &'static str,
    /// The next rows after `$2`, at most `$3`, where the table has a key to go by; else all of them.
    pub(super) rows: &'static str,
    /// The column to go by.
    pub(super) key: Option<&'static str>,
}

/// The tables of a copy, in the order of the inventory.
pub(super) fn queries(whose: Whose) -> &'static [Query] {
    static QUERIES: LazyLock<[Vec<Query>; 3]> =
        LazyLock::new(|| [made(Whose::Person), made(Whose::Organisation), made(Whose::Client)]);
    &QUERIES[whose as usize]
}

/// The file of every version that is in a copy, with what it is called.
pub(super) fn files(whose: Whose) -> &'static str {
    static FILES: LazyLock<[&str; 3]> = LazyLock::new(|| {
        ["v.submitted_by", "p.organisation", "p.client"].map(|theirs| {
            let sql = format!(
                "SELECT r.title AS title, v.name AS name, v.file AS file, p.organisation AS organisation \
                 FROM request_version v JOIN request r ON r.id = v.request JOIN project p ON p.id = r.project \
                 JOIN file f ON f.id = v.file AND f.gone_at IS NULL WHERE {theirs} = $1 ORDER BY v.id"
            );
            &*sql.leak()
        })
    });
    FILES[whose as usize]
}

/// Which rows of a table are whose.
pub fn condition(table: &Table, whose: Whose) -> Option<&'static str> {
    let Copied::Where { person, organisation, client } = table.copied else { return None };
    match whose {
        Whose::Person => person,
        Whose::Organisation => organisation,
        Whose::Client => client,
    }
}

fn made(whose: Whose) -> Vec<Query> {
    INVENTORY.iter().filter_map(|table| Some(query(table, condition(table, whose)?))).collect()
}

/// The inventory is fixed when the program starts, so its questions live as long as it does.
fn query(table: &'static Table, condition: &str) -> Query {
    let key = match table.class {
        Class::Recorded => Some("id"),
        Class::Record => Some("n"),
        Class::Housekeeping => None,
    };
    let columns: Vec<&str> = fields(table).map(|(name, _)| name).collect();
    let columns = columns.join(", ");
    let name = table.name;
    let rows = match key {
        Some(key) => {
            format!("SELECT {columns} FROM {name} WHERE ({condition}) AND {key} > $2 ORDER BY {key} LIMIT $3")
        }
        None => format!("SELECT {columns} FROM {name} WHERE {condition}"),
    };
    let count = format!("SELECT count(*) AS rows FROM {name} WHERE {condition}");
    Query { table, count: count.leak(), rows: rows.leak(), key }
}

/// The fields of a row in a copy, and what each is. No secret is among them.
pub(super) fn fields(table: &'static Table) -> impl Iterator<Item = (&'static str, &'static str)> {
    let id = (table.class == Class::Recorded).then_some(("id", "its id"));
    let columns = table.columns.iter().filter(|column: &&Column| column.data != Data::Secret);
    id.into_iter().chain(columns.map(|column| (column.name, column.what)))
}

/// Whether a column holds a time, in microseconds since 1970.
pub(super) fn is_time(column: &str) -> bool {
    column == "at" || column.ends_with("_at")
}

impl Query {
    /// What its fields mean (JSON Schema 2020-12).
    pub(super) fn schema(&self) -> Value {
        let mut properties = Map::new();
        for (name, what) in fields(self.table) {
            let mut property = json!({ "description": what });
            if is_time(name) {
                property["type"] = json!(["string", "null"]);
                property["format"] = json!("date-time");
            }
            properties.insert(name.to_owned(), property);
        }
        let required: Vec<&String> = properties.keys().collect();
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.table.what,
            "description": format!("Kept {}, {}.", self.table.kept, self.table.why),
            "type": "array",
            "items": { "type": "object", "required": required, "properties": properties, "additionalProperties": false },
        })
    }
}
