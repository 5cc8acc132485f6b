//! Secrets in answers: every answer to everybody is searched for what must come back to nobody.
//!
//! Looked for are values that are known (passwords and keys of those who walk, secrets that the manifest names), digests
//! of known passwords, texts in the form of a stored password, and what the matrix hides. What was found is written down
//! by the place where it stood, never by its value.

use super::objects::Object;
use super::reach::Reached;
use super::world::{Call, Who, World};
use crate::checks::authorization::az09::{Exposed, HiddenField, Kind};
use crate::client::{Answer, Purpose};
use crate::compare::leaves;
use crate::evidence::{Form, Reading};
use crate::plan::slots::{reads, words};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::collections::{BTreeMap, BTreeSet};

/// Shortest known value that cannot stand in an answer by chance.
const KNOWN_LENGTH_MIN: usize = 8;
/// Shortest value that is a digest, in hex digits.
const DIGEST_LENGTH_MIN: usize = 32;
/// Shortest secret that is made by a service.
const GIVEN_LENGTH_MIN: usize = 12;
/// Shortest credential that is made by a service.
const CREDENTIAL_LENGTH_MIN: usize = 16;
/// Most requests that are kept for one field that the matrix hides.
const BEARING_MAX: usize = 16;
/// Most things that somebody is brought into to see whether such a field is kept from him there.
const INSIDE_MAX: usize = 3;
/// How stored passwords begin: modular crypt formats (bcrypt, Argon2, scrypt, PBKDF2, SHA-crypt, MD5-crypt), and those
/// of Django and Werkzeug.
const STORED: &[&str] = &[
    "$2a$",
    "$2b$",
    "$2y$",
    "$argon2",
    "$scrypt$",
    "$7$",
    "$pbkdf2",
    "$6$",
    "$5$",
    "$1$",
    "pbkdf2_sha",
    "pbkdf2:sha",
    "scrypt:",
    "argon2$argon2",
    "bcrypt$",
    "bcrypt_sha256$",
];

