//! The way through the door, the same for every action.
//!
//! ```text
//! limit by address → who is it → same origin → limit by caller
//!   → load and decide in a snapshot          a refusal costs no lock; the same key may have been answered before
//!   → ready                                  slow work, never in a transaction
//!   → begin → load and decide again, locked
//!   → same key? answer as before
//!   → do → record → commit → release → answer
//! ```

mod heard;
mod input;
mod limited;
mod refused;
pub(crate) mod run;

use std::any::Any;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tracing::Instrument as _;
use uuid::Uuid;

use crate::action::Target;
use crate::caller::{Actor, Caller, Credential};
use crate::catalogue::{Catalogue, Entry};
use crate::decide::decide;
use crate::grounds::Grounds;
use crate::idempotency::Keyed;
use crate::limits::Memory;
use crate::origin::came_by_itself;
use crate::permit::Permitted;
use crate::place::Place;
use crate::refusal::{Refusal, Result};
use crate::relation::{Relation, Relations};
use crate::request::{Reply, Request};
use crate::spec::{Effect, Spec};
use crate::store::{self, Store, Tx};
use crate::time::{Clock, Time};
use crate::values;

use heard::Hear;
pub use heard::Passed;

/// What a door is made of.
#[derive(Clone)]
pub struct Parts {
    /// The actions.
    pub catalogue: Catalogue,
    /// The portal's knowledge of people.
    pub grounds: Arc<dyn Grounds>,
    /// The database, migrated.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What signs the log.
    pub sealer: Option<Arc<crate::record::Sealer>>,
    /// `https://portal.example`: the origin under which browsers know us.
    pub public_origin: String,
    /// Name and version, for the record: `portal@0.1.0`.
    pub observer: &'static str,
    /// What the verbs need besides the database: keys and the like.
    pub world: Arc<dyn Any + Send + Sync>,
}

/// The door.
pub struct Door {
    pub(crate) parts: Parts,
    memory: Memory,
    refused: refused::Repeats,
    installation: Uuid,
    hear: OnceLock<Hear>,
    pub(crate) schema_looked: crate::record::Looked,
}

/// What the record needs to know of a passage.
pub(crate) struct Context<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) now: Time,
    pub(crate) request: Uuid,
    pub(crate) address: Option<IpAddr>,
    pub(crate) ids: &'a [(&'static str, Uuid)],
    pub(crate) relations: &'static [Relation],
    pub(crate) installation: Uuid,
    pub(crate) observer: &'static str,
}

/// One request on its way through, and what is known of it so far.
pub(crate) struct Passage<'a> {
    pub(crate) door: &'a Door,
    pub(crate) entry: &'a Entry,
    pub(crate) request: &'a Request,
    pub(crate) now: Time,
    pub(crate) caller: Caller,
    /// Who looks, where the caller is somebody as whom he looks.
    pub(crate) looker: Option<Caller>,
    pub(crate) place: Option<Place>,
    pub(crate) standing: Relations,
    /// The part of the standing that comes from the object itself.
    pub(crate) own: Relations,
}

