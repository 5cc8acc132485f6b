//! Sound notes with letters: a link for a forgotten password, and one by which somebody new comes in. Nothing of it stands in
//! the document: the manifest says it.

use serde_json::{Map, json};

use super::notes::{self, page};
use super::world::Row;
use super::{Answer, Call, Service, World, chance};

/// The service. `POST /later` lets the time of every letter pass.
pub(crate) fn service() -> Service {
    notes::service()
        .with(page("POST /letters", |world, call| send(world, call, "password")))
        .with(page("POST /invitations", |world, call| send(world, call, "invitation")))
        .with(page("POST /letters/{letter}", set_password))
        .with(page("POST /invitations/{letter}", join))
        .with(page("POST /later", later))
}

/// What the manifest says of it.
pub(crate) const MANIFEST: &str = r#"
[links.password]
ask   = 'POST /letters {"name":"{name}"} -> link'
use   = 'POST /letters/{link} {"password":"{new_password}"}'
later = "POST /later"

[links.invitation]
ask   = 'POST /invitations {"name":"{name}"} -> link'
use   = 'POST /invitations/{link} {"name":"{name}","password":"{password}"}'
later = "POST /later"
"#;

fn send(world: &mut World, call: &Call, what: &str) -> Answer {
    let id = chance::nonce();
    let fields: Map<_, _> = [("what".to_owned(), json!(what))].into_iter().collect();
    let (owner, tenant) = (call.text("name").to_owned(), String::new());
    world.rows.push(Row { noun: "letter", id: id.clone(), owner, tenant, parent: None, members: Vec::new(), fields });
    Answer::json(202, json!({ "link": format!("http://notes.example/open/{id}") }))
}

/// The letter of this link, which is used up by it.
pub(crate) fn take(world: &mut World, call: &Call) -> Option<Row> {
    let at = world.rows.iter().position(|row| row.noun == "letter" && row.id == call.at("letter"))?;
    Some(world.rows.remove(at))
}

fn set_password(world: &mut World, call: &Call) -> Answer {
    let Some(letter) = take(world, call) else { return Answer::missing() };
    match world.people.iter_mut().find(|person| person.name == letter.owner) {
        Some(person) => {
            call.text("password").clone_into(&mut person.password);
            Answer::nothing(204)
        }
        None => Answer::missing(),
    }
}

fn join(world: &mut World, call: &Call) -> Answer {
    let invited = world.rows.iter().find(|row| row.noun == "letter" && row.id == call.at("letter"));
    if invited.is_none_or(|letter| letter.owner != call.text("name")) || take(world, call).is_none() {
        return Answer::missing();
    }
    world.add_person(call.text("name"), call.text("password"), "", "user");
    Answer::nothing(204)
}

fn later(world: &mut World, _: &Call) -> Answer {
    world.rows.retain(|row| row.noun != "letter");
    Answer::nothing(204)
}
