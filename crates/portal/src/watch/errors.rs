//! Errors, reported in Sentry's protocol: an envelope with one event (develop.sentry.dev, "Envelopes"), which GlitchTip and
//! Bugsink understand, too.
//!
//! The library for it would bring some forty crates and gather much by itself. Here a report is a closed type: route,
//! action, numbers and words of the source code. Nothing that somebody typed has a place in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use door::id::uuid_at;
use door::{Passed, Time};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::receiver::Receiver;
use super::{Secret, http, locked};

/// The same report is sent once within this time, in seconds.
const SAME_SECONDS: i64 = 60;
/// Reports within that time at the most: a flood says no more than its beginning.
const REPORTS_MAX: usize = 30;
/// For how long nothing is sent when the receiver asks for silence, in seconds.
const SILENCE_SECONDS: i64 = 60;

/// Where errors are reported.
#[derive(Debug)]
pub struct Errors {
    project: Option<Project>,
    environment: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone)]
struct Project {
    /// Where envelopes go.
    url: Url,
    key: Secret,
    receiver: Arc<Receiver>,
}

#[derive(Debug, Default)]
struct State {
    sent: VecDeque<(Time, Report)>,
    silent_until: Option<Time>,
}

/// What is reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What happened, in words of the source code.
    pub message: String,
    /// The action, where one was asked for.
    pub action: Option<&'static str>,
    /// The route as it is declared: `/projects/{project}`.
    pub route: Option<String>,
    /// HTTP's verb and status.
    pub answer: Option<(String, u16)>,
    /// A job of the schedule.
    pub job: Option<&'static str>,
    /// File and line of the source code.
    pub place: Option<String>,
}

impl Errors {
    pub(super) fn new(dsn: Option<&Secret>, environment: &'static str) -> Result<Self> {
        let project = dsn.map(project).transpose()?;
        Ok(Self { project, environment, state: Default::default() })
    }

    /// Whoever receives them, if anybody does.
    pub(super) fn receiver(&self) -> Option<&Receiver> {
        self.project.as_ref().map(|project| &*project.receiver)
    }

    /// A job failed.
    pub fn job(&self, passed: &Passed<'_>, now: Time) {
        let why = passed.refused.map_or("", door::Refusal::word);
        let message = format!("job {} failed: {why}", passed.action);
        let report = Report { message, action: Some(passed.action), job: Some(passed.action), ..Report::default() };
        self.report(report, passed.request, now);
    }

    /// Reports it without making anybody wait. A report like one of a minute ago is left out, as is what comes with a flood.
    pub fn report(&self, report: Report, request: Uuid, now: Time) {
        let Some(project) = self.project.clone() else { return };
        // A panic may come from a thread that can send nothing.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.is_news(&report, now) {
            return;
        }
        let (event, state) = (self.event(&report, request, now), Arc::clone(&self.state));
        runtime.spawn(async move {
            if let Err(problem) = project.send(&event, &state, now).await {
                tracing::warn!(problem, "an error could not be reported");
            }
        });
    }

    fn is_news(&self, report: &Report, now: Time) -> bool {
        let mut state = locked(&self.state);
        state.sent.retain(|(at, _)| (0..SAME_SECONDS).contains(&now.seconds_since(*at)));
        let silent = state.silent_until.is_some_and(|until| now < until);
        if silent || state.sent.len() >= REPORTS_MAX || state.sent.iter().any(|(_, sent)| sent == report) {
            return false;
        }
        state.sent.push_back((now, report.clone()));
        true
    }

    /// Reports it and waits until it was received.
    ///
    /// # Errors
    /// Why it was not, in words without the address.
    pub async fn report_now(&self, report: &Report, request: Uuid, now: Time) -> Result<(), String> {
        let Some(project) = &self.project else { return Err("no address for errors is configured".to_owned()) };
        project.send(&self.event(report, request, now), &self.state, now).await
    }

    fn event(&self, report: &Report, request: Uuid, now: Time) -> Value {
        let (method, status) = report.answer.clone().map_or((None, None), |(verb, status)| (Some(verb), Some(status)));
        let tags = json!({
            "request": request.to_string(),
            "action": report.action,
            "route": report.route,
            "method": method,
            "status": status.map(|status| status.to_string()),
            "job": report.job,
            "place": report.place,
        });
        let tags: serde_json::Map<_, _> = match tags {
            Value::Object(tags) => tags.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => serde_json::Map::new(),
        };
        json!({
            "event_id": uuid_at(now).simple().to_string(),
            "timestamp": now,
            "platform": "native",
            "level": "error",
            "logger": "portal",
            "release": concat!("plimsoll-portal@", env!("CARGO_PKG_VERSION")),
            "environment": self.environment,
            "transaction": report.route.clone().or_else(|| report.action.map(str::to_owned)),
            "logentry": { "formatted": report.message },
            "fingerprint": [report.message, report.action, report.route],
            "tags": tags,
        })
    }
}

