//! A round: look, judge, tell. Each few seconds, until the portal stops.

use std::sync::Arc;
use std::time::Duration;

use door::store::Store;
use door::{Credential, Door, Input, Refusal, Request, id::uuid_at};
use serde_json::json;
use tokio::sync::watch as channel;
use tokio::task::JoinSet;

use super::book::News;
use super::delivery::deliver;
use super::look::{Seen, look};
use super::rules::{RULES, rule};
use super::{Kind, Notice, Watch, locked, receiver, shared};

/// How long the database may take to say whose turn it is to tell.
const CLAIM_TIME: Duration = Duration::from_secs(3);
/// What must not be open for a sign of life to say that all is well.
const VITAL: [&str; 4] = ["database", "job-stopped", "record", "backup-overdue"];

/// Begins to watch. It ends when `stopping` says so.
pub fn start(watch: &Arc<Watch>, door: &Arc<Door>, stopping: &channel::Receiver<bool>, jobs: &mut JoinSet<()>) {
    watch.signals.expect(door.catalogue(), watch.now());
    attend(watch, door);
    let (watch, door, mut stopping) = (Arc::clone(watch), Arc::clone(door), stopping.clone());
    let every = Duration::from_secs(u64::try_from(watch.settings.watch_every.0).unwrap_or(1));
    jobs.spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                _ = stopping.wait_for(|stopping| *stopping) => break,
            }
            round(&watch, &door).await;
        }
    });
}

/// Listens to a door.
pub(super) fn attend(watch: &Arc<Watch>, door: &Door) {
    let watch = Arc::clone(watch);
    door.tell(move |passed| {
        let now = watch.now();
        if watch.signals.passed(passed, now) {
            watch.errors.job(passed, now);
        }
    });
}

/// One round. What is sent is sent by itself; nobody waits for it here.
pub async fn round(watch: &Arc<Watch>, door: &Arc<Door>) {
    let seen = look(door, watch).await;
    let store = seen.database.is_ok().then(|| door.store());
    if let Some(store) = store {
        gather(watch, store).await;
    }
    let mut news = Vec::new();
    {
        let mut book = locked(&watch.book);
        for rule in RULES {
            news.extend(book.step(rule, &watch.instance, (rule.find)(&seen), seen.now));
        }
    }
    for news in news {
        if is_ours(watch, store, &news, &seen).await {
            deliver(watch, &notice(watch, &news, &seen));
        }
    }
    record(watch, door).await;
    let well = seen.database.is_ok() && !locked(&watch.book).open().iter().any(|open| VITAL.contains(&open.rule));
    watch.heart.beat(well, seen.now).await;
}

/// Brings what this instance knows together with what all of them know.
async fn gather(watch: &Watch, store: &Store) {
    let gathered = async {
        let rows = shared::rows(store).await?;
        shared::forget(store, &rows, &watch.instance, watch.now()).await?;
        let alone = {
            let mut book = locked(&watch.book);
            book.adopt(rows, &watch.instance);
            book.alone()
        };
        for news in alone {
            shared::claim(store, &news, watch.now()).await?;
            locked(&watch.book).shared(&news.key, true);
        }
        receiver::share(store, watch).await
    };
    match tokio::time::timeout(CLAIM_TIME, gathered).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "what other instances know of alerts cannot be read"),
        Err(_) => tracing::warn!("what other instances know of alerts cannot be read in time"),
    }
}

/// Whether this instance is the one that tells. Where that cannot be settled it tells, too.
async fn is_ours(watch: &Watch, store: Option<&Store>, news: &News, seen: &Seen) -> bool {
    let settled = async {
        let store = store?;
        let claimed = match news.kind {
            Kind::Opened => shared::claim(store, news, seen.now).await,
            Kind::Still => shared::claim_again(store, news, seen.now).await,
            Kind::Recovered | Kind::Test => shared::close(store, news).await,
        };
        claimed.ok()
    };
    let settled = tokio::time::timeout(CLAIM_TIME, settled).await.ok().flatten();
    if news.kind == Kind::Opened {
        locked(&watch.book).shared(&news.key, settled.is_some());
    }
    settled.unwrap_or(true)
}

fn notice(watch: &Watch, news: &News, seen: &Seen) -> Notice {
    let link = (news.kind != Kind::Recovered).then(|| news.link.clone());
    Notice {
        kind: news.kind,
        key: news.key.clone(),
        rule: news.rule.id,
        severity: news.rule.severity,
        title: news.rule.title.to_owned(),
        words: news.words.clone(),
        since: news.since,
        at: seen.now,
        origin: watch.origin.clone(),
        instance: watch.instance.clone(),
        link,
    }
}

/// Puts what was seen while the database was away on the record.
async fn record(watch: &Watch, door: &Arc<Door>) {
    let links = locked(&watch.book).unrecorded();
    for link in links {
        let input = Input::Fields(json!({ "token": link.as_str() }));
        let request = Request { credential: Credential::None, input, id: uuid_at(door.now()), ..Request::default() };
        match door.pass("alert.see", request).await {
            // Nobody will ever know of an alert that ended before the database was back.
            Err(Refusal::NoMatch) if !locked(&watch.book).alone().is_empty() => {}
            Ok(_) | Err(Refusal::NoMatch) => locked(&watch.book).recorded(&link),
            Err(_) => {}
        }
    }
}

/// What is open at present and what clients notice of it, the oldest first.
pub(super) fn noticed(watch: &Watch) -> Vec<(door::Time, &'static str)> {
    let open = locked(&watch.book).open();
    let mut noticed: Vec<_> = open.iter().filter_map(|open| Some((open.since, rule(open.rule)?.notices?))).collect();
    noticed.sort_unstable();
    noticed
}
