//! HTTPS as a browser meets it: with a certificate from files, and with one that is got from an authority and renewed —
//! Debian's pebble, with names that a small DNS server leads to this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::house::skipped;

const NAME: &str = "portal.example";
/// How long a certificate of the test authority is valid, in seconds.
const VALID: u64 = 15;

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A portal that serves.
struct Portal {
    _process: Child,
    port: u16,
}

impl Portal {
    fn start(data: &Path, port: u16, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll-portal"));
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(data).args(more);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        Self { _process: process, port }
    }

    /// The certificate that somebody is shown who asks for `NAME` and believes `roots` alone.
    async fn shows(&self, roots: &RootCertStore) -> Result<CertificateDer<'static>, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots.clone()).with_no_client_auth();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.map_err(|error| error.to_string())?;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from(NAME).unwrap();
        let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        Ok(stream.get_ref().1.peer_certificates().unwrap()[0].clone())
    }

    /// The same, as soon as it is accepted and `fits`.
    async fn shows_soon(
        &self,
        roots: &RootCertStore,
        fits: impl Fn(&CertificateDer<'static>) -> bool,
    ) -> CertificateDer<'static> {
        let mut last = String::new();
        for _ in 0..300 {
            match self.shows(roots).await {
                Ok(certificate) if fits(&certificate) => return certificate,
                Ok(_) => "not the one that is waited for".clone_into(&mut last),
                Err(error) => last = error,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no such certificate within 30 seconds: {last}");
    }
}

fn believing(pem: &str) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    roots
}

/// Writes a pair for `NAME` to `directory`.
fn pair(directory: &Path) -> RootCertStore {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    std::fs::write(directory.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(directory.join("chain.pem"), made.cert.pem()).unwrap();
    believing(&made.cert.pem())
}

#[tokio::test]
async fn a_certificate_from_files_is_changed_without_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let first = pair(directory.path());
    let (chain, key) = (path("chain.pem"), path("key.pem"));
    let portal = Portal::start(&directory.path().join("data"), free_port(), &["--tls-cert", &chain, "--tls-key", &key]);
    portal.shows_soon(&first, |_| true).await;
    // Half of a new pair, and one that is none: the old one is shown on.
    std::fs::write(&key, "nothing").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    portal.shows(&first).await.unwrap();
    let second = pair(directory.path());
    portal.shows_soon(&second, |_| true).await;
    assert!(portal.shows(&first).await.is_err(), "the old one is shown no more");
}

/// An authority with a DNS server of its own.
struct Authority {
    directory: TempDir,
    _processes: [Child; 2],
    port: u16,
    manager: u16,
}

impl Authority {
    /// Calls back on `tls_port` of every name, which all lead to this machine.
    async fn start(tls_port: u16) -> Option<Self> {
        if !["/usr/bin/pebble", "/usr/bin/pebble-challtestsrv"].iter().all(|program| Path::new(program).exists()) {
            skipped("no test authority is installed: apt-get install pebble");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(directory.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        std::fs::write(directory.path().join("trust.pem"), made.cert.pem()).unwrap();
        let (port, manager, dns) = (free_port(), free_port(), free_port());
        let at = |name: &str| directory.path().join(name);
        let config = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"), "managementListenAddress": format!("127.0.0.1:{manager}"),
            "certificate": at("trust.pem"), "privateKey": at("key.pem"), "httpPort": 1, "tlsPort": tls_port,
            "certificateValidityPeriod": VALID,
        }});
        std::fs::write(at("pebble.json"), config.to_string()).unwrap();
        let dns = format!("127.0.0.1:{dns}");
        let names =
            ["-dns01", &dns, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "", "-management"];
        let manage = format!("127.0.0.1:{}", free_port());
        let mut names_server = Command::new("pebble-challtestsrv");
        names_server.args(names).arg(manage);
        let mut authority = Command::new("pebble");
        authority.arg("-config").arg(at("pebble.json")).args(["-dnsserver", &dns]).env("PEBBLE_VA_NOSLEEP", "1");
        let start = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
        };
        let processes = [start(&mut names_server), start(&mut authority)];
        Some(Self { directory, _processes: processes, port, manager })
    }

    fn trust(&self) -> PathBuf {
        self.directory.path().join("trust.pem")
    }

    /// Who vouches for its certificates.
    async fn root(&self) -> RootCertStore {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let trust = reqwest::Certificate::from_pem(&std::fs::read(self.trust()).unwrap()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([trust]).build().unwrap();
        for _ in 0..100 {
            if let Ok(answer) = client.get(format!("https://localhost:{}/roots/0", self.manager)).send().await {
                return believing(&answer.text().await.unwrap());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the authority did not start within 10 seconds");
    }
}

#[tokio::test]
async fn a_certificate_is_got_kept_and_renewed() {
    let port = free_port();
    let Some(authority) = Authority::start(port).await else { return };
    let root = authority.root().await;
    let home = tempfile::tempdir().unwrap();
    let (plain, trust) = (format!("127.0.0.1:{}", free_port()), authority.trust().display().to_string());
    let directory = format!("https://localhost:{}/dir", authority.port);
    let asked = ["--domain", NAME, "--acme-directory", &directory, "--acme-trust", &trust];
    let asked = [&asked[..], &["--acme-contact", "ops@portal.example", "--redirect-from", &plain]].concat();

    let portal = Portal::start(home.path(), port, &asked);
    let first = portal.shows_soon(&root, |_| true).await;

    // Whoever comes without HTTPS is sent to the name, whatever host he names.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sent = client.get(format!("http://{plain}/projects?a=b")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(sent.status(), 308);
    assert_eq!(sent.headers()["location"], format!("https://{NAME}:{port}/projects?a=b"));

    // One that is kept is shown after a restart, and no other is asked for.
    drop(portal);
    let portal = Portal::start(home.path(), port, &asked);
    let again = portal.shows_soon(&root, |_| true).await;
    assert!(again == first, "the one that was kept is shown");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let kept = walk(&home.path().join("tls"));
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(kept.iter().all(|file| std::fs::metadata(file).unwrap().mode() & 0o077 == 0), "keys are their owner's");
    }

    // After two thirds of its time there is a new one; nobody was kept waiting.
    portal.shows_soon(&root, |certificate| *certificate != first).await;
}

/// Every file below.
fn walk(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
