//! Where letters go: to a mail server, into a folder, or on a page of the demo.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use door::Time;
use door::id::uuid_at;
use lettre::Address;
use lettre::address::AddressError;
use url::{Host, Url};
use uuid::Uuid;

use super::outbox::KEPT_SECONDS;
use super::smtp::{NotTaken, Smtp};
use super::{Letter, MAIL_HINT};
use crate::texts::Texts;
use crate::watch::{Receiver, Settings};

/// The folder of the data directory that letters lie in while no mail server is named.
const FOLDER: &str = "outbox";

/// The way out.
pub struct Post {
    way: Way,
    from: Address,
    /// Where the portal is: what links begin with.
    origin: String,
    /// Whether anything ever arrived by it.
    pub(crate) receiver: Option<Receiver>,
}

enum Way {
    Smtp(Box<Smtp>),
    Folder(PathBuf),
    /// On a page: the row stays, sealed, and nothing leaves the machine.
    Page,
}

impl Post {
    /// As the settings say.
    ///
    /// # Errors
    /// What is wrong with an address, without showing it.
    pub fn of(settings: &Settings, origin: &str, demo: bool, data: &Path) -> Result<Self> {
        let said = settings.mail_from.as_ref().map(|from| {
            let from = from.parse::<Address>();
            from.context("--mail-from: is no mail address\n\nhint: --mail-from portal@example.com")
        });
        let (way, receiver, user) = match (&settings.smtp, demo) {
            // Invented people have invented addresses.
            (_, true) => (Way::Page, None, None),
            (None, false) => (Way::Folder(data.join(FOLDER)), None, None),
            (Some(address), false) => {
                let smtp = Smtp::of(address)?;
                let (receiver, user) = (Receiver::new("letters", smtp.host()), smtp.user().cloned());
                (Way::Smtp(Box::new(smtp)), Some(receiver), user)
            }
        };
        let from = match (said.transpose()?, user) {
            (Some(from), _) => from,
            (None, Some(user)) => user.email,
            (None, None) => {
                own_address(origin).with_context(|| format!("--mail-from: say one\n\nhint: {MAIL_HINT}"))?
            }
        };
        Ok(Self { way, from, origin: origin.to_owned(), receiver })
    }

    /// Whether letters leave for those to whom they are addressed. Where they do not, whoever invites copies the link.
    #[must_use]
    pub const fn is_wired(&self) -> bool {
        matches!(self.way, Way::Smtp(_))
    }

    /// Whether what was sent is shown on a page.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        matches!(self.way, Way::Page)
    }

    /// Sends a letter that says nothing, to see whether it is taken.
    ///
    /// # Errors
    /// Why it was not, in words without the address.
    pub(crate) async fn test(&self, to: &str, now: Time) -> Result<(), String> {
        let texts = Texts::default();
        let letter = Letter {
            to: Some(to.to_owned()),
            subject: texts.letter_test().to_owned(),
            words: vec![texts.letter_test_help().to_owned()],
            ..Letter::default()
        };
        self.send(&letter, to, uuid_at(now), now).await.map_err(|not| not.words)
    }

    /// Sends a letter to an address.
    pub(super) async fn send(&self, letter: &Letter, to: &str, id: Uuid, now: Time) -> Result<(), NotTaken> {
        let message = letter.message(to, &self.from, &self.origin, id, now);
        let message = message.map_err(|words| NotTaken { words, for_good: true })?;
        match &self.way {
            Way::Smtp(smtp) => {
                let sent = smtp.send(message).await;
                if let Some(receiver) = &self.receiver {
                    // That one mailbox is none says nothing about the server: it took the question.
                    let heard = sent.as_ref().map(|&()| ()).map_err(|not| not.words.clone());
                    if !sent.as_ref().is_err_and(|not| not.for_good) {
                        receiver.tried(&heard, now);
                    }
                }
                sent
            }
            Way::Folder(folder) => {
                let folder = folder.clone();
                let kept = tokio::task::spawn_blocking(move || keep(&folder, id, &message.formatted(), now)).await;
                let kept = kept.unwrap_or_else(|error| Err(std::io::Error::other(error)));
                kept.map_err(|error| {
                    tracing::error!(%error, "a letter cannot be laid into the folder");
                    NotTaken { words: "it could not be laid into the folder".to_owned(), for_good: false }
                })
            }
            Way::Page => Ok(()),
        }
    }
}

/// The portal's own mail address, where none is said: at its name. Where it has only a number, the library that writes letters
/// would not read it back.
pub(super) fn own_address(origin: &str) -> Result<Address, AddressError> {
    match Url::parse(origin).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => Address::new("portal", name),
        _ => Address::new("portal", "localhost"),
    }
}

/// The host of an address, for people: `portal.example`.
pub(super) fn host_of(origin: &str) -> String {
    let url = Url::parse(origin).ok();
    url.as_ref().and_then(Url::host_str).unwrap_or("localhost").to_owned()
}

/// Lays a letter into the folder, readable for the portal's own user alone: it may hold a link. Those whose time is over go.
fn keep(folder: &Path, id: Uuid, letter: &[u8], now: Time) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        options.mode(0o600);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    #[cfg(not(unix))]
    std::fs::create_dir_all(folder)?;
    let mut file = options.open(folder.join(format!("{id}.eml")))?;
    file.write_all(letter)?;
    file.sync_all()?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let made = path.file_stem().and_then(|name| name.to_str()?.parse::<Uuid>().ok()?.get_timestamp());
        let made = made.map(|made| i64::try_from(made.to_unix().0).unwrap_or(i64::MAX));
        if made.is_some_and(|made| made < now.0 / 1_000_000 - KEPT_SECONDS) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_keeps_a_week_of_letters_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("outbox");
        let now = Time(1_782_322_200_000_000);
        let old = uuid_at(now.plus_seconds(-KEPT_SECONDS - 60));
        let fresh = uuid_at(now);
        keep(&folder, old, b"old", now.plus_seconds(-KEPT_SECONDS - 60)).unwrap();
        std::fs::write(folder.join("notes.txt"), "mine").unwrap();
        keep(&folder, fresh, b"fresh", now).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = vec![format!("{fresh}.eml"), "notes.txt".to_owned()];
        expected.sort();
        assert_eq!(left, expected);
    }

    #[test]
    fn whose_letters_they_are() {
        let from = |smtp: Option<&str>, said: Option<&str>, origin: &str| {
            let settings = Settings {
                smtp: smtp.map(|smtp| smtp.parse().unwrap()),
                mail_from: said.map(str::to_owned),
                ..Settings::default()
            };
            Post::of(&settings, origin, false, Path::new("/nowhere")).map(|post| post.from.to_string()).ok()
        };
        let here = "https://portal.example";
        assert_eq!(from(None, None, here).as_deref(), Some("portal@portal.example"));
        assert_eq!(from(None, None, "http://127.0.0.1:8080").as_deref(), Some("portal@localhost"));
        assert_eq!(
            from(Some("smtps://box%40halden.example:x@mail.example"), None, here).as_deref(),
            Some("box@halden.example")
        );
        assert_eq!(
            from(Some("smtp://127.0.0.1"), Some("hello@halden.example"), here).as_deref(),
            Some("hello@halden.example")
        );
        assert_eq!(from(None, Some("nobody"), here), None);
    }
}
