//! A client's slice: complete, cut, edited; read by us and by a shell script.

use std::collections::{BTreeMap, HashMap};
use std::process::Command;

use ledger::checkpoint::Checkpoint;
use ledger::event::{Draft, Outcome};
use ledger::key::SignerKey;
use ledger::leaf::Leaf;
use ledger::policy::Policy;
use ledger::proof::Proof;
use ledger::slice::{Report, Slice, verify};
use ledger::statement::Statement;
use ledger::tree::{Frontier, Node, prove_inclusion};
use ledger::{Chain, ChainHead, Hash, Verdict};
use proptest::prelude::*;
use uuid::Uuid;

type Files = BTreeMap<String, Vec<u8>>;

fn log_key() -> SignerKey {
    crate::script::key_with_plus_signs()
}

fn witness_key() -> SignerKey {
    SignerKey::witness_from_seed("witness.example", &[2; 32].into()).unwrap()
}

fn client(number: u128) -> Chain {
    Chain::Client(Uuid::from_u128(number))
}

fn body(number: u64, chain: Chain, prune: Option<ChainHead>) -> Vec<u8> {
    let id = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
    let at = "2026-11-22T00:42:12.345678Z".parse().unwrap();
    let draft = match prune {
        None => Draft::new(id, at, chain, "message.post").fact("number", i64::try_from(number).unwrap()),
        Some(head) => Draft::new(id, at, chain, "trail.prune")
            .fact("until", i64::try_from(head.count).unwrap())
            .fact("last", head.last),
    };
    draft.finish(Outcome::Done).unwrap().event.bytes().to_vec()
}

/// A log of so many leaves in three chains, and the first chain's slice of it. `pruned` leaves of it were dropped by
/// policy: one leaf more says so.
fn slice(leaves: u64, pruned: u64) -> Slice {
    let (mut nodes, mut frontier) = (BTreeMap::<Node, Hash>::new(), Frontier::default());
    let (mut heads, mut ours) = (HashMap::new(), Vec::new());
    let mut put = |chain: Chain, body: Vec<u8>| {
        let head = heads.entry(chain).or_insert(ChainHead::EMPTY);
        let leaf = head.next(chain, body);
        *head = ChainHead::after(&leaf);
        if chain == client(0) {
            ours.push((frontier.size(), leaf.clone()));
        }
        frontier.append(leaf.hash(), |node, hash| {
            nodes.insert(node, hash);
        });
        *head
    };
    let mut dropped = ChainHead::EMPTY;
    for number in 0..leaves {
        let chain = client(u128::from(number % 3));
        let head = put(chain, body(number, chain, None));
        if chain == client(0) && head.count == pruned {
            dropped = head;
        }
    }
    if pruned > 0 {
        put(client(0), body(leaves, client(0), Some(dropped)));
    }
    let (size, root) = (frontier.size(), frontier.root());
    let origin = "example.com/log".to_owned();
    let checkpoint = Checkpoint { origin: origin.clone(), size, root, extensions: vec![] };
    let checkpoint = checkpoint.sign(&log_key()).unwrap().cosign(&witness_key(), 1_763_772_132);
    let statement = Statement { origin, chain: client(0), head: heads[&client(0)], size, root };
    let prove = |(index, leaf): (u64, Leaf)| {
        let hashes = prove_inclusion(&nodes, index, size).unwrap();
        (leaf, Proof { extra: None, index, hashes, checkpoint: checkpoint.clone() })
    };
    let kept = ours.into_iter().filter(|(_, leaf)| leaf.sequence > pruned).map(prove).collect();
    let statement = statement.sign(&log_key()).unwrap();
    Slice { checkpoint: checkpoint.clone(), statement, policy: policy(), leaves: kept }
}

fn policy() -> Policy {
    Policy::log_only(log_key().verifier().clone())
}

fn read(files: &Files) -> Report {
    let policy = policy().witnessed("client", witness_key().verifier().clone());
    verify(files, Some(&policy), &[])
}

fn name(sequence: u64) -> [String; 2] {
    ["leaves", "proofs"].map(|folder| format!("{folder}/{sequence:010}"))
}

#[test]
fn a_whole_slice_is_verified() {
    for leaves in [1, 2, 3, 100] {
        let report = read(&slice(leaves, 0).files());
        assert_eq!(report.verdict(), Verdict::Verified, "{report}");
        assert_eq!((report.proved, report.said), (leaves.div_ceil(3), leaves.div_ceil(3)));
    }
    let report = verify(&slice(100, 0).files(), None, &[]);
    assert_eq!(report.verdict(), Verdict::SignedOnly);
    assert!(report.to_string().lines().nth(1).unwrap().contains("the log's key: it came with the slice"), "{report}");
    let none: Files = BTreeMap::new();
    assert_eq!(verify(&none, None, &[]).verdict(), Verdict::Tampered);
}

#[test]
fn a_gap_and_a_cut_tail_are_incomplete() {
    let whole = slice(100, 0).files();
    for gone in [1, 2, 17, 34] {
        let mut files = whole.clone();
        name(gone).iter().for_each(|name| drop(files.remove(name)));
        let report = read(&files);
        assert_eq!(report.verdict(), Verdict::Incomplete, "without {gone}: {report}");
        assert_eq!(report.proved, 33, "the others still hold");
    }
    let mut files = whole.clone();
    files.retain(|name, _| !name.starts_with("leaves/"));
    assert_eq!(read(&files).verdict(), Verdict::Incomplete, "all of them");
    let mut files = whole;
    files.remove("statement");
    assert_eq!(read(&files).verdict(), Verdict::Incomplete, "nothing says where it ends");
}

