//! Who may do what, as a page.

use askama::Template;

use crate::pages::{Icon, Page};
use crate::trail::{Matrix, MatrixRow};

/// Who may do what, from the very table that decides.
#[derive(Debug, Template)]
#[template(path = "trail/pages/matrix.html")]
pub struct MatrixPage {
    /// The frame.
    pub page: Page,
    /// The rules.
    pub matrix: Matrix,
}

/// The actions of one noun.
#[derive(Debug)]
struct Noun<'m> {
    name: &'m str,
    rows: Vec<&'m MatrixRow>,
}

impl MatrixPage {
    /// Rules in the catalogue's order, under the first word of their names.
    fn nouns(&self) -> Vec<Noun<'_>> {
        let mut nouns: Vec<Noun<'_>> = Vec::new();
        for row in &self.matrix.rows {
            let name = row.action.split('.').next().unwrap_or_default();
            match nouns.iter_mut().find(|noun| noun.name == name) {
                Some(noun) => noun.rows.push(row),
                None => nouns.push(Noun { name, rows: vec![row] }),
            }
        }
        nouns
    }

    fn may(&self, row: &MatrixRow, relation: &str) -> bool {
        row.may.iter().any(|may| may == relation)
    }
}
