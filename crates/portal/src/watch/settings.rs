//! What may be said about watching on the command line, and what it means.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use zeroize::Zeroizing;

use crate::backup::Every;

/// Who is told when something is wrong.
#[derive(Debug, Clone, Args)]
#[group(id = "watch_settings")]
#[command(next_help_heading = "Watching")]
pub struct Settings {
    /// Where errors are reported: the DSN of a project of Sentry, GlitchTip or Bugsink.
    #[arg(long, env = "SENTRY_DSN", hide_env_values = true, value_name = "DSN")]
    pub sentry_dsn: Option<Secret>,
    /// Where alerts go: an incoming webhook of Slack, Mattermost or Rocket.Chat.
    #[arg(long, env = "SLACK_WEBHOOK_URL", hide_env_values = true, value_name = "URL")]
    pub alert_slack: Option<Secret>,
    /// Where alerts go: any address that takes a JSON document. docs/watch.md has its fields.
    #[arg(long, env = "ALERT_WEBHOOK_URL", hide_env_values = true, value_name = "URL")]
    pub alert_webhook: Option<Secret>,
    /// Where alerts go: a mail address.
    #[arg(long, env = "ALERT_MAIL", value_name = "ADDRESS", requires = "smtp")]
    pub alert_mail: Option<String>,
    /// The server that takes mail: `smtps://user:password@mail.example`, or `smtp://…?tls=required` for STARTTLS.
    #[arg(long, env = "SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp: Option<Secret>,
    /// From which address letters to people come: `portal@example.com`. Without it the one that the mail server knows us by,
    /// else `portal@` and the portal's own name.
    #[arg(long, env = "MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Who notices when the portal falls silent: the address that a monitor outside expects to be asked each minute.
    #[arg(long, env = "HEARTBEAT_URL", hide_env_values = true, value_name = "URL")]
    pub heartbeat: Option<Secret>,
    /// Where metrics are given out, on a listener of their own: `127.0.0.1:9090`. Without it nowhere.
    #[arg(long, env = "METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
    /// How the log is written: for people, or one JSON document a line.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// How often it is looked whether something is wrong.
    #[arg(long, hide = true, default_value = "10s", value_name = "TIME")]
    pub watch_every: Every,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sentry_dsn: None,
            alert_slack: None,
            alert_webhook: None,
            alert_mail: None,
            smtp: None,
            mail_from: None,
            heartbeat: None,
            metrics_listen: None,
            log_format: LogFormat::Text,
            watch_every: Every(10),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON document a line.
    Json,
}

/// An address with a secret in it. It cannot be printed, and any text is taken for one at first, so that the message about
/// a wrong one does not show it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, to be used and not to be shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Zeroizing::new(text.trim().to_owned())))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
