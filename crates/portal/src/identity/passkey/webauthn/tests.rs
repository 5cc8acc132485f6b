//! Keys of a software authenticator, told the truth and lied about.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::authenticator::{Authenticator, FLAGS, Key, Lies};
use super::*;

const ORIGIN: &str = "https://portal.example:8443";
const CHALLENGE: [u8; CHALLENGE_BYTES] = [7; CHALLENGE_BYTES];
const HANDLE: [u8; USER_HANDLE_BYTES] = [9; USER_HANDLE_BYTES];

fn party() -> RelyingParty {
    RelyingParty::of(ORIGIN).unwrap()
}

fn creation() -> Value {
    let user = User { id: Base64Url(HANDLE.to_vec()), name: "a@example.com".into(), display_name: "Ana".into() };
    json!(CreationOptions::new(&party(), user, &CHALLENGE, vec![Described::new(vec![1, 2], "usb nfc")]))
}

fn request() -> Value {
    json!(RequestOptions::new(&party(), &CHALLENGE, Vec::new()))
}

fn registered(given: Value) -> Result<Registered> {
    let credential: NewCredential = serde_json::from_value(given).unwrap();
    verify_registration(&credential, &Expected { party: &party(), challenge: &CHALLENGE })
}

fn asserted(given: Value, known: &Known) -> Result<Asserted> {
    let assertion: Assertion = serde_json::from_value(given).unwrap();
    verify_assertion(&assertion, known, &Expected { party: &party(), challenge: &CHALLENGE }, true)
}

fn known(registered: Registered) -> Known {
    let Registered { public_key, counter, backup_eligible, .. } = registered;
    Known { user_handle: HANDLE.to_vec(), public_key, counter, backup_eligible }
}

/// One that has made its key here, and what is kept of it.
fn made() -> (Authenticator, Known) {
    let mut authenticator = Authenticator::new(Key::es256(), ORIGIN);
    let known = known(registered(authenticator.create(&creation())).unwrap());
    (authenticator, known)
}

#[test]
fn keys_are_made_for_a_name_and_one_origin() {
    let of = |origin| RelyingParty::of(origin).map(|party| (party.id, party.origin));
    let said = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
    assert_eq!(of("https://portal.example"), said("portal.example", "https://portal.example"));
    assert_eq!(of("https://Portal.example:443"), said("portal.example", "https://portal.example"));
    assert_eq!(of("http://localhost:8080"), said("localhost", "http://localhost:8080"));
    for number in ["http://127.0.0.1:8080", "https://[::1]", "nonsense", ""] {
        assert_eq!(of(number), None, "{number}");
    }
}

#[test]
fn what_is_asked_of_a_browser() {
    let asked = creation();
    assert_eq!(asked["rp"]["id"], "portal.example");
    let algorithms: Vec<i64> =
        asked["pubKeyCredParams"].as_array().unwrap().iter().map(|one| one["alg"].as_i64().unwrap()).collect();
    assert_eq!(algorithms, [-7, -8, -257]);
    assert_eq!(
        asked["authenticatorSelection"],
        json!({"residentKey": "required", "requireResidentKey": true, "userVerification": "required"})
    );
    assert_eq!(asked["attestation"], "none");
    assert_eq!(asked["excludeCredentials"], json!([{"type": "public-key", "id": "AQI", "transports": ["usb", "nfc"]}]));
    let asked = request();
    assert_eq!((&asked["userVerification"], &asked["allowCredentials"]), (&json!("required"), &json!([])));
}

#[test]
fn a_key_of_each_kind_is_known_again() {
    for key in [Key::es256(), Key::ed_dsa(), Key::rs256()] {
        let mut authenticator = Authenticator::new(key, ORIGIN);
        let new = registered(authenticator.create(&creation())).unwrap();
        assert_eq!((new.transports.as_str(), new.counter, new.backed_up), ("internal hybrid", 0, true));
        let known = known(new);
        let again = asserted(authenticator.get(&request()), &known).unwrap();
        assert_eq!(again, Asserted { counter: 0, backed_up: true });
    }
}

