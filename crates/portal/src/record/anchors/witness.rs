//! A witness over HTTP (C2SP tlog-witness): it cosigns what extends the last checkpoint that it saw, and nothing else.

use anyhow::{Context as _, Result, bail};
use door::Later;
use door::record::anchor::{Anchor, Offer, Unanchored};
use ledger::Hash;
use ledger::key::{Algorithm, VerifierKey};
use ledger::note::Note;
use ledger::witness::AddCheckpoint;
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

/// Its place in `anchors.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    name: String,
    url: Url,
    key: String,
    #[serde(default = "every_seconds")]
    every_seconds: i64,
}

impl Settings {
    /// The name, and the key that its word is pinned to.
    pub(super) fn pinned(self) -> Result<(String, VerifierKey)> {
        let key = self.key.parse().with_context(|| format!("witness {}: key", self.name))?;
        Ok((self.name, key))
    }
}

fn every_seconds() -> i64 {
    10
}

/// The witness, and the key that its word is pinned to.
pub(super) struct Witness {
    name: String,
    url: String,
    key: VerifierKey,
    every_seconds: i64,
    client: reqwest::Client,
}

impl Witness {
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let key: VerifierKey = settings.key.parse().with_context(|| format!("witness {}: key", settings.name))?;
        if key.algorithm() != Algorithm::Cosignature {
            bail!("witness {}: its key is no cosignature key (kind 4)", settings.name);
        }
        Ok(Self {
            name: format!("witness {}", settings.name),
            url: settings.url.as_str().trim_end_matches('/').to_owned(),
            key,
            every_seconds: settings.every_seconds,
            client: super::client()?,
        })
    }

    /// Asks it to cosign, from the size that it is thought to have seen last.
    async fn ask(&self, offer: &Offer<'_>, note: &Note, old: u64) -> Result<Answer, Unanchored> {
        let later = |error: String| Unanchored::Later(error);
        let proof: Vec<Hash> = offer.consistency(old).await.map_err(|error| later(error.to_string()))?;
        let request = AddCheckpoint { old, proof, checkpoint: note.clone() }.to_string();
        let sent = self.client.post(format!("{}/add-checkpoint", self.url)).body(request).send().await;
        let answer = sent.map_err(|error| later(error.to_string()))?;
        let status = answer.status();
        let text = String::from_utf8(super::body(answer).await.map_err(later)?)
            .map_err(|_| later("the answer is not UTF-8".to_owned()))?;
        match status {
            StatusCode::OK => Ok(Answer::Cosigned(text)),
            StatusCode::CONFLICT => {
                let size = text.trim_end().parse().map_err(|_| later("a conflict without a size".to_owned()))?;
                Ok(Answer::Saw(size))
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                Err(Unanchored::Contradicted("it saw a checkpoint that this one does not extend".to_owned()))
            }
            status => Err(later(format!("{status}: {}", text.trim_end()))),
        }
    }
}

enum Answer {
    Cosigned(String),
    /// The size that it saw last.
    Saw(u64),
}

impl Anchor for Witness {
    fn name(&self) -> &str {
        &self.name
    }

    fn every_seconds(&self) -> i64 {
        self.every_seconds
    }

    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, Result<String, Unanchored>> {
        Box::pin(async move {
            let note = Note::parse(offer.note.as_bytes()).map_err(|error| Unanchored::Later(error.to_string()))?;
            let size = offer.checkpoint.size;
            let mut answer = self.ask(offer, &note, offer.last.min(size)).await?;
            if let Answer::Saw(saw) = answer {
                if saw > size {
                    let why = format!("it saw {saw} leaves of this log, and there are {size}");
                    return Err(Unanchored::Contradicted(why));
                }
                answer = self.ask(offer, &note, saw).await?;
            }
            let lines = match answer {
                Answer::Cosigned(lines) => lines,
                Answer::Saw(saw) if saw == size => {
                    return Err(Unanchored::Contradicted(format!("it saw another root of the first {size} leaves")));
                }
                Answer::Saw(_) => return Err(Unanchored::Later("somebody else asked it at the same time".to_owned())),
            };
            // Only the pinned key counts, and only over this text.
            let cosigned = note.cosigned_by(&lines, &[&self.key]);
            Ok(cosigned.map_err(|error| Unanchored::Later(format!("its answer: {error}")))?.to_string())
        })
    }

    fn newest<'a>(&'a self, origin: &'a str) -> Later<'a, Result<Option<Vec<u8>>, Unanchored>> {
        Box::pin(async move {
            let later = |error: String| Unanchored::Later(error);
            let mut url = Url::parse(&format!("{}/latest", self.url)).map_err(|error| later(error.to_string()))?;
            url.query_pairs_mut().append_pair("origin", origin);
            let sent = self.client.get(url).send().await;
            let answer = sent.map_err(|error| later(error.to_string()))?;
            // Other witnesses have no such question; their conflict says enough when they are asked to cosign.
            if !answer.status().is_success() {
                return Ok(None);
            }
            super::body(answer).await.map(Some).map_err(later)
        })
    }
}
