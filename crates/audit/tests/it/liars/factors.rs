//! Second steps that can be left out, and one that cannot.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::{Answer, Service, factor, notes};
use crate::story::{self, Story};

const STEP: &str = "the second step";

async fn told(service: Service) -> Story {
    story::notes(service)
        .replace_in_manifest("proof = ", factor::SECOND)
        .also(factor::MANIFEST)
        .also("\n[limits]\ntries = 40\n")
        .told()
        .await
}

/// Every way around is refused, and it still works.
#[tokio::test]
async fn a_second_step_that_is_one() {
    let story = told(factor::service()).await;
    story.is_sound();
    story.holds(&[
        "AZ19 the second step",
        "AZ19 codes",
        "AZ19 recovery codes",
        "AZ19 the factor itself",
        "AZ19 guessing",
    ]);
}

/// The first step already hands out a whole session; only the page asks for more.
#[tokio::test]
async fn a_second_step_that_only_the_page_asks_for() {
    let mut service = factor::service();
    service.guard = None;
    let story = told(service).await;
    assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::Gap), "{}", story.told());
}

/// Reads are refused with 401 — and what is written with half a session is written all the same.
#[tokio::test]
async fn half_a_session_that_writes() {
    let mut service = factor::service();
    service = service.guard(|world, call| match call.method.as_str() {
        "POST" if call.target == "/notes" => None,
        _ => factor::only_the_second_step(world, call),
    });
    let service = service.wrap("POST /notes", |world, call, inner| {
        let half = call.token.as_ref().is_some_and(|token| factor::is_half(world, token));
        let made = inner(world, call);
        if half { Answer::refused(401, "the second step is missing") } else { made }
    });
    let story = told(service).await;
    assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::Gap), "{}", story.told());
    assert!(story.told().contains("POST /notes makes"), "{}", story.told());
}

/// 200 for everything with half a session, and nothing in it: no gap.
#[tokio::test]
async fn half_a_session_that_is_told_200() {
    let service = factor::service()
        .guard(|world, call| factor::only_the_second_step(world, call).map(|_| Answer::ok(json!({ "ok": true }))));
    let story = told(service).await;
    story.is_sound();
    story.holds(&["AZ19 the second step"]);
}

fn confirms(takes: impl Fn(&mut crate::service::World, &str, &str) -> bool + Send + Sync + 'static) -> Service {
    factor::service().wrap("POST /session/confirm", move |world, call, inner| {
        let (me, code) = (call.me().to_owned(), call.text("code").to_owned());
        if takes(world, &me, &code) {
            return Answer::json(201, json!({ "session": { "key": world.open_session(&me) } }));
        }
        inner(world, call)
    })
}

/// Codes that let in twice, codes of anybody, and no code at all.
#[tokio::test]
async fn codes_that_are_taken_too_easily() {
    let again = confirms(|world, me, code| {
        let Some(row) = factor::factor(world, me) else { return false };
        let secret = plimsoll::totp::Secret::parse(row.fields["secret"].as_str().unwrap()).unwrap();
        let last = row.fields["last"].as_u64().unwrap();
        0 < last && secret.code(last) == code
    });
    let anybodys = confirms(|world, _, code| {
        let people: Vec<String> = world.people.iter().map(|person| person.id.clone()).collect();
        people.iter().any(|person| factor::takes(world, person, code))
    });
    let none = confirms(|_, _, code| code.is_empty());
    for (service, how) in [
        (again, "with a code that was used"),
        (anybodys, "with the code of another account"),
        (none, "without any code"),
    ] {
        let story = told(service).await;
        assert_eq!(story.verdict("AZ19", "codes"), Some(Verdict::Gap), "{how}\n{}", story.told());
        assert!(story.told().contains(how), "{how}\n{}", story.told());
        assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::Holds), "{}", story.told());
    }
}

