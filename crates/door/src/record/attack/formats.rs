//! Attacks on the formats: proofs, texts and signatures that are almost right. Each must be refused.

use std::collections::BTreeMap;

use ledger::canonical;
use ledger::checkpoint::Checkpoint;
use ledger::event::Event;
use ledger::key::{SignerKey, VerifierKey};
use ledger::note::Note;
use ledger::policy::Policy;
use ledger::proof::Proof;
use ledger::slice;
use ledger::tree::leaf_hash;

use super::tools::middle;
use super::{AttackError, Result, Victim};
use crate::record::{Proved, prove};

/// What was tried, and whether it was refused.
type Answers = Vec<(String, bool)>;

pub(super) async fn run(number: u8, victim: &Victim) -> Result<Answers> {
    let (_, n, body) = middle(&mut victim.store.read().await?).await?;
    let proved =
        prove(&victim.store, &victim.sealer, n).await?.ok_or_else(|| unfit("the event in the middle is not signed"))?;
    let key = victim.sealer.key().map_err(unfit)?;
    match number {
        27 => proofs(&proved, &key),
        28 => texts(&proved, &key, &body),
        29 => signatures(&proved, &key),
        31 => cosignatures(&proved),
        _ => oversized(&proved, &key),
    }
}

fn unfit(error: impl std::fmt::Display) -> AttackError {
    AttackError::Unfit(error.to_string())
}

fn refused(answers: &mut Answers, what: &str, accepted: bool) {
    answers.push((what.to_owned(), !accepted));
}

fn proofs(Proved { leaf, proof }: &Proved, key: &SignerKey) -> Result<Answers> {
    let policy = Policy::log_only(key.verifier().clone());
    let holds = |proof: &Proof, leaf: &[u8]| proof.verify(&leaf_hash(leaf), &policy).is_ok();
    let bytes = leaf.to_bytes();
    if !holds(proof, &bytes) {
        return Err(unfit("the proof itself does not hold"));
    }
    let mut answers = Vec::new();
    if let [sibling, rest @ ..] = proof.hashes.as_slice() {
        let pair = match proof.index % 2 {
            0 => [leaf.hash().0, sibling.0].concat(),
            _ => [sibling.0, leaf.hash().0].concat(),
        };
        let above = Proof { index: proof.index / 2, hashes: rest.to_vec(), ..proof.clone() };
        refused(&mut answers, "a node shown as a leaf", holds(&above, &pair));
        refused(
            &mut answers,
            "a proof that is too short",
            holds(&Proof { hashes: rest.to_vec(), ..proof.clone() }, &bytes),
        );
    }
    let longer = [proof.hashes.clone(), vec![leaf.hash()]].concat();
    refused(&mut answers, "a proof that is too long", holds(&Proof { hashes: longer, ..proof.clone() }, &bytes));
    let head: Checkpoint = proof.checkpoint.text().parse().map_err(unfit)?;
    refused(&mut answers, "an index beyond the log", holds(&Proof { index: head.size, ..proof.clone() }, &bytes));
    let empty = Checkpoint { size: 0, root: ledger::tree::EMPTY_ROOT, ..head };
    let empty = Proof { checkpoint: empty.sign(key).map_err(unfit)?, ..proof.clone() };
    refused(&mut answers, "a proof in an empty log", holds(&empty, &bytes));
    Ok(answers)
}

fn texts(Proved { proof, .. }: &Proved, key: &SignerKey, body: &[u8]) -> Result<Answers> {
    let mut answers = Vec::new();
    let note = proof.checkpoint.to_string();
    let open = |note: &str| Checkpoint::open(note.as_bytes(), key.verifier()).is_ok();
    if !open(&note) {
        return Err(unfit("the checkpoint itself cannot be read"));
    }
    let size = note.lines().nth(1).unwrap_or_default();
    refused(&mut answers, "line ends of another system", open(&note.replace('\n', "\r\n")));
    refused(&mut answers, "a size with a leading zero", open(&note.replacen(size, &format!("0{size}"), 1)));
    refused(&mut answers, "a NUL in the text", open(&note.replacen('\n', "\0\n", 1)));
    refused(&mut answers, "base64 without its padding", open(&note.replacen("=\n", "\n", 1)));
    let text = std::str::from_utf8(body).map_err(unfit)?;
    let parses = |text: &str| Event::parse(text.as_bytes()).is_ok();
    refused(&mut answers, "a key twice in a body", parses(&text.replacen('{', "{\"act\":\"a.b\",", 1)));
    refused(&mut answers, "a space in a body", parses(&text.replacen(':', ": ", 1)));
    refused(&mut answers, "another order of keys", parses(&text.replacen("\"v\":1", "\"a\":1,\"v\":1", 1)));
    refused(
        &mut answers,
        "a body of 65,536 bytes",
        parses(&format!("{text}{}", " ".repeat(65_536 - text.len().min(65_536)))),
    );
    Ok(answers)
}

