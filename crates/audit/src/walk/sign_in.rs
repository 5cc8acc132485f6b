//! Signing in: by JSON, by form, or with a credential that is sent as it is.

use super::actors::{Actor, Carried, Session};
use super::second_factor::look_up;
use super::world::{Asked, Call, World};
use crate::client::{Body, Purpose};
use crate::compare::leaves;
use crate::error::{Result, Trouble};
use crate::evidence::{ActorFact, Reading, is_secret_name};
use crate::manifest::{self, FilledBody, FilledRequest, RequestLine, SignIn, TokenPlace};
use std::collections::BTreeMap;

impl From<FilledRequest> for Call {
    fn from(filled: FilledRequest) -> Self {
        let body = match filled.body {
            None => Body::None,
            Some(FilledBody::Json(value)) => Body::Json(value),
            Some(FilledBody::Form(pairs)) => Body::Form(pairs),
        };
        Self { method: filled.verb, path: filled.path, headers: Vec::new(), body }
    }
}

impl World<'_> {
    /// Makes the manifest's actors and signs each in, one after another.
    ///
    /// # Errors
    /// When one cannot sign in: nothing that follows would mean anything.
    pub async fn sign_all_in(&mut self) -> Result<()> {
        for told in &self.manifest.actors {
            let actor = self.told_actor(told);
            self.actors.push(actor);
            let at = self.actors.len() - 1;
            let place = self.manifest.place(&format!("actors.{}", told.id));
            let can_sign_in = ["password", "key", "token", "secret", "api_key"]
                .iter()
                .any(|name| self.actors[at].values.contains_key(*name));
            if !can_sign_in {
                if self.manifest.sign_up.is_none() {
                    return Err(Trouble::new(place, format!("{} has no password and there is no [sign_up]", told.id))
                        .hint(format!("password = \"env:{}\"", told.id.to_uppercase())));
                }
                self.sign_up(at).await.map_err(|why| Trouble::new(place.clone(), format!("cannot sign up: {why}")))?;
            }
            self.sign_in(at).await.map_err(|why| {
                Trouble::new(place.clone(), format!("{} cannot sign in: {why}", told.id))
                    .hint("try it by itself: plimsoll auth check")
            })?;
            if told.second_factor && self.app(at).is_none() {
                self.set_up_factor(at).await.map_err(|why| {
                    Trouble::new(place, format!("{} cannot set up a second factor: {why}", told.id))
                        .hint("[second_factor] set_up: the requests by which the service does it")
                })?;
            }
        }
        self.plant_identities();
        self.tell_apart()
    }

    /// Two people who carry the same credential are one to the service, and nothing that follows would mean anything.
    fn tell_apart(&self) -> Result<()> {
        for (at, actor) in self.actors.iter().enumerate() {
            let carried = |actor: &Actor| -> Vec<String> {
                let credentials = actor.session.credentials.iter().map(|one| one.value.clone());
                credentials.chain(actor.session.cookies.values().cloned()).collect()
            };
            let own = carried(actor);
            let twin = self.actors[..at].iter().find(|other| !own.is_empty() && carried(other) == own);
            if let Some(twin) = twin {
                let wrong = format!(
                    "{} and {} were given the same token, so the service cannot tell them apart",
                    twin.fact.name, actor.fact.name
                );
                return Err(Trouble::new(self.manifest.place(&format!("actors.{}", actor.fact.name)), wrong)
                    .hint("two accounts must have two credentials; if the service hands out one for all, that is the first thing to repair"));
            }
        }
        Ok(())
    }

    /// Signs an actor in by all ways that fit him, and proves it.
    ///
    /// # Errors
    /// One sentence: which request failed and how.
    pub async fn sign_in(&mut self, at: usize) -> Result<(), String> {
        self.actors[at].session.credentials.clear();
        let ways = self.ways_of(at);
        let mut failures = Vec::new();
        let mut signed = false;
        for way in &ways {
            match self.sign_in_by(at, way).await {
                Ok(()) => signed = true,
                Err(why) => failures.push(why),
            }
        }
        if !signed {
            return Err(if failures.is_empty() {
                "there is no [sign_in] that fits".into()
            } else {
                failures.join("; ")
            });
        }
        self.prove(at).await
    }

    /// Whether somebody of whom nothing is known but this name and password is let in.
    ///
    /// # Errors
    /// One sentence, where no sign-in takes these, or it answers nobody any more.
    pub(crate) async fn sign_in_as(&mut self, name: &str, password: &str) -> Result<bool, String> {
        let takes = self.manifest.sign_in.iter().any(|way| way.send.is_some() || way.form.is_some());
        if !takes {
            return Err("no sign-in takes a name and a password".into());
        }
        let number = self.actors.len();
        let values = [("name", name), ("mail", name), ("password", password)];
        self.actors.push(Actor {
            fact: ActorFact { name: name.to_owned(), role: String::new(), tenant: String::new(), throw_away: true },
            values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            session: Session::default(),
            identity: Vec::new(),
            said: Vec::new(),
            alive: false,
            signed_up: false,
        });
        let signed_in = self.sign_in(number).await;
        self.actors.truncate(number);
        match signed_in {
            Ok(()) => Ok(true),
            Err(why) if why.contains("answered 429") => Err(format!("the sign-in answers nobody any more: {why}")),
            Err(_) => Ok(false),
        }
    }

    /// The ways to sign in that fit somebody.
    pub(crate) fn ways_of(&self, at: usize) -> Vec<SignIn> {
        let told = self.manifest.actor(&self.actors[at].fact.name);
        let fits = |way: &&SignIn| told.is_none_or(|told| told.sign_in.is_empty() || told.sign_in.contains(&way.name));
        self.manifest.sign_in.iter().filter(fits).cloned().collect()
    }

    async fn sign_in_by(&mut self, at: usize, way: &SignIn) -> Result<(), String> {
        self.first_step(at, way).await?;
        if let Some(second) = way.second.as_ref().filter(|_| self.app(at).is_some()) {
            // The second step carries what the first one gave.
            let _ = self.carry(at, way);
            self.second_step(at, way, second).await?;
        }
        self.carry(at, way)?;
        for line in &way.then {
            let call = self.fill_line(line, Some(at))?;
            let asked = self.ask(Some(at), &call, Purpose::SignIn).await;
            if !asked.succeeded() {
                return Err(said(&line.text, &asked));
            }
            // What it does not say anew stays as it was.
            let _ = self.take_token(at, way, &asked);
            self.carry(at, way)?;
        }
        Ok(())
    }

    /// The request or the form of a way to sign in. Of two steps the first may answer whatever it likes.
    pub(super) async fn first_step(&mut self, at: usize, way: &SignIn) -> Result<(), String> {
        let is_half = way.second.is_some() && self.app(at).is_some();
        let asked = match (&way.form, &way.send) {
            (Some(form), _) => self.sign_in_by_form(at, form, way).await?,
            (None, Some(line)) => {
                // Old cookies would sign somebody in who is signed in.
                self.actors[at].session.cookies.clear();
                let asked = self.ask_with_code(line, at).await?;
                let answered = !matches!(asked.exchange.reading, Reading::Broken | Reading::Limited);
                if !(asked.succeeded() || is_half && answered) {
                    return Err(said(&line.text, &asked));
                }
                asked
            }
            (None, None) => return Ok(()),
        };
        self.remember_answer(at, &asked.answer);
        match self.take_token(at, way, &asked) {
            Err(why) if !is_half => Err(why),
            _ => Ok(()),
        }
    }

    /// Takes up what an actor's requests are to carry from now on.
    pub(crate) fn carry(&mut self, at: usize, way: &SignIn) -> Result<(), String> {
        let known = self.known(Some(at));
        let mut carried = Carried::of(way, &|name| look_up(&known, name))?;
        if carried.is_empty()
            && self.actors[at].session.cookies.is_empty()
            && let Some(token) = self.actors[at].values.get("token")
        {
            let value = format!("Bearer {token}");
            carried.push(Carried {
                name: "Authorization".into(),
                value,
                in_query: false,
                only: Vec::new(),
                is_place: false,
            });
        }
        for one in carried.iter().filter(|one| !one.is_place) {
            self.store.secrets().add(&one.value);
        }
        let session = &mut self.actors[at].session;
        let anew = |known: &Carried| carried.iter().any(|one| one.name == known.name && one.only == known.only);
        session.credentials.retain(|known| !anew(known));
        session.credentials.extend(carried);
        Ok(())
    }

    /// Finds the token of an answer where the manifest says, or where a token usually stands.
    pub(crate) fn take_token(&mut self, at: usize, way: &SignIn, asked: &Asked) -> Result<(), String> {
        let json = asked.answer.json();
        let token = match &way.token {
            Some(TokenPlace::Body(path)) => {
                let value = json.as_ref().and_then(|json| path.first(json)).and_then(crate::compare::scalar);
                Some(value.ok_or_else(|| "the answer of the sign-in has no token where the manifest says".to_owned())?)
            }
            Some(TokenPlace::Header(name)) => Some(
                asked
                    .answer
                    .header(&name.to_lowercase())
                    .map(str::to_owned)
                    .ok_or_else(|| format!("the answer of the sign-in has no header {name}"))?,
            ),
            Some(TokenPlace::Cookie(name)) => Some(
                asked
                    .answer
                    .cookies()
                    .find(|(cookie, _)| cookie == name)
                    .map(|(_, value)| value)
                    .ok_or_else(|| format!("the answer of the sign-in sets no cookie {name}"))?,
            ),
            None => json.as_ref().and_then(likely_token),
        };
        if let Some(token) = token {
            self.store.secrets().add(&token);
            self.actors[at].values.insert("token".into(), token);
        }
        if let Some(json) = json {
            self.actors[at].learn_identity(&json);
        }
        Ok(())
    }

    /// Everything that holes may be filled with.
    pub fn known(&self, at: Option<usize>) -> BTreeMap<String, String> {
        let mut known: BTreeMap<String, String> =
            self.target.values.iter().map(|(name, value)| (format!("prepare.{name}"), value.clone())).collect();
        if let Some(actor) = at.and_then(|at| self.actors.get(at)) {
            for (path, value) in actor.identity.iter().rev() {
                let name = path.rsplit(['.', ']']).next().unwrap_or_default();
                known.insert(format!("actor.{name}"), value.clone());
            }
            for (name, value) in &actor.values {
                known.insert(name.clone(), value.clone());
                known.insert(format!("actor.{name}"), value.clone());
            }
        }
        known
    }

    /// Adds the keys of objects under every name that a line may ask for them by. What is known already stays.
    pub(crate) fn add_keys(&self, known: &mut BTreeMap<String, String>, keys: &BTreeMap<usize, String>) {
        for (slot, key) in keys {
            for name in self.slots.names_of(*slot) {
                known.entry(name).or_insert_with(|| key.clone());
            }
        }
    }

    /// A request line with its holes filled for an actor.
    ///
    /// # Errors
    /// Which hole cannot be filled.
    pub fn fill_line(&mut self, line: &RequestLine, at: Option<usize>) -> Result<Call, String> {
        let mut known = self.known(at);
        if line.names().contains("canary") {
            known.insert("canary".into(), self.canaries.mint());
        }
        known.entry("random".into()).or_insert_with(|| self.nonce.clone());
        line.fill(&|name| look_up(&known, name))
            .map(Call::from)
            .map_err(|unfilled| format!("{}: {unfilled}", line.text))
    }

    /// Somebody of the manifest, before he signed in.
    pub(super) fn told_actor(&self, told: &manifest::Actor) -> Actor {
        Actor {
            fact: ActorFact {
                name: told.id.clone(),
                role: told.role.clone(),
                tenant: told.tenant.clone(),
                throw_away: false,
            },
            values: self.told_values(told),
            session: Session::default(),
            identity: Vec::new(),
            said: Vec::new(),
            alive: false,
            signed_up: false,
        }
    }

    fn told_values(&self, told: &manifest::Actor) -> BTreeMap<String, String> {
        let known = self.known(None);
        let known = |name: &str| known.get(name).cloned();
        let mut values = BTreeMap::new();
        for name in ["name", "role", "tenant"].into_iter().chain(told.values.keys().map(String::as_str)) {
            if let Some(value) = told.value(name, &known) {
                // `values = { signature = "M. Ito" }` is no secret, and would be blotted out of the whole report as one.
                let fetched = told.values.get(name).is_some_and(manifest::Secret::is_fetched);
                if fetched || is_secret_name(name) || ["key", "token", "totp", "secret"].contains(&name) {
                    self.store.secrets().add(&value);
                }
                values.insert(name.to_owned(), value);
            }
        }
        values
    }
}

