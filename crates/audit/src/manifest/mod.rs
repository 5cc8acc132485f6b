//! The manifest, `plimsoll.toml`: what is walked, who walks it, and where to look.
//!
//! Plain data once it is read. Every mistake is a [`crate::Trouble`] with file, line, key and a hint.

mod identity;
mod instruments;
mod read;
mod read_identity;
mod read_instruments;
mod read_people;
mod read_target;
mod request_line;
mod secret;
mod target;
mod template;
#[cfg(test)]
mod tests;
mod toml_reader;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use identity::{LinkKind, Ranks, SecondFactor, Sessions};
pub use instruments::{
    Acknowledge, Alerts, AtRest, Backup, Class, Database, Instruments, Jobs, Monitor, Provoke, Runbook, Step,
};
pub use request_line::{BodyTemplate, FilledBody, FilledRequest, JsonTemplate, RequestLine, percent_encode};
pub use secret::Secret;
pub(crate) use target::is_loopback;
pub use target::{ActionPattern, Authorized, Routes, Target};
pub use template::{CODE, Lookup, Template, Unfilled};

use crate::json_path::JsonPath;
use crate::verdict::{Dimension, Mark};

/// States of `[become]` by which something ends: nobody becomes a member of anything by them.
pub const ENDS: &[&str] =
    &["removed", "suspended", "left", "ended", "archived", "locked", "deactivated", "disabled", "blocked", "banned"];

/// The whole manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file; relative paths in it are relative to its directory.
    pub path: PathBuf,
    /// SHA-256 of the file's bytes, hex.
    pub digest: String,
    /// `[service]`.
    pub service: Service,
    /// `[target]`, or the one `[environment.NAME]` that is walked.
    pub target: Target,
    /// Environments that are only looked at from outside.
    pub looked_at: Vec<Target>,
    /// `[sign_up]`: how an actor makes an account for himself.
    pub sign_up: Option<RequestLine>,
    /// `[sign_in]` or each `[sign_in.NAME]`, in the order of the file.
    pub sign_in: Vec<SignIn>,
    /// `[actors]`, in the order of the file.
    pub actors: Vec<Actor>,
    /// `[throw_away]`.
    pub throw_away: ThrowAway,
    /// `[become]`: how a state is brought about, by its name.
    pub become_state: BTreeMap<String, RequestLine>,
    /// `[make]`: how an object is made, by its noun.
    pub make: BTreeMap<String, RequestLine>,
    /// `[fixtures]`: objects that are there already, by their noun.
    pub fixtures: BTreeMap<String, Fixture>,
    /// `[record]`.
    pub record: Record,
    /// `[second_factor]`.
    pub second_factor: SecondFactor,
    /// `[sessions]`.
    pub sessions: Sessions,
    /// `[ranks]`.
    pub ranks: Ranks,
    /// `[links.NAME]`.
    pub links: BTreeMap<String, LinkKind>,
    /// `[promises]`.
    pub promises: Promises,
    /// What the audit may break, watch, search and restore.
    pub instruments: Instruments,
    /// `[limits]`.
    pub limits: Limits,
    /// What is told of alerts, backup, monitor …: by key, such as `alerts.to`.
    pub told: BTreeMap<String, Told>,
    /// `[[waive]]`.
    pub waivers: Vec<Waiver>,
    /// Keys that were read and that this version does not use.
    pub notes: Vec<String>,
    /// The line of each key that was read, for evidence: `alerts.to` → 41.
    pub lines: BTreeMap<String, usize>,
}

/// What one wants to carry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The name in reports; the file's directory, where it is not said.
    pub name: String,
    /// The mark wanted of each dimension; empty when nothing is required.
    pub require: BTreeMap<Dimension, Mark>,
}

