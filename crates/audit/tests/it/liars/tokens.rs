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

#[tokio::test]
async fn tokens_that_nobody_can_write() {
    for service in [
        notes::service(),
        tokens(|world, id| world.open_session(id), known),
        tokens(makes_jwt(STRONG), |_, token| verified(token, STRONG)),
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
