//! Uploads while the portal is killed without a word: what was acknowledged is there and goes on, what was handed in is
//! what was sent, and nothing half-written is ever shown.

use std::collections::BTreeSet;
use std::time::Duration;

use portal::settings::Place;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::house::empty_postgres;
use crate::killed::{Instance, World};

/// Bytes of a file, and of what is sent of it at once: each piece takes a while, so that a kill meets it.
const FILE_BYTES: usize = 700_000;
const PIECE_BYTES: usize = 150_000;
/// Files that are on their way at the same time.
const FILES: usize = 3;
const KILLS: usize = 10;

/// A file on its way, as far as its sender knows.
struct Sent {
    bytes: Vec<u8>,
    /// Its address, once that was acknowledged.
    path: Option<String>,
    /// How many bytes were acknowledged.
    offset: usize,
}

impl Sent {
    /// Lines that no other file has.
    fn new(number: usize) -> Self {
        let mut bytes: Vec<u8> = (0..FILE_BYTES / 40)
            .flat_map(|line| format!("{number:09} {line:09} of what was sent.....\n").into_bytes())
            .collect();
        bytes.resize(FILE_BYTES, b'.');
        Self { bytes, path: None, offset: 0 }
    }
}

/// Whoever sends files, to whichever portal lives.
struct Sender {
    world: World,
    request: String,
    /// The hashes of what was handed in and acknowledged.
    handed_in: BTreeSet<String>,
}

impl Sender {
    async fn call(
        &self,
        origin: &str,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Option<Response> {
        let mut request =
            self.world.client.request(method, format!("{origin}/api/v1{path}")).bearer_auth(&self.world.session);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.body(body).send().await.ok()
    }

    /// Goes on with a file until it is handed in, and gives its hash. `None` when nobody answers any more.
    async fn go_on(&self, origin: &str, sent: &mut Sent) -> Option<String> {
        let sha256 = hex::encode(Sha256::digest(&sent.bytes));
        let uploads = format!("{}/uploads", self.request);
        if sent.path.is_none() {
            let announced = json!({"name": "lines.txt", "length": sent.bytes.len()});
            let headers = [("content-type", "application/json".to_owned())];
            let begun = self.call(origin, Method::POST, &uploads, &headers, announced.to_string().into()).await?;
            assert_eq!(begun.status(), 201);
            let id = body(begun).await?["id"].as_str().unwrap().to_owned();
            sent.path = Some(format!("{uploads}/{id}"));
        }
        let path = sent.path.clone()?;
        // It may be further than its sender heard, and never less far.
        let shown = self.call(origin, Method::GET, &path, &[], Vec::new()).await?;
        if shown.status() == 404 {
            // It was handed in before, and nobody heard of it.
            assert!(sent.bytes.len() - sent.offset <= PIECE_BYTES, "an upload is gone");
            return Some(sha256);
        }
        let shown = body(shown).await?;
        let there = usize::try_from(shown["offset"].as_u64().unwrap()).unwrap();
        assert!(there >= sent.offset, "{} bytes were acknowledged, and {there} are there", sent.offset);
        sent.offset = there;
        while sent.offset < sent.bytes.len() {
            let end = (sent.offset + PIECE_BYTES).min(sent.bytes.len());
            let headers = [
                ("upload-offset", sent.offset.to_string()),
                ("content-type", "application/offset+octet-stream".to_owned()),
            ];
            let piece = sent.bytes[sent.offset..end].to_vec();
            let answer = self.call(origin, Method::PATCH, &path, &headers, piece).await?;
            assert_eq!(answer.status(), 204);
            assert_eq!(answer.headers()["upload-offset"], end.to_string());
            sent.offset = end;
        }
        let id = path.rsplit('/').next()?;
        let versions = format!("{}/versions", self.request);
        let headers = [("content-type", "application/json".to_owned())];
        let handed =
            self.call(origin, Method::POST, &versions, &headers, json!({"upload": id}).to_string().into()).await?;
        assert_eq!(handed.status(), 200);
        assert_eq!(body(handed).await?["sha256"], *sha256);
        Some(sha256)
    }

    /// Every version that is shown can be read to its end and has the hash that it claims; every one that was acknowledged
    /// is among them.
    async fn nothing_is_lost(&self, origin: &str) -> usize {
        let shown = body(self.call(origin, Method::GET, &self.request, &[], Vec::new()).await.unwrap()).await.unwrap();
        let versions = shown["versions"].as_array().unwrap();
        for version in versions {
            let (id, claimed) = (version["id"].as_str().unwrap(), version["sha256"].as_str().unwrap());
            let path = format!("{}/versions/{id}/download", self.request);
            let download = self.call(origin, Method::GET, &path, &[], Vec::new()).await.unwrap();
            let bytes = download.bytes().await.unwrap();
            assert_eq!((bytes.len(), hex::encode(Sha256::digest(&bytes))), (FILE_BYTES, claimed.to_owned()), "{id}");
        }
        let there: BTreeSet<String> =
            versions.iter().map(|version| version["sha256"].as_str().unwrap().to_owned()).collect();
        let lost: Vec<_> = self.handed_in.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged, and not there: {lost:?}");
        versions.len()
    }
}

async fn body(answer: Response) -> Option<Value> {
    serde_json::from_slice(&answer.bytes().await.ok()?).ok()
}

/// Kills portals while files are handed in. Gives how many versions there are in the end.
async fn kill_while_files_come_in(place: &Place) -> usize {
    let world = World::found(place).await;
    let mut instance = Instance::start(place).await;
    let requests = world.messages.replace("/messages", "/requests");
    let asked = json!({"kind": "approval", "title": "Checkout design"});
    let request = world.post(&instance.origin, &requests, &asked).await.unwrap();
    let request = format!("{requests}/{}", request["id"].as_str().unwrap());
    let mut sender = Sender { world, request, handed_in: BTreeSet::new() };
    let mut begun = 0..;
    let mut sent: Vec<Sent> = begun.by_ref().take(FILES).map(Sent::new).collect();
    for _ in 0..KILLS {
        let mut random = [0];
        getrandom::fill(&mut random).unwrap();
        let life = Duration::from_millis(200 + u64::from(random[0]) * 4);
        let origin = instance.origin.clone();
        let sending = futures_util::future::join_all(sent.iter_mut().map(|sent| sender.go_on(&origin, sent)));
        // The files go on until the portal is gone, or all of them are there.
        let (done, ()) = tokio::join!(sending, async {
            tokio::time::sleep(life).await;
            instance.kill().await;
        });
        for (sent, done) in sent.iter_mut().zip(done) {
            if let Some(sha256) = done {
                sender.handed_in.insert(sha256);
                *sent = Sent::new(begun.next().unwrap());
            }
        }
        instance = Instance::start(place).await;
        sender.nothing_is_lost(&instance.origin).await;
    }
    // What is left goes on to its end.
    for sent in &mut sent {
        let sha256 = sender.go_on(&instance.origin, sent).await.expect("nobody kills it any more");
        sender.handed_in.insert(sha256);
    }
    sender.nothing_is_lost(&instance.origin).await
}

#[tokio::test]
async fn files_on_sqlite_outlive_kills() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    assert!(kill_while_files_come_in(&place).await >= FILES);
}

#[tokio::test]
async fn files_on_postgres_outlive_kills() {
    let Some(database) = empty_postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: Some(database) };
    assert!(kill_while_files_come_in(&place).await >= FILES);
}
