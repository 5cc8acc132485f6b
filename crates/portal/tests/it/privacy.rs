//! Promises that have a button: a copy to take away, and leaving.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use axum::body::Body;
use axum::http::Request;
use door::inventory::{Copied, Data};
use door::store::{Engine, Store};
use door::{Credential, values};
use portal::inventory::INVENTORY;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::house::{House, PASSWORD, People, move_in, on_both};

on_both!(
    a_copy_holds_everything_and_no_secret,
    an_organisation_and_a_company_take_theirs,
    who_leaves_is_gone_and_what_they_wrote_stays,
    nobody_leaves_by_a_slip_or_an_organisation_alone,
    every_reference_to_a_person_is_in_the_inventory,
);

/// Who they are: to be found nowhere once they are gone.
pub(crate) const NAME: &str = "Zoë Quillfeather";
pub(crate) const MAIL: &str = "zoe.q7731@canary.example";
const TOKEN_NAME: &str = "zoes-own-script-7731";
const AGENT: &str = "ZoesBrowser/7731";

/// What they made, each with a word that stands nowhere else. All but one stays for the others.
pub(crate) const MADE: [&str; 7] =
    ["kn-title", "kn-message", "kn-comment", "kn-file.txt", "kn-note", "kn-bytes", "kn-credential"];

/// Somebody with something of everything.
pub(crate) struct Zoe {
    pub(crate) id: Uuid,
    pub(crate) token: String,
}

async fn sign_in(house: &House) -> String {
    let body = json!({"mail": MAIL, "password": PASSWORD}).to_string();
    let request =
        Request::post("/api/v1/session").header("content-type", "application/json").header("user-agent", AGENT);
    let (_, _, body) = house.send(request.body(Body::from(body)).unwrap()).await;
    serde_json::from_slice::<Value>(&body).unwrap()["token"].as_str().unwrap_or_default().to_owned()
}

pub(crate) async fn zoe(house: &House, people: &People) -> Zoe {
    let input =
        json!({"mail": MAIL, "name": NAME, "password": PASSWORD, "organisation": people.organisation, "role": "staff"});
    let id: Uuid = house.operator("person.create", input).await["person"].as_str().unwrap().parse().unwrap();
    let project = format!("/projects/{}", people.project);
    let add = json!({"person": id, "role": "admin"});
    assert_eq!(house.ask(people.token("owner"), "POST", &format!("{project}/members"), add).await.status, 200);
    let token = sign_in(house).await;
    house.ask(&token, "POST", &format!("/organisations/{}/enter", people.organisation), Value::Null).await;
    let done = async |verb: &str, path: String, body: Value| {
        let answer = house.ask(&token, verb, &path, body).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    };
    let asked = done("POST", format!("{project}/requests"), json!({"kind": "approval", "title": MADE[0]})).await;
    let request = format!("{project}/requests/{}", asked.text("id"));
    done("POST", format!("{project}/messages"), json!({"text": MADE[1], "visibility": "internal"})).await;
    done("POST", format!("{request}/comments"), json!({"text": MADE[2]})).await;
    let handed = house.hand_in_with(&token, &request, MADE[3], MADE[4], MADE[5].as_bytes()).await;
    assert_eq!(handed.status, 200, "{handed:?}");
    let secret = json!({"title": MADE[6], "secret": "zs-9Qx!"});
    let stored = done("POST", format!("{project}/credentials"), secret).await;
    let reveal = format!("{project}/credentials/{}/reveal", stored.text("id"));
    crate::factor::set_up(house, &token).await;
    done("POST", reveal, json!({"reason": "kn-reason"})).await;
    done("POST", "/account/tokens".to_owned(), json!({"name": TOKEN_NAME, "scopes": ["project:look"], "days": 30}))
        .await;
    // A refusal, which the record keeps with an address.
    let nowhere = format!("/projects/{}/messages", Uuid::from_u128(9));
    assert_eq!(house.ask(&token, "POST", &nowhere, json!({"text": "x"})).await.status, 404);
    Zoe { id, token }
}