fn signatures(Proved { proof, .. }: &Proved, key: &SignerKey) -> Result<Answers> {
    let mut answers = Vec::new();
    let checkpoint: Checkpoint = proof.checkpoint.text().parse().map_err(unfit)?;
    let policy = Policy::log_only(key.verifier().clone());
    let stranger = SignerKey::from_seed(&checkpoint.origin, &[9; 32].into()).map_err(unfit)?;
    let unknown = checkpoint.sign(&stranger).map_err(unfit)?;
    refused(&mut answers, "a signature of an unknown key alone", policy.accept(&unknown).is_ok());
    let real = proof.checkpoint.to_string();
    let moved = real.replacen(checkpoint.root.to_string().as_str(), ledger::Hash([7; 32]).to_string().as_str(), 1);
    let moved = Note::parse(moved.as_bytes()).map_err(unfit)?;
    refused(&mut answers, "a known key's signature of another text", policy.accept(&moved).is_ok());
    // The id of one key with the bytes of another: what a collision would look like.
    let (ours, theirs) = (key.verifier().to_string(), stranger.verifier().to_string());
    let id = |key: &str| key.split('+').nth(1).unwrap_or_default().to_owned();
    let collided = theirs.replacen(&id(&theirs), &id(&ours), 1);
    refused(&mut answers, "a key with another key's id", collided.parse::<VerifierKey>().is_ok());
    let witness = SignerKey::witness_from_seed("attack.example", &[7; 32].into()).map_err(unfit)?;
    let witness = witness.verifier();
    let twice = format!("log {ours}\nwitness a {witness}\nwitness b {witness}\ngroup g 2 a b\nquorum g\n");
    refused(&mut answers, "one witness counted twice", twice.parse::<Policy>().is_ok());
    let member = format!("log {ours}\nwitness a {witness}\ngroup g 2 a a\nquorum g\n");
    refused(&mut answers, "one witness twice in a group", member.parse::<Policy>().is_ok());
    Ok(answers)
}

fn cosignatures(Proved { proof, .. }: &Proved) -> Result<Answers> {
    let mut answers = Vec::new();
    let witness = SignerKey::witness_from_seed("attack.example", &[7; 32].into()).map_err(unfit)?;
    let mut older: Checkpoint = proof.checkpoint.text().parse().map_err(unfit)?;
    older.size -= 1;
    let older = Note::new(older.to_string()).map_err(unfit)?.cosign(&witness, 1000);
    let line = older.signatures().first().map(|signature| format!("{signature}\n")).unwrap_or_default();
    let replayed = proof.checkpoint.cosigned_by(&line, &[witness.verifier()]);
    refused(&mut answers, "an old cosignature under a new checkpoint", replayed.is_ok());
    // The same signature with another time in front.
    let fresh = proof.checkpoint.clone().cosign(&witness, 1000).to_string();
    let later = proof.checkpoint.clone().cosign(&witness, 2000).to_string();
    let (fresh, later) = (fresh.lines().last().unwrap_or_default(), later.lines().last().unwrap_or_default());
    // Name, id and time of one, the rest of the other: base64 of 4 + 8 bytes are 16 letters.
    let name = fresh.rfind(' ').map_or(0, |space| space + 1);
    let mixed = format!("{}{}\n", &later[..name + 16], &fresh[name + 16..]);
    let mixed = proof.checkpoint.cosigned_by(&mixed, &[witness.verifier()]);
    refused(&mut answers, "a cosignature with another time", mixed.is_ok());
    Ok(answers)
}

/// Whoever makes these must not cost the reader much.
fn oversized(Proved { proof, .. }: &Proved, key: &SignerKey) -> Result<Answers> {
    let mut answers = Vec::new();
    let line = "— attack.example AAAAAAA=\n";
    let many = format!("{}{}", proof.checkpoint, line.repeat(1_000_000));
    refused(&mut answers, "a note with a million signatures", Note::parse(many.as_bytes()).is_ok());
    let deep = "[".repeat(1_000_000);
    refused(&mut answers, "JSON a million deep", canonical::parse_strict(deep.as_bytes()).is_ok());
    refused(&mut answers, "a body a million deep", Event::parse(deep.as_bytes()).is_ok());
    let hashes = format!("{}\n", ledger::Hash::ZERO).repeat(100_000);
    let long = format!("c2sp.org/tlog-proof@v1\nindex 0\n{hashes}\n{}", proof.checkpoint);
    refused(&mut answers, "a proof of a hundred thousand hashes", long.parse::<Proof>().is_ok());
    let endless = BTreeMap::from([("checkpoint".to_owned(), vec![b'a'; slice::MAX_FILE_BYTES + 1])]);
    let policy = Policy::log_only(key.verifier().clone());
    let report = slice::verify(&endless, Some(&policy), &[]);
    refused(&mut answers, "a file beyond its limit", report.verdict() != ledger::Verdict::Tampered);
    let lines = format!("log {}\n", key.verifier()).repeat(10_000);
    refused(&mut answers, "a policy of ten thousand logs", format!("{lines}quorum none\n").parse::<Policy>().is_ok());
    Ok(answers)
}
