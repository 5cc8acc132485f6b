//! The first draft, from rules and never from what was seen: else every flaw would become the rule.

use super::{Matrix, PathPattern, Reach, Review, Right, Row};
use crate::catalogue::{Action, Catalogue, Protection};
use crate::manifest::Role;
use std::collections::BTreeSet;

/// Words of actions that anybody may use before he is signed in.
const PUBLIC: &[&str] = &[
    "login",
    "signin",
    "signup",
    "register",
    "registration",
    "session",
    "sessions",
    "auth",
    "authenticate",
    "token",
    "oauth",
    "forgot",
    "reset",
    "health",
    "healthz",
    "readyz",
    "livez",
    "ping",
    "status",
    "version",
    "openapi",
    "swagger",
    "docs",
    "robots",
    "favicon",
    "public",
    "shared",
    "legal",
    "privacy",
    "terms",
];

/// Words of actions that are not for everybody who is signed in.
const PRIVILEGED: &[&str] =
    &["admin", "administrator", "administration", "internal", "debug", "maintenance", "superuser", "root", "sysadmin"];

/// Words in the name of a role that such actions may be for.
const PRIVILEGED_ROLES: &[&str] = &["admin", "owner", "root", "super", "staff", "support", "manager", "operator"];

impl Matrix {
    /// A draft for all actions. Every reach in it is marked `?`: nobody looked yet.
    pub fn draft(catalogue: &Catalogue, roles: &[Role]) -> Self {
        let mut matrix = Self { roles: roles.iter().map(|role| role.name.clone()).collect(), ..Self::default() };
        matrix.add_missing(catalogue, roles);
        matrix
    }

    /// Adds a drafted row for every action that has none, and returns how many there were.
    pub fn add_missing(&mut self, catalogue: &Catalogue, roles: &[Role]) -> usize {
        let before = self.rows.len();
        let common = catalogue.common_words();
        for action in &catalogue.actions {
            if action.verb == "OPTIONS" || action.verb == "HEAD" || self.row(None, &action.verb, &action.path).is_some()
            {
                continue;
            }
            let Ok(path) = PathPattern::parse(&action.path) else { continue };
            let anonymous = anonymous(action);
            let mut rights = vec![drafted(anonymous)];
            for name in &self.roles {
                let role = roles.iter().find(|role| role.name == *name);
                rights.push(drafted(role.map_or(Reach::None, |role| of_role(action, role, anonymous, &common))));
            }
            self.rows.push(Row {
                state: None,
                verbs: vec![action.verb.clone()],
                path,
                rights,
                why: None,
                line: 0,
                comments: Vec::new(),
            });
        }
        self.rows.len() - before
    }
}

fn drafted(reach: Reach) -> Right {
    Right { reach, review: Review::Drafted }
}

fn anonymous(action: &Action) -> Reach {
    let has_key = action.path.contains('{');
    let public = !has_key && path_words(action).any(|word| PUBLIC.contains(&word.as_str()));
    match &action.protection {
        Protection::Protected(_) => Reach::None,
        Protection::Open => Reach::All,
        Protection::Silent if public => Reach::All,
        Protection::Silent => Reach::None,
    }
}

fn of_role(action: &Action, role: &Role, anonymous: Reach, common: &BTreeSet<String>) -> Reach {
    let told = path_words(action).filter(|word| !common.contains(word));
    let told = told.chain(action.tags.iter().map(|tag| tag.to_lowercase()));
    let privileged = told.into_iter().any(|word| PRIVILEGED.contains(&word.as_str()));
    let of_rank = PRIVILEGED_ROLES.iter().any(|word| role.name.to_lowercase().contains(word));
    if anonymous == Reach::All || role.crosses_tenants {
        return Reach::All;
    }
    if privileged && !of_rank {
        return Reach::None;
    }
    // Inside one tenant nothing is expected of reads; to change what others made is worth a question.
    if role.shares_tenant && (action.is_safe() || of_rank) { Reach::Tenant } else { Reach::Own }
}

fn path_words(action: &Action) -> impl Iterator<Item = String> {
    let literals = action.path.split('/').filter(|segment| !segment.contains('{'));
    literals.flat_map(|segment| segment.split(['-', '_', '.'])).map(str::to_lowercase)
}
