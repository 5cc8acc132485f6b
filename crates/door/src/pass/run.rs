//! The six kinds, each from the decision to the answer.

use std::time::Duration;

use super::Passage;
use crate::action::{Change, Disclose, Keep, Look, Receive, Stream, Target};
use crate::catalogue::output;
use crate::idempotency::{Kept, Keyed};
use crate::permit::{Desk, Outlet, Permitted, Read, Released, Snapshots, Write};
use crate::record::{self, Record};
use crate::refusal::{Refusal, Result};
use crate::request::Reply;
use crate::store::Tx;
use crate::values;

/// How often a transaction is run again when others come in between.
const ATTEMPTS_MAX: u32 = 8;

pub(crate) async fn look<A: Look>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    let target = passage.enter::<A::Target>(&mut tx).await?;
    let input = passage.input::<A::Input>()?;
    let mut read = Read {
        tx: Some(tx),
        caller: &passage.caller,
        parts: &passage.door.parts,
        origin: &passage.request.origin,
        body: &passage.request.body,
        now: passage.now,
    };
    let found = A::look(&input, &target, &mut read).await?;
    Ok(Reply { tag: target.tag(), ..Reply::of(output(&found)?) })
}

pub(crate) async fn change<A: Change>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    if let Entered::Before(reply) = enter::<A::Target>(passage, &mut tx).await? {
        return Ok(reply);
    }
    drop(tx);
    let input = passage.input::<A::Input>()?;
    match write(passage, &Changes::<A>(&input)).await? {
        Wrote::Now(reply) | Wrote::Before(reply) => Ok(reply),
    }
}

pub(crate) async fn receive<A: Receive>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    let target = match enter::<A::Target>(passage, &mut tx).await? {
        Entered::Now(target) => target,
        Entered::Before(reply) => return Ok(reply),
    };
    let input = passage.input::<A::Input>()?;
    let mut read = Read {
        tx: Some(tx),
        caller: &passage.caller,
        parts: &passage.door.parts,
        origin: &passage.request.origin,
        body: &passage.request.body,
        now: passage.now,
    };
    let ready = A::ready(input, &target, &mut read).await?;
    drop(read);
    match write(passage, &Receives::<A>(&ready)).await? {
        Wrote::Now(reply) | Wrote::Before(reply) => Ok(reply),
    }
}

pub(crate) async fn disclose<A: Disclose>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    if let Entered::Before(reply) = enter::<A::Target>(passage, &mut tx).await? {
        return Ok(reply);
    }
    drop(tx);
    let input = passage.input::<A::Input>()?;
    match write(passage, &Discloses::<A>(&input)).await? {
        // First the record, then the bytes.
        Wrote::Now(grant) => {
            let released = A::release(Released(grant)).await?;
            Ok(Reply::of(output(&released)?))
        }
        Wrote::Before(reply) => Ok(reply),
    }
}

pub(crate) async fn stream<A: Stream>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    passage.enter::<A::Target>(&mut tx).await?;
    drop(tx);
    let input = passage.input::<A::Input>()?;
    let (grant, mut reply) = match write(passage, &Streams::<A>(&input)).await? {
        Wrote::Now(granted) => granted,
        Wrote::Before(reply) => return Ok(reply),
    };
    let (outlet, pieces) = Outlet::new();
    let snapshots = snapshots(passage);
    // In a task of its own: whoever reads slowly holds neither a transaction nor the passage.
    tokio::spawn(async move {
        if let Err(refusal) = A::pour(Released(grant), &snapshots, &outlet).await {
            tracing::info!(action = A::SPEC.name, why = refusal.word(), "an answer was broken off");
            outlet.break_off(refusal).await;
        }
    });
    reply.pieces = Some(pieces);
    Ok(reply)
}

pub(crate) async fn keep<A: Keep>(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    let target = passage.enter::<A::Target>(&mut tx).await?;
    drop(tx);
    let input = passage.input::<A::Input>()?;
    let kept = A::keep(&input, &target, &Desk::new(snapshots(passage))).await?;
    Ok(Reply::of(output(&kept)?))
}

fn snapshots(passage: &Passage<'_>) -> Snapshots {
    Snapshots {
        parts: passage.door.parts.clone(),
        caller: passage.caller.clone(),
        origin: passage.request.origin.clone(),
        body: passage.request.body.clone(),
        now: passage.now,
    }
}

/// The door's own job: it has its own transactions and leaves no event, since that would have to be sealed in turn.
pub(crate) async fn seal(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    passage.enter::<Nowhere>(&mut tx).await?;
    drop(tx);
    let sealed = passage.door.seal().await?;
    Ok(Reply::of(serde_json::json!({ "sealed": sealed })))
}

/// Takes the newest checkpoint to the anchors. Leaves no event, for the same reason.
pub(crate) async fn anchor(passage: &mut Passage<'_>) -> Result<Reply> {
    let mut tx = passage.arrive().await?;
    passage.enter::<Nowhere>(&mut tx).await?;
    drop(tx);
    let anchored = passage.door.anchor().await?;
    Ok(Reply::of(serde_json::json!({ "anchored": anchored })))
}

/// The installation as a whole.
struct Nowhere;

impl Target for Nowhere {
    async fn load(_: &mut Tx, _: &crate::Caller, _: &crate::Ids) -> crate::store::Result<Option<Self>> {
        Ok(Some(Self))
    }

    fn place(&self) -> crate::Place {
        crate::Place::INSTALLATION
    }
}

/// Somebody who was let in, or who was answered before.
enum Entered<T> {
    Now(Permitted<T>),
    Before(Reply),
}

