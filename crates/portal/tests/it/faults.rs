//! What is acknowledged survives whatever ends a portal.

use portal::settings::Place;

use crate::house::empty_postgres;
use crate::killed::kill_again_and_again;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_lose_nothing_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: None };
    let tally = kill_again_and_again(&place, 1, 50).await;
    assert!(tally.kills == 50 && tally.acknowledged > 50, "{tally:?}");
    println!("{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_of_one_of_two_instances_lose_nothing_on_postgres() {
    let Some(database) = empty_postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: Some(database) };
    let tally = kill_again_and_again(&place, 2, 10).await;
    assert!(tally.kills == 10 && tally.acknowledged > 10, "{tally:?}");
    println!("{tally:?}");
}
