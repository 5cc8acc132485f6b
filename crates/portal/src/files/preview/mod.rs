//! Pictures of what lies in a file: pages of a PDF, and pictures made small.
//!
//! A file comes from whoever sent it, and whoever reads such formats reads many bytes that somebody else has chosen. So it
//! is done by a process of its own, the same program once more: it has no environment, can open no file and no connection,
//! and is limited in memory and time. The worst that a hostile file can do is to end it.

mod limits;
mod render;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{ChildStdin, Command};
use tokio::sync::Semaphore;

use super::{BoxError, Kind};

pub use render::{Render, render};

/// The largest file that a preview is made of.
pub const PREVIEW_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The widest preview, in pixels.
pub const PREVIEW_WIDTH_MAX: u32 = 2000;
/// The largest answer of the process: a picture of the largest size that does not pack.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How long it may take by the clock on the wall; its processor time is limited in [`limits`].
const PATIENCE: Duration = Duration::from_secs(20);
/// How many previews are made at the same time. Whoever comes later waits.
const AT_ONCE_MAX: usize = 2;

/// Makes previews.
#[derive(Clone)]
pub struct Previews {
    program: PathBuf,
    at_once: Arc<Semaphore>,
}

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The picture, a PNG.
    pub png: Vec<u8>,
    /// How many pages there are; a picture has one.
    pub pages: u32,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum NoPreview {
    /// Of this kind of file none is made.
    #[error("no preview is made of such files")]
    Kind,
    /// The file is too large.
    #[error("no preview is made of files of more than {} MiB", PREVIEW_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// The page is not there.
    #[error("there is no such page")]
    NoSuchPage,
    /// The document opens with a password only.
    #[error("the document is locked with a password")]
    Locked,
    /// The file cannot be read, or it takes too much memory.
    #[error("the file cannot be shown")]
    Unreadable,
    /// It takes too long.
    #[error("the preview takes too long")]
    TooSlow,
    /// The bytes of the file break off.
    #[error("the file cannot be read: {0}")]
    Source(BoxError),
    /// The process cannot be started.
    #[error("previews cannot be made: {0}")]
    Unavailable(std::io::Error),
}

impl Previews {
    /// With the program that has the hidden command `render`: our own, [`std::env::current_exe`].
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, at_once: Arc::new(Semaphore::new(AT_ONCE_MAX)) }
    }

    /// Page `page`, counted from 1, at most `width` pixels wide.
    ///
    /// # Errors
    /// Why there is none. Whatever the file holds, this answers in time.
    pub async fn preview<S, E>(&self, kind: Kind, pieces: S, page: u32, width: u32) -> Result<Preview, NoPreview>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        if !kind.has_preview() {
            return Err(NoPreview::Kind);
        }
        let _place =
            self.at_once.acquire().await.map_err(|closed| NoPreview::Unavailable(std::io::Error::other(closed)))?;
        let made = tokio::time::timeout(PATIENCE, self.make(kind, pieces, page, width));
        made.await.unwrap_or(Err(NoPreview::TooSlow))
    }

    async fn make<S, E>(&self, kind: Kind, pieces: S, page: u32, width: u32) -> Result<Preview, NoPreview>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        let mut command = Command::new(&self.program);
        command.args(["render", "--kind", kind.word(), "--page", &page.to_string(), "--width", &width.to_string()]);
        command.env_clear().current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(NoPreview::Unavailable)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(NoPreview::Unavailable(std::io::Error::other("its standard input and output are not ours")));
        };
        let answer = async {
            let mut answer = Vec::new();
            let read = stdout.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await;
            read.map(|_| answer).map_err(NoPreview::Unavailable)
        };
        let ((), answer) = tokio::try_join!(feed(stdin, pieces), answer)?;
        let status = child.wait().await.map_err(NoPreview::Unavailable)?;
        match (status.code(), answer.split_first_chunk::<4>()) {
            (Some(render::DONE), Some((pages, png))) => {
                Ok(Preview { png: png.to_vec(), pages: u32::from_be_bytes(*pages) })
            }
            (Some(render::NO_SUCH_PAGE), _) => Err(NoPreview::NoSuchPage),
            (Some(render::LOCKED), _) => Err(NoPreview::Locked),
            _ => Err(NoPreview::Unreadable),
        }
    }
}

/// Hands the file over.
async fn feed<S, E>(mut stdin: ChildStdin, pieces: S) -> Result<(), NoPreview>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    let mut pieces = std::pin::pin!(pieces);
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| NoPreview::Source(error.into()))?;
        length += piece.len() as u64;
        if length > PREVIEW_BYTES_MAX {
            return Err(NoPreview::TooLarge);
        }
        // It may have ended already; how, its exit code says.
        if stdin.write_all(&piece).await.is_err() {
            break;
        }
    }
    Ok(())
}
