//! `organisation.erase`: clients and organisations whose time is over are erased, a batch at a time, and those that came back with
//! a backup; their people are told shortly before.

use door::{
    Action, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time, Way, Write, values,
};
use ledger::event::PublicValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::files::delete_bytes;
use super::steps::{self, Batch};
use super::tell::{Word, tell};
use super::{ENDING, ENDING_COUNT, KeptBy, WARNING_SECONDS, Whole};
use crate::files::FileId;
use crate::identity::Anywhere;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;

/// Erases.
pub struct Erase;

/// What one run did.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct EndingsErased {
    /// Rows that went.
    pub items: i64,
    /// Clients and organisations whose time is over, and which something keeps.
    pub waiting: i64,
    /// Whether there is more to do: then it is done again at once.
    pub more: bool,
}

/// What is to be done next.
pub enum Next {
    /// Nothing, but that so many are kept.
    Nothing { waiting: i64 },
    /// A word to those who could take it back.
    Tell(Uuid),
    /// The end begins: of what is listed in this row, or of what came back with a backup.
    Begin(Subject),
    /// The next batch. The bytes of these files are gone.
    Go(Subject, Vec<FileId>),
}

/// What ends, and the row that says so, where there is one.
pub struct Subject {
    whole: Whole,
    row: Option<Uuid>,
}

