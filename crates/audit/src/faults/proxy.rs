//! A TCP proxy before the database: it passes everything on until it is cut, and again when it is mended.

use crate::error::{Result, Trouble};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The proxy. It ends with this value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    cut: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Opens one on a free port of the loopback, before the address `to`.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn open(to: &str) -> Result<Self> {
        let cannot = |error: std::io::Error| Trouble::new("{proxy.database}", format!("cannot be opened: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let (cut, is_cut) = watch::channel(false);
        let task = tokio::spawn(pass_on(listener, to.to_owned(), is_cut));
        Ok(Self { address, cut, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, and each new one at once.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(listener: TcpListener, to: String, is_cut: watch::Receiver<bool>) {
    while let Ok((mut here, _)) = listener.accept().await {
        let (to, mut is_cut) = (to.clone(), is_cut.clone());
        tokio::spawn(async move {
            if *is_cut.borrow_and_update() {
                return;
            }
            let Ok(mut there) = TcpStream::connect(&to).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                _ = is_cut.wait_for(|cut| *cut) => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn it_passes_on_until_it_is_cut() {
        let behind = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::open(&behind.local_addr().unwrap().to_string()).await.unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = behind.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        let echo = async |stream: &mut TcpStream| {
            let mut back = [0; 2];
            stream.write_all(b"hi").await.is_ok() && stream.read_exact(&mut back).await.is_ok() && &back == b"hi"
        };
        let mut open = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(echo(&mut open).await);
        proxy.cut();
        assert!(!echo(&mut open).await, "an open connection is broken, too");
        assert!(!echo(&mut TcpStream::connect(proxy.address()).await.unwrap()).await);
        proxy.mend();
        assert!(echo(&mut TcpStream::connect(proxy.address()).await.unwrap()).await);
    }
}
