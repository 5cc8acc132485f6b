//! Whether rows and events tell the same changes: each row of `change` stands in its event, and no event says more.

use std::collections::HashMap;

use ledger::Hash;
use ledger::event::{Body, Change, Event};
use uuid::Uuid;

use super::own::Own;
use super::{Fault, PAGE, Report};
use crate::record::log;
use crate::store::{Result, Row, Tx};
use crate::values;

/// Compares all rows of `change` with the events that they name. `said` is how many changes all events tell. Gives which
/// number means which table.
pub(super) async fn check(tx: &mut Tx, report: &mut Report, said: u64, own: &Own) -> Result<HashMap<i64, String>> {
    let mut tables = Tables::default();
    let (mut rows_total, mut after) = (0, (i64::MIN, Uuid::nil(), 0));
    loop {
        let rows = tx
            .all(
                "SELECT c.entity AS entity, c.pk AS pk, c.rev AS rev, c.op AS op, c.after AS after, c.n AS n, \
                 e.body AS body FROM change c LEFT JOIN event e ON e.n = c.n \
                 WHERE (c.entity, c.pk, c.rev) > ($1, $2, $3) ORDER BY c.entity, c.pk, c.rev LIMIT $4",
                values![after.0, after.1, after.2, PAGE],
            )
            .await?;
        for row in &rows {
            rows_total += 1;
            after = (row.get("entity")?, row.get("pk")?, row.get("rev")?);
            if tables.says(row)? {
                report.changes += 1;
            } else if dropped(tx, row, own).await? {
                report.changes_dropped += 1;
            } else {
                report.fault(Fault::ChangeUnsaid { pk: after.1, rev: after.2, n: row.get("n")? });
            }
        }
        if (rows.len() as i64) < PAGE {
            break;
        }
    }
    // Every row has its sentence, and no sentence has two rows: equal numbers leave nothing unsaid on either side.
    if rows_total - report.changes_dropped != said || report.changes != said {
        tables.name_missing(tx, report).await?;
    }
    Ok(tables.0)
}

/// Whether the event that told a change was dropped by policy.
async fn dropped(tx: &mut Tx, row: &Row, own: &Own) -> Result<bool> {
    if row.get::<Option<Vec<u8>>>("body")?.is_some() {
        return Ok(false);
    }
    let leaf = "SELECT chain, chain_seq FROM ledger_leaf WHERE n = $1";
    let Some(leaf) = tx.maybe(leaf, values![row.get::<i64>("n")?]).await? else { return Ok(false) };
    Ok(own.dropped_place(&leaf.get::<String>("chain")?, log::unsigned(&leaf, "chain_seq")?))
}

/// Which number means which table, as learned from the events.
#[derive(Default)]
struct Tables(HashMap<i64, String>);

impl Tables {
    /// Whether the event of a row tells this change of this row.
    fn says(&mut self, row: &Row) -> Result<bool> {
        let Some(body) = row.get::<Option<Vec<u8>>>("body")? else { return Ok(false) };
        let Ok(event) = Event::parse(&body) else { return Ok(false) };
        let (entity, pk, rev): (i64, Uuid, i64) = (row.get("entity")?, row.get("pk")?, row.get("rev")?);
        let (op, after): (String, Option<Vec<u8>>) = (row.get("op")?, row.get("after")?);
        let after = after.map(|after| Hash::try_from(after.as_slice()));
        let same = |change: &&Change| {
            (change.pk, Ok(change.rev), change.op.letter()) == (pk, u64::try_from(rev), op.as_str())
                && change.after.map(Ok) == after
        };
        let mut told = event.body().chg.iter().filter(same).map(|change| &change.ent);
        if let Some(table) = self.0.get(&entity) {
            return Ok(told.any(|told| told == table));
        }
        // The first row of a table: its name is one that no other number has.
        let table = told.find(|told| !self.0.values().any(|known| known == *told));
        self.0.extend(table.map(|table| (entity, table.clone())));
        Ok(table.is_some())
    }

    /// Goes through all events once more and names what they tell and no row shows.
    async fn name_missing(&self, tx: &mut Tx, report: &mut Report) -> Result<()> {
        let mut after = 0;
        loop {
            let page = "SELECT n, body FROM event WHERE n > $1 ORDER BY n LIMIT $2";
            let rows = tx.all(page, values![after, PAGE]).await?;
            for row in &rows {
                after = row.get("n")?;
                if let Ok(event) = Event::parse(&row.get::<Vec<u8>>("body")?) {
                    self.name_missing_of(tx, report, after, event.body()).await?;
                }
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    async fn name_missing_of(&self, tx: &mut Tx, report: &mut Report, n: i64, body: &Body) -> Result<()> {
        for change in &body.chg {
            let entity = self.0.iter().find(|(_, table)| **table == change.ent).map(|(entity, _)| *entity);
            let rev = i64::try_from(change.rev).unwrap_or(i64::MAX);
            let row = "SELECT n FROM change WHERE entity = $1 AND pk = $2 AND rev = $3";
            let there = tx.maybe(row, values![entity, change.pk, rev]).await?;
            if there.map(|row| row.get::<i64>("n")).transpose()? != Some(n) {
                report.fault(Fault::ChangeMissing { pk: change.pk, rev: change.rev, n });
            }
        }
        Ok(())
    }
}
