//! Whether the stories of objects are those that the events tell: each row of `event_object` follows from its event, and no
//! event is missing from the story of an object that it concerned.

use ledger::event::Event;
use uuid::Uuid;

use super::cores::on_all_cores;
use super::said::of_object;
use super::sums::{Keys, Sum};
use super::{Fault, PAGE, Report};
use crate::store::{Result, Row, Tx};
use crate::trail::index::objects;
use crate::values;

/// The beginning of the order of the rows.
fn first() -> (Uuid, String, i64, i64) {
    (Uuid::nil(), String::new(), i64::MIN, i64::MIN)
}

const ROWS: &str = "SELECT object, chain, at, n FROM event_object WHERE (object, chain, at, n) > ($1, $2, $3, $4) \
                    ORDER BY object, chain, at, n LIMIT $5";
const ROWS_WITH_EVENTS: &str = "SELECT o.object AS object, o.chain AS chain, o.at AS at, o.n AS n, e.body AS body FROM event_object o \
     LEFT JOIN event e ON e.n = o.n WHERE (o.object, o.chain, o.at, o.n) > ($1, $2, $3, $4) \
     ORDER BY o.object, o.chain, o.at, o.n LIMIT $5";

/// Compares all rows with what the sealed events say, which came to `said`.
pub(super) async fn check(tx: &mut Tx, report: &mut Report, keys: &Keys, said: Sum) -> Result<()> {
    let (mut shown, mut after) = (Sum::default(), first());
    let mut rows = page(tx, ROWS, &mut after).await?;
    loop {
        let (full, keys) = (rows.len() as i64 == PAGE, keys.clone());
        let working = on_all_cores(rows, move |row| {
            let chain: String = row.get("chain")?;
            Ok(of_object(&keys, row.get("object")?, &chain, row.get("at")?, row.get("n")?))
        });
        let next = async { if full { page(tx, ROWS, &mut after).await } else { Ok(Vec::new()) } };
        let (sums, next) = working.and(next).await?;
        sums.into_iter().for_each(|sum| shown.add(sum));
        if !full {
            break;
        }
        rows = next;
    }
    if shown != said {
        name_invented(tx, report).await?;
        name_missing(tx, report).await?;
    }
    Ok(())
}

async fn page(tx: &mut Tx, sql: &'static str, after: &mut (Uuid, String, i64, i64)) -> Result<Vec<Row>> {
    let rows = tx.all(sql, values![after.0, after.1.as_str(), after.2, after.3, PAGE]).await?;
    if let Some(row) = rows.last() {
        *after = (row.get("object")?, row.get("chain")?, row.get("at")?, row.get("n")?);
    }
    Ok(rows)
}

/// Rows that no event tells.
async fn name_invented(tx: &mut Tx, report: &mut Report) -> Result<()> {
    let mut after = first();
    loop {
        let rows = page(tx, ROWS_WITH_EVENTS, &mut after).await?;
        for row in &rows {
            let (object, n): (Uuid, i64) = (row.get("object")?, row.get("n")?);
            let told = match row.get::<Option<Vec<u8>>>("body")?.map(|body| Event::parse(&body)) {
                Some(Ok(event)) => {
                    let body = event.body();
                    objects(body).contains(&object)
                        && body.chain.to_string() == row.get::<String>("chain")?
                        && body.at.as_microsecond() == row.get::<i64>("at")?
                }
                // That it is no event is on the list already.
                Some(Err(_)) => true,
                None => false,
            };
            if !told {
                report.fault(Fault::Object { n, object, wrong: "stands in its story, and the event does not say so" });
            }
        }
        if (rows.len() as i64) < PAGE {
            return Ok(());
        }
    }
}

/// What sealed events tell and no row shows.
async fn name_missing(tx: &mut Tx, report: &mut Report) -> Result<()> {
    let mut after = 0;
    loop {
        let events = "SELECT e.n AS n, e.body AS body FROM event e JOIN ledger_leaf l ON l.n = e.n \
                      WHERE e.n > $1 ORDER BY e.n LIMIT $2";
        let rows = tx.all(events, values![after, PAGE]).await?;
        for row in &rows {
            after = row.get("n")?;
            let Ok(event) = Event::parse(&row.get::<Vec<u8>>("body")?) else { continue };
            let (body, chain) = (event.body(), event.body().chain.to_string());
            for object in objects(body) {
                let there = "SELECT n FROM event_object WHERE object = $1 AND chain = $2 AND at = $3 AND n = $4";
                let key = values![object, chain.as_str(), body.at.as_microsecond(), after];
                if tx.maybe(there, key).await?.is_none() {
                    report.fault(Fault::Object { n: after, object, wrong: "is missing from its story" });
                }
            }
        }
        if (rows.len() as i64) < PAGE {
            return Ok(());
        }
    }
}