impl Door {
    /// Makes a door over a migrated database.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn new(parts: Parts) -> store::Result<Arc<Self>> {
        let installation = installation(&parts.store, parts.clock.now()).await?;
        let (memory, refused, hear, schema_looked) = Default::default();
        Ok(Arc::new(Self { parts, memory, refused, installation, hear, schema_looked }))
    }

    /// The id of this installation: the name of its chain.
    #[must_use]
    pub const fn installation(&self) -> Uuid {
        self.installation
    }

    /// The time by the door's clock.
    #[must_use]
    pub fn now(&self) -> Time {
        self.parts.clock.now()
    }

    /// Every relation, for names.
    #[must_use]
    pub fn relations(&self) -> &'static [Relation] {
        self.parts.grounds.relations()
    }

    /// The database, for what lies below the actions: the first-run link, verification.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.parts.store
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.parts.store.close().await;
    }

    /// Whether the database takes writes at this moment. Why not stands in the log.
    pub async fn answers(&self) -> bool {
        let answered = self.parts.store.takes_writes().await;
        if let Err(error) = &answered {
            tracing::warn!(%error, "the database is not there");
        }
        answered.is_ok()
    }

    /// Takes a request through. Every wire calls this one function. The action runs in a task of its own, so that a
    /// caller who hangs up leaves nothing half done.
    ///
    /// # Errors
    /// The refusal, which is on the record by now where it belongs there.
    pub async fn pass(self: &Arc<Self>, name: &str, request: Request) -> Result<Reply> {
        let action = self.parts.catalogue.find(name).ok_or(Refusal::NotFound)?.spec.name;
        let (door, id, begun) = (Arc::clone(self), request.id, Instant::now());
        // Every line that is logged on the way names the request.
        let passage = tracing::info_span!("passage", action, request = %id);
        let task = tokio::spawn(async move { door.take(action, &request).await }.instrument(passage.clone()));
        let passed = task.await.unwrap_or_else(|error| {
            // What a panic says may hold anything, so it is not repeated.
            passage.in_scope(|| tracing::error!(panicked = error.is_panic(), "an action did not come to its end"));
            Err(Refusal::Broken)
        });
        if let Some(hear) = self.hear.get() {
            hear(&Passed { action, request: id, took: begun.elapsed(), refused: passed.as_ref().err() });
        }
        passed
    }

    async fn take(self: &Arc<Self>, name: &str, request: &Request) -> Result<Reply> {
        let entry = self.parts.catalogue.find(name).ok_or(Refusal::NotFound)?;
        let mut passage = Passage {
            door: self,
            entry,
            request,
            now: self.now(),
            caller: Caller::anyone(),
            looker: None,
            place: None,
            standing: Relations::NONE,
            own: Relations::NONE,
        };
        let result = match passage.limit_by_address() {
            Ok(()) => (entry.run)(&mut passage).await,
            Err(refusal) => Err(refusal),
        };
        match &result {
            Err(refusal) if refusal.recorded() => passage.record_refusal(refusal).await,
            Ok(_) if passage.caller.touch => self.touch(&passage.caller, passage.now),
            _ => {}
        }
        result
    }

    /// Writes "last seen" without making anybody wait for it.
    fn touch(self: &Arc<Self>, caller: &Caller, now: Time) {
        let (door, caller) = (Arc::clone(self), caller.clone());
        tokio::spawn(async move {
            let (parts, caller) = (&door.parts, &caller);
            let written = Store::twice(|alone| async move {
                let mut tx = parts.store.write(alone).await?;
                parts.grounds.seen(&mut tx, caller, now).await?;
                tx.commit().await
            });
            if let Err(error) = written.await {
                tracing::warn!(%error, "last seen could not be written");
            }
        });
    }
}

/// The row that says who this database is, made on first use. Two instances that start together make one.
async fn installation(store: &Store, now: Time) -> store::Result<Uuid> {
    let mut tx = store.write(true).await?;
    let sql = "INSERT INTO installation (id, one, made_at) VALUES ($1, 1, $2) ON CONFLICT (one) DO NOTHING";
    tx.run(sql, values![crate::id::uuid_at(now), now]).await?;
    let id = tx.one("SELECT id FROM installation", vec![]).await?.get("id")?;
    tx.commit().await?;
    Ok(id)
}

/// Whether a list of entity tags names this one, compared strongly (RFC 9110 section 13.1.1).
fn means(list: &str, tag: &str) -> bool {
    list.trim() == "*" || list.split(',').any(|listed| listed.trim().trim_matches('"') == tag)
}

