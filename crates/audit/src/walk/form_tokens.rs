//! Tokens that protect forms against requests forged elsewhere (OWASP: synchronizer token). A browser sends back what its
//! page held; whoever walks does the same with his own session's token, on whomever's object he tries: what refuses him
//! then is the service's decision about him, not a missing token.

use super::world::{Asked, Call, Who, World};
use crate::catalogue::{Action, Body as TakenBody};
use crate::client::{Answer, Body, Part, Purpose, Request};
use crate::page::{self, is_form_token, is_page};
use std::collections::{BTreeMap, BTreeSet};

/// Most pages that are asked for a token before one request.
const PAGES_MAX: usize = 4;
/// Codes by which frameworks refuse a token.
const REFUSING: [u16; 4] = [400, 403, 419, 422];
/// Paths below the one that a form is sent to, where its page often is.
const FORM_PAGES: &[&str] = &["new", "edit"];

/// The tokens that sessions were given.
#[derive(Debug, Default)]
pub(super) struct FormTokens {
    /// The last page with a token, by who got it.
    pages: BTreeMap<Who, String>,
    /// Who was shown no page with one, so that nobody asks again and again.
    without: BTreeSet<Who>,
    /// Cookies of a visitor, who gets new ones for each form.
    visitor: BTreeMap<String, String>,
    /// Tokens that were sent.
    used: BTreeSet<String>,
    /// Whether a token serves for one form only; known once somebody has sent one twice.
    single: Option<bool>,
}

impl FormTokens {
    /// Takes what an answer shows. A session that changes has other tokens.
    pub(super) fn learn(&mut self, who: Who, answer: &Answer) {
        if answer.cookies().next().is_some() {
            self.pages.remove(&who);
            self.without.remove(&who);
        }
        if answer.header("content-type").is_some_and(is_page) {
            let text = answer.text();
            let small = text.to_lowercase();
            if ["csrf", "xsrf", "_token", "verificationtoken"].iter().any(|sign| small.contains(sign)) {
                self.pages.insert(who, text.into_owned());
                self.without.remove(&who);
            }
        }
    }
}

