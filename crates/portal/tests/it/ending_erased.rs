//! What has ended is gone from every place, whatever ended the portal in between; its record holds, and a backup brings nothing back.

use std::net::SocketAddr;
use std::process::ExitCode;

use door::store::Engine;
use door::{Credential, values};
use portal::inventory::INVENTORY;
use serde_json::{Value, json};

use crate::backup::Backups;
use crate::browser::Browser;
use crate::directory::{entra, say, set_up};
use crate::ending::{ORGANISATION, of_client};
use crate::house::{House, PASSWORD, People, move_in, on_both};
use crate::mail::with_server;
use crate::outside::letter_box;
use crate::privacy::{MADE, NAME, everything, job, zoe};
use crate::promises::{done, later};
use crate::retention::verify;

on_both!(
    a_client_goes_from_every_place_and_nothing_else_does,
    an_organisation_goes_from_every_place_and_its_people_stay,
    what_one_organisation_lost_comes_back_without_a_client_that_ended,
);

/// Names of theirs, to be found nowhere afterwards.
const CLIENT: &str = "Brightwater";
const WORDS: [&str; 6] = ["Halden", "kn-invited", "kn-webhook", "kn-service", "kn-group", "kn-hold"];

/// Fills an organisation with something of everything, most of it in one client's project.
async fn furnish(house: &House, people: &mut People) {
    let directory = set_up(house, people).await;
    people.tokens.insert("owner", house.sign_in("owner").await);
    zoe(house, people).await;
    let owner = people.token("owner").to_owned();
    let invited = json!({"mail": "kn-invited@example.com", "role": "client_member", "client": people.client});
    done(house, &owner, "POST", "/invitations", invited).await;
    done(house, &owner, "POST", "/webhooks", json!({"url": "https://kn-webhook.example/hook"})).await;
    let service = done(house, &owner, "POST", "/services", json!({"name": "kn-service", "role": "staff"})).await;
    let tokens = format!("/services/{}/tokens", service["id"].as_str().unwrap());
    done(house, &owner, "POST", &tokens, json!({"name": "ci", "scopes": ["project:look"], "days": 30})).await;
    let user = say(house, &directory, "POST", "/Users", entra("works")).await.id();
    let group = json!({"displayName": "kn-group", "members": [{"value": user}]});
    let group = say(house, &directory, "POST", "/Groups", group).await.id();
    let gives = json!({"gives": "project", "project": people.project, "project_role": "viewer"});
    done(house, &owner, "PUT", &format!("/directory/groups/{group}/standing"), gives).await;
    let hold = json!({"client": people.client, "reason": "kn-hold"});
    let hold = done(house, &owner, "POST", "/retention/holds", hold).await;
    done(house, &owner, "POST", &format!("/retention/holds/{}/lift", hold["id"].as_str().unwrap()), Value::Null).await;
    done(house, &owner, "PUT", "/retention", json!({"messages_days": 300})).await;
    let parties = json!({"legal_name": "Halden GmbH", "address": "Quay 1", "contact": "privacy@example.com"});
    done(house, &owner, "PUT", "/processing", parties).await;
    let breach = json!({"title": "A laptop was stolen", "text": "It was signed in."});
    let breach = done(house, &owner, "POST", "/incidents", breach).await;
    let note = format!("/incidents/{}/entries", breach["id"].as_str().unwrap());
    for kind in ["authority_not_told", "people_not_told", "closed"] {
        done(house, &owner, "POST", &note, json!({"kind": kind, "text": "No risk."})).await;
    }
    let token = json!({"name": "theirs", "scopes": ["project:look"], "days": 300});
    done(house, people.token("their_admin"), "POST", "/account/tokens", token).await;
    // A file that is on its way in.
    let asked = house.ask_for(people, "runs", "file").await;
    let begun = json!({"name": "kn-upload.txt", "length": 5});
    let begun = house.ask(people.token("their_admin"), "POST", &format!("{asked}/uploads"), begun).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    done(
        house,
        people.token("their_admin"),
        "POST",
        &format!("/projects/{}/messages", people.project),
        json!({"text": "kn-theirs"}),
    )
    .await;
}

