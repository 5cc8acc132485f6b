//! Resumable uploads as tus 1.0 speaks them (<https://tus.io/protocols/resumable-upload>): the headers of the protocol on
//! one side, the actions `upload.…` on the other. For programs below `/api/v1`, and for our own pages.
//!
//! Extensions: creation, expiration, termination.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, RawPathParams, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{Credential, Door, Input, Refusal, Request, Time, Verb, Way, id::uuid_at};
use serde_json::{Value, json};

use super::arriving;
use super::problem::{Problem, name_request};
use super::request::{Peer, Proxies, ids_of, origin_of, params_of};
use crate::requests::{UploadBegun, UploadShown};

/// The version of the protocol.
const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The media type of the next bytes.
const NEXT_BYTES: &str = "application/offset+octet-stream";

/// What the wire needs: the door, and how a caller shows who they are.
#[derive(Clone)]
struct Wire {
    door: Arc<Door>,
    proxies: Proxies,
    shown: fn(&HeaderMap, &str) -> Credential,
    origin: Arc<str>,
    largest: u64,
}

/// The routes below a prefix. `shown` is how a caller there shows who they are; `largest` the most bytes of a file.
pub(super) fn router(
    door: &Arc<Door>,
    proxies: &Proxies,
    prefix: &'static str,
    origin: &str,
    shown: fn(&HeaderMap, &str) -> Credential,
    largest: u64,
) -> Router {
    let (door, proxies, origin) = (Arc::clone(door), proxies.clone(), origin.into());
    let wire = Wire { door, proxies, shown, origin, largest };
    let mut router = Router::new();
    for path in paths(&wire.door) {
        let names = params_of(path);
        let handler = move |State(wire): State<Wire>,
                            ConnectInfo(peer): ConnectInfo<Peer>,
                            params: RawPathParams,
                            method: Method,
                            uri: Uri,
                            headers: HeaderMap,
                            body: Body| async move {
            let request = Request {
                credential: (wire.shown)(&headers, &wire.origin),
                origin: origin_of(&headers, peer, &wire.proxies),
                ids: ids_of(&names, &params),
                id: uuid_at(wire.door.now()),
                ..Request::default()
            };
            wire.answer(&method, path, &uri, &headers, request, body).await
        };
        router = router.route(&format!("{prefix}{path}"), any(handler));
    }
    router.with_state(wire)
}

/// Whether an action is spoken here and nowhere else.
pub(super) fn speaks(action: &str) -> bool {
    action.starts_with("upload.")
}

/// Fields of an action's input that come as headers, with the header's name. What is announced may also be a document.
pub(super) fn in_headers(verb: Verb) -> &'static [(&'static str, &'static str)] {
    match verb {
        Verb::Patch => &[("offset", "Upload-Offset")],
        _ => &[],
    }
}

/// The paths of the actions that are spoken here, each once.
fn paths(door: &Door) -> Vec<&'static str> {
    let ways = door.catalogue().entries().filter(|entry| speaks(entry.spec.name)).map(|entry| entry.spec.way);
    let mut paths: Vec<_> =
        ways.filter_map(|way| if let Way::Http(_, path) = way { Some(path) } else { None }).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

impl Wire {
    async fn answer(
        &self,
        method: &Method,
        path: &'static str,
        uri: &Uri,
        headers: &HeaderMap,
        mut request: Request,
        body: Body,
    ) -> Response {
        if *method == Method::OPTIONS {
            return self.tells();
        }
        let id = request.id;
        if headers.get(RESUMABLE).is_some_and(|version| version != VERSION) {
            let problem =
                Problem::new(StatusCode::PRECONDITION_FAILED, "version", "Only tus 1.0.0 is spoken here.", id);
            return said(with(problem.into_response(), "tus-version", VERSION));
        }
        let verb = match method.as_str() {
            "HEAD" | "GET" => Verb::Get,
            "POST" => Verb::Post,
            "PATCH" => Verb::Patch,
            "DELETE" => Verb::Delete,
            _ => return wrong_verb(id),
        };
        let entries = self.door.catalogue().entries();
        let Some(name) = entries
            .filter(|entry| speaks(entry.spec.name) && entry.spec.way == Way::Http(verb, path))
            .map(|entry| entry.spec.name)
            .next()
        else {
            return wrong_verb(id);
        };
        let input = match verb {
            Verb::Post => self.announced(headers, body).await,
            Verb::Patch => next_bytes(headers, body).map(|(input, body)| {
                request.body = body;
                input
            }),
            // Nothing is asked beside the address. What is sent all the same is held against that.
            _ => Ok(arriving::whole(body).await.ok().flatten().map_or(Input::None, |body| Input::Json(body.to_vec()))),
        };
        request.input = match input {
            Ok(input) => input,
            Err((status, word, why)) => return said(Problem::new(status, word, why, id).into_response()),
        };
        let response = match self.door.pass(name, request).await {
            Ok(reply) => self.done(verb, uri, reply.output),
            Err(refusal) => Problem::of(&refusal, id).into_response(),
        };
        let mut response = said(response);
        name_request(&mut response, id);
        response
    }

