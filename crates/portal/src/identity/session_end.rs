//! `session.end` and `session.others.end`: sign-ins elsewhere end.

use door::store::{self, Tx};
use door::{
    Action, Caller, Change, Ids, Permitted, Place, Record, Relation, Relations, Result, Spec, Target, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Own, end_session, end_sessions};
use crate::ids::{PersonId, SessionId};
use crate::nothing::Nothing;

/// Ends one sign-in of one's own.
pub struct EndSession;
/// Ends every sign-in of one's own except the one that asks.
pub struct EndOthers;

/// A sign-in of the caller's.
pub struct Session {
    id: SessionId,
    person: PersonId,
    revision: i64,
}

/// How many ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionsEnded {
    /// Sign-ins.
    pub sessions: i64,
}

impl Target for Session {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(id) = ids.get("session") else { return Ok(None) };
        let sql =
            "SELECT t.id AS id, t.person AS person, t.rev AS rev FROM session t WHERE t.id = $1 AND t.person = $2";
        let row = tx.target(sql, values![id, caller.actor.person()]).await?;
        row.map(|row| Ok(Self { id: row.get("id")?, person: row.get("person")?, revision: row.get("rev")? }))
            .transpose()
    }

    fn place(&self) -> Place {
        Place::account(self.person.0)
    }
}

impl Action for EndSession {
    type Target = Session;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "session.end",
        "Ends a sign-in of one's own: that browser or program is signed out.",
        Way::Http(Verb::Delete, "/account/sessions/{session}"),
        Relations::of(&[Relation::SELF]),
    )
    .in_maintenance();
}

impl Change for EndSession {
    async fn change(_: &Nothing, session: &Permitted<Session>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        end_session(write, session.id, session.revision).await?;
        Ok((Nothing {}, Record::on("session", session.id.0).and("person", session.person.0)))
    }
}

impl Action for EndOthers {
    type Target = Own;
    type Input = Nothing;
    type Output = SessionsEnded;
    const SPEC: Spec = Spec::new(
        "session.others.end",
        "Ends every sign-in of one's own except the one that asks.",
        Way::Http(Verb::Delete, "/account/sessions"),
        Relations::of(&[Relation::SELF]),
    )
    .in_maintenance();
}

impl Change for EndOthers {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(SessionsEnded, Record)> {
        let this = write.caller().session.map(SessionId);
        let sessions = end_sessions(write, own.0, this).await?;
        Ok((SessionsEnded { sessions }, Record::on("person", own.0.0).fact("sessions", sessions)))
    }
}
