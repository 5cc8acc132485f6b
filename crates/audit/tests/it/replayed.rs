//! A replay sends one action, or one pass, and finds the same gap again; in a mended service it finds it closed.

use plimsoll::verdict::{Dimension, Verdict};
use serde_json::json;

use crate::service::{Answer, Service, notes, rows};
use crate::story::{self, Telling};

/// One gap of each dimension that is built.
fn flawed() -> Service {
    notes::service()
        .replace("GET /notes/{note}", rows::show("note", |_, _, _| true))
        .wrap("DELETE /notes/{note}", |world, call, inner| {
            let before = world.events.len();
            let answer = inner(world, call);
            world.events.truncate(before);
            answer
        })
        .without("GET /.well-known/security.txt")
        .guard(|_, call| {
            let key = call.target.strip_prefix("/notes/").and_then(|rest| rest.split('/').next())?;
            let trace = "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 41, in show";
            key.parse::<i64>().is_err().then(|| Answer::json(500, json!({ "error": trace })))
        })
        .replace("POST /session", |world, call| {
            let (name, password) = (call.text("name"), call.text("password"));
            let found = world.people.iter().find(|person| person.name == name && person.password == password);
            match found.map(|person| person.id.clone()) {
                Some(id) => Answer::json(201, json!({ "session": { "key": world.open_session(&id) } })),
                None => Answer::refused(401, "name or password is wrong"),
            }
        })
}

fn told(service: Service) -> Telling {
    story::notes(service).also(notes::RECORD)
}

#[tokio::test]
async fn each_dimensions_gap_is_found_again() {
    let whole = told(flawed()).told().await;
    let expected = [
        ("AZ02", Dimension::Authorization),
        ("AT01", Dimension::AuditTrail),
        ("PR09", Dimension::Promises),
        ("DE08", Dimension::Detection),
        ("OP01", Dimension::Operations),
    ];
    for (check, pass) in expected {
        let gap = whole.outcome.gaps.iter().find(|gap| gap.check == check);
        let gap = gap.unwrap_or_else(|| panic!("no gap of {check}\n{}", whole.told()));
        let action = gap.findings.iter().find_map(|finding| finding.cell.as_ref()).map(|cell| cell.action.clone());
        let again = told(flawed()).again(pass, action.as_deref()).told().await;
        assert_eq!(again.verdict(check, &gap.subject), Some(Verdict::Gap), "{check}\n{}", again.told());
        assert!(again.requests < whole.requests, "{check}: {} of {}", again.requests, whole.requests);
        let mended = told(notes::service()).again(pass, action.as_deref()).told().await;
        assert_eq!(mended.verdict(check, &gap.subject), Some(Verdict::Holds), "{check}\n{}", mended.told());
    }
}
