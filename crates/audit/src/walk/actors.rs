//! The people of the walk and what their sessions send.

use crate::client::{Answer, Request};
use crate::compare::leaves;
use crate::evidence::{ActorFact, Secrets};
use crate::manifest::{Credential, SignIn, Template};
use crate::matrix::PathPattern;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most keys that are remembered from the answers to one actor.
const SAID_MAX: usize = 500;
/// Shortest value of an account that can stand for its owner without a telling name.
const IDENTITY_LENGTH_MIN: usize = 4;

/// Holes that say who one is. A header of them alone is a credential, however weak.
const NAMES_ONESELF: [&str; 6] = ["name", "mail", "email", "username", "user", "key"];

/// Somebody who walks.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who he is.
    pub fact: ActorFact,
    /// What he knows: name, password, token …, by the names of the manifest's holes.
    pub values: BTreeMap<String, String>,
    /// What his requests carry.
    pub session: Session,
    /// What the service says about him: path in its answers, and value.
    pub identity: Vec<(String, String)>,
    /// Values in answers to him whose names end like keys, with those names.
    pub said: Vec<(String, String)>,
    /// Shown alive when last looked at.
    pub alive: bool,
    /// He made his account himself, so he can make another.
    pub signed_up: bool,
}

/// What a signed-in actor's requests carry.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// Credentials with the paths that they are for; everywhere when empty.
    pub credentials: Vec<Carried>,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// How each was set: its attributes in lowercase, such as `httponly` and `samesite=lax`.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// One credential, filled.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Header or parameter.
    pub name: String,
    /// Its value.
    pub value: String,
    /// In the query and not in a header.
    pub in_query: bool,
    /// Paths that it is for.
    pub only: Vec<PathPattern>,
    /// It says where one is and not who: filled with nothing secret, so that anybody can send another's.
    pub is_place: bool,
}

impl Actor {
    /// Adds what his session carries to a request.
    pub fn sign(&self, request: &mut Request) {
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        let mut cookies: Vec<String> = self.session.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        for carried in &self.session.credentials {
            if !carried.only.is_empty() && !carried.only.iter().any(|pattern| pattern.matches(&path)) {
                continue;
            }
            // Whoever names another place means it.
            if carried.is_place && carried.is_in(&request.path, &request.headers) {
                continue;
            }
            if carried.in_query {
                let sign = if request.path.contains('?') { '&' } else { '?' };
                let value = crate::client::percent_encode(&carried.value);
                request.path.push_str(&format!("{sign}{}={value}", carried.name));
            } else if carried.name.eq_ignore_ascii_case("cookie") {
                cookies.push(carried.value.clone());
            } else {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&carried.name));
                request.headers.push((carried.name.clone(), carried.value.clone()));
            }
        }
        if !cookies.is_empty() {
            request.headers.push(("cookie".into(), cookies.join("; ")));
        }
        // The double-submit pattern: a page of the service would send the cookie's value back in a header.
        let token = self.session.cookies.iter().find(|(name, _)| {
            let name = name.to_lowercase();
            name.contains("csrf") || name.contains("xsrf")
        });
        if let Some((_, value)) = token.filter(|_| !matches!(request.method.as_str(), "GET" | "HEAD")) {
            for name in ["x-csrf-token", "x-xsrf-token", "x-csrftoken"] {
                request.headers.push((name.into(), value.clone()));
            }
        }
    }

    /// Takes the cookies of an answer into the session, as a browser would.
    pub fn take_cookies(&mut self, answer: &Answer, secrets: &Secrets) {
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let mut parts = set.split(';').map(str::trim);
            let name = parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default().trim().to_owned();
            let attributes = parts.map(|part| part.to_ascii_lowercase().replace(' ', "")).collect();
            self.session.attributes.insert(name, attributes);
        }
        for (name, value) in answer.cookies() {
            if value.is_empty() {
                self.session.cookies.remove(&name);
            } else {
                secrets.add(&value);
                self.session.cookies.insert(name, value);
            }
        }
    }

    /// Remembers what an answer to him names by key: it may be the only place where that key ever stands.
    pub fn remember(&mut self, value: &Value) {
        for (path, text) in leaves(value) {
            let words = crate::plan::slots::words(path.rsplit(['.', ']']).next().unwrap_or_default());
            let key = 1 < words.len()
                && words.last().is_some_and(|last| ["id", "uuid", "key", "number", "slug"].contains(&last.as_str()));
            let named = (words.join("_"), text);
            if key && self.said.len() < SAID_MAX && !self.said.contains(&named) {
                self.said.push(named);
            }
        }
    }

    /// Learns who he is from an answer that is about him.
    pub fn learn_identity(&mut self, value: &Value) {
        for (path, text) in leaves(value) {
            let name = path.rsplit(['.', ']']).next().unwrap_or_default();
            if crate::evidence::is_secret_name(name) || text == "true" || text == "false" || text.is_empty() {
                continue;
            }
            if !self.identity.contains(&(path.clone(), text.clone())) {
                self.identity.push((path, text));
            }
        }
    }

    /// The values that stand for him where a key of this kind is asked for, likeliest first: one whose name fits the
    /// parameter, then `id`, then anything else that tells him from others.
    pub fn keys(&self, parameter: &str) -> Vec<String> {
        let wanted = crate::plan::slots::words(parameter).join("_");
        let rank = |path: &str| {
            let whole = crate::plan::slots::words(path).join("_");
            let name = path.rsplit(['.', ']']).next().unwrap_or_default();
            let name = crate::plan::slots::words(name).join("_");
            match name.as_str() {
                _ if name == wanted || whole.ends_with(&format!("{wanted}_id")) => 0,
                _ if wanted.ends_with(&name) && !name.is_empty() => 1,
                "id" | "uuid" | "sub" | "user_id" | "account_id" => 2,
                "username" | "user_name" | "login" | "handle" | "name" | "email" | "mail" => 3,
                _ => 9,
            }
        };
        let mut ranked: Vec<_> = (self.identity.iter())
            .map(|(path, text)| (rank(path), path.matches('.').count(), text.clone()))
            .filter(|(rank, _, _)| *rank < 9)
            .collect();
        ranked.sort_by_key(|(rank, depth, _)| (*rank, *depth));
        let mut keys: Vec<String> = Vec::new();
        for (_, _, text) in ranked {
            if !keys.contains(&text) {
                keys.push(text);
            }
        }
        keys
    }

    /// Whether a value stands for this actor.
    pub fn is(&self, value: &str) -> bool {
        IDENTITY_LENGTH_MIN <= value.len() && self.identity.iter().any(|(_, text)| text == value)
    }
}

