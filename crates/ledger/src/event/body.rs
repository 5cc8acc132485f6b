//! The fields of a body, as a reader sees them, and the rules that hold between them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::EventError;
use super::public::{is_public, is_word};
use crate::canonical::MAX_INTEGER;
use crate::{Chain, Hash};

// The fields of the structs below stand in the order of their names: what serde writes of them is canonical JSON.

/// What an event says. Made by [`super::Event::parse`] and [`super::Draft::finish`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Body {
    /// The action, imperative, as it stands in the catalogue: `project.member.remove`.
    pub act: String,
    /// Who did it, or tried to.
    pub actor: Actor,
    /// When, in microseconds UTC: `2026-11-22T00:42:12.345678Z`. The recorder's clock; proof of time needs a witness.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// Why it was allowed, or what was asked.
    pub authz: Authorization,
    /// Whose history it belongs to.
    pub chain: Chain,
    /// Which rows moved to which revision.
    pub chg: Vec<Change>,
    /// Further facts by name: `{"role":"viewer"}`. Ids, numbers, truth values, hashes, words, and lists of them.
    pub facts: BTreeMap<String, Value>,
    /// Random id of the event, a UUIDv7.
    pub id: Uuid,
    /// Who recorded it, with its version: `portal@0.1.0`.
    pub obs: String,
    /// How it ended.
    pub out: Outcome,
    /// Commitments to values about people, by name: `{"actor.ip":"…"}`.
    pub pii: BTreeMap<String, Hash>,
    /// The request that it belongs to, as logs and answers name it.
    pub req: Uuid,
    /// What it was done to, the object itself first.
    pub tgt: Vec<Reference>,
    /// The version of this form: 1.
    pub v: u8,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Actor {
    /// How the actor proved who it is: `password`, `passkey`, `token`.
    pub auth: Option<String>,
    /// The account; absent for `anyone`, `job` and `console`.
    pub id: Option<Uuid>,
    /// What sort of actor.
    pub kind: ActorKind,
    /// The session.
    pub sess: Option<Uuid>,
    /// What it acted through or as: an API token, a support session, the role that is viewed as.
    pub via: Option<Reference>,
}

/// The sorts of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person with a session.
    Person,
    /// An API token, of a person or of a service.
    Token,
    /// A command on the machine.
    Console,
    /// The product itself, by the clock.
    Job,
    /// Somebody who is not signed in.
    Anyone,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It happened.
    Done,
    /// It was refused, and nothing happened.
    Denied,
    /// It was allowed, and did not happen for another reason.
    Failed,
}

/// Why an action was allowed, or by what it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Authorization {
    /// What the actor was to the object: `["organisation_admin"]`.
    pub relations: Vec<String>,
    /// The rule that decided, as the catalogue names it.
    pub rule: String,
}

/// One row that moved to another revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Change {
    /// Commitment to the row afterwards; absent after a deletion, or where the row's content is not committed to.
    pub after: Option<Hash>,
    /// Commitment to the row before; absent before a creation, or where the row's content is not committed to.
    pub before: Option<Hash>,
    /// The entity: `project`.
    pub ent: String,
    /// What happened to the row.
    pub op: Operation,
    /// The row's id.
    pub pk: Uuid,
    /// The row's revision afterwards, from 1.
    pub rev: u64,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Created.
    #[serde(rename = "c")]
    Create,
    /// Updated.
    #[serde(rename = "u")]
    Update,
    /// Deleted.
    #[serde(rename = "d")]
    Delete,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reference {
    /// Which object.
    pub id: Uuid,
    /// What sort of object: `project`.
    pub kind: String,
}

impl Operation {
    /// `c`, `u` or `d`, as in the body.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Create => "c",
            Self::Update => "u",
            Self::Delete => "d",
        }
    }
}

impl Outcome {
    /// `done`, `denied` or `failed`, as in the body.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl ActorKind {
    /// `person`, `token`, `console`, `job` or `anyone`, as in the body.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Token => "token",
            Self::Console => "console",
            Self::Job => "job",
            Self::Anyone => "anyone",
        }
    }
}

