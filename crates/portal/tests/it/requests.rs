//! What somebody owes somebody: asked for, handed in, decided on, kept, and proved.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::house::{Answer, House, People, move_in, on_both};

on_both!(
    a_file_is_asked_for_handed_in_and_approved,
    an_approval_is_decided_by_the_other_side,
    a_newer_version_that_came_in_is_not_decided_on_unseen,
    what_is_over_is_over,
    files_go_out_as_they_came_in,
    an_upload_goes_on_where_it_broke_off,
    what_is_not_wanted_is_refused_clearly,
    the_same_bytes_lie_there_once,
    a_new_key_leaves_every_file_readable,
    what_waits_is_listed_for_its_side,
    comments_among_us_stay_among_us,
);

/// A file of three lines, so that its ranges can be told apart.
const TEXT: &[u8] = b"first line\nsecond line\nthird line\n";

/// A form with a file, as a browser sends it.
fn form(fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: x/y\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(bytes);
    body.extend(b"\r\n--cut--\r\n");
    ("multipart/form-data; boundary=cut".to_owned(), body)
}

impl House {
    /// Sends bytes to the JSON interface.
    async fn send_bytes(
        &self,
        token: &str,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(verb).uri(format!("/api/v1{path}"));
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends the first bytes of an upload.
    pub(crate) async fn append(&self, token: &str, path: &str) -> Answer {
        let headers = [("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
        let (status, _, body) = self.send_bytes(token, "PATCH", path, &headers, b"12345".to_vec()).await;
        Answer { status: status.as_u16(), body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    /// Hands a file in.
    async fn hand_in(&self, token: &str, request: &str, name: &str, bytes: &[u8]) -> Answer {
        let (kind, body) = form(&[("note", "as you wanted")], name, bytes);
        let path = format!("{request}/versions");
        let (status, _, body) = self.send_bytes(token, "POST", &path, &[("content-type", &kind)], body).await;
        Answer { status: status.as_u16(), body: serde_json::from_slice(&body).unwrap() }
    }

    /// Asks for something, and gives the path of the request.
    async fn ask_for(&self, people: &People, who: &str, kind: &str) -> String {
        let path = format!("/projects/{}/requests", people.project);
        let input = json!({"kind": kind, "title": "Checkout design", "due_on": "2026-07-01"});
        let asked = self.ask(people.token(who), "POST", &path, input).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        format!("{path}/{}", asked.text("id"))
    }

    /// Time passes: so many seconds.
    fn later(&self, seconds: i64) {
        self.clock.set(self.door.now().plus_seconds(seconds));
    }

    /// Seals the record and signs it, until a receipt has its proof.
    async fn seal(&self) {
        self.later(120);
        self.door.seal().await.unwrap();
        self.later(120);
        self.door.seal().await.unwrap();
    }
}

/// A file that the owner asked for, handed in by the client's admin, and an upload of theirs that is not finished.
pub(crate) async fn hand_something_in(house: &House, people: &mut People) {
    let request = house.ask_for(people, "owner", "file").await;
    let handed = house.hand_in(people.token("their_admin"), &request, "a.txt", TEXT).await;
    let begin = json!({"name": "b.txt", "length": 5});
    let begun = house.ask(people.token("their_admin"), "POST", &format!("{request}/uploads"), begin).await;
    people.request = request.rsplit('/').next().unwrap().parse().unwrap();
    people.version = handed.text("version").parse().unwrap();
    people.upload = begun.text("id").parse().unwrap();
}

/// Their member hands in and decides: a contributor from here on.
async fn moved_in(house: &House) -> People {
    let people = move_in(house).await;
    let members = format!("/projects/{}/members", people.project);
    let member = people.ids["their_member"];
    let owner = people.token("owner");
    assert_eq!(house.ask(owner, "DELETE", &format!("{members}/{member}"), Value::Null).await.status, 200);
    let added = house.ask(owner, "POST", &members, json!({"person": member, "role": "contributor"})).await;
    assert_eq!(added.status, 200);
    people
}

async fn a_file_is_asked_for_handed_in_and_approved(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;

    // Who asked does not hand in; who only looks does not either.
    assert_eq!(house.hand_in(people.token("works"), &request, "a.txt", TEXT).await.status, 403);
    assert_eq!(house.hand_in(people.token("reads"), &request, "a.txt", TEXT).await.status, 403);
    assert_eq!(house.hand_in(people.token("other_client"), &request, "a.txt", TEXT).await.status, 404);

    let handed = house.hand_in(people.token("their_member"), &request, "a.txt", TEXT).await;
    assert_eq!(handed.status, 200, "{handed:?}");
    assert_eq!(handed.text("sha256"), hex::encode(Sha256::digest(TEXT)));
    let version = format!("{request}/versions/{}", handed.text("version"));

    // Who handed in does not decide, nor does anybody of the same side.
    let name = |name: &str| json!({"name": name});
    let approve = format!("{version}/approve");
    assert_eq!(house.ask(people.token("their_member"), "POST", &approve, name("their_member")).await.status, 403);
    assert_eq!(house.ask(people.token("their_admin"), "POST", &approve, name("their_admin")).await.status, 403);
    let slip = house.ask(people.token("works"), "POST", &approve, name("somebody else")).await;
    assert_eq!((slip.status, slip.body["errors"]["name"].is_string()), (422, true), "{slip:?}");

    let approved = house.ask(people.token("works"), "POST", &approve, name(" WORKS ")).await;
    assert_eq!((approved.status, approved.text("state")), (200, "approved".to_owned()));
    let shown = house.ask(people.token("their_admin"), "GET", &request, Value::Null).await;
    assert_eq!(shown.body["versions"][0]["decision"]["by"], "works");
    assert_eq!(shown.body["waits_for"], Value::Null);

    // The receipt waits for its seal, then proves itself.
    let receipt = format!("{request}/receipt");
    assert_eq!(house.ask(people.token("reads"), "GET", &receipt, Value::Null).await.body["paper"], Value::Null);
    house.seal().await;
    let receipt = house.ask(people.token("their_member"), "GET", &receipt, Value::Null).await;
    let paper = receipt.text("paper");
    let checked = portal::requests::receipt::Paper::read(&paper, None).unwrap();
    assert_eq!(checked.sha256().unwrap().as_slice(), Sha256::digest(TEXT).as_slice());
    assert!(paper.contains("  name       works\n") && paper.contains("  document   Checkout design\n"), "{paper}");
    for (is, forged) in
        [("name       works", "name       maya"), ("version    1", "version    2"), ("bytes      34", "bytes      35")]
    {
        let forged = paper.replacen(is, forged, 1);
        assert_ne!(forged, paper);
        portal::requests::receipt::Paper::read(&forged, None).unwrap_err();
    }
    script_agrees(&house, &paper);
}

/// The shell script says the same as we do, of the receipt and of a forged one.
fn script_agrees(house: &House, paper: &str) {
    let directory = house.directory.path();
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(here.join("src/requests/receipt/verify-receipt.sh"), directory.join("verify-receipt.sh")).unwrap();
    std::fs::copy(here.join("../ledger/verify.sh"), directory.join("proof.sh")).unwrap();
    std::fs::write(directory.join("document"), TEXT).unwrap();
    let key = paper.lines().find_map(|line| line.strip_prefix("  log        ")).unwrap().to_owned();
    let run = |paper: &str, document: &str| {
        std::fs::write(directory.join("receipt.txt"), paper).unwrap();
        let arguments = ["verify-receipt.sh", &key, "receipt.txt", document];
        let run = std::process::Command::new("bash").args(arguments).current_dir(directory).output().unwrap();
        (
            run.status.success(),
            String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr),
        )
    };
    let (holds, said) = run(paper, "document");
    assert!(holds && said.contains("works approved version 1 of Checkout design"), "{said}");
    for (is, forged) in [("name       works", "name       maya"), ("version    1", "version    2")] {
        let (holds, said) = run(&paper.replacen(is, forged, 1), "document");
        assert!(!holds && said.contains("INVALID"), "{said}");
    }
    let (holds, said) = run(paper, "verify-receipt.sh");
    assert!(!holds && said.contains("is not the file that was approved"), "{said}");
}

async fn an_approval_is_decided_by_the_other_side(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "approval").await;
    assert_eq!(house.hand_in(people.token("their_member"), &request, "a.txt", TEXT).await.status, 403);
    let handed = house.hand_in(people.token("works"), &request, "a.txt", TEXT).await;
    let version = format!("{request}/versions/{}", handed.text("version"));
    assert_eq!(
        house.ask(people.token("runs"), "POST", &format!("{version}/approve"), json!({"name": "runs"})).await.status,
        403
    );

    // A token decides nothing, whatever its scopes say: nobody stands behind it at that moment.
    let wanted = json!({"name": "ci", "scopes": ["request:change"], "days": 1});
    let token = house.ask(people.token("their_member"), "POST", "/account/tokens", wanted).await.text("token");
    let by_token = house.ask(&token, "POST", &format!("{version}/approve"), json!({"name": "their_member"})).await;
    assert_eq!((by_token.status, by_token.text("type")), (403, "/problems/step_up".to_owned()));

    let changes = format!("{version}/changes");
    let words = json!({"words": "The button is still green."});
    assert_eq!(house.ask(people.token("their_member"), "POST", &changes, words.clone()).await.status, 200);
    // One decision a version.
    assert_eq!(house.ask(people.token("their_admin"), "POST", &changes, words).await.status, 409);
    let shown = house.ask(people.token("works"), "GET", &request, Value::Null).await;
    assert_eq!(shown.text("state"), "changes_asked");
    assert_eq!(shown.text("waits_for"), "us");
    assert_eq!(shown.body["versions"][0]["decision"]["words"], "The button is still green.");

    // An old sign-in is not enough for a decision; it is for a look.
    house.hand_in(people.token("works"), &request, "b.txt", b"better\n").await;
    house.later(13 * 3600);
    let shown = house.ask(people.token("their_admin"), "GET", &request, Value::Null).await;
    let newest = format!("{request}/versions/{}", shown.body["versions"][0]["id"].as_str().unwrap());
    let late = house
        .ask(people.token("their_admin"), "POST", &format!("{newest}/approve"), json!({"name": "their_admin"}))
        .await;
    assert_eq!((late.status, late.text("type")), (403, "/problems/step_up".to_owned()));
}

async fn a_newer_version_that_came_in_is_not_decided_on_unseen(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "approval").await;
    let first = house.hand_in(people.token("works"), &request, "a.txt", TEXT).await.text("version");
    let (_, headers, _) = house.send_bytes(people.token("their_admin"), "GET", &request, &[], Vec::new()).await;
    let seen = headers["etag"].to_str().unwrap().to_owned();
    house.hand_in(people.token("works"), &request, "b.txt", b"newer\n").await;

    let approve = format!("{request}/versions/{first}/approve");
    let body = json!({"name": "their_admin"}).to_string().into_bytes();
    let json_type = ("content-type", "application/json");
    let token = people.token("their_admin");
    let headers = [json_type, ("if-match", seen.as_str())];
    let (status, _, _) = house.send_bytes(token, "POST", &approve, &headers, body.clone()).await;
    assert_eq!(status, 412);
    let (status, _, said) = house.send_bytes(token, "POST", &approve, &[json_type], body).await;
    assert_eq!((status.as_u16(), String::from_utf8_lossy(&said).contains("newer version")), (409, true));

    let input = json!({"name": "their_admin", "although_newer": true});
    let decided = house.ask(token, "POST", &approve, input).await;
    assert_eq!((decided.status, decided.body["number"].as_i64()), (200, Some(1)), "{decided:?}");
}

async fn what_is_over_is_over(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    assert_eq!(
        house.ask(people.token("their_admin"), "POST", &format!("{request}/withdraw"), Value::Null).await.status,
        403
    );
    assert_eq!(house.ask(people.token("runs"), "POST", &format!("{request}/withdraw"), Value::Null).await.status, 200);
    assert_eq!(house.hand_in(people.token("their_member"), &request, "a.txt", TEXT).await.status, 409);
    assert_eq!(house.ask(people.token("runs"), "POST", &format!("{request}/withdraw"), Value::Null).await.status, 409);
    assert_eq!(house.ask(people.token("runs"), "GET", &format!("{request}/receipt"), Value::Null).await.status, 409);

    let other = house.ask_for(&people, "works", "file").await;
    let status = json!({"status": "archived", "sentence": "Over."});
    house.ask(people.token("owner"), "PUT", &format!("/projects/{}/status", people.project), status).await;
    assert_eq!(house.hand_in(people.token("their_member"), &other, "a.txt", TEXT).await.status, 409);
    let input = json!({"kind": "file", "title": "More"});
    let path = format!("/projects/{}/requests", people.project);
    assert_eq!(house.ask(people.token("owner"), "POST", &path, input).await.status, 409);
}

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

async fn what_waits_is_listed_for_its_side(house: House) {
    let people = moved_in(&house).await;
    let file = house.ask_for(&people, "works", "file").await;
    let approval = house.ask_for(&people, "works", "approval").await;
    let theirs = house.ask_for(&people, "their_member", "file").await;
    let waiting = async |who: &str, side: &str| {
        let list = house.ask(people.token(who), "GET", &format!("/requests?side={side}"), Value::Null).await;
        let mut ids: Vec<String> = list.body["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|request| request["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let sorted = |paths: &[&String]| {
        let mut ids: Vec<String> = paths.iter().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(waiting("their_member", "client").await, sorted(&[&file]));
    assert_eq!(waiting("owner", "us").await, sorted(&[&approval, &theirs]));
    house.hand_in(people.token("their_member"), &file, "a.txt", TEXT).await;
    house.hand_in(people.token("works"), &approval, "a.txt", TEXT).await;
    assert_eq!(waiting("their_admin", "client").await, sorted(&[&approval]));
    assert_eq!(waiting("works", "us").await, sorted(&[&file, &theirs]));
    // Nobody outside the project, and nobody of another client, hears of any of it.
    for stranger in ["beside", "other_client", "elsewhere"] {
        let list = house.ask(people.token(stranger), "GET", "/requests", Value::Null).await;
        assert_eq!(list.body["requests"], json!([]), "{stranger}");
    }
}

async fn comments_among_us_stay_among_us(house: House) {
    let people = moved_in(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    let comments = format!("{request}/comments");
    let internal = json!({"text": "do we bill the extra round?", "visibility": "internal"});
    assert_eq!(house.ask(people.token("works"), "POST", &comments, internal.clone()).await.status, 200);
    assert_eq!(house.ask(people.token("their_admin"), "POST", &comments, internal).await.status, 422);
    house.later(1);
    assert_eq!(
        house.ask(people.token("their_admin"), "POST", &comments, json!({"text": "On Friday."})).await.status,
        200
    );
    let seen = async |who: &str| {
        let shown = house.ask(people.token(who), "GET", &request, Value::Null).await;
        shown.body["comments"].as_array().unwrap().iter().map(|comment| comment["text"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen("reads").await, ["do we bill the extra round?", "On Friday."]);
    assert_eq!(seen("their_admin").await, ["On Friday."]);
}
