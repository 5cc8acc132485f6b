//! Who belongs to an organisation: roles, suspension, removal, leaving, and what ends with them.

use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

async fn nobody_gives_more_than_he_has(house: House) {
    let people = move_in(&house).await;
    let role = async |by: &str, of: &str, role: &str| {
        let path = format!("/people/{}/role", people.ids[of]);
        house.ask(people.token(by), "PUT", &path, json!({"role": role})).await
    };
    // An administrator makes administrators, and does not touch an owner.
    assert_eq!(role("admin", "reads", "admin").await.status, 200);
    assert_eq!(role("admin", "reads", "owner").await.status, 422);
    assert_eq!(role("admin", "owner", "staff").await.status, 403);
    // Nobody changes his own, neither up nor down.
    assert_eq!(role("admin", "admin", "owner").await.status, 403);
    assert_eq!(role("owner", "owner", "staff").await.status, 403);
    // Staff change nobody, a client's admin only the company's people, and within the company.
    assert_eq!(role("works", "beside", "admin").await.status, 403);
    assert_eq!(role("their_admin", "their_member", "client_admin").await.status, 200);
    assert_eq!(role("their_member", "their_admin", "client_member").await.status, 200, "an admin now, too");
    assert_eq!(role("other_client", "their_member", "client_member").await.status, 404);
    assert_eq!(role("their_member", "works", "admin").await.status, 404);
    // From one side to the other nobody goes.
    for (of, to) in [("their_member", "staff"), ("works", "client_member")] {
        let refused = role("owner", of, to).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.body.to_string().contains("not one that you can give"), "{refused:?}");
    }
    // It counts at once: whoever was staff a moment ago sees every project now.
    let projects = house.ask(people.token("reads"), "GET", "/projects", Value::Null).await;
    assert_eq!(projects.body["projects"].as_array().unwrap().len(), 2);
}

async fn whoever_is_suspended_is_out_at_once_with_tokens(house: House) {
    let people = move_in(&house).await;
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let token = house.ask(people.token("works"), "POST", "/account/tokens", wanted).await.text("token");
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200);

    let works = format!("/people/{}", people.ids["works"]);
    let suspend = format!("{works}/suspend");
    assert_eq!(house.ask(people.token("admin"), "POST", &suspend, Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("works"), "GET", "/projects", Value::Null).await.status, 401);
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 401);
    assert_eq!(house.ask(people.token("admin"), "POST", &suspend, Value::Null).await.status, 409, "is already");

    let resume = format!("{works}/resume");
    assert_eq!(house.ask(people.token("admin"), "POST", &resume, Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200, "as it was");
    let again = house.sign_in("works").await;
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(&again, "GET", &project, Value::Null).await.status, 200);
}

async fn whoever_is_removed_takes_nothing_along_and_finds_nothing_again(house: House) {
    let people = move_in(&house).await;
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let token = house.ask(people.token("works"), "POST", "/account/tokens", wanted).await.text("token");
    let works = format!("/people/{}", people.ids["works"]);
    assert_eq!(house.ask(people.token("beside"), "DELETE", &works, Value::Null).await.status, 403);
    assert_eq!(house.ask(people.token("owner"), "DELETE", &works, Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("works"), "GET", "/account", Value::Null).await.status, 401, "belongs nowhere");
    assert_eq!(house.ask(people.token("owner"), "DELETE", &works, Value::Null).await.status, 404, "is not there");

    // Whoever comes back begins anew.
    let back = json!({"organisation": people.organisation, "person": people.ids["works"], "state": "active"});
    house.operator("membership.state.set", back).await;
    let again = house.sign_in("works").await;
    let projects = house.ask(&again, "GET", "/projects", Value::Null).await;
    assert_eq!(projects.body["projects"], json!([]), "{projects:?}");
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 401);

    // A removal is on the record with what went with it.
    let trail = house.ask(people.token("owner"), "GET", "/trail?action=membership.remove", Value::Null).await;
    let done = trail.body["events"].as_array().unwrap().iter().find(|event| event["result"] == "done").unwrap();
    assert_eq!(done["facts"]["projects_left"], json!(1), "{done}");
    assert_eq!(done["facts"]["tokens_revoked"], json!(1), "{done}");
}

