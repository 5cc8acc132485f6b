//! The store and its transactions.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::dialect::{self, Engine};
use super::primary;
use super::statement::Text;
use super::writer::{Turn, Writer};
use super::{Error, Faults, Result, Row, Value};

/// How long a statement waits for a lock before the caller is asked to run it again.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long whoever opens a file waits before asking again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
/// Rows that one statement inserts at the most: few texts to prepare, and far from the engines' limits on places.
const ROWS_AT_ONCE_MAX: usize = 256;
/// Rows that SQLite's own thread reads ahead of whoever takes them.
const ROWS_AHEAD: usize = 1024;
/// Connections that read on SQLite.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL of one instance.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the data lies.
#[derive(Debug, Clone)]
pub enum Settings {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database: `postgres://…`, with several servers if they follow each other
    /// (`postgres://one,two/portal`). Holds a password; never printed.
    Postgres(String),
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pub(super) connections: Connections,
    /// Failures on order, in a test.
    faults: Option<Faults>,
}

#[derive(Clone)]
pub(super) enum Connections {
    /// Readers, and one writer.
    Sqlite { read: SqlitePool, writer: Writer },
    Postgres {
        pool: PgPool,
        /// Every server that the address names.
        servers: Arc<[PgConnectOptions]>,
    },
}

/// A transaction: a snapshot that only reads, or one that writes. Dropped without a commit it is rolled back.
///
/// A statement that fails ends it: whatever comes after is refused, on both engines. PostgreSQL does so by itself, but
/// would answer a later commit as if it had been done.
pub struct Tx {
    inner: Inner,
    failed: bool,
    faults: Option<Faults>,
}

