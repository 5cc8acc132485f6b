//! Policies (C2SP tlog-policy): whose checkpoints are believed, and how many witnesses must have seen them.
//!
//! ```text
//! log <vkey>
//! witness acme <vkey>
//! witness birch <vkey>
//! group customers any acme birch
//! quorum customers
//! ```

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{Algorithm, VerifierKey};
use crate::note::{Note, NoteError};

/// The most bytes of a policy.
pub const MAX_POLICY_BYTES: usize = 64 * 1024;
/// The most logs, witnesses and groups together.
pub const MAX_NAMES: usize = 256;

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    /// Each group's members stand before it, so that one pass from the front decides all.
    members: Vec<(String, Member)>,
    /// `None` for `quorum none`: no witness is asked for.
    quorum: Option<usize>,
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
    /// A log signed it, but too few witnesses did.
    #[error("too few witnesses signed the checkpoint for the quorum")]
    Quorum,
}

impl Policy {
    /// One log's key, and no witness.
    pub fn log_only(log: VerifierKey) -> Self {
        Self { logs: vec![log], members: Vec::new(), quorum: None }
    }

    /// Accepts a checkpoint that a log of the policy signed and a quorum of witnesses cosigned.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn accept(&self, note: &Note) -> Result<Accepted, PolicyError> {
        let witnesses = self.members.iter().filter_map(|(_, member)| member.witness());
        let verified = note.verify(self.logs.iter().chain(witnesses)).map_err(CheckpointError::from)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let by_log = |log: &&VerifierKey| verified.iter().any(|signature| signature.key == *log);
        if !self.logs.iter().filter(by_log).any(|log| log.name() == checkpoint.origin) {
            return Err(CheckpointError::Note(NoteError::Unknown).into());
        }
        let mut satisfied = Vec::with_capacity(self.members.len());
        let mut witnesses = BTreeMap::new();
        for (name, member) in &self.members {
            satisfied.push(match member {
                Member::Witness(key) => {
                    let signature = verified.iter().find(|signature| signature.key == key);
                    let at = signature.and_then(|signature| signature.at);
                    witnesses.extend(at.map(|at| (name.clone(), at)));
                    at.is_some()
                }
                Member::Group { enough, of } => of.iter().filter(|&&place| satisfied[place]).count() >= *enough,
            });
        }
        match self.quorum {
            Some(place) if !satisfied[place] => Err(PolicyError::Quorum),
            _ => Ok(Accepted { checkpoint, witnesses }),
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(other, _)| other == name)
    }

    /// Takes in one line that is neither empty nor a comment.
    fn read(&mut self, words: &[&str], quorum_seen: &mut bool, grouped: &mut [bool]) -> Result<(), String> {
        let key = |text: &str| text.parse::<VerifierKey>().map_err(|error| format!("{text}: {error}"));
        match words {
            ["log", log] | ["log", log, _] => {
                let log = key(log)?;
                if self.logs.iter().any(|other| other.public_key() == log.public_key()) {
                    return Err("this log's key stands in the policy already".into());
                }
                self.logs.push(log);
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
