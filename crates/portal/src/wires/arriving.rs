//! A file on its way in: the body of a request, as the pieces that the door hands on, with the fields beside it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use door::{Arriving, Refusal};
use futures_core::Stream;
use futures_util::StreamExt as _;
use multer::{Field, Multipart};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::BODY_BYTES_MAX;

/// The field of a form that holds the file. It is the last one.
pub(super) const FILE_FIELD: &str = "file";
/// Pieces that wait for the disk at the most; the sender waits then, too.
const PIECES_WAITING_MAX: usize = 4;

/// How long a small body may take, and the fields before a file: nobody is known yet who could be waited for.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long the next piece of a file may take. A file may take as long as it likes, as long as it moves.
const PIECE_TIME: Duration = Duration::from_secs(60);

/// Why a body is no form with a file.
#[derive(Debug)]
pub(super) enum Unread {
    /// It cannot be read, and why.
    Malformed(String),
    /// The fields beside the file are more than a form has.
    TooLarge,
}

/// A form with a file.
pub(super) struct Parts {
    /// Names and values, in the order in which they came.
    pub(super) fields: Vec<(String, String)>,
    /// The file's name as the sender calls it, and its pieces. A form whose field was left empty has none.
    pub(super) file: Option<(String, Arriving)>,
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a body is a file, or holds one, by what it says of itself.
pub(crate) fn is_file(headers: &HeaderMap) -> bool {
    matches!(media_type(headers).as_str(), "multipart/form-data" | "application/offset+octet-stream")
}

/// The whole of a body that is to be small. `None` when it is larger than a form or a document may be.
pub(super) async fn whole(body: Body) -> Result<Option<Bytes>, Refusal> {
    match timeout(BODY_TIME, axum::body::to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(Some(bytes)),
        Ok(Err(error)) if is_too_large(&error) => Ok(None),
        Ok(Err(_)) | Err(_) => Err(Refusal::Malformed("the body did not arrive whole".to_owned())),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A body that is the file and nothing else.
pub(super) fn raw(body: Body) -> Arriving {
    let (sender, pieces) = channel(PIECES_WAITING_MAX);
    let mut body = body.into_data_stream();
    tokio::spawn(async move {
        loop {
            let piece = match timeout(PIECE_TIME, body.next()).await {
                Ok(None) => return,
                Ok(Some(Ok(bytes))) => Ok(bytes),
                Ok(Some(Err(_))) | Err(_) => Err(not_whole()),
            };
            let over = piece.is_err();
            if sender.send(piece).await.is_err() || over {
                return;
            }
        }
    });
    Box::pin(Handed(pieces))
}

fn not_whole() -> Refusal {
    Refusal::Malformed("the file did not arrive whole".to_owned())
}

/// Reads a form with a file (RFC 7578): the fields whole, the file piece by piece.
pub(super) async fn multipart(headers: &HeaderMap, body: Body) -> Result<Parts, Unread> {
    let late = |_| Unread::Malformed("it did not arrive whole".to_owned());
    timeout(BODY_TIME, until_the_file(headers, body)).await.map_err(late)?
}

async fn until_the_file(headers: &HeaderMap, body: Body) -> Result<Parts, Unread> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|error| Unread::Malformed(error.to_string()))?;
    let mut form = Multipart::new(body.into_data_stream(), boundary);
    let mut fields = Vec::new();
    let mut room = BODY_BYTES_MAX;
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != FILE_FIELD {
            fields.push((name, text(&mut field, &mut room).await?));
            continue;
        }
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let first = field.chunk().await.map_err(malformed)?;
        // A browser sends an empty file without a name where nobody chose one.
        if file_name.is_empty() && first.as_ref().is_none_or(Bytes::is_empty) {
            continue;
        }
        let (sender, pieces) = channel(PIECES_WAITING_MAX);
        tokio::spawn(async move { hand_on(form, field, first, &sender).await });
        return Ok(Parts { fields, file: Some((file_name, Box::pin(Handed(pieces)))) });
    }
    Ok(Parts { fields, file: None })
}