impl Body {
    /// The rules that the types do not say. They hold for every body, written or read.
    pub(super) fn check(&self) -> Result<(), EventError> {
        require(self.v == 1, || "v", "must be 1")?;
        require(self.id.get_version_num() == 7, || "id", "must be a UUIDv7")?;
        let name = is_word(&self.act) && self.act.split('.').count() > 1 && self.act.split('.').all(is_name);
        require(name, || "act", "must be names separated by dots, such as project.member.remove")?;
        require(is_word(&self.obs), || "obs", NOT_A_WORD)?;
        require((0..=LAST_SECOND).contains(&self.at.as_second()), || "at", "must lie between the years 1970 and 9999")?;
        self.actor.check()?;
        require(is_word(&self.authz.rule), || "authz.rule", NOT_A_WORD)?;
        for (position, relation) in self.authz.relations.iter().enumerate() {
            require(is_word(relation), || format!("authz.relations.{position}"), NOT_A_WORD)?;
        }
        for (position, target) in self.tgt.iter().enumerate() {
            require(is_name(&target.kind), || format!("tgt.{position}.kind"), NOT_A_NAME)?;
        }
        for (position, change) in self.chg.iter().enumerate() {
            change.check(&format!("chg.{position}"))?;
            let repeated = self.chg[..position].iter().any(|other| (&other.ent, other.pk) == (&change.ent, change.pk));
            require(!repeated, || format!("chg.{position}"), "names a row that stands in the list already")?;
        }
        // A refused or failed action that changed something would contradict itself.
        require(self.out == Outcome::Done || self.chg.is_empty(), || "chg", "must be empty unless the action is done")?;
        for (name, value) in &self.facts {
            require(is_word(name), || "facts", "the names must be words")?;
            require(is_public(value), || format!("facts.{name}"), "must be an id, number, truth value, hash or word")?;
        }
        for name in self.pii.keys() {
            require(is_word(name), || "pii", "the names must be words")?;
        }
        Ok(())
    }
}

impl Actor {
    fn check(&self) -> Result<(), EventError> {
        if let Some(auth) = &self.auth {
            require(is_word(auth), || "actor.auth", NOT_A_WORD)?;
        }
        if let Some(via) = &self.via {
            require(is_name(&via.kind), || "actor.via.kind", NOT_A_NAME)?;
        }
        match self.kind {
            ActorKind::Person | ActorKind::Token => {
                require(self.id.is_some(), || "actor.id", "must name the account of a person or token")
            }
            ActorKind::Console | ActorKind::Job | ActorKind::Anyone => {
                require(self.id.is_none(), || "actor.id", "must be absent: only people and tokens have an account")
            }
        }
    }
}

impl Change {
    fn check(&self, place: &str) -> Result<(), EventError> {
        require(is_name(&self.ent), || format!("{place}.ent"), NOT_A_NAME)?;
        let in_range = (1..=MAX_INTEGER.unsigned_abs()).contains(&self.rev);
        require(in_range, || format!("{place}.rev"), "must be 1 to 2^53 − 1")?;
        let (creates, deletes) = (self.op == Operation::Create, self.op == Operation::Delete);
        require(!creates || self.before.is_none(), || format!("{place}.before"), "must be absent for a created row")?;
        require(!deletes || self.after.is_none(), || format!("{place}.after"), "must be absent for a deleted row")
    }
}

/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const LAST_SECOND: i64 = 253_402_300_799;
const NOT_A_WORD: &str = "must be 1 to 64 of a-z, 0-9 and . _ - : / @ +";
const NOT_A_NAME: &str = "must be 1 to 64 of a-z, 0-9 and _";

fn is_name(text: &str) -> bool {
    is_word(text) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn require<P: Into<String>>(holds: bool, field: impl FnOnce() -> P, wrong: &'static str) -> Result<(), EventError> {
    if holds { Ok(()) } else { Err(EventError::Field { field: field().into(), wrong }) }
}

/// Times with exactly six digits of a second.
mod micros {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
