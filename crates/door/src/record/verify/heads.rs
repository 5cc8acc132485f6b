//! Checkpoints: the database's own, those that are kept outside, and the times at which witnesses saw them.

use std::collections::VecDeque;
use std::sync::Arc;

use ledger::Hash;
use ledger::checkpoint::Checkpoint;
use ledger::event::Event;
use ledger::note::Note;
use ledger::policy::Policy;
use ledger::terms::{TermError, Terms};

use super::cores::on_all_cores;
use super::{Fault, PAGE, Report, Trust};
use crate::record::log::{self, StoredCheckpoint};
use crate::store::{Result, Tx};
use crate::values;

/// How far an event's time may lie outside the times of the witnesses around it: events wait some seconds for their place,
/// and a witness answers some seconds after it was asked.
const CLOCK_SLACK_SECONDS: i64 = 300;

/// A checkpoint from outside that waits for its size.
struct Waiting {
    label: String,
    checkpoint: Checkpoint,
    /// The note, to be shown to others where it is contradicted.
    note: String,
    /// Whether it vouches for what it covers: enough witnesses saw it, where the policy asks for any.
    vouches: bool,
}

/// A checkpoint of the database, and what its note says.
type Opened = (StoredCheckpoint, Result<Checkpoint, String>);

/// Everything that was signed.
pub(super) struct Heads {
    terms: Option<Arc<Terms>>,
    policy: Policy,
    outside: VecDeque<Waiting>,
    checkpoints: VecDeque<Opened>,
    checkpoints_read_to: i64,
    /// Size and second since 1970 at which a witness had seen it, by size.
    seen: VecDeque<(u64, i64)>,
    /// When a witness had last seen a log that does not hold the next leaf yet.
    seen_before: Option<i64>,
}

impl Heads {
    /// Believes only what the log's keys signed. `terms` are the keys as the database lists them.
    pub(super) async fn read(tx: &mut Tx, trust: &Trust, terms: Option<Terms>, report: &mut Report) -> Result<Self> {
        let policy = trust.policy.clone();
        let known = terms.or_else(|| policy.logs().next().cloned().map(Terms::new));
        let mut heads = Self {
            terms: known.map(Arc::new),
            policy,
            outside: VecDeque::new(),
            checkpoints: VecDeque::new(),
            checkpoints_read_to: -1,
            seen: VecDeque::new(),
            seen_before: None,
        };
        heads.check_pinned(report);
        for outside in &trust.outside {
            heads.take_outside(&outside.label, &outside.note, report);
        }
        heads.read_receipts(tx, report).await?;
        heads.outside.make_contiguous().sort_by_key(|waiting| waiting.checkpoint.size);
        heads.seen.make_contiguous().sort_unstable();
        Ok(heads)
    }

    /// One of the log's keys must be one that the verifier knows; it vouches for the others.
    fn check_pinned(&self, report: &mut Report) {
        let Some(terms) = &self.terms else { return };
        if !self.policy.logs().any(|pinned| terms.iter().any(|term| term.key == *pinned)) {
            report.fault(Fault::Key { leaf: 0, wrong: "none of the log's keys is one that you know".to_owned() });
        }
    }

    fn take_outside(&mut self, label: &str, note: &[u8], report: &mut Report) {
        let label = label.to_owned();
        let opened = self.terms.as_ref().map(|terms| terms.open(note));
        let checkpoint = match opened {
            Some(Ok(checkpoint)) => checkpoint,
            Some(Err(TermError::Over { checkpoint, until, epoch, .. })) => {
                let size = checkpoint.size;
                report.fault(match epoch {
                    true => Fault::Lost { label, size, until },
                    false => Fault::Retired { label, size, until },
                });
                return;
            }
            Some(Err(error)) => return report.ignored.push((label, error.to_string())),
            None => return report.ignored.push((label, "no key is known here".to_owned())),
        };
        if let Some(wrong) = self.out_of_term(checkpoint.size) {
            return report.fault(Fault::Checkpoint { size: checkpoint.size, wrong });
        }
        let Ok(note) = Note::parse(note) else { return };
        let vouches = match self.policy.is_witnessed(&note) {
            Ok(witnessed) => witnessed,
            Err(error) => return report.ignored.push((label, error.to_string())),
        };
        self.saw(&note, checkpoint.size);
        self.outside.push_back(Waiting { label, checkpoint, note: note.to_string(), vouches });
    }

