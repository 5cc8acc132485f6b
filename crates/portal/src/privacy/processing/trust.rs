//! `trust.show`: what a client may want to know before they hand anything over, each with its date.

use std::path::Path;

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::measures::{last_done, measures};
use super::show::{all_recipients, for_a_client, parties};
use super::{Activity, Measure, Parties, Recipient};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};
use crate::standing::ROOM_PEOPLE;
use crate::world::World;

/// Shows it.
pub struct ShowTrust;

/// The largest report that is read, in bytes.
const REPORT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a client may want to know.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrustShown {
    /// What the organisation is called.
    pub organisation: String,
    /// The client that one belongs to, for its people.
    pub client: Option<String>,
    /// Who is responsible; absent until an owner has said it.
    pub parties: Option<Parties>,
    /// Who of the organisation sees what belongs to the client, or all of its people for themselves.
    pub sees: Vec<WhoSees>,
    /// What protects it.
    pub measures: Vec<Measure>,
    /// Through whose hands it passes.
    pub recipients: Vec<Recipient>,
    /// What is kept for a client, and why.
    pub activities: Vec<Activity>,
    /// When a backup was last restored and signed in to.
    pub last_drill: Option<Time>,
    /// How much load the portal can carry, as its audit found it.
    pub load_line: Option<LoadLine>,
}

/// Somebody of the organisation who sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhoSees {
    /// Their name.
    pub name: String,
    /// What they are in the organisation.
    pub role: Role,
    /// In how many projects they are; owner and admins see all.
    pub projects: i64,
}

/// What the last audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadLine {
    /// The mark that it proved.
    pub mark: String,
    /// When it was done.
    pub at: String,
    /// How many days ago.
    pub days: i64,
    /// Gaps that were open.
    pub gaps: usize,
}

impl Action for ShowTrust {
    type Target = Room;
    type Input = Nothing;
    type Output = TrustShown;
    const SPEC: Spec = Spec::new(
        "trust.show",
        "Shows who sees what, what protects it, through whose hands it passes, and when that was last tried.",
        Way::Http(Verb::Get, "/trust"),
        ROOM_PEOPLE,
    );
}

impl Look for ShowTrust {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<TrustShown> {
        let names = "SELECT o.name AS organisation, (SELECT c.name FROM client c WHERE c.id = $2) AS client \
                     FROM organisation o WHERE o.id = $1";
        let names = read.one(names, values![room.organisation, room.client.map(|client| client.0)]).await?;
        let file = read.world::<World>()?.load_line.clone();
        let now = read.now();
        Ok(TrustShown {
            organisation: names.get("organisation")?,
            client: names.get("client")?,
            parties: parties(room.organisation, read).await?,
            sees: sees(room, read).await?,
            measures: measures(read).await?,
            recipients: all_recipients(room.organisation, read).await?,
            activities: for_a_client(),
            last_drill: last_done(read, "backup.drill").await?,
            load_line: file.and_then(|file| load_line(&file, now)),
        })
    }
}

async fn sees(room: &Room, read: &mut Read<'_>) -> Result<Vec<WhoSees>> {
    let sql = "SELECT p.name AS name, m.role AS role, (SELECT count(*) FROM project_member r \
               JOIN project j ON j.id = r.project WHERE r.person = m.person AND j.organisation = $1 \
               AND (j.client = $2 OR $3)) AS projects \
               FROM membership m JOIN person p ON p.id = m.person WHERE m.organisation = $1 AND m.state = 'active' \
               AND m.client IS NULL ORDER BY p.name";
    let client = room.client.map(|client| client.0);
    let rows = read.all(sql, values![room.organisation, client, client.is_none()]).await?;
    let mut sees = Vec::new();
    for row in &rows {
        let who = WhoSees { name: row.get("name")?, role: row.get("role")?, projects: row.get("projects")? };
        if who.role != Role::Staff || who.projects > 0 || client.is_none() {
            sees.push(who);
        }
    }
    Ok(sees)
}

/// What stands in the report of an audit (`plimsoll`, format `plimsoll-report`, version 1). Nothing is said where it cannot be
/// read: the page then says that no audit is known.
fn load_line(file: &Path, now: Time) -> Option<LoadLine> {
    let length = std::fs::metadata(file).ok()?.len();
    if length > REPORT_BYTES_MAX {
        return None;
    }
    let report: Report = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    if report.format != "plimsoll-report" || report.version != 1 {
        return None;
    }
    let Outcome { run, proved, gaps } = report.outcome;
    let at: jiff::Timestamp = run.started_at.parse().ok()?;
    let days = (now.timestamp().as_second() - at.as_second()) / 86_400;
    Some(LoadLine { mark: proved, at: at.strftime("%Y-%m-%d").to_string(), days, gaps: gaps.len() })
}

#[derive(Deserialize)]
struct Report {
    format: String,
    version: i64,
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    run: Run,
    proved: String,
    gaps: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Run {
    started_at: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<LoadLine> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("report.json");
        std::fs::write(&file, text).unwrap();
        load_line(&file, Time(1_764_000_000_000_000))
    }

    #[test]
    fn a_report_is_read_and_anything_else_is_none() {
        let report = r#"{"format":"plimsoll-report","version":1,"outcome":{"run":{"started_at":"2025-11-20T10:00:00.5Z","url":"x"},
            "proved":"winter","gaps":[{"id":"AZ01"}],"wanted":null}}"#;
        let line = LoadLine { mark: "winter".into(), at: "2025-11-20".into(), days: 4, gaps: 1 };
        assert_eq!(read(report), Some(line));
        assert_eq!(read(&report.replace("\"version\":1", "\"version\":2")), None);
        assert_eq!(read("{}"), None);
        assert_eq!(load_line(Path::new("/nowhere/at/all"), Time(0)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = read(&text);
        }
    }
}
