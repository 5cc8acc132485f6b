//! `verify.sh` checks our proofs with other people's tools.

use std::path::Path;
use std::process::Command;

use ledger::checkpoint::Checkpoint;
use ledger::key::SignerKey;
use ledger::proof::Proof;
use ledger::tree::{self, Frontier, leaf_hash};

/// Whether the tools that the script needs are there.
fn tools() -> bool {
    ["bash", "openssl", "sha256sum"].iter().all(|tool| Command::new(tool).arg("--help").output().is_ok())
}

fn verify(leaf: &Path, proof: &Path, key: &str) -> bool {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("verify.sh");
    Command::new("bash").arg(script).arg(leaf).arg(proof).arg(key).output().unwrap().status.success()
}

/// A key whose base64 holds a plus sign, which also stands between the parts of its text.
pub(crate) fn key_with_plus_signs() -> SignerKey {
    let keys = (1..=u8::MAX).map(|seed| SignerKey::from_seed("example.com/log", &[seed; 32].into()).unwrap());
    keys.into_iter().find(|key| key.verifier().to_string().matches('+').count() > 2).unwrap()
}

#[test]
fn openssl_and_sha256sum_agree() {
    if !tools() {
        // Past the test runner's capture: a test that did not run must be seen.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"SKIPPED: verify.sh needs bash, openssl and sha256sum\n",
        );
        return;
    }
    let (log, size) = (key_with_plus_signs(), 11);
    let (mut nodes, mut frontier) = (std::collections::BTreeMap::new(), Frontier::default());
    let leaf = |index: u64| format!("leaf {index}\n\0 with any bytes").into_bytes();
    for index in 0..size {
        frontier.append(leaf_hash(&leaf(index)), |node, hash| {
            nodes.insert(node, hash);
        });
    }
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size, root: frontier.root(), extensions: vec![] };
    let checkpoint = checkpoint.sign(&log).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (leaf_path, proof_path) = (directory.path().join("leaf"), directory.path().join("leaf.tlog-proof"));
    let key = log.verifier().to_string();
    for index in [0, 6, 10] {
        let hashes = tree::prove_inclusion(&nodes, index, size).unwrap();
        let proof = Proof { extra: None, index, hashes, checkpoint: checkpoint.clone() };
        std::fs::write(&proof_path, proof.to_string()).unwrap();
        std::fs::write(&leaf_path, leaf(index)).unwrap();
        assert!(verify(&leaf_path, &proof_path, &key), "leaf {index}");
        std::fs::write(&leaf_path, leaf(index + 1)).unwrap();
        assert!(!verify(&leaf_path, &proof_path, &key), "another leaf for {index}");
        std::fs::write(&leaf_path, leaf(index)).unwrap();
        std::fs::write(&proof_path, proof.to_string().replace("\n11\n", "\n12\n")).unwrap();
        assert!(!verify(&leaf_path, &proof_path, &key), "an edited checkpoint");
        let other = SignerKey::from_seed("example.com/log", &[255; 32].into()).unwrap();
        std::fs::write(&proof_path, proof.to_string()).unwrap();
        assert!(!verify(&leaf_path, &proof_path, &other.verifier().to_string()), "another key");
    }
}
