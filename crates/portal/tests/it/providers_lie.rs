//! Everything that is brought back from a provider, tried as an attacker would: answers of others, old ones, and tokens that lie.

use serde_json::{Value, json};

use crate::house::{Answer, House, People, on_both};
use crate::issuer::{Back, CLIENT, Issuer, SECRET, Signs};
use crate::providers::{at_home, come_back, connect, opened, second, set, set_off, through, wanted};

/// A house that believes a provider, by which `works` is known as `1`.
async fn known(house: House) -> (House, People, Issuer) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "1").await;
    (house, people, issuer)
}

/// Refused, and nobody is signed in by it.
async fn refused(house: &House, before: i64, answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.text("type")), (401, "/problems/no_match".to_owned()), "{what}: {answer:?}");
    assert_eq!(sessions(house).await, before, "{what}");
}

async fn sessions(house: &House) -> i64 {
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.one("SELECT count(*) AS sessions FROM session WHERE subject IS NOT NULL", vec![]).await.unwrap();
    row.get("sessions").unwrap()
}

async fn an_answer_is_for_one_browser_and_one_question_once(house: House) {
    let (house, people, issuer) = known(house).await;
    let here = people.organisation;
    let none = json!({});
    let (address, secret) = set_off(&house, "halden").await;
    let (other_address, other_secret) = set_off(&house, "halden").await;
    let before = sessions(&house).await;
    let sign_in = |address: &str| issuer.sign_in(address, "1", &none, second(&house));

    // Of another browser: its state, its code, or all of it without its secret.
    let other = sign_in(&other_address);
    refused(&house, before, &come_back(&house, &secret, here, &other).await, "the state of another browser").await;
    let mixed = Back { code: other.code, state: sign_in(&address).state };
    let asked = issuer.asked();
    refused(&house, before, &come_back(&house, &secret, here, &mixed).await, "the code of another browser").await;
    assert_eq!(issuer.asked(), asked + 1, "the provider itself says no: PKCE");
    let back = sign_in(&address);
    for shown in ["", "x", other_secret.as_str()] {
        refused(&house, before, &come_back(&house, shown, here, &back).await, "without the secret").await;
    }
    for state in ["", "x"] {
        let wrong = Back { code: back.code.clone(), state: state.to_owned() };
        refused(&house, before, &come_back(&house, &secret, here, &wrong).await, "a state that was made up").await;
    }
    // At the address of another organisation: what one provider gives out is not shown to another.
    let there = uuid::Uuid::from_u128(5);
    let asked = issuer.asked();
    refused(&house, before, &come_back(&house, &secret, there, &back).await, "another organisation's address").await;
    // By a name that is not the provider's (RFC 9207).
    let mut input = json!({"secret": secret, "organisation": here, "state": back.state, "code": back.code,
                           "iss": "https://evil.example"});
    refused(&house, before, &house.ask("", "POST", "/session/provider", input.clone()).await, "another issuer").await;
    assert_eq!(issuer.asked(), asked, "nobody is asked for what is not his");
    input["iss"] = json!(issuer.origin);
    let good = house.ask("", "POST", "/session/provider", input.clone()).await;
    assert!(good.status == 200 && good.body["session"].is_object(), "{good:?}");
    // Once.
    refused(&house, before + 1, &house.ask("", "POST", "/session/provider", input).await, "again").await;
    refused(&house, before + 1, &come_back(&house, &secret, here, &sign_in(&address)).await, "with a new code").await;

    // What begins is over after ten minutes, and when whom it waits for has changed meanwhile.
    let (address, secret) = set_off(&house, "halden").await;
    let back = sign_in(&address);
    set(&house, people.token("owner"), wanted(&issuer)).await;
    refused(&house, before + 1, &come_back(&house, &secret, here, &back).await, "the provider was set anew").await;
    let (address, secret) = set_off(&house, "halden").await;
    house.clock.set(house.door.now().plus_seconds(600));
    let back = issuer.sign_in(&address, "1", &none, second(&house));
    refused(&house, before + 1, &come_back(&house, &secret, here, &back).await, "after ten minutes").await;
}

async fn a_provider_that_names_itself_is_held_to_it(house: House) {
    let (house, people, issuer) = known(house).await;
    issuer.documents(&json!({"authorization_response_iss_parameter_supported": true}));
    set(&house, people.token("owner"), wanted(&issuer)).await;
    let before = sessions(&house).await;
    let (unnamed, _) = through(&house, &people, &issuer, "1").await;
    refused(&house, before, &unnamed, "an answer without its name").await;
}

async fn two_answers_at_once_open_one_session(house: House) {
    let (house, people, issuer) = known(house).await;
    let (address, secret) = set_off(&house, "halden").await;
    let before = sessions(&house).await;
    let answers = [0, 1].map(|_| issuer.sign_in(&address, "1", &json!({}), second(&house)));
    let (one, other) = tokio::join!(
        come_back(&house, &secret, people.organisation, &answers[0]),
        come_back(&house, &secret, people.organisation, &answers[1]),
    );
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [200, 401], "{one:?} {other:?}");
    assert_eq!(sessions(&house).await, before + 1);
}

