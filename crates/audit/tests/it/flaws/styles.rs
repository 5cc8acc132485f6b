//! The same flaw and its sound twin in the styles that services come in: kinds of keys, envelopes, forms and
//! cookies, keys in the body or the query.

use serde_json::json;

use crate::service::notes::action;
use crate::service::rows::{self, Rule, own};
use crate::service::{Answer, Call, Field, Keys, Row, Service, Shape, World, field, maybe, notes, text};
use crate::story::{self, Telling};

const GET: &str = "GET /notes/{note}";
const PUT: &str = "PUT /notes/{note}";

fn anybody(_: &World, _: &Call, _: &Row) -> bool {
    true
}

fn leaks(service: Service) -> Service {
    service.replace(GET, rows::show("note", anybody)).replace(PUT, rows::update("note", notes::note_fields(), anybody))
}

/// The sound service holds; with reading and changing open, exactly these two are named.
async fn both(telling: fn(Service) -> Telling, service: fn() -> Service) {
    let sound = telling(service()).told().await;
    sound.is_sound();
    sound.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"]);
    let leaky = telling(leaks(service())).told().await;
    leaky.has_only(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
}

#[tokio::test]
async fn keys_that_are_uuids() {
    both(story::notes, || notes::service().keys(Keys::Uuid)).await;
}

#[tokio::test]
async fn keys_that_are_slugs() {
    both(story::notes, || notes::service().keys(Keys::Slug)).await;
}

#[tokio::test]
async fn answers_in_envelopes() {
    fn telling(service: Service) -> Telling {
        let telling = story::notes(service);
        telling.replace_in_manifest("session.key", "data.session.key")
    }
    both(telling, || notes::service().enveloped()).await;
}

#[tokio::test]
async fn sign_in_by_form_and_cookie() {
    both(story::web, notes::web).await;
}

/// A document that says nothing of answers.
#[tokio::test]
async fn a_taciturn_document() {
    both(story::notes, || {
        let mut service = notes::service();
        for action in &mut service.actions {
            action.answer = Shape::Unsaid;
        }
        service
    })
    .await;
}

fn key_of(call: &Call) -> String {
    call.body.get("note").map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default()
}

/// Keys travel in bodies and queries: `POST /rename {"note": 7, "title": …}`, `GET /read?note=7`.
fn by_body_and_query(rename: Rule, read: Rule) -> Service {
    notes::service()
        .without(GET)
        .without(PUT)
        .with(
            action("GET /read", move |world, call| {
                let key = call.query.get("note").cloned().unwrap_or_default();
                let found = world.row("note", &key).filter(|row| read(world, call, row));
                found.map_or_else(Answer::missing, |row| Answer::ok(world.show(row)))
            })
            .asks(vec![Field { is_required: true, ..field("note", "key") }])
            .gives(Shape::Object(vec!["title", "body"])),
        )
        .with(
            action("POST /rename", move |world, call| {
                let taken = match rows::take(&[text("title")], call) {
                    Ok(taken) => taken,
                    Err(refusal) => return refusal,
                };
                let key = key_of(call);
                match world.row("note", &key) {
                    Some(row) if rename(world, call, row) => rows::apply(world, call, "note", &key, taken),
                    _ => Answer::missing(),
                }
            })
            .takes(vec![field("note", "key"), text("title")]),
        )
}

#[tokio::test]
async fn keys_in_body_and_query() {
    let sound = story::notes(by_body_and_query(own, own)).told().await;
    sound.is_sound();
    sound.holds(&["AZ02 GET /read", "AZ03 POST /rename"]);
    let leaky = story::notes(by_body_and_query(anybody, anybody)).told().await;
    leaky.has_only(&["AZ02 GET /read", "AZ03 POST /rename"]);
}

/// Lists that are bare arrays, filtered by whoever is named in the query.
#[tokio::test]
async fn a_bare_array_filtered_by_owner() {
    let list = |is_sound: bool| {
        let mut service = notes::service().replace("GET /notes", move |world, call| {
            let whose = call.query.get("owner").cloned().filter(|_| !is_sound).unwrap_or_else(|| call.me().to_owned());
            let rows = world.rows.iter().filter(|row| row.noun == "note" && row.owner == whose);
            Answer::ok(json!(rows.map(|row| world.show(row)).collect::<Vec<_>>()))
        });
        service.action_mut("GET /notes").answer = Shape::Unsaid;
        service.action_mut("GET /notes").query = vec![maybe("owner")];
        service
    };
    story::notes(list(true)).told().await.is_sound();
    story::notes(list(false)).told().await.has_only(&["AZ10 GET /notes"]);
}
