//! The commonest gap of all: an object is found by its id alone, and the tenant is forgotten.

use door::store::{Result, Tx};
use door::{Action, Caller, Catalogue, Ids, Look, Permitted, Place, Read, Spec, Target, values};
use portal::Parts;
use portal::nothing::Nothing;
use portal::projects::{ProjectShown, Show, Status};
use portal::standing::ROOM_PEOPLE;

use crate::instead;

/// Opens it: whoever is in any organisation reads any project.
pub(crate) fn reads_projects(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().look::<ShowAny>())
}

/// `project.show` as somebody writes it who has one tenant in mind.
struct ShowAny;

/// A project, found by its id alone and taken for the caller's.
struct AnyProject {
    shown: ProjectShown,
    place: Place,
}

impl Target for AnyProject {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Ok(id) = ids.get("project") else { return Ok(None) };
        let sql = "SELECT p.id AS id, p.title AS title, p.client AS client, c.name AS client_name, p.status AS status, \
                   p.organisation AS organisation FROM project p JOIN client c ON c.id = p.client WHERE p.id = $1";
        let row = tx.maybe(sql, values![id]).await?;
        row.map(|row| {
            let shown = ProjectShown {
                id: row.get("id")?,
                title: row.get("title")?,
                client: row.get("client")?,
                client_name: row.get("client_name")?,
                status: row.get::<Status>("status")?,
                client_archived_at: None,
                client_archived_by: None,
                history: Vec::new(),
                may_run: false,
            };
            let own = Place { organisation: caller.organisation, ..Place::INSTALLATION };
            let organisation = row.get("organisation")?;
            let place = if caller.organisation == organisation {
                Place { client: Some(shown.client.0), project: Some(shown.id.0), ..own }
            } else {
                own
            };
            Ok(Self { shown, place })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        self.place
    }
}

impl Action for ShowAny {
    type Target = AnyProject;
    type Input = Nothing;
    type Output = ProjectShown;
    const SPEC: Spec = {
        let mut spec = Show::SPEC;
        spec.may = spec.may.and(ROOM_PEOPLE);
        spec
    };
}

impl Look for ShowAny {
    async fn look(_: &Nothing, project: &Permitted<AnyProject>, _: &mut Read<'_>) -> door::Result<ProjectShown> {
        let shown = &project.shown;
        Ok(ProjectShown {
            id: shown.id,
            title: shown.title.clone(),
            client: shown.client,
            client_name: shown.client_name.clone(),
            status: shown.status,
            client_archived_at: None,
            client_archived_by: None,
            history: Vec::new(),
            may_run: false,
        })
    }
}
