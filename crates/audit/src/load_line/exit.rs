//! How the process ends, for a person's shell and for a gate.

use crate::baseline::Compared;
use crate::verdict::{Gap, Mark, Outcome, Verdict};

/// The exit code of every command that settles an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: what is required holds; where nothing is required, no gap is open.
    Holds = 0,
    /// 1: a gap that nobody answers for stands before what is required; where nothing is required, any gap.
    Gap = 1,
    /// 2: bad input, or a target that cannot be walked. Nothing was judged.
    Trouble = 2,
    /// 3: no such gap, but what is required could not be proved; where nothing is required, not one check holds, or the
    /// service died on the way.
    Unproven = 3,
}

impl Exit {
    /// The code of an outcome. With `conclusive`, a cell that was possible and is not conclusive is unproven, too.
    ///
    /// A waiver silences its gap here and nowhere else: what is required then counts as answered for.
    #[must_use]
    pub fn of(outcome: &Outcome, conclusive: bool) -> Self {
        let gap = outcome.gaps.iter().any(|gap| {
            gap.waived.is_none()
                && wanted(outcome, &gap.check).map_or(outcome.wanted.is_none(), |mark| mark.stopped_by(gap.severity))
        });
        Self::from(gap, Self::is_proved(outcome, conclusive))
    }

    /// The code of an outcome beside the runs before it: a gap that is new, or stands before what is required, is a gap;
    /// what was proved and is not any more is unproven. What stood before stands.
    #[must_use]
    pub fn ratcheted(outcome: &Outcome, conclusive: bool, compared: &Compared<'_>) -> Self {
        let required = |gap: &Gap| wanted(outcome, &gap.check).is_some_and(|mark| mark.stopped_by(gap.severity));
        let stops = outcome.gaps.iter().any(|gap| gap.waived.is_none() && required(gap));
        let proved = Self::is_proved(outcome, conclusive) && compared.lost.is_empty();
        Self::from(stops || !compared.new.is_empty(), proved)
    }

    /// Whether what is required is proved, or anything at all where nothing is.
    fn is_proved(outcome: &Outcome, conclusive: bool) -> bool {
        let cells = &outcome.denominator;
        let complete =
            0 < cells.cells_conclusive && cells.cells_conclusive == cells.cells_sent && cells.cells_not_reached == 0;
        let proved = if outcome.wanted.is_some() {
            outcome.checks.iter().all(|check| {
                !matches!(check.verdict, Verdict::Suspected | Verdict::Unproven)
                    || !wanted(outcome, &check.id).is_some_and(|mark| mark.stopped_by(check.severity))
            })
        } else {
            outcome.checks.iter().any(|check| check.verdict == Verdict::Holds)
        };
        // Nobody knows what a service that died would have answered.
        proved && !cells.lost && (complete || !conclusive)
    }

    const fn from(gap: bool, proved: bool) -> Self {
        match (gap, proved) {
            (true, _) => Self::Gap,
            (false, false) => Self::Unproven,
            (false, true) => Self::Holds,
        }
    }

    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// What is required of the dimension of a check.
fn wanted(outcome: &Outcome, check: &str) -> Option<Mark> {
    let dimension = outcome.checks.iter().find(|result| result.id == check)?.dimension;
    outcome.dimensions.iter().find(|line| line.dimension == dimension)?.wanted
}
