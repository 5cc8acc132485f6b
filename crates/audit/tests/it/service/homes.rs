//! Companies whose people are at home in one each, and who may found others: notices hang on the wall of a home.

use serde_json::{Value, json};

use super::document::{field, maybe, text};
use super::notes::action;
use super::rows::{self, Rule};
use super::{Answer, Call, Keys, Row, Service, World, office};

pub(crate) const ADD: &str = "POST /orgs/{org}/notices";
pub(crate) const LIST: &str = "GET /orgs/{org}/notices";
pub(crate) const SHOW: &str = "GET /orgs/{org}/notices/{notice}";
pub(crate) const TAKE_DOWN: &str = "POST /orgs/{org}/notices/take-down";
pub(crate) const SEARCH: &str = "POST /orgs/{org}/search";

/// Rows of the matrix beside the office's.
pub(crate) const MATRIX: &str = "\
POST   /orgs                                -     own     own     own     own
GET    /orgs/{org}                          -     tenant  tenant  tenant  tenant
GET    /orgs/{org}/notices                  -     tenant  tenant  tenant  tenant
POST   /orgs/{org}/notices                  -     -       -       tenant  tenant
GET    /orgs/{org}/notices/{notice}         -     tenant  tenant  tenant  tenant
GET    /orgs/{org}/notices/{notice}/replies -     tenant  tenant  tenant  tenant
POST   /orgs/{org}/notices/take-down        -     -       -       tenant  tenant
POST   /orgs/{org}/search                   -     tenant  tenant  tenant  tenant
";

pub(crate) fn service() -> Service {
    office::service()
        .seed(|world| {
            for home in ["acme", "evil"] {
                let living = world.people.iter().filter(|person| person.tenant == home);
                let members: Vec<String> = living.map(|person| person.id.clone()).collect();
                world.rows.push(Row {
                    noun: "org",
                    id: home.into(),
                    owner: members[0].clone(),
                    tenant: home.into(),
                    parent: None,
                    members,
                    fields: [("title".to_owned(), json!(home))].into_iter().collect(),
                });
            }
        })
        .with(action("POST /orgs", rows::create("org", vec![text("title")])).takes(vec![text("title")]))
        .with(action("GET /orgs/{org}", rows::show("org", inside)))
        .with(action(LIST, listed(|_| false)).asks(vec![maybe("q"), maybe("status")]))
        .with(action(ADD, rows::create_below("org", "notice", vec![text("text")], leads)).takes(vec![text("text")]))
        .with(action(SHOW, shown(|_| false)).asks(vec![maybe("include")]))
        .with(action("GET /orgs/{org}/notices/{notice}/replies", rows::show_below("org", "notice", inside)))
        .with(action(TAKE_DOWN, taken_down(true)).takes(vec![field("ids", "keys")]))
        .with(action(SEARCH, searched(|_| false)).takes(vec![text("query"), maybe("scope")]))
        .keys(Keys::Slug)
}

/// Whoever lives there, or has founded it.
pub(crate) fn inside(_: &World, call: &Call, row: &Row) -> bool {
    row.owner == call.me() || row.members.iter().any(|member| member == call.me())
}

/// Those of them who lead.
pub(crate) fn leads(world: &World, call: &Call, row: &Row) -> bool {
    inside(world, call, row) && matches!(world.role(call), "owner" | "admin")
}

/// What a list was asked for, and in which case it looks at the notices of all.
pub(crate) struct Asked {
    pub(crate) q: bool,
    pub(crate) status: String,
}

fn notices(world: &World, call: &Call, all: bool, words: &str) -> Answer {
    let fits = |row: &&Row| row.noun == "notice" && (all || row.parent.as_deref() == Some(call.at("org")));
    let items: Vec<Value> = world.rows.iter().filter(fits).map(|row| world.show(row)).collect();
    Answer::ok(
        json!({ "items": items.into_iter().filter(|item| item.to_string().contains(words)).collect::<Vec<_>>() }),
    )
}

/// The notices of a home: `of_all` says when those of others are in it, too.
pub(crate) fn listed(of_all: fn(&Asked) -> bool) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        if let Err(refusal) = rows::reach(world, call, "org", inside) {
            return refusal;
        }
        let q = call.query.get("q").cloned().unwrap_or_default();
        let status = call.query.get("status").cloned().unwrap_or_default();
        let all = of_all(&Asked { q: !q.is_empty(), status });
        notices(world, call, all, &q)
    }
}

/// One notice: `of_all` says with which `include` that of another home is shown.
pub(crate) fn shown(of_all: fn(&str) -> bool) -> impl Fn(&mut World, &Call) -> Answer {
    let own = rows::show_below("org", "notice", inside);
    move |world, call| {
        let include = call.query.get("include").map(String::as_str).unwrap_or_default();
        match world.row("notice", call.at("notice")).filter(|_| of_all(include)) {
            Some(row) => Answer::ok(world.show(row)),
            None => own(world, call),
        }
    }
}

/// A search: `of_all` says in which scope it looks at the notices of all.
pub(crate) fn searched(of_all: fn(&str) -> bool) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match rows::reach(world, call, "org", inside) {
        Ok(_) => notices(world, call, of_all(call.text("scope")), call.text("query")),
        Err(refusal) => refusal,
    }
}

/// Many notices at once: where it is not looked at, those of others, too.
pub(crate) fn taken_down(is_looked_at: bool) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let rule: Rule = leads;
        if let Err(refusal) = rows::reach(world, call, "org", rule) {
            return refusal;
        }
        let ids: Vec<String> = (call.body.get("ids").and_then(Value::as_array).into_iter().flatten())
            .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
            .collect();
        if ids.is_empty() {
            return Answer::refused(400, "ids is required");
        }
        let home = call.at("org").to_owned();
        let fits = |row: &Row| row.noun == "notice" && ids.contains(&row.id);
        let before = world.rows.len();
        world.rows.retain(|row| !fits(row) || is_looked_at && row.parent.as_deref() != Some(home.as_str()));
        Answer::ok(json!({ "taken_down": before - world.rows.len() }))
    }
}
