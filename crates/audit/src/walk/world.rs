//! What the walk holds in its hands: the target, the people, what was made, and one way to ask.

use super::actors::Actor;
use super::documents::Documents;
use super::form_tokens::FormTokens;
use super::leaks::Leaks;
use super::members::Membership;
use super::memory::Memory;
use super::objects::{Object, Way};
use super::parties::Parties;
use super::reach::Reached;
use super::reading::Learnt;
use super::second_factor::Codes;
use super::secrecy::Secrecy;
use crate::canary::Canaries;
use crate::catalogue::{Action, Catalogue, percent_decode};
use crate::client::{Answer, Body, Client, Purpose, Request};
use crate::error::Result;
use crate::evidence::{ANONYMOUS, ActorFact, Exchange, Note, Reading, Run, Store};
use crate::faults::Fault;
use crate::manifest::Manifest;
use crate::matrix::Matrix;
use crate::plan::Slots;
use crate::plan::slots::{Segment, segments};
use crate::progress::Progress;
use crate::sinks::Sinks;
use crate::target::Target;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest part of an answer's body that is kept as evidence, in bytes. Canaries are searched in the whole.
const ANSWER_KEPT_MAX: usize = 16 * 1024;
/// Longest body of no known kind that is kept as evidence, in bytes.
const RAW_KEPT_MAX: usize = 4 * 1024;
/// Headers of answers that are kept as evidence.
const HEADERS_KEPT: &[&str] = &["content-type", "location", "retry-after", "www-authenticate", "link", "allow", "etag"];

/// Who asks: an actor by his number, or nobody.
pub type Who = Option<usize>;

/// A request before anybody's credentials are added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// `PUT`.
    pub method: String,
    /// Path below the target's address, filled, with its query.
    pub path: String,
    /// Headers beside the credentials.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
}

/// An answer with what is needed to go on.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The evidence of it.
    pub exchange: Exchange,
    /// The answer itself.
    pub answer: Answer,
}

/// An attempt of a cell's that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried.
    pub action: usize,
    /// By whom.
    pub actor: Who,
    /// On which object.
    pub key: String,
    /// Milliseconds since 1970 when it was sent.
    pub from_ms: i64,
    /// And when its answer was there.
    pub until_ms: i64,
}

