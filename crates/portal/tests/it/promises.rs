//! What is promised and done without anybody asking: periods, holds, clocks, and who is told what.

use serde_json::{Value, json};

use crate::house::{House, People, move_in, on_both};
use crate::privacy::job;
use crate::requests::hand_something_in;

on_both!(
    what_is_kept_no_longer_goes_by_itself,
    what_is_held_stays,
    a_breach_has_a_clock_and_an_end,
    clients_are_told_what_is_so,
);

const DAY: i64 = 86_400;

/// Does a job of the schedule until it has no more to do.
pub(crate) async fn sweep(house: &House) -> i64 {
    let mut items = 0;
    loop {
        let swept = job(house, "retention.sweep").await;
        items += swept["items"].as_i64().unwrap();
        if swept["more"] != json!(true) {
            return items;
        }
    }
}

pub(crate) async fn later(house: &House, people: &mut People, days: i64) {
    house.clock.set(house.door.now().plus_seconds(days * DAY));
    for name in ["owner", "their_admin"] {
        let token = house.sign_in(name).await;
        people.tokens.insert(name, token);
    }
}

pub(crate) async fn done(house: &House, token: &str, verb: &str, path: &str, body: Value) -> Value {
    let answer = house.ask(token, verb, path, body).await;
    assert_eq!(answer.status, 200, "{verb} {path}: {answer:?}");
    answer.body
}

/// A project with something of everything, archived now.
pub(crate) async fn archived(house: &House, people: &mut People) -> String {
    hand_something_in(house, people).await;
    let owner = people.token("owner").to_owned();
    let project = format!("/projects/{}", people.project);
    done(house, &owner, "POST", &format!("{project}/messages"), json!({"text": "Good morning"})).await;
    let comments = format!("{project}/requests/{}/comments", people.request);
    done(house, &owner, "POST", &comments, json!({"text": "On Friday."})).await;
    let status = json!({"status": "archived", "sentence": "Done."});
    done(house, &owner, "PUT", &format!("{project}/status"), status).await;
    project
}

async fn what_is_kept_no_longer_goes_by_itself(house: House) {
    let mut people = move_in(&house).await;
    let project = archived(&house, &mut people).await;
    let owner = people.token("owner").to_owned();
    // Nothing was said: nothing goes, ever.
    assert_eq!(sweep(&house).await, 0);
    for wrong in [json!({"messages_days": 6}), json!({"files_days": 36_501}), json!({"files_days": "soon"})] {
        assert_eq!(house.ask(&owner, "PUT", "/retention", wrong).await.status, 422);
    }
    let periods = json!({"messages_days": 20, "files_days": 30});
    done(&house, &owner, "PUT", "/retention", periods.clone()).await;
    let shown = done(&house, &owner, "GET", "/retention", Value::Null).await;
    assert_eq!(shown["periods"], json!({"messages_days": 20, "files_days": 30, "credentials_days": null}));
    // A look beforehand names both, and deletes nothing.
    let due = shown["due"].as_array().unwrap();
    let told: Vec<_> = due.iter().map(|due| (due["class"].as_str().unwrap(), due["items"].as_i64().unwrap())).collect();
    assert_eq!(told, [("messages", 2), ("files", 1)]);

    later(&house, &mut people, 19).await;
    assert_eq!(sweep(&house).await, 0, "a day too early");
    later(&house, &mut people, 2).await;
    assert_eq!(sweep(&house).await, 2);
    let owner = people.token("owner").to_owned();
    assert_eq!(done(&house, &owner, "GET", &format!("{project}/messages"), Value::Null).await["messages"], json!([]));
    let request = format!("{project}/requests/{}", people.request);
    let download = format!("{request}/versions/{}/download", people.version);
    assert_eq!(house.ask(&owner, "GET", &download, Value::Null).await.status, 200, "files have ten days more");

    later(&house, &mut people, 10).await;
    assert_eq!(sweep(&house).await, 1);
    assert_eq!(sweep(&house).await, 0, "once");
    let owner = people.token("owner").to_owned();
    let gone = house.ask(&owner, "GET", &download, Value::Null).await;
    assert_eq!(gone.status, 409, "{gone:?}");
    let shown = done(&house, &owner, "GET", &request, Value::Null).await;
    let version = &shown["versions"][0];
    assert!(version["gone_at"].is_string() && version["sha256"].is_string(), "{version}");
    assert_eq!(shown["comments"], json!([]));
    // Its bytes are gone, too, and everything else of the copy is there.
    // With them the upload that nobody finished.
    assert_eq!(job(&house, "file.sweep").await["files"], json!(2));
    assert_eq!(job(&house, "file.sweep").await["files"], json!(0));
    let rows = house.door.store().read().await.unwrap().all("SELECT id FROM file_part", vec![]).await.unwrap();
    assert!(rows.is_empty());
    // Secrets were not spoken of.
    let secrets = done(&house, &owner, "GET", &format!("{project}/credentials"), Value::Null).await;
    assert_eq!(secrets["credentials"].as_array().unwrap().len(), 1);

    // It can be shown: a list, and an event on the client's own record.
    let deleted = done(&house, &owner, "GET", "/retention", Value::Null).await["deleted"].clone();
    assert_eq!(deleted.as_array().unwrap().len(), 2, "{deleted}");
    let trail = done(&house, people.token("their_admin"), "GET", "/trail?action=retention.sweep", Value::Null).await;
    let facts: Vec<_> =
        trail["events"].as_array().unwrap().iter().map(|event| event["facts"]["class"].clone()).collect();
    assert_eq!(facts, [json!("files"), json!("messages")]);

    // Opened again, the same bytes can be handed in again: they are new ones.
    let status = json!({"status": "active", "sentence": "Again."});
    done(&house, &owner, "PUT", &format!("{project}/status"), status).await;
    assert_eq!(sweep(&house).await, 0);
}