/// The copy of the checkpoint's signatures inside a proof counts for nothing: the file `checkpoint` is what is believed.
#[test]
fn an_edited_slice_is_tampered() {
    let whole = slice(30, 0).files();
    for file in [&name(5)[0], &name(5)[1], "checkpoint", "statement"] {
        for place in (0..whole[file].len()).step_by(3) {
            let mut files = whole.clone();
            files.get_mut(file).unwrap()[place] ^= 1;
            let report = read(&files);
            let signature_of_a_proof = *file == name(5)[1] && report.verdict() == Verdict::Verified;
            assert!(signature_of_a_proof || report.verdict() == Verdict::Tampered, "{file} at {place}: {report}");
        }
    }
    let mut files = whole;
    let [five, six] = [name(5), name(6)].map(|[leaf, _]| files[&leaf].clone());
    files.insert(name(5)[0].clone(), six);
    files.insert(name(6)[0].clone(), five);
    assert_eq!(read(&files).verdict(), Verdict::Tampered, "two leaves swapped");
}

#[test]
fn what_was_dropped_by_policy_is_no_gap() {
    let report = read(&slice(100, 10).files());
    assert_eq!((report.verdict(), report.dropped, report.proved), (Verdict::Verified, 10, 25), "{report}");
    let mut files = slice(100, 10).files();
    name(11).iter().for_each(|name| drop(files.remove(name)));
    assert_eq!(read(&files).verdict(), Verdict::Incomplete, "more is missing than the chain says");
}

#[test]
fn what_was_kept_from_earlier_is_held_against_it() {
    let (earlier, later) = (slice(50, 0), slice(100, 0).files());
    let policy = policy();
    let report = verify(&later, Some(&policy), &[earlier.statement.to_string().into_bytes()]);
    assert_eq!((report.verdict(), report.known), (Verdict::Verified, 1), "{report}");
    // The other way round, history was cut; and another chain of the same length is a fork.
    let report = verify(&earlier.files(), Some(&policy), &[later["statement"].clone()]);
    assert_eq!((report.verdict(), report.evidence.len()), (Verdict::Forked, 2), "{report}");
    let other =
        Statement { head: ChainHead { count: 17, last: Hash([9; 32]) }, ..earlier.statement.text().parse().unwrap() };
    let other = other.sign(&log_key()).unwrap().to_string().into_bytes();
    assert_eq!(verify(&later, Some(&policy), &[other]).verdict(), Verdict::Forked);
    let larger = verify(&earlier.files(), Some(&policy), &[later["checkpoint"].clone()]);
    assert_eq!(larger.verdict(), Verdict::Forked, "{larger}");
}

#[test]
fn the_script_agrees() {
    let tools = ["bash", "openssl", "cmp"].iter().all(|tool| Command::new(tool).arg("--help").output().is_ok());
    if !tools {
        let said = b"SKIPPED: verify.sh of a slice needs bash, openssl and cmp\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), said);
        return;
    }
    let run = |files: &Files, key: &SignerKey| {
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let script = directory.path().join("verify.sh");
        let output = Command::new("bash").arg(script).arg(key.verifier().to_string()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let whole = slice(9, 0).files();
    assert_eq!(run(&whole, &log_key()), (0, String::new()));
    let other = SignerKey::from_seed("example.com/log", &[255; 32].into()).unwrap();
    assert_eq!(run(&whole, &other).0, 1, "another key");
    for gone in [1, 2, 3] {
        let mut files = whole.clone();
        name(gone).iter().for_each(|name| drop(files.remove(name)));
        assert_eq!(run(&files, &log_key()).0, 20, "without {gone}");
    }
    let dropped = slice(100, 10).files();
    assert_eq!(run(&dropped, &log_key()), (0, String::new()), "a beginning that was dropped by policy");
    let mut more = dropped.clone();
    name(11).iter().for_each(|name| drop(more.remove(name)));
    assert_eq!(run(&more, &log_key()).0, 20, "more is missing than the chain says");
    let mut edited = whole.clone();
    let leaf = edited.get_mut(&name(2)[0]).unwrap();
    *leaf.last_mut().unwrap() ^= 1;
    assert_eq!(run(&edited, &log_key()).0, 1, "an edited leaf");
    let mut edited = whole;
    let statement = String::from_utf8(edited["statement"].clone()).unwrap().replace("count 3", "count 2");
    edited.insert("statement".to_owned(), statement.into_bytes());
    assert_eq!(run(&edited, &log_key()).0, 1, "an edited statement");
}

proptest! {
    #[test]
    fn any_bytes_in_any_file_are_refused(which in 0_usize..8, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut files = slice(6, 0).files();
        let name = files.keys().nth(which % files.len()).unwrap().clone();
        let harmless = ["README.txt", "verify.sh", "proof.sh", "policy"].contains(&name.as_str());
        files.insert(name, bytes);
        let verdict = read(&files).verdict();
        let expected = if harmless { Verdict::Verified } else { Verdict::Tampered };
        prop_assert_eq!(verdict, expected);
    }
}
