//! The record and those outside: a witness over HTTP, letters over SMTP, a bucket over S3, a directory; and the commands
//! that verify, hand over and attack.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use door::record::anchor::Backlog;
use door::{Clock, SystemClock};
use portal::data::Data;
use portal::record::{self, Attack, Ledger, LedgerDo, Verify, witness};
use portal::settings::Place;
use portal::{Parts, wires};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A portal's directory with one organisation in it.
struct Home {
    directory: tempfile::TempDir,
}

impl Home {
    async fn new(anchors: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let home = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(home.directory.path().join("anchors.toml"), anchors).unwrap();
        home.organisation("Halden").await;
        home
    }

    fn place(&self) -> Place {
        Place { data: self.directory.path().to_owned(), database: None }
    }

    async fn door(&self) -> Arc<door::Door> {
        let data = Data::open(&self.place()).unwrap();
        Parts::real().door(&data, &self.place(), "http://localhost", false).await.unwrap()
    }

    async fn organisation(&self, name: &str) {
        let door = self.door().await;
        let input = json!({"name": name, "owner": "Maya", "mail": format!("{name}@example.com").to_lowercase(),
                           "password": "correct horse battery"});
        wires::console::pass(&door, "organisation.create", &input.to_string()).await.unwrap();
        door.seal().await.unwrap();
        door.checkpoint().await.unwrap();
        door.close().await;
    }

    /// Takes the newest checkpoint outside, and says how far each anchor is.
    async fn anchor(&self) -> (Result<u64, String>, Vec<Backlog>) {
        let door = self.door().await;
        let done = door.anchor().await.map_err(|error| error.to_string());
        let backlog = door.backlog().await.unwrap();
        door.close().await;
        (done, backlog)
    }

    fn verify(&self) -> Verify {
        Verify {
            place: self.place(),
            backup: None,
            bundle: None,
            policy: None,
            known: Vec::new(),
            evidence: self.directory.path().join("evidence.txt"),
        }
    }

    /// What a verification says, and its exit code.
    async fn verified(&self, asked: &Verify) -> (String, ExitCode) {
        let mut said = String::new();
        let code = record::verify(asked, &Parts::real(), &mut |line| said.push_str(line)).await.unwrap();
        (said, code)
    }

    async fn ledger(&self, what: LedgerDo) -> String {
        let mut said = String::new();
        let asked = Ledger { place: self.place(), what };
        record::ledger(&asked, &Parts::real(), &mut |line| said.push_str(line)).await.unwrap();
        said
    }

    fn chain(&self, said: &str) -> ledger::Chain {
        said.parse().unwrap()
    }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_extends_and_stops_a_rollback() {
    let home = Home::new("").await;
    let policy = home.ledger(LedgerDo::Policy).await;
    let log = policy.split_whitespace().nth(1).unwrap().to_owned();
    let directory = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (key, app) = witness::server(directory.path(), "witness.example", &[log], clock).await.unwrap();
    let address = serve(app).await;
    let settings =
        format!("[[witness]]\nname = \"acme\"\nurl = \"http://{address}\"\nkey = \"{key}\"\nevery_seconds = 0\n");
    std::fs::write(home.directory.path().join("anchors.toml"), settings).unwrap();
    let (done, backlog) = home.anchor().await;
    assert_eq!(done, Ok(1));
    assert_eq!(backlog[0].anchored, backlog[0].signed);
    // A copy of the whole directory, keys and all, is what somebody has who wants to rewrite history.
    let older = tempfile::tempdir().unwrap();
    copy(home.directory.path(), older.path());
    home.organisation("Rook").await;
    assert_eq!(home.anchor().await.0, Ok(1), "it extends what the witness saw");
    // With a policy that asks for the witness, the record is verified by its word alone.
    let with_witness = home.directory.path().join("policy");
    let text = policy.replace("quorum none", &format!("witness acme {key}\nquorum acme"));
    std::fs::write(&with_witness, text).unwrap();
    let (said, code) = home.verified(&Verify { policy: Some(with_witness.clone()), ..home.verify() }).await;
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    // The older copy asks the witness at its start, and signs nothing.
    let back = Home { directory: older };
    let door = back.door().await;
    let refused = door.seal().await.unwrap_err().to_string();
    assert!(refused.contains("witness acme"), "{refused}");
    door.close().await;
    // The slice carries the witness's word to the client.
    let bundle = home.directory.path().join("slice.zip");
    let chain = home.chain(&format!("installation/{}", installation(&home).await));
    home.ledger(LedgerDo::Bundle { chain, to: bundle.clone() }).await;
    let asked = Verify { bundle: Some(bundle), policy: Some(with_witness), ..home.verify() };
    let (said, code) = home.verified(&asked).await;
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    assert!(said.contains("seen by: acme"), "{said}");
}

async fn installation(home: &Home) -> uuid::Uuid {
    let door = home.door().await;
    let id = door.installation();
    door.close().await;
    id
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&there).unwrap();
            copy(&path, &there);
        } else {
            std::fs::copy(&path, there).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_holds_checkpoints_and_is_never_overwritten() {
    let anchors = tempfile::tempdir().unwrap();
    let settings = format!("[[file]]\ndirectory = {:?}\nevery_seconds = 0\n", anchors.path());
    let home = Home::new(&settings).await;
    assert_eq!(home.anchor().await.0, Ok(1));
    let log = std::fs::read_dir(anchors.path()).unwrap().next().unwrap().unwrap().path();
    let mut files: Vec<_> = std::fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 2, "a checkpoint, and the list of whom was erased: {files:?}");
    // The next one's name is taken by something else: the portal stops signing and says why.
    home.organisation("Rook").await;
    let door = home.door().await;
    let size: u64 = door.backlog().await.unwrap()[0].signed;
    door.close().await;
    std::fs::write(log.join(format!("{:020}-{size}.checkpoint", u64::MAX - size)), "another").unwrap();
    let contradicted = home.anchor().await.0.unwrap_err();
    assert!(contradicted.contains("another checkpoint of this size"), "{contradicted}");
}