/// What was found so far.
#[derive(Debug, Default)]
pub struct Secrecy {
    /// Answers that were searched.
    pub answers: u32,
    /// Each exposure once.
    pub exposed: BTreeSet<Exposed>,
    /// Digests of passwords: the text, whose, and by which function.
    digests: BTreeMap<String, (String, &'static str)>,
    /// Passwords whose digests are known.
    digested: BTreeSet<String>,
    /// Fields that the matrix hides from somebody, and the requests that showed them to anybody, by what was sent.
    bearing: BTreeMap<String, BTreeMap<String, Call>>,
    /// Secrets that were given out when they were made.
    given: BTreeSet<String>,
    /// What the last success of each action handed out under the name of a credential, and what was sent for it.
    pub(super) handed: BTreeMap<usize, (Call, Vec<String>)>,
    /// Which of all requests answered a role with success.
    answered: BTreeMap<String, BTreeSet<String>>,
}

impl World<'_> {
    /// Searches an answer. What the request itself sent is an echo and proves nothing.
    pub(super) fn look_for_secrets(&mut self, who: Who, call: &Call, answer: &Answer, reading: Reading) {
        let read = self.action_at(&call.method, &call.path).filter(|_| !answer.body.is_empty());
        let Some(action) = read else { return };
        self.secrecy.answers += 1;
        self.digest_passwords();
        let name = self.action(action).name();
        let fact = self.fact(who);
        let sent = call.sent_text();
        let mut found: Vec<(String, Kind)> = Vec::new();
        let text = answer.text();
        let is_read = reads(self.action(action), self.slots.named(action));
        let hides = self.matrix.as_ref().is_some_and(|matrix| matrix.fields.iter().any(|rule| !rule.fixed));
        let value = if hides { answer.value() } else { answer.json() };
        let fields = value.map(|value| leaves(&value)).unwrap_or_default();
        for secret in &self.manifest.target.secrets {
            let value = secret.reveal();
            if KNOWN_LENGTH_MIN <= value.len() && text.contains(value) && !sent.contains(value) {
                let place = fields.iter().find(|(_, text)| text.contains(value)).map(|(path, _)| path.clone());
                found.push((place.unwrap_or_default(), Kind::Told));
            }
        }
        for (path, value) in &fields {
            if !sent.contains(value.as_str())
                && let Some(kind) = self.secret_kind(&fact.name, &self.action(action).name(), value)
            {
                found.push((path.clone(), kind));
            }
        }
        if reading == Reading::Success {
            found.extend(password_columns(&fields).into_iter().map(|path| (path, Kind::Column)));
            for (path, value) in fields.iter().filter(|(path, value)| is_given_once(path) && !is_masked(value)) {
                if is_read && self.secrecy.given.contains(value) {
                    found.push((path.clone(), Kind::Again));
                } else if !is_read && GIVEN_LENGTH_MIN <= value.len() {
                    self.secrecy.given.insert(value.clone());
                }
            }
            if !is_read {
                let handed =
                    fields.iter().filter(|(path, value)| is_credential(path, value) && !sent.contains(value.as_str()));
                let handed: Vec<String> = handed.map(|(_, value)| value.clone()).collect();
                if !handed.is_empty() {
                    self.secrecy.handed.insert(action, (call.clone(), handed));
                }
            }
            if let Some(matrix) = &self.matrix {
                let role = if who.is_none() { crate::matrix::ANONYMOUS } else { &fact.role };
                self.secrecy.answered.entry(role.to_owned()).or_default().insert(asked_for(call));
                for (path, value) in fields.iter().filter(|(path, _)| matrix.hides_from_any(last(path))) {
                    let bearing = self.secrecy.bearing.entry(last(path).to_owned()).or_default();
                    if is_read && !is_masked(value) && bearing.len() < BEARING_MAX {
                        bearing.entry(asked_for(call)).or_insert_with(|| call.clone());
                    }
                }
                let hidden = fields.iter().filter(|(path, value)| !is_masked(value) && matrix.hides(last(path), role));
                found.extend(hidden.map(|(path, _)| (path.clone(), Kind::Hidden)));
            }
        }
        for (field, kind) in found {
            self.secrecy.exposed.insert(Exposed { action: name.clone(), role: fact.role.clone(), field, kind });
        }
    }

    /// Lets one of each role from whom the matrix hides something read what it may read, so that it is seen what it is
    /// shown.
    pub(super) async fn read_for_the_hidden(&mut self) {
        let reads: Vec<(usize, Call)> =
            self.met.values().filter(looks).map(|met| (met.actor, met.call.clone())).collect();
        let bearing: Vec<Call> = self.secrecy.bearing.values().flat_map(BTreeMap::values).cloned().collect();
        let mut roles: BTreeSet<String> = BTreeSet::new();
        for at in 0..self.actors.len() {
            let fact = self.actors[at].fact.clone();
            if fact.throw_away || !self.is_kept_in_the_dark(&fact.role) || !roles.insert(fact.role.clone()) {
                continue;
            }
            for (owner, call) in &reads {
                if *owner != at && self.relation(Some(at), *owner) != "other tenant" {
                    self.ask(Some(at), call, Purpose::Other).await;
                }
            }
            for call in &bearing {
                self.ask(Some(at), call, Purpose::Other).await;
            }
        }
    }

