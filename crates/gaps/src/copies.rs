//! Copies to take away that are not whole.

use door::{Action, Catalogue, Outlet, Permitted, Record, Released, Snapshots, Spec, Stream, Write};
use portal::Parts;
use portal::nothing::Nothing;
use portal::organisations::Organisation;
use portal::privacy::copy::{CopyOrganisation, Grant};
use portal::requests::ArchiveOut;

use crate::instead;

/// Opens it: the organisation's export leaves out the documents.
pub(crate) fn without_documents(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().stream::<CopyWithoutFiles>())
}

/// The copy as somebody writes it for whom data is what stands in tables.
struct CopyWithoutFiles;

impl Action for CopyWithoutFiles {
    type Target = Organisation;
    type Input = Nothing;
    type Output = ArchiveOut;
    const SPEC: Spec = CopyOrganisation::SPEC;
}

impl Stream for CopyWithoutFiles {
    type Grant = Grant;

    async fn grant(
        input: &Nothing,
        here: &Permitted<Organisation>,
        write: &mut Write<'_>,
    ) -> door::Result<(Grant, ArchiveOut, Record)> {
        let (mut grant, out, record) = CopyOrganisation::grant(input, here, write).await?;
        grant.files.clear();
        Ok((grant, out, record))
    }

    async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> door::Result<()> {
        CopyOrganisation::pour(grant, snapshots, outlet).await
    }
}
