//! A witness's half of the protocol: what it cosigns, and what it refuses with which status.

use std::collections::BTreeMap;

use ledger::checkpoint::Checkpoint;
use ledger::key::SignerKey;
use ledger::note::Note;
use ledger::policy::Policy;
use ledger::tree::{self, Frontier, leaf_hash};
use ledger::witness::{AddCheckpoint, Refused, Seen};
use proptest::prelude::*;

fn log_key() -> SignerKey {
    SignerKey::from_seed("example.com/log", &[1; 32].into()).unwrap()
}

/// The root at a size, of leaves that depend on `world`.
fn root(world: &str, size: u64) -> (ledger::Hash, BTreeMap<tree::Node, ledger::Hash>) {
    let (mut nodes, mut frontier) = (BTreeMap::new(), Frontier::default());
    for index in 0..size {
        frontier.append(leaf_hash(format!("{world} {index}").as_bytes()), |node, hash| {
            nodes.insert(node, hash);
        });
    }
    (frontier.root(), nodes)
}

fn request(world: &str, old: u64, size: u64, key: &SignerKey) -> AddCheckpoint {
    let (root, nodes) = root(world, size);
    let checkpoint = Checkpoint { origin: key.verifier().name().to_owned(), size, root, extensions: vec![] };
    let proof = tree::prove_consistency(&nodes, old.min(size), size).unwrap();
    AddCheckpoint { old, proof, checkpoint: checkpoint.sign(key).unwrap() }
}

fn seen(world: &str, size: u64) -> Seen {
    Seen { size, root: root(world, size).0 }
}

fn asked(request: &AddCheckpoint, seen: Seen) -> Result<u64, u16> {
    let request: AddCheckpoint = request.to_string().parse().unwrap();
    let answer = request.consider(&[log_key().verifier().clone()], seen);
    answer.map(|checkpoint| checkpoint.size).map_err(|refused| refused.status())
}

#[test]
fn cosigns_what_extends_the_last() {
    let key = log_key();
    assert_eq!(asked(&request("a", 0, 7, &key), Seen::NOTHING), Ok(7));
    assert_eq!(asked(&request("a", 7, 11, &key), seen("a", 7)), Ok(11));
    assert_eq!(asked(&request("a", 7, 7, &key), seen("a", 7)), Ok(7), "the same once more");
}

#[test]
fn refuses_with_the_status_of_the_protocol() {
    let key = log_key();
    assert_eq!(asked(&request("a", 5, 11, &key), seen("a", 7)), Err(409), "another old size");
    assert_eq!(asked(&request("a", 0, 7, &key), seen("a", 7)), Err(409));
    assert_eq!(asked(&request("b", 7, 7, &key), seen("a", 7)), Err(409), "the same size, another root");
    assert_eq!(asked(&request("b", 7, 11, &key), seen("a", 7)), Err(422), "a fork");
    let mut unproven = request("a", 7, 11, &key);
    unproven.proof.clear();
    assert_eq!(asked(&unproven, seen("a", 7)), Err(422));
    let mut padded = request("a", 0, 7, &key);
    padded.proof.push(ledger::Hash::ZERO);
    assert_eq!(asked(&padded, Seen::NOTHING), Err(422), "a proof from nothing is empty");
    assert_eq!(asked(&request("a", 12, 11, &key), seen("a", 7)), Err(400), "from a larger to a smaller");
    let other = SignerKey::from_seed("example.com/log", &[2; 32].into()).unwrap();
    assert_eq!(asked(&request("a", 7, 11, &other), seen("a", 7)), Err(403));
    let stranger = SignerKey::from_seed("example.com/other", &[1; 32].into()).unwrap();
    assert_eq!(asked(&request("a", 0, 11, &stranger), Seen::NOTHING), Err(404));
    for text in ["", "old 1\n", "old 01\n\nx", "old -1\n\nx", "old 1\nnot base64\n\nx", "old 1\n\nno note\n"] {
        assert_eq!(text.parse::<AddCheckpoint>().map_err(|refused| refused.status()), Err(400), "{text:?}");
    }
    let long = format!("old 1\n{}\nx", format!("{}\n", ledger::Hash::ZERO).repeat(64));
    assert!(matches!(long.parse::<AddCheckpoint>(), Err(Refused::Malformed("more than 63 hashes"))));
}

#[test]
fn an_answer_counts_only_if_its_key_is_known() {
    let witness = SignerKey::witness_from_seed("witness.example", &[3; 32].into()).unwrap();
    let stranger = SignerKey::witness_from_seed("witness.example", &[4; 32].into()).unwrap();
    let note = request("a", 0, 7, &log_key()).checkpoint;
    let line = |key: &SignerKey| format!("{}\n", note.clone().cosign(key, 1000).signatures()[1]);
    let whole = note.cosigned_by(&line(&witness), &[witness.verifier()]).unwrap();
    let policy = Policy::log_only(log_key().verifier().clone()).witnessed("w", witness.verifier().clone());
    assert_eq!(policy.accept(&whole).unwrap().witnesses["w"], 1000);
    assert!(note.cosigned_by(&line(&stranger), &[witness.verifier()]).is_err(), "the right name, another key");
    let both = format!("{}{}", line(&stranger), line(&witness));
    assert_eq!(note.cosigned_by(&both, &[witness.verifier()]).unwrap(), whole, "strangers' lines are left out");
    // A cosignature of an older checkpoint, replayed over the newer.
    let older = request("a", 0, 5, &log_key()).checkpoint.cosign(&witness, 900);
    let replayed = format!("{}\n", older.signatures()[1]);
    assert!(note.cosigned_by(&replayed, &[witness.verifier()]).is_err());
}

#[test]
fn a_retired_key_vouches_for_nothing_later() {
    let (first, second) = (log_key(), SignerKey::from_seed("example.com/log", &[2; 32].into()).unwrap());
    let text = format!("log {} sizes:0-10\nlog {} sizes:11-\nquorum none\n", first.verifier(), second.verifier());
    let policy: Policy = text.parse().unwrap();
    assert_eq!(policy.to_string(), text);
    let accepted = |size, key: &SignerKey| policy.accept(&request("a", 0, size, key).checkpoint).is_ok();
    assert!(accepted(10, &first) && accepted(11, &second));
    assert!(!accepted(11, &first) && !accepted(10, &second));
    let both: Note = request("a", 0, 11, &second).checkpoint.sign(&first);
    assert!(policy.accept(&both).is_ok(), "the handover has both signatures");
    for wrong in ["sizes:", "sizes:3-2", "sizes:1", "sizes:01-2", "sizes:1-2-3"] {
        assert!(format!("log {} {wrong}\nquorum none\n", first.verifier()).parse::<Policy>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_request_is_read_or_refused(cut in 0_usize..600, put in ".{0,6}") {
        let mut text = request("a", 7, 11, &log_key()).to_string();
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(cut, &put);
        if let Ok(read) = text.parse::<AddCheckpoint>() {
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