async fn the_signature_decides_and_the_key_says_how(house: House) {
    let (house, people, issuer) = known(house).await;
    for signs in [Signs::Rs256, Signs::Es256, Signs::EdDsa] {
        issuer.signs(signs);
        opened(&house, &people, &issuer, "1").await;
    }
    // A provider changes its keys whenever it likes.
    issuer.turns_its_keys("two");
    opened(&house, &people, &issuer, "1").await;
    let before = sessions(&house).await;
    for signs in [Signs::None, Signs::Hs256, Signs::Hs256Secret, Signs::Strange] {
        issuer.signs(signs);
        let (answer, _) = through(&house, &people, &issuer, "1").await;
        refused(&house, before, &answer, &format!("{signs:?}")).await;
    }
    issuer.signs(Signs::EdDsa);
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "RS256"}),
        json!({"alg": "ES256"}),
        json!({"alg": "HS256"}),
        json!({"kid": "one"}),
        json!({"crit": ["exp"]}),
        json!({"typ": "at+jwt"}),
    ] {
        issuer.says(header.clone(), json!({}));
        let (answer, _) = through(&house, &people, &issuer, "1").await;
        refused(&house, before, &answer, &header.to_string()).await;
    }
}

async fn a_token_says_by_whom_for_whom_for_what_and_until_when(house: House) {
    let (house, people, issuer) = known(house).await;
    let (before, now) = (sessions(&house).await, second(&house));
    for claims in [
        json!({"iss": "https://evil.example"}),
        json!({"iss": format!("{}/", issuer.origin)}),
        json!({"aud": "another"}),
        json!({"aud": [CLIENT, "another"]}),
        json!({"azp": "another"}),
        json!({"exp": now - 60}),
        json!({"iat": now + 3600}),
        json!({"nonce": null}),
        json!({"nonce": "another"}),
        json!({"sub": null}),
        json!({"sub": ""}),
    ] {
        issuer.says(json!({}), claims.clone());
        let (answer, _) = through(&house, &people, &issuer, "1").await;
        refused(&house, before, &answer, &claims.to_string()).await;
    }
    // A token that was good for another sign-in of the same person, in this one.
    issuer.says(json!({}), json!({}));
    let (address, _) = set_off(&house, "halden").await;
    let nonce =
        url::Url::parse(&address).unwrap().query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
    issuer.says(json!({}), json!({"nonce": nonce}));
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    refused(&house, before, &answer, "the token of another sign-in").await;
}

async fn another_clients_code_and_another_secret(house: House) {
    let (house, people, issuer) = known(house).await;
    let before = sessions(&house).await;
    // A code that the same provider has given out for another client.
    let (address, secret) = set_off(&house, "halden").await;
    let theirs = address.replace(&format!("client_id={CLIENT}"), "client_id=another");
    assert_ne!(theirs, address);
    let back = issuer.sign_in(&theirs, "1", &json!({}), second(&house));
    refused(&house, before, &come_back(&house, &secret, people.organisation, &back).await, "another client's code")
        .await;
    // In the form, where the provider wants the secret there.
    issuer.documents(&json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}));
    set(&house, people.token("owner"), wanted(&issuer)).await;
    opened(&house, &people, &issuer, "1").await;
    let mut wrong = wanted(&issuer);
    wrong["client_secret"] = json!(format!("{SECRET}x"));
    set(&house, people.token("owner"), wrong).await;
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    refused(&house, before + 1, &answer, "another secret").await;
}

async fn a_provider_that_talks_too_much_or_not_at_all(house: House) {
    let (house, people, issuer) = known(house).await;
    let before = sessions(&house).await;
    issuer.makes_noise(300 * 1024);
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    refused(&house, before, &answer, "more than there is room for").await;
    issuer.makes_noise(0);
    opened(&house, &people, &issuer, "1").await;
    // Where nobody answers it is worth to try again.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    issuer.documents(&json!({"token_endpoint": format!("http://{gone}/token")}));
    set(&house, people.token("owner"), wanted(&issuer)).await;
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let said: Value = answer.body;
    assert!(!said.to_string().contains("127.0.0.1"), "nothing of the network is told: {said}");
}

on_both!(
    an_answer_is_for_one_browser_and_one_question_once,
    a_provider_that_names_itself_is_held_to_it,
    two_answers_at_once_open_one_session,
    the_signature_decides_and_the_key_says_how,
    a_token_says_by_whom_for_whom_for_what_and_until_when,
    another_clients_code_and_another_secret,
    a_provider_that_talks_too_much_or_not_at_all,
);
