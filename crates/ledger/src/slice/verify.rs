//! Verifying a slice. Reads one file at a time, so that a slice of any size needs little memory.

use super::{Files, MAX_FILE_BYTES, MAX_LEAVES, Report, leaf_name, proof_name};
use crate::checkpoint::Checkpoint;
use crate::event::Event;
use crate::leaf::Leaf;
use crate::note::Note;
use crate::policy::{Accepted, Policy};
use crate::proof::Proof;
use crate::statement::Statement;
use crate::tree::leaf_hash;
use crate::verify::inclusion;
use crate::{ChainHead, Hash, Verdict};

/// The action that drops the beginning of a chain, and the facts that say how far.
const PRUNE: &str = "trail.prune";
const PRUNE_UNTIL: &str = "until";
const PRUNE_LAST: &str = "last";

/// Verifies a slice. `policy` is whom the reader believes, `known` are checkpoints and statements that the reader kept
/// from earlier; `None` believes the keys that came with the slice, and says so.
pub fn verify(files: &impl Files, policy: Option<&Policy>, known: &[Vec<u8>]) -> Report {
    let mut report = Report::default();
    let own = files.read("policy", MAX_FILE_BYTES).ok().and_then(|text| String::from_utf8(text).ok());
    let own: Option<Policy> = own.and_then(|text| text.parse().ok());
    let policy = match (policy, &own) {
        (Some(policy), _) => policy,
        (None, Some(own)) => {
            report
                .unchecked
                .push("the log's key: it came with the slice, compare it with the one that you were given".into());
            own
        }
        (None, None) => {
            report.fault(Verdict::Tampered, "policy", "no policy was given, and none came with the slice");
            return report;
        }
    };
    if let Some((accepted, checkpoint)) = head(files, policy, &mut report) {
        let mut reading = Reading { policy, accepted, statement: None, heads: Vec::new(), pruned: None, report };
        reading.statement(files);
        reading.leaves(files);
        reading.end();
        reading.compare(known, &checkpoint);
        report = reading.report;
    }
    if report.witnesses.is_empty() {
        report.unchecked.push("whether everybody is shown the same log: no witness signed the checkpoint".into());
    }
    if known.is_empty() {
        report.unchecked.push("anything from earlier: nothing known was given".into());
    }
    report
}

/// The checkpoint, if the policy accepts it.
fn head(files: &impl Files, policy: &Policy, report: &mut Report) -> Option<(Accepted, Vec<u8>)> {
    let read = files.read("checkpoint", MAX_FILE_BYTES);
    let opened = read.and_then(|bytes| {
        let note = Note::parse(&bytes).map_err(|error| error.to_string())?;
        let accepted = policy.accept(&note).map_err(|error| error.to_string())?;
        Ok((accepted, bytes))
    });
    match opened {
        Ok((accepted, bytes)) => {
            report.origin.clone_from(&accepted.checkpoint.origin);
            report.size = accepted.checkpoint.size;
            report.witnesses.clone_from(&accepted.witnesses);
            Some((accepted, bytes))
        }
        Err(wrong) => {
            report.fault(Verdict::Tampered, "checkpoint", wrong);
            None
        }
    }
}

struct Reading<'a> {
    policy: &'a Policy,
    accepted: Accepted,
    statement: Option<Statement>,
    /// Where the chain stands after each leaf that was read, in order.
    heads: Vec<ChainHead>,
    /// How far a leaf of the chain says that it was dropped, and the hash of the last leaf dropped.
    pruned: Option<(u64, Hash)>,
    report: Report,
}

