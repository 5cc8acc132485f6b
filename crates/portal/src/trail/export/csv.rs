//! Comma-separated values (RFC 4180) that a spreadsheet opens and does not run.

use serde_json::json;

use super::TrailEvent;

/// The columns, in order.
const COLUMNS: [&str; 20] = [
    "number",
    "time",
    "action",
    "result",
    "actor",
    "actor_name",
    "actor_kind",
    "object",
    "object_kind",
    "object_name",
    "objects",
    "source",
    "request",
    "record",
    "relations",
    "facts",
    "private",
    "log_index",
    "record_sequence",
    "leaf_hash",
];

/// The line of names.
pub(super) fn head() -> String {
    row(&COLUMNS.map(str::to_owned))
}

/// The line of an event. What holds several values is a JSON document in one cell.
pub(super) fn line(event: &TrailEvent) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let seal = |value: fn(&super::super::TrailSeal) -> String| event.seal.as_ref().map(value).unwrap_or_default();
    row(&[
        event.number.to_string(),
        event.at.clone(),
        event.action.clone(),
        event.result.clone(),
        id(event.actor),
        text(&event.actor_name),
        event.actor_kind.clone(),
        id(event.object),
        text(&event.object_kind),
        event.objects.first().and_then(|object| object.name.clone()).unwrap_or_default(),
        json!(event.objects).to_string(),
        text(&event.source),
        event.request.to_string(),
        event.chain.clone(),
        event.relations.join(" "),
        json!(event.facts).to_string(),
        json!(event.private).to_string(),
        seal(|seal| seal.index.to_string()),
        seal(|seal| seal.sequence.to_string()),
        seal(|seal| seal.leaf.clone()),
    ])
}

fn row(cells: &[String; COLUMNS.len()]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// One cell: what a spreadsheet would take for a formula begins with an apostrophe, which it shows as text (OWASP, CSV
/// injection); quotes are doubled, and whatever holds a comma, a quote or the end of a line stands in quotes.
pub(crate) fn cell(text: &str) -> String {
    let begins =
        |letter: char| matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let formula = text.trim_start_matches(' ').starts_with(begins);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if formula || text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("  @SUM(A1)"), "\"'  @SUM(A1)\"");
        assert_eq!(cell("-2+3+cmd|' /C calc'!A0"), "\"'-2+3+cmd|' /C calc'!A0\"");
        assert_eq!(cell("Ana, \"the\" admin"), "\"Ana, \"\"the\"\" admin\"");
        assert_eq!(cell("2026-11-22"), "2026-11-22");
    }

    /// RFC 4180, section 2, read back by its grammar.
    fn parse(line: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = line.strip_suffix("\r\n").unwrap().chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, quoted) {
                ('"', true) if letters.peek() == Some(&'"') => cell.extend(letters.next()),
                ('"', _) => quoted = !quoted,
                (',', false) => cells.push(std::mem::take(&mut cell)),
                (letter, _) => cell.push(letter),
            }
        }
        assert!(!quoted);
        cells.push(cell);
        cells
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_cell_comes_back_and_runs_nowhere(texts in prop::array::uniform20("[\\x00-\\x7f＝äé]{0,12}")) {
            let read = parse(&row(&texts));
            prop_assert_eq!(read.len(), COLUMNS.len());
            for (read, text) in read.iter().zip(&texts) {
                prop_assert!(read == text || read.strip_prefix('\'') == Some(text));
                prop_assert!(!read.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']));
            }
        }
    }
}
