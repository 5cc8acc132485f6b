//! Databases for a rehearsal, beside a PostgreSQL database on the same server. Each is dropped when the rehearsal is over.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use super::{Error, Result, Store, primary};

/// How the names of such databases begin, so that one that was left behind is known.
pub const SCRATCH_PREFIX: &str = "plimsoll_scratch_";

/// A place for databases that go away.
pub struct Scratch {
    server: PgConnectOptions,
    connection: PgConnection,
    made: Vec<String>,
    random: String,
}

impl Scratch {
    /// Beside the database of this address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached.
    pub async fn beside(url: &str) -> Result<Self> {
        let servers = primary::servers(url)?;
        let server = match servers.as_slice() {
            [only] => only.clone(),
            several => primary::find(several).await?,
        };
        let mut random = [0; 6];
        getrandom::fill(&mut random).map_err(|error| Error::Other(error.to_string()))?;
        let random = random.map(|byte| format!("{byte:02x}")).concat();
        // A copy of a large database takes its time.
        let connection = server.clone().options([("statement_timeout", "0")]).connect().await?;
        Ok(Self { connection, server, made: Vec::new(), random })
    }

    /// An empty database.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the role may not create databases.
    pub async fn empty(&mut self) -> Result<Store> {
        self.create("template0").await
    }

    /// The address of an empty database, for whoever opens it in a process of their own. Holds a password; never printed.
    ///
    /// # Errors
    /// As for [`Self::empty`].
    pub async fn empty_address(&mut self) -> Result<String> {
        self.empty().await?.close().await;
        let name = self.made.last().map(String::as_str).unwrap_or_default();
        Ok(self.server.clone().database(name).to_url_lossy().to_string())
    }

    /// A copy of the first database that was made here, whose connections must be closed.
    ///
    /// # Errors
    /// As for [`Self::empty`].
    pub async fn twin(&mut self) -> Result<Store> {
        let first = self.made.first().cloned().ok_or_else(|| Error::Other("there is nothing to copy".to_owned()))?;
        self.create(&first).await
    }

    async fn create(&mut self, template: &str) -> Result<Store> {
        let name = format!("{SCRATCH_PREFIX}{}_{}", self.random, self.made.len());
        let made = self.execute(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        made.map_err(|error| self.not_allowed(error))?;
        self.made.push(name.clone());
        // Whatever schema the address names is not there: a new database has `public`.
        Store::on_postgres(self.server.clone().database(&name).options([("search_path", "public")])).await
    }

    fn not_allowed(&self, error: sqlx::Error) -> Error {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        if code.as_deref() != Some("42501") {
            return error.into();
        }
        let role = self.server.get_username();
        Error::Foreign(format!(
            "the role {role} may not create databases, and a copy needs one\n\n\
             hint: ALTER ROLE {role} CREATEDB; or name the address of a role that may read everything and create databases"
        ))
    }

    /// Drops the newest database that was made here.
    ///
    /// # Errors
    /// As [`Error`] says; the database stays, and its name begins with [`SCRATCH_PREFIX`].
    pub async fn drop_last(&mut self) -> Result<()> {
        let Some(name) = self.made.pop() else { return Ok(()) };
        Ok(self.execute(format!("DROP DATABASE {name} WITH (FORCE)")).await?)
    }

    /// Drops every database that was made here.
    ///
    /// # Errors
    /// As for [`Self::drop_last`].
    pub async fn close(mut self) -> Result<()> {
        while !self.made.is_empty() {
            self.drop_last().await?;
        }
        Ok(self.connection.close().await?)
    }

    /// The names are made here, of fixed words and digits.
    async fn execute(&mut self, sql: String) -> Result<(), sqlx::Error> {
        self.connection.execute(AssertSqlSafe(sql)).await.map(drop)
    }
}
