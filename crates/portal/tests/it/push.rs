//! The record pushed: signed, in order, and all of it, whatever the receiver does meanwhile.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{Credential, Ids, Request};
use hmac::{KeyInit as _, Mac as _};
use portal::Parts;
use portal::trail::push::{Settings, parse_syslog};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::browser::Browser;
use crate::house::{House, People, move_in, on_both};

/// Somebody who receives a webhook's events, when it is up and willing.
struct Receiver {
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: Arc<AtomicU16>,
    address: SocketAddr,
    listening: JoinHandle<()>,
}

impl Receiver {
    async fn up() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(AtomicU16::new(204));
        let (address, listening) = listen("127.0.0.1:0".parse().unwrap(), &received, &answers).await;
        Self { received, answers, address, listening }
    }

    async fn down(&mut self) {
        self.listening.abort();
        let _ = (&mut self.listening).await;
    }

    async fn up_again(&mut self) {
        self.listening = listen(self.address, &self.received, &self.answers).await.1;
    }

    fn answers(&self, status: u16) {
        self.answers.store(status, Ordering::SeqCst);
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What has arrived: headers and document.
    fn arrived(&self) -> Vec<(HeaderMap, Value)> {
        let received = self.received.lock().unwrap();
        received.iter().map(|(headers, body)| (headers.clone(), serde_json::from_slice(body).unwrap())).collect()
    }
}

async fn listen(
    address: SocketAddr,
    received: &Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: &Arc<AtomicU16>,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (received, answers) = (Arc::clone(received), Arc::clone(answers));
    let take = async move |headers: HeaderMap, body: Bytes| {
        let status = StatusCode::from_u16(answers.load(Ordering::SeqCst)).unwrap();
        if status.is_success() {
            received.lock().unwrap().push((headers, body));
        }
        // A connection that is kept would outlive the listener.
        (status, [("connection", "close")])
    };
    let app = Router::new().fallback(take);
    (address, tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }))
}

/// Lets the schedule run once: what is recorded gets its seal and is sent.
async fn push(house: &House) -> i64 {
    house.door.seal().await.unwrap();
    let request = Request { credential: Credential::Job("trail.push"), ..Request::default() };
    house.door.pass("trail.push", request).await.unwrap().output["received"].as_i64().unwrap()
}

fn private() -> Parts {
    Parts { push: Settings { private_webhooks: true, syslog: None }, ..Parts::real() }
}

/// A house that sends its record to somebody, and that one's secret.
async fn watched(house: House) -> (House, People, Receiver, String) {
    let mut people = move_in(&house).await;
    let house = house.under(private()).await;
    house.door.seal().await.unwrap();
    let receiver = Receiver::up().await;
    let made = house.ask(people.token("owner"), "POST", "/webhooks", json!({"url": receiver.url()})).await;
    assert_eq!(made.status, 200, "{made:?}");
    people.webhook = made.text("id").parse().unwrap();
    let secret = made.text("secret");
    (house, people, receiver, secret)
}

async fn say(house: &House, people: &People, times: usize) {
    let path = format!("/projects/{}/messages", people.project);
    for _ in 0..times {
        let said = house.ask(people.token("owner"), "POST", &path, json!({"text": "Hello"})).await;
        assert_eq!(said.status, 200, "{said:?}");
    }
}

async fn state(house: &House, people: &People) -> Value {
    let path = format!("/webhooks/{}/state", people.webhook);
    let shown = house.ask(people.token("owner"), "GET", &path, Value::Null).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    shown.body
}

async fn test(house: &House, token: &str, webhook: Uuid) -> Value {
    let request = Request {
        credential: Credential::Bearer(token.to_owned().into()),
        ids: Ids(vec![("webhook", webhook)]),
        ..Request::default()
    };
    house.door.pass("webhook.test", request).await.unwrap().output
}

fn sound(secret: &str, headers: &HeaderMap, body: &Bytes) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    mac.update(body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    text("webhook-signature").split(' ').any(|signature| signature == expected)
}

