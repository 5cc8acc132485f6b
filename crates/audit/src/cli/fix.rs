//! `plimsoll fix`: work orders for the open gaps of the last run.

use std::fmt::Write;

use super::place::Place;
use crate::checks;
use crate::error::Result;
use crate::fix;
use crate::load_line::count;
use crate::verdict::Severity;

pub(super) fn text(phase: Option<Severity>, place: &Place) -> Result<String> {
    let outcome = place.last_outcome()?;
    let concerns = fix::concerns(&outcome, phase);
    let written = fix::write(&place.file("orders"), &concerns, checks::all())?;
    if written.is_empty() {
        return Ok("no gap is open; nothing to order\n".to_owned());
    }
    let gaps = written.iter().map(|order| order.gaps).sum();
    let mut text = format!(
        "{}, {}. Nothing is started; each order stands alone.\n\n",
        count(gaps, "gap"),
        count(written.len(), "concern")
    );
    let _ = writeln!(text, "  {:<16} {:>4}  order", "concern", "gaps");
    for order in &written {
        let person = if order.person { "  · needs a person" } else { "" };
        let _ = writeln!(text, "  {:<16} {:>4}  {}{person}", order.concern, order.gaps, order.path.display());
    }
    Ok(text)
}
