//! Links that open something once, tried as an attacker would.

use axum::body::Body;
use axum::http::Request;
use portal::identity::factor::Secret;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::factor::set_up;
use crate::house::{Answer, House, PASSWORD, move_in, on_both};
use crate::mail::{Letters, ask_for_password, path_in};

const NEW: &str = "nine otters in the rain";

async fn reset(house: &House, token: &str, password: &str) -> Answer {
    house.ask("", "POST", "/password/reset", json!({"token": token, "password": password})).await
}

async fn sign_in(house: &House, mail: &str, password: &str) -> Answer {
    house.ask("", "POST", "/session", json!({"mail": mail, "password": password})).await
}

/// Asks for a link and gives its secret.
async fn link(house: &House, letters: &Letters, mail: &str) -> String {
    letters.arrive(house).await;
    // Another window of the limit.
    house.clock.set(house.door.now().plus_seconds(301));
    assert_eq!(ask_for_password(house, mail).await.status, 200);
    let letter = letters.only(house).await;
    path_in(&letter, "/password/reset/").rsplit('/').next().unwrap().to_owned()
}

async fn a_new_password_by_a_link(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let open = house.sign_in("owner").await;
    let mut browser = Browser::new(&house);
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("href=\"/password/link\""));
    let page = browser.get("/password/link").await;
    let sent = browser.send(&page, "/password/link/send", &[("mail", " Owner@example.com ")]).await;
    assert!(sent.status == 200 && sent.says("a link is on its way"), "{sent:?}");
    let path = path_in(&letters.only(&house).await, "/password/reset/");

    // Programs that look at links in mail do nothing by it.
    let before = house.count().await;
    let page = browser.get(&path).await;
    for _ in 0..3 {
        browser.get(&path).await;
    }
    assert_eq!(house.count().await, before);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("cache-control").contains("no-store"));

    let weak = browser.send(&page, "/password/reset", &[("password", "password1")]).await;
    assert_eq!((weak.status, weak.marked().len()), (422, 1), "{weak:?}");
    let done = browser.send(&weak, "/password/reset", &[("password", NEW)]).await;
    assert!(done.status == 200 && done.says("Your new password is set"), "{done:?}");
    assert!(done.set_cookie().is_empty(), "it signs nobody in");
    assert_eq!(house.ask(&open, "GET", "/account", Value::Null).await.status, 401, "every sign-in has ended");
    assert_eq!(sign_in(&house, "owner@example.com", PASSWORD).await.status, 401);
    let token = sign_in(&house, "owner@example.com", NEW).await.text("token");
    assert!(letters.only(&house).await.contains("Subject: Your password was changed"));

    let again = browser.send(&page, "/password/reset", &[("password", "another fine one")]).await;
    assert!(again.status == 401 && again.says("This link is used up"), "{again:?}");
    // It stands on the account's own record.
    let log = house.ask(&token, "GET", "/account/events", Value::Null).await.body.to_string();
    assert!(log.contains("password.link.send") && log.contains("password.reset"), "{log}");
}

async fn nobody_learns_whether_there_is_an_account(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let rows = async || {
        let mut tx = house.door.store().read().await.unwrap();
        let sql = "SELECT (SELECT count(*) FROM mail) AS mail, (SELECT count(*) FROM link) AS link, \
                   (SELECT count(*) FROM event) AS event, (SELECT count(*) FROM change) AS change";
        let row = tx.one(sql, vec![]).await.unwrap();
        ["mail", "link", "event", "change"].map(|name| row.get::<i64>(name).unwrap())
    };
    let mut seen = Vec::new();
    for mail in ["owner@example.com", "nobody@example.com", "gone@example.com"] {
        house.clock.set(house.door.now().plus_seconds(61));
        let before = rows().await;
        let answer = ask_for_password(&house, mail).await;
        let after = rows().await;
        seen.push((answer, std::array::from_fn::<i64, 4, _>(|at| after[at] - before[at])));
    }
    // The same answer by the same work: one letter, one link, one event, whoever it is.
    assert_eq!(seen[0].0.status, 200);
    assert_eq!(seen[0].1, [1, 1, 1, 0]);
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let arrived = letters.arrive(&house).await;
    assert!(arrived.len() == 1 && arrived[0].contains("owner@example.com"), "nobody else is written to: {arrived:?}");
    // And the same page.
    let mut pages = Vec::new();
    for mail in ["admin@example.com", "noone@example.com"] {
        let mut browser = Browser::new(&house);
        let page = browser.get("/password/link").await;
        let sent = browser.send(&page, "/password/link/send", &[("mail", mail)]).await;
        pages.push((sent.status, sent.body.replace(mail, "MAIL")));
    }
    assert_eq!(pages[0], pages[1]);
    let _ = people;
}