/// An archive's entries by path, all of them as its manifest says.
async fn copy(house: &House, token: &str, path: &str) -> BTreeMap<String, Vec<u8>> {
    let request = Request::post(format!("/api/v1{path}")).header("authorization", format!("Bearer {token}"));
    let (status, headers, bytes) = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (200, "application/zip"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(entry.name().unwrap().into_owned(), bytes);
    }
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let listed = manifest["entries"].as_array().unwrap();
    assert_eq!(listed.len(), entries.len() - 1, "the manifest lists every entry but itself");
    for entry in listed {
        let bytes = &entries[entry["path"].as_str().unwrap()];
        assert_eq!(entry["sha256"], hex::encode(Sha256::digest(bytes)));
        assert_eq!(entry["bytes"], bytes.len());
    }
    entries
}

fn rows(entries: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<Value> {
    serde_json::from_slice(&entries[&format!("data/{table}.json")]).unwrap()
}

fn holds(entries: &BTreeMap<String, Vec<u8>>, word: &str) -> bool {
    entries.iter().any(|(path, bytes)| path.contains(word) || String::from_utf8_lossy(bytes).contains(word))
}

async fn a_copy_holds_everything_and_no_secret(house: House) {
    let people = move_in(&house).await;
    let zoe = zoe(&house, &people).await;
    let theirs = json!({"text": "somebody else's words"});
    house.ask(people.token("owner"), "POST", &format!("/projects/{}/messages", people.project), theirs).await;
    house.door.seal().await.unwrap();
    let entries = copy(&house, &zoe.token, "/account/copy").await;
    house.door.seal().await.unwrap();
    for word in MADE.iter().chain(&[NAME, MAIL, TOKEN_NAME, AGENT, "kn-reason", "READ ME"]) {
        assert!(holds(&entries, word), "{word} is not in the copy: {:?}", entries.keys());
    }
    for word in ["zs-9Qx!", "h7#Kq", "$argon2", "somebody else's words", "admin@example.com"] {
        assert!(!holds(&entries, word), "{word} is in the copy");
    }
    // Each row has exactly the fields that its schema tells of, and each table that was promised is there.
    for table in INVENTORY {
        let Copied::Where { person: Some(_), .. } = table.copied else { continue };
        let schema: Value = serde_json::from_slice(&entries[&format!("schemas/{}.schema.json", table.name)]).unwrap();
        let told: Vec<&String> = schema["items"]["properties"].as_object().unwrap().keys().collect();
        for row in rows(&entries, table.name) {
            assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), told, "{}", table.name);
        }
        let secret = |name: &&String| table.columns.iter().any(|one| one.name == **name && one.data == Data::Secret);
        assert!(!told.iter().any(secret), "{}", table.name);
    }
    assert_eq!(rows(&entries, "person")[0]["made_at"], json!(house.door.now()));
    assert!(rows(&entries, "event").iter().any(|event| event["body"]["act"] == "credential.reveal"));
    // It is recorded before the first byte, with how much it was.
    let mut tx = house.door.store().read().await.unwrap();
    let told = "SELECT count(*) AS n FROM event_index WHERE act = 'account.copy' AND actor = $1";
    assert_eq!(tx.one(told, values![zoe.id]).await.unwrap().get::<i64>("n").unwrap(), 1);
}