impl<'a> Passage<'a> {
    pub(crate) fn context(&self) -> Context<'a> {
        Context {
            entry: self.entry,
            now: self.now,
            request: self.request.id,
            address: self.request.origin.address,
            ids: &self.request.ids.0,
            relations: self.door.relations(),
            installation: self.door.installation,
            observer: self.door.parts.observer,
        }
    }

    /// Who is it, and where does it come from.
    pub(crate) async fn identify(&mut self, tx: &mut Tx) -> Result<()> {
        self.caller = match self.request.credential {
            Credential::Console => Caller::internal(Actor::Console),
            Credential::Job(job) => Caller::internal(Actor::Job(job)),
            Credential::None => Caller::anyone(),
            Credential::Cookie(_) | Credential::Bearer(_) => {
                self.door.parts.grounds.caller(tx, &self.request.credential, &self.request.origin, self.now).await?
            }
        };
        let public_origin = &self.door.parts.public_origin;
        if !came_by_itself(&self.request.credential, self.entry.effect, &self.request.origin, public_origin) {
            return Err(Refusal::CrossOrigin);
        }
        if self.caller.actor == Actor::Anyone && !self.entry.spec.may.meet(Relations::of(&[Relation::ANYONE])) {
            return Err(Refusal::SignIn);
        }
        if self.caller.half && !self.entry.spec.half && !self.entry.spec.may.meet(Relations::of(&[Relation::ANYONE])) {
            return Err(Refusal::SecondStep);
        }
        self.look_as_somebody_else()
    }

    /// Puts the one as whom somebody looks into his place, for a look and nothing else. This is all there is to it, with the second
    /// decision in [`Self::enter`]: what is no look is not done, what leaves a mark is no look, and every event names who it was.
    fn look_as_somebody_else(&mut self) -> Result<()> {
        self.looker = None;
        let Some(view) = self.caller.view.filter(|_| !self.entry.spec.in_view) else { return Ok(()) };
        if view.over || self.entry.effect != Effect::Look {
            return Err(Refusal::Viewing);
        }
        let seen_as = self.caller.seen_as(view.person);
        self.looker = Some(std::mem::replace(&mut self.caller, seen_as));
        Ok(())
    }

    /// Whose deed it is: who looks, and not as whom.
    pub(crate) fn doer(&self) -> &Caller {
        self.looker.as_ref().unwrap_or(&self.caller)
    }

    /// What is the object, what is the caller to it, may he. Whoever stands before closed rooms finds nothing in them, and is
    /// told why: that is the same for what is there and for what is not.
    pub(crate) async fn enter<T: Target>(&mut self, tx: &mut Tx) -> Result<Permitted<T>> {
        match (self.find::<T>(tx).await, &self.caller.closed) {
            (Err(Refusal::NotFound), Some(closed)) => Err(closed.why.clone()),
            (found, _) => found,
        }
    }

    async fn find<T: Target>(&mut self, tx: &mut Tx) -> Result<Permitted<T>> {
        let target = T::load(tx, &self.caller, &self.request.ids).await?.ok_or(Refusal::NotFound)?;
        let place = target.place();
        let at_its_place = self.door.parts.grounds.standing(tx, &self.caller, &place, self.now).await?;
        self.standing = target.standing(&self.caller, at_its_place);
        self.own = self.standing.without(at_its_place);
        self.place = Some(place);
        decide(&self.entry.spec, self.entry.effect, &self.caller, self.standing, target.state(), self.now)?;
        if let Some(looker) = &self.looker {
            // Never more than he could see as himself.
            let own = self.door.parts.grounds.standing(tx, looker, &place, self.now).await?;
            let own = target.standing(looker, own);
            decide(&self.entry.spec, self.entry.effect, looker, own, target.state(), self.now)?;
        }
        if let (Some(seen), Some(tag)) = (&self.request.matches, target.tag())
            && !means(seen, &tag)
        {
            return Err(Refusal::Changed);
        }
        Ok(Permitted(target, self.standing))
    }

    /// The answer that the same request was given before, if the caller may still do at its place what he did there. The
    /// state of the object is what he made it, so it does not count.
    pub(crate) async fn answered_before(&self, tx: &mut Tx) -> Result<Option<Reply>> {
        let Ok(Some(keyed)) = Keyed::of(self.request, &self.caller, self.entry.spec.name) else { return Ok(None) };
        let Some(kept) = keyed.kept(tx, self.now).await? else { return Ok(None) };
        let standing = self.door.parts.grounds.standing(tx, &self.caller, &kept.place, self.now).await?.and(kept.own());
        let spec = Spec { not_when: &[], ..self.entry.spec.clone() };
        let may = decide(&spec, self.entry.effect, &self.caller, standing, "", self.now);
        Ok(may.is_ok().then(|| kept.reply()))
    }
}