/// Loads and decides. Where the object is gone or has changed, the same request may have done that, and was answered.
async fn enter<T: Target>(passage: &mut Passage<'_>, tx: &mut Tx) -> Result<Entered<T>> {
    match passage.enter::<T>(tx).await {
        Ok(target) => Ok(Entered::Now(target)),
        Err(refusal @ (Refusal::NotFound | Refusal::NotNow(_) | Refusal::Changed)) => {
            passage.answered_before(tx).await?.map(Entered::Before).ok_or(refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// What is done inside a transaction, whichever kind it is.
trait Deed: Sync {
    type Target: Target;
    /// What the transaction gives: an answer, or a grant.
    type Made: Send;
    /// Whether the same key has the effect of one request.
    const KEYED: bool = true;

    fn run(
        &self,
        target: &Permitted<Self::Target>,
        write: &mut Write<'_>,
    ) -> impl Future<Output = Result<(Self::Made, Record)>> + Send;

    /// The answer that may be given again to the same key.
    fn reply(made: &Self::Made) -> Option<&Reply>;
}

struct Changes<'a, A: Change>(&'a A::Input);
struct Receives<'a, A: Receive>(&'a A::Ready);
struct Discloses<'a, A: Disclose>(&'a A::Input);
struct Streams<'a, A: Stream>(&'a A::Input);

impl<A: Change> Deed for Changes<'_, A> {
    type Target = A::Target;
    type Made = Reply;

    async fn run(&self, target: &Permitted<A::Target>, write: &mut Write<'_>) -> Result<(Reply, Record)> {
        let (made, record) = A::change(self.0, target, write).await?;
        Ok((Reply::of(output(&made)?), record))
    }

    fn reply(made: &Reply) -> Option<&Reply> {
        Some(made)
    }
}

impl<A: Receive> Deed for Receives<'_, A> {
    type Target = A::Target;
    type Made = Reply;

    async fn run(&self, target: &Permitted<A::Target>, write: &mut Write<'_>) -> Result<(Reply, Record)> {
        let (made, record) = A::receive(self.0, target, write).await?;
        Ok((Reply::of(output(&made)?), record))
    }

    fn reply(made: &Reply) -> Option<&Reply> {
        Some(made)
    }
}

impl<A: Disclose> Deed for Discloses<'_, A> {
    type Target = A::Target;
    type Made = A::Grant;

    async fn run(&self, target: &Permitted<A::Target>, write: &mut Write<'_>) -> Result<(A::Grant, Record)> {
        A::grant(self.0, target, write).await
    }

    fn reply(_: &A::Grant) -> Option<&Reply> {
        None
    }
}

impl<A: Stream> Deed for Streams<'_, A> {
    type Target = A::Target;
    type Made = (A::Grant, Reply);
    const KEYED: bool = false;

    async fn run(&self, target: &Permitted<A::Target>, write: &mut Write<'_>) -> Result<((A::Grant, Reply), Record)> {
        let (grant, made, record) = A::grant(self.0, target, write).await?;
        Ok(((grant, Reply::of(output(&made)?)), record))
    }

    fn reply(_: &(A::Grant, Reply)) -> Option<&Reply> {
        None
    }
}

enum Wrote<T> {
    Now(T),
    Before(Reply),
}

async fn write<D: Deed>(passage: &mut Passage<'_>, deed: &D) -> Result<Wrote<D::Made>> {
    let keyed = Keyed::of(passage.request, &passage.caller, passage.entry.spec.name)?.filter(|_| D::KEYED);
    for attempt in 0..ATTEMPTS_MAX {
        match once(passage, deed, keyed.as_ref(), attempt > 0).await {
            Err(Refusal::Again) => tokio::time::sleep(Duration::from_millis(2 << attempt)).await,
            end => return end,
        }
    }
    tracing::warn!(action = passage.entry.spec.name, "gave up after {ATTEMPTS_MAX} attempts");
    Err(Refusal::Unavailable)
}

async fn once<D: Deed>(
    passage: &mut Passage<'_>,
    deed: &D,
    keyed: Option<&Keyed>,
    alone: bool,
) -> Result<Wrote<D::Made>> {
    let entry = passage.entry;
    let mut tx = passage.door.parts.store.write(alone).await?;
    passage.identify(&mut tx).await?;
    let target = match enter::<D::Target>(passage, &mut tx).await? {
        Entered::Now(target) => target,
        Entered::Before(reply) => {
            tx.commit().await?;
            return Ok(Wrote::Before(reply));
        }
    };
    if let Some(keyed) = keyed
        && let Some(reply) = keyed.claim(&mut tx, passage.now).await?
    {
        // The answer may be that of a transaction in the same group, which is not on disk yet.
        tx.commit().await?;
        return Ok(Wrote::Before(reply));
    }
    let mut write = Write {
        tx: &mut tx,
        caller: &passage.caller,
        parts: &passage.door.parts,
        now: passage.now,
        changes: Vec::new(),
        deletions: Vec::new(),
    };
    let (made, record) = deed.run(&target, &mut write).await?;
    let (changes, deletions) = (write.changes, write.deletions);
    if entry.recorded {
        let (context, place) = (passage.context(), target.place());
        record::write(&mut tx, &context, &passage.caller, passage.standing, &place, record, &changes).await?;
    }
    for deletion in deletions {
        if tx.run(deletion.sql, values![deletion.id, deletion.revision]).await? != 1 {
            return Err(Refusal::Again);
        }
    }
    if let (Some(keyed), Some(reply), false) = (keyed, D::reply(&made), entry.spec.secret) {
        keyed.keep(&mut tx, &Kept::new(reply, target.place(), passage.own)).await?;
    }
    tx.commit().await?;
    Ok(Wrote::Now(made))
}