/// One way to sign in: a request, a form, or a credential that is sent as it is.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// `web` of `[sign_in.web]`; empty for the only one.
    pub name: String,
    /// A request whose answer holds the token or sets the cookie.
    pub send: Option<RequestLine>,
    /// A page with a form: fetched, hidden fields and cookies kept.
    pub form: Option<RequestLine>,
    /// The form's fields.
    pub fill: BTreeMap<String, Template>,
    /// The second step, of whoever has a second factor: a request with `{totp}`, or the page of its form.
    pub second: Option<RequestLine>,
    /// What is sent once signed in, before anything else: the workspace is chosen. An answer with a token gives another one.
    pub then: Vec<RequestLine>,
    /// Where the token stands in the answer.
    pub token: Option<TokenPlace>,
    /// How the credential is sent with each request.
    pub credentials: Vec<Credential>,
    /// A request that answers the signed-in, each with himself.
    pub proof: Option<RequestLine>,
    /// Path patterns that this credential is for; everywhere when empty.
    pub only: Vec<String>,
}

/// Where a token stands in the answer of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// In the JSON body: `token = "session.key"`.
    Body(JsonPath),
    /// In a header of the answer: `token = "header:X-Token"`.
    Header(String),
    /// In a cookie that is set: `token = "cookie:sid"`.
    Cookie(String),
}

/// A credential in a request: `use = "Authorization: Bearer {token}"` or `use = "?api_key={key}"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A header, also `Cookie`.
    Header {
        /// `Authorization`.
        name: String,
        /// `Bearer {token}`.
        value: Template,
    },
    /// A parameter of the query.
    Query {
        /// `api_key`.
        name: String,
        /// `{key}`.
        value: Template,
    },
}

/// Somebody who walks.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The key in `[actors]`: `olga`.
    pub id: String,
    /// `{role}`.
    pub role: String,
    /// `{tenant}`: whose he is; `*` when his work crosses tenants.
    pub tenant: String,
    /// `{name}`: how he signs in; the key, where it is not said.
    pub name: Template,
    /// What he knows: `password`, `secret`, `totp`, `key`, `token`, `mail`, and whatever stands in `values`.
    pub values: BTreeMap<String, Secret>,
    /// The names of his ways to sign in; all that fit when empty.
    pub sign_in: Vec<String>,
    /// He sets a second factor up when he has signed in for the first time.
    pub second_factor: bool,
    /// A saved browser state instead of a way to sign in (read, not used by this version).
    pub playwright: Option<PathBuf>,
    /// The line in the manifest.
    pub line: usize,
}

/// `[throw_away]`: how accounts are made that may be harmed.
#[derive(Debug, Clone, Default)]
pub struct ThrowAway {
    /// Makes one.
    pub make: Option<RequestLine>,
    /// A command that makes one, and prints what is to be known of it as `key=value`.
    pub command: Option<String>,
    /// Removes it.
    pub remove: Option<RequestLine>,
}

/// An object that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// Its key.
    pub id: String,
    /// The actor who owns it.
    pub owner: String,
    /// What may be done to it.
    pub may: FixtureMay,
}

/// What may be done to a fixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixtureMay {
    /// Only read it.
    Read,
    /// Change it, put it back and compare.
    Change,
    /// Remove it.
    Destroy,
}

/// `[record]`: where the service writes down what happened.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Where it is read.
    pub source: RecordSource,
    /// A command that prints rows of it, too, one JSON document a line: those that no request shows.
    pub also: Option<String>,
    /// Fields by name where they are told instead of learnt: `at`, `actor`, `action`, `object`, `source`, `result`.
    pub fields: BTreeMap<String, JsonPath>,
    /// Actions that need not be recorded, with the reason.
    pub silent: Vec<(ActionPattern, String)>,
}

/// Where the record is read.
#[derive(Debug, Clone, Default)]
pub enum RecordSource {
    /// The manifest does not say.
    #[default]
    Silent,
    /// The manifest says that there is none.
    None,
    /// Requests whose rows together are the record, one a reader; `produces` names the rows; `{cursor}` is the cursor.
    Http(Vec<RequestLine>),
    /// A file with one JSON document a line.
    File(PathBuf),
    /// A command that prints one JSON document a line.
    Command(String),
    /// An SQL query, a receiver: read, not used by this version.
    Unused(&'static str),
}

/// `[promises]`.
#[derive(Debug, Clone, Default)]
pub struct Promises {
    /// Where the privacy policy is published.
    pub policy: Told,
    /// Where security.txt stands, when not at its usual place.
    pub security_txt: Option<String>,
    /// Further pages of the public that are looked at.
    pub pages: Vec<String>,
    /// Requests by which one gets a copy of what is kept: one's own, an organisation's.
    pub export: Vec<RequestLine>,
    /// The request by which one deletes one's own account.
    pub deletion: Option<RequestLine>,
    /// A command that does at once what a deletion does after its time of grace.
    pub deletion_now: Option<String>,
}

/// `[limits]`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Attempts that are sent to one form before it counts as unlimited.
    pub tries: u32,
    /// An actor who may be locked out for it, where no throw-away account can be made.
    pub account: Option<String>,
}

