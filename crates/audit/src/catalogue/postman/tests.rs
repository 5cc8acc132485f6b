use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::catalogue::{Kind, Place};

fn read_with(collection: &Value, known: &[Action]) -> Catalogue {
    read(collection, "notes.json", known).unwrap()
}

fn collection() -> Value {
    json!({
        "info": {"name": "Notes", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "tok-of-ann-12345", "type": "string"}]},
        "variable": [
            {"key": "base", "value": "{{host}}/api/v1"}, {"key": "host", "value": "https://example.com"},
            {"key": "noteId", "value": "42"}, {"key": "password", "value": "hunter2-secret"}, {"key": "size", "value": "25"},
        ],
        "event": [{"listen": "test", "script": {"exec": ["pm.environment.set('x', 1)"]}}],
        "item": [
            {"name": "Notes", "item": [
                {"name": "List notes", "request": {"method": "GET", "url": {"raw": "{{base}}/notes?size={{size}}&after={{cursor}}",
                    "query": [{"key": "size", "value": "{{size}}"}, {"key": "after", "value": "{{cursor}}", "disabled": true}]}},
                 "response": [{"name": "ok", "code": 200, "header": [{"key": "Content-Type", "value": "application/json; charset=utf-8"}],
                    "body": "{\"items\":[{\"id\":1,\"title\":\"a\"}]}"}]},
                {"name": "Make a note", "request": {"method": "POST", "url": "{{base}}/notes", "description": "Makes one.",
                    "body": {"mode": "raw", "options": {"raw": {"language": "json"}},
                        "raw": "{\"title\": \"{{title}}\", \"size\": {{size}}, \"owner\": {{owner}}, \"kind\": \"plain\"}"}}},
                {"name": "Show", "request": {"method": "GET", "url": {"raw": "{{base}}/notes/{{noteId}}"}}},
                {"name": "Change", "request": {"method": "PUT", "url": {"raw": "{{base}}/notes/:id", "variable": [{"key": "id", "value": "7"}]}}},
            ]},
            {"name": "Sign in", "request": {"method": "POST", "auth": {"type": "noauth"}, "url": "{{base}}/session",
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "name", "value": "ann"},
                    {"key": "password", "value": "{{password}}"}, {"key": "remember", "value": "true", "disabled": true}]}}},
            {"name": "Upload", "request": {"method": "POST", "url": "{{base}}/files",
                "body": {"mode": "formdata", "formdata": [{"key": "scan", "type": "file", "src": "/tmp/a"}, {"key": "note", "value": "x"}]}}},
            {"name": "Graph", "request": {"method": "POST", "url": "{{base}}/graphql", "body": {"mode": "graphql"}}},
            {"name": "Only an address", "request": "https://example.com/api/v1/notes/12/parts"},
        ],
    })
}

#[test]
fn folders_variables_bodies_and_responses() {
    let catalogue = read_with(&collection(), &[]);
    assert_eq!(catalogue.title, "Notes");
    let names: Vec<_> = catalogue.actions.iter().map(Action::name).collect();
    assert_eq!(
        names,
        [
            "GET /api/v1/notes",
            "POST /api/v1/notes",
            "GET /api/v1/notes/{noteId}",
            "PUT /api/v1/notes/{id}",
            "POST /api/v1/session",
            "POST /api/v1/files",
            "GET /api/v1/notes/{note}/parts",
        ]
    );
    let list = &catalogue.actions[0];
    let query: Vec<_> = list.parameters_in(Place::Query).map(|one| (one.name.as_str(), one.required)).collect();
    assert_eq!(query, [("size", true), ("after", false)]);
    assert_eq!((list.tags.as_slice(), list.summary.as_str()), (["Notes".to_owned()].as_slice(), "List notes"));
    assert_eq!(list.answers[0].media[0].content_type, "application/json");
    assert_eq!(list.answers[0].media[0].schema.properties()[0].0, "items");
    assert_eq!(list.origin().unwrap(), "the collection notes.json, /item/0/item/0");
    let make = catalogue.actions[1].body.as_ref().unwrap().best().unwrap();
    let fields: Vec<_> =
        make.schema.properties().into_iter().map(|(name, one)| (name, one.kind(), one.examples())).collect();
    assert_eq!(
        fields,
        [
            ("kind".to_owned(), Kind::String, vec![json!("plain")]),
            ("owner".to_owned(), Kind::Any, vec![]),
            ("size".to_owned(), Kind::Integer, vec![json!(25)]),
            ("title".to_owned(), Kind::String, vec![]),
        ]
    );
    assert_eq!(catalogue.actions[1].protection, Protection::Protected(vec!["bearer".into()]));
    assert_eq!(catalogue.actions[4].protection, Protection::Open);
    let sign_in = catalogue.actions[4].body.as_ref().unwrap().best().unwrap();
    assert_eq!((sign_in.is_form(), sign_in.schema.required()), (true, vec!["name".to_owned(), "password".to_owned()]));
    let upload = catalogue.actions[5].body.as_ref().unwrap().best().unwrap();
    assert_eq!(upload.schema.properties()[1].1.format().as_deref(), Some("binary"));
    assert_eq!(
        catalogue.notes,
        ["notes.json: 1 script not run", "notes.json: 1 request of GraphQL left out, which is not walked"]
    );
}

