//! A recorder in front of a small service, and what is left of the traffic.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::client::{Body as Sent, Client, Purpose, Request as Asked};

/// A service that says back what it was asked with.
async fn service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = url.clone();
    let app =
        Router::new()
            .route("/session", post(|| async { ([("set-cookie", "sid=cookie-of-ann-777; Path=/; HttpOnly")], "{}") }))
            .route(
                "/orders",
                post(move || async move {
                    (axum::http::StatusCode::SEE_OTHER, [("location", format!("{own}/orders/17"))], "")
                }),
            )
            .route(
                "/orders/{order}",
                get(|| async {
                    axum::response::Html(
                        "<a href=\"/orders/17/print\">print</a><form method=post action=\"/orders\"></form>",
                    )
                }),
            )
            .route("/echo", get(|request: Request| async move { axum::Json(heads(&request)) }))
            .route("/upload", post(|body: axum::body::Bytes| async move { body.len().to_string() }))
            .route("/events", get(events));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn heads(request: &Request) -> Value {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    json!({"host": header("host"), "origin": header("origin"), "session_token": "tok-of-ann-123"})
}

/// An answer that begins and does not end.
async fn events() -> Response {
    Response::new(Body::new(Endless))
}

struct Endless;

impl hyper::body::Body for Endless {
    type Data = hyper::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data("data: tick\n\n".into()))))
    }
}

fn client(recorder: &Recorder) -> Client {
    Client::new(recorder.url(), None, std::time::Duration::ZERO).unwrap()
}

async fn ask(client: &Client, method: &str, path: &str, headers: &[(&str, &str)], body: Sent) -> crate::client::Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    client.send(&Asked { method: method.into(), path: path.into(), headers, body }, Purpose::Other).await
}

fn form(fields: &[(&str, &str)]) -> Sent {
    Sent::Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

#[tokio::test]
async fn a_service_works_behind_it_and_no_secret_is_left() {
    let url = service().await;
    let recorder = Recorder::open(&url).await.unwrap();
    let (client, here) = (client(&recorder), recorder.url().to_owned());
    let cookie = [("cookie", "sid=cookie-of-ann-777"), ("origin", here.as_str())];
    let signed =
        ask(&client, "POST", "/session", &[], form(&[("email", "ann@example.com"), ("password", "hunter2-pw")])).await;
    assert_eq!(signed.cookies().next().unwrap().1, "cookie-of-ann-777");
    let echo = ask(&client, "GET", "/echo?q=rope", &cookie, Sent::None).await.json().unwrap();
    assert_eq!((echo["host"].as_str(), echo["origin"].as_str()), (url.strip_prefix("http://"), Some(url.as_str())));
    let made = ask(&client, "POST", "/orders", &cookie, form(&[("_csrf", "csrf-of-ann-42"), ("note", "rope")])).await;
    assert_eq!((made.status, made.header("location")), (303, Some(format!("{here}/orders/17").as_str())));
    let long = vec![b'x'; 300_000];
    let upload = ask(&client, "POST", "/upload", &cookie, Sent::Raw("text/plain".into(), long)).await;
    assert_eq!(upload.text(), "300000", "everything goes through");
    ask(&client, "GET", "/orders/17", &cookie, Sent::None).await;

    let Recording { archive, catalogue, summary } = recorder.finish().unwrap();
    let text = archive.to_string();
    for secret in ["cookie-of-ann", "hunter2", "csrf-of-ann", "tok-of-ann"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("_csrf") && text.contains("note=rope") && text.len() < 60_000);
    let names: Vec<String> = catalogue.actions.iter().map(crate::catalogue::Action::name).collect();
    assert_eq!(names, ["GET /echo", "POST /orders", "GET /orders/{order}", "POST /session", "POST /upload"]);
    let make = catalogue.action("POST /orders").unwrap().body.as_ref().unwrap().best().unwrap();
    assert_eq!((make.form_token.as_deref(), make.schema.required()), (Some("_csrf"), vec!["note".to_owned()]));
    assert_eq!(summary.requests, 5);
    assert_eq!((summary.people, summary.cut), (1, 1));
    assert_eq!(summary.linked, ["GET /orders/{order}/print".to_owned()].into());
}

#[tokio::test]
async fn what_has_no_end_goes_through_as_it_comes() {
    let url = service().await;
    let recorder = Recorder::open(&url).await.unwrap();
    let address = recorder.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut beginning = vec![0; 200_000];
    stream.read_exact(&mut beginning).await.unwrap();
    assert!(String::from_utf8_lossy(&beginning).contains("data: tick"));
    drop(stream);
    assert_eq!(recorder.finish().unwrap().summary.cut, 1);
}

#[tokio::test]
async fn a_socket_is_passed_and_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let length = stream.read(&mut head).await?;
                if !String::from_utf8_lossy(&head[..length]).to_lowercase().contains("upgrade: websocket") {
                    return stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                }
                stream
                    .write_all(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
                    .await?;
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await.map(drop)
            });
        }
    });
    let recorder = Recorder::open(&url).await.unwrap();
    ask(&client(&recorder), "GET", "/notes", &[], Sent::None).await;
    let address = recorder.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let asked = b"GET /live HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
    stream.write_all(asked).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    stream.write_all(b"ahoy").await.unwrap();
    let mut back = [0; 4];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"ahoy");
    let recording = recorder.finish().unwrap();
    assert_eq!(recording.summary.sockets, ["/live".to_owned()].into());
    assert_eq!(recording.catalogue.actions.len(), 1);
}

#[tokio::test]
async fn a_dead_service_is_said() {
    let recorder = Recorder::open("http://127.0.0.1:1").await.unwrap();
    let answer = ask(&client(&recorder), "GET", "/notes", &[], Sent::None).await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().starts_with("plimsoll record: the service does not answer"));
    assert!(recorder.finish().unwrap_err().wrong.contains("names no action"));
}
