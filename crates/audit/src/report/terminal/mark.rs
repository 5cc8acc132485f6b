//! The mark and the ladder beside it, as on a ship's side: what is proved, and where the water of the wanted load stands.

use std::fmt::Write;

use owo_colors::{OwoColorize, Style};

use crate::load_line::overloaded;
use crate::verdict::{Mark, Outcome};

/// Four rows, the highest mark first; at their right whom each lets aboard, where there is room.
pub(super) fn ladder(outcome: &Outcome, width: usize) -> String {
    let mut text = String::new();
    for mark in Mark::ALL.into_iter().rev() {
        let (proved, wanted) = (outcome.proved == mark, outcome.wanted == Some(mark));
        let letter = match mark {
            Mark::Enterprise => 'E',
            Mark::Client => 'C',
            Mark::Pilot => 'P',
            Mark::Demo => 'D',
        };
        let (left, right) = match (proved, wanted) {
            (true, true) => ("≈≈─(─)─≈", "≈≈ proved, as you want ≈≈≈≈≈"),
            (true, false) => ("  ─(─)─ ", "   this is proved"),
            (false, true) => ("≈≈≈≈≈≈≈≈", "≈≈ you want this ≈≈≈≈≈≈≈≈≈≈≈"),
            (false, false) => ("", ""),
        };
        let style = match (proved, wanted) {
            (true, _) if overloaded(outcome) => Style::new().red().bold(),
            (true, _) => Style::new().bold(),
            (false, true) => Style::new().blue(),
            (false, false) => Style::new(),
        };
        let side = format!(" {left:<8} {letter} ┤{right:<28}");
        let legend = format!("  {:<14} {}", mark.name(), mark.lets_aboard());
        let legend =
            if side.chars().count() + legend.chars().count() <= width { legend } else { format!("  {}", mark.name()) };
        let side = if legend.is_empty() { side.trim_end().to_owned() } else { side };
        let _ = writeln!(text, "{}{legend}", side.style(style));
    }
    text
}
