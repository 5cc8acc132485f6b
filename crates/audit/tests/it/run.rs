//! One audit in a directory, as the command does it.

use std::path::Path;

use plimsoll::evidence::Dossier;
use plimsoll::manifest::Manifest;
use plimsoll::progress::Silent;
use plimsoll::verdict::Outcome;

/// Walks what the manifest in a directory names, and settles the evidence as it was read back from disk.
pub(crate) async fn audit(directory: &Path) -> plimsoll::Result<Outcome> {
    let manifest = Manifest::load(&directory.join("plimsoll.toml"))?;
    let setup = plimsoll::Setup::new(manifest, "run")?;
    let walked = plimsoll::walk(&setup, &Silent).await?;
    Ok(plimsoll::outcome(&Dossier::load(&walked.evidence)?))
}
