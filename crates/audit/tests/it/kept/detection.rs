//! Who notices: the tracker, the people on duty, the health page, the monitor.

use plimsoll::verdict::{Dimension::Detection, Verdict};

use crate::vessel;

const FAULT: &str = "[database]\nbreak = \"mv {dir}/state.json {dir}/away\"\nmend = \"mv {dir}/away {dir}/state.json\"\n\
                     within = \"1s\"\n";
const SINKS: &str =
    "SENTRY_DSN = \"{sink.sentry}\", SLACK_WEBHOOK_URL = \"{sink.slack}\", HEARTBEAT_URL = \"{sink.heartbeat}\"";
const ALERTS: &str = "[alerts]\nprovoke = \"ann: POST /alerts/test\"\nwithin = \"2s\"\nacknowledge = \"link\"\n";
const JOBS: &str = "[jobs]\nstop = \"touch {dir}/job-stopped\"\nstart = \"rm {dir}/job-stopped\"\nevery = \"2s\"\n";

#[tokio::test]
async fn a_sound_service_notices_everything() {
    let told = vessel::with("", Detection).env(SINKS).also(FAULT).also(ALERTS).also(JOBS).told().await;
    told.is("DE01", Verdict::Holds, "an event reached the error tracker");
    told.is("DE02", Verdict::Holds, "");
    told.says("DE02", "alerts · acknowledged", Verdict::Holds, "answered 200");
    told.is("DE03", Verdict::Holds, "answered 503");
    told.is("DE04", Verdict::Holds, "heartbeats arrived");
    told.is("DE05", Verdict::Holds, "said so");
    told.gaps_only_in(&[]);
}

#[tokio::test]
async fn a_service_that_says_ok_from_memory() {
    let flaws = "health-lies tracker-without-key alert-is-swallowed no-heartbeat job-unnoticed";
    let every = "[monitor]\nevery = \"1s\"\n[errors]\nwithin = \"1s\"\n";
    let told = vessel::with(flaws, Detection).env(SINKS).also(FAULT).also(ALERTS).also(JOBS).also(every).told().await;
    told.is("DE01", Verdict::Gap, "no event reached");
    told.is("DE02", Verdict::Gap, "no alert arrived");
    told.is("DE03", Verdict::Gap, "it answered 200 while");
    told.is("DE04", Verdict::Gap, "no heartbeat");
    told.is("DE05", Verdict::Gap, "says that all is well");
    told.gaps_only_in(&["DE0"]);
}

#[tokio::test]
async fn a_tracker_that_is_told_secrets() {
    let told = vessel::with("tracker-leaks-the-token health-stays-ill", Detection).env(SINKS).also(FAULT).told().await;
    told.is("DE01", Verdict::Gap, "the token of ann");
    told.is("DE03", Verdict::Gap, "was not well again");
    let told = vessel::with("tracker-leaks-the-body health-in-words", Detection).env(SINKS).also(FAULT).told().await;
    told.is("DE01", Verdict::Gap, "what ann wrote");
    told.is("DE03", Verdict::Holds, "in its words");
}

/// One health page says only that the process runs, and another says more.
#[tokio::test]
async fn readiness_stands_elsewhere() {
    let told = vessel::with("health-lies ready-elsewhere", Detection).also(FAULT).told().await;
    told.is("DE03", Verdict::Holds, "GET /readyz answered 503");
}

/// Where alerts go is not known: nobody says that none came.
#[tokio::test]
async fn alerts_may_go_elsewhere() {
    let told = vessel::with("job-unnoticed", Detection).also(JOBS).told().await;
    told.is_not_told("DE05", "{sink.slack}");
}

/// A client that only counts sessions reports no error; an error that is provoked by a line of the manifest needs no fault.
#[tokio::test]
async fn an_error_by_a_line_of_the_manifest() {
    let boom = "[errors]\nprovoke = 'ann: POST /boom {\"note\":\"{canary}\"}'\nwithin = \"1s\"\n";
    let told = vessel::with("", Detection).env(SINKS).also(boom).told().await;
    told.is("DE01", Verdict::Holds, "POST /boom answered 500");
    let told = vessel::with("tracker-gets-sessions", Detection).env(SINKS).also(boom).told().await;
    told.is("DE01", Verdict::Gap, "no event reached");
    let told = vessel::with("tracker-leaks-the-body", Detection).env(SINKS).also(boom).told().await;
    told.is("DE01", Verdict::Gap, "what ann wrote");
}

/// An alert that nobody can acknowledge, and settings that production lacks.
#[tokio::test]
async fn production_lacks_a_setting() {
    let production = "[environment.production]\nurl = \"https://app.tallyhouse.dev\"\nmode = \"look\"\n\
                      settings = \"echo SLACK_WEBHOOK_URL=changeme; echo SENTRY_DSN=https://k@sentry.tallyhouse.dev/1; echo HEARTBEAT_URL=\"\n";
    let told = vessel::with("alert-without-link", Detection).env(SINKS).also(ALERTS).also(production).told().await;
    told.says("DE02", "alerts", Verdict::Holds, "an alert arrived");
    told.says("DE02", "alerts · acknowledged", Verdict::Gap, "");
    told.says("DE02", "alerts · production's setting", Verdict::Gap, "SLACK_WEBHOOK_URL is a placeholder");
    told.says("DE04", "the outside monitor · production's setting", Verdict::Gap, "HEARTBEAT_URL is empty");
    told.gaps_only_in(&["DE02", "DE04"]);
}

/// Nothing told: nothing proved, nothing alarmed, and each says which line would tell.
#[tokio::test]
async fn nothing_is_told() {
    let told = vessel::with("health-lies tracker-without-key no-heartbeat", Detection).told().await;
    told.is_not_told("DE01", "provoke");
    told.is_not_told("DE02", "{sink.slack}");
    told.is_not_told("DE03", "[database]");
    told.is_not_told("DE04", "{sink.heartbeat}");
    told.is_not_told("DE05", "[jobs]");
    told.gaps_only_in(&[]);
}

#[tokio::test]
async fn told_none_is_a_gap() {
    let told = "[errors]\nto = \"none\"\n[alerts]\nto = \"none\"\n[monitor]\nat = \"none\"\n";
    let told = vessel::with("", Detection).also(told).told().await;
    for check in ["DE01", "DE02", "DE04"] {
        told.is(check, Verdict::Gap, "there is none");
    }
}