/// Rows of a table.
async fn rows(house: &House, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS n FROM {table}").leak();
    house.door.store().read().await.unwrap().one(sql, vec![]).await.unwrap().get("n").unwrap()
}

/// Erases batch by batch, and ends the portal behind each of them. Gives how many there were.
async fn erase_with_interruptions(mut house: House, server: SocketAddr) -> (House, usize) {
    let mut batches = 0;
    while job(&house, "organisation.erase").await["more"] == json!(true) {
        batches += 1;
        assert!(batches < 200, "there is no end to it");
        house = with_server(house, server).await;
    }
    (house, batches)
}

async fn nowhere(house: &House, words: &[&str]) {
    for (place, text) in everything(house).await {
        for word in words {
            assert!(!text.contains(word), "{word} stands in {place}");
        }
    }
}

/// The proof of the only ending that the operator is shown with this client, or without one.
async fn proof(house: &House, of_client: bool) -> Value {
    let listed = house.operator("ending.list", json!({})).await;
    let found = listed["endings"].as_array().unwrap().iter().find(|ended| ended["client"].is_string() == of_client);
    found.unwrap_or_else(|| panic!("{listed}")).clone()
}

fn went(proof: &Value, table: &str) -> i64 {
    let went = proof["went"].as_array().unwrap().iter().find(|went| went["table"] == table);
    went.map_or(0, |went| went["items"].as_i64().unwrap())
}

async fn a_client_goes_from_every_place_and_nothing_else_does(house: House) {
    let mut people = move_in(&house).await;
    let server = letter_box().await.0;
    let house = with_server(house, server).await;
    furnish(&house, &mut people).await;
    let owner = people.token("owner").to_owned();
    let kestrel = done(&house, &owner, "GET", "/clients", Value::Null).await["clients"][1]["id"].clone();
    let made = done(&house, &owner, "POST", "/projects", json!({"title": "Kestrel shop", "client": kestrel})).await;
    let kept = format!("/projects/{}/messages", made["id"].as_str().unwrap());
    done(&house, &owner, "POST", &kept, json!({"text": "kn-kept"})).await;
    done(&house, &owner, "POST", &of_client(&people), json!({"name": CLIENT})).await;
    job(&house, "mail.send").await;
    let mut gone = MADE.to_vec();
    gone.extend([CLIENT, "kn-invited", "kn-upload", "kn-theirs", "kn-hold"]);
    let before = everything(&house).await;
    for word in gone.iter().filter(|word| **word != "kn-bytes") {
        assert!(before.iter().any(|(_, text)| text.contains(word)), "{word} cannot be looked for");
    }
    assert!(rows(&house, "file_part").await > 0);
    later(&house, &mut people, 31).await;
    let their_admin = people.token("their_admin").to_owned();
    let (house, batches) = erase_with_interruptions(house, server).await;
    assert!(batches > 10, "{batches}");
    job(&house, "mail.send").await;
    job(&house, "session.sweep").await;
    job(&house, "file.sweep").await;
    assert_eq!(job(&house, "organisation.forget").await["ended"], 1);
    assert_eq!(job(&house, "organisation.forget").await["ended"], 0, "once");
    house.door.seal().await.unwrap();
    nowhere(&house, &gone).await;
    assert_eq!(rows(&house, "file_part").await, 0);
    assert_eq!(rows(&house, "file").await, 0);

    // The organisation goes on, and its other client with it.
    let owner = people.token("owner").to_owned();
    let clients = done(&house, &owner, "GET", "/clients", Value::Null).await;
    assert_eq!(clients["clients"].as_array().unwrap().len(), 1, "{clients}");
    let messages = done(&house, &owner, "GET", &kept, Value::Null).await;
    assert_eq!(messages["messages"][0]["text"], "kn-kept");
    let groups = done(&house, &owner, "GET", "/directory", Value::Null).await.to_string();
    assert!(groups.contains("kn-group"), "{groups}");
    assert_eq!(house.ask(&owner, "GET", &of_client(&people), Value::Null).await.status, 404);
    assert_eq!(house.ask(&owner, "DELETE", &of_client(&people), Value::Null).await.status, 404, "too late");
    assert_eq!(house.ask(&owner, "GET", &format!("/projects/{}", people.project), Value::Null).await.status, 404);
    assert_eq!(house.ask(&their_admin, "GET", "/projects", Value::Null).await.status, 404);
    // What went is counted, for the owner and the operator, and told on its record.
    let shown = done(&house, &owner, "GET", "/retention", Value::Null).await;
    let proof = proof(&house, true).await;
    assert_eq!((&shown["ended"][0]["went"], proof["erased_at"].is_string()), (&proof["went"], true), "{shown}");
    for (table, items) in [("project", 2), ("message", 2), ("request_version", 1), ("credential", 2), ("reveal", 1)] {
        assert_eq!(went(&proof, table), items, "{table}: {proof}");
    }
    assert!(went(&proof, "membership") == 2 && went(&proof, "file_part") == 1 && went(&proof, "token") == 1, "{proof}");
    let story = done(&house, &owner, "GET", &format!("/trail?object={}", people.client), Value::Null).await;
    let erased = story["events"].as_array().unwrap().iter().filter(|event| event["action"] == "organisation.erase");
    assert!(erased.count() > 10, "{story}");
    let page = Browser::of(&house, "admin").await.get("/retention").await;
    assert!(page.says("Clients that were deleted") && page.says("credential 2"), "{page:?}");
    house.door.checkpoint().await.unwrap();
    let (code, said) = verify(&house, &[]).await.unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
}

