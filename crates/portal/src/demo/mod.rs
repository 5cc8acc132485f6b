//! The demo: an invented world, made by its people through the door, with a clock that runs through three months up to
//! now. So every row has its record, every secret its reveals, and every refusal was one.

mod beat;
mod people;
mod sheet;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use door::{Body, Credential, Door, HandClock, Ids, Input, Origin, Refusal, Request, Time, id::uuid_at};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use self::beat::{Beat, Deed, STORY};
pub use self::people::PASSWORD;
use self::people::{AGENTS, FACES, ORGANISATIONS, PEOPLE, Someone, organisation_of};
use crate::identity::SessionOpened;
use crate::identity::factor::{FactorBegun, Secret};
use crate::pages::{Demo, Face};

/// The organisations are this many days older than the first thing that happens in them.
const FOUNDED_DAYS_AGO: i64 = 91;
/// A sign-in is used again for this long; sessions end after seven idle days.
const SESSION_SECONDS: i64 = 6 * 24 * 3600;
/// Actions that ask for a fresh sign-in get one that is younger than this.
const FRESH_SECONDS: i64 = 8 * 60;

/// Fills an empty portal. `door` goes by `clock`, which ends at `now`.
///
/// # Errors
/// When a beat of the story goes otherwise than it is told.
pub async fn fill(door: &Arc<Door>, clock: &HandClock, now: Time) -> Result<()> {
    let mut teller = Teller {
        door,
        clock,
        ids: BTreeMap::new(),
        sessions: BTreeMap::new(),
        factors: BTreeMap::new(),
        versions: BTreeMap::new(),
        end: now,
    };
    clock.set(now.plus_seconds(-FOUNDED_DAYS_AGO * 24 * 3600));
    teller.found().await?;
    let mut day = None;
    for (time, beat) in in_order(now)? {
        if day.is_some_and(|before| before != beat.days) {
            teller.job("ledger.seal").await?;
        }
        day = Some(beat.days);
        clock.set(time);
        teller.tell(beat).await.with_context(|| format!("the story broke {} days ago at {}", beat.days, beat.clock))?;
    }
    clock.set(now);
    teller.console("demo.fill", json!({})).await?;
    teller.job("session.sweep").await?;
    teller.job("ledger.seal").await
}

/// The people to be, for the pages.
#[must_use]
pub fn faces() -> Demo {
    let people = FACES.iter().filter_map(|key| {
        let person = person(key).ok()?;
        let company = name_of(person.place)?;
        Some(Face { name: person.name.to_owned(), mail: person.mail.to_owned(), role: person.role, company })
    });
    Demo { password: PASSWORD.to_owned(), people: people.collect() }
}

/// The name of an organisation or a client.
fn name_of(place: &str) -> Option<String> {
    let organisation = organisation_of(place)?;
    let client = organisation.clients.iter().find(|(key, _)| *key == place).map(|(_, name)| *name);
    Some(client.unwrap_or(organisation.name).to_owned())
}

fn person(key: &str) -> Result<&'static Someone> {
    PEOPLE.iter().find(|person| person.key == key).with_context(|| format!("nobody is called {key}"))
}

/// The project that a secret was stored in.
fn vault_of(credential: &str) -> Option<&'static str> {
    STORY.iter().find_map(|beat| match beat.deed {
        Deed::Store(project, key, ..) if key == credential => Some(project),
        _ => None,
    })
}

/// The project in which something was asked for.
fn project_of(ask: &str) -> Option<&'static str> {
    STORY.iter().find_map(|beat| match beat.deed {
        Deed::Ask(project, key, ..) if key == ask => Some(project),
        _ => None,
    })
}

