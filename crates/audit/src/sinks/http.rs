//! A small HTTP/1.1 server (RFC 9112) that takes everything, says that all is well, and keeps what it was told.

use super::{SENTRY, Shelf};
use crate::unpack;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest line of a head, in bytes.
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Most lines of a head.
const LINES_MAX: usize = 100;
/// Longest body, in bytes.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest silence on a connection.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// One request.
struct Received {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Takes connections until it is aborted.
pub(super) async fn receive(listener: TcpListener, shelf: Shelf) {
    while let Ok((stream, _)) = listener.accept().await {
        let shelf = shelf.clone();
        // Whoever breaks off has said nothing.
        tokio::spawn(async move { tokio::time::timeout(IDLE_MAX, talk(stream, shelf)).await });
    }
}

async fn talk(mut stream: TcpStream, shelf: Shelf) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    loop {
        let Some(mut received) = read_head(&mut read).await? else { return Ok(()) };
        if received.header("expect").is_some() {
            write.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        received.body = read_body(&mut read, &received).await?;
        let sink = received.sink();
        let answer = if sink == SENTRY { "{\"id\":\"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f\"}" } else { "ok" };
        shelf.put(&sink, format!("{} {}", received.method, received.path), received.text());
        let close = received.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let body = if received.method == "HEAD" { "" } else { answer };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n", answer.len());
        write.write_all(format!("{head}{body}").as_bytes()).await?;
        if close {
            return Ok(());
        }
    }
}

async fn line(read: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    read.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

/// Request line and headers; nothing where the other side closed, or what came is no request.
async fn read_head(read: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Received>> {
    let first = line(read).await?;
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut received =
        Received { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() };
    for _ in 0..LINES_MAX {
        let header = line(read).await?;
        if header.is_empty() {
            return Ok(Some(received));
        }
        if let Some((name, value)) = header.split_once(':') {
            received.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Ok(None)
}

async fn read_body(read: &mut (impl AsyncBufRead + Unpin), received: &Received) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let chunked = received.header("transfer-encoding").is_some_and(|value| value.to_lowercase().contains("chunked"));
    if !chunked {
        let length = received.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        read.take(length).read_to_end(&mut body).await?;
        body.truncate(BODY_BYTES_MAX);
        return Ok(body);
    }
    loop {
        let size = line(read).await?;
        let size = u64::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).unwrap_or(0);
        if size == 0 || BODY_BYTES_MAX < body.len() {
            line(read).await?;
            return Ok(body);
        }
        read.take(size).read_to_end(&mut body).await?;
        line(read).await?;
    }
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Which receiver is meant. What posts to the interface of the tracker is for the tracker.
    fn sink(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        match (segments.next(), segments.next()) {
            (Some("sink"), Some(name)) => name.to_owned(),
            _ => SENTRY.to_owned(),
        }
    }

    /// Headers and body as text; what came compressed is unpacked.
    fn text(&self) -> String {
        let body = match self.header("content-encoding") {
            Some("gzip" | "x-gzip") => unpack::gunzip(&self.body).unwrap_or_default(),
            Some("deflate") => unpack::inflate(&self.body).unwrap_or_default(),
            _ => self.body.clone(),
        };
        let heads: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{heads}\n{}", String::from_utf8_lossy(&body))
    }
}
