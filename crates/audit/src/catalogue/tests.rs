//! What the readers make of documents, sound and broken.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(document: &Value) -> Catalogue {
    openapi::read(document.to_string().as_bytes(), "openapi.json").unwrap()
}

fn refused(text: &str) -> String {
    openapi::read(text.as_bytes(), "openapi.json").unwrap_err().to_string()
}

#[test]
fn openapi_3_with_references_parameters_bodies_and_security() {
    let catalogue = read(&json!({
        "openapi": "3.1.0", "info": {"title": "Notes"}, "servers": [{"url": "https://example.com/{v}/", "variables": {"v": {"default": "api"}}}],
        "security": [{"bearer": []}],
        "paths": {
            "/notes/{note}": {
                "parameters": [{"$ref": "#/components/parameters/Note"}],
                "get": {"operationId": "showNote", "parameters": [{"name": "note", "in": "path", "schema": {"type": "string", "format": "uuid"}},
                        {"name": "full", "in": "query", "required": true, "schema": {"type": "boolean"}, "example": true}],
                    "responses": {"200": {"description": "ok", "content": {"application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/Note"}}}}}},
                "put": {"security": [], "requestBody": {"$ref": "#/components/requestBodies/Note"}},
                "delete": {"security": [{"bearer": []}, {}]},
            },
            "/session": {"post": {"requestBody": {"content": {
                "application/x-www-form-urlencoded": {"schema": {}}, "application/json": {"schema": {}, "examples": {"one": {"value": {"a": 1}}}}}}}},
        },
        "components": {
            "parameters": {"Note": {"name": "note", "in": "path", "required": true, "schema": {"type": "integer"}}},
            "schemas": {"Note": {"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}}}},
            "requestBodies": {"Note": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}},
        },
    }));
    assert_eq!(catalogue.title, "Notes");
    let names: Vec<_> = catalogue.actions.iter().map(Action::name).collect();
    assert_eq!(names, ["DELETE /notes/{note}", "GET /notes/{note}", "PUT /notes/{note}", "POST /session"]);
    let get = catalogue.action("GET /notes/{note}").unwrap();
    assert_eq!(get.address_path(), "/api/notes/{note}");
    let parameters: Vec<_> =
        get.parameters.iter().map(|one| (one.name.as_str(), one.place, one.schema.kind())).collect();
    assert_eq!(parameters, [("note", Place::Path, Kind::String), ("full", Place::Query, Kind::Boolean)]);
    assert_eq!(get.protection, Protection::Protected(vec!["bearer".into()]));
    assert_eq!(get.answers[0].media[0].content_type, "application/json");
    assert!(get.answers[0].media[0].schema.properties()[0].1.is_read_only());
    assert_eq!(get.pointer, "/paths/~1notes~1{note}/get");
    assert_eq!(catalogue.action("PUT /notes/{note}").unwrap().protection, Protection::Open);
    assert_eq!(catalogue.action("DELETE /notes/{note}").unwrap().protection, Protection::Open);
    assert!(catalogue.action("PUT /notes/{note}").unwrap().body.as_ref().unwrap().required);
    let session = catalogue.action("POST /session").unwrap().body.clone().unwrap();
    assert!(session.best().unwrap().is_json() && session.best().unwrap().examples == [json!({"a": 1})]);
}

#[test]
fn swagger_2_with_body_and_form() {
    let catalogue = read(&json!({
        "swagger": "2.0", "basePath": "/v2", "consumes": ["application/json"],
        "paths": {
            "/pets": {"post": {"parameters": [{"in": "body", "name": "pet", "required": true, "schema": {"$ref": "#/definitions/Pet"}}]}},
            "/upload": {"post": {"parameters": [{"in": "formData", "name": "file", "type": "file", "required": true}, {"in": "formData", "name": "note", "type": "string"}]}},
            "/pets/{id}": {"get": {"parameters": [{"in": "path", "name": "id", "type": "integer", "format": "int64", "required": true}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}}}},
        },
        "definitions": {"Pet": {"required": ["name"], "properties": {"name": {"type": "string"}}}},
    }));
    let get = catalogue.action("GET /pets/{id}").unwrap();
    assert_eq!((get.address_path().as_str(), get.parameters[0].schema.kind()), ("/v2/pets/{id}", Kind::Integer));
    assert_eq!(get.answers[0].media[0].schema.required(), ["name"]);
    assert_eq!(get.protection, Protection::Silent);
    let body = |name: &str| catalogue.action(name).unwrap().body.clone().unwrap();
    assert_eq!(body("POST /pets").media[0].schema.required(), ["name"]);
    assert!(body("POST /upload").media[0].is_multipart());
    assert_eq!(body("POST /upload").media[0].schema.properties().len(), 2);
}

