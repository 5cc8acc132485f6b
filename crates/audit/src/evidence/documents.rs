//! The documents that the walk writes and the judges of authorization read. Other checks keep theirs beside them.

use super::Document;
use crate::client::Counts;
use crate::load_line::Facts;
use crate::verdict::Dimension;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Name of the actor who is not signed in.
pub const ANONYMOUS: &str = "anonymous";

/// One person of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorFact {
    /// `olga`.
    pub name: String,
    /// `owner`, or [`ANONYMOUS`].
    pub role: String,
    /// `amber`; `*` for staff whose work crosses tenants; empty for anonymous.
    pub tenant: String,
    /// Made for one stage only.
    pub throw_away: bool,
}

/// One action, as far as the judges need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionFact {
    /// `GET /projects/{project}`.
    pub name: String,
    /// `GET`.
    pub verb: String,
    /// `/projects/{project}`.
    pub path: String,
    /// The form of its cells, as far as verb and path tell.
    pub form: Form,
    /// How many keys its path asks for.
    pub keys: u32,
    /// The document says that it is protected.
    pub protected: bool,
    /// A word of its path, tags or texts that sounds privileged: `admin`.
    pub privileged: Option<String>,
}

/// What the judges know beside what was seen: a pure function of the evidence needs all of it there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What was audited, wanted and waived.
    pub facts: Facts,
    /// The matrix's text, where there is one.
    pub matrix: Option<String>,
    /// All actions.
    pub actions: Vec<ActionFact>,
    /// The manifest's actors.
    pub actors: Vec<ActorFact>,
}

/// How an answer is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// It says that it was done.
    Success,
    /// It says no: a code for it, a redirect to the sign-in, or the like of a learnt refusal.
    Refusal,
    /// A success by its code with an error inside.
    SoftDenial,
    /// It objects to the form of the request.
    Invalid,
    /// The server failed.
    Failure,
    /// Too many requests.
    Limited,
    /// No answer came.
    Broken,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Who asked.
    pub actor: String,
    /// `GET`.
    pub method: String,
    /// Path and query, filled.
    pub path: String,
    /// Headers that were sent beside what signs the actor in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub added: BTreeMap<String, String>,
    /// The body that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Value>,
    /// Status code; 0 where no answer came.
    pub status: u16,
    /// Headers of the answer that say something: content type, location …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// The answer's body as text, cut to a bound.
    pub answer: String,
    /// How it is to be read.
    pub reading: Reading,
    /// Canaries of others that the whole answer holds, never what this request sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sightings: Vec<Sighting>,
}

/// A canary that was seen where it was looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    /// The value.
    pub canary: String,
    /// What kind of object carries it: `project`.
    pub noun: String,
    /// In which field.
    pub field: String,
    /// Whose it is.
    pub owner: String,
    /// The field by which the owner's own answer names whoever was shown it: `seller_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
}

/// What a witness saw at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The object, or the row, was there.
    pub exists: bool,
    /// Its scalars by path; elements of lists share one path and are sorted.
    pub fields: BTreeMap<String, Vec<String>>,
}

/// Who can tell whether something changed: a read that has shown the owner's own change by the same action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// `GET /projects/{project}`.
    pub action: String,
    /// Fields that the owner's own call changed, as far as they are not noise.
    pub shows: BTreeSet<String>,
    /// The owner's own call made what the witness looks at appear or vanish.
    pub shows_existence: bool,
    /// Milliseconds until the change was seen.
    pub lag_ms: u64,
    /// Fields that move by themselves.
    pub noise: BTreeSet<String>,
}

/// What kind of cell a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// An object is read.
    Read,
    /// An object is changed, or acted on.
    Change,
    /// An object is removed.
    Remove,
    /// Something is added below an object.
    AddChild,
    /// Many objects are read at once.
    List,
    /// The action has no object of anybody's.
    Plain,
    /// A child under a parent that is not its own.
    Misplaced,
}

/// One attempt of one attacker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Who.
    pub actor: ActorFact,
    /// What he is to the object's owner: `anonymous`, `other tenant`, `same tenant`, `staff`.
    pub relation: String,
    /// The state that he was brought into before: `viewer` of a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What was asked and answered; lists read over several pages have several.
    pub exchanges: Vec<Exchange>,
    /// Values that only the owner's answer holds, where the object carries no canary, found in this answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fingerprint: Vec<String>,
    /// The attacker was shown alive before and after. Anonymous always is.
    pub alive: bool,
    /// The like answer for an object that does not exist, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like_missing: Option<bool>,
    /// The attacker's own row is in his own list, or the list was read to its end.
    pub list_complete: bool,
    /// The canary that this attempt sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<String>,
    /// He belongs to the owner's tenant, and not to the place that was made for this trial: a refusal says nothing of what
    /// he may at home.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// The field by which the owner's own answer names him: `seller_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
}