    /// The same for whoever can be brought into something: what lies in it is shown to him there alone.
    pub(super) async fn read_for_the_hidden_inside(&mut self, slot: usize) {
        let bearing: Vec<Call> = self.secrecy.bearing.values().flat_map(BTreeMap::values).cloned().collect();
        let mut read: BTreeSet<String> = BTreeSet::new();
        for at in 0..self.actors.len() {
            let fact = self.actors[at].fact.clone();
            if fact.throw_away || !self.is_kept_in_the_dark(&fact.role) || !read.insert(fact.role.clone()) {
                continue;
            }
            for call in bearing.iter().take(INSIDE_MAX) {
                let shown_by = |object: &Object| {
                    let item = self.slots.all[object.slot].item.filter(|_| object.keys.contains_key(&slot));
                    item.and_then(|item| self.read_call(item, &object.keys).ok()).as_ref() == Some(call)
                };
                let Some(object) = self.objects.iter().position(shown_by) else { continue };
                let may_join = self.can_join(at, self.objects[object].owner);
                if may_join && !self.brought_in(object, &[Some(at)]).await.is_empty() {
                    self.ask(Some(at), call, Purpose::Other).await;
                }
            }
        }
    }

    /// Whether the matrix hides something from a role.
    fn is_kept_in_the_dark(&self, role: &str) -> bool {
        let rules = self.matrix.iter().flat_map(|matrix| &matrix.fields).filter(|rule| !rule.fixed);
        let mut rules = rules.map(|rule| &rule.roles);
        rules.any(|roles| roles.is_empty() || roles.iter().any(|own| own == role))
    }

    /// What the matrix hides from whom, and whether he was answered by anything that shows it to somebody.
    pub(super) fn hidden_fields(&self) -> Vec<HiddenField> {
        let Some(matrix) = &self.matrix else { return Vec::new() };
        let walking: BTreeSet<&str> =
            self.actors.iter().filter(|one| !one.fact.throw_away).map(|one| one.fact.role.as_str()).collect();
        let rules = matrix.fields.iter().filter(|rule| !rule.fixed);
        let each = rules.flat_map(|rule| rule.names.iter().map(move |name| (name, &rule.roles)));
        let mut hidden: Vec<HiddenField> = Vec::new();
        for (field, roles) in each {
            let (none, nothing) = (BTreeSet::new(), BTreeMap::new());
            let bearing = self.secrecy.bearing.get(field).unwrap_or(&nothing);
            for role in walking.iter().filter(|role| roles.is_empty() || roles.iter().any(|own| own == **role)) {
                let answered = self.secrecy.answered.get(*role).unwrap_or(&none);
                let looked = bearing.keys().any(|asked| answered.contains(asked));
                hidden.push(HiddenField { field: field.clone(), role: (*role).to_owned(), looked });
            }
        }
        hidden
    }

    /// What a whole value of an answer is, where it is a secret.
    fn secret_kind(&self, actor: &str, action: &str, value: &str) -> Option<Kind> {
        if value.len() < KNOWN_LENGTH_MIN {
            return None;
        }
        if let Some((_, function)) = self.secrecy.digests.get(&value.to_lowercase()) {
            return Some(Kind::Digest((*function).to_owned()));
        }
        let after = |start: &&&str| value.len() >= start.len() + 16 && value[start.len()..].contains('$');
        if STORED.iter().filter(|start| value.starts_with(**start)).any(|start| after(&start)) {
            return Some(Kind::Stored);
        }
        let known =
            |actor: &super::actors::Actor, name: &str| actor.values.get(name).is_some_and(|known| known == value);
        let told = self.actors.iter().filter(|one| !one.fact.role.is_empty());
        if told.clone().any(|one| known(one, "password") && !one.identity.iter().any(|(_, text)| text == value)) {
            return Some(Kind::Password);
        }
        // One's own key may be shown to oneself, and is told at the sign-in.
        let of_another = |one: &&super::actors::Actor| one.fact.name != actor && !one.fact.throw_away;
        let keyed = self.actors.iter().filter(of_another).any(|one| known(one, "key") || known(one, "secret"));
        (keyed && !action.is_empty()).then_some(Kind::Key)
    }

