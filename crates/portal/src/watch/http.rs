//! The one way in which watching speaks to others over HTTP: patiently enough, and with words of its own about what went
//! wrong, since an error of the library would show the address with its secret.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use url::Url;

use super::Secret;

/// How long whoever is told may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client of this process. Nothing is opened before the first use.
pub(super) fn client() -> Result<&'static reqwest::Client, String> {
    static CLIENT: OnceLock<Option<reqwest::Client>> = OnceLock::new();
    let made = CLIENT.get_or_init(|| {
        // One provider for every connection of this process; a second call is no harm.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let agent = concat!("plimsoll-portal/", env!("CARGO_PKG_VERSION"));
        let client = reqwest::Client::builder().user_agent(agent).redirect(Policy::none()).timeout(PATIENCE).build();
        client.inspect_err(|error| tracing::error!(%error, "nobody can be told of anything over HTTP")).ok()
    });
    made.as_ref().ok_or_else(|| "this installation cannot send".to_owned())
}

/// The address in a setting.
///
/// # Errors
/// What is wrong with it, by the name of the setting: an address with a secret is not shown.
pub(super) fn address(secret: &Secret, setting: &str) -> Result<Url> {
    let hint = format!("{setting} https://…");
    let url = Url::parse(secret.reveal()).ok().with_context(|| format!("{setting}: is no address\n\nhint: {hint}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        bail!("{setting}: is no address of the web\n\nhint: {hint}");
    }
    Ok(url)
}

/// An address without its password, to tell it from another.
pub(super) fn without_password(url: &Url) -> String {
    let mut url = url.clone();
    // An address that cannot have a password has none.
    let _ = url.set_password(None);
    url.into()
}

/// Sends it. Any answer of success is one.
///
/// # Errors
/// Why it was not taken, in words without the address.
pub(super) async fn send(request: RequestBuilder) -> Result<(), String> {
    let answer = answer(request).await?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(said(status)) }
}

/// The answer, whatever it is.
///
/// # Errors
/// Why there is none, in words without the address.
pub(super) async fn answer(request: RequestBuilder) -> Result<Response, String> {
    request.send().await.map_err(|error| {
        let words = if error.is_timeout() {
            "it took longer than 10 seconds"
        } else if error.is_connect() {
            "nobody answers there"
        } else {
            "it hung up"
        };
        words.to_owned()
    })
}

/// An answer that is no success, in words.
pub(super) fn said(status: StatusCode) -> String {
    format!("it answered {}", status.as_u16())
}
