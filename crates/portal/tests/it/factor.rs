//! The second factor: half a sign-in reaches nothing, a code is good once, and paper helps when the phone is gone.

use portal::identity::factor::Secret;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{Answer, House, PASSWORD, move_in, on_both};

/// Sets up an authenticator app and gives its secret, and the recovery codes.
pub(crate) async fn set_up(house: &House, token: &str) -> (Secret, Vec<String>) {
    let begun = house.ask(token, "POST", "/account/factor", Value::Null).await;
    let secret = Secret::parse(&begun.text("secret")).unwrap();
    let code = json!({ "code": secret.code(house.door.now()) });
    let confirmed = house.ask(token, "POST", "/account/factor/confirm", code).await;
    let codes = confirmed.body["codes"].as_array().unwrap_or_else(|| panic!("{confirmed:?}"));
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// Half a minute later, so that there is another code.
fn later(house: &House) {
    house.clock.set(house.door.now().plus_seconds(30));
}

async fn confirm(house: &House, token: &str, code: &str) -> Answer {
    house.ask(token, "POST", "/session/confirm", json!({ "code": code })).await
}

async fn half_a_sign_in_reaches_nothing_but_its_second_step(house: House) {
    let people = move_in(&house).await;
    let (secret, _) = set_up(&house, people.token("owner")).await;
    later(&house);
    let input = json!({"mail": "owner@example.com", "password": PASSWORD});
    let opened = house.ask("", "POST", "/session", input).await;
    assert_eq!(opened.body["second_step"], json!(true), "{opened:?}");
    let half = opened.text("token");

    // Every action that needs a sign-in, whatever is there.
    let before = house.count().await.1;
    let mut refused = 0;
    for entry in house.door.catalogue().entries() {
        let door::Way::Http(verb, path) = entry.spec.way else { continue };
        if entry.spec.may.meet(door::Relations::of(&[door::Relation::ANYONE])) || entry.spec.half {
            continue;
        }
        let path = path.replace("{organisation}", &people.organisation.to_string());
        let path = path.replace("{project}", &people.project.to_string());
        let path = path.replace("{client}", &people.client.to_string());
        if entry.spec.name != "upload.append" {
            let answer = house.ask(&half, verb.name(), &path, Value::Null).await;
            assert_eq!((answer.status, &answer.body["type"]), (401, &json!("/problems/second_step")), "{path}");
            refused += 1;
        }
    }
    assert!(refused > 50, "only {refused} actions were tried");
    assert_eq!(house.count().await.1, before, "nothing moved");

    assert_eq!(confirm(&house, &half, "000000").await.status, 401);
    let whole = confirm(&house, &half, &secret.code(house.door.now())).await.text("token");
    assert_ne!(whole, half);
    assert_eq!(house.ask(&whole, "GET", "/projects", Value::Null).await.status, 200, "in the only rooms at once");
    // The secret of the first half opens nothing more.
    assert_eq!(house.ask(&half, "GET", "/account", Value::Null).await.body["type"], json!("/problems/sign_in"));
}

async fn a_code_is_good_once(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let (secret, _) = set_up(&house, owner).await;
    // The code that put the app to use is used.
    let used = secret.code(house.door.now());
    let half = house.sign_in("owner").await;
    assert_eq!(confirm(&house, &half, &used).await.status, 401);
    later(&house);
    let code = secret.code(house.door.now());
    let (one, other) = (house.sign_in("owner").await, house.sign_in("owner").await);
    // Two at once: one of them gets in.
    let both = futures_util::future::join(confirm(&house, &one, &code), confirm(&house, &other, &code)).await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

async fn a_recovery_code_is_good_once_and_new_ones_replace_the_old(house: House) {
    let people = move_in(&house).await;
    let (_, codes) = set_up(&house, people.token("owner")).await;
    assert_eq!(codes.len(), 10);
    let half = house.sign_in("owner").await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let whole = confirm(&house, &half, &typed).await.text("token");
    let account = house.ask(&whole, "GET", "/account", Value::Null).await;
    assert_eq!(account.body["recovery_codes"], json!(9));
    let half = house.sign_in("owner").await;
    assert_eq!(confirm(&house, &half, &codes[3]).await.status, 401, "it was used");

    let fresh = house.ask(&whole, "POST", "/account/recovery-codes", Value::Null).await;
    assert_eq!(fresh.body["codes"].as_array().unwrap().len(), 10);
    assert_eq!(confirm(&house, &half, &codes[4]).await.status, 401, "it was replaced");
    // Nothing that opens anything stands in the database in clear.
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.one("SELECT count(*) AS rows FROM recovery_code WHERE used_at IS NULL", vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("rows").unwrap(), 10);
}

async fn a_factor_counts_for_every_sign_in_at_once_and_takes_a_proof_to_go(house: House) {
    let people = move_in(&house).await;
    let (owner, elsewhere) = (people.token("owner"), house.sign_in("owner").await);
    let begun = house.ask(owner, "POST", "/account/factor", Value::Null).await;
    let secret = Secret::parse(&begun.text("secret")).unwrap();
    assert!(begun.text("address").starts_with("otpauth://totp/house.example:owner%40example.com?secret="), "{begun:?}");
    // One that was only begun is not asked for.
    assert_eq!(house.ask(&elsewhere, "GET", "/account", Value::Null).await.body["factor"], Value::Null);
    let wrong = house.ask(owner, "POST", "/account/factor/confirm", json!({"code": "12345"})).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    // Begun again: the secret before is good for nothing.
    let begun = house.ask(owner, "POST", "/account/factor", Value::Null).await;
    let old = json!({"code": secret.code(house.door.now())});
    assert_eq!(house.ask(owner, "POST", "/account/factor/confirm", old).await.status, 422);
    let secret = Secret::parse(&begun.text("secret")).unwrap();
    let code = json!({"code": secret.code(house.door.now())});
    assert_eq!(house.ask(owner, "POST", "/account/factor/confirm", code).await.status, 200);

    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.status, 200);
    assert_eq!(house.ask(&elsewhere, "GET", "/account", Value::Null).await.status, 401, "elsewhere it is asked for");
    let again = house.ask(owner, "POST", "/account/factor", Value::Null).await;
    assert_eq!(again.status, 409);

    // Ten minutes later a code is asked for, and the password is not enough.
    house.clock.set(house.door.now().plus_seconds(601));
    assert_eq!(house.ask(owner, "DELETE", "/account/factor", Value::Null).await.body["type"], "/problems/step_up");
    let password = house.ask(owner, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!(password.status, 422, "{password:?}");
    let fresh = confirm(&house, owner, &secret.code(house.door.now())).await.text("token");
    assert_eq!(house.ask(&fresh, "DELETE", "/account/factor", Value::Null).await.status, 200);
    assert_eq!(
        house.ask(&elsewhere, "GET", "/account", Value::Null).await.status,
        401,
        "it never took its second step"
    );
    assert_eq!(house.ask(&fresh, "GET", "/account", Value::Null).await.status, 200);
    let again = house.sign_in("owner").await;
    assert_eq!(house.ask(&again, "GET", "/account", Value::Null).await.status, 200, "the password is enough again");
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.one("SELECT (SELECT count(*) FROM factor) + (SELECT count(*) FROM recovery_code) AS rows", vec![]);
    assert_eq!(row.await.unwrap().get::<i64>("rows").unwrap(), 0);
}

async fn guessing_codes_is_slowed(house: House) {
    let people = move_in(&house).await;
    let (secret, _) = set_up(&house, people.token("owner")).await;
    later(&house);
    let half = house.sign_in("owner").await;
    let mut statuses = Vec::new();
    for guess in 0..11 {
        statuses.push(confirm(&house, &half, &format!("{guess:06}")).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (401, 429));
    // Another half does not count anew.
    let other = house.sign_in("owner").await;
    assert_eq!(confirm(&house, &other, &secret.code(house.door.now())).await.status, 429);
    house.clock.set(house.door.now().plus_seconds(300));
    let half = house.sign_in("owner").await;
    assert_eq!(confirm(&house, &half, &secret.code(house.door.now())).await.status, 200);
}

async fn a_token_is_no_person(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let wanted = json!({"name": "ci", "scopes": ["factor:change", "session:change", "password:change"], "days": 1});
    let token = house.ask(owner, "POST", "/account/tokens", wanted).await.text("token");
    assert_eq!(house.ask(&token, "POST", "/account/factor", Value::Null).await.body["type"], "/problems/step_up");
    let confirmed = house.ask(&token, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!(confirmed.status, 409, "{confirmed:?}");
    let set = json!({"old": PASSWORD, "new": "quite another one"});
    assert_eq!(house.ask(&token, "PUT", "/account/password", set).await.status, 409);
}

async fn who_has_lost_everything_is_helped_by_the_operator(house: House) {
    let people = move_in(&house).await;
    set_up(&house, people.token("owner")).await;
    house.operator("factor.forget", json!({"mail": "owner@example.com"})).await;
    assert_eq!(
        house.ask(people.token("owner"), "GET", "/account", Value::Null).await.status,
        401,
        "signed out everywhere"
    );
    let token = house.sign_in("owner").await;
    assert_eq!(house.ask(&token, "GET", "/account", Value::Null).await.status, 200);
}

async fn the_pages_of_the_second_factor(house: House) {
    move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let page = browser.get("/account/factor").await;
    let scan = browser.send(&page, "/account/factor/begin", &[]).await;
    assert_eq!(scan.status, 200);
    assert!(scan.body.contains("<svg class=\"qr\"") && scan.header("cache-control").contains("no-store"));
    let typed: String =
        scan.body.split("id=\"factor-secret\">").nth(1).unwrap().chars().take_while(|c| *c != '<').collect();
    let secret = Secret::parse(&typed.replace(' ', "")).unwrap();

    let wrong = browser.send(&scan, "/account/factor/confirm", &[("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.marked().len()), (422, 1), "{:?}", wrong.marked());
    assert!(!wrong.body.contains(&typed), "the secret is shown once");
    let codes = browser.send(&wrong, "/account/factor/confirm", &[("code", &secret.code(house.door.now()))]).await;
    assert_eq!(codes.status, 200, "{codes:?}");
    assert!(codes.says("Keep your recovery codes"));
    assert!(browser.get("/account").await.says("10 of 10 recovery codes are left."));

    // The way in, from a link to somewhere, with a wrong code on the way.
    later(&house);
    let mut browser = Browser::new(&house);
    let page = browser.follow(browser.get("/projects?search=shop").await).await;
    let values = [("mail", "owner@example.com"), ("password", PASSWORD)];
    let half = browser.send(&page, "/session/open", &values).await;
    assert_eq!(half.header("location"), "/sign-in/second?next=%2Fprojects%3Fsearch%3Dshop");
    assert_eq!(browser.get("/clients").await.header("location"), "/sign-in/second?next=%2Fclients");
    let before = house.count().await.0;
    let step = browser.follow(half).await;
    assert_eq!(house.count().await.0, before, "looking at the second step is no refusal");
    let wrong = browser.send(&step, "/session/confirm", &[("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.marked().len()), (401, 1), "{wrong:?}");
    let right = browser.send(&wrong, "/session/confirm", &[("code", &secret.code(house.door.now()))]).await;
    assert_eq!((right.status, right.header("location")), (303, "/projects?search=shop"));
    assert_eq!(browser.follow(right).await.status, 200);

    // What is sensitive asks again, for a code.
    house.clock.set(house.door.now().plus_seconds(601));
    let page = browser.get("/account/factor").await;
    let stale = browser.send(&page, "/account/factor/remove", &[]).await;
    assert_eq!(stale.status, 403);
    let confirmed = browser.send(&stale, "/session/confirm", &[("code", &secret.code(house.door.now()))]).await;
    assert_eq!(confirmed.header("location"), "/account/factor");
    let page = browser.follow(confirmed).await;
    let removed = browser.send(&page, "/account/factor/remove", &[]).await;
    assert_eq!(removed.header("location"), "/account#security");

    // Half a sign-in can be left.
    let mut stranger = Browser::new(&house);
    assert_eq!(stranger.get("/sign-in/second").await.header("location"), "/sign-in?next=%2Fsign-in%2Fsecond");
    let page = stranger.get("/sign-in").await;
    stranger.send(&page, "/session/open", &values).await;
    assert_eq!(stranger.get("/account").await.status, 200);
}

on_both!(
    half_a_sign_in_reaches_nothing_but_its_second_step,
    a_code_is_good_once,
    a_recovery_code_is_good_once_and_new_ones_replace_the_old,
    a_factor_counts_for_every_sign_in_at_once_and_takes_a_proof_to_go,
    guessing_codes_is_slowed,
    a_token_is_no_person,
    who_has_lost_everything_is_helped_by_the_operator,
    the_pages_of_the_second_factor,
);
