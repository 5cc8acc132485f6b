//! What may be said on the command line, and what it means.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::backup::{self, Backup, DrillByHand, RecoveryKit, Restore};
use crate::files;
use crate::record::{Attack, Ledger, Verify, Witness};
use crate::requests::receipt::VerifyReceipt;
use crate::tls;
use crate::trail::push;
use crate::watch;
use crate::watch::doctor::Doctor;

/// The client portal: one place for a service business and its clients.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll-portal",
    version,
    after_help = "Examples:\n  \
        plimsoll-portal serve --demo               invented people, one click each\n  \
        plimsoll-portal serve                      your own, beginning with a one-time link\n  \
        plimsoll-portal serve --tls self-signed    the same over HTTPS, for a try\n  \
        plimsoll-portal serve --listen 0.0.0.0:443 --domain portal.example.com --redirect-from 0.0.0.0:80\n  \
        \x20                                          for clients: the certificate comes and is renewed by itself\n  \
        plimsoll-portal do organisation.create '{\"name\":\"Halden & Rook\",\"owner\":\"Maya\",\"mail\":\"maya@example.com\",\"password\":\"…\"}'\n\n\
        Nothing needs to be configured. Data lies in ./plimsoll-data unless --data says otherwise."
)]
pub struct Cli {
    /// A file of settings: `listen = "0.0.0.0:443"`, one line each. docs/configuration.md lists them.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the portal.
    Serve(Box<Serve>),
    /// Do an action of the operator's: its name, and its input as JSON (`-` reads it from standard input).
    #[command(
        after_help = "Actions: organisation.create, person.create, person.reset, factor.forget, membership.state.set, \
                            maintenance.begin and others (docs/events.md). The input may name a \
                            file for a secret: {\"password\":{\"file\":\"/run/secret\"}} or {\"env\":\"NAME\"}.\n\
                            The answer is printed as key=value lines, one a field."
    )]
    Do(Do),
    /// Print who may do what, as the door reads it.
    Matrix,
    /// Print every event that can be recorded, as docs/events.md has it.
    Events,
    /// Read the record.
    #[command(subcommand)]
    Trail(Trail),
    /// Print the OpenAPI document of the JSON interface.
    Openapi,
    /// Verify the record: of the data directory, of a backup, or of a client's slice.
    #[command(after_help = "Exit codes: 0 verified, 10 signed only, 20 incomplete, 21 unaudited change, 30 forked, \
                            40 tampered, 2 wrong usage, 1 could not be read.")]
    Verify(Verify),
    /// Check the receipt of an approval, offline.
    VerifyReceipt(VerifyReceipt),
    /// What is done with the record by hand: keys, epochs, slices, erasure, retention.
    Ledger(Ledger),
    /// Tamper with a copy of the record and see what the verifier says.
    Attack(Attack),
    /// Witness somebody else's record, so that nobody can show you one and others another.
    Witness(Witness),
    /// Move the embedded database of a data directory to PostgreSQL, and prove that all of it arrived.
    #[command(
        after_help = "Stop the portal first. The embedded database takes nothing more from that moment on and never \
                            starts again; keys and files stay in the directory.\n\
                            A move that broke off can be asked for again: it goes on where it stopped.\n\n\
                            Example:\n  plimsoll-portal move --data plimsoll-data --to postgres://portal@db.example/portal"
    )]
    Move(Move),
    /// Take a backup of everything: database, files and keys, encrypted, while the portal runs.
    #[command(after_help = "Example:\n  plimsoll-portal backup --to /mnt/backups\n\n\
                            `serve --backup-to /mnt/backups` takes one each day by itself: docs/backup.md.")]
    Backup(Box<Backup>),
    /// Put a backup back. It is verified from end to end before anything is touched, and put together in a new place.
    #[command(
        after_help = "Stop the portal first. What lies in the directory is kept beside it under another name.\n\n\
                            Example:\n  plimsoll-portal restore --from /mnt/backups --kit kit.txt --data plimsoll-data"
    )]
    Restore(Box<Restore>),
    /// Try the newest backup: restore it beside the portal, sign in to it, and take it away again.
    #[command(after_help = "Example:\n  plimsoll-portal drill --from /mnt/backups --kit kit.txt\n\n\
                            `serve --backup-to /mnt/backups` does it each week by itself. On PostgreSQL the role must be \
                            allowed to create databases.")]
    Drill(Box<DrillByHand>),
    /// The key of the backups on paper: print it, and confirm that it is kept.
    RecoveryKit(RecoveryKit),
    /// Settings: the list of them, and whether those that are said work.
    #[command(subcommand)]
    Config(Config),
    /// Say what is wired and what is not, with the minutes that it takes; with --send, try it.
    #[command(after_help = "Give it the same options and variables as `serve`.\n\n\
                            Exit codes: 0 everything is wired, 3 something is not, 1 something is broken.\n\n\
                            Example:\n  plimsoll-portal doctor --data plimsoll-data --send")]
    Doctor(Box<Doctor>),
    /// Make one preview of the file on standard input: the portal starts itself so for each.
    #[command(hide = true)]
    Render(files::Render),
}

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every setting, as docs/configuration.md has it.
    Reference,
    /// Say what is set and where, and whether a portal could start with it. Changes nothing.
    #[command(
        after_help = "Takes what `serve` takes.\n\nExample:\n  plimsoll-portal config check --config portal.toml\n\n\
                            Exit code 0 when it could start, 1 when it could not, 2 when a setting is none."
    )]
    Check(Box<Serve>),
}

