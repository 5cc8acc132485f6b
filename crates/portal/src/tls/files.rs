//! A certificate from files that somebody else keeps fresh: certbot, a company's own authority.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use tokio::sync::watch;

use super::certificate::Certificate;
use super::shown::Shown;

/// How often it is looked whether there is a new one.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where a certificate and its key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate and those that vouch for it.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Files {
    /// Reads both.
    ///
    /// # Errors
    /// When one of them cannot be used, with its name.
    pub fn read(&self) -> Result<Certificate> {
        let read = |path: &PathBuf, flag: &str| {
            std::fs::read(path).with_context(|| format!("{flag} {}: cannot be read", path.display()))
        };
        let (chain, key) = (read(&self.chain, "--tls-cert")?, read(&self.key, "--tls-key")?);
        Certificate::parse(&chain, &key)
            .with_context(|| format!("--tls-cert {}, --tls-key {}", self.chain.display(), self.key.display()))
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok())
    }

    /// Shows a new one as soon as it lies there. One that cannot be used leaves the old one where it is.
    pub(super) async fn keep(self, shown: Arc<Shown>, mut stopping: watch::Receiver<bool>) {
        let mut seen = self.changed_at();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
            let now = self.changed_at();
            if now == seen {
                continue;
            }
            match self.read() {
                Ok(certificate) => {
                    tracing::info!(until = %certificate.until, "a new certificate is shown");
                    shown.show(certificate);
                    seen = now;
                }
                // Perhaps the other file is still being written: it is tried again.
                Err(error) => {
                    tracing::warn!("the new certificate cannot be used: {error:#}");
                    shown.failed(format!("{error:#}"));
                }
            }
        }
    }
}