/// As much of SMTP (RFC 5321) as a receiver needs: greets, takes one letter, and keeps its text.
pub(crate) async fn letter_box() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, letters) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&letters);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (read, mut write) = stream.split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 box.example\r\n").await.unwrap();
            let (mut letter, mut in_data) = (String::new(), false);
            while let Ok(Some(line)) = lines.next_line().await {
                let answer: &[u8] = match (in_data, line.split(' ').next().unwrap_or_default()) {
                    (true, ".") => {
                        in_data = false;
                        kept.lock().unwrap().push(std::mem::take(&mut letter));
                        b"250 kept\r\n"
                    }
                    (true, _) => {
                        letter.push_str(&line);
                        letter.push('\n');
                        continue;
                    }
                    (_, "DATA") => {
                        in_data = true;
                        b"354 go on\r\n"
                    }
                    (_, "QUIT") => b"221 bye\r\n",
                    _ => b"250 ok\r\n",
                };
                write.write_all(answer).await.unwrap();
            }
        }
    });
    (address, letters)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_carries_the_checkpoint_and_one_that_is_late_is_sent_later() {
    let (address, letters) = letter_box().await;
    let settings = |port: u16| {
        format!(
            "[[mail]]\nserver = \"smtp://127.0.0.1:{port}\"\nfrom = \"portal@example.com\"\nto = \"box@example.com\"\n"
        )
    };
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let home = Home::new(&settings(closed)).await;
    let (done, backlog) = home.anchor().await;
    assert_eq!((done, backlog[0].anchored), (Ok(0), 0), "the portal goes on, and says how far the anchor is");
    std::fs::write(home.directory.path().join("anchors.toml"), settings(address.port())).unwrap();
    assert_eq!(home.anchor().await.0, Ok(1));
    home.organisation("Rook").await;
    assert_eq!(home.anchor().await.0, Ok(0), "one letter a day is enough");
    let letters = letters.lock().unwrap();
    assert_eq!(letters.len(), 1);
    let checkpoint = std::fs::read_to_string(home.directory.path().join("record.checkpoint")).unwrap();
    let origin = checkpoint.lines().next().unwrap();
    assert!(letters[0].contains("Subject: Checkpoint") && letters[0].contains(origin), "{}", letters[0]);
}

type Objects = Arc<Mutex<BTreeMap<String, String>>>;

