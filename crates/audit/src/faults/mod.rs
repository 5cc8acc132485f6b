//! Faults: the database is taken away for a while, and given back whatever happens.

mod proxy;
mod sqlite;

pub use proxy::Proxy;

use crate::manifest::Database;
use crate::target::Target;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the database is taken away: what the manifest says, and what is needed for it.
#[derive(Debug, Default)]
pub struct Fault {
    /// What was told.
    pub told: Database,
    proxy: Option<Proxy>,
}

/// A fault that lasts until [`Fault::give_back`].
#[derive(Debug)]
pub enum Taken {
    /// Somebody else's lock.
    Locked(sqlite::Lock),
    /// The connection is cut.
    Cut,
    /// A command took it away.
    Commanded,
}

/// How the database was taken away, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An SQLite file was locked by somebody else.
    Locked,
    /// The way to it was cut.
    Cut,
    /// The manifest's command.
    Command,
}

impl Kind {
    /// In words: `while …`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Locked => "somebody else held the database's lock",
            Self::Cut => "the connection to the database was cut",
            Self::Command => "the manifest's command had taken the database away",
        }
    }
}

impl Fault {
    /// Opens what the service has to be given before it starts.
    ///
    /// # Errors
    /// When the proxy has no port.
    pub async fn open(told: &Database) -> crate::Result<Self> {
        let proxy = match &told.proxy {
            Some(to) => Some(Proxy::open(to).await?),
            None => None,
        };
        Ok(Self { told: told.clone(), proxy })
    }

    /// What stands for `{proxy.database}`.
    pub fn address(&self, hole: &str) -> Option<String> {
        let proxy = self.proxy.as_ref().filter(|_| hole.starts_with("proxy.database"))?;
        match hole {
            "proxy.database" => Some(proxy.address().to_string()),
            "proxy.database.host" => Some(proxy.address().ip().to_string()),
            "proxy.database.port" => Some(proxy.address().port().to_string()),
            _ => None,
        }
    }

    /// Which kind the manifest makes possible.
    pub fn kind(&self) -> Option<Kind> {
        match (&self.told.sqlite, &self.proxy, &self.told.take) {
            (Some(_), ..) => Some(Kind::Locked),
            (_, Some(_), _) => Some(Kind::Cut),
            (.., Some(_)) => Some(Kind::Command),
            _ => None,
        }
    }

    /// Takes the database away.
    ///
    /// # Errors
    /// One sentence: why it could not be.
    pub async fn take(&self, target: &Target, root: &Path) -> Result<Taken, String> {
        if let Some(file) = &self.told.sqlite {
            let file = root.join(file);
            let locking = tokio::task::spawn_blocking(move || sqlite::Lock::take(&file));
            return locking.await.map_err(|error| error.to_string())?.map(Taken::Locked);
        }
        if let Some(proxy) = &self.proxy {
            proxy.cut();
            return Ok(Taken::Cut);
        }
        let Some(command) = &self.told.take else { return Err("nothing says how".into()) };
        target.run(command).await.map_err(|trouble| format!("{}: {}", trouble.place, trouble.wrong))?;
        Ok(Taken::Commanded)
    }

    /// Gives it back.
    ///
    /// # Errors
    /// One sentence: the command failed.
    pub async fn give_back(&self, taken: Taken, target: &Target) -> Result<(), String> {
        match taken {
            Taken::Locked(lock) => drop(lock),
            Taken::Cut => self.proxy.iter().for_each(Proxy::mend),
            Taken::Commanded => {
                if let Some(command) = &self.told.mend {
                    target.run(command).await.map_err(|trouble| format!("{}: {}", trouble.place, trouble.wrong))?;
                }
            }
        }
        Ok(())
    }
}
