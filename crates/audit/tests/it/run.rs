//! One audit in a directory, as the command does it.

use std::path::Path;

use plimsoll::evidence::Dossier;
use plimsoll::manifest::Manifest;
use plimsoll::progress::Silent;
use plimsoll::verdict::Outcome;

/// Walks what the manifest in a directory names, in the order of a seed, and settles the evidence as it was read back
/// from disk.
pub(crate) async fn audit(directory: &Path, seed: Option<u64>) -> plimsoll::Result<Outcome> {
    let manifest = Manifest::load(&directory.join("plimsoll.toml"))?;
    let mut setup = plimsoll::Setup::new(manifest, "run")?;
    setup.seed = seed.unwrap_or(setup.seed);
    let walked = plimsoll::walk(&setup, &Silent).await?;
    Ok(plimsoll::outcome(&Dossier::load(&walked.evidence)?))
}
