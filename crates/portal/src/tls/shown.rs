//! The certificate that is shown now, and what is known of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use door::Time;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::Certificate;

/// The protocol in which an authority asks whether a name is ours (RFC 8737, section 6.2).
pub(super) const ACME_TLS: &[u8] = b"acme-tls/1";

/// The certificate that is shown now. It changes while connections are served.
#[derive(Debug, Default)]
pub struct Shown(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    certificate: Option<Arc<CertifiedKey>>,
    /// What an authority is answered that asks for a name.
    answers: BTreeMap<String, Arc<CertifiedKey>>,
    known: Known,
}

/// What is known of the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Until when it is valid. None where HTTPS is not spoken here, or no certificate was got yet.
    pub until: Option<Time>,
    /// Why no newer one could be got, where one should have been.
    pub trouble: Option<String>,
}

impl Shown {
    /// What is known of it now.
    #[must_use]
    pub fn known(&self) -> Known {
        self.with(|state| state.known.clone())
    }

    /// Shows a certificate from now on.
    pub(super) fn show(&self, certificate: Certificate) {
        self.with(|state| {
            state.known = Known { until: Some(certificate.until), trouble: None };
            state.certificate = Some(certificate.key);
        });
    }

    /// Remembers why no newer one could be got.
    pub(super) fn failed(&self, trouble: String) {
        self.with(|state| state.known.trouble = Some(trouble));
    }

    /// Answers an authority that asks for a name, until [`Shown::forget_answers`].
    pub(super) fn answer(&self, name: &str, certificate: Arc<CertifiedKey>) {
        self.with(|state| state.answers.insert(name.to_lowercase(), certificate));
    }

    /// Answers no authority any more.
    pub(super) fn forget_answers(&self) {
        self.with(|state| state.answers.clear());
    }

    /// Nothing panics while it holds the lock; if something did, what it left is whole.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asks = hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == ACME_TLS));
        self.with(|state| {
            if asks {
                return state.answers.get(&hello.server_name()?.to_lowercase()).cloned();
            }
            state.certificate.clone()
        })
    }
}
