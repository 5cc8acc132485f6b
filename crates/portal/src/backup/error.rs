//! Why a backup cannot be made, opened or given back.

use door::store;

/// Why not. Each says what it is about, and the next step.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No place for backups is configured.
    #[error("no place for backups is configured\n\nhint: --backup-to DIR, or --backup-to s3://bucket/prefix")]
    NoPlace,
    /// There is no repository at the place.
    #[error("{place}: holds no backups of a portal\n\nhint: --backup-to names where the backups lie")]
    NoRepository {
        /// The place.
        place: String,
    },
    /// There is no such snapshot.
    #[error("{place}: there is no snapshot {snapshot}\n\nhint: there are {there}")]
    NoSnapshot {
        /// The place.
        place: String,
        /// What was asked for.
        snapshot: String,
        /// What is there.
        there: String,
    },
    /// It was sealed under another key.
    #[error(
        "{place}: these backups belong to the recovery kit {theirs}, and this is {ours}\n\n\
         hint: --kit names the kit that was printed for the portal whose backups these are"
    )]
    Foreign {
        /// The place.
        place: String,
        /// The fingerprint of the key that is needed.
        theirs: String,
        /// The fingerprint of the key that was given.
        ours: String,
    },
    /// It was made by a newer version.
    #[error("{what}: was made by a newer version\n\nhint: install the version that made it, or a later one")]
    Newer {
        /// What it is about.
        what: String,
    },
    /// It is not what was stored.
    #[error("{what}: is damaged: not what was stored there\n\nhint: {}", another("its chunk"))]
    Damaged {
        /// What it is about.
        what: String,
    },
    /// It is not there.
    #[error("{what}: is missing in the backup\n\nhint: {}", another("it"))]
    Missing {
        /// What it is about.
        what: String,
    },
    /// Another backup runs.
    #[error("{place}: another backup is running there, or was killed; its lock ends {until}\n\nhint: try again then")]
    Locked {
        /// The place.
        place: String,
        /// When the lock ends by itself.
        until: String,
    },
    /// What is copied changed under the copy, again and again.
    #[error("files or keys changed while they were copied, {0} times\n\nhint: try again")]
    Unstable(u32),
    /// The backup is older than it may be.
    #[error(
        "the newest backup is {hours} hours old, and one is due every {due}\n\nhint: see the log for why none was made since"
    )]
    Stale {
        /// How old it is.
        hours: i64,
        /// How often there should be one.
        due: String,
    },
    /// What came back is not what was there.
    #[error("{what}: {why}")]
    Differs {
        /// What it is about.
        what: String,
        /// What differs.
        why: String,
    },
    /// The portal does not come up on the copy.
    #[error("the portal does not work on the restored copy: {0}")]
    NotUp(String),
    /// The place cannot be reached, is full, or refuses.
    #[error("the place of the backups: {0}")]
    Place(#[from] object_store::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] store::Error),
    /// Anything about files on this machine.
    #[error("{0:#}")]
    Machine(#[from] anyhow::Error),
}

fn another(what: &str) -> String {
    format!("restore another snapshot with --snapshot; a new backup stores {what} again")
}

/// What can be done, or why not.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every word under which a failure is recorded.
pub(super) const WORDS: &[&str] = &[
    "no_place",
    "no_backup",
    "wrong_key",
    "newer",
    "damaged",
    "missing",
    "locked",
    "unstable",
    "stale",
    "differs",
    "not_up",
    "place",
    "database",
    "machine",
];

impl Error {
    /// The word under which it is recorded.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoPlace => "no_place",
            Self::NoRepository { .. } | Self::NoSnapshot { .. } => "no_backup",
            Self::Foreign { .. } => "wrong_key",
            Self::Newer { .. } => "newer",
            Self::Damaged { .. } => "damaged",
            Self::Missing { .. } => "missing",
            Self::Locked { .. } => "locked",
            Self::Unstable(_) => "unstable",
            Self::Stale { .. } => "stale",
            Self::Differs { .. } => "differs",
            Self::NotUp(_) => "not_up",
            Self::Place(_) => "place",
            Self::Database(_) => "database",
            Self::Machine(_) => "machine",
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Machine(error.into())
    }
}
