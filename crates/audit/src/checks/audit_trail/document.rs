//! What the probe of the audit trail writes down: what was done, and every row that the record showed afterwards.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::{ActorFact, Document};

/// The whole probe of the record, in one document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// What the manifest says about the record.
    pub told: TrailTold,
    /// The place in the manifest: `plimsoll.toml:41`.
    pub place: String,
    /// Why it could not be read, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// The tenants of those who read it: it may show no other's events. Empty where it shows all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scope: BTreeSet<String>,
    /// Fields that the manifest names instead of having them learnt: `actor` → `who.id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, String)>,
    /// What was done, in order.
    pub events: Vec<Event>,
    /// Rows that were not there before, in the order in which they were first seen.
    pub rows: Vec<Row>,
    /// Events between these, by how many had been done before, may have left rows that were never shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<(usize, usize)>,
    /// The last known event arrived, and nothing more came for three times the longest delay seen.
    pub settled: bool,
    /// Actions that were not done, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_done: Vec<NotDone>,
}

/// What the manifest says about the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrailTold {
    /// Nothing.
    #[default]
    Silent,
    /// That there is none.
    None,
    /// Where it is, in a way that this version cannot read.
    Unused,
    /// Where it is.
    Read,
}

/// One thing that was done, or tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `PUT /notes/{note}`.
    pub action: String,
    /// What kind of event it is.
    pub kind: Kind,
    /// Who did it.
    pub actor: ActorFact,
    /// Values by which the service may call him: name, key, mail.
    pub names: Vec<String>,
    /// The key of the object; empty where there is none.
    pub key: String,
    /// Keys of the objects around it, and of others that the path names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub around: Vec<String>,
    /// Canaries that this request sent, or that the object carries.
    pub canaries: Vec<String>,
    /// The action that made the object, where this is not its making.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// Milliseconds since 1970 when it was sent, and when its answer was there.
    pub from_ms: i64,
    /// See `from_ms`.
    pub until_ms: i64,
    /// `PUT /notes/7`.
    pub request: String,
    /// The status code of the answer.
    pub status: u16,
    /// Somebody saw its effect, so it is known to have had one.
    pub effect: bool,
    /// The record may tell of this key for other reasons, too: the object was not made for this event, or the same key
    /// stands in other places, as a person's does who is a member of many things.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// When the same was refused to him before in this walk, from and until: some records tell of a repetition once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<(i64, i64)>,
}

/// What kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An object was made, and nothing else was done to it.
    Made,
    /// A change that succeeded.
    Changed,
    /// A reveal, an export or a download that succeeded.
    Read,
    /// A refused attempt of somebody else.
    Refused,
}

/// One row of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// As it was read.
    pub value: Value,
    /// Milliseconds since 1970 when it was first seen.
    pub seen_ms: i64,
    /// How many events had been done by then.
    pub after_events: usize,
}

/// An action that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    /// The action.
    pub action: String,
    /// What kind of event it would have been.
    pub kind: Kind,
    /// Why.
    pub why: String,
    /// It need not be recorded; else it could not be tried.
    pub silent: bool,
}

impl Document for Trail {
    const KIND: &'static str = "trail";
}
