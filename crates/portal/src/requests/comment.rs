//! `request.comment.post`: a word beside a request.

use door::{
    Action, Change, Permitted, Place, Record, Refusal, Relations, Result, Spec, Target as _, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{COMMENT, Request};
use crate::fields::Words;
use crate::ids::CommentId;
use crate::messages::Visibility;
use crate::projects::CLOSED;
use crate::standing::{ADMIN, CLIENT_ADMIN, CONTRIBUTOR, OUR_PEOPLE, OWNER, PROJECT_ADMIN};

/// Comments on a request.
pub struct PostComment;

/// What to say, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// What it says.
    pub text: Words,
    /// Who may read it: everybody in the project, unless it says internal. The client's people have no choice.
    pub visibility: Option<Visibility>,
}

/// What was said.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CommentPosted {
    /// Its id.
    pub id: CommentId,
}

impl Action for PostComment {
    type Target = Request;
    type Input = NewComment;
    type Output = CommentPosted;
    const SPEC: Spec = Spec::new(
        "request.comment.post",
        "Writes a comment beside a request: for everybody in the project, or for the organisation's own people.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/comments"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]),
    )
    .not_when(CLOSED);
}

impl Change for PostComment {
    async fn change(
        input: &NewComment,
        request: &Permitted<Request>,
        write: &mut Write<'_>,
    ) -> Result<(CommentPosted, Record)> {
        let visibility = input.visibility.unwrap_or(Visibility::Client);
        if !request.standing().meet(OUR_PEOPLE) && visibility == Visibility::Internal {
            return Err(Refusal::field("visibility", "can be client only"));
        }
        let author = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let id = CommentId(write.id());
        write
            .insert(
                COMMENT,
                id.0,
                "INSERT INTO request_comment (id, rev, salt, request, author, visibility, text, posted_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *",
                values![request.id, author, visibility, &input.text, write.now()],
            )
            .await?;
        // An internal comment leaves no countable gap in the client's chain.
        let place = Place { internal: visibility == Visibility::Internal, ..request.place() };
        let record = Record::on("comment", id.0)
            .and("request", request.id.0)
            .and("project", request.project.id.0)
            .fact("visibility", visibility)
            .at(place);
        Ok((CommentPosted { id }, record))
    }
}
