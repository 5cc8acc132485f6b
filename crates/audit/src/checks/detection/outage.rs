//! The database is taken away once, and everything that ought to notice is watched: the health endpoint, the error
//! tracker, the alerts. Three checks judge the one document.

use super::de03::says_wrong;
use super::exposure;
use crate::checks::say::Untried;
use crate::client::{Answer, Client, Purpose, Request};
use crate::error::Result;
use crate::evidence::Document;
use crate::faults::Kind;
use crate::sinks::{Arrival, SENTRY, SMTP, takes_alerts};
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How long the health endpoint may take to notice, where the manifest does not say.
const WITHIN: Duration = Duration::from_secs(15);
/// How long the service may take to be well again.
const RECOVERY_MAX: Duration = Duration::from_secs(30);
/// How long it may take to be well before anything is done to it.
const SETTLING_MAX: Duration = Duration::from_secs(5);
/// How long an event may take to arrive at the tracker, where the manifest does not say.
const EVENT_WAIT: Duration = Duration::from_secs(10);
/// Most looks that are kept of one endpoint.
const DURING_MAX: usize = 20;
/// Pause between two looks at the health endpoint.
const LOOK: Duration = Duration::from_millis(250);
/// Longest text that is kept of one look, in characters.
const TEXT_MAX: usize = 1000;
/// Longest answer of a health endpoint, in bytes.
const ANSWER_BYTES_MAX: u64 = 4096;
/// Where health endpoints usually stand.
const USUAL: [&str; 10] = [
    "/readyz",
    "/healthz",
    "/health",
    "/health/ready",
    "/api/health",
    "/actuator/health",
    "/livez",
    "/status",
    "/ping",
    "/up",
];

/// One look at a path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Look {
    /// `GET /readyz`.
    pub what: String,
    /// Milliseconds since the database was taken, or given back.
    pub after_ms: u64,
    /// The status code; 0 where no answer came.
    pub status: u16,
    /// The answer, cut to a bound.
    pub text: String,
}

impl Look {
    /// It answered, and with success.
    pub(super) fn is_well(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One health endpoint, before, during and after the outage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Endpoint {
    /// `/readyz`.
    pub path: String,
    /// When all was well.
    pub before: Look,
    /// While the database was away.
    pub during: Vec<Look>,
    /// After it was given back.
    pub after: Vec<Look>,
}

/// What was seen before, during and after the outage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outage {
    /// How the database was taken away.
    pub fault: Option<Kind>,
    /// Why it was not, or what is missing.
    pub untried: Option<Untried>,
    /// The path of the health endpoint.
    pub health: String,
    /// It, and others at the usual places.
    pub endpoints: Vec<Endpoint>,
    /// Requests that need the database: before, and while it was away.
    pub needs: Vec<(Look, Look)>,
    /// Receivers that the service was given.
    pub given: Vec<String>,
    /// What arrived since the database was taken.
    pub arrivals: Vec<Arrival>,
    /// Whether one of them is an error for the tracker.
    pub tracked: bool,
    /// What the tracker was told and should not have been.
    pub exposed: Vec<String>,
    /// How long alerts were waited for, in milliseconds.
    pub waited_ms: u64,
}

impl Document for Outage {
    const KIND: &'static str = "outage";
}

/// Takes the database away and gives it back.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = Outage { given: given(world), ..Outage::default() };
    let Some((health, before)) = health(world).await else {
        seen.untried = Some(Untried::not_told(
            "no health endpoint is told, and none answers at the usual places",
            "[target] health = \"GET /healthz\"",
        ));
        return world.store.add(&seen).map(drop);
    };
    let mut told = Endpoint { path: health.clone(), before, ..Endpoint::default() };
    if !told.before.is_well() {
        // Something else may have just been given back.
        recover(&world.client, std::slice::from_mut(&mut told), SETTLING_MAX).await;
        told.before = std::mem::take(&mut told.after).pop().unwrap_or_default();
    }
    seen.health = health;
    seen.endpoints.push(told);
    seen.fault = world.fault.kind();
    seen.untried = if seen.fault.is_none() {
        Some(Untried::not_told(
            "nothing says how the database can be taken away",
            "[database] sqlite = \"FILE\", or proxy = \"HOST:PORT\" with env = { DATABASE_URL = \"…{proxy.database}…\" }",
        ))
    } else if !world.manifest.target.disposable {
        let words = "the database is only taken away where everything may be lost";
        Some(Untried::not_told(words, "[target] disposable = true"))
    } else {
        None
    };
    if seen.untried.is_none() {
        take_away(world, &mut seen).await;
    }
    world.store.add(&seen).map(drop)
}

