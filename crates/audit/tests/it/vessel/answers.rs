//! What the vessel answers.

use std::io::Write as _;

use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::chest::{Chest, Note, Person, seal};
use super::{Vessel, outward};

fn bare(status: u16, kind: &str, body: impl Into<Body>) -> Response {
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}

fn said(status: u16, kind: &str, body: impl Into<Body>) -> Response {
    let mut response = bare(status, kind, body);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
    ] {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

fn json_of(status: u16, value: &Value) -> Response {
    said(status, "application/json", value.to_string())
}

fn page(words: &str) -> Response {
    said(200, "text/html", format!("<!doctype html><title>Notes</title><body>{words}<p><a href=/privacy>Privacy</a>"))
}

fn refused(status: u16, words: &str) -> Response {
    json_of(status, &json!({"error": words, "request_id": "7f3a11"}))
}

/// One request.
pub(super) fn answer(vessel: &Vessel, parts: &Parts, bytes: &[u8]) -> Response {
    let path = parts.uri.path().trim_matches('/').to_owned();
    let segments: Vec<&str> = path.split('/').collect();
    match (parts.method.as_str(), segments.as_slice()) {
        ("GET", ["openapi.json"]) => return json_of(200, &document(vessel)),
        ("GET", ["health"]) if vessel.has("health-lies") => return json_of(200, &json!({"status": "ok"})),
        ("GET", ["health"]) => return health(vessel),
        ("GET", ["readyz"]) if vessel.has("ready-elsewhere") => return health(vessel),
        ("GET", [""]) if vessel.has("pages-without-headers") => {
            return bare(200, "text/html", "<!doctype html><p>Notes");
        }
        ("GET", [""]) => return page("<h1>Notes</h1><p>Keep notes, and find them again when you need them.</p>"),
        ("GET", [".well-known", "security.txt"]) => {
            return said(
                200,
                "text/plain; charset=utf-8",
                "Contact: mailto:security@tallyhouse.dev\nExpires: 2027-06-01T00:00:00Z\n",
            );
        }
        ("GET", ["privacy"]) => return page(&policy(vessel)),
        ("GET", ["alerts", "1"]) => {
            return page("<form method=post action=/alerts/1/seen><button>I saw this</button></form>");
        }
        ("GET", ["runbook", _]) if vessel.has("runbook-for-everything") => return page("<h1>Runbook</h1>drill, disk"),
        ("GET", ["runbook", "drill"]) if vessel.has("runbook-about-nothing") => return page("<h1>Keep calm</h1>"),
        ("GET", ["runbook", "drill"]) if !vessel.has("runbook-without-a-page") => {
            return page("<h1>A drill</h1>Nothing is wrong.");
        }
        ("POST", ["alerts", "1", "seen"]) => return json_of(200, &json!({"seen": true})),
        ("GET", [".env"]) if vessel.has("shows-env") => {
            return said(200, "text/plain", "DATABASE_URL=postgres://a:b@db/x\nSECRET_KEY=abcdef\n");
        }
        ("GET", [".env"]) if vessel.has("a-page-for-everything") => return page("You look for DATABASE_URL=?"),
        ("GET", [nothing]) if vessel.has("debug-pages") && nothing.starts_with("plim-") => {
            return said(404, "text/html", "<p>You see this page because <code>DEBUG = True</code> is set.");
        }
        _ => {}
    }
    let kept = vessel.chest();
    let Ok(mut chest) = kept else {
        *vessel.was_away.lock().unwrap() = true;
        outward::report(vessel, &parts.headers, &String::from_utf8_lossy(bytes));
        return refused(500, "something went wrong");
    };
    let answered = inside(vessel, &mut chest, parts, &segments, bytes);
    match chest.keep() {
        Ok(()) => answered,
        Err(_) => refused(500, "something went wrong"),
    }
}

fn health(vessel: &Vessel) -> Response {
    let well = json_of(200, &json!({"status": "ok"}));
    let away = vessel.chest().is_err();
    *vessel.was_away.lock().unwrap() |= away;
    let ran = std::fs::metadata(vessel.directory.join("job-ran")).and_then(|file| file.modified());
    let late = ran.is_ok_and(|ran| ran.elapsed().is_ok_and(|ago| ago.as_millis() > 1200));
    if away && vessel.has("health-in-words") {
        return json_of(200, &json!({"status": "degraded", "database": "down"}));
    }
    let stuck = vessel.has("health-stays-ill") && *vessel.was_away.lock().unwrap();
    let unwell = away || stuck || late && !vessel.has("job-unnoticed");
    if unwell { json_of(503, &json!({"status": "unavailable"})) } else { well }
}

fn inside(vessel: &Vessel, chest: &mut Chest, parts: &Parts, segments: &[&str], bytes: &[u8]) -> Response {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let digest = |password: &str| hex::encode(Sha256::digest(password));
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let cookie = header("cookie").and_then(|cookies| cookies.split("; ").find_map(|one| one.strip_prefix("sid=")));
    let token = header("authorization").and_then(|value| value.strip_prefix("Bearer ")).or(cookie);
    let who = token.and_then(|token| chest.sessions.get(token)).cloned().filter(|who| chest.people.contains_key(who));
    let method = parts.method.as_str();
    match (method, segments) {
        ("POST", ["accounts"]) => {
            if chest.people.contains_key(&text("name")) {
                return refused(409, "taken");
            }
            chest.people.insert(text("name"), Person { password: digest(&text("password")), mail: text("mail") });
            return json_of(201, &json!({"name": text("name"), "mail": text("mail")}));
        }
        ("POST", ["session"]) => {
            let default = vessel.has("admin-admin") && text("name") == "admin" && text("password") == "admin";
            if default {
                chest.people.entry("admin".into()).or_default();
            } else if chest.people.get(&text("name")).is_none_or(|person| person.password != digest(&text("password")))
            {
                return refused(401, "wrong");
            }
            let token = format!("{}-{}", digest(&format!("{}{}", text("name"), chest.next)), chest.number());
            chest.sessions.insert(token.clone(), text("name"));
            let mut signed_in = json_of(200, &json!({"token": token}));
            let flags = match () {
                () if vessel.has("cookie-for-scripts") => "SameSite=Lax",
                () if vessel.has("cookie-for-other-sites") => "HttpOnly; SameSite=None",
                () => "HttpOnly; SameSite=Lax",
            };
            let cookies = [format!("sid={token}; Path=/; {flags}"), "theme=dark; Path=/".to_owned()];
            for cookie in cookies.iter().filter(|_| vessel.has("cookies")) {
                signed_in.headers_mut().append("set-cookie", cookie.parse().unwrap());
            }
            return signed_in;
        }
        _ => {}
    }
    let Some(who) = who else { return refused(401, "sign in first") };
    let own = |chest: &Chest, id: &str| {
        let id: u64 = id.parse().ok()?;
        chest.notes.get(&id).filter(|note| note.owner == who).map(|note| (id, note.clone()))
    };
    let shown = |id: u64, note: &Note| json!({"id": id, "title": note.title, "secret": opened(vessel, &note.secret), "files": note.files});
    match (method, segments) {
        ("GET", ["me"]) => json_of(200, &json!({"name": who, "mail": chest.people[&who].mail})),
        ("DELETE", ["me"]) => remove(vessel, chest, &who),
        ("POST", ["me", "export"]) => export(vessel, chest, &who),
        ("POST", ["alerts", "test"]) => {
            outward::alert(vessel);
            json_of(200, &json!({"sent": true}))
        }
        ("POST", ["boom"]) => {
            outward::report(vessel, &parts.headers, &String::from_utf8_lossy(bytes));
            refused(500, "something went wrong")
        }
        ("GET", ["people"]) => {
            json_of(200, &json!({"items": chest.people.keys().map(|name| json!({"name": name})).collect::<Vec<_>>()}))
        }
        ("POST", ["notes"]) => {
            let id = chest.number();
            let note =
                Note { owner: who, title: text("title"), secret: closed(vessel, &text("secret")), files: Vec::new() };
            let answer = shown(id, &note);
            chest.notes.insert(id, note);
            json_of(201, &answer)
        }
        ("GET", ["notes"]) => {
            let rows: Vec<Value> =
                chest.notes.iter().filter(|(_, note)| note.owner == who).map(|(id, note)| shown(*id, note)).collect();
            json_of(200, &json!({"items": rows}))
        }
        ("GET", ["notes", id]) => {
            own(chest, id).map_or(refused(404, "none"), |(id, note)| json_of(200, &shown(id, &note)))
        }
        ("DELETE", ["notes", id]) => match own(chest, id) {
            Some((id, _)) => {
                chest.notes.remove(&id);
                said(204, "", "")
            }
            None => refused(404, "none"),
        },
        ("POST", ["notes", id, "files"]) => match own(chest, id) {
            Some((id, _)) => {
                let number = chest.number();
                std::fs::write(chest.file(number), bytes).unwrap();
                chest.notes.entry(id).or_default().files.push(number);
                json_of(201, &json!({"id": number}))
            }
            None => refused(404, "none"),
        },
        ("GET", ["notes", id, "files", file]) => {
            let number = file.parse().unwrap_or(0);
            let kept = own(chest, id).filter(|(_, note)| note.files.contains(&number));
            match kept.map(|_| std::fs::read(chest.file(number))) {
                Some(Ok(bytes)) => said(200, "application/octet-stream", bytes),
                Some(Err(_)) => refused(500, "something went wrong"),
                None => refused(404, "none"),
            }
        }
        _ => refused(404, "none"),
    }
}

fn closed(vessel: &Vessel, text: &str) -> String {
    if vessel.has("secrets-in-clear") { text.to_owned() } else { hex::encode(seal(text.as_bytes(), "s")) }
}

fn opened(vessel: &Vessel, text: &str) -> String {
    if vessel.has("secrets-in-clear") {
        return text.to_owned();
    }
    String::from_utf8_lossy(&seal(&hex::decode(text).unwrap_or_default(), "s")).into_owned()
}

fn remove(vessel: &Vessel, chest: &mut Chest, who: &str) -> Response {
    if vessel.has("deletion-does-nothing") {
        return json_of(200, &json!({"deleted": true}));
    }
    if vessel.has("deletion-signs-out") {
        chest.sessions.retain(|_, name| name != who);
        if let Some(person) = chest.people.get_mut(who) {
            person.password.push('x');
        }
        return json_of(200, &json!({"deleted": true}));
    }
    chest.people.remove(who);
    chest.sessions.retain(|_, name| name != who);
    let own: Vec<u64> = chest.notes.iter().filter(|(_, note)| note.owner == who).map(|(id, _)| *id).collect();
    if vessel.has("deletion-leaves-the-rows") {
        return json_of(200, &json!({"deleted": true}));
    }
    for id in own {
        for number in chest.notes.remove(&id).unwrap_or_default().files {
            let _ = std::fs::remove_file(chest.file(number));
        }
    }
    json_of(200, &json!({"deleted": true}))
}

fn export(vessel: &Vessel, chest: &Chest, who: &str) -> Response {
    let everybody = vessel.has("export-of-everybody");
    let notes: Vec<Value> = (chest.notes.values())
        .filter(|note| everybody || note.owner == who)
        .map(|note| json!({"title": note.title, "secret": opened(vessel, &note.secret)}))
        .collect();
    let mine = json!({"name": who, "mail": chest.people[who].mail, "notes": notes});
    let mine =
        if vessel.has("export-without-notes") { json!({"name": who, "mail": chest.people[who].mail}) } else { mine };
    if vessel.has("export-is-on-its-way") {
        return json_of(200, &json!({"status": "ok", "message": "your export is being prepared"}));
    }
    if !vessel.has("export-as-zip") && !vessel.has("export-without-files") {
        let files: Vec<String> = (chest.notes.values().filter(|note| note.owner == who))
            .flat_map(|note| &note.files)
            .map(|number| String::from_utf8_lossy(&std::fs::read(chest.file(*number)).unwrap_or_default()).into_owned())
            .collect();
        return json_of(200, &json!({"account": mine, "files": files}));
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("account.json", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(mine.to_string().as_bytes()).unwrap();
    if !vessel.has("export-without-files") {
        for number in chest.notes.values().filter(|note| note.owner == who).flat_map(|note| &note.files) {
            archive.start_file(format!("files/{number}"), zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(&std::fs::read(chest.file(*number)).unwrap()).unwrap();
        }
    }
    said(200, "application/zip", archive.finish().unwrap().into_inner())
}

fn policy(vessel: &Vessel) -> String {
    let mut words =
        String::from("<h1>Privacy</h1><p>No third parties. We process your name and your mail address.</p>");
    if vessel.has("promises-export") {
        words.push_str("<p>You can download a copy of all your data at any time.</p>");
    }
    if vessel.has("promises-deletion") {
        words.push_str("<p>Sie können Ihr Konto jederzeit selbst löschen.</p>");
    }
    if vessel.has("promises-nothing-of-the-kind") {
        words.push_str(
            "<p>You cannot export your data. To have your account deleted, write to privacy@tallyhouse.dev.</p>",
        );
    }
    if vessel.has("promises-encryption") {
        words.push_str("<p>The secrets of your notes are encrypted at rest.</p>");
    }
    if vessel.has("promises-a-time") {
        words.push_str("<p>Sessions are deleted after 30 days.</p>");
    }
    words
}

fn document(vessel: &Vessel) -> Value {
    let text = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"content": {"application/json": {"schema": {"type": "object", "required": names, "properties": properties}}}})
    };
    let id = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "integer"}});
    let note = json!({"200": {"description": "a note", "content": {"application/json": {"schema": {"type": "object", "properties": {
        "id": {"type": "integer"}, "title": {"type": "string"}, "secret": {"type": "string"}}}}}}});
    let done = json!({"200": {"description": "done"}});
    let file = json!({"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}});
    let mut paths = json!({
        "/accounts": {"post": {"security": [], "requestBody": text(&["name", "password", "mail"]), "responses": done}},
        "/session": {"post": {"security": [], "requestBody": text(&["name", "password"]), "responses": done}},
        "/me": {"get": {"responses": done}, "delete": {"summary": "Delete my account", "responses": done}},
        "/me/export": {"post": {"summary": "A copy of my data", "responses": done}},
        "/people": {"get": {"responses": done}},
        "/notes": {"get": {"responses": done}, "post": {"requestBody": text(&["title", "secret"]), "responses": note}},
        "/notes/{note}": {"parameters": [id("note")], "get": {"responses": note}, "delete": {"responses": done}},
        "/notes/{note}/files": {"parameters": [id("note")], "post": {"requestBody": file,
            "responses": {"200": {"description": "a file", "content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}}}}}},
        "/notes/{note}/files/{file}": {"parameters": [id("note"), id("file")], "get": {"responses": done}},
    });
    let all = paths.as_object_mut().unwrap();
    if vessel.has("no-export") {
        all.remove("/me/export");
    }
    if vessel.has("no-deletion") {
        all["/me"].as_object_mut().unwrap().remove("delete");
    }
    json!({"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": paths,
        "components": {"securitySchemes": {"session": {"type": "http", "scheme": "bearer"}}}, "security": [{"session": []}]})
}
