//! Groups of an organisation's directory: what they give is the organisation's to say, it counts and ends with the next request,
//! and what somebody has by hand stays.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;
use crate::directory::{entra, patch, say, set_up};
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};
use crate::mail::{Letters, path_in};

/// Writes somebody down as the directory does, and gives their number there.
async fn user(house: &House, token: &str, name: &str) -> String {
    say(house, token, "POST", "/Users", entra(name)).await.id()
}

/// Makes a group with these users in it, and gives its path.
async fn group(house: &House, token: &str, name: &str, users: &[&str]) -> String {
    let members: Vec<_> = users.iter().map(|user| json!({ "value": user })).collect();
    let made = say(house, token, "POST", "/Groups", json!({"displayName": name, "members": members})).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("/Groups/{}", made.id())
}

/// Lets a group give something, as the owner.
async fn gives(house: &House, group: &str, wanted: Value) -> Answer {
    let owner = house.sign_in("owner").await;
    let path = format!("/directory{}/standing", group.to_lowercase());
    house.ask(&owner, "PUT", &path, wanted).await
}

fn place(project: Uuid, role: &str) -> Value {
    json!({"gives": "project", "project": project, "project_role": role})
}

fn member(op: &str, user: &str) -> Value {
    // As Entra ID writes it.
    patch(json!({"op": op, "path": "members", "value": [{"$ref": null, "value": user}]}))
}

/// What somebody is in a project, as its members see it.
async fn role_in(house: &House, people: &People, project: Uuid, name: &str) -> Option<String> {
    let path = format!("/projects/{project}/members");
    let list = house.ask(&house.sign_in("owner").await, "GET", &path, Value::Null).await;
    let members = list.body["members"].as_array().unwrap();
    let found = members.iter().find(|member| member["person"] == json!(people.ids[name]))?;
    Some(found["role"].as_str().unwrap().to_owned())
}

/// What somebody is in the organisation that their sign-in is in.
async fn role(house: &House, name: &str) -> Value {
    let account = house.ask(&house.sign_in(name).await, "GET", "/account", Value::Null).await;
    account.body["memberships"][0]["role"].clone()
}

