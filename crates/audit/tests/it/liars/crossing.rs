//! Services whose cookies go everywhere, and who look where a request comes from.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::flaws::crossing::loose;
use crate::service::{Answer, Call, Service, notes};
use crate::story;

fn is_foreign(call: &Call) -> bool {
    call.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

async fn is_left_alone(service: Service) {
    let story = story::web(service).told().await;
    story.holds(&["AZ18 POST /notes", "AZ18 POST /notes/{note}/comments", "AZ18 reading across origins"]);
}

/// Refused, or answered with a yes that changes nothing; whoever asks from elsewhere may read what is no one's.
#[tokio::test]
async fn the_origin_is_looked_at() {
    let refusing = loose(notes::web())
        .guard(|_, call| (is_foreign(call) && call.method != "GET").then(|| Answer::refused(403, "not from there")));
    let smiling = loose(notes::web())
        .guard(|_, call| (is_foreign(call) && call.method != "GET").then(|| Answer::ok(json!({ "ok": true }))));
    let open_to_nobody = loose(notes::web())
        .guard(|_, call| (is_foreign(call) && call.method != "GET").then(|| Answer::refused(403, "not from there")))
        .wrap("GET /notes/{note}", |world, call, inner| {
            inner(world, call)
                .header("access-control-allow-origin", "*")
                .header("access-control-allow-credentials", "true")
        });
    for service in [refusing, smiling, open_to_nobody] {
        is_left_alone(service).await;
    }
}

/// A page of the service repeats a cookie's value in a header; a page of another site does not know it.
#[tokio::test]
async fn a_token_is_looked_at() {
    let told = loose(notes::web()).wrap("POST /login", |world, call, inner| {
        let answer = inner(world, call);
        match answer.status {
            303 => answer.header("set-cookie", "csrf-token=c0ffee17c0ffee; Path=/; SameSite=None"),
            _ => answer,
        }
    });
    let sealed = told.guard(|_, call| {
        let is_own = call.headers.get("x-csrf-token").is_some_and(|token| token == "c0ffee17c0ffee");
        let is_free = call.method == "GET" || call.target == "/login";
        (!is_own && !is_free && call.who.is_some()).then(|| Answer::refused(403, "from which page?"))
    });
    is_left_alone(sealed).await;
}

/// A token in a header goes nowhere by itself.
#[tokio::test]
async fn a_header_goes_nowhere_by_itself() {
    let story = story::notes(notes::service()).told().await;
    assert_eq!(story.verdict("AZ18", "cross-site requests"), Some(Verdict::NotApplicable), "{}", story.told());
}