#[test]
fn a_key_is_registered_for_this_question_this_place_and_somebody_who_is_there() {
    let lies = [
        ("of another kind", Lies { kind: Some("webauthn.get"), ..Lies::default() }),
        ("to another question", Lies { challenge: Some(vec![8; 32]), ..Lies::default() }),
        ("to no question", Lies { challenge: Some(Vec::new()), ..Lies::default() }),
        ("at another port", Lies { origin: Some("https://portal.example"), ..Lies::default() }),
        ("at a place below", Lies { origin: Some("https://evil.portal.example:8443"), ..Lies::default() }),
        ("in a page of somebody else", Lies { top_origin: Some("https://evil.example"), ..Lies::default() }),
        ("for another party", Lies { party: Some("evil.example"), ..Lies::default() }),
        ("with nobody there", Lies { flags: Some(FLAGS & !1), ..Lies::default() }),
        ("with somebody unknown there", Lies { flags: Some(FLAGS & !4), ..Lies::default() }),
        ("backed up against its kind", Lies { flags: Some(FLAGS & !8), ..Lies::default() }),
        ("under another name", Lies { id: Some(vec![1; 32]), ..Lies::default() }),
        ("with something behind it", Lies { behind: vec![0], ..Lies::default() }),
    ];
    for (what, lies) in lies {
        let mut authenticator = Authenticator::new(Key::es256(), ORIGIN);
        authenticator.lies = lies;
        assert!(matches!(registered(authenticator.create(&creation())), Err(Trouble::Wrong(_))), "{what}");
    }
}

#[test]
fn a_proof_is_for_this_question_this_place_and_by_the_key_that_it_names() {
    let (mut authenticator, known) = made();
    let lies = [
        ("of another kind", Lies { kind: Some("webauthn.create"), ..Lies::default() }),
        ("to another question", Lies { challenge: Some(vec![8; 32]), ..Lies::default() }),
        ("at another origin", Lies { origin: Some("https://portal.example"), ..Lies::default() }),
        ("in a page of somebody else", Lies { top_origin: Some("https://evil.example"), ..Lies::default() }),
        ("for another party", Lies { party: Some("evil.example"), ..Lies::default() }),
        ("with nobody there", Lies { flags: Some(FLAGS & !1), ..Lies::default() }),
        ("with somebody unknown there", Lies { flags: Some(FLAGS & !4), ..Lies::default() }),
        ("not to be backed up any more", Lies { flags: Some(FLAGS & !24), ..Lies::default() }),
        ("of somebody else", Lies { user_handle: Some(Some(vec![1; 64])), ..Lies::default() }),
        ("of nobody", Lies { user_handle: Some(None), ..Lies::default() }),
        ("with something behind it", Lies { behind: vec![0], ..Lies::default() }),
    ];
    for (what, lies) in lies {
        authenticator.lies = lies;
        assert!(matches!(asserted(authenticator.get(&request()), &known), Err(Trouble::Wrong(_))), "{what}");
    }
    authenticator.lies = Lies::default();
    assert!(asserted(authenticator.get(&request()), &known).is_ok());
    for other in [Key::es256(), Key::ed_dsa()] {
        let mut other = Authenticator::new(other, ORIGIN);
        other.create(&creation());
        let swapped = asserted(other.get(&request()), &known);
        assert_eq!(swapped, Err(Trouble::Wrong("was not signed by its key")));
    }
    // Whose it is need not be said where somebody is known already.
    authenticator.lies = Lies { user_handle: Some(None), ..Lies::default() };
    let assertion: Assertion = serde_json::from_value(authenticator.get(&request())).unwrap();
    let expected = Expected { party: &party(), challenge: &CHALLENGE };
    assert!(verify_assertion(&assertion, &known, &expected, false).is_ok());
}

#[test]
fn a_key_that_counts_counts_upwards() {
    let (mut authenticator, known) = made();
    let counted = |counter| Known { counter, ..known.clone() };
    authenticator.counter = 5;
    let proof = authenticator.get(&request());
    assert_eq!(asserted(proof.clone(), &counted(5)).unwrap().counter, 6);
    assert_eq!(asserted(proof.clone(), &counted(0)).unwrap().counter, 6, "the first count");
    for before in [6, 7, u32::MAX] {
        assert_eq!(asserted(proof.clone(), &counted(before)), Err(Trouble::CounterBack), "after {before}");
    }
    authenticator.counter = 0;
    assert_eq!(asserted(authenticator.get(&request()), &counted(5)), Err(Trouble::CounterBack), "it counts no more");
}