async fn a_place_in_a_project_comes_and_goes_with_the_group(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let (beside, works, owner) = (
        user(&house, &token, "beside").await,
        user(&house, &token, "works").await,
        user(&house, &token, "owner").await,
    );
    let project = format!("/projects/{}", people.project);
    let api = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let api = house.ask(people.token("beside"), "POST", "/account/tokens", api).await.text("token");
    let seen = async || {
        let by_session = house.ask(people.token("beside"), "GET", &project, Value::Null).await.status;
        let by_token = house.ask(&api, "GET", &project, Value::Null).await.status;
        (by_session, by_token)
    };

    // A new group gives nothing.
    let viewers = group(&house, &token, "Viewers", &[&beside, &works, &owner]).await;
    assert_eq!(seen().await, (404, 404));
    let set = gives(&house, &viewers, place(people.project, "viewer")).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(seen().await, (200, 200));
    // Nobody becomes less by it, and owners are not its business.
    assert_eq!(role_in(&house, &people, people.project, "works").await.as_deref(), Some("contributor"));
    assert_eq!(role_in(&house, &people, people.project, "beside").await.as_deref(), Some("viewer"));
    let places = house.ask(&house.sign_in("owner").await, "GET", "/people", Value::Null).await;
    let of_owner = places.body["people"].as_array().unwrap().iter().find(|one| one["role"] == "owner").unwrap();
    // Whoever makes a project is in it by hand.
    assert!(of_owner["projects"].as_array().unwrap().iter().all(|at| at["role"] == "admin"), "{of_owner}");

    // Of two groups the higher holds, whichever goes first.
    let leads = group(&house, &token, "Leads", &[&beside]).await;
    assert_eq!(gives(&house, &leads, place(people.project, "admin")).await.status, 200);
    assert_eq!(role_in(&house, &people, people.project, "beside").await.as_deref(), Some("admin"));
    assert_eq!(say(&house, &token, "PATCH", &leads, member("Remove", &beside)).await.status, 200);
    assert_eq!(role_in(&house, &people, people.project, "beside").await.as_deref(), Some("viewer"));

    // Out with the next request: by the group, by what it gives, by its end. A token, too.
    assert_eq!(say(&house, &token, "PATCH", &viewers, member("Remove", &beside)).await.status, 200);
    assert_eq!(seen().await, (404, 404));
    let okta = patch(json!({"op": "add", "path": "members", "value": [{"value": beside, "display": "Beside"}]}));
    assert_eq!(say(&house, &token, "PATCH", &viewers, okta).await.status, 200);
    assert_eq!(seen().await, (200, 200));
    let elsewhere = gives(&house, &viewers, place(people.other_project, "viewer")).await;
    assert_eq!((elsewhere.status, seen().await), (200, (404, 404)));
    assert_eq!(gives(&house, &viewers, place(people.project, "contributor")).await.status, 200);
    assert_eq!(seen().await, (200, 200));
    assert_eq!(gives(&house, &viewers, json!({"gives": "nothing"})).await.status, 200);
    assert_eq!(seen().await, (404, 404));
    assert_eq!(gives(&house, &viewers, place(people.project, "viewer")).await.status, 200);
    let empty = json!({"displayName": "Viewers", "members": []});
    assert_eq!(say(&house, &token, "PUT", &viewers, empty).await.status, 200);
    assert_eq!(seen().await, (404, 404));
    assert_eq!(say(&house, &token, "PATCH", &viewers, member("Add", &beside)).await.status, 200);
    assert_eq!(seen().await, (200, 200));
    assert_eq!(say(&house, &token, "DELETE", &viewers, Value::Null).await.status, 204);
    assert_eq!(seen().await, (404, 404));
    assert_eq!(role_in(&house, &people, people.project, "works").await.as_deref(), Some("contributor"));

    // It is on the organisation's record, the directory's deeds and the owner's.
    let trail = house.ask(&house.sign_in("owner").await, "GET", "/trail?limit=200", Value::Null).await;
    let events = trail.body["events"].as_array().unwrap();
    for what in ["group.create", "group.change", "group.set", "group.remove", "group.standing.set"] {
        assert!(events.iter().any(|event| event["action"] == format!("directory.{what}")), "{what}");
    }
}

async fn what_is_given_by_hand_and_by_a_group_stand_beside_each_other(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let (beside, reads) = (user(&house, &token, "beside").await, user(&house, &token, "reads").await);
    let editors = group(&house, &token, "Editors", &[&beside, &reads]).await;
    assert_eq!(gives(&house, &editors, place(people.project, "contributor")).await.status, 200);
    assert_eq!(role_in(&house, &people, people.project, "reads").await.as_deref(), Some("contributor"));
    // By hand nobody is taken out whom the group puts in again.
    let owner = house.sign_in("owner").await;
    for name in ["beside", "reads"] {
        let path = format!("/projects/{}/members/{}", people.project, people.ids[name]);
        let refused = house.ask(&owner, "DELETE", &path, Value::Null).await;
        assert_eq!((refused.status, &refused.body["detail"]), (409, &json!("given by group")), "{refused:?}");
    }
    // Whom the group has brought can be put in by hand beside it, once.
    let members = format!("/projects/{}/members", people.project);
    let by_hand = json!({"person": people.ids["beside"], "role": "viewer"});
    assert_eq!(house.ask(&owner, "POST", &members, by_hand.clone()).await.status, 200);
    assert_eq!(role_in(&house, &people, people.project, "beside").await.as_deref(), Some("contributor"));
    assert_eq!(house.ask(&owner, "POST", &members, by_hand).await.status, 409);
    assert_eq!(say(&house, &token, "DELETE", &editors, Value::Null).await.status, 204);
    for name in ["beside", "reads"] {
        assert_eq!(role_in(&house, &people, people.project, name).await.as_deref(), Some("viewer"), "{name}");
    }
    let owner = house.sign_in("owner").await;
    let path = format!("/projects/{}/members/{}", people.project, people.ids["reads"]);
    assert_eq!(house.ask(&owner, "DELETE", &path, Value::Null).await.status, 200);
}

