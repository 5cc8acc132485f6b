//! SQLite's one writer, and the commits that several transactions share.
//!
//! A flush to disk costs milliseconds, a small transaction microseconds. So a transaction is a savepoint inside an
//! open group. Whoever finishes while others wait in line leaves the group open and waits; whoever finishes last
//! commits for all. Nobody is answered before the commit that covers him is on disk.
//!
//! ```text
//! BEGIN IMMEDIATE                                        the first turn opens the group
//!   SAVEPOINT turn … RELEASE turn                        a member that is done, others wait: the group stays open
//!   SAVEPOINT turn … ROLLBACK TO turn, RELEASE turn      a member that was refused leaves no trace
//!   SAVEPOINT turn … RELEASE turn                        nobody waits any more
//! COMMIT                                                 all are answered
//! ```
//!
//! Any future here may be dropped at any `await`. What must not stop in the middle (a commit, an undoing) therefore
//! runs in a task of its own that owns the lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::{Error, Result};

/// Transactions that one commit covers at the most.
const GROUP_MEMBERS_MAX: usize = 64;

/// The line before the one connection that writes.
#[derive(Clone)]
pub(super) struct Writer {
    state: Arc<Mutex<State>>,
    waiting: Arc<AtomicUsize>,
}

/// The connection, and the group that is open on it.
struct State {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    /// Transactions in the open group that are done.
    members: usize,
    /// Told the group's end: `None` while open, then whether it was committed. Absent while no group is open.
    ended: Option<watch::Sender<Option<Result<(), String>>>>,
    closed: bool,
}

type Guard = OwnedMutexGuard<State>;

/// A transaction's turn at the connection. Dropped without [`Turn::commit`], it is rolled back.
pub(super) struct Turn {
    /// Always there until the turn ends.
    guard: Option<Guard>,
    writer: Writer,
    /// Commits by itself, so that a refusal at the commit is its own.
    alone: bool,
}

impl Writer {
    /// Opens the connection, and makes the file where there is none.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        let state = State { options, connection, members: 0, ended: None, closed: false };
        Ok(Self { state: Arc::new(Mutex::new(state)), waiting: Arc::default() })
    }

    /// Waits for the turn and opens a savepoint.
    pub(super) async fn turn(&self, alone: bool) -> Result<Turn> {
        let waiting = Waiting::begin(self);
        let mut guard = Arc::clone(&self.state).lock_owned().await;
        waiting.end();
        if alone && guard.members > 0 {
            let finished = tokio::spawn(async move {
                finish_group(&mut guard).await;
                guard
            });
            guard = finished.await.map_err(|_| lost())?;
        }
        let mut turn = Turn { guard: Some(guard), writer: self.clone(), alone };
        let state = turn.state();
        if state.closed {
            return Err(Error::Unavailable("the store is closed".to_owned()));
        }
        if state.connection.is_none() {
            state.connection = Some(state.options.connect().await?);
        }
        if state.ended.is_none() {
            // Another process writes for longer than a statement may wait: waiting again would not help.
            execute(state, "BEGIN IMMEDIATE").await.map_err(|error| Error::Unavailable(error.to_string()))?;
            state.ended = Some(watch::channel(None).0);
        }
        execute(state, "SAVEPOINT turn").await?;
        Ok(turn)
    }

    /// Waits for the turn that runs, writes the journal into the database and empties it.
    pub(super) async fn truncate_journal(&self) -> Result<()> {
        let mut guard = Arc::clone(&self.state).lock_owned().await;
        let emptied = tokio::spawn(async move {
            if guard.ended.is_some() {
                finish_group(&mut guard).await;
            }
            execute(&mut guard, "PRAGMA wal_checkpoint(TRUNCATE)").await
        });
        emptied.await.map_err(|_| lost())?
    }

    /// Waits for the turn that runs and closes the connection.
    pub(super) async fn close(&self) {
        let mut guard = Arc::clone(&self.state).lock_owned().await;
        let closed = tokio::spawn(async move {
            if guard.ended.is_some() {
                finish_group(&mut guard).await;
            }
            guard.closed = true;
            if let Some(connection) = guard.connection.take() {
                let _ = connection.close().await;
            }
        });
        let _ = closed.await;
    }

    /// Commits the open group when nobody is left in line who would do it.
    fn commit_if_idle(&self) {
        let writer = self.clone();
        tokio::spawn(async move {
            let mut guard = Arc::clone(&writer.state).lock_owned().await;
            if guard.ended.is_some() && writer.waiting.load(Ordering::SeqCst) == 0 {
                finish_group(&mut guard).await;
            }
        });
    }
}

/// A place in the line. Who gives up waiting may have been the one for whom a group was left open.
struct Waiting<'a> {
    writer: &'a Writer,
    gave_up: bool,
}

impl<'a> Waiting<'a> {
    fn begin(writer: &'a Writer) -> Self {
        writer.waiting.fetch_add(1, Ordering::SeqCst);
        Self { writer, gave_up: true }
    }

    fn end(mut self) {
        self.gave_up = false;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.writer.waiting.fetch_sub(1, Ordering::SeqCst);
        if self.gave_up {
            self.writer.commit_if_idle();
        }
    }
}

impl Turn {
    fn state(&mut self) -> &mut State {
        // The guard leaves only when the turn is consumed.
        #[expect(clippy::expect_used, reason = "an invariant of this file")]
        self.guard.as_mut().expect("a turn holds its guard until it ends")
    }

    /// The connection, for statements.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.state().connection.as_mut().ok_or_else(lost)
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
            tokio::spawn(async move { finish_group(&mut guard).await });
        } else {
            drop(guard);
        }
        let end = ended.wait_for(Option::is_some).await;
        match end.as_ref().map(|end| end.as_ref()) {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(why))) if self.alone => Err(Error::Refused(why.clone())),
            Ok(Some(Err(why))) => Err(Error::Again(why.clone())),
            _ => Err(lost()),
        }
    }
}

impl Drop for Turn {
    /// Rolls back what was not committed.
    fn drop(&mut self) {
        let Some(mut guard) = self.guard.take() else { return };
        let waiting = Arc::clone(&self.writer.waiting);
        tokio::spawn(async move {
            if guard.ended.is_none() {
                // No group is known to be open; one may be half open, so the connection goes.
                guard.connection = None;
                return;
            }
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
async fn finish_group(state: &mut State) {
    match execute(state, "COMMIT").await {
        Ok(()) => end_group(state, Ok(())),
        Err(error) => abandon_group(state, &error.to_string()).await,
    }
}

/// Rolls the open group back and tells its members. The connection is closed when even that fails.
async fn abandon_group(state: &mut State, why: &str) {
    if execute(state, "ROLLBACK").await.is_err()
        && let Some(connection) = state.connection.take()
    {
        let _ = connection.close().await;
    }
    end_group(state, Err(why.to_owned()));
}

fn end_group(state: &mut State, end: Result<(), String>) {
    state.members = 0;
    if let Some(ended) = state.ended.take() {
        ended.send_replace(Some(end));
    }
}

async fn execute(state: &mut State, sql: &'static str) -> Result<()> {
    let connection = state.connection.as_mut().ok_or_else(lost)?;
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

fn lost() -> Error {
    Error::Unavailable("the writer lost its connection".to_owned())
}