pub(super) enum Inner {
    SqliteRead(Transaction<'static, Sqlite>),
    SqliteWrite(Turn),
    PostgresRead(Transaction<'static, Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

impl Store {
    /// Opens the database, and makes it when it is SQLite and absent. Does not migrate.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached or written.
    pub async fn open(settings: &Settings) -> Result<Self> {
        Ok(Self { connections: Connections::open(settings).await?, faults: None })
    }

    /// Opens a database of one server that is known already.
    pub(super) async fn on_postgres(server: PgConnectOptions) -> Result<Self> {
        Ok(Self { connections: Connections::postgres(vec![server]).await?, faults: None })
    }

    /// How many servers its address names.
    #[must_use]
    pub fn servers(&self) -> usize {
        match &self.connections {
            Connections::Sqlite { .. } => 1,
            Connections::Postgres { servers, .. } => servers.len(),
        }
    }

    /// Asks every server that follows for one `number`. Those that do not answer in time are left out.
    pub(crate) async fn ask_followers(&self, sql: &'static str) -> Vec<i64> {
        match &self.connections {
            Connections::Sqlite { .. } => Vec::new(),
            Connections::Postgres { servers, .. } => primary::ask_followers(servers, sql).await,
        }
    }

    /// The same store, whose steps fail on order.
    #[must_use]
    pub fn failing(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Which engine this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.connections {
            Connections::Sqlite { .. } => Engine::Sqlite,
            Connections::Postgres { .. } => Engine::Postgres,
        }
    }

    /// A snapshot to read from.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn read(&self) -> Result<Tx> {
        self.begun(match &self.connections {
            Connections::Sqlite { read, .. } => Inner::SqliteRead(read.begin().await?),
            Connections::Postgres { pool, .. } => {
                Inner::PostgresRead(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// A transaction that writes. `alone` asks that nobody shares its commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn write(&self, alone: bool) -> Result<Tx> {
        self.begun(match &self.connections {
            Connections::Sqlite { writer, .. } => Inner::SqliteWrite(writer.turn(alone).await?),
            Connections::Postgres { pool, .. } => {
                Inner::PostgresWrite(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?)
            }
        })
    }

    fn begun(&self, inner: Inner) -> Result<Tx> {
        let tx = Tx { inner, failed: false, faults: self.faults.clone() };
        tx.step()?;
        Ok(tx)
    }

    /// Runs a small transaction of the door's own, and once more by itself when others came in between: a member of its
    /// group may have been refused, and that is not its fault.
    pub(crate) async fn twice<T, F>(attempt: impl Fn(bool) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        match attempt(false).await {
            Err(Error::Again(_)) => attempt(true).await,
            end => end,
        }
    }

    /// Prepares `sql` on a connection without running it, so that a test can ask both engines about every statement.
    ///
    /// # Errors
    /// What the engine says is wrong with it.
    pub async fn prepare(&self, sql: &'static str) -> Result<()> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        match &self.connections {
            Connections::Sqlite { read, .. } => drop(read.acquire().await?.prepare(sql.into_sql_str()).await?),
            Connections::Postgres { pool, .. } => drop(pool.acquire().await?.prepare(sql.into_sql_str()).await?),
        }
        Ok(())
    }

    /// Everything in the schema that keeps the record honest, one line each, in order.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub(crate) async fn schema_lines(&self) -> Result<Vec<String>> {
        let rows = self.read().await?.all(dialect::schema_lines(self.engine()), vec![]).await?;
        let mut lines: Vec<String> = rows.iter().map(|row| row.get("line")).collect::<Result<_>>()?;
        // Sorted here: each engine has an order of its own.
        lines.sort_unstable();
        Ok(lines)
    }

    /// Takes what was overwritten out of the database's own journal, too: after an erasure. PostgreSQL's journal is
    /// recycled by the server.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub(crate) async fn forget(&self) -> Result<()> {
        match &self.connections {
            Connections::Sqlite { writer, .. } => writer.truncate_journal().await,
            Connections::Postgres { .. } => Ok(()),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.connections {
            Connections::Sqlite { read, writer } => {
                read.close().await;
                writer.close().await;
            }
            Connections::Postgres { pool, .. } => pool.close().await,
        }
    }
}

impl Connections {
    async fn open(settings: &Settings) -> Result<Self> {
        match settings {
            Settings::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // What was acknowledged survives a power cut.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(LOCK_WAIT)
                    .row_buffer_size(ROWS_AHEAD)
                    .pragma("recursive_triggers", "ON")
                    // What was erased leaves no trace in free pages.
                    .pragma("secure_delete", "ON")
                    .pragma("trusted_schema", "OFF");
                let writer =
                    patiently(|| Writer::open(options.clone())).await.map_err(|error| cannot_open(path, &error))?;
                let options = options.read_only(true).create_if_missing(false);
                let readers = SqlitePoolOptions::new().max_connections(SQLITE_READERS);
                let read = patiently(|| readers.clone().connect_with(options.clone())).await;
                Ok(Self::Sqlite { read: read.map_err(|error| cannot_open(path, &error))?, writer })
            }
            Settings::Postgres(url) => Self::postgres(primary::servers(url)?).await,
        }
    }

    async fn postgres(servers: Vec<PgConnectOptions>) -> Result<Self> {
        let several = servers.len() > 1;
        let first = match servers.first() {
            Some(only) if !several => only.clone(),
            _ => primary::find(&servers).await?,
        };
        let mut options = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(LOCK_WAIT);
        if several {
            options = options.after_connect(|connection, _| Box::pin(primary::refuse_follower(connection)));
        }
        let pool = options.connect_with(first).await?;
        let servers: Arc<[PgConnectOptions]> = servers.into();
        if several {
            tokio::spawn(primary::watch(pool.clone(), Arc::clone(&servers)));
        }
        Ok(Self::Postgres { pool, servers })
    }
}

/// Opens a SQLite file that others may be opening, too. The step to the write-ahead log is refused at once, without the
/// wait of [`LOCK_WAIT`], when two ask for it at the same moment: each would wait for the other (`sqlite3_busy_handler`).
async fn patiently<T, F>(open: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match open().await {
            Err(error) if matches!(dialect::classify(&error), Error::Again(_)) && Instant::now() < until => {
                tokio::time::sleep(LOCK_PAUSE).await;
            }
            opened => return opened,
        }
    }
}

fn cannot_open(path: &std::path::Path, error: &sqlx::Error) -> Error {
    Error::Unavailable(format!("{} cannot be opened: {error}", path.display()))
}

impl Tx {
    /// Which engine this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.inner {
            Inner::SqliteRead(_) | Inner::SqliteWrite(_) => Engine::Sqlite,
            Inner::PostgresRead(_) | Inner::PostgresWrite(_) => Engine::Postgres,
        }
    }