fn malformed(error: multer::Error) -> Unread {
    Unread::Malformed(error.to_string())
}

async fn text(field: &mut Field<'static>, room: &mut usize) -> Result<String, Unread> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(malformed)? {
        *room = room.checked_sub(piece.len()).ok_or(Unread::TooLarge)?;
        bytes.extend_from_slice(&piece);
    }
    let text = String::from_utf8(bytes).map_err(|_| Unread::Malformed("a field is not UTF-8".to_owned()))?;
    Ok(text.replace("\r\n", "\n"))
}

/// Hands the file's pieces on until its end, behind which nothing may come: what would stand there was decided without.
async fn hand_on(
    mut form: Multipart<'static>,
    mut field: Field<'static>,
    first: Option<Bytes>,
    sender: &Sender<Result<Bytes, Refusal>>,
) {
    let mut piece = first;
    while let Some(bytes) = piece {
        if sender.send(Ok(bytes)).await.is_err() {
            return;
        }
        piece = match timeout(PIECE_TIME, field.chunk()).await {
            Ok(Ok(next)) => next,
            Ok(Err(_)) | Err(_) => {
                let _ = sender.send(Err(not_whole())).await;
                return;
            }
        };
    }
    drop(field);
    let refusal = match form.next_field().await {
        Ok(None) => return,
        Ok(Some(_)) => Refusal::Malformed(format!("the field `{FILE_FIELD}` must be the last")),
        Err(_) => not_whole(),
    };
    let _ = sender.send(Err(refusal)).await;
}

struct Handed(Receiver<Result<Bytes, Refusal>>);

impl Stream for Handed {
    type Item = Result<Bytes, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    async fn read(text: &str) -> Result<(Vec<(String, String)>, Option<(String, Result<Vec<u8>, Refusal>)>), Unread> {
        let kind = HeaderValue::from_static("multipart/form-data; boundary=x");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
        let parts = multipart(&headers, Body::from(text.replace('\n', "\r\n"))).await?;
        let Some((name, mut pieces)) = parts.file else { return Ok((parts.fields, None)) };
        let mut whole = Vec::new();
        while let Some(piece) = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await {
            match piece {
                Ok(bytes) => whole.extend_from_slice(&bytes),
                Err(refusal) => return Ok((parts.fields, Some((name, Err(refusal))))),
            }
        }
        Ok((parts.fields, Some((name, Ok(whole)))))
    }

    const NOTE: &str = "--x\nContent-Disposition: form-data; name=\"note\"\n\nsee page 2\n";
    const FILE: &str = "--x\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\n\nhello\n";

    #[tokio::test]
    async fn fields_first_then_the_file() {
        let (fields, file) = read(&format!("{NOTE}{FILE}--x--\n")).await.unwrap();
        assert_eq!(fields, [("note".to_owned(), "see page 2".to_owned())]);
        assert_eq!(file, Some(("a.txt".to_owned(), Ok(b"hello".to_vec()))));
    }

    #[tokio::test]
    async fn a_field_behind_the_file_is_refused_and_so_is_half_a_file() {
        let (_, file) = read(&format!("{FILE}{NOTE}--x--\n")).await.unwrap();
        assert!(matches!(file, Some((_, Err(Refusal::Malformed(why)))) if why.contains("the last")));
        assert!(matches!(read(FILE).await, Err(Unread::Malformed(_)) | Ok((_, Some((_, Err(Refusal::Malformed(_))))))));
    }

    #[tokio::test]
    async fn a_file_field_that_was_left_empty_is_none() {
        let empty = "--x\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\n\n\n--x--\n";
        assert_eq!(read(empty).await.unwrap().1, None);
        assert!(read("no form at all").await.is_err());
    }
}
