//! The matrix, `plimsoll.matrix`: how far each role reaches with each action. Drafted from rules, reviewed by people.
//!
//! Line-oriented text, one action a row, so that a new route is one `+` line in a pull request and a changed right one
//! changed word.

mod draft;
mod parse;
mod path_pattern;
mod print;
mod review;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use path_pattern::{Literalness, PathPattern};
pub use review::{ReviewItem, Seen};

/// How far a role reaches with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// `-`: may not.
    None,
    /// Objects that he made, or that are himself.
    Own,
    /// Objects that he is a member of.
    Member,
    /// All of his tenant's.
    Tenant,
    /// Everybody's.
    All,
}

/// Who stands behind a reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// A person: no mark.
    Reviewed,
    /// `?`: a rule, and nobody looked yet.
    Drafted,
    /// `!seen`: a rule, and the service did something else.
    Seen(Reach),
}

/// A reach with its mark: `own`, `own?`, `own!all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Right {
    /// How far.
    pub reach: Reach,
    /// Who says so.
    pub review: Review,
}

/// One row: an action, or several that share their rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `archived` of `when archived:`.
    pub state: Option<String>,
    /// In capitals, in the order in which they stand.
    pub verbs: Vec<String>,
    /// Which paths.
    pub path: PathPattern,
    /// One a column: `anon`, then the roles.
    pub rights: Vec<Right>,
    /// What stands behind `#`.
    pub why: Option<String>,
    /// The line in the file; 0 for a drafted row.
    pub line: usize,
    /// Comment lines above it, as they are.
    pub comments: Vec<String>,
}

/// `hide` or `fixed`: fields that never stand in an answer, or that can never be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    /// `fixed` rather than `hide`.
    pub fixed: bool,
    /// The fields.
    pub names: Vec<String>,
    /// For whom; for all when empty.
    pub roles: Vec<String>,
    /// The line in the file.
    pub line: usize,
    /// Comment lines above it, as they are.
    pub comments: Vec<String>,
}

/// The whole matrix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The columns after `anon`.
    pub roles: Vec<String>,
    /// The rows, those under `when` too.
    pub rows: Vec<Row>,
    /// `hide` and `fixed`.
    pub fields: Vec<FieldRule>,
    /// Comment lines at the end.
    pub comments: Vec<String>,
}

/// The column that is always there.
pub const ANONYMOUS: &str = "anon";

impl Reach {
    /// From the nearest to the farthest.
    pub const ALL: [Self; 5] = [Self::None, Self::Own, Self::Member, Self::Tenant, Self::All];
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "-",
            Self::Own => "own",
            Self::Member => "member",
            Self::Tenant => "tenant",
            Self::All => "all",
        })
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self.review {
            Review::Reviewed => self.reach.to_string(),
            Review::Drafted => format!("{}?", self.reach),
            Review::Seen(seen) => format!("{}!{seen}", self.reach),
        })
    }
}

impl Matrix {
    /// The row for an action and its right for a role (`anon` for nobody), without any state.
    pub fn right(&self, verb: &str, path: &str, role: &str) -> Option<(&Row, Right)> {
        self.right_in(None, verb, path, role)
    }

    /// The same in a state. Where no row names the state, there is none.
    pub fn right_in(&self, state: Option<&str>, verb: &str, path: &str, role: &str) -> Option<(&Row, Right)> {
        let row = self.row(state, verb, path)?;
        let column = self.column(role)?;
        Some((row, *row.rights.get(column)?))
    }

    /// The most literal row for an action. HEAD follows GET; OPTIONS has none.
    pub fn row(&self, state: Option<&str>, verb: &str, path: &str) -> Option<&Row> {
        let verb = if verb == "HEAD" { "GET" } else { verb };
        self.rows
            .iter()
            .filter(|row| row.state.as_deref() == state && row.names(verb) && row.path.matches(path))
            .max_by_key(|row| (row.path.spells(path), row.path.literalness()))
    }

    /// The column of a role; 0 is `anon`.
    pub fn column(&self, role: &str) -> Option<usize> {
        if role == ANONYMOUS || role == "anonymous" {
            return Some(0);
        }
        self.roles.iter().position(|known| known == role).map(|position| position + 1)
    }

    /// Whether a field must never stand in an answer to a role.
    pub fn hides(&self, field: &str, role: &str) -> bool {
        self.field_rule(false, field, role)
    }

    /// Whether a field must never stand in an answer to somebody.
    pub fn hides_from_any(&self, field: &str) -> bool {
        self.fields.iter().any(|rule| !rule.fixed && rule.names.iter().any(|name| name == field))
    }

    /// Whether a field can never be set by a role.
    pub fn fixes(&self, field: &str, role: &str) -> bool {
        self.field_rule(true, field, role)
    }

    fn field_rule(&self, fixed: bool, field: &str, role: &str) -> bool {
        self.fields.iter().any(|rule| {
            rule.fixed == fixed
                && rule.names.iter().any(|name| name == field)
                && (rule.roles.is_empty() || rule.roles.iter().any(|named| named == role))
        })
    }
}

impl Row {
    /// Whether it names a verb.
    pub fn names(&self, verb: &str) -> bool {
        self.verbs.iter().any(|own| own == verb)
    }

    /// `PUT,PATCH /api/projects/{project}/**`.
    pub fn name(&self) -> String {
        format!("{} {}", self.verbs.join(","), self.path)
    }
}