async fn an_organisation_goes_from_every_place_and_its_people_stay(house: House) {
    let mut people = move_in(&house).await;
    let server = letter_box().await.0;
    let house = with_server(house, server).await;
    furnish(&house, &mut people).await;
    let owner = people.token("owner").to_owned();
    // One of its clients is to end already.
    done(&house, &owner, "POST", &of_client(&people), json!({"name": CLIENT})).await;
    house.clock.set(house.door.now().plus_seconds(60));
    let owner = house.sign_in("owner").await;
    done(&house, &owner, "POST", ORGANISATION, json!({"name": "Halden"})).await;
    // What keeps the client's end from coming first: so it ends with everything.
    let hold = json!({"client": people.client, "reason": "kn-hold"});
    let hold = done(&house, &owner, "POST", "/retention/holds", hold).await;
    job(&house, "mail.send").await;
    let mut gone = MADE.to_vec();
    gone.extend(WORDS);
    gone.extend([CLIENT, "Kestrel", "kn-upload", "kn-theirs"]);
    let before = everything(&house).await;
    for word in gone.iter().filter(|word| **word != "kn-bytes") {
        assert!(before.iter().any(|(_, text)| text.contains(word)), "{word} cannot be looked for");
    }
    let events = rows(&house, "event").await;
    later(&house, &mut people, 31).await;
    let owner = people.token("owner").to_owned();
    assert_eq!(job(&house, "organisation.erase").await["more"], true, "the last words");
    done(&house, &owner, "POST", &format!("/retention/holds/{}/lift", hold["id"].as_str().unwrap()), Value::Null).await;
    let (house, batches) = erase_with_interruptions(house, server).await;
    assert!(batches > 30, "{batches}");
    job(&house, "mail.send").await;
    job(&house, "session.sweep").await;
    job(&house, "account.forget").await;
    assert_eq!(job(&house, "organisation.forget").await["ended"], 2);
    house.door.seal().await.unwrap();
    nowhere(&house, &gone).await;
    assert!(rows(&house, "event").await > events, "the record stays whole");

    // Nothing of what an organisation has is left of it, and the other one has everything.
    let theirs = ["membership", "client", "organisation"];
    for table in INVENTORY {
        let door::inventory::Ends::Goes { organisation, .. } = table.ends else { continue };
        let sql = format!("SELECT count(*) AS n FROM {} WHERE {organisation}", table.name).leak();
        let mut tx = house.door.store().read().await.unwrap();
        let left: i64 = tx.one(sql, values![people.organisation]).await.unwrap().get("n").unwrap();
        assert_eq!(left, 0, "{}", table.name);
    }
    for table in theirs {
        assert!(rows(&house, table).await > 0, "{table}");
    }
    let proof = proof(&house, false).await;
    assert!(
        proof["erased_at"].is_string() && went(&proof, "membership") > 10 && went(&proof, "webhook") == 1,
        "{proof}"
    );

    // Its people still have their accounts: they come in, find nothing, and can leave.
    let account = done(&house, &house.sign_in("works").await, "GET", "/account", Value::Null).await;
    assert_eq!((&account["memberships"], &account["organisation"]), (&json!([]), &Value::Null));
    let mut works = Browser::of(&house, "works").await;
    let start = works.get("/").await;
    assert_eq!(start.header("location"), "/organisations");
    let start = works.follow(start).await;
    assert_eq!(start.status, 200, "{start:?}");
    let page = works.get("/account").await;
    let left = works.send(&page, "/account/deletion/delete", &[("mail", "works@example.com")]).await;
    assert!(works.follow(left).await.says("This account will be deleted on"));
    // Whoever was put out before stays out; whoever belongs elsewhere is there.
    let mail = json!({"mail": "suspended@example.com", "password": PASSWORD});
    assert_eq!(house.ask("", "POST", "/session", mail).await.status, 200);
    let elsewhere = house.sign_in("elsewhere").await;
    assert_eq!(done(&house, &elsewhere, "GET", "/clients", Value::Null).await["clients"][0]["name"], "Mill");
    for (verb, body) in [("POST", json!({"name": "Halden"})), ("DELETE", Value::Null)] {
        let late = house.ask(&house.sign_in("runs").await, verb, ORGANISATION, body).await;
        assert_eq!(late.status, 404, "too late: {late:?}");
    }
    house.door.checkpoint().await.unwrap();
    let (code, said) = verify(&house, &[]).await.unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
}

