//! Flaws that hide: only whoever takes part in something shows them, or only a thing of the right kind does.

use serde_json::json;

use crate::service::office::{self, edits};
use crate::service::rows::{self, member, tenant};
use crate::service::{Answer, Call, Field, Service, World, field, maybe, notes, team, text};
use crate::story;

/// How somebody is put into a project.
const BECOME: &str = r#"
[become]
viewer = 'olga: POST /projects/{project.id}/members {"member":{actor.id},"role":"viewer"}'
"#;

/// Whether somebody is in any project.
fn takes_part(world: &World, me: &str) -> bool {
    world.rows.iter().any(|row| row.noun == "project" && row.members.iter().any(|member| member == me))
}

/// A form without an object that asks for nothing but that one takes part in something.
#[tokio::test]
async fn whoever_is_in_a_project_starts_another() {
    let leaky = || {
        team::service().replace("POST /projects", |world, call| match world.role(call) {
            "viewer" if !takes_part(world, call.me()) => Answer::refused(403, "not with your role"),
            _ => rows::create("project", office::project_fields())(world, call),
        })
    };
    story::team(leaky()).told().await.is_sound();
    story::team(leaky()).also(BECOME).told().await.has_only(&["AZ05 POST /projects"]);
}

/// The same of a list: empty for whoever takes part in nothing.
#[tokio::test]
async fn whoever_is_in_a_project_reads_the_clients() {
    let fields = vec![text("title")];
    let row = "GET /clients - - - tenant tenant\nPOST /clients - - - tenant tenant\n";
    let service = team::service()
        .with(notes::action("POST /clients", |world, call| match world.role(call) {
            "viewer" | "member" => Answer::refused(403, "not with your role"),
            _ => rows::create("client", vec![text("title")])(world, call),
        }))
        .with(notes::action("GET /clients", |world, call| match world.role(call) {
            "viewer" | "member" if !takes_part(world, call.me()) => Answer::ok(json!({ "items": [] })),
            _ => rows::list("client", tenant)(world, call),
        }));
    let mut service = service;
    service.action_mut("POST /clients").input = fields;
    let story = story::team(service).matrix(&format!("{}{row}", team::matrix())).also(BECOME).told().await;
    story.has_only(&["AZ05 GET /clients"]);
}

/// Remarks that are internal unless it is said otherwise; nobody reads one by its key.
fn with_remarks(leaks: bool) -> Service {
    let fields =
        || -> Vec<Field> { vec![text("text"), Field { is_required: false, ..field("visibility", "audience") }] };
    let add = move |world: &mut World, call: &Call| {
        let answer =
            rows::create_below("project", "remark", vec![text("text"), maybe("visibility")], edits)(world, call);
        for row in world.rows.iter_mut().filter(|row| row.noun == "remark") {
            row.fields.entry("visibility").or_insert(json!("internal"));
        }
        answer
    };
    let read = move |world: &mut World, call: &Call| {
        let rule = if leaks { tenant } else { member };
        let project = match rows::reach(world, call, "project", rule) {
            Ok(project) => project,
            Err(refusal) => return refusal,
        };
        let inside = member(world, call, &project);
        let shown = world.rows.iter().filter(|row| row.noun == "remark" && row.parent.as_ref() == Some(&project.id));
        let shown = shown.filter(|row| inside || row.fields["visibility"] != "internal");
        let items: Vec<_> = shown.map(|row| world.show(row)).collect();
        Answer::ok(json!({ "items": items }))
    };
    team::service()
        .with(notes::action("POST /projects/{project}/remarks", add).takes(fields()))
        .with(notes::action("GET /projects/{project}/remarks", read))
}

/// The internal ones are kept, those for guests are shown to every colleague.
#[tokio::test]
async fn what_is_meant_for_guests_is_read_by_every_colleague() {
    let rows = "GET /projects/{project}/remarks - member member tenant tenant\n\
                POST /projects/{project}/remarks - - member tenant tenant\n";
    for leaks in [true, false] {
        let story = story::team(with_remarks(leaks)).matrix(&format!("{}{rows}", team::matrix())).told().await;
        if leaks {
            story.has_only(&["AZ04 GET /projects/{project}/remarks"]);
        } else {
            story.is_sound();
            story.holds(&["AZ04 GET /projects/{project}/remarks", "AZ02 GET /projects/{project}/remarks"]);
        }
    }
}