/// What a form sends is a text with the same object in it.
#[test]
fn a_text_is_read_as_an_object_is() {
    #[derive(serde::Deserialize)]
    struct Sent {
        #[serde(deserialize_with = "text_or_object")]
        credential: NewCredential,
        #[serde(default, deserialize_with = "maybe_text_or_object")]
        passkey: Option<Assertion>,
    }
    let mut authenticator = Authenticator::new(Key::es256(), ORIGIN);
    let (new, proof) = (authenticator.create(&creation()), authenticator.get(&request()));
    for sent in [
        json!({"credential": new, "passkey": proof}),
        json!({"credential": new.to_string(), "passkey": proof.to_string()}),
    ] {
        let sent: Sent = serde_json::from_value(sent).unwrap();
        assert_eq!(sent.credential.challenge().unwrap(), CHALLENGE);
        assert_eq!(sent.passkey.unwrap().challenge().unwrap(), CHALLENGE);
    }
    let none: Sent = serde_json::from_value(json!({"credential": new, "passkey": null})).unwrap();
    assert!(none.passkey.is_none());
    for wrong in [json!({}), json!({"credential": "{"}), json!({"credential": 7}), json!({"credential": []})] {
        assert!(serde_json::from_value::<Sent>(wrong.clone()).is_err(), "{wrong}");
    }
}

proptest! {
    /// Cut off or altered anywhere, what was given is refused, and nothing breaks.
    #[test]
    fn what_is_cut_off_is_refused(at in any::<prop::sample::Index>(), field in 0..3_usize) {
        let (mut authenticator, known) = made();
        let mut proof = authenticator.get(&request());
        cut(&mut proof, ["clientDataJSON", "authenticatorData", "signature"][field], at);
        prop_assert!(asserted(proof, &known).is_err());
        let mut new = authenticator.create(&creation());
        cut(&mut new, ["clientDataJSON", "attestationObject", "attestationObject"][field], at);
        prop_assert!(registered(new).is_err());
    }

    #[test]
    fn any_bytes_are_refused(client in prop::collection::vec(any::<u8>(), 0..80), data in prop::collection::vec(any::<u8>(), 0..120)) {
        let (_, known) = made();
        let encode = |bytes: &Vec<u8>| json!(Base64Url(bytes.clone()));
        let proof = json!({"id": "AA", "response": {"clientDataJSON": encode(&client), "authenticatorData": encode(&data),
                           "signature": encode(&data), "userHandle": encode(&HANDLE.to_vec())}});
        prop_assert!(asserted(proof, &known).is_err());
        let new = json!({"id": "AA", "response": {"clientDataJSON": encode(&client), "attestationObject": encode(&data)}});
        prop_assert!(registered(new).is_err());
        prop_assert!(authenticator_data::AuthenticatorData::parse(&data).is_err() || 37 <= data.len());
    }

    #[test]
    fn a_bit_that_changes_is_seen(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (mut authenticator, known) = made();
        let mut proof = authenticator.get(&request());
        for field in ["clientDataJSON", "authenticatorData", "signature"] {
            let Base64Url(mut bytes) = serde_json::from_value(proof["response"][field].clone()).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let sound = std::mem::replace(&mut proof["response"][field], json!(Base64Url(bytes)));
            prop_assert!(asserted(proof.clone(), &known).is_err(), "{}", field);
            proof["response"][field] = sound;
        }
        prop_assert!(asserted(proof, &known).is_ok());
    }
}

fn cut(given: &mut Value, field: &str, at: prop::sample::Index) {
    let Base64Url(mut bytes) = serde_json::from_value(given["response"][field].clone()).unwrap();
    bytes.truncate(at.index(bytes.len()));
    given["response"][field] = json!(Base64Url(bytes));
}
