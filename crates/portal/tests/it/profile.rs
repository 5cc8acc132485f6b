//! Name and mail address: one's own to change, the address only by a link that went there.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, move_in, on_both};
use crate::mail::{Letters, path_in};

async fn ask(house: &House, token: &str, mail: &str) -> crate::house::Answer {
    house.ask(token, "POST", "/account/mail", json!({ "mail": mail })).await
}

async fn confirm(house: &House, token: &str, shown: &str) -> u16 {
    house.ask(token, "POST", "/account/mail/confirm", json!({ "token": shown })).await.status
}

/// The secret of the link in the only letter.
async fn link(house: &House, letters: &Letters) -> String {
    let path = path_in(&letters.only(house).await, "/account/mail/");
    path.rsplit('/').next().unwrap().to_owned()
}

async fn another_address_by_a_link_that_went_there(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let mut browser = Browser::of(&house, "works").await;
    letters.arrive(&house).await;
    let account = browser.get("/account").await;
    let sent = browser.send(&account, "/account/mail/ask", &[("mail", " New@Example.com ")]).await;
    assert!(sent.status == 200 && sent.says("a letter to"), "{sent:?}");
    let letter = letters.only(&house).await;
    assert!(letter.contains("To: new@example.com"), "{letter}");
    let path = path_in(&letter, "/account/mail/");
    let shown = path.rsplit('/').next().unwrap().to_owned();

    // Programs that follow links do nothing by it, and whoever reads the letter is not the account.
    let before = house.count().await;
    browser.get(&path).await;
    assert_eq!(house.count().await, before);
    assert_eq!(confirm(&house, "", &shown).await, 401);
    assert_eq!(confirm(&house, people.token("admin"), &shown).await, 401, "somebody else's sign-in");
    assert_eq!(
        house.ask("", "POST", "/session", json!({"mail": "new@example.com", "password": PASSWORD})).await.status,
        401
    );

    let page = browser.get(&path).await;
    let done = browser.send(&page, "/account/mail/confirm", &[]).await;
    assert_eq!(done.header("location"), "/account");
    assert!(browser.follow(done).await.says("new@example.com"));
    let told = letters.only(&house).await;
    assert!(
        told.contains("To: works@example.com") && told.contains("Subject: Your mail address was changed"),
        "{told}"
    );
    assert_eq!(
        house.ask("", "POST", "/session", json!({"mail": "new@example.com", "password": PASSWORD})).await.status,
        200
    );
    assert_eq!(
        house.ask("", "POST", "/session", json!({"mail": "works@example.com", "password": PASSWORD})).await.status,
        401
    );
    let page = browser.get(&path).await;
    let again = browser.send(&page, "/account/mail/confirm", &[]).await;
    assert!(again.status == 401 && again.says("This link is used up"), "{again:?}");
}

async fn an_address_that_somebody_has_is_told_to_nobody(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    letters.arrive(&house).await;
    let works = people.token("works");
    let (taken, free) = (ask(&house, works, "admin@example.com").await, ask(&house, works, "free@example.com").await);
    assert_eq!(taken, free, "one learns nothing of others");
    assert_eq!(taken.status, 200);
    let shown = link(&house, &letters).await;
    // Somebody else takes it in the meantime.
    let input = json!({"mail": "free@example.com", "name": "quick", "password": PASSWORD,
                       "organisation": people.organisation, "role": "staff"});
    house.operator("person.create", input).await;
    assert_eq!(confirm(&house, works, &shown).await, 401);
    let same = ask(&house, works, "works@example.com").await;
    assert_eq!(same.status, 422, "{same:?}");
    assert_eq!(ask(&house, works, "no address").await.status, 422);
}

async fn a_link_is_for_a_day_for_the_account_as_it_was_and_for_nothing_else(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    letters.arrive(&house).await;
    let works = people.token("works");
    assert_eq!(ask(&house, works, "new@example.com").await.status, 200);
    let late = link(&house, &letters).await;
    // It is no link to set a password, and the other way round.
    let other = json!({"token": late, "password": "nine otters in the rain"});
    assert_eq!(house.ask("", "POST", "/password/reset", other).await.status, 401);
    house.clock.set(house.door.now().plus_seconds(24 * 3600));
    assert_eq!(confirm(&house, works, &late).await, 401, "its day is over");
    // What is sensitive asks again.
    assert_eq!(ask(&house, works, "new@example.com").await.body["type"], "/problems/step_up");
    let works = house.sign_in("works").await;
    letters.arrive(&house).await;
    assert_eq!(ask(&house, &works, "new@example.com").await.status, 200);
    let before = link(&house, &letters).await;
    let set = json!({"old": PASSWORD, "new": "quite another one"});
    assert_eq!(house.ask(&works, "PUT", "/account/password", set).await.status, 200);
    assert_eq!(confirm(&house, &works, &before).await, 401, "the account is another one");
}

async fn a_name_is_ones_own(house: House) {
    let people = move_in(&house).await;
    let works = people.token("works");
    let set = async |name: Value| house.ask(works, "PUT", "/account/name", json!({ "name": name })).await.status;
    assert_eq!(set(json!("Ana Castro")).await, 200);
    for wrong in [json!(""), json!("  "), json!("x".repeat(201)), json!(7)] {
        assert_eq!(set(wrong).await, 422);
    }
    assert_eq!(house.ask(works, "GET", "/account", Value::Null).await.body["name"], "Ana Castro");
    let seen = house.ask(people.token("owner"), "GET", "/people", Value::Null).await.body.to_string();
    assert!(seen.contains("Ana Castro"), "{seen}");
}

on_both!(
    another_address_by_a_link_that_went_there,
    an_address_that_somebody_has_is_told_to_nobody,
    a_link_is_for_a_day_for_the_account_as_it_was_and_for_nothing_else,
    a_name_is_ones_own,
);
