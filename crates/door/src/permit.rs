//! What only the door can hand out: permission, snapshots, transactions, and what was released.

use std::ops::Deref;
use std::sync::Arc;

use ledger::commitment::{Salt, of_row};
use ledger::event::{Operation, Performer};
use ledger::{Chain, Hash};
use tokio::sync::mpsc::{Sender, channel};
use uuid::Uuid;

use crate::action::Target;
use crate::caller::{Caller, Origin};
use crate::catalogue::Catalogue;
use crate::decide::decide;
use crate::id::uuid_at;
use crate::pass::Parts;
use crate::record::{Changed, Erasure, Keeper, Pruned};
use crate::refusal::{Refusal, Result};
use crate::relation::{Relation, Relations};
use crate::request::{Arriving, Body, Ids, Pieces};
use crate::store::{self, Row, Tx, Value};
use crate::time::Time;
use crate::values;

/// An object that the caller may do this to. The proof that somebody asked.
pub struct Permitted<T>(pub(crate) T, pub(crate) Relations);

impl<T> Deref for Permitted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Permitted<T> {
    /// Whether the caller is one of these to the object: for what differs in the answer, never for whether.
    #[must_use]
    pub const fn caller_is(&self, one_of: &[Relation]) -> bool {
        self.1.meet(Relations::of(one_of))
    }

    /// Everything that the caller is to the object.
    #[must_use]
    pub const fn standing(&self) -> Relations {
        self.1
    }
}

/// A grant whose record is on disk.
pub struct Released<G>(pub(crate) G);

impl<G> Released<G> {
    /// What was granted.
    pub fn open(self) -> G {
        self.0
    }
}

/// Snapshots after the record is on disk, one after the other: what takes long holds none of them for long.
pub struct Snapshots {
    pub(crate) parts: Parts,
    pub(crate) caller: Caller,
    pub(crate) origin: Origin,
    pub(crate) body: Body,
    pub(crate) now: Time,
}

impl Snapshots {
    /// A fresh one.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn read(&self) -> Result<Read<'_>> {
        Ok(Read {
            tx: Some(self.parts.store.read().await?),
            caller: &self.caller,
            parts: &self.parts,
            origin: &self.origin,
            body: &self.body,
            now: self.now,
        })
    }
}

/// What housekeeping works with: snapshots, and single statements that write housekeeping
/// tables. Cheap to clone, so that what takes long may be done side by side.
#[derive(Clone)]
pub struct Desk(Arc<Snapshots>);

impl Desk {
    pub(crate) fn new(snapshots: Snapshots) -> Self {
        Self(Arc::new(snapshots))
    }

    /// A fresh snapshot.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn read(&self) -> Result<Read<'_>> {
        self.0.read().await
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.0.parts.clock.now()
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The file that comes with the request, for whoever asks first.
    #[must_use]
    pub fn body(&self) -> Option<Arriving> {
        self.0.body.take()
    }

