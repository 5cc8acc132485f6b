//! Long lists: what stands on page six is there all the same.

use serde_json::json;

use crate::service::rows::{Rule, own};
use crate::service::{Answer, Field, Row, Service, notes};
use crate::story;

const PAGE: usize = 100;
const ROWS: usize = 500;

/// Everybody begins with five hundred notes; lists come in pages of a hundred, oldest first.
fn long_lists(rule: Rule) -> Service {
    let mut service = notes::service()
        .wrap("POST /accounts", |world, call, inner| {
            let answer = inner(world, call);
            let Some(person) = world.people.last().cloned() else { return answer };
            for number in 0..ROWS {
                let id = world.new_key("old");
                let mut fields = serde_json::Map::new();
                fields.insert("title".into(), json!(format!("old note {number}")));
                fields.insert("body".into(), json!("from before"));
                world.rows.push(Row {
                    noun: "note",
                    id,
                    owner: person.id.clone(),
                    tenant: person.tenant.clone(),
                    parent: None,
                    members: Vec::new(),
                    fields,
                });
            }
            answer
        })
        .replace("GET /notes", move |world, call| {
            let page = call.query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
            let rows: Vec<&Row> =
                world.rows.iter().filter(|row| row.noun == "note" && rule(world, call, row)).collect();
            let items: Vec<_> = rows.iter().skip((page - 1) * PAGE).take(PAGE).map(|row| world.show(row)).collect();
            let pages = rows.len().div_ceil(PAGE);
            Answer::ok(json!({ "items": items, "page": page, "pages": pages, "total": rows.len() }))
        });
    service.action_mut("GET /notes").query = vec![Field { name: "page", kind: "integer", is_required: false }];
    service
}

#[tokio::test]
async fn five_hundred_rows_of_ones_own() {
    let story = story::notes(long_lists(own)).told().await;
    story.is_sound();
    story.holds(&["AZ10 GET /notes", "AZ02 GET /notes/{note}"]);
}

#[tokio::test]
async fn five_hundred_rows_and_somebody_elses() {
    let story = story::notes(long_lists(|_, _, _| true)).told().await;
    story.has_only(&["AZ10 GET /notes"]);
}
