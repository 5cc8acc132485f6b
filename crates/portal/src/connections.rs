//! The connections over which people come: how many there are, and for how long one may keep its place.
//!
//! Whoever opens connections and says nothing, or never reads what he is answered, costs memory and takes places from others.
//! So there are so many places and no more; a request's head has to arrive in time, and an answer to move on; one address
//! has a part of the places only; and when all are taken, the connection that has waited longest for a request makes room.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::wires::{Peer, Proxies};

/// How often it is looked whether somebody could make room.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The turn of a connection that does not wait for one.
const WORKS: u64 = 0;
/// Bytes that are read ahead of a connection, the longest head among them.
const READ_AHEAD: usize = 64 * 1024;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub places: usize,
    /// Connections of one address at once. A proxy that is known by name may have all.
    pub of_one_address: usize,
    /// How long a connection may wait for the whole head of a request, the first or the next.
    pub head: Duration,
    /// How long an answer may stand still because it is not read.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (head, write) = (Duration::from_secs(20), Duration::from_secs(30));
        Self { places: 1024, of_one_address: 256, head, write }
    }
}

/// Answers everybody who comes, until it is told to stop; then what is under way is finished.
pub async fn serve<L>(
    mut listener: L,
    app: Router,
    proxies: Proxies,
    limits: Limits,
    until: impl Future<Output = ()> + Send,
) where
    L: Listener<Addr = SocketAddr>,
{
    let mut until = std::pin::pin!(until);
    let places = Arc::new(Places::new(limits.places));
    let under_way = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(READ_AHEAD);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut until => break,
        };
        let address = (!proxies.0.contains(&peer.ip())).then_some((peer.ip(), limits.of_one_address));
        let place = tokio::select! {
            place = places.take(address) => place,
            () = &mut until => break,
        };
        let Some(place) = place else {
            tracing::debug!(%peer, "has its fill of connections");
            continue;
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write));
        let (app, place) = (app.clone(), Arc::new(place));
        place.waits();
        let answering = Arc::clone(&place);
        let service = service_fn(move |request: Request<Incoming>| {
            let (app, place) = (app.clone(), Arc::clone(&answering));
            place.works();
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(Peer(peer)));
                let Ok(response) = app.oneshot(request).await;
                Ok::<_, Infallible>(response.map(|body| Answer { body, place }))
            }
        });
        let connection = under_way.watch(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            loop {
                tokio::select! {
                    ended = &mut connection => {
                        if let Err(error) = ended {
                            tracing::debug!(%error, %peer, "a connection broke off");
                        }
                        break;
                    }
                    // Whoever has begun something in the meantime stays.
                    () = place.leave.notified() => if place.is_waiting() { break },
                }
            }
        });
    }
    drop(listener);
    under_way.shutdown().await;
}

/// The places there are.
struct Places {
    free: Arc<Semaphore>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    of: HashMap<IpAddr, usize>,
    /// Who waits for a request, the longest first.
    waiting: BTreeMap<u64, Arc<Notify>>,
    turn: u64,
}

impl Places {
    fn new(places: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(places)), taken: Mutex::default() }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, for which somebody who only waits may have to go; none for an address that has its fill.
    async fn take(self: &Arc<Self>, address: Option<(IpAddr, usize)>) -> Option<Place> {
        if let Some((address, at_most)) = address {
            let mut taken = self.taken();
            let of = taken.of.entry(address).or_default();
            if *of >= at_most {
                return None;
            }
            *of += 1;
        }
        // Made before anybody waits: whoever is told to stop meanwhile gives the address back what is its own.
        let mut place = Place {
            places: Arc::clone(self),
            address: address.map(|(address, _)| address),
            turn: AtomicU64::new(WORKS),
            leave: Arc::default(),
            permit: None,
        };
        while place.permit.is_none() {
            if self.free.available_permits() == 0
                && let Some((_, longest)) = self.taken().waiting.pop_first()
            {
                longest.notify_one();
            }
            let free = Arc::clone(&self.free).acquire_owned();
            place.permit = tokio::time::timeout(LOOK_AGAIN, free).await.ok().and_then(Result::ok);
        }
        Some(place)
    }
}

