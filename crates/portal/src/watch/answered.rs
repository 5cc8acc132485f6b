//! Every request, on its way out: counted, logged, and reported where it broke. Route, verb, status, time and number; never
//! who asked, from where, with which words in the address.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use door::id::uuid_at;
use uuid::Uuid;

use super::{Report, Watch};
use crate::wires::{Meant, Peer, Proxies, origin_of, takes_a_file};

/// The header that names a request.
const REQUEST_ID: &str = "x-request-id";
/// Paths that are asked so often, and break so truthfully, that they would drown everything else.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// What this needs to know.
#[derive(Clone)]
pub(crate) struct Answered {
    pub(crate) watch: Arc<Watch>,
    pub(crate) proxies: Proxies,
}

/// Passes a request on and looks at its answer.
pub(crate) async fn answered(State(state): State<Answered>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    if HEALTH.contains(&route.as_str()) {
        asked(&state, &request);
        return next.run(request).await;
    }
    let verb = request.method().clone();
    // However long a file takes to arrive, that is not the portal's doing.
    let timed = !takes_a_file(request.headers());
    let begun = Instant::now();
    let mut response = next.run(request).await;
    let (took, status, now) = (begun.elapsed(), response.status().as_u16(), state.watch.now());
    let id = named(&mut response, uuid_at(now));
    let broke = status >= 500 && response.extensions().get::<Meant>().is_none();
    state.watch.signals.answered(status, broke, timed.then_some(took), now);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if !broke {
        tracing::info!(target: "portal::answered", request = %id, %verb, route, status, milliseconds, "answered");
        return response;
    }
    let action = state.watch.signals.action_of(id);
    tracing::warn!(target: "portal::answered", request = %id, %verb, route, status, milliseconds, action, "a request broke");
    let message = format!("{verb} {route} answered {status}");
    let answer = Some((verb.to_string(), status));
    state.watch.errors.report(Report { message, action, route: Some(route), answer, ..Report::default() }, id, now);
    response
}

/// The number of the request, which the answer names; one that no wire has numbered gets one here.
fn named(response: &mut Response, fresh: Uuid) -> Uuid {
    let known = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()?.parse().ok());
    known.unwrap_or_else(|| {
        if let Ok(id) = HeaderValue::from_str(&fresh.to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        fresh
    })
}

/// Whoever asks from outside how we are is somebody who would notice.
fn asked(state: &Answered, request: &Request) {
    let Some(peer) = peer(request) else { return };
    let origin = origin_of(request.headers(), peer, &state.proxies);
    if origin.address.is_some_and(|address| !address.is_loopback()) {
        state.watch.signals.asked(origin.agent.as_deref().unwrap_or("-"), state.watch.now());
    }
}

fn peer(request: &Request) -> Option<Peer> {
    use axum::extract::ConnectInfo;
    use axum::extract::connect_info::MockConnectInfo;
    let extensions = request.extensions();
    let real = extensions.get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| *peer);
    real.or_else(|| extensions.get::<MockConnectInfo<Peer>>().map(|MockConnectInfo(peer)| *peer))
}
