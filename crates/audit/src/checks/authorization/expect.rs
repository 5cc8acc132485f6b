//! What is expected of an actor, and how strong the expectation is: a reviewed row of the matrix before the walls, the
//! walls before the document, the document before words.

use std::collections::BTreeSet;

use crate::catalogue::Action;
use crate::evidence::{ActorFact, Run};
use crate::matrix::{Matrix, Reach, Review};
use crate::plan::slots::words;
use crate::verdict::Strength;

/// Whether somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// He may: there is no cell.
    Allowed,
    /// He may not.
    Forbidden,
    /// Nobody said.
    Unknown,
}

/// What is expected of one actor in one relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectation {
    /// Whether he may.
    pub rule: Rule,
    /// By what.
    pub strength: Strength,
    /// The reach of his role, where a reviewed row says it.
    pub reach: Option<Reach>,
}

/// What is expected of an actor who is this to the owner. `on_object` is true where the action is about an object of
/// the owner's.
pub fn expect(
    run: &Run,
    matrix: Option<&Matrix>,
    action: &str,
    actor: &ActorFact,
    relation: &str,
    on_object: bool,
) -> Expectation {
    let fact = run.actions.iter().find(|fact| fact.name == action);
    let (verb, path) = fact.map_or(("", ""), |fact| (fact.verb.as_str(), fact.path.as_str()));
    let right = matrix.and_then(|matrix| matrix.right(verb, path, &actor.role)).map(|(_, right)| right);
    if let Some(right) = right.filter(|right| right.review == Review::Reviewed) {
        let needed = match relation {
            "same tenant" if on_object => Reach::Tenant,
            // Without an object of somebody's, whoever may do it at all may do it.
            _ if !on_object && relation != "anonymous" => Reach::Own,
            _ => Reach::All,
        };
        // Staff whose reach is bounded: what it means across tenants only the matrix's author knows.
        let rule = match (needed <= right.reach, relation, right.reach) {
            (true, ..) => Rule::Allowed,
            (false, "staff", reach) if reach != Reach::None => Rule::Unknown,
            (false, ..) => Rule::Forbidden,
        };
        return Expectation { rule, strength: Strength::Matrix, reach: Some(right.reach) };
    }
    let of = |rule, strength| Expectation { rule, strength, reach: None };
    let protected = fact.is_some_and(|fact| fact.protected);
    let privileged = fact.is_some_and(|fact| fact.privileged.is_some());
    match relation {
        "anonymous" | "other tenant" if on_object => of(Rule::Forbidden, Strength::Wall),
        "anonymous" if protected => of(Rule::Forbidden, Strength::Document),
        "staff" => of(Rule::Allowed, Strength::None),
        _ if privileged => of(Rule::Forbidden, Strength::Words),
        _ => of(Rule::Unknown, Strength::None),
    }
}

/// What is expected of a member of this role who is in a state: the row of the state, else the action's own. Whoever may
/// reach what he is a member of may, and without an object whoever may do it at all; what nobody reviewed is not known.
pub fn expect_as_member(
    run: &Run,
    matrix: Option<&Matrix>,
    action: &str,
    role: &str,
    state: &str,
    on_object: bool,
) -> Expectation {
    let fact = run.actions.iter().find(|fact| fact.name == action);
    let (verb, path) = fact.map_or(("", ""), |fact| (fact.verb.as_str(), fact.path.as_str()));
    let in_state = |matrix: &Matrix, state| matrix.right_in(state, verb, path, role).map(|(_, right)| right);
    let right = matrix.and_then(|matrix| in_state(matrix, Some(state)).or_else(|| in_state(matrix, None)));
    match right.filter(|right| right.review == Review::Reviewed) {
        Some(right) => {
            let needed = if on_object { Reach::Member } else { Reach::Own };
            let rule = if right.reach < needed { Rule::Forbidden } else { Rule::Allowed };
            Expectation { rule, strength: Strength::Matrix, reach: Some(right.reach) }
        }
        None => Expectation { rule: Rule::Unknown, strength: Strength::None, reach: None },
    }
}

/// What is expected of this role once an object is in a state: what a reviewed row of the state says. Without one nobody
/// said that the state changes anything.
pub fn expect_in_state(run: &Run, matrix: Option<&Matrix>, action: &str, role: &str, state: &str) -> Rule {
    let fact = run.actions.iter().find(|fact| fact.name == action);
    let (verb, path) = fact.map_or(("", ""), |fact| (fact.verb.as_str(), fact.path.as_str()));
    let right = matrix.and_then(|matrix| matrix.right_in(Some(state), verb, path, role)).map(|(_, right)| right);
    match right.filter(|right| right.review == Review::Reviewed) {
        Some(right) if right.reach == Reach::None => Rule::Forbidden,
        Some(_) => Rule::Allowed,
        None => Rule::Unknown,
    }
}

/// The word in an action's path, tags or name that sounds privileged, unless it is one of those that stand in most paths.
/// Descriptions are left out: they often tell what administrators see of something that is for all.
pub fn privileged_word(action: &Action, common: &BTreeSet<String>) -> Option<String> {
    const WORDS: &[&str] = &[
        "admin",
        "admins",
        "administrator",
        "administration",
        "internal",
        "debug",
        "superuser",
        "root",
        "maintenance",
    ];
    let named =
        format!("{} {} {}", action.path, action.tags.join(" "), action.operation_id.as_deref().unwrap_or_default());
    words(&named).into_iter().find(|word| WORDS.contains(&word.as_str()) && !common.contains(word))
}