async fn an_organisation_and_a_company_take_theirs(house: House) {
    let people = move_in(&house).await;
    zoe(&house, &people).await;
    let all = copy(&house, people.token("owner"), &format!("/organisations/{}/copy", people.organisation)).await;
    for word in MADE.iter().chain(&[NAME, MAIL, "Kestrel", "Shop"]) {
        assert!(holds(&all, word), "{word} is not in the organisation's copy");
    }
    for word in ["Pallas", "Mill", "zs-9Qx!", TOKEN_NAME] {
        assert!(!holds(&all, word), "{word} is in the organisation's copy");
    }
    let path = format!("/clients/{}/copy", people.client);
    let theirs = copy(&house, people.token("their_admin"), &path).await;
    assert!(holds(&theirs, MADE[2]) && holds(&theirs, MADE[5]));
    // What is among us, other clients, and people who are not theirs.
    for word in [MADE[1], "Kestrel", MAIL] {
        assert!(!holds(&theirs, word), "{word} is in the company's copy");
    }
    for (who, status) in [("other_client", 404), ("elsewhere", 404), ("their_member", 403), ("works", 403)] {
        assert_eq!(house.ask(people.token(who), "POST", &path, Value::Null).await.status, status, "{who}");
    }
}

pub(crate) async fn job(house: &House, name: &'static str) -> Value {
    let request = door::Request { credential: Credential::Job(name), ..door::Request::default() };
    house.door.pass(name, request).await.unwrap().output
}

/// Every row of every table as text, and on SQLite every byte of every file of the portal's.
pub(crate) async fn everything(house: &House) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for table in INVENTORY {
        let sql = format!("SELECT * FROM {}", table.name).leak();
        let rows = house.door.store().read().await.unwrap().all(sql, vec![]).await.unwrap();
        let text: Vec<String> = rows.iter().map(|row| row.canonical(&[]).unwrap()).collect();
        all.push((table.name.to_owned(), text.join("\n")));
    }
    let mut folders = vec![house.directory.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                all.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    all
}

async fn who_leaves_is_gone_and_what_they_wrote_stays(house: House) {
    let people = move_in(&house).await;
    let zoe = zoe(&house, &people).await;
    let asked = house.ask(&zoe.token, "POST", "/account/deletion", json!({"mail": MAIL})).await;
    let due_at = json!(house.door.now().plus_seconds(14 * 86_400));
    assert_eq!((asked.status, &asked.body["due_at"]), (200, &due_at), "{asked:?}");
    assert_eq!(house.ask(&zoe.token, "GET", "/account", Value::Null).await.body["deleted_at"], due_at);
    assert_eq!(job(&house, "account.erase").await["people"], 0, "they may still think again");
    let identity = [NAME, MAIL, TOKEN_NAME, AGENT];
    let before = everything(&house).await;
    for word in identity {
        assert!(before.iter().any(|(_, text)| text.contains(word)), "{word} cannot be looked for");
    }

    house.clock.set(house.door.now().plus_seconds(14 * 86_400 + 1));
    assert_eq!(job(&house, "account.erase").await["people"], 1);
    assert_eq!(job(&house, "account.erase").await["people"], 0, "once");
    assert_eq!(job(&house, "account.forget").await["people"], 1);
    house.door.seal().await.unwrap();
    for (place, text) in everything(&house).await {
        for word in identity {
            assert!(!text.contains(word), "{word} stands in {place}");
        }
    }
    assert_eq!(house.ask(&zoe.token, "GET", "/account", Value::Null).await.status, 401);
    assert_eq!(sign_in(&house).await, "");

    let owner = house.sign_in("owner").await;
    let messages = house.ask(&owner, "GET", &format!("/projects/{}/messages", people.project), Value::Null).await;
    let kept = &messages.body["messages"][0];
    assert_eq!((&kept["text"], &kept["author_name"]), (&json!(MADE[1]), &json!("former member")), "{messages:?}");
    let all = copy(&house, &owner, &format!("/organisations/{}/copy", people.organisation)).await;
    for word in MADE {
        assert!(holds(&all, word), "{word} went with its author");
    }
    house.door.checkpoint().await.unwrap();
    let (code, said) = crate::retention::verify(&house, &[]).await.unwrap();
    assert_eq!(code, std::process::ExitCode::SUCCESS, "{said}");
}