    /// What an upload begins with: the protocol's headers, or a document that says the same.
    async fn announced(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Input, (StatusCode, &'static str, &'static str)> {
        if let Some(length) = text(headers, LENGTH) {
            let metadata = text(headers, HeaderName::from_static("upload-metadata"));
            let mut fields = json!({ "length": length });
            if let Some(name) = metadata.as_deref().and_then(file_name) {
                fields["name"] = Value::String(name);
            }
            return Ok(Input::Fields(fields));
        }
        let bytes = arriving::whole(body).await.ok().flatten();
        let bytes = bytes.ok_or((StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 64 KiB."))?;
        match (bytes.is_empty(), arriving::media_type(headers).as_str()) {
            (true, _) => Ok(Input::None),
            (false, "application/json") => Ok(Input::Json(bytes.to_vec())),
            (false, _) => Err((
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                "Say the length in the header Upload-Length, or in a JSON document.",
            )),
        }
    }

    fn done(&self, verb: Verb, uri: &Uri, output: Value) -> Response {
        match verb {
            Verb::Post => {
                let Ok(begun) = serde_json::from_value::<UploadBegun>(output.clone()) else { return broken() };
                let at = format!("{}/{}", uri.path().trim_end_matches('/'), begun.id);
                let response = (StatusCode::CREATED, axum::Json(output)).into_response();
                with_header(with(response, "upload-expires", &http_date(begun.expires_at)), LOCATION, &at)
            }
            Verb::Patch | Verb::Get => {
                let Ok(shown) = serde_json::from_value::<UploadShown>(output.clone()) else { return broken() };
                let response = if verb == Verb::Patch {
                    StatusCode::NO_CONTENT.into_response()
                } else {
                    axum::Json(output).into_response()
                };
                let response = with_header(response, OFFSET, &shown.offset.to_string());
                let response = with_header(response, LENGTH, &shown.length.to_string());
                with_header(response, EXPIRES, &http_date(shown.expires_at))
            }
            _ => StatusCode::NO_CONTENT.into_response(),
        }
    }

    /// What is spoken here.
    fn tells(&self) -> Response {
        let response = with(StatusCode::NO_CONTENT.into_response(), "tus-version", VERSION);
        let response = with(response, "tus-extension", "creation,expiration,termination");
        said(with(response, "tus-max-size", &self.largest.to_string()))
    }
}

/// The next bytes and where they belong.
fn next_bytes(
    headers: &HeaderMap,
    body: Body,
) -> Result<(Input, door::Body), (StatusCode, &'static str, &'static str)> {
    if arriving::media_type(headers) != NEXT_BYTES {
        let why = "The next bytes must be application/offset+octet-stream.";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", why));
    }
    let mut fields = json!({});
    if let Some(offset) = text(headers, OFFSET) {
        fields["offset"] = Value::String(offset);
    }
    Ok((Input::Fields(fields), door::Body::of(arriving::raw(body))))
}

/// The name in `Upload-Metadata`: pairs of a key and a value in base64, with commas between.
fn file_name(metadata: &str) -> Option<String> {
    let value = metadata.split(',').find_map(|pair| {
        let (key, value) = pair.trim().split_once(' ')?;
        matches!(key, "filename" | "name").then_some(value)
    })?;
    String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()
}

/// As RFC 9110 section 5.6.7 wants it.
fn http_date(at: Time) -> String {
    at.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn with(response: Response, name: &'static str, value: &str) -> Response {
    with_header(response, HeaderName::from_static(name), value)
}

fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// What every answer of the protocol carries.
fn said(response: Response) -> Response {
    with(with_header(response, CACHE_CONTROL, "no-store"), "tus-resumable", VERSION)
}

fn wrong_verb(id: uuid::Uuid) -> Response {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_verb", "This path has no such verb.", id).into_response()
}

fn broken() -> Response {
    Problem::of(&Refusal::Broken, uuid::Uuid::nil()).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_name_stands_in_the_metadata() {
        assert_eq!(file_name("filename d29ybGQucGRm,is_confidential").as_deref(), Some("world.pdf"));
        assert_eq!(file_name("type aW1n, name cGhvdG8=").as_deref(), Some("photo"));
        assert_eq!(file_name("filename !!"), None);
        assert_eq!(file_name(""), None);
    }

    proptest! {
        #[test]
        fn any_metadata_is_read_or_not(text in ".*") {
            let _ = file_name(&text);
        }
    }
}
