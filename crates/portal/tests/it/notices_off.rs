//! Letters about the work are switched off by the link in one of them: by a press in the mail program, or on a page.

use std::process::Stdio;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use door::store::Engine;
use portal::Parts;
use portal::watch::Settings;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, People, on_both, skipped};
use crate::mail::ask_for_password;
use crate::notices::{say, told_from_now};
use crate::requests::TEXT;
use crate::watch::run_job;

on_both!(
    to_look_at_the_link_changes_nothing_and_one_press_switches_off,
    a_mail_program_switches_off_by_itself,
    no_other_text_switches_anything_off,
    a_link_to_an_account_that_is_gone_switches_nothing_off,
    whoever_is_signed_in_is_not_who_is_meant,
);

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// The link in the only letter that waits.
async fn link(house: &House) -> String {
    house.tell().await;
    let mut written = house.written().await;
    assert_eq!(written.len(), 1);
    run_job(&house.door, "mail.send").await.unwrap();
    written.remove(0).letter.off.unwrap().path
}

/// A letter that says that something waits, to the client's admin.
async fn asked(house: &House, people: &People) -> String {
    house.ask_for(people, "owner", "file").await;
    house.later(61);
    link(house).await
}

/// Sends what a mail program sends: no cookie, and nothing that a browser says of itself.
async fn pressed(house: &House, path: &str, kind: &str, body: &str) -> (u16, String) {
    let request = Request::post(path).header("content-type", kind).body(Body::from(body.to_owned())).unwrap();
    let (status, headers, body) = house.send(request).await;
    assert!(headers.get("location").is_none() && headers.get("set-cookie").is_none(), "{headers:?}");
    (status.as_u16(), String::from_utf8(body).unwrap())
}

async fn waiting(house: &House, token: &str) -> Value {
    let shown = house.ask(token, "GET", "/account/notices", Value::Null).await;
    shown.body["notices"][0]["pace"].clone()
}

async fn to_look_at_the_link_changes_nothing_and_one_press_switches_off(house: House) {
    let people = told_from_now(&house).await;
    let path = asked(&house, &people).await;
    let before = house.count().await;
    let mut browser = Browser::new(&house);
    let page = browser.get(&path).await;
    assert!(page.status == 200 && page.says("No more letters of this kind?"), "{}", page.body);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.forms(), [path.as_str()], "one button");
    assert_eq!(house.count().await, before, "to look is to do nothing");
    assert_eq!(waiting(&house, people.token("their_admin")).await, json!("at_once"));

    let done = browser.send(&page, &path, &[]).await;
    assert!(done.status == 200 && done.says("They are switched off"), "{}", done.body);
    assert_eq!(waiting(&house, people.token("their_admin")).await, json!("never"));
    let log = house.ask(people.token("their_admin"), "GET", "/account/events", Value::Null).await;
    assert_eq!(
        (&log.body["events"][0]["action"], &log.body["events"][0]["by_other"]),
        (&json!("account.notice.end"), &json!(false))
    );
    house.ask_for(&people, "owner", "file").await;
    house.later(61);
    assert_eq!(house.told_whom().await, [""; 0], "nothing comes any more");
}

