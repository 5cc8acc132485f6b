//! Credentials that the service hands out in its answers: API keys, personal tokens. Whatever stands there under the name of
//! a credential may be one; it is one when it opens something by itself.

use super::actors::{Carried, Session};
use super::world::{Call, World};
use crate::catalogue::{Place, openapi};
use crate::client::Purpose;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How credentials are usually carried, where no document says it: the header, and what stands before the credential.
const USUAL: &[(&str, &str)] = &[
    ("authorization", "Bearer "),
    ("x-api-key", ""),
    ("authorization", "Token "),
    ("authorization", "ApiKey "),
    ("api-key", ""),
    ("x-auth-token", ""),
];

impl World<'_> {
    /// What is handed out by its making: the slot, the action, and who was given one.
    pub(crate) fn handing(&self) -> Vec<(usize, usize, usize)> {
        let usable = |action: usize| !self.avoided.contains_key(&action) && self.left_out(action).is_none();
        let of = |action: usize| {
            let slot = self.slots.all.iter().position(|slot| slot.producers.contains(&action))?;
            Some((slot, action, self.met.get(&action)?.actor))
        };
        self.secrecy.handed.keys().filter(|action| usable(**action)).filter_map(|action| of(*action)).collect()
    }

    /// One of them, made now: the object, what was sent, and what may be the credential.
    pub(crate) async fn hand_out(
        &mut self,
        slot: usize,
        action: usize,
        to: usize,
    ) -> Option<(usize, Call, Vec<String>)> {
        self.secrecy.handed.remove(&action);
        let object = self.make(slot, to).await;
        let (call, values) = self.secrecy.handed.get(&action)?.clone();
        Some((object.ok()?, call, values))
    }

    /// One more, by this call.
    pub(crate) async fn hand_out_by(&mut self, call: &Call, action: usize, to: usize) -> Option<Vec<String>> {
        self.secrecy.handed.remove(&action);
        let (call, _) = self.varied(call);
        self.ask(Some(to), &call, Purpose::SetUp).await;
        self.secrecy.handed.get(&action).map(|(_, values)| values.clone())
    }

    /// All ways in which a credential may be carried, likeliest first: as the documents say, as whoever was given it carries
    /// his own, and as is usual.
    pub(crate) fn carriages(&self, of: usize, value: &str) -> Vec<Carried> {
        let header = |name: &str, value: String| carried(name, value, false);
        let mut ways: Vec<Carried> = Vec::new();
        for scheme in &self.catalogue.schemes {
            match &scheme.carried {
                openapi::Carried::Key(Place::Header, name) => ways.push(header(name, value.to_owned())),
                openapi::Carried::Key(Place::Query, name) => ways.push(carried(name, value.to_owned(), true)),
                _ => {}
            }
        }
        for own in self.actors[of].session.credentials.iter().filter(|own| !own.is_place) {
            let before = own.value.rsplit_once(' ').map_or("", |(before, _)| before);
            let whole = if before.is_empty() { value.to_owned() } else { format!("{before} {value}") };
            ways.push(carried(&own.name, whole, own.in_query));
        }
        ways.extend(USUAL.iter().map(|(name, before)| header(name, format!("{before}{value}"))));
        ways.push(header("authorization", format!("Basic {}", STANDARD.encode(format!("{value}:")))));
        let mut known: Vec<Carried> = Vec::new();
        for way in ways {
            let same = |one: &Carried| one.name.eq_ignore_ascii_case(&way.name) && one.value == way.value;
            if !known.iter().any(same) {
                known.push(way);
            }
        }
        known
    }

    /// Somebody who carries nothing but this credential.
    pub(crate) fn bearer(&mut self, of: usize, carried: Carried) -> usize {
        let mut actor = self.actors[of].clone();
        actor.session = Session { credentials: vec![carried], ..Session::default() };
        actor.fact.throw_away = true;
        self.actors.push(actor);
        self.actors.len() - 1
    }
}

fn carried(name: &str, value: String, in_query: bool) -> Carried {
    Carried { name: name.to_owned(), value, in_query, only: Vec::new(), is_place: false }
}
