//! What may be said about backups on the command line, and what it means.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use object_store::ObjectStore;
use zeroize::Zeroizing;

use super::key::BackupKey;
use super::repository::Repository;
use super::{Error, Result};
use crate::files::{Location, S3Settings, store};

/// The variable that holds the secret key of the bucket of the backups, where no file does.
const SECRET_ACCESS_KEY: &str = "BACKUP_SECRET_ACCESS_KEY";

/// Where backups lie.
#[derive(Debug, Clone, Default, Args)]
#[group(id = "backup_place")]
#[command(next_help_heading = "Backups")]
pub struct Place {
    /// Where backups lie, encrypted: a directory on another disk, or `s3://bucket/prefix`.
    #[arg(long, visible_aliases = ["to", "from"], env = "BACKUP_TO", value_name = "PLACE")]
    pub backup_to: Option<Location>,
    /// The S3 server, when it is not Amazon's: `https://s3.example`.
    #[arg(long, env = "BACKUP_ENDPOINT_URL", value_name = "URL")]
    pub backup_endpoint: Option<url::Url>,
    /// Its region. Otherwise `us-east-1`.
    #[arg(long, env = "BACKUP_REGION", value_name = "NAME")]
    pub backup_region: Option<String>,
    /// Who we are there: best somebody else than for the files, so that one lost key does not lose both.
    #[arg(long, env = "BACKUP_ACCESS_KEY_ID", hide_env_values = true, value_name = "ID")]
    pub backup_access_key_id: Option<String>,
    /// A file with the secret access key. Otherwise it stands in the environment: `BACKUP_SECRET_ACCESS_KEY`.
    #[arg(long, value_name = "FILE")]
    pub backup_secret_access_key_file: Option<PathBuf>,
}

/// When backups are made and tried, and how long they are kept.
#[derive(Debug, Clone, Args)]
#[group(id = "backup_settings")]
#[command(next_help_heading = "Backups")]
pub struct Settings {
    /// Where they lie.
    #[command(flatten)]
    pub place: Place,
    /// How often one is made: `30m`, `24h`, `7d`.
    #[arg(long, default_value = "24h", value_name = "TIME")]
    pub backup_every: Every,
    /// For how many days one is kept. The newest is kept in any case.
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub backup_keep: u32,
    /// How often the newest is restored beside the portal, and tried.
    #[arg(long, default_value = "7d", value_name = "TIME")]
    pub drill_every: Every,
    /// The printed recovery kit that a drill by hand reads; otherwise the text of the key in the data directory.
    #[arg(skip)]
    pub kit: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            place: Place::default(),
            backup_every: Every(24 * 3600),
            backup_keep: 30,
            drill_every: Every(7 * 24 * 3600),
            kit: None,
        }
    }
}

impl Place {
    /// Opens the repository there, or begins one.
    ///
    /// # Errors
    /// When no place is configured, it cannot be reached, or it belongs to another key.
    pub async fn open_or_begin(&self, key: &BackupKey) -> Result<Repository> {
        let (store, place) = self.store(true)?;
        Repository::open_or_begin(store, place, key).await
    }

    /// Opens the repository there. Nothing is made.
    ///
    /// # Errors
    /// As for [`Place::open_or_begin`], and when there is none.
    pub async fn open(&self, key: &BackupKey) -> Result<Repository> {
        let (store, place) = self.store(false)?;
        Repository::open(store, place, key).await
    }

    fn store(&self, make: bool) -> Result<(Arc<dyn ObjectStore>, String)> {
        match self.backup_to.as_ref().ok_or(Error::NoPlace)? {
            Location::Directory(directory) => {
                let place = directory.display().to_string();
                if !make && !directory.is_dir() {
                    return Err(Error::NoRepository { place });
                }
                let store = store::directory(directory, "--backup-to")?;
                Ok((Arc::new(store), place))
            }
            Location::Bucket { bucket, prefix } => {
                let settings = S3Settings {
                    bucket: bucket.clone(),
                    prefix: prefix.clone(),
                    endpoint: self.backup_endpoint.clone(),
                    region: self.backup_region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
                    access_key_id: self.backup_access_key_id.clone().context(
                        "a bucket needs to know who we are\n\nhint: --backup-access-key-id ID, or BACKUP_ACCESS_KEY_ID in the environment",
                    )?,
                    secret_access_key: self.secret_access_key()?,
                };
                Ok((store::bucket(&settings)?, format!("s3://{bucket}/{prefix}")))
            }
        }
    }

    fn secret_access_key(&self) -> anyhow::Result<Zeroizing<String>> {
        let Some(path) = &self.backup_secret_access_key_file else {
            let hint = format!("--backup-secret-access-key-file FILE, or {SECRET_ACCESS_KEY} in the environment");
            let secret = std::env::var(SECRET_ACCESS_KEY);
            return secret
                .map(Zeroizing::new)
                .with_context(|| format!("a bucket needs a secret access key\n\nhint: {hint}"));
        };
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.with_context(|| format!("{}: cannot be read", path.display()))?;
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// A span of time, in seconds; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(pub i64);

/// What a unit is in seconds, the longest first.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be a number with s, m, h or d: 24h".to_owned();
        let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(wrong)?;
        let number = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number: i64 = number.and_then(|digits| digits.parse().ok()).filter(|n| *n > 0).ok_or_else(wrong)?;
        // A longer time than a hundred years is a slip of the hand.
        number.checked_mul(seconds).filter(|seconds| *seconds <= 100 * 366 * 86_400).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, seconds) = UNITS.into_iter().find(|(_, seconds)| self.0 % seconds == 0).unwrap_or(("s", 1));
        write!(f, "{}{unit}", self.0 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!("24h".parse(), Ok(Every(86_400)));
        assert_eq!(Every(86_400).to_string(), "1d");
        assert_eq!("90s".parse::<Every>().unwrap().to_string(), "90s");
        for wrong in ["", "24", "0h", "-1d", "1w", "1.5h", "h", "99999999999999999d"] {
            assert!(wrong.parse::<Every>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_time_comes_back_as_it_was_shown(seconds in 1_i64..1_000_000_000) {
            prop_assert_eq!(Every(seconds).to_string().parse(), Ok(Every(seconds)));
        }

        #[test]
        fn any_text_is_a_time_or_not(text in ".{0,20}") {
            let _ = text.parse::<Every>();
        }
    }
}
