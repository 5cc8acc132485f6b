//! From a [`Matrix`] to text: aligned, sorted by path and then verb.

use std::fmt::Write as _;

use super::parse::HEADER;
use super::{ANONYMOUS, FieldRule, Matrix, Row};

/// Paths wider than this do not push the columns of all other rows to the right.
const PATH_WIDTH_MAX: usize = 72;

impl Matrix {
    /// The text. Reading it gives the same matrix.
    pub fn print(&self) -> String {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| (row.state.clone(), row.path.to_string(), row.verbs.clone()));
        let names: Vec<String> = rows.iter().map(|row| left(row)).collect();
        let width = names.iter().map(|name| name.chars().count()).filter(|width| *width <= PATH_WIDTH_MAX).max();
        let width = width.unwrap_or_default().max("# action".len());
        let heads: Vec<&str> = [ANONYMOUS].into_iter().chain(self.roles.iter().map(String::as_str)).collect();
        let widths: Vec<usize> = heads
            .iter()
            .enumerate()
            .map(|(column, head)| {
                let cells = rows.iter().filter_map(|row| row.rights.get(column)).map(|right| right.to_string().len());
                cells.max().unwrap_or_default().max(head.chars().count())
            })
            .collect();

        let mut text = format!("{HEADER}\n");
        line(&mut text, "# action", width, heads.iter().map(ToString::to_string), &widths, None);
        for (row, name) in rows.iter().zip(&names) {
            comments(&mut text, &row.comments);
            line(&mut text, name, width, row.rights.iter().map(ToString::to_string), &widths, row.why.as_deref());
        }
        let mut fields: Vec<&FieldRule> = self.fields.iter().collect();
        fields.sort_by_key(|rule| rule.fixed);
        for rule in fields {
            comments(&mut text, &rule.comments);
            let (word, link) = if rule.fixed { ("fixed ", " for ") } else { ("hide  ", " from ") };
            let roles = if rule.roles.is_empty() { String::new() } else { format!("{link}{}", rule.roles.join(" ")) };
            let _ = writeln!(text, "{word} {}{roles}", rule.names.join(" "));
        }
        comments(&mut text, &self.comments);
        text
    }
}

/// `DELETE /a/{b}`, verbs aligned where they stand alone.
fn left(row: &Row) -> String {
    match &row.state {
        Some(state) => format!("when {state}: {}", row.name()),
        None => format!("{:<6} {}", row.verbs.join(","), row.path),
    }
}

fn line(
    text: &mut String,
    name: &str,
    width: usize,
    cells: impl Iterator<Item = String>,
    widths: &[usize],
    why: Option<&str>,
) {
    let mut line = format!("{name:<width$}");
    for (cell, width) in cells.zip(widths) {
        let _ = write!(line, "  {cell:<width$}");
    }
    if let Some(why) = why {
        let _ = write!(line, "  # {why}");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

fn comments(text: &mut String, comments: &[String]) {
    for comment in comments {
        text.push_str(comment);
        text.push('\n');
    }
}
