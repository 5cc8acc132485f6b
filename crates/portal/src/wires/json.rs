//! The JSON interface, below `/api/v1`: every action with a path, as the catalogue declares it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, RawPathParams, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, on};
use door::{Door, Input, Refusal, Request, Verb, Way, id::uuid_at};
use serde_json::Value;
use uuid::Uuid;

use super::download::{self, Download};
use super::openapi::document;
use super::problem::{Problem, name_request};
use super::request::{Peer, Proxies, credential_of_header, ids_of, origin_of, params_of};
use super::sign_in::sign_in;

/// Where the interface begins.
pub const PREFIX: &str = "/api/v1";
/// The largest body of a JSON request, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// What the wire needs.
#[derive(Clone)]
struct Wire {
    door: Arc<Door>,
    proxies: Proxies,
    document: Arc<str>,
}

/// The routes of the interface.
pub fn router(door: Arc<Door>, proxies: Proxies) -> Router {
    let document: Arc<str> = serde_json::to_string(&document(door.catalogue())).unwrap_or_default().into();
    let mut routes: BTreeMap<&'static str, MethodRouter<Wire>> = BTreeMap::new();
    for entry in door.catalogue().entries() {
        let Way::Http(verb, path) = entry.spec.way else { continue };
        let route = route(entry.spec.name, verb, path);
        let known = routes.remove(path).unwrap_or_default();
        routes.insert(path, known.merge(route));
    }
    let mut router =
        Router::new().route(&format!("{PREFIX}/openapi.json"), axum::routing::get(show_document).fallback(wrong_verb));
    for (path, methods) in routes {
        router = router.route(&format!("{PREFIX}{path}"), methods.fallback(wrong_verb));
    }
    router
        .route(PREFIX, axum::routing::any(unknown_path))
        .route(&format!("{PREFIX}/{{*rest}}"), axum::routing::any(unknown_path))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Wire { door, proxies, document })
}

fn route(name: &'static str, verb: Verb, path: &'static str) -> MethodRouter<Wire> {
    let names = params_of(path);
    let method = match verb {
        Verb::Get => axum::routing::MethodFilter::GET,
        Verb::Post => axum::routing::MethodFilter::POST,
        Verb::Put => axum::routing::MethodFilter::PUT,
        Verb::Delete => axum::routing::MethodFilter::DELETE,
    };
    on(
        method,
        move |State(wire): State<Wire>,
              ConnectInfo(peer): ConnectInfo<Peer>,
              params: RawPathParams,
              RawQuery(query): RawQuery,
              headers: HeaderMap,
              body: Result<Bytes, BytesRejection>| async move {
            let id = uuid_at(wire.door.now());
            let input = match input(verb, query.as_deref(), &headers, body) {
                Ok(input) => input,
                Err(refused) => return refused.with(id),
            };
            let request = Request {
                credential: credential_of_header(&headers),
                origin: origin_of(&headers, peer, &wire.proxies),
                ids: ids_of(&names, &params),
                input,
                key: headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned),
                id,
            };
            answer(&wire, name, request).await
        },
    )
}

async fn answer(wire: &Wire, name: &'static str, request: Request) -> Response {
    let id = request.id;
    let passed = if name == "session.open" {
        sign_in(&wire.door, request).await.map(|(reply, _)| reply)
    } else {
        wire.door.pass(name, request).await
    };
    let mut response = match passed {
        Ok(reply) => match reply.pieces {
            Some(pieces) => download::response(Download::new(&reply.output, pieces)),
            None => axum::Json(reply.output).into_response(),
        },
        Err(refusal) => Problem::of(&refusal, id).into_response(),
    };
    // Nothing of this belongs into anybody's cache.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    name_request(&mut response, id);
    response
}

/// A request that does not reach the door.
struct Refused(StatusCode, &'static str, &'static str);

impl Refused {
    fn with(&self, id: Uuid) -> Response {
        Problem::new(self.0, self.1, self.2, id).into_response()
    }
}

fn input(
    verb: Verb,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Input, Refused> {
    if verb == Verb::Get {
        return Ok(Input::Fields(fields_of_query(query.unwrap_or_default())));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 64 KiB.")
        }
        _ => Refused(StatusCode::BAD_REQUEST, "malformed", "The body did not arrive whole."),
    })?;
    if body.is_empty() {
        return Ok(Input::None);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let json = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json");
    if json {
        Ok(Input::Json(body.to_vec()))
    } else {
        Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", "The body must be application/json."))
    }
}

/// The fields of a query. A name that comes twice is a list, which no field here is, and so is refused by name.
pub(super) fn fields_of_query(query: &str) -> Value {
    let mut fields = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // `?cursor=` says nothing, as an empty field of a form does.
        if value.is_empty() {
            continue;
        }
        match fields.entry(name.into_owned()) {
            serde_json::map::Entry::Vacant(entry) => {
                entry.insert(Value::String(value.into_owned()));
            }
            serde_json::map::Entry::Occupied(mut entry) => {
                let before = entry.get_mut();
                if let Value::Array(values) = before {
                    values.push(Value::String(value.into_owned()));
                } else {
                    *before = Value::Array(vec![before.take(), Value::String(value.into_owned())]);
                }
            }
        }
    }
    Value::Object(fields)
}

async fn show_document(State(wire): State<Wire>) -> Response {
    ([(CONTENT_TYPE, "application/json")], wire.document.to_string()).into_response()
}

async fn wrong_verb(State(wire): State<Wire>) -> Response {
    let id = uuid_at(wire.door.now());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_verb", "This path has no such verb.", id).into_response()
}

async fn unknown_path(State(wire): State<Wire>) -> Response {
    Problem::of(&Refusal::NotFound, uuid_at(wire.door.now())).into_response()
}
