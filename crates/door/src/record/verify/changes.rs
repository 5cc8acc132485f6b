//! Whether rows and events tell the same changes: each row of `change` stands in its event, and no event says more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ledger::Hash;
use ledger::event::{Body, Change, Event};
use uuid::Uuid;

use super::cores::on_all_cores;
use super::own::Own;
use super::said::of_change;
use super::sums::{Keys, Sum};
use super::{Fault, PAGE, Report};
use crate::record::log;
use crate::store::{Result, Row, Tx};
use crate::values;

/// Compares all rows of `change` with what the events say, which came to `said`; events that are `dropped` say nothing any
/// more. Gives which number means which table.
pub(super) async fn check(
    tx: &mut Tx,
    report: &mut Report,
    keys: &Keys,
    said: Sum,
    own: &Own,
    dropped: &Arc<HashSet<i64>>,
) -> Result<HashMap<i64, String>> {
    if let Some((tables, gone)) = agree(tx, keys, said, dropped).await? {
        (report.changes, report.changes_dropped) = (said.count(), gone);
        return Ok(tables);
    }
    name(tx, report, said.count(), own).await
}

/// Whether rows and events say the same, as their sums tell: then which number means which table, and how many rows only
/// dropped events told.
async fn agree(
    tx: &mut Tx,
    keys: &Keys,
    said: Sum,
    dropped: &Arc<HashSet<i64>>,
) -> Result<Option<(HashMap<i64, String>, u64)>> {
    let (mut tables, mut shown, mut gone) = (Tables::default(), Sum::default(), 0);
    let mut page = rows_after(tx, FIRST).await?;
    loop {
        let full = page.len() as i64 == PAGE;
        let last = match page.last() {
            Some(row) => (row.get("entity")?, row.get("pk")?, row.get("rev")?),
            None => FIRST,
        };
        if !tables.know(tx, &page, dropped).await? {
            return Ok(None);
        }
        let (keys, names, dropped) = (keys.clone(), tables.0.clone(), Arc::clone(dropped));
        let working = on_all_cores(page, move |row| shown_by(row, &keys, &names, &dropped));
        let next = async { if full { rows_after(tx, last).await } else { Ok(Vec::new()) } };
        let (sums, next) = working.and(next).await?;
        for sum in sums {
            match sum {
                Shown::Sum(sum) => shown.add(sum),
                Shown::Dropped => gone += 1,
                Shown::Unreadable => return Ok(None),
            }
        }
        if !full {
            return Ok((shown == said).then_some((tables.0, gone)));
        }
        page = next;
    }
}

/// A place before the first row.
const FIRST: (i64, Uuid, i64) = (i64::MIN, Uuid::nil(), 0);

async fn rows_after(tx: &mut Tx, after: (i64, Uuid, i64)) -> Result<Vec<Row>> {
    let rows = "SELECT entity, pk, rev, op, after, n FROM change WHERE (entity, pk, rev) > ($1, $2, $3) \
                ORDER BY entity, pk, rev LIMIT $4";
    tx.all(rows, values![after.0, after.1, after.2, PAGE]).await
}

/// What a row of the table of changes says.
enum Shown {
    Sum(Sum),
    /// Its event was dropped by policy.
    Dropped,
    Unreadable,
}

fn shown_by(row: &Row, keys: &Keys, names: &HashMap<i64, String>, dropped: &HashSet<i64>) -> Result<Shown> {
    let n: i64 = row.get("n")?;
    if dropped.contains(&n) {
        return Ok(Shown::Dropped);
    }
    let Some(table) = names.get(&row.get("entity")?) else { return Ok(Shown::Unreadable) };
    let (op, content): (String, Option<Vec<u8>>) = (row.get("op")?, row.get("after")?);
    let content = content.as_deref().map(Hash::try_from).transpose();
    let (Ok(content), Ok(rev)) = (content, u64::try_from(row.get::<i64>("rev")?)) else {
        return Ok(Shown::Unreadable);
    };
    Ok(Shown::Sum(of_change(keys, table, row.get("pk")?, rev, &op, content, n)))
}

/// Goes through all rows with their events, and names what does not agree. `said` is how many changes all events tell.
async fn name(tx: &mut Tx, report: &mut Report, said: u64, own: &Own) -> Result<HashMap<i64, String>> {
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
    /// Learns the tables of the numbers on a page from the events of their first rows. False where one cannot be learned.
    async fn know(&mut self, tx: &mut Tx, page: &[Row], dropped: &HashSet<i64>) -> Result<bool> {
        for row in page {
            let (entity, n): (i64, i64) = (row.get("entity")?, row.get("n")?);
            if self.0.contains_key(&entity) || dropped.contains(&n) {
                continue;
            }
            let body = tx.maybe("SELECT body FROM event WHERE n = $1", values![n]).await?;
            let body: Option<Vec<u8>> = body.map(|row| row.get("body")).transpose()?;
            let event = body.and_then(|body| Event::parse(&body).ok());
            let changes = event.as_ref().map_or(&[][..], |event| &event.body().chg);
            let place: (Uuid, i64) = (row.get("pk")?, row.get("rev")?);
            let told = changes.iter().find(|change| (change.pk, i64::try_from(change.rev)) == (place.0, Ok(place.1)));
            let table = told.map(|change| change.ent.clone());
            let Some(table) = table.filter(|table| !self.0.values().any(|known| known == table)) else {
                return Ok(false);
            };
            self.0.insert(entity, table);
        }
        Ok(true)
    }

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
