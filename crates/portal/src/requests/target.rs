//! A request and a version of it, each found only through what it lies in; and what somebody is to them.

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Relations, Target, values};

use super::{Kind, Side, State};
use crate::files::FileId;
use crate::ids::{PersonId, RequestId, VersionId};
use crate::projects::{CLOSED, Project};
use crate::standing::{
    ADMIN, ASKER, CLIENT_ADMIN, CLIENT_MEMBER, CONTRIBUTOR, DECIDER, OUR_PEOPLE, OWNER, PROJECT_ADMIN, SUBMITTER,
};

/// Who may do more than look.
const ABLE: Relations = Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]);

/// A request.
pub struct Request {
    /// Its project.
    pub project: Project,
    /// Its id.
    pub id: RequestId,
    /// What is owed.
    pub kind: Kind,
    /// Who asked.
    pub side: Side,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub state: State,
    /// How many versions were handed in.
    pub versions: i64,
    /// Its revision.
    pub revision: i64,
}

/// A version of what was handed in.
pub struct Version {
    /// Its request.
    pub request: Request,
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
    /// How many pages a preview has; none where there is no preview.
    pub pages: Option<i64>,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its bytes.
    pub file: FileId,
    /// Who handed it in.
    pub submitted_by: PersonId,
}

/// Which side somebody of this standing is on. The relations exclude each other: a person has one membership.
#[must_use]
pub(super) fn side_of(standing: Relations) -> Option<Side> {
    if standing.meet(OUR_PEOPLE) {
        Some(Side::Us)
    } else if standing.meet(Relations::of(&[CLIENT_ADMIN, CLIENT_MEMBER])) {
        Some(Side::Client)
    } else {
        None
    }
}

impl Request {
    /// What somebody of this standing in the project is to the request.
    fn sides(&self, standing: Relations) -> Relations {
        let Some(side) = side_of(standing).filter(|_| standing.meet(ABLE)) else { return standing };
        let asker = if side == self.side { Relations::of(&[ASKER]) } else { Relations::NONE };
        let submits = side == self.kind.submits(self.side);
        let turn = if submits { Relations::of(&[SUBMITTER]) } else { Relations::of(&[DECIDER]) };
        standing.and(asker).and(turn)
    }
}

impl Target for Request {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Some(project), Ok(id)) = (Project::load(tx, caller, ids).await?, ids.get("request")) else {
            return Ok(None);
        };
        let sql = "SELECT t.id AS id, t.kind AS kind, t.side AS side, t.title AS title, t.state AS state, \
                   t.versions AS versions, t.rev AS rev FROM request t WHERE t.project = $1 AND t.id = $2";
        let row = tx.target(sql, values![project.id, id]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                kind: row.get("kind")?,
                side: row.get("side")?,
                title: row.get("title")?,
                state: row.get("state")?,
                versions: row.get("versions")?,
                revision: row.get("rev")?,
                project,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        self.project.place()
    }

    fn state(&self) -> &'static str {
        let project = self.project.state();
        if CLOSED.contains(&project) { project } else { self.state.word() }
    }

    fn standing(&self, _: &Caller, at_its_place: Relations) -> Relations {
        self.sides(at_its_place)
    }

    fn tag(&self) -> Option<String> {
        Some(format!("{}.{}", self.id, self.revision))
    }
}

impl Target for Version {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Some(request), Ok(id)) = (Request::load(tx, caller, ids).await?, ids.get("version")) else {
            return Ok(None);
        };
        let sql = "SELECT t.id AS id, t.number AS number, t.name AS name, t.media_type AS media_type, t.size AS size, \
                   t.pages AS pages, t.sha256 AS sha256, t.file AS file, t.submitted_by AS submitted_by FROM request_version t \
                   WHERE t.request = $1 AND t.id = $2";
        let row = tx.target(sql, values![request.id, id]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                number: row.get("number")?,
                name: row.get("name")?,
                media_type: row.get("media_type")?,
                size: row.get("size")?,
                pages: row.get("pages")?,
                sha256: row.get("sha256")?,
                file: row.get("file")?,
                submitted_by: row.get("submitted_by")?,
                request,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        self.request.place()
    }

    fn state(&self) -> &'static str {
        self.request.state()
    }

    fn standing(&self, caller: &Caller, at_its_place: Relations) -> Relations {
        let standing = self.request.sides(at_its_place);
        // Somebody who has changed sides since is still the one who handed it in.
        let own = caller.actor.person() == Some(self.submitted_by.0);
        if own { standing.without(Relations::of(&[DECIDER])) } else { standing }
    }

    fn tag(&self) -> Option<String> {
        self.request.tag()
    }
}

#[cfg(test)]
mod tests {
    use door::{Actor, Relation};
    use uuid::Uuid;

    use super::*;
    use crate::ids::{ClientId, OrganisationId, ProjectId};
    use crate::projects::Status;
    use crate::standing::{RELATIONS, STAFF, VIEWER};

    fn request(kind: Kind, side: Side) -> Request {
        let project = Project {
            id: ProjectId(Uuid::from_u128(1)),
            organisation: OrganisationId(Uuid::from_u128(2)),
            client: ClientId(Uuid::from_u128(3)),
            title: String::new(),
            status: Status::Active,
            client_archived: false,
            revision: 1,
        };
        let (id, title) = (RequestId(Uuid::from_u128(4)), String::new());
        Request { project, id, kind, side, title, state: State::Submitted, versions: 1, revision: 1 }
    }

    fn version(request: Request, submitted_by: Uuid) -> Version {
        Version {
            request,
            id: VersionId(Uuid::from_u128(5)),
            number: 1,
            name: String::new(),
            media_type: String::new(),
            size: 0,
            pages: None,
            sha256: [0; 32],
            file: FileId(Uuid::from_u128(6)),
            submitted_by: PersonId(submitted_by),
        }
    }

    fn is(standing: Relations) -> Vec<&'static str> {
        standing.names(RELATIONS).filter(|name| ["asker", "submitter", "decider"].contains(name)).collect()
    }

    #[test]
    fn who_is_what_to_a_request() {
        let ours = Relations::of(&[STAFF, CONTRIBUTOR]);
        let theirs = Relations::of(&[CLIENT_MEMBER, CONTRIBUTOR]);
        assert_eq!(is(request(Kind::File, Side::Us).sides(ours)), ["asker", "decider"]);
        assert_eq!(is(request(Kind::File, Side::Us).sides(theirs)), ["submitter"]);
        assert_eq!(is(request(Kind::Approval, Side::Us).sides(ours)), ["asker", "submitter"]);
        assert_eq!(is(request(Kind::Approval, Side::Us).sides(theirs)), ["decider"]);
        assert_eq!(is(request(Kind::Approval, Side::Us).sides(Relations::of(&[CLIENT_MEMBER, VIEWER]))), [""; 0]);
        assert_eq!(is(request(Kind::File, Side::Us).sides(Relations::of(&[Relation::ANYONE]))), [""; 0]);
    }

    #[test]
    fn nobody_decides_on_what_they_handed_in() {
        let (me, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let caller = Caller { actor: Actor::Person(me), ..Caller::anyone() };
        let theirs = Relations::of(&[CLIENT_ADMIN]);
        let decider = |by| is(version(request(Kind::Approval, Side::Us), by).standing(&caller, theirs));
        assert_eq!(decider(other), ["decider"]);
        assert_eq!(decider(me), [""; 0]);
    }
}