async fn a_mail_program_switches_off_by_itself(house: House) {
    let people = told_from_now(&house).await;
    let path = asked(&house, &people).await;
    let (status, said) = pressed(&house, &path, "application/x-www-form-urlencoded", ONE_CLICK).await;
    assert!(status == 200 && said.contains("They are switched off"), "{status} {said}");
    assert_eq!(waiting(&house, people.token("their_admin")).await, json!("never"));
    let changes = house.count().await.1;
    let form = "--cut\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--cut--\r\n";
    let again = pressed(&house, &path, "multipart/form-data; boundary=cut", form).await;
    assert_eq!((again.0, house.count().await.1), (200, changes), "again is the same");

    // A letter about several things switches off each of them, and nothing else.
    say(&house, &people, "works", json!({"text": "Hello."})).await;
    let request = house.ask_for(&people, "works", "file").await;
    assert_eq!(house.hand_in(people.token("their_admin"), &request, "a.txt", TEXT).await.status, 200);
    house.later(24 * 3600);
    house.tell().await;
    let written = house.written().await;
    let runs = written.iter().find(|letter| letter.to.starts_with("runs")).unwrap();
    let path = runs.letter.off.clone().unwrap().path;
    assert_eq!(pressed(&house, &path, "application/x-www-form-urlencoded", ONE_CLICK).await.0, 200);
    let runs = house.sign_in("runs").await;
    let shown = house.ask(&runs, "GET", "/account/notices", Value::Null).await;
    let paces: Vec<_> = shown.body["notices"].as_array().unwrap().iter().map(|one| one["pace"].clone()).collect();
    assert_eq!(paces, ["never", "never", "daily"]);
}

async fn no_other_text_switches_anything_off(house: House) {
    let people = told_from_now(&house).await;
    let path = asked(&house, &people).await;
    let token = path.rsplit('/').next().unwrap().to_owned();
    let before = house.count().await.1;
    ask_for_password(&house, "their_admin@example.com").await;
    let mut wrong: Vec<String> = vec!["-".to_owned(), "x".repeat(66), token[..65].to_owned(), format!("{token}A")];
    for at in [0, 20, 21, 22, 40, 65] {
        let mut letters = token.clone().into_bytes();
        letters[at] = if letters[at] == b'Q' { b'w' } else { b'Q' };
        wrong.push(String::from_utf8(letters).unwrap());
    }
    for token in &wrong {
        let (status, said) = pressed(&house, &format!("/notices/{token}"), "text/plain", ONE_CLICK).await;
        assert!(status == 401 && said.contains("Choose which letters you get"), "{token}: {status}");
        let refused = house.ask("", "POST", "/account/notices/end", json!({ "token": token })).await;
        assert_eq!(refused.status, 401, "{token}: {refused:?}");
    }
    assert_eq!(house.count().await.1, before, "no row has moved");
    assert_eq!(waiting(&house, people.token("their_admin")).await, json!("at_once"));
    // Nor does it open anything else.
    let reset = json!({"token": token, "password": "quite another one"});
    assert_eq!(house.ask("", "POST", "/password/reset", reset).await.status, 401);
    let opened = json!({"token": token, "secret": "x"});
    assert_eq!(house.ask("", "POST", "/session/link/open", opened).await.status, 401);
    assert_eq!(house.ask(&token, "GET", "/account", Value::Null).await.status, 401);
    let done = house.ask("", "POST", "/account/notices/end", json!({ "token": token })).await;
    assert_eq!((done.status, &done.body["topics"]), (200, &json!(["waiting"])));
}

async fn a_link_to_an_account_that_is_gone_switches_nothing_off(house: House) {
    let people = told_from_now(&house).await;
    let path = asked(&house, &people).await;
    let their_admin = people.token("their_admin");
    assert_eq!(house.ask(their_admin, "PUT", "/account/notices", json!({"progress": "never"})).await.status, 200);
    house.operator("person.delete", json!({"mail": "their_admin@example.com"})).await;
    run_job(&house.door, "account.erase").await.unwrap();
    let (status, _) = pressed(&house, &path, "application/x-www-form-urlencoded", ONE_CLICK).await;
    assert_eq!(status, 401);
    let mut tx = house.door.store().read().await.unwrap();
    let left = "SELECT (SELECT count(*) FROM notice_choice) + (SELECT count(*) FROM notice) AS n";
    let left: i64 = tx.one(left, vec![]).await.unwrap().get("n").unwrap();
    assert_eq!(left, 0, "what they chose went with them");
}