#[test]
fn no_secret_is_kept() {
    let kept = format!("{:?}", read_with(&collection(), &[]));
    for secret in ["hunter2", "tok-of-ann"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
}

#[test]
fn the_spellings_of_addresses() {
    let variables = Variables::default()
        .with(Some(&json!([{"key": "v", "value": "v2"}, {"key": "loop", "value": "{{loop}}{{loop}}"}])));
    let secrets = Secrets::default();
    let inference = Inference { secrets: &secrets, examples: true };
    let path = |url: Value| address::read(&url, &variables, &inference).map(|address| address.path).unwrap_or_default();
    for (url, expected) in [
        (json!("{{base}}/notes/:id/"), "/notes/{id}/"),
        (json!("{{scheme}}://{{host}}/{{v}}/notes"), "/v2/notes"),
        (json!("localhost:3000/notes"), "/notes"),
        (json!("api.example.com"), "/"),
        (json!("/notes#top"), "/notes"),
        (json!({"host": ["{{base}}"], "path": ["notes", ":id"]}), "/notes/{id}"),
        (json!("https://example.com/{{$guid}}/{{loop}}"), "/{guid}/{loop}"),
    ] {
        assert_eq!(path(url.clone()), expected, "{url}");
    }
}

#[test]
fn deep_folders_end() {
    let mut item = json!({"name": "x", "request": "http://a/x"});
    for _ in 0..40 {
        item = json!({"name": "f", "item": [item]});
    }
    let catalogue = read_with(&json!({"info": {}, "item": [item, {"request": "http://a/y"}]}), &[]);
    assert_eq!(catalogue.actions.len(), 1);
    assert!(catalogue.notes[0].contains("nest too deep"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "info",
        "item",
        "request",
        "response",
        "method",
        "GET",
        "POST",
        "url",
        "raw",
        "http://a/{{b}}/:c?d={{e}}",
        "{{base}}/a",
        "header",
        "key",
        "value",
        "body",
        "mode",
        "urlencoded",
        "formdata",
        "file",
        "{\"a\": {{b}}}",
        "auth",
        "type",
        "bearer",
        "variable",
        "b",
        "query",
        "disabled",
        "code",
        "name",
        "event",
        "script",
        "exec",
        "host",
        "path",
        "{{",
        "}}",
    ];
    let word = proptest::sample::select(words.to_vec());
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), word.clone().prop_map(Value::from)];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_collection_is_read_or_refused(item in any_json(), variable in any_json(), auth in any_json()) {
        let request = json!({"method": "POST", "url": item.get("url").unwrap_or(&item), "body": item});
        let collection = json!({"info": {}, "variable": variable, "auth": auth, "item": [item, {"request": request}]});
        let _ = read(&collection, "notes.json", &[]);
    }

    #[test]
    fn any_address_is_read_or_refused(raw in "[ -~]{0,40}") {
        let secrets = Secrets::default();
        let inference = Inference { secrets: &secrets, examples: true };
        if let Some(address) = address::read(&json!(raw), &Variables::default(), &inference) {
            prop_assert!(address.path.starts_with('/'));
        }
    }
}
