//! SCIM 2.0 (RFC 7644), below `/scim/v2`: what an organisation's directory speaks. It turns that into the same requests that every
//! wire makes; who may, what follows and what is recorded is decided where it always is.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, RawPathParams, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use door::{Door, FieldErrors, Input, Refusal, Request, Verb, Way, id::uuid_at};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::arriving;
use super::problem::{Problem, name_request};
use super::request::{Peer, Proxies, credential_of_header, ids_of, origin_of, params_of};
use crate::directory::{group, user};

/// Where it begins.
pub const PREFIX: &str = "/scim/v2";

/// The media type (RFC 7644 section 8.1).
const SCIM: &str = "application/scim+json";

/// What there is, as directories ask for it (RFC 7643 sections 6 and 7).
struct Kind {
    name: &'static str,
    about: &'static str,
    endpoint: &'static str,
    /// The name of its schema.
    urn: &'static str,
    /// What it has.
    schema: Value,
}

static KINDS: LazyLock<[Kind; 2]> = LazyLock::new(|| {
    let schema = |text: &str| serde_json::from_str(text).unwrap_or_default();
    [
        Kind {
            name: "User",
            about: "Somebody who is to belong to the organisation",
            endpoint: "/Users",
            urn: user::SCHEMA,
            schema: schema(include_str!("../directory/user/schema.json")),
        },
        Kind {
            name: "Group",
            about: "Several of them, to whom the organisation may give something",
            endpoint: "/Groups",
            urn: group::SCHEMA,
            schema: schema(include_str!("../directory/group/schema.json")),
        },
    ]
});

/// What the wire needs.
#[derive(Clone)]
struct Wire {
    door: Arc<Door>,
    proxies: Proxies,
    /// `https://portal.example/scim/v2`.
    base: Arc<str>,
}

/// The routes. `base` is where they are, as directories reach it.
pub fn router(door: Arc<Door>, proxies: Proxies, base: String) -> Router {
    let mut routes: BTreeMap<&'static str, MethodRouter<Wire>> = BTreeMap::new();
    for entry in door.catalogue().entries() {
        let Way::Scim(verb, path) = entry.spec.way else { continue };
        let known = routes.remove(path).unwrap_or_default();
        routes.insert(path, known.merge(route(entry.spec.name, verb, path)));
    }
    let mut router = Router::new()
        .route(&at("/ServiceProviderConfig"), get(configuration).fallback(wrong_verb))
        .route(&at("/ResourceTypes"), get(resource_types).fallback(wrong_verb))
        .route(&at("/ResourceTypes/{name}"), get(resource_type).fallback(wrong_verb))
        .route(&at("/Schemas"), get(schemas).fallback(wrong_verb))
        .route(&at("/Schemas/{name}"), get(schema).fallback(wrong_verb));
    for (path, methods) in routes {
        router = router.route(&at(path), methods.fallback(wrong_verb));
    }
    let router =
        router.route(PREFIX, axum::routing::any(nothing_here)).route(&at("/{*rest}"), axum::routing::any(nothing_here));
    router.with_state(Wire { door, proxies, base: base.into() })
}

fn at(path: &str) -> String {
    format!("{PREFIX}{path}")
}

fn route(name: &'static str, verb: Verb, path: &'static str) -> MethodRouter<Wire> {
    let names = params_of(path);
    let method = match verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
    };
    on(
        method,
        move |State(wire): State<Wire>,
              ConnectInfo(peer): ConnectInfo<Peer>,
              params: RawPathParams,
              RawQuery(query): RawQuery,
              headers: HeaderMap,
              body: Body| async move {
            let id = uuid_at(wire.door.now());
            let query = Query::of(query.as_deref().unwrap_or_default());
            let lists = names.is_empty() && verb == Verb::Get;
            let input = if lists { query.listing() } else { read(&headers, body).await };
            let input = match input {
                Ok(input) => input,
                Err(refusal) => return refused(&refusal, id),
            };
            let request = Request {
                credential: credential_of_header(&headers),
                origin: origin_of(&headers, peer, &wire.proxies),
                ids: ids_of(&names, &params),
                input,
                id,
                ..Request::default()
            };
            match wire.door.pass(name, request).await {
                Ok(reply) => done(verb, query.shown(reply.output), id),
                Err(refusal) => refused(&refusal, id),
            }
        },
    )
}

/// What the address asks beside the path.
#[derive(Default)]
struct Query(BTreeMap<String, String>);

