//! Tokens that anybody can write.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use plimsoll::verdict::Verdict;
use serde_json::{Value, json};

use crate::service::{Answer, Call, Service, World, jwt, notes, people};
use crate::story;

const TOKEN: &str = "the header Authorization";
const STRONG: &[u8] = b"b7c1f4a09d3e52688f61c2d4e7a90b13";

/// Notes whose tokens are made by `make`, and read by `read`: the person that a token stands for.
fn tokens(
    make: impl Fn(&mut World, &str) -> String + Send + Sync + 'static,
    read: impl Fn(&World, &str) -> Option<String> + Send + Sync + 'static,
) -> Service {
    let mut service = notes::service()
        .replace("POST /session", move |world, call| match people::check_password(world, call) {
            Ok(id) => {
                let token = make(world, &id);
                world.sessions.push((token.clone(), id));
                Answer::json(201, json!({ "session": { "key": token } }))
            }
            Err(refusal) => refusal,
        })
        .replace("GET /whoami", move |world, call| {
            let who = call.token.as_deref().and_then(|token| read(world, token));
            match who.filter(|who| world.person(who).is_some()) {
                Some(who) => people::who_am_i(world, &Call { who: Some(who), ..call.clone() }),
                None => Answer::refused(401, "sign in first"),
            }
        });
    service.action_mut("GET /whoami").is_public = true;
    service
}

fn known(world: &World, token: &str) -> Option<String> {
    world.sessions.iter().find(|(known, _)| known == token).map(|(_, person)| person.clone())
}

fn named(world: &World, name: &str) -> Option<String> {
    world.people.iter().find(|person| person.name == name).map(|person| person.id.clone())
}

fn claims(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.').map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok());
    Some((parts.next()??, parts.next()??))
}

fn subject(token: &str) -> Option<String> {
    Some(claims(token)?.1["sub"].to_string().trim_matches('"').to_owned())
}

fn makes_jwt(secret: &'static [u8]) -> impl Fn(&mut World, &str) -> String {
    move |world, id| {
        let exp = crate::service::chance::now().as_second() + 3_600;
        let serial = world.sessions.len();
        jwt(&json!({"sub": world.key(id), "exp": exp, "jti": serial}), secret)
    }
}

fn verified(token: &str, secret: &[u8]) -> Option<String> {
    let (_, claims) = claims(token)?;
    (jwt(&claims, secret) == token).then(|| subject(token)).flatten()
}

/// The number of an RSA key, as it is published, and the same key as libraries hold it.
const PUBLISHED: &str = "yfrjhQL7R7A38tKzSgogwFz6fGmAp2QL5gmKGQc8-TR7KaIxLU_E4wYcAAAQM-8VhQFlbBvCOWdI51N3dXUv0oOKYoOWbOm3nlNp3xaFNz6-mkqt_fZjU5Fp1h2gE53Xfz9oZkI8imZOPN4nKoFM8uM8etAPrWOwF7WbGEOjZgZgu7y4LPakX_ULZlJfRx58oXqWo4jDbBZfPhDz7CBkjT7vtFTro3M_bmJ9XtZ5pBnYRWgD0YjRIO8e4f60QBvvJ_oF1r1So90HLXzm1fNuv443K22x-2PUDznJpmUGm8OKOH3yrPlgf1EX-MjWzEitr_zKi0BH4IaUe4nqHfM4uw";
const HELD: &str = "-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyfrjhQL7R7A38tKzSgog\n\
wFz6fGmAp2QL5gmKGQc8+TR7KaIxLU/E4wYcAAAQM+8VhQFlbBvCOWdI51N3dXUv\n\
0oOKYoOWbOm3nlNp3xaFNz6+mkqt/fZjU5Fp1h2gE53Xfz9oZkI8imZOPN4nKoFM\n\
8uM8etAPrWOwF7WbGEOjZgZgu7y4LPakX/ULZlJfRx58oXqWo4jDbBZfPhDz7CBk\n\
jT7vtFTro3M/bmJ9XtZ5pBnYRWgD0YjRIO8e4f60QBvvJ/oF1r1So90HLXzm1fNu\n\
v443K22x+2PUDznJpmUGm8OKOH3yrPlgf1EX+MjWzEitr/zKi0BH4IaUe4nqHfM4\n\
uwIDAQAB\n\
-----END PUBLIC KEY-----\n";

