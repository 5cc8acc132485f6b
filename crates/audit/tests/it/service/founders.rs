//! Notes whose users bring a company along: signing up makes one, and nothing else does.

use serde_json::{Value, json};

use super::document::text;
use super::notes::{self, action};
use super::rows::{self, own};
use super::{Body, Call, Row, Service, World};

pub(crate) const CHANGE: &str = "PUT /organisations/{organisation}";
pub(crate) const REMOVE: &str = "DELETE /organisations/{organisation}";
pub(crate) const REMOVE_MEMBER: &str = "DELETE /organisations/{organisation}/members/{member}";

pub(crate) fn service() -> Service {
    notes::service()
        .wrap("POST /accounts", |world, call, inner| {
            let answer = inner(world, call);
            if answer.status == 201 {
                found(world, call.text("name"));
            }
            answer
        })
        .wrap("GET /whoami", |world, call, inner| {
            let mut answer = inner(world, call);
            let own = world.rows.iter().find(|row| row.noun == "organisation" && row.owner == call.me());
            if let (Body::Json(Value::Object(fields)), Some(own)) = (&mut answer.body, own) {
                fields.insert("organisation".into(), json!({ "id": world.key(&own.id) }));
            }
            answer
        })
        .with(action("GET /organisations/{organisation}", rows::show("organisation", own)))
        .with(action(CHANGE, rows::update("organisation", vec![text("title")], own)).takes(vec![text("title")]))
        .with(action(REMOVE, rows::delete("organisation", own)))
        .with(action("GET /organisations/{organisation}/members", rows::list_below("organisation", "member", own)))
        .with(action(REMOVE_MEMBER, rows::delete_below("organisation", "member", own)))
}

/// A company of somebody's, and he its one member.
fn found(world: &mut World, name: &str) {
    let Some(founder) = world.people.iter().find(|person| person.name == name).cloned() else { return };
    let id = world.new_key(name);
    let row = |noun: &'static str, id: String, parent: Option<String>, said: (&str, &str)| Row {
        noun,
        id,
        owner: founder.id.clone(),
        tenant: founder.tenant.clone(),
        parent,
        members: Vec::new(),
        fields: [(said.0.to_owned(), json!(said.1))].into_iter().collect(),
    };
    world.rows.push(row("organisation", id.clone(), None, ("title", "a new company")));
    world.rows.push(row("member", founder.id.clone(), Some(id), ("role", "owner")));
}

/// Nobody asks whose company it is.
pub(crate) fn anybodys(_: &World, _: &Call, _: &Row) -> bool {
    true
}

/// An action as it stands, open to everybody who is signed in.
pub(crate) fn open(name: &str) -> Service {
    match name {
        CHANGE => service().replace(CHANGE, rows::update("organisation", vec![text("title")], anybodys)),
        REMOVE => service().replace(REMOVE, rows::delete("organisation", anybodys)),
        _ => service().replace(REMOVE_MEMBER, rows::delete_below("organisation", "member", anybodys)),
    }
}
