//! A real clamd, with one signature of our own, on a socket in a temporary directory.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use portal::files::{ScanError, Scanner, Verdict};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::house::skipped;

/// Where Debian's package has it.
const CLAMD: &str = "/usr/sbin/clamd";
/// What the signature is looking for. Invented.
const BAD: &str = "This line is what our own test signature looks for.";
/// How much clamd takes.
const STREAM_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A clamd that runs.
struct Daemon {
    directory: TempDir,
    child: Child,
}

impl Daemon {
    async fn start() -> Option<Self> {
        if !Path::new(CLAMD).exists() {
            skipped("no clamd is installed: apt-get install clamav-daemon");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let shown = |name: &str| path(name).display().to_string();
        fs::create_dir(path("signatures")).unwrap();
        // Name, any kind of file, anywhere in it, these bytes.
        fs::write(path("signatures/test.ndb"), format!("Plimsoll.Test:0:*:{}\n", hex::encode(BAD))).unwrap();
        let config = format!(
            "Foreground yes\nDatabaseDirectory {}\nLocalSocket {}\nTCPSocket {}\nTCPAddr 127.0.0.1\nStreamMaxLength {STREAM_BYTES_MAX}\nTemporaryDirectory {}\n",
            shown("signatures"),
            shown("socket"),
            free_port(),
            directory.path().display(),
        );
        fs::write(path("clamd.conf"), &config).unwrap();
        let mut command = Command::new(CLAMD);
        command
            .arg("--config-file")
            .arg(path("clamd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut daemon = Self { child: command.spawn().unwrap(), directory };
        for _ in 0..300 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(daemon.child.try_wait().unwrap().is_none(), "clamd ended by itself:\n{config}");
            if daemon.directory.path().join("socket").exists() {
                return Some(daemon);
            }
        }
        panic!("clamd opened no socket within 30 seconds");
    }

    /// Both ways to it.
    fn scanners(&self) -> [Scanner; 2] {
        let config = fs::read_to_string(self.directory.path().join("clamd.conf")).unwrap();
        let port = config.lines().find_map(|line| line.strip_prefix("TCPSocket ")).unwrap();
        let socket = self.directory.path().join("socket");
        [format!("clamd:{}", socket.display()), format!("clamd:127.0.0.1:{port}")].map(|text| text.parse().unwrap())
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn scan(scanner: &Scanner, bytes: &[u8]) -> Result<Verdict, ScanError> {
    let pieces: Vec<_> =
        bytes.chunks(100_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    scanner.scan_within(Duration::from_secs(60), stream::iter(pieces)).await
}

#[tokio::test]
async fn a_real_clamd_is_asked_and_believed() {
    let Some(mut daemon) = Daemon::start().await else { return };
    let scanners = daemon.scanners();
    for scanner in &scanners {
        assert_eq!(scan(scanner, b"").await.unwrap(), Verdict::Clean);
        assert_eq!(scan(scanner, b"An honest line.").await.unwrap(), Verdict::Clean);
        let found = Verdict::Found("Plimsoll.Test.UNOFFICIAL".to_owned());
        assert_eq!(scan(scanner, BAD.as_bytes()).await.unwrap(), found);
        // Across the pieces in which it is sent.
        let deep = [vec![b'.'; 1_999_990], BAD.into(), vec![b'.'; 1_000_000]].concat();
        assert_eq!(scan(scanner, &deep).await.unwrap(), found);
        let large = scan(scanner, &vec![b'.'; STREAM_BYTES_MAX + 1_000_000]).await;
        assert!(matches!(large, Err(ScanError::CannotTell(_) | ScanError::Unreachable(_))), "{large:?}");
    }
    daemon.child.kill().await.unwrap();
    for scanner in &scanners {
        let gone = scan(scanner, b"An honest line.").await;
        assert!(matches!(gone, Err(ScanError::Unreachable(_))), "{gone:?}");
    }
}
