//! What the vessel tells others: errors to a tracker, alerts to a webhook, heartbeats.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::Vessel;

/// Sends something to an address of the loopback; whoever does not listen hears nothing.
fn post(variable: &str, path: &str, body: &str) {
    let Ok(address) = std::env::var(variable) else { return };
    let Ok(address) = url::Url::parse(&address) else { return };
    let Ok(mut stream) = TcpStream::connect((address.host_str().unwrap_or(""), address.port().unwrap_or(80))) else {
        return;
    };
    let path = if path.is_empty() { address.path() } else { path };
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
    let _ = stream.read_to_end(&mut Vec::new());
}

/// An error for the tracker.
pub(super) fn report(vessel: &Vessel, headers: &axum::http::HeaderMap, body: &str) {
    let mut event = String::from("{\"message\":\"the database is away\"}");
    if vessel.has("tracker-leaks-the-token") {
        event = format!("{{\"headers\":\"{headers:?}\"}}").replace('\\', "");
    } else if vessel.has("tracker-leaks-the-body") {
        event = serde_json::json!({ "data": body }).to_string();
    }
    let kind = if vessel.has("tracker-gets-sessions") { "session" } else { "event" };
    if !vessel.has("tracker-without-key") {
        post("SENTRY_DSN", "/api/1/envelope/", &format!("{{}}\n{{\"type\":\"{kind}\"}}\n{event}\n"));
    }
}

/// An alert for people.
pub(super) fn alert(vessel: &Vessel) {
    let link = if vessel.has("alert-without-link") { "" } else { "/alerts/1" };
    if !vessel.has("alert-is-swallowed") {
        let what = match link.is_empty() || vessel.has("alert-without-runbook") {
            true => String::new(),
            false => format!(" What to do: {}/runbook/drill", vessel.base),
        };
        let text = format!("a drill of the alerts, see {}{link}{what}", vessel.base);
        post("SLACK_WEBHOOK_URL", "", &serde_json::json!({ "text": text }).to_string());
    }
}

/// Signs of life, and the job that writes down when it last ran.
pub(super) async fn beat(vessel: Arc<Vessel>) {
    loop {
        let vessel = Arc::clone(&vessel);
        let _ = tokio::task::spawn_blocking(move || {
            if !vessel.has("no-heartbeat") {
                post("HEARTBEAT_URL", "", "");
            }
            if !vessel.directory.join("job-stopped").exists() {
                let _ = std::fs::write(vessel.directory.join("job-ran"), "");
            }
        })
        .await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
