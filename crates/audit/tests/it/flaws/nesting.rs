//! Parent and child in one path.

use serde_json::json;

use crate::service::rows::{self, own};
use crate::service::{Answer, Body, Call, Field, Row, Service, World, field, notes, office, text};
use crate::story;

/// Checks the parent in the path and loads the child by its key alone.
fn child_by_key_alone(service: Service, verb: &str) -> Service {
    let name = format!("{verb} /notes/{{note}}/comments/{{comment}}");
    service.replace(&name, |world, call| {
        if let Err(refusal) = rows::reach(world, call, "note", own) {
            return refusal;
        }
        let Some(row) = world.row("comment", call.at("comment")).cloned() else { return Answer::missing() };
        if call.method == "DELETE" {
            world.remove("comment", &row.id);
            return Answer::nothing(204);
        }
        Answer::ok(world.show(&row))
    })
}

#[tokio::test]
async fn the_parent_is_checked_and_the_child_is_not_read() {
    let story = story::notes(child_by_key_alone(notes::service(), "GET")).told().await;
    story.has_only(&["AZ11 GET /notes/{note}/comments/{comment}"]);
}

#[tokio::test]
async fn the_parent_is_checked_and_the_child_is_not_deleted() {
    let story = story::notes(child_by_key_alone(notes::service(), "DELETE")).told().await;
    story.has_only(&["AZ11 DELETE /notes/{note}/comments/{comment}"]);
}

/// The child is checked, and the parent in the path is decoration: nobody reaches what is not his.
#[tokio::test]
async fn the_parent_is_decoration() {
    let service = notes::service().replace("GET /notes/{note}/comments/{comment}", |world, call| {
        let found = world.row("comment", call.at("comment")).filter(|row| row.owner == call.me());
        found.map_or_else(Answer::missing, |row| Answer::ok(world.show(row)))
    });
    story::notes(service).told().await.is_sound();
}

#[tokio::test]
async fn a_task_through_another_companys_project() {
    let leaky = office::service().replace("GET /projects/{project}/tasks/{task}", |world, call| {
        if let Err(refusal) = rows::reach(world, call, "project", rows::member) {
            return refusal;
        }
        world.row("task", call.at("task")).map_or_else(Answer::missing, |row| Answer::ok(world.show(row)))
    });
    story::office(leaky).told().await.has_only(&["AZ11 GET /projects/{project}/tasks/{task}"]);
}

/// Notes stand on racks, and a change of a note says on which one.
fn racked(may: impl Fn(&World, &Call, &Row) -> bool + Clone + Send + Sync + 'static) -> Service {
    let fields = || vec![text("title"), field("rack_id", "key")];
    notes::service()
        .with(notes::action("POST /racks", rows::create("rack", vec![text("label")])).takes(vec![text("label")]))
        .with(notes::action("GET /racks/{rack}", rows::show("rack", own)))
        .without("PUT /notes/{note}")
        .with(
            notes::action("PUT /notes/{note}", move |world: &mut World, call: &Call| {
                let Some(note) = world.row("note", call.at("note")).cloned() else { return Answer::missing() };
                let rack = call.body.get("rack_id").map(|key| key.to_string().trim_matches('"').to_owned());
                let rack = world.row("rack", &rack.unwrap_or_default());
                let is_own = rack.is_some_and(|rack| rack.owner == call.me());
                if !is_own || !may(world, call, &note) {
                    return Answer::missing();
                }
                match rows::take(&fields(), call) {
                    Ok(taken) => rows::apply(world, call, "note", &note.id, taken),
                    Err(refusal) => refusal,
                }
            })
            .takes(vec![text("title"), field("rack_id", "key")]),
        )
}

/// The rack in the body must be one's own, and the note in the path is whoever's.
#[tokio::test]
async fn the_body_is_checked_and_the_path_is_not() {
    story::notes(racked(|_, _, _| true)).told().await.has_only(&["AZ03 PUT /notes/{note}"]);
    let story = story::notes(racked(own)).told().await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}

/// Remarks and links are made below a note and shown in it, and called by their keys alone: `/remarks/{remark}`. A link holds no
/// text: it is the one that was not there before.
fn flat(may: rows::Rule) -> Service {
    let show = |world: &mut World, call: &Call| match rows::reach(world, call, "note", own) {
        Ok(note) => {
            let mut shown = world.show(&note);
            for (noun, name) in [("remark", "remarks"), ("link", "links")] {
                let below = world.rows.iter().filter(|row| row.noun == noun && row.parent.as_deref() == Some(&note.id));
                shown[name] = below.map(|row| world.show(row)).collect::<Vec<_>>().into();
            }
            Answer::ok(shown)
        }
        Err(refusal) => refusal,
    };
    let below = |noun: &'static str, fields: Vec<Field>, may: rows::Rule| {
        move |world: &mut World, call: &Call| match rows::reach(world, call, "note", may) {
            Ok(note) => match rows::take(&fields, call) {
                Ok(taken) => {
                    let row = rows::insert(world, call, noun, taken);
                    world.row_mut(noun, &row.id).into_iter().for_each(|row| row.parent = Some(note.id.clone()));
                    Answer::nothing(201)
                }
                Err(refusal) => refusal,
            },
            Err(refusal) => refusal,
        }
    };
    notes::service()
        .replace("GET /notes/{note}", show)
        .with(
            notes::action("POST /notes/{note}/remarks", below("remark", vec![text("text")], own))
                .takes(vec![text("text")]),
        )
        .with(
            notes::action("PUT /remarks/{remark}", rows::update("remark", vec![text("text")], may))
                .takes(vec![text("text")]),
        )
        .with(
            notes::action("POST /notes/{note}/links", below("link", vec![field("days", "integer")], may))
                .takes(vec![field("days", "integer"), field("password", "password")]),
        )
        .with(notes::action("POST /links/{link}/revoke", rows::delete("link", may)))
}

#[tokio::test]
async fn children_are_called_by_their_keys_alone() {
    let sound = story::notes(flat(own)).told().await;
    sound.is_sound();
    sound.holds(&["AZ03 PUT /remarks/{remark}", "AZ03 POST /links/{link}/revoke", "AZ03 POST /notes/{note}/links"]);
    let leaky = story::notes(flat(|_, _, _| true)).told().await;
    leaky.has_only(&[
        "AZ03 PUT /remarks/{remark}",
        "AZ03 POST /links/{link}/revoke",
        // Nobody reads its password back: that there is one more shows it.
        "AZ03 POST /notes/{note}/links",
    ]);
}

/// Versions that nobody makes by themselves: the note shows which there are.
#[tokio::test]
async fn versions_that_the_thing_itself_shows() {
    let service = |may: rows::Rule| {
        let version = move |world: &mut World, call: &Call| match rows::reach(world, call, "note", may) {
            Ok(note) if call.at("version") == "1" => Answer::ok(world.show(&note)),
            Ok(_) => Answer::missing(),
            Err(refusal) => refusal,
        };
        notes::service()
            .wrap("GET /notes/{note}", |world, call, inner| {
                let mut answer = inner(world, call);
                if let (200, Body::Json(shown)) = (answer.status, &mut answer.body) {
                    shown["versions"] = json!([{ "version": 1, "by": "its owner" }]);
                }
                answer
            })
            .with(notes::action("GET /notes/{note}/versions/{version}", version))
    };
    let sound = story::notes(service(own)).told().await;
    sound.is_sound();
    sound.holds(&["AZ02 GET /notes/{note}/versions/{version}"]);
    story::notes(service(|_, _, _| true)).told().await.has_only(&["AZ02 GET /notes/{note}/versions/{version}"]);
}