/// Reads a DSN: `https://KEY@host/path/PROJECT` (develop.sentry.dev, "DSN").
fn project(dsn: &Secret) -> Result<Project> {
    const HINT: &str =
        "--sentry-dsn: is no DSN\n\nhint: https://KEY@sentry.example/1, as the project's settings show it";
    let url = http::address(dsn, "--sentry-dsn")?;
    let (path, number) = url.path().rsplit_once('/').context(HINT)?;
    if url.username().is_empty() || number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        anyhow::bail!(HINT);
    }
    let key = url.username().parse().unwrap_or_else(|never| match never {});
    let mut envelopes = url.clone();
    envelopes.set_path(&format!("{path}/api/{number}/envelope/"));
    envelopes.set_query(None);
    let (named, unlocked) = (envelopes.set_username(""), envelopes.set_password(None));
    named.and(unlocked).ok().context(HINT)?;
    let receiver = Arc::new(Receiver::new("errors", envelopes.as_str()));
    Ok(Project { url: envelopes, key, receiver })
}

impl Project {
    async fn send(&self, event: &Value, state: &Mutex<State>, now: Time) -> Result<(), String> {
        let payload = event.to_string();
        let head = json!({ "event_id": event["event_id"], "sent_at": now });
        let item = json!({ "type": "event", "length": payload.len(), "content_type": "application/json" });
        let auth = format!(
            "Sentry sentry_version=7, sentry_client=plimsoll-portal/{}, sentry_key={}",
            env!("CARGO_PKG_VERSION"),
            self.key.reveal()
        );
        let request = http::client()?
            .post(self.url.clone())
            .header("content-type", "application/x-sentry-envelope")
            .header("x-sentry-auth", auth)
            .timeout(Duration::from_secs(10))
            .body(format!("{head}\n{item}\n{payload}\n"));
        let sent = match http::answer(request).await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                if answer.status().as_u16() == 429 {
                    let asked = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
                    let seconds = asked.unwrap_or(SILENCE_SECONDS).clamp(1, 3600);
                    locked(state).silent_until = Some(now.plus_seconds(seconds));
                }
                Err(http::said(answer.status()))
            }
            Err(problem) => Err(problem),
        };
        self.receiver.tried(&sent, now);
        sent
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(dsn: &str) -> Result<Project> {
        project(&dsn.parse().unwrap())
    }

    #[test]
    fn a_dsn_is_read_and_never_shown() {
        let project = read("https://canary@o1.ingest.sentry.example/sub/42").unwrap();
        assert_eq!(project.url.as_str(), "https://o1.ingest.sentry.example/sub/api/42/envelope/");
        assert_eq!(project.key.reveal(), "canary");
        assert!(!format!("{project:?}").contains("canary"));
        for wrong in [
            "canary",
            "https://sentry.example/1",
            "https://canary@sentry.example/",
            "https://canary@sentry.example/a%20b",
        ] {
            let error = format!("{:#}", read(wrong).err().unwrap());
            assert!(error.contains("hint: ") && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_flood_says_no_more_than_its_beginning() {
        let errors = Errors::new(None, "test").unwrap();
        let report = |n: usize| Report { message: n.to_string(), ..Report::default() };
        let at = |second: i64| Time(second * 1_000_000);
        assert!(errors.is_news(&report(0), at(0)));
        assert!(!errors.is_news(&report(0), at(59)));
        assert!(errors.is_news(&report(0), at(60)));
        assert_eq!((1..100).filter(|n| errors.is_news(&report(*n), at(61))).count(), REPORTS_MAX - 1);
    }

    proptest! {
        #[test]
        fn any_text_is_a_dsn_or_is_refused(text in "(https?://)?[ -~]{0,30}") {
            let _ = read(&text);
        }
    }
}
