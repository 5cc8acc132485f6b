//! A certificate that is fetched and renewed by itself: ACME (RFC 8555), with the answer given over TLS (RFC 8737), so that
//! no other port has to be open.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use door::Clock;
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::certificate::{self, Certificate};
use super::settings::Asked;
use super::shown::Shown;

/// How long it waits after the first failure; twice as long after each further one.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// How long it waits at most: authorities count failures by the hour.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);
/// How often it is looked at least whether one is due, since a clock may be set.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Keeps a certificate fresh.
pub(super) struct Acme {
    asked: Asked,
    /// Where the account and the certificate of this authority are kept.
    place: PathBuf,
    clock: Arc<dyn Clock>,
}

impl Acme {
    pub(super) fn new(asked: Asked, data: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        // What came from one authority is not asked of, nor shown for, another: trying it first with a test authority is usual.
        let digest = hex::encode(Sha256::digest(asked.directory.as_bytes()));
        let place = data.join("tls").join(&digest[..16]);
        std::fs::create_dir_all(&place).with_context(|| format!("{}: cannot be made", place.display()))?;
        Ok(Self { asked, place, clock })
    }

    /// Shows the one that is kept, and gets a new one whenever one is due.
    pub(super) async fn keep(self, shown: Arc<Shown>, mut stopping: watch::Receiver<bool>) {
        let mut current = self.kept();
        if let Some(certificate) = &current {
            shown.show(certificate.clone());
        }
        let mut wait = FIRST_WAIT;
        loop {
            let now = self.clock.now();
            let pause = match &current {
                Some(certificate) if certificate.renew_at() > now => {
                    let seconds = certificate.renew_at().seconds_since(now).unsigned_abs().max(1);
                    Duration::from_secs(seconds).min(LOOK_EVERY)
                }
                _ => match tokio::select! {
                    ordered = self.order(&shown) => ordered,
                    _ = stopping.wait_for(|stopping| *stopping) => return,
                } {
                    Ok(certificate) => {
                        tracing::info!(until = %certificate.until, names = ?certificate.names, "got a certificate");
                        shown.show(certificate.clone());
                        current = Some(certificate);
                        wait = FIRST_WAIT;
                        continue;
                    }
                    Err(error) => {
                        tracing::error!("no certificate could be got, next try in {} s: {error:#}", wait.as_secs());
                        shown.failed(format!("{error:#}"));
                        let pause = wait;
                        wait = (wait * 2).min(LONGEST_WAIT);
                        pause
                    }
                },
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    /// The certificate that was got last, if it is for all the names.
    fn kept(&self) -> Option<Certificate> {
        let bytes = Zeroizing::new(std::fs::read(self.certificate_file()).ok()?);
        let certificate = Certificate::parse(&bytes, &bytes)
            .inspect_err(|error| tracing::warn!("the certificate that was kept cannot be used: {error:#}"))
            .ok()?;
        self.asked.names.iter().all(|name| certificate.names.contains(name)).then_some(certificate)
    }

    fn certificate_file(&self) -> PathBuf {
        self.place.join("certificate.pem")
    }

    async fn order(&self, shown: &Shown) -> Result<Certificate> {
        tracing::info!(names = ?self.asked.names, directory = self.asked.directory, "asking for a certificate");
        let account = self.account().await.with_context(|| format!("{}: no account", self.asked.directory))?;
        let names: Vec<_> = self.asked.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await.context("the order was not taken")?;
        let got = self.carry_out(&mut order, shown).await;
        shown.forget_answers();
        let (chain, key) = got?;
        let certificate = Certificate::parse(chain.as_bytes(), key.as_bytes())?;
        write(&self.certificate_file(), format!("{chain}\n{}", *key).as_bytes())?;
        Ok(certificate)
    }

    /// Shows that the names are ours, and takes the certificate.
    async fn carry_out(&self, order: &mut Order, shown: &Shown) -> Result<(String, Zeroizing<String>)> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                other => bail!("the authority does not ask for a name any more: {other:?}"),
            }
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .context("the authority does not ask over TLS (tls-alpn-01)")?;
            let name = challenge.identifier().to_string();
            let digest: [u8; 32] = challenge.key_authorization().digest().as_ref().try_into()?;
            shown.answer(&name, certificate::answer(&name, &digest)?);
            challenge.set_ready().await?;
        }
        let status = order.poll_ready(&RetryPolicy::default()).await?;
        if status != OrderStatus::Ready {
            bail!("{}", self.why_not(order).await);
        }
        let key = Zeroizing::new(order.finalize().await?);
        Ok((order.poll_certificate(&RetryPolicy::default()).await?, key))
    }

    /// What the authority says about names of which it does not believe that they are ours.
    async fn why_not(&self, order: &mut Order) -> String {
        let mut words = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            if let Ok(state) = authorization.refresh().await {
                let problems = state.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
                words.extend(problems.filter_map(|problem| problem.detail.clone()));
            }
        }
        let hint = "the name must lead here, and the authority must reach port 443 of it";
        format!("the authority could not reach us under the names: {}\n\nhint: {hint}", words.join("; "))
    }

    /// Our account with the authority, opened on first use.
    async fn account(&self) -> Result<Account> {
        let builder = match &self.asked.trust {
            Some(trust) => Account::builder_with_root(trust)
                .with_context(|| format!("--acme-trust {}: cannot be used", trust.display()))?,
            None => Account::builder()?,
        };
        let file = self.place.join("account.json");
        if let Ok(kept) = std::fs::read(&file) {
            let kept = Zeroizing::new(kept);
            let credentials = serde_json::from_slice(&kept).with_context(|| {
                format!("{}: is no account\n\nhint: move it away; a new one is opened", file.display())
            })?;
            return Ok(builder.from_credentials(credentials).await?);
        }
        let contact: Vec<String> = self.asked.contact.iter().map(|mail| format!("mailto:{mail}")).collect();
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) = builder.create(&wanted, self.asked.directory.clone(), None).await?;
        write(&file, &Zeroizing::new(serde_json::to_vec(&credentials)?))?;
        Ok(account)
    }
}

/// Writes a file that only its owner may read, whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    written.with_context(|| format!("{}: cannot be written", path.display()))
}
