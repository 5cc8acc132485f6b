//! `/readyz` tells the truth while the database is not there, and again when it is.

use std::fs::OpenOptions;
use std::io::{Seek as _, Write as _};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use door::HandClock;
use door::store::{Engine, Settings, Store};
use portal::Parts;
use portal::settings::Place;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::house::{House, START, empty_postgres};

async fn ready(house: &House) -> u16 {
    let (status, _, body) = house.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(status == 200, body == b"ready\n", "{}", String::from_utf8_lossy(&body));
    status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_database_that_somebody_holds_or_overwrites() {
    let house = House::build(Engine::Sqlite).await.unwrap();
    let file = house.directory.path().join("portal.db");
    assert_eq!(ready(&house).await, 200);
    let before = house.count().await;

    let other = Store::open(&Settings::Sqlite(file.clone())).await.unwrap();
    let held = other.write(true).await.unwrap();
    assert_eq!(ready(&house).await, 503, "somebody else holds its lock");
    drop(held);
    // It is taken back once the lock is somebody else's again.
    drop(other.write(true).await.unwrap());
    assert_eq!(ready(&house).await, 200);

    let overwrite = |bytes: &[u8]| {
        let mut file = OpenOptions::new().write(true).open(&file).unwrap();
        file.rewind().unwrap();
        file.write_all(bytes).unwrap();
    };
    overwrite(b"nothing of ours\0");
    assert_eq!(ready(&house).await, 503, "it is no database any more");
    overwrite(b"SQLite format 3\0");
    assert_eq!(ready(&house).await, 200);
    assert_eq!(house.count().await, before, "being asked leaves nothing behind");
}

/// Passes bytes on to a server, unless the line is cut.
pub(crate) async fn line(server: String) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let (server, mut is_cut) = (server.clone(), is_cut.clone());
            tokio::spawn(async move {
                if *is_cut.borrow() {
                    return;
                }
                let mut there = TcpStream::connect(server).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                    _ = is_cut.wait_for(|cut| *cut) => {}
                }
            });
        }
    });
    (port, cut)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_line_is_cut() {
    let Some(url) = empty_postgres().await else { return };
    let server = url.rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let (port, cut) = line(server.clone()).await;
    let directory = tempfile::tempdir().unwrap();
    let database = Some(url.replace(&server, &format!("127.0.0.1:{port}")));
    let place = Place { data: directory.path().to_owned(), database };
    let clock = Arc::new(HandClock::at(START));
    let parts = Parts { clock: clock.clone(), ..Parts::real() };
    let house = House::at(place, parts, clock, false, directory).await.unwrap();
    assert_eq!(ready(&house).await, 200);
    cut.send_replace(true);
    assert_eq!(ready(&house).await, 503);
    cut.send_replace(false);
    // Connections that were cut are found out one by one.
    for _ in 0..20 {
        if ready(&house).await == 200 {
            return;
        }
    }
    panic!("it does not come back");
}
