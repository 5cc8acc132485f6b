//! A portal from altered parts as a process of its own, started and taken apart as the project's manifest says.

use std::collections::BTreeSet;
use std::path::Path;

use audit::evidence::Dossier;
use audit::manifest::Manifest;
use audit::progress::Silent;
use audit::verdict::{Dimension, Outcome};

/// The portal with gaps open.
const PORTAL: &str = env!("CARGO_BIN_EXE_gapped-portal");
/// How the manifest starts the portal that is shipped.
const SHIPPED: &str = "exec cargo run --release -p plimsoll-portal --";

/// Audits the portal with these gaps open, in some dimensions. The audit gets nothing but the manifest: only which program
/// is started differs from the project's own.
pub(crate) async fn audit(gaps: &[u8], passes: BTreeSet<Dimension>) -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let place = tempfile::tempdir().unwrap();
    let manifest = std::fs::read_to_string(root.join("plimsoll.toml")).unwrap();
    assert!(manifest.contains(SHIPPED) && manifest.contains("env      = { "), "the manifest starts another way now");
    let numbers: Vec<_> = gaps.iter().map(u8::to_string).collect();
    let environment = format!("env      = {{ PORTAL = {PORTAL:?}, GAPS = {:?}, ", numbers.join(","));
    let manifest = manifest.replace(SHIPPED, &format!("exec {PORTAL}")).replace("env      = { ", &environment);
    // The manifest's commands are written for the root of the repository.
    std::os::unix::fs::symlink(root.join("crates"), place.path().join("crates")).unwrap();
    for beside in ["plimsoll.matrix", "plimsoll.lock"] {
        std::fs::copy(root.join(beside), place.path().join(beside)).unwrap();
    }
    let path = place.path().join("plimsoll.toml");
    std::fs::write(&path, manifest).unwrap();
    let mut setup = audit::Setup::new(Manifest::load(&path).unwrap(), "run").unwrap();
    setup.passes = passes;
    let walked = audit::walk(&setup, &Silent).await.unwrap();
    audit::outcome(&Dossier::load(&walked.evidence).unwrap())
}
