//! `trail.export`: a copy of the record, or of what is asked of it, as a file. A disclosure: it is recorded before the
//! first line leaves.

mod csv;
mod ocsf;

pub(crate) use csv::cell;
use door::ledger::event::PublicValue;
use door::trail::{Filter, PAGE_MAX, page};
use door::{
    Action, Limit, Outlet, Per, Permitted, Record, Refusal, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::{Asked, asking};
use super::event::{TrailEvent, Walls};
use super::list::READERS;
use crate::fields::words;
use crate::ids::PersonId;
use crate::organisations::Room;

/// Copies the record.
pub struct Export;

words!(
    /// How a copy of the record is written.
    Format {
        /// Comma-separated values, for a spreadsheet (RFC 4180).
        Csv = "csv",
        /// One JSON document a line, as the interface shows events.
        JsonLines = "jsonl",
        /// One event of the Open Cybersecurity Schema Framework a line, for a security team's tools.
        Ocsf = "ocsf",
    }
);

asking!(
    /// Which events, and how they are written.
    Wanted {
        /// How it is written.
        format: Format,
    }
);

/// The file that follows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrailFile {
    /// What to call it.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: String,
}

/// What is sent once the record is on disk.
pub struct Grant {
    walls: Walls,
    filter: Filter,
    format: Format,
}

impl Action for Export {
    type Target = Room;
    type Input = Wanted;
    type Output = TrailFile;
    const SPEC: Spec = Spec::new(
        "trail.export",
        "Gives out a copy of the record, or of what is asked of it, as a file. Recorded before the first line.",
        Way::Http(Verb::Post, "/trail/export"),
        READERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 30, seconds: 3600, per: Per::CallerShared },
    ])
    .media(&["text/csv", "application/jsonl"])
    .fresh();
}

impl Stream for Export {
    type Grant = Grant;

    async fn grant(
        input: &Wanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, TrailFile, Record)> {
        let mut filter = input.filter()?;
        // Each copy has a number of its own, on the record and in its name: whoever finds one can tell who took it.
        let copy = write.id();
        let record = record(copy, input.format, &filter, write);
        // It ends where it was asked for, so that what happens meanwhile does not keep it going.
        let now = write.now();
        filter.until = Some(filter.until.map_or(now, |until| until.min(now)));
        let day = now.timestamp().strftime("%Y-%m-%d");
        let file = TrailFile {
            name: format!("audit-trail-{day}-{copy}.{}", input.format.ending()),
            media_type: input.format.media_type().to_owned(),
        };
        Ok((Grant { walls: Walls::of(room)?, filter, format: input.format }, file, record))
    }

    async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
        let Grant { walls, filter, format } = grant.open();
        if let Some(head) = format.head() {
            outlet.send(head.into_bytes()).await?;
        }
        let mut after = None;
        loop {
            let mut read = snapshots.read().await?;
            let chains = walls.chains(&mut read).await?;
            let found = page(&mut read, &chains, &filter, after, PAGE_MAX).await?;
            if found.backlog {
                // A copy that leaves something out must not look whole.
                return Err(Refusal::Unavailable);
            }
            let events = walls.show(&mut read, &found.events).await?;
            drop(read);
            let lines: String = events.iter().map(|event| format.line(event)).collect();
            outlet.send(lines.into_bytes()).await?;
            after = found.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// Who took a copy of what. An action is named only as the catalogue has it: what somebody typed is no fact.
fn record(copy: Uuid, format: Format, filter: &Filter, write: &Write<'_>) -> Record {
    let mut record = Record::on("copy", copy).fact("format", format);
    if let Some(actor) = filter.actor {
        record = record.fact("actor", actor);
    }
    if let Some(entry) = filter.act.as_ref().and_then(|act| write.catalogue().find(act)) {
        record = record.fact("action", PublicValue::word(entry.spec.name));
    }
    if let Some(object) = filter.object {
        record = record.fact("object", object);
    }
    if let Some(outcome) = filter.outcome {
        record = record.fact("result", PublicValue::word(outcome.word()));
    }
    for (name, time) in [("from", filter.from), ("until", filter.until)] {
        if let Some(time) = time {
            record = record.fact(name, time.0);
        }
    }
    record
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Ocsf => "ocsf.jsonl",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines | Self::Ocsf => "application/jsonl",
        }
    }

    /// What stands before the first event.
    fn head(self) -> Option<String> {
        match self {
            Self::Csv => Some(csv::head()),
            Self::JsonLines | Self::Ocsf => None,
        }
    }

    fn line(self, event: &TrailEvent) -> String {
        match self {
            Self::Csv => csv::line(event),
            Self::JsonLines => format!("{}\n", serde_json::json!(event)),
            Self::Ocsf => format!("{}\n", ocsf::event(event)),
        }
    }
}
