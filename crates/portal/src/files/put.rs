//! A part comes in: encrypted, hashed and counted on the way, in constant memory.

use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayloadMut, WriteMultipart};

use super::part::{CHUNK_BYTES, ChunkCipher, TAG_BYTES};
use super::{BoxError, Error, FileKey, Files, Hashing, PartPlace};

/// Blocks of one upload that may be on their way at the same time.
const BLOCKS_ON_THE_WAY_MAX: usize = 1;

/// What to do with what has arrived when the source breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakOff {
    /// Keep it as a shorter part: the sender can go on from there.
    Keep,
    /// Forget it.
    Forget,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes of plaintext. Zero means that no object was written.
    pub length: u64,
    /// Whether the source went on to its end.
    pub whole: bool,
}

/// Why a part was not stored. Then nothing of it is there.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// More came than there is room for.
    #[error("more than {room} bytes came, and there is room for no more")]
    TooLarge {
        /// Bytes that would have been taken.
        room: u64,
    },
    /// The source broke off, and what had come was not to be kept.
    #[error("the sender broke off: {0}")]
    Broken(BoxError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Files {
    /// Stores a part. When this returns, the part is on disk, or with the S3 server; before that nothing is visible under
    /// its name. If the caller goes away, so does what has come of the part.
    ///
    /// `hashing` is given the bytes that were stored; after an error it is worthless.
    ///
    /// # Errors
    /// When more than `room` bytes come, the source breaks off and nothing is to be kept, or it cannot be stored.
    pub async fn put<S, E>(
        &self,
        place: &PartPlace,
        key: &FileKey,
        pieces: S,
        hashing: &mut Hashing,
        room: u64,
        break_off: BreakOff,
    ) -> Result<Arrived, PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        let mut pieces = std::pin::pin!(pieces);
        let cipher = ChunkCipher::fresh(place, key);
        let mut upload = Upload::new(self, place.path(), cipher.header());
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        let (mut number, mut length, mut whole) = (0_u32, 0_u64, true);
        while let Some(piece) = pieces.next().await {
            let mut piece = match piece {
                Ok(piece) => piece,
                Err(error) if break_off == BreakOff::Forget => return Err(PutError::Broken(error.into())),
                Err(_) => {
                    whole = false;
                    break;
                }
            };
            length += piece.len() as u64;
            if length > room {
                return Err(PutError::TooLarge { room });
            }
            hashing.update(&piece);
            while !piece.is_empty() {
                // Only now it is known that the full chunk is not the last.
                if chunk.len() == CHUNK_BYTES {
                    cipher.seal(number, false, &mut chunk);
                    number = number.checked_add(1).ok_or(PutError::TooLarge { room })?;
                    let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES + TAG_BYTES));
                    upload.write(full.into()).await?;
                }
                let taken = piece.split_to(piece.len().min(CHUNK_BYTES - chunk.len()));
                chunk.extend_from_slice(&taken);
            }
        }
        if length > 0 {
            cipher.seal(number, true, &mut chunk);
            upload.write(chunk.into()).await?;
            upload.finish().await?;
        }
        Ok(Arrived { length, whole })
    }
}

/// An object on its way. What is dropped before [`Upload::finish`] is cleared away, also at the S3 server.
struct Upload {
    store: Arc<dyn ObjectStore>,
    path: Path,
    block_bytes: usize,
    /// The first block, as long as it is the only one.
    first: PutPayloadMut,
    multipart: Option<WriteMultipart>,
}

impl Upload {
    fn new(files: &Files, path: Path, header: Vec<u8>) -> Self {
        let mut first = PutPayloadMut::new();
        first.push(header.into());
        Self { store: files.store(), path, block_bytes: files.block_bytes(), first, multipart: None }
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        if let Some(multipart) = &mut self.multipart {
            multipart.wait_for_capacity(BLOCKS_ON_THE_WAY_MAX).await?;
            multipart.put(bytes);
            return Ok(());
        }
        self.first.push(bytes);
        if self.first.content_length() >= self.block_bytes {
            let upload = self.store.put_multipart(&self.path).await?;
            let mut multipart = WriteMultipart::new_with_chunk_size(upload, self.block_bytes);
            let first = std::mem::take(&mut self.first).freeze();
            first.into_iter().for_each(|bytes| multipart.put(bytes));
            self.multipart = Some(multipart);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Error> {
        match self.multipart.take() {
            Some(multipart) => multipart.finish().await?,
            None => self.store.put(&self.path, std::mem::take(&mut self.first).freeze()).await?,
        };
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // S3 keeps the blocks of an upload that nobody ends.
        if let (Some(multipart), Ok(runtime)) = (self.multipart.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = multipart.abort().await {
                    tracing::warn!(%error, "what had come of a part could not be cleared away");
                }
            });
        }
    }
}