async fn what_is_held_stays(house: House) {
    let mut people = move_in(&house).await;
    let project = archived(&house, &mut people).await;
    let owner = people.token("owner").to_owned();
    let all = json!({"messages_days": 7, "files_days": 7, "credentials_days": 7});
    done(&house, &owner, "PUT", "/retention", all).await;
    let hold = json!({"client": people.client, "reason": "Case 12 O 34/26"});
    let hold = done(&house, &owner, "POST", "/retention/holds", hold).await;
    let lift = format!("/retention/holds/{}/lift", hold["id"].as_str().unwrap());
    later(&house, &mut people, 8).await;
    assert_eq!(sweep(&house).await, 0);
    let owner = people.token("owner").to_owned();
    let shown = done(&house, &owner, "GET", "/retention", Value::Null).await;
    assert!(shown["due"].as_array().unwrap().iter().all(|due| due["held"] == json!(true)), "{shown}");
    assert_eq!(shown["holds"][0]["what"], json!("Brightwater"));
    // What another organisation has cannot be held or lifted, and a client is told of no dispute.
    let elsewhere = house.sign_in("elsewhere").await;
    let theirs = json!({"project": people.project, "reason": "none of ours"});
    assert_eq!(house.ask(&elsewhere, "POST", "/retention/holds", theirs).await.status, 404);
    assert_eq!(house.ask(&elsewhere, "POST", &lift, Value::Null).await.status, 404);
    let both = json!({"project": people.project, "client": people.client, "reason": "both"});
    assert_eq!(house.ask(&owner, "POST", "/retention/holds", both).await.status, 422);
    let told = done(&house, people.token("their_admin"), "GET", "/trail?limit=200", Value::Null).await;
    assert!(!told.to_string().contains("hold."), "{told}");

    done(&house, &owner, "POST", &lift, Value::Null).await;
    assert_eq!(house.ask(&owner, "POST", &lift, Value::Null).await.status, 409);
    assert_eq!(sweep(&house).await, 2 + 1 + 1);
    let secrets = done(&house, &owner, "GET", &format!("{project}/credentials"), Value::Null).await;
    assert_eq!(secrets["credentials"], json!([]));
}

