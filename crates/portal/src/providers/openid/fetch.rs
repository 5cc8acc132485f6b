//! One question to a provider: bounded in time and size, and answered with a JSON document or not at all.

use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

/// The largest answer, in bytes.
const BYTES_MAX: usize = 256 * 1024;

/// Why a provider's answer is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It did not answer, or not to us.
    #[error("{0}")]
    Silent(String),
    /// It answered something that is not believed.
    #[error("{0}")]
    Wrong(&'static str),
}

/// Sends it, and reads the document that comes back.
pub(super) async fn document<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Trouble> {
    let request = request.header("accept", "application/json");
    // Why stands in no answer: whoever may set an address learns nothing of the network by it.
    let mut answer = request.send().await.map_err(|error| {
        tracing::info!(error = %error.without_url(), "a provider does not answer");
        Trouble::Silent("does not answer at an address that may be gone to".to_owned())
    })?;
    let status = answer.status().as_u16();
    if (400..500).contains(&status) {
        return Err(Trouble::Wrong("refuses what it is asked"));
    }
    if status != 200 {
        return Err(Trouble::Silent(format!("answers {status}")));
    }
    let mut bytes = Vec::new();
    let broken = |_| Trouble::Silent("broke off its answer".to_owned());
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if BYTES_MAX < bytes.len() + chunk.len() {
            return Err(Trouble::Wrong("answered with more than 256 KiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes)
        .map_err(|_| Trouble::Wrong("answered with something that is not the document asked for"))
}
