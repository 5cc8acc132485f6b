//! `[target]` or `[environment.NAME]`: what is walked, and what may be done to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{RequestLine, Secret, Template};

/// The service in one of its environments.
#[derive(Debug, Clone)]
pub struct Target {
    /// `local`; `target` for `[target]`.
    pub name: String,
    /// Where it answers; may hold `{port}`.
    pub url: Template,
    /// I may change and break it.
    pub mine: bool,
    /// Everything in it may be lost.
    pub disposable: bool,
    /// Who allowed the walk of a target that is not on this machine.
    pub authorized: Option<Authorized>,
    /// Documents, recordings, collections, lists of routes, logs: a path of the service's (`/openapi.json`), a file, or
    /// an address.
    pub document: Vec<String>,
    /// Lists of routes beside them: files, and commands that print one.
    pub routes: Vec<Routes>,
    /// Guess beyond the document (read, not used by this version).
    pub discover: bool,
    /// Builds and starts it in the foreground; `{port}` is a free port.
    pub start: Option<String>,
    /// Ends what `start` does not end with its process group.
    pub stop: Option<String>,
    /// Brings it back to its beginning.
    pub reset: Option<String>,
    /// Commands run once after the start and before the walk; a line `key=value` of their output becomes `{prepare.key}`.
    pub prepare: Vec<String>,
    /// How long it may take until `health` answers.
    pub start_timeout: Duration,
    /// Answers 2xx when it is well.
    pub health: Option<RequestLine>,
    /// Most requests a second.
    pub rate: Option<u32>,
    /// Whether only what changes nothing is sent, beside the sign-in. Told on the command line.
    pub safe_verbs: bool,
    /// Actions that are never sent.
    pub never: Vec<ActionPattern>,
    /// Values that must never stand in any answer.
    pub secrets: Vec<Secret>,
    /// Variables given to `start`.
    pub env: BTreeMap<String, Template>,
    /// A certificate authority to trust, PEM.
    pub ca: Option<PathBuf>,
    /// A command that prints the names of its settings; values are never kept.
    pub settings: Option<String>,
}

/// Where a list of routes comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routes {
    /// A file beside the manifest.
    File(String),
    /// A command that prints it.
    Command {
        /// For the shell, in the manifest's directory.
        command: String,
        /// How long it may take.
        within: Duration,
    },
}

/// Who allowed the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorized {
    /// A person.
    pub by: String,
    /// Whom to ask during the walk.
    pub contact: String,
    /// The last day.
    pub until: Date,
}

/// `POST /api/billing/charge`, `* /api/admin/**`, `PUT,PATCH /x/{id}`: actions by verb and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPattern {
    /// Verbs in capitals; empty for every verb.
    pub verbs: Vec<String>,
    /// The path, as in the matrix.
    pub path: crate::matrix::PathPattern,
}

impl Routes {
    /// A minute: a framework that prints its routes starts the whole service first.
    pub const WITHIN: Duration = Duration::from_secs(60);
}

impl Target {
    /// Three minutes: a service that is built from its source on the first start takes its time.
    pub const START_TIMEOUT: Duration = Duration::from_secs(180);

    /// The address with its port.
    pub fn address(&self, port: u16) -> String {
        let known = |name: &str| (name == "port").then(|| port.to_string());
        self.url.fill(&known).unwrap_or_else(|_| self.url.as_str().to_owned())
    }

    /// Whether the target is on this machine.
    pub fn is_loopback(&self) -> bool {
        url::Url::parse(&self.address(80)).is_ok_and(|url| is_loopback(&url))
    }
}

/// Whether an address is on this machine, by its own words: nothing is resolved.
pub(crate) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl ActionPattern {
    /// Reads `VERB PATH`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (verbs, path) =
            text.trim().split_once(char::is_whitespace).ok_or_else(|| format!("`{text}` is not `VERB /path`"))?;
        let verbs = match verbs {
            "*" => Vec::new(),
            verbs => verbs.split(',').map(str::to_owned).collect(),
        };
        if let Some(verb) = verbs.iter().find(|verb| !verb.chars().all(|letter| letter.is_ascii_uppercase())) {
            return Err(format!("`{verb}` is not a verb in capitals"));
        }
        Ok(Self { verbs, path: crate::matrix::PathPattern::parse(path.trim())? })
    }

    /// Whether an action is meant.
    pub fn matches(&self, verb: &str, path: &str) -> bool {
        (self.verbs.is_empty() || self.verbs.iter().any(|known| known == verb)) && self.path.matches(path)
    }
}
