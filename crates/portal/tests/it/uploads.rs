//! Files on their way: in at once or in parts, out whole or in ranges, refused, stored once, under a new key.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::house::{House, on_both};
use crate::requests::{TEXT, form, moved_in};

on_both!(
    files_go_out_as_they_came_in,
    an_upload_goes_on_where_it_broke_off,
    what_is_not_wanted_is_refused_clearly,
    the_same_bytes_lie_there_once,
    a_new_key_leaves_every_file_readable,
);

async fn files_go_out_as_they_came_in(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let large: Vec<u8> = (0..300_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let version = house.hand_in(people.token("their_member"), &request, "Zahlen für Ana.txt", &large).await;
    let path = format!("{request}/versions/{}/download", version.text("version"));

    let (events, _) = house.count().await;
    let (status, headers, bytes) = house.send_bytes(people.token("reads"), "GET", &path, &[], Vec::new()).await;
    assert_eq!((status.as_u16(), bytes == large), (200, true));
    assert_eq!(headers["content-length"], large.len().to_string());
    assert_eq!(headers["accept-ranges"], "bytes");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; "), "{headers:?}");
    assert!(headers["content-disposition"].to_str().unwrap().contains("filename*=UTF-8''Zahlen%20f%C3%BCr%20Ana.txt"));
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(house.count().await.0, events + 1, "a download is on the record");

    for (range, expected) in [("bytes=0-9", 0..10), ("bytes=65530-131080", 65_530..131_081)] {
        let (status, headers, bytes) =
            house.send_bytes(people.token("reads"), "GET", &path, &[("range", range)], Vec::new()).await;
        assert_eq!((status.as_u16(), bytes == large[expected.clone()]), (206, true), "{range}");
        let said = format!("bytes {}-{}/{}", expected.start, expected.end - 1, large.len());
        assert_eq!(headers["content-range"], said);
    }
    for stranger in ["beside", "other_client", "elsewhere"] {
        let (status, _, _) = house.send_bytes(people.token(stranger), "GET", &path, &[], Vec::new()).await;
        assert_eq!(status, 404, "{stranger}");
    }
    // Neither does another project's path serve it.
    let elsewhere = path.replace(&people.project.to_string(), &people.other_project.to_string());
    let (status, _, _) = house.send_bytes(people.token("owner"), "GET", &elsewhere, &[], Vec::new()).await;
    assert_eq!(status, 404);

    let bundle = format!("/projects/{}/requests/bundle", people.project);
    let (status, headers, bytes) = house.send_bytes(people.token("reads"), "POST", &bundle, &[], Vec::new()).await;
    assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (200, "application/zip"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut file = archive.by_name("Checkout design/Zahlen für Ana.txt").unwrap();
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut unpacked).unwrap();
    assert!(unpacked == large);
    // Nothing of it lies readable in the store.
    let stored = walk(&house.directory.path().join("files"));
    assert!(!stored.is_empty());
    for path in stored {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(12).any(|window| window == b"\n123456\n1234"), "{}", path.display());
    }
}

