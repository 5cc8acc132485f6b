//! Services that fall over, and services that answer everything.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use plimsoll::load_line::{Exit, headline};
use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, notes};
use crate::story;

const STILL: [&str; 2] = ["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"];

/// A word where a number belongs ends the process; its supervisor brings it back after half a second.
fn dies_on_a_word() -> Service {
    const DOWN: Duration = Duration::from_millis(500);
    let died: std::sync::Mutex<Option<Instant>> = std::sync::Mutex::new(None);
    notes::service().guard(move |_, call| {
        let mut died = died.lock().unwrap();
        let is_down = died.is_some_and(|at| at.elapsed() < DOWN);
        let key = call.target.strip_prefix("/notes/").and_then(|rest| rest.split('/').next());
        let is_word = key.is_some_and(|key| key.parse::<i64>().is_err());
        if is_word && !is_down {
            *died = Some(Instant::now());
        }
        (is_word || is_down).then(Answer::dead)
    })
}

#[tokio::test]
async fn dies_on_a_word_for_a_number() {
    let story = story::notes(dies_on_a_word()).told().await;
    let authorization: Vec<String> = story.gaps().into_iter().filter(|gap| gap.starts_with("AZ")).collect();
    assert!(authorization.is_empty(), "{}", story.told());
    story.holds(&STILL);
}

/// One request ends it, long before the last pass, and nobody brings it back.
#[tokio::test]
async fn dies_for_good_on_the_way() {
    let died = std::sync::atomic::AtomicBool::new(false);
    let service = notes::service().guard(move |_, call| {
        let now = call.method == "DELETE" || died.load(Relaxed);
        died.store(now, Relaxed);
        now.then(Answer::dead)
    });
    let story = story::notes(service).told().await;
    let outcome = &story.outcome;
    assert!(outcome.denominator.lost, "{}", story.told());
    assert_eq!(Exit::of(outcome, false), Exit::Unproven, "{}", story.told());
    assert!(
        outcome.notes.iter().any(|note| note.contains("the service died at DELETE /notes/{note}/comments/{comment}")),
        "{:?}",
        outcome.notes
    );
    for finding in outcome.findings.iter().filter(|finding| finding.cell.is_none()) {
        assert_ne!(finding.verdict, Verdict::Holds, "{finding:?}");
    }
    let headline = headline(outcome).to_string();
    assert!(headline.contains("The service died on the way"), "{headline}");
}

fn page_for_everything() -> Answer {
    Answer::html(200, "<!doctype html><html><head><title>App</title></head><body><div id=app></div></body></html>")
}

/// Every path that does not exist is the application's page, with 200.
#[tokio::test]
async fn a_page_for_every_unknown_path() {
    let mut service = notes::service();
    service.unknown = page_for_everything;
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// The same, and nothing stands at the usual place of security.txt: the page is not one.
#[tokio::test]
async fn a_page_is_not_a_security_txt() {
    let mut service = notes::service().without("GET /.well-known/security.txt");
    service.unknown = page_for_everything;
    let story = story::notes(service).told().await;
    let gaps = story.gaps();
    assert!(gaps.iter().all(|gap| gap.starts_with("PR09")) && gaps.len() == 1, "{gaps:?}\n{}", story.told());
}
