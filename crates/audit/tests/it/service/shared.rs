//! Notes that people share with each other. Nobody has a company: each is his own tenant, and takes part in what somebody
//! has let him into, to read it or to change it.

use serde_json::{Map, json};

use super::document::{Shape, field, maybe, text};
use super::notes::{action, note_fields};
use super::rows::{self, Rule, own};
use super::team::role_in;
use super::{Answer, Call, Row, Service, World, notes};

/// Whoever was let in, and the owner.
pub(crate) fn reads(world: &World, call: &Call, row: &Row) -> bool {
    own(world, call, row) || row.members.iter().any(|member| member == call.me())
}

/// The owner, and whoever was let in to change it.
pub(crate) fn writes(world: &World, call: &Call, row: &Row) -> bool {
    own(world, call, row) || reads(world, call, row) && role_in(world, row, call.me()) == "editor"
}

/// The sound service.
pub(crate) fn service() -> Service {
    notes::service()
        .replace("GET /notes", rows::list("note", reads))
        .replace("GET /search", rows::list("note", reads))
        .replace("GET /notes/{note}", rows::show("note", reads))
        .replace("PUT /notes/{note}", rows::update("note", note_fields(), writes))
        .with(action("POST /notes/{note}/people", let_in(own)).takes(vec![field("person", "key"), maybe("role")]))
        .with(action("GET /notes/{note}/people", list).gives(Shape::List(vec!["person", "role"])))
        .with(action("PATCH /notes/{note}/people/{person}", set_role(own)).takes(vec![text("role")]))
        .with(action("DELETE /notes/{note}/people/{person}", put_out))
}

/// What anybody may, and what whoever only reads may not although he takes part.
pub(crate) const MATRIX: &str = "\
plimsoll.matrix 1
# action                                       anon  user
POST   /accounts                               all   all
POST   /session                                all   all
DELETE /session                                -     own
GET    /whoami                                 -     own
PUT    /whoami                                 -     own
GET    /notes                                  -     member
GET    /search                                 -     member
POST   /notes                                  -     own
GET    /notes/{note}                           -     member
PUT    /notes/{note}                           -     member
DELETE /notes/{note}                           -     own
GET    /notes/{note}/comments                  -     own
POST   /notes/{note}/comments                  -     own
GET,DELETE /notes/{note}/comments/{comment}    -     own
GET    /notes/{note}/people                    -     member
POST   /notes/{note}/people                    -     own
PATCH,DELETE /notes/{note}/people/{person}     -     own
GET    /events                                 -     -
GET    /health                                 all   all
when reader: PUT,DELETE /notes/{note}          -     -
when reader: POST /notes/{note}/people         -     -
";

/// How somebody is let in.
pub(crate) const BECOME: &str = r#"
[become]
reader = 'ann: POST /notes/{note.id}/people {"person":{actor.id},"role":"reader"}'
"#;

pub(crate) fn let_in(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let note = match rows::reach(world, call, "note", rule) {
            Ok(note) => note,
            Err(refusal) => return refusal,
        };
        let key = call.body.get("person").map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default();
        if world.person(&key).is_none() || note.members.contains(&key) {
            return Answer::refused(400, "nobody, or in already");
        }
        world.row_mut("note", &note.id).into_iter().for_each(|row| row.members.push(key.clone()));
        let role = if call.text("role") == "editor" { "editor" } else { "reader" };
        let made = rows::insert(world, call, "membership", Map::from_iter([("role".to_owned(), json!(role))]));
        if let Some(row) = world.row_mut("membership", &made.id) {
            (row.parent, row.owner) = (Some(note.id.clone()), key.clone());
        }
        world.record(call, "note.share", &note.id, "done");
        Answer::json(201, json!({ "person": world.key(&key), "role": role }))
    }
}

fn list(world: &mut World, call: &Call) -> Answer {
    match rows::reach(world, call, "note", reads) {
        Ok(note) => {
            let row = |key: &String| json!({ "person": world.key(key), "role": role_in(world, &note, key) });
            Answer::ok(json!({ "items": note.members.iter().map(row).collect::<Vec<_>>() }))
        }
        Err(refusal) => refusal,
    }
}

pub(crate) fn set_role(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let note = match rows::reach(world, call, "note", rule) {
            Ok(note) => note,
            Err(refusal) => return refusal,
        };
        let (key, role) = (call.at("person").to_owned(), call.text("role").to_owned());
        if !["editor", "reader"].contains(&role.as_str()) {
            return Answer::refused(422, "role is reader or editor");
        }
        let is_his =
            |row: &&mut Row| row.noun == "membership" && row.parent.as_ref() == Some(&note.id) && row.owner == key;
        let Some(row) = world.rows.iter_mut().find(is_his) else { return Answer::missing() };
        row.fields.insert("role".to_owned(), json!(role));
        world.record(call, "note.role", &note.id, "done");
        Answer::ok(json!({ "person": world.key(&key), "role": role }))
    }
}

fn put_out(world: &mut World, call: &Call) -> Answer {
    let note = match rows::reach(world, call, "note", own) {
        Ok(note) => note,
        Err(refusal) => return refusal,
    };
    let key = call.at("person").to_owned();
    world.row_mut("note", &note.id).into_iter().for_each(|row| row.members.retain(|member| *member != key));
    world.rows.retain(|row| !(row.noun == "membership" && row.parent.as_ref() == Some(&note.id) && row.owner == key));
    world.record(call, "note.unshare", &note.id, "done");
    Answer::nothing(204)
}
