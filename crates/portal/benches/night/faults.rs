//! What goes wrong: the portal in a process of its own, and what is done to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use door::store::{Settings, Store};
use portal::settings::Place;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::load::Load;

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");
/// For how long something is held.
const HELD: Duration = Duration::from_secs(5);

/// Something that goes wrong, and what it is called.
pub(crate) struct Fault {
    pub(crate) what: What,
    pub(crate) words: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum What {
    Held,
    Stopped,
    Unfinished,
    Guessed,
    BackedUp,
    Restarted,
    Killed,
}

/// By turns.
pub(crate) const FAULTS: &[Fault] = &[
    Fault { what: What::Held, words: "another process holds the database for 5 seconds" },
    Fault { what: What::Unfinished, words: "400 connections that never finish a request" },
    Fault { what: What::Stopped, words: "the process stands still for 5 seconds" },
    Fault { what: What::Guessed, words: "500 guesses at a password at once" },
    Fault { what: What::BackedUp, words: "a backup of everything" },
];
pub(crate) const RESTARTED: &Fault = &Fault { what: What::Restarted, words: "asked to stop, and started again" };
pub(crate) const KILLED: &Fault = &Fault { what: What::Killed, words: "killed, and started again" };

/// The portal.
pub(crate) struct Portal {
    place: Place,
    backups: PathBuf,
    address: SocketAddr,
    child: Child,
    number: Arc<AtomicI32>,
}

impl Portal {
    pub(crate) async fn start(place: &Place, backups: PathBuf) -> Self {
        // A client wants one even where nothing is encrypted. A second call is no harm.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let number = Arc::new(AtomicI32::new(0));
        let child = up(place, free, &number).await;
        Self { place: place.clone(), backups, address: free, child, number }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of the process, whichever it is at the moment.
    pub(crate) fn process(&self) -> Arc<AtomicI32> {
        Arc::clone(&self.number)
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.number.load(Ordering::Relaxed)).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub(crate) async fn suffer(&mut self, what: What, load: &Arc<Load>) {
        match what {
            What::Held => {
                let file = self.place.data.join("portal.db");
                let store = Store::open(&Settings::Sqlite(file)).await.unwrap();
                let mut tx = store.write(true).await.unwrap();
                // Whoever writes holds it; nothing of this is kept.
                tx.run("UPDATE installation SET made_at = made_at", vec![]).await.unwrap();
                tokio::time::sleep(HELD).await;
                drop(tx);
                store.close().await;
            }
            What::Stopped => {
                self.signal(Signal::STOP);
                tokio::time::sleep(HELD).await;
                self.signal(Signal::CONT);
            }
            What::Unfinished => {
                let mut held = Vec::new();
                for _ in 0..400 {
                    let mut stream = TcpStream::connect(self.address).await.unwrap();
                    stream.write_all(b"POST /api/v1/session HTTP/1.1\r\nHost: local").await.unwrap();
                    held.push(stream);
                }
                tokio::time::sleep(HELD).await;
            }
            What::Guessed => {
                let mut guesses = tokio::task::JoinSet::new();
                for _ in 0..500 {
                    let load = Arc::clone(load);
                    guesses.spawn(async move { load.guess().await });
                }
                guesses.join_all().await;
            }
            What::BackedUp => {
                let mut command = Command::new(BINARY);
                command.args(["backup", "--data"]).arg(&self.place.data).arg("--to").arg(&self.backups);
                let done = command.env("RUST_LOG", "off").stdout(Stdio::null()).status().await.unwrap();
                assert!(done.success(), "the backup failed");
            }
            What::Restarted => {
                self.signal(Signal::TERM);
                self.child.wait().await.unwrap();
                self.child = up(&self.place, self.address, &self.number).await;
            }
            What::Killed => {
                self.child.kill().await.unwrap();
                self.child = up(&self.place, self.address, &self.number).await;
            }
        }
    }

    pub(crate) async fn end(mut self) {
        self.signal(Signal::TERM);
        self.child.wait().await.unwrap();
    }
}

async fn up(place: &Place, address: SocketAddr, number: &AtomicI32) -> Child {
    let mut command = Command::new(BINARY);
    command.args(["serve", "--behind-proxy", "127.0.0.1", "--listen", &address.to_string(), "--data"]).arg(&place.data);
    command.env_remove("DATABASE_URL").env("RUST_LOG", "off").stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    while !said.next_line().await.unwrap().expect("the portal says where it is").contains(" at ") {}
    // Whoever prints into a closed pipe ends.
    tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
    number.store(i32::try_from(child.id().unwrap()).unwrap(), Ordering::Relaxed);
    child
}
