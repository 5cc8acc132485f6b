//! `plimsoll matrix review`: the questions that no tool can answer, the two answers side by side. On a terminal it asks;
//! elsewhere it lists.

use std::fmt::Write as _;
use std::io::{BufRead, Write};

use owo_colors::{OwoColorize, Style};

use crate::load_line::count;
use crate::matrix::{Matrix, Reach, Review, ReviewItem};
use crate::report::view::printable;
use crate::verdict::{Cause, Cell, Finding, Outcome};

/// Most reaches that are listed of those that are merely unreviewed.
const LISTED_MAX: usize = 20;
/// Widest request in a line of evidence, in columns.
const REQUEST_WIDTH: usize = 44;

/// What a review came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decided {
    /// Reaches that a person decided.
    pub(super) one_by_one: usize,
    /// Reaches that were accepted as they were drafted, all at once.
    pub(super) at_once: usize,
}

impl Decided {
    /// One sentence for the end.
    pub(super) fn words(&self, matrix: &Matrix) -> String {
        let left = matrix.review_items().len();
        let mut words = format!("{} decided, {} accepted as drafted", self.one_by_one, self.at_once);
        if 0 < left {
            let _ = write!(words, ", {left} still open");
        }
        words + ". Commit it: from now on a difference is a gap."
    }
}

/// What differs from the draft first, each with both answers; then what nobody has looked at.
pub(super) fn list(matrix: &Matrix, outcome: Option<&Outcome>) -> String {
    let items = matrix.review_items();
    if items.is_empty() {
        return format!("every reach of {} is reviewed\n", count(matrix.rows.len(), "row"));
    }
    let mut text = String::new();
    let (differ, plain): (Vec<_>, Vec<_>) = items.iter().partition(|item| matches!(item.right.review, Review::Seen(_)));
    for (number, item) in differ.iter().enumerate() {
        let Review::Seen(seen) = item.right.review else { continue };
        text.push_str(&question(item, number + 1, differ.len(), outcome));
        let drafted = item.right.reach;
        let otherwise = if seen < drafted { "Meant to reach farther" } else { "A gap" };
        let _ = writeln!(text, "     By design: write `{seen}`. {otherwise}: write `{drafted}`, without a mark.\n");
    }
    if !plain.is_empty() {
        let number = count(plain.len(), "reach").replace("reachs", "reaches");
        let _ = writeln!(text, "{number} that nobody has looked at (`?`), the most harmful first:");
        for item in plain.iter().take(LISTED_MAX) {
            let _ = writeln!(text, "  {:<44} {:<14} {}", printable(&item.action), printable(&item.role), item.right);
        }
        if LISTED_MAX < plain.len() {
            let _ = writeln!(text, "  … and {} more in plimsoll.matrix", plain.len() - LISTED_MAX);
        }
        text.push_str("\nAs they should be?  plimsoll matrix accept\n");
    }
    text
}

