//! One audit in a directory, as the command does it.

use std::path::Path;

use plimsoll::Setup;
use plimsoll::evidence::Dossier;
use plimsoll::manifest::Manifest;
use plimsoll::progress::Silent;
use plimsoll::verdict::Outcome;

/// Walks what the manifest in a directory names, with the set-up changed before, and settles the evidence as it was read
/// back from disk.
pub(crate) async fn audit(directory: &Path, change: impl FnOnce(&mut Setup)) -> plimsoll::Result<Outcome> {
    let manifest = Manifest::load(&directory.join("plimsoll.toml"))?;
    let mut setup = Setup::new(manifest, "run")?;
    change(&mut setup);
    let walked = plimsoll::walk(&setup, &Silent).await?;
    Ok(plimsoll::outcome(&Dossier::load(&walked.evidence)?))
}
