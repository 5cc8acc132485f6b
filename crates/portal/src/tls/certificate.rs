//! A certificate with its key, and what it says of itself.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use door::Time;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// The host names that it is for.
    pub names: Vec<String>,
    /// From when it is valid.
    pub from: Time,
    /// Until when it is valid.
    pub until: Time,
}

impl Certificate {
    /// Reads a chain and its key, both PEM (RFC 7468).
    ///
    /// # Errors
    /// When one of them is none, or the key belongs to another certificate.
    pub fn parse(chain: &[u8], key: &[u8]) -> Result<Self> {
        let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
        let chain = chain.context("the certificate is not PEM (-----BEGIN CERTIFICATE-----)")?;
        let key = PrivateKeyDer::from_pem_slice(key).context("the key is not PEM (-----BEGIN PRIVATE KEY-----)")?;
        Self::of(chain, key)
    }

    fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self> {
        let Some(first) = chain.first() else { bail!("there is no certificate in it") };
        let (names, from, until) = {
            let (_, read) = X509Certificate::from_der(first).context("the certificate cannot be read")?;
            let names = read.subject_alternative_name().ok().flatten().map(|names| {
                let names = names.value.general_names.iter().filter_map(|name| match name {
                    GeneralName::DNSName(name) => Some(name.to_lowercase()),
                    _ => None,
                });
                names.collect()
            });
            let second = |at: i64| Time(at.saturating_mul(1_000_000));
            let validity = read.validity();
            (names.unwrap_or_default(), second(validity.not_before.timestamp()), second(validity.not_after.timestamp()))
        };
        let key = CertifiedKey::from_der(chain, key, &default_provider())
            .context("the key cannot be used with this certificate")?;
        Ok(Self { key: Arc::new(key), names, from, until })
    }

    /// A new one that nobody vouches for, for the host of `public_origin` and this machine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn self_signed(public_origin: &str) -> Result<Self> {
        let host = url::Url::parse(public_origin).ok().and_then(|url| url.host_str().map(str::to_owned));
        let names =
            vec![host.unwrap_or_else(|| "localhost".to_owned()), "localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).context("no certificate could be made")?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        Self::of(vec![made.cert.der().clone()], key.into())
    }

    /// When it should be renewed: when two thirds of its time are over.
    #[must_use]
    pub fn renew_at(&self) -> Time {
        Time(self.from.0 + self.until.0.saturating_sub(self.from.0) / 3 * 2)
    }
}

/// The certificate by which a host name is shown to be ours (RFC 8737, section 3). Only an authority understands it: to
/// everybody else its critical extension is unknown, to the library that reads certificates, too.
///
/// # Errors
/// When it cannot be made.
pub(super) fn answer(name: &str, digest: &[u8; 32]) -> Result<Arc<CertifiedKey>> {
    let key = KeyPair::generate()?;
    let mut wanted = CertificateParams::new([name.to_owned()])?;
    wanted.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let made = wanted.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let key = default_provider().key_provider.load_private_key(key.into())?;
    Ok(Arc::new(CertifiedKey::new(vec![made.der().clone()], key)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_certificate_says_for_whom_and_how_long_it_is() {
        let made = Certificate::self_signed("https://portal.example").unwrap();
        assert_eq!(made.names, ["portal.example", "localhost"]);
        assert!(made.from < made.renew_at() && made.renew_at() < made.until);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let made = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let (one, other) = (made("one.example"), made("other.example"));
        let chain = one.cert.pem();
        assert!(Certificate::parse(chain.as_bytes(), one.signing_key.serialize_pem().as_bytes()).is_ok());
        assert!(Certificate::parse(chain.as_bytes(), other.signing_key.serialize_pem().as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(chain in any::<Vec<u8>>(), key in any::<Vec<u8>>(), inner in "[A-Za-z0-9+/=\n]{0,200}") {
            let _ = Certificate::parse(&chain, &key);
            let framed = format!("-----BEGIN CERTIFICATE-----\n{inner}\n-----END CERTIFICATE-----\n");
            let _ = Certificate::parse(framed.as_bytes(), &key);
        }
    }
}
