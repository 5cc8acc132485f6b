//! What else a service shows to whoever asks: whether it is well, its policy, who one is, its forms, payments.

use super::forms::{Form, with_password};
use super::visitor::Visitor;
use crate::catalogue::Action;
use crate::checks::promises::{POLICIES, policy_link, promised};
use crate::manifest::{ActionPattern, RequestLine};
use crate::plan::outside::is_payment;
use crate::plan::slots::words;
use crate::walk::ABOUT_ONESELF;

/// Where a service usually says that it is well.
const HEALTH: &[&str] = &[
    "/health",
    "/healthz",
    "/api/health",
    "/readyz",
    "/ready",
    "/livez",
    "/status",
    "/ping",
    "/up",
    "/_health",
    "/actuator/health",
];
/// Last words of such a path.
const HEALTH_WORDS: &[&str] =
    &["health", "healthz", "healthcheck", "readyz", "ready", "livez", "live", "ping", "status", "up"];
/// Where forms usually stand.
const FORMS: &[&str] = &[
    "/login",
    "/signin",
    "/sign-in",
    "/users/sign_in",
    "/accounts/login/",
    "/auth/login",
    "/signup",
    "/register",
    "/sign-up",
    "/users/sign_up",
    "/accounts/signup/",
    "/auth/register",
];
/// Words of a link that leads to one.
const LEADS: &[&str] =
    &["login", "log-in", "signin", "sign-in", "sign_in", "signup", "sign-up", "sign_up", "register", "/auth"];
/// Where a service without a document usually says who one is.
const ONESELF: &[&str] = &["/me", "/api/me", "/account", "/whoami", "/profile", "/users/me", "/api/user"];
/// Words of a path by which a record of what happened is read.
const RECORD_WORDS: &[&str] = &[
    "audit",
    "auditlog",
    "auditlogs",
    "events",
    "activity",
    "activities",
    "journal",
    "trail",
    "history",
    "log",
    "logs",
];
/// Most payments that are named.
const PAYMENTS_MAX: usize = 20;

/// A policy, and how many promises stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its path.
    pub path: String,
    /// What it promises, each once: the sentence.
    pub promises: Vec<String>,
}

/// A request that answers whoever is signed in with himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its path.
    pub path: String,
    /// It looks like one by its name; else it is only something that asks for a sign-in.
    pub is_likely: bool,
}

/// The path that says whether the service is well.
pub(super) async fn health(visitor: &mut Visitor, actions: &[Action]) -> Option<String> {
    let said =
        actions.iter().filter(|action| is_read(action) && HEALTH_WORDS.contains(&last_word(&action.path).as_str()));
    let said: Vec<String> = said.map(Action::address_path).collect();
    for path in said.into_iter().chain(HEALTH.iter().map(|path| (*path).to_owned())) {
        let seen = visitor.get(&path).await?;
        // What it was led to is a page for people.
        if visitor.is_there(&seen) && seen.path == path {
            return Some(path);
        }
    }
    None
}

/// The policy, and what stands in it.
pub(super) async fn policy(visitor: &mut Visitor) -> Option<Policy> {
    let home = visitor.get("/").await?;
    let linked =
        home.page().zip(visitor.address_of(&home.path)).and_then(|(html, address)| policy_link(&html, &address));
    for path in linked.into_iter().chain(POLICIES.map(str::to_owned)) {
        let Some(html) = visitor.get(&path).await?.page() else { continue };
        if let Some(promises) = promised(&html) {
            return Some(Policy { path, promises: promises.into_iter().map(|(_, sentence)| sentence).collect() });
        }
    }
    None
}

/// Forms that take a password: on the first page, on those that it links to, and at the usual places.
pub(super) async fn forms(visitor: &mut Visitor) -> Vec<Form> {
    let mut open = vec!["/".to_owned()];
    if let Some(home) = visitor.get("/").await {
        open.extend(home.page().iter().flat_map(|html| leading(visitor, &home.path, html)));
    }
    open.extend(FORMS.iter().map(|path| (*path).to_owned()));
    let mut found: Vec<Form> = Vec::new();
    for path in open {
        let both = found.iter().any(Form::signs_up) && found.iter().any(|form| !form.signs_up());
        if both {
            break;
        }
        let Some(seen) = visitor.get(&path).await else { break };
        for form in seen.page().iter().flat_map(|html| with_password(html, &seen.path)) {
            // A form of another host is none of this service.
            let Some(action) = visitor.path_of(&form.page, &form.action) else { continue };
            let form = Form { action, ..form };
            if !found.iter().any(|known| known.action == form.action && known.signs_up() == form.signs_up()) {
                found.push(form);
            }
        }
    }
    found
}

