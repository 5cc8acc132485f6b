//! Rows that are gone come back: each is created anew at the revision behind its deletion, with a fresh salt, and on the
//! record like everything else. The log keeps both: that it went, and that it came back.

use std::collections::BTreeMap;

use ledger::event::Operation;
use uuid::Uuid;

use crate::permit::{Recorded, Write};
use crate::record::fresh_salt;
use crate::refusal::{Refusal, Result};
use crate::store::{Table, Value};
use crate::values;

impl Write<'_> {
    /// Puts rows of a recorded table back: those of `rows` whose last change here is their deletion. What is still there,
    /// whatever it holds by now, and what was never here, is left alone. `columns` are all of the table's, in the order of
    /// their names, and each row has its values in that order. Gives how many came back.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the columns are not those of the table, or a row refers to one that is not there.
    pub async fn put_back(&mut self, table: Recorded, columns: &[String], rows: Vec<Vec<Value>>) -> Result<u64> {
        let place = |name: &str| columns.iter().position(|column| column == name).ok_or(Refusal::Broken);
        let (id_at, revision_at, salt_at) = (place("id")?, place("rev")?, place("salt")?);
        let gone = self.gone(table).await?;
        let shape = Table { name: table.table.to_owned(), columns: columns.to_vec(), key: vec!["id".to_owned()] };
        let into = shape.fill(self.tx).await?;
        let mut count = 0;
        for mut row in rows {
            let Some(id) = row.get(id_at).and_then(id_of) else { continue };
            let Some(deleted) = gone.get(&id) else { continue };
            let revision = deleted + 1;
            row[revision_at] = Value::Int(Some(revision));
            row[salt_at] = Value::Bytes(Some(fresh_salt().as_bytes().to_vec()));
            let back = into.insert(self.tx, row).await?;
            self.moved(table, id, revision, Operation::Create, Some(&back))?;
            count += 1;
        }
        Ok(count)
    }

    /// The rows of a table that are gone, with the revision of their deletion.
    async fn gone(&mut self, table: Recorded) -> Result<BTreeMap<Uuid, i64>> {
        let sql = "SELECT c.pk AS pk, c.rev AS rev FROM change c WHERE c.entity = $1 AND c.op = 'd' \
                   AND NOT EXISTS (SELECT 1 FROM change n WHERE n.entity = c.entity AND n.pk = c.pk AND n.rev > c.rev)";
        let rows = self.tx.all(sql, values![table.entity]).await?;
        rows.iter().map(|row| Ok((row.get("pk")?, row.get("rev")?))).collect()
    }
}

/// An id, as either engine keeps it.
fn id_of(value: &Value) -> Option<Uuid> {
    match value {
        Value::Id(id) => *id,
        Value::Bytes(Some(bytes)) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}
