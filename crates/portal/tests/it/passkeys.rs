//! Passkeys: a second step, a proof before what is sensitive, and a whole sign-in; recovery codes with the first, and the password
//! alone after the last.

use serde_json::{Value, json};

use crate::authenticator::{Authenticator, Key};
use crate::browser::{Browser, ORIGIN};
use crate::factor::set_up;
use crate::house::{Answer, House, PASSWORD, move_in, on_both};

/// One that has nothing yet, in a browser at the house.
pub(crate) fn authenticator() -> Authenticator {
    Authenticator::new(Key::es256(), ORIGIN)
}

/// Adds a passkey, and says what was answered.
pub(crate) async fn add(house: &House, token: &str, authenticator: &mut Authenticator) -> Answer {
    let begun = house.ask(token, "POST", "/account/passkeys/begin", Value::Null).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let made = authenticator.create(&begun.body["public_key"]);
    house.ask(token, "POST", "/account/passkeys/confirm", json!({"credential": made, "name": "Phone"})).await
}

/// Asks for a proof in a sign-in, and gives it.
pub(crate) async fn prove(house: &House, token: &str, authenticator: &mut Authenticator) -> Answer {
    let begun = house.ask(token, "POST", "/session/confirm/begin", Value::Null).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let shown = authenticator.get(&begun.body["public_key"]);
    house.ask(token, "POST", "/session/confirm", json!({ "passkey": shown })).await
}

/// Signs in with it.
pub(crate) async fn sign_in(house: &House, authenticator: &mut Authenticator) -> Answer {
    let begun = house.ask("", "POST", "/session/passkey/begin", Value::Null).await;
    let shown = authenticator.get(&begun.body["public_key"]);
    house.ask("", "POST", "/session/passkey", json!({"secret": begun.body["secret"], "passkey": shown})).await
}

/// The events whose body holds this.
pub(crate) async fn recorded(house: &House, words: &str) -> Vec<String> {
    let mut tx = house.door.store().read().await.unwrap();
    let rows = tx.all("SELECT body FROM event ORDER BY n", vec![]).await.unwrap();
    let bodies = rows.iter().map(|row| String::from_utf8(row.get("body").unwrap()).unwrap());
    bodies.filter(|body| body.contains(words)).collect()
}

async fn account(house: &House, token: &str) -> Answer {
    house.ask(token, "GET", "/account", Value::Null).await
}