    /// A fresh id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        uuid_at(self.now())
    }

    /// What the portal gave its verbs besides the database: keys and the like.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the door was made with another kind.
    pub fn world<T: 'static>(&self) -> Result<&T> {
        self.0.parts.world.downcast_ref().ok_or(Refusal::Broken)
    }

    /// Chains whose oldest event that is still there happened before a time, except the installation's.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn chains_older_than(&self, before: Time) -> Result<Vec<Chain>> {
        let oldest = "SELECT chain FROM event_index GROUP BY chain HAVING min(at) < $1 ORDER BY chain";
        let rows = self.0.parts.store.read().await?.all(oldest, values![before]).await?;
        let chains: Vec<String> = rows.iter().map(|row| row.get("chain")).collect::<store::Result<_>>()?;
        let chains = chains.iter().filter_map(|chain| chain.parse().ok());
        Ok(chains.filter(|chain| !matches!(chain, Chain::Installation(_))).collect())
    }

    /// Drops the beginning of a chain by policy: see [`Keeper::prune`].
    ///
    /// # Errors
    /// As [`crate::record::SealError`] says.
    pub async fn prune(&self, chain: &Chain, before: Time) -> Result<Option<Pruned>> {
        Ok(self.keeper().await?.prune(chain, before, Performer::job()).await?)
    }

    /// Takes what the record holds about a person out of it: see [`Keeper::erase`].
    ///
    /// # Errors
    /// As [`crate::record::SealError`] says; nothing was erased then.
    pub async fn erase(&self, person: Uuid) -> Result<Erasure> {
        Ok(self.keeper().await?.erase(person, "request").await?)
    }

    /// Takes what the record holds about anybody out of a chain whose owner has ended: see [`Keeper::erase_chain`].
    ///
    /// # Errors
    /// As [`crate::record::SealError`] says; nothing was erased then.
    pub async fn erase_chain(&self, chain: &Chain) -> Result<Erasure> {
        Ok(self.keeper().await?.erase_chain(chain, "ended").await?)
    }

    async fn keeper(&self) -> Result<Keeper<'_>> {
        let Parts { store, sealer, observer, .. } = &self.0.parts;
        let row = store.read().await?.one("SELECT id FROM installation", vec![]).await?;
        Ok(Keeper { store, sealer: sealer.as_deref(), installation: row.get("id")?, observer, now: self.now() })
    }

    /// Writes housekeeping tables together: all of it in one transaction, or nothing where the first statement touches
    /// another number of rows than `rows`, because another instance was quicker. Says whether it was done.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn keep_together(&self, rows: u64, statements: &[(&'static str, Vec<Value>)]) -> Result<bool> {
        let store = &self.0.parts.store;
        let kept = store::Store::twice(|alone| async move {
            let mut tx = store.write(alone).await?;
            for (at, (sql, values)) in statements.iter().enumerate() {
                let touched = tx.run(sql, values.clone()).await?;
                if at == 0 && touched != rows {
                    return Ok(false);
                }
            }
            tx.commit().await?;
            Ok(true)
        });
        Ok(kept.await?)
    }

    /// Writes a housekeeping table, in a transaction of its own.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn keep(&self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        let (store, values) = (&self.0.parts.store, &values);
        let kept = store::Store::twice(|alone| async move {
            let mut tx = store.write(alone).await?;
            let touched = tx.run(sql, values.clone()).await?;
            tx.commit().await?;
            Ok(touched)
        });
        Ok(kept.await?)
    }
}

/// Pieces that wait for a slow reader at the most; whoever sends waits then, too.
const PIECES_WAITING_MAX: usize = 4;

/// Where the pieces of an answer go.
pub struct Outlet(Sender<Result<Vec<u8>>>);

impl Outlet {
    pub(crate) fn new() -> (Self, Pieces) {
        let (sender, pieces) = channel(PIECES_WAITING_MAX);
        (Self(sender), pieces)
    }

    /// Sends the next piece, as soon as there is room for it.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the reader has gone: there is no more to do.
    pub async fn send(&self, piece: Vec<u8>) -> Result<()> {
        self.0.send(Ok(piece)).await.map_err(|_| Refusal::Unavailable)
    }

    pub(crate) async fn break_off(self, why: Refusal) {
        let _ = self.0.send(Err(why)).await;
    }
}

/// A snapshot. It cannot write.
pub struct Read<'t> {
    /// `None` once the snapshot was left.
    pub(crate) tx: Option<Tx>,
    pub(crate) caller: &'t Caller,
    pub(crate) parts: &'t Parts,
    pub(crate) origin: &'t Origin,
    pub(crate) body: &'t Body,
    pub(crate) now: Time,
}

