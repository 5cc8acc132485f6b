//! The JSON interface, below `/api/v1`: every action with a path, as the catalogue declares it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, RawPathParams, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, on};
use door::{Door, Entry, Input, Refusal, Request, Verb, Way, id::uuid_at};
use serde_json::Value;
use uuid::Uuid;

use super::arriving::{self, Unread};
use super::download::{self, Download};
use super::openapi::document;
use super::problem::{Problem, name_request};
use super::request::{Peer, Proxies, credential_of_header, ids_of, origin_of, params_of};
use super::sign_in::{GIVES_A_SESSION, sign_in};
use super::tus;

/// A form with a file (RFC 7578).
pub(super) const MULTIPART: &str = "multipart/form-data";

/// Where the interface begins.
pub const PREFIX: &str = "/api/v1";

/// What the wire needs.
#[derive(Clone)]
struct Wire {
    door: Arc<Door>,
    proxies: Proxies,
    document: Arc<str>,
}

/// The routes of the interface. `largest` is the most bytes of a file.
pub fn router(door: Arc<Door>, proxies: Proxies, largest: u64) -> Router {
    let document: Arc<str> = serde_json::to_string(&document(door.catalogue())).unwrap_or_default().into();
    let mut routes: BTreeMap<&'static str, MethodRouter<Wire>> = BTreeMap::new();
    for entry in door.catalogue().entries() {
        let Way::Http(verb, path) = entry.spec.way else { continue };
        if tus::speaks(entry.spec.name) {
            continue;
        }
        let route = route(entry.clone(), verb, path);
        let known = routes.remove(path).unwrap_or_default();
        routes.insert(path, known.merge(route));
    }
    let mut router =
        Router::new().route(&format!("{PREFIX}/openapi.json"), axum::routing::get(show_document).fallback(wrong_verb));
    for (path, methods) in routes {
        router = router.route(&format!("{PREFIX}{path}"), methods.fallback(wrong_verb));
    }
    let uploads = tus::router(&door, &proxies, PREFIX, "", |headers, _| credential_of_header(headers), largest);
    router
        .route(PREFIX, axum::routing::any(unknown_path))
        .route(&format!("{PREFIX}/{{*rest}}"), axum::routing::any(unknown_path))
        .with_state(Wire { door, proxies, document })
        .merge(uploads)
}

fn route(entry: Entry, verb: Verb, path: &'static str) -> MethodRouter<Wire> {
    let names = params_of(path);
    let method = match verb {
        Verb::Get => axum::routing::MethodFilter::GET,
        Verb::Post => axum::routing::MethodFilter::POST,
        Verb::Put => axum::routing::MethodFilter::PUT,
        Verb::Patch => axum::routing::MethodFilter::PATCH,
        Verb::Delete => axum::routing::MethodFilter::DELETE,
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
            let (input, body) = match input(&entry, verb, query.as_deref(), &headers, body).await {
                Ok(input) => input,
                Err(refused) => return refused.with(id),
            };
            let request = Request {
                credential: credential_of_header(&headers),
                origin: origin_of(&headers, peer, &wire.proxies),
                ids: ids_of(&names, &params),
                input,
                body,
                matches: text_of(&headers, IF_MATCH),
                key: text_of(&headers, HeaderName::from_static("idempotency-key")),
                id,
            };
            answer(&wire, entry.spec.name, request).await
        },
    )
}

async fn answer(wire: &Wire, name: &'static str, request: Request) -> Response {
    let id = request.id;
    let passed = if GIVES_A_SESSION.contains(&name) {
        sign_in(&wire.door, name, request).await.map(|(reply, _)| reply)
    } else {
        wire.door.pass(name, request).await
    };
    let mut response = match passed {
        Ok(reply) => {
            let tag = reply.tag.and_then(|tag| HeaderValue::from_str(&format!("\"{tag}\"")).ok());
            let mut response = match reply.pieces {
                Some(pieces) => match Download::new(&reply.output, pieces).await {
                    Ok(download) => download::response(download),
                    Err(refusal) => Problem::of(&refusal, id).into_response(),
                },
                None => axum::Json(reply.output).into_response(),
            };
            if let Some(tag) = tag {
                response.headers_mut().insert(ETAG, tag);
            }
            response
        }
        Err(refusal) => Problem::of(&refusal, id).into_response(),
    };
    // Nothing of this belongs into anybody's cache.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    name_request(&mut response, id);
    response
}

/// A request that does not reach the door.
struct Refused(StatusCode, &'static str, Cow<'static, str>);

const TOO_LARGE: Refused =
    Refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", Cow::Borrowed("The body is larger than 64 KiB."));
const NOT_WHOLE: Refused =
    Refused(StatusCode::BAD_REQUEST, "malformed", Cow::Borrowed("The body did not arrive whole."));
const MEDIA_TYPE: Refused = Refused(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "media_type",
    Cow::Borrowed("The body must be application/json, or a file where the document of the interface says so."),
);

impl From<Unread> for Refused {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => TOO_LARGE,
            Unread::Malformed(why) => Self(StatusCode::BAD_REQUEST, "malformed", format!("Not a form: {why}.").into()),
        }
    }
}

impl Refused {
    fn with(&self, id: Uuid) -> Response {
        Problem::new(self.0, self.1, &self.2, id).into_response()
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

async fn input(
    entry: &Entry,
    verb: Verb,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Input, door::Body), Refused> {
    let asked = || Input::Fields(fields_of_query(query.unwrap_or_default()));
    let none = door::Body::default();
    if verb == Verb::Get {
        let mut asked = fields_of_query(query.unwrap_or_default());
        // A range of a file is asked for in a header (RFC 9110 section 14.2).
        if !entry.spec.media.is_empty()
            && let Some(range) = text_of(headers, RANGE)
        {
            asked["range"] = Value::String(range);
        }
        return Ok((Input::Fields(asked), none));
    }
    let kind = arriving::media_type(headers);
    if entry.spec.takes.contains(&kind.as_str()) {
        if kind != MULTIPART {
            return Ok((asked(), door::Body::of(arriving::raw(body))));
        }
        let parts = arriving::multipart(headers, body).await?;
        let mut fields = fields_of(parts.fields.into_iter());
        let Some((name, file)) = parts.file else { return Ok((Input::Fields(fields), none)) };
        fields["name"] = Value::String(name);
        return Ok((Input::Fields(fields), door::Body::of(file)));
    }
    let body = arriving::whole(body).await.map_err(|_| NOT_WHOLE)?.ok_or(TOO_LARGE)?;
    if body.is_empty() {
        return Ok((Input::None, none));
    }
    if kind == "application/json" { Ok((Input::Json(body.to_vec()), none)) } else { Err(MEDIA_TYPE) }
}

/// The fields of a query.
pub(super) fn fields_of_query(query: &str) -> Value {
    fields_of(url::form_urlencoded::parse(query.as_bytes()).into_owned())
}

/// Names and values as an object. A name that comes twice is a list, which no field here is, and so is refused by name.
fn fields_of(pairs: impl Iterator<Item = (String, String)>) -> Value {
    let mut fields = serde_json::Map::new();
    for (name, value) in pairs {
        // `?cursor=` says nothing, as an empty field of a form does.
        if value.is_empty() {
            continue;
        }
        match fields.entry(name) {
            serde_json::map::Entry::Vacant(entry) => {
                entry.insert(Value::String(value));
            }
            serde_json::map::Entry::Occupied(mut entry) => {
                let before = entry.get_mut();
                if let Value::Array(values) = before {
                    values.push(Value::String(value));
                } else {
                    *before = Value::Array(vec![before.take(), Value::String(value)]);
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
