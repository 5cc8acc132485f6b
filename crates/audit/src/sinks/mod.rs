//! Receivers on the loopback: they speak the protocols of error trackers, chat webhooks, heartbeat monitors and mail, and
//! keep what arrives with its time.
//!
//! The service is given their addresses by its environment: `env = { SENTRY_DSN = "{sink.sentry}" }`. `sentry` and `smtp`
//! have a form of their own; every other name (`slack`, `webhook`, `heartbeat` …) is an HTTP address that takes anything.

mod http;
mod smtp;

use crate::error::{Result, Trouble};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The receiver of errors.
pub const SENTRY: &str = "sentry";
/// The receiver of signs of life.
pub const HEARTBEAT: &str = "heartbeat";
/// The receiver of mail.
pub const SMTP: &str = "smtp";
/// Longest text that is kept of one arrival, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Most arrivals that are kept; a service that sends without end fills no memory.
const ARRIVALS_MAX: usize = 2000;
/// Pause between two looks whether something arrived.
const LOOK: Duration = Duration::from_millis(50);
/// The public key in the tracker's address: 32 hexadecimal digits, as clients want it.
const KEY: &str = "706c696d736f6c6c706c696d736f6c6c";

/// Something that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Where: `sentry`, `slack`, `smtp` …
    pub sink: String,
    /// When: RFC 3339.
    pub at: String,
    /// Milliseconds since the receivers were opened.
    pub after_ms: u64,
    /// `POST /sink/slack`, `mail to ops@example.com`.
    pub how: String,
    /// Headers and body, unpacked and cut to a bound.
    pub text: String,
}

/// All receivers. They end with this value.
#[derive(Debug)]
pub struct Sinks {
    http: std::net::SocketAddr,
    smtp: std::net::SocketAddr,
    shelf: Shelf,
    tasks: [JoinHandle<()>; 2],
}

/// Where arrivals are put.
#[derive(Debug, Clone)]
struct Shelf {
    opened: Instant,
    arrived: Arc<Mutex<Vec<Arrival>>>,
}

impl Shelf {
    fn put(&self, sink: &str, how: String, mut text: String) {
        let cut = (0..=TEXT_BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        let after_ms = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let arrival = Arrival { sink: sink.to_owned(), at: crate::walk::now().to_string(), after_ms, how, text };
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        if arrived.len() < ARRIVALS_MAX {
            arrived.push(arrival);
        }
    }
}

impl Sinks {
    /// Opens all receivers on free ports of the loopback.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn open() -> Result<Self> {
        let cannot = |error: std::io::Error| Trouble::new("the receivers", format!("cannot be opened: {error}"));
        let http = TcpListener::bind(("127.0.0.1", 0)).await.map_err(cannot)?;
        let smtp = TcpListener::bind(("127.0.0.1", 0)).await.map_err(cannot)?;
        let shelf = Shelf { opened: Instant::now(), arrived: Arc::default() };
        let addresses = (http.local_addr().map_err(cannot)?, smtp.local_addr().map_err(cannot)?);
        let tasks =
            [tokio::spawn(http::receive(http, shelf.clone())), tokio::spawn(smtp::receive(smtp, shelf.clone()))];
        Ok(Self { http: addresses.0, smtp: addresses.1, shelf, tasks })
    }

    /// What stands for a hole of the manifest: `sink.sentry`, `sink.smtp.port`, `sink.ANYTHING`.
    pub fn address(&self, hole: &str) -> Option<String> {
        let name = hole.strip_prefix("sink.")?;
        Some(match name {
            SENTRY => format!("http://{KEY}@{}/1", self.http),
            SMTP => format!("smtp://{}", self.smtp),
            "smtp.host" => self.smtp.ip().to_string(),
            "smtp.port" => self.smtp.port().to_string(),
            name if name.contains('.') => return None,
            name => format!("http://{}/sink/{name}", self.http),
        })
    }

    /// How much arrived so far: what comes later comes after this mark.
    pub fn mark(&self) -> usize {
        self.shelf.arrived.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What arrived after a mark.
    pub fn since(&self, mark: usize) -> Vec<Arrival> {
        let arrived = self.shelf.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.get(mark..).unwrap_or_default().to_vec()
    }

    /// Milliseconds since the receivers were opened.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.shelf.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits until something that is wanted arrived after a mark, or the time is over; then everything that did.
    pub async fn wait(&self, mark: usize, most: Duration, wanted: impl Fn(&Arrival) -> bool) -> Vec<Arrival> {
        let started = Instant::now();
        loop {
            let arrived = self.since(mark);
            if arrived.iter().any(&wanted) || most <= started.elapsed() {
                return arrived;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Sinks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Whether an alert may arrive there: everywhere but at the tracker and at the monitor of heartbeats.
pub fn takes_alerts(sink: &str) -> bool {
    !matches!(sink, SENTRY | HEARTBEAT)
}

/// Whether what arrived at a sink is an alert, of a service that was given these: where it has a receiver made for alerts, a
/// mail may be any letter of its own.
pub fn is_alert(sink: &str, given: &[String]) -> bool {
    takes_alerts(sink) && (sink != SMTP || !given.iter().any(|other| takes_alerts(other) && other != SMTP))
}

impl Arrival {
    /// Whether it tells the tracker of an error: an event, and no session, transaction or report of the client itself.
    /// An envelope is lines of JSON, each item with a header that names its type; a stored event is one document.
    pub fn is_error_event(&self) -> bool {
        if self.sink != SENTRY {
            return false;
        }
        if self.how.contains("/store") {
            return true;
        }
        let mut lines = self.text.lines();
        lines.any(|line| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|item| item["type"] == "event"))
    }

    /// The same, short enough for the evidence.
    #[must_use]
    pub fn shortened(&self) -> Self {
        Self { text: self.text.chars().take(2000).collect(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    /// Sends bytes and reads until the other side closes or says nothing more.
    async fn say(address: std::net::SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn an_envelope_a_webhook_and_a_mail_arrive() {
        let sinks = Sinks::open().await.unwrap();
        assert!(sinks.address("sink.sentry").unwrap().starts_with("http://706c"));
        let envelope = "{}\n{\"type\":\"event\"}\n{\"message\":\"x\"}\n";
        let post = format!(
            "POST /api/1/envelope/ HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{envelope}",
            envelope.len()
        );
        assert!(say(sinks.http, post.as_bytes()).await.starts_with("HTTP/1.1 200"));
        let chunked =
            "POST /sink/slack HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        assert!(say(sinks.http, chunked.as_bytes()).await.ends_with("ok"));
        let mail =
            "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<ops@x>\r\nDATA\r\nSubject: down\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
        assert!(say(sinks.smtp, mail.as_bytes()).await.contains("250 "));
        let arrived = sinks.since(0);
        assert_eq!(arrived.len(), 3, "{arrived:?}");
        assert!(arrived[0].is_error_event() && arrived[1].text.ends_with("hello"), "{arrived:?}");
        assert!(arrived[2].how.contains("ops@x") && arrived[2].text.contains("\n.dot"), "{arrived:?}");
    }

    #[test]
    fn a_session_is_no_error() {
        let of = |text: &str| Arrival { sink: SENTRY.into(), text: text.into(), ..Arrival::default() };
        assert!(!of("{}\n{\"type\":\"session\"}\n{\"status\":\"ok\"}").is_error_event());
        assert!(of("{}\n{\"type\":\"event\",\"length\":2}\n{}").is_error_event());
    }
}
