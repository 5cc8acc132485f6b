//! One chain's slice of the log: everything that a client needs to check, offline and for ever, that their own history is
//! complete and unchanged.
//!
//! A slice is a handful of files, as a directory or an archive:
//!
//! | file | what it is |
//! | --- | --- |
//! | `README.txt` | what to do with it |
//! | `checkpoint` | the log's newest signed checkpoint, with the cosignatures of witnesses |
//! | `statement` | the signed [`Statement`]: how many leaves this chain has, and the hash of the last |
//! | `policy` | the log's public keys (C2SP tlog-policy) |
//! | `leaves/0000000001` … | the leaves, by their place in the chain |
//! | `proofs/0000000001` … | the proof of each (C2SP tlog-proof) |
//! | `verify.sh`, `proof.sh` | check all of it with bash, coreutils and openssl |
//!
//! A gap or a cut tail shows because each leaf counts its chain and names the hash of the one before, and because the
//! statement says where the chain ends.

mod report;
mod verify;

use std::collections::BTreeMap;

pub use self::report::{Fault, Report};
pub use self::verify::verify;
use crate::leaf::Leaf;
use crate::note::Note;
use crate::policy::Policy;
use crate::proof::Proof;
use crate::statement::Statement;

/// Checks a leaf against its proof with bash, coreutils and openssl: what `proof.sh` is in everything that is handed out.
pub const PROOF_SCRIPT: &str = include_str!("../../verify.sh");
/// The most leaves of a slice that is read.
pub const MAX_LEAVES: usize = 10_000_000;
/// The most bytes of one file of a slice: a leaf of 32 KiB, a proof with its checkpoint.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

/// The files of a slice, wherever they lie.
pub trait Files {
    /// The names of all files, with `/` between folders.
    fn names(&self) -> Vec<String>;

    /// The bytes of one, or why there are none. More than `limit` bytes are refused.
    ///
    /// # Errors
    /// What was wrong, in words.
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, String>;
}

/// A slice that is being made.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The newest checkpoint.
    pub checkpoint: Note,
    /// The chain's signed statement.
    pub statement: Note,
    /// The log's public keys.
    pub policy: Policy,
    /// The chain's leaves, each with its proof, in order.
    pub leaves: Vec<(Leaf, Proof)>,
}

impl Slice {
    /// Its files, by name.
    ///
    /// A slice is made of these alone; who writes them to a directory or an archive changes nothing in them.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::from([
            ("README.txt".to_owned(), README.as_bytes().to_vec()),
            ("verify.sh".to_owned(), include_bytes!("../../verify-slice.sh").to_vec()),
            ("proof.sh".to_owned(), PROOF_SCRIPT.as_bytes().to_vec()),
            ("checkpoint".to_owned(), self.checkpoint.to_string().into_bytes()),
            ("statement".to_owned(), self.statement.to_string().into_bytes()),
            ("policy".to_owned(), self.policy.to_string().into_bytes()),
        ]);
        for (leaf, proof) in &self.leaves {
            files.insert(leaf_name(leaf.sequence), leaf.to_bytes());
            files.insert(proof_name(leaf.sequence), proof.to_string().into_bytes());
        }
        files
    }
}

/// Ten digits, so that names sort as numbers do.
fn leaf_name(sequence: u64) -> String {
    format!("leaves/{sequence:010}")
}

fn proof_name(sequence: u64) -> String {
    format!("proofs/{sequence:010}")
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }

    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, String> {
        match self.get(name) {
            None => Err("is not there".to_owned()),
            Some(bytes) if bytes.len() > limit => Err(format!("has more than {limit} bytes")),
            Some(bytes) => Ok(bytes.clone()),
        }
    }
}

const README: &str = "\
This is one chain of a sealed record: everything that the people of one client may see, in order.

To check it without any of our software (bash, coreutils and openssl 1.1.1 or newer; about a second for four leaves):

    bash verify.sh KEY

KEY is the log's public key as you were given it, not as it stands here: the first word after `log` in the file
`policy`. Ask for it once, by another way, and keep it.

Or with ours, which also checks witnesses and compares what you kept from earlier:

    plimsoll-portal verify --bundle DIRECTORY --policy YOUR_POLICY --known AN_EARLIER_STATEMENT

Keep the files `checkpoint` and `statement`. Whoever shows you another history later contradicts them, and you can
prove it. What this shows: that these entries are in the log, unchanged, and that none of this chain is missing up to
the statement. What it does not show: that what was recorded is true.
";

/// The statement of a slice, so that callers need not know which file it is.
///
/// # Errors
/// What was wrong, in words.
pub fn statement_of(files: &impl Files, policy: &Policy) -> Result<Statement, String> {
    let note = files.read("statement", MAX_FILE_BYTES)?;
    Statement::open(&note, policy.logs()).map_err(|error| error.to_string())
}
