//! The way through: each request goes on to the target as it came, and each answer back, while the recorder listens.
//! Bodies stream; nothing waits for its end here.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{self, HeaderMap};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::addresses::Addresses;
use super::kept::{Entry, Kept, Log, texts};
use crate::error::{Result, Trouble};

/// Pause after a connection that could not be taken: too many files may be open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Longest wait for a connection to the target.
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);

/// What stands between the two sides.
#[derive(Debug)]
pub(super) struct Passage {
    addresses: Addresses,
    http: reqwest::Client,
    log: Arc<Log>,
}

/// A body that goes by and leaves a copy of its beginning.
#[derive(Debug)]
struct Heard<B> {
    body: B,
    kept: Kept,
}

impl Passage {
    /// # Errors
    /// When the TLS library does not start.
    pub(super) fn new(addresses: Addresses, log: Arc<Log>) -> Result<Self> {
        // A second installation is refused, which is fine: the first one stands.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // An answer may come for minutes (events), so nothing but the connection has a limit. A connection is not used
        // twice: the target may close one in the moment in which a body that cannot be sent again goes out on it.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_WAIT_MAX)
            .build()
            .map_err(|error| Trouble::new("the recorder", format!("does not start: {error}")))?;
        Ok(Self { addresses, http, log })
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Response<Heard<reqwest::Body>> {
        let upgrades = upgrades(request.headers());
        let client_side = upgrades.then(|| hyper::upgrade::on(&mut request));
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let Some(url) = self.addresses.there(path) else {
            return self.said(StatusCode::BAD_REQUEST, format!("{path:?} is no path of the service's"));
        };
        let mut entry = Entry {
            at: crate::walk::now(),
            millis: 0,
            method: head.method.to_string(),
            url: url.clone(),
            headers: texts(&self.addresses.to_target(&head.headers, upgrades)),
            sent: self.log.body(),
            status: 0,
            answer_headers: Vec::new(),
            answered: self.log.body(),
            is_socket: false,
        };
        let begun = Instant::now();
        let mut asked = self.http.request(head.method, url).headers(self.addresses.to_target(&head.headers, upgrades));
        if !body.is_end_stream() {
            asked = asked.body(reqwest::Body::wrap(Heard { body, kept: entry.sent.clone() }));
        }
        let answer = match asked.send().await {
            Ok(answer) => answer,
            Err(error) => {
                self.log.add(entry);
                return self.said(StatusCode::BAD_GATEWAY, format!("the service does not answer: {error}"));
            }
        };
        entry.millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        entry.status = answer.status().as_u16();
        entry.answer_headers = texts(answer.headers());
        entry.is_socket = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
        let kept = entry.answered.clone();
        let (status, headers) = (answer.status(), self.addresses.to_client(answer.headers(), entry.is_socket));
        let body = match client_side.filter(|_| entry.is_socket) {
            Some(client_side) => {
                tokio::spawn(join(client_side, answer));
                reqwest::Body::default()
            }
            None => reqwest::Body::from(answer),
        };
        self.log.add(entry);
        let mut response = Response::new(Heard { body, kept });
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// An answer of the recorder's own.
    fn said(&self, status: StatusCode, words: String) -> Response<Heard<reqwest::Body>> {
        let body = reqwest::Body::from(format!("plimsoll record: {words}\n"));
        let mut response = Response::new(Heard { body, kept: self.log.body() });
        *response.status_mut() = status;
        response
    }
}

/// Takes connections until it is aborted.
pub(super) async fn serve(listener: TcpListener, passage: Arc<Passage>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let passage = Arc::clone(&passage);
        tokio::spawn(async move {
            let answer = |request| {
                let passage = Arc::clone(&passage);
                async move { Ok::<_, Infallible>(passage.pass(request).await) }
            };
            // Whoever breaks off has seen what he wanted.
            let _ =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).with_upgrades().await;
        });
    }
}

/// Whether a request asks for another protocol on its connection (RFC 9110 section 7.8).
fn upgrades(headers: &HeaderMap) -> bool {
    let asks = |value: &header::HeaderValue| value.to_str().is_ok_and(|text| text.to_lowercase().contains("upgrade"));
    headers.contains_key(header::UPGRADE) && headers.get_all(header::CONNECTION).iter().any(asks)
}

/// Both sides of a WebSocket, until one of them ends.
async fn join(client_side: OnUpgrade, answer: reqwest::Response) {
    let (Ok(here), Ok(mut there)) = (client_side.await, answer.upgrade().await) else { return };
    let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(here), &mut there).await;
}

impl<B: Body<Data = Bytes> + Unpin> Body for Heard<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(chunk) = frame.data_ref()
        {
            self.kept.take(chunk);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
