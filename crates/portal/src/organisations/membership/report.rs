//! `membership.report`: who has access, as a file for whoever reviews it. A disclosure: it is recorded before the first line.

use door::{
    Action, Outlet, Permitted, Record, Relations, Released, Result, Snapshots, Spec, Stream, Time, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MembershipHere;
use super::list::{MEMBERSHIPS, PLACES, people};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};
use crate::trail::cell;

/// Reports who has access.
pub struct ReportMemberships;

/// The file that follows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportFile {
    /// What to call it.
    pub name: String,
    /// What it is (RFC 7111).
    pub media_type: String,
}

/// What the columns are called.
const HEAD: &str =
    "person,mail,company,role,state,since,last_here,second_factor_since,project,project_role,service\r\n";

impl Action for ReportMemberships {
    type Target = Room;
    type Input = Nothing;
    type Output = ReportFile;
    const SPEC: Spec = Spec::new(
        "membership.report",
        "Gives out who has access to what as a table, a line for each place of each person. Recorded before the first line.",
        Way::Http(Verb::Post, "/people/report"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]),
    )
    .media(&["text/csv"])
    .fresh();
}

impl Stream for ReportMemberships {
    type Grant = String;

    async fn grant(_: &Nothing, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(String, ReportFile, Record)> {
        let copy = write.id();
        let seen = values![room.organisation, room.caller_is(&[OWNER, ADMIN]), room.client];
        let places = write.all(PLACES, seen.clone()).await?;
        let people = people(room, &write.all(MEMBERSHIPS, seen).await?, &places)?;
        let lines: Vec<String> = people.iter().flat_map(lines).collect();
        let file = ReportFile {
            name: format!("access-{}-{copy}.csv", write.now().timestamp().strftime("%Y-%m-%d")),
            media_type: "text/csv; charset=utf-8; header=present".to_owned(),
        };
        let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
        Ok((format!("{HEAD}{}", lines.concat()), file, Record::on("copy", copy).fact("people", count)))
    }

    async fn pour(grant: Released<String>, _: &Snapshots, outlet: &Outlet) -> Result<()> {
        outlet.send(grant.open().into_bytes()).await
    }
}

/// A line for each place of somebody; one with `*` where a role opens all of them, one without a project where there is none.
fn lines(person: &MembershipHere) -> Vec<String> {
    let at = |time: Option<Time>| time.map(|at| at.to_string()).unwrap_or_default();
    let everywhere = matches!(person.role, Role::Owner | Role::Admin | Role::ClientAdmin);
    let mut places: Vec<(&str, &str)> = if everywhere { vec![("*", "")] } else { Vec::new() };
    places.extend(person.projects.iter().map(|place| (place.title.as_str(), place.role.word())));
    if places.is_empty() {
        places.push(("", ""));
    }
    let line = |(project, role): (&str, &str)| {
        let cells = [
            person.name.as_str(),
            &person.mail,
            person.client_name.as_deref().unwrap_or_default(),
            person.role.word(),
            person.state.word(),
            &person.since.to_string(),
            &at(person.last_here),
            &at(person.second_factor_since),
            project,
            role,
            if person.service { "yes" } else { "no" },
        ];
        format!("{}\r\n", cells.map(cell).join(","))
    };
    places.into_iter().map(line).collect()
}