impl<'t> Read<'t> {
    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &'t Origin {
        self.origin
    }

    /// The file that comes with the request, for whoever asks first.
    #[must_use]
    pub fn body(&self) -> Option<Arriving> {
        self.body.take()
    }

    /// The list that this door goes by.
    #[must_use]
    pub const fn catalogue(&self) -> &'t Catalogue {
        &self.parts.catalogue
    }

    /// What the portal gave its verbs besides the database: keys and the like.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the door was made with another kind.
    pub fn world<T: 'static>(&self) -> Result<&'t T> {
        self.parts.world.downcast_ref().ok_or(Refusal::Broken)
    }

    /// Who asks.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        self.caller
    }

    /// The time of the request.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Why the log is not signed at present; nothing when all is well.
    #[must_use]
    pub fn sealing_trouble(&self) -> Option<String> {
        self.parts.sealer.as_ref().and_then(|sealer| sealer.trouble())
    }

    /// Everybody who was ever erased, as it is listed outside the database: whoever is there again came with a backup.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the list cannot be read.
    pub fn erased_before(&self) -> Result<Vec<Uuid>> {
        let Some(sealer) = &self.parts.sealer else { return Ok(Vec::new()) };
        Ok(sealer.erased()?.iter().map(|erased| erased.subject).collect())
    }

    /// Leaves the snapshot and gives its connection back, before slow work: hashing, another server. Nothing can be read
    /// afterwards.
    pub fn leave(&mut self) {
        self.tx = None;
    }

    /// Everything as it stands now, for a backup. It has nothing to do with this snapshot, which is best left before.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn dump(&mut self) -> store::Result<store::Dump> {
        store::Dump::open(&self.parts.store).await
    }

    pub(crate) fn tx(&mut self) -> Result<&mut Tx> {
        self.tx.as_mut().ok_or_else(|| {
            tracing::error!("a verb reads after it left its snapshot");
            Refusal::Broken
        })
    }

    /// Whether somebody else could look at an object now, by the decision that is taken when they ask for it themselves: for
    /// what is told to people without their asking. `look` is the action of the page. `None` where they could not.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when there is no such action.
    pub async fn open_to<T: Target>(
        &mut self,
        somebody: &Caller,
        ids: &Ids,
        look: &'static str,
    ) -> Result<Option<Permitted<T>>> {
        let (parts, now) = (self.parts, self.now);
        let entry = parts.catalogue.find(look).ok_or(Refusal::Broken)?;
        let tx = self.tx()?;
        let Some(target) = T::load(tx, somebody, ids).await? else { return Ok(None) };
        let at_its_place = parts.grounds.standing(tx, somebody, &target.place(), now).await?;
        let standing = target.standing(somebody, at_its_place);
        let decided = decide(&entry.spec, entry.effect, somebody, standing, target.state(), now);
        Ok(decided.is_ok().then_some(Permitted(target, standing)))
    }

    /// Every row.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(self.tx()?.all(sql, values).await?)
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn maybe(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.tx()?.maybe(sql, values).await?)
    }

    /// The first row, which is there.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn one(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Row> {
        Ok(self.tx()?.one(sql, values).await?)
    }
}

/// A recorded table: its name and its number in the table of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The table's name.
    pub table: &'static str,
    /// Its number, for ever.
    pub entity: i64,
}

/// A transaction that writes. Rows of recorded tables move through [`Write::insert`], [`Write::update`] and
/// [`Write::delete`] only, because the database refuses a revision that no event names.
pub struct Write<'t> {
    pub(crate) tx: &'t mut Tx,
    pub(crate) caller: &'t Caller,
    pub(crate) parts: &'t Parts,
    pub(crate) now: Time,
    pub(crate) changes: Vec<Changed>,
    pub(crate) deletions: Vec<Deletion>,
}

/// A deletion that waits for its record: the database wants to see the record first.
pub(crate) struct Deletion {
    pub(crate) sql: &'static str,
    pub(crate) id: Uuid,
    pub(crate) revision: i64,
}

impl<'t> Write<'t> {
    /// What the portal gave its verbs besides the database: keys and the like.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the door was made with another kind.
    pub fn world<T: 'static>(&self) -> Result<&'t T> {
        self.parts.world.downcast_ref().ok_or(Refusal::Broken)
    }

