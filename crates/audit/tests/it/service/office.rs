//! The sound service of tenants: companies with owners, admins, members and viewers; projects with members and
//! tasks; settings that only some may change.

use std::sync::Arc;

use serde_json::json;

use super::document::{Shape, field, maybe, text};
use super::notes::{action, page, public};
use super::people;
use super::rows::{self, Rule, member};
use super::{Answer, Call, Credential, Field, Row, Service, World};

/// Who may change a project: its members, unless they only look.
pub(crate) fn edits(world: &World, call: &Call, row: &Row) -> bool {
    member(world, call, row) && world.role(call) != "viewer"
}

/// Who may remove a project, or choose its members: who owns it, or stands above members.
pub(crate) fn governs(world: &World, call: &Call, row: &Row) -> bool {
    edits(world, call, row) && (row.owner == call.me() || matches!(world.role(call), "owner" | "admin"))
}

/// What a project is made of.
pub(crate) fn project_fields() -> Vec<Field> {
    vec![text("title"), maybe("summary")]
}

/// Two companies with people in each role; who reaches what is [`MATRIX`].
pub(crate) fn service() -> Service {
    let create = rows::create("project", project_fields());
    let actions = vec![
        public("POST /session", people::sign_in).takes(vec![text("name"), text("password")]),
        action("GET /whoami", people::who_am_i).gives(Shape::Object(vec!["name", "role"])),
        action("POST /projects", move |world: &mut World, call: &Call| match world.role(call) {
            "viewer" => refuse(world, call, "project.create"),
            _ => create(world, call),
        })
        .takes(project_fields())
        .gives(Shape::Object(vec!["title", "summary"])),
        action("GET /projects", rows::list("project", member)).gives(Shape::List(vec!["title", "summary"])),
        action("GET /projects/{project}", rows::show("project", member)).gives(Shape::Object(vec!["title", "summary"])),
        action("PATCH /projects/{project}", rows::update("project", project_patch(), edits)).takes(project_patch()),
        action("DELETE /projects/{project}", rows::delete("project", governs)),
        action("POST /projects/{project}/members", add_member).takes(vec![field("member", "key")]),
        task("POST /projects/{project}/tasks", rows::create_below("project", "task", vec![text("text")], edits))
            .takes(vec![text("text")])
            .gives(Shape::Object(vec!["text"])),
        task("GET /projects/{project}/tasks", rows::list_below("project", "task", member))
            .gives(Shape::List(vec!["text"])),
        task("GET /projects/{project}/tasks/{task}", rows::show_below("project", "task", member))
            .gives(Shape::Object(vec!["text"])),
        task("PUT /projects/{project}/tasks/{task}", update_task(edits)).takes(vec![text("text")]),
        task("DELETE /projects/{project}/tasks/{task}", rows::delete_below("project", "task", edits)),
        action("GET /company", company),
        action("PUT /company", rename_company).takes(vec![text("title")]),
        action("GET /events", people::company_events),
        public("GET /health", people::health),
        page("GET /", people::home),
        page("GET /privacy", people::privacy),
        page("GET /.well-known/security.txt", people::security_txt),
    ];
    Service {
        actions,
        credential: Credential::Bearer,
        is_enveloped: false,
        seeds: vec![Arc::new(|world| {
            for (name, tenant, role) in PEOPLE {
                world.add_person(name, &format!("{name}-password"), tenant, role);
            }
        })],
        unknown: Answer::missing,
        guard: None,
    }
}

/// Who works where, as what.
pub(crate) const PEOPLE: [(&str, &str, &str); 6] = [
    ("olga", "acme", "owner"),
    ("adam", "acme", "admin"),
    ("mia", "acme", "member"),
    ("max", "acme", "member"),
    ("vic", "acme", "viewer"),
    ("eve", "evil", "owner"),
];

pub(crate) const MANIFEST: &str = r#"
[sign_in]
send  = 'POST /session {"name":"{name}","password":"{password}"}'
token = "session.key"
use   = "Authorization: Bearer {token}"
proof = "GET /whoami"

