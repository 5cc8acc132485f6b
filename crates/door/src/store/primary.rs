//! PostgreSQL behind several addresses: one is the primary, the others follow it, and one of them takes over when it dies.
//!
//! `postgres://user:password@one,two:5433/portal` names them as libpq does (PostgreSQL 18 documentation, section 34.1.1.3).
//! The driver takes a single address, so a watch asks the server that is written to whether it still leads; when it does
//! not, or is gone, the watch looks for the one that does, and new connections go there.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, Row as _};

use super::{Error, Result};

/// How often the leading server is asked.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// How long one server may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(2);
/// Whether a server follows another one and takes no writes.
const FOLLOWS: &str = "SELECT pg_is_in_recovery() AS follows";

/// The servers that an address names, in its order.
///
/// # Errors
/// [`Error::Foreign`] when it cannot be read. What it says never holds the password.
pub(super) fn servers(url: &str) -> Result<Vec<PgConnectOptions>> {
    let unreadable = |why: &str| Error::Foreign(format!("the database's address cannot be read: {why}"));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| unreadable("it begins with postgres://"))?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, database) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if user.is_empty() { "" } else { "@" };
    let one = |host: &str| {
        let options = PgConnectOptions::from_str(&format!("{scheme}://{user}{at}{host}{database}"));
        let options = options.map_err(|error| unreadable(&error.to_string()))?;
        Ok(options.options([("lock_timeout", "10s"), ("statement_timeout", "60s")]))
    };
    hosts.split(',').map(one).collect()
}

/// The first server that leads.
///
/// # Errors
/// [`Error::Unavailable`] when none answers so.
pub(super) async fn find(servers: &[PgConnectOptions]) -> Result<PgConnectOptions> {
    let mut why = "no server is named".to_owned();
    for server in servers {
        match tokio::time::timeout(ANSWER_TIME, leading(server)).await {
            Ok(Ok(_)) => return Ok(server.clone()),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = "no answer in time".to_owned(),
        }
    }
    Err(Error::Unavailable(why))
}

/// A connection to a server that leads.
async fn leading(server: &PgConnectOptions) -> Result<PgConnection> {
    let mut connection = server.connect().await?;
    refuse_follower(&mut connection).await?;
    Ok(connection)
}

/// Refuses a connection to a server that follows: what is written there would be refused, what is read may be old.
pub(super) async fn refuse_follower(connection: &mut PgConnection) -> sqlx::Result<()> {
    if sqlx::query(FOLLOWS).fetch_one(connection).await?.try_get("follows")? {
        return Err(sqlx::Error::Io(std::io::Error::other("this server follows another one")));
    }
    Ok(())
}

/// Asks every server that follows for one `number`. One that does not answer in time is left out.
pub(super) async fn ask_followers(servers: &[PgConnectOptions], sql: &'static str) -> Vec<i64> {
    let mut numbers = Vec::new();
    for server in servers {
        let asked = tokio::time::timeout(ANSWER_TIME, ask_follower(server, sql)).await;
        match asked.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)) {
            Ok(number) => numbers.extend(number),
            Err(error) => tracing::debug!(server = server.get_host(), %error, "a server does not answer"),
        }
    }
    numbers
}

/// What a server that follows says; nothing from the one that leads.
async fn ask_follower(server: &PgConnectOptions, sql: &'static str) -> sqlx::Result<Option<i64>> {
    let mut connection = server.connect().await?;
    let number = match sqlx::query(FOLLOWS).fetch_one(&mut connection).await?.try_get("follows")? {
        true => Some(sqlx::query(sql).fetch_one(&mut connection).await?.try_get("number")?),
        false => None,
    };
    connection.close().await?;
    Ok(number)
}

/// Watches until the pool is closed.
pub(super) async fn watch(pool: PgPool, servers: Arc<[PgConnectOptions]>) {
    let mut watched: Option<PgConnection> = None;
    while !pool.is_closed() {
        let leads = match &mut watched {
            Some(connection) => {
                matches!(tokio::time::timeout(ANSWER_TIME, refuse_follower(connection)).await, Ok(Ok(())))
            }
            None => false,
        };
        if !leads {
            watched = None;
            if let Ok(server) = find(&servers).await {
                let place = format!("{}:{}", server.get_host(), server.get_port());
                tracing::info!(server = place, "the database that leads");
                watched = tokio::time::timeout(ANSWER_TIME, leading(&server)).await.ok().and_then(Result::ok);
                pool.set_connect_options(server);
            }
        }
        tokio::select! {
            () = pool.close_event() => break,
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
    }
    if let Some(connection) = watched {
        let _ = connection.close().await;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(url: &str) -> Vec<String> {
        let servers = servers(url).unwrap();
        servers.iter().map(|server| format!("{}:{}", server.get_host(), server.get_port())).collect()
    }

    #[test]
    fn one_or_several_servers() {
        assert_eq!(places("postgres://portal:secret@db.example/portal"), ["db.example:5432"]);
        assert_eq!(places("postgres://portal:s@one,two:5433/portal?sslmode=require"), ["one:5432", "two:5433"]);
        let both = servers("postgres://portal:s@one,two/portal").unwrap();
        assert!(both.iter().all(|server| server.get_database() == Some("portal")));
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for url in ["portal", "postgres://portal:geheim@one:port/portal"] {
            let why = servers(url).unwrap_err().to_string();
            assert!(why.contains("cannot be read") && !why.contains("geheim"), "{why}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(url in "(postgres://)?[a-z@:,/?%0-9\\[\\]]{0,40}") {
            let _ = servers(&url);
        }
    }
}
