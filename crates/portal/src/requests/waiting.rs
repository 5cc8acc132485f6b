//! `request.waiting`: everything that waits for somebody, in all projects that the caller sees.

use door::{Action, Look, Permitted, Read, Result, Spec, Verb, Way, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Side;
use super::list::{PAGE, RequestList, before, page};
use crate::organisations::Room;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER, ROOM_PEOPLE};

/// Lists what waits.
pub struct Waiting;

/// Which of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Only what waits for this side.
    pub side: Option<Side>,
}

impl Action for Waiting {
    type Target = Room;
    type Input = Wanted;
    type Output = RequestList;
    const SPEC: Spec = Spec::new(
        "request.waiting",
        "Lists what waits for somebody, in all projects that one sees.",
        Way::Http(Verb::Get, "/requests"),
        ROOM_PEOPLE,
    );
}

impl Look for Waiting {
    async fn look(input: &Wanted, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<RequestList> {
        // Whoever asked for a file decides on it; whoever asked for an approval hands the file in.
        let rows = read
            .all(
                "SELECT r.id AS id, r.project AS project, p.title AS project_title, c.name AS client_name, r.kind AS kind, \
                 r.side AS side, r.title AS title, r.state AS state, r.state_at AS state_at, a.name AS asked_by, \
                 r.asked_at AS asked_at, r.due_on AS due_on, r.versions AS versions \
                 FROM request r JOIN project p ON p.id = r.project JOIN client c ON c.id = p.client \
                 JOIN person a ON a.id = r.asked_by \
                 WHERE p.organisation = $1 AND p.status <> 'archived' AND c.archived_at IS NULL AND r.id < $2 AND ($3 OR p.client = $4 \
                 OR EXISTS (SELECT 1 FROM project_member m WHERE m.project = p.id AND m.person = $5)) \
                 AND (p.client = $6 OR $6 IS NULL) AND r.state IN ('asked', 'changes_asked', 'submitted') \
                 AND (CASE WHEN (r.kind = 'file') = (r.state = 'submitted') THEN r.side \
                 WHEN r.side = 'us' THEN 'client' ELSE 'us' END = $7 OR $7 IS NULL) ORDER BY r.id DESC LIMIT $8",
                values![
                    room.organisation,
                    before(input.cursor.as_deref())?,
                    room.caller_is(&[OWNER, ADMIN]),
                    if room.caller_is(&[CLIENT_ADMIN]) { room.client } else { None },
                    room.person,
                    room.client,
                    input.side.map(Side::word),
                    PAGE + 1
                ],
            )
            .await?;
        page(&rows)
    }
}
