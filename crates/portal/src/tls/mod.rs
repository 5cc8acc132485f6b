//! HTTPS by itself: with a certificate that is fetched and renewed (ACME), with one from files, or with one made at the
//! start, for tests. Behind a proxy that does it, nothing of this is used.

mod acme;
mod certificate;
mod files;
mod listener;
mod redirect;
mod settings;
mod shown;

use std::sync::Arc;

use anyhow::Result;
use door::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use files::Files;
pub use listener::Listener;
pub use redirect::redirect;
pub use settings::{How, SelfSigned, Settings};
pub use shown::{Known, Shown};

use crate::data::Data;
use certificate::Certificate;

/// What is needed to keep a certificate.
pub struct Keeper<'a> {
    /// Where an account and a certificate are kept.
    pub data: &'a Data,
    /// By which time it is told whether one is due.
    pub clock: &'a Arc<dyn Clock>,
    /// Where browsers reach the portal.
    pub public_origin: &'a str,
    /// Says when to end.
    pub stopping: &'a watch::Receiver<bool>,
}

/// Encrypts what `listener` accepts, and keeps the certificate fresh among the `jobs`.
///
/// # Errors
/// When a certificate cannot be read or made.
pub fn listen(
    listener: TcpListener,
    how: How,
    keeper: Keeper<'_>,
    shown: &Arc<Shown>,
    jobs: &mut JoinSet<()>,
) -> Result<Listener> {
    let stopping = keeper.stopping.clone();
    match how {
        How::SelfSigned => shown.show(Certificate::self_signed(keeper.public_origin)?),
        How::Files(files) => {
            shown.show(files.read()?);
            jobs.spawn(files.keep(Arc::clone(shown), stopping));
        }
        How::Acme(asked) => {
            let acme = acme::Acme::new(asked, keeper.data.directory(), Arc::clone(keeper.clock))?;
            jobs.spawn(acme.keep(Arc::clone(shown), stopping));
        }
    }
    Listener::new(listener, shown)
}