/// The leaf that is most likely the token: by its name, else the longest text without spaces.
fn likely_token(json: &serde_json::Value) -> Option<String> {
    const NAMES: &[&str] =
        &["access_token", "token", "jwt", "id_token", "session_token", "auth_token", "api_key", "session", "key"];
    let leaves = leaves(json);
    let named = |wanted: &str| {
        leaves.iter().find(|(path, text)| {
            let name = path.rsplit(['.', ']']).next().unwrap_or_default();
            crate::plan::slots::words(name).join("_") == wanted && 8 <= text.len()
        })
    };
    let found = NAMES.iter().find_map(|name| named(name)).or_else(|| {
        let dense = |text: &str| 20 <= text.len() && !text.contains(char::is_whitespace);
        leaves.iter().filter(|(_, text)| dense(text)).max_by_key(|(_, text)| text.len())
    });
    found.map(|(_, text)| text.clone())
}

/// What an answer to a sign-in said, for people: the code and the beginning of its words.
pub(super) fn said(line: &str, asked: &Asked) -> String {
    let words: String =
        asked.exchange.answer.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    match &asked.answer.broken {
        Some(reason) => format!("{line}: {reason}"),
        None => format!("{line} answered {} {words}", asked.exchange.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        assert_eq!(
            likely_token(&json!({"data": {"accessToken": "abcdefgh"}, "id": "xxxxxxxxxxxxxxxxxxxxxxxx"})).unwrap(),
            "abcdefgh"
        );
        assert_eq!(likely_token(&json!({"x": "0123456789012345678901"})).unwrap().len(), 22);
        assert_eq!(likely_token(&json!({"message": "welcome back to the service"})), None);
    }
}
