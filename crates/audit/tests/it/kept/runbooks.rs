//! A runbook that helps, and those that only look as if.

use plimsoll::verdict::{Dimension::Operations, Verdict};

use crate::vessel;

const SINKS: &str = "SLACK_WEBHOOK_URL = \"{sink.slack}\"";
const ALERTS: &str = "[alerts]\nprovoke = \"ann: POST /alerts/test\"\nwithin = \"2s\"\n";
const RUNBOOK: &str = "[runbook]\ncommands = \"true\"\ndrilled = \"date -u +%FT%TZ\"\n";

#[tokio::test]
async fn a_runbook_that_is_one() {
    let told = vessel::with("", Operations).env(SINKS).also(ALERTS).also(RUNBOOK).told().await;
    told.is("OP08", Verdict::Holds, "");
    told.says("OP08", "alerts", Verdict::Holds, "1 kinds of alerts");
    told.says("OP08", "the drill", Verdict::Holds, "0 days ago");
    told.gaps_only_in(&["OP01"]);
}

#[tokio::test]
async fn alerts_that_lead_nowhere() {
    for (flaw, words) in [
        ("alert-without-runbook", "holds no link"),
        ("runbook-without-a-page", "answers with no page"),
        ("runbook-for-everything", "as any other address does"),
        ("runbook-about-nothing", "leads to nothing about it"),
    ] {
        let told = vessel::with(flaw, Operations).env(SINKS).also(ALERTS).also(RUNBOOK).told().await;
        told.says("OP08", "alerts", Verdict::Gap, words);
        told.gaps_only_in(&["OP01", "OP08"]);
    }
}

/// The runbook is a file: an alert without a link is looked for in its headings.
#[tokio::test]
async fn a_runbook_that_is_a_file() {
    for (heading, verdict) in [("## What to do when it is a drill", Verdict::Holds), ("## Billing", Verdict::Gap)] {
        let place = tempfile::tempdir().unwrap();
        let book = place.path().join("book.md");
        std::fs::write(&book, format!("# Runbook\n\n{heading}\n")).unwrap();
        let told = vessel::with("alert-without-runbook", Operations)
            .env(SINKS)
            .also(ALERTS)
            .also(&format!("[runbook]\nat = \"{}\"\n", book.display()))
            .told()
            .await;
        told.says("OP08", "alerts", verdict, "");
    }
}

#[tokio::test]
async fn commands_that_fail_and_a_drill_of_long_ago() {
    let old = "[runbook]\ncommands = \"false\"\ndrilled = \"echo 2020-01-01\"\n";
    let told = vessel::with("", Operations).env(SINKS).also(ALERTS).also(old).told().await;
    told.says("OP08", "its commands", Verdict::Gap, "do not run");
    told.says("OP08", "the drill", Verdict::Gap, "90 are allowed");
    told.says("OP08", "alerts", Verdict::Holds, "");
    let told = vessel::with("", Operations).told().await;
    told.says("OP08", "alerts", Verdict::Unproven, "no alert arrived");
    told.says("OP08", "its commands", Verdict::Unproven, "");
}
