//! `matrix.show`: who may do what, as the door reads it.

use door::{Action, Catalogue, Effect, Look, Permitted, Read, Relation, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{RELATIONS, ROOM_PEOPLE};
use crate::wires::scim;

/// Shows the matrix.
pub struct ShowMatrix;

/// Who may do what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Matrix {
    /// One row an action.
    pub rows: Vec<MatrixRow>,
    /// The relations, in the order of the columns.
    pub relations: Vec<String>,
}

/// One action.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MatrixRow {
    /// Its name.
    pub action: String,
    /// What it does, in a sentence.
    pub about: String,
    /// `look`, `change`, `disclose` or `keep`.
    pub kind: String,
    /// How it is reached.
    pub way: String,
    /// Who may.
    pub may: Vec<String>,
    /// States of the object in which nobody may.
    pub not_when: Vec<String>,
    /// Whether it asks for a second factor.
    pub by_factor: bool,
    /// How old the sign-in may be, in seconds; 0 asks for none in particular.
    pub fresh_seconds: i64,
}

impl Action for ShowMatrix {
    type Target = Room;
    type Input = Nothing;
    type Output = Matrix;
    const SPEC: Spec = Spec::new(
        "matrix.show",
        "Shows who may do what: every action, as the portal itself reads it.",
        Way::Http(Verb::Get, "/matrix"),
        ROOM_PEOPLE,
    );
}

impl Look for ShowMatrix {
    async fn look(_: &Nothing, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<Matrix> {
        Ok(Matrix {
            rows: rows(read.catalogue()),
            relations: columns().map(|relation| relation.name.to_owned()).collect(),
        })
    }
}

/// The relations that may do anything at all: whoever stands before closed rooms may do nothing there.
fn columns() -> impl Iterator<Item = &'static Relation> {
    RELATIONS.iter().filter(|relation| ![Relation::OUTSIDE, Relation::OVERDUE, Relation::UNPROVIDED].contains(relation))
}

/// The rows of a catalogue.
#[must_use]
pub fn rows(catalogue: &Catalogue) -> Vec<MatrixRow> {
    catalogue
        .entries()
        .map(|entry| MatrixRow {
            action: entry.spec.name.to_owned(),
            about: entry.spec.about.to_owned(),
            kind: match entry.effect {
                Effect::Look => "look",
                Effect::Change => "change",
                Effect::Disclose => "disclose",
                Effect::Keep => "keep",
            }
            .to_owned(),
            way: match entry.spec.way {
                Way::Http(verb, path) | Way::Page(verb, path) => format!("{} {path}", verb.name()),
                Way::Scim(verb, path) => format!("{} {}{path}", verb.name(), scim::PREFIX),
                Way::Job { every_seconds } => format!("every {every_seconds} s"),
                Way::Console(command) => format!("console {command}"),
            },
            may: entry.spec.may.names(RELATIONS).map(str::to_owned).collect(),
            not_when: entry.spec.not_when.iter().map(ToString::to_string).collect(),
            by_factor: entry.spec.by_factor,
            fresh_seconds: entry.spec.fresh,
        })
        .collect()
}

/// The matrix as text: one row an action, one column a relation. Checked in and reviewed, so that a changed right
/// shows as a changed mark.
#[must_use]
pub fn text(catalogue: &Catalogue) -> String {
    use std::fmt::Write as _;

    let rows = rows(catalogue);
    let width = rows.iter().map(|row| row.action.len()).max().unwrap_or(0);
    let mut text = format!("{:width$}  {:8}", "", "");
    for relation in columns() {
        let _ = write!(text, "  {}", relation.name);
    }
    text.push('\n');
    for row in &rows {
        let _ = write!(text, "{:width$}  {:8}", row.action, row.kind);
        for relation in columns() {
            let mark = if row.may.iter().any(|may| may == relation.name) { "x" } else { "·" };
            let _ = write!(text, "  {mark:<0$}", relation.name.len());
        }
        for (yes, words) in [
            (row.by_factor, "second factor".to_owned()),
            (row.fresh_seconds > 0, format!("sign-in within {} min", row.fresh_seconds / 60)),
            (!row.not_when.is_empty(), format!("not when {}", row.not_when.join(", "))),
        ] {
            if yes {
                let _ = write!(text, "  {words}");
            }
        }
        text.push('\n');
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}
