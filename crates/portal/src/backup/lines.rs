//! Lines of JSON out of a stream that comes in chunks.

use std::marker::PhantomData;

use futures_util::{Stream, StreamExt as _};
use serde::de::DeserializeOwned;

use super::{Error, Result};

/// Reads one line after the other.
pub(super) struct Lines<'a, T> {
    pieces: std::pin::Pin<Box<dyn Stream<Item = Result<Vec<u8>>> + Send + 'a>>,
    waiting: Vec<u8>,
    read: usize,
    line: PhantomData<fn() -> T>,
}

impl<'a, T: DeserializeOwned> Lines<'a, T> {
    pub(super) fn new(pieces: impl Stream<Item = Result<Vec<u8>>> + Send + 'a) -> Self {
        Self { pieces: Box::pin(pieces), waiting: Vec::new(), read: 0, line: PhantomData }
    }

    /// The next line; nothing behind the last.
    pub(super) async fn next(&mut self) -> Result<Option<T>> {
        loop {
            let left = &self.waiting[self.read..];
            if let Some(end) = left.iter().position(|byte| *byte == b'\n') {
                // It is authentic, so that what cannot be read was written by a version that writes more.
                let line = serde_json::from_slice(&left[..end]);
                self.read += end + 1;
                return line.map(Some).map_err(|_| Error::Newer { what: "the list of files".to_owned() });
            }
            self.waiting.drain(..self.read);
            self.read = 0;
            match self.pieces.next().await {
                Some(piece) => self.waiting.extend_from_slice(&piece?),
                None => return Ok(None),
            }
        }
    }
}
