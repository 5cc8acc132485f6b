//! `request.version.download`: the bytes of a version. On the record before the first of them leaves.

use std::ops::Range;

use door::{Action, Outlet, Permitted, Record, Refusal, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Version;
use super::files::{Kept, kept_in};
use crate::files::Cabinet;
use crate::standing::PROJECT_PEOPLE;
use crate::world::World;

/// Gives out a version.
pub struct Download;

/// Which part of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A range of bytes, as the header `Range` says it: `bytes=0-1023` (RFC 9110 section 14.2).
    pub range: Option<String>,
}

/// The file that follows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FileOut {
    /// What it is called.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: String,
    /// Its length in bytes.
    pub size: u64,
    /// The first byte that follows.
    pub start: u64,
    /// The byte behind the last that follows.
    pub end: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// What is sent once the record is on disk.
pub struct Grant {
    kept: Kept,
    range: Range<u64>,
    cabinet: Cabinet,
}

impl Action for Download {
    type Target = Version;
    type Input = Wanted;
    type Output = FileOut;
    const SPEC: Spec = Spec::new(
        "request.version.download",
        "Gives out the file of a version, or a range of it. Recorded before the first byte.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}/versions/{version}/download"),
        PROJECT_PEOPLE,
    )
    .media(&["application/octet-stream"]);
}

impl Stream for Download {
    type Grant = Grant;

    async fn grant(
        input: &Wanted,
        version: &Permitted<Version>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, FileOut, Record)> {
        let kept = kept_in(write, version.request.project.organisation, version.file).await?;
        let size = u64::try_from(version.size).map_err(|_| Refusal::Broken)?;
        let range = input.range.as_deref().and_then(|range| range_of(range, size)).unwrap_or(0..size);
        let out = FileOut {
            name: version.name.clone(),
            media_type: version.media_type.clone(),
            size,
            start: range.start,
            end: range.end,
            sha256: hex::encode(version.sha256),
        };
        let record = record_of(version).fact("from", signed(range.start)).fact("to", signed(range.end));
        let cabinet = write.world::<World>()?.cabinet.clone();
        Ok((Grant { kept, range, cabinet }, out, record))
    }

    async fn pour(grant: Released<Grant>, _: &Snapshots, outlet: &Outlet) -> Result<()> {
        let Grant { kept, range, cabinet } = grant.open();
        pour_out(&cabinet, kept, range, outlet).await
    }
}

/// Who got which version.
pub(super) fn record_of(version: &Version) -> Record {
    Record::on("request", version.request.id.0)
        .and("project", version.request.project.id.0)
        .and("version", version.id.0)
        .fact("number", version.number)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The one way out for a file's bytes. What was kept can be had by a grant of the door's only.
///
/// # Errors
/// When the file cannot be read, or whoever asked is gone.
pub async fn pour_out(cabinet: &Cabinet, kept: Kept, range: Range<u64>, outlet: &Outlet) -> Result<()> {
    let file = kept.open(&cabinet.key)?;
    let mut pieces = std::pin::pin!(cabinet.files.read(&file, range));
    while let Some(piece) = pieces.next().await {
        outlet.send(piece.map_err(|error| cabinet.refused(&error))?.into()).await?;
    }
    Ok(())
}

/// One range of a file of so many bytes. `None` where the whole is to be sent: several ranges, another unit, a range that
/// is not there (RFC 9110 section 14.2 leaves it to the server).
fn range_of(header: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let range = match (first.trim(), last.trim()) {
        ("", last) => size.saturating_sub(number(last)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => number(first)?..number(last)?.checked_add(1)?.min(size),
    };
    (range.start < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_as_the_standard_says_them() {
        assert_eq!(range_of("bytes=0-99", 1000), Some(0..100));
        assert_eq!(range_of("bytes=900-", 1000), Some(900..1000));
        assert_eq!(range_of("bytes=-100", 1000), Some(900..1000));
        assert_eq!(range_of("bytes=0-5000", 1000), Some(0..1000));
        assert_eq!(range_of("bytes=-5000", 1000), Some(0..1000));
        for whole in ["bytes=1000-", "bytes=5-4", "bytes=0-1,4-5", "items=0-1", "bytes=-0", "bytes=+1-2", "bytes=-"] {
            assert_eq!(range_of(whole, 1000), None, "{whole}");
        }
    }

    proptest! {
        #[test]
        fn a_range_lies_inside_the_file(header in "bytes=[0-9]{0,20}-[0-9]{0,20}", size in any::<u64>()) {
            if let Some(range) = range_of(&header, size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
