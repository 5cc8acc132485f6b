//! One organisation gets back what it lost; everything else is as it was.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::backup::Backups;
use crate::house::{House, move_in, on_both};
use crate::privacy::job;
use crate::promises::{archived, done, later, sweep};
use crate::retention::verify;

on_both!(what_one_organisation_lost_comes_back, nothing_comes_back_that_is_not_known);

async fn what_one_organisation_lost_comes_back(house: House) {
    let mut people = move_in(&house).await;
    let owner = people.token("owner").to_owned();
    let works = format!("/projects/{}/members/{}", people.project, people.ids["works"]);
    let project = archived(&house, &mut people).await;
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let organisation = people.organisation.to_string();
    let again = ["--organisation", organisation.as_str()];
    let now = |house: &House| house.door.now();
    let said = backups.restore(&house.place, now(&house), &again).await.unwrap();
    assert!(said.contains("nothing of this organisation is gone since"), "{said}");

    // A period that was set by mistake has done its work, somebody was taken out, and the files have another key.
    let all = json!({"messages_days": 7, "files_days": 7, "credentials_days": 7});
    done(&house, &owner, "PUT", "/retention", all).await;
    later(&house, &mut people, 8).await;
    assert_eq!(sweep(&house).await, 4);
    let refused = backups.restore(&house.place, now(&house), &again).await.unwrap_err().to_string();
    assert!(refused.contains("still being cleared away"), "{refused}");
    job(&house, "file.sweep").await;
    house.operator("file.key.rotate", json!({"organisation": organisation})).await;
    let owner = people.token("owner").to_owned();
    let open = json!({"status": "active", "sentence": "Again."});
    done(&house, &owner, "PUT", &format!("{project}/status"), open).await;
    done(&house, &owner, "DELETE", &works, Value::Null).await;
    done(&house, &owner, "POST", &format!("{project}/messages"), json!({"text": "Where is it all?"})).await;
    let archive = json!({"status": "archived", "sentence": "Done."});
    done(&house, &owner, "PUT", &format!("{project}/status"), archive).await;
    later(&house, &mut people, 8).await;

    let refused = backups.restore(&house.place, now(&house), &again).await.unwrap_err().to_string();
    assert!(refused.contains("deleted again within the hour"), "{refused}");
    let owner = people.token("owner").to_owned();
    let messages = done(&house, &owner, "GET", &format!("{project}/messages"), Value::Null).await;
    assert_eq!(messages["messages"].as_array().unwrap().len(), 1, "a refusal keeps nothing");

    let hold = json!({"client": people.client, "reason": "It was a mistake"});
    done(&house, &owner, "POST", "/retention/holds", hold).await;
    let said = backups.restore(&house.place, now(&house), &again).await.unwrap();
    for line in ["1 of message", "1 of request_comment", "1 of credential", "1 files, with their keys"] {
        assert!(said.contains(&format!("put back: {line}")), "{said}");
    }
    let messages = done(&house, &owner, "GET", &format!("{project}/messages"), Value::Null).await.to_string();
    assert!(messages.contains("Good morning") && messages.contains("Where is it all?"), "{messages}");
    let download = format!("{project}/requests/{}/versions/{}/download", people.request, people.version);
    assert_eq!(house.ask(&owner, "GET", &download, Value::Null).await.status, 200);
    let vault = done(&house, &owner, "GET", &format!("{project}/credentials"), Value::Null).await;
    assert_eq!(vault["credentials"][0]["title"], json!("DNS"));
    // Who was taken out stays out.
    let members = done(&house, &owner, "GET", &format!("{project}/members"), Value::Null).await.to_string();
    assert!(!members.contains(&people.ids["works"].to_string()), "{members}");

    // It is on the organisation's record, which holds; and there is nothing more to put back.
    let trail = done(&house, &owner, "GET", "/trail?action=organisation.put_back", Value::Null).await;
    let facts = &trail["events"][0]["facts"];
    assert_eq!((&facts["rows"], &facts["files"]), (&json!(3), &json!(1)), "{trail}");
    house.door.checkpoint().await.unwrap();
    let (code, said) = verify(&house, &[]).await.unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    let said = backups.restore(&house.place, now(&house), &again).await.unwrap();
    assert!(said.contains("nothing of this organisation is gone since"), "{said}");
    // The place in which it was looked for is gone.
    let left = std::fs::read_dir(&house.place.data).unwrap();
    let left: Vec<String> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("putting-back")), "{left:?}");
}

async fn nothing_comes_back_that_is_not_known(house: House) {
    let people = move_in(&house).await;
    let backups = Backups::new();
    backups.take(&house, &[]).await.unwrap();
    let stranger = ["--organisation", "0193b3f0-0000-7000-8000-000000000000"];
    let refused = backups.restore(&house.place, house.door.now(), &stranger).await.unwrap_err().to_string();
    assert!(refused.contains("organisation: is not known"), "{refused}");
    // One that was founded after the backup has nothing in it.
    let later =
        json!({"name": "Later", "owner": "Late", "mail": "late@example.com", "password": "a fine long password"});
    let founded = house.operator("organisation.create", later).await;
    let founded = ["--organisation", founded["organisation"].as_str().unwrap()];
    let refused = backups.restore(&house.place, house.door.now(), &founded).await.unwrap_err().to_string();
    assert!(refused.contains("in this snapshot"), "{refused}");
    drop(people);
}