async fn a_breach_has_a_clock_and_an_end(house: House) {
    let mut people = move_in(&house).await;
    let owner = people.token("owner").to_owned();
    let noticed = house.door.now().plus_seconds(-3600);
    let wanted = json!({"title": "A laptop was stolen", "text": "It was signed in.", "noticed_at": noticed});
    let id = done(&house, &owner, "POST", "/incidents", wanted.clone()).await["id"].as_str().unwrap().to_owned();
    let mut tomorrow = wanted.clone();
    tomorrow["noticed_at"] = json!(house.door.now().plus_seconds(DAY));
    assert_eq!(house.ask(&owner, "POST", "/incidents", tomorrow).await.status, 422);
    let entries = format!("/incidents/{id}/entries");
    let note = |kind: &str, text: &str| json!({"kind": kind, "text": text});
    let early = house.ask(&owner, "POST", &entries, note("closed", "That was it.")).await;
    assert_eq!((early.status, early.body["detail"].clone()), (409, json!("undecided")), "{early:?}");

    let listed = done(&house, &owner, "GET", "/incidents", Value::Null).await["incidents"][0].clone();
    assert_eq!(listed["clock_ends_at"], json!(noticed.plus_seconds(72 * 3600)));
    assert_eq!(listed["authority_decided_at"], Value::Null);
    later(&house, &mut people, 2).await;
    let owner = people.token("owner").to_owned();
    let story = [
        ("authority_told", "By its form, number 7."),
        ("people_not_told", "The disk was encrypted."),
        ("closed", "That was it."),
    ];
    for (kind, text) in story {
        done(&house, &owner, "POST", &entries, note(kind, text)).await;
        house.later(60);
    }
    assert_eq!(house.ask(&owner, "POST", &entries, note("note", "One more thing.")).await.status, 409);
    let shown = done(&house, &owner, "GET", &format!("/incidents/{id}"), Value::Null).await;
    let kinds: Vec<_> =
        shown["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["note", "authority_told", "people_not_told", "closed"]);
    assert_eq!(shown["state"], json!("closed"));
    // Nobody of the client, and nobody of the staff, reads it.
    for name in ["their_admin", "runs"] {
        let token = house.sign_in(name).await;
        assert_eq!(house.ask(&token, "GET", "/incidents", Value::Null).await.status, 403, "{name}");
    }
}

async fn clients_are_told_what_is_so(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner").to_owned();
    let trust = done(&house, people.token("their_member"), "GET", "/trust", Value::Null).await;
    assert_eq!(
        (&trust["parties"], &trust["load_line"], &trust["last_drill"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let said = json!({"legal_name": "Halden GmbH", "address": "Quay 1, Hamburg", "contact": "privacy@example.com"});
    assert_eq!(house.ask(people.token("admin"), "PUT", "/processing", said.clone()).await.status, 403);
    done(&house, &owner, "PUT", "/processing", said.clone()).await;
    let mut again = said;
    again["officer"] = json!("Dr. Iris Falk");
    done(&house, &owner, "PUT", "/processing", again).await;
    let trust = done(&house, people.token("their_member"), "GET", "/trust", Value::Null).await;
    assert_eq!(trust["parties"]["officer"], json!("Dr. Iris Falk"));
    // Nothing is claimed that does not hold: this house takes no backups.
    let held = |name: &str| {
        let measures = trust["measures"].as_array().unwrap();
        measures.iter().find(|measure| measure["name"] == json!(name)).unwrap()["holds"].clone()
    };
    assert_eq!(held("Backups, encrypted"), json!(false));
    assert_eq!(held("Encrypted at rest"), json!(true));
    // Its own webhook is somebody else, too.
    assert_eq!(trust["recipients"], json!([]));
    done(&house, &owner, "POST", "/webhooks", json!({"url": "https://siem.example/hook"})).await;
    let register = done(&house, &owner, "GET", "/processing", Value::Null).await;
    assert_eq!(register["recipients"][0]["who"], json!("siem.example"));
    assert!(register["activities"].as_array().unwrap().len() > 15);
    let theirs = done(&house, &house.sign_in("elsewhere").await, "GET", "/processing", Value::Null).await;
    assert_eq!((&theirs["parties"], &theirs["recipients"]), (&Value::Null, &json!([])));
}