/// One reach: what was drafted, what was seen, and the answers that show it.
fn question(item: &ReviewItem, number: usize, of: usize, outcome: Option<&Outcome>) -> String {
    let mut text = String::new();
    let title = format!("{number}/{of}  {}", printable(&item.action));
    let _ = writeln!(text, "{}", title.style(Style::new().bold()));
    let (role, drafted) = (printable(&item.role), item.right.reach);
    let _ = match item.right.review {
        Review::Seen(seen) if seen < drafted => {
            writeln!(text, "     {role} was drafted `{drafted}` and seen to be refused beyond `{seen}`.")
        }
        Review::Seen(seen) => writeln!(text, "     {role} was drafted `{drafted}` and seen to reach `{seen}`."),
        Review::Drafted | Review::Reviewed => {
            writeln!(text, "     {role} is drafted `{drafted}`: {}.", meaning(drafted))
        }
    };
    for finding in of_item(item, outcome) {
        let _ = writeln!(text, "     {}", printable(&finding.words));
        for exhibit in &finding.exhibits {
            let status = if exhibit.status == 0 { "–".to_owned() } else { exhibit.status.to_string() };
            let request: String = printable(&exhibit.request).chars().take(REQUEST_WIDTH).collect();
            let (label, actor, note) = (printable(&exhibit.label), printable(&exhibit.actor), printable(&exhibit.note));
            let line = format!("       {label:<10} {actor:<18} {status:>3}  {request:<REQUEST_WIDTH$}  {note}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

/// What waits for this answer.
fn of_item<'a>(item: &'a ReviewItem, outcome: Option<&'a Outcome>) -> impl Iterator<Item = &'a Finding> {
    let same = |cell: &Cell| item.action.ends_with(&cell.action) && cell.role == item.role;
    let findings = outcome.into_iter().flat_map(|outcome| &outcome.findings);
    findings
        .filter(move |finding| finding.cause == Some(Cause::WaitsForAnswer) && finding.cell.as_ref().is_some_and(same))
}

fn meaning(reach: Reach) -> &'static str {
    match reach {
        Reach::None => "may not",
        Reach::Own => "what he made, or himself",
        Reach::Member => "what he is a member of",
        Reach::Tenant => "all of his tenant's",
        Reach::All => "everybody's",
    }
}

/// Asks about each reach in turn and writes the answers into the matrix. The end of the input ends the review; what was
/// decided until then stays.
///
/// # Errors
/// When the terminal breaks.
pub(super) fn ask(
    matrix: &mut Matrix,
    outcome: Option<&Outcome>,
    answers: &mut dyn BufRead,
    out: &mut dyn Write,
) -> std::io::Result<Decided> {
    let items = matrix.review_items();
    let mut decided = Decided::default();
    if items.is_empty() {
        writeln!(out, "every reach of {} is reviewed", count(matrix.rows.len(), "row"))?;
        return Ok(decided);
    }
    writeln!(out, "{} to look at; q ends, and what is decided by then stays\n", count(items.len(), "question"))?;
    for (number, item) in items.iter().enumerate() {
        out.write_all(question(item, number + 1, items.len(), outcome).as_bytes())?;
        let drafted = item.right.reach;
        let choices = match item.right.review {
            Review::Seen(seen) if seen < drafted => {
                "Refused by design?  y yes · n no, meant to reach farther · Enter skip · q end"
            }
            Review::Seen(_) => "May they?  y yes, by design · n no, that is a gap · Enter skip · q end",
            _ => "So?  y as drafted · - own member tenant all · Enter skip · a accept the rest as drafted · q end",
        };
        writeln!(out, "     {choices}")?;
        loop {
            write!(out, "     › ")?;
            out.flush()?;
            let Some(answer) = line(answers)? else { return Ok(decided) };
            let reach = match (answer.as_str(), item.right.review) {
                ("" | "?", _) => break,
                ("q", _) => return Ok(decided),
                ("y", Review::Seen(seen)) => seen,
                ("n", Review::Seen(_)) | ("y", _) => drafted,
                ("a", Review::Drafted) => {
                    decided.at_once = matrix.accept(|item| item.right.review == Review::Drafted);
                    return Ok(decided);
                }
                (text, _) => match Reach::ALL.into_iter().find(|reach| reach.to_string() == text) {
                    Some(reach) => reach,
                    None => {
                        writeln!(out, "     `{}` is none of these", printable(text))?;
                        continue;
                    }
                },
            };
            matrix.answer(item.row, item.column, reach);
            decided.one_by_one += 1;
            if matches!(item.right.review, Review::Seen(seen) if seen == reach) {
                write!(out, "     why, for whoever reads it in a year › ")?;
                out.flush()?;
                let why = line(answers)?.filter(|why| !why.is_empty());
                if let (Some(why), Some(row)) = (why, matrix.rows.get_mut(item.row)) {
                    row.why.get_or_insert(why.replace('#', ""));
                }
            }
            break;
        }
        writeln!(out)?;
    }
    Ok(decided)
}

/// One line, trimmed; nothing at the end of the input.
fn line(answers: &mut dyn BufRead) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = answers.read_line(&mut line)?;
    Ok((0 < read).then(|| line.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MATRIX: &str = "plimsoll.matrix 1\n# action  anon user admin\nGET /recipes all all all\n\
                          PUT /recipes/{slug} - own!all own?\nDELETE /recipes/{slug} - own all?\n";

    fn matrix() -> Matrix {
        Matrix::parse(MATRIX, "plimsoll.matrix").unwrap()
    }

    fn asked(answers: &str) -> (Matrix, Decided, String) {
        let mut matrix = matrix();
        let mut out = Vec::new();
        let decided = ask(&mut matrix, None, &mut answers.as_bytes(), &mut out).unwrap();
        let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        (matrix, decided, text)
    }

    #[test]
    fn what_differs_is_listed_first() {
        let text = anstream::adapter::strip_str(&list(&matrix(), None)).to_string();
        assert!(text.starts_with("1/1  PUT /recipes/{slug}"), "{text}");
        assert!(text.contains("drafted `own` and seen to reach `all`") && text.contains("2 reaches"), "{text}");
    }

    #[test]
    fn a_gap_keeps_the_drafted_reach_and_the_rest_is_accepted() {
        let (matrix, decided, text) = asked("n\na\n");
        assert!(text.contains("1/3  PUT /recipes/{slug}"), "{text}");
        assert_eq!(decided, Decided { one_by_one: 1, at_once: 2 });
        assert!(matrix.review_items().is_empty());
        assert_eq!(matrix.right("PUT", "/recipes/{slug}", "user").unwrap().1.reach, Reach::Own);
        assert!(decided.words(&matrix).starts_with("1 decided, 2 accepted"), "{}", decided.words(&matrix));
    }

    #[test]
    fn what_is_by_design_is_written_with_its_reason() {
        let (matrix, decided, _) = asked("y\nsmall teams share\nnonsense\ntenant\nq\n");
        assert_eq!(decided.one_by_one, 2);
        let (row, right) = matrix.right("PUT", "/recipes/{slug}", "user").unwrap();
        assert_eq!((right.reach, right.review), (Reach::All, Review::Reviewed));
        assert_eq!(row.why.as_deref(), Some("small teams share"));
        assert_eq!(Matrix::parse(&matrix.print(), "plimsoll.matrix").unwrap().review_items().len(), 1);
        assert!(decided.words(&matrix).contains("1 still open"));
    }

    #[test]
    fn the_end_of_the_input_ends_it() {
        let (matrix, decided, _) = asked("");
        assert_eq!((decided.one_by_one, matrix.review_items().len()), (0, 3));
    }

    proptest! {
        #[test]
        fn any_answers_leave_a_matrix(answers in "[ynaq?\\-#a-z\n ]{0,60}") {
            let (matrix, ..) = asked(&answers);
            prop_assert!(Matrix::parse(&matrix.print(), "m").is_ok(), "{}", matrix.print());
        }
    }
}