/// Everything that the probes share.
pub struct World<'a> {
    /// What was told.
    pub manifest: &'a Manifest,
    /// Who may, where somebody said so.
    pub matrix: Option<Matrix>,
    /// All actions.
    pub catalogue: Catalogue,
    /// The keys that their paths ask for.
    pub slots: Slots,
    /// The service.
    pub target: Target,
    /// The way to it.
    pub client: Client,
    /// Where its errors, alerts, heartbeats and mails arrive.
    pub sinks: Sinks,
    /// How its database is taken away.
    pub fault: Fault,
    /// What named the actions.
    pub(crate) documents: Documents,
    /// Where evidence goes.
    pub store: Store,
    /// What was planted.
    pub canaries: Canaries,
    /// Whom the objects name beside their owners.
    pub(super) parties: Parties,
    /// How this service says no.
    pub learnt: Learnt,
    /// What earlier walks inferred.
    pub(super) memory: Memory,
    /// The people, named ones first.
    pub actors: Vec<Actor>,
    /// What was made.
    pub objects: Vec<Object>,
    /// How objects of a slot are made, by slot.
    pub ways: BTreeMap<usize, Result<Way, String>>,
    /// The last body with which an action succeeded.
    pub bodies: BTreeMap<usize, Value>,
    /// Fields that want a value of whoever sends the request, by action, and the name of that value.
    pub own: BTreeMap<usize, BTreeMap<String, String>>,
    /// The status of the last answer by which an action did not succeed for one who may.
    pub refused: BTreeMap<usize, u16>,
    /// What has to be done before an action can be.
    pub after: BTreeMap<usize, usize>,
    /// Actions that were reached only to be done before others.
    pub deeds: BTreeMap<usize, Reached>,
    /// Actions that wait for something to be done first, with what was tried.
    pub unready: BTreeMap<usize, Vec<String>>,
    /// Standing objects that others hang on, by slot and owner.
    pub standing: BTreeMap<(usize, usize), usize>,
    /// Fields that move by themselves, by noun.
    pub noise: BTreeMap<String, BTreeSet<String>>,
    /// Actions that nobody sends any more: they ended the world, or a budget.
    pub avoided: BTreeMap<usize, String>,
    /// What the judges will know.
    pub run: Run,
    /// Differs from run to run, so that names do not collide with leftovers.
    pub nonce: String,
    /// The order's seed.
    pub seed: u64,
    /// Who looks on.
    pub progress: &'a dyn Progress,
    /// The target gave no answer since this was last looked at.
    pub fell_silent: bool,
    /// It died and could not be brought back.
    pub(super) is_dead: bool,
    /// What was under way when it fell silent.
    pub(super) silent_at: Option<Call>,
    /// How many accounts were made again because the old ones were gone.
    pub renewed: u32,
    /// Why somebody could not make an object, by slot and actor: it is tried once.
    pub failed: BTreeMap<(usize, usize), String>,
    /// Objects that were just seen to stand, by their owner.
    pub sentinels: BTreeMap<usize, usize>,
    /// Actions whose turn was put off once.
    pub postponed: BTreeSet<usize>,
    /// Standing objects beside which one for each other audience was made.
    pub populated: BTreeSet<usize>,
    /// Slots whose foreign objects were compared with missing ones.
    pub compared: BTreeSet<usize>,
    /// Slots that an object is being made for right now.
    pub making: BTreeSet<usize>,
    /// Actions that succeeded for one who may, as they were reached.
    pub met: BTreeMap<usize, Reached>,
    /// The state of members that is walked right now.
    pub membership: Option<Membership>,
    /// Somebody who was made to be named by others, or that nobody could be made.
    pub(super) bystander: Option<Option<usize>>,
    /// Kinds and keys of objects, and who was brought into them.
    pub(super) joined: BTreeSet<(usize, String, usize)>,
    /// What of others' stood in answers where nobody looked for it.
    pub leaks: Leaks,
    /// What stood in answers that must come back to nobody.
    pub secrecy: Secrecy,
    /// Tokens of forms that sessions were given.
    pub(super) tokens: FormTokens,
    /// Codes of authenticator apps that were used.
    pub(super) codes: Codes,
    /// What was refused to whom, and when.
    pub refusals: Vec<Refusal>,
    /// Actions that were done and have no cells in this part of the walk.
    pub untried: BTreeSet<usize>,
    /// Actions that succeeded for one who may.
    pub reached: u32,
    /// When the walk began.
    pub started: std::time::Instant,
    /// When the service was up.
    pub up: std::time::Instant,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET".into(), path: path.into(), ..Self::default() }
    }

    /// Everything that is sent, as text: what stands in it is never evidence.
    pub fn sent_text(&self) -> String {
        let body = match &self.body {
            Body::None => String::new(),
            Body::Json(value) => value.to_string(),
            Body::Form(pairs) => pairs.iter().map(|(n, v)| format!("{n}={v}&")).collect(),
            Body::Multipart(parts) => parts.iter().map(|part| format!("{}={}\n", part.name, part.text)).collect(),
            Body::Raw(_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
        };
        let decoded = percent_decode(&self.path);
        format!("{} {decoded} {body}", self.path)
    }

    /// The body as JSON for the evidence.
    pub fn sent_json(&self) -> Option<Value> {
        match &self.body {
            Body::None => None,
            Body::Json(value) => Some(value.clone()),
            Body::Form(pairs) => Some(pairs.iter().map(|(n, v)| (n.clone(), Value::from(v.as_str()))).collect()),
            Body::Multipart(parts) => {
                Some(parts.iter().map(|part| (part.name.clone(), Value::from(part.text.as_str()))).collect())
            }
            // What is short enough to be read is kept as it is: a canary may stand in it.
            Body::Raw(kind, bytes) => Some(match std::str::from_utf8(bytes) {
                Ok(text) if bytes.len() <= RAW_KEPT_MAX => {
                    serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(|| text.into())
                }
                _ => format!("{kind}, {} bytes", bytes.len()).into(),
            }),
        }
    }
}

impl Asked {
    /// Whether the answer says that it was done.
    pub fn succeeded(&self) -> bool {
        self.exchange.reading == Reading::Success
    }
}

