//! What may be said about files on the command line, and what it means.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result};
use clap::Args;
use zeroize::Zeroizing;

use super::{Files, S3Settings, Scanner};

/// The variable that holds the secret key of a bucket, as every program for S3 reads it. No argument does: arguments are
/// seen by everybody on the machine.
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// Where files lie, who looks at them, and how large they may be.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files")]
pub struct Settings {
    /// Where files lie, encrypted: a directory, or `s3://bucket/prefix`. Otherwise in `files` in the data directory.
    #[arg(long, value_name = "PLACE")]
    pub files: Option<Location>,
    /// The S3 server, when it is not Amazon's: `https://s3.example`.
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    pub files_endpoint: Option<url::Url>,
    /// Its region.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1", value_name = "NAME")]
    pub files_region: String,
    /// Who we are there.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", hide_env_values = true, value_name = "ID")]
    pub files_access_key_id: Option<String>,
    /// A file with the secret access key. Otherwise it stands in the environment: `AWS_SECRET_ACCESS_KEY`.
    #[arg(long, value_name = "FILE")]
    pub files_secret_access_key_file: Option<PathBuf>,
    /// Who looks at each file before it is taken in: `clamd:HOST:PORT`, `clamd:/PATH/TO/SOCKET`, or a program with its
    /// arguments, which ends with 0 when the file on its standard input is clean and with 1 when it found something.
    #[arg(long, default_value = "none", value_name = "SCANNER")]
    pub scanner: Scanner,
    /// The largest file: bytes, or with KiB, MiB, GiB, TiB.
    #[arg(long, default_value = "2GiB", value_name = "SIZE")]
    pub file_limit: Size,
    /// How much all files of an organisation may take together.
    #[arg(long, default_value = "50GiB", value_name = "SIZE")]
    pub quota: Size,
}

/// Where files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket, below a prefix.
    Bucket {
        /// Its name.
        bucket: String,
        /// What our objects' names begin with; may be empty.
        prefix: String,
    },
}

/// How large things may be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// One file.
    pub file_bytes: u64,
    /// All files of an organisation.
    pub organisation_bytes: u64,
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl Default for Settings {
    fn default() -> Self {
        Self {
            files: None,
            files_endpoint: None,
            files_region: "us-east-1".to_owned(),
            files_access_key_id: None,
            files_secret_access_key_file: None,
            scanner: Scanner::None,
            file_limit: Size(2 << 30),
            quota: Size(50 << 30),
        }
    }
}

impl Settings {
    /// The store, the scanner and the limits. `data` is the data directory.
    ///
    /// # Errors
    /// When something is missing or cannot be, with the next step.
    pub fn open(&self, data: &Path) -> Result<(Files, Scanner, Limits)> {
        let files = match &self.files {
            None => Files::local(&data.join("files")),
            Some(Location::Directory(directory)) => Files::local(directory),
            Some(Location::Bucket { bucket, prefix }) => Files::s3(&S3Settings {
                bucket: bucket.clone(),
                prefix: prefix.clone(),
                endpoint: self.files_endpoint.clone(),
                region: self.files_region.clone(),
                access_key_id: self.files_access_key_id.clone().context(
                    "a bucket needs to know who we are\n\nhint: --files-access-key-id ID, or AWS_ACCESS_KEY_ID in the environment",
                )?,
                secret_access_key: self.secret_access_key()?,
            }),
        };
        let limits = Limits { file_bytes: self.file_limit.0, organisation_bytes: self.quota.0 };
        Ok((files?, self.scanner.clone(), limits))
    }

    fn secret_access_key(&self) -> Result<Zeroizing<String>> {
        let Some(path) = &self.files_secret_access_key_file else {
            let secret = std::env::var(SECRET_ACCESS_KEY).with_context(|| {
                format!("a bucket needs a secret access key\n\nhint: --files-secret-access-key-file FILE, or {SECRET_ACCESS_KEY} in the environment")
            });
            return secret.map(Zeroizing::new);
        };
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.with_context(|| format!("{}: cannot be read", path.display()))?;
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(bucket) = text.strip_prefix("s3://") else {
            return match text {
                "" => Err("must be a directory or s3://bucket/prefix".to_owned()),
                _ if text.contains("://") => {
                    Err("must be a directory or s3://bucket/prefix; nothing else is spoken".to_owned())
                }
                directory => Ok(Self::Directory(directory.into())),
            };
        };
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        if bucket.is_empty() {
            return Err("names no bucket: s3://bucket/prefix".to_owned());
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be a number of bytes, or one with KiB, MiB, GiB or TiB".to_owned();
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let power = match unit.trim_start() {
            "" | "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            "TiB" => 40,
            _ => return Err(wrong()),
        };
        let number: u64 = number.parse().map_err(|_| wrong())?;
        number.checked_mul(1 << power).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, power) = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
            .into_iter()
            .find(|(_, power)| self.0 != 0 && self.0.trailing_zeros() >= *power)
            .unwrap_or(("B", 0));
        write!(f, "{} {unit}", self.0 >> power)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_is_a_directory_or_a_bucket() {
        let bucket =
            |bucket: &str, prefix: &str| Ok(Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
        assert_eq!("s3://halden".parse(), bucket("halden", ""));
        assert_eq!("s3://halden/portal/files/".parse(), bucket("halden", "portal/files"));
        assert_eq!("/srv/files".parse(), Ok(Location::Directory("/srv/files".into())));
        for wrong in ["", "s3://", "s3:///prefix", "gs://bucket"] {
            assert!(wrong.parse::<Location>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!("2GiB".parse(), Ok(Size(2_147_483_648)));
        assert_eq!("500 MiB".parse(), Ok(Size(524_288_000)));
        assert_eq!("17".parse(), Ok(Size(17)));
        for wrong in ["", "GiB", "2GB", "-1", "1.5GiB", "99999999TiB", "99999999999999999999"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_without_a_secret_says_what_to_do() {
        let place = Some("s3://halden".parse().unwrap());
        let settings = Settings { files: place, files_access_key_id: Some("id".to_owned()), ..Settings::default() };
        let missing = Settings { files_secret_access_key_file: Some("/nowhere/secret".into()), ..settings };
        let error = missing.open(Path::new(".")).err().unwrap();
        assert!(format!("{error:#}").starts_with("/nowhere/secret: cannot be read"), "{error:#}");
    }

    proptest! {
        #[test]
        fn a_size_comes_back_as_it_was_shown(bytes: u64) {
            prop_assert_eq!(Size(bytes).to_string().parse(), Ok(Size(bytes)));
        }

        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,30}") {
            let _ = (text.parse::<Size>(), text.parse::<Location>());
        }
    }
}
