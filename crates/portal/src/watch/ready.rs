//! `/readyz`: whether this instance can do its work, truthfully and cheaply.
//!
//! It answers 503 only when requests cannot be served: then a balancer should send them elsewhere. A job that stopped is no
//! reason for that, since every instance would be taken out and clients would lose a portal that serves them; but it is not
//! `ready` either: the answer says `degraded` and names the jobs. A monitor that looks for the word `ready` notices both.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use door::Door;

use super::Watch;

/// The answer.
pub async fn readiness(door: &Door, watch: &Watch) -> (StatusCode, [(HeaderName, &'static str); 1], String) {
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    if !door.answers().await {
        return (StatusCode::SERVICE_UNAVAILABLE, kind, "the database takes no writes\n".to_owned());
    }
    let now = watch.now();
    let stopped = watch.signals.jobs().into_iter().filter_map(|(name, job)| Some((name, job.stopped_for(now)?)));
    let lines: Vec<String> =
        stopped.map(|(name, seconds)| format!("job {name}: no success for {seconds} seconds\n")).collect();
    let words = if lines.is_empty() { "ready\n".to_owned() } else { format!("degraded\n{}", lines.concat()) };
    (StatusCode::OK, kind, words)
}
