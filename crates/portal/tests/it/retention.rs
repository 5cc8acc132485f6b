//! The record is kept for as long as the operator says, and stays provable; and what is verified is never made.

use std::process::ExitCode;

use clap::Parser as _;
use door::{Credential, Request};
use portal::Parts;
use portal::settings::{Cli, Command};
use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

/// Runs `verify` on a place. Gives its code and what it said.
pub(crate) async fn verify(house: &House, more: &[&str]) -> anyhow::Result<(ExitCode, String)> {
    let Command::Verify(mut asked) = Cli::parse_from(["portal", "verify"].iter().chain(more)).command else {
        panic!("verify")
    };
    if !more.contains(&"--data") {
        asked.place = house.place.clone();
    }
    let parts = Parts { clock: house.clock.clone(), ..Parts::real() };
    let mut said = String::new();
    let code = portal::record::verify(&asked, &parts, &mut |line| said.push_str(&format!("{line}\n"))).await?;
    Ok((code, said))
}

async fn sweep(house: &House) -> i64 {
    let request = Request { credential: Credential::Job("trail.sweep"), ..Request::default() };
    house.door.pass("trail.sweep", request).await.unwrap().output["dropped"].as_i64().unwrap()
}

async fn what_is_too_old_goes_and_the_rest_stays_provable(house: House) {
    let people = move_in(&house).await;
    house.door.checkpoint().await.unwrap();
    assert_eq!(sweep(&house).await, 0, "nothing is dropped unless somebody says so");
    let house = house.under(Parts { keep_record_days: Some(30), ..Parts::real() }).await;
    assert_eq!(sweep(&house).await, 0, "nothing is old enough");
    house.clock.set(house.door.now().plus_seconds(31 * 86_400));
    let token = house.sign_in("owner").await;
    let path = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(&token, "POST", &path, json!({"text": "A month later"})).await.status, 200);
    house.door.checkpoint().await.unwrap();
    assert!(sweep(&house).await > 10);
    assert_eq!(sweep(&house).await, 0, "what happened since stays");
    house.door.checkpoint().await.unwrap();
    let trail = house.ask(&token, "GET", "/trail", Value::Null).await;
    let actions: Vec<&str> =
        trail.body["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"trail.prune") && !actions.contains(&"client.create"), "{actions:?}");
    let story = house.ask(&token, "GET", &format!("/trail?object={}", people.client), Value::Null).await;
    let told = story.body["events"].as_array().unwrap();
    assert!(told.iter().all(|event| event["action"] == "trail.prune"), "nothing is left by which it could be found");
    assert!(told.iter().all(|event| event["actor_kind"] == "job"), "{story:?}");
    let (code, said) = verify(&house, &[]).await.unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    assert!(said.starts_with("VERIFIED") && !said.contains("bodies dropped: 0"), "{said}");
}

async fn a_witness_that_has_not_signed_is_no_witness(house: House) {
    move_in(&house).await;
    house.door.checkpoint().await.unwrap();
    assert_eq!(verify(&house, &[]).await.unwrap().0, ExitCode::SUCCESS);
    let key = ledger::key::SignerKey::witness_from_seed("witness.example", &[7; 32].into()).unwrap();
    let witness = format!("[[witness]]\nname = \"acme\"\nurl = \"http://127.0.0.1:9\"\nkey = \"{}\"\n", key.verifier());
    std::fs::write(house.directory.path().join("anchors.toml"), witness).unwrap();
    let (code, said) = verify(&house, &[]).await.unwrap();
    assert_eq!(code, ExitCode::from(10), "the file beside the database is no witness: {said}");
    assert!(said.starts_with("SIGNED ONLY"), "{said}");
}

on_both!(what_is_too_old_goes_and_the_rest_stays_provable, a_witness_that_has_not_signed_is_no_witness);

#[tokio::test]
async fn where_there_is_no_portal_none_is_made() {
    let house = House::build(door::store::Engine::Sqlite).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("nothing");
    let refused = verify(&house, &["--data", empty.to_str().unwrap()]).await.unwrap_err();
    assert!(refused.to_string().contains("holds no portal") && refused.to_string().contains("hint:"), "{refused}");
    assert!(!empty.exists());
    std::fs::create_dir(&empty).unwrap();
    assert!(verify(&house, &["--data", empty.to_str().unwrap()]).await.is_err());
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
}
