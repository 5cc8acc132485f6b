//! `plimsoll sinks -- CMD`: the receivers by hand. Runs a command with their addresses in its environment and prints what
//! arrives.

use std::process::Command;

use super::audit::interruptible;
use super::print;
use crate::error::{Result, Trouble};
use crate::load_line::Exit;
use crate::process::{Group, first_line};
use crate::sinks::{Arrival, Sinks};
use std::os::unix::process::CommandExt as _;
use std::time::Duration;

/// Variables under which services usually expect these addresses.
const VARIABLES: [(&str, &str); 8] = [
    ("SENTRY_DSN", "sink.sentry"),
    ("SLACK_WEBHOOK_URL", "sink.slack"),
    ("ALERT_WEBHOOK_URL", "sink.webhook"),
    ("WEBHOOK_URL", "sink.webhook"),
    ("HEARTBEAT_URL", "sink.heartbeat"),
    ("SMTP_URL", "sink.smtp"),
    ("SMTP_HOST", "sink.smtp.host"),
    ("SMTP_PORT", "sink.smtp.port"),
];
/// Pause between two looks whether something arrived or the command ended.
const LOOK: Duration = Duration::from_millis(100);

/// Runs the command until it ends or somebody stops it.
pub(super) fn sinks(command: &[String]) -> Result<Exit> {
    interruptible(async {
        let sinks = Sinks::open().await?;
        let mut child = match command.split_first() {
            Some((program, arguments)) => {
                let mut child = Command::new(program);
                child.args(arguments).process_group(0);
                for (name, hole) in VARIABLES {
                    child.envs(sinks.address(hole).map(|address| (name, address)));
                }
                let place = format!("the command `{}`", first_line(program));
                Some(Group(child.spawn().map_err(|error| Trouble::new(place, format!("cannot be run: {error}")))?))
            }
            None => None,
        };
        for (name, hole) in VARIABLES {
            print(&format!("{name}={}\n", sinks.address(hole).unwrap_or_default()));
        }
        let mut told = 0;
        loop {
            let ended = child.as_mut().map(|group| group.0.try_wait()).and_then(Result::ok).flatten();
            for arrival in sinks.since(told) {
                told += 1;
                print(&format!("{}\n", line(&arrival)));
            }
            if ended.is_some() {
                return Ok(Exit::Holds);
            }
            tokio::time::sleep(LOOK).await;
        }
    })
}

/// `12:00:03  slack     POST /sink/slack  {"text":"down"}`
fn line(arrival: &Arrival) -> String {
    let body = arrival.text.split_once("\n\n").map_or(arrival.text.as_str(), |(_, body)| body);
    let body: String = body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
    let time = arrival.at.get(11..19).unwrap_or(&arrival.at);
    format!("{time}  {:<10} {}  {body}", arrival.sink, arrival.how)
}