impl World<'_> {
    /// Asks as a page of another site makes a browser ask: with what the session sends by itself, and with no token of a
    /// form. Cookies that come back are left.
    pub(crate) async fn ask_from_elsewhere(&mut self, who: Who, call: &Call, purpose: Purpose) -> Asked {
        let answer = match self.signed(who, call, purpose) {
            Ok(request) => self.client.send(&request, purpose).await,
            Err(why) => Answer { broken: Some(why.into()), ..Answer::default() },
        };
        let exchange = self.exchange(who, call, &answer);
        self.look_for_secrets(who, call, &answer, exchange.reading);
        Asked { exchange, answer }
    }

    /// Sends a request, with the session's own token where its form asks for one.
    pub(super) async fn send_with_token(
        &mut self,
        who: Who,
        call: &Call,
        request: Request,
        purpose: Purpose,
    ) -> Answer {
        let Some(field) = self.token_field(call) else { return self.client.send(&request, purpose).await };
        let is_old = self.tokens.single == Some(true) || !self.tokens.pages.contains_key(&who);
        if is_old {
            self.fetch_token(who, call).await;
        }
        let Some(token) = self.own_token(who, call) else { return self.client.send(&request, purpose).await };
        let answer = self.client.send(&self.with_token(&request, &field, &token, who), purpose).await;
        let was_used = !self.tokens.used.insert(token.clone());
        if who.is_none() {
            // Whoever signed up or in with it is a visitor no more.
            self.tokens.visitor.clear();
            self.tokens.pages.remove(&None);
            return answer;
        }
        if !was_used || self.tokens.single.is_some() {
            return answer;
        }
        if (200..400).contains(&answer.status) {
            self.tokens.single = Some(false);
        } else if REFUSING.contains(&answer.status) {
            self.tokens.pages.remove(&who);
            self.fetch_token(who, call).await;
            if let Some(fresh) = self.own_token(who, call).filter(|fresh| *fresh != token) {
                let again = self.client.send(&self.with_token(&request, &field, &fresh, who), purpose).await;
                self.tokens.used.insert(fresh);
                if (200..400).contains(&again.status) {
                    self.tokens.single = Some(true);
                    return again;
                }
            }
        }
        answer
    }

    /// A request with the token of the last form that somebody was shown, where it wants one.
    pub(super) fn with_own_token(&self, who: Who, call: &Call, request: Request) -> Request {
        let token = self.token_field(call).and_then(|field| Some((field, self.own_token(who, call)?)));
        token.map(|(field, token)| self.with_token(&request, &field, &token, who)).unwrap_or(request)
    }

    /// The field of a form that wants a token: as it is going to be sent, or as the action was recorded.
    fn token_field(&self, call: &Call) -> Option<String> {
        let sent = match &call.body {
            Body::Form(pairs) => pairs.iter().map(|(name, _)| name).find(|name| is_form_token(name)),
            Body::Multipart(parts) => parts.iter().map(|part| &part.name).find(|name| is_form_token(name)),
            Body::Json(_) | Body::None | Body::Raw(..) => None,
        };
        let known = || {
            let asks = |action: &Action| action.body.as_ref().and_then(TakenBody::best)?.form_token.clone();
            let any = call.method != "GET" && self.catalogue.actions.iter().any(|action| asks(action).is_some());
            let action = any.then(|| self.action_at(&call.method, &call.path)).flatten()?;
            asks(self.action(action))
        };
        sent.cloned().or_else(known)
    }

    /// A token of his own: the form's that the call is sent from, where his last page has it.
    fn own_token(&self, who: Who, call: &Call) -> Option<String> {
        let path = call.path.split('?').next().unwrap_or_default();
        let token = page::form_token(self.tokens.pages.get(&who)?, path)?;
        self.store.secrets().add(&token);
        Some(token)
    }

    /// The request with the token in its field, and as a visitor with the cookies that belong to it.
    fn with_token(&self, request: &Request, field: &str, token: &str, who: Who) -> Request {
        let mut request = request.clone();
        let pair = (field.to_owned(), token.to_owned());
        match &mut request.body {
            Body::Multipart(parts) => {
                parts.retain(|part| part.name != field);
                parts.insert(0, Part { name: pair.0, file: false, text: pair.1 });
            }
            Body::Form(pairs) => {
                pairs.retain(|(name, _)| name != field);
                pairs.push(pair);
            }
            body @ Body::None => *body = Body::Form(vec![pair]),
            // The header by which scripts send it.
            Body::Json(_) | Body::Raw(..) => request.headers.push(("x-csrf-token".into(), pair.1)),
        }
        if who.is_none() && !self.tokens.visitor.is_empty() {
            let pairs: Vec<String> =
                self.tokens.visitor.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers.push(("cookie".into(), pairs.join("; ")));
        }
        request
    }

    /// Asks for a page that holds a token: nearest to where the form is sent, then the one about oneself, then the way in.
    async fn fetch_token(&mut self, who: Who, call: &Call) {
        if self.tokens.without.contains(&who) {
            return;
        }
        for path in self.token_pages(who, call) {
            let mut request = Request { method: "GET".into(), path: path.clone(), ..Request::default() };
            if let Some(actor) = who.and_then(|at| self.actors.get(at)) {
                actor.sign(&mut request);
            }
            request.headers.push(("accept".into(), "text/html".into()));
            let answer = self.client.send(&request, Purpose::Other).await;
            match who.and_then(|at| self.actors.get_mut(at)) {
                Some(actor) => actor.take_cookies(&answer, self.store.secrets()),
                None => self.tokens.visitor.extend(answer.cookies()),
            }
            self.tokens.learn(who, &answer);
            let path = call.path.split('?').next().unwrap_or_default();
            if self.tokens.pages.get(&who).is_some_and(|page| page::form_token(page, path).is_some()) {
                return;
            }
        }
        self.tokens.without.insert(who);
    }

    fn token_pages(&mut self, who: Who, call: &Call) -> Vec<String> {
        let path = call.path.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
        let mut pages: Vec<String> = Vec::new();
        // To a visitor nothing is open but the page of the form itself, and the way in.
        let mut above = path.as_str();
        while !above.is_empty() {
            let below = FORM_PAGES.iter().map(|name| format!("{above}/{name}"));
            pages.extend(below.chain([above.to_owned()]));
            above = above.rsplit_once('/').filter(|_| who.is_some()).map_or("", |(above, _)| above);
        }
        pages.retain(|page| self.action_at("GET", page).is_some_and(|at| !self.avoided.contains_key(&at)));
        let form = self.manifest.sign_in.iter().find_map(|way| way.form.clone());
        let known = match who {
            Some(at) => self.proof_call(at),
            None => form.and_then(|form| self.fill_line(&form, None).ok()),
        };
        // The nearest and the one that is sure to be there are enough.
        pages.truncate(PAGES_MAX - 1);
        pages.extend(known.map(|call| call.path));
        pages
    }
}