async fn a_link_is_good_once_for_an_hour_and_for_the_account_as_it_was(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    for never in ["", "x", "0123456789012345678901234567890123456789012"] {
        assert_eq!(reset(&house, never, NEW).await.status, 401, "{never}");
    }
    let late = link(&house, &letters, "owner@example.com").await;
    house.clock.set(house.door.now().plus_seconds(3600));
    assert_eq!(reset(&house, &late, NEW).await.status, 401, "its hour is over");

    // The owner changes the password by himself: an older link opens nothing.
    let before = link(&house, &letters, "owner@example.com").await;
    let owner = house.sign_in("owner").await;
    let set = json!({"old": PASSWORD, "new": "quite another one"});
    assert_eq!(house.ask(&owner, "PUT", "/account/password", set).await.status, 200);
    letters.arrive(&house).await;
    assert_eq!(reset(&house, &before, NEW).await.status, 401, "it was made for another password");

    // Two at once: one of them sets it. A second link of before goes with it.
    let (one, other) =
        (link(&house, &letters, "owner@example.com").await, link(&house, &letters, "owner@example.com").await);
    let both = futures_util::future::join(reset(&house, &one, NEW), reset(&house, &one, "seven herons at noon")).await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert_eq!(reset(&house, &other, "another fine one").await.status, 401);

    // A weak password uses nothing up, and the link sets nobody else's.
    let link = link(&house, &letters, "admin@example.com").await;
    let weak = reset(&house, &link, "admin@example").await;
    assert_eq!(weak.status, 422, "{weak:?}");
    assert_eq!(reset(&house, &link, NEW).await.status, 200);
    assert_eq!(sign_in(&house, "runs@example.com", PASSWORD).await.status, 200);
    let _ = people;
}

async fn a_new_password_is_no_second_factor(house: House) {
    let people = move_in(&house).await;
    let (secret, _): (Secret, _) = set_up(&house, people.token("owner")).await;
    let (house, letters) = Letters::of(house).await;
    letters.arrive(&house).await;
    let link = link(&house, &letters, "owner@example.com").await;
    assert_eq!(reset(&house, &link, NEW).await.status, 200);
    let half = sign_in(&house, "owner@example.com", NEW).await;
    assert_eq!(half.body["second_step"], json!(true), "{half:?}");
    assert_eq!(house.ask(&half.text("token"), "GET", "/account", Value::Null).await.status, 401);
    let code = json!({"code": secret.code(house.door.now())});
    assert_eq!(house.ask(&half.text("token"), "POST", "/session/confirm", code).await.status, 200);
}

async fn a_link_leads_where_the_portal_is_whatever_is_said(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let evil = Request::post("/api/v1/password/link")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("content-type", "application/json")
        .body(Body::from(json!({"mail": "owner@example.com"}).to_string()))
        .unwrap();
    assert_eq!(house.send(evil).await.0, 200);
    let letter = letters.only(&house).await;
    assert!(!letter.contains("evil.example") && letter.contains("http://house.example/password/reset/"), "{letter}");
    // Nor does an address of several.
    for mail in ["owner@example.com,evil@example.com", "owner@example.com\r\nBcc: evil@example.com", "a b@example.com"]
    {
        assert_eq!(ask_for_password(&house, mail).await.status, 422, "{mail}");
    }
}

async fn a_letter_box_is_not_filled(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    for mail in ["owner@example.com", "nobody@example.com"] {
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(ask_for_password(&house, mail).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 429], "{mail}");
    }
    assert_eq!(letters.arrive(&house).await.len(), 3);
    let mut browser = Browser::new(&house);
    let page = browser.get("/password/link").await;
    let full = browser.send(&page, "/password/link/send", &[("mail", "owner@example.com")]).await;
    assert_eq!((full.status, full.marked().len()), (429, 1), "{full:?}");
    assert_eq!(full.value("/password/link/send", "mail"), "owner@example.com", "what was typed is kept");
}

async fn the_operator_hands_a_link_over(house: House) {
    move_in(&house).await;
    let made = house.operator("person.reset", json!({"mail": "owner@example.com"})).await;
    let token = made["path"].as_str().unwrap().strip_prefix("/password/reset/").unwrap().to_owned();
    assert_eq!(reset(&house, &token, NEW).await.status, 200);
    assert_eq!(sign_in(&house, "owner@example.com", NEW).await.status, 200);
    let nobody = portal::wires::console::pass(&house.door, "person.reset", "{\"mail\":\"nobody@example.com\"}").await;
    assert!(nobody.unwrap_err().to_string().contains("nobody"));
}

on_both!(
    a_new_password_by_a_link,
    nobody_learns_whether_there_is_an_account,
    a_link_is_good_once_for_an_hour_and_for_the_account_as_it_was,
    a_new_password_is_no_second_factor,
    a_link_leads_where_the_portal_is_whatever_is_said,
    a_letter_box_is_not_filled,
    the_operator_hands_a_link_over,
);
