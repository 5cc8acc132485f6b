//! What one walk inferred the next one knows: fewer requests, the same verdicts, and nothing is believed that does not
//! work any more.

use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Service, World, maybe, notes, office};
use crate::story::{self, Telling};

/// Walks twice, each time a service that has just begun: the second time with the lock of the first.
async fn twice(told: impl Fn() -> Telling) -> (story::Story, story::Story) {
    let first = told().told().await;
    let second = told().lock(&first.lock).told().await;
    (first, second)
}

/// A lock without how often its links worked: what is done again works once more.
fn uncounted(lock: &str) -> Vec<&str> {
    lock.lines().map(|line| line.split("  worked ").next().unwrap_or(line)).collect()
}

/// A note must have a kind, and only the refusals say which there are.
fn picky() -> Service {
    let create = rows::create("note", notes::note_fields());
    let mut service =
        notes::service().replace("POST /notes", move |world: &mut World, call: &Call| match call.body.get("kind") {
            Some(kind) if kind == "work" || kind == "home" => create(world, call),
            _ => Answer::refused(400, "kind must be one of: work, home"),
        });
    service.action_mut("POST /notes").input.push(maybe("kind"));
    service
}

/// A bit of everything: a leak, a write across the wall, and a list that is not filtered.
fn leaky() -> Service {
    notes::service()
        .replace("GET /notes/{note}/comments", rows::list_below("note", "comment", |_, _, _| true))
        .replace("DELETE /notes/{note}", rows::delete("note", |_, _, _| true))
        .replace("GET /search", rows::list("note", |_, _, _| true))
}

#[tokio::test]
async fn the_second_walk_asks_less_and_says_the_same() {
    let walked = [
        ("users", twice(|| story::notes(notes::service())).await),
        ("companies", twice(|| story::office(office::service())).await),
        ("picky", twice(|| story::notes(picky())).await),
        ("leaky", twice(|| story::notes(leaky())).await),
    ];
    for (name, (first, second)) in walked {
        assert!(first.lock.lines().any(|line| line.starts_with("link ")), "{name}: {}", first.lock);
        assert!(first.lock.lines().any(|line| line.starts_with("witness ")), "{name}: {}", first.lock);
        assert_eq!(first.lock, second.lock, "{name}: a second walk writes the same file");
        second.says_the_same_as(&first);
        assert!(second.requests < first.requests, "{name}: {} and then {}", first.requests, second.requests);
        assert!(!second.told().contains("plimsoll.lock"), "{name}: nothing is stale\n{}", second.told());
    }
}

#[tokio::test]
async fn a_value_that_only_a_refusal_named_is_known_the_next_time() {
    let (first, second) = twice(|| story::notes(picky())).await;
    let value = "value   POST /notes  kind = \"work\"  from refusal";
    assert!(first.lock.lines().any(|line| line == value), "{}", first.lock);
    second.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
    assert!(
        first.lock.lines().skip(1).all(|line| !line.contains("plim")),
        "no value of one run stands in the lock\n{}",
        first.lock
    );
}

/// The service changed: notes have names of their own choosing now, where they had numbers, and the read that showed a
/// change is gone. What the lock says of them is not believed.
#[tokio::test]
async fn what_does_not_work_any_more_is_inferred_again_and_said() {
    let first = story::notes(notes::service()).told().await;
    let stale = first.lock.replace("answer.id", "answer.title").replace("<-  GET /notes/{note}", "<-  GET /whoami");
    assert_ne!(stale, first.lock);
    let second = story::notes(notes::service()).lock(&stale).told().await;
    second.says_the_same_as(&first);
    assert_eq!(uncounted(&second.lock), uncounted(&first.lock), "what was inferred again is written again");
    let said = second.told();
    assert!(said.contains("answer.title") && said.contains("was inferred again"), "{said}");
    assert!(said.contains("witness PUT /notes/{note}"), "{said}");
}

/// A lock from a service that let everybody in does not hide that this one does, nor the other way round.
#[tokio::test]
async fn a_lock_changes_no_verdict() {
    let sound = story::notes(notes::service()).told().await;
    let leaky = || story::notes(notes::service().replace("GET /notes/{note}", rows::show("note", |_, _, _| true)));
    let found = leaky().told().await;
    leaky().lock(&sound.lock).told().await.says_the_same_as(&found);
    let mended = story::notes(notes::service().replace("GET /notes/{note}", rows::show("note", own)));
    mended.lock(&found.lock).told().await.says_the_same_as(&sound);
}

#[tokio::test]
async fn a_damaged_lock_is_named_with_its_line() {
    let damaged = "plimsoll.lock 1\nlink    GET /notes/{note}\n";
    let trouble = story::notes(notes::service()).lock(damaged).tried().await.err().unwrap();
    let said = trouble.to_string();
    assert!(said.contains("plimsoll.lock:2: `link    GET /notes/{note}` is not a fact"), "{said}");
    assert!(trouble.hint.is_some_and(|hint| hint.contains("remove it")), "{said}");
}
