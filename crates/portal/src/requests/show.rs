//! `request.show`: one request, with everything that was handed in, said and decided.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Decision, Kind, Request, Side, State};
use crate::ids::{CommentId, ProjectId, RequestId, VersionId};
use crate::messages::Visibility;
use crate::nothing::Nothing;
use crate::standing::{ASKER, DECIDER, OUR_PEOPLE, PROJECT_PEOPLE, SUBMITTER};

/// Shows a request.
pub struct Show;

/// A request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestShown {
    /// Its id.
    pub id: RequestId,
    /// Its project.
    pub project: ProjectId,
    /// What is owed.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// What exactly is wanted.
    pub detail: String,
    /// How far it is.
    pub state: State,
    /// Whom it waits for.
    pub waits_for: Option<Side>,
    /// Which side asked.
    pub side: Side,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Time,
    /// By when: `2026-11-25`.
    pub due_on: Option<String>,
    /// What was handed in, newest first; at most two hundred.
    pub versions: Vec<VersionShown>,
    /// What was said, oldest first; the newest five hundred.
    pub comments: Vec<CommentShown>,
    /// Whether the caller's side asked, and so may take it back.
    pub may_withdraw: bool,
    /// Whether the caller's side hands in.
    pub may_submit: bool,
    /// Whether the caller's side decides.
    pub may_decide: bool,
}

/// One version of what was handed in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionShown {
    /// Its id.
    pub id: VersionId,
    /// Its number, from 1.
    pub number: i64,
    /// What the file is called.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: String,
    /// Its length in bytes.
    pub size: i64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// What was said with it.
    pub note: String,
    /// Who handed it in.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Time,
    /// Whether the caller handed it in, and so does not decide on it.
    pub own: bool,
    /// How many pages a preview has; none where there is no preview.
    pub pages: Option<i64>,
    /// When its bytes were deleted, because their time was over. Its name, its fingerprint and what was decided stay.
    pub gone_at: Option<Time>,
    /// What was decided on it.
    pub decision: Option<DecisionShown>,
}

/// What was decided on a version.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DecisionShown {
    /// What.
    pub decision: Decision,
    /// In words.
    pub words: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Time,
}

/// One comment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CommentShown {
    /// Its id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: String,
    /// Who may read it. Shown to the organisation's own people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What it says.
    pub text: String,
    /// When.
    pub posted_at: Time,
}

impl Action for Show {
    type Target = Request;
    type Input = Nothing;
    type Output = RequestShown;
    const SPEC: Spec = Spec::new(
        "request.show",
        "Shows a request: what was handed in, what was said, what was decided.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}"),
        PROJECT_PEOPLE,
    );
}

impl Look for Show {
    async fn look(_: &Nothing, request: &Permitted<Request>, read: &mut Read<'_>) -> Result<RequestShown> {
        let row = read
            .one(
                "SELECT r.detail AS detail, r.asked_at AS asked_at, r.due_on AS due_on, a.name AS asked_by \
                 FROM request r JOIN person a ON a.id = r.asked_by WHERE r.id = $1",
                values![request.id],
            )
            .await?;
        Ok(RequestShown {
            id: request.id,
            project: request.project.id,
            kind: request.kind,
            title: request.title.clone(),
            detail: row.get("detail")?,
            state: request.state,
            waits_for: request.state.waits_for(request.kind, request.side),
            side: request.side,
            asked_by: row.get("asked_by")?,
            asked_at: row.get("asked_at")?,
            due_on: row.get("due_on")?,
            versions: versions(request, read).await?,
            comments: comments(request, read).await?,
            may_withdraw: request.caller_is(&[ASKER]),
            may_submit: request.caller_is(&[SUBMITTER]),
            may_decide: request.caller_is(&[DECIDER]),
        })
    }
}

pub(super) async fn versions(request: &Request, read: &mut Read<'_>) -> Result<Vec<VersionShown>> {
    let me = read.caller().actor.person();
    let rows = read
        .all(
            "SELECT v.id AS id, v.number AS number, v.name AS name, v.media_type AS media_type, v.size AS size, \
             v.pages AS pages, v.sha256 AS sha256, v.note AS note, v.submitted_by AS person, s.name AS submitted_by, \
             v.submitted_at AS submitted_at, d.decision AS decision, d.words AS words, d.decided_at AS decided_at, \
             b.name AS decided_by, f.gone_at AS gone_at FROM request_version v JOIN person s ON s.id = v.submitted_by \
             JOIN file f ON f.id = v.file \
             LEFT JOIN request_decision d ON d.version = v.id LEFT JOIN person b ON b.id = d.decided_by \
             WHERE v.request = $1 ORDER BY v.number DESC LIMIT 200",
            values![request.id],
        )
        .await?;
    let versions = rows.iter().map(|row| {
        let decision = row.get::<Option<Decision>>("decision")?;
        let decision = decision.map(|decision| -> Result<DecisionShown> {
            Ok(DecisionShown {
                decision,
                words: row.get("words")?,
                by: row.get("decided_by")?,
                at: row.get("decided_at")?,
            })
        });
        let gone_at: Option<Time> = row.get("gone_at")?;
        Ok(VersionShown {
            id: row.get("id")?,
            number: row.get("number")?,
            name: row.get("name")?,
            media_type: row.get("media_type")?,
            pages: if gone_at.is_some() { None } else { row.get("pages")? },
            gone_at,
            size: row.get("size")?,
            sha256: hex::encode(row.get::<[u8; 32]>("sha256")?),
            note: row.get("note")?,
            submitted_by: row.get("submitted_by")?,
            submitted_at: row.get("submitted_at")?,
            own: Some(row.get("person")?) == me,
            decision: decision.transpose()?,
        })
    });
    versions.collect()
}

async fn comments(request: &Permitted<Request>, read: &mut Read<'_>) -> Result<Vec<CommentShown>> {
    let ours = request.standing().meet(OUR_PEOPLE);
    let rows = read
        .all(
            "SELECT m.id AS id, p.name AS author, m.visibility AS visibility, m.text AS text, m.posted_at AS posted_at \
             FROM request_comment m JOIN person p ON p.id = m.author \
             WHERE m.request = $1 AND ($2 OR m.visibility = 'client') ORDER BY m.id DESC LIMIT 500",
            values![request.id, ours],
        )
        .await?;
    let comments = rows.iter().rev().map(|row| {
        let visibility = row.get("visibility")?;
        Ok(CommentShown {
            id: row.get("id")?,
            author: row.get("author")?,
            visibility: ours.then_some(visibility),
            text: row.get("text")?,
            posted_at: row.get("posted_at")?,
        })
    });
    comments.collect()
}
