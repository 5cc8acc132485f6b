//! Signing in with a link from a letter, tried as an attacker would.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::factor::set_up;
use crate::house::{Answer, House, PASSWORD, move_in, on_both};
use crate::mail::{Letters, path_in};
use crate::passkeys::{add, authenticator, prove, recorded};

/// Asks for a link as a program does: the halves that its letter and its answer hold.
async fn both_halves(house: &House, letters: &Letters, mail: &str) -> (String, String) {
    letters.arrive(house).await;
    // Another window of the limit.
    house.clock.set(house.door.now().plus_seconds(301));
    let asked = ask(house, mail).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    let path = path_in(&letters.only(house).await, "/sign-in/link/");
    (path.rsplit('/').next().unwrap().to_owned(), asked.text("secret"))
}

async fn ask(house: &House, mail: &str) -> Answer {
    house.ask("", "POST", "/session/link", json!({ "mail": mail })).await
}

async fn open(house: &House, token: &str, secret: &str) -> Answer {
    house.ask("", "POST", "/session/link/open", json!({"token": token, "secret": secret})).await
}

async fn a_link_signs_in_once_and_in_the_browser_that_asked(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let mut browser = Browser::new(&house);
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("href=\"/sign-in/link\""));
    let page = browser.get("/sign-in/link").await;
    let sent = browser.send(&page, "/session/link/send", &[("mail", " Owner@example.com ")]).await;
    assert!(sent.status == 200 && sent.says("a link is on its way"), "{sent:?}");
    let kept = sent.set_cookie();
    assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Lax") && kept.ends_with("Max-Age=900"), "{kept}");
    let path = path_in(&letters.only(&house).await, "/sign-in/link/");

    // Programs that look at links in mail do nothing by it, and another browser is told before it tries.
    let before = house.count().await;
    let mut stranger = Browser::new(&house);
    let elsewhere = stranger.get(&path).await;
    assert!(elsewhere.status == 401 && elsewhere.says("This link does not sign you in"), "{elsewhere:?}");
    let page = browser.get(&path).await;
    assert_eq!(house.count().await, before);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("cache-control").contains("no-store"));

    // Not even with the form, or with what another browser was given.
    let token = path.rsplit('/').next().unwrap();
    let forms = [("token", token)];
    assert_eq!(stranger.post("/session/link/open", &forms, "same-origin").await.status, 401);
    let theirs = stranger.get("/sign-in/link").await;
    stranger.send(&theirs, "/session/link/send", &[("mail", "owner@example.com")]).await;
    assert_eq!(stranger.post("/session/link/open", &forms, "same-origin").await.status, 401);
    assert!(stranger.cookie.is_none());

    // None of that used it up.
    let opened = browser.send(&page, "/session/link/open", &[]).await;
    assert_eq!((opened.status, opened.header("location")), (303, "/"), "{opened:?}");
    assert!(browser.link.is_none(), "the browser's half is gone");
    assert_eq!(browser.get("/projects").await.status, 200, "in the only rooms at once");
    browser.cookie = None;
    let again = browser.send(&page, "/session/link/open", &[]).await;
    assert!(again.status == 401 && again.says("This link does not sign you in"), "{again:?}");
    // It stands on the account's own record.
    let log = house.ask(&house.sign_in("owner").await, "GET", "/account/events", Value::Null).await.body.to_string();
    assert!(log.contains("session.link.send") && log.contains("session.link.open"), "{log}");
}

async fn nobody_learns_by_a_sign_in_link_whether_there_is_an_account(house: House) {
    move_in(&house).await;
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
        let mut answer = ask(&house, mail).await;
        let after = rows().await;
        assert_eq!(answer.body["secret"].as_str().map(str::len), Some(43));
        assert_eq!(answer.body["expires_at"], json!(house.door.now().plus_seconds(900)));
        answer.body = Value::Null;
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
        let page = browser.get("/sign-in/link").await;
        let sent = browser.send(&page, "/session/link/send", &[("mail", mail)]).await;
        assert!(browser.link.is_some());
        pages.push((sent.status, sent.body.replace(mail, "MAIL")));
    }
    assert_eq!(pages[0], pages[1]);
    // Nobody fills a letter box with it.
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(ask(&house, "works@example.com").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    let mut browser = Browser::new(&house);
    let page = browser.get("/sign-in/link").await;
    let full = browser.send(&page, "/session/link/send", &[("mail", "works@example.com")]).await;
    assert_eq!((full.status, full.marked().len()), (429, 1), "{full:?}");
}

