//! Policies (C2SP tlog-policy): whose checkpoints are believed, and how many witnesses must have seen them.
//!
//! ```text
//! log <vkey> sizes:0-4711
//! log <vkey> sizes:4712-
//! witness acme <vkey>
//! witness birch <vkey>
//! group customers any acme birch
//! quorum customers
//! ```
//!
//! What follows a log's key is the application's own (in the specification: "application specific"). Here `sizes:A-B` says
//! which checkpoints are this key's, so that a key that was retired vouches for nothing after its time; a log without it
//! may sign all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::key::{Algorithm, VerifierKey};
use crate::note::{Note, NoteError};

/// The most bytes of a policy.
pub const MAX_POLICY_BYTES: usize = 64 * 1024;
/// The most logs, witnesses and groups together.
pub const MAX_NAMES: usize = 256;

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    /// Each group's members stand before it, so that one pass from the front decides all.
    members: Vec<(String, Member)>,
    /// `None` for `quorum none`: no witness is asked for.
    quorum: Option<usize>,
}

/// A log's key, and the sizes of the checkpoints that it may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Log {
    key: VerifierKey,
    sizes: RangeInclusive<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Witness(VerifierKey),
    Group { enough: usize, of: Vec<usize> },
}

/// A checkpoint that a policy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The witnesses that signed it, by their names in the policy, with the second since 1970 at which each did. Empty
    /// means that nobody outside vouches for it.
    pub witnesses: BTreeMap<String, u64>,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {wrong}")]
pub struct ParseError {
    /// Counted from 1; 0 for the policy as a whole.
    pub line: usize,
    /// What is wrong.
    pub wrong: String,
}

/// Why a policy does not accept a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No log of the policy signed it, or a known signature does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The log's key signed a checkpoint that is not of its time.
    #[error("the key {key} may sign checkpoints of the sizes {first} to {last}, not {size}: it was retired")]
    Retired {
        /// The key.
        key: String,
        /// The smallest size.
        first: u64,
        /// The largest size.
        last: u64,
        /// What was signed.
        size: u64,
    },
    /// A log signed it, but too few witnesses did.
    #[error("too few witnesses signed the checkpoint for the quorum")]
    Quorum,
}

impl Policy {
    /// One log's key, and no witness.
    pub fn log_only(log: VerifierKey) -> Self {
        Self::logs_only([(log, 0..=u64::MAX)])
    }

    /// Several keys, each with the sizes of its checkpoints, and no witness.
    pub fn logs_only(logs: impl IntoIterator<Item = (VerifierKey, RangeInclusive<u64>)>) -> Self {
        let logs = logs.into_iter().map(|(key, sizes)| Log { key, sizes }).collect();
        Self { logs, members: Vec::new(), quorum: None }
    }

    /// The same logs, and one witness that must have seen every checkpoint.
    #[must_use]
    pub fn witnessed(mut self, name: &str, witness: VerifierKey) -> Self {
        self.members.push((name.to_owned(), Member::Witness(witness)));
        self.quorum = Some(self.members.len() - 1);
        self
    }

    /// The same logs, and witnesses of which any one must have seen a checkpoint. Without any, nothing is asked for.
    #[must_use]
    pub fn witnessed_by_any(mut self, witnesses: impl IntoIterator<Item = (String, VerifierKey)>) -> Self {
        let first = self.members.len();
        self.members.extend(witnesses.into_iter().map(|(name, key)| (name, Member::Witness(key))));
        let of: Vec<usize> = (first..self.members.len()).collect();
        if !of.is_empty() {
            self.members.push(("any".to_owned(), Member::Group { enough: 1, of }));
            self.quorum = Some(self.members.len() - 1);
        }
        self
    }

    /// The keys of the logs.
    pub fn logs(&self) -> impl Iterator<Item = &VerifierKey> {
        self.logs.iter().map(|log| &log.key)
    }