/// One trial: a fresh object, attempts, a read-back, and the owner's own call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// `PUT /projects/{project}`.
    pub action: String,
    /// What kind.
    pub form: Form,
    /// `project`; empty where there is no object.
    pub noun: String,
    /// Whose object.
    pub owner: ActorFact,
    /// The object carries a sign that it is meant for all (`"visibility": "public"`).
    pub public: bool,
    /// The object's canaries.
    pub carries: Vec<String>,
    /// The object before the attempts.
    pub before: Option<Observation>,
    /// The attempts, in order.
    pub attempts: Vec<Attempt>,
    /// The object after them, and before the owner's call.
    pub after: Option<Observation>,
    /// The owner's own call afterwards.
    pub control: Option<Exchange>,
    /// The object after that.
    pub settled: Option<Observation>,
    /// The witness.
    pub witness: Option<Witness>,
    /// Repeated with one attacker on a fresh object, to name him.
    pub alone: bool,
    /// What was done to the object before: `POST /listings/{listing}/publish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<String>,
}

/// An action that never succeeded for anybody who may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    /// The action.
    pub action: String,
    /// One sentence.
    pub why: String,
    /// The manifest line that would answer it.
    pub answer: String,
    /// What was tried: `POST /x as olga: 422`.
    pub tried: Vec<String>,
}

/// An action that never succeeded, sent by those who may not with the very request that is invalid for one who may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dry {
    /// The action.
    pub action: String,
    /// What kind, as far as verb and path tell.
    pub form: Form,
    /// Who may.
    pub owner: ActorFact,
    /// The attempts, in order.
    pub attempts: Vec<Attempt>,
    /// The same by the one who may, afterwards.
    pub control: Exchange,
}

/// An action that has no cells, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The action.
    pub action: String,
    /// `it is the sign-in`.
    pub why: String,
}

/// Actions that a part of the walk is through with. All of them together are all that were walked; a walk that was broken
/// off goes on behind them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which shard, from 1.
    pub number: u32,
    /// How many shards there are; 1 where the walk was not shared.
    pub of: u32,
    /// The actions.
    pub actions: BTreeSet<String>,
}

/// Something that people should know and no verdict follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// One sentence.
    pub words: String,
}

/// Somebody else's standing object that was changed or gone after an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Destroyed {
    /// What was called.
    pub action: String,
    /// By whom.
    pub by: ActorFact,
    /// The call.
    pub exchange: Exchange,
    /// Whose object is gone.
    pub victim: ActorFact,
    /// What it was.
    pub noun: String,
    /// The victim's look before and after.
    pub looks: Vec<Exchange>,
    /// Seen twice, on fresh objects.
    pub repeated: bool,
}

/// An answer in which another tenant's canary stood, where no cell had looked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// What was called.
    pub action: String,
    /// By whom.
    pub actor: ActorFact,
    /// The call and its answer.
    pub exchange: Exchange,
    /// The same once more, where it showed something foreign again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Exchange>,
}

/// Requests and objects, at the end of the walk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests by purpose.
    pub counts: Counts,
    /// Actions that succeeded for one who may.
    pub reached: u32,
    /// Objects that were made.
    pub objects_made: u32,
    /// Objects that were left: `project 7 (DELETE answered 405)`.
    pub objects_left: Vec<String>,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
}

impl Tally {
    /// Several parts of one walk as one: everything is added up, the time, too.
    #[must_use]
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut sum, part| {
            sum.counts += part.counts;
            sum.reached += part.reached;
            sum.objects_made += part.objects_made;
            sum.objects_left.extend(part.objects_left);
            sum.duration_ms += part.duration_ms;
            sum
        })
    }
}

/// A pass in which the service died and could not be brought back: what no answer showed in it shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The pass.
    pub dimension: Dimension,
}

/// A state of members that nobody could be brought into, so that what its rows forbid was not tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unjoined {
    /// `viewer`.
    pub state: String,
    /// The manifest's line.
    pub line: String,
    /// What became of it.
    pub why: String,
}

impl Document for Unjoined {
    const KIND: &'static str = "unjoined";
}
impl Document for Run {
    const KIND: &'static str = "run";
}
impl Document for Trial {
    const KIND: &'static str = "trial";
}
impl Document for Unreached {
    const KIND: &'static str = "unreached";
}
impl Document for Dry {
    const KIND: &'static str = "dry";
}
impl Document for LeftOut {
    const KIND: &'static str = "left_out";
}
impl Document for Share {
    const KIND: &'static str = "share";
}
impl Document for Lost {
    const KIND: &'static str = "lost";
}
impl Document for Note {
    const KIND: &'static str = "note";
}
impl Document for Destroyed {
    const KIND: &'static str = "destroyed";
}
impl Document for Leak {
    const KIND: &'static str = "leak";
}
impl Document for Tally {
    const KIND: &'static str = "tally";
}