async fn there_is_always_an_owner(house: House) {
    let people = move_in(&house).await;
    let leave = format!("/organisations/{}/leave", people.organisation);
    let refused = house.ask(people.token("owner"), "POST", &leave, Value::Null).await;
    assert_eq!(refused.status, 409, "{refused:?}");

    // With a second one, the first may go; then the second is the last.
    let role = format!("/people/{}/role", people.ids["admin"]);
    assert_eq!(house.ask(people.token("owner"), "PUT", &role, json!({"role": "owner"})).await.status, 200);
    let first = format!("/people/{}/role", people.ids["owner"]);
    // Both let go of the other at once: one of them is refused.
    let (one, other) = tokio::join!(
        house.ask(people.token("owner"), "PUT", &role, json!({"role": "staff"})),
        house.ask(people.token("admin"), "PUT", &first, json!({"role": "staff"})),
    );
    // As not being one any more, or as the last, whichever was seen.
    let refused = if one.status == 200 { &other } else { &one };
    assert!(one.status == 200 || other.status == 200, "{one:?} {other:?}");
    assert!(matches!(refused.status, 403 | 409), "{one:?} {other:?}");

    let (left, last) = if one.status == 200 { ("admin", "owner") } else { ("owner", "admin") };
    assert_eq!(house.ask(people.token(last), "POST", &leave, Value::Null).await.status, 409);
    assert_eq!(house.ask(people.token(left), "POST", &leave, Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token(left), "GET", "/account", Value::Null).await.status, 401, "belongs nowhere");
}

async fn whoever_belongs_elsewhere_stays_signed_in_there(house: House) {
    let people = move_in(&house).await;
    let back = json!({"organisation": people.organisation, "person": people.ids["suspended"], "state": "active"});
    house.operator("membership.state.set", back).await;
    let both = house.sign_in("suspended").await;
    let enter = format!("/organisations/{}/enter", people.organisation);
    assert_eq!(house.ask(&both, "POST", &enter, Value::Null).await.status, 200);
    let leave = format!("/organisations/{}/leave", people.organisation);
    assert_eq!(house.ask(&both, "POST", &leave, Value::Null).await.status, 200);
    assert_eq!(house.ask(&both, "GET", "/projects", Value::Null).await.status, 404, "in no rooms now");
    let account = house.ask(&both, "GET", "/account", Value::Null).await;
    assert_eq!(account.body["memberships"].as_array().unwrap().len(), 1, "{account:?}");
}

async fn the_list_says_who_has_access_and_how(house: House) {
    let people = move_in(&house).await;
    let list = async |by: &str| house.ask(people.token(by), "GET", "/people", Value::Null).await;
    let ours = list("admin").await;
    let row = |name: &str| {
        ours.body["people"].as_array().unwrap().iter().find(|person| person["name"] == name).unwrap().clone()
    };
    assert_eq!(row("gone")["state"], "suspended");
    assert_eq!(row("works")["projects"][0]["role"], "contributor");
    assert_eq!(row("works")["second_factor_since"], Value::Null);
    assert!(row("admin")["last_here"].is_i64() || row("admin")["last_here"].is_string(), "{}", row("admin"));
    assert_eq!(row("owner")["managed"], json!(false), "an owner is not an administrator's to change");
    assert_eq!(row("admin")["managed"], json!(false), "nobody changes his own");
    assert_eq!(row("their_member")["managed"], json!(true));

    // A client's admin sees the company and nothing of the others.
    let theirs = list("their_admin").await;
    let names: Vec<_> = theirs.body["people"].as_array().unwrap().iter().map(|person| person["name"].clone()).collect();
    assert_eq!(names, [json!("their_admin"), json!("their_member")]);
    assert_eq!(list("works").await.status, 403);
    assert_eq!(list("their_member").await.status, 403);
}

async fn a_report_for_whoever_reviews_access(house: House) {
    let people = move_in(&house).await;
    let report = house.ask(people.token("owner"), "POST", "/people/report", Value::Null).await;
    let lines: Vec<&str> = report.body.as_str().unwrap().lines().collect();
    assert!(lines[0].starts_with("person,mail,company,role,state,"), "{lines:?}");
    let of = |name: &str| {
        let begins = format!("{name},");
        lines
            .iter()
            .filter(|line| line.starts_with(&begins))
            .map(|line| line.split(',').collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let cells = |name: &str| {
        of(name).iter().map(|cells| [cells[2], cells[3], cells[4], cells[8], cells[9]].join("|")).collect::<Vec<_>>()
    };
    assert_eq!(cells("admin"), ["|admin|active|*|"]);
    assert_eq!(cells("works"), ["|staff|active|Booking site|contributor"]);
    assert_eq!(cells("beside"), ["|staff|active||"]);
    assert_eq!(cells("their_member"), ["Brightwater|client_member|active|Booking site|viewer"]);
    assert_eq!(cells("gone"), ["|staff|suspended|Booking site|admin"], "what would count again");
    // It is on the record before it leaves.
    let trail = house.ask(people.token("owner"), "GET", "/trail?action=membership.report", Value::Null).await;
    assert_eq!(trail.body["events"][0]["result"], "done", "{trail:?}");
    assert_eq!(house.ask(people.token("works"), "POST", "/people/report", Value::Null).await.status, 403);
}

on_both!(
    a_report_for_whoever_reviews_access,
    nobody_gives_more_than_he_has,
    whoever_is_suspended_is_out_at_once_with_tokens,
    whoever_is_removed_takes_nothing_along_and_finds_nothing_again,
    there_is_always_an_owner,
    whoever_belongs_elsewhere_stays_signed_in_there,
    the_list_says_who_has_access_and_how,
);