async fn whoever_is_signed_in_is_not_who_is_meant(house: House) {
    let people = told_from_now(&house).await;
    let path = asked(&house, &people).await;
    let mut browser = Browser::of(&house, "works").await;
    let done = browser.post(&path, &[("List-Unsubscribe", "One-Click")], "cross-site").await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(waiting(&house, people.token("their_admin")).await, json!("never"));
    assert_eq!(waiting(&house, people.token("works")).await, json!("at_once"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_often_waits() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let mut answers = Vec::new();
    for _ in 0..70 {
        answers.push(pressed(&house, "/notices/x", "text/plain", ONE_CLICK).await.0);
    }
    assert_eq!((answers[0], answers[69]), (401, 429));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_page_chooses() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let people = told_from_now(&house).await;
    let mut browser = Browser::of(&house, "works").await;
    let page = browser.get("/account").await;
    assert_eq!(page.value("/account/notices/set", "waiting"), "at_once");
    let sent = browser.send(&page, "/account/notices/set", &[("waiting", "daily"), ("messages", "never")]).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/account#notices"));
    let page = browser.get("/account").await;
    assert_eq!(page.value("/account/notices/set", "waiting"), "daily");
    assert_eq!(waiting(&house, people.token("works")).await, json!("daily"));
}

/// Each letter as it leaves. What is random in it is named.
#[tokio::test(flavor = "multi_thread")]
async fn whole_letters_as_they_are() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let people = told_from_now(&house).await;
    let look = json!({"name": "Halden & Rook", "accent": "#7a1f5c", "sender": "The Halden studio", "reply_to": "hello@halden.example"});
    assert_eq!(house.ask(people.token("owner"), "PUT", "/organisation/look", look).await.status, 200);
    let request = house.ask_for(&people, "works", "file").await;
    house.later(61);
    house.tell().await;
    let mut letters = house.written().await;
    run_job(&house.door, "mail.send").await.unwrap();
    assert_eq!(house.hand_in(people.token("their_admin"), &request, "a.txt", TEXT).await.status, 200);
    say(&house, &people, "their_admin", json!({"text": "Hello."})).await;
    say(&house, &people, "works", json!({"text": "Hello.", "visibility": "internal"})).await;
    let status = json!({"status": "waiting_on_client", "sentence": "We need the photos to go on."});
    let path = format!("/projects/{}/status", people.project);
    assert_eq!(house.ask(people.token("runs"), "PUT", &path, status).await.status, 200);
    house.later(24 * 3600);
    house.tell().await;
    letters.extend(house.written().await.into_iter().filter(|letter| letter.to.starts_with("owner")));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]");
    settings.add_filter(r"/[A-Za-z0-9_-]{66}", "/[link]");
    settings.bind(|| {
        for (name, letter) in ["something_waits", "the_letter_of_the_day"].into_iter().zip(letters) {
            insta::assert_snapshot!(format!("{name}_text"), letter.text());
            insta::assert_snapshot!(format!("{name}_html"), letter.letter.html("https://house.example").unwrap());
        }
    });
}

/// Against a server that others wrote.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_server_takes_it_with_both_headers() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let directory = tempfile::tempdir().unwrap();
    let letters = directory.path().join("letters");
    let server = tokio::process::Command::new("aiosmtpd")
        .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"])
        .arg(&letters)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(_server) = server else {
        skipped("aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        return;
    };
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let house = House::build(Engine::Sqlite).await.unwrap();
    let people = told_from_now(&house).await;
    let watch = Settings { smtp: format!("smtp://127.0.0.1:{port}").parse().ok(), ..Settings::default() };
    let house = house.under_https(Parts { watch, ..Parts::real() }).await;
    let path = asked(&house, &people).await;
    let mut files = std::fs::read_dir(letters.join("new")).unwrap();
    let letter = std::fs::read_to_string(files.next().unwrap().unwrap().path()).unwrap();
    let lines: Vec<&str> = letter.lines().collect();
    assert!(lines.contains(&format!("List-Unsubscribe: <https://house.example{path}>").as_str()), "{letter}");
    assert!(lines.contains(&"List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{letter}");
    assert!(lines.contains(&"X-RcptTo: their_admin@example.com") && files.next().is_none(), "{letter}");
}