async fn it_is_a_second_step_and_a_whole_sign_in(house: House) {
    let people = move_in(&house).await;
    let (owner, elsewhere) = (people.token("owner"), house.sign_in("owner").await);
    let mut phone = authenticator();
    let added = add(&house, owner, &mut phone).await;
    assert_eq!(added.status, 200, "{added:?}");
    assert_eq!(added.body["codes"].as_array().unwrap().len(), 10, "recovery codes come with the first");

    // It counts at once: the sign-in that added it goes on, every other wants it.
    let shown = account(&house, owner).await;
    assert_eq!((&shown.body["passkeys"][0]["name"], &shown.body["recovery_codes"]), (&json!("Phone"), &json!(10)));
    assert_eq!(account(&house, &elsewhere).await.body["type"], "/problems/second_step");
    let half = house.sign_in("owner").await;
    let state = house.ask(&half, "GET", "/session", Value::Null).await.body;
    assert_eq!([&state["second_step"], &state["by_code"], &state["app"], &state["passkey"]], [true, true, false, true]);
    let whole = prove(&house, &half, &mut phone).await;
    assert_eq!((whole.status, &whole.body["second_step"]), (200, &json!(false)), "{whole:?}");
    assert_eq!(house.ask(&whole.text("token"), "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(account(&house, &half).await.status, 401, "the secret of the first half opens nothing more");

    // Without a password: nothing is missing, and it is in its rooms at once.
    let opened = sign_in(&house, &mut phone).await;
    assert_eq!((opened.status, &opened.body["second_step"]), (200, &json!(false)), "{opened:?}");
    assert_eq!(opened.body["person"], json!(people.ids["owner"]));
    let token = opened.text("token");
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200);
    let events = house.ask(&token, "GET", "/account/events", Value::Null).await;
    let actions: Vec<&str> =
        events.body["events"].as_array().unwrap().iter().filter_map(|event| event["action"].as_str()).collect();
    assert!(actions.starts_with(&["session.passkey.open", "session.confirm"]), "{actions:?}");
    assert!(actions.contains(&"passkey.confirm"), "{actions:?}");
    assert!(account(&house, &token).await.body["passkeys"][0]["used_at"].is_string());
    // How it was done stands in the record.
    let opened = recorded(&house, "\"act\":\"session.passkey.open\"").await;
    assert!(opened.len() == 1 && opened[0].contains("\"auth\":\"passkey\""), "{opened:?}");
}

async fn it_reveals_a_secret_and_asks_again_after_ten_minutes(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    let why = || json!({"reason": "Moving the record"});
    assert_eq!(house.ask(owner, "POST", &reveal, why()).await.body["type"], "/problems/no_factor");
    let mut key = Authenticator::new(Key::ed_dsa(), ORIGIN);
    add(&house, owner, &mut key).await;
    assert_eq!(house.ask(owner, "POST", &reveal, why()).await.status, 200, "whoever adds one goes on");

    let token = sign_in(&house, &mut key).await.text("token");
    assert_eq!(house.ask(&token, "POST", &reveal, why()).await.body["secret"], "h7#Kq");
    house.clock.set(house.door.now().plus_seconds(601));
    assert_eq!(house.ask(&token, "POST", &reveal, why()).await.body["type"], "/problems/step_up");
    let password = house.ask(&token, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!(password.status, 422, "{password:?}");
    let fresh = prove(&house, &token, &mut key).await.text("token");
    assert_eq!(house.ask(&fresh, "POST", &reveal, why()).await.status, 200);
}

async fn it_stands_beside_an_app_and_recovery_codes_go_with_the_last(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let mut key = Authenticator::new(Key::rs256(), ORIGIN);
    let added = add(&house, owner, &mut key).await;
    let codes = added.body["codes"].clone();
    // The app comes second, and the codes are those that are there.
    let (secret, more) = set_up(&house, owner).await;
    assert_eq!(more, [""; 0], "there are some already");
    let half = house.sign_in("owner").await;
    let by_code = json!({ "code": house.next_code(&secret) });
    assert_eq!(house.ask(&half, "POST", "/session/confirm", by_code).await.status, 200);
    let half = house.sign_in("owner").await;
    let whole = house.ask(&half, "POST", "/session/confirm", json!({ "code": codes[0] })).await.text("token");
    assert_eq!(account(&house, &whole).await.body["recovery_codes"], json!(9));

    // Without the app the passkey goes on, and so do the codes.
    assert_eq!(house.ask(&whole, "DELETE", "/account/factor", Value::Null).await.status, 200);
    assert_eq!(account(&house, &whole).await.body["recovery_codes"], json!(9));
    let half = house.sign_in("owner").await;
    assert_eq!(account(&house, &half).await.status, 401, "the password is not enough");
    let whole = prove(&house, &half, &mut key).await.text("token");
    let fresh = house.ask(&whole, "POST", "/account/recovery-codes", Value::Null).await;
    assert_eq!(fresh.body["codes"].as_array().unwrap().len(), 10, "{fresh:?}");

    // A second one, then none: the last takes the codes along, and every other sign-in ends.
    let mut second = authenticator();
    let more = add(&house, &whole, &mut second).await;
    assert_eq!(more.body["codes"], json!([]));
    let elsewhere = sign_in(&house, &mut second).await.text("token");
    let first = format!("/account/passkeys/{}", added.text("id"));
    assert_eq!(house.ask(&whole, "DELETE", &first, Value::Null).await.status, 200);
    assert_eq!(sign_in(&house, &mut key).await.status, 401, "it is known no more");
    assert_eq!(account(&house, &elsewhere).await.status, 401, "every other sign-in has ended");
    assert_eq!(account(&house, &whole).await.body["recovery_codes"], json!(10));
    let last = format!("/account/passkeys/{}", more.text("id"));
    let whole = prove(&house, &whole, &mut second).await.text("token");
    assert_eq!(house.ask(&whole, "DELETE", &last, Value::Null).await.status, 200);
    assert_eq!(account(&house, &whole).await.body["recovery_codes"], Value::Null);
    let again = house.sign_in("owner").await;
    assert_eq!(account(&house, &again).await.status, 200, "the password is enough again");
    let mut tx = house.door.store().read().await.unwrap();
    let left = "SELECT (SELECT count(*) FROM passkey) + (SELECT count(*) FROM recovery_code) AS rows";
    assert_eq!(tx.one(left, vec![]).await.unwrap().get::<i64>("rows").unwrap(), 0);
}

async fn each_is_ones_own_and_has_a_name(house: House) {
    let people = move_in(&house).await;
    let (owner, admin) = (people.token("owner"), people.token("admin"));
    let added = add(&house, owner, &mut authenticator()).await;
    let path = format!("/account/passkeys/{}", added.text("id"));
    for (verb, path, body) in
        [("DELETE", path.clone(), Value::Null), ("PUT", format!("{path}/name"), json!({"name": "Mine"}))]
    {
        assert_eq!(house.ask(admin, verb, &path, body).await.status, 404, "somebody else's is not there");
    }
    let named = house.ask(owner, "PUT", &format!("{path}/name"), json!({"name": "Key ring"})).await;
    assert_eq!(named.status, 200, "{named:?}");
    assert_eq!(account(&house, owner).await.body["passkeys"][0]["name"], "Key ring");
    assert_eq!(account(&house, admin).await.body["passkeys"], json!([]));
    // Each time it is the same random name under which authenticators know her, and nobody else has it.
    let asked = async |token: &str| {
        let begun = house.ask(token, "POST", "/account/passkeys/begin", Value::Null).await;
        let asked = &begun.body["public_key"];
        (asked["user"]["id"].as_str().unwrap().to_owned(), asked["excludeCredentials"].as_array().unwrap().len())
    };
    let (one, other) = (asked(owner).await, asked(owner).await);
    assert_eq!((one.0.len(), one.1), (86, 1), "64 bytes; and what is there already is not made again");
    assert_eq!(one, other);
    assert_ne!(asked(admin).await.0, one.0);
    // Ten minutes later one proves first that it is oneself.
    house.clock.set(house.door.now().plus_seconds(601));
    for (verb, path) in [("DELETE", path.as_str()), ("POST", "/account/passkeys/begin")] {
        assert_eq!(house.ask(owner, verb, path, Value::Null).await.body["type"], "/problems/step_up", "{path}");
    }
}

async fn an_organisation_that_asks_for_a_factor_is_content(house: House) {
    let people = move_in(&house).await;
    house.with_app("owner", people.token("owner")).await;
    let set = house.ask(people.token("owner"), "PUT", "/organisation/second-factor", json!({"days": 0})).await;
    assert_eq!(set.status, 200, "{set:?}");
    let works = people.token("works");
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(works, "GET", &project, Value::Null).await.status, 404);
    let mut phone = authenticator();
    assert_eq!(add(&house, works, &mut phone).await.status, 200);
    assert_eq!(house.ask(works, "GET", &project, Value::Null).await.status, 200);
    let listed = house.ask(people.token("owner"), "GET", "/people", Value::Null).await;
    let with: Vec<&str> = listed.body["people"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|person| !person["second_factor_since"].is_null())
        .filter_map(|person| person["name"].as_str())
        .collect();
    assert_eq!(with.len(), 2, "{with:?}");
    let token = sign_in(&house, &mut phone).await.text("token");
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 200);
}

