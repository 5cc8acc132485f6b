//! The second step of a sign-in: codes of an authenticator app, each sent once.
//!
//! A service that minds (RFC 6238 section 5.2) takes a code once, and most take that of the step before and after, too. So
//! three people can be signed in, or one three times, before anybody has to wait for the next step.

use super::actors::{Actor, Session};
use super::setup::now;
use super::sign_in::said;
use super::world::{Asked, Call, World};
use crate::client::{Answer, Body, Purpose};
use crate::evidence::Reading;
use crate::evidence::is_secret_name;
use crate::manifest::{BodyTemplate, CODE, RequestLine, SignIn, Template};
use crate::totp::Secret;
use std::collections::BTreeMap;
use std::time::Duration;

/// The name under which it is known at what moment a code is made, in seconds since 1970.
const AT: &str = "totp.at";
/// The name under which another text is known that is sent in a code's place.
const INSTEAD: &str = "totp.instead";
/// Longest wait for a step whose code was not used yet.
const WAIT_MAX: Duration = Duration::from_secs(65);

/// Which codes were used, and which are taken here.
#[derive(Debug, Default)]
pub(in crate::walk) struct Codes {
    /// The last step by secret.
    used: BTreeMap<String, u64>,
    /// Only the code of this very moment is taken.
    strict: bool,
}

/// What stands for a hole: what is known, or a code.
pub(super) fn look_up(known: &BTreeMap<String, String>, name: &str) -> Option<String> {
    let Some(secret) = name.strip_prefix(CODE) else { return known.get(name).cloned() };
    if let Some(instead) = known.get(INSTEAD) {
        return Some(instead.clone());
    }
    let secret = Secret::parse(secret)?;
    let at = known.get(AT)?.parse().ok()?;
    Some(secret.code(secret.step(at)))
}

/// Whether a text with holes asks for a code.
pub(super) fn asks(text: &str) -> bool {
    text.contains("{totp")
}

fn seconds() -> u64 {
    u64::try_from(now().as_second()).unwrap_or_default()
}

