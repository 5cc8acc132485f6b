//! What an organisation looks like: to its own, on their pages and in its letters, and to nobody else.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{Answer, House, People, move_in, on_both};
use crate::mail::Letters;
use crate::requests::form;

const LOGO: &str = "/organisation/logo";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

async fn set(house: &House, token: &str, look: Value) -> Answer {
    house.ask(token, "PUT", "/organisation/look", look).await
}

/// Sends a picture, and gives what was answered.
async fn send(house: &House, token: &str, name: &str, bytes: &[u8]) -> (u16, String) {
    let (kind, body) = form(&[], name, bytes);
    let (status, _, body) = house.send_bytes(token, "PUT", LOGO, &[("content-type", &kind)], body).await;
    (status.as_u16(), String::from_utf8_lossy(&body).into_owned())
}

/// What a page loads, as its reader's browser does.
async fn load(house: &House, browser: &Browser<'_>, path: &str) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().uri(path);
    if let Some(cookie) = &browser.cookie {
        request = request.header("cookie", cookie);
    }
    let (status, headers, body) = house.send(request.body(Body::empty()).unwrap()).await;
    (status.as_u16(), headers, body)
}

fn everybody() -> [&'static str; 5] {
    ["owner", "admin", "works", "their_admin", "their_member"]
}

async fn its_own_see_it_and_nobody_else(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    assert_eq!(send(&house, owner, "logo.png", PNG).await.0, 200);
    let done = set(&house, owner, json!({"name": "Halden & Rook", "accent": "#7A1F5C"})).await;
    assert_eq!(done.status, 200, "{done:?}");
    for name in everybody() {
        let browser = Browser::of(&house, name).await;
        let page = browser.get("/projects").await;
        assert!(
            page.body.contains("<strong>Halden &amp; Rook</strong>")
                || page.body.contains("<strong>Halden &#38; Rook</strong>"),
            "{name}: {page:?}"
        );
        let (colours, logo) = ("/organisation/colours.css?of=7a1f5c", "/organisation/logo?of=");
        assert!(
            page.body.contains(&format!("href=\"{colours}\"")) && page.body.contains(&format!("src=\"{logo}")),
            "{page:?}"
        );
        let (status, headers, css) = load(&house, &browser, colours).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/css; charset=utf-8"));
        assert!(String::from_utf8(css).unwrap().contains("--accent: light-dark(#7a1f5c, "));
        let (status, headers, bytes) = load(&house, &browser, logo).await;
        assert_eq!((status, bytes.as_slice()), (200, PNG));
        for (header, value) in [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "private, max-age=31536000, immutable"),
        ] {
            assert_eq!(headers[header], value, "{header}");
        }
    }
    let elsewhere = Browser::of(&house, "elsewhere").await;
    let page = elsewhere.get("/projects").await;
    assert!(!page.body.contains("/organisation/"), "{page:?}");
    for path in ["/organisation/colours.css?of=7a1f5c", "/organisation/logo?of=1"] {
        assert_eq!(load(&house, &elsewhere, path).await.0, 404, "{path}");
        assert_eq!(load(&house, &Browser::new(&house), path).await.0, 303, "{path}: sign in first");
    }
    assert_eq!(house.ask(people.token("elsewhere"), "GET", LOGO, Value::Null).await.status, 404);
    assert_eq!(house.ask("", "GET", LOGO, Value::Null).await.status, 401);

    // Another in its place, and then none.
    assert_eq!(send(&house, people.token("admin"), "logo.jpg", b"\xff\xd8\xff\xe0 and so on").await.0, 200);
    assert_eq!(house.ask(owner, "GET", LOGO, Value::Null).await.text("media_type"), "image/jpeg");
    assert_eq!(house.ask(owner, "DELETE", LOGO, Value::Null).await.status, 200);
    assert_eq!(house.ask(owner, "DELETE", LOGO, Value::Null).await.status, 404);
    assert_eq!(set(&house, owner, json!({"name": "Halden"})).await.status, 200);
    let page = Browser::of(&house, "works").await.get("/projects").await;
    assert!(!page.body.contains("/organisation/colours") && page.body.contains("class=\"mark\""), "{page:?}");
}