async fn a_group_makes_administrators_and_nobody_an_owner(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let (beside, reads, owner) = (
        user(&house, &token, "beside").await,
        user(&house, &token, "reads").await,
        user(&house, &token, "owner").await,
    );
    let office = group(&house, &token, "Office", &[&beside, &reads, &owner]).await;
    assert_eq!(gives(&house, &office, json!({"gives": "owner"})).await.status, 422);
    assert_eq!(gives(&house, &office, json!({"gives": "admin"})).await.status, 200);
    let keeps = async |name: &str| house.ask(people.token(name), "GET", "/directory", Value::Null).await.status;
    assert_eq!((keeps("beside").await, keeps("reads").await, keeps("works").await), (200, 200, 403));
    assert_eq!(role(&house, "owner").await, "owner");

    // By hand one is made at least what the group gives.
    let path = format!("/people/{}/role", people.ids["beside"]);
    let owner_now = house.sign_in("owner").await;
    let refused = house.ask(&owner_now, "PUT", &path, json!({"role": "staff"})).await;
    assert_eq!((refused.status, &refused.body["detail"]), (409, &json!("given by group")), "{refused:?}");
    assert_eq!(house.ask(&owner_now, "PUT", &path, json!({"role": "admin"})).await.status, 200);

    // Who is not active is out, and comes back as what they were.
    let active = |active: bool| patch(json!({"op": "replace", "path": "active", "value": active}));
    let reads = format!("/Users/{reads}");
    assert_eq!(say(&house, &token, "PATCH", &reads, active(false)).await.status, 200);
    assert_eq!(keeps("reads").await, 401);
    // The organisation's own people may let them in before the directory does: then the group does not count.
    let resume = format!("/people/{}/resume", people.ids["reads"]);
    assert_eq!(house.ask(&house.sign_in("owner").await, "POST", &resume, Value::Null).await.status, 200);
    assert_eq!(role(&house, "reads").await, "staff");
    assert_eq!(say(&house, &token, "PATCH", &reads, active(true)).await.status, 200);
    assert_eq!(role(&house, "reads").await, "admin");

    // An owner is out of its reach, and is what the group gives once he is not one any more.
    let also = format!("/people/{}/role", people.ids["reads"]);
    let owner_now = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner_now, "PUT", &also, json!({"role": "owner"})).await.status, 200);
    assert_eq!(gives(&house, &office, json!({"gives": "nothing"})).await.status, 200);
    assert_eq!(role(&house, "reads").await, "owner");
    assert_eq!(role(&house, "beside").await, "admin", "by hand");
    assert_eq!(gives(&house, &office, json!({"gives": "admin"})).await.status, 200);
    let owner_now = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner_now, "PUT", &also, json!({"role": "staff"})).await.status, 409);
    assert_eq!(house.ask(&owner_now, "PUT", &also, json!({"role": "admin"})).await.status, 200);

    // Whoever leaves keeps nothing of it.
    let works = user(&house, &token, "works").await;
    assert_eq!(say(&house, &token, "PATCH", &office, member("add", &works)).await.status, 200);
    assert_eq!(role(&house, "works").await, "admin");
    let owner_now = house.sign_in("owner").await;
    let out = format!("/people/{}", people.ids["works"]);
    assert_eq!(house.ask(&owner_now, "DELETE", &out, Value::Null).await.status, 200);
    let mut tx = house.door.store().read().await.unwrap();
    let left = tx
        .one("SELECT role, by_hand FROM membership WHERE person = $1", door::values![people.ids["works"]])
        .await
        .unwrap();
    assert_eq!(left.get::<String>("role").unwrap(), "staff");
    assert_eq!(left.get::<Option<String>>("by_hand").unwrap(), None);
}