/// As much of S3 as a bucket needs: conditional writes, reads, and a list that is sorted by name.
async fn bucket(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let authorization = headers.get("authorization").map_or("", |value| value.to_str().unwrap());
    if !authorization.starts_with("AWS4-HMAC-SHA256 Credential=key/") || !headers.contains_key("x-amz-content-sha256") {
        return (StatusCode::FORBIDDEN, "AccessDenied".to_owned());
    }
    let name = uri.path().trim_start_matches("/bucket/").to_owned();
    let mut objects = objects.lock().unwrap();
    match method {
        Method::PUT if headers.contains_key("if-none-match") && objects.contains_key(&name) => {
            (StatusCode::PRECONDITION_FAILED, "PreconditionFailed".to_owned())
        }
        Method::PUT => {
            objects.insert(name, String::from_utf8(body.to_vec()).unwrap());
            (StatusCode::OK, String::new())
        }
        Method::GET if query.contains_key("list-type") => {
            let first = objects.keys().find(|name| name.starts_with(&query["prefix"]));
            let key = first.map_or(String::new(), |name| format!("<Contents><Key>{name}</Key></Contents>"));
            (StatusCode::OK, format!("<?xml version=\"1.0\"?><ListBucketResult>{key}</ListBucketResult>"))
        }
        _ => match objects.get(&name) {
            Some(text) => (StatusCode::OK, text.clone()),
            None => (StatusCode::NOT_FOUND, "NoSuchKey".to_owned()),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_written_once_and_remembers() {
    let objects = Objects::default();
    let address = serve(Router::new().fallback(bucket).with_state(Arc::clone(&objects))).await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "secret\n").unwrap();
    let settings = format!(
        "[[s3]]\nendpoint = \"http://{address}\"\nregion = \"here\"\nbucket = \"bucket\"\naccess_key_id = \"key\"\n\
         secret_access_key_file = {:?}\nevery_seconds = 0\n",
        secret.path()
    );
    let home = Home::new(&settings).await;
    assert_eq!(home.anchor().await.0, Ok(1));
    let older = tempfile::tempdir().unwrap();
    copy(home.directory.path(), older.path());
    home.organisation("Rook").await;
    assert_eq!(home.anchor().await.0, Ok(1));
    assert_eq!(objects.lock().unwrap().len(), 2);
    // The older copy finds the newer checkpoint in the bucket.
    let back = Home { directory: older };
    let door = back.door().await;
    let refused = door.seal().await.unwrap_err().to_string();
    assert!(refused.contains("s3 bucket"), "{refused}");
    door.close().await;
    // Somebody else's object stands where ours should.
    home.organisation("Mirabel").await;
    let door = home.door().await;
    let size = door.backlog().await.unwrap()[0].signed;
    let origin = Data::open(&home.place()).unwrap().sealer().unwrap().origin.replace('/', "-");
    door.close().await;
    let name = format!("{origin}/{:020}-{size}.checkpoint", u64::MAX - size);
    objects.lock().unwrap().insert(name, "another".to_owned());
    assert!(home.anchor().await.0.unwrap_err().contains("another checkpoint of this size"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_epochs_change_and_everything_still_verifies() {
    let home = Home::new("").await;
    let (said, code) = home.verified(&home.verify()).await;
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    assert!(said.lines().nth(1).unwrap().starts_with("not checked: "), "{said}");
    let older = tempfile::tempdir().unwrap();
    copy(home.directory.path(), older.path());
    assert!(home.ledger(LedgerDo::RotateKey).await.contains("handed over"));
    home.organisation("Rook").await;
    let (said, code) = home.verified(&home.verify()).await;
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    // Yesterday's database and its key are put back, and the newer checkpoint is still there. It does not sign until
    // somebody decides; until then it goes on recording.
    for file in ["portal.db", "keys/record.key"] {
        std::fs::copy(older.path().join(file), home.directory.path().join(file)).unwrap();
    }
    for journal in ["portal.db-wal", "portal.db-shm"] {
        let _ = std::fs::remove_file(home.directory.path().join(journal));
    }
    let door = home.door().await;
    assert!(door.seal().await.is_err());
    door.close().await;
    let (said, code) = home.verified(&Verify { backup: Some(older.path().join("portal.db")), ..home.verify() }).await;
    assert_ne!(code, ExitCode::SUCCESS, "the backup ends before what was signed: {said}");
    let decided = LedgerDo::NewEpoch { reason: "the disk broke".to_owned(), decided_by: "Maya".to_owned() };
    assert!(home.ledger(decided).await.contains("a new epoch began"));
    let (said, code) = home.verified(&home.verify()).await;
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    assert!(said.contains("epoch: a new one began"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_on_a_copy_is_caught_and_the_original_is_untouched() {
    let home = Home::new("").await;
    let before = std::fs::read(home.directory.path().join("portal.db")).unwrap();
    for number in [1, 6, 7, 13, 18, 20, 24, 27, 37] {
        let mut said = Vec::new();
        let asked = Attack { place: home.place(), copy: true, all: false, number: Some(number) };
        let code = record::attack(&asked, &Parts::real(), &mut |line| said.push(line.to_owned())).await.unwrap();
        assert_eq!(code, ExitCode::SUCCESS, "{said:#?}");
        assert!(said[0].starts_with("untouched copy: VERIFIED") && said[1].contains("caught"), "{said:#?}");
    }
    assert_eq!(std::fs::read(home.directory.path().join("portal.db")).unwrap(), before);
}
