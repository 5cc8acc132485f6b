//! `organisation.put_back`: one organisation gets back what it lost since a snapshot, while the portal goes on for everybody.
//!
//! Only what is gone comes back, each row as a line of the record: what was changed since stays as it is, what is new stays,
//! whoever was erased stays erased, and nobody gets access back that was taken from them.

use std::collections::BTreeMap;

use door::values;
use door::{Action, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::WORDS;
use super::lost::{self, Lost};
use super::run::hash;
use crate::identity::Anywhere;
use crate::ids::OrganisationId;
use crate::privacy::keeping;
use crate::requests;
use crate::world::World;

/// Puts back what one organisation lost.
pub struct PutBack;

/// Whose, and from when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The snapshot; otherwise the newest.
    pub snapshot: Option<String>,
}

/// What came back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PutBackDone {
    /// From which snapshot.
    pub snapshot: String,
    /// How many rows, by table.
    pub rows: BTreeMap<String, i64>,
    /// How many files.
    pub files: i64,
}

impl Action for PutBack {
    type Target = Anywhere;
    type Input = Wanted;
    type Output = PutBackDone;
    const SPEC: Spec = Spec::new(
        "organisation.put_back",
        "Puts back what one organisation lost since a backup, beside everything that is there.",
        Way::Console("organisation.put_back"),
        Relations::of(&[Relation::CONSOLE]),
    )
    .not_when(WORDS);
}

impl Receive for PutBack {
    type Ready = (OrganisationId, Lost);

    async fn ready(wanted: Wanted, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Self::Ready> {
        let organisation = wanted.organisation;
        let known = "SELECT o.id AS id FROM organisation o WHERE o.id = $1 AND NOT EXISTS (SELECT 1 FROM ending e \
                     WHERE e.organisation = o.id AND e.client IS NULL AND e.begun_at IS NOT NULL)";
        let known = read.maybe(known, values![organisation]).await?;
        known.ok_or_else(|| Refusal::field("organisation", "is not known"))?;
        // While bytes are still being cleared away, what is put back could go with them.
        let going = "SELECT f.id FROM file f WHERE f.organisation = $1 AND f.gone_at IS NOT NULL \
                     AND EXISTS (SELECT 1 FROM file_part p WHERE p.file = f.id) LIMIT 1";
        if read.maybe(going, values![organisation]).await?.is_some() {
            let why = "files whose time was over are still being cleared away: try again within the hour";
            return Err(Refusal::field("organisation", why));
        }
        // One to which nothing refers went with its client.
        let gone = "SELECT f.id AS id FROM file f WHERE f.organisation = $1 AND f.gone_at IS NOT NULL \
                    AND EXISTS (SELECT 1 FROM request_version v WHERE v.file = f.id)";
        let gone = read.all(gone, values![organisation]).await?;
        let gone = gone.iter().map(|row| row.get("id")).collect::<door::store::Result<Vec<_>>>()?;
        let ended = "SELECT client FROM ending WHERE organisation = $1 AND client IS NOT NULL AND begun_at IS NOT NULL";
        let ended = read.all(ended, values![organisation]).await?;
        let ended = ended.iter().map(|row| row.get("client")).collect::<door::store::Result<Vec<_>>>()?;
        read.leave();
        let World { backups, cabinet, .. } = read.world::<World>()?;
        let found = lost::find(backups, &cabinet.files, organisation, wanted.snapshot.as_deref(), &gone, &ended).await;
        backups.troubles.remember(Self::SPEC.name, found.as_ref().err());
        let lost = found.map_err(|error| {
            tracing::error!(%error, "nothing was put back");
            Refusal::NotNow(error.word())
        })?;
        Ok((organisation, lost))
    }

    async fn receive(
        (organisation, lost): &Self::Ready,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(PutBackDone, Record)> {
        let mut rows = BTreeMap::new();
        for lost in &lost.tables {
            let count = write.put_back(lost.table, &lost.columns, lost.rows.clone()).await?;
            if count > 0 {
                rows.insert(lost.table.table.to_owned(), i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        let mut files = 0;
        for file in &lost.files {
            files += i64::from(requests::put_file_back(write, *organisation, file).await?);
        }
        if keeping::is_due(write, *organisation).await? {
            let why = "what comes back would be deleted again within the hour: \
                       let the organisation set longer periods, or a hold, first";
            return Err(Refusal::field("organisation", why));
        }
        let snapshot = &lost.snapshot;
        let record = Record::on("organisation", organisation.0)
            .at(Place { organisation: Some(organisation.0), ..Place::INSTALLATION })
            .fact("manifest", hash(&snapshot.sha256))
            .fact("rows", rows.values().sum::<i64>())
            .fact("files", files);
        Ok((PutBackDone { snapshot: snapshot.name.clone(), rows, files }, record))
    }
}