impl Query {
    fn of(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Which resources (RFC 7644 section 3.4.2). An order is not kept to, as its section 3.4.2.3 allows.
    fn listing(&self) -> Result<Input, Refusal> {
        let mut asked = Map::new();
        for (name, value) in &self.0 {
            match name.as_str() {
                "filter" => {
                    asked.insert(name.clone(), Value::from(value.as_str()));
                }
                "startIndex" | "count" => {
                    let number: i64 = value.parse().map_err(|_| Refusal::field(name, "must be a number"))?;
                    asked.insert(name.clone(), Value::from(number));
                }
                _ => {}
            }
        }
        Ok(Input::Fields(Value::Object(asked)))
    }

    /// The answer with the attributes that were asked for (RFC 7644 section 3.9).
    fn shown(&self, mut answer: Value) -> Value {
        let names = |name: &str| -> Option<Vec<String>> {
            // A part of an attribute is shown with the whole of it.
            let top = |text: &str| {
                let text = text.trim().rsplit(':').next().unwrap_or_default();
                text.split('.').next().unwrap_or_default().to_ascii_lowercase()
            };
            Some(self.0.get(name)?.split(',').map(top).collect())
        };
        let (only, without) = (names("attributes"), names("excludedAttributes"));
        if only.is_none() && without.is_none() {
            return answer;
        }
        let show = |resource: &mut Value| {
            let Some(resource) = resource.as_object_mut() else { return };
            resource.retain(|name, _| {
                let name = name.to_ascii_lowercase();
                let always = name == "id" || name == "schemas";
                let asked = only.as_ref().is_none_or(|only| only.contains(&name));
                always || (asked && !without.as_ref().is_some_and(|without| without.contains(&name)))
            });
        };
        match answer.get_mut("Resources").and_then(Value::as_array_mut) {
            Some(resources) => resources.iter_mut().for_each(show),
            None => show(&mut answer),
        }
        answer
    }
}

/// The document that was sent, if any.
async fn read(headers: &HeaderMap, body: Body) -> Result<Input, Refusal> {
    let too_large = || Refusal::TooLarge("The body is larger than 64 KiB.".to_owned());
    let body = arriving::whole(body).await?.ok_or_else(too_large)?;
    if body.is_empty() {
        return Ok(Input::None);
    }
    match arriving::media_type(headers).as_str() {
        SCIM | "application/json" => Ok(Input::Json(body.to_vec())),
        _ => Err(Refusal::Malformed(format!("the body must be {SCIM}"))),
    }
}

/// What was asked for, or done.
fn done(verb: Verb, output: Value, id: Uuid) -> Response {
    let status = match verb {
        Verb::Post => StatusCode::CREATED,
        Verb::Delete => return named(StatusCode::NO_CONTENT.into_response(), id),
        Verb::Get | Verb::Put | Verb::Patch => StatusCode::OK,
    };
    let location = output.pointer("/meta/location").and_then(Value::as_str);
    let location = location.and_then(|location| HeaderValue::from_str(location).ok());
    let mut response = document(status, &output);
    if let Some(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    named(response, id)
}

fn document(status: StatusCode, value: &Value) -> Response {
    (status, [(CONTENT_TYPE, SCIM)], value.to_string()).into_response()
}

fn named(mut response: Response, id: Uuid) -> Response {
    // Nothing of this belongs into anybody's cache.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    name_request(&mut response, id);
    response
}

/// An error as directories read it (RFC 7644 section 3.12).
fn error(status: StatusCode, kind: Option<&str>, detail: &str, id: Uuid) -> Response {
    let mut error = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_u16().to_string(),
        "detail": detail,
    });
    if let Some(kind) = kind {
        error["scimType"] = Value::from(kind);
    }
    let mut response = document(status, &error);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    named(response, id)
}

/// What the door said.
fn refused(refusal: &Refusal, id: Uuid) -> Response {
    match refusal {
        Refusal::Invalid(errors) => error(StatusCode::BAD_REQUEST, Some(kind(errors)), &said(errors), id),
        Refusal::Malformed(why) => error(StatusCode::BAD_REQUEST, Some("invalidSyntax"), why, id),
        Refusal::Conflict("exists") => {
            let detail = "There is one of this name already, or with this mail address.";
            error(StatusCode::CONFLICT, Some("uniqueness"), detail, id)
        }
        other => {
            let problem = Problem::of(other, id);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let detail = match problem.detail {
                Some(detail) => format!("{} {detail}", problem.title),
                None => problem.title,
            };
            let mut response = error(status, None, &detail, id);
            if let Refusal::TooMany { retry_seconds } = other {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_seconds));
            }
            response
        }
    }
}