/// Names of the receivers whose addresses the service was given.
pub(super) fn given(world: &World<'_>) -> Vec<String> {
    let holes = world.manifest.target.env.values().flat_map(|value| value.names());
    let mut sinks: Vec<String> =
        holes.filter_map(|hole| Some(hole.strip_prefix("sink.")?.split('.').next()?.to_owned())).collect();
    sinks.sort();
    sinks.dedup();
    sinks
}

/// The endpoint that says whether the service is well: the told one, or one that answers at a usual place and is no page.
pub(super) async fn health(world: &mut World<'_>) -> Option<(String, Look)> {
    if world.manifest.target.health.is_some() {
        let path = world.target.health().to_owned();
        let look = look(&world.client, &path, Instant::now()).await;
        return Some((path, look));
    }
    for path in USUAL {
        if let Some(look) = usual(world, path).await {
            return Some((path.to_owned(), look));
        }
    }
    None
}

/// A look at a usual place, where something answers that is no page for people.
async fn usual(world: &mut World<'_>, path: &str) -> Option<Look> {
    let asked = world.ask(None, &Call::get(path), Purpose::Other).await;
    let page = asked.answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    let look = of(&asked.answer, &format!("GET {path}"), Instant::now());
    (look.is_well() && !page && asked.answer.bytes < ANSWER_BYTES_MAX).then_some(look)
}

async fn take_away(world: &mut World<'_>, seen: &mut Outage) {
    let Some(at) = (0..world.actors.len()).find(|at| world.actors[*at].alive) else {
        seen.untried = Some(Untried::undecided("nobody is signed in any more"));
        return;
    };
    // What needs the database, shown to work before.
    let mut calls: Vec<Call> = world.proof_call(at).into_iter().collect();
    let making = world.making_call(at).await;
    calls.extend(making.iter().map(|(call, _)| call.clone()));
    let mut needs: Vec<(Request, Look)> = Vec::new();
    for call in calls {
        let asked = world.ask(Some(at), &call, Purpose::Other).await;
        let mut request = Request {
            method: call.method.clone(),
            path: call.path.clone(),
            headers: call.headers.clone(),
            body: call.body.clone(),
        };
        world.actors[at].sign(&mut request);
        let before = of(&asked.answer, &format!("{} {}", call.method, call.path), Instant::now());
        if asked.succeeded() {
            needs.push((request, before));
        }
    }
    for path in USUAL.iter().filter(|path| **path != seen.health) {
        let look = usual(world, path).await;
        let endpoint = |before| Endpoint { path: (*path).to_owned(), before, ..Endpoint::default() };
        seen.endpoints.extend(look.map(endpoint));
    }
    let root = world.manifest.directory();
    let mark = world.sinks.mark();
    let taken = match world.fault.take(&world.target, &root).await {
        Ok(taken) => taken,
        Err(why) => {
            seen.untried = Some(Untried::undecided(format!("the database could not be taken away: {why}")));
            return;
        }
    };
    let started = Instant::now();
    let within = world.fault.told.within.unwrap_or(WITHIN);
    let ((), failed) =
        tokio::join!(watch(&world.client, &mut seen.endpoints, within), try_all(&world.client, &needs, started));
    seen.needs = needs.into_iter().map(|(_, before)| before).zip(failed).collect();
    if let Some(most) = world.manifest.instruments.alerts.provoke.within.filter(|_| {
        world.manifest.instruments.alerts.provoke.provoke.is_none() && seen.given.iter().any(|sink| takes_alerts(sink))
    }) {
        world.sinks.wait(mark, most, |arrival| takes_alerts(&arrival.sink) && arrival.sink != SMTP).await;
        seen.waited_ms = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    }
    let given_back = world.fault.give_back(taken, &world.target).await;
    if let Err(why) = given_back {
        seen.untried = Some(Untried::undecided(format!("the database could not be given back: {why}")));
    }
    let recovery = world.fault.told.within.map_or(RECOVERY_MAX, |within| RECOVERY_MAX.min(within * 2 + SETTLING_MAX));
    recover(&world.client, &mut seen.endpoints, recovery).await;
    if seen.needs.iter().any(|(_, during)| during.status >= 500) && seen.given.iter().any(|sink| sink == SENTRY) {
        let most = world.manifest.instruments.errors.within.unwrap_or(EVENT_WAIT);
        world.sinks.wait(mark, most, Arrival::is_error_event).await;
    }
    let arrived = world.sinks.since(mark);
    seen.tracked = arrived.iter().any(Arrival::is_error_event);
    seen.exposed = exposure::in_events(world, &arrived, at, making.map(|(_, canary)| canary));
    seen.arrivals = arrived.iter().take(20).map(Arrival::shortened).collect();
    let well = seen.endpoints.iter().all(|one| one.after.last().is_some_and(Look::is_well));
    if !well && world.target.can_restart() {
        // The other checks need a service; that it did not come back by itself is written down.
        let _ = world.target.restart(world.progress).await;
    }
    world.fell_silent = false;
    for at in 0..world.actors.len() {
        if !world.actors[at].fact.throw_away {
            world.revive(Some(at)).await;
        }
    }
}