async fn what_a_group_gives_waits_for_who_is_invited_and_goes_with_the_directory(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let token = set_up(&house, &people).await;
    letters.arrive(&house).await;
    let nora = user(&house, &token, "nora").await;
    let office = group(&house, &token, "Office", &[&nora]).await;
    assert_eq!(gives(&house, &office, json!({"gives": "admin"})).await.status, 200);
    let design = group(&house, &token, "Design", &[&nora]).await;
    assert_eq!(gives(&house, &design, place(people.project, "contributor")).await.status, 200);
    let link = path_in(&letters.only(&house).await, "/join/");
    let joins = json!({"token": link.rsplit('/').next(), "name": "Nora Berg", "password": PASSWORD});
    assert_eq!(house.ask("", "POST", "/invitations/accept", joins).await.status, 200);
    assert_eq!(role(&house, "nora").await, "admin");
    let shown = say(&house, &token, "GET", &format!("/Users/{nora}"), Value::Null).await;
    let groups: Vec<_> = shown.body["groups"].as_array().unwrap().iter().map(|group| &group["display"]).collect();
    assert_eq!(groups, ["Office", "Design"], "{shown:?}");

    // The directory goes, and what its groups gave with it. Whoever came stays.
    let owner = house.sign_in("owner").await;
    let gone = house.ask(&owner, "DELETE", "/directory", Value::Null).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert_eq!(role(&house, "nora").await, "staff");
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(&house.sign_in("nora").await, "GET", &project, Value::Null).await.status, 404);
    let mut tx = house.door.store().read().await.unwrap();
    let left = "SELECT (SELECT count(*) FROM directory_group) + (SELECT count(*) FROM directory_group_member) AS n";
    assert_eq!(tx.one(left, vec![]).await.unwrap().get::<i64>("n").unwrap(), 0);
}

async fn nobody_else_says_what_groups_are_or_give(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let beside = user(&house, &token, "beside").await;
    let editors = group(&house, &token, "Editors", &[&beside]).await;
    let standing = format!("/directory{}/standing", editors.to_lowercase());
    let admin = json!({"gives": "admin"});

    // An organisation's own people without the rank, a client's, and the directory itself; an owner without a second factor.
    for who in ["runs", "beside", "their_admin"] {
        let refused = house.ask(people.token(who), "PUT", &standing, admin.clone()).await;
        assert!(matches!(refused.status, 403 | 404), "{who}: {refused:?}");
    }
    assert_eq!(house.ask(&token, "PUT", &standing, admin.clone()).await.status, 403, "the directory itself");
    let refused = house.ask(people.token("admin"), "PUT", &standing, admin.clone()).await;
    assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/no_factor")));
    assert_eq!(role(&house, "beside").await, "staff");

    // Another organisation: neither its owner nor its directory.
    house.with_app("elsewhere", &house.sign_in("elsewhere").await).await;
    let there = house.sign_in("elsewhere").await;
    assert_eq!(house.ask(&there, "PUT", &standing, admin.clone()).await.status, 404);
    assert_eq!(house.ask(&there, "PUT", "/directory", json!({"role": "staff"})).await.status, 200);
    let made = house.ask(&there, "POST", "/directory/tokens", json!({"name": "Okta", "days": 90})).await;
    let other = made.text("token");
    let rename = patch(json!({"op": "replace", "path": "displayName", "value": "Ours"}));
    for (verb, body) in
        [("GET", Value::Null), ("PUT", json!({"displayName": "Ours"})), ("PATCH", rename), ("DELETE", Value::Null)]
    {
        house.clock.set(house.door.now().plus_seconds(61));
        let before = house.count().await.1;
        assert_eq!(say(&house, &other, verb, &editors, body).await.error(), (404, ""), "{verb}");
        assert_eq!(house.count().await.1, before);
    }
    assert_eq!(say(&house, &other, "GET", "/Groups", Value::Null).await.body["totalResults"], json!(0));
    let theirs = json!({"displayName": "Ours", "members": [{"value": beside}]});
    assert_eq!(say(&house, &other, "POST", "/Groups", theirs).await.error(), (400, "invalidValue"));
    assert_eq!(say(&house, &other, "POST", "/Groups", json!({"displayName": "Editors"})).await.status, 201);
    // A group gives no place in a project of somebody else's.
    let clients = house.ask(&there, "GET", "/clients", Value::Null).await;
    let wanted = json!({"title": "Mill", "client": clients.body["clients"][0]["id"]});
    let mill = house.ask(&there, "POST", "/projects", wanted).await.text("id").parse().unwrap();
    assert_eq!(gives(&house, &editors, place(mill, "viewer")).await.status, 404);
    assert_eq!(gives(&house, &editors, json!({"gives": "project"})).await.status, 422);
    // Nor in one that is closed.
    let owner = house.sign_in("owner").await;
    let archive = format!("/clients/{}/archive", people.client);
    assert_eq!(house.ask(&owner, "POST", &archive, Value::Null).await.status, 200);
    assert_eq!(gives(&house, &editors, place(people.project, "viewer")).await.status, 422);
    // An owner's token with the directory's scopes says nothing for it, either.
    let owner = house.sign_in("owner").await;
    let scopes = json!({"name": "x", "scopes": ["directory:look", "directory:change"], "days": 1});
    let own = house.ask(&owner, "POST", "/account/tokens", scopes).await.text("token");
    for (verb, body) in [("GET", Value::Null), ("DELETE", Value::Null), ("PATCH", member("add", &beside))] {
        assert_eq!(say(&house, &own, verb, &editors, body).await.error().0, 403, "{verb}");
    }
    assert_eq!(house.ask(&own, "PUT", &standing, admin).await.status, 403);
}