    /// Whether the verifier's own policy says that the key of this size was not in its time.
    fn out_of_term(&self, size: u64) -> Option<String> {
        let key = &self.terms.as_ref()?.at(size).key;
        self.policy.check_term(key, size).err().map(|error| error.to_string())
    }

    fn saw(&mut self, note: &Note, size: u64) {
        for at in self.policy.witnesses_of(note).unwrap_or_default().into_values() {
            self.seen.extend(i64::try_from(at).ok().map(|at| (size, at)));
        }
    }

    /// What witnesses answered lies in the database, and is believed by their keys alone.
    async fn read_receipts(&mut self, tx: &mut Tx, report: &mut Report) -> Result<()> {
        if !self.policy.asks_for_witnesses() {
            return Ok(());
        }
        let mut after = -1;
        loop {
            let page = "SELECT size, anchor, note FROM ledger_anchor WHERE size > $1 ORDER BY size LIMIT $2";
            let rows = tx.all(page, values![after, PAGE]).await?;
            for row in &rows {
                let text: String = row.get("note")?;
                let witnessed = Note::parse(text.as_bytes()).ok().and_then(|note| self.policy.witnesses_of(&note).ok());
                if witnessed.is_some_and(|witnesses| !witnesses.is_empty()) {
                    self.take_outside(&row.get::<String>("anchor")?, text.as_bytes(), report);
                }
            }
            let Some(last) = rows.last().filter(|_| rows.len() as i64 == PAGE) else { return Ok(()) };
            // Receipts of the last size may go on after the page: they are read again, which changes nothing.
            let last = last.get::<i64>("size")?;
            after = if last - 1 > after { last - 1 } else { last };
        }
    }

    /// Reads the database's checkpoints up to a size, and at least the next one.
    pub(super) async fn read_to(&mut self, tx: &mut Tx, size: u64) -> Result<()> {
        while self.checkpoints.back().is_none_or(|(last, _)| last.size <= size) && self.checkpoints_read_to < i64::MAX {
            self.read_checkpoints(tx).await?;
        }
        Ok(())
    }

    /// Whether there is a checkpoint of this size, or of one that was passed by.
    pub(super) fn is_due(&self, size: u64) -> bool {
        self.outside.front().is_some_and(|waiting| waiting.checkpoint.size <= size)
            || self.checkpoints.front().is_some_and(|(checkpoint, _)| checkpoint.size <= size)
    }

    /// Checkpoints that are as large as the log read so far. Without a root there was a gap: then no checkpoint can be held
    /// against anything, and the gap itself is on the list already.
    pub(super) fn at_size(&mut self, size: u64, root: Option<Hash>, report: &mut Report) {
        while let Some(waiting) = self.outside.pop_front_if(|waiting| waiting.checkpoint.size <= size) {
            let Some(root) = root else { continue };
            if waiting.checkpoint.root != root {
                let wrong = "the leaves up to it are others than those that were signed".to_owned();
                report.fault(Fault::Fork { label: waiting.label, size, wrong });
                report.evidence.push(waiting.note);
            } else if waiting.vouches {
                report.covered_outside = size;
            }
        }
        while let Some((stored, opened)) = self.checkpoints.pop_front_if(|(stored, _)| stored.size <= size) {
            self.checkpoint(&stored, opened, size, root, report);
        }
    }

