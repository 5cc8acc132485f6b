//! Accounts and sessions that are made for the walk, and may be harmed.

use super::actors::{Actor, Session};
use super::never::UNSAFE;
use super::objects::last_segment;
use super::sign_in::said;
use super::world::{Asked, World};
use crate::client::Purpose;
use crate::evidence::ActorFact;
use crate::manifest::RequestLine;
use serde_json::Value;
use std::collections::BTreeMap;

/// Words in a path that is about the session that asks, and about nothing that outlasts it.
const SESSION: &[&str] = &["session", "sessions", "logout", "signout", "sign-out", "log-out"];

impl World<'_> {
    /// Somebody for an action on the caller's own account: an account made for it, or, for what only ends a session,
    /// a second session of `model`'s.
    ///
    /// # Errors
    /// One sentence, where neither can be made.
    pub async fn stand_in(&mut self, action: usize, model: usize) -> Result<usize, String> {
        let made = self.throw_away(model).await;
        let path = self.action(action).path.to_lowercase();
        if made.is_err() && path.split('/').any(|part| SESSION.contains(&part)) {
            return self.second_session(model).await;
        }
        made
    }

    /// An account of a new actor, made by sign-up or by the manifest's throw-away line, and signed in.
    ///
    /// # Errors
    /// One sentence, where there is no way or it does not work.
    pub async fn throw_away(&mut self, like: usize) -> Result<usize, String> {
        self.throw_away_with(like, &BTreeMap::new()).await
    }

    /// The same, with fields that the sign-up is sent beside its own.
    ///
    /// # Errors
    /// As [`World::throw_away`].
    pub(crate) async fn throw_away_with(
        &mut self,
        like: usize,
        extra: &BTreeMap<String, Value>,
    ) -> Result<usize, String> {
        let number = self.actors.len();
        let told = &self.manifest.throw_away;
        // What is told of throw-away people comes before what everybody may do; who tries a sign-up means that.
        let sign_up =
            self.manifest.sign_up.is_some() && (told.make.is_none() && told.command.is_none() || !extra.is_empty());
        let model = self.actors[like].fact.clone();
        if !sign_up && told.make.is_none() && told.command.is_none() {
            return Err("accounts are only touched on throw-away actors, and there is no way to make one".into());
        }
        let name = format!("t{number}{}", self.nonce);
        let fact = ActorFact {
            // Who signs up by himself belongs to nobody else.
            tenant: if sign_up { name.clone() } else { model.tenant },
            role: model.role,
            name: name.clone(),
            throw_away: true,
        };
        let values = BTreeMap::from([
            ("name".to_owned(), name),
            ("role".to_owned(), fact.role.clone()),
            ("tenant".to_owned(), fact.tenant.clone()),
        ]);
        self.actors.push(Actor {
            fact,
            values,
            session: Session::default(),
            identity: Vec::new(),
            said: Vec::new(),
            alive: false,
            signed_up: false,
        });
        let made = match self.make_account(number, sign_up, extra).await {
            Ok(()) => self.sign_in(number).await,
            Err(why) => Err(why),
        };
        match made {
            Ok(()) => Ok(number),
            Err(why) => {
                self.actors.truncate(number);
                Err(why)
            }
        }
    }

    /// A second session of an actor, to be ended instead of his first.
    ///
    /// # Errors
    /// One sentence, where he cannot sign in again.
    pub async fn second_session(&mut self, of: usize) -> Result<usize, String> {
        let number = self.actors.len();
        let mut actor = self.actors[of].clone();
        actor.session = Session::default();
        actor.fact.throw_away = true;
        self.actors.push(actor);
        match self.sign_in(number).await {
            Ok(()) => Ok(number),
            Err(why) => {
                self.actors.truncate(number);
                Err(why)
            }
        }
    }

    async fn make_account(&mut self, at: usize, sign_up: bool, extra: &BTreeMap<String, Value>) -> Result<(), String> {
        if self.manifest.target.safe_verbs {
            return Err(UNSAFE.into());
        }
        if sign_up {
            return self.sign_up_with(at, extra).await;
        }
        self.invent_password(at);
        if let Some(command) = &self.manifest.throw_away.command {
            return self.make_account_by(at, command).await;
        }
        let Some(line) = self.manifest.throw_away.make.clone() else { return Err("no [throw_away] make".into()) };
        let named = line.actor.as_ref().and_then(|name| self.actors.iter().position(|a| a.fact.name == *name));
        let maker = named.map(|named| self.counterpart(named, &line.text, at));
        let call = self.fill_line(&line, Some(at))?;
        let asked = self.ask(maker, &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            return Err(format!("{} answered {}", line.text, asked.exchange.status));
        }
        self.keep_produced(at, &line, &asked);
        Ok(())
    }

    /// Who makes an account: whoever the line names, or where that one is of another tenant and the line says nothing of
    /// tenants, who has that role in the account's own.
    fn counterpart(&self, named: usize, line: &str, account: usize) -> usize {
        let (maker, tenant) = (&self.actors[named].fact, &self.actors[account].fact.tenant);
        if maker.tenant == *tenant || line.contains("{tenant}") {
            return named;
        }
        let fits = |fact: &ActorFact| !fact.throw_away && fact.tenant == *tenant && fact.role == maker.role;
        self.actors.iter().position(|actor| fits(&actor.fact)).unwrap_or(named)
    }

    /// An account by a command, and what it printed of it.
    async fn make_account_by(&mut self, at: usize, command: &str) -> Result<(), String> {
        let known: Vec<(String, String)> = self.known(Some(at)).into_iter().collect();
        let values: Vec<(&str, String)> = known.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let ended = self.target.run_with(command, &values).await.map_err(|trouble| trouble.wrong)?;
        if !ended.well {
            return Err(format!("`{command}` failed: {}", ended.last_words()));
        }
        for (name, value) in crate::target::parse_values(&ended.text()) {
            self.actors[at].identity.push((name.clone(), value.clone()));
            self.actors[at].values.entry(name).or_insert(value);
        }
        Ok(())
    }

    pub(super) async fn sign_up(&mut self, at: usize) -> Result<(), String> {
        self.sign_up_with(at, &BTreeMap::new()).await
    }

    async fn sign_up_with(&mut self, at: usize, extra: &BTreeMap<String, Value>) -> Result<(), String> {
        let Some(line) = self.manifest.sign_up.clone() else { return Err("there is no [sign_up]".into()) };
        let actor = &mut self.actors[at];
        // A name that the manifest does not fix carries the nonce, or it collides with the last run's.
        if actor.values.get("name") == Some(&actor.fact.name) && !actor.fact.throw_away {
            let name = format!("{}{}", actor.fact.name, self.nonce);
            actor.values.insert("name".into(), name);
        }
        self.invent_password(at);
        let mut call = self.fill_line(&line, Some(at))?;
        call.body.add(extra);
        let asked = self.ask(None, &call, Purpose::SignIn).await;
        if !asked.succeeded() {
            return Err(said(&line.text, &asked));
        }
        self.actors[at].signed_up = true;
        self.actors[at].take_cookies(&asked.answer, self.store.secrets());
        if let Some(value) = asked.answer.json() {
            self.actors[at].learn_identity(&value);
        }
        if let Some(sent) = call.sent_json() {
            self.actors[at].learn_identity(&sent);
        }
        self.keep_produced(at, &line, &asked);
        Ok(())
    }

    fn invent_password(&mut self, at: usize) {
        let mut bytes = [0; 12];
        // Without the system's randomness the nonce serves: the account lives for minutes.
        let secret = match getrandom::fill(&mut bytes) {
            Ok(()) => hex::encode(bytes),
            Err(_) => format!("{}{at}", self.nonce),
        };
        let password = format!("Pw-{secret}!");
        self.store.secrets().add(&password);
        self.actors[at].values.entry("password".into()).or_insert(password);
    }

    fn keep_produced(&mut self, at: usize, line: &RequestLine, asked: &Asked) {
        let value = asked.answer.json();
        let at_path = line.produces.as_ref().zip(value.as_ref()).and_then(|(path, value)| path.first(value));
        // A form leads to the page of what it made.
        let led_to = || asked.answer.header("location").and_then(last_segment).filter(|_| value.is_none());
        let produced = at_path.and_then(crate::compare::scalar).or_else(led_to);
        let actor = &mut self.actors[at];
        if let Some(text) = produced {
            actor.values.insert("id".into(), text.clone());
            actor.identity.insert(0, ("id".into(), text));
        }
    }
}
