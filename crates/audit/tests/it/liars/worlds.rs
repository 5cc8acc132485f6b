//! Actions that take away what others need: the walk names them and goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::service::notes::{action, public};
use crate::service::{Answer, Call, Service, World, field, notes, office, staff, text};
use crate::story;

/// What stays provable whatever else happens.
const STILL: [&str; 2] = ["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"];

/// The action that is meant has a gap, in whichever authorization check, and no other action has one.
#[track_caller]
fn only_names(story: &story::Story, name: &str) {
    let gaps = story.gaps();
    assert!(!gaps.is_empty(), "nothing was found\n{}", story.told());
    assert!(gaps.iter().all(|gap| gap.starts_with("AZ") && gap.ends_with(name)), "{gaps:?}\n{}", story.told());
}

fn empties(whose: fn(&Call, &str) -> bool) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        world.rows.retain(|row| !whose(call, &row.owner));
        world.record(call, "note.empty", "", "done");
        Answer::nothing(204)
    }
}

fn with_bulk_delete(whose: fn(&Call, &str) -> bool) -> Service {
    notes::service().with(action("DELETE /notes", empties(whose)))
}

#[tokio::test]
async fn empties_everybodys_notes() {
    let story = story::notes(with_bulk_delete(|_, _| true)).told().await;
    only_names(&story, " DELETE /notes");
    story.holds(&STILL);
}

#[tokio::test]
async fn empties_ones_own_notes() {
    let story = story::notes(with_bulk_delete(|call, owner| call.me() == owner)).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// An operator's convenience that was left open: every account, session and note is gone.
#[tokio::test]
async fn resets_everything_for_anybody() {
    let story = story::notes(notes::service().with(public("POST /maintenance/reset", |world, _| {
        world.rows.clear();
        world.sessions.clear();
        world.people.retain(|person| person.role == "admin");
        Answer::nothing(204)
    })))
    .told()
    .await;
    only_names(&story, " POST /maintenance/reset");
}

/// A bulk delete of accounts that takes its caller along: everything of his own, nothing of anybody else's.
#[tokio::test]
async fn removes_its_caller() {
    let story = story::notes(notes::service().with(action("DELETE /accounts", |world, call| {
        let me = call.me().to_owned();
        world.record(call, "account.delete", &me, "done");
        world.rows.retain(|row| row.owner != me);
        world.sessions.retain(|(_, person)| *person != me);
        world.people.retain(|person| person.id != me);
        Answer::nothing(204)
    })))
    .told()
    .await;
    story.is_sound();
    story.holds(&STILL);
}

/// A GET that deletes: the caller's own things only.
#[tokio::test]
async fn empties_by_get() {
    let story = story::notes(notes::service().with(action("GET /clear", empties(|call, owner| call.me() == owner))))
        .told()
        .await;
    story.is_sound();
    story.holds(&STILL);
}

/// What the manifest says is never sent is not sent to clean up either, nor to make what another action needs.
#[tokio::test]
async fn never_is_never() {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&sent);
    let service = notes::service().guard(move |_, call| {
        let parts = call.target.trim_matches('/').split('/').count();
        let forbidden = call.method == "DELETE" && parts == 2 || call.method == "POST" && parts == 3;
        if forbidden {
            seen.lock().unwrap().push(format!("{} {}", call.method, call.target));
        }
        None
    });
    let never = r#"never = ["DELETE /notes/{note}", "POST /notes/{note}/comments"]"#;
    let story = story::notes(service).replace_in_manifest("\n[sign_up]", &format!("{never}\n[sign_up]")).told().await;
    assert!(sent.lock().unwrap().is_empty(), "{:?}", sent.lock().unwrap());
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}

/// Whoever walks is never demoted by the walk: what is done to people is done to one who was made for it, or to nobody.
#[tokio::test]
async fn nobody_of_the_manifest_is_demoted() {
    let harmed = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&harmed);
    let demote = move |world: &mut World, call: &Call| {
        if world.role(call) != "owner" {
            return Answer::refused(403, "for owners");
        }
        let key = call.body.get("user_id").map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default();
        let tenant = world.tenant(call).to_owned();
        let Some(person) = world.person_mut(&key).filter(|person| person.tenant == tenant) else {
            return Answer::refused(400, "user_id must be a person of this company");
        };
        let named = office::PEOPLE.iter().any(|(name, ..)| *name == person.name);
        seen.fetch_add(usize::from(named), Ordering::SeqCst);
        person.role = "viewer".to_owned();
        Answer::nothing(204)
    };
    let row = "POST   /members/role                        -     -       -       -       tenant\n";
    for (service, matrix) in [
        (office::service(), format!("{}{row}", office::MATRIX)),
        (staff::service(), format!("{}{row}", staff::matrix())),
    ] {
        let is_staffed = matrix.contains("/people");
        let demotes = action("POST /members/role", demote.clone()).takes(vec![field("user_id", "key"), text("reason")]);
        let told = story::office(service.with(demotes)).matrix(&matrix);
        let story = if is_staffed { told.also(staff::MANIFEST).told().await } else { told.told().await };
        assert_eq!(harmed.load(Ordering::SeqCst), 0, "{}", story.told());
        story.is_sound();
        story.holds(&["AZ05 POST /members/role"]);
    }
}
