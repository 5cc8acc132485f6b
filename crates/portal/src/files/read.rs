//! Any range of a file comes out, each chunk authentic before a byte of it is handed over.

use std::ops::Range;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use object_store::{GetOptions, ObjectStore as _, ObjectStoreExt as _};

use super::part::{self, CHUNK_BYTES, ChunkCipher, HEADER_BYTES, TAG_BYTES, altered};
use super::{Error, FileKey, FileParts, Files, PartPlace, Result};

impl Files {
    /// The bytes of a range of the whole file, in pieces of at most 64 KiB. Only the chunks that hold them are fetched.
    /// An error is the stream's last item; what came before it is authentic.
    pub fn read(&self, file: &FileParts, range: Range<u64>) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        let start = wanted(file, range).map(|wanted| Reader {
            files: self.clone(),
            key: file.key.clone(),
            wanted: wanted.into_iter(),
            part: None,
        });
        stream::try_unfold(Some(start), |state| async move {
            let Some(reader) = state else { return Ok(None) };
            let mut reader = reader?;
            let piece = reader.next().await?;
            Ok(piece.map(|piece| (piece, Some(Ok(reader)))))
        })
    }

    /// These bytes of a part's object, whose whole length must be that of a part with so many bytes.
    async fn fetch(&self, place: &PartPlace, length: u64, range: Range<u64>) -> Result<Bytes> {
        let path = place.path();
        let (bytes, whole) = (range.end - range.start, part::sealed_length(length));
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        let fetched = match self.store().get_opts(&path, options).await {
            Ok(fetched) => fetched,
            Err(error) => {
                // Each store has its own error for a range outside the object, so its length is asked for plainly.
                let other = matches!(self.store().head(&path).await, Ok(object) if object.size != whole);
                return Err(if other { altered(path.as_ref()) } else { error.into() });
            }
        };
        if fetched.meta.size != whole {
            return Err(altered(path.as_ref()));
        }
        let fetched = fetched.bytes().await?;
        if fetched.len() as u64 == bytes { Ok(fetched) } else { Err(altered(path.as_ref())) }
    }
}

/// What is to be read of one part.
struct Wanted {
    place: PartPlace,
    /// Bytes of the whole part.
    length: u64,
    /// Which of them.
    range: Range<u64>,
}

/// Which bytes of which parts make up a range of the file.
fn wanted(file: &FileParts, range: Range<u64>) -> Result<Vec<Wanted>> {
    let length = file.length();
    if range.start > range.end || range.end > length {
        return Err(Error::Range { start: range.start, end: range.end, length });
    }
    let mut wanted = Vec::new();
    let mut start = 0;
    for (part, number) in file.parts.iter().zip(0..) {
        // A part that is missing or stands elsewhere would make another file of it.
        if part.number != number {
            return Err(altered(&format!("file {}: the order of its parts", file.file)));
        }
        let end = start + part.length;
        let inside = range.start.clamp(start, end) - start..range.end.clamp(start, end) - start;
        if !inside.is_empty() {
            wanted.push(Wanted { place: file.place(part), length: part.length, range: inside });
        }
        start = end;
    }
    Ok(wanted)
}

/// Where a reading stands.
struct Reader {
    files: Files,
    key: FileKey,
    wanted: std::vec::IntoIter<Wanted>,
    part: Option<PartReader>,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(part) = &mut self.part
                && let Some(piece) = part.next(&self.files).await?
            {
                return Ok(Some(piece));
            }
            let Some(wanted) = self.wanted.next() else { return Ok(None) };
            self.part = Some(PartReader::open(&self.files, &self.key, wanted).await?);
        }
    }
}

/// Where the reading of one part stands.
struct PartReader {
    cipher: ChunkCipher,
    wanted: Wanted,
    /// The next chunks to hand over.
    chunks: Range<u64>,
    /// What was fetched of them.
    sealed: Bytes,
}

impl PartReader {
    async fn open(files: &Files, key: &FileKey, wanted: Wanted) -> Result<Self> {
        let header = files.fetch(&wanted.place, wanted.length, 0..HEADER_BYTES as u64).await?;
        let chunk_bytes = CHUNK_BYTES as u64;
        let chunks = wanted.range.start / chunk_bytes..wanted.range.end.div_ceil(chunk_bytes);
        let cipher = ChunkCipher::read(&wanted.place, key, &header)?;
        Ok(Self { cipher, wanted, chunks, sealed: Bytes::new() })
    }

    async fn next(&mut self, files: &Files) -> Result<Option<Bytes>> {
        let Wanted { place, length, range } = &self.wanted;
        let Some(number) = self.chunks.next() else { return Ok(None) };
        if self.sealed.is_empty() {
            let end = self.chunks.end.min(number + (files.block_bytes() / CHUNK_BYTES) as u64);
            self.sealed = files.fetch(place, *length, part::sealed_range(&(number..end), *length)).await?;
        }
        let sealed = self.sealed.split_to(self.sealed.len().min(CHUNK_BYTES + TAG_BYTES));
        let mut chunk = Vec::from(sealed);
        let last = number + 1 == part::chunks(*length);
        let counter = u32::try_from(number).map_err(|_| altered(place.path().as_ref()))?;
        self.cipher.open(counter, last, &mut chunk)?;
        let start = number * CHUNK_BYTES as u64;
        let inside = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX).min(chunk.len());
        let (from, to) = (inside(range.start), inside(range.end));
        Ok(Some(Bytes::from(chunk).slice(from..to)))
    }
}
