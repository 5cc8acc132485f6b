//! Sign-ins that tell who has an account.

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, notes};
use crate::story;

const FORM: &str = "sign-in /session";

fn with(around: impl Fn(&crate::service::World, &str) -> Option<Answer> + Send + Sync + 'static) -> Service {
    notes::service().wrap("POST /session", move |world, call, inner| {
        let name = call.text("name").to_owned();
        let answer = inner(world, call);
        if answer.status == 401 { around(world, &name).unwrap_or(answer) } else { answer }
    })
}

fn exists(world: &crate::service::World, name: &str) -> bool {
    world.people.iter().any(|person| person.name == name)
}

/// References that differ in each answer are no sign of anything.
#[tokio::test]
async fn a_sign_in_that_tells_nothing() {
    let story = story::notes(notes::service()).told().await;
    story.holds(&["AZ20 sign-in /session"]);
}

#[tokio::test]
async fn a_sign_in_that_tells_who_is_there() {
    let words = with(|world, name| (!exists(world, name)).then(|| Answer::refused(401, "there is no such account")));
    let codes = with(|world, name| (!exists(world, name)).then(Answer::missing));
    let headers = with(|world, name| {
        exists(world, name).then(|| Answer::refused(401, "name or password is wrong").header("location", "/forgot"))
    });
    for service in [words, codes] {
        let story = story::notes(service).told().await;
        assert_eq!(story.verdict("AZ20", FORM), Some(Verdict::Gap), "{}", story.told());
    }
    let story = story::notes(headers).told().await;
    assert_eq!(story.verdict("AZ20", FORM), Some(Verdict::Gap), "{}", story.told());
}

/// A name that is repeated in the answer is not what tells.
#[tokio::test]
async fn a_sign_in_that_repeats_the_name() {
    let service = with(|_, name| Some(Answer::json(401, serde_json::json!({ "error": format!("not {name}") }))));
    let story = story::notes(service).told().await;
    story.holds(&["AZ20 sign-in /session"]);
}

/// A hash is only made for those who exist: a suspicion, and no more.
#[tokio::test]
async fn a_sign_in_that_takes_its_time() {
    let service = notes::service().wrap("POST /session", |world, call, inner| {
        let there = exists(world, call.text("name"));
        match there && !world.people.iter().any(|person| person.password == call.text("password")) {
            true => Answer::refused(401, "name or password is wrong").header("x-test-wait-ms", "40"),
            false if !there => Answer::refused(401, "name or password is wrong"),
            false => inner(world, call),
        }
    });
    let story = story::notes(service).told().await;
    assert_eq!(story.verdict("AZ20", FORM), Some(Verdict::Suspected), "{}", story.told());
}
