//! The table of open alerts that all instances share: who tells people is whoever writes the row. Without the database each
//! instance tells by itself, so that the same thing may be said by several of them; that is better than by none.

use door::store::{self, Store};
use door::{Time, values};

use super::book::{News, Row, rule_of};
use crate::secret;

/// An alert of another machine of which nothing was heard for so long will not end by itself, in seconds.
const FORLORN_SECONDS: i64 = 30 * 24 * 3600;
/// What is open, for every instance.
const OPEN: &str = "SELECT key, words, opened_at, told_at, seen_at FROM alert WHERE key <> 'test'";
/// The first to see it tells.
const CLAIM: &str = "INSERT INTO alert (key, words, opened_at, told_at, link_hash) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (key) DO NOTHING";
/// The first whose turn it is tells again, with a link of its own.
const CLAIM_AGAIN: &str = "UPDATE alert SET told_at = $2, link_hash = $3 \
                           WHERE key = $1 AND seen_at IS NULL AND told_at <= $4";
/// The first to see that it is gone says so.
const CLOSE: &str = "DELETE FROM alert WHERE key = $1";
/// A try takes the place of the one before.
const TRY: &str = "INSERT INTO alert (key, words, opened_at, told_at, link_hash) VALUES ('test', $1, $2, $2, $3) \
                   ON CONFLICT (key) DO UPDATE SET words = excluded.words, opened_at = excluded.opened_at, \
                   told_at = excluded.told_at, seen_at = NULL, link_hash = excluded.link_hash";

/// What is open, as all instances have it.
pub(super) async fn rows(store: &Store) -> store::Result<Vec<Row>> {
    let rows = store.read().await?.all(OPEN, vec![]).await?;
    let row = |row: &store::Row| -> store::Result<Row> {
        Ok(Row {
            key: row.get("key")?,
            words: row.get("words")?,
            opened: row.get("opened_at")?,
            told: row.get("told_at")?,
            seen: row.get::<Option<Time>>("seen_at")?.is_some(),
        })
    };
    rows.iter().map(row).collect()
}

/// Whether it is this instance's to tell of something that is wrong.
pub(super) async fn claim(store: &Store, news: &News, now: Time) -> store::Result<bool> {
    let hash = secret::hash(&news.link);
    run(store, CLAIM, values![news.key.as_str(), news.words.as_str(), news.since, now, hash]).await
}

/// Whether it is this instance's to say it again.
pub(super) async fn claim_again(store: &Store, news: &News, now: Time) -> store::Result<bool> {
    let before = now.plus_seconds(-news.rule.severity.repeat_seconds());
    run(store, CLAIM_AGAIN, values![news.key.as_str(), now, secret::hash(&news.link), before]).await
}

/// Whether it is this instance's to say that it is over.
pub(super) async fn close(store: &Store, news: &News) -> store::Result<bool> {
    // Nobody else speaks of what is wrong with this machine.
    Ok(run(store, CLOSE, values![news.key.as_str()]).await? || news.alone || news.rule.local)
}

/// Keeps the link of a try.
pub(super) async fn keep_try(store: &Store, words: &str, link: &str, now: Time) -> store::Result<()> {
    run(store, TRY, values![words, now, secret::hash(link)]).await.map(drop)
}

/// Forgets what nobody will ever say the end of: its machine is gone, or its rule is.
pub(super) async fn forget(store: &Store, rows: &[Row], instance: &str, now: Time) -> store::Result<()> {
    let forlorn = |row: &&Row| rule_of(&row.key, instance).is_none() && now.seconds_since(row.told) > FORLORN_SECONDS;
    for row in rows.iter().filter(forlorn) {
        run(store, CLOSE, values![row.key.as_str()]).await?;
    }
    Ok(())
}

async fn run(store: &Store, sql: &'static str, values: Vec<store::Value>) -> store::Result<bool> {
    let mut tx = store.write(true).await?;
    let touched = tx.run(sql, values).await?;
    tx.commit().await?;
    Ok(touched == 1)
}
