//! Was it used? Every past deed that today's rules would refuse is named, and nothing else.

use door::Relations;
use portal::Parts;
use portal::catalogue::catalogue;
use portal::standing::{ADMIN, OWNER, RELATIONS};
use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

async fn what_a_stricter_rule_would_refuse_is_named(house: House) {
    let people = move_in(&house).await;
    let members = format!("/projects/{}/members", people.project);
    // The project's own admin adds somebody and takes somebody out; so does the owner.
    let added = json!({"person": people.ids["beside"], "role": "viewer"});
    assert_eq!(house.ask(people.token("runs"), "POST", &members, added).await.status, 200);
    let runs = people.ids["runs"];
    for (who, whom) in [("runs", "reads"), ("owner", "beside")] {
        let member = format!("{members}/{}", people.ids[whom]);
        assert_eq!(house.ask(people.token(who), "DELETE", &member, Value::Null).await.status, 200);
    }
    house.door.seal().await.unwrap();

    let replay = async |house: &House, query: &str| {
        let answer = house.ask(people.token("owner"), "GET", &format!("/trail/replay{query}"), Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    let today = replay(&house, "").await;
    assert_eq!(today["refused"], json!([]), "nothing was done that the rules of its day forbid");
    assert!(10 < today["looked_at"].as_i64().unwrap() && today["next"].is_null());

    // From now on only owner and admin may take somebody out, and nobody may add anybody.
    let stricter = catalogue().alter("project.member.remove", |entry| entry.spec.may = Relations::of(&[OWNER, ADMIN]));
    let stricter = stricter.entries().filter(|entry| entry.spec.name != "project.member.add").cloned().collect();
    let parts = Parts { catalogue: stricter, ..Parts::real() };
    let mut told = Vec::new();
    let looked_at = door::trail::replay(house.door.store(), &parts.catalogue, RELATIONS, |n, body, why| {
        told.push(portal::trail::replay_line(&parts.catalogue, n, body, why));
    });
    let looked_at = looked_at.await.unwrap();
    let removed: Vec<&String> = told.iter().filter(|line| line.contains("project.member.remove")).collect();
    assert_eq!(removed.len(), 1, "{told:#?}");
    assert!(
        removed[0].contains(&runs.to_string()) && removed[0].ends_with("needs owner or admin: forbidden"),
        "{removed:?}"
    );
    let added = told.iter().filter(|line| line.contains("project.member.add") && line.ends_with(": gone")).count();
    assert_eq!(added + 1, told.len(), "{told:#?}");
    assert_eq!(i64::try_from(looked_at).unwrap(), house.count().await.0);

    let house = house.under(parts).await;
    let now = replay(&house, "?action=project.member.remove").await;
    let refused = now["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{now}");
    assert_eq!(refused[0]["event"]["actor"], json!(runs));
    assert_eq!((&refused[0]["why"], &refused[0]["needs"]), (&json!("forbidden"), &json!(["owner", "admin"])));
    let page = crate::browser::Browser::of(&house, "owner").await.get("/trail/replay").await;
    assert!(page.says("needs today: owner or admin · was: staff, project admin"), "{}", page.body);
    assert!(page.says("would be refused now"));
}

on_both!(what_a_stricter_rule_would_refuse_is_named);
