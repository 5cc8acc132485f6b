//! Whether the rows are what the record says: each at its last recorded revision, with the content that was committed to,
//! and none gone without a word.

use std::collections::{BTreeMap, HashMap};

use ledger::Hash;
use ledger::commitment::{Salt, of_row};
use uuid::Uuid;

use super::cores::on_all_cores;
use super::{Fault, PAGE, Report};
use crate::inventory::COMMON_COLUMNS;
use crate::store::{Result, Row, Tx};
use crate::values;

/// Compares every recorded table. `numbers` says which number in the table of changes means which table.
pub(super) async fn check(
    tx: &mut Tx,
    report: &mut Report,
    schema: &BTreeMap<String, Vec<String>>,
    numbers: &HashMap<i64, String>,
) -> Result<()> {
    let recorded = |columns: &[String]| COMMON_COLUMNS.iter().all(|common| columns.iter().any(|name| name == common));
    for (table, _) in schema.iter().filter(|(_, columns)| recorded(columns)) {
        standing(tx, report, table).await?;
    }
    for (number, table) in numbers {
        missing(tx, report, *number, table, schema.contains_key(table)).await?;
    }
    Ok(())
}

/// The rows that are there.
async fn standing(tx: &mut Tx, report: &mut Report, table: &str) -> Result<()> {
    let mut page = rows_after(tx, table, None).await?;
    loop {
        let full = page.len() as i64 == PAGE;
        let last = page.last().map(|row| row.get("id")).transpose()?;
        let name = table.to_owned();
        let working = on_all_cores(page, move |row| {
            let id: Uuid = row.get("id")?;
            Ok((id, differs(&name, id, row)?))
        });
        let next = async { if full { rows_after(tx, table, last).await } else { Ok(Vec::new()) } };
        let (read, next) = working.and(next).await?;
        for (id, differs) in read {
            match differs {
                None => report.rows += 1,
                Some(wrong) => report.fault(Fault::Row { table: table.to_owned(), id, wrong }),
            }
        }
        if !full {
            return Ok(());
        }
        page = next;
    }
}

async fn rows_after(tx: &mut Tx, table: &str, after: Option<Uuid>) -> Result<Vec<Row>> {
    let place = if after.is_some() { "t.id > $2" } else { "1 = 1" };
    let sql = format!(
        "SELECT t.*, c.after AS recorded_after, x.op AS recorded_next FROM {} t \
         LEFT JOIN change c ON c.entity = t.entity AND c.pk = t.id AND c.rev = t.rev \
         LEFT JOIN change x ON x.entity = t.entity AND x.pk = t.id AND x.rev = t.rev + 1 \
         WHERE {place} ORDER BY t.id LIMIT $1",
        quoted(table)
    );
    let mut values = values![PAGE];
    values.extend(after.map(Into::into));
    tx.all_made(sql, &values).await
}

fn differs(table: &str, id: Uuid, row: &Row) -> Result<Option<&'static str>> {
    let Some(recorded) = row.get::<Option<Vec<u8>>>("recorded_after")? else {
        return Ok(Some("no event commits to what it holds"));
    };
    if row.get::<Option<String>>("recorded_next")?.is_some() {
        return Ok(Some("was put back to an older revision"));
    }
    let salt: Vec<u8> = row.get("salt")?;
    let revision = u64::try_from(row.get::<i64>("rev")?);
    let (Ok(salt), Ok(revision)) = (<[u8; 32]>::try_from(salt), revision) else {
        return Ok(Some("its salt or revision is none"));
    };
    let state = row.canonical(&["salt", "recorded_after", "recorded_next"])?;
    let commitment = of_row(&Salt::new(salt), table, id, revision, state.as_bytes());
    Ok((Hash::try_from(recorded.as_slice()) != Ok(commitment)).then_some("holds something else than was recorded"))
}

/// The rows that should be there: whose last recorded change is no deletion.
async fn missing(tx: &mut Tx, report: &mut Report, number: i64, table: &str, exists: bool) -> Result<()> {
    let there = match exists {
        true => format!("AND NOT EXISTS (SELECT 1 FROM {} t WHERE t.id = c.pk)", quoted(table)),
        false => String::new(),
    };
    let sql = format!(
        "SELECT c.pk AS pk FROM change c WHERE c.entity = $1 AND c.op <> 'd' AND NOT EXISTS \
         (SELECT 1 FROM change x WHERE x.entity = c.entity AND x.pk = c.pk AND x.rev = c.rev + 1) {there} LIMIT $2"
    );
    let values = values![number, PAGE];
    for row in &tx.all_made(sql, &values).await? {
        report.fault(Fault::RowMissing { table: table.to_owned(), id: row.get("pk")? });
    }
    Ok(())
}

/// A table's name comes from the database's own schema, or from an event; quoted, it can be nothing but a name.
fn quoted(table: &str) -> String {
    format!("\"{}\"", table.replace('"', "\"\""))
}
