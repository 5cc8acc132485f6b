//! SQLite's one writer, and the commits that several transactions share.
//!
//! A flush to disk costs milliseconds, a small transaction microseconds. So a transaction is a savepoint inside an
//! open group. Whoever finishes while others wait in line leaves the group open and waits; whoever finishes last
//! commits for all. Nobody is answered before the commit that covers him is on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::SqlitePool;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::Sqlite;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::{Error, Result};

/// Transactions that one commit covers at the most.
const GROUP_MEMBERS_MAX: usize = 64;

/// The line before the one connection that writes.
#[derive(Clone)]
pub(super) struct Writer {
    pool: SqlitePool,
    state: Arc<Mutex<State>>,
    waiting: Arc<AtomicUsize>,
}

/// The connection, and the group that is open on it.
#[derive(Default)]
pub(super) struct State {
    connection: Option<PoolConnection<Sqlite>>,
    members: usize,
    /// Told the group's end: `None` while open, then whether it was committed.
    ended: Option<watch::Sender<Option<Result<(), String>>>>,
}

/// A transaction's turn at the connection. Dropped without [`Turn::commit`], it is rolled back.
pub(super) struct Turn {
    /// Always there until the turn ends.
    guard: Option<OwnedMutexGuard<State>>,
    writer: Writer,
    /// Commits by itself, so that a refusal at the commit is its own.
    alone: bool,
}

impl Writer {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool, state: Arc::default(), waiting: Arc::default() }
    }

    /// Waits for the turn and opens a savepoint.
    pub(super) async fn turn(&self, alone: bool) -> Result<Turn> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut guard = Arc::clone(&self.state).lock_owned().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if alone && guard.members > 0 {
            finish_group(&mut guard).await;
        }
        if guard.connection.is_none() {
            guard.connection = Some(self.pool.acquire().await?);
        }
        if guard.ended.is_none() {
            if let Err(error) = execute(&mut guard, "BEGIN IMMEDIATE").await {
                guard.connection = None;
                return Err(error);
            }
            guard.ended = Some(watch::channel(None).0);
        }
        let mut turn = Turn { guard: Some(guard), writer: self.clone(), alone };
        execute(turn.state(), "SAVEPOINT turn").await?;
        Ok(turn)
    }
}

impl Turn {
    fn state(&mut self) -> &mut OwnedMutexGuard<State> {
        // The guard leaves only when the turn is consumed.
        #[expect(clippy::expect_used, reason = "an invariant of this file")]
        self.guard.as_mut().expect("a turn holds its guard until it ends")
    }

    /// The connection, for statements.
    pub(super) fn connection(&mut self) -> Result<&mut sqlx::SqliteConnection> {
        match self.state().connection.as_mut() {
            Some(connection) => Ok(connection),
            None => Err(Error::Unavailable("the writer lost its connection".to_owned())),
        }
    }

    /// Ends the turn and waits until it is on disk.
    ///
    /// # Errors
    /// [`Error::Again`] when the group was refused: run the transaction again, alone.
    pub(super) async fn commit(mut self) -> Result<()> {
        execute(self.state(), "RELEASE turn").await?;
        let Some(mut guard) = self.guard.take() else { return Ok(()) };
        guard.members += 1;
        let Some(mut ended) = guard.ended.as_ref().map(watch::Sender::subscribe) else { return Ok(()) };
        let others_wait = self.writer.waiting.load(Ordering::SeqCst) > 0;
        if self.alone || guard.members >= GROUP_MEMBERS_MAX || !others_wait {
            finish_group(&mut guard).await;
        }
        drop(guard);
        let end = ended.wait_for(Option::is_some).await;
        match end.as_ref().map(|end| end.as_ref()) {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(why))) if self.alone => Err(Error::Refused(why.clone())),
            Ok(Some(Err(why))) => Err(Error::Again(why.clone())),
            _ => Err(Error::Unavailable("the writer went away".to_owned())),
        }
    }
}

impl Drop for Turn {
    /// Rolls back what was not committed, in a task of its own because that takes a statement.
    fn drop(&mut self) {
        let Some(mut guard) = self.guard.take() else { return };
        let waiting = Arc::clone(&self.writer.waiting);
        tokio::spawn(async move {
            let undone = execute(&mut guard, "ROLLBACK TO turn").await.is_ok()
                && execute(&mut guard, "RELEASE turn").await.is_ok();
            if !undone {
                abandon_group(&mut guard, "a member could not be undone").await;
            } else if waiting.load(Ordering::SeqCst) == 0 {
                finish_group(&mut guard).await;
            }
        });
    }
}

/// Commits the open group and tells its members.
async fn finish_group(guard: &mut OwnedMutexGuard<State>) {
    match execute(guard, "COMMIT").await {
        Ok(()) => end_group(guard, Ok(())),
        Err(error) => abandon_group(guard, &error.to_string()).await,
    }
}

/// Rolls the open group back and tells its members. The connection is closed when even that fails.
async fn abandon_group(guard: &mut OwnedMutexGuard<State>, why: &str) {
    if execute(guard, "ROLLBACK").await.is_err()
        && let Some(connection) = guard.connection.take()
    {
        let _ = connection.close().await;
    }
    end_group(guard, Err(why.to_owned()));
}

fn end_group(guard: &mut OwnedMutexGuard<State>, end: Result<(), String>) {
    guard.members = 0;
    if let Some(ended) = guard.ended.take() {
        ended.send_replace(Some(end));
    }
}

async fn execute(guard: &mut OwnedMutexGuard<State>, sql: &'static str) -> Result<()> {
    let Some(connection) = guard.connection.as_mut() else {
        return Err(Error::Unavailable("the writer lost its connection".to_owned()));
    };
    sqlx::query(sql).execute(&mut **connection).await?;
    Ok(())
}

impl Writer {
    /// Waits for the turn that runs and closes the connection.
    pub(super) async fn close(&self) {
        let mut guard = Arc::clone(&self.state).lock_owned().await;
        if guard.ended.is_some() {
            finish_group(&mut guard).await;
        }
        if let Some(connection) = guard.connection.take() {
            let _ = connection.close().await;
        }
        self.pool.close().await;
    }
}
