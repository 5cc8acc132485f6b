//! The picture: a ship in section with one hold a dimension, the water where the wanted load stands, and the mark of
//! the International Convention on Load Lines (1966, annex I) where the proved one does.
//!
//! Only geometry; the drawing is `templates/ship.svg`. Lengths are in units of its viewBox, y grows downwards.

use crate::load_line::overloaded;
use crate::verdict::{Dimension, Mark, Outcome, Severity};

/// The first hold's left side, the width of one, and the distance to the next.
const HOLD_X: f64 = 186.0;
const HOLD_WIDTH: f64 = 108.0;
const HOLD_STEP: f64 = 119.0;
/// Ceiling and floor of the holds.
const HOLD_TOP: f64 = 112.0;
const HOLD_FLOOR: f64 = 338.0;

/// One hold, ready to be drawn.
#[derive(Debug)]
pub(super) struct Hold {
    /// `Authorization`.
    pub name: String,
    /// Left side and middle.
    pub x: f64,
    pub middle: f64,
    /// What is proved: from here to the floor.
    pub proved_y: f64,
    pub proved_height: f64,
    /// What is possible: from here to what is proved.
    pub possible_y: f64,
    pub possible_height: f64,
    /// Where the span would be without the breach that makes it 0.
    pub capped: Option<(f64, f64)>,
    /// `45…68`, or `0 (72…93)`.
    pub span: String,
    /// Gaps of each phase: below the water, on it, near the deck.
    pub blocks: usize,
    pub prevents: usize,
    pub trust: usize,
}

/// One mark of the ladder.
#[derive(Debug)]
pub(super) struct Rung {
    /// `pilot`.
    pub name: &'static str,
    /// `P`.
    pub letter: char,
    /// `a first client, with you watching`.
    pub lets_aboard: &'static str,
    /// Its upper edge: the water line that it allows.
    pub y: f64,
    /// The mark that is proved.
    pub proved: bool,
    /// The mark that is wanted.
    pub wanted: bool,
}

/// Everything that moves in the picture.
#[derive(Debug)]
pub(super) struct Ship {
    /// The five holds.
    pub holds: Vec<Hold>,
    /// The four marks, highest first.
    pub rungs: Vec<Rung>,
    /// Upper edge of the ring's bar.
    pub proved_y: f64,
    /// The water line.
    pub water_y: f64,
    /// The water stands above the bar, and a proved gap is why.
    pub overloaded: bool,
    /// The water stands above the bar, and only fog is why.
    pub unproven: bool,
    /// Said to those who do not see it.
    pub title: String,
}

impl Ship {
    /// The picture of an outcome. Where nothing is wanted the water stands at what is proved.
    pub(super) fn of(outcome: &Outcome) -> Self {
        let wanted = outcome.wanted.unwrap_or(outcome.proved);
        let title = match outcome.wanted {
            Some(wanted) => format!("Load line: proved {}, wanted {}", outcome.proved.name(), wanted.name()),
            None => format!("Load line: proved {}, nothing required", outcome.proved.name()),
        };
        Self {
            holds: outcome.dimensions.iter().map(|line| hold(outcome, line)).collect(),
            rungs: Mark::ALL.into_iter().rev().map(|mark| rung(outcome, mark)).collect(),
            proved_y: level(outcome.proved),
            water_y: level(wanted),
            overloaded: overloaded(outcome),
            unproven: outcome.proved < wanted && !overloaded(outcome),
            title,
        }
    }

    /// The surface: small waves from one side of the picture to the other.
    pub(super) fn surface(&self) -> String {
        let waves = "q 10.4 -4 20.8 0 t 20.8 0 ".repeat(25);
        format!("M-10 {} {}", self.water_y, waves.trim_end())
    }
}

/// The water line that a mark allows: the more is proved, the deeper she may lie.
const fn level(mark: Mark) -> f64 {
    match mark {
        Mark::Enterprise => 150.0,
        Mark::Client => 200.0,
        Mark::Pilot => 250.0,
        Mark::Demo => 300.0,
    }
}

/// Where a share of a hold ends, seen from its floor.
fn fill(per_cent: u8) -> f64 {
    let height = HOLD_FLOOR - HOLD_TOP;
    // One decimal is a tenth of a pixel.
    ((HOLD_FLOOR - height * f64::from(per_cent.min(100)) / 100.0) * 10.0).round() / 10.0
}

fn hold(outcome: &Outcome, line: &crate::verdict::DimensionLine) -> Hold {
    let x = HOLD_X + HOLD_STEP * f64::from(line.dimension.number() - 1);
    let (proved_y, possible_y) = (fill(line.proved), fill(line.possible));
    let counted = |severity: Severity| {
        let of_dimension = |id: &str| outcome.checks.iter().any(|c| c.id == id && c.dimension == line.dimension);
        let gaps = outcome.gaps.iter().filter(|gap| gap.severity == severity && gap.waits_for.is_none());
        gaps.filter(|gap| of_dimension(&gap.check)).count()
    };
    let round = |number: f64| (number * 10.0).round() / 10.0;
    Hold {
        name: title(line.dimension),
        x,
        middle: x + HOLD_WIDTH / 2.0,
        proved_y,
        proved_height: round(HOLD_FLOOR - proved_y),
        possible_y,
        possible_height: round(proved_y - possible_y),
        capped: line.uncapped.map(|(proved, possible)| (fill(proved), fill(possible))),
        span: match line.uncapped {
            Some((proved, possible)) => format!("0 ({proved}…{possible})"),
            None => format!("{}…{}", line.proved, line.possible),
        },
        blocks: counted(Severity::Blocks),
        prevents: counted(Severity::Prevents),
        trust: counted(Severity::Trust),
    }
}

fn rung(outcome: &Outcome, mark: Mark) -> Rung {
    Rung {
        name: mark.name(),
        letter: match mark {
            Mark::Enterprise => 'E',
            Mark::Client => 'C',
            Mark::Pilot => 'P',
            Mark::Demo => 'D',
        },
        lets_aboard: mark.lets_aboard(),
        y: level(mark),
        proved: outcome.proved == mark,
        wanted: outcome.wanted == Some(mark),
    }
}

/// The dimension's name as a heading: `Audit trail`.
pub(super) fn title(dimension: Dimension) -> String {
    let name = dimension.name();
    name[..1].to_uppercase() + &name[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn fills_stand_on_the_floor_and_end_at_the_ceiling() {
        assert_eq!((fill(0), fill(100)), (HOLD_FLOOR, HOLD_TOP));
    }

    #[test]
    fn a_hold_shows_the_figures_of_its_line() {
        let ship = Ship::of(&samples::many_gaps());
        assert!(ship.overloaded && ship.water_y < ship.proved_y);
        assert_eq!(ship.holds[0].proved_height + ship.holds[0].possible_height, 0.0, "a breach empties the hold");
        assert!(ship.holds[0].capped.is_some());
        let operations = &ship.holds[4];
        assert_eq!((operations.blocks, operations.prevents, operations.trust), (3, 0, 0));
    }

    #[test]
    fn where_nothing_is_wanted_she_is_not_overloaded() {
        let ship = Ship::of(&samples::clean());
        assert!(!ship.overloaded && ship.water_y == ship.proved_y);
    }
}
