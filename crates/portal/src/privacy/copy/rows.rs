//! The rows of one table, as a JSON array that is written while it is read.

use door::store::{Row, Value as Bound};
use door::{Read, Result, Time, values};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::query::{Query, fields, is_time};
use crate::files::Archive;

/// Rows that are in memory at once.
const ROWS: i64 = 500;

/// Writes `data/TABLE.json`.
pub(super) async fn write(
    archive: &mut Archive<'_>,
    read: &mut Read<'_>,
    query: &'static Query,
    id: Uuid,
) -> Result<()> {
    archive.begin(format!("data/{}.json", query.table.name))?;
    let mut before = "[\n";
    let mut after = match query.key {
        Some("n") => Bound::from(0_i64),
        _ => Bound::from(Uuid::nil()),
    };
    loop {
        let asked = if query.key.is_some() { values![id, after, ROWS] } else { values![id] };
        let rows = read.all(query.rows, asked).await?;
        let mut text = String::new();
        for row in &rows {
            text += before;
            text += &object(query, row)?.to_string();
            before = ",\n";
        }
        archive.write(text.as_bytes()).await?;
        let Some(last) = rows.last().filter(|_| query.key.is_some() && rows.len() as i64 == ROWS) else { break };
        after = match query.key {
            Some("n") => Bound::from(last.get::<i64>("n")?),
            _ => Bound::from(last.get::<Uuid>("id")?),
        };
    }
    archive.write(if before == "[\n" { b"[]\n" } else { b"\n]\n" }).await
}

fn object(query: &'static Query, row: &Row) -> Result<Value> {
    let mut object = Map::new();
    for (name, _) in fields(query.table) {
        let value = row.json(name)?;
        let value = match value.as_i64().filter(|_| is_time(name)) {
            Some(at) => serde_json::json!(Time(at)),
            None => value,
        };
        object.insert(name.to_owned(), value);
    }
    Ok(Value::Object(object))
}
