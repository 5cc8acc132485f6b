//! The anchors: where checkpoints are taken, so that whoever runs the portal cannot rewrite the record unnoticed; and how
//! many servers must hold what is signed.
//!
//! They stand in `anchors.toml` in the data directory; without the file there are none, and Readiness says so.
//!
//! ```toml
//! checkpoint_durability = 1                    # other servers of the database's address that must hold what is signed
//!
//! [[witness]]                                  # a server that a client runs: plimsoll-portal witness
//! name = "acme"
//! url  = "https://witness.acme.example"
//! key  = "witness.acme.example+…"              # as the client gave it to you
//!
//! [[file]]                                     # a directory on storage that is written once
//! directory = "/mnt/worm"
//!
//! [[mail]]                                     # a letter box that is not yours
//! server = "smtps://mail.example:465"          # smtp:// without TLS, starttls:// with it
//! user = "portal"
//! password_file = "/run/secrets/mail"
//! from = "portal@example.com"
//! to = "compliance@acme.example"
//! every_hours = 24
//!
//! [[s3]]                                       # a bucket with object lock, in another account
//! endpoint = "https://s3.eu-central-1.amazonaws.com"
//! region = "eu-central-1"
//! bucket = "acme-record"
//! access_key_id = "…"
//! secret_access_key_file = "/run/secrets/s3"
//! ```

mod file;
mod mail;
mod s3;
mod signature_v4;
mod witness;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use door::ledger::key::VerifierKey;
use door::record::Followers;
use door::record::anchor::Anchor;
use door::store::Store;
use door::{Clock, Sealer};
use serde::Deserialize;

use crate::data::Data;

/// The file, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    checkpoint_durability: usize,
    #[serde(default)]
    witness: Vec<witness::Settings>,
    #[serde(default)]
    file: Vec<file::Settings>,
    #[serde(default)]
    mail: Vec<mail::Settings>,
    #[serde(default)]
    s3: Vec<s3::Settings>,
}

/// What signs the record of a data directory, with its anchors and what it waits for. Without `anchors.toml` there are
/// neither.
///
/// # Errors
/// When the file cannot be read, or names something that cannot be.
pub fn sealer(data: &Data, store: &Store, clock: &Arc<dyn Clock>) -> Result<Sealer> {
    let settings = read(data)?;
    let with = || {
        let copies = settings.checkpoint_durability;
        if copies >= store.servers().max(1) && copies > 0 {
            bail!(
                "checkpoint_durability = {copies}, and the database's address names {} other servers\n\n\
                 hint: name them all: postgres://one,two/portal",
                store.servers() - 1
            );
        }
        let sealer = data.sealer()?.anchored(anchors(settings, clock)?);
        Ok(match NonZeroUsize::new(copies) {
            Some(copies) => sealer.durable(Arc::new(Followers(copies))),
            None => sealer,
        })
    };
    with().with_context(|| format!("{}: cannot be used", file(data).display()))
}

/// The witnesses that a data directory names: what they have not signed, nobody outside vouches for.
///
/// # Errors
/// As for [`sealer`].
pub(super) fn witnesses(data: &Data) -> Result<Vec<(String, VerifierKey)>> {
    let pinned = read(data)?.witness.into_iter().map(witness::Settings::pinned).collect::<Result<_>>();
    pinned.with_context(|| format!("{}: cannot be used", file(data).display()))
}

fn file(data: &Data) -> PathBuf {
    data.directory().join("anchors.toml")
}

fn read(data: &Data) -> Result<Settings> {
    let path = file(data);
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("{}: cannot be used", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(error).with_context(|| format!("{}: cannot be read", path.display())),
    }
}

fn anchors(settings: Settings, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn Anchor>>> {
    let mut anchors: Vec<Arc<dyn Anchor>> = Vec::new();
    for settings in settings.witness {
        anchors.push(Arc::new(witness::Witness::new(settings)?));
    }
    for settings in settings.file {
        anchors.push(Arc::new(file::Directory::new(settings)));
    }
    for settings in settings.mail {
        anchors.push(Arc::new(mail::LetterBox::new(settings)?));
    }
    for settings in settings.s3 {
        anchors.push(Arc::new(s3::Bucket::new(settings, Arc::clone(clock))?));
    }
    Ok(anchors)
}

/// A secret from its file.
fn secret(path: &PathBuf) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A client for requests to anchors: no redirects, because whoever answers must be whom we asked.
fn client() -> Result<reqwest::Client> {
    let timeout = std::time::Duration::from_secs(15);
    Ok(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout).build()?)
}

/// The name of a checkpoint's file or object: the newest sorts first, so that one look finds it.
fn name(origin: &str, size: u64) -> String {
    format!("{}/{:020}-{size}.checkpoint", origin.replace('/', "-"), u64::MAX - size)
}

/// The most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// An answer's body, if it is not too large.
async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(format!("the answer has more than {ANSWER_BYTES_MAX} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_read() {
        let example: String = include_str!("mod.rs")
            .lines()
            .skip_while(|line| *line != "//! ```toml")
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
            .collect();
        let settings: Settings = toml::from_str(&example).unwrap();
        assert_eq!([settings.witness.len(), settings.file.len(), settings.mail.len(), settings.s3.len()], [1; 4]);
        assert!(toml::from_str::<Settings>("[[witnes]]\n").is_err(), "a slip of the pen is no silence");
    }

    #[test]
    fn the_newest_sorts_first() {
        let mut names: Vec<String> = [5, 300, 17].map(|size| name("a/b", size)).to_vec();
        names.sort();
        assert!(names[0].ends_with("-300.checkpoint") && names[2].ends_with("-5.checkpoint"), "{names:?}");
    }
}