impl World<'_> {
    /// Sends a call with an actor's credentials and takes the cookies that come back into his session.
    pub async fn ask(&mut self, who: Who, call: &Call, purpose: Purpose) -> Asked {
        let request = match self.signed(who, call, purpose) {
            Ok(request) => request,
            Err(why) => {
                let answer = Answer { broken: Some(why.into()), ..Answer::default() };
                return Asked { exchange: self.exchange(who, call, &answer), answer };
            }
        };
        let answer = self.send_with_token(who, call, request, purpose).await;
        if who.is_some() {
            self.tokens.learn(who, &answer);
        }
        if answer.status == 0 {
            // What is asked of a dead service after that is not what killed it.
            if !self.fell_silent {
                self.silent_at = Some(call.clone());
            }
            self.fell_silent = true;
        }
        let stays = purpose != Purpose::SignIn && begins_session(call);
        if let Some(actor) = who.and_then(|at| self.actors.get_mut(at)) {
            // Whoever signs somebody up by the way would be that one from here on, and still look alive.
            if !(stays && !actor.fact.throw_away && !actor.session.cookies.is_empty()) {
                actor.take_cookies(&answer, self.store.secrets());
            }
            if purpose == Purpose::SetUp && answer.status < 300 {
                answer.json().iter().for_each(|value| actor.remember(value));
            }
        }
        self.note_parties(who, &answer);
        let exchange = self.exchange(who, call, &answer);
        self.look_for_leaks(who, call, &exchange, purpose);
        self.look_for_secrets(who, call, &answer, exchange.reading);
        Asked { exchange, answer }
    }

    /// A call as somebody sends it.
    ///
    /// # Errors
    /// Why it is never sent.
    pub(super) fn signed(&self, who: Who, call: &Call, purpose: Purpose) -> Result<Request, &'static str> {
        if let Some(why) = self.forbids(call, purpose) {
            return Err(why);
        }
        let mut request = Request {
            method: call.method.clone(),
            path: call.path.clone(),
            headers: call.headers.clone(),
            body: call.body.clone(),
        };
        if let Some(actor) = who.and_then(|at| self.actors.get(at)) {
            actor.sign(&mut request);
        }
        request.headers.push(("accept".into(), "application/json, text/html;q=0.8, */*;q=0.5".into()));
        Ok(request)
    }

    /// What becomes evidence of a call and its answer.
    pub fn exchange(&mut self, who: Who, call: &Call, answer: &Answer) -> Exchange {
        let actor = self.fact(who);
        let headers: Vec<_> = answer.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        let text = answer.text();
        let searched = format!("{}\n{text}", headers.join("\n"));
        let mut sightings = self.canaries.search(&searched, &actor.name, &call.sent_text());
        for sighting in &mut sightings {
            sighting.party = self.party(who, &sighting.canary);
        }
        let mut kept = text.as_ref();
        if ANSWER_KEPT_MAX < kept.len() {
            let cut = (0..=ANSWER_KEPT_MAX).rev().find(|at| kept.is_char_boundary(*at)).unwrap_or(0);
            kept = &kept[..cut];
        }
        Exchange {
            actor: actor.name,
            method: call.method.clone(),
            path: call.path.clone(),
            added: call.headers.iter().cloned().collect(),
            sent: call.sent_json(),
            status: answer.status,
            headers: (answer.headers.iter().filter(|(name, _)| HEADERS_KEPT.contains(&name.as_str())).cloned())
                .collect(),
            bytes: answer.bytes,
            answer: kept.to_owned(),
            reading: self.learnt.read(answer),
            sightings,
        }
    }

    /// The action by its number.
    pub fn action(&self, at: usize) -> &Action {
        &self.catalogue.actions[at]
    }

    /// The action that a filled path is of, `/notes/7`: the most literal template that fits.
    pub(crate) fn action_at(&self, verb: &str, path: &str) -> Option<usize> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let fitting = (0..self.catalogue.actions.len()).filter(|at| {
            let action = self.action(*at);
            action.verb == verb && fits(&segments(&action.address_path()), path)
        });
        let keys = |at: &usize| -> Vec<bool> {
            let template = segments(&self.action(*at).address_path());
            template.iter().map(|segment| matches!(segment, Segment::Parameter { .. })).collect()
        };
        fitting.min_by_key(keys)
    }

    /// Who somebody is.
    pub fn fact(&self, who: Who) -> ActorFact {
        match who.and_then(|at| self.actors.get(at)) {
            Some(actor) => actor.fact.clone(),
            None => {
                ActorFact { name: ANONYMOUS.into(), role: ANONYMOUS.into(), tenant: String::new(), throw_away: false }
            }
        }
    }

    /// What one is to an owner: `anonymous`, `staff`, `other tenant`, `same tenant`.
    pub fn relation(&self, attacker: Who, owner: usize) -> &'static str {
        relation(&self.fact(attacker), &self.actors[owner].fact)
    }

    /// When an action on an object was refused to somebody before, in milliseconds since 1970: from and until.
    pub fn refused_before(&self, action: usize, actor: usize, object: usize) -> Vec<(i64, i64)> {
        let key = self.objects[object].key();
        let same =
            self.refusals.iter().filter(|one| one.action == action && one.actor == Some(actor) && one.key == key);
        same.map(|one| (one.from_ms, one.until_ms)).collect()
    }

    /// Writes down what people should know.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn note(&self, words: impl Into<String>) -> Result<()> {
        self.store.add(&Note { words: words.into() }).map(drop)
    }
}

/// Whether a request is one by which somebody signs up or in, as far as its path tells: its answer may give a session.
fn begins_session(call: &Call) -> bool {
    const WORDS: &[&str] = &["signup", "register", "registration", "join", "login", "signin", "session", "sessions"];
    let path = call.path.split('?').next().unwrap_or_default().trim_end_matches('/').to_lowercase();
    let last: String =
        path.rsplit('/').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    call.method == "POST" && WORDS.contains(&last.as_str())
}

/// Whether a path is one of a template's.
fn fits(template: &[Segment], path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let fits = |(segment, part): (&Segment, &&str)| match segment {
        Segment::Literal(literal) => literal == part,
        Segment::Parameter { before, after, .. } => {
            let rest = part.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
            rest.is_some_and(|key| !key.is_empty())
        }
    };
    template.len() == parts.len() && template.iter().zip(&parts).all(fits)
}

/// What one is to an owner, as far as their tenants tell.
pub(super) fn relation(attacker: &ActorFact, owner: &ActorFact) -> &'static str {
    if attacker.name == ANONYMOUS {
        "anonymous"
    } else if attacker.tenant == "*" {
        "staff"
    } else if attacker.tenant == owner.tenant {
        "same tenant"
    } else {
        "other tenant"
    }
}