impl Reading<'_> {
    fn statement(&mut self, files: &impl Files) {
        let bytes = match files.read("statement", MAX_FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(wrong) => return self.report.fault(Verdict::Incomplete, "statement", wrong),
        };
        let head = &self.accepted.checkpoint;
        match Statement::open(&bytes, self.policy.logs()) {
            Err(error) => self.report.fault(Verdict::Tampered, "statement", error),
            Ok(statement) if statement.origin != head.origin => {
                self.report.fault(Verdict::Tampered, "statement", "it is another log's");
            }
            Ok(statement) => {
                if (statement.size, statement.root) != (head.size, head.root) {
                    self.report.fault(
                        Verdict::Tampered,
                        "statement",
                        "it is of another size or root than the checkpoint",
                    );
                }
                self.report.said = statement.head.count;
                self.report.chain = Some(statement.chain);
                self.statement = Some(statement);
            }
        }
    }

    fn leaves(&mut self, files: &impl Files) {
        let number = |name: &String| name.strip_prefix("leaves/").and_then(|number| number.parse::<u64>().ok());
        let mut sequences: Vec<u64> = files.names().iter().filter_map(number).collect();
        sequences.sort_unstable();
        sequences.dedup();
        if sequences.len() > MAX_LEAVES {
            return self.report.fault(Verdict::Tampered, "leaves", format!("there are more than {MAX_LEAVES}"));
        }
        let mut index_before = None;
        for sequence in sequences {
            let place = leaf_name(sequence);
            match self.leaf(files, sequence) {
                Ok(index) if index_before.is_some_and(|before| index <= before) => {
                    self.report.fault(Verdict::Tampered, place, "stands before its predecessor in the log");
                }
                Ok(index) => {
                    self.report.proved += 1;
                    index_before = Some(index);
                }
                Err(wrong) => self.report.fault(Verdict::Tampered, place, wrong),
            }
        }
    }

    /// Checks one leaf and its proof. Gives its place in the log.
    fn leaf(&mut self, files: &impl Files, sequence: u64) -> Result<u64, String> {
        let bytes = files.read(&leaf_name(sequence), MAX_FILE_BYTES)?;
        let (leaf, event) = Leaf::parse(&bytes).map_err(|error| error.to_string())?;
        let hash = leaf_hash(&bytes);
        let before = self.heads.last().copied();
        self.heads.push(ChainHead { count: leaf.sequence, last: hash });
        if leaf.sequence != sequence {
            return Err(format!("says that it is number {}", leaf.sequence));
        }
        if *self.report.chain.get_or_insert(leaf.chain) != leaf.chain {
            return Err(format!("is of another chain: {}", leaf.chain));
        }
        match before {
            None if sequence > 1 => self.missing_before(&leaf),
            Some(before) if before.count + 1 != sequence => {
                let (first, last) = (before.count + 1, sequence - 1);
                let wrong = format!("the leaves {first} to {last} of the chain are missing");
                self.report.fault(Verdict::Incomplete, leaf_name(sequence), wrong);
            }
            Some(before) if before.last != leaf.previous => {
                return Err("does not name the hash of the leaf before it".to_owned());
            }
            _ => {}
        }
        self.take_prune(&event);
        let proof = files.read(&proof_name(sequence), MAX_FILE_BYTES)?;
        let proof = String::from_utf8(proof).map_err(|_| "its proof is not UTF-8".to_owned())?;
        let proof: Proof = proof.parse().map_err(|error| format!("{error}"))?;
        // The same text as the checkpoint that was accepted, so its signatures need no second look.
        if proof.checkpoint.text() != self.accepted.checkpoint.to_string() {
            return Err("its proof is against another checkpoint".to_owned());
        }
        let (size, root) = (self.accepted.checkpoint.size, &self.accepted.checkpoint.root);
        inclusion(&hash, proof.index, size, &proof.hashes, root).map_err(|error| format!("its proof: {error}"))?;
        Ok(proof.index)
    }

    /// The chain's beginning is not there. It may have been dropped by policy: then a later leaf says so.
    fn missing_before(&mut self, leaf: &Leaf) {
        self.report.dropped = leaf.sequence - 1;
        self.heads.insert(0, ChainHead { count: leaf.sequence - 1, last: leaf.previous });
    }

    fn take_prune(&mut self, event: &Event) {
        let body = event.body();
        if body.act != PRUNE {
            return;
        }
        let until = body.facts.get(PRUNE_UNTIL).and_then(serde_json::Value::as_u64);
        let last = body.facts.get(PRUNE_LAST).and_then(|last| last.as_str()?.parse().ok());
        if let (Some(until), Some(last)) = (until, last) {
            self.pruned = Some((until, last));
        }
    }

    /// What the chain must be once the last leaf was read.
    fn end(&mut self) {
        let dropped = self.report.dropped;
        if dropped > 0 {
            let first = self.heads.first().map(|head| (head.count, head.last));
            if self.pruned != first {
                self.report.dropped = 0;
                let wrong = format!(
                    "the first {dropped} leaves of the chain are missing, and no leaf says that they were dropped"
                );
                self.report.fault(Verdict::Incomplete, "leaves", wrong);
            }
        }
        let Some(statement) = &self.statement else { return };
        let said = statement.head;
        let head = self.heads.last().copied().unwrap_or(ChainHead::EMPTY);
        let fault = if head.count < said.count {
            Some((
                Verdict::Incomplete,
                format!("the tail is cut: the chain has {} leaves, these end at {}", said.count, head.count),
            ))
        } else if head != said {
            Some((Verdict::Tampered, "the last leaf is not the one that the statement names".to_owned()))
        } else {
            None
        };
        if let Some((verdict, wrong)) = fault {
            self.report.fault(verdict, "leaves", wrong);
        }
    }

    /// Holds what was kept from earlier against what was read.
    fn compare(&mut self, known: &[Vec<u8>], checkpoint: &[u8]) {
        for (number, note) in known.iter().enumerate() {
            let place = format!("known {}", number + 1);
            let contradiction = match Statement::open(note, self.policy.logs()) {
                Ok(statement) => self.contradicts_statement(&statement),
                Err(_) => {
                    match Note::parse(note).map_err(|error| error.to_string()).and_then(|note| self.open_known(&note)) {
                        Ok(known) => self.contradicts_checkpoint(&known),
                        Err(wrong) => {
                            self.report.unchecked.push(format!("{place}: {wrong}"));
                            continue;
                        }
                    }
                }
            };
            match contradiction {
                Ok(true) => self.report.known += 1,
                Ok(false) => self.report.unchecked.push(format!("{place}: nothing here can be compared with it")),
                Err(wrong) => {
                    self.report.fault(Verdict::Forked, place, wrong);
                    let both = [checkpoint, note.as_slice()];
                    self.report.evidence = both.iter().map(|note| String::from_utf8_lossy(note).into_owned()).collect();
                }
            }
        }
    }

    fn open_known(&self, note: &Note) -> Result<Checkpoint, String> {
        note.verify(self.policy.logs()).map_err(|error| error.to_string())?;
        note.text().parse().map_err(|error: crate::checkpoint::CheckpointError| error.to_string())
    }

    /// Whether an earlier statement could be compared; the contradiction, if there is one.
    fn contradicts_statement(&self, known: &Statement) -> Result<bool, String> {
        if Some(known.chain) != self.report.chain {
            return Ok(false);
        }
        let last = self.heads.last().map_or(0, |head| head.count);
        if known.head.count > last {
            return Err(format!("the chain had {} leaves once, and now it ends at {last}", known.head.count));
        }
        match self.heads.iter().find(|head| head.count == known.head.count) {
            Some(head) if head.last == known.head.last => Ok(true),
            Some(_) => Err(format!("leaf {} of the chain was another one once", known.head.count)),
            None => Ok(false),
        }
    }

    /// Whether an earlier checkpoint could be compared; the contradiction, if there is one.
    fn contradicts_checkpoint(&self, known: &Checkpoint) -> Result<bool, String> {
        let head = &self.accepted.checkpoint;
        if known.origin != head.origin {
            return Ok(false);
        }
        if known.size > head.size {
            return Err(format!("the log had {} leaves once, and now it has {}", known.size, head.size));
        }
        if known.size == head.size && known.root != head.root {
            return Err(format!("the first {} leaves of the log were others once", known.size));
        }
        Ok(known.size == head.size)
    }
}
