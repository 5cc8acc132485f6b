//! Who reads a letter, and what of it is theirs to read. That is asked when it is written, and once more each time that it is
//! sent: whoever was put out a moment before hears nothing.

use std::collections::BTreeMap;

use door::{Actor, Caller, Ids, Permitted, Read, Relation, Relations, Result};
use serde::{Deserialize, Serialize};

use super::What;
use crate::ids::{OrganisationId, PersonId, ProjectId, RequestId};
use crate::projects::{CLOSED, Project};
use crate::requests::{Request, State};
use crate::standing::{CONTRIBUTOR, DECIDER, OUR_PEOPLE, PROJECT_ADMIN, SUBMITTER, VIEWER};

/// Who is in a project, and not only above it.
const IN_IT: Relations = Relations::of(&[PROJECT_ADMIN, CONTRIBUTOR, VIEWER]);

/// What a letter is about, so that it is sent only while its reader may see all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// In which organisation.
    pub(super) organisation: OrganisationId,
    /// In which projects.
    pub(super) parts: Vec<Part>,
}

/// What a letter says of one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) project: ProjectId,
    /// What waits for the reader there.
    pub(super) waiting: Vec<RequestId>,
    /// Whether it says anything else.
    pub(super) more: bool,
    /// Whether some of that is for the organisation's own people.
    pub(super) internal: bool,
}

impl Part {
    /// Nothing of it so far.
    pub(super) const fn new(project: ProjectId) -> Self {
        Self { project, waiting: Vec::new(), more: false, internal: false }
    }
}

/// Somebody in an organisation, and what was asked about them in this snapshot.
pub(super) struct Reader {
    caller: Caller,
    is_in: BTreeMap<(ProjectId, bool), bool>,
    turns: BTreeMap<RequestId, Option<What>>,
}

impl Reader {
    /// As they would come if they came now: by a sign-in that the organisation lets in, and from nowhere in particular,
    /// because a letter is read anywhere.
    pub(super) fn new(person: PersonId, organisation: OrganisationId) -> Self {
        let (actor, organisation) = (Actor::Person(person.0), Some(organisation.0));
        let caller = Caller { actor, organisation, bound: true, ..Caller::anyone() };
        Self { caller, is_in: BTreeMap::new(), turns: BTreeMap::new() }
    }

    /// A project that they see at present and in which work goes on.
    ///
    /// # Errors
    /// As the store says.
    async fn project(&self, read: &mut Read<'_>, project: ProjectId) -> Result<Option<Permitted<Project>>> {
        let ids = Ids(vec![("project", project.0)]);
        Ok(read.open_to::<Project>(&self.caller, &ids, "project.show").await?.filter(|project| {
            let closed = CLOSED.contains(&door::Target::state(&**project));
            !closed && !project.caller_is(&[Relation::CLOSING])
        }))
    }

    /// Whether they are in a project, and may read there what is internal, where that is meant.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn is_in(&mut self, read: &mut Read<'_>, project: ProjectId, internal: bool) -> Result<bool> {
        if let Some(known) = self.is_in.get(&(project, internal)) {
            return Ok(*known);
        }
        let standing = self.project(read, project).await?.map_or(Relations::NONE, |found| found.standing());
        let is_in = standing.meet(IN_IT) && (!internal || standing.meet(OUR_PEOPLE));
        self.is_in.insert((project, internal), is_in);
        Ok(is_in)
    }

    /// What a request waits for them with, if it does: because of what the other side did.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn turn(
        &mut self,
        read: &mut Read<'_>,
        project: ProjectId,
        request: RequestId,
    ) -> Result<Option<What>> {
        if let Some(known) = self.turns.get(&request) {
            return Ok(*known);
        }
        let turn = match self.project(read, project).await? {
            Some(_) => self.turn_in(read, project, request).await?,
            None => None,
        };
        self.turns.insert(request, turn);
        Ok(turn)
    }

    async fn turn_in(&self, read: &mut Read<'_>, project: ProjectId, request: RequestId) -> Result<Option<What>> {
        let ids = Ids(vec![("project", project.0), ("request", request.0)]);
        let found = read.open_to::<Request>(&self.caller, &ids, "request.show").await?;
        Ok(found.and_then(|found| turn_of(&found, found.standing())))
    }
}

/// Pure: what a request waits for somebody of this standing with. What they asked of themselves is no news.
fn turn_of(request: &Request, standing: Relations) -> Option<What> {
    let hands_in = standing.meet(Relations::of(&[SUBMITTER]));
    match request.state {
        State::Asked if hands_in && request.kind.submits(request.side) != request.side => Some(What::Asked),
        State::ChangesAsked if hands_in => Some(What::ChangesAsked),
        State::Submitted if standing.meet(Relations::of(&[DECIDER])) => Some(What::Submitted),
        _ => None,
    }
}

/// Whether a letter's reader may see all that it is about, now.
///
/// # Errors
/// As the store says.
pub(crate) async fn is_open(read: &mut Read<'_>, person: PersonId, about: &About) -> Result<bool> {
    let mut reader = Reader::new(person, about.organisation);
    for part in &about.parts {
        if part.more && !reader.is_in(read, part.project, part.internal).await? {
            return Ok(false);
        }
        for request in &part.waiting {
            if reader.turn(read, part.project, *request).await?.is_none() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
