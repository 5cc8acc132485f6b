//! `attack --copy`: on both databases a copy is tampered with, and the portal's own record is left alone.

use std::process::ExitCode;

use clap::Parser as _;
use door::store::Engine;
use portal::Parts;
use portal::settings::{Cli, Command};

use crate::house::{House, move_in, on_both};

/// Runs the command on this house with these arguments. Gives its code and what it said.
async fn attack(house: &House, database: Option<&str>, more: &[&str]) -> anyhow::Result<(ExitCode, String)> {
    let data = house.directory.path().to_str().unwrap();
    let place = database.map_or(vec!["--data", data], |url| vec!["--data", data, "--database", url]);
    let arguments = ["portal", "attack", "--copy"].into_iter().chain(more.iter().copied()).chain(place);
    let Command::Attack(asked) = Cli::parse_from(arguments).command else { panic!("attack") };
    let parts = Parts { clock: house.clock.clone(), ..Parts::real() };
    let mut said = String::new();
    let code = portal::record::attack(&asked, &parts, &mut |line| said.push_str(&format!("{line}\n"))).await?;
    Ok((code, said))
}

async fn a_copy_is_tampered_with(house: House) {
    move_in(&house).await;
    house.door.checkpoint().await.unwrap();
    let before = house.count().await;
    let url = house.place.database.clone();
    for (number, says) in [("4", "caught"), ("36", "caught"), ("33", "not tried")] {
        let (code, said) = attack(&house, url.as_deref(), &[number]).await.unwrap();
        assert_eq!(code, ExitCode::SUCCESS, "{said}");
        assert!(said.starts_with("untouched copy: VERIFIED") && said.contains(says), "{said}");
        assert!(!said.contains("MISSED"), "{said}");
    }
    let (_, said) = attack(&house, url.as_deref(), &["35"]).await.unwrap();
    let here = if house.door.store().engine() == Engine::Postgres { "caught" } else { "not tried" };
    assert!(said.contains(here), "{said}");
    assert_eq!(house.count().await, before, "the record itself was left alone");
    if house.door.store().engine() == Engine::Postgres {
        let left = "SELECT count(*) AS count FROM pg_database WHERE datname LIKE 'plimsoll_scratch_%'";
        let row = house.door.store().read().await.unwrap().one(left, vec![]).await.unwrap();
        // Tests beside this one may have theirs.
        assert!(row.get::<i64>("count").unwrap() <= 2, "databases were left behind");
    }
}

on_both!(a_copy_is_tampered_with);
