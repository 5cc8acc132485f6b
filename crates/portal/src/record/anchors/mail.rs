//! A letter box that is not the operator's: the cheapest anchor, and one that people read.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use door::Later;
use door::record::anchor::{Anchor, Offer, Unanchored};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::Deserialize;
use url::Url;

/// Its place in `anchors.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    server: Url,
    user: Option<String>,
    password_file: Option<PathBuf>,
    from: String,
    to: String,
    #[serde(default = "every_hours")]
    every_hours: i64,
}

fn every_hours() -> i64 {
    24
}

/// The letter box.
pub(super) struct LetterBox {
    name: String,
    from: Mailbox,
    to: Mailbox,
    every_hours: i64,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

impl LetterBox {
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let address = |text: &str| text.parse::<Mailbox>().with_context(|| format!("{text}: is no mail address"));
        let host = settings.server.host_str().context("server: names no host")?;
        let (mut server, port) = match settings.server.scheme() {
            "smtps" => (AsyncSmtpTransport::<Tokio1Executor>::relay(host)?, 465),
            "starttls" => (AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?, 587),
            "smtp" => (AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host), 25),
            other => bail!("server: {other} is none of smtp, starttls and smtps"),
        };
        server = server.port(settings.server.port().unwrap_or(port));
        if let (Some(user), Some(path)) = (settings.user, &settings.password_file) {
            if settings.server.scheme() == "smtp" {
                bail!("server: a password goes over starttls or smtps only");
            }
            server = server.credentials(Credentials::new(user, super::secret(path)?));
        }
        Ok(Self {
            name: format!("mail {}", settings.to),
            from: address(&settings.from)?,
            to: address(&settings.to)?,
            every_hours: settings.every_hours,
            server: server.build(),
        })
    }

    fn letter(&self, offer: &Offer<'_>) -> Result<Message, lettre::error::Error> {
        let (origin, size) = (&offer.checkpoint.origin, offer.checkpoint.size);
        let erased = match offer.erased.as_str() {
            "" => String::new(),
            list => format!(
                "\nErased so far (id, microseconds since 1970), to be erased again in a restored backup:\n\n{list}"
            ),
        };
        Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(format!("Checkpoint {size} of {origin}"))
            .body(format!(
                "Keep this letter. It shows how the record of {origin} stood; whoever shows you another one of {size} \
                 leaves or more later can be proved wrong by it.\n\n{}{erased}",
                offer.note
            ))
    }
}

impl Anchor for LetterBox {
    fn name(&self) -> &str {
        &self.name
    }

    fn every_seconds(&self) -> i64 {
        self.every_hours * 3600
    }

    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, Result<String, Unanchored>> {
        Box::pin(async move {
            let later = |error: String| Unanchored::Later(error);
            let letter = self.letter(offer).map_err(|error| later(error.to_string()))?;
            self.server.send(letter).await.map_err(|error| later(error.to_string()))?;
            Ok(offer.note.to_owned())
        })
    }
}
