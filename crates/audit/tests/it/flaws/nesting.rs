//! Parent and child in one path.

use crate::service::rows::{self, own};
use crate::service::{Answer, Service, notes, office};
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
