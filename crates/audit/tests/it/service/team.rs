//! The sound office where people are put into projects as somebody: editors change things, viewers look. Each is in a
//! project once; whoever is added a second time collides.

use serde_json::{Map, json};

use super::document::{Shape, field, maybe};
use super::notes::action;
use super::office::{self, governs};
use super::rows::{self, Rule};
use super::{Answer, Call, Row, Service, World};

/// [`office::service`] with memberships that have a role.
pub(crate) fn service() -> Service {
    office::service()
        .without("POST /projects/{project}/members")
        .with(
            action("POST /projects/{project}/members", add(governs))
                .takes(vec![field("member", "key"), maybe("role")])
                .gives(Shape::Object(vec!["member", "role"])),
        )
        .with(action("GET /projects/{project}/members", list(rows::member)).gives(Shape::List(vec!["member", "role"])))
        .with(action("DELETE /projects/{project}/members/{member}", remove(governs)))
}

/// The rows of [`office::MATRIX`], and those of memberships.
pub(crate) fn matrix() -> String {
    let rows = "\
GET    /projects/{project}/members          -     member  member  tenant  tenant
DELETE /projects/{project}/members/{member} -     -       own     tenant  tenant
";
    format!("{}{rows}", office::MATRIX)
}

/// The role of somebody in a project; empty where he is not in it.
pub(crate) fn role_in<'a>(world: &'a World, project: &Row, person: &str) -> &'a str {
    let row = world
        .rows
        .iter()
        .find(|row| row.noun == "membership" && row.parent.as_ref() == Some(&project.id) && row.owner == person);
    row.and_then(|row| row.fields.get("role")).and_then(serde_json::Value::as_str).unwrap_or_default()
}

pub(crate) fn add(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let project = match rows::reach(world, call, "project", rule) {
            Ok(project) => project,
            Err(refusal) => return refusal,
        };
        let key = call.body.get("member").map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default();
        if world.person(&key).is_none_or(|person| person.tenant != project.tenant) {
            return Answer::refused(400, "member must be a person of this company");
        }
        if project.members.contains(&key) {
            return Answer::refused(409, "is in already");
        }
        if let Some(row) = world.row_mut("project", &project.id) {
            row.members.push(key.clone());
        }
        let role = if call.text("role") == "editor" { "editor" } else { "viewer" };
        let fields: Map<_, _> = [("role".to_owned(), json!(role))].into_iter().collect();
        let made = rows::insert(world, call, "membership", fields);
        if let Some(row) = world.row_mut("membership", &made.id) {
            row.parent = Some(project.id.clone());
            row.owner.clone_from(&key);
        }
        world.record(call, "member.add", &format!("projects/{}/members/{key}", project.id), "done");
        Answer::json(201, json!({ "member": world.key(&key), "role": role }))
    }
}

pub(crate) fn list(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match rows::reach(world, call, "project", rule) {
        Ok(project) => {
            let people = project.members.iter().filter_map(|key| world.person(key));
            let items = people.map(|person| {
                json!({ "member": world.key(&person.id), "name": person.name, "role": role_in(world, &project, &person.id) })
            });
            Answer::ok(json!({ "items": items.collect::<Vec<_>>() }))
        }
        Err(refusal) => refusal,
    }
}

pub(crate) fn remove(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let project = match rows::reach(world, call, "project", rule) {
            Ok(project) => project,
            Err(refusal) => return refusal,
        };
        let key = call.at("member").to_owned();
        if !project.members.contains(&key) {
            return Answer::missing();
        }
        if let Some(row) = world.row_mut("project", &project.id) {
            row.members.retain(|member| *member != key);
        }
        world
            .rows
            .retain(|row| !(row.noun == "membership" && row.parent.as_ref() == Some(&project.id) && row.owner == key));
        world.record(call, "member.remove", &format!("projects/{}/members/{key}", project.id), "done");
        Answer::nothing(204)
    }
}
