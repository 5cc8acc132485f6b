use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::catalogue::{Kind, Place, Protection, Source};

const SITE: &str = "http://127.0.0.1:8080";

/// A request of somebody who is signed in, answered in JSON.
fn seen(verb: &str, path: &str, sent: &Value, status: u16, answer: &Value) -> Value {
    let url = if path.contains("://") { path.to_owned() } else { format!("{SITE}{path}") };
    let mut entry = json!({
        "request": {
            "method": verb, "url": url,
            "headers": [{"name": "Authorization", "value": "Bearer tok-of-ann-12345"}, {"name": "Accept", "value": "*/*"}],
            "cookies": [{"name": "sid", "value": "cookie-of-ann-777"}],
        },
        "response": {"status": status, "headers": [], "content": {"mimeType": "application/json", "text": answer.to_string()}},
    });
    if !sent.is_null() {
        entry["request"]["postData"] = json!({"mimeType": "application/json;charset=UTF-8", "text": sent.to_string()});
    }
    entry
}

fn without_session(mut entry: Value) -> Value {
    entry["request"]["headers"] = json!([{"name": "Cookie", "value": "_ga=GA1.2.3; theme=dark"}]);
    entry["request"]["cookies"] = json!([]);
    entry
}

fn read_with(entries: &[Value], known: &[Action]) -> Catalogue {
    read(&json!({"log": {"version": "1.2", "entries": entries}}), "a.har", SITE, known).unwrap()
}

fn names(catalogue: &Catalogue) -> Vec<String> {
    catalogue.actions.iter().map(Action::name).collect()
}

#[test]
fn requests_become_actions_with_schemas() {
    let note = |id: u32, title: &str| json!({"id": id, "title": title, "done": false});
    let catalogue = read_with(
        &[
            seen("GET", "/notes?page=1", &Value::Null, 200, &json!([note(7, "a")])),
            seen("GET", "/notes?page=2&q=soup", &Value::Null, 200, &json!([])),
            seen("POST", "/notes", &json!({"title": "Soup", "project_id": 3}), 201, &note(8, "Soup")),
            seen("POST", "/notes", &json!({"title": "Cake", "project_id": 3, "tags": ["x"]}), 201, &note(9, "Cake")),
            seen("POST", "/notes", &json!({"title": 5}), 422, &json!({"error": "title"})),
            seen("GET", "/notes/8", &Value::Null, 200, &note(8, "Soup")),
            seen("DELETE", "/notes/9", &Value::Null, 204, &Value::Null),
        ],
        &[],
    );
    assert_eq!(names(&catalogue), ["GET /notes", "POST /notes", "DELETE /notes/{note}", "GET /notes/{note}"]);
    let list = &catalogue.actions[0];
    let query: Vec<_> =
        list.parameters.iter().map(|one| (one.name.as_str(), one.required, one.schema.kind())).collect();
    assert_eq!(query, [("page", true, Kind::Integer), ("q", false, Kind::String)]);
    assert_eq!(list.answers[0].media[0].schema.items().unwrap().kind(), Kind::Object);
    let make = &catalogue.actions[1];
    let media = make.body.as_ref().unwrap().best().unwrap();
    assert_eq!(media.schema.required(), ["project_id", "title"], "only what was taken tells");
    let title = &media.schema.properties().into_iter().find(|(name, _)| name == "title").unwrap().1;
    assert_eq!(title.examples(), [json!("Soup"), json!("Cake")]);
    let statuses: Vec<_> = make.answers.iter().map(|answer| answer.status.as_str()).collect();
    assert_eq!(statuses, ["201", "422"]);
    assert!(make.answers[0].media[0].schema.properties()[2].1.examples().is_empty(), "what came back is no example");
    let item = &catalogue.actions[3];
    assert_eq!(item.parameters_in(Place::Path).next().unwrap().schema.kind(), Kind::Integer);
    assert_eq!(item.origin().unwrap(), "the recording a.har, /log/entries/5");
    assert!(catalogue.actions.iter().all(|action| action.origins[0].source == Source::Recording));
    assert_eq!(catalogue.notes, ["a.har: 7 of 7 requests read"]);
}