async fn groups_are_found_and_what_is_wrong_is_said(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let beside = user(&house, &token, "beside").await;
    house.clock.set(house.door.now().plus_seconds(1));
    let works = user(&house, &token, "works").await;
    let mut paths = Vec::new();
    for (name, users) in [("Editors", vec![beside.as_str()]), ("Design", vec![&works, &beside]), ("Office", vec![])] {
        // Ids are in the order of their time.
        house.clock.set(house.door.now().plus_seconds(1));
        paths.push(group(&house, &token, name, &users).await);
    }
    let asked = async |query: &str| {
        let list = say(&house, &token, "GET", &format!("/Groups?{query}"), Value::Null).await;
        let names = list.body["Resources"].as_array().unwrap_or_else(|| panic!("{list:?}")).iter();
        let names: Vec<_> = names.map(|group| group["displayName"].as_str().unwrap().to_owned()).collect();
        (list.body["totalResults"].as_i64().unwrap(), names.join(" "))
    };
    let all = |names: &str, number| (number, names.to_owned());
    assert_eq!(asked("").await, all("Editors Design Office", 3));
    assert_eq!(asked("startIndex=2&count=1").await, all("Design", 3));
    assert_eq!(asked("filter=displayName%20eq%20%22DESIGN%22").await, all("Design", 1));
    assert_eq!(asked(&format!("filter=members.value%20eq%20%22{beside}%22")).await, all("Editors Design", 2));
    assert_eq!(asked(&format!("filter=members.value%20eq%20%22{beside}%22&startIndex=2")).await, all("Design", 2));
    let id = paths[2].trim_start_matches("/Groups/");
    assert_eq!(asked(&format!("filter=id%20eq%20%22{id}%22")).await, all("Office", 1));
    assert_eq!(asked("filter=id%20eq%20%22seven%22").await, all("", 0));
    let lean = say(&house, &token, "GET", &format!("{}?excludedAttributes=members", paths[1]), Value::Null).await;
    assert!(lean.body.get("members").is_none() && lean.body["displayName"] == "Design", "{lean:?}");
    let whole = say(&house, &token, "GET", &paths[1], Value::Null).await;
    assert_eq!(whole.body["members"].as_array().unwrap().len(), 2);
    let location = format!("http://house.example/scim/v2{}", paths[1]);
    assert_eq!(whole.body["meta"]["location"], json!(location));
    // Of a list of users each shows its own.
    let users = say(&house, &token, "GET", "/Users", Value::Null).await;
    let groups = |user: &Value| user["groups"].as_array().map_or(0, Vec::len);
    assert_eq!(users.body["Resources"].as_array().unwrap().iter().map(groups).collect::<Vec<_>>(), [2, 1]);

    let nested = json!([{"value": beside, "type": "Group"}]);
    for (verb, path, body, expected) in [
        ("GET", "/Groups?filter=members%20pr", Value::Null, (400, "invalidFilter")),
        ("GET", "/Groups?filter=owner%20eq%20%22a%22", Value::Null, (400, "invalidFilter")),
        ("POST", "/Groups", json!({"members": []}), (400, "invalidValue")),
        ("POST", "/Groups", json!({"displayName": "editors"}), (409, "uniqueness")),
        ("POST", "/Groups", json!({"displayName": "New", "members": [{"value": Uuid::nil()}]}), (400, "invalidValue")),
        ("PATCH", &paths[0], patch(json!({"op": "add", "path": "members", "value": nested})), (400, "invalidValue")),
        ("PATCH", &paths[0], patch(json!({"op": "remove", "path": "displayName"})), (400, "invalidValue")),
        ("PATCH", &paths[0], patch(json!({"op": "replace", "path": "id", "value": "7"})), (400, "mutability")),
        (
            "PATCH",
            &paths[0],
            patch(json!({"op": "replace", "path": "displayName", "value": "Office"})),
            (409, "uniqueness"),
        ),
        ("DELETE", "/Groups", Value::Null, (405, "")),
    ] {
        let before = house.count().await.1;
        let said = say(&house, &token, verb, path, body).await;
        assert_eq!(said.error(), expected, "{verb} {path}: {said:?}");
        assert_eq!(house.count().await.1, before, "nothing moved");
    }
}