    async fn read_checkpoints(&mut self, tx: &mut Tx) -> Result<()> {
        if self.checkpoints_read_to == i64::MAX {
            return Ok(());
        }
        let page = "SELECT size, root, note, at FROM ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT $2";
        let rows = tx.all(page, values![self.checkpoints_read_to, PAGE]).await?;
        let (full, terms) = (rows.len() as i64 == PAGE, self.terms.clone());
        // Signatures are the dearest part of a log that was signed often.
        let opened = on_all_cores(rows, move |row| {
            let stored = StoredCheckpoint::read(row)?;
            let opened = match &terms {
                Some(terms) => terms.open(stored.note.as_bytes()).map_err(|error| error.to_string()),
                None => Err("no key is known here".to_owned()),
            };
            Ok((stored, opened))
        });
        self.checkpoints.extend(opened.done().await?);
        self.checkpoints_read_to = match self.checkpoints.back() {
            Some((last, _)) if full => log::signed(last.size)?,
            _ => i64::MAX,
        };
        Ok(())
    }

    fn checkpoint(
        &self,
        stored: &StoredCheckpoint,
        opened: Result<Checkpoint, String>,
        read: u64,
        root: Option<Hash>,
        report: &mut Report,
    ) {
        let size = stored.size;
        let wrong = match (opened, root) {
            (Err(error), _) => error,
            (Ok(signed), _) if (signed.size, signed.root) != (size, stored.root) => {
                "its note says something else than its row".to_owned()
            }
            (Ok(_), None) => return,
            (Ok(_), Some(root)) if stored.root != root || size != read => {
                "the leaves up to it are others than those that were signed".to_owned()
            }
            (Ok(_), Some(_)) => match self.out_of_term(size) {
                Some(wrong) => wrong,
                None => {
                    report.checkpoints += 1;
                    report.signed = size;
                    return;
                }
            },
        };
        report.fault(Fault::Checkpoint { size, wrong });
    }

    /// Holds an event's time against the witnesses' clocks around it: it was not in the log that a witness saw last before
    /// its place, and it was in the first one seen after.
    pub(super) fn bracket(&mut self, seq: u64, n: i64, event: &Event, report: &mut Report) {
        while let Some((_, at)) = self.seen.pop_front_if(|(size, _)| *size <= seq) {
            self.seen_before = self.seen_before.max(Some(at));
        }
        let next = self.seen.front().map(|(size, _)| *size);
        let seen_after = self.seen.iter().take_while(|(size, _)| Some(*size) == next).map(|(_, at)| *at).min();
        let at = event.at().as_second();
        let early = self.seen_before.is_some_and(|seen| at < seen - CLOCK_SLACK_SECONDS);
        let late = seen_after.is_some_and(|seen| at > seen + CLOCK_SLACK_SECONDS);
        if early || late {
            report.fault(Fault::Clock { n, at, after: self.seen_before, before: seen_after });
        }
    }

    /// What is larger than the log.
    pub(super) async fn end(&mut self, tx: &mut Tx, size: u64, report: &mut Report) -> Result<()> {
        let cut = format!("the log was cut: it has {size} leaves");
        for waiting in std::mem::take(&mut self.outside) {
            let (label, size) = (waiting.label, waiting.checkpoint.size);
            report.fault(Fault::Fork { label, size, wrong: cut.clone() });
            report.evidence.push(waiting.note);
        }
        if !report.evidence.is_empty() {
            let own = log::last_checkpoint(tx).await?;
            report.evidence.extend(own.map(|checkpoint| checkpoint.note));
        }
        loop {
            for (checkpoint, _) in std::mem::take(&mut self.checkpoints) {
                report.fault(Fault::Checkpoint { size: checkpoint.size, wrong: cut.clone() });
            }
            self.read_checkpoints(tx).await?;
            if self.checkpoints.is_empty() {
                return Ok(());
            }
        }
    }
}
