//! The record of the whole installation to a syslog server: RFC 5424 over TCP with octet counting (RFC 6587, section
//! 3.4.1), in the clear or over TLS (RFC 5425).
//!
//! TCP does not say what the other program has read. So each batch has a connection of its own: when everything is
//! sent it is half closed, and the batch counts as received when the server has read to that end and closed its half. A
//! server that dies in between gets the batch again. One that closes in good order before it has read everything is
//! believed: the protocol has no word for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::trail::TrailEvent;

/// How long a batch may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Facility “log audit” (RFC 5424, table 1).
const FACILITY: u8 = 13;
/// The longest MSGID (RFC 5424, section 6).
const MSGID_MAX: usize = 32;

/// Where the record goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syslog {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// For TLS: the file with the certificates of those whom we trust to name it (PEM).
    pub trust: Option<PathBuf>,
    /// How we call ourselves.
    pub hostname: String,
}

impl Syslog {
    /// Sends events, and waits until they are read.
    pub(super) async fn send(&self, events: &[TrailEvent]) -> Result<(), String> {
        let batch: Vec<u8> = events.iter().flat_map(|event| frame(&self.hostname, event)).collect();
        let sent = tokio::time::timeout(PATIENCE, async {
            let stream =
                TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|_| "nobody answers there")?;
            match self.connector().await? {
                None => deliver(stream, &batch).await,
                Some(connector) => {
                    let name =
                        ServerName::try_from(self.host.clone()).map_err(|_| "its name cannot be in a certificate")?;
                    let stream = connector.connect(name, stream).await.map_err(|error| {
                        tracing::warn!(%error, "syslog over TLS");
                        "its certificate does not hold"
                    })?;
                    deliver(stream, &batch).await
                }
            }
        });
        sent.await.unwrap_or(Err("it took longer than 15 seconds")).map_err(str::to_owned)
    }

    async fn connector(&self) -> Result<Option<TlsConnector>, &'static str> {
        let Some(trust) = &self.trust else { return Ok(None) };
        let unreadable = "the file of trusted certificates cannot be read";
        let pem = tokio::fs::read(trust).await.map_err(|_| unreadable)?;
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(|_| unreadable)?).map_err(|_| unreadable)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| "TLS is not possible here")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(TlsConnector::from(Arc::new(config))))
    }
}

/// Sends a batch, says that it is all, and waits until the other side has read so far.
async fn deliver(mut stream: impl AsyncRead + AsyncWrite + Unpin, batch: &[u8]) -> Result<(), &'static str> {
    let hung_up = "it hung up before it had read everything";
    stream.write_all(batch).await.map_err(|_| hung_up)?;
    stream.shutdown().await.map_err(|_| hung_up)?;
    let mut rest = [0; 256];
    loop {
        match stream.read(&mut rest).await {
            Ok(0) => return Ok(()),
            // A syslog server says nothing; whatever it is, it is not the end.
            Ok(_) => {}
            Err(_) => return Err(hung_up),
        }
    }
}

/// One message with its length before it.
fn frame(hostname: &str, event: &TrailEvent) -> Vec<u8> {
    let message = message(hostname, event);
    format!("{} {message}", message.len()).into_bytes()
}

/// `<PRI>1 TIME HOST APP PROCID MSGID SD MSG`: the message is the event as JSON, in ASCII, so that no byte order mark is
/// needed.
fn message(hostname: &str, event: &TrailEvent) -> String {
    let severity = match event.result.as_str() {
        "denied" => 4, // warning
        "failed" => 5, // notice
        _ => 6,        // informational
    };
    let priority = FACILITY * 8 + severity;
    let printable = |text: &str, max: usize| text.chars().filter(char::is_ascii_graphic).take(max).collect::<String>();
    let (hostname, action) = (printable(hostname, 255), printable(&event.action, MSGID_MAX));
    format!(
        "<{priority}>1 {} {hostname} plimsoll-portal - {action} - {}",
        event.at,
        ascii(&serde_json::json!(event).to_string())
    )
}

/// JSON with everything beyond ASCII escaped (RFC 8259, section 7).
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            text.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

/// Reads `tcp://host:port` or `tls://host:port`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str, trust: Option<PathBuf>, hostname: String) -> Result<Syslog, &'static str> {
    let url: url::Url = text.parse().map_err(|_| "must be an address such as tcp://127.0.0.1:601")?;
    let (default_port, trust) = match (url.scheme(), trust) {
        ("tcp", _) => (601, None),
        ("tls", Some(trust)) => (6514, Some(trust)),
        ("tls", None) => return Err("over TLS needs --syslog-trust FILE, the certificates of those who may name it"),
        _ => return Err("must begin with tcp:// or tls://"),
    };
    let bare = url.path().trim_matches('/').is_empty() && url.query().is_none() && url.username().is_empty();
    let host =
        url.host_str().filter(|host| bare && !host.is_empty()).ok_or("must be a host and a port, nothing else")?;
    let host = host.trim_matches(['[', ']']).to_owned();
    Ok(Syslog { host, port: url.port().unwrap_or(default_port), trust, hostname })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_beyond_ascii_is_escaped() {
        assert_eq!(ascii("{\"name\":\"Zoë 🚢\"}"), "{\"name\":\"Zo\\u00eb \\ud83d\\udea2\"}");
        let back: serde_json::Value = serde_json::from_str(&ascii("{\"name\":\"Zoë 🚢\"}")).unwrap();
        assert_eq!(back["name"], "Zoë 🚢");
    }

    #[test]
    fn addresses_are_read() {
        let read = |text: &str| parse(text, None, "here".to_owned());
        let there = read("tcp://127.0.0.1:1601").unwrap();
        assert_eq!((there.host.as_str(), there.port, there.trust), ("127.0.0.1", 1601, None));
        assert_eq!(read("tcp://[::1]").unwrap().host, "::1");
        assert_eq!(read("tcp://logs.example").unwrap().port, 601);
        assert_eq!(parse("tls://logs.example", Some("ca.pem".into()), String::new()).unwrap().port, 6514);
        for wrong in
            ["", "logs.example", "udp://logs.example", "tls://logs.example", "tcp://logs.example/x", "tcp://a@b"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_refused(text in ".{0,60}") {
            let _ = parse(&text, None, String::new());
        }
    }
}
