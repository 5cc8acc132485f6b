//! The sound service of companies with one thing more: papers in projects. Members hand in, an admin signs what somebody
//! else handed in, with his own name; a signed paper has a receipt, and any paper a picture.

use serde_json::json;

use super::document::{Shape, text};
use super::notes::action;
use super::rows::{self, Rule, member};
use super::{Action, Answer, Call, Row, Service, World, office};

/// Who may sign a paper.
pub(crate) type Signer = fn(&World, &Call, &Row) -> bool;

/// Companies with papers.
pub(crate) fn service() -> Service {
    office::service()
        .with(
            action(
                "POST /projects/{project}/papers",
                rows::create_below("project", "paper", vec![text("title")], office::edits),
            )
            .takes(vec![text("title")])
            .gives(Shape::Object(vec!["title"])),
        )
        .with(action("GET /projects/{project}/papers/{paper}", rows::show_below("project", "paper", member)))
        .with(sign(an_admin_who_did_not_make_it))
        .with(receipt(member))
}

/// An admin, and not on what he handed in himself.
pub(crate) fn an_admin_who_did_not_make_it(world: &World, call: &Call, paper: &Row) -> bool {
    world.role(call) == "admin" && paper.owner != call.me()
}

/// `POST …/sign {"name"}`: the name must be one's own.
pub(crate) fn sign(signer: Signer) -> Action {
    action("POST /projects/{project}/papers/{paper}/sign", move |world: &mut World, call: &Call| {
        let paper = match rows::reach_below(world, call, "project", "paper", member) {
            Ok(paper) => paper,
            Err(refusal) => return refusal,
        };
        if !signer(world, call, &paper) {
            world.record(call, "paper.sign", &paper.id, "refused");
            return Answer::refused(403, "it is not for you to sign");
        }
        let own = world.person(call.me()).map(|person| person.name.clone()).unwrap_or_default();
        if call.text("name") != own {
            return Answer::refused(422, "name must be your own name");
        }
        world.record(call, "paper.sign", &paper.id, "done");
        if let Some(row) = world.row_mut("paper", &paper.id) {
            row.fields.insert("signed_by".into(), json!(own));
        }
        Answer::ok(json!({ "signed": true }))
    })
    .takes(vec![text("name")])
}

/// `GET …/receipt`: there once it is signed.
pub(crate) fn receipt(rule: Rule) -> Action {
    action("GET /projects/{project}/papers/{paper}/receipt", move |world: &mut World, call: &Call| {
        match rows::reach_below(world, call, "project", "paper", rule) {
            Ok(paper) if paper.fields.contains_key("signed_by") => Answer::ok(world.show(&paper)),
            Ok(_) => Answer::refused(409, "nobody has signed it yet"),
            Err(refusal) => refusal,
        }
    })
}

/// The reviewed matrix.
pub(crate) fn matrix() -> String {
    let rows = "\
POST   /projects/{project}/papers                 -     -       member  tenant  tenant
GET    /projects/{project}/papers/{paper}         -     member  member  tenant  tenant
POST   /projects/{project}/papers/{paper}/sign    -     -       -       tenant  -
GET    /projects/{project}/papers/{paper}/receipt -     member  member  tenant  tenant
";
    format!("{}{rows}", office::MATRIX)
}