/// What to do with the record.
#[derive(Debug, Subcommand)]
pub enum Trail {
    /// Hold every event against today's rules, and print those that would be refused now: number, time, who, what, why.
    Replay(Place),
}

/// Where the data lies.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The directory of the data.
    #[arg(long, default_value = "plimsoll-data", value_name = "DIR", global = true)]
    pub data: PathBuf,
    /// A PostgreSQL database instead of the embedded one: `postgres://…`; of several servers that follow each other
    /// (`postgres://one,two/portal`) the one that leads. Keys stay in the directory.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub database: Option<String>,
}

/// A move.
#[derive(Debug, Clone, Args)]
pub struct Move {
    /// The directory of the data.
    #[arg(long, default_value = "plimsoll-data", value_name = "DIR")]
    pub data: PathBuf,
    /// An empty PostgreSQL database: `postgres://…`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub to: String,
}

/// How to run.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Fill a directory with an invented world and show its people, one click each. Loopback only.
    #[arg(long)]
    pub demo: bool,
    /// How HTTPS is spoken.
    #[command(flatten)]
    pub tls: tls::Settings,
    /// Where browsers reach it, when that is not the address listened on: `https://portal.example`.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// A proxy whose word about the caller's address is taken. May be said several times.
    #[arg(long, value_name = "IP")]
    pub behind_proxy: Vec<IpAddr>,
    /// A name server that is asked for the proofs of organisations' domains: `127.0.0.1:53`. May be said several times. Without
    /// one those of the machine are asked.
    #[arg(long, value_name = "ADDR")]
    pub dns_server: Vec<SocketAddr>,
    /// Let webhooks and organisations' providers of sign-ins lie in this machine's own network, and without TLS. Otherwise
    /// they lie at public addresses only.
    #[arg(long)]
    pub webhooks_to_private: bool,
    /// Send the whole record to a syslog server: `tcp://host:port` or `tls://host:port`.
    #[arg(long, value_name = "URL")]
    pub syslog: Option<String>,
    /// For syslog over TLS: the certificates of those who may name the server (PEM).
    #[arg(long, value_name = "FILE", requires = "syslog")]
    pub syslog_trust: Option<PathBuf>,
    /// Keep the record for so many days; then the beginning of each chain is dropped, and its fingerprints stay. Without
    /// it everything is kept.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep_record_days: Option<u32>,
    /// Where to write about security: for security.txt.
    #[arg(long, value_name = "MAIL", default_value = "security@localhost.invalid")]
    pub security_contact: String,
    /// Somebody else through whose hands data passes, for the pages that say so: `Hosting GmbH, Germany: the machine`. Stores,
    /// databases and receivers that are set here are named by themselves. May be said several times.
    #[arg(long, value_name = "WHO: WHAT FOR")]
    pub sub_processor: Vec<String>,
    /// The report of the last audit (`.plimsoll/report.json`): its load line is shown to clients, with its age.
    #[arg(long, value_name = "FILE")]
    pub load_line: Option<PathBuf>,
    /// Where files lie, and what is taken.
    #[command(flatten)]
    pub files: files::Settings,
    /// Where backups lie, and when they are made.
    #[command(flatten)]
    pub backup: backup::Settings,
    /// Who is told when something is wrong.
    #[command(flatten)]
    pub watch: watch::Settings,
    /// Run no job, so that nothing is sent to anybody: the portal starts itself so on a copy.
    #[arg(long, hide = true)]
    pub rehearsal: bool,
}

/// An action by the operator's hand.
#[derive(Debug, Clone, Args)]
pub struct Do {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// The action's name.
    pub action: String,
    /// Its input, a JSON object; `-` reads it from standard input.
    #[arg(default_value = "{}")]
    pub input: String,
    /// Put this and a dot before each line of the answer: `--prefix maya` prints `maya.person=…`.
    #[arg(long, value_name = "NAME")]
    pub prefix: Option<String>,
    /// Print the answer as one JSON document.
    #[arg(long)]
    pub json: bool,
    /// Where files lie, and what is taken.
    #[command(flatten)]
    pub files: files::Settings,
}

impl Serve {
    /// How the record is pushed.
    ///
    /// # Errors
    /// What is wrong with an address, with the next step.
    pub fn push(&self) -> anyhow::Result<push::Settings> {
        let origin = url::Url::parse(&self.public_origin()).ok();
        let hostname = origin.as_ref().and_then(url::Url::host_str).unwrap_or("-").to_owned();
        let syslog = self.syslog.as_ref().map(|url| {
            push::parse_syslog(url, self.syslog_trust.clone(), hostname)
                .map_err(|why| anyhow::anyhow!("--syslog {url}: {why}\n\nhint: --syslog tcp://127.0.0.1:601"))
        });
        Ok(push::Settings { private_webhooks: self.webhooks_to_private, syslog: syslog.transpose()? })
    }

    /// Where browsers reach it: scheme, host and port, without a slash at the end.
    #[must_use]
    pub fn public_origin(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls.is_on() { "https" } else { "http" };
        match (self.tls.domain.first(), self.listen.port()) {
            (Some(name), 443) => format!("https://{}", name.to_lowercase()),
            (Some(name), port) => format!("https://{}:{port}", name.to_lowercase()),
            (None, _) => format!("{scheme}://{}", self.listen),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