fn walk(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

async fn an_upload_goes_on_where_it_broke_off(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let uploads = format!("{request}/uploads");
    let member = people.token("their_member");
    let tus = ("tus-resumable", "1.0.0");
    let begin = [tus, ("upload-length", "34"), ("upload-metadata", "filename bGluZXMudHh0")];
    let (status, headers, _) = house.send_bytes(member, "POST", &uploads, &begin, Vec::new()).await;
    assert_eq!(status, 201, "{headers:?}");
    let upload = headers["location"].to_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let id = upload.rsplit('/').next().unwrap().to_owned();

    let next =
        |offset: &'static str| [tus, ("upload-offset", offset), ("content-type", "application/offset+octet-stream")];
    let (status, headers, _) = house.send_bytes(member, "PATCH", &upload, &next("0"), TEXT[..11].to_vec()).await;
    assert_eq!((status.as_u16(), headers["upload-offset"].to_str().unwrap()), (204, "11"));
    // Twice the same, or somewhere else, is refused and changes nothing.
    for wrong in ["0", "12"] {
        let (status, _, _) = house.send_bytes(member, "PATCH", &upload, &next(wrong), TEXT[..11].to_vec()).await;
        assert_eq!(status, 409);
    }
    let (status, headers, _) = house.send_bytes(member, "HEAD", &upload, &[tus], Vec::new()).await;
    assert_eq!((status.as_u16(), headers["upload-offset"].to_str().unwrap()), (200, "11"));
    assert_eq!(headers["upload-length"], "34");
    // It is there for nobody else, and not to be handed in before it is whole.
    for stranger in ["their_admin", "owner"] {
        let (status, _, _) = house.send_bytes(people.token(stranger), "HEAD", &upload, &[tus], Vec::new()).await;
        assert!(status == 404 || status == 403, "{stranger} {status}");
    }
    let versions = format!("{request}/versions");
    let early = house.ask(member, "POST", &versions, json!({"upload": id})).await;
    assert_eq!(early.body["errors"]["upload"], "is not finished", "{early:?}");
    let (status, _, said) = house.send_bytes(member, "PATCH", &upload, &next("11"), vec![b'x'; 24]).await;
    assert_eq!(status, 413, "{}", String::from_utf8_lossy(&said));

    let (status, headers, _) = house.send_bytes(member, "PATCH", &upload, &next("11"), TEXT[11..].to_vec()).await;
    assert_eq!((status.as_u16(), headers["upload-offset"].to_str().unwrap()), (204, "34"));
    let theirs = house.ask(people.token("their_admin"), "POST", &versions, json!({"upload": id})).await;
    assert_eq!(theirs.body["errors"]["upload"], "is not there", "{theirs:?}");
    let handed = house.ask(member, "POST", &versions, json!({"upload": id})).await;
    assert_eq!(handed.text("sha256"), hex::encode(Sha256::digest(TEXT)), "{handed:?}");
    let path = format!("{request}/versions/{}/download", handed.text("version"));
    let (_, _, bytes) = house.send_bytes(people.token("works"), "GET", &path, &[], Vec::new()).await;
    assert_eq!(bytes, TEXT);
    // Once only.
    assert_eq!(house.ask(member, "POST", &versions, json!({"upload": id})).await.status, 422);
    let (status, headers, _) = house.send_bytes(member, "OPTIONS", &uploads, &[], Vec::new()).await;
    assert_eq!((status.as_u16(), headers["tus-version"].to_str().unwrap()), (204, "1.0.0"));
}

async fn what_is_not_wanted_is_refused_clearly(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let member = people.token("their_member");
    for (name, bytes, why) in [
        ("design.pdf", b"\x89PNG\r\n\x1a\n0000IHDR".as_slice(), "file"),
        ("program.txt", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "file"),
        ("run.sh", b"#!/bin/sh\nrm -rf /\n", "file"),
        ("empty.txt", b"", "file"),
        ("../up.txt", b"x\n", "name"),
        ("no\u{202e}txt.exe", b"x\n", "name"),
    ] {
        let refused = house.hand_in(member, &request, name, bytes).await;
        assert_eq!(refused.status, 422, "{name}: {refused:?}");
        assert!(refused.body["errors"][why].is_string(), "{name}: {refused:?}");
    }
    let shown = house.ask(member, "GET", &request, Value::Null).await;
    assert_eq!(shown.body["versions"], json!([]));
    assert_eq!(walk(&house.directory.path().join("files")), Vec::<std::path::PathBuf>::new());
    let (kind, mut body) = form(&[], "a.txt", TEXT);
    body.truncate(body.len() - 12);
    let path = format!("{request}/versions");
    let (status, _, _) = house.send_bytes(member, "POST", &path, &[("content-type", &kind)], body).await;
    assert_eq!(status, 400);
    let nothing = house.ask(member, "POST", &path, json!({"note": "see"})).await;
    assert_eq!(nothing.body["errors"]["file"], "is missing");
    let input = json!({"kind": "file", "title": "x", "due_on": "30.2.2026"});
    let list = format!("/projects/{}/requests", people.project);
    assert_eq!(house.ask(member, "POST", &list, input).await.status, 422);
}

async fn the_same_bytes_lie_there_once(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let member = people.token("their_member");
    house.hand_in(member, &request, "a.txt", TEXT).await;
    house.hand_in(member, &request, "b.txt", TEXT).await;
    // Both versions are the first one's bytes; the second's are there until they are swept, and nobody refers to them.
    let mut tx = house.door.store().read().await.unwrap();
    let sql = "SELECT count(DISTINCT file) AS kept, count(*) AS versions FROM request_version";
    let counted = tx.one(sql, vec![]).await.unwrap();
    assert_eq!((counted.get::<i64>("kept").unwrap(), counted.get::<i64>("versions").unwrap()), (1, 2));
    drop(tx);
    assert_eq!(walk(&house.directory.path().join("files")).len(), 2);
    house.later(25 * 3600);
    let sweep = || async {
        let request = door::Request { credential: door::Credential::Job("file.sweep"), ..door::Request::default() };
        house.door.pass("file.sweep", request).await.unwrap().output
    };
    // The hand of the clock does not move the store's own times, so the second's bytes stay for now.
    assert_eq!(sweep().await["files"], 0);
    let shown = house.ask(&house.sign_in("their_member").await, "GET", &request, Value::Null).await;
    assert_eq!(shown.body["versions"].as_array().unwrap().len(), 2, "{shown:?}");
    for version in shown.body["versions"].as_array().unwrap() {
        let path = format!("{request}/versions/{}/download", version["id"].as_str().unwrap());
        let token = house.sign_in("works").await;
        let (_, _, bytes) = house.send_bytes(&token, "GET", &path, &[], Vec::new()).await;
        assert_eq!(bytes, TEXT);
    }
    let upload = format!("{request}/uploads");
    let member = house.sign_in("their_member").await;
    let begun = house.ask(&member, "POST", &upload, json!({"name": "c.txt", "length": 5})).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    house.later(25 * 3600);
    let swept = sweep().await;
    assert_eq!((&swept["uploads"], &swept["files"]), (&json!(1), &json!(1)), "{swept}");
}

async fn a_new_key_leaves_every_file_readable(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let version = house.hand_in(people.token("their_member"), &request, "a.txt", TEXT).await.text("version");
    let rotated = house.operator("file.key.rotate", json!({"organisation": people.organisation})).await;
    assert_eq!((&rotated["generation"], &rotated["files"]), (&json!(2), &json!(1)));
    let path = format!("{request}/versions/{version}/download");
    let (_, _, bytes) = house.send_bytes(people.token("works"), "GET", &path, &[], Vec::new()).await;
    assert_eq!(bytes, TEXT);
    house.hand_in(people.token("their_member"), &request, "b.txt", b"another\n").await;
    let mut tx = house.door.store().read().await.unwrap();
    let generations = tx.one("SELECT min(generation) AS a, max(generation) AS b FROM file", vec![]).await.unwrap();
    assert_eq!((generations.get::<i64>("a").unwrap(), generations.get::<i64>("b").unwrap()), (2, 2));
}
