//! A bucket that speaks S3, best with object lock and in another account. Each checkpoint is one object, written only if
//! there is none of its name yet (`If-None-Match: *`): of several instances with one log, none can overwrite another.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use door::record::anchor::{Anchor, Offer, Unanchored};
use door::{Clock, Later};
use ledger::note::Note;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use super::signature_v4::{Signed, Signer, digest, encoded, instant};

/// Its place in `anchors.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    endpoint: Url,
    region: String,
    bucket: String,
    access_key_id: String,
    secret_access_key_file: PathBuf,
    #[serde(default = "every_seconds")]
    every_seconds: i64,
}

fn every_seconds() -> i64 {
    60
}

/// The bucket.
pub(super) struct Bucket {
    name: String,
    endpoint: String,
    host: String,
    bucket: String,
    every_seconds: i64,
    signer: Signer,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
}

impl Bucket {
    pub(super) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        let host = settings.endpoint.host_str().context("endpoint: names no host")?;
        let host = settings.endpoint.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            name: format!("s3 {}", settings.bucket),
            endpoint: settings.endpoint.as_str().trim_end_matches('/').to_owned(),
            host,
            bucket: settings.bucket,
            every_seconds: settings.every_seconds,
            signer: Signer {
                access_key_id: settings.access_key_id,
                secret_access_key: super::secret(&settings.secret_access_key_file)?,
                region: settings.region,
            },
            clock,
            client: super::client()?,
        })
    }

    /// Sends a signed request for an object, or for the bucket itself.
    async fn send(
        &self,
        method: Method,
        object: &str,
        query: &str,
        only_new: bool,
        body: String,
    ) -> Result<(StatusCode, String), Unanchored> {
        let later = |error: String| Unanchored::Later(error);
        let (at, payload) = (self.clock.now().timestamp(), digest(body.as_bytes()));
        let path = encoded(&format!("/{}/{object}", self.bucket), true);
        let mut headers =
            vec![("host", self.host.clone()), ("x-amz-content-sha256", payload.clone()), ("x-amz-date", instant(at))];
        if only_new {
            headers.insert(1, ("if-none-match", "*".to_owned()));
        }
        let signed = Signed { method: method.as_str(), path: &path, query, headers: &headers, payload: &payload };
        let authorization = self.signer.authorization(&signed, at);
        let url = match query {
            "" => format!("{}{path}", self.endpoint),
            query => format!("{}{path}?{query}", self.endpoint),
        };
        let mut request = self.client.request(method, url).header("authorization", authorization).body(body);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(*name, value);
        }
        let answer = request.send().await.map_err(|error| later(error.to_string()))?;
        let status = answer.status();
        let text = String::from_utf8_lossy(&super::body(answer).await.map_err(later)?).into_owned();
        Ok((status, text))
    }

    async fn object(&self, name: &str) -> Result<String, Unanchored> {
        match self.send(Method::GET, name, "", false, String::new()).await? {
            (StatusCode::OK, text) => Ok(text),
            (status, text) => Err(Unanchored::Later(format!("{status}: {}", first_line(&text)))),
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

impl Anchor for Bucket {
    fn name(&self) -> &str {
        &self.name
    }

    fn every_seconds(&self) -> i64 {
        self.every_seconds
    }

    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, Result<String, Unanchored>> {
        Box::pin(async move {
            let (origin, size) = (&offer.checkpoint.origin, offer.checkpoint.size);
            let name = super::name(origin, size);
            let erased = format!("{}/erased-{size}", origin.replace('/', "-"));
            if !offer.erased.is_empty() {
                self.send(Method::PUT, &erased, "", false, offer.erased.clone()).await?;
            }
            match self.send(Method::PUT, &name, "", true, offer.note.to_owned()).await? {
                (StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT, _) => Ok(offer.note.to_owned()),
                (StatusCode::PRECONDITION_FAILED, _) => {
                    let standing = self.object(&name).await?;
                    let text = |note: &str| Note::parse(note.as_bytes()).map(|note| note.text().to_owned()).ok();
                    match text(&standing) == text(offer.note) {
                        true => Ok(offer.note.to_owned()),
                        false => Err(Unanchored::Contradicted(format!("{name} is another checkpoint of this size"))),
                    }
                }
                (status, text) => Err(Unanchored::Later(format!("{status}: {}", first_line(&text)))),
            }
        })
    }

    fn newest<'a>(&'a self, origin: &'a str) -> Later<'a, Result<Option<Vec<u8>>, Unanchored>> {
        Box::pin(async move {
            // Names begin with a digit, the newest first; `erased-…` sorts behind them.
            let prefix = encoded(&format!("{}/", origin.replace('/', "-")), false);
            let query = format!("list-type=2&max-keys=1&prefix={prefix}");
            let listed = match self.send(Method::GET, "", &query, false, String::new()).await? {
                (StatusCode::OK, listed) => listed,
                (status, text) => return Err(Unanchored::Later(format!("{status}: {}", first_line(&text)))),
            };
            // The one element that is asked for: our own names hold nothing that XML would escape.
            let key = listed.split_once("<Key>").and_then(|(_, rest)| rest.split_once("</Key>"));
            match key.filter(|(key, _)| key.ends_with(".checkpoint")) {
                Some((key, _)) => Ok(Some(self.object(key).await?.into_bytes())),
                None => Ok(None),
            }
        })
    }
}