    /// The list that this door goes by.
    #[must_use]
    pub const fn catalogue(&self) -> &'t Catalogue {
        &self.parts.catalogue
    }

    /// Who acts.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        self.caller
    }

    /// The time of the action: one for everything in it.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// A fresh id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        uuid_at(self.now)
    }

    /// Every row.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(self.tx.all(sql, values).await?)
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn maybe(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.tx.maybe(sql, values).await?)
    }

    /// The first row, which is there.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn one(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Row> {
        Ok(self.tx.one(sql, values).await?)
    }

    /// The first row, if any, held until the end: nobody changes it meanwhile. Its table must be named `t` in the statement,
    /// which ends where `FOR UPDATE OF t` may follow.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn hold(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.tx.target(sql, values).await?)
    }

    /// Inserts a row of a recorded table. The statement sets `id = $1, rev = $2, salt = $3`, its own columns from
    /// `$4`, and ends with `RETURNING *`.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when a unique key exists.
    pub async fn insert(&mut self, into: Recorded, id: Uuid, sql: &'static str, own: Vec<Value>) -> Result<()> {
        let salt = crate::record::fresh_salt();
        let mut all = values![id, 1_i64, salt.as_bytes().as_slice()];
        all.extend(own);
        let row = self.tx.one(sql, all).await?;
        self.moved(into, id, 1, Operation::Create, Some(&row))
    }

    /// Changes a row of a recorded table that stands at `revision`. The statement sets `rev = $2`, its own columns
    /// from `$3`, `WHERE id = $1 AND rev = $2 - 1`, and ends with `RETURNING *`.
    ///
    /// # Errors
    /// [`Refusal::Again`] when somebody else changed it in between.
    pub async fn update(
        &mut self,
        table: Recorded,
        id: Uuid,
        revision: i64,
        sql: &'static str,
        own: Vec<Value>,
    ) -> Result<()> {
        let next = revision + 1;
        let mut all = values![id, next];
        all.extend(own);
        let row = self.tx.maybe(sql, all).await?.ok_or(Refusal::Again)?;
        self.moved(table, id, next, Operation::Update, Some(&row))
    }

    /// Deletes a row of a recorded table that stands at `revision`, once its record is written. The statement is
    /// `DELETE FROM … WHERE id = $1 AND rev = $2`.
    ///
    /// # Errors
    /// None now; a row that is gone by then makes the action run again.
    pub fn delete(&mut self, table: Recorded, id: Uuid, revision: i64, sql: &'static str) -> Result<()> {
        self.deletions.push(Deletion { sql, id, revision });
        self.moved(table, id, revision + 1, Operation::Delete, None)
    }

    /// Writes a housekeeping table: what needs no record, as the inventory says.
    ///
    /// # Errors
    /// As [`store::Error`] says.
    pub async fn keep(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        Ok(self.tx.run(sql, values).await?)
    }

    /// A second object: loaded and decided like the first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when it is not there for the caller, [`Refusal::Forbidden`] when he is none of `may`.
    pub async fn also<T: Target>(&mut self, ids: &Ids, may: &[Relation]) -> Result<Permitted<T>> {
        let target = T::load(self.tx, self.caller, ids).await?.ok_or(Refusal::NotFound)?;
        let at_its_place = self.parts.grounds.standing(self.tx, self.caller, &target.place(), self.now).await?;
        let standing = target.standing(self.caller, at_its_place);
        let needs = Relations::of(may);
        if needs.meet(standing) {
            Ok(Permitted(target, standing))
        } else if standing.only_anyone() {
            Err(Refusal::NotFound)
        } else {
            Err(Refusal::Forbidden { needs, has: standing })
        }
    }

    pub(crate) fn moved(
        &mut self,
        table: Recorded,
        id: Uuid,
        revision: i64,
        operation: Operation,
        row: Option<&Row>,
    ) -> Result<()> {
        let after = row.map(|row| committed(table, id, revision, row)).transpose()?;
        self.changes.push(Changed { table: table.table, entity: table.entity, id, revision, operation, after });
        Ok(())
    }
}

/// The commitment to a row, keyed with the salt that the row itself keeps: when the row goes, so does the key.
fn committed(table: Recorded, id: Uuid, revision: i64, row: &Row) -> store::Result<Hash> {
    let salt = Salt::new(row.get::<[u8; 32]>("salt")?);
    let state = row.canonical(&["salt"])?;
    Ok(of_row(&salt, table.table, id, u64::try_from(revision).unwrap_or(0), state.as_bytes()))
}
