//! One at a time: a backup must not rely on a chunk that somebody clears away at the same moment.
//!
//! A lock ends by itself some minutes after its holder said last that it is alive, so that one who was killed blocks
//! nobody for long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use door::{Clock, Time};
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutMode, PutOptions};

use super::repository::Repository;
use super::{Error, Result};

const LOCK: &str = "lock";
/// How long it holds without a word, in seconds.
const HOLDS_SECONDS: i64 = 900;
/// How often its holder says that it is alive.
const REFRESH: Duration = Duration::from_secs(60);

/// A lock that is held.
pub(super) struct Lock {
    repository: Repository,
    clock: Arc<dyn Clock>,
    said: Instant,
}

impl Lock {
    /// Takes it.
    pub(super) async fn take(repository: &Repository, clock: &Arc<dyn Clock>) -> Result<Self> {
        let until = clock.now().plus_seconds(HOLDS_SECONDS);
        let create = || PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let path = Path::from(LOCK);
        let put = || repository.store.put_opts(&path, until.0.to_string().into_bytes().into(), create());
        let taken = match put().await {
            Err(object_store::Error::AlreadyExists { .. }) => {
                let theirs = ends(repository).await?;
                if clock.now() < theirs {
                    let until = theirs.timestamp().strftime("%H:%M UTC").to_string();
                    return Err(Error::Locked { place: repository.place.clone(), until });
                }
                repository.store.delete(&path).await?;
                put().await
            }
            first => first,
        };
        taken?;
        Ok(Self { repository: repository.clone(), clock: Arc::clone(clock), said: Instant::now() })
    }

    /// Says now and then that its holder is alive.
    pub(super) async fn refresh(&mut self) -> Result<()> {
        if self.said.elapsed() >= REFRESH {
            let until = self.clock.now().plus_seconds(HOLDS_SECONDS);
            self.repository.store.put(&Path::from(LOCK), until.0.to_string().into_bytes().into()).await?;
            self.said = Instant::now();
        }
        Ok(())
    }

    /// Gives it back.
    pub(super) async fn release(self) {
        if let Err(error) = self.repository.store.delete(&Path::from(LOCK)).await {
            tracing::warn!(%error, "the lock of the backups could not be given back; it ends by itself");
        }
    }
}

/// When the lock that stands there ends. One that cannot be read ended long ago.
async fn ends(repository: &Repository) -> Result<Time> {
    match repository.store.get(&Path::from(LOCK)).await {
        Ok(found) => {
            let text = found.bytes().await?;
            Ok(Time(std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()).unwrap_or(0)))
        }
        Err(object_store::Error::NotFound { .. }) => Ok(Time(0)),
        Err(error) => Err(error.into()),
    }
}
