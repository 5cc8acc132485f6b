//! Sessions that end in the middle, limits that hit the auditor, tokens that are shared.

use std::time::{Duration, Instant};

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::{Answer, notes, people};
use crate::story;

const STILL: [&str; 3] = ["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"];

/// Saying something about oneself ends every session that one has.
#[tokio::test]
async fn an_update_of_oneself_that_ends_ones_session() {
    let service = notes::service().wrap("PUT /whoami", |world, call, inner| {
        let answer = inner(world, call);
        if answer.status == 200 {
            let me = call.me().to_owned();
            world.sessions.retain(|(_, person)| *person != me);
        }
        answer
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// Ten sign-ins within two seconds, and everything is 429 until they are past.
#[tokio::test]
async fn everything_429_after_ten_sign_ins() {
    const WINDOW: Duration = Duration::from_secs(2);
    let sign_ins: std::sync::Mutex<Vec<Instant>> = std::sync::Mutex::new(Vec::new());
    let service = notes::service().guard(move |_, call| {
        let mut sign_ins = sign_ins.lock().unwrap();
        sign_ins.retain(|at| at.elapsed() < WINDOW);
        let is_full = 10 <= sign_ins.len();
        if !is_full && call.target == "/session" && call.method == "POST" {
            sign_ins.push(Instant::now());
        }
        is_full.then(|| Answer::refused(429, "too many sign-ins").header("retry-after", "1"))
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// Sessions that live for forty requests: they are renewed, and a dead one is never taken for a refusal.
#[tokio::test]
async fn sessions_that_expire_in_the_middle() {
    let service = notes::service().guard(|world, call| {
        let token = call.token.clone()?;
        let used = world.counters.entry("used").or_default();
        *used += 1;
        if *used % 40 == 0 {
            world.sessions.retain(|(key, _)| *key != token);
            return Some(Answer::refused(401, "the session has ended"));
        }
        None
    });
    let story = story::notes(service).told().await;
    story.is_sound();
}

/// The same token for everybody; it stands for whoever signed in last. Nothing can be concluded from that: the audit
/// says so, and neither acquits nor accuses.
#[tokio::test]
async fn the_same_token_for_two_accounts() {
    let service = notes::service().replace("POST /session", |world, call| match people::check_password(world, call) {
        Ok(id) => {
            world.sessions.clear();
            world.sessions.push(("the-one-token".to_owned(), id));
            Answer::json(201, json!({ "session": { "key": "the-one-token" } }))
        }
        Err(refusal) => refusal,
    });
    match story::notes(service).tried().await {
        Err(trouble) => {
            let said = trouble.to_string();
            assert!(said.contains("ann") || said.contains("bob") || said.contains("token"), "{said}");
        }
        Ok(story) => {
            let walls = story.gaps().into_iter().filter(|gap| !gap.starts_with("AZ15")).count();
            assert_eq!(walls, 0, "{}", story.told());
            assert_ne!(story.verdict("AZ02", "GET /notes/{note}"), Some(Verdict::Holds), "{}", story.told());
        }
    }
}

/// Whoever has signed in chooses a room first, and gets another token there; until then he reaches nothing.
#[tokio::test]
async fn a_room_is_chosen_after_the_sign_in() {
    let service = notes::service()
        .with(
            notes::action("POST /session/room", |world, call| {
                let own = world.person(call.me()).is_some_and(|person| person.name == call.text("room"));
                if !own {
                    return Answer::refused(403, "not your room");
                }
                let token = format!("room-{}", world.open_session(call.me()));
                world.sessions.push((token.clone(), call.me().to_owned()));
                Answer::ok(json!({ "session": { "key": token } }))
            })
            .takes(vec![crate::service::text("room")]),
        )
        .guard(|_, call| {
            let open = ["/accounts", "/session", "/session/room", "/health"].contains(&call.target.as_str());
            let waits = call.token.as_deref().is_some_and(|token| !token.starts_with("room-"));
            (waits && !open).then(|| Answer::refused(403, "choose a room first"))
        });
    let then = "then  = 'POST /session/room {\"room\":\"{name}\"}'\nproof =";
    let story = story::notes(service).replace_in_manifest("proof =", then).told().await;
    story.is_sound();
    story.holds(&STILL);
}
