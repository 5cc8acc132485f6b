//! A listener whose connections are encrypted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::shown::{ACME_TLS, Shown};

/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Connections that are ready and not taken yet.
const READY_MAX: usize = 64;
/// Handshakes under way at once: who opens connections and says nothing shall not fill the memory.
const HANDSHAKES_MAX: usize = 512;

/// A listener whose connections are encrypted. Handshakes run beside each other, so that a slow one holds up nobody.
pub struct Listener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener {
    /// Encrypts what `listener` accepts, with the certificate that is shown at that moment.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn new(listener: TcpListener, shown: &Arc<Shown>) -> Result<Self> {
        let mut config = ServerConfig::builder().with_no_client_auth().with_cert_resolver(Arc::<Shown>::clone(shown));
        config.alpn_protocols = vec![b"http/1.1".to_vec(), ACME_TLS.to_vec()];
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(READY_MAX);
        tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), sender));
        Ok(Self { ready, address })
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let room = Arc::new(tokio::sync::Semaphore::new(HANDSHAKES_MAX));
    while !sender.is_closed() {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            let stream = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await;
            drop(place);
            let Ok(Ok(stream)) = stream else { return };
            // The authority has seen what it came for: nothing is said over such a connection (RFC 8737, section 3).
            if stream.get_ref().1.alpn_protocol() != Some(ACME_TLS) {
                let _ = sender.send((stream, peer)).await;
            }
        });
    }
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that accepts never ends before we do.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}