/// Tokens under RS256, whose key is published. What claims to be under HS256 is read by `read`.
fn asymmetric(read: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Service {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let make = move |world: &mut World, id: &str| {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": "k1"});
        let signature = URL_SAFE_NO_PAD.encode(world.open_session(id));
        format!("{}.{}.{signature}", part(&header), part(&json!({"sub": world.key(id)})))
    };
    let keys = |_: &mut World, _: &Call| {
        Answer::ok(json!({"keys": [{"kty": "RSA", "kid": "k1", "alg": "RS256", "n": PUBLISHED, "e": "AQAB"}]}))
    };
    let read = move |world: &World, token: &str| match claims(token)?.0["alg"].as_str()? {
        "RS256" => known(world, token),
        "HS256" => read(token),
        _ => None,
    };
    tokens(make, read).with(notes::page("GET /.well-known/jwks.json", keys))
}

/// Whose token it is, where it is signed with the published key as if that were a secret.
fn confused(token: &str) -> Option<String> {
    let (text, signature) = token.rsplit_once('.')?;
    let mut mac = <hmac::Hmac<sha2::Sha256> as hmac::digest::KeyInit>::new_from_slice(HELD.as_bytes()).ok()?;
    hmac::Mac::update(&mut mac, text.as_bytes());
    let expected = URL_SAFE_NO_PAD.encode(hmac::Mac::finalize(mac).into_bytes());
    (expected == signature).then(|| subject(token)).flatten()
}

#[tokio::test]
async fn tokens_that_nobody_can_write() {
    for service in [
        notes::service(),
        tokens(|world, id| world.open_session(id), known),
        tokens(makes_jwt(STRONG), |_, token| verified(token, STRONG)),
        asymmetric(|_| None),
    ] {
        let story = story::notes(service).told().await;
        story.is_sound();
        story.holds(&["AZ15 the header Authorization"]);
    }
    let story = story::web(notes::web()).told().await;
    story.holds(&["AZ15 the cookie sid"]);
}

#[tokio::test]
async fn tokens_that_anybody_can_write() {
    let unsigned = tokens(makes_jwt(STRONG), |_, token| {
        let none = claims(token)?.0["alg"].as_str()?.eq_ignore_ascii_case("none");
        if none { subject(token) } else { verified(token, STRONG) }
    });
    let unread = tokens(makes_jwt(STRONG), |_, token| subject(token));
    let weak = tokens(makes_jwt(b"secret"), |_, token| verified(token, b"secret"));
    let name = tokens(
        |world, id| STANDARD.encode(format!("user:{}", world.person(id).unwrap().name)),
        |world, token| named(world, String::from_utf8(STANDARD.decode(token).ok()?).ok()?.strip_prefix("user:")?),
    );
    let prefix = tokens(
        |world, id| world.open_session(id),
        |world, token| {
            let fits = |known: &&(String, String)| 8 < token.len() && known.0.starts_with(token);
            world.sessions.iter().find(fits).map(|(_, person)| person.clone())
        },
    );
    let query = tokens(
        |world, id| world.open_session(id),
        |world, token| match token.contains("' OR '") {
            true => world.sessions.first().map(|(_, person)| person.clone()),
            false => known(world, token),
        },
    );
    let counts = tokens(
        |world, _| {
            let next = world.counters.entry("token").or_insert(100_000);
            *next += 1;
            format!("T{next}")
        },
        known,
    );
    for (service, how) in [
        (unsigned, "without an algorithm"),
        (unread, "without its signature"),
        (weak, "which is `secret`"),
        (name, "somebody else's name in its base64"),
        (prefix, "without its last four letters"),
        (query, "' OR '1'='1"),
        (counts, "counted on"),
        (asymmetric(confused), "signed with the key that it publishes"),
    ] {
        let story = story::notes(service).told().await;
        assert_eq!(story.verdict("AZ15", TOKEN), Some(Verdict::Gap), "{how}\n{}", story.told());
        assert!(story.told().contains(how), "{how}\n{}", story.told());
    }
}

/// 200 for whatever token, and the same page for everybody who has none that counts: no gap.
#[tokio::test]
async fn any_token_is_answered_and_tells_nothing() {
    let mut service = tokens(|world, id| world.open_session(id), known);
    service = service.wrap("GET /whoami", |world, call, inner| match inner(world, call) {
        refused if refused.status == 401 => Answer::ok(json!({ "visitor": true })),
        known => known,
    });
    let story = story::notes(service).told().await;
    story.holds(&["AZ15 the header Authorization"]);
}
