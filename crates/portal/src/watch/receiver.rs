//! Those who are told, and whether anything ever arrived there. When it last did is kept in the database, so that it is known
//! after a restart and in another process: whoever runs `doctor --send` proves it for the portal that runs, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use door::store::{self, Store};
use door::{Time, values};

use super::{Watch, locked};
use crate::secret;

/// What a question from outside is kept as.
pub(super) const OUTSIDE: &str = "outside";
/// It is not written down more often, in seconds.
const EVERY_SECONDS: i64 = 60;
/// When something last arrived, and who asked from outside.
const HEARD: &str = "SELECT what, who, at FROM heard";
/// Keeps it, where nobody knows of a later time.
const KEEP: &str = "INSERT INTO heard (what, who, at) VALUES ($1, $2, $3) \
                    ON CONFLICT (what) DO UPDATE SET who = excluded.who, at = excluded.at WHERE heard.at < excluded.at";

/// Somebody who is told.
#[derive(Debug)]
pub(crate) struct Receiver {
    /// What it is called, for people: it holds no secret.
    pub(super) name: &'static str,
    /// A fingerprint of its address: that one was proved says nothing of another.
    address: String,
    last: Mutex<Last>,
}

/// How the last tries ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Last {
    /// When something was last received.
    pub(super) received: Option<Time>,
    /// Why the last try was not.
    pub(super) problem: Option<String>,
}

impl Receiver {
    /// Somebody at an address, which is given without its password: a fingerprint of that could be guessed.
    pub(crate) fn new(name: &'static str, address: &str) -> Self {
        let mut fingerprint = String::new();
        for byte in secret::hash(address).iter().take(8) {
            // Writing to a string cannot fail.
            let _ = write!(fingerprint, "{byte:02x}");
        }
        Self { name, address: fingerprint, last: Mutex::default() }
    }

    /// A try ended so.
    pub(crate) fn tried(&self, sent: &Result<(), String>, at: Time) {
        let mut last = locked(&self.last);
        match sent {
            Ok(()) => *last = Last { received: Some(at), problem: None },
            Err(problem) => last.problem = Some(problem.clone()),
        }
    }

    /// How the last tries ended.
    pub(super) fn last(&self) -> Last {
        locked(&self.last).clone()
    }

    /// Another process, or this one before it was started anew, knows that something was received.
    fn was_received(&self, at: Time) {
        let mut last = locked(&self.last);
        last.received = last.received.max(Some(at));
    }
}

/// Brings what is kept and what this process knows together.
pub(super) async fn share(store: &Store, watch: &Watch) -> store::Result<()> {
    let mut kept: BTreeMap<String, (String, Time)> = BTreeMap::new();
    for row in store.read().await?.all(HEARD, vec![]).await? {
        kept.insert(row.get("what")?, (row.get("who")?, row.get("at")?));
    }
    let is_news = |at: Time, known: Option<Time>| known.is_none_or(|known| at.seconds_since(known) >= EVERY_SECONDS);
    let mut news: Vec<(&str, String, Time)> = Vec::new();
    for receiver in watch.receivers() {
        let known = kept.get(receiver.name).filter(|(who, _)| *who == receiver.address).map(|(_, at)| *at);
        match (receiver.last().received, known) {
            (Some(at), known) if is_news(at, known) => news.push((receiver.name, receiver.address.clone(), at)),
            (_, Some(at)) => receiver.was_received(at),
            _ => {}
        }
    }
    match (watch.signals.last_asked(), kept.remove(OUTSIDE)) {
        (Some(asked), known) if is_news(asked.at, known.as_ref().map(|(_, at)| *at)) => {
            news.push((OUTSIDE, asked.agent, asked.at));
        }
        (_, Some((agent, at))) => watch.signals.was_asked(&agent, at),
        _ => {}
    }
    if news.is_empty() {
        return Ok(());
    }
    let mut tx = store.write(true).await?;
    for (what, who, at) in news {
        tx.run(KEEP, values![what, who, at]).await?;
    }
    tx.commit().await
}
