//! The page wire: everything that people see and send with a browser. Looks and forms both go through the door; what
//! comes back becomes a page.
//!
//! A form's address is the path of its action and the last word of its name: `project.member.remove` is sent to
//! `POST /projects/{project}/members/{member}/remove`. What follows is the page above it, again with the form's fields
//! marked when it was refused.

mod answer;
mod cookies;
mod forms;
mod frame;
mod looks;
mod post;
mod visit;

use std::collections::BTreeMap;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use door::{Door, Effect, Ids, Verb, Way};
use jiff::tz::TimeZone;

use self::answer::Answer;
use self::looks::{LOOKS, Look};
use self::post::{Form, forms};
use self::visit::Visit;
use super::request::{Peer, Proxies, ids_of, params_of};
use super::tus;
use crate::pages::{Demo, RefusalKind, assets};

/// What pages say of this installation.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where browsers reach it: `https://portal.example`.
    pub public_origin: String,
    /// The people to be, when it is a demo.
    pub demo: Option<Demo>,
    /// Where to write about security: a mail address.
    pub security_contact: String,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

/// What the wire needs.
#[derive(Clone)]
struct Wire {
    door: Arc<Door>,
    proxies: Proxies,
    site: Arc<Site>,
    /// The largest file, in bytes.
    largest: u64,
}

/// The routes of the pages, and the page for every path that has none.
pub fn router(door: Arc<Door>, proxies: Proxies, site: Site, largest: u64) -> Router {
    let mut routes: BTreeMap<&'static str, MethodRouter<Wire>> = BTreeMap::new();
    let mut add = |path, methods: MethodRouter<Wire>| {
        let known = routes.remove(path).unwrap_or_default();
        routes.insert(path, known.merge(methods));
    };
    for look in LOOKS {
        add(look.path, shows(look));
    }
    for form in forms(door.catalogue()) {
        add(form.path, takes(form));
    }
    for entry in door.catalogue().entries() {
        if let (Effect::Disclose, Way::Http(Verb::Get, path)) = (entry.effect, entry.spec.way) {
            add(path, gives(entry.spec.name, path));
        }
    }
    let mut router = Router::new();
    for (path, methods) in routes {
        router = router.route(path, methods.fallback(no_such_way));
    }
    for asset in assets::all() {
        router = router.route(asset.path(), get(move || async move { file(asset) }).fallback(no_such_way));
    }
    let shown = |headers: &HeaderMap, origin: &str| cookies::Cookies::of(origin).session(headers);
    let uploads = tus::router(&door, &proxies, "", &site.public_origin, shown, largest);
    router.fallback(nothing_here).with_state(Wire { door, proxies, site: Arc::new(site), largest }).merge(uploads)
}

type Params = Result<RawPathParams, RawPathParamsRejection>;

fn shows(look: &'static Look) -> MethodRouter<Wire> {
    let names = params_of(look.path);
    get(
        move |State(wire): State<Wire>,
              ConnectInfo(peer): ConnectInfo<Peer>,
              params: Params,
              uri: Uri,
              headers: HeaderMap| async move {
            let mut visit = Visit::new(wire, peer, &uri, &headers);
            let answer = match visit.bring(ids(&names, &params), uri.query()) {
                Ok(()) => looks::show(&visit, look).await,
                Err(no_form) => Err(no_form.into()),
            };
            let mut response = visit.answer(answer).await;
            // The secret of a link stands in the address: no page that this one leads to is told.
            if look.path.ends_with("{token}") {
                response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            }
            response
        },
    )
}

fn takes(form: Form) -> MethodRouter<Wire> {
    let names = params_of(form.path);
    on(
        MethodFilter::POST,
        move |State(wire): State<Wire>,
              ConnectInfo(peer): ConnectInfo<Peer>,
              params: Params,
              uri: Uri,
              headers: HeaderMap,
              body: Body| async move {
            let mut visit = Visit::new(wire, peer, &uri, &headers);
            let answer = match visit.bring(ids(&names, &params), uri.query()) {
                Ok(()) => post::take(&mut visit, &form, &headers, body).await,
                Err(no_form) => Err(no_form.into()),
            };
            visit.answer(answer).await
        },
    )
}

/// A file that is fetched by its address.
fn gives(name: &'static str, path: &'static str) -> MethodRouter<Wire> {
    let names = params_of(path);
    get(
        move |State(wire): State<Wire>,
              ConnectInfo(peer): ConnectInfo<Peer>,
              params: Params,
              uri: Uri,
              headers: HeaderMap| async move {
            let mut visit = Visit::new(wire, peer, &uri, &headers);
            let answer = match visit.bring(ids(&names, &params), uri.query()) {
                Ok(()) => visit.fetch(name, &headers).await,
                Err(no_form) => Err(no_form.into()),
            };
            visit.answer(answer).await
        },
    )
}

/// The ids of a path. One whose letters are no text names nothing.
fn ids(names: &[&'static str], params: &Params) -> Ids {
    params.as_ref().map(|params| ids_of(names, params)).unwrap_or_default()
}

/// A stylesheet, script or picture: its name changes with its content, so it may be kept for ever.
fn file(asset: &'static assets::Asset) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (CACHE_CONTROL, HeaderValue::from_static(assets::ASSET_CACHE_CONTROL)),
    ];
    (StatusCode::OK, headers, asset.content).into_response()
}

async fn nothing_here(
    State(wire): State<Wire>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(wire, peer, &uri, &headers);
    visit.answer(Ok(Answer::refused(StatusCode::NOT_FOUND, RefusalKind::NotFound))).await
}

async fn no_such_way(
    State(wire): State<Wire>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(wire, peer, &uri, &headers);
    visit.answer(Ok(Answer::refused(StatusCode::METHOD_NOT_ALLOWED, RefusalKind::NoSuchWay))).await
}
