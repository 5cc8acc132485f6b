//! `verify-receipt`: checks a receipt offline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use ledger::key::VerifierKey;
use sha2::{Digest as _, Sha256};

use super::paper::{MAX_BYTES, Paper};

/// Check the receipt of an approval, offline.
#[derive(Debug, clap::Args)]
pub struct VerifyReceipt {
    /// The receipt.
    receipt: PathBuf,
    /// The log's public key as you were given it (NAME+ID+KEY). Without it, the receipt is only checked against the key
    /// that it names itself.
    #[arg(long)]
    key: Option<VerifierKey>,
    /// The file that was approved, to see whether it is the one.
    #[arg(long)]
    document: Option<PathBuf>,
}

/// Checks a receipt and prints what was found. Exit code 0 when it holds, 1 when it does not.
///
/// # Errors
/// When something cannot be read, or does not hold: the message says what.
pub fn verify(asked: &VerifyReceipt, print: &mut (dyn FnMut(&str) + Send)) -> Result<ExitCode> {
    let path = asked.receipt.display();
    let bytes = fs::read(&asked.receipt).with_context(|| format!("{path}: cannot be read"))?;
    if bytes.len() > MAX_BYTES {
        bail!("{path}: is no receipt: it is too long");
    }
    let text = String::from_utf8(bytes).with_context(|| format!("{path}: is no receipt: it is not UTF-8"))?;
    let paper = Paper::read(&text, asked.key.as_ref()).map_err(|why| anyhow::anyhow!("{path}: {why}"))?;
    print(text.split("\n\n").nth(1).unwrap_or_default());
    if let Some(document) = &asked.document {
        if sha256(document)? != paper.sha256()? {
            bail!("{}: is not the file that was approved", document.display());
        }
        print(&format!("OK: {} is the file that was approved", document.display()));
    }
    if asked.key.is_some() {
        print("OK: approved, and in the log that your key signed");
    } else {
        print(&format!("OK: approved, and in a log that says it is {}", paper.key()));
        print("hint: compare that key with the one that you were given, or name yours with --key");
    }
    Ok(ExitCode::SUCCESS)
}

fn sha256(path: &Path) -> Result<[u8; 32]> {
    let mut file = fs::File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let mut hash = HashWriter(Sha256::new());
    std::io::copy(&mut file, &mut hash).with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(hash.0.finalize().into())
}

struct HashWriter(Sha256);

impl std::io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
