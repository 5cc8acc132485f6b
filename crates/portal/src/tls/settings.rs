//! How HTTPS is spoken, as it is said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::files::Files;

/// Where certificates come from, unless something else is said.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// How HTTPS is spoken.
#[derive(Debug, Clone, Args)]
#[group(id = "tls_settings")]
#[command(next_help_heading = "HTTPS")]
pub struct Settings {
    /// Speak HTTPS under this name, with a certificate that is fetched and renewed by itself (ACME). May be said several
    /// times. The authority calls back on port 443 of it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["tls", "tls_cert"])]
    pub domain: Vec<String>,
    /// Speak HTTPS with the certificate of this file: PEM, the whole chain. A new one is taken without a restart.
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key: PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Speak HTTPS with a certificate made at the start: for tests, browsers will warn.
    #[arg(long, value_name = "HOW")]
    pub tls: Option<SelfSigned>,
    /// Send whoever comes to this address without HTTPS to the right one: `0.0.0.0:80`.
    #[arg(long, value_name = "ADDR")]
    pub redirect_from: Option<SocketAddr>,
    /// The authority that gives certificates.
    #[arg(long, value_name = "URL", default_value = LETS_ENCRYPT)]
    pub acme_directory: String,
    /// Where the authority writes when something is wrong with a certificate.
    #[arg(long, value_name = "MAIL", requires = "domain")]
    pub acme_contact: Option<String>,
    /// Who may name the authority's own server (PEM), where it is not a public one.
    #[arg(long, value_name = "FILE", requires = "domain")]
    pub acme_trust: Option<PathBuf>,
}

/// The word after `--tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SelfSigned {
    /// A certificate made at the start.
    SelfSigned,
}

/// One of the ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// A certificate made at the start.
    SelfSigned,
    /// Files that somebody else keeps fresh.
    Files(Files),
    /// Fetched and renewed by itself.
    Acme(Asked),
}

/// What is asked of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The names that the certificate is for.
    pub names: Vec<String>,
    /// The authority's directory (RFC 8555, section 7.1.1).
    pub directory: String,
    /// Where it writes to.
    pub contact: Option<String>,
    /// Who may name its server.
    pub trust: Option<PathBuf>,
}

impl Settings {
    /// The way that is asked for, if any.
    ///
    /// # Errors
    /// When a name is none, with what would be one.
    pub fn how(&self) -> Result<Option<How>> {
        if self.redirect_from.is_some() && !self.is_on() {
            bail!(
                "--redirect-from: there is no HTTPS to send anybody to\n\nhint: add --domain, or --tls-cert and --tls-key"
            );
        }
        if let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) {
            return Ok(Some(How::Files(Files { chain: chain.clone(), key: key.clone() })));
        }
        if self.tls.is_some() {
            return Ok(Some(How::SelfSigned));
        }
        if self.domain.is_empty() {
            return Ok(None);
        }
        for name in &self.domain {
            if !is_domain(name) {
                bail!("--domain {name}: not a name that a certificate can be for\n\nhint: --domain portal.example.com");
            }
        }
        Ok(Some(How::Acme(Asked {
            names: self.domain.iter().map(|name| name.to_lowercase()).collect(),
            directory: self.acme_directory.clone(),
            contact: self.acme_contact.clone(),
            trust: self.acme_trust.clone(),
        })))
    }

    /// Whether HTTPS is spoken.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.tls.is_some() || self.tls_cert.is_some() || !self.domain.is_empty()
    }
}

/// Whether it is a host name of at least two labels (RFC 1123, section 2.1), and no address: an authority signs no other.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(label)
        && !name.rsplit('.').next().unwrap_or_default().bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_what_are_none() {
        assert!(is_domain("portal.example.com") && is_domain("xn--bcher-kva.example"));
        for wrong in
            ["portal", "127.0.0.1", "portal..example", "-a.example", "a.example/x", "*.example.com", "a b.example", ""]
        {
            assert!(!is_domain(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_for_a_name_can_stand_in_an_address(name in ".{0,80}") {
            let read = url::Url::parse(&format!("https://{name}/"));
            prop_assert!(!is_domain(&name) || read.is_ok_and(|url| url.domain().is_some()), "{}", name);
        }
    }
}
