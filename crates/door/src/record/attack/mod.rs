//! The attack kit: everything that somebody could do to the record, done to a copy, and what the verifier says to it.
//!
//! Whoever doubts the record tampers with it and sees for themselves. Each attack says what a verifier must hold to see it;
//! where nothing from outside is held, the honest answer is not "verified" but that nobody outside vouches for it.

mod formats;
mod rewriting;
mod rows;
mod tools;
mod writers;

use std::fmt;

use ledger::Verdict;

use super::sign::{SealError, Sealer};
use super::verify::{Report, Trust, verify};
use super::{Keeper, verify::Outside};
use crate::store::Store;
use crate::time::Time;

/// What must come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This verdict.
    Verdict(Verdict),
    /// Nothing is signed.
    NotSigned,
    /// The input is refused as no proof.
    Invalid,
    /// Cannot be shown on a copy; a test shows it.
    Elsewhere(&'static str),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict(verdict) => verdict.fmt(f),
            Self::NotSigned => f.write_str("nothing is signed"),
            Self::Invalid => f.write_str("refused"),
            Self::Elsewhere(place) => write!(f, "not tried on a copy: {place}"),
        }
    }
}

/// One attack.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// Its number.
    pub number: u8,
    /// What is done.
    pub what: &'static str,
    /// What a verifier must hold.
    pub needs: &'static str,
    /// What must come out.
    pub expected: Expected,
}

/// A copy to be tampered with, and what belongs to it.
pub struct Victim {
    /// The copy of the database.
    pub store: Store,
    /// The log's key. Its high-water file must be a copy, too.
    pub sealer: Sealer,
    /// The installation, as in the copy.
    pub installation: uuid::Uuid,
    /// The time at which the rehearsal happens.
    pub now: Time,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Seen {
    /// In words: a verdict with what was named, or a refusal; of an attack that was not tried, why not.
    pub words: String,
    /// Whether it could be tried on this copy.
    pub tried: bool,
    /// Whether it is what was expected, and names what was done.
    pub caught: bool,
    /// Leaves that still verify: how far the damage reaches.
    pub still: Option<(u64, u64)>,
}

/// What an attack left behind, to be judged.
enum Left {
    /// A database, what the verifier holds, and how a line that names the attack reads; nothing needs to be named where
    /// nothing is to be seen.
    Database(Trust, &'static [&'static str]),
    /// What sealing said.
    Sealing(Result<(), SealError>),
    /// A proof, note, policy or slice: what a reader said, in words, and whether it was refused.
    Input(Vec<(String, bool)>),
    /// A slice's report.
    Slice(ledger::slice::Report),
    /// Nothing: it cannot be tried on this copy, because of this.
    Untried(&'static str),
}

/// Why an attack could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// The copy.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// Sealing the copy.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The record is too small for it, or the copy does not hold before anything was done to it.
    #[error("{0}")]
    Unfit(String),
}

type Result<T, E = AttackError> = std::result::Result<T, E>;

use Expected::{Elsewhere, Invalid, NotSigned};
use Verdict::{Forked, Incomplete, SignedOnly, Tampered, UnauditedChange, Verified};

const fn attack(number: u8, what: &'static str, needs: &'static str, expected: Expected) -> Attack {
    Attack { number, what, needs, expected }
}

const fn verdict(number: u8, what: &'static str, needs: &'static str, expected: Verdict) -> Attack {
    attack(number, what, needs, Expected::Verdict(expected))
}

/// All of them.
pub const ATTACKS: [Attack; 38] = [
    verdict(1, "one byte of a body is edited", "a signed checkpoint", Tampered),
    verdict(2, "a body and its leaf hash are edited", "a signed checkpoint", Tampered),
    verdict(3, "a body, all hashes, nodes and roots are edited, without the key", "a signed checkpoint", Tampered),
    verdict(4, "the same, signed anew with the stolen key", "an older checkpoint outside", Forked),
    verdict(5, "an event in the middle is deleted", "a signed checkpoint", Tampered),
    verdict(6, "the last events are cut off, back to an older checkpoint", "a newer checkpoint outside", Forked),
    verdict(7, "the same, with nothing outside: nobody can tell, and it is not called verified", "nothing", SignedOnly),
    verdict(8, "two events change places", "a signed checkpoint", Tampered),
    verdict(9, "a back-dated event is put in and everything signed anew", "an older checkpoint outside", Forked),
    verdict(10, "an event is repeated", "the log alone", Tampered),
    verdict(11, "the whole log is replaced by another that holds by itself, same key", "a checkpoint outside", Forked),
    verdict(12, "same size, another root", "a checkpoint outside", Forked),
    attack(13, "an older copy is put back and goes on", "the high-water file or a witness", NotSigned),
    verdict(14, "two readers are given two heads of equal size", "both heads", Forked),
    verdict(15, "two heads of different sizes that do not fit", "both heads", Forked),
    verdict(16, "two sequencers at once", "nothing", Verified),
    verdict(17, "one chain is removed altogether", "a signed checkpoint", Tampered),
    verdict(18, "an event is left out of a client's slice", "the slice's own statement", Incomplete),
    verdict(19, "the tail of a client's slice is cut", "the slice's own statement", Incomplete),
    verdict(20, "a row is changed past the portal", "rows held against the record", UnauditedChange),
    verdict(21, "an event claims a change that did not happen", "rows held against the record", UnauditedChange),
    verdict(22, "a trigger is taken off", "the schema on the record", UnauditedChange),
    verdict(23, "the clock is set back by a day", "a witness's times", Incomplete),
    verdict(24, "values about a person vanish without an event", "the commitments", Tampered),
    verdict(25, "values of somebody who was erased are there again", "the list of whom was erased", UnauditedChange),
    verdict(26, "a wrong value is put beside an event", "the commitments", Tampered),
    attack(27, "a node as a leaf; proofs too long, too short, beyond the log, of an empty log", "nothing", Invalid),
    attack(
        28,
        "other texts for the same: line ends, base64, keys twice, leading zeros, NUL, oversize",
        "nothing",
        Invalid,
    ),
    attack(29, "unknown signatures, broken ones, keys of one id, one key counted twice", "a policy", Invalid),
    verdict(30, "a checkpoint of the right name and another key is shown as an anchor", "the pinned key", SignedOnly),
    attack(31, "a witness's old cosignature under a new checkpoint", "the witness's key", Invalid),
    attack(32, "a bit flips in the database before it is signed", "nothing", NotSigned),
    attack(
        33,
        "power loss and kill -9 at any moment",
        "a running portal to kill",
        Elsewhere("tests kill the portal under load and fail every statement"),
    ),
    attack(
        34,
        "disk full; an anchor or witness away for a day",
        "a disk to fill, an anchor to take away",
        Elsewhere("tests fill the disk and send anchors away"),
    ),
    verdict(35, "somebody writes for an hour, and sealing goes on", "PostgreSQL, which has many writers", Verified),
    verdict(36, "a replica that lags behind takes over", "checkpoint_durability", Verified),
    verdict(37, "a retired key signs once more", "the handover in the log", Tampered),
    attack(38, "a note of a million signatures, deep JSON, a file without end", "nothing", Invalid),
];

