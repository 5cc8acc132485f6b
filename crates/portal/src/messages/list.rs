//! `message.list`: what was said on a project, as far as the caller may read it.

use door::{Action, Look, Permitted, Read, Refusal, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Visibility;
use crate::ids::{MessageId, PersonId};
use crate::projects::Project;
use crate::standing::{ADMIN, OWNER, PROJECT_PEOPLE, STAFF};

/// Lists messages.
pub struct List;

/// Messages on one page.
const PAGE: i64 = 100;

/// Which messages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
}

/// A page of messages, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    /// The messages.
    pub messages: Vec<MessageShown>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// One message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageShown {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: PersonId,
    /// Their name.
    pub author_name: String,
    /// Who may read it. Shown to the organisation's own people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What it says.
    pub text: String,
    /// When.
    pub posted_at: Time,
}

impl Action for List {
    type Target = Project;
    type Input = Wanted;
    type Output = MessageList;
    const SPEC: Spec = Spec::new(
        "message.list",
        "Lists the messages of a project; the client's people see those for the client.",
        Way::Http(Verb::Get, "/projects/{project}/messages"),
        PROJECT_PEOPLE,
    );
}

impl Look for List {
    async fn look(input: &Wanted, project: &Permitted<Project>, read: &mut Read<'_>) -> Result<MessageList> {
        let ours = project.caller_is(&[OWNER, ADMIN, STAFF]);
        let before = match &input.cursor {
            None => Uuid::max(),
            Some(cursor) => {
                cursor.parse().map_err(|_| Refusal::field("cursor", "must be the `next` of the page before"))?
            }
        };
        let rows = read
            .all(
                "SELECT m.id AS id, m.author AS author, p.name AS author_name, m.visibility AS visibility, \
                 m.text AS text, m.posted_at AS posted_at FROM message m JOIN person p ON p.id = m.author \
                 WHERE m.project = $1 AND m.id < $2 AND ($3 OR m.visibility = 'client') ORDER BY m.id DESC LIMIT $4",
                values![project.id, before, ours, PAGE + 1],
            )
            .await?;
        let mut messages = rows
            .iter()
            .map(|row| {
                let visibility = row.get("visibility")?;
                Ok(MessageShown {
                    id: row.get("id")?,
                    author: row.get("author")?,
                    author_name: row.get("author_name")?,
                    visibility: ours.then_some(visibility),
                    text: row.get("text")?,
                    posted_at: row.get("posted_at")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = messages.len() > page;
        messages.truncate(page);
        let next = if more { messages.last().map(|message| message.id.to_string()) } else { None };
        Ok(MessageList { messages, next })
    }
}
