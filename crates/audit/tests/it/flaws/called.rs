//! Everything is called by `POST`, and the body says by a plain `id` what it is about.

use crate::service::memos::{self, Rules};
use crate::service::rows::own;
use crate::service::{Answer, Body, Call, Row, Service, World};
use crate::story::{self, Story};

fn anybody(_: &World, _: &Call, _: &Row) -> bool {
    true
}

/// Its owner; once it was closed, anybody.
fn own_until_closed(world: &World, call: &Call, row: &Row) -> bool {
    own(world, call, row) || row.fields.get("phase").is_some_and(|phase| phase == "closed")
}

async fn told(service: Service) -> Story {
    story::notes(service).told().await
}

#[tokio::test]
async fn everything_is_called_and_kept_apart() {
    let story = told(memos::service(|_| own)).await;
    story.is_sound();
    story.holds(&[
        "AZ02 POST /api/memos.get",
        "AZ02 POST /api/memos.remarks",
        "AZ03 POST /api/memos.update",
        "AZ03 POST /api/memos.close",
        "AZ03 POST /api/memos.remark",
        "AZ03 POST /api/links.create",
        "AZ03 POST /api/links.revoke",
        "AZ08 POST /api/memos.create",
        "AZ08 POST /api/memos.update",
        "AZ10 POST /api/memos.list",
    ]);
}

#[tokio::test]
async fn each_call_is_found_by_itself() {
    let flaws: [(Rules, &str); 6] = [
        (|verb| if verb == "get" { anybody } else { own }, "AZ02 POST /api/memos.get"),
        (|verb| if verb == "remarks" { anybody } else { own }, "AZ02 POST /api/memos.remarks"),
        (|verb| if verb == "update" { anybody } else { own }, "AZ03 POST /api/memos.update"),
        (|verb| if verb == "close" { anybody } else { own }, "AZ03 POST /api/memos.close"),
        (|verb| if verb == "remark" { anybody } else { own }, "AZ03 POST /api/memos.remark"),
        (|verb| if verb == "revoke" { anybody } else { own }, "AZ03 POST /api/links.revoke"),
    ];
    for (rule, gap) in flaws {
        told(memos::service(rule)).await.has_only(&[gap]);
    }
}

/// Whoever names another in the body is shown what is his.
fn own_or_named(world: &World, call: &Call, row: &Row) -> bool {
    let named = call.body.get("owner_id").map(|key| key.to_string().trim_matches('"').to_owned());
    named.map_or_else(|| own(world, call, row), |named| named == row.owner)
}

#[tokio::test]
async fn a_list_of_whomever_one_names() {
    let open = memos::service(|verb| if verb == "list" { own_or_named } else { own });
    told(open).await.has_only(&["AZ10 POST /api/memos.list"]);
}

#[tokio::test]
async fn what_was_closed_is_changed_by_anybody() {
    let open = memos::service(|verb| if verb == "update" { own_until_closed } else { own });
    told(open).await.has_only(&["AZ03 POST /api/memos.update"]);
}

#[tokio::test]
async fn a_phase_that_nobody_offered_is_taken() {
    let taking = |name: &str| {
        memos::service(|_| own).wrap(name, |world, call, inner| {
            let answer = inner(world, call);
            let key = match &answer.body {
                Body::Json(said) if said["ok"] == true => said["memo"].get("id").or(call.body.get("id")).cloned(),
                _ => None,
            };
            let key = key.map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default();
            let owner = call.body.get("owner").map(|owner| owner.to_string().trim_matches('"').to_owned());
            if let (Some(row), Some(owner)) = (world.row_mut("memo", &key), owner) {
                row.owner = owner;
            }
            answer
        })
    };
    for name in ["POST /api/memos.create", "POST /api/memos.update"] {
        told(taking(name)).await.has_only(&[&format!("AZ08 {name}")]);
    }
}

/// Whoever is not signed in is told the same as its owner, in an answer that nobody reads back.
#[tokio::test]
async fn a_word_that_no_canary_carries() {
    let sums = |is_sound: bool| {
        memos::service(|_| own).with(
            crate::service::notes::action("POST /api/reports.sums", move |world, call| {
                if is_sound && world.role(call) != "admin" {
                    return Answer::ok(serde_json::json!({ "ok": false, "error": "not_allowed" }));
                }
                Answer::ok(serde_json::json!({ "ok": true, "memos": 11, "remarks": 7, "currency": "EUR" }))
            })
            .takes(vec![crate::service::maybe("currency")]),
        )
    };
    const MATRIX: &str = "plimsoll.matrix 1\n# action anon user admin\nPOST /api/reports.sums - - all\n";
    for (is_sound, gaps) in [(true, vec![]), (false, vec!["AZ05 POST /api/reports.sums"])] {
        let telling = story::notes(sums(is_sound))
            .matrix(MATRIX)
            .also("root = { role = \"admin\", tenant = \"*\", password = \"file:root.password\" }\n");
        telling.told().await.has_only(&gaps);
    }
}