    /// Whether it writes, and so holds the locks that count.
    #[must_use]
    pub const fn writes(&self) -> bool {
        matches!(self.inner, Inner::SqliteWrite(_) | Inner::PostgresWrite(_))
    }

    /// Every row.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.rows(Text::Fixed(sql), &values).await
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn maybe(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.rows(Text::Fixed(sql), &values).await?.into_iter().next())
    }

    /// The first row.
    ///
    /// # Errors
    /// [`Error::Other`] when there is none.
    pub async fn one(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Row> {
        self.maybe(sql, values).await?.ok_or_else(|| Error::Other(format!("no row: {sql}")))
    }

    /// The row of a target. Under a write transaction it is locked until the end; its table must be named `t` in
    /// the statement, which ends where `FOR UPDATE OF t` may follow.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn target(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        let text = if self.writes() && self.engine() == Engine::Postgres {
            Text::Made(dialect::locked(Engine::Postgres, sql))
        } else {
            Text::Fixed(sql)
        };
        Ok(self.rows(text, &values).await?.into_iter().next())
    }

    /// The first row that nobody else holds, locked until the end; none if somebody does. The statement ends where
    /// `FOR UPDATE SKIP LOCKED` may follow.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn claim(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        let text = match self.engine() {
            Engine::Sqlite => Text::Fixed(sql),
            Engine::Postgres => Text::Made(dialect::claimed(Engine::Postgres, sql)),
        };
        Ok(self.rows(text, &values).await?.into_iter().next())
    }

    /// Inserts any number of rows: `INSERT INTO t (a, b)`, then as many values as there are columns for each row.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn insert_rows(&mut self, into: &'static str, columns: usize, values: &[Value]) -> Result<()> {
        self.insert_made(into, columns, values).await
    }

    /// The same with a beginning that was put together here in the store.
    pub(super) async fn insert_made(&mut self, into: &str, columns: usize, values: &[Value]) -> Result<()> {
        for rows in values.chunks(ROWS_AT_ONCE_MAX * columns) {
            let places = dialect::places(self.engine(), columns, rows.len() / columns);
            self.execute(Text::Made(format!("{into} VALUES {places}")), rows).await?;
        }
        Ok(())
    }

    /// Runs a statement and says how many rows it touched.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        self.execute(Text::Fixed(sql), &values).await
    }

    /// Runs a statement that was put together here in the store.
    pub(crate) async fn run_made(&mut self, sql: String, values: &[Value]) -> Result<u64> {
        self.execute(Text::Made(sql), values).await
    }

    /// Every row of a statement that was put together inside the door, from texts of the source code only.
    pub(crate) async fn all_made(&mut self, sql: String, values: &[Value]) -> Result<Vec<Row>> {
        self.rows(Text::Made(sql), values).await
    }

    /// Commits, and returns when it is on disk.
    ///
    /// # Errors
    /// [`Error::Again`], [`Error::Refused`].
    pub async fn commit(self) -> Result<()> {
        self.sound()?;
        self.step()?;
        match self.inner {
            Inner::SqliteRead(tx) => tx.commit().await?,
            Inner::SqliteWrite(turn) => turn.commit().await?,
            Inner::PostgresRead(tx) | Inner::PostgresWrite(tx) => tx.commit().await?,
        }
        self.faults.as_ref().map_or(Ok(()), Faults::step)
    }

    async fn rows(&mut self, sql: Text, values: &[Value]) -> Result<Vec<Row>> {
        self.sound()?;
        self.failed = true;
        self.step()?;
        let rows = self.inner.rows(sql, values).await?;
        self.step()?;
        self.failed = false;
        Ok(rows)
    }

    async fn execute(&mut self, sql: Text, values: &[Value]) -> Result<u64> {
        self.sound()?;
        self.failed = true;
        self.step()?;
        let touched = self.inner.execute(sql, values).await?;
        self.step()?;
        self.failed = false;
        Ok(touched)
    }

    /// Where a failure on order strikes.
    fn step(&self) -> Result<()> {
        self.faults.as_ref().map_or(Ok(()), Faults::step)
    }

    fn sound(&self) -> Result<()> {
        if self.failed {
            Err(Error::Other("an earlier statement of this transaction failed".to_owned()))
        } else {
            Ok(())
        }
    }
}
