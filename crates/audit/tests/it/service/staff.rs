//! The sound office whose owners and admins let people in, suspend them and put them out.

use serde_json::{Map, json};

use super::document::{Shape, maybe, text};
use super::notes::action;
use super::world::Row;
use super::{Answer, Call, Service, World, team};

/// [`team::service`] with people who come and go.
pub(crate) fn service() -> Service {
    team::service()
        .with(
            action("POST /people", take_on)
                .takes(vec![text("name"), text("password"), maybe("role")])
                .gives(Shape::Object(vec!["name", "role"])),
        )
        .with(action("POST /people/{person}/suspend", suspend))
        .with(action("DELETE /people/{person}", dismiss))
        .with(action("GET /people", people).gives(Shape::List(vec!["name", "role"])))
        .with(action("PUT /people/{person}/role", set_role).takes(vec![text("role")]))
        .guard(only_who_is_in)
}

/// What the manifest needs beside the office's.
pub(crate) const MANIFEST: &str = r#"
[throw_away]
make = 'olga: POST /people {"name":"{name}","password":"{password}","role":"{role}"} -> id'
"#;

/// How people come and go.
pub(crate) const BECOME: &str = r#"
[become]
member    = 'olga: POST /projects/{project.id}/members {"member":{actor.id}}'
suspended = 'olga: POST /people/{actor.id}/suspend'
removed   = 'olga: DELETE /people/{actor.id}'
"#;

/// The rows of [`team::matrix`], and those of people.
pub(crate) fn matrix() -> String {
    let rows = "\
POST   /people                              -     -       -       tenant  tenant
POST   /people/{person}/suspend             -     -       -       tenant  tenant
DELETE /people/{person}                     -     -       -       tenant  tenant
GET    /people                              -     tenant  tenant  tenant  tenant
PUT    /people/{person}/role                -     -       -       tenant  tenant
";
    format!("{}{rows}", team::matrix())
}

pub(crate) fn is_suspended(world: &World, person: &str) -> bool {
    world.rows.iter().any(|row| row.noun == "suspension" && row.owner == person)
}

pub(crate) fn only_who_is_in(world: &mut World, call: &Call) -> Option<Answer> {
    (is_suspended(world, call.me()) && call.who.is_some()).then(|| Answer::refused(403, "you are suspended"))
}

fn manages(world: &World, call: &Call) -> bool {
    matches!(world.role(call), "owner" | "admin")
}

fn take_on(world: &mut World, call: &Call) -> Answer {
    if !manages(world, call) {
        return Answer::refused(403, "not with your role");
    }
    let (name, tenant) = (call.text("name").to_owned(), world.tenant(call).to_owned());
    if world.people.iter().any(|person| person.name == name) {
        return Answer::refused(409, "that name is taken");
    }
    let role = if call.text("role") == "owner" { "admin" } else { call.text("role") };
    let role = if role.is_empty() { "member" } else { role }.to_owned();
    let id = world.add_person(&name, call.text("password"), &tenant, &role);
    world.record(call, "person.create", &id, "done");
    Answer::json(201, json!({ "id": world.key(&id), "name": name, "role": role }))
}

fn colleague(world: &World, call: &Call) -> Result<String, Answer> {
    let id = call.at("person").to_owned();
    let tenant = world.tenant(call).to_owned();
    if world.person(&id).is_none_or(|person| person.tenant != tenant) {
        return Err(Answer::missing());
    }
    if manages(world, call) { Ok(id) } else { Err(Answer::refused(403, "not with your role")) }
}

pub(crate) fn suspend(world: &mut World, call: &Call) -> Answer {
    let id = match colleague(world, call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    let row = Row {
        noun: "suspension",
        id: format!("suspension-{id}"),
        owner: id.clone(),
        tenant: String::new(),
        parent: None,
        members: Vec::new(),
        fields: Map::new(),
    };
    world.rows.push(row);
    world.record(call, "person.suspend", &id, "done");
    Answer::nothing(204)
}

/// Whether somebody is the only owner of his company.
fn is_last_owner(world: &World, id: &str) -> bool {
    let Some(person) = world.person(id).filter(|person| person.role == "owner") else { return false };
    world.people.iter().filter(|other| other.tenant == person.tenant && other.role == "owner").count() == 1
}

fn people(world: &mut World, call: &Call) -> Answer {
    let tenant = world.tenant(call).to_owned();
    let own = world.people.iter().filter(|person| person.tenant == tenant);
    let items = own.map(|person| json!({ "id": world.key(&person.id), "name": person.name, "role": person.role }));
    Answer::ok(json!({ "items": items.collect::<Vec<_>>() }))
}

/// Nobody raises himself, or anybody above himself; the last owner stays one.
fn set_role(world: &mut World, call: &Call) -> Answer {
    let id = match colleague(world, call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    let role = call.text("role").to_owned();
    if !["owner", "admin", "member", "viewer"].contains(&role.as_str()) {
        return Answer::refused(422, "role must be owner, admin, member or viewer");
    }
    if role == "owner" && world.role(call) != "owner" {
        return Answer::refused(403, "not with your role");
    }
    if is_last_owner(world, &id) && role != "owner" {
        return Answer::refused(409, "somebody must be the owner");
    }
    set_role_of(world, call, &id, &role)
}

pub(crate) fn set_role_of(world: &mut World, call: &Call, id: &str, role: &str) -> Answer {
    if let Some(person) = world.person_mut(id) {
        role.clone_into(&mut person.role);
    }
    world.record(call, "person.role", id, "done");
    Answer::nothing(204)
}

pub(crate) fn dismiss(world: &mut World, call: &Call) -> Answer {
    let id = match colleague(world, call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    if is_last_owner(world, &id) {
        return Answer::refused(409, "somebody must be the owner");
    }
    world.people.retain(|person| person.id != id);
    world.sessions.retain(|(_, person)| *person != id);
    world.record(call, "person.remove", &id, "done");
    Answer::nothing(204)
}
