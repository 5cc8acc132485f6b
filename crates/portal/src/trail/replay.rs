//! `trail.replay`: was it used? The record held against today's rules.

use door::ledger::event::Outcome;
use door::trail::{Filter, Mark, PAGE_MAX, Recorded, Today, page, today};
use door::{Action, Catalogue, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Asked;
use super::event::{TrailEvent, Walls};
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER, RELATIONS};

/// Replays the record.
pub struct Replay;

/// Events that one answer looks at; the next one goes on where it ended.
const LOOKED_AT_MAX: usize = 2_000;

/// Which events.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only this action: `project.member.remove`.
    pub action: Option<String>,
    /// Only what happened then or later: a time, or a day (UTC).
    pub from: Option<String>,
    /// Only what happened before that time, or until the end of that day (UTC).
    pub until: Option<String>,
    /// Where the last answer ended: its `next`, with the same filter.
    pub cursor: Option<String>,
}

/// What was done and would be refused now.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    /// The events, newest first.
    pub refused: Vec<RefusedNow>,
    /// How many events were looked at.
    pub looked_at: u64,
    /// When the oldest of them happened.
    pub since: Option<String>,
    /// Where to go on, while there is more.
    pub next: Option<String>,
}

/// One event that today's rules would not allow.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedNow {
    /// What was done.
    pub event: TrailEvent,
    /// `gone` when there is no such action any more, else the refusal: `forbidden`, `not_found`, `sign_in`.
    pub why: String,
    /// Who may do it today.
    pub needs: Vec<String>,
}

impl Action for Replay {
    type Target = Room;
    type Input = Wanted;
    type Output = Replayed;
    const SPEC: Spec = Spec::new(
        "trail.replay",
        "Holds the record against today's rules, and names everything that was done and would be refused now.",
        Way::Http(Verb::Get, "/trail/replay"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for Replay {
    async fn look(input: &Wanted, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<Replayed> {
        let asked = Asked {
            action: input.action.as_deref(),
            from: input.from.as_deref(),
            until: input.until.as_deref(),
            ..Asked::default()
        };
        let filter = Filter { outcome: Some(Outcome::Done), ..asked.filter()? };
        let after = input.cursor.as_ref().map(|cursor| Mark::parse(cursor, &filter)).transpose();
        let mut after = after.map_err(|error| Refusal::field("cursor", error.to_string()))?;
        let walls = Walls::of(room)?;
        let chains = walls.chains(read).await?;
        let catalogue = read.catalogue();
        let mut replayed = Replayed::default();
        for _ in 0..LOOKED_AT_MAX / PAGE_MAX {
            let found = page(read, &chains, &filter, after, PAGE_MAX).await?;
            replayed.looked_at += found.events.len() as u64;
            if let Some(oldest) = found.events.last() {
                replayed.since = Some(oldest.mark().at.to_string());
            }
            let refused: Vec<(Recorded, Today)> = found
                .events
                .into_iter()
                .filter_map(|event| today(catalogue, RELATIONS, event.event.body()).map(|why| (event, why)))
                .collect();
            let (events, whys): (Vec<Recorded>, Vec<Today>) = refused.into_iter().unzip();
            let shown = walls.show(read, &events).await?;
            replayed
                .refused
                .extend(shown.into_iter().zip(whys).map(|(event, why)| refused_now(catalogue, event, &why)));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        replayed.next = after.map(|mark| mark.cursor(&filter));
        Ok(replayed)
    }
}

fn refused_now(catalogue: &Catalogue, event: TrailEvent, why: &Today) -> RefusedNow {
    RefusedNow { why: word(why).to_owned(), needs: needs(catalogue, &event.action), event }
}

/// Why, as the interface and the command line say it.
fn word(why: &Today) -> &'static str {
    match why {
        Today::Gone => "gone",
        Today::Refused(refusal) => refusal.word(),
    }
}

/// Who may do it today.
fn needs(catalogue: &Catalogue, action: &str) -> Vec<String> {
    let entry = catalogue.find(action);
    entry.map(|entry| entry.spec.may.names(RELATIONS).map(str::to_owned).collect()).unwrap_or_default()
}

/// One event as a line of the operator's command: when, who, what, what he was, why not now.
#[must_use]
pub fn line(catalogue: &Catalogue, n: i64, body: &ledger::event::Body, why: &Today) -> String {
    let actor = body.actor.id.map_or_else(|| body.actor.kind.word().to_owned(), |id| id.to_string());
    let needs = match needs(catalogue, &body.act) {
        needs if needs.is_empty() => String::new(),
        needs => format!(", needs {}", needs.join(" or ")),
    };
    let had = body.authz.relations.join(", ");
    format!("{n}\t{}\t{actor}\t{}\twas {had}{needs}: {}", body.at, body.act, word(why).replace('_', " "))
}