/// A recovery code that is never used up; and half a session that may take the factor away.
#[tokio::test]
async fn what_stands_in_for_a_code() {
    let kept = factor::service().wrap("POST /session/confirm", |world, call, inner| {
        let me = call.me().to_owned();
        let codes = factor::factor(world, &me).map(|row| row.fields["codes"].clone());
        let answer = inner(world, call);
        if let (Some(row), Some(codes)) = (factor::factor(world, &me), codes) {
            row.fields.insert("codes".into(), codes);
        }
        answer
    });
    let story = told(kept).await;
    assert_eq!(story.verdict("AZ19", "recovery codes"), Some(Verdict::Gap), "{}", story.told());
    let removable = factor::service().guard(|world, call| match (call.method.as_str(), call.target.as_str()) {
        ("DELETE", "/factor") => None,
        _ => factor::only_the_second_step(world, call),
    });
    let story = told(removable).await;
    assert_eq!(story.verdict("AZ19", "the factor itself"), Some(Verdict::Gap), "{}", story.told());
    assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::Holds), "{}", story.told());
}

/// As many codes as anybody likes.
#[tokio::test]
async fn codes_that_can_be_guessed() {
    let service = factor::service().replace("POST /session/confirm", |world, call| {
        let me = call.me().to_owned();
        if !factor::takes(world, &me, call.text("code")) {
            return Answer::refused(400, "that is not the code");
        }
        let old = call.token.clone().unwrap_or_default();
        world.rows.retain(|row| !(row.noun == "half" && row.id == old));
        Answer::json(201, json!({ "session": { "key": world.open_session(&me) } }))
    });
    let story = told(service).await;
    story.has_only(&["AZ19 guessing"]);
}

/// Nothing is told: a service that has a second factor waits for the line, one that has none is left alone.
#[tokio::test]
async fn nothing_is_told_of_a_second_step() {
    let story = story::notes(factor::service()).told().await;
    assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::Unproven), "{}", story.told());
    let story = story::notes(notes::service()).told().await;
    assert_eq!(story.verdict("AZ19", STEP), Some(Verdict::NotApplicable), "{}", story.told());
}

/// Ann sets a factor up by herself and walks with it; and where the first step gives a ticket and refuses, the second one takes
/// it.
#[tokio::test]
async fn people_who_walk_with_a_factor() {
    const ANN: &str = "ann = { role = \"user\", tenant = \"ann\"";
    let armed = |service: Service, second: &str| {
        story::notes(service)
            .replace_in_manifest("proof = ", second)
            .replace_in_manifest(ANN, &format!("{ANN}, second_factor = true"))
            .also(factor::MANIFEST)
            .also("\n[limits]\ntries = 40\n")
    };
    let story = armed(factor::service(), factor::SECOND).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ19 the second step"]);
    let ticket = factor::service()
        .wrap("POST /session", |world, call, inner| {
            let answer = inner(world, call);
            let Some((token, person)) = world.sessions.last().cloned().filter(|_| answer.status == 201) else {
                return answer;
            };
            if factor::factor(world, &person).is_none() {
                return answer;
            }
            // The ticket is no session: it opens nothing by itself.
            world.sessions.pop();
            let row = world.rows.iter_mut().find(|row| row.noun == "half" && row.id == token).unwrap();
            row.noun = "ticket";
            Answer::json(401, json!({ "error": "second step", "ticket": token }))
        })
        .with(notes::public("POST /session/ticket", |world, call| {
            let ticket = call.text("ticket").to_owned();
            let found = world.rows.iter().find(|row| row.noun == "ticket" && row.id == ticket);
            let Some(person) = found.map(|row| row.owner.clone()) else { return Answer::missing() };
            if world.is_limited(&format!("code {person}"), 8) {
                return Answer::refused(429, "too many codes");
            }
            if !factor::takes(world, &person, call.text("code")) {
                world.count(&format!("code {person}"));
                return Answer::refused(400, "that is not the code");
            }
            world.rows.retain(|row| row.id != ticket);
            Answer::json(201, json!({ "session": { "key": world.open_session(&person) } }))
        }));
    let second = "second = 'POST /session/ticket {\"ticket\":\"{answer.ticket}\",\"code\":\"{totp}\"}'\nproof = ";
    let story = armed(ticket, second).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ19 the second step", "AZ19 codes"]);
}
