//! Everything that an authenticator or somebody between can lie about, tried as an attacker would.

use serde_json::{Value, json};

use crate::authenticator::{Authenticator, FLAGS, Key, Lies};
use crate::browser::ORIGIN;
use crate::house::{Answer, House, move_in, on_both};
use crate::passkeys::{add, authenticator, prove, recorded, sign_in};
use crate::watch::run_job;

/// Refused as everything that does not match.
fn refused(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.text("type")), (401, "/problems/no_match".to_owned()), "{what}: {answer:?}");
}

async fn sessions(house: &House) -> i64 {
    let mut tx = house.door.store().read().await.unwrap();
    tx.one("SELECT count(*) AS sessions FROM session", vec![]).await.unwrap().get("sessions").unwrap()
}

async fn no_lie_signs_anybody_in(house: House) {
    let people = move_in(&house).await;
    let mut phone = authenticator();
    add(&house, people.token("owner"), &mut phone).await;
    let before = sessions(&house).await;
    let lies = [
        ("another kind of question", Lies { kind: Some("webauthn.create"), ..Lies::default() }),
        ("a question of its own", Lies { challenge: Some(vec![7; 32]), ..Lies::default() }),
        ("another origin", Lies { origin: Some("http://evil.example"), ..Lies::default() }),
        ("the same host by another scheme", Lies { origin: Some("https://house.example"), ..Lies::default() }),
        ("inside a page of another", Lies { top_origin: Some("http://evil.example"), ..Lies::default() }),
        ("another relying party", Lies { party: Some("evil.example"), ..Lies::default() }),
        ("nobody there", Lies { flags: Some(FLAGS & !1), ..Lies::default() }),
        ("nobody known there", Lies { flags: Some(FLAGS & !4), ..Lies::default() }),
        ("not to be backed up any more", Lies { flags: Some(FLAGS & !24), ..Lies::default() }),
        ("somebody else's", Lies { user_handle: Some(Some(vec![1; 64])), ..Lies::default() }),
        ("nobody's", Lies { user_handle: Some(None), ..Lies::default() }),
        ("a key that is not known", Lies { id: Some(vec![1; 32]), ..Lies::default() }),
        ("no key", Lies { id: Some(Vec::new()), ..Lies::default() }),
        ("something behind it", Lies { behind: vec![0; 8], ..Lies::default() }),
    ];
    for (what, lies) in lies {
        phone.lies = lies;
        refused(&sign_in(&house, &mut phone).await, what);
    }
    phone.lies = Lies::default();
    // Another key that says it is this one.
    let id = json!(phone.get(&json!({"challenge": "", "rpId": ""}))["id"]);
    let mut forged = Authenticator::new(Key::ed_dsa(), ORIGIN);
    let begun = house.ask("", "POST", "/session/passkey/begin", Value::Null).await;
    let mut swapped = forged.get(&begun.body["public_key"]);
    let honest = phone.get(&begun.body["public_key"]);
    swapped["id"] = id;
    swapped["response"]["userHandle"] = honest["response"]["userHandle"].clone();
    let open = async |passkey: &Value| {
        let shown = json!({"secret": begun.body["secret"], "passkey": passkey});
        house.ask("", "POST", "/session/passkey", shown).await
    };
    refused(&open(&swapped).await, "a swapped key");
    // Cut off at the end: each of what was signed, and the signature.
    for field in ["clientDataJSON", "authenticatorData", "signature"] {
        let mut cut = honest.clone();
        let whole = cut["response"][field].as_str().unwrap();
        cut["response"][field] = json!(whole[..whole.len() / 8 * 4]);
        refused(&open(&cut).await, field);
    }
    let nonsense = json!({"id": "!", "response": {}});
    assert_eq!(open(&nonsense).await.status, 422);
    assert_eq!(sessions(&house).await, before);
    // A lie uses nothing up; the truth does, once.
    assert_eq!(open(&honest).await.status, 200);
    refused(&open(&honest).await, "again");
    assert_eq!(sessions(&house).await, before + 1);
}

async fn an_answer_is_for_one_question_of_one_browser_in_its_time(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let mut phone = authenticator();
    add(&house, owner, &mut phone).await;
    let begin = async || house.ask("", "POST", "/session/passkey/begin", Value::Null).await.body;
    let open = async |secret: &Value, passkey: &Value| {
        house.ask("", "POST", "/session/passkey", json!({"secret": secret, "passkey": passkey})).await
    };
    let (one, other) = (begin().await, begin().await);
    let shown = phone.get(&one["public_key"]);
    refused(&open(&other["secret"], &shown).await, "the question of another browser");
    refused(&open(&json!(""), &shown).await, "of no browser");
    house.clock.set(house.door.now().plus_seconds(300));
    refused(&open(&one["secret"], &shown).await, "after five minutes");

    // What a sign-in was asked is no proof for another, of whoever it is; nor is it a sign-in.
    let (half, elsewhere) = (house.sign_in("owner").await, house.sign_in("owner").await);
    let asked = house.ask(&half, "POST", "/session/confirm/begin", Value::Null).await.body;
    let shown = phone.get(&asked["public_key"]);
    let confirm = async |token: &str| house.ask(token, "POST", "/session/confirm", json!({ "passkey": shown })).await;
    refused(&confirm(&elsewhere).await, "the question of another sign-in");
    refused(&open(&json!(""), &shown).await, "the question of a sign-in");
    // And the other way round.
    let strange = begin().await;
    let strange = phone.get(&strange["public_key"]);
    let answer = house.ask(&half, "POST", "/session/confirm", json!({ "passkey": strange })).await;
    refused(&answer, "the question of a stranger");
    assert_eq!(confirm(&half).await.status, 200);

    // Two at once: one of them gets in.
    let begun = begin().await;
    let shown = phone.get(&begun["public_key"]);
    let both = futures_util::future::join(open(&begun["secret"], &shown), open(&begun["secret"], &shown)).await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    // What is over is swept, and nothing that was asked stands there in clear.
    house.clock.set(house.door.now().plus_seconds(301));
    run_job(&house.door, "session.sweep").await.unwrap();
    let mut tx = house.door.store().read().await.unwrap();
    let left = tx.one("SELECT count(*) AS left FROM passkey_challenge", vec![]).await.unwrap();
    assert_eq!(left.get::<i64>("left").unwrap(), 0);
}