/// What the manifest says where nothing is probed: silence is unproven, a told `none` is a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Not said.
    #[default]
    Silent,
    /// Said that there is none.
    None,
    /// Said where to look.
    At(String),
}

/// `[[waive]]`: a gap that somebody answers for until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// `AZ20 POST /api/signup`, or the gap's id.
    pub gap: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Date,
    /// The line in the manifest.
    pub line: usize,
}

/// A role of the manifest's, with what its actors tell about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// As the manifest says.
    pub name: String,
    /// Its actors' tenant is `*`: their work crosses tenants.
    pub crosses_tenants: bool,
    /// Some actor of it shares his tenant with another actor.
    pub shares_tenant: bool,
}

impl Default for Limits {
    /// 120: more than the 100 failed attempts an hour on one account that common guidance still tolerates.
    fn default() -> Self {
        Self { tries: 120, account: None }
    }
}

impl Manifest {
    /// The roles, in the order in which the actors name them.
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = Vec::new();
        for actor in &self.actors {
            let crosses_tenants = actor.crosses_tenants();
            let shares_tenant = !crosses_tenants
                && self.actors.iter().any(|other| other.id != actor.id && other.tenant == actor.tenant);
            match roles.iter_mut().find(|role| role.name == actor.role) {
                Some(role) => {
                    role.crosses_tenants |= crosses_tenants;
                    role.shares_tenant |= shares_tenant;
                }
                None => roles.push(Role { name: actor.role.clone(), crosses_tenants, shares_tenant }),
            }
        }
        roles
    }

    /// The states of `[become]` by which somebody becomes a member of an object: name, line, and the object's noun. The
    /// line names both (`{actor.id}`, `{project.id}`); what ends something is no membership.
    pub fn memberships(&self) -> impl Iterator<Item = (&str, &RequestLine, String)> {
        let states = self.become_state.iter().filter(|(state, _)| !ENDS.contains(&state.as_str()));
        states.filter_map(|(state, line)| line.names_somebody().then_some((state.as_str(), line, line.noun()?)))
    }

    /// The states of `[become]` into which an object is brought: name, line, and the object's noun. The line names the object
    /// (`{project.id}`) and nobody.
    pub fn closings(&self) -> impl Iterator<Item = (&str, &RequestLine, String)> {
        let states = self.become_state.iter();
        states.filter_map(|(state, line)| (!line.names_somebody()).then_some((state.as_str(), line, line.noun()?)))
    }

    /// An actor by his key.
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.id == id)
    }

    /// The directory that relative paths start from.
    pub fn directory(&self) -> PathBuf {
        match self.path.parent() {
            Some(directory) if directory != std::path::Path::new("") => directory.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    /// `plimsoll.toml:12` for a key that was read, else the file alone.
    pub fn place(&self, key: &str) -> String {
        match self.lines.get(key) {
            Some(line) => format!("{}:{line}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }
}

impl Actor {
    /// Whether his work crosses tenants by design.
    pub fn crosses_tenants(&self) -> bool {
        self.tenant == "*"
    }

    /// A value of his for a hole: `name`, `role`, `tenant`, `password` … Secrets are filled with what `known` knows.
    pub fn value(&self, hole: &str, known: Lookup<'_>) -> Option<String> {
        match hole {
            "name" => self.name.fill(known).ok(),
            "role" => Some(self.role.clone()),
            "tenant" => Some(self.tenant.clone()),
            "actor" => Some(self.id.clone()),
            other => self.values.get(other)?.fill(known).ok(),
        }
    }
}