/// The database is copied as a backup would; the list of what has ended lies outside it.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_with_a_backup_goes_again() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let database = house.directory.path().join("portal.db");
    let mut people = move_in(&house).await;
    zoe(&house, &people).await;
    let copied = house.directory.path().join("copied");
    for ending in ["", "-wal"] {
        std::fs::copy(format!("{}{ending}", database.display()), format!("{}{ending}", copied.display())).unwrap();
    }
    done(&house, people.token("owner"), "POST", ORGANISATION, json!({"name": "Halden"})).await;
    later(&house, &mut people, 31).await;
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    assert_eq!(job(&house, "organisation.forget").await["ended"], 1);
    let house = house.put_back(&copied, &database).await;
    let back = everything(&house).await;
    assert!(back.iter().any(|(place, text)| place == "message" && text.contains(MADE[1])), "it is back");
    // Bytes that went stay away: what the rows say of them goes all the same.
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    assert_eq!(job(&house, "organisation.forget").await["ended"], 1);
    assert_eq!(proof(&house, false).await["asked_by"], Value::Null);
    for (place, text) in everything(&house).await {
        for word in MADE.iter().chain(&["Halden", CLIENT]) {
            assert!(!text.contains(word) || place.contains("copied"), "{word} stands in {place}");
        }
    }
    let request = door::Request { credential: Credential::Job("organisation.erase"), ..door::Request::default() };
    let again = house.door.pass("organisation.erase", request).await.unwrap();
    assert_eq!(again.output["more"], false, "once");
}

async fn what_one_organisation_lost_comes_back_without_a_client_that_ended(house: House) {
    let mut people = move_in(&house).await;
    zoe(&house, &people).await;
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    done(&house, people.token("owner"), "POST", &of_client(&people), json!({"name": CLIENT})).await;
    later(&house, &mut people, 31).await;
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    let organisation = people.organisation.to_string();
    let again = ["--organisation", organisation.as_str()];
    let said = backups.restore(&house.place, house.door.now(), &again).await.unwrap();
    assert!(said.contains("nothing of this organisation is gone since"), "{said}");
    assert!(!everything(&house).await.iter().any(|(table, text)| table == "message" && text.contains(MADE[1])));
    // An organisation that has ended is not put back at all.
    done(&house, &house.sign_in("owner").await, "POST", ORGANISATION, json!({"name": "Halden"})).await;
    house.clock.set(house.door.now().plus_seconds(31 * 86_400));
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    let refused = backups.restore(&house.place, house.door.now(), &again).await.unwrap_err().to_string();
    assert!(refused.contains("organisation: is not known"), "{refused}");
    assert!(
        !everything(&house)
            .await
            .iter()
            .any(|(table, text)| table == "person" && text.contains("erased") && text.contains(NAME))
    );
}