    /// Whether a checkpoint must have been seen by a witness.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether this key, if it is one of the policy's, may sign a checkpoint of this size.
    ///
    /// # Errors
    /// [`PolicyError::Retired`].
    pub fn check_term(&self, key: &VerifierKey, size: u64) -> Result<(), PolicyError> {
        match self.logs.iter().find(|log| log.key == *key) {
            Some(log) if !log.sizes.contains(&size) => Err(PolicyError::Retired {
                key: key.to_string(),
                first: *log.sizes.start(),
                last: *log.sizes.end(),
                size,
            }),
            _ => Ok(()),
        }
    }

    /// The witnesses of the policy that signed a note, each with the second since 1970 at which it did, whether or not
    /// they are enough.
    ///
    /// # Errors
    /// [`NoteError`] when a signature of a known witness does not hold.
    pub fn witnesses_of(&self, note: &Note) -> Result<BTreeMap<String, u64>, NoteError> {
        let witnesses = self.members.iter().filter_map(|(_, member)| member.witness());
        let verified = match note.verify(witnesses) {
            Err(NoteError::Unknown) => return Ok(BTreeMap::new()),
            verified => verified?,
        };
        let named = self.members.iter().filter_map(|(name, member)| {
            let key = member.witness()?;
            let at = verified.iter().find(|signature| signature.key == key)?.at?;
            Some((name.clone(), at))
        });
        Ok(named.collect())
    }

    /// Accepts a checkpoint that a log of the policy signed and a quorum of witnesses cosigned.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn accept(&self, note: &Note) -> Result<Accepted, PolicyError> {
        let witnesses = self.members.iter().filter_map(|(_, member)| member.witness());
        let verified = note.verify(self.logs().chain(witnesses)).map_err(CheckpointError::from)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let by_log = |log: &&VerifierKey| {
            log.name() == checkpoint.origin && verified.iter().any(|signature| signature.key == *log)
        };
        let signers: Vec<&VerifierKey> = self.logs().filter(by_log).collect();
        // At a handover two keys sign: it is enough that one of them is in its time.
        let in_term = signers.iter().map(|key| self.check_term(key, checkpoint.size)).reduce(Result::or);
        in_term.unwrap_or(Err(CheckpointError::Note(NoteError::Unknown).into()))?;
        let witnesses = self.witnesses_of(note).map_err(CheckpointError::from)?;
        if self.is_quorum(&witnesses) { Ok(Accepted { checkpoint, witnesses }) } else { Err(PolicyError::Quorum) }
    }

    /// Whether as many witnesses signed a note as the policy asks for, whoever the log is.
    ///
    /// # Errors
    /// [`NoteError`] when a signature of a known witness does not hold.
    pub fn is_witnessed(&self, note: &Note) -> Result<bool, NoteError> {
        Ok(self.is_quorum(&self.witnesses_of(note)?))
    }

    fn is_quorum(&self, witnesses: &BTreeMap<String, u64>) -> bool {
        let mut satisfied = Vec::with_capacity(self.members.len());
        for (name, member) in &self.members {
            satisfied.push(match member {
                Member::Witness(_) => witnesses.contains_key(name),
                Member::Group { enough, of } => of.iter().filter(|&&place| satisfied[place]).count() >= *enough,
            });
        }
        self.quorum.is_none_or(|place| satisfied[place])
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(other, _)| other == name)
    }

    /// Takes in one line that is neither empty nor a comment.
    fn read(&mut self, words: &[&str], quorum_seen: &mut bool, grouped: &mut [bool]) -> Result<(), String> {
        let key = |text: &str| text.parse::<VerifierKey>().map_err(|error| format!("{text}: {error}"));
        match words {
            ["log", log, more @ ..] if more.len() < 2 => {
                let log = key(log)?;
                if self.logs().any(|other| other.public_key() == log.public_key()) {
                    return Err("this log's key stands in the policy already".into());
                }
                let sizes = more.first().and_then(|word| word.strip_prefix("sizes:"));
                let sizes = sizes.map_or(Ok(0..=u64::MAX), |sizes| {
                    read_sizes(sizes).ok_or_else(|| format!("`{sizes}` is no range of sizes such as 0-4711 or 4712-"))
                })?;
                self.logs.push(Log { key: log, sizes });
            }
            ["witness", name, witness] | ["witness", name, witness, _] => {
                let witness = key(witness)?;
                if witness.algorithm() != Algorithm::Cosignature {
                    return Err("the key of a witness must be a cosignature key (kind 4)".into());
                }
                let same = |key: &VerifierKey| key.public_key() == witness.public_key();
                if self.members.iter().any(|(_, other)| other.witness().is_some_and(same)) {
                    return Err("this witness's key stands in the policy already".into());
                }
                self.name(name, Member::Witness(witness))?;
            }
            ["group", name, enough, of @ ..] if !of.is_empty() => {
                let find = |name: &&str| self.place(name).ok_or(format!("`{name}` is not defined above"));
                let of = of.iter().map(find).collect::<Result<Vec<_>, _>>()?;
                for &place in &of {
                    // Each may belong to one group only, so that no witness counts in two ways.
                    if std::mem::replace(&mut grouped[place], true) {
                        return Err(format!("`{}` is a member already", self.members[place].0));
                    }
                }
                let enough = match *enough {
                    "all" => of.len(),
                    "any" => 1,
                    number => number.parse().map_err(|_| format!("`{number}` is neither a number nor all nor any"))?,
                };
                if !(1..=of.len()).contains(&enough) {
                    return Err(format!("{enough} of {} members cannot be asked for", of.len()));
                }
                self.name(name, Member::Group { enough, of })?;
            }
            ["quorum", name] => {
                if std::mem::replace(quorum_seen, true) {
                    return Err("there is a quorum already".into());
                }
                if *name != "none" {
                    self.quorum = Some(self.place(name).ok_or(format!("`{name}` is not defined above"))?);
                }
            }
            _ => return Err("expected log, witness, group or quorum with its words".into()),
        }
        Ok(())
    }

    fn name(&mut self, name: &str, member: Member) -> Result<(), String> {
        if name == "none" || self.place(name).is_some() {
            return Err(format!("the name `{name}` is taken"));
        }
        self.members.push((name.to_owned(), member));
        Ok(())
    }
}

