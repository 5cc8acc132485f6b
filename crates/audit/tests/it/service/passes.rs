//! Notes, and passes: keys that programs carry, given for reading or for writing, and taken away again.

use serde_json::json;

use super::document::{Shape, field, text};
use super::notes::action;
use super::rows::{self, own};
use super::{Answer, Call, Service, World, chance, notes};

/// The sound service.
pub(crate) fn service() -> Service {
    notes::service()
        .with(action("POST /passes", give).takes(vec![text("title"), field("scope", "scope")]))
        .with(action("GET /passes", rows::list("pass", own)).gives(Shape::List(vec!["title", "scope"])))
        .with(action("DELETE /passes/{pass}", take_back))
        .guard(|world, call| refuses(world, call).then(|| Answer::refused(403, "this pass is for reading")))
}

/// Whether somebody does with a pass what it was not given for.
pub(crate) fn refuses(world: &World, call: &Call) -> bool {
    let pass = world.rows.iter().find(|row| row.noun == "pass" && row.parent == call.token && call.token.is_some());
    let reads = pass.is_some_and(|row| row.fields.get("scope").is_some_and(|scope| scope == "read"));
    reads && call.method != "GET"
}

fn give(world: &mut World, call: &Call) -> Answer {
    let taken = match rows::take(&[text("title"), field("scope", "scope")], call) {
        Ok(taken) => taken,
        Err(refusal) => return refusal,
    };
    if !["read", "write"].contains(&call.text("scope")) {
        return Answer::refused(400, "scope is read or write");
    }
    let token = format!("pass-{}{}", chance::nonce(), chance::nonce());
    let row = rows::insert(world, call, "pass", taken);
    world.row_mut("pass", &row.id).into_iter().for_each(|row| row.parent = Some(token.clone()));
    world.sessions.push((token.clone(), row.owner.clone()));
    let mut shown = world.show(&row);
    shown["token"] = json!(token);
    Answer::json(201, shown)
}

fn take_back(world: &mut World, call: &Call) -> Answer {
    let Some(row) = world.row("pass", call.at("pass")).filter(|row| own(world, call, row)).cloned() else {
        return Answer::missing();
    };
    world.sessions.retain(|(token, _)| Some(token) != row.parent.as_ref());
    world.remove("pass", &row.id);
    Answer::nothing(204)
}