[actors]
olga = { tenant = "acme", role = "owner",  password = "file:olga.password" }
adam = { tenant = "acme", role = "admin",  password = "file:adam.password" }
mia  = { tenant = "acme", role = "member", password = "file:mia.password" }
max  = { tenant = "acme", role = "member", password = "file:max.password" }
vic  = { tenant = "acme", role = "viewer", password = "file:vic.password" }
eve  = { tenant = "evil", role = "owner",  password = "file:eve.password" }
"#;

/// The reviewed matrix.
pub(crate) const MATRIX: &str = "\
plimsoll.matrix 1
# action                                    anon  viewer  member  admin   owner
POST   /session                             all   all     all     all     all
GET    /whoami                              -     own     own     own     own
GET    /projects                            -     member  member  tenant  tenant
POST   /projects                            -     -       own     own     own
GET    /projects/{project}                  -     member  member  tenant  tenant
PATCH  /projects/{project}                  -     -       member  tenant  tenant
DELETE /projects/{project}                  -     -       own     tenant  tenant
POST   /projects/{project}/members          -     -       own     tenant  tenant
GET    /projects/{project}/tasks            -     member  member  tenant  tenant
POST   /projects/{project}/tasks            -     -       member  tenant  tenant
GET    /projects/{project}/tasks/{task}     -     member  member  tenant  tenant
PUT,DELETE /projects/{project}/tasks/{task} -     -       member  tenant  tenant
GET    /company                             -     tenant  tenant  tenant  tenant
PUT    /company                             -     -       -       -       tenant
GET    /events                              -     -       -       tenant  tenant
GET    /health                              all   all     all     all     all
";

/// Actions below a project are like any other; the name says where they stand.
fn task(name: &'static str, handler: impl Fn(&mut World, &Call) -> Answer + Send + Sync + 'static) -> super::Action {
    action(name, handler)
}

/// `POST /projects/{project}/members`: a person of the same company takes part from now on.
fn add_member(world: &mut World, call: &Call) -> Answer {
    let project = match rows::reach(world, call, "project", governs) {
        Ok(project) => project,
        Err(refusal) => return refusal,
    };
    let key = call.body.get("member").map(|key| key.to_string().trim_matches('"').to_owned()).unwrap_or_default();
    if world.person(&key).is_none_or(|person| person.tenant != project.tenant) {
        return Answer::refused(400, "member must be a person of this company");
    }
    if let Some(row) = world.row_mut("project", &project.id) {
        row.members.push(key);
    }
    world.record(call, "member.add", &project.id, "done");
    Answer::nothing(204)
}

fn project_patch() -> Vec<Field> {
    vec![maybe("title"), maybe("summary")]
}

fn update_task(rule: Rule) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| match rows::reach_below(world, call, "project", "task", rule) {
        Ok(row) => match rows::take(&[text("text")], call) {
            Ok(taken) => rows::apply(world, call, "task", &row.id, taken),
            Err(refusal) => refusal,
        },
        Err(refusal) => refusal,
    }
}

fn refuse(world: &mut World, call: &Call, action: &str) -> Answer {
    world.record(call, action, "", "refused");
    Answer::refused(403, "not with your role")
}

/// `GET /company`: the caller's own.
pub(crate) fn company(world: &mut World, call: &Call) -> Answer {
    let tenant = world.tenant(call).to_owned();
    let title = world.row("company", &tenant).and_then(|row| row.fields.get("title").cloned());
    Answer::ok(json!({ "key": tenant, "title": title.unwrap_or_else(|| json!(tenant)) }))
}

fn rename_company(world: &mut World, call: &Call) -> Answer {
    if world.role(call) == "owner" { set_company_title(world, call) } else { refuse(world, call, "company.rename") }
}

/// Renames the caller's company, asks nobody.
pub(crate) fn set_company_title(world: &mut World, call: &Call) -> Answer {
    let taken = match rows::take(&[text("title")], call) {
        Ok(taken) => taken,
        Err(refusal) => return refusal,
    };
    let tenant = world.tenant(call).to_owned();
    if world.row("company", &tenant).is_none() {
        let row = Row {
            noun: "company",
            id: tenant.clone(),
            owner: call.me().to_owned(),
            tenant: tenant.clone(),
            parent: None,
            members: Vec::new(),
            fields: serde_json::Map::new(),
        };
        world.rows.push(row);
    }
    rows::apply(world, call, "company", &tenant, taken);
    company(world, call)
}