async fn what_ends_it(house: House) {
    let people = move_in(&house).await;
    let mut phone = authenticator();
    add(&house, people.token("works"), &mut phone).await;
    // Who is active nowhere learns no more than a stranger.
    let suspend =
        |state: &str| json!({"organisation": people.organisation, "person": people.ids["works"], "state": state});
    house.operator("membership.state.set", suspend("suspended")).await;
    let refused = sign_in(&house, &mut phone).await;
    assert_eq!((refused.status, refused.text("type")), (401, "/problems/no_match".to_owned()));
    house.operator("membership.state.set", suspend("active")).await;
    assert_eq!(sign_in(&house, &mut phone).await.status, 200);
    // Who has lost it, and every code, is helped by the operator.
    house.operator("factor.forget", json!({"mail": "works@example.com"})).await;
    assert_eq!(sign_in(&house, &mut phone).await.status, 401);
    let token = house.sign_in("works").await;
    assert_eq!(account(&house, &token).await.body["recovery_codes"], Value::Null);
}

async fn the_pages_lead_through_it(house: House) {
    let people = move_in(&house).await;
    let mut phone = authenticator();
    let mut browser = Browser::of(&house, "owner").await;
    // What asks for a factor offers a passkey first, and goes on afterwards.
    let credential = format!("/projects/{}/credentials/{}", people.project, people.credential);
    let page = browser.get(&credential).await;
    let reveal = format!("{credential}/reveal");
    let wanted = browser.send(&page, &reveal, &[("reason", "Moving the record")]).await;
    assert!(wanted.status == 403 && wanted.says("Add a passkey or an authenticator app here"), "{wanted:?}");
    let make = browser.send(&wanted, "/account/passkeys/begin", &[]).await;
    assert!(make.says("Your device makes a passkey") && make.header("cache-control").contains("no-store"));
    let made = phone.create(&make.asked()).to_string();
    let codes = browser.send(&make, "/account/passkeys/confirm", &[("credential", &made)]).await;
    assert!(codes.status == 200 && codes.says("Keep your recovery codes"), "{codes:?}");
    assert!(codes.body.contains(&format!("href=\"{credential}\"")), "and on to where it was wanted");
    let page = browser.get(&credential).await;
    let shown = browser.send(&page, &reveal, &[("reason", "Moving the record")]).await;
    assert!(shown.status == 200 && shown.says("h7#Kq"));

    // The form again; the answer again in another form; and none at all, as a browser without script sends it.
    let again = browser.send(&make, "/account/passkeys/confirm", &[("credential", &made)]).await;
    assert_eq!(again.status, 409, "it is done, and its codes were shown");
    let page = browser.get("/account/passkeys").await;
    for answer in [made.as_str(), ""] {
        let make = browser.send(&page, "/account/passkeys/begin", &[]).await;
        let again = browser.send(&make, "/account/passkeys/confirm", &[("credential", answer)]).await;
        assert_eq!((again.status, again.marked().len()), (401, 1), "{:?}", again.marked());
    }
    assert!(page.says("unknown program") && page.says("synced"));
    let path = page.forms().into_iter().find(|path| path.ends_with("/name/set")).unwrap();
    let named = browser.send(&page, &path, &[("name", "My phone")]).await;
    assert!(browser.follow(named).await.says("My phone"));
    assert!(browser.get("/account").await.says("1 in use"));

    // The way in, from a link to somewhere.
    let mut browser = Browser::new(&house);
    let page = browser.follow(browser.get("/projects?search=shop").await).await;
    let ask = browser.send(&page, "/session/passkey/begin", &[]).await;
    assert!(ask.says("Show your passkey") && browser.challenge.is_some());
    let shown = phone.get(&ask.asked()).to_string();
    let mut other = Browser::new(&house);
    let stolen = other.send(&ask, "/session/passkey/open", &[("passkey", &shown)]).await;
    assert_eq!((stolen.status, stolen.marked().len(), &other.cookie), (401, 1, &None), "another browser");
    let led = browser.post("/session/passkey/open", &[("passkey", &shown)], "cross-site").await;
    assert_eq!((led.status, &browser.cookie), (403, &None), "led here by another site");
    let opened = browser.send(&ask, "/session/passkey/open", &[("passkey", &shown)]).await;
    assert_eq!((opened.status, opened.header("location")), (303, "/projects?search=shop"), "{opened:?}");
    assert!(browser.challenge.is_none(), "what it alone knew is done with");
    assert_eq!(browser.follow(opened).await.status, 200);

    // A second step, and a proof before something sensitive.
    let mut half = Browser::of(&house, "owner").await;
    let step = half.get("/sign-in/second?next=/clients").await;
    let ask = half.send(&step, "/session/confirm/begin", &[]).await;
    let whole = half.send(&ask, "/session/confirm", &[("passkey", &phone.get(&ask.asked()).to_string())]).await;
    assert_eq!((whole.status, whole.header("location")), (303, "/clients"), "{whole:?}");
    house.clock.set(house.door.now().plus_seconds(601));
    let page = half.get("/account/passkeys").await;
    let remove = page.forms().into_iter().find(|path| path.ends_with("/remove")).unwrap();
    let stale = half.send(&page, &remove, &[]).await;
    assert_eq!(stale.status, 403);
    let ask = half.send(&stale, "/session/confirm/begin", &[]).await;
    let wrong = half.send(&ask, "/session/confirm", &[("passkey", &shown)]).await;
    assert_eq!((wrong.status, wrong.marked().len()), (401, 1), "{:?}", wrong.marked());
    let right = half.send(&ask, "/session/confirm", &[("passkey", &phone.get(&ask.asked()).to_string())]).await;
    assert_eq!(right.header("location"), "/account/passkeys", "{right:?}");
    let page = half.follow(right).await;
    assert!(page.says("It is your only second factor"));
    let removed = half.send(&page, &remove, &[]).await;
    assert_eq!(removed.header("location"), "/account/passkeys");
    assert!(!half.follow(removed).await.says("My phone"));
}

on_both!(
    it_is_a_second_step_and_a_whole_sign_in,
    it_reveals_a_secret_and_asks_again_after_ten_minutes,
    it_stands_beside_an_app_and_recovery_codes_go_with_the_last,
    each_is_ones_own_and_has_a_name,
    an_organisation_that_asks_for_a_factor_is_content,
    what_ends_it,
    the_pages_lead_through_it,
);