/// Looks at the health endpoints until the first says that something is wrong, or the time is over.
async fn watch(client: &Client, endpoints: &mut [Endpoint], within: Duration) {
    let started = Instant::now();
    loop {
        for one in endpoints.iter_mut() {
            let look = look(client, &one.path, started).await;
            // What repeats itself is kept once, with its last time.
            match one.during.last_mut() {
                Some(last) if last.status == look.status && last.text == look.text => last.after_ms = look.after_ms,
                _ => one.during.push(look),
            }
        }
        let wrong = endpoints.first().is_none_or(|told| told.during.iter().any(|look| says_wrong(look, &told.before)));
        if wrong || within <= started.elapsed() {
            endpoints.iter_mut().for_each(|one| one.during.truncate(DURING_MAX));
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn try_all(client: &Client, needs: &[(Request, Look)], started: Instant) -> Vec<Look> {
    let mut looks = Vec::new();
    for (request, before) in needs {
        let answer = client.send_unpaused(request, Purpose::Other).await;
        looks.push(of(&answer, &before.what, started));
    }
    looks
}

/// Looks at the health endpoints until all are well again.
async fn recover(client: &Client, endpoints: &mut [Endpoint], most: Duration) {
    let started = Instant::now();
    loop {
        for one in endpoints.iter_mut().filter(|one| !is_well_again(one)) {
            let look = look(client, &one.path, started).await;
            match one.after.last_mut() {
                Some(last) if last.status == look.status => *last = look,
                _ => one.after.push(look),
            }
        }
        if endpoints.iter().all(is_well_again) || most <= started.elapsed() {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// By its code and in its words: what waited for the database may need a moment more.
fn is_well_again(one: &Endpoint) -> bool {
    one.after.last().is_some_and(|look| !says_wrong(look, &one.before))
}

async fn look(client: &Client, path: &str, started: Instant) -> Look {
    let request = Request { method: "GET".into(), path: path.to_owned(), ..Request::default() };
    let answer = client.send_unpaused(&request, Purpose::Other).await;
    of(&answer, &format!("GET {path}"), started)
}

fn of(answer: &Answer, what: &str, started: Instant) -> Look {
    Look {
        what: what.to_owned(),
        after_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        status: answer.status,
        text: answer.text().chars().take(TEXT_MAX).collect(),
    }
}