async fn somebody_elses_key_proves_nothing(house: House) {
    let people = move_in(&house).await;
    let (mut hers, mut his) = (authenticator(), authenticator());
    add(&house, people.token("owner"), &mut hers).await;
    add(&house, people.token("works"), &mut his).await;
    let half = house.sign_in("owner").await;
    refused(&prove(&house, &half, &mut his).await, "his key in her sign-in");
    assert_eq!(prove(&house, &half, &mut hers).await.status, 200);
    let asked = house.ask(people.token("admin"), "POST", "/session/confirm/begin", Value::Null).await;
    assert_eq!(asked.status, 409, "who has none is asked for none: {asked:?}");
    let shown = hers.get(&json!({"challenge": "AA", "rpId": "house.example"}));
    let confirm = house.ask(people.token("admin"), "POST", "/session/confirm", json!({ "passkey": shown })).await;
    assert_eq!(confirm.status, 422, "{confirm:?}");
    // A token is nobody who could prove anything.
    let owner = prove(&house, &house.sign_in("owner").await, &mut hers).await.text("token");
    let wanted = json!({"name": "ci", "scopes": ["session:change", "passkey:change"], "days": 1});
    let token = house.ask(&owner, "POST", "/account/tokens", wanted).await.text("token");
    for path in ["/session/confirm/begin", "/account/passkeys/begin"] {
        let answer = house.ask(&token, "POST", path, Value::Null).await;
        assert!(matches!(answer.status, 403 | 409), "{path}: {answer:?}");
    }
}

async fn a_key_that_counts_backwards_is_refused_and_recorded(house: House) {
    let people = move_in(&house).await;
    let mut key = authenticator();
    key.counter = 7;
    add(&house, people.token("owner"), &mut key).await;
    assert_eq!(sign_in(&house, &mut key).await.status, 200);
    // The copy has not counted what the other did since.
    key.counter = 7;
    let copied = sign_in(&house, &mut key).await;
    assert_eq!((copied.status, copied.text("type")), (409, "/problems/not_now".to_owned()), "{copied:?}");
    let half = house.sign_in("owner").await;
    key.counter = 3;
    assert_eq!(prove(&house, &half, &mut key).await.status, 409);
    key.counter = 8;
    let whole = prove(&house, &half, &mut key).await.text("token");
    let events = house.ask(&whole, "GET", "/account/events", Value::Null).await;
    let failed: Vec<&Value> =
        events.body["events"].as_array().unwrap().iter().filter(|event| event["result"] == "failed").collect();
    assert_eq!(failed.len(), 1, "its owner sees it: {events:?}");
    assert_eq!(recorded(&house, "\"state\":\"perhaps_copied\"").await.len(), 2, "and the operator both");
}

async fn no_lie_adds_a_key(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let lies = [
        ("another kind of question", Lies { kind: Some("webauthn.get"), ..Lies::default() }),
        ("a question of its own", Lies { challenge: Some(vec![7; 32]), ..Lies::default() }),
        ("another origin", Lies { origin: Some("http://evil.example"), ..Lies::default() }),
        ("another relying party", Lies { party: Some("evil.example"), ..Lies::default() }),
        ("nobody known there", Lies { flags: Some(FLAGS & !4), ..Lies::default() }),
        ("another name outside", Lies { id: Some(vec![1; 32]), ..Lies::default() }),
    ];
    for (what, lies) in lies {
        let mut liar = authenticator();
        liar.lies = lies;
        let answer = add(&house, owner, &mut liar).await;
        assert_eq!((answer.status, answer.body["errors"]["credential"].is_string()), (422, true), "{what}: {answer:?}");
    }
    // What somebody else was asked, and what was asked to prove.
    let mut phone = authenticator();
    let asked = house.ask(people.token("admin"), "POST", "/account/passkeys/begin", Value::Null).await.body;
    let made = phone.create(&asked["public_key"]);
    let confirm = async |token: &str, made: &Value| {
        house.ask(token, "POST", "/account/passkeys/confirm", json!({ "credential": made })).await
    };
    assert_eq!(confirm(owner, &made).await.status, 422);
    assert_eq!(confirm(people.token("admin"), &made).await.status, 200);
    assert_eq!(confirm(people.token("admin"), &made).await.status, 422, "the same answer again");
    // The same key for somebody else: the name of a key is one person's.
    let asked = house.ask(owner, "POST", "/account/passkeys/begin", Value::Null).await.body;
    let again = confirm(owner, &phone.create(&asked["public_key"])).await;
    assert_eq!(again.status, 409, "{again:?}");
    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.body["passkeys"], json!([]));
    // Too late.
    let asked = house.ask(owner, "POST", "/account/passkeys/begin", Value::Null).await.body;
    let made = authenticator().create(&asked["public_key"]);
    house.clock.set(house.door.now().plus_seconds(300));
    assert_eq!(confirm(owner, &made).await.status, 422);
}

on_both!(
    no_lie_signs_anybody_in,
    an_answer_is_for_one_question_of_one_browser_in_its_time,
    somebody_elses_key_proves_nothing,
    a_key_that_counts_backwards_is_refused_and_recorded,
    no_lie_adds_a_key,
);