impl Carried {
    /// Whether a request names it already.
    fn is_in(&self, path: &str, headers: &[(String, String)]) -> bool {
        let beginning = format!("{}=", self.name);
        let query = path.split_once('?').map_or("", |(_, query)| query);
        if self.in_query {
            query.split('&').any(|pair| pair.starts_with(&beginning))
        } else {
            headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&self.name))
        }
    }

    /// Whether nothing that it is filled with is a secret.
    fn names_a_place(value: &Template) -> bool {
        let holes = value.names();
        let open = |hole: &&str| *hole == "tenant" || !crate::evidence::is_secret_name(hole);
        let oneself = |hole: &&str| NAMES_ONESELF.contains(hole) || hole.starts_with("actor.");
        !holes.is_empty() && holes.iter().all(open) && !holes.iter().any(oneself)
    }

    /// The credentials of a way to sign in, filled with what is known.
    pub fn of(sign_in: &SignIn, known: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Self>, String> {
        let only: Vec<_> = sign_in.only.iter().filter_map(|path| PathPattern::parse(path).ok()).collect();
        (sign_in.credentials.iter())
            .map(|credential| {
                let (name, value, in_query) = match credential {
                    Credential::Header { name, value } => (name, value, false),
                    Credential::Query { name, value } => (name, value, true),
                };
                let is_place = Self::names_a_place(value);
                let value = value.fill(known).map_err(|unfilled| unfilled.to_string())?;
                Ok(Self { name: name.clone(), value, in_query, only: only.clone(), is_place })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_of_oneself_are_found_by_name() {
        let fact = ActorFact { name: "ann".into(), role: "user".into(), tenant: "a".into(), throw_away: false };
        let mut actor = Actor {
            fact,
            values: BTreeMap::new(),
            session: Session::default(),
            identity: Vec::new(),
            said: Vec::new(),
            alive: true,
            signed_up: false,
        };
        actor.learn_identity(&json!({"user": {"id": 17, "username": "ann1", "token": "t"}, "admin": false}));
        assert_eq!(actor.keys("username"), ["ann1", "17"]);
        assert_eq!(actor.keys("id")[0], "17");
        assert!(actor.is("ann1") && !actor.is("17") && !actor.is("t"));
    }
}
