//! What the walk is going to do, worked out before anything is sent: the cells of each action, and where a number is
//! only a bound, the reason why.
//!
//! Who is tried follows from people and matrix and is exact. What an action turns out to be — a list or not, reached or
//! not — only its first answer tells; there the likelier is counted and the other is said.

use super::setup::Setup;
use super::world::{World, relation};
use crate::catalogue::{Kind, Schema};
use crate::checks::authorization::check_of_relation;
use crate::checks::authorization::expect::{Rule, expect, expect_as_member};
use crate::error::Result;
use crate::evidence::Form;
use crate::plan::shape;
use std::collections::BTreeSet;

/// How deep a documented answer is searched for rows.
const ROWS_DEPTH_MAX: usize = 3;

/// One action as it will be walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// `PUT /notes/{note}`.
    pub action: String,
    /// Check, role and relation of each cell.
    pub cells: BTreeSet<(&'static str, String, String)>,
    /// Why there may be other cells than these, or none.
    pub bound: Option<String>,
    /// Why there are none at all.
    pub left_out: Option<String>,
}

impl World<'_> {
    /// Brings everybody in without signing anybody in, and says what would be walked.
    ///
    /// # Errors
    /// When the scratch evidence cannot be written.
    pub fn foresee(&mut self, setup: &Setup) -> Result<Vec<Foreseen>> {
        self.actors = self.manifest.actors.iter().map(|told| self.told_actor(told)).collect();
        self.write_run(setup)?;
        Ok((0..self.catalogue.actions.len()).map(|at| self.foresee_action(at)).collect())
    }

    fn foresee_action(&self, at: usize) -> Foreseen {
        let action = self.action(at).name();
        let left_out = self.left_out(at);
        let (cells, bound) = if left_out.is_some() { Default::default() } else { self.foresee_cells(at) };
        Foreseen { action, cells, bound, left_out }
    }

    fn foresee_cells(&self, at: usize) -> (BTreeSet<(&'static str, String, String)>, Option<String>) {
        let about = self.slots.about(at);
        let shape = shape(self.action(at), about.len());
        let Some(owner) = self.owners(at).first().copied() else { return Default::default() };
        let mut cells = BTreeSet::new();
        let mut bounds: Vec<String> = Vec::new();
        let unmade = about.iter().map(|slot| &self.slots.all[*slot]).find(|slot| {
            slot.producers.is_empty()
                && slot.lists.is_empty()
                && !self.manifest.make.contains_key(&slot.noun)
                && !self.manifest.fixtures.contains_key(&slot.noun)
        });
        if let Some(slot) = unmade {
            bounds.push(format!("not reached unless an answer names one ({})", slot.noun));
        }
        // Accounts are only touched on people who are made for it, and who belong to nobody here.
        let of_account = about.last().is_some_and(|slot| {
            self.slots.all[*slot].producers.first().is_some_and(|producer| self.is_sign_up(*producer))
        });
        let is_stranger = shape.form != Form::Read && of_account || self.is_personal(at);
        match shape.form {
            Form::List | Form::Plain => {
                let (rows, seen) = (self.shows_rows(at), self.recalled_rows(at).is_some());
                let listed = rows && (shape.form == Form::List || !self.is_personal(at));
                cells.extend(self.tried(at, owner, if listed { Form::List } else { Form::Plain }, is_stranger));
                let reads = shape.form == Form::List || rows;
                let words = match (reads, listed) {
                    (true, true) => Some("a list, if its owner finds rows of his in it"),
                    (true, false) => Some("no list, unless its owner finds rows of his in it"),
                    (false, _) => None,
                };
                bounds.extend(words.filter(|_| !seen).map(str::to_owned));
            }
            form => {
                cells.extend(self.tried(at, owner, form, is_stranger));
                let strangers = |cell: &(&str, String, String)| cell.2 == "other tenant";
                if 1 < self.slots.of(at).len() {
                    let misplaced = self.tried(at, owner, Form::Misplaced, is_stranger);
                    cells.extend(misplaced.into_iter().filter(strangers));
                    bounds.push("below a foreign parent only for strangers who can make that parent".into());
                }
                let below = !self.action(at).path.trim_end_matches('/').ends_with('}');
                if form == Form::Read && below && self.action(at).verb == "GET" && !self.slots.of(at).is_empty() {
                    if self.shows_rows(at) {
                        cells.extend(self.tried(at, owner, Form::List, is_stranger).into_iter().filter(strangers));
                    }
                    if self.recalled_rows(at).is_none() {
                        bounds.push("below a stranger's own key only if its owner finds rows of his in it".into());
                    }
                }
            }
        }
        for (state, role) in self.forbidden_as_members(at, owner) {
            bounds.push(format!("by a {state} only where somebody can be made one"));
            cells.insert(("AZ05", role, state));
        }
        bounds.dedup();
        let bound = (!bounds.is_empty()).then(|| bounds.join("; "));
        (cells, bound)
    }

    /// The cells of everybody who is tried, were the action of this form.
    fn tried(
        &self,
        at: usize,
        owner: usize,
        form: Form,
        is_stranger: bool,
    ) -> BTreeSet<(&'static str, String, String)> {
        let name = self.action(at).name();
        let on_object = form != Form::Plain;
        let mut owner_fact = self.actors[owner].fact.clone();
        if is_stranger {
            owner_fact.tenant = "\u{0}".into();
            owner_fact.name = "\u{0}".into();
        }
        let mut cells = BTreeSet::new();
        for (who, forbidden) in
            self.attackers_of(at, &owner_fact, on_object, &|who| self.fact(who).name != owner_fact.name)
        {
            if form == Form::Plain && !forbidden && who.is_some() {
                continue;
            }
            let fact = self.fact(who);
            let between = relation(&fact, &owner_fact);
            let expectation = expect(&self.run, self.matrix.as_ref(), &name, &fact, between, on_object);
            if expectation.rule == Rule::Allowed {
                continue;
            }
            if let Some(check) = check_of_relation(form, between, &expectation, &fact, &owner_fact) {
                cells.insert((check, fact.role, between.to_owned()));
            }
        }
        cells
    }

    /// States of members that the manifest can bring about, with the roles that may not do it all the same.
    fn forbidden_as_members(&self, at: usize, owner: usize) -> Vec<(String, String)> {
        let name = self.action(at).name();
        let mut found = Vec::new();
        let form = shape(self.action(at), self.slots.about(at).len()).form;
        for (state, _, noun) in self.manifest.memberships() {
            let without_object = self.slots.of(at).is_empty() && !self.is_personal(at);
            let below = self.slots.of(at).iter().any(|(slot, _)| self.slots.all[*slot].noun == noun);
            let concerned = without_object || below;
            for (who, actor) in self.actors.iter().enumerate().filter(|_| concerned) {
                let (role, on_object) =
                    (&actor.fact.role, form != Form::Plain && !(without_object && form != Form::List));
                let expected = expect_as_member(&self.run, self.matrix.as_ref(), &name, role, state, on_object);
                if self.can_join(who, owner) && expected.rule == Rule::Forbidden {
                    found.push((state.to_owned(), actor.fact.role.clone()));
                }
            }
        }
        found
    }

    /// Whether an action is one of the caller's own account or session.
    fn is_personal(&self, at: usize) -> bool {
        let shape = shape(self.action(at), self.slots.about(at).len());
        shape.form == Form::Plain && shape.personal && !self.makes_something(at)
    }

    /// Whether an action shows many things: an earlier walk saw it, or it stands above a key, or its document says so.
    fn shows_rows(&self, at: usize) -> bool {
        if let Some(seen) = self.recalled_rows(at) {
            return seen;
        }
        let known = self.slots.all.iter().any(|slot| slot.lists.contains(&at));
        let answers = self.action(at).successes().flat_map(|answer| &answer.media);
        known && self.action(at).verb == "GET" || answers.into_iter().any(|media| has_rows(&media.schema, 0))
    }
}

/// Whether a schema is a list of objects, or holds one.
fn has_rows(schema: &Schema, depth: usize) -> bool {
    match schema.kind() {
        Kind::Array => schema.items().is_some_and(|item| item.kind() == Kind::Object),
        Kind::Object if depth < ROWS_DEPTH_MAX => {
            schema.properties().iter().any(|(_, property)| has_rows(property, depth + 1))
        }
        _ => false,
    }
}
