//! `message.post`: saying something on a project.

use door::{
    Action, Change, Permitted, Place, Record, Refusal, Relations, Result, Spec, Target, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MESSAGE, Visibility};
use crate::fields::Words;
use crate::ids::MessageId;
use crate::projects::{CLOSED, Project};
use crate::standing::{ADMIN, CLIENT_ADMIN, CONTRIBUTOR, OWNER, PROJECT_ADMIN, STAFF};

/// Posts a message.
pub struct Post;

/// What, and for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageWanted {
    /// What it says.
    pub text: Words,
    /// Who may read it. The client's people always write for both; left out it is for the client.
    pub visibility: Option<Visibility>,
}

/// It is posted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessagePosted {
    /// Its id.
    pub id: MessageId,
}

impl Action for Post {
    type Target = Project;
    type Input = MessageWanted;
    type Output = MessagePosted;
    const SPEC: Spec = Spec::new(
        "message.post",
        "Posts a message on a project: internal, or for the client.",
        Way::Http(Verb::Post, "/projects/{project}/messages"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]),
    )
    .not_when(CLOSED);
}

impl Change for Post {
    async fn change(
        input: &MessageWanted,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(MessagePosted, Record)> {
        let ours = project.caller_is(&[OWNER, ADMIN, STAFF]);
        let visibility = input.visibility.unwrap_or(Visibility::Client);
        if !ours && visibility == Visibility::Internal {
            return Err(Refusal::field("visibility", "can be client only"));
        }
        let author = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let id = MessageId(write.id());
        write
            .insert(
                MESSAGE,
                id.0,
                "INSERT INTO message (id, rev, salt, project, author, visibility, text, posted_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *",
                values![project.id, author, visibility, &input.text, write.now()],
            )
            .await?;
        // An internal message leaves no countable gap in the client's chain.
        let place = Place { internal: visibility == Visibility::Internal, ..project.place() };
        let record = Record::on("message", id.0).and("project", project.id.0).fact("visibility", visibility).at(place);
        Ok((MessagePosted { id }, record))
    }
}