#[test]
fn yaml_with_numbers_as_status_codes_and_undeclared_path_parameters() {
    let text = "openapi: 3.0.3\npaths:\n  /a/{x}/b/{y}:\n    get:\n      responses:\n        200:\n          description: ok\n";
    let catalogue = openapi::read(text.as_bytes(), "openapi.yaml").unwrap();
    let action = &catalogue.actions[0];
    assert_eq!(action.answers[0].status, "200");
    let names: Vec<_> = action.parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["x", "y"]);
}

#[test]
fn the_server_that_fits_best_gives_the_base() {
    let base = |servers: Value| {
        let document = json!({"openapi": "3.0.0", "servers": servers, "paths": {"/x": {"get": {}}}});
        read(&document).actions[0].base.clone()
    };
    assert_eq!(base(json!([{"url": "https://example.com/prod"}, {"url": "/api"}])), "/api");
    assert_eq!(base(json!([{"url": "https://example.com/prod"}, {"url": "http://localhost:80/dev/"}])), "/dev");
    assert_eq!(base(json!([{"url": "https://example.com"}])), "");
    assert_eq!(base(json!([{"url": "./v1"}])), "/v1");
    assert_eq!(base(json!([])), "");
}

#[test]
fn what_is_not_openapi_is_refused_with_its_place() {
    assert!(refused("{}").contains("not an OpenAPI document"));
    assert!(refused("{\"openapi\": \"4.0\"}").starts_with("openapi.json: /openapi: version 4.0 is not known"));
    assert!(refused("{\"swagger\": \"1.2\"}").contains("version 1.2 is not known"));
    assert!(
        refused("{\"openapi\": \"3.0.0\", \"paths\": []}")
            .starts_with("openapi.json: /paths: an object is expected, this is a list")
    );
    assert!(refused("{\"openapi\": \"3.0.0\", \"paths\": {\"/a\": {\"get\": 1}}}").contains("/paths/~1a/get"));
    assert!(refused("{\"openapi\": \"3.0.0\", \"paths\": {}}").contains("no actions"));
    assert!(refused("{\"log\": {\"entries\": []}}").contains("HAR"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "openapi",
        "3.0.0",
        "3.1.0",
        "swagger",
        "2.0",
        "paths",
        "/a/{b}",
        "get",
        "post",
        "parameters",
        "name",
        "in",
        "path",
        "query",
        "body",
        "schema",
        "$ref",
        "#/paths",
        "#",
        "content",
        "application/json",
        "responses",
        "200",
        "servers",
        "url",
        "allOf",
        "properties",
        "type",
        "object",
        "security",
        "requestBody",
        "links",
        "enum",
        "items",
        "required",
        "consumes",
        "formData",
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
    fn any_document_is_read_or_refused(paths in any_json(), components in any_json(), swagger in any::<bool>()) {
        let version = if swagger { ("swagger", "2.0") } else { ("openapi", "3.1.0") };
        let document = json!({version.0: version.1, "paths": {"/a/{b}": paths}, "components": components});
        if let Ok(catalogue) = openapi::read(document.to_string().as_bytes(), "doc") {
            for action in &catalogue.actions {
                for media in action.body.iter().flat_map(|body| &body.media) {
                    let _ = (media.schema.kind(), media.schema.properties(), media.schema.alternatives(), media.schema.examples());
                }
            }
        }
    }

    #[test]
    fn any_top_is_read_or_refused(document in any_json()) {
        let _ = openapi::read(document.to_string().as_bytes(), "doc");
    }
}