#[test]
fn what_is_no_action_is_counted() {
    let mut script = seen("GET", "/app", &Value::Null, 200, &Value::Null);
    script["response"]["content"]["mimeType"] = json!("text/javascript");
    let mut preflight = seen("OPTIONS", "/notes", &Value::Null, 204, &Value::Null);
    preflight["response"]["content"] = json!({});
    let catalogue = read_with(
        &[
            seen("GET", "/notes", &Value::Null, 200, &json!([])),
            script,
            seen("GET", "/logo.svg", &Value::Null, 200, &Value::Null),
            preflight,
            seen("GET", "https://fonts.example.com/x", &Value::Null, 200, &Value::Null),
            seen("GET", "/gone", &Value::Null, 404, &Value::Null),
            seen("POST", "/graphql", &json!({"query": "query { me { id } }"}), 200, &json!({})),
            seen("GET", "/aborted", &Value::Null, 0, &Value::Null),
            json!("nonsense"),
        ],
        &[],
    );
    assert_eq!(names(&catalogue), ["GET /notes"]);
    assert_eq!(
        catalogue.notes,
        [
            "a.har: 1 of 9 requests read; left out: 2 for static files, 1 for preflights, 1 for what was not there, 1 without an \
          answer, 1 for GraphQL, which is not walked, 1 that are no requests, 1 to other origins (fonts.example.com)"
        ]
    );
}

#[test]
fn a_recording_of_another_instance_is_of_the_same_service() {
    let at =
        |path: &str| seen("GET", &format!("https://staging.example.com{path}"), &Value::Null, 200, &json!({"a": 1}));
    let counter = seen("POST", "https://count.example.net/hit", &json!({}), 200, &Value::Null);
    let catalogue = read_with(&[counter, at("/notes"), at("/me")], &[]);
    assert_eq!(names(&catalogue), ["GET /me", "GET /notes"]);
}

#[test]
fn sessions_tell_what_is_protected() {
    let done = json!({"ok": true});
    let get = |path| seen("GET", path, &Value::Null, 200, &done);
    let mut refused = without_session(get("/notes"));
    refused["response"]["status"] = json!(401);
    let mut redirected = without_session(get("/account"));
    redirected["response"] = json!({"status": 302, "headers": [{"name": "Location", "value": "/login?next=x"}]});
    let sign_in = without_session(seen("POST", "/session", &json!({"name": "ann"}), 200, &done));
    let catalogue = read_with(&[get("/me"), refused, redirected, sign_in, without_session(get("/prices"))], &[]);
    let of = |name: &str| catalogue.action(name).unwrap().protection.clone();
    let protected = || Protection::Protected(vec!["a session of the recording".into()]);
    assert_eq!([of("GET /me"), of("GET /notes"), of("GET /account")], [protected(), protected(), protected()]);
    assert_eq!([of("POST /session"), of("GET /prices")], [Protection::Open, Protection::Open]);

    let stripped = read_with(&[without_session(get("/me"))], &[]);
    assert_eq!(stripped.actions[0].protection, Protection::Silent);
    assert!(stripped.notes[0].contains("holds no cookies and no credentials"), "{:?}", stripped.notes);
}