impl Victim {
    pub(super) fn keeper(&self) -> Keeper<'_> {
        Keeper {
            store: &self.store,
            sealer: Some(&self.sealer),
            installation: self.installation,
            observer: "attack@1",
            now: self.now,
        }
    }

    /// The log's key and the copy of the high-water file.
    fn trust(&self) -> Result<Trust> {
        let note = std::fs::read(&self.sealer.high_water).map_err(|error| AttackError::Unfit(error.to_string()))?;
        Ok(self.alone()?.outside(&[Outside { label: "the checkpoint kept outside".to_owned(), note }]))
    }

    /// The log's key and nothing from outside.
    fn alone(&self) -> Result<Trust> {
        let mut trust = Trust::key(self.sealer.key().map_err(SealError::from)?.verifier().clone());
        trust.erased = self.sealer.erased()?;
        Ok(trust)
    }
}

/// Makes the copy ready: the schema is on the record, and there is an older and a newer checkpoint. Gives its report, which
/// must be sound: the positive control.
///
/// # Errors
/// [`AttackError::Unfit`] when the copy does not hold before anything is done to it.
pub async fn prepare(victim: &Victim) -> Result<Report> {
    tools::prepare(victim).await?;
    let report = verify(&victim.store, &victim.trust()?).await?;
    match report.verdict() {
        Verified => Ok(report),
        _ => Err(AttackError::Unfit(format!("the copy does not hold before anything was done to it:\n{report}"))),
    }
}

/// Tries one attack on a copy that [`prepare`] made ready. The copy is spoilt afterwards.
///
/// # Errors
/// See [`AttackError`].
pub async fn run(attack: &Attack, victim: &Victim) -> Result<Seen> {
    let left = match attack.number {
        1..=13 | 16 | 17 => rewriting::run(attack.number, victim).await?,
        14 | 15 | 18..=26 | 30 | 32 | 37 => rows::run(attack.number, victim).await?,
        27..=29 | 31 | 38 => Left::Input(formats::run(attack.number, victim).await?),
        35 => writers::long(victim).await?,
        36 => writers::lagging(victim).await?,
        _ => match attack.expected {
            Elsewhere(place) => Left::Untried(place),
            _ => return Err(AttackError::Unfit("nothing was tried".to_owned())),
        },
    };
    judge(attack, victim, left).await
}

async fn judge(attack: &Attack, victim: &Victim, left: Left) -> Result<Seen> {
    Ok(match left {
        Left::Database(trust, names) => {
            let report = verify(&victim.store, &trust).await?;
            let text = report.to_string();
            let named = text.lines().skip(2).find(|line| names.iter().any(|name| line.contains(name)));
            let words = match named {
                Some(line) => format!("{}: {line}", report.verdict()),
                None => report.verdict().to_string(),
            };
            let named = named.is_some() || names.is_empty();
            let caught = named && attack.expected == Expected::Verdict(report.verdict());
            Seen { words, tried: true, caught, still: Some((report.signed, report.leaves)) }
        }
        Left::Sealing(sealed) => {
            let words = match &sealed {
                Ok(()) => "it was signed".to_owned(),
                Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
            };
            Seen { words, tried: true, caught: sealed.is_err() && attack.expected == NotSigned, still: None }
        }
        Left::Slice(report) => {
            let caught = attack.expected == Expected::Verdict(report.verdict());
            let fault = report.faults.first().map_or(String::new(), |fault| format!(": {}", fault.wrong));
            let still = Some((report.proved, report.said));
            Seen { words: format!("{}{fault}", report.verdict()), tried: true, caught, still }
        }
        Left::Untried(why) => Seen { words: why.to_owned(), tried: false, caught: false, still: None },
        Left::Input(answers) => {
            let passed = answers.iter().find(|(_, refused)| !refused);
            let words = match passed {
                Some((what, _)) => format!("accepted: {what}"),
                None => format!("all {} are refused", answers.len()),
            };
            Seen { words, tried: true, caught: passed.is_none() && attack.expected == Invalid, still: None }
        }
    })
}
