//! Invitations, tried as an attacker would: only who was invited comes in, as no more than whoever invites could give at that
//! moment.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};
use crate::mail::{Letters, path_in};

async fn invite(house: &House, token: &str, mail: &str, role: &str, client: Value) -> Answer {
    house.ask(token, "POST", "/invitations", json!({"mail": mail, "role": role, "client": client})).await
}

async fn accept(house: &House, session: &str, link: &str, account: Value) -> Answer {
    let mut input = if account.is_null() { json!({}) } else { account };
    input["token"] = json!(link);
    house.ask(session, "POST", "/invitations/accept", input).await
}

fn somebody_new() -> Value {
    json!({"name": "Nora Berg", "password": "nine otters in the rain"})
}

/// The secret of a link that was copied.
fn secret_of(made: &Answer) -> String {
    made.text("link").rsplit('/').next().unwrap().to_owned()
}

async fn role_of(house: &House, people: &People, mail: &str) -> Option<String> {
    let sql = "SELECT m.role AS role FROM membership m JOIN person p ON p.id = m.person \
               WHERE p.mail = $1 AND m.organisation = $2 AND m.state = 'active'";
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.maybe(sql, door::values![mail, people.organisation]).await.unwrap();
    row.map(|row| row.get("role").unwrap())
}

async fn somebody_new_comes_by_a_letter(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let made = invite(&house, people.token("owner"), "nora@example.com", "staff", Value::Null).await;
    assert!(made.status == 200 && made.body.get("link").is_none(), "where mail leaves, only its reader has the link");
    let letter = letters.only(&house).await;
    assert!(letter.contains("To: nora@example.com") && letter.contains("owner invites you"), "{letter}");
    let path = path_in(&letter, "/join/");
    let listed = house.ask(people.token("admin"), "GET", "/invitations", Value::Null).await;
    assert_eq!(listed.body["invitations"][0]["mail"], "nora@example.com");
    assert!(!listed.body.to_string().contains(path.rsplit('/').next().unwrap()));

    let mut browser = Browser::new(&house);
    let before = house.count().await;
    let page = browser.get(&path).await;
    browser.get(&path).await;
    assert_eq!(house.count().await, before, "to look is to do nothing");
    assert!(page.says("Join Halden") && page.header("referrer-policy") == "no-referrer", "{page:?}");
    let values = [("name", "Nora Berg"), ("password", "nora@example")];
    let weak = browser.send(&page, "/invitations/accept", &values).await;
    assert_eq!((weak.status, weak.marked().len()), (422, 1), "{weak:?}");
    let values = [("name", "Nora Berg"), ("password", "nine otters in the rain")];
    let joined = browser.send(&weak, "/invitations/accept", &values).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/"), "{joined:?}");
    assert_eq!(browser.follow(joined).await.status, 200, "and is signed in, in the rooms");
    assert_eq!(role_of(&house, &people, "nora@example.com").await.as_deref(), Some("staff"));
    let again = browser.get(&path).await;
    assert!(again.status == 401 && again.says("This link is used up"), "{again:?}");
    let listed = house.ask(people.token("admin"), "GET", "/invitations", Value::Null).await;
    assert_eq!(listed.body["invitations"], json!([]));
}

async fn nobody_gives_more_than_he_has(house: House) {
    let people = move_in(&house).await;
    let client = json!(people.client);
    let other = json!(other_client(&house, &people).await);
    let before = house.count().await.1;
    for (who, role, client, status) in [
        ("admin", "owner", Value::Null, 403),
        ("their_admin", "staff", Value::Null, 403),
        ("their_admin", "owner", Value::Null, 403),
        ("their_admin", "client_member", other.clone(), 404),
        ("works", "staff", Value::Null, 403),
        ("their_member", "client_member", client.clone(), 403),
        ("owner", "client_member", Value::Null, 422),
        ("owner", "staff", client.clone(), 422),
        ("elsewhere", "client_member", client.clone(), 404),
    ] {
        let answer = invite(&house, people.token(who), "nora@example.com", role, client).await;
        assert_eq!(answer.status, status, "{who} invites a {role}: {answer:?}");
    }
    assert_eq!(house.count().await.1, before, "nothing moved");
    for (at, (who, role, client)) in [
        ("owner", "owner", Value::Null),
        ("admin", "admin", Value::Null),
        ("admin", "client_admin", client.clone()),
        ("their_admin", "client_admin", Value::Null),
        ("their_admin", "client_member", client),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = invite(&house, people.token(who), &format!("nora{at}@example.com"), role, client).await;
        assert_eq!(answer.status, 200, "{who} invites a {role}: {answer:?}");
    }
    // A client's people see their company's alone, and touch no other.
    let theirs = house.ask(people.token("their_admin"), "GET", "/invitations", Value::Null).await;
    assert_eq!(theirs.body["invitations"].as_array().unwrap().len(), 3);
    let all = house.ask(people.token("owner"), "GET", "/invitations", Value::Null).await;
    let of_the_owner = all.body["invitations"].as_array().unwrap().iter().find(|one| one["role"] == "owner").unwrap();
    let path = format!("/invitations/{}", of_the_owner["id"].as_str().unwrap());
    for (who, status) in
        [("admin", 403), ("their_admin", 404), ("other_client", 404), ("elsewhere", 404), ("works", 403)]
    {
        let withdrawn = house.ask(people.token(who), "DELETE", &path, Value::Null).await;
        assert_eq!(withdrawn.status, status, "{who}: {withdrawn:?}");
        let renewed = house.ask(people.token(who), "POST", &format!("{path}/renew"), Value::Null).await;
        assert_eq!(renewed.status, status, "{who}: {renewed:?}");
    }
}

