//! A service while somebody uses it: a proxy on the loopback stands in front of the target, lets everything through, and
//! keeps what tells the actions. What was kept is written as HAR 1.2 without its secrets, and read again by the catalogue.

mod addresses;
mod archive;
mod clean;
mod kept;
mod parts;
mod proxy;
mod summary;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::catalogue::{Catalogue, Document};
use crate::error::{Result, Trouble};
use addresses::Addresses;
use kept::Log;
use proxy::Passage;

pub use summary::Summary;

/// The proxy. It ends with this value.
#[derive(Debug)]
pub struct Recorder {
    url: String,
    target: String,
    addresses: Addresses,
    log: Arc<Log>,
    task: JoinHandle<()>,
}

/// What was recorded, without secrets.
#[derive(Debug)]
pub struct Recording {
    /// HAR 1.2: <http://www.softwareishard.com/blog/har-12-spec/>
    pub archive: Value,
    /// The actions in it, as the audit will read them from the archive.
    pub catalogue: Catalogue,
    /// What was seen beside them.
    pub summary: Summary,
}

impl Recorder {
    /// Opens one on a free port of the loopback, in front of the service at `target`, an address of HTTP or HTTPS.
    ///
    /// # Errors
    /// When the target has no such address, or no port can be bound.
    pub async fn open(target: &str) -> Result<Self> {
        let cannot = |error: std::io::Error| Trouble::new("the recorder", format!("cannot be opened: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(cannot)?;
        let here: SocketAddr = listener.local_addr().map_err(cannot)?;
        let addresses = Addresses::new(target, here.port())?;
        let (url, log) = (addresses.here(), Arc::new(Log::default()));
        let passage = Passage::new(addresses.clone(), Arc::clone(&log))?;
        let task = tokio::spawn(proxy::serve(listener, Arc::new(passage)));
        Ok(Self { url, target: target.trim_end_matches('/').to_owned(), addresses, log, task })
    }

    /// The address that stands for the target's while this lives: what a test suite or a browser is given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests went through so far.
    pub fn requests(&self) -> usize {
        self.log.requests()
    }

    /// Ends the proxy and puts down what it saw.
    ///
    /// # Errors
    /// When nothing of it names an action.
    pub fn finish(self) -> Result<Recording> {
        self.task.abort();
        let seen = self.log.take();
        let archive = archive::write(&seen.entries);
        let document = Document { place: "the recording".to_owned(), bytes: archive.to_string().into_bytes() };
        let catalogue = crate::catalogue::read(&[document], &self.target)?;
        let summary = Summary::of(&seen, &catalogue, &self.addresses);
        Ok(Recording { archive, catalogue, summary })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}
