//! Whoever comes without HTTPS is sent to the right address, and nothing else is said to them.

use std::net::SocketAddr;

use crate::connections::{self, Limits};
use crate::wires::Proxies;
use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::{StatusCode, Uri, header::LOCATION};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Listens on `address` and sends everybody to the same path of `public_origin`. The host that a caller names is not
/// believed.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn redirect(
    address: SocketAddr,
    public_origin: &str,
    stopping: &watch::Receiver<bool>,
    jobs: &mut JoinSet<()>,
) -> Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("--redirect-from {address}: cannot be listened on\n\nhint: choose another address"))?;
    let origin = public_origin.to_owned();
    let app = Router::new().fallback(move |uri: Uri| {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let to = format!("{origin}{path}");
        async move { (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]) }
    });
    let mut stopping = stopping.clone();
    jobs.spawn(async move {
        let until = async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        connections::serve(listener, app, Proxies::default(), Limits::default(), until).await;
    });
    Ok(())
}
