//! Fields that nobody offered, and that are taken all the same.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::{Answer, Body, Call, World, notes};
use crate::story;

#[tokio::test]
async fn fields_that_nobody_offered_are_left_alone() {
    let story = story::notes(notes::service()).told().await;
    story.holds(&["AZ08 POST /notes", "AZ08 PUT /notes/{note}", "AZ08 PUT /whoami", "AZ08 POST /accounts"]);
}

/// The answer repeats what was sent, and the store does not have it: no gap.
#[tokio::test]
async fn an_echo_is_no_proof() {
    let service = notes::service().wrap("PUT /whoami", |world, call, inner| {
        let mut answer = inner(world, call);
        if let (Body::Json(value), Some(role)) = (&mut answer.body, call.body.get("role")) {
            value["role"] = role.clone();
        }
        answer
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&["AZ08 PUT /whoami"]);
}

#[tokio::test]
async fn fields_that_nobody_offered_are_taken() {
    let describing = notes::service().wrap("PUT /whoami", |world, call, inner| {
        let role = call.text("role").to_owned();
        if let Some(person) = world.person_mut(call.me()).filter(|_| !role.is_empty()) {
            person.role = role;
        }
        inner(world, call)
    });
    let owning = notes::service().wrap("POST /notes", |world, call, inner| {
        let answer = inner(world, call);
        if let (Some(row), Some(owner)) = (world.rows.last_mut(), call.body.get("owner")) {
            row.owner = owner.to_string().trim_matches('"').to_owned();
        }
        answer
    });
    let signing_up = notes::service().wrap("POST /accounts", |world, call, inner| {
        let answer = inner(world, call);
        let role = call.text("role").to_owned();
        if answer.status == 201 && !role.is_empty() {
            world.people.last_mut().unwrap().role = role;
        }
        answer
    });
    let giving_away = notes::service().wrap("PUT /notes/{note}", |world, call, inner| {
        let answer = inner(world, call);
        let owner = call.body.get("owner").map(|owner| owner.to_string().trim_matches('"').to_owned());
        if let (Some(row), Some(owner), 200) = (world.row_mut("note", call.at("note")), owner, answer.status) {
            row.owner = owner;
        }
        answer
    });
    for (service, subject) in [
        (describing, "PUT /whoami"),
        (owning, "POST /notes"),
        (signing_up, "POST /accounts"),
        (giving_away, "PUT /notes/{note}"),
    ] {
        let story = story::notes(service).told().await;
        assert_eq!(story.verdict("AZ08", subject), Some(Verdict::Gap), "{subject}\n{}", story.told());
    }
}

/// Everything at once is refused because one field is checked; one by one another gets through.
#[tokio::test]
async fn one_field_is_checked_and_another_is_not() {
    let service = notes::service().wrap("POST /notes", |world, call, inner| {
        if call.body.get("owner").is_some() {
            return Answer::refused(422, "owner is not allowed");
        }
        let answer = inner(world, call);
        if let Some(row) = world.rows.last_mut() {
            let price = call.body.get("price").cloned().unwrap_or(json!(10));
            row.fields.insert("price".into(), price);
        }
        answer
    });
    let story = story::notes(service).told().await;
    assert_eq!(story.verdict("AZ08", "POST /notes"), Some(Verdict::Gap), "{}", story.told());
}

/// Shown, declared nowhere, and of no rank that anybody knows: `featured` is taken by the first, and left alone by the second.
fn featured(taken: bool) -> crate::service::Service {
    let keep = move |world: &mut World, call: &Call, inner: &crate::service::Handler| {
        let answer = inner(world, call);
        if let Some(row) = world.rows.last_mut().filter(|row| row.noun == "note" && answer.status == 201) {
            let sent = call.body.get("featured").cloned().filter(|_| taken);
            row.fields.insert("featured".into(), sent.unwrap_or(json!(false)));
        }
        answer
    };
    notes::service().wrap("POST /notes", keep)
}

#[tokio::test]
async fn a_field_of_which_nobody_said_whose_it_is() {
    let subject = "POST /notes";
    let story = story::notes(featured(false)).told().await;
    story.holds(&["AZ08 POST /notes"]);
    let story = story::notes(featured(true)).told().await;
    assert_eq!(story.verdict("AZ08", subject), Some(Verdict::Unproven), "{}", story.told());
    assert!(story.told_of("AZ08", subject).iter().any(|words| words.contains("is it his to set?")), "{}", story.told());
    let fixed = "plimsoll.matrix 1\n# action anon user\nfixed featured for user\n";
    let story = story::notes(featured(true)).matrix(fixed).told().await;
    assert_eq!(story.verdict("AZ08", subject), Some(Verdict::Gap), "{}", story.told());
}

/// What somebody is, under a word that says of a thing only what it is.
#[tokio::test]
async fn a_kind_of_person_is_rank() {
    let kinds = |taken: bool| {
        let show = |world: &mut World, call: &Call| {
            let Some(person) = world.person(call.me()) else { return Answer::missing() };
            let kind = person.profile.get("kind").cloned().unwrap_or_else(|| json!("contact"));
            Answer::ok(json!({ "id": world.key(&person.id), "name": person.name, "kind": kind }))
        };
        let save = move |world: &mut World, call: &Call| {
            let (motto, kind) = (call.text("motto").to_owned(), call.text("kind").to_owned());
            if motto.is_empty() {
                return Answer::refused(400, "motto is required");
            }
            if let Some(person) = world.person_mut(call.me()).filter(|_| taken && !kind.is_empty()) {
                person.profile.insert("kind".into(), json!(kind));
            }
            Answer::nothing(204)
        };
        notes::service()
            .without("PUT /whoami")
            .replace("GET /whoami", show)
            .with(notes::action("POST /profile", save).takes(vec![crate::service::text("motto")]))
    };
    let sound = story::notes(kinds(false)).told().await;
    sound.is_sound();
    sound.holds(&["AZ08 POST /profile"]);
    story::notes(kinds(true)).told().await.has_only(&["AZ08 POST /profile"]);
}
