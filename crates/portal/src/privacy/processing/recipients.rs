//! Through whose hands data passes, as this installation is set up. What nobody else touches is not listed: there is no
//! list that somebody forgets to change.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::files::Location;
use crate::settings::Serve;

/// Somebody else through whose hands data passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recipient {
    /// Who: a host's name, or what the operator says.
    pub who: String,
    /// For what.
    pub purpose: String,
    /// What reaches them.
    pub data: String,
}

fn recipient(who: impl Into<String>, purpose: &str, data: &str) -> Recipient {
    Recipient { who: who.into(), purpose: purpose.to_owned(), data: data.to_owned() }
}

/// Everybody, as the settings have it. What stays on this machine is not somebody else's.
#[must_use]
pub fn recipients(serve: &Serve) -> Vec<Recipient> {
    let mut all = Vec::new();
    for said in &serve.sub_processor {
        let (who, purpose) = said.split_once(": ").unwrap_or((said, "as its operator says"));
        all.push(recipient(who, purpose, "what lies on it or passes through it"));
    }
    let database = serve.place.database.as_ref().and_then(|url| Url::parse(url).ok());
    if let Some(host) = database.as_ref().and_then(elsewhere) {
        all.push(recipient(
            host,
            "the database",
            "everything but the bytes of files; secrets are encrypted before they go there",
        ));
    }
    let encrypted = "files, encrypted before they leave; how many, how large, and when";
    if let Some(Location::Bucket { .. }) = &serve.files.files {
        all.push(recipient(store(serve.files.files_endpoint.as_ref()), "the store of files", encrypted));
    }
    if let Some(Location::Bucket { .. }) = &serve.backup.place.backup_to {
        let store = store(serve.backup.place.backup_endpoint.as_ref());
        all.push(recipient(store, "backups", "everything, encrypted before it leaves; how much, and when"));
    }
    let syslog = serve.syslog.as_ref().and_then(|url| Url::parse(url).ok());
    if let Some(host) = syslog.as_ref().and_then(elsewhere) {
        all.push(recipient(host, "a second record of what happens", "the record: who did what, and what was refused"));
    }
    let watch = &serve.watch;
    let told = [
        (&watch.sentry_dsn, "reports of errors", "what failed, where and when; nothing about people"),
        (&watch.alert_slack, "alerts", "what is wrong with the portal; nothing about people"),
        (&watch.alert_webhook, "alerts", "what is wrong with the portal; nothing about people"),
        (&watch.smtp, "mail", "mail addresses, and what letters say: links to sign in, news of one's account"),
        (&watch.heartbeat, "a sign of life", "that the portal runs"),
    ];
    for (address, purpose, data) in told {
        let address = address.as_ref().and_then(|address| Url::parse(address.reveal()).ok());
        if let Some(host) = address.as_ref().and_then(elsewhere) {
            all.push(recipient(host, purpose, data));
        }
    }
    all
}

/// The host of a store of objects.
fn store(endpoint: Option<&Url>) -> String {
    endpoint.and_then(Url::host_str).unwrap_or("Amazon Web Services").to_owned()
}

/// The host, unless it is this machine.
fn elsewhere(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    (!here).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::settings::{Cli, Command};

    fn of(words: &[&str]) -> Vec<Recipient> {
        let words = ["plimsoll-portal", "serve"].iter().chain(words);
        let Command::Serve(serve) = Cli::parse_from(words).command else { unreachable!() };
        recipients(&serve)
    }

    #[test]
    fn what_stays_on_this_machine_is_nobody_elses() {
        assert_eq!(of(&[]), []);
        let here = ["--database", "postgres://portal:word@127.0.0.1/portal", "--backup-to", "/mnt/backups"];
        assert_eq!(of(&here), []);
    }

    #[test]
    fn everybody_else_is_named_and_no_secret_is() {
        let words = [
            "--database",
            "postgres://portal:word@db.example/portal",
            "--files",
            "s3://files/one",
            "--files-endpoint",
            "https://s3.example",
            "--backup-to",
            "s3://backups/one",
            "--syslog",
            "tls://log.example:6514",
            "--sentry-dsn",
            "https://word@errors.example/1",
            "--heartbeat",
            "http://127.0.0.1:9/beat",
            "--sub-processor",
            "Hosting GmbH, Germany: the machine",
        ];
        let all = of(&words);
        let who: Vec<&str> = all.iter().map(|recipient| recipient.who.as_str()).collect();
        assert_eq!(
            who,
            [
                "Hosting GmbH, Germany",
                "db.example",
                "s3.example",
                "Amazon Web Services",
                "log.example",
                "errors.example"
            ]
        );
        assert!(!format!("{all:?}").contains("word@"));
    }
}
