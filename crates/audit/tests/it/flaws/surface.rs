//! What everybody can see from outside: errors, limits, third parties, security.txt.

use serde_json::json;

use crate::service::{Answer, Service, field, notes, people};
use crate::story::{self, Story};

/// Exactly one check has gaps.
#[track_caller]
fn only_check(story: &Story, check: &str) {
    let gaps = story.gaps();
    assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.starts_with(check)), "{gaps:?}\n{}", story.told());
}

#[tokio::test]
async fn a_stack_trace_in_an_error() {
    let service = notes::service().guard(|_, call| {
        let key = call.target.strip_prefix("/notes/").and_then(|rest| rest.split('/').next())?;
        if key.parse::<i64>().is_ok() {
            return None;
        }
        let trace = "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 41, in show\n    \
                     note = Note.objects.get(pk=int(key))\nValueError: invalid literal for int() with base 10";
        Some(Answer::json(500, json!({ "error": trace })))
    });
    only_check(&story::notes(service).told().await, "DE08");
}

#[tokio::test]
async fn sign_in_without_a_limit() {
    let service = notes::service().replace("POST /session", |world, call| {
        let (name, password) = (call.text("name"), call.text("password"));
        let found = world.people.iter().find(|person| person.name == name && person.password == password);
        match found.map(|person| person.id.clone()) {
            Some(id) => Answer::json(201, json!({ "session": { "key": world.open_session(&id) } })),
            None => Answer::refused(401, "name or password is wrong"),
        }
    });
    only_check(&story::notes(service).told().await, "OP01");
}

#[tokio::test]
async fn a_font_from_a_third_party() {
    let service = notes::service().replace("GET /", |_, _| {
        Answer::html(
            200,
            "<!doctype html><html><head><title>A</title><link rel=stylesheet \
             href=\"https://fonts.example.net/css?family=Inter\"></head><body>Hello</body></html>",
        )
    });
    let told = "[promises]\npolicy = \"/privacy\"\n";
    only_check(&story::notes(service).also(told).told().await, "PR06");
}

#[tokio::test]
async fn a_third_party_that_the_policy_lists() {
    let service = notes::service()
        .replace("GET /", |_, _| {
            Answer::html(200, "<!doctype html><title>A</title><script src=\"https://js.example.net/v3/\"></script>")
        })
        .replace("GET /privacy", |_, _| {
            Answer::html(200, "<!doctype html><title>Privacy</title><p>We load scripts from js.example.net.</p>")
        });
    let told = "[promises]\npolicy = \"/privacy\"\n";
    story::notes(service).also(told).told().await.is_sound();
}

#[tokio::test]
async fn a_security_txt_that_expired() {
    let service = notes::service().replace("GET /.well-known/security.txt", |_, _| {
        Answer::text("Contact: mailto:security@tallyhouse.dev\nExpires: 2024-01-01T00:00:00Z\n")
    });
    only_check(&story::notes(service).told().await, "PR09");
}

/// Limits by name and by address, both honest.
#[tokio::test]
async fn a_limited_sign_in_is_sound() {
    let story = story::notes(notes::service().replace("POST /session", people::sign_in)).told().await;
    story.is_sound();
}

/// Asking for a new password, limited or not. The mail is one that nobody can have.
fn forgets(limited: bool) -> Service {
    let asked: std::sync::atomic::AtomicU32 = 0.into();
    let forgot = notes::public("POST /password/forgot", move |_, _| {
        let number = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if limited && 10 < number { Answer::refused(429, "later") } else { Answer::nothing(202) }
    });
    notes::service().with(forgot.takes(vec![field("mail", "email")]))
}

#[tokio::test]
async fn new_passwords_without_a_limit() {
    let story = story::notes(forgets(false)).told().await;
    story.has_only(&["OP01 reset /password/forgot"]);
    let story = story::notes(forgets(true)).told().await;
    story.is_sound();
    story.holds(&["OP01 reset /password/forgot"]);
}

/// Told that there is none of something: a gap at once, and only for what was told.
#[tokio::test]
async fn told_none() {
    let told =
        "\n[alerts]\nto = \"none\"\n[monitor]\nat = \"none\"\n[backup]\nmake = \"none\"\n[tests]\nrun = \"none\"\n";
    let story = story::notes(notes::service()).also(told).told().await;
    story.has_only(&["DE02 alerts", "DE04 the outside monitor", "OP04 the backup", "OP09 the tests"]);
    let words = &story.outcome.gaps[0].words;
    assert!(words.contains("plimsoll.toml:") && words.contains("alerts.to"), "{words}");
    let unbuilt = story.outcome.checks.iter().find(|check| check.id == "DE06").unwrap();
    assert_eq!(unbuilt.cause, Some(plimsoll::verdict::Cause::NotBuilt));
}