/// `A-B` or `A-`.
fn read_sizes(text: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = text.split_once('-')?;
    let first = decimal(first)?;
    let last = if last.is_empty() { u64::MAX } else { decimal(last)? };
    (first <= last).then_some(first..=last)
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Log { key, sizes } in &self.logs {
            match (*sizes.start(), *sizes.end()) {
                (0, u64::MAX) => writeln!(f, "log {key}")?,
                (first, u64::MAX) => writeln!(f, "log {key} sizes:{first}-")?,
                (first, last) => writeln!(f, "log {key} sizes:{first}-{last}")?,
            }
        }
        for (name, member) in &self.members {
            match member {
                Member::Witness(key) => writeln!(f, "witness {name} {key}")?,
                Member::Group { enough, of } => {
                    let of: Vec<&str> = of.iter().map(|place| self.members[*place].0.as_str()).collect();
                    writeln!(f, "group {name} {enough} {}", of.join(" "))?;
                }
            }
        }
        writeln!(f, "quorum {}", self.quorum.map_or("none", |place| self.members[place].0.as_str()))
    }
}

impl Member {
    fn witness(&self) -> Option<&VerifierKey> {
        match self {
            Self::Witness(key) => Some(key),
            Self::Group { .. } => None,
        }
    }
}

impl FromStr for Policy {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let whole = |wrong: &str| ParseError { line: 0, wrong: wrong.into() };
        if text.len() > MAX_POLICY_BYTES {
            return Err(whole("the policy is too large"));
        }
        if text.contains(|letter: char| letter.is_ascii_control() && letter != '\t' && letter != '\n') {
            return Err(whole("the policy holds control characters"));
        }
        let mut policy = Self { logs: Vec::new(), members: Vec::new(), quorum: None };
        let (mut quorum_seen, mut grouped) = (false, vec![false; MAX_NAMES]);
        for (position, line) in text.split('\n').enumerate() {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            if policy.logs.len() + policy.members.len() == MAX_NAMES {
                return Err(whole("the policy names more than 256 logs, witnesses and groups"));
            }
            let read = policy.read(&words, &mut quorum_seen, &mut grouped);
            read.map_err(|wrong| ParseError { line: position + 1, wrong })?;
        }
        if quorum_seen { Ok(policy) } else { Err(whole("there is no line `quorum`")) }
    }
}
