//! Notes at a desk: they are archived, asked for under a key, changed from a version, and spent once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::{Value, json};

use super::notes::{self, action, page};
use super::rows::{self, own};
use super::{Answer, Body, Call, Field, Row, Service, Shape, World, maybe};

pub(crate) const ARCHIVE: &str = "POST /notes/{note}/archive";
pub(crate) const CHANGE: &str = "PUT /notes/{note}";
pub(crate) const COMMENT: &str = "POST /notes/{note}/comments";
pub(crate) const REDEEM: &str = "POST /vouchers/{voucher}/redeem";

/// How a note is archived, as the manifest says.
pub(crate) const BECOME: &str = "\n[become]\narchived = 'POST /notes/{note.id}/archive'\n";
/// What is forbidden then, as the matrix says.
pub(crate) const WHEN_ARCHIVED: &str = "\
plimsoll.matrix 1
# action                                     anon  user
when archived: PUT,DELETE /notes/{note}      -     -
when archived: POST /notes/{note}/comments   -     -
";

fn is_archived(world: &World, call: &Call) -> bool {
    world.row("note", call.at("note")).is_some_and(|row| row.fields.get("archived") == Some(&json!(true)))
}

/// Notes that can be archived. What is named here is refused from then on.
pub(crate) fn archive(refused: &[&'static str]) -> Service {
    let archive = action(ARCHIVE, |world, call| {
        let row = match rows::reach(world, call, "note", own) {
            Ok(row) => row,
            Err(refusal) => return refusal,
        };
        if let Some(row) = world.row_mut("note", &row.id) {
            row.fields.insert("archived".into(), json!(true));
        }
        world.record(call, "note.archive", &row.id, "done");
        Answer::nothing(204)
    });
    refused.iter().fold(notes::service().with(archive), |service, name| {
        service.wrap(name, |world, call, inner| match is_archived(world, call) {
            true => Answer::refused(409, "it is archived"),
            false => inner(world, call),
        })
    })
}

/// Notes that are made once under a key. `kept` says what whoever asks again is told.
pub(crate) fn keyed(kept: impl Fn(&mut World, &Call, Answer) -> Answer + Send + Sync + 'static) -> Service {
    let service = notes::service().wrap("POST /notes", move |world, call, inner| {
        let Some(key) = call.headers.get("idempotency-key") else { return inner(world, call) };
        let id = format!("{} {key}", call.me());
        if let Some(row) = world.row("kept", &id) {
            let before = Answer::json(201, row.fields.get("answer").cloned().unwrap_or_default());
            return kept(world, call, before);
        }
        let answer = inner(world, call);
        if let Body::Json(value) = &answer.body {
            let fields = [("answer".to_owned(), value.clone())].into_iter().collect();
            let (owner, tenant) = (call.me().to_owned(), String::new());
            world.rows.push(Row { noun: "kept", id, owner, tenant, parent: None, members: Vec::new(), fields });
        }
        answer
    });
    takes_a_key(service)
}

/// The same, and nobody looks at the key.
pub(crate) fn takes_a_key(mut service: Service) -> Service {
    service.action_mut("POST /notes").headers.push(maybe("Idempotency-Key"));
    service
}

/// What stands there now, as one word.
fn tag(world: &World, call: &Call) -> String {
    let mut hasher = DefaultHasher::new();
    let fields = world.row("note", call.at("note")).map(|row| Value::Object(row.fields.clone()).to_string());
    fields.hash(&mut hasher);
    format!("\"{:x}\"", hasher.finish())
}

/// Notes with an ETag, whose change takes `If-Match`. `late` answers whoever has an old one.
pub(crate) fn tagged(late: impl Fn(&mut World, &Call) -> Option<Answer> + Send + Sync + 'static) -> Service {
    let mut service = notes::service()
        .wrap("GET /notes/{note}", |world, call, inner| {
            let answer = inner(world, call);
            if answer.status == 200 { answer.header("etag", tag(world, call)) } else { answer }
        })
        .wrap(CHANGE, move |world, call, inner| {
            let is_late = call.headers.get("if-match").is_some_and(|read| *read != tag(world, call));
            let late = if is_late { late(world, call) } else { None };
            late.unwrap_or_else(|| inner(world, call))
        });
    service.action_mut(CHANGE).headers.push(maybe("If-Match"));
    service
}

/// Notes that count their versions in a field.
pub(crate) fn versioned(is_looked_at: bool) -> Service {
    let version = Field { is_required: false, ..super::field("version", "integer") };
    let mut service = notes::service().wrap("POST /notes", |world, call, inner| {
        let answer = inner(world, call);
        if let Some(row) = world.rows.last_mut().filter(|_| answer.status == 201) {
            row.fields.insert("version".into(), json!(1));
        }
        answer
    });
    service = service.wrap(CHANGE, move |world, call, inner| {
        let row = world.row("note", call.at("note"));
        let now = row.and_then(|row| row.fields.get("version")).and_then(Value::as_i64).unwrap_or(0);
        let read = call.body.get("version").and_then(Value::as_i64);
        if is_looked_at && read.is_some_and(|read| read != now) {
            return Answer::refused(409, "somebody was faster");
        }
        let answer = inner(world, call);
        if let Some(row) = world.row_mut("note", call.at("note")).filter(|_| answer.status == 200) {
            row.fields.insert("version".into(), json!(now + 1));
        }
        answer
    });
    service.action_mut(CHANGE).input.push(version);
    service
}

/// How long a careless service takes to write down that something was used.
const SLOW: Duration = Duration::from_millis(150);

/// Notes, and vouchers that are good once: `spends` says when that is written down.
pub(crate) fn vouchers(is_slow: bool) -> Service {
    let fields = || vec![super::text("title")];
    notes::service()
        .with(
            action("POST /vouchers", |world, call| {
                let taken = match rows::take(&[super::text("title")], call) {
                    Ok(taken) => taken,
                    Err(refusal) => return refusal,
                };
                let row = rows::insert(world, call, "voucher", taken);
                if let Some(row) = world.row_mut("voucher", &row.id) {
                    row.fields.extend([("uses".to_owned(), json!(0)), ("spent".to_owned(), json!(false))]);
                }
                world.record(call, "voucher.create", &row.id, "done");
                Answer::json(201, world.show(&row))
            })
            .takes(fields())
            .gives(Shape::Object(vec!["title"])),
        )
        .with(action("GET /vouchers", rows::list("voucher", own)).gives(Shape::List(vec!["title"])))
        .with(action("GET /vouchers/{voucher}", rows::show("voucher", own)).gives(Shape::Object(vec!["title"])))
        .with(action(REDEEM, move |world, call| redeem(world, call, is_slow)))
}

fn redeem(world: &mut World, call: &Call, is_slow: bool) -> Answer {
    let row = match rows::reach(world, call, "voucher", own) {
        Ok(row) => row,
        Err(refusal) => return refusal,
    };
    if row.fields.get("spent") == Some(&json!(true)) {
        return Answer::refused(409, "it is spent");
    }
    let uses = row.fields.get("uses").and_then(Value::as_i64).unwrap_or(0);
    let id = row.id.clone();
    if let Some(row) = world.row_mut("voucher", &row.id) {
        row.fields.insert("uses".into(), json!(uses + 1));
    }
    world.record(call, "voucher.redeem", &row.id, "done");
    let spend = move |world: &mut World| {
        if let Some(row) = world.row_mut("voucher", &id) {
            row.fields.insert("spent".into(), json!(true));
        }
    };
    if is_slow {
        world.after(SLOW, spend);
        return wait(Answer::nothing(204));
    }
    spend(world);
    Answer::nothing(204)
}

/// An answer that comes when everything is written down.
pub(crate) fn wait(answer: Answer) -> Answer {
    answer.header("x-test-wait-ms", (2 * SLOW.as_millis()).to_string())
}

/// Does something as late as a careless service writes it down.
pub(crate) fn later(world: &mut World, what: impl FnOnce(&mut World) + Send + 'static) {
    world.after(SLOW, what);
}

/// A note, spelt with a slash at its end: whoever asks is looked at by `rule`.
pub(crate) fn slashed(rule: rows::Rule) -> Service {
    let slashed = action("GET /notes/{note}/", rows::show("note", rule));
    notes::service().with(super::Action { is_documented: false, ..slashed })
}

/// Notes behind a router that believes a header about the verb.
pub(crate) fn overridden(rule: rows::Rule) -> Service {
    let update = rows::update("note", notes::note_fields(), rule);
    let posted = action("POST /notes/{note}", move |world: &mut World, call: &Call| {
        match call.headers.get("x-http-method-override").map(String::as_str) {
            Some("PUT") => update(world, call),
            _ => Answer::refused(405, "not with this verb"),
        }
    });
    notes::service().with(super::Action { is_documented: false, ..posted })
}

/// Notes behind a proxy whose header says what was asked for, and which is believed from anybody.
pub(crate) fn readdressed(rule: rows::Rule) -> Service {
    let service = notes::service().without("GET /");
    service.with(page("GET /", move |world, call| {
        let Some(id) = call.headers.get("x-original-url").and_then(|path| path.strip_prefix("/notes/")) else {
            return super::people::home(world, call);
        };
        match world.row("note", id).filter(|row| rule(world, call, row)) {
            Some(row) => Answer::ok(world.show(row)),
            None => Answer::missing(),
        }
    }))
}