async fn other_client(house: &House, people: &People) -> String {
    let clients = house.ask(people.token("owner"), "GET", "/clients", Value::Null).await;
    let clients = clients.body["clients"].as_array().unwrap().clone();
    let other = clients.iter().find(|client| client["id"] != json!(people.client)).unwrap();
    other["id"].as_str().unwrap().to_owned()
}

async fn a_link_is_for_its_address_and_its_time(house: House) {
    let people = move_in(&house).await;
    let made = invite(&house, people.token("owner"), "nora@example.com", "admin", Value::Null).await;
    let link = secret_of(&made);
    assert!(made.text("link").starts_with("http://house.example/join/"), "without mail it is copied: {made:?}");
    let twice = invite(&house, people.token("owner"), "nora@example.com", "staff", Value::Null).await;
    assert_eq!(twice.status, 409);

    // Somebody else who is signed in is not let in by it, and nobody's account is taken over.
    let another = accept(&house, people.token("elsewhere"), &link, Value::Null).await;
    assert_eq!(another.status, 409, "{another:?}");
    let theirs = accept(&house, people.token("elsewhere"), &link, somebody_new()).await;
    assert_eq!(theirs.status, 409, "{theirs:?}");
    for nothing in ["", "x", "0123456789012345678901234567890123456789012"] {
        assert_eq!(accept(&house, "", nothing, somebody_new()).await.status, 401);
    }
    assert_eq!(accept(&house, "", &link, Value::Null).await.status, 422, "there is no account yet");

    // Anew: the one before works no more.
    let path = format!("/invitations/{}/renew", made.text("id"));
    let renewed = secret_of(&house.ask(people.token("admin"), "POST", &path, Value::Null).await);
    assert_eq!(accept(&house, "", &link, somebody_new()).await.status, 401);
    // A week.
    house.clock.set(house.door.now().plus_seconds(7 * 24 * 3600));
    assert_eq!(accept(&house, "", &renewed, somebody_new()).await.status, 401);
    let owner = house.sign_in("owner").await;
    let renewed = secret_of(&house.ask(&owner, "POST", &path, Value::Null).await);
    // Two at once: one of them comes.
    let both = futures_util::future::join(
        accept(&house, "", &renewed, somebody_new()),
        accept(&house, "", &renewed, somebody_new()),
    )
    .await;
    let done = [both.0.status, both.1.status].iter().filter(|status| **status == 200).count();
    assert_eq!(done, 1, "{both:?}");
    assert_eq!(role_of(&house, &people, "nora@example.com").await.as_deref(), Some("admin"));

    // Taken back.
    let made = invite(&house, &owner, "mads@example.com", "staff", Value::Null).await;
    let path = format!("/invitations/{}", made.text("id"));
    assert_eq!(house.ask(&owner, "DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(accept(&house, "", &secret_of(&made), somebody_new()).await.status, 401);
    // One that nobody used goes by itself.
    invite(&house, &owner, "late@example.com", "staff", Value::Null).await;
    house.clock.set(house.door.now().plus_seconds(38 * 24 * 3600));
    crate::watch::run_job(&house.door, "session.sweep").await.unwrap();
    let owner = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner, "GET", "/invitations", Value::Null).await.body["invitations"], json!([]));
}

