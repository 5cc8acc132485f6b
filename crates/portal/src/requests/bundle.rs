//! `request.bundle`: the newest versions of a project as one archive, so that nobody has to fetch them one by one.

use std::collections::BTreeMap;

use door::{
    Action, Limit, Outlet, Per, Permitted, Record, Refusal, Released, Result, Snapshots, Spec, Stream, Verb, Way,
    Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::State;
use super::files::{Kept, kept_in};
use crate::files::{Archive, Cabinet};
use crate::projects::Project;
use crate::standing::PROJECT_PEOPLE;
use crate::world::World;

/// The most files of one archive.
const FILES_MAX: i64 = 200;

/// Gives out a project's files.
pub struct Bundle;

/// Which of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only of requests in this state.
    pub state: Option<State>,
}

/// The archive that follows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ArchiveOut {
    /// What it is called.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: String,
    /// How many files are in it.
    pub files: i64,
}

/// What is sent once the record is on disk.
pub struct Grant {
    files: Vec<(String, Kept)>,
    cabinet: Cabinet,
}

impl Action for Bundle {
    type Target = Project;
    type Input = Wanted;
    type Output = ArchiveOut;
    const SPEC: Spec = Spec::new(
        "request.bundle",
        "Gives out the newest versions of a project's files as one archive. Each is recorded before the first byte.",
        Way::Http(Verb::Post, "/projects/{project}/requests/bundle"),
        PROJECT_PEOPLE,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .media(&["application/zip"]);
}

impl Stream for Bundle {
    type Grant = Grant;

    async fn grant(
        input: &Wanted,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, ArchiveOut, Record)> {
        let rows = write
            .all(
                "SELECT r.id AS request, r.title AS title, v.id AS version, v.name AS name, v.file AS file FROM request r \
                 JOIN request_version v ON v.request = r.id AND v.number = r.versions \
                 JOIN file f ON f.id = v.file AND f.gone_at IS NULL WHERE r.project = $1 AND (r.state = $2 OR $2 IS NULL) ORDER BY r.id LIMIT $3",
                values![project.id, input.state.map(State::word), FILES_MAX + 1],
            )
            .await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if count > FILES_MAX {
            return Err(Refusal::Conflict("too_many_files"));
        }
        let mut names = Names::default();
        let mut files = Vec::new();
        let mut record = Record::on("project", project.id.0).fact("files", count);
        for row in &rows {
            let kept = kept_in(write, project.organisation, row.get("file")?).await?;
            files.push((names.free(&row.get::<String>("title")?, &row.get::<String>("name")?), kept));
            record = record.and("version", row.get::<Uuid>("version")?);
        }
        let day = write.now().timestamp().strftime("%Y-%m-%d");
        let out =
            ArchiveOut { name: format!("files-{day}.zip"), media_type: "application/zip".to_owned(), files: count };
        let cabinet = write.world::<World>()?.cabinet.clone();
        Ok((Grant { files, cabinet }, out, record))
    }

    async fn pour(grant: Released<Grant>, _: &Snapshots, outlet: &Outlet) -> Result<()> {
        let Grant { files, cabinet } = grant.open();
        let mut archive = Archive::new(outlet);
        for (name, kept) in files {
            archive.copy(&name, &cabinet, &kept.open(&cabinet.key)?).await?;
        }
        archive.finish().await
    }
}

/// Names in the archive: what was asked for as a folder, the file in it. Two of the same are told apart.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, u32>);

impl Names {
    /// A name that nothing in the archive has yet.
    pub(crate) fn free(&mut self, title: &str, file: &str) -> String {
        // A title may hold what no name of a folder may.
        let title: String = title
            .chars()
            .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '-' } else { c })
            .collect();
        let title = title.trim_matches(['.', ' ']);
        let folder = if title.is_empty() { "file" } else { title };
        let times = self.0.entry(folder.to_lowercase()).or_default();
        *times += 1;
        if *times == 1 { format!("{folder}/{file}") } else { format!("{folder} ({times})/{file}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_an_archive_stay_in_it_and_apart() {
        let mut names = Names::default();
        assert_eq!(names.free("Product photos", "a.jpg"), "Product photos/a.jpg");
        assert_eq!(names.free("product photos", "b.jpg"), "product photos (2)/b.jpg");
        assert_eq!(names.free("../../etc", "passwd"), "-..-etc/passwd");
        assert_eq!(names.free("..", "x"), "file/x");
    }
}
