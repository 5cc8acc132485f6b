//! The review: what a person looks at, in which order, and how the answer is written down.

use super::{ANONYMOUS, Matrix, Reach, Review, Right, Row};

/// A reach that nobody reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewItem {
    /// The row's position in [`Matrix::rows`].
    pub row: usize,
    /// The column; 0 is `anon`.
    pub column: usize,
    /// `DELETE /recipes/{slug}`, with its state where it has one.
    pub action: String,
    /// The role.
    pub role: String,
    /// What was drafted, and what was seen where it differs.
    pub right: Right,
}

/// What a walk saw of a role's reach with one action: how far it got at least, and where it was refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    at_least: Option<Reach>,
    at_most: Option<Reach>,
}

impl Seen {
    /// It got this far.
    pub fn got_through(&mut self, reach: Reach) {
        self.at_least = self.at_least.max(Some(reach));
    }

    /// It was refused what lies beyond.
    pub fn was_refused(&mut self, reach: Reach) {
        self.at_most = Some(self.at_most.map_or(reach, |known| known.min(reach)));
    }

    /// The reach of a role that was drafted so: what was seen agrees with the draft, or it says otherwise.
    fn reach(self, drafted: Reach) -> Reach {
        let kept = self.at_most.map_or(drafted, |most| drafted.min(most));
        self.at_least.map_or(kept, |least| kept.max(least))
    }
}

impl Matrix {
    /// Everything that nobody reviewed: what differs from what was seen first, then by how much harm it can do.
    pub fn review_items(&self) -> Vec<ReviewItem> {
        let mut items = Vec::new();
        for (position, row) in self.rows.iter().enumerate() {
            for (column, right) in row.rights.iter().enumerate() {
                if right.review == Review::Reviewed {
                    continue;
                }
                let state = row.state.as_ref().map(|state| format!("when {state}: ")).unwrap_or_default();
                items.push(ReviewItem {
                    row: position,
                    column,
                    action: format!("{state}{}", row.name()),
                    role: column.checked_sub(1).map_or(ANONYMOUS, |column| &self.roles[column]).to_owned(),
                    right: *right,
                });
            }
        }
        items.sort_by_key(|item| (rank(item.right, &self.rows[item.row]), item.action.clone(), item.column));
        items
    }

    /// Takes the drafted reach as the rule, or what was seen where it differs, for each item that is picked. Returns
    /// how many there were.
    pub fn accept(&mut self, pick: impl Fn(&ReviewItem) -> bool) -> usize {
        let picked: Vec<ReviewItem> = self.review_items().into_iter().filter(pick).collect();
        for item in &picked {
            let reach = if let Review::Seen(seen) = item.right.review { seen } else { item.right.reach };
            self.answer(item.row, item.column, reach);
        }
        picked.len()
    }

    /// Writes down what a person says about one reach.
    pub fn answer(&mut self, row: usize, column: usize, reach: Reach) {
        if let Some(right) = self.rows.get_mut(row).and_then(|row| row.rights.get_mut(column)) {
            *right = Right { reach, review: Review::Reviewed };
        }
    }

    /// Notes what the walk saw of a role's reach. A reviewed reach is never touched: there a difference is a gap.
    pub fn note_seen(&mut self, verb: &str, path: &str, role: &str, seen: Seen) {
        let Some(column) = self.column(role) else { return };
        let Some(row) = self.row(None, verb, path).cloned() else { return };
        let Some(own) = self.rows.iter_mut().find(|own| **own == row) else { return };
        if let Some(right) = own.rights.get_mut(column)
            && right.review != Review::Reviewed
        {
            let seen = seen.reach(right.reach);
            right.review = if seen == right.reach { Review::Drafted } else { Review::Seen(seen) };
        }
    }
}

/// What was seen to differ comes first, and there the farther reach; then what can do more harm.
fn rank(right: Right, row: &Row) -> (u8, u8, Reach) {
    let harm = if row.names("DELETE") {
        0
    } else if row.names("PUT") || row.names("PATCH") {
        1
    } else if row.names("POST") {
        2
    } else {
        3
    };
    match right.review {
        Review::Seen(seen) if seen > right.reach => (0, harm, right.reach),
        Review::Seen(_) => (1, harm, right.reach),
        Review::Drafted | Review::Reviewed => (2, harm, right.reach),
    }
}
