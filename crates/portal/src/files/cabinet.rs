//! What the portal's verbs know of files: the store, the key, who looks at them, and how large they may be.

use bytes::Bytes;
use door::{Refusal, Result};
use futures_util::StreamExt as _;

use super::preview::Previews;
use super::{FileName, FileParts, Files, FilesKey, HEAD_BYTES, Kind, Limits, ScanError, Scanner, Verdict, recognise};

/// How wide a preview is, in pixels: a page can be read, a phone can load it.
const PREVIEW_WIDTH: u32 = 1200;

/// Files, and everything that is asked about them.
#[derive(Clone)]
pub struct Cabinet {
    /// Where they lie.
    pub files: Files,
    /// What their keys are wrapped under.
    pub key: FilesKey,
    /// Who looks at each.
    pub scanner: Scanner,
    /// Who makes pictures of them.
    pub previews: Previews,
    /// How large they may be.
    pub limits: Limits,
}

impl Cabinet {
    /// What a file is, by its bytes and by its name.
    ///
    /// # Errors
    /// A word on the field `file` when the two contradict each other, or it is nothing that is taken in.
    pub async fn recognise(&self, file: &FileParts, name: &FileName) -> Result<Kind> {
        let end = file.length().min(HEAD_BYTES as u64);
        let mut head: Vec<u8> = Vec::with_capacity(HEAD_BYTES);
        let mut pieces = std::pin::pin!(self.files.read(file, 0..end));
        while let Some(piece) = pieces.next().await {
            let piece: Bytes = piece.map_err(|error| self.refused(&error))?;
            head.extend_from_slice(&piece);
        }
        recognise(&head, name).map_err(|mistyped| Refusal::field("file", mistyped.to_string()))
    }

    /// Lets the scanner look at a whole file.
    ///
    /// # Errors
    /// A word on the field `file` when it found something; [`Refusal::Unavailable`] while it cannot tell.
    pub async fn scan(&self, file: &FileParts) -> Result<()> {
        let pieces = self.files.read(file, 0..file.length());
        match self.scanner.scan(pieces).await {
            Ok(Verdict::Clean | Verdict::NotScanned) => Ok(()),
            Ok(Verdict::Found(what)) => {
                let what: String = what.chars().filter(|c| !c.is_control()).take(100).collect();
                Err(Refusal::field("file", format!("was refused by the scanner: {what}")))
            }
            Err(error) => {
                tracing::error!(%error, "a file could not be scanned, and is not taken in");
                Err(match error {
                    ScanError::Source(_) => Refusal::Broken,
                    _ => Refusal::Unavailable,
                })
            }
        }
    }

    /// How many pages a preview of a file has; `None` where there is no preview.
    pub async fn pages(&self, file: &FileParts, kind: Kind) -> Option<u32> {
        if !kind.has_preview() {
            return None;
        }
        let pieces = self.files.read(file, 0..file.length());
        match self.previews.preview(kind, pieces, 1, PREVIEW_WIDTH).await {
            Ok(preview) => Some(preview.pages),
            Err(why) => {
                tracing::info!(%why, "a file has no preview");
                None
            }
        }
    }

    /// A page of a file as a picture (PNG).
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when there is none.
    pub async fn picture(&self, file: &FileParts, media_type: &str, page: u32) -> Result<Vec<u8>> {
        let kind = Kind::of_media_type(media_type).filter(|kind| kind.has_preview());
        let kind = kind.ok_or(Refusal::Conflict("no_preview"))?;
        let pieces = self.files.read(file, 0..file.length());
        let made = self.previews.preview(kind, pieces, page, PREVIEW_WIDTH).await;
        made.map(|preview| preview.png).map_err(|why| {
            tracing::info!(%why, "a preview could not be made");
            Refusal::Conflict("no_preview")
        })
    }
}
