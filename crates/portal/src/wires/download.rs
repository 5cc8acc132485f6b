//! A file as an answer: piece by piece as the door gives them out.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use door::{Pieces, Refusal, Result};
use futures_core::Stream;
use serde_json::Value;

use crate::files::{FileName, content_disposition};

/// Nothing in an answer that is a file may do anything, should a browser show it after all.
const INERT: &str = "default-src 'none'; sandbox";

/// A file.
#[derive(Debug)]
pub(super) struct Download {
    headers: HeaderMap,
    status: StatusCode,
    first: Option<Vec<u8>>,
    pieces: Pieces,
}

impl Download {
    /// The file that an action's output tells of: `name` and `media_type`; where it is known, its `size`, the `start` and
    /// `end` of what follows, and its `sha256`. Waits for the first piece, so that what cannot be given out at all is
    /// refused properly.
    ///
    /// # Errors
    /// What came instead of the first piece.
    pub(super) async fn new(output: &Value, mut pieces: Pieces) -> Result<Self> {
        let first = pieces.recv().await.transpose()?;
        let text = |key: &str| output[key].as_str().unwrap_or_default();
        let mut status = StatusCode::OK;
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(CONTENT_TYPE, text("media_type"));
        set(CACHE_CONTROL, "no-store");
        set(CONTENT_SECURITY_POLICY, INERT);
        // A picture that we made is shown; everything else is kept, whatever it claims to be.
        if text("media_type") != "image/png" || output["size"].is_u64() {
            let name = FileName::try_from(text("name").to_owned());
            set(CONTENT_DISPOSITION, &name.map_or_else(|_| "attachment".to_owned(), |name| content_disposition(&name)));
        }
        if let (Some(size), Some(start), Some(end)) =
            (output["size"].as_u64(), output["start"].as_u64(), output["end"].as_u64())
        {
            set(ACCEPT_RANGES, "bytes");
            set(CONTENT_LENGTH, &(end - start).to_string());
            set(ETAG, &format!("\"{}\"", text("sha256")));
            if end - start < size {
                status = StatusCode::PARTIAL_CONTENT;
                set(CONTENT_RANGE, &format!("bytes {start}-{}/{size}", end.saturating_sub(1)));
            }
        }
        Ok(Self { headers, status, first, pieces })
    }
}

impl Download {
    /// A text that is whole already.
    #[must_use]
    pub(super) fn text(name: &str, text: String) -> Self {
        let (sender, pieces) = tokio::sync::mpsc::channel(1);
        drop(sender);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        Self { headers, status: StatusCode::OK, first: Some(text.into_bytes()), pieces }
    }
}

/// An answer that breaks off ends its connection without its end, so that nobody takes the half for the whole.
impl Stream for Download {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let broken_off = |refusal: Refusal| std::io::Error::other(refusal.word());
        self.pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map_err(broken_off)))
    }
}

/// The response: nobody's cache keeps it.
pub(super) fn response(mut download: Download) -> Response {
    let (status, headers) = (download.status, std::mem::take(&mut download.headers));
    (status, headers, Body::from_stream(download)).into_response()
}
