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
    assert_eq!(get.origins, [Origin::new(Source::Document, "openapi.json", "/paths/~1notes~1{note}/get")]);
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
}

#[test]
fn swagger_2_with_lists_files_answers_and_who_may() {
    let text = "swagger: '2.0'
info: {title: Clinic}
basePath: /v1
consumes: [application/xml, application/json]
produces: [application/json]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
security: [{key: []}]
parameters:
  Tags: {in: query, name: tags, type: array, items: {type: string, enum: [red, blue]}, collectionFormat: pipes}
responses:
  Missing: {description: there is none}
paths:
  /pets:
    parameters:
      - $ref: '#/parameters/Tags'
      - {in: query, name: ids, type: array, items: {type: integer}, collectionFormat: multi, x-example: [1, 2]}
    get:
      responses: {200: {schema: {type: array, items: {$ref: '#/definitions/Pet'}}}, 404: {$ref: '#/responses/Missing'}}
    post:
      security: []
      parameters:
        - {in: body, name: pet, required: true, schema: {$ref: '#/definitions/Pet'}}
      responses: {201: {schema: {$ref: '#/definitions/Pet'}, examples: {application/json: {name: Rex}}}}
  /pets/{id}:
    delete:
      parameters: [{in: path, name: id, required: true, type: integer}]
      responses: {204: {description: gone}}
  /pets/{id}/scans:
    post:
      consumes: [multipart/form-data]
      parameters:
        - {in: path, name: id, required: true, type: integer}
        - {in: formData, name: scan, type: file, required: true}
        - {in: formData, name: kinds, type: array, items: {type: string}, collectionFormat: tsv}
      responses: {201: {schema: {type: file}}}
definitions:
  Pet:
    required: [name]
    properties:
      name: {type: string}
      nick: {type: string, x-nullable: true}
      mother: {$ref: '#/definitions/Pet'}
";
    let catalogue = openapi::read(text.as_bytes(), "swagger.yaml").unwrap();
    let action = |name: &str| catalogue.action(name).unwrap();
    let list = action("GET /pets");
    let query: Vec<_> = list.parameters.iter().map(|one| (one.name.as_str(), one.schema.kind(), one.join)).collect();
    assert_eq!(query, [("tags", Kind::Array, Join::Pipe), ("ids", Kind::Array, Join::Repeated)]);
    assert_eq!(list.parameters[1].examples, [json!([1, 2])]);
    assert_eq!(
        (list.address_path().as_str(), &list.protection),
        ("/v1/pets", &Protection::Protected(vec!["key".into()]))
    );
    let pet = list.answers[0].media[0].schema.items().unwrap();
    // A mother has a mother: each is looked up when she is asked for.
    let mother = pet.properties().remove(0).1;
    assert_eq!((mother.required(), mother.properties()[2].1.is_nullable()), (vec!["name".to_owned()], true));
    assert_eq!(list.answers[1].description, "there is none");
    let make = action("POST /pets");
    let kinds: Vec<_> = make.body.as_ref().unwrap().media.iter().map(|media| media.content_type.as_str()).collect();
    assert_eq!((kinds, &make.protection), (vec!["application/json", "application/xml"], &Protection::Open));
    assert_eq!(make.answers[0].media[0].examples, [json!({"name": "Rex"})]);
    assert!(action("DELETE /pets/{id}").answers[0].media.is_empty());
    let scan = action("POST /pets/{id}/scans");
    let form = scan.body.as_ref().unwrap().best().unwrap();
    assert!(form.is_multipart());
    let of = |name: &str| form.schema.properties().into_iter().find(|(known, _)| known == name).unwrap().1;
    assert_eq!((of("scan").format().as_deref(), form.joins.get("kinds")), (Some("binary"), Some(&Join::Tab)));
    assert_eq!(scan.answers[0].media[0].schema.format().as_deref(), Some("binary"));
}

#[test]
fn openapi_3_says_how_lists_are_written() {
    let list = json!({"type": "array"});
    let parameter = |name: &str, more: Value| {
        let mut node = json!({"name": name, "in": "query", "schema": list});
        node.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        node
    };
    let catalogue = read(&json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [
        parameter("a", json!({})), parameter("b", json!({"explode": false})), parameter("c", json!({"style": "pipeDelimited"})),
        parameter("d", json!({"style": "spaceDelimited", "explode": true}))]}}}}));
    let joins: Vec<_> = catalogue.actions[0].parameters.iter().map(|one| one.join).collect();
    assert_eq!(joins, [Join::Repeated, Join::Comma, Join::Pipe, Join::Repeated]);
    assert_eq!(Join::Pipe.write(vec!["a".into(), "b".into()]), ["a|b"]);
    assert_eq!(Join::Repeated.write(vec!["a".into(), "b".into()]), ["a", "b"]);
}

fn inputs(texts: &[(&str, &str)]) -> Result<Catalogue, crate::Trouble> {
    let document =
        |(place, text): &(&str, &str)| Document { place: (*place).to_owned(), bytes: text.as_bytes().to_vec() };
    super::read(&texts.iter().map(document).collect::<Vec<_>>(), "http://127.0.0.1:8080")
}