/// Links of a page that lead to a form.
fn leading(visitor: &Visitor, page: &str, html: &str) -> Vec<String> {
    let Some(address) = visitor.address_of(page) else { return Vec::new() };
    let links = crate::checks::promises::followable(html, &address);
    links.into_iter().filter(|link| LEADS.iter().any(|word| link.to_lowercase().contains(word))).take(6).collect()
}

/// What answers the signed-in with himself: an action of that name; without a document, a usual place that asks nobody in.
pub(super) async fn proof(visitor: &mut Visitor, actions: &[Action]) -> Option<Proof> {
    let reads = || actions.iter().filter(|action| is_read(action) && !is_open(action));
    let rank = |action: &&Action| ABOUT_ONESELF.iter().position(|word| last_word(&action.path) == *word);
    let named = reads().filter(|one| rank(one).is_some()).min_by_key(|one| (rank(one), one.path.len()));
    if let Some(action) = named {
        return Some(Proof { path: action.address_path(), is_likely: true });
    }
    for path in ONESELF {
        let seen = visitor.get(path).await?;
        let asks = matches!(seen.answer.status, 401 | 403) || seen.path != *path && leads_to_a_form(&seen.path);
        if asks && !refuses_everything(visitor).await {
            return Some(Proof { path: (*path).to_owned(), is_likely: true });
        }
    }
    let guarded = reads().filter(|one| matches!(one.protection, crate::catalogue::Protection::Protected(_)));
    let shortest = guarded.min_by_key(|action| action.path.len())?;
    Some(Proof { path: shortest.address_path(), is_likely: false })
}

/// Some services ask for a sign-in wherever one looks: then it shows nothing.
async fn refuses_everything(visitor: &mut Visitor) -> bool {
    let Some(nowhere) = visitor.nowhere().await else { return false };
    matches!(nowhere.answer.status, 401 | 403) || leads_to_a_form(&nowhere.path)
}

fn leads_to_a_form(path: &str) -> bool {
    LEADS.iter().any(|word| path.to_lowercase().contains(word))
}

/// Actions by which money moves, by the words of their paths.
pub(super) fn payments(actions: &[Action]) -> Vec<String> {
    let moves = |action: &&Action| {
        !action.is_safe() && is_payment(&words(&action.path)) && ActionPattern::parse(&action.name()).is_ok()
    };
    actions.iter().filter(moves).map(Action::name).take(PAYMENTS_MAX).collect()
}

/// What looks like the record of who did what.
pub(super) fn record(actions: &[Action]) -> Option<String> {
    let says = |action: &&Action| is_read(action) && RECORD_WORDS.contains(&last_word(&action.path).as_str());
    actions.iter().find(says).map(Action::address_path)
}

/// Whether it reads, and can be written on a line as it is.
fn is_read(action: &Action) -> bool {
    let line = format!("GET {}", action.address_path());
    action.verb == "GET"
        && !action.path.contains('{')
        && RequestLine::parse(&line).is_ok_and(|line| line.body.is_none())
}

fn is_open(action: &Action) -> bool {
    action.protection == crate::catalogue::Protection::Open
}

/// The last part of a path as one word: `audit-log` is `auditlog`.
fn last_word(path: &str) -> String {
    path.split('/').rfind(|part| !part.is_empty()).map(|part| words(part).concat()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_known_by_their_last_words() {
        let actions = ["GET /api/events", "POST /orders/{order}/pay", "GET /orders/{order}/pay", "POST /payees"]
            .map(|name| name.split_once(' ').unwrap())
            .map(|(verb, path)| Action::new(verb, path));
        assert_eq!(payments(&actions), ["POST /orders/{order}/pay"]);
        assert_eq!(record(&actions).as_deref(), Some("/api/events"));
        assert_eq!(last_word("/api/audit-log/"), "auditlog");
    }
}