/// A connection's place. It is free again when this is dropped.
struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
    /// Which turn it waits since, or [`WORKS`].
    turn: AtomicU64,
    leave: Arc<Notify>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// It waits for a request, and can be asked to go.
    fn waits(&self) {
        let mut taken = self.places.taken();
        taken.turn += 1;
        let turn = taken.turn;
        taken.waiting.insert(turn, Arc::clone(&self.leave));
        self.turn.store(turn, Ordering::Release);
    }

    fn is_waiting(&self) -> bool {
        self.turn.load(Ordering::Acquire) != WORKS
    }

    /// Something is done over it.
    fn works(&self) {
        let turn = self.turn.swap(WORKS, Ordering::AcqRel);
        self.places.taken().waiting.remove(&turn);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.works();
        if let Some(address) = self.address {
            let mut taken = self.places.taken();
            if let Some(of) = taken.of.get_mut(&address) {
                *of -= 1;
                if *of == 0 {
                    taken.of.remove(&address);
                }
            }
        }
    }
}

/// An answer on its way: its connection waits for the next request once it is gone.
struct Answer {
    body: Body,
    place: Arc<Place>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.place.waits();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const QUICK: Limits =
        Limits { places: 4, of_one_address: 4, head: Duration::from_secs(60), write: Duration::from_secs(60) };

    /// A server that says hello, and one that has more to say than anybody reads.
    async fn server(limits: Limits, proxies: Proxies) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let endless = || async {
            Body::from_stream(futures_util::stream::repeat_with(|| {
                Ok::<_, Infallible>(Bytes::from(vec![b'a'; 65_536]))
            }))
        };
        let app = Router::new().route("/", get(|| async { "hello" })).route("/endless", get(endless));
        tokio::spawn(serve(listener, app, proxies, limits, std::future::pending()));
        address
    }

    async fn says(address: SocketAddr, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    async fn hears(stream: &mut TcpStream) -> String {
        let mut heard = vec![0; 4096];
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut heard)).await.expect("an answer");
        String::from_utf8_lossy(&heard[..read.unwrap_or(0)]).into_owned()
    }

    const HELLO: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    #[tokio::test]
    async fn whoever_only_waits_makes_room_and_whoever_works_does_not() {
        let address = server(QUICK, Proxies(vec!["127.0.0.1".parse().unwrap()])).await;
        let mut works = says(address, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(hears(&mut works).await.starts_with("HTTP/1.1 200"));
        let mut slow = Vec::new();
        for _ in 0..12 {
            slow.push(says(address, "GET / HTTP/1.1\r\nHost:").await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut comes = says(address, HELLO).await;
        assert!(hears(&mut comes).await.ends_with("hello"));
        assert_eq!(hears(&mut slow[0]).await, "", "the one that waited longest went");
        assert!(hears(&mut works).await.contains("aaaa"), "what is under way goes on");
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_ends_its_connection() {
        let address = server(Limits { head: Duration::from_millis(200), ..QUICK }, Proxies::default()).await;
        let begun = Instant::now();
        let mut slow = says(address, "GET / HTTP/1.1\r\nHost:").await;
        let ended = hears(&mut slow).await;
        assert!(ended.is_empty() || ended.starts_with("HTTP/1.1 408"), "{ended}");
        assert!(begun.elapsed() >= Duration::from_millis(200));
        // Between two requests, too.
        let mut kept = says(address, HELLO).await;
        assert!(hears(&mut kept).await.ends_with("hello"));
        let ended = hears(&mut kept).await;
        assert!(ended.is_empty() || ended.starts_with("HTTP/1.1 408"), "{ended}");
    }

    #[tokio::test]
    async fn an_answer_that_is_not_read_ends_its_connection() {
        let address =
            server(Limits { places: 1, write: Duration::from_millis(200), ..QUICK }, Proxies::default()).await;
        let _deaf = says(address, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut comes = says(address, HELLO).await;
        assert!(hears(&mut comes).await.ends_with("hello"), "its place was free after a while");
    }

    #[tokio::test]
    async fn one_address_has_a_part_of_the_places_and_a_known_proxy_all() {
        for (proxies, answered) in [(Proxies::default(), 2), (Proxies(vec!["127.0.0.1".parse().unwrap()]), 4)] {
            let address = server(Limits { of_one_address: 2, ..QUICK }, proxies).await;
            let mut kept = Vec::new();
            for _ in 0..4 {
                let mut comes = says(address, HELLO).await;
                let heard = hears(&mut comes).await;
                kept.push((comes, heard));
            }
            let heard = kept.iter().filter(|(_, heard)| heard.ends_with("hello")).count();
            assert_eq!(heard, answered);
            // A place that is given back can be taken again.
            kept.clear();
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(hears(&mut says(address, HELLO).await).await.ends_with("hello"));
        }
    }
}
