//! What the audit may break, watch, search and restore: the sections of the manifest that give it its instruments.
//!
//! Nothing here is proof. Each line says where to look or what to run; a section that is missing leaves the checks that
//! need it unproven, with the line that would tell.

use std::collections::BTreeMap;
use std::time::Duration;

use super::RequestLine;

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Instruments {
    /// `[database]`.
    pub database: Database,
    /// `[errors]`.
    pub errors: Provoke,
    /// `[alerts]`.
    pub alerts: Alerts,
    /// `[monitor]`.
    pub monitor: Monitor,
    /// `[jobs]`.
    pub jobs: Jobs,
    /// `[dump] run`: prints everything that is kept.
    pub dump: Option<String>,
    /// `[at_rest]`.
    pub at_rest: AtRest,
    /// `[backup]`.
    pub backup: Backup,
    /// `[runbook]`.
    pub runbook: Runbook,
    /// `[retention.CLASS]`: what the policy lets go after a time.
    pub retention: BTreeMap<String, Class>,
    /// `[expired.CLASS]`: sessions, tokens, invitations, uploads.
    pub expired: BTreeMap<String, Class>,
}

/// Something that is done for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A request to the service: `maya: POST /readiness/error`.
    Request(RequestLine),
    /// A command of the shell.
    Command(String),
}

/// How the database is taken away and given back.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// An SQLite file: somebody else's lock is put on it.
    pub sqlite: Option<String>,
    /// The database's own address; the service is given `{proxy.database}` instead, which can be cut.
    pub proxy: Option<String>,
    /// A command that takes it away …
    pub take: Option<String>,
    /// … and one that gives it back.
    pub mend: Option<String>,
    /// How long the health endpoint may take to notice.
    pub within: Option<Duration>,
}

/// `provoke`: what makes the service do what is waited for.
#[derive(Debug, Clone, Default)]
pub struct Provoke {
    /// The request or command.
    pub provoke: Option<Step>,
    /// How long it may take to arrive.
    pub within: Option<Duration>,
}

/// `[alerts]`.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    /// What makes one, and how long it may take.
    pub provoke: Provoke,
    /// How somebody says that he saw it.
    pub acknowledge: Option<Acknowledge>,
}

/// How an alert is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledge {
    /// By a link of the service's own in the alert.
    Link,
    /// By a command that prints when somebody last did: a moment as 2026-11-22T10:00:00Z.
    Command(String),
}

/// `[monitor]`.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    /// How often it asks, or a heartbeat is sent.
    pub every: Option<Duration>,
    /// A command that prints when it was last seen asking.
    pub seen: Option<String>,
}

/// `[jobs]`: one scheduled job that can be stopped.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    /// Stops it.
    pub stop: Option<String>,
    /// Lets it run again.
    pub start: Option<String>,
    /// How often it runs.
    pub every: Option<Duration>,
    /// How long it may take to be noticed, where that is not twice its interval.
    pub within: Option<Duration>,
}

/// `[at_rest]`: the bytes as a thief would find them.
#[derive(Debug, Clone, Default)]
pub struct AtRest {
    /// Files and directories.
    pub paths: Vec<String>,
    /// A command that prints them.
    pub dump: Option<String>,
    /// What is encrypted, as `noun` or `noun.field`, where the policy's words do not say.
    pub encrypted: Vec<String>,
}

/// `[backup]`.
#[derive(Debug, Clone, Default)]
pub struct Backup {
    /// Makes one at the path `{backup}`, a file or a directory.
    pub make: Option<String>,
    /// Restores `{backup}` into `{scratch}`, which does not exist yet.
    pub restore: Option<String>,
    /// Starts the service on what was restored, in the foreground: `{scratch}`, `{port}`.
    pub serve: Option<String>,
    /// Prints the backups that there are, with their times.
    pub list: Option<String>,
    /// How old the newest may be.
    pub max_age: Option<Duration>,
    /// Where they are kept: a directory, or an address as `s3://bucket/prefix`.
    pub place: Option<String>,
    /// Where the live data lies, to be told from it: a directory.
    pub data: Option<String>,
}

/// `[runbook]`: what people do when an alert comes.
#[derive(Debug, Clone, Default)]
pub struct Runbook {
    /// A path of the service's, or a file, where it is read as a whole.
    pub at: Option<String>,
    /// Tries the commands that stand in it.
    pub commands: Option<String>,
    /// Prints when it was last drilled.
    pub drilled: Option<String>,
    /// How long ago that may be.
    pub max_age: Option<Duration>,
}

/// Rows of one class that must be gone after a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Makes one that will expire.
    pub make: Option<Step>,
    /// Lets the time pass, and whatever clears away run.
    pub later: Option<Step>,
    /// Prints how many there are: a number.
    pub count: String,
}