async fn what_is_no_picture_and_no_readable_colour_is_refused(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    for (name, bytes) in [
        ("logo.svg", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..]),
        ("logo.png", b"<html><script>alert(1)</script>"),
        ("logo.gif", b"GIF89a"),
        ("logo.png", b""),
    ] {
        let (status, body) = send(&house, owner, name, bytes).await;
        assert_eq!(status, 422, "{name}: {body}");
    }
    let mut large = PNG.to_vec();
    large.resize(256 * 1024 + 1, 7);
    assert_eq!(send(&house, owner, "logo.png", &large).await.0, 413);
    large.truncate(256 * 1024);
    assert_eq!(send(&house, owner, "logo.png", &large).await.0, 200);
    for name in ["runs", "their_admin", "their_member"] {
        assert_eq!(send(&house, people.token(name), "logo.png", PNG).await.0, 403, "{name}");
        assert_eq!(house.ask(people.token(name), "DELETE", LOGO, Value::Null).await.status, 403, "{name}");
        assert_eq!(set(&house, people.token(name), json!({"name": "Mine"})).await.status, 403, "{name}");
    }
    let light = set(&house, owner, json!({"name": "Halden", "accent": "#ffcc00"})).await;
    assert_eq!(light.status, 422);
    let why = light.body["errors"]["accent"].as_str().unwrap();
    assert!(why.starts_with("is too light for white text (contrast 1.5, 4.5 is needed): #"), "{why}");
    let proposed = why.split('#').nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(set(&house, owner, json!({"name": "Halden", "accent": format!("#{proposed}")})).await.status, 200);
    for wrong in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "Halden", "accent": "red;} body{display:none"}),
        json!({"name": "Halden", "reply_to": "nobody"}),
        json!({"name": "Halden", "sender": "a\r\nBcc: all@example.com"}),
    ] {
        assert_eq!(set(&house, owner, wrong.clone()).await.status, 422, "{wrong}");
    }
}

async fn letters_come_in_its_name_and_answers_reach_it(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let owner = people.token("owner");
    let look = json!({"name": "Halden", "accent": "#7a1f5c", "sender": "The Halden studio", "reply_to": "hello@halden.example"});
    assert_eq!(set(&house, owner, look).await.status, 200);
    let invite = json!({"mail": "nora@example.com", "role": "staff"});
    let made = house.ask(owner, "POST", "/invitations", invite).await;
    assert_eq!(made.status, 200, "{made:?}");
    let letter = letters.only(&house).await;
    assert!(letter.contains("From: \"The Halden studio\" <portal@"), "{letter}");
    assert!(letter.contains("Reply-To: hello@halden.example"), "{letter}");
    assert!(letter.contains("background: #7a1f5c"), "{letter}");
    let renew = format!("/invitations/{}/renew", made.text("id"));
    assert_eq!(house.ask(owner, "POST", &renew, Value::Null).await.status, 200);
    assert!(letters.only(&house).await.contains("Reply-To: hello@halden.example"));
    // What concerns an account is the portal's own business.
    house.ask("", "POST", "/password/link", json!({"mail": "owner@example.com"})).await;
    assert!(!letters.only(&house).await.contains("Reply-To"));
}

async fn a_page_sets_it_without_script(house: House) {
    let _: People = move_in(&house).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/organisation/settings").await;
    let fields = [("name", "Halden"), ("accent", "#ffcc00"), ("sender", ""), ("reply_to", "")];
    let refused = owner.send(&page, "/organisation/look/set", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.marked().concat().contains("Is too light for white text"), "{:?}", refused.marked());
    let fields = [("name", "Halden"), ("accent", "#155a80"), ("sender", ""), ("reply_to", "hello@halden.example")];
    let done = owner.send(&page, "/organisation/look/set", &fields).await;
    assert_eq!(done.header("location"), "/organisation/settings", "{done:?}");
    let page = owner.follow(done).await;
    assert!(page.says("hello@halden.example"), "{page:?}");
    let (kind, body) = form(&[], "logo.png", PNG);
    let done = owner.post_bytes("/organisation/logo/set", &kind, body, "same-origin").await;
    assert_eq!(done.header("location"), "/organisation/settings", "{done:?}");
    let page = owner.follow(done).await;
    assert!(page.body.contains("class=\"logo\""), "{page:?}");
    let done = owner.send(&page, "/organisation/logo/remove", &[]).await;
    assert!(!owner.follow(done).await.body.contains("class=\"logo\""));
}

on_both!(
    its_own_see_it_and_nobody_else,
    what_is_no_picture_and_no_readable_colour_is_refused,
    letters_come_in_its_name_and_answers_reach_it,
    a_page_sets_it_without_script,
);