async fn who_has_an_account_joins_with_it(house: House) {
    let people = move_in(&house).await;
    let made = invite(&house, people.token("owner"), "elsewhere@example.com", "staff", Value::Null).await;
    let link = secret_of(&made);
    let unsigned = accept(&house, "", &link, somebody_new()).await;
    assert_eq!(unsigned.status, 409, "whoever has the link gets no hold of the account: {unsigned:?}");
    let scopes = json!({"name": "ci", "scopes": ["invitation:change"], "days": 1});
    let token = house.ask(people.token("elsewhere"), "POST", "/account/tokens", scopes).await;
    if token.status == 200 {
        assert_eq!(
            accept(&house, &token.text("token"), &link, Value::Null).await.status,
            409,
            "a program joins nothing"
        );
    }
    let mut browser = Browser::of(&house, "elsewhere").await;
    let page = browser.get(&format!("/join/{link}")).await;
    let joined = browser.send(&page, "/invitations/accept", &[]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/"), "{joined:?}");
    assert!(browser.get("/").await.says("Halden"));
    assert_eq!(role_of(&house, &people, "elsewhere@example.com").await.as_deref(), Some("staff"));

    // Another's browser is told, and has no button.
    let made = invite(&house, people.token("owner"), "mads@example.com", "staff", Value::Null).await;
    let stranger = Browser::of(&house, "works").await;
    let page = stranger.get(&format!("/join/{}", secret_of(&made))).await;
    assert!(page.says("you are signed in as somebody else"), "{page:?}");
    assert!(!page.forms().contains(&"/invitations/accept".to_owned()));
    // Who belongs already is not invited, and one who is suspended is not let in again by it.
    assert_eq!(invite(&house, people.token("owner"), "works@example.com", "admin", Value::Null).await.status, 409);
    assert_eq!(invite(&house, people.token("owner"), "suspended@example.com", "admin", Value::Null).await.status, 409);
}

async fn who_invites_is_asked_again_when_the_link_is_used(house: House) {
    let people = move_in(&house).await;
    let made = invite(&house, people.token("admin"), "nora@example.com", "admin", Value::Null).await;
    let theirs = invite(&house, people.token("their_admin"), "mads@example.com", "client_member", Value::Null).await;
    for name in ["admin", "their_admin"] {
        let state = json!({"organisation": people.organisation, "person": people.ids[name], "state": "suspended"});
        house.operator("membership.state.set", state).await;
    }
    for link in [&made, &theirs].map(secret_of) {
        assert_eq!(accept(&house, "", &link, somebody_new()).await.status, 401, "who was put out invites nobody");
    }
    assert_eq!(role_of(&house, &people, "nora@example.com").await, None);
    // Somebody else takes it on.
    let path = format!("/invitations/{}/renew", made.text("id"));
    let link = secret_of(&house.ask(people.token("owner"), "POST", &path, Value::Null).await);
    assert_eq!(accept(&house, "", &link, somebody_new()).await.status, 200);
}

async fn who_comes_back_brings_nothing_along(house: House) {
    let people = move_in(&house).await;
    let left = json!({"organisation": people.organisation, "person": people.ids["works"], "state": "left"});
    house.operator("membership.state.set", left).await;
    let made = invite(&house, people.token("owner"), "works@example.com", "staff", Value::Null).await;
    // Active nowhere, so nobody can sign in with the account: its password is asked for, and no other makes it his.
    let link = secret_of(&made);
    assert_eq!(accept(&house, "", &link, somebody_new()).await.status, 422);
    let mut browser = Browser::new(&house);
    let page = browser.get(&format!("/join/{link}")).await;
    assert!(page.says("You were here before"), "{page:?}");
    let joined = browser.send(&page, "/invitations/accept", &[("password", PASSWORD)]).await;
    assert_eq!(joined.header("location"), "/", "{joined:?}");
    let works = house.sign_in("works").await;
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(&works, "GET", &project, Value::Null).await.status, 404, "the project of before is not his");
}

async fn the_page_of_invitations(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "their_admin").await;
    let page = browser.get("/invitations").await;
    assert!(page.says("Nobody is invited at the moment.") && !page.body.contains("value=\"staff\""), "{page:?}");
    let values = [("mail", "nora@example.com"), ("role", "client_member")];
    let made = browser.send(&page, "/invitations/create", &values).await;
    assert!(made.status == 200 && made.says("Copy this link"), "{made:?}");
    let page = browser.get("/invitations").await;
    let withdraw = page.forms().into_iter().find(|form| form.ends_with("/withdraw")).unwrap();
    let renewed = browser.send(&page, &withdraw.replace("/withdraw", "/renew"), &[]).await;
    assert!(renewed.says("Copy this link"), "{renewed:?}");
    let withdrawn = browser.send(&page, &withdraw, &[]).await;
    assert_eq!(withdrawn.header("location"), "/invitations");
    assert!(browser.get("/invitations").await.says("Nobody is invited at the moment."));
    let wrong = browser.send(&page, "/invitations/create", &[("mail", "nora"), ("role", "client_member")]).await;
    assert_eq!((wrong.status, wrong.marked().len()), (422, 1));
    assert_eq!(Browser::of(&house, "works").await.get("/invitations").await.status, 403);
    let _ = people;
}

on_both!(
    somebody_new_comes_by_a_letter,
    nobody_gives_more_than_he_has,
    a_link_is_for_its_address_and_its_time,
    who_has_an_account_joins_with_it,
    who_invites_is_asked_again_when_the_link_is_used,
    who_comes_back_brings_nothing_along,
    the_page_of_invitations,
);