async fn a_sign_in_link_is_for_fifteen_minutes_one_purpose_and_the_account_as_it_was(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let (token, secret) = both_halves(&house, &letters, "owner@example.com").await;
    for (token, secret) in [("", ""), ("x", "x"), (&token, "x"), (&token, ""), ("x", &secret), (&secret, &token)] {
        assert_eq!(open(&house, token, secret).await.status, 401, "{token} {secret}");
    }
    // It sets no password and confirms no mail address; and a link to set a password signs nobody in.
    let reset = json!({"token": token, "password": "nine otters in the rain"});
    assert_eq!(house.ask("", "POST", "/password/reset", reset).await.status, 401);
    let confirm = json!({ "token": token });
    assert_eq!(house.ask(&house.sign_in("owner").await, "POST", "/account/mail/confirm", confirm).await.status, 401);
    assert_eq!(crate::mail::ask_for_password(&house, "owner@example.com").await.status, 200);
    let other = path_in(&letters.only(&house).await, "/password/reset/").rsplit('/').next().unwrap().to_owned();
    assert_eq!(open(&house, &other, &secret).await.status, 401);
    // Two at once: one of them is in.
    let both = futures_util::future::join(open(&house, &token, &secret), open(&house, &token, &secret)).await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);

    let (token, secret) = both_halves(&house, &letters, "owner@example.com").await;
    house.clock.set(house.door.now().plus_seconds(900));
    assert_eq!(open(&house, &token, &secret).await.status, 401, "its time is over");

    let (token, secret) = both_halves(&house, &letters, "owner@example.com").await;
    let set = json!({"old": PASSWORD, "new": "quite another one"});
    let owner = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner, "PUT", "/account/password", set).await.status, 200);
    letters.arrive(&house).await;
    assert_eq!(open(&house, &token, &secret).await.status, 401, "it was made for another password");

    // Suspended everywhere in between: as one who guessed.
    let (token, secret) = both_halves(&house, &letters, "admin@example.com").await;
    let input = json!({"organisation": people.organisation, "person": people.ids["admin"], "state": "suspended"});
    house.operator("membership.state.set", input).await;
    assert_eq!(open(&house, &token, &secret).await.status, 401);
}

async fn a_link_is_one_factor_and_no_proof(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let (token, secret) = both_halves(&house, &letters, "owner@example.com").await;
    let opened = open(&house, &token, &secret).await;
    assert_eq!(opened.body["second_step"], json!(false));
    let session = opened.text("token");
    assert_eq!(house.ask(&session, "GET", "/projects", Value::Null).await.status, 200);
    let state = house.ask(&session, "GET", "/session", Value::Null).await;
    assert_eq!(state.body["proved_at"], Value::Null, "{state:?}");
    // A moment later: what asks for a proof asks for the password.
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    for (verb, path, input) in [
        ("POST", "/account/tokens", wanted.clone()),
        ("POST", "/account/mail", json!({"mail": "evil@example.com"})),
        ("POST", "/account/factor", Value::Null),
    ] {
        let refused = house.ask(&session, verb, path, input).await;
        assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/step_up")), "{path}");
    }
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    let refused = house.ask(&session, "POST", &reveal, json!({"reason": "Moving the record"})).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let proved = house.ask(&session, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!(house.ask(&proved.text("token"), "POST", "/account/tokens", wanted).await.status, 200);

    // Whoever has a second factor is asked for it.
    let (factor, _) = set_up(&house, &house.sign_in("works").await).await;
    let (token, secret) = both_halves(&house, &letters, "works@example.com").await;
    let half = open(&house, &token, &secret).await;
    assert_eq!(half.body["second_step"], json!(true), "{half:?}");
    let half = half.text("token");
    assert_eq!(house.ask(&half, "GET", "/projects", Value::Null).await.body["type"], "/problems/second_step");
    assert_eq!(house.ask(&half, "POST", "/session/confirm", json!({"password": PASSWORD})).await.status, 422);
    let code = json!({"code": house.next_code(&factor)});
    let whole = house.ask(&half, "POST", "/session/confirm", code).await.text("token");
    assert_eq!(house.ask(&whole, "GET", "/projects", Value::Null).await.status, 200);
}

async fn whose_only_second_factor_is_a_passkey_is_half_in_by_a_link(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let mut phone = authenticator();
    assert_eq!(add(&house, &house.sign_in("works").await, &mut phone).await.status, 200);
    let (token, secret) = both_halves(&house, &letters, "works@example.com").await;
    let opened = open(&house, &token, &secret).await;
    assert_eq!((opened.status, &opened.body["second_step"]), (200, &json!(true)), "{opened:?}");
    assert_eq!(opened.body["expires_at"], json!(house.door.now().plus_seconds(600)));
    let half = opened.text("token");
    for path in ["/projects", "/account"] {
        assert_eq!(house.ask(&half, "GET", path, Value::Null).await.body["type"], "/problems/second_step", "{path}");
    }
    let state = house.ask(&half, "GET", "/session", Value::Null).await.body;
    assert_eq!([&state["second_step"], &state["app"], &state["passkey"]], [true, false, true]);
    assert_eq!(house.ask(&half, "POST", "/session/confirm", json!({"password": PASSWORD})).await.status, 422);
    let whole = prove(&house, &half, &mut phone).await;
    assert_eq!((whole.status, &whole.body["second_step"]), (200, &json!(false)), "{whole:?}");
    assert_eq!(house.ask(&whole.text("token"), "GET", "/projects", Value::Null).await.status, 200);
    // The record says how, and does not speak of a password.
    let opened = recorded(&house, "\"act\":\"session.link.open\"").await;
    assert!(opened.len() == 1 && opened[0].contains("\"auth\":\"mail\""), "{opened:?}");
}

on_both!(
    a_link_signs_in_once_and_in_the_browser_that_asked,
    nobody_learns_by_a_sign_in_link_whether_there_is_an_account,
    a_sign_in_link_is_for_fifteen_minutes_one_purpose_and_the_account_as_it_was,
    a_link_is_one_factor_and_no_proof,
    whose_only_second_factor_is_a_passkey_is_half_in_by_a_link,
);