    fn digest_passwords(&mut self) {
        for actor in &self.actors {
            // Of whom nobody told the role, the password is only guessed at, and is nobody's.
            let known = actor.values.get("password").filter(|_| !actor.fact.role.is_empty());
            let Some(password) = known.filter(|text| KNOWN_LENGTH_MIN <= text.len()) else {
                continue;
            };
            if !self.secrecy.digested.insert(password.clone()) {
                continue;
            }
            let bytes = password.as_bytes();
            let digests = [
                (hex::encode(Md5::digest(bytes)), "MD5"),
                (hex::encode(Sha1::digest(bytes)), "SHA-1"),
                (hex::encode(Sha256::digest(bytes)), "SHA-256"),
                (hex::encode(Sha512::digest(bytes)), "SHA-512"),
            ];
            let whose = actor.fact.name.clone();
            self.secrecy.digests.extend(digests.map(|(text, function)| (text, (whose.clone(), function))));
        }
    }
}

/// What a request asks for.
fn asked_for(call: &Call) -> String {
    format!("{} {}", call.method, call.sent_text())
}

/// Whether it was a look, which may be called by POST, too.
fn looks(met: &&Reached) -> bool {
    met.call.method == "GET" || matches!(met.form, Form::Read | Form::List)
}

/// Fields that are called after a stored password and hold digests: long, in hexadecimal digits or base64, not masked.
fn password_columns(fields: &[(String, String)]) -> BTreeSet<String> {
    let stored = |path: &str| {
        let name = words(last(path));
        let of = |words: &[&str]| name.iter().any(|word| words.contains(&word.as_str()));
        let secret = of(&["password", "passwd", "pwd", "passphrase"]);
        secret && of(&["hash", "hashed", "digest", "salt", "encrypted"])
            || of(&["hash", "hashed"]) && of(&["key", "token", "secret", "pin"])
            || name.join("") == "passwordhash"
    };
    let is_digest = |text: &str| {
        let bare = text.rsplit([':', '$']).next().unwrap_or(text);
        let letters = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
        DIGEST_LENGTH_MIN <= bare.len() && bare.chars().all(letters)
    };
    let found = fields.iter().filter(|(path, text)| stored(path) && is_digest(text) && !is_masked(text));
    found.map(|(path, _)| path.clone()).collect()
}

/// Whether a field holds what is told once: `secret`, `api_key`.
fn is_given_once(path: &str) -> bool {
    let name = words(last(path)).join("");
    ["secret", "apikey", "privatekey", "secretkey"].iter().any(|end| name.ends_with(end))
}

/// Whether a field may hold a credential: `token`, `api_key`, `key`.
fn is_credential(path: &str, value: &str) -> bool {
    const NAMES: &[&str] = &["token", "key", "secret", "apikey", "pat", "credential", "value", "plaintext"];
    let named = words(last(path)).last().is_some_and(|word| NAMES.contains(&word.as_str()));
    named && CREDENTIAL_LENGTH_MIN <= value.len() && value.chars().all(|c| c.is_ascii_graphic())
}

/// A value that shows nothing: empty, all of one sign, or a word for it.
fn is_masked(value: &str) -> bool {
    const WORDS: &[&str] = &["redacted", "hidden", "masked", "null", "none", "secret"];
    let bare = value.trim().trim_matches(|c: char| "[]<>()*•xX.-".contains(c));
    bare.is_empty() || WORDS.contains(&bare.to_lowercase().as_str())
}

/// The name of a field.
fn last(path: &str) -> &str {
    path.trim_end_matches("[]").rsplit('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_of_stored_passwords() {
        let field = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let digest = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
        let found = |path: &str, text: &str| !password_columns(&[field(path, text)]).is_empty();
        assert!(found("users[].passwordHash", digest) && found("hashed_password", digest));
        assert!(found("api_key_hash", &format!("sha256:{digest}")));
        assert!(!found("users[].passwordHash", "********************************"));
        assert!(!found("etag", digest) && !found("password_changed_at", "2026-11-22T10:00:00Z"));
        assert!(!found("commit.hash", digest) && !found("has_password", "true"));
    }

    proptest! {
        #[test]
        fn any_field_is_one_or_not(path in ".*", text in ".*") {
            password_columns(&[(path, text.clone())]);
            is_masked(&text);
        }
    }
}
