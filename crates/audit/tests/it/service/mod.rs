//! Small services to audit: a table of actions over a state in memory, served on a free port of the loopback. A
//! liar is a sound service with one row of the table replaced.

mod call;
pub(crate) mod chance;
pub(crate) mod desk;
mod document;
pub(crate) mod factor;
pub(crate) mod founders;
pub(crate) mod homes;
pub(crate) mod letters;
pub(crate) mod memos;
pub(crate) mod notes;
pub(crate) mod office;
pub(crate) mod papers;
pub(crate) mod passes;
pub(crate) mod people;
pub(crate) mod rows;
pub(crate) mod shared;
#[cfg(test)]
mod sound;
pub(crate) mod staff;
pub(crate) mod team;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;

pub(crate) use call::{Answer, Body, Call};
pub(crate) use document::{Field, Shape, field, maybe, text};
pub(crate) use world::{Keys, Row, World};

/// What an action does.
pub(crate) type Handler = Arc<dyn Fn(&mut World, &Call) -> Answer + Send + Sync>;

/// What is done to the state before the first request.
pub(crate) type Seed = Arc<dyn Fn(&mut World) + Send + Sync>;

/// One row of the table.
#[derive(Clone)]
pub(crate) struct Action {
    /// `PUT /notes/{note}`.
    pub(crate) name: &'static str,
    /// Whether anonymous may call it, as the document says.
    pub(crate) is_public: bool,
    /// Whether the document has it.
    pub(crate) is_documented: bool,
    /// Body.
    pub(crate) input: Vec<Field>,
    /// Query parameters, all optional.
    pub(crate) query: Vec<Field>,
    /// Header parameters, as the document says.
    pub(crate) headers: Vec<Field>,
    /// The media type of a body that is neither JSON nor a form of plain fields; a form in parts has one field, `file`.
    pub(crate) media: Option<&'static str>,
    /// Media types that the document names for that file.
    pub(crate) file_types: Option<&'static str>,
    /// What success answers.
    pub(crate) answer: Shape,
    pub(crate) handler: Handler,
}

/// How people prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Bearer,
    /// A session cookie, got by an HTML form with an anti-forgery field. Who is not signed in is sent to `/login`.
    Cookie,
}

/// A service that can be changed until it is served.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) actions: Vec<Action>,
    pub(crate) credential: Credential,
    /// Answers as `{"data": …}`.
    pub(crate) is_enveloped: bool,
    /// Applied to the state before the first request.
    pub(crate) seeds: Vec<Seed>,
    /// What a path that does not exist answers.
    pub(crate) unknown: fn() -> Answer,
    /// Called first; an answer ends the request.
    pub(crate) guard: Option<Handler>,
}

impl Service {
    /// The same service with one action answering differently.
    ///
    /// # Panics
    /// When there is no such action: the story would prove nothing.
    #[must_use]
    pub(crate) fn replace(
        mut self,
        name: &str,
        handler: impl Fn(&mut World, &Call) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.action_mut(name).handler = Arc::new(handler);
        self
    }

    /// The same service with one action done as before, and something said or done around it.
    #[must_use]
    pub(crate) fn wrap(
        mut self,
        name: &str,
        around: impl Fn(&mut World, &Call, &Handler) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let action = self.action_mut(name);
        let inner = Arc::clone(&action.handler);
        action.handler = Arc::new(move |world, call| around(world, call, &inner));
        self
    }

    /// The same service with one more action.
    #[must_use]
    pub(crate) fn with(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// The same service without an action.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        let before = self.actions.len();
        self.actions.retain(|action| action.name != name);
        assert_ne!(before, self.actions.len(), "no action {name}");
        self
    }

    /// The same service beginning with another state.
    #[must_use]
    pub(crate) fn seed(mut self, seed: impl Fn(&mut World) + Send + Sync + 'static) -> Self {
        self.seeds.push(Arc::new(seed));
        self
    }

    /// The same service with something that answers, or does not, before any action does.
    #[must_use]
    pub(crate) fn guard(mut self, guard: impl Fn(&mut World, &Call) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let pass = || Answer::nothing(0);
        self.guard = Some(Arc::new(move |world, call| guard(world, call).unwrap_or_else(pass)));
        self
    }

    #[must_use]
    pub(crate) fn keys(self, keys: Keys) -> Self {
        self.seed(move |world| world.keys = keys).seeds_first()
    }

    #[must_use]
    pub(crate) fn enveloped(mut self) -> Self {
        self.is_enveloped = true;
        self
    }

    /// The last seed becomes the first: later ones depend on it.
    fn seeds_first(mut self) -> Self {
        self.seeds.rotate_right(1);
        self
    }

    pub(crate) fn action_mut(&mut self, name: &str) -> &mut Action {
        let found = self.actions.iter_mut().find(|action| action.name == name);
        found.unwrap_or_else(|| panic!("no action {name}"))
    }

    /// Serves on a free port of the loopback until the test's runtime ends.
    ///
    /// # Errors
    /// When no port can be bound.
    pub(crate) async fn serve(self) -> std::io::Result<Served> {
        let mut world = World::default();
        for seed in &self.seeds {
            seed(&mut world);
        }
        let document = document::openapi(&self, world.keys);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Running { service: self, world: Mutex::new(world), document });
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Served { url, state })
    }
}

/// A service that runs.
pub(crate) struct Served {
    /// `http://127.0.0.1:41873`.
    pub(crate) url: String,
    state: Arc<Running>,
}

