//! `plimsoll next`: the one answer that would prove most for the least time.

use crate::report::view;
use crate::verdict::{Outcome, Verdict};

pub(super) fn text(outcome: &Outcome) -> String {
    let Some((check, minutes)) = view::best_answer(outcome) else {
        return "nothing waits for an answer of yours\n".to_owned();
    };
    let mut text = format!("{}  {} · about {minutes} min\n", check.id, check.title);
    text.push_str(&format!("      {}\n", view::printable(&check.words)));
    let answer = match (&check.answer, check.verdict) {
        (Some(answer), _) => view::printable(answer),
        (None, Verdict::Suspected) => "plimsoll matrix review".to_owned(),
        (None, _) => format!("plimsoll explain {}", check.id),
    };
    text.push_str(&format!("  →   {answer}\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_best_answer_is_named_with_its_line() {
        let text = text(&samples::fog());
        assert!(text.contains("about") && text.contains("→"), "{text}");
    }

    #[test]
    fn where_only_building_would_help_nothing_is_asked() {
        assert_eq!(text(&samples::clean()), "nothing waits for an answer of yours\n");
    }
}