async fn an_owner_says_on_the_page_what_a_group_gives(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let beside = user(&house, &token, "beside").await;
    let editors = group(&house, &token, "Editors", &[&beside]).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(format!("session={}", house.sign_in("owner").await));
    let page = browser.get("/directory").await;
    assert!(page.says("Editors") && page.says("1 person"), "{}", page.body);
    let form = format!("/directory{}/standing/set", editors.to_lowercase());
    let project = people.project.to_string();
    let wanted = [("gives", "project"), ("project", project.as_str()), ("project_role", "contributor")];
    let set = browser.send(&page, &form, &wanted).await;
    assert_eq!((set.status, set.header("location")), (303, "/directory"), "{set:?}");
    assert!(browser.get("/directory").await.says("A place in Booking site: contributor"));
    assert_eq!(role_in(&house, &people, people.project, "beside").await.as_deref(), Some("contributor"));
    let members = browser.get(&format!("/projects/{project}/members")).await;
    assert!(members.says("By a group of the directory"), "{}", members.body);
    assert!(!members.forms().contains(&format!("/projects/{project}/members/{}/remove", people.ids["beside"])));
    // A client's people are not told of the directory.
    let path = format!("/projects/{project}/members");
    let theirs = house.ask(people.token("their_admin"), "GET", &path, Value::Null).await;
    assert_eq!(theirs.status, 200);
    assert!(!theirs.body.to_string().contains("\"by_group\":true"), "{theirs:?}");
    let page = browser.get("/directory").await;
    assert_eq!(browser.send(&page, &form, &[("gives", "nothing")]).await.status, 303);
    assert_eq!(role_in(&house, &people, people.project, "beside").await, None);
}

on_both!(
    a_place_in_a_project_comes_and_goes_with_the_group,
    what_is_given_by_hand_and_by_a_group_stand_beside_each_other,
    a_group_makes_administrators_and_nobody_an_owner,
    what_a_group_gives_waits_for_who_is_invited_and_goes_with_the_directory,
    nobody_else_says_what_groups_are_or_give,
    groups_are_found_and_what_is_wrong_is_said,
    an_owner_says_on_the_page_what_a_group_gives,
);
