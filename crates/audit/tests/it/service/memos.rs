//! A service where everything is called by `POST`: the path says what is done, the body says to which thing (`id`), and every
//! answer is 200 with `ok` in it. Memos with remarks, and links to them that hold no text.

use serde_json::{Value, json};

use super::document::{Field, field, maybe, text};
use super::rows::{self, Rule};
use super::{Answer, Call, Row, Service, World, notes};

/// Who may do what: the last part of the path in, `get` or `remark`.
pub(crate) type Rules = fn(&str) -> Rule;

/// What a call says, or its error.
type Said = Result<Value, &'static str>;

/// A call: its name, what it takes, what it does.
type Called = (&'static str, Vec<Field>, fn(&mut World, &Call, Rule) -> Said);

/// The sound service, but for who may do what.
pub(crate) fn service(rule: Rules) -> Service {
    let base = [
        "POST /notes",
        "GET /notes",
        "GET /search",
        "GET /notes/{note}",
        "PUT /notes/{note}",
        "DELETE /notes/{note}",
        "POST /notes/{note}/comments",
        "GET /notes/{note}/comments",
        "GET /notes/{note}/comments/{comment}",
        "DELETE /notes/{note}/comments/{comment}",
    ];
    let service = base.into_iter().fold(notes::service(), Service::without);
    let id = || field("id", "key");
    let days = Field { is_required: true, ..field("days", "integer") };
    let calls: Vec<Called> = vec![
        ("POST /api/memos.create", vec![text("title")], create),
        ("POST /api/memos.list", vec![maybe("cursor"), maybe("phase"), maybe("owner_id")], list),
        ("POST /api/memos.get", vec![id()], |world, call, rule| {
            let memo = found(world, call, "memo", "id", rule)?;
            Ok(json!({ "memo": world.show(&memo) }))
        }),
        ("POST /api/memos.update", vec![id(), text("title")], |world, call, rule| {
            let memo = found(world, call, "memo", "id", rule)?;
            set(world, &memo, "title", call.text("title").into())
        }),
        ("POST /api/memos.close", vec![id()], |world, call, rule| {
            let memo = found(world, call, "memo", "id", rule)?;
            set(world, &memo, "phase", "closed".into())
        }),
        ("POST /api/memos.remark", vec![id(), text("text")], |world, call, rule| {
            let memo = found(world, call, "memo", "id", rule)?;
            let said = rows::take(&[text("text")], call).map_err(|_| "invalid_arguments")?;
            let row = rows::insert(world, call, "remark", said);
            world.row_mut("remark", &row.id).into_iter().for_each(|row| row.parent = Some(memo.id.clone()));
            Ok(json!({}))
        }),
        ("POST /api/memos.remarks", vec![id()], |world, call, rule| {
            let memo = found(world, call, "memo", "id", rule)?;
            let said = world.rows.iter().filter(|row| row.parent.as_deref() == Some(&memo.id));
            Ok(json!({ "remarks": said.map(|row| world.show(row)).collect::<Vec<_>>() }))
        }),
        ("POST /api/links.create", vec![field("memo_id", "key"), days], |world, call, rule| {
            let memo = found(world, call, "memo", "memo_id", rule)?;
            let row = rows::insert(world, call, "link", serde_json::Map::new());
            world.row_mut("link", &row.id).into_iter().for_each(|row| row.parent = Some(memo.id.clone()));
            Ok(json!({}))
        }),
        ("POST /api/links.list", vec![maybe("cursor")], |world, call, rule| {
            let links = world.rows.iter().filter(|row| row.noun == "link" && rule(world, call, row));
            Ok(json!({ "links": links.map(|row| world.show(row)).collect::<Vec<_>>() }))
        }),
        ("POST /api/links.revoke", vec![field("link_id", "key")], |world, call, rule| {
            let link = found(world, call, "link", "link_id", rule)?;
            world.remove("link", &link.id);
            Ok(json!({}))
        }),
    ];
    calls.into_iter().fold(service, |service, (name, takes, handler)| {
        let rule = rule(name.rsplit('.').next().unwrap_or_default());
        let answer = move |world: &mut World, call: &Call| match handler(world, call, rule) {
            Ok(mut said) => {
                said["ok"] = true.into();
                Answer::ok(said)
            }
            Err(error) => Answer::ok(json!({ "ok": false, "error": error })),
        };
        service.with(notes::action(name, answer).takes(takes))
    })
}

fn create(world: &mut World, call: &Call, _: Rule) -> Said {
    let mut taken = rows::take(&[text("title")], call).map_err(|_| "invalid_arguments")?;
    taken.insert("phase".into(), "open".into());
    let row = rows::insert(world, call, "memo", taken);
    Ok(json!({ "memo": world.show(&row) }))
}

fn list(world: &mut World, call: &Call, rule: Rule) -> Said {
    let fits = |row: &&Row| ["", row.fields["phase"].as_str().unwrap_or_default()].contains(&call.text("phase"));
    let rows = world.rows.iter().filter(|row| row.noun == "memo" && rule(world, call, row)).filter(fits);
    Ok(json!({ "memos": rows.map(|row| world.show(row)).collect::<Vec<_>>() }))
}

fn found(world: &World, call: &Call, noun: &str, name: &str, rule: Rule) -> Result<Row, &'static str> {
    let key = call.body.get(name).map(|key| key.to_string().trim_matches('"').to_owned()).ok_or("invalid_arguments")?;
    world.row(noun, &key).filter(|row| rule(world, call, row)).cloned().ok_or("not_found")
}

fn set(world: &mut World, memo: &Row, name: &str, value: Value) -> Said {
    let row = world.row_mut("memo", &memo.id).ok_or("not_found")?;
    row.fields.insert(name.to_owned(), value);
    Ok(json!({}))
}
