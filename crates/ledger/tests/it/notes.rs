//! Notes, checkpoints, proofs and policies: against published examples, and with every byte changed.

use ledger::Hash;
use ledger::checkpoint::{Checkpoint, CheckpointError};
use ledger::key::{KeyError, SignerKey, VerifierKey};
use ledger::note::{MAX_SIGNATURES, Note, NoteError};
use ledger::policy::{Policy, PolicyError};
use ledger::proof::Proof;
use ledger::tree::{EMPTY_ROOT, leaf_hash};
use proptest::prelude::*;

// Published with the Go module checksum database (golang.org/x/mod, package note).
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

fn signer(name: &str, seed: u8) -> SignerKey {
    SignerKey::from_seed(name, &[seed; 32].into()).unwrap()
}

fn witness(name: &str, seed: u8) -> SignerKey {
    SignerKey::witness_from_seed(name, &[seed; 32].into()).unwrap()
}

fn parse(text: &str) -> Result<Note, NoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn published_notes_are_written_and_read() {
    let peter = SignerKey::parse(PETER_SECRET).unwrap();
    assert_eq!(peter.verifier().to_string(), PETER);
    assert_eq!(*peter.to_secret_text(), PETER_SECRET);
    let enoch = signer("EnochRoot", 0);
    assert_eq!(enoch.verifier().to_string(), ENOCH);
    let note = Note::new(TEXT.into()).unwrap().sign(&peter).sign(&enoch);
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
    assert_eq!(parse(&note.to_string()).unwrap(), note);
    let (peter, enoch) = (key(PETER), key(ENOCH));
    let names = |keys: &[&VerifierKey]| {
        note.verify(keys.iter().copied())
            .map(|known| known.iter().map(|known| known.key.name()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(names(&[&peter, &enoch]).unwrap(), "PeterNeumann EnochRoot");
    assert_eq!(names(&[&enoch, &enoch]).unwrap(), "EnochRoot", "the other signature is ignored, a key counts once");
    assert_eq!(names(&[]), Err(NoteError::Unknown));
}

#[test]
fn published_examples_of_the_specifications_are_read() {
    // c2sp.org/signed-note, section "Verifier keys".
    let foo = key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    let note = parse(
        "This is an example message.\n\n\
         — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    )
    .unwrap();
    assert!(note.verify([&foo]).is_ok());
    // The same document's first example: a text that holds an empty line itself.
    let poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
        — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    assert!(parse(poem).unwrap().text().ends_with("\n\ned è subito sera.\n"));
    // c2sp.org/tlog-cosignature: a checkpoint with the line of a witness.
    let sofa = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = parse(sofa).unwrap();
    assert_eq!((note.to_string().as_str(), note.signatures().len()), (sofa, 2));
    let checkpoint: Checkpoint = note.text().parse().unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    // golang.org/x/mod, package tlog, TestFormatTree.
    let tree = Checkpoint {
        origin: "go.sum database tree".into(),
        size: 123_456_789_012,
        root: leaf_hash(b"hello world"),
        extensions: Vec::new(),
    };
    assert_eq!(tree.to_string(), "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n");
}

#[test]
fn every_mangled_key_is_refused() {
    for (text, secret) in [(PETER, false), (PETER_SECRET, true)] {
        let read =
            |text: &str| if secret { SignerKey::parse(text).is_ok() } else { text.parse::<VerifierKey>().is_ok() };
        assert!(read(text));
        for start in 0..text.len() {
            for end in start..=text.len() {
                assert!((start, end) == (0, text.len()) || !read(&text[start..end]), "{}", &text[start..end]);
            }
        }
        for place in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] += 1;
            assert!(!read(std::str::from_utf8(&bytes).unwrap()), "byte {place}");
        }
    }
    // From the same published tests: another length, and an unknown kind, each with its right id.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    let unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(long.parse::<VerifierKey>(), Err(KeyError::Form));
    assert_eq!(unknown.parse::<VerifierKey>(), Err(KeyError::Algorithm));
    assert!(!format!("{:?}", SignerKey::parse(PETER_SECRET).unwrap()).contains("AYEKFALV"));
    for name in ["", "two words", "a+b", "a\u{2003}b", "a\n"] {
        assert_eq!(SignerKey::from_seed(name, &[1; 32].into()).unwrap_err(), KeyError::Name, "{name:?}");
    }
}

#[test]
fn malformed_notes_are_refused() {
    let long = format!("{TEXT}\n{}", PETER_LINE.repeat(MAX_SIGNATURES + 1));
    let most = format!("{TEXT}\n{}", PETER_LINE.repeat(MAX_SIGNATURES));
    assert!(parse(&most).unwrap().verify([&key(PETER)]).is_ok());
    assert_eq!(parse(&long), Err(NoteError::TooLarge));
    for note in [
        String::new(),
        TEXT.into(),
        format!("{TEXT}\n"),
        format!("{TEXT}\n{}", PETER_LINE.trim_end()),
        format!("\u{1}{TEXT}\n{PETER_LINE}"),
        format!("{TEXT}\n{PETER_LINE}").replace('\n', "\r\n"),
        format!("{TEXT}\n{PETER_LINE}Unexpected line.\n"),
        format!("{TEXT}\n{PETER_LINE}\n"),
        format!("{TEXT}\n{}", PETER_LINE.replace("— PeterNeumann", "— Bad Name")),
        format!("{TEXT}\n{}", PETER_LINE.replace("— PeterNeumann", "- PeterNeumann")),
        format!("{TEXT}\n{}", PETER_LINE.replace("nAM=", "nAM")),
        format!("{TEXT}\n{}", PETER_LINE.replace("nAM=", "nAN=")),
        format!("{TEXT}\n— PeterNeumann x08gow==\n"),
    ] {
        assert!(parse(&note).is_err(), "{note:?}");
    }
    assert!(Note::parse(&[b"\xff", TEXT.as_bytes(), b"\n", PETER_LINE.as_bytes()].concat()).is_err());
    // A known key's bad signature condemns the whole note, whatever else stands there.
    let broken = format!("{TEXT}\n{}{ENOCH_LINE}", PETER_LINE.replace("x08goa", "x08goA").replace("/ZJ", "/ZK"));
    let note = parse(&broken).unwrap();
    assert_eq!(note.verify([&key(PETER), &key(ENOCH)]), Err(NoteError::Signature("PeterNeumann".into())));
    assert!(note.verify([&key(ENOCH)]).is_ok());
}

#[test]
fn checkpoints_are_of_one_log_and_one_form() {
    let log = signer("example.com/log", 1);
    let checkpoint =
        Checkpoint { origin: "example.com/log".into(), size: 7, root: Hash([9; 32]), extensions: Vec::new() };
    let note = checkpoint.sign(&log).unwrap().to_string();
    assert_eq!(Checkpoint::open(note.as_bytes(), log.verifier()).unwrap(), checkpoint);
    let other = signer("example.com/other", 1);
    assert!(matches!(checkpoint.sign(&other), Err(CheckpointError::Origin { .. })));
    let stolen = Note::new(checkpoint.to_string()).unwrap().sign(&other).to_string();
    assert!(matches!(Checkpoint::open(stolen.as_bytes(), other.verifier()), Err(CheckpointError::Origin { .. })));
    assert!(Checkpoint { extensions: vec![String::new()], ..checkpoint.clone() }.sign(&log).is_err());
    assert!(Checkpoint { size: 0, ..checkpoint.clone() }.sign(&log).is_err(), "no leaves, but not the empty root");
    let text = checkpoint.to_string();
    for (from, to) in [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n+7\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n\n"),
        ("\n7\n", "\n0x7\n"),
        ("CQk=", "CQk"),
        ("CQk=", "CQl="),
        ("CQk=\n", "CQk=\n\n"),
        ("CQk=\n", "CQk="),
        ("example.com/log\n", "\n"),
    ] {
        let other = text.replace(from, to);
        assert_ne!(other, text);
        assert!(other.parse::<Checkpoint>().is_err(), "{other:?}");
    }
}

fn policy(text: &str) -> Result<Policy, ledger::policy::ParseError> {
    text.parse()
}

#[test]
fn a_policy_asks_for_enough_witnesses() {
    let log = signer("example.com/log", 1);
    let witnesses: Vec<SignerKey> = (2..=6).map(|seed| witness("example.com/witness", seed)).collect();
    let [x1, x2, x3, y1, y2] = [0, 1, 2, 3, 4].map(|place: usize| witnesses[place].verifier());
    let text = format!(
        "# two of the first three, and one of the others\n\
         log {} https://example.com/log\n witness X1 {x1}\nwitness\tX2 {x2}\nwitness X3 {x3} https://x3.example\n\
         group X 2 X1 X2 X3\nwitness Y1 {y1}\nwitness Y2 {y2}\ngroup Y any Y1 Y2\ngroup both all X Y\nquorum both\n",
        log.verifier()
    );
    let policy = policy(&text).unwrap();
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size: 0, root: EMPTY_ROOT, extensions: Vec::new() };
    let signed = checkpoint.sign(&log).unwrap();
    let seen = |places: &[usize]| {
        let note = places.iter().fold(signed.clone(), |note, &place| note.cosign(&witnesses[place], 1_700_000_000));
        policy.accept(&note).map(|accepted| accepted.witnesses.into_keys().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(seen(&[0, 2, 4]).unwrap(), "X1 X3 Y2");
    assert_eq!(seen(&[0, 1, 2]), Err(PolicyError::Quorum));
    assert_eq!(seen(&[0, 3, 4]), Err(PolicyError::Quorum));
    assert_eq!(seen(&[]), Err(PolicyError::Quorum));
    // Witnesses alone are no log.
    let unsigned = Note::new(checkpoint.to_string()).unwrap();
    let unsigned = witnesses.iter().fold(unsigned, |note, witness| note.cosign(witness, 1_700_000_000));
    assert!(matches!(policy.accept(&unsigned), Err(PolicyError::Checkpoint(_))));
    // A witness's words cannot be passed off as a log's, nor one time as another.
    assert!(Policy::log_only(x1.clone()).accept(&unsigned).is_err());
    assert!(Policy::log_only(log.verifier().clone()).accept(&signed).unwrap().witnesses.is_empty());
}

#[test]
fn a_policy_that_counts_twice_is_refused() {
    let (log, one) = (signer("log", 1), witness("one", 2));
    let (log, one) = (log.verifier(), one.verifier());
    let again = witness("other-name", 2);
    let again = again.verifier();
    for (text, line) in [
        (format!("log {log}\n"), 0),
        (format!("log {log}\nlog {log}\nquorum none\n"), 2),
        (format!("witness a {one}\nwitness b {again}\nquorum a\n"), 2),
        (format!("witness a {log}\nquorum a\n"), 1),
        (format!("witness none {one}\nquorum none\n"), 1),
        (format!("witness a {one}\ngroup a any a\nquorum a\n"), 2),
        (format!("witness a {one}\ngroup g 2 a\nquorum g\n"), 2),
        (format!("witness a {one}\ngroup g 0 a\nquorum g\n"), 2),
        (format!("witness a {one}\ngroup g any a a\nquorum g\n"), 2),
        (format!("witness a {one}\ngroup g any a\ngroup h any a\nquorum h\n"), 3),
        (format!("witness a {one}\nquorum b\n"), 2),
        (format!("witness a {one}\nquorum a\nquorum a\n"), 3),
        ("quorum\n".into(), 1),
        ("log broken\nquorum none\n".into(), 1),
        ("quorum none\r\n".into(), 0),
        ("\u{0}quorum none\n".into(), 0),
        ("quorum none\n".repeat(10_000), 0),
    ] {
        assert_eq!(policy(&text).map_err(|error| error.line), Err(line), "{}", &text[..text.len().min(300)]);
    }
    assert!(policy("quorum none\n").is_ok());
}

fn proof() -> (Proof, Hash, Policy) {
    let log = signer("example.com/log", 1);
    let leaves = [leaf_hash(b"a"), leaf_hash(b"b")];
    let root = ledger::tree::node_hash(&leaves[0], &leaves[1]);
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size: 2, root, extensions: Vec::new() };
    let checkpoint = checkpoint.sign(&log).unwrap();
    let proof = Proof { extra: Some(b"extra information".to_vec()), index: 1, hashes: vec![leaves[0]], checkpoint };
    (proof, leaves[1], Policy::log_only(log.verifier().clone()))
}

#[test]
fn a_proof_convinces_whoever_has_the_leaf_and_the_policy() {
    let (proof, leaf, policy) = proof();
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 1\n"), "{text}");
    assert_eq!(text.parse::<Proof>().unwrap(), proof);
    assert_eq!(proof.verify(&leaf, &policy).unwrap().checkpoint.size, 2);
    assert!(proof.verify(&leaf_hash(b"c"), &policy).is_err());
    assert!(Proof { index: 0, ..proof.clone() }.verify(&leaf, &policy).is_err());
    let stranger = Policy::log_only(signer("example.com/log", 9).verifier().clone());
    assert!(proof.verify(&leaf, &stranger).is_err());
    for (from, to) in [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("extra ZXh0", "extra !!notbase64!!"),
        ("index 1\n", ""),
        ("index 1\n", "index notanumber\n"),
        ("index 1\n", "index -5\n"),
        ("index 1\n", "index 01\n"),
        ("index 1\n", "index 1\n!!notbase64!!\n"),
        ("index 1\n", "index 1\nAAAA\n"),
        ("\nexample.com/log\n", "example.com/log\n"),
        ("\n", "\r\n"),
    ] {
        let other = text.replacen(from, to, if from == "\n" { usize::MAX } else { 1 });
        assert_ne!(other, text, "{from}");
        assert!(other.parse::<Proof>().is_err(), "{to:?}");
    }
    let long = text.replace("index 1\n", &format!("index 1\n{}", format!("{leaf}\n").repeat(64)));
    assert!(long.parse::<Proof>().is_err(), "more hashes than any tree is high");
}

#[test]
fn a_changed_byte_of_a_proof_never_convinces() {
    let (proof, leaf, policy) = proof();
    let proof = Proof { extra: None, ..proof };
    let bytes = proof.to_string().into_bytes();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[place] ^= 1 << bit;
            let Ok(other) = String::from_utf8(other) else { continue };
            let convinced = other.parse::<Proof>().is_ok_and(|other| other.verify(&leaf, &policy).is_ok());
            assert!(!convinced, "byte {place}, bit {bit}: {other}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(.|\n|— |example.com/log){0,200}") {
        let _ = text.parse::<VerifierKey>();
        let _ = SignerKey::parse(&text);
        let _ = policy(&text);
        let _ = text.parse::<Proof>();
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), text.as_str());
        }
        if let Ok(note) = parse(&text) {
            prop_assert_eq!(note.to_string(), text);
        }
    }

    #[test]
    fn a_spliced_proof_is_itself_or_refused(at in 0usize..500, len in 0usize..60, with in "[ -~\n—]{0,60}") {
        let text = proof().0.to_string();
        let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1 } at };
        let at = floor(at.min(text.len()));
        let end = floor((at + len).min(text.len())).max(at);
        let mut other = text.clone();
        other.replace_range(at..end, &with);
        if let Ok(read) = other.parse::<Proof>() {
            prop_assert_eq!(read.to_string(), other);
        }
    }

    #[test]
    fn any_policy_of_known_words_is_read_or_refused(
        lines in prop::collection::vec("(log|witness|group|quorum|#|a|b|all|any|1|2|none|\t| ){0,8}", 0..12),
    ) {
        let _ = policy(&lines.join("\n"));
    }
}