/// Of what kind it is that something is wrong (RFC 7644 section 3.12, table 9).
fn kind(errors: &FieldErrors) -> &'static str {
    match errors.keys().next().map(String::as_str) {
        Some("filter") => "invalidFilter",
        Some("path") => "invalidPath",
        Some("target") => "noTarget",
        Some("mutability") => "mutability",
        Some("op" | "Operations") => "invalidSyntax",
        _ => "invalidValue",
    }
}

fn said(errors: &FieldErrors) -> String {
    errors.iter().map(|(field, why)| format!("{field}: {why}")).collect::<Vec<_>>().join("; ")
}

/// What is spoken here (RFC 7643 section 5).
async fn configuration(State(wire): State<Wire>) -> Response {
    let no = json!({ "supported": false });
    let configuration = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": user::PAGE_MAX },
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an owner or an admin makes on the page of the directory.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{}/ServiceProviderConfig", wire.base) },
    });
    document(StatusCode::OK, &configuration)
}

impl Kind {
    fn resource_type(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.about,
            "endpoint": self.endpoint,
            "schema": self.urn,
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }

    fn schema(&self, base: &str) -> Value {
        let mut schema = self.schema.clone();
        schema["meta"] = json!({ "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.urn) });
        schema
    }
}

fn list(resources: &[Value]) -> Response {
    let list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    document(StatusCode::OK, &list)
}

async fn resource_types(State(wire): State<Wire>) -> Response {
    list(&KINDS.iter().map(|kind| kind.resource_type(&wire.base)).collect::<Vec<_>>())
}

async fn resource_type(State(wire): State<Wire>, Path(name): Path<String>) -> Response {
    match KINDS.iter().find(|kind| kind.name == name) {
        Some(kind) => document(StatusCode::OK, &kind.resource_type(&wire.base)),
        None => nothing_here(State(wire)).await,
    }
}

async fn schemas(State(wire): State<Wire>) -> Response {
    list(&KINDS.iter().map(|kind| kind.schema(&wire.base)).collect::<Vec<_>>())
}

async fn schema(State(wire): State<Wire>, Path(name): Path<String>) -> Response {
    match KINDS.iter().find(|kind| kind.urn == name) {
        Some(kind) => document(StatusCode::OK, &kind.schema(&wire.base)),
        None => nothing_here(State(wire)).await,
    }
}

async fn nothing_here(State(wire): State<Wire>) -> Response {
    refused(&Refusal::NotFound, uuid_at(wire.door.now()))
}

async fn wrong_verb(State(wire): State<Wire>) -> Response {
    let id = uuid_at(wire.door.now());
    error(StatusCode::METHOD_NOT_ALLOWED, None, "This path has no such verb.", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_has_a_schema() {
        let attributes = ["userName name displayName emails active groups", "displayName members"]
            .map(|names| names.split(' ').collect());
        for (kind, attributes) in KINDS.iter().zip::<[Vec<&str>; 2]>(attributes) {
            assert_eq!(kind.schema["id"], kind.urn);
            let named = kind.schema["attributes"].as_array().unwrap();
            let names: Vec<_> = named.iter().map(|attribute| attribute["name"].as_str().unwrap()).collect();
            assert_eq!(names, attributes);
        }
    }

    #[test]
    fn only_what_was_asked_for_is_shown() {
        let answer = json!({"schemas": [], "id": "7", "userName": "a", "name": {"givenName": "A"}, "active": true});
        let shown = |query: &str, answer: &Value| {
            let shown = Query::of(query).shown(answer.clone());
            shown.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("attributes=userName", &answer), "id schemas userName");
        assert_eq!(shown(&format!("attributes={}:name.givenName", user::SCHEMA), &answer), "id name schemas");
        assert_eq!(shown("excludedAttributes=NAME,id", &answer), "active id schemas userName");
        assert_eq!(shown("", &answer), "active id name schemas userName");
        let list = json!({"totalResults": 1, "Resources": [answer]});
        let list = Query::of("attributes=active").shown(list);
        assert_eq!(list["Resources"][0], json!({"schemas": [], "id": "7", "active": true}));
        assert_eq!(list["totalResults"], 1);
    }
}