impl Action for Erase {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = EndingsErased;
    const SPEC: Spec = Spec::new(
        "organisation.erase",
        "Erases clients and organisations whose time is over, and those that came back with a backup, a batch at a time; three \
         days before, it writes to those who could keep them.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Receive for Erase {
    type Ready = Next;

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Next> {
        let now = read.now();
        let soon =
            "SELECT id FROM ending WHERE told_at IS NULL AND begun_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT 1";
        if let Some(row) = read.maybe(soon, values![now.plus_seconds(WARNING_SECONDS)]).await? {
            return Ok(Next::Tell(row.get("id")?));
        }
        let due = "SELECT id, organisation, client, begun_at FROM ending WHERE erased_at IS NULL \
                   AND (begun_at IS NOT NULL OR due_at <= $1) ORDER BY begun_at IS NULL, due_at LIMIT 500";
        let mut waiting = 0;
        for row in read.all(due, values![now]).await? {
            let (whole, begun) = (Whole::read(&row)?, row.get::<Option<Time>>("begun_at")?.is_some());
            let subject = Subject { whole, row: Some(row.get("id")?) };
            if begun {
                // While somebody is in it, nothing goes.
                let somebody = whole.of(
                    "SELECT id FROM membership WHERE organisation = $1 AND state <> 'left' LIMIT 1",
                    "SELECT id FROM membership WHERE client = $1 AND state <> 'left' LIMIT 1",
                );
                let there = read.maybe(somebody, values![whole.id()]).await?.is_some();
                let files = if there { Vec::new() } else { delete_bytes(read, whole).await? };
                return Ok(Next::Go(subject, files));
            }
            if read.maybe(KeptBy::SQL, KeptBy::values(whole)).await?.is_none() {
                return Ok(Next::Begin(subject));
            }
            tracing::warn!(ending = %whole.id(), "cannot be erased: it is held");
            waiting += 1;
        }
        match back(read).await? {
            Some(subject) => Ok(Next::Begin(subject)),
            None => Ok(Next::Nothing { waiting }),
        }
    }

    async fn receive(next: &Next, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(EndingsErased, Record)> {
        match next {
            Next::Nothing { waiting } => {
                let erased = EndingsErased { waiting: *waiting, ..EndingsErased::default() };
                Ok((erased, Record::of_nothing().fact("waiting", *waiting)))
            }
            Next::Tell(id) => warn(write, *id).await,
            Next::Begin(subject) => begin(write, subject).await,
            Next::Go(subject, files) => go(write, subject, files).await,
        }
    }
}

/// Something that has ended, and stands there again.
async fn back(read: &mut Read<'_>) -> Result<Option<Subject>> {
    for id in read.erased_before()? {
        let there = "SELECT o.id AS organisation FROM organisation o WHERE o.id = $1 AND NOT EXISTS \
                     (SELECT 1 FROM ending e WHERE e.organisation = o.id AND e.client IS NULL AND e.begun_at IS NOT NULL)";
        if let Some(row) = read.maybe(there, values![id]).await? {
            return Ok(Some(Subject {
                whole: Whole::Organisation(row.get::<OrganisationId>("organisation")?),
                row: None,
            }));
        }
        let there = "SELECT c.organisation AS organisation, c.id AS client FROM client c WHERE c.id = $1 AND NOT EXISTS \
                     (SELECT 1 FROM ending e WHERE e.begun_at IS NOT NULL AND (e.client = c.id \
                     OR (e.organisation = c.organisation AND e.client IS NULL)))";
        if let Some(row) = read.maybe(there, values![id]).await? {
            return Ok(Some(Subject { whole: Whole::read(&row)?, row: None }));
        }
    }
    Ok(None)
}

fn on(whole: Whole) -> Record {
    Record::on(whole.kind(), whole.id()).at(whole.place())
}

fn more(items: i64) -> EndingsErased {
    EndingsErased { items, waiting: 0, more: true }
}

/// The last word before the end.
async fn warn(write: &mut Write<'_>, id: Uuid) -> Result<(EndingsErased, Record)> {
    let asked = "SELECT t.rev AS rev, t.organisation AS organisation, t.client AS client, t.due_at AS due_at FROM ending t \
                 WHERE t.id = $1 AND t.told_at IS NULL";
    let Some(row) = write.hold(asked, values![id]).await? else { return Ok((more(0), Record::of_nothing())) };
    let whole = Whole::read(&row)?;
    tell(write, whole, row.get("due_at")?, Word::Last).await?;
    let told = "UPDATE ending SET rev = $2, told_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(ENDING, id, row.get("rev")?, told, values![write.now()]).await?;
    Ok((more(0), on(whole).fact("what", PublicValue::word("told"))))
}

/// From here on it cannot be taken back. A hold that came in between counts.
async fn begin(write: &mut Write<'_>, subject: &Subject) -> Result<(EndingsErased, Record)> {
    let (whole, now) = (subject.whole, write.now());
    let asked = "SELECT t.id AS id, t.rev AS rev, t.begun_at AS begun_at FROM ending t \
                 WHERE t.organisation = $1 AND t.client IS NOT DISTINCT FROM $2";
    let asked = write.hold(asked, values![whole.organisation(), whole.client()]).await?;
    let kept = write.maybe(KeptBy::SQL, KeptBy::values(whole)).await?.is_some();
    // What has ended once and came back with a backup is not asked about again.
    let back = subject.row.is_none();
    let begun = asked.as_ref().map(|row| row.get::<Option<Time>>("begun_at")).transpose()?.flatten().is_some();
    if begun || (!back && (kept || asked.is_none())) {
        return Ok((more(0), Record::of_nothing()));
    }
    match asked {
        Some(row) => {
            let begin = "UPDATE ending SET rev = $2, begun_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(ENDING, row.get("id")?, row.get("rev")?, begin, values![now]).await?;
        }
        None => {
            let id = write.id();
            let begin = "INSERT INTO ending (id, rev, salt, organisation, client, asked_at, due_at, told_at, begun_at, \
                         archived_before) VALUES ($1, $2, $3, $4, $5, $6, $6, $6, $6, TRUE) RETURNING *";
            write.insert(ENDING, id, begin, values![whole.organisation(), whole.client(), now]).await?;
        }
    }
    Ok((more(0), on(whole).fact("what", PublicValue::word("begun"))))
}

async fn go(write: &mut Write<'_>, subject: &Subject, files: &[FileId]) -> Result<(EndingsErased, Record)> {
    let (whole, id) = (subject.whole, subject.row.ok_or(Refusal::Broken)?);
    let under_way =
        "SELECT t.rev AS rev FROM ending t WHERE t.id = $1 AND t.begun_at IS NOT NULL AND t.erased_at IS NULL";
    let Some(row) = write.hold(under_way, values![id]).await? else { return Ok((more(0), Record::of_nothing())) };
    if let Some(Batch { table, items, gone }) = steps::next(write, whole, files).await? {
        if gone {
            add(write, id, table, items).await?;
        }
        return Ok((more(items), on(whole).fact("what", PublicValue::word(table)).fact("items", items)));
    }
    let now = write.now();
    // Answers that are kept for a day say where they were given.
    let answers = "DELETE FROM idempotency WHERE output LIKE $1";
    write.keep(answers, values![format!("%{}%", whole.id())]).await?;
    let done = "UPDATE ending SET rev = $2, begun_at = coalesce(begun_at, $3), erased_at = $3 \
                WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    if let Whole::Organisation(organisation) = whole {
        // A client of it that was to end has ended with it.
        let theirs = "SELECT id, rev FROM ending WHERE organisation = $1 AND client IS NOT NULL AND erased_at IS NULL";
        for row in write.all(theirs, values![organisation]).await? {
            write.update(ENDING, row.get("id")?, row.get("rev")?, done, values![now]).await?;
        }
    }
    write.update(ENDING, id, row.get("rev")?, done, values![now]).await?;
    let all = "SELECT CAST(coalesce(sum(items), 0) AS BIGINT) AS items FROM ending_count WHERE ending = $1";
    let all: i64 = write.one(all, values![id]).await?.get("items")?;
    Ok((more(0), on(whole).fact("what", PublicValue::word("erased")).fact("items", all)))
}

/// Counts what went.
async fn add(write: &mut Write<'_>, ending: Uuid, what: &str, items: i64) -> Result<()> {
    let before = "SELECT id, rev FROM ending_count WHERE ending = $1 AND what = $2";
    match write.maybe(before, values![ending, what]).await? {
        Some(row) => {
            let add = "UPDATE ending_count SET rev = $2, items = items + $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(ENDING_COUNT, row.get("id")?, row.get("rev")?, add, values![items]).await
        }
        None => {
            let id = write.id();
            let insert = "INSERT INTO ending_count (id, rev, salt, ending, what, items) \
                          VALUES ($1, $2, $3, $4, $5, $6) RETURNING *";
            write.insert(ENDING_COUNT, id, insert, values![ending, what, items]).await
        }
    }
}