impl Served {
    /// Looks at the state behind the service's back.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&World) -> T) -> T {
        at(&self.state.world.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Running {
    /// One more request, whatever becomes of it.
    fn count(&self) {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        *world.counters.entry("requests").or_default() += 1;
    }
}

struct Running {
    service: Service,
    world: Mutex<World>,
    document: Value,
}

/// Bodies above this are refused.
const BODY_BYTES_MAX: usize = 256 * 1024;

async fn answer(State(running): State<Arc<Running>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    running.count();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        return respond(Answer::refused(413, "the body is too long"), false);
    };
    let call = Call {
        method: parts.method.to_string(),
        target: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or("")),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        ..Call::default()
    };
    let is_enveloped = running.service.is_enveloped;
    let answer = {
        let mut world = running.world.lock().unwrap_or_else(PoisonError::into_inner);
        running.service.decide(&mut world, call, &bytes, &running.document)
    };
    if matches!(answer.body, Body::Dead) {
        // Ends the connection's task without an answer and without a message in the test's output.
        std::panic::resume_unwind(Box::new("dead"));
    }
    if let Some((_, wait)) = answer.headers.iter().find(|(name, _)| *name == "x-test-wait-ms") {
        tokio::time::sleep(Duration::from_millis(wait.parse().unwrap_or(0))).await;
    }
    respond(answer, is_enveloped)
}

impl Service {
    fn decide(&self, world: &mut World, mut call: Call, bytes: &[u8], document: &Value) -> Answer {
        world.settle();
        call.token = self.token(&call);
        call.who = call.token.as_ref().and_then(|token| {
            let session = world.sessions.iter().find(|(key, _)| key == token);
            session.map(|(_, person)| person.clone())
        });
        if let Some(guard) = &self.guard {
            let answer = guard(world, &call);
            if answer.status != 0 || matches!(answer.body, Body::Dead) {
                return answer;
            }
        }
        if call.target == "/openapi.json" && call.method == "GET" {
            // Marked, so that it is never wrapped in an envelope.
            return Answer::ok(document.clone()).header("x-test-plain", "yes");
        }
        let mut is_known_path = false;
        for action in &self.actions {
            let (method, template) = action.name.split_once(' ').unwrap_or_default();
            let Some(path) = matches(template, &call.target) else { continue };
            is_known_path = true;
            if method != call.method {
                continue;
            }
            call.path = path;
            let Ok(body) = read_body(&call, bytes) else {
                return Answer::refused(400, "the body is not what its content type says");
            };
            call.body = body;
            if !action.is_public && call.who.is_none() {
                return match self.credential {
                    Credential::Bearer => Answer::refused(401, "sign in first").header("www-authenticate", "Bearer"),
                    Credential::Cookie => Answer::nothing(302).header("location", "/login"),
                };
            }
            return (action.handler)(world, &call);
        }
        if is_known_path { Answer::refused(405, "not with this verb") } else { (self.unknown)() }
    }

    fn token(&self, call: &Call) -> Option<String> {
        match self.credential {
            Credential::Bearer => {
                call.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned)
            }
            Credential::Cookie => call.headers.get("cookie").and_then(|cookies| {
                cookies.split("; ").find_map(|cookie| cookie.strip_prefix("sid=")).map(str::to_owned)
            }),
        }
    }
}

/// The values of a template's parameters, when it fits the path.
fn matches(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (mut expected, mut found) = (template.split('/'), path.split('/'));
    let mut values = BTreeMap::new();
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Some(values),
            (Some(expected), Some(found)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => {
                    values.insert(name.to_owned(), decode(found));
                }
                None if expected == found => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

fn read_body(call: &Call, bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let is_form = call.headers.get("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    if is_form {
        let fields = pairs(&String::from_utf8_lossy(bytes));
        return Ok(Value::Object(fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect()));
    }
    let kind = call.headers.get("content-type").map(String::as_str).unwrap_or_default();
    if kind.starts_with("multipart/") || kind.contains("octet-stream") {
        return Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()));
    }
    serde_json::from_slice(bytes)
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Percent-decoding of one path segment.
fn decode(segment: &str) -> String {
    let plus_kept = segment.replace('+', "%2B");
    pairs(&format!("v={plus_kept}")).remove("v").unwrap_or_default()
}

fn respond(answer: Answer, is_enveloped: bool) -> Response {
    let is_plain = answer.headers.iter().any(|(name, _)| *name == "x-test-plain");
    let mut response = Response::builder().status(if answer.status == 0 { 500 } else { answer.status });
    let has_kind = answer.headers.iter().any(|(name, _)| *name == "content-type");
    for (name, value) in answer.headers.iter().filter(|(name, _)| !name.starts_with("x-test-")) {
        response = response.header(*name, value);
    }
    let (kind, bytes) = match answer.body {
        Body::Nothing | Body::Dead => ("", String::new()),
        Body::Json(value) if is_enveloped && answer.status < 400 && !is_plain => {
            ("application/json", serde_json::json!({ "data": value, "meta": { "version": 1 } }).to_string())
        }
        Body::Json(value) => ("application/json", value.to_string()),
        Body::Html(text) => ("text/html; charset=utf-8", text),
        Body::Text(text) => ("text/plain; charset=utf-8", text),
    };
    if !kind.is_empty() && !has_kind {
        response = response.header("content-type", kind);
    }
    if kind.starts_with("text/html") {
        response = response.header("x-content-type-options", "nosniff").header("x-frame-options", "DENY");
    }
    response.body(bytes.into()).unwrap_or_default()
}

/// A JSON Web Token (RFC 7519) under HMAC-SHA-256.
pub(crate) fn jwt(claims: &Value, secret: &[u8]) -> String {
    use base64::Engine as _;
    use hmac::Mac as _;
    use hmac::digest::KeyInit as _;
    let part = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let text = format!("{}.{}", part(br#"{"alg":"HS256","typ":"JWT"}"#), part(claims.to_string().as_bytes()));
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", part(&mac.finalize().into_bytes()))
}