/// The organisation in whose rooms somebody does something: the project's where they belong to it, else their first.
fn rooms_of(someone: &Someone, deed: &Deed) -> Option<&'static str> {
    let project = match deed {
        Deed::Status(project, ..) | Deed::Join(project, ..) | Deed::Leave(project, _) => Some(*project),
        Deed::Say(project, _) | Deed::Whisper(project, _) | Deed::Open(project) => Some(*project),
        Deed::Store(project, ..) => Some(*project),
        Deed::Ask(project, ..) => Some(*project),
        Deed::Reveal(credential, _) => vault_of(credential),
        Deed::Hand(ask, ..) | Deed::Approve(ask) | Deed::Changes(ask, _) => project_of(ask),
        Deed::Comment(ask, _) | Deed::Remark(ask, _) => project_of(ask),
        Deed::Project(..) | Deed::Token(..) | Deed::Becomes(..) | Deed::Refused(_) => None,
    };
    let client = STORY.iter().find_map(|beat| match beat.deed {
        Deed::Project(key, client, ..) if Some(key) == project => Some(client),
        _ => None,
    });
    let house = client.and_then(organisation_of).map(|organisation| organisation.key);
    let homes = PEOPLE.iter().filter(|person| person.key == someone.key);
    let mut homes = homes.filter_map(|person| organisation_of(person.place)).map(|organisation| organisation.key);
    let first = homes.clone().next();
    homes.find(|home| Some(*home) == house).or(first)
}

/// Every beat with its time, in the order of time.
fn in_order(now: Time) -> Result<Vec<(Time, &'static Beat)>> {
    let mut beats = Vec::new();
    for beat in STORY.iter() {
        beats.push((beat.time(now).with_context(|| format!("{} is no time of day", beat.clock))?, beat));
    }
    beats.sort_by_key(|(time, _)| *time);
    Ok(beats)
}

/// A sign-in of somebody.
struct Session {
    secret: Zeroizing<String>,
    opened: Time,
    organisation: &'static str,
}

/// Tells the story through the door.
struct Teller<'a> {
    door: &'a Arc<Door>,
    clock: &'a HandClock,
    /// Ids by what they are ids of and key: `person tom`, `project shop`.
    ids: BTreeMap<String, Uuid>,
    sessions: BTreeMap<&'static str, Session>,
    /// The authenticator apps of those who have one.
    factors: BTreeMap<&'static str, Secret>,
    /// How many versions were handed in for what.
    versions: BTreeMap<String, usize>,
    /// When the story ends.
    end: Time,
}

/// The day so many days after a time (UTC).
fn day(from: Time, days: i64) -> String {
    from.plus_seconds(days * 24 * 3600).timestamp().strftime("%Y-%m-%d").to_string()
}

