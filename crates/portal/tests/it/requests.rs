//! What somebody owes somebody: asked for, handed in, decided on, kept, and proved.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::house::{Answer, House, People, move_in, on_both};

on_both!(
    a_file_is_asked_for_handed_in_and_approved,
    an_approval_is_decided_by_the_other_side,
    a_newer_version_that_came_in_is_not_decided_on_unseen,
    what_is_over_is_over,
    what_waits_is_listed_for_its_side,
    comments_among_us_stay_among_us,
);

/// A file of three lines, so that its ranges can be told apart.
pub(crate) const TEXT: &[u8] = b"first line\nsecond line\nthird line\n";

/// A form with a file, as a browser sends it.
pub(crate) fn form(fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
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
    pub(crate) async fn send_bytes(
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
    pub(crate) async fn hand_in(&self, token: &str, request: &str, name: &str, bytes: &[u8]) -> Answer {
        self.hand_in_with(token, request, name, "as you wanted", bytes).await
    }

    /// The same, with something said.
    pub(crate) async fn hand_in_with(
        &self,
        token: &str,
        request: &str,
        name: &str,
        note: &str,
        bytes: &[u8],
    ) -> Answer {
        let (kind, body) = form(&[("note", note)], name, bytes);
        let path = format!("{request}/versions");
        let (status, _, body) = self.send_bytes(token, "POST", &path, &[("content-type", &kind)], body).await;
        Answer { status: status.as_u16(), body: serde_json::from_slice(&body).unwrap() }
    }

    /// Asks for something, and gives the path of the request.
    pub(crate) async fn ask_for(&self, people: &People, who: &str, kind: &str) -> String {
        let path = format!("/projects/{}/requests", people.project);
        let input = json!({"kind": kind, "title": "Checkout design", "due_on": "2026-07-01"});
        let asked = self.ask(people.token(who), "POST", &path, input).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        format!("{path}/{}", asked.text("id"))
    }

    /// Time passes: so many seconds.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.set(self.door.now().plus_seconds(seconds));
    }

    /// Seals the record and signs it, until a receipt has its proof.
    pub(crate) async fn seal(&self) {
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
pub(crate) async fn moved_in(house: &House) -> People {
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
    let script = Browser::new(&house).get("/verify-receipt.sh").await.body;
    script_agrees(&house, &script, &paper);
}

/// The shell script says the same as we do, of the receipt and of a forged one.
fn script_agrees(house: &House, script: &str, paper: &str) {
    let directory = house.directory.path();
    std::fs::write(directory.join("verify-receipt.sh"), script).unwrap();
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
