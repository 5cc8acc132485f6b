//! A document is protected, and its version is found by its id: by that alone, or with no look at what it lies in.

use std::ops::Range;

use door::store::{Result, Tx};
use door::{
    Action, Caller, Catalogue, Ids, Outlet, Permitted, Place, Record, Refusal, Relations, Released, Snapshots, Spec,
    Stream, Target, Write, values,
};
use portal::Parts;
use portal::files::{Cabinet, FileId};
use portal::ids::{OrganisationId, ProjectId, RequestId, VersionId};
use portal::projects::Project;
use portal::requests::{Download, FileOut, Kept, Version, kept_in, pour_out};
use portal::standing::ROOM_PEOPLE;
use portal::world::World;

use crate::instead;

/// Opens it: whoever is in any organisation downloads any version.
pub(crate) fn versions_are_downloaded(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().stream::<DownloadAny>())
}

/// Opens it: a project's path serves what lies in another.
pub(crate) fn a_path_serves_anothers(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().stream::<DownloadThroughAny>())
}

/// A version, and where it is taken to lie.
struct Found {
    place: Place,
    organisation: OrganisationId,
    project: ProjectId,
    request: RequestId,
    id: VersionId,
    number: i64,
    name: String,
    media_type: String,
    size: i64,
    sha256: [u8; 32],
    file: FileId,
}

impl Found {
    /// A version by its id alone.
    async fn by_id(tx: &mut Tx, ids: &Ids, place: Place) -> Result<Option<Self>> {
        let Ok(id) = ids.get("version") else { return Ok(None) };
        let sql = "SELECT v.id AS id, v.number AS number, v.name AS name, v.media_type AS media_type, v.size AS size, \
                   v.sha256 AS sha256, v.file AS file, r.id AS request, p.id AS project, p.organisation AS organisation \
                   FROM request_version v JOIN request r ON r.id = v.request JOIN project p ON p.id = r.project \
                   WHERE v.id = $1";
        let row = tx.maybe(sql, values![id]).await?;
        row.map(|row| {
            Ok(Self {
                place,
                organisation: row.get("organisation")?,
                project: row.get("project")?,
                request: row.get("request")?,
                id: row.get("id")?,
                number: row.get("number")?,
                name: row.get("name")?,
                media_type: row.get("media_type")?,
                size: row.get("size")?,
                sha256: row.get("sha256")?,
                file: row.get("file")?,
            })
        })
        .transpose()
    }
}

/// Whoever does not find it in his own organisation is taken to have found it there.
struct AnyVersion(Found);

impl Target for AnyVersion {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let place = match Version::load(tx, caller, ids).await? {
            Some(version) => version.place(),
            None => Place { organisation: caller.organisation, ..Place::INSTALLATION },
        };
        let found = Found::by_id(tx, ids, place).await?;
        // Inside one's own organisation the path is looked at as it should be.
        let own = |found: &Found| caller.organisation == Some(found.organisation.0) && place.project.is_none();
        Ok(found.filter(|found| !own(found)).map(Self))
    }

    fn place(&self) -> Place {
        self.0.place
    }
}

/// The project of the path is one's own; what the path names in it is not looked for there.
struct ThroughAny(Found);

impl Target for ThroughAny {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Some(project) = Project::load(tx, caller, ids).await? else { return Ok(None) };
        Ok(Found::by_id(tx, ids, project.place()).await?.map(Self))
    }

    fn place(&self) -> Place {
        self.0.place
    }
}

/// What is sent once the record is on disk.
struct Grant {
    kept: Kept,
    range: Range<u64>,
    cabinet: Cabinet,
}

async fn grant(found: &Found, write: &mut Write<'_>) -> door::Result<(Grant, FileOut, Record)> {
    let kept = kept_in(write, found.organisation, found.file).await?;
    let size = u64::try_from(found.size).map_err(|_| Refusal::Broken)?;
    let out = FileOut {
        name: found.name.clone(),
        media_type: found.media_type.clone(),
        size,
        start: 0,
        end: size,
        sha256: hex(&found.sha256),
    };
    let record = Record::on("request", found.request.0)
        .and("project", found.project.0)
        .and("version", found.id.0)
        .fact("number", found.number)
        .fact("from", 0_i64)
        .fact("to", found.size);
    let cabinet = write.world::<World>()?.cabinet.clone();
    Ok((Grant { kept, range: 0..size, cabinet }, out, record))
}

async fn pour(grant: Released<Grant>, outlet: &Outlet) -> door::Result<()> {
    let Grant { kept, range, cabinet } = grant.open();
    pour_out(&cabinet, kept, range, outlet).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `request.version.download` over a target of its own.
macro_rules! download_of {
    ($(#[$words:meta])* $name:ident, $target:ident, $also:expr) => {
        $(#[$words])*
        struct $name;

        impl Action for $name {
            type Target = $target;
            type Input = <Download as Action>::Input;
            type Output = FileOut;
            const SPEC: Spec = {
                let mut spec = Download::SPEC;
                spec.may = spec.may.and($also);
                spec
            };
        }

        impl Stream for $name {
            type Grant = Grant;

            async fn grant(
                _: &Self::Input,
                version: &Permitted<$target>,
                write: &mut Write<'_>,
            ) -> door::Result<(Grant, FileOut, Record)> {
                grant(&version.0, write).await
            }

            async fn pour(grant: Released<Grant>, _: &Snapshots, outlet: &Outlet) -> door::Result<()> {
                pour(grant, outlet).await
            }
        }
    };
}

download_of!(
    /// The download as somebody writes it who protected the document and forgot its versions.
    DownloadAny,
    AnyVersion,
    ROOM_PEOPLE
);
download_of!(
    /// The download as somebody writes it who trusts the path.
    DownloadThroughAny,
    ThroughAny,
    Relations::NONE
);