const THIN: &str = r#"{"openapi": "3.0.0", "servers": [{"url": "/api"}], "paths": {
    "/notes": {"get": {"responses": {"200": {"description": "all"}}}, "post": {"summary": "Make one"}},
    "/notes/{note}": {"get": {"security": []}}}}"#;
const ROUTES: &str = "GET /api/notes/:id\nGET /api/notes/:id/raw\nDELETE /api/notes/:id\n";
const LOG: &str = "h - - [x] \"GET /api/notes/7 HTTP/1.1\" 200 1\nh - - [x] \"GET /api/admin/users/3 HTTP/1.1\" 200 1\n\
                   h - - [x] \"GET /api/notes/7/raw HTTP/1.1\" 200 1\n";
const RECORDING: &str = r#"{"log": {"entries": [{
    "request": {"method": "POST", "url": "http://127.0.0.1:8080/api/notes", "headers": [],
        "postData": {"mimeType": "application/json", "text": "{\"title\":\"Soup\"}"}},
    "response": {"status": 201, "content": {"mimeType": "application/json", "text": "{\"id\":7,\"title\":\"Soup\"}"}}}]}}"#;

#[test]
fn several_inputs_are_one_catalogue_whatever_their_order() {
    let all = [("openapi.json", THIN), ("a.har", RECORDING), ("routes.txt", ROUTES), ("access.log", LOG)];
    let catalogue = inputs(&all).unwrap();
    let told: Vec<_> = catalogue
        .actions
        .iter()
        .map(|action| {
            format!(
                "{} ← {}",
                action.name(),
                action.origins.iter().map(|one| one.document.as_str()).collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "GET /admin/users/{user} ← access.log",
            "GET /notes ← openapi.json",
            "POST /notes ← openapi.json a.har",
            "GET /notes/{id}/raw ← routes.txt",
            "DELETE /notes/{note} ← routes.txt",
            "GET /notes/{note} ← openapi.json routes.txt",
        ]
    );
    let make = catalogue.action("POST /notes").unwrap();
    assert_eq!(make.summary, "Make one");
    assert_eq!(make.body.as_ref().unwrap().best().unwrap().schema.required(), ["title"]);
    assert_eq!(make.answers[0].status, "201");
    let stands: Vec<_> = catalogue.notes.iter().filter(|note| note.contains("in no document")).collect();
    assert_eq!(
        stands,
        [
            "1 action stands in no document, seen in the access log access.log: GET /admin/users/{user}",
            "2 actions stand in no document, seen in the routes of routes.txt: GET /notes/{id}/raw, DELETE /notes/{note}",
        ]
    );
    assert!(catalogue.actions.iter().all(|action| action.base == "/api"), "one base, so one kind of key");
    let mut turned = all;
    turned.reverse();
    let names = |catalogue: &Catalogue| catalogue.actions.iter().map(Action::name).collect::<Vec<_>>();
    assert_eq!(names(&inputs(&turned).unwrap()), names(&catalogue));
}

#[test]
fn a_list_adds_actions_and_never_expectations() {
    let catalogue = inputs(&[("openapi.json", THIN), ("access.log", LOG), ("routes.txt", ROUTES)]).unwrap();
    let expected = |action: &&Action| action.protection != Protection::Silent;
    let told: Vec<_> = catalogue.actions.iter().filter(expected).map(Action::name).collect();
    assert_eq!(told, ["GET /notes/{note}"], "only the document says who may");
}

#[test]
fn two_versions_of_one_action_have_two_names() {
    let other = THIN.replace("/api", "/v2");
    let catalogue = inputs(&[("one.json", THIN), ("two.json", &other)]).unwrap();
    let names: Vec<_> = catalogue.actions.iter().map(|action| (action.name(), action.address_path())).collect();
    assert_eq!(names.len(), 6);
    assert!(names.contains(&("GET /v2/notes".into(), "/v2/notes".into())), "{names:?}");
    assert!(names.contains(&("GET /notes".into(), "/api/notes".into())), "{names:?}");
}

#[test]
fn what_names_no_action_is_refused() {
    let refused = |texts: &[(&str, &str)]| inputs(texts).unwrap_err().to_string();
    let nothing = "h - - [x] \"GET /a.png HTTP/1.1\" 200 1\n";
    assert!(refused(&[("access.log", nothing)]).starts_with("access.log: names no action of the service's\n\nhint: "));
    assert!(
        refused(&[("openapi.json", THIN), ("notes.txt", "hello\n")]).starts_with("notes.txt: no known kind of input")
    );
    let many: String = (0..5_100).map(|number| format!("GET /a{number}x\n")).collect();
    assert!(refused(&[("routes.txt", &many)]).contains("names 5100 actions; 5000 are walked at most"));
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
    fn any_inputs_together_are_read_or_refused(document in any_json(), routes in "((GET|POST) /[a-z:{}]{0,8}\n){0,4}") {
        let document = document.to_string();
        let _ = inputs(&[("a", &document), ("b", &routes), ("c", LOG), ("d", RECORDING)]);
    }

    #[test]
    fn any_top_is_read_or_refused(document in any_json()) {
        let _ = openapi::read(document.to_string().as_bytes(), "doc");
    }
}