async fn nothing_is_lost_while_the_receiver_is_down(house: House) {
    let (house, people, mut receiver, _) = watched(house).await;
    say(&house, &people, 3).await;
    assert_eq!(push(&house).await, 4, "that it was made, and three messages");
    assert_eq!(push(&house).await, 0, "nothing is sent for being sent");

    receiver.answers(500);
    say(&house, &people, 2).await;
    assert_eq!(push(&house).await, 0);
    let troubled = state(&house, &people).await;
    assert_eq!((&troubled["problem"], &troubled["tries"]), (&json!("it answered 500"), &json!(1)));
    receiver.answers(204);
    assert_eq!(push(&house).await, 0, "it waits before it tries again");

    // It goes away altogether, and so does the portal, which knows afterwards how far it was.
    receiver.down().await;
    let house = house.under(private()).await;
    house.clock.set(house.door.now().plus_seconds(6));
    say(&house, &people, 2).await;
    // Another organisation's doings are none of its business.
    let theirs = house.ask(people.token("elsewhere"), "POST", "/clients", json!({"name": "Oats"})).await;
    assert_eq!(theirs.status, 200, "{theirs:?}");
    assert_eq!(push(&house).await, 0);
    assert_eq!(state(&house, &people).await["problem"], "nobody answers there");
    assert_eq!(state(&house, &people).await["tries"], 2);

    receiver.up_again().await;
    house.clock.set(house.door.now().plus_seconds(11));
    assert_eq!(push(&house).await, 4);
    let calm = state(&house, &people).await;
    assert_eq!((&calm["problem"], &calm["waiting"], &calm["received"]), (&Value::Null, &json!(false), &json!(8)));

    let places: Vec<i64> =
        receiver.arrived().iter().map(|(_, document)| document["data"]["seal"]["index"].as_i64().unwrap()).collect();
    let mut in_order = places.clone();
    in_order.sort_unstable();
    in_order.dedup();
    assert_eq!(places, in_order, "in the order of the log");
    let mut listed: Vec<Value> = Vec::new();
    let trail = house.ask(people.token("owner"), "GET", "/trail?limit=200", Value::Null).await;
    listed.extend(trail.body["events"].as_array().unwrap().iter().rev().map(|event| event["seal"]["index"].clone()));
    let since: Vec<i64> = listed.iter().filter_map(Value::as_i64).filter(|place| places[0] <= *place).collect();
    assert_eq!(places, since, "all of it, and nothing that is another's");
}

async fn events_are_signed_and_name_what_happened(house: House) {
    let (house, people, receiver, secret) = watched(house).await;
    let path = format!("/webhooks/{}", people.webhook);
    push(&house).await;
    let rotated = house.ask(people.token("owner"), "POST", &format!("{path}/rotate"), Value::Null).await.text("secret");
    assert_ne!(secret, rotated);
    push(&house).await;
    house.clock.set(house.door.now().plus_seconds(25 * 3600));
    let owner = house.sign_in("owner").await;
    assert_eq!(test(&house, &owner, people.webhook).await, json!({"received": true, "problem": null}));

    let raw = receiver.received.lock().unwrap().clone();
    let checks: Vec<(bool, bool)> =
        raw.iter().map(|(headers, body)| (sound(&secret, headers, body), sound(&rotated, headers, body))).collect();
    assert_eq!(checks, [(true, false), (true, true), (false, true)], "both for a day, then the new one alone");

    let (headers, document) = &receiver.arrived()[0];
    assert_eq!(headers["content-type"], "application/cloudevents+json; charset=utf-8");
    assert_eq!(headers["webhook-id"].to_str().unwrap(), document["id"]);
    assert_eq!((&document["specversion"], &document["type"]), (&json!("1.0"), &json!("portal.webhook.create.done")));
    assert_eq!(document["data"]["actor_name"], "owner");

    receiver.answers(404);
    let refused = json!({"received": false, "problem": "it answered 404"});
    assert_eq!(test(&house, &owner, people.webhook).await, refused);
    assert_eq!(house.ask(&owner, "DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(push(&house).await, 0);
    let list = house.ask(&owner, "GET", "/webhooks", Value::Null).await;
    assert_eq!(list.body, json!({"webhooks": []}));
}

async fn a_private_address_is_refused(house: House) {
    let people = move_in(&house).await;
    for wrong in ["http://127.0.0.1:9/", "https://10.0.0.1/", "https://[::1]/", "https://a:b@siem.example/", "soon"] {
        let refused = house.ask(people.token("owner"), "POST", "/webhooks", json!({"url": wrong})).await;
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
        assert!(refused.body["errors"]["url"].is_string());
    }
    // A name that leads home is found out when the connection is made.
    let made = house.ask(people.token("owner"), "POST", "/webhooks", json!({"url": "https://localhost/"})).await;
    let path = format!("/webhooks/{}", made.text("id"));
    let tested = test(&house, people.token("owner"), made.text("id").parse().unwrap()).await;
    assert_eq!(tested["problem"], "its name leads to no public address");

    let mut browser = Browser::of(&house, "owner").await;
    let page = browser.get("/webhooks").await;
    for form in ["/webhooks/create".to_owned(), format!("{path}/set")] {
        let refused = browser.send(&page, &form, &[("url", "https://192.168.0.1/")]).await;
        assert_eq!((refused.status, refused.marked().len()), (422, 1), "{:?}", refused.marked());
    }
    let tested = browser.send(&page, &format!("{path}/test"), &[]).await;
    assert!(tested.says("The test was not received: its name leads to no public address."), "{}", tested.body);
    let rotated = browser.send(&page, &format!("{path}/rotate"), &[]).await;
    assert!(rotated.says("whsec_") && rotated.header("cache-control").contains("no-store"));
    assert!(!browser.get("/webhooks").await.says("whsec_"), "shown once");
    let moved = browser.send(&page, &format!("{path}/set"), &[("url", "https://siem.example/hook")]).await;
    assert!(browser.follow(moved).await.says("https://siem.example/hook"));
    let removed = browser.send(&page, &format!("{path}/remove"), &[]).await;
    assert!(browser.follow(removed).await.says("Your record is sent nowhere yet."));
}

/// Reads messages by their counted octets (RFC 6587, section 3.4.1).
fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&bytes[..space]).unwrap().parse().unwrap();
        let (frame, rest) = bytes[space + 1..].split_at(length);
        frames.push(String::from_utf8(frame.to_vec()).unwrap());
        bytes = rest;
    }
    frames
}