impl Teller<'_> {
    /// Organisations, clients and people, by the operator's hand.
    async fn found(&mut self) -> Result<()> {
        for organisation in ORGANISATIONS {
            let owner = person(organisation.owner)?;
            let clients: Vec<&str> = organisation.clients.iter().map(|(_, name)| *name).collect();
            let input = json!({"name": organisation.name, "owner": owner.name, "mail": owner.mail, "password": PASSWORD,
                               "clients": clients});
            let made = self.console("organisation.create", input).await?;
            self.keep("organisation", organisation.key, &made["organisation"])?;
            self.keep("person", owner.key, &made["person"])?;
            for ((key, _), id) in organisation.clients.iter().zip(made["clients"].as_array().into_iter().flatten()) {
                self.keep("client", key, id)?;
            }
        }
        for person in PEOPLE {
            let Some(organisation) = organisation_of(person.place) else { bail!("{}: no such place", person.place) };
            if person.key == organisation.owner {
                continue;
            }
            let mut input = json!({"mail": person.mail, "name": person.name, "password": PASSWORD, "role": person.role,
                                   "organisation": self.id("organisation", organisation.key)?});
            if person.role.of_client() {
                input["client"] = json!(self.id("client", person.place)?);
            }
            let made = self.console("person.create", input).await?;
            self.keep("person", person.key, &made["person"])?;
        }
        Ok(())
    }

    async fn tell(&mut self, beat: &'static Beat) -> Result<()> {
        let Beat { who, deed, .. } = beat;
        match deed {
            Deed::Refused(deed) => match self.attempt(who, deed).await? {
                Err(Refusal::Forbidden { .. } | Refusal::NotFound | Refusal::NotNow(_)) => Ok(()),
                other => bail!("{who} should have been refused: {other:?}"),
            },
            deed => match self.attempt(who, deed).await? {
                Ok(()) => Ok(()),
                Err(refusal) => bail!("{who} was refused: {refusal:?}"),
            },
        }
    }

    /// Lets somebody do something. The inner result is the door's answer.
    async fn attempt(&mut self, who: &'static str, deed: &'static Deed) -> Result<Result<(), Refusal>> {
        let (action, ids, input, key) = match deed {
            Deed::Project(key, client, title, sentence) => {
                let input = json!({"title": title, "client": self.id("client", client)?, "sentence": sentence});
                ("project.create", vec![], input, Some(("project", *key)))
            }
            Deed::Status(project, status, sentence) => {
                ("project.status.set", self.on(project)?, json!({"status": status, "sentence": sentence}), None)
            }
            Deed::Join(project, person, role) => {
                let input = json!({"person": self.id("person", person)?, "role": role});
                ("project.member.add", self.on(project)?, input, None)
            }
            Deed::Leave(project, person) => {
                let mut ids = self.on(project)?;
                ids.push(("member", self.id("person", person)?));
                ("project.member.remove", ids, json!({}), None)
            }
            Deed::Say(project, text) => ("message.post", self.on(project)?, json!({"text": text}), None),
            Deed::Whisper(project, text) => {
                ("message.post", self.on(project)?, json!({"text": text, "visibility": "internal"}), None)
            }
            Deed::Store(project, key, title, username, secret) => {
                let input = json!({"title": title, "username": username, "secret": secret});
                ("credential.store", self.on(project)?, input, Some(("credential", *key)))
            }
            Deed::Reveal(credential, reason) => {
                let mut ids = self.on(vault_of(credential).context("no such secret")?)?;
                ids.push(("credential", self.id("credential", credential)?));
                ("credential.reveal", ids, json!({"reason": reason}), None)
            }
            Deed::Ask(project, key, kind, due, title, detail) => {
                let due = due.map(|days| day(self.end, days));
                let input = json!({"kind": kind, "title": title, "detail": detail, "due_on": due});
                ("request.create", self.on(project)?, input, Some(("request", *key)))
            }
            Deed::Hand(ask, _, _, note) => {
                ("request.submit", self.asked(ask)?, json!({"note": note}), Some(("version", *ask)))
            }
            Deed::Approve(ask) => ("request.approve", self.newest(ask)?, json!({"name": person(who)?.name}), None),
            Deed::Changes(ask, words) => ("request.changes.ask", self.newest(ask)?, json!({"words": words}), None),
            Deed::Comment(ask, text) => ("request.comment.post", self.asked(ask)?, json!({"text": text}), None),
            Deed::Remark(ask, text) => {
                ("request.comment.post", self.asked(ask)?, json!({"text": text, "visibility": "internal"}), None)
            }
            Deed::Open(project) => ("project.show", self.on(project)?, json!({}), None),
            Deed::Token(name, scopes) => {
                ("token.create", vec![], json!({"name": name, "scopes": scopes, "days": 90}), None)
            }
            Deed::Becomes(person, organisation, state) => {
                let input = json!({"person": self.id("person", person)?, "state": state,
                                   "organisation": self.id("organisation", organisation)?});
                self.console("membership.state.set", input).await?;
                return Ok(Ok(()));
            }
            Deed::Refused(_) => bail!("a refusal cannot be refused"),
        };
        let fresh = matches!(deed, Deed::Reveal(..) | Deed::Token(..) | Deed::Approve(_) | Deed::Changes(..));
        let credential = self.session(who, deed, fresh).await?;
        let (input, body) = match deed {
            Deed::Hand(ask, name, pages, note) => self.file(ask, name, *pages, note),
            _ => (input, Body::default()),
        };
        let passed = self.send(action, credential, self.origin(who)?, Ids(ids), input, body).await;
        match (passed, key) {
            (Ok(output), Some((kind, key))) => {
                // What was handed in is called a version where its id is told.
                self.keep(kind, key, output.get("id").unwrap_or(&output["version"]))?;
                Ok(Ok(()))
            }
            (Ok(_), None) => Ok(Ok(())),
            (Err(refusal), _) => Ok(Err(refusal)),
        }
    }

    /// A session of somebody in the rooms where the deed is done: the one that is open, or a new one.
    async fn session(&mut self, who: &'static str, deed: &Deed, fresh: bool) -> Result<Credential> {
        let now = self.door.now();
        let someone = person(who)?;
        let good_for = if fresh { FRESH_SECONDS } else { SESSION_SECONDS };
        let young = self.sessions.get(who).is_some_and(|session| now.seconds_since(session.opened) < good_for);
        if !young {
            let session = Session { secret: self.sign_in(who).await?, opened: now, organisation: "" };
            self.sessions.insert(who, session);
        }
        if matches!(deed, Deed::Reveal(..)) && !self.factors.contains_key(who) {
            self.set_up_factor(who).await?;
        }
        let wanted = rooms_of(someone, deed).context("no rooms")?;
        let Some(session) = self.sessions.get_mut(who) else { bail!("{who} has no session") };
        let credential = Credential::Bearer(session.secret.clone());
        if session.organisation != wanted {
            session.organisation = wanted;
            let ids = Ids(vec![("organisation", self.id("organisation", wanted)?)]);
            let entered = self.pass("organisation.enter", credential.clone(), self.origin(who)?, ids, json!({})).await;
            entered.map_err(|refusal| anyhow::anyhow!("{who} could not enter {wanted}: {refusal:?}"))?;
        }
        Ok(credential)
    }

    /// Signs somebody in, with the second step where there is one.
    async fn sign_in(&self, who: &'static str) -> Result<Zeroizing<String>> {
        let input = json!({"mail": person(who)?.mail, "password": PASSWORD});
        let opened = self.deed(who, "session.open", Credential::None, input).await?;
        let opened: SessionOpened = serde_json::from_value(opened)?;
        let Some(factor) = self.factors.get(who).filter(|_| opened.second_step) else {
            return Ok(Zeroizing::new(opened.token));
        };
        let half = Credential::Bearer(Zeroizing::new(opened.token));
        let code = json!({"code": factor.code(self.door.now())});
        let whole: SessionOpened = serde_json::from_value(self.deed(who, "session.confirm", half, code).await?)?;
        Ok(Zeroizing::new(whole.token))
    }

    /// Gives somebody an authenticator app.
    async fn set_up_factor(&mut self, who: &'static str) -> Result<()> {
        let session = self.sessions.get(who).with_context(|| format!("{who} has no session"))?;
        let credential = Credential::Bearer(session.secret.clone());
        let begun: FactorBegun =
            serde_json::from_value(self.deed(who, "factor.begin", credential.clone(), json!({})).await?)?;
        let factor = Secret::parse(&begun.secret).context("the secret cannot be read")?;
        let code = json!({"code": factor.code(self.door.now())});
        self.deed(who, "factor.confirm", credential, code).await?;
        self.factors.insert(who, factor);
        Ok(())
    }

    /// Something that somebody does with their own account.
    async fn deed(&self, who: &str, action: &str, credential: Credential, input: Value) -> Result<Value> {
        let passed = self.pass(action, credential, self.origin(who)?, Ids::default(), input).await;
        passed.map_err(|refusal| anyhow::anyhow!("{who} could not do {action}: {refusal:?}"))
    }

    async fn pass(
        &self,
        action: &str,
        credential: Credential,
        origin: Origin,
        ids: Ids,
        input: Value,
    ) -> Result<Value, Refusal> {
        self.send(action, credential, origin, ids, input, Body::default()).await
    }

    /// The input and the file of something that is handed in.
    fn file(&mut self, ask: &str, name: &str, pages: usize, note: &str) -> (Value, Body) {
        let version = self.versions.entry(ask.to_owned()).or_default();
        *version += 1;
        let title = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace('-', " ");
        let file = Bytes::from(sheet::design(&title, *version, pages));
        let pieces = futures_util::stream::once(std::future::ready(Ok(file)));
        (json!({"name": name, "note": note}), Body::of(Box::pin(pieces)))
    }

    async fn send(
        &self,
        action: &str,
        credential: Credential,
        origin: Origin,
        ids: Ids,
        input: Value,
        body: Body,
    ) -> Result<Value, Refusal> {
        let request = Request {
            body,
            credential,
            origin,
            ids,
            input: Input::Fields(input),
            id: uuid_at(self.door.now()),
            ..Request::default()
        };
        let reply = self.door.pass(action, request).await?;
        // What follows has a later time, as it would have.
        self.clock.set(Time(self.door.now().0 + 40_000));
        Ok(reply.output)
    }

    async fn console(&self, action: &str, input: Value) -> Result<Value> {
        let passed = self.pass(action, Credential::Console, Origin::default(), Ids::default(), input).await;
        passed.map_err(|refusal| anyhow::anyhow!("{action}: {refusal:?}"))
    }

    async fn job(&self, name: &'static str) -> Result<()> {
        let passed = self.pass(name, Credential::Job(name), Origin::default(), Ids::default(), json!({})).await;
        passed.map(drop).map_err(|refusal| anyhow::anyhow!("{name}: {refusal:?}"))
    }

    /// Where somebody sits: an address of those kept for documentation (RFC 5737), and a browser.
    fn origin(&self, who: &str) -> Result<Origin> {
        let index = PEOPLE.iter().position(|person| person.key == who).context("nobody")?;
        let last = u8::try_from(20 + index * 7 % 200)?;
        Ok(Origin {
            address: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, last))),
            agent: Some(AGENTS[index % AGENTS.len()].to_owned()),
            ..Origin::default()
        })
    }

    fn on(&self, project: &str) -> Result<Vec<(&'static str, Uuid)>> {
        Ok(vec![("project", self.id("project", project)?)])
    }

    /// The ids of something that was asked for.
    fn asked(&self, ask: &str) -> Result<Vec<(&'static str, Uuid)>> {
        let mut ids = self.on(project_of(ask).with_context(|| format!("nobody asked for {ask}"))?)?;
        ids.push(("request", self.id("request", ask)?));
        Ok(ids)
    }

    /// The ids of the newest version of it.
    fn newest(&self, ask: &str) -> Result<Vec<(&'static str, Uuid)>> {
        let mut ids = self.asked(ask)?;
        ids.push(("version", self.id("version", ask)?));
        Ok(ids)
    }

    fn keep(&mut self, kind: &str, key: &str, id: &Value) -> Result<()> {
        let id = id.as_str().and_then(|id| id.parse().ok()).with_context(|| format!("{kind} {key} has no id"))?;
        self.ids.insert(format!("{kind} {key}"), id);
        Ok(())
    }

    fn id(&self, kind: &str, key: &str) -> Result<Uuid> {
        self.ids.get(&format!("{kind} {key}")).copied().with_context(|| format!("there is no {kind} {key} yet"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beat_has_a_time_and_a_person() {
        let beats = in_order(Time(1_795_338_600_000_000)).unwrap();
        assert!(beats.len() > 150, "{} beats", beats.len());
        for (_, beat) in beats {
            assert!(matches!(beat.deed, Deed::Becomes(..)) || person(beat.who).is_ok(), "{beat:?}");
        }
    }

    #[test]
    fn the_faces_are_one_of_each_kind() {
        let demo = faces();
        let roles: Vec<&str> = demo.people.iter().map(|face| face.role.word()).collect();
        assert_eq!(roles, ["owner", "staff", "client_admin", "client_member"]);
    }
}
