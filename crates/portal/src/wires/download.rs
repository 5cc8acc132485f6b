//! A file as an answer: piece by piece as the door gives them out.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use door::{Pieces, Refusal};
use futures_core::Stream;
use serde_json::Value;

/// A file.
#[derive(Debug)]
pub(super) struct Download {
    name: String,
    media_type: String,
    pieces: Pieces,
}

impl Download {
    /// The file that an action's output tells of.
    #[must_use]
    pub(super) fn new(output: &Value, pieces: Pieces) -> Self {
        let text = |key: &str| output[key].as_str().unwrap_or_default().to_owned();
        Self { name: text("name"), media_type: text("media_type"), pieces }
    }
}

/// An answer that breaks off ends its connection without its end, so that nobody takes the half for the whole.
impl Stream for Download {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let broken_off = |refusal: Refusal| std::io::Error::other(refusal.word());
        self.pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map_err(broken_off)))
    }
}

/// The response: to be saved, never shown, and nobody's cache keeps it.
pub(super) fn response(download: Download) -> Response {
    // Names are the portal's own: letters, digits, dots and hyphens.
    let name: String = download.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (CONTENT_TYPE, text(&download.media_type)),
        (CONTENT_DISPOSITION, text(&format!("attachment; filename=\"{name}\""))),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(download)).into_response()
}