async fn nobody_leaves_by_a_slip_or_an_organisation_alone(house: House) {
    let people = move_in(&house).await;
    let works = people.token("works");
    let leave =
        async |token: &str, mail: &str| house.ask(token, "POST", "/account/deletion", json!({ "mail": mail })).await;
    let wrong = leave(works, "owner@example.com").await;
    assert_eq!((wrong.status, wrong.body["errors"]["mail"].is_string()), (422, true), "{wrong:?}");
    let owner = leave(people.token("owner"), "owner@example.com").await;
    assert_eq!((owner.status, owner.text("detail")), (409, "last owner".to_owned()), "{owner:?}");
    assert_eq!(house.ask(works, "DELETE", "/account/deletion", Value::Null).await.status, 409, "nothing to take back");
    assert_eq!(leave(works, "works@example.com").await.status, 200);
    assert_eq!(leave(works, "works@example.com").await.status, 409);
    assert_eq!(house.ask(works, "DELETE", "/account/deletion", Value::Null).await.status, 200);
    // The operator may end an account at once, too, and not the last owner's either.
    house.operator("person.delete", json!({"mail": "works@example.com"})).await;
    assert_eq!(job(&house, "account.erase").await["people"], 1);
    assert_eq!(house.ask(works, "GET", "/account", Value::Null).await.status, 401);
    portal::wires::console::pass(&house.door, "person.delete", &json!({"mail": "owner@example.com"}).to_string())
        .await
        .unwrap_err();
}

/// The database is copied as a backup would; the list of who was erased lies outside it. On PostgreSQL a restore does the same
/// (`backup.rs`).
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_with_a_backup_goes_again() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let database = house.directory.path().join("portal.db");
    let people = move_in(&house).await;
    zoe(&house, &people).await;
    let copied = house.directory.path().join("copied");
    for ending in ["", "-wal"] {
        std::fs::copy(format!("{}{ending}", database.display()), format!("{}{ending}", copied.display())).unwrap();
    }
    house.operator("person.delete", json!({"mail": MAIL})).await;
    assert_eq!(job(&house, "account.erase").await["people"], 1);
    assert_eq!(job(&house, "account.forget").await["people"], 1);
    let house = house.put_back(&copied, &database).await;
    assert_ne!(sign_in(&house).await, "", "they are back");
    assert_eq!(job(&house, "account.erase").await["people"], 1);
    assert_eq!(job(&house, "account.forget").await["people"], 1);
    assert_eq!(sign_in(&house).await, "");
    for (place, text) in everything(&house).await {
        assert!(!text.contains(MAIL) || place.contains("copied"), "they stand in {place}");
    }
}

/// Columns that refer to a person, as the database has them.
async fn references(store: &Store) -> Vec<(String, String)> {
    let sql = match store.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS tab, f.\"from\" AS col FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table' AND f.\"table\" = 'person'"
        }
        Engine::Postgres => {
            "SELECT c.conrelid::regclass::text AS tab, a.attname::text AS col FROM pg_constraint c \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) \
             WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass"
        }
    };
    let rows = store.read().await.unwrap().all(sql, vec![]).await.unwrap();
    rows.iter().map(|row| (row.get("tab").unwrap(), row.get("col").unwrap())).collect()
}

async fn every_reference_to_a_person_is_in_the_inventory(house: House) {
    let references = references(house.door.store()).await;
    assert!(references.len() > 10, "{references:?}");
    for (table, column) in references {
        let known = INVENTORY.iter().find(|known| known.name == table).unwrap();
        let told = match known.copied {
            Copied::Where { person: Some(condition), .. } => condition.contains(&format!("{column} = $1")),
            Copied::Where { .. } => false,
            // Bookkeeping of the erasure itself.
            Copied::Not(_) => table == "account_forgotten",
        };
        assert!(told, "{table}.{column}: which rows are whose, and what becomes of them, is not said");
    }
}