#[test]
fn no_secret_is_kept() {
    let sent =
        json!({"name": "ann", "password": "hunter2-secret", "again": "tok-of-ann-12345", "n": {"otp": "123456"}});
    let answer = json!({"session": {"key": "k"}, "token": "tok-of-ann-12345"});
    let mut form = seen("POST", "/forgot?token=reset-me-98765", &Value::Null, 200, &answer);
    form["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded",
        "text": "mail=ann%40example.com&passwd=hunter2-secret&_csrf=abcdef&note=cookie-of-ann-777&kind=web"});
    let catalogue = read_with(&[seen("POST", "/session", &sent, 200, &answer), form], &[]);
    let kept = format!("{catalogue:?}");
    for secret in ["hunter2", "tok-of-ann", "cookie-of-ann", "123456", "reset-me", "abcdef", "ann@example.com"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    let form = catalogue.action("POST /forgot").unwrap().body.as_ref().unwrap();
    assert!(form.best().unwrap().is_form());
    let kind = form.best().unwrap().schema.properties().into_iter().find(|(name, _)| name == "kind").unwrap().1;
    assert_eq!(kind.examples(), [json!("web")], "what is no secret is kept");
}

#[test]
fn forms_in_parts_know_their_files() {
    let text = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--";
    let mut upload = seen("POST", "/files", &Value::Null, 201, &json!({"id": 1}));
    upload["request"]["postData"] = json!({"mimeType": "multipart/form-data; boundary=x", "text": text});
    let catalogue = read_with(&[upload], &[]);
    let media = catalogue.actions[0].body.as_ref().unwrap().best().unwrap();
    assert!(media.is_multipart());
    let fields: Vec<_> = media.schema.properties().into_iter().map(|(name, one)| (name, one.format())).collect();
    assert_eq!(fields, [("note".to_owned(), None), ("scan".to_owned(), Some("binary".to_owned()))]);
}

/// One object, asked for once, whose answer names itself.
#[test]
fn what_names_itself_is_a_key() {
    let acme = json!({"slug": "acme", "title": "Acme"});
    let entries = [
        seen("GET", "/orgs/acme", &Value::Null, 200, &acme),
        seen("GET", "/orgs/acme/projects", &Value::Null, 200, &json!([])),
        seen("GET", "/orgs/settings", &Value::Null, 200, &json!({"colour": "settings"})),
        seen("GET", "/status/live", &Value::Null, 200, &json!({"id": "live"})),
    ];
    let catalogue = read_with(&entries, &[]);
    let expected = ["GET /orgs/settings", "GET /orgs/{org}", "GET /orgs/{org}/projects", "GET /status/live"];
    assert_eq!(names(&catalogue), expected);
}

#[test]
fn known_templates_win() {
    let mut known = Action::new("GET", "/notes/{slug}");
    known.base = "/api".into();
    let entries = [
        seen("GET", "/api/notes/soup", &Value::Null, 200, &json!({})),
        seen("PUT", "/api/notes/soup", &json!({}), 200, &json!({})),
    ];
    let catalogue = read_with(&entries, &[known]);
    assert_eq!(names(&catalogue), ["GET /notes/{slug}", "PUT /notes/{slug}"]);
    assert_eq!(catalogue.actions[1].address_path(), "/api/notes/{slug}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "log",
        "entries",
        "request",
        "response",
        "method",
        "GET",
        "POST",
        "url",
        "http://127.0.0.1:8080/a/7",
        "status",
        "headers",
        "name",
        "value",
        "cookie",
        "postData",
        "mimeType",
        "text",
        "params",
        "fileName",
        "content",
        "encoding",
        "base64",
        "{\"a\":[1]}",
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ];
    let word = proptest::sample::select(words.to_vec());
    let leaf = prop_oneof![Just(Value::Null), any::<u16>().prop_map(Value::from), word.clone().prop_map(Value::from)];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_recording_is_read_or_refused(
        document in any_json(), request in any_json(), response in any_json(), status in 0_u16..600,
    ) {
        let _ = read(&document, "a.har", SITE, &[]);
        let mut entry = json!({"request": request, "response": response});
        for (side, name, value) in [
            ("request", "url", json!(format!("{SITE}/a/7"))), ("request", "method", json!("POST")), ("response", "status", json!(status)),
        ] {
            if let Some(members) = entry[side].as_object_mut() {
                members.insert(name.into(), value);
            }
        }
        let _ = read(&json!({"log": {"entries": [entry]}}), "a.har", SITE, &[]);
    }
}