async fn a_syslog_server_gets_everything(house: House) {
    let people = move_in(&house).await;
    house.door.seal().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    let syslog = Some(parse_syslog(&url, None, "portal.example".to_owned()).unwrap());
    let parts = || Parts { push: Settings { private_webhooks: false, syslog: syslog.clone() }, ..Parts::real() };
    let house = house.under(parts()).await;
    assert_eq!(push(&house).await, 0, "it begins where the log ends now");
    say(&house, &people, 2).await;
    let member = format!("/projects/{}/members/{}", people.project, people.ids["reads"]);
    assert_eq!(house.ask(people.token("works"), "DELETE", &member, Value::Null).await.status, 403);

    // It dies with the batch half read.
    let dies = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut some = [0; 10];
        stream.read_exact(&mut some).await.unwrap();
        // What has arrived and was not read makes its end an abrupt one.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let (received, ()) = tokio::join!(push(&house), dies);
    assert_eq!(received, 0);

    // A restart later it is there again.
    let house = house.under(parts()).await;
    house.clock.set(house.door.now().plus_seconds(6));
    say(&house, &people, 1).await;
    let reads = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        stream.shutdown().await.unwrap();
        frames(&all)
    };
    let (received, messages) = tokio::join!(push(&house), reads);
    assert_eq!((received, messages.len()), (4, 4), "{messages:#?}");
    let refused = messages.iter().find(|message| message.contains("project.member.remove")).unwrap();
    assert!(refused.starts_with("<108>1 2026-06-24T"), "log audit, warning: {refused}");
    assert!(refused.contains("Z portal.example plimsoll-portal - project.member.remove - {"), "{refused}");
    let documents: Vec<Value> =
        messages.iter().map(|message| serde_json::from_str(&message[message.find('{').unwrap()..]).unwrap()).collect();
    let places: Vec<i64> = documents.iter().map(|document| document["seal"]["index"].as_i64().unwrap()).collect();
    assert!(places.is_sorted_by(|one, other| one < other), "{places:?}");
}

/// A certificate for a server at this address, and the file by which it is trusted.
fn certificate(directory: &std::path::Path) -> (tokio_rustls::TlsAcceptor, std::path::PathBuf) {
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let trust = directory.join("trusted.pem");
    std::fs::write(&trust, made.cert.pem()).unwrap();
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), trust)
}

async fn a_syslog_server_over_tls_gets_everything_and_a_false_one_nothing(house: House) {
    let people = move_in(&house).await;
    house.door.seal().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (real, trust) = certificate(directory.path());
    let (false_one, _) = certificate(tempfile::tempdir().unwrap().path());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tls://{}", listener.local_addr().unwrap());
    let syslog = Some(parse_syslog(&url, Some(trust), "portal.example".to_owned()).unwrap());
    let house = house.under(Parts { push: Settings { private_webhooks: false, syslog }, ..Parts::real() }).await;
    assert_eq!(push(&house).await, 0, "it begins where the log ends now");
    say(&house, &people, 2).await;
    let take = async |acceptor: &tokio_rustls::TlsAcceptor| {
        let (stream, _) = listener.accept().await.unwrap();
        let mut all = Vec::new();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let _ = stream.read_to_end(&mut all).await;
            let _ = stream.shutdown().await;
        }
        all
    };
    let (received, heard) = tokio::join!(push(&house), take(&false_one));
    assert_eq!((received, heard.len()), (0, 0), "whoever has another certificate hears nothing");
    let problem = "SELECT problem FROM push WHERE receiver = 'syslog'";
    let row = house.door.store().read().await.unwrap().one(problem, vec![]).await.unwrap();
    assert_eq!(row.get::<String>("problem").unwrap(), "its certificate does not hold");
    house.clock.set(house.door.now().plus_seconds(6));
    let (received, heard) = tokio::join!(push(&house), take(&real));
    assert_eq!((received, frames(&heard).len()), (2, 2));
    assert!(frames(&heard).iter().all(|message| message.contains(" message.post - {")), "{heard:?}");
}

on_both!(
    nothing_is_lost_while_the_receiver_is_down,
    events_are_signed_and_name_what_happened,
    a_private_address_is_refused,
    a_syslog_server_gets_everything,
    a_syslog_server_over_tls_gets_everything_and_a_false_one_nothing,
);