impl World<'_> {
    /// What somebody's authenticator app knows: its secret as it was written, and as it is.
    pub(crate) fn app(&self, at: usize) -> Option<(String, Secret)> {
        ["totp", "secret"].iter().find_map(|name| {
            let text = self.actors[at].values.get(*name)?;
            Some((text.clone(), Secret::parse(text)?))
        })
    }

    /// Sends a line as an actor; where it asks for a code, with one that was not used before, waiting until there is one.
    ///
    /// # Errors
    /// Which hole cannot be filled.
    pub(crate) async fn ask_with_code(&mut self, line: &RequestLine, at: usize) -> Result<Asked, String> {
        let own_code = self.actors[at].values.contains_key(INSTEAD);
        let app = self.app(at).filter(|_| asks(&line.text) && !own_code);
        let Some((text, secret)) = app else {
            let call = self.fill_line(line, Some(at))?;
            return Ok(self.ask(Some(at), &call, Purpose::SignIn).await);
        };
        let here = secret.step(seconds());
        let last = self.codes.used.get(&text).copied();
        // The first of all is the one that sets it up: what is now is spared for the sign-in that follows.
        let wanted = if last.is_none() { [here.saturating_sub(1), here] } else { [here, here + 1] };
        let open = wanted.into_iter().filter(|step| last.is_none_or(|last| last < *step));
        let mut asked = None;
        for step in open.filter(|step| !self.codes.strict || *step == here).collect::<Vec<_>>() {
            let sent = self.ask_with(line, at, &text, &secret, step).await?;
            if sent.succeeded() || matches!(sent.exchange.reading, Reading::Limited | Reading::Broken) {
                return Ok(sent);
            }
            if step != here {
                // Whether it is the step or something else that is refused is seen by the next.
                asked = Some(sent);
                continue;
            }
            return Ok(sent);
        }
        let next = self.codes.used.get(&text).map_or(here, |last| (last + 1).max(here));
        let wait = Duration::from_secs(secret.begins(next).saturating_sub(seconds()));
        if WAIT_MAX < wait {
            return asked.ok_or_else(|| "no code is left that was not used".to_owned());
        }
        tokio::time::sleep(wait).await;
        let sent = self.ask_with(line, at, &text, &secret, next.max(secret.step(seconds()))).await?;
        self.codes.strict |= sent.succeeded() && asked.is_some();
        Ok(sent)
    }

    async fn ask_with(
        &mut self,
        line: &RequestLine,
        at: usize,
        text: &str,
        secret: &Secret,
        step: u64,
    ) -> Result<Asked, String> {
        self.actors[at].values.insert(AT.into(), secret.begins(step).to_string());
        let call = self.fill_line(line, Some(at));
        self.actors[at].values.remove(AT);
        let asked = self.ask(Some(at), &call?, Purpose::SignIn).await;
        if asked.succeeded() {
            self.codes.used.insert(text.to_owned(), step);
        }
        Ok(asked)
    }

    /// The second step, by whoever has made the first.
    pub(crate) async fn second_step(&mut self, at: usize, way: &SignIn, line: &RequestLine) -> Result<(), String> {
        let line = &self.second_line(at, way, line).await?;
        let asked = self.ask_with_code(line, at).await?;
        if !asked.succeeded() {
            return Err(said(&line.text, &asked));
        }
        // What it does not say anew stays as the first step said.
        let _ = self.take_token(at, way, &asked);
        Ok(())
    }

    /// The request of a second step: as it is told, or the form of the page that is told, with the fields that ask for a code.
    ///
    /// # Errors
    /// When the page has no such form.
    pub(crate) async fn second_line(
        &mut self,
        at: usize,
        way: &SignIn,
        page: &RequestLine,
    ) -> Result<RequestLine, String> {
        if page.verb != "GET" {
            return Ok(page.clone());
        }
        let call = self.fill_line(page, Some(at))?;
        let shown = self.ask(Some(at), &call, Purpose::SignIn).await;
        let asking: Vec<_> = way.fill.iter().filter(|(_, template)| asks(template.as_str())).collect();
        let empty: Vec<(String, String)> = asking.iter().map(|(name, _)| ((*name).clone(), String::new())).collect();
        let form = super::forms::read_form(&shown.answer.text(), &call.path, &empty);
        let Some(Call { method, path, body: Body::Form(fields), .. }) = form else {
            return Err(format!("{} answered {} and has no form for a code", call.path, shown.answer.status));
        };
        let template = |(name, value): (String, String)| {
            let told = asking.iter().find(|(field, _)| **field == name).map(|(_, template)| (*template).clone());
            Ok((name, told.map_or_else(|| Template::parse(&value), Ok)?))
        };
        let fields = fields.into_iter().map(template).collect::<Result<_, String>>()?;
        Ok(RequestLine {
            text: format!("{method} {path} {{totp}}"),
            actor: None,
            verb: method,
            path: Template::parse(&path)?,
            body: Some(BodyTemplate::Form(fields)),
            produces: None,
        })
    }

    /// Sets a second factor up for somebody who is signed in, and returns his recovery codes where the answers hold any.
    ///
    /// # Errors
    /// One sentence: which request failed, or that nothing says how.
    pub(crate) async fn set_up_factor(&mut self, at: usize) -> Result<Vec<String>, String> {
        let lines = self.manifest.second_factor.set_up.clone();
        if lines.is_empty() {
            return Err("nothing says how a second factor is set up".into());
        }
        let mut recovery = Vec::new();
        let mut secret: Option<String> = None;
        for line in &lines {
            let asked = self.ask_with_code(line, at).await?;
            if !asked.succeeded() {
                self.actors[at].values.remove("totp");
                return Err(said(&line.text, &asked));
            }
            let json = asked.answer.json();
            let found = |json: &serde_json::Value| -> Vec<String> {
                let values = line.produces.iter().flat_map(|path| path.all(json));
                values.filter_map(crate::compare::scalar).collect()
            };
            let found = json.as_ref().map(found).unwrap_or_default();
            found.iter().for_each(|value| self.store.secrets().add(value));
            match (&secret, found.into_iter()) {
                (None, mut found) => {
                    secret = found.next();
                    if let Some(secret) = &secret {
                        Secret::parse(secret).ok_or_else(|| format!("{}: what it answers is no secret", line.text))?;
                        self.actors[at].values.insert("totp".into(), secret.clone());
                    }
                }
                (Some(_), found) => recovery.extend(found),
            }
            // Setting it up may give the session a new secret.
            if let Some(way) =
                self.ways_of(at).into_iter().find(|way| way.send.is_some() && !way.credentials.is_empty())
            {
                let _ = self.take_token(at, &way, &asked).is_ok_and(|()| self.carry(at, &way).is_ok());
            }
        }
        if secret.is_none() {
            return Err("no answer held the secret where the arrow says".into());
        }
        Ok(recovery)
    }

    /// Somebody who has made only the first step of a sign-in that has two, with each credential that its answer may be
    /// meant to give: nobody of them is in yet. The caller takes him away again.
    ///
    /// # Errors
    /// One sentence, where there is no such sign-in or its first step fails.
    pub(crate) async fn half_session(&mut self, of: usize) -> Result<(usize, SignIn), String> {
        let way = self.ways_of(of).into_iter().find(|way| way.second.is_some());
        let way = way.ok_or("no sign-in has a second step")?;
        let number = self.actors.len();
        let mut half = Actor { session: Session::default(), ..self.actors[of].clone() };
        half.values.remove("token");
        self.actors.push(half);
        match self.first_step(number, &way).await {
            Ok(()) => {
                // Where the token is only told by the second step there may be none to carry yet.
                let _ = self.carry(number, &way);
                Ok((number, way))
            }
            Err(why) => {
                self.actors.truncate(number);
                Err(why)
            }
        }
    }

    /// Remembers what an answer told, for the holes of the requests that follow: `{answer.ticket}`.
    pub(crate) fn remember_answer(&mut self, at: usize, answer: &Answer) {
        // What an earlier answer told belongs to a session that has nothing to do with this one.
        self.actors[at].values.retain(|name, _| !name.starts_with("answer."));
        let Some(json) = answer.json() else { return };
        for (path, text) in crate::compare::leaves(&json).into_iter().filter(|(path, _)| !path.contains('[')) {
            if is_secret_name(path.rsplit('.').next().unwrap_or_default()) {
                self.store.secrets().add(&text);
            }
            self.actors[at].values.insert(format!("answer.{path}"), text);
        }
    }

    /// A line with another text in the place of a code.
    ///
    /// # Errors
    /// Which hole cannot be filled.
    pub(crate) fn line_with_text(&mut self, line: &RequestLine, at: usize, text: &str) -> Result<Call, String> {
        self.actors[at].values.insert(INSTEAD.into(), text.to_owned());
        let call = self.fill_line(line, Some(at));
        self.actors[at].values.remove(INSTEAD);
        call
    }

    /// Sends it.
    ///
    /// # Errors
    /// Which hole cannot be filled.
    pub(crate) async fn ask_with_text(&mut self, line: &RequestLine, at: usize, text: &str) -> Result<Asked, String> {
        let call = self.line_with_text(line, at, text)?;
        Ok(self.ask(Some(at), &call, Purpose::SignIn).await)
    }

    /// The last code of a secret that was taken, and its step.
    pub(crate) fn last_code(&self, secret: &str) -> Option<(u64, String)> {
        let step = *self.codes.used.get(secret)?;
        Some((step, Secret::parse(secret)?.code(step)))
    }
}
