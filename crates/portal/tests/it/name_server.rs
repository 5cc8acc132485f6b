//! A name server of the distribution (dnsmasq), which knows what a test tells it and asks nobody.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portal::dns::Dns;

use crate::house::skipped;

/// The server. It ends with the test.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

impl NameServer {
    /// One that knows nothing yet; `None` where there is no dnsmasq, which is said.
    pub(crate) async fn up() -> Option<Self> {
        if Command::new("dnsmasq").arg("--version").stdout(Stdio::null()).status().is_err() {
            skipped("there is no dnsmasq: apt-get install dnsmasq-base");
            return None;
        }
        let mut server = Self { address: free(), child: None };
        server.knows(&[]).await;
        Some(server)
    }

    /// From now on it knows these lines of its configuration, and nothing else.
    pub(crate) async fn knows(&mut self, lines: &[String]) {
        self.down();
        let mut command = Command::new("dnsmasq");
        command
            .args([
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--no-poll",
                "--pid-file=",
            ])
            .args(["--user=", "--group=", "--bind-interfaces", "--listen-address=127.0.0.1", "--local=/example/"])
            .args(["--log-facility=-", "--edns-packet-max=512"])
            .arg(format!("--port={}", self.address.port()))
            .args(lines)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("dnsmasq does not listen on {}", self.address);
    }

    /// Nobody answers any more.
    pub(crate) fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The way to it.
    pub(crate) fn dns(&self) -> Dns {
        Dns::new(vec![self.address])
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.down();
    }
}

/// A port that nobody has, neither of UDP nor of TCP.
fn free() -> SocketAddr {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = udp.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// A line that lets a text without commas stand at a name. Its parts of 200 bytes are the strings of one record.
pub(crate) fn text(name: &str, text: &str) -> String {
    let parts: Vec<_> = text.as_bytes().chunks(200).map(String::from_utf8_lossy).collect();
    format!("--txt-record={name},{}", parts.join(","))
}
