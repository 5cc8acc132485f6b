//! The page that lies on top of a copy: what is in it, and what is not, in words.

use askama::Template;
use door::inventory::Copied;
use door::{Refusal, Result, Time};

use super::Whose;
use super::query::Query;
use crate::inventory::INVENTORY;

/// The cover.
#[derive(Debug, Template)]
#[template(path = "privacy/copy/cover.html")]
pub(super) struct Cover {
    name: String,
    day: String,
    tables: Vec<Line>,
    files: usize,
    /// Kinds of things that are in nobody's copy, and why.
    left_out: Vec<(&'static str, &'static str)>,
    person: bool,
}

#[derive(Debug)]
struct Line {
    what: &'static str,
    why: &'static str,
    table: &'static str,
    rows: i64,
}

impl Cover {
    /// For a copy that holds so many rows of each table.
    pub(super) fn new(whose: Whose, name: &str, at: Time, counts: &[(&'static Query, i64)], files: usize) -> Self {
        let line = |(query, rows): &(&'static Query, i64)| Line {
            what: query.table.what,
            why: query.table.why,
            table: query.table.name,
            rows: *rows,
        };
        let left_out = INVENTORY.iter().filter_map(|table| match table.copied {
            Copied::Not(why) => Some((table.what, why)),
            Copied::Where { .. } => None,
        });
        Self {
            name: name.to_owned(),
            day: at.timestamp().strftime("%-d %B %Y, %H:%M UTC").to_string(),
            tables: counts.iter().map(line).collect(),
            files,
            left_out: left_out.collect(),
            person: whose == Whose::Person,
        }
    }

    /// As HTML.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it cannot be written.
    pub(super) fn to_html(&self) -> Result<String> {
        self.render().map_err(|error| {
            tracing::error!(%error, "a cover cannot be written");
            Refusal::Broken
        })
    }
}
