//! Metrics in Prometheus' text format (version 0.0.4), on a listener of their own: what is counted is nobody's business
//! outside. They are written from the same numbers that the rules look at, so that a graph and an alert cannot disagree.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch as channel;
use tokio::task::JoinSet;

use super::rules::RULES;
use super::signals::DURATIONS;
use super::{Watch, locked};

/// Listens where the settings say so. It ends when `stopping` says so.
///
/// # Errors
/// When it cannot be listened on.
pub async fn listen(watch: &Arc<Watch>, stopping: &channel::Receiver<bool>, jobs: &mut JoinSet<()>) -> Result<()> {
    let Some(address) = watch.settings.metrics_listen else { return Ok(()) };
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("--metrics-listen {address}: cannot be listened on\n\nhint: choose another, such as 127.0.0.1:9090")
    })?;
    let (watch, mut stopping) = (Arc::clone(watch), stopping.clone());
    tracing::info!(address = %listener.local_addr()?, "metrics");
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let app = Router::new().route("/metrics", get(move || async move { (kind, text(&watch)) }));
    jobs.spawn(async move {
        let until = async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until).await {
            tracing::error!(%error, "metrics are not given out any more");
        }
    });
    Ok(())
}

/// All of them.
pub(super) fn text(watch: &Watch) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, watch);
    text
}

fn write(to: &mut String, watch: &Watch) -> std::fmt::Result {
    let now = watch.now();
    head(to, "portal_up_seconds", "gauge", "Seconds since the start.")?;
    writeln!(to, "portal_up_seconds {}", now.seconds_since(watch.signals.since))?;
    head(to, "portal_requests_total", "counter", "Requests that were answered, by the class of their status.")?;
    for (class, count) in watch.signals.answers().iter().enumerate().skip(1) {
        writeln!(to, "portal_requests_total{{status=\"{class}xx\"}} {count}")?;
    }
    head(to, "portal_action_seconds", "histogram", "How long actions took, by how they ended.")?;
    for ((action, outcome), tally) in watch.signals.actions() {
        let labels = format!("action=\"{action}\",outcome=\"{outcome}\"");
        let mut sum = 0;
        let ends = DURATIONS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (end, count) in ends.zip(tally.classes) {
            sum += count;
            writeln!(to, "portal_action_seconds_bucket{{{labels},le=\"{end}\"}} {sum}")?;
        }
        writeln!(to, "portal_action_seconds_sum{{{labels}}} {}", tally.took.as_secs_f64())?;
        writeln!(to, "portal_action_seconds_count{{{labels}}} {sum}")?;
    }
    let jobs = watch.signals.jobs();
    head(to, "portal_job_age_seconds", "gauge", "Seconds since a job last succeeded, or since the start.")?;
    for (name, job) in &jobs {
        writeln!(to, "portal_job_age_seconds{{job=\"{name}\"}} {}", now.seconds_since(job.done.unwrap_or(job.since)))?;
    }
    head(to, "portal_job_failures", "gauge", "Failures of a job since it last succeeded.")?;
    for (name, job) in &jobs {
        writeln!(to, "portal_job_failures{{job=\"{name}\"}} {}", job.failures)?;
    }
    let open = locked(&watch.book).open();
    head(to, "portal_alerts_open", "gauge", "Alerts that are open, by rule.")?;
    for rule in RULES {
        let count = open.iter().filter(|open| open.rule == rule.id).count();
        writeln!(to, "portal_alerts_open{{rule=\"{}\",severity=\"{}\"}} {count}", rule.id, rule.severity.word())?;
    }
    let last = locked(&watch.last).clone();
    let Some(seen) = last else { return Ok(()) };
    head(to, "portal_database_up", "gauge", "Whether the database took writes in the last round.")?;
    writeln!(to, "portal_database_up {}", i32::from(seen.database.is_ok()))?;
    if let Some((free, _)) = seen.disk {
        head(to, "portal_disk_free_bytes", "gauge", "Bytes that are free where the data lies.")?;
        writeln!(to, "portal_disk_free_bytes {free}")?;
    }
    if let Ok(facts) = &seen.database {
        head(to, "portal_record_leaves", "gauge", "Events in the sealed log.")?;
        writeln!(to, "portal_record_leaves {}", facts.size)?;
        head(to, "portal_record_waiting", "gauge", "Events that wait to be sealed.")?;
        writeln!(to, "portal_record_waiting {}", facts.waiting)?;
        for (name, done) in [("backup", facts.backup), ("drill", facts.drill)] {
            let Some(done) = done else { continue };
            head(to, &format!("portal_{name}_age_seconds"), "gauge", "Seconds since it was last done.")?;
            writeln!(to, "portal_{name}_age_seconds {}", now.seconds_since(done))?;
        }
    }
    Ok(())
}

fn head(to: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(to, "# HELP {name} {help}\n# TYPE {name} {kind}")
}
