//! Access that ended on paper: signed out, a new password, suspended, put out.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::field;
use crate::service::{Answer, Call, Service, World, notes, people, staff};
use crate::story::{self, Story};

/// Notes whose people change their passwords: that ends every other session.
fn with_passwords() -> Service {
    let change = |world: &mut World, call: &Call| {
        let (me, token) = (call.me().to_owned(), call.token.clone());
        let Some(person) = world.person_mut(&me).filter(|person| person.password == call.text("old_password")) else {
            return Answer::refused(400, "old_password is wrong");
        };
        person.password = call.text("new_password").to_owned();
        world.sessions.retain(|(known, person)| *person != me || Some(known) == token.as_ref());
        Answer::nothing(204)
    };
    notes::service().with(
        notes::action("PUT /password", change)
            .takes(vec![field("old_password", "password"), field("new_password", "password")]),
    )
}

#[track_caller]
fn says(story: &Story, check: &str, subject: &str, verdict: Verdict) {
    assert_eq!(story.verdict(check, subject), Some(verdict), "{check} {subject}\n{}", story.told());
}

#[tokio::test]
async fn sessions_that_end() {
    let story = story::notes(with_passwords()).told().await;
    story.is_sound();
    story.holds(&["AZ07 sign-out", "AZ07 changed password"]);
    says(&story, "AZ07", "time", Verdict::Unproven);
    says(&story, "AZ06", "people", Verdict::NotApplicable);
}

/// 204, and the session is as good as before; and one that only takes the cookie away.
#[tokio::test]
async fn a_sign_out_that_ends_nothing() {
    let story = story::notes(notes::service().replace("DELETE /session", |_, _| Answer::nothing(204))).told().await;
    story.has_only(&["AZ07 sign-out"]);
    let cookie = |_: &mut World, _: &Call| Answer::nothing(204).header("set-cookie", "sid=; Path=/; Max-Age=0");
    let story = story::web(notes::web().replace("DELETE /session", cookie)).told().await;
    says(&story, "AZ07", "sign-out", Verdict::Gap);
}

/// A sign-out that says 500 and ends the session, and one that says 401: nothing is said of either that is not seen.
#[tokio::test]
async fn a_sign_out_that_says_otherwise() {
    let service = notes::service().wrap("DELETE /session", |world, call, inner| {
        inner(world, call);
        Answer::refused(500, "something went wrong")
    });
    let story = story::notes(service).told().await;
    assert_ne!(story.verdict("AZ07", "sign-out"), Some(Verdict::Gap), "{}", story.told());
}

/// Tokens that carry their own end, and outlive the sign-out until then.
#[tokio::test]
async fn a_token_that_carries_its_own_end() {
    let service = || {
        notes::service()
            .replace("POST /session", |world, call| match people::check_password(world, call) {
                Ok(id) => {
                    let exp = crate::service::chance::now().as_second() + 600;
                    let token =
                        crate::service::jwt(&json!({"sub": id, "exp": exp}), b"0123456789abcdef0123456789abcdef");
                    world.sessions.push((token.clone(), id));
                    Answer::json(201, json!({ "session": { "key": token } }))
                }
                Err(refusal) => refusal,
            })
            .replace("DELETE /session", |_, _| Answer::nothing(204))
    };
    let told = |lines: &'static str| async move { story::notes(service()).also(lines).told().await };
    says(&told("").await, "AZ07", "sign-out", Verdict::Suspected);
    says(&told("\n[sessions]\nmax_after_end = \"15m\"\n").await, "AZ07", "sign-out", Verdict::Holds);
    says(&told("\n[sessions]\nmax_after_end = \"2m\"\n").await, "AZ07", "sign-out", Verdict::Gap);
}

/// The thief's session lives on; the old password does; and nothing changes at all.
#[tokio::test]
async fn a_new_password_that_helps_nobody() {
    let lives = with_passwords().wrap("PUT /password", |world, call, inner| {
        let before = world.sessions.clone();
        let answer = inner(world, call);
        world.sessions = before;
        answer
    });
    story::notes(lives).told().await.has_only(&["AZ07 changed password"]);
    let nothing = with_passwords().replace("PUT /password", |_, _| Answer::nothing(204));
    says(&story::notes(nothing).told().await, "AZ07", "changed password", Verdict::Unproven);
}

async fn office(service: Service, manifest: &str) -> Story {
    story::team(service).matrix(&staff::matrix()).also(staff::MANIFEST).also(manifest).told().await
}

#[tokio::test]
async fn people_who_are_out() {
    let story = office(staff::service(), staff::BECOME).await;
    story.is_sound();
    story.holds(&["AZ06 suspended", "AZ06 removed", "AZ06 taken out of a project"]);
}

/// Without a line the catalogue's own actions are taken: their paths leave no doubt.
#[tokio::test]
async fn people_who_are_out_and_nobody_told() {
    let story = office(staff::service(), "").await;
    story.is_sound();
    story.holds(&["AZ06 POST /people/{person}/suspend", "AZ06 DELETE /people/{person}"]);
    let mut service = staff::service();
    service.guard = None;
    let service = service.wrap("POST /session", |world, call, inner| {
        let person =
            world.people.iter().find(|person| person.name == call.text("name")).map(|person| person.id.clone());
        match person.is_some_and(|person| staff::is_suspended(world, &person)) {
            true => Answer::refused(403, "you are suspended"),
            false => inner(world, call),
        }
    });
    let story = office(service, "").await;
    story.has_only(&["AZ06 POST /people/{person}/suspend"]);
}

/// Suspended people are told so, and what they send is done all the same; those who are told 200 get nothing.
#[tokio::test]
async fn people_who_are_told_that_they_are_out() {
    let mut service = staff::service();
    service.guard = None;
    let service = service.wrap("POST /projects", |world, call, inner| {
        let made = inner(world, call);
        if staff::is_suspended(world, call.me()) { Answer::refused(403, "you are suspended") } else { made }
    });
    let mut reads = service;
    for name in ["GET /projects", "GET /projects/{project}"] {
        reads = reads.wrap(name, |world, call, inner| match staff::is_suspended(world, call.me()) {
            true => Answer::refused(403, "you are suspended"),
            false => inner(world, call),
        });
    }
    let story = office(reads, staff::BECOME).await;
    says(&story, "AZ06", "suspended", Verdict::Gap);
    let polite =
        staff::service().guard(|world, call| staff::only_who_is_in(world, call).map(|_| Answer::ok(json!({}))));
    let story = office(polite, staff::BECOME).await;
    story.is_sound();
    story.holds(&["AZ06 suspended"]);
}

/// Whoever was taken out of a project is in its list no more, and reads it as before.
#[tokio::test]
async fn a_project_that_is_left_by_name_only() {
    let service = staff::service().replace("DELETE /projects/{project}/members/{member}", |world, call| {
        let key = call.at("member").to_owned();
        world.rows.retain(|row| !(row.noun == "membership" && row.owner == key));
        Answer::nothing(204)
    });
    let story = office(service, staff::BECOME).await;
    says(&story, "AZ06", "taken out of a project", Verdict::Gap);
}
