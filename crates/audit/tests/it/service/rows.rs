//! Sound handlers for rows of any noun: make, list, show, change, remove. Who sees what is a function of its own.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call};
use super::document::Field;
use super::world::{Row, World};

/// Whether the caller may have to do with a row.
pub(crate) type Rule = fn(&World, &Call, &Row) -> bool;

/// Only the owner.
pub(crate) fn own(_: &World, call: &Call, row: &Row) -> bool {
    row.owner == call.me()
}

/// Everybody in the owner's tenant.
pub(crate) fn tenant(world: &World, call: &Call, row: &Row) -> bool {
    row.tenant == world.tenant(call)
}

/// Owner, members, and whoever stands above members in the owner's tenant.
pub(crate) fn member(world: &World, call: &Call, row: &Row) -> bool {
    let is_above = matches!(world.role(call), "owner" | "admin");
    let takes_part = row.owner == call.me() || row.members.iter().any(|member| member == call.me());
    tenant(world, call, row) && (takes_part || is_above)
}

/// The declared fields of a body, or the sentence that says which is wrong.
pub(crate) fn take(fields: &[Field], call: &Call) -> Result<Map<String, Value>, Answer> {
    let mut taken = Map::new();
    for field in fields {
        let value = match call.body.get(field.name) {
            None | Some(Value::Null) if field.is_required => {
                return Err(Answer::refused(400, &format!("{} is required", field.name)));
            }
            None | Some(Value::Null) => continue,
            Some(value) => value,
        };
        let fits = match field.kind {
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "key" => value.is_i64() || value.is_string(),
            _ => value.is_string(),
        };
        if !fits {
            return Err(Answer::refused(400, &format!("{} must be of type {}", field.name, field.kind)));
        }
        taken.insert(field.name.to_owned(), value.clone());
    }
    Ok(taken)
}

/// A new row of the caller's.
pub(crate) fn insert(world: &mut World, call: &Call, noun: &'static str, fields: Map<String, Value>) -> Row {
    let words = fields.get("title").and_then(Value::as_str).unwrap_or(noun).to_owned();
    let row = Row {
        noun,
        id: world.new_key(&words),
        owner: call.me().to_owned(),
        tenant: world.tenant(call).to_owned(),
        parent: None,
        members: Vec::new(),
        fields,
    };
    world.rows.push(row.clone());
    row
}

/// `POST /nouns`.
pub(crate) fn create(noun: &'static str, fields: Vec<Field>) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let taken = match take(&fields, call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let row = insert(world, call, noun, taken);
        world.record(call, &format!("{noun}.create"), &row.id, "done");
        Answer::json(201, world.show(&row))
    }
}

/// `GET /nouns`, and searches: the caller's own by `rule`, those that hold `q` where it is given, newest last.
pub(crate) fn list(noun: &'static str, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let asked = call.query.get("q").map(String::as_str).unwrap_or("");
        let rows = world.rows.iter().filter(|row| row.noun == noun && rule(world, call, row));
        let items: Vec<Value> = rows.map(|row| world.show(row)).filter(|row| row.to_string().contains(asked)).collect();
        Answer::ok(json!({ "items": items }))
    }
}

/// The row that a path names, if the caller may; a refusal, recorded, that is the same for foreign and missing.
pub(crate) fn reach(world: &mut World, call: &Call, noun: &'static str, rule: Rule) -> Result<Row, Answer> {
    let id = call.at(noun);
    match world.row(noun, id) {
        Some(row) if rule(world, call, row) => Ok(row.clone()),
        _ => {
            world.record(call, &format!("{noun}.{}", call.method.to_lowercase()), id, "refused");
            Err(Answer::missing())
        }
    }
}

/// `GET /nouns/{noun}`.
pub(crate) fn show(noun: &'static str, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match reach(world, call, noun, rule) {
        Ok(row) => Answer::ok(world.show(&row)),
        Err(refusal) => refusal,
    }
}

/// `PUT /nouns/{noun}`.
pub(crate) fn update(noun: &'static str, fields: Vec<Field>, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let row = match reach(world, call, noun, rule) {
            Ok(row) => row,
            Err(refusal) => return refusal,
        };
        match take(&fields, call) {
            Ok(taken) => apply(world, call, noun, &row.id, taken),
            Err(refusal) => refusal,
        }
    }
}

/// Changes fields, asks nobody.
pub(crate) fn apply(
    world: &mut World,
    call: &Call,
    noun: &'static str,
    id: &str,
    fields: Map<String, Value>,
) -> Answer {
    if let Some(row) = world.row_mut(noun, id) {
        row.fields.extend(fields);
    }
    world.record(call, &format!("{noun}.update"), id, "done");
    world.row(noun, id).map_or_else(Answer::missing, |row| Answer::ok(world.show(row)))
}

/// `DELETE /nouns/{noun}`.
pub(crate) fn delete(noun: &'static str, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match reach(world, call, noun, rule) {
        Ok(row) => {
            world.remove(noun, &row.id);
            world.record(call, &format!("{noun}.delete"), &row.id, "done");
            Answer::nothing(204)
        }
        Err(refusal) => refusal,
    }
}

/// `POST /parents/{parent}/nouns`.
pub(crate) fn create_below(
    parent: &'static str,
    noun: &'static str,
    fields: Vec<Field>,
    rule: Rule,
) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let above = match reach(world, call, parent, rule) {
            Ok(above) => above,
            Err(refusal) => return refusal,
        };
        let taken = match take(&fields, call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let mut row = insert(world, call, noun, taken);
        row.parent = Some(above.id);
        if let Some(stored) = world.row_mut(noun, &row.id) {
            stored.parent.clone_from(&row.parent);
        }
        world.record(call, &format!("{noun}.create"), &row.id, "done");
        Answer::json(201, world.show(&row))
    }
}

/// `GET /parents/{parent}/nouns`.
pub(crate) fn list_below(parent: &'static str, noun: &'static str, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match reach(world, call, parent, rule) {
        Ok(above) => {
            let rows = world.rows.iter().filter(|row| row.noun == noun && row.parent.as_ref() == Some(&above.id));
            let items: Vec<Value> = rows.map(|row| world.show(row)).collect();
            Answer::ok(json!({ "items": items }))
        }
        Err(refusal) => refusal,
    }
}

/// The child that a path names below its parent, if they belong together.
pub(crate) fn reach_below(
    world: &mut World,
    call: &Call,
    parent: &'static str,
    noun: &'static str,
    rule: Rule,
) -> Result<Row, Answer> {
    let above = reach(world, call, parent, rule)?;
    let child = world.row(noun, call.at(noun)).filter(|row| row.parent.as_ref() == Some(&above.id));
    child.cloned().ok_or_else(Answer::missing)
}

/// `GET /parents/{parent}/nouns/{noun}`.
pub(crate) fn show_below(parent: &'static str, noun: &'static str, rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match reach_below(world, call, parent, noun, rule) {
        Ok(row) => Answer::ok(world.show(&row)),
        Err(refusal) => refusal,
    }
}

/// `DELETE /parents/{parent}/nouns/{noun}`.
pub(crate) fn delete_below(
    parent: &'static str,
    noun: &'static str,
    rule: Rule,
) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match reach_below(world, call, parent, noun, rule) {
        Ok(row) => {
            world.remove(noun, &row.id);
            world.record(call, &format!("{noun}.delete"), &row.id, "done");
            Answer::nothing(204)
        }
        Err(refusal) => refusal,
    }
}
