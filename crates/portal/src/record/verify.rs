//! `verify`: a database in use, a backup, or a client's slice. First line the verdict, second line what was not checked.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use door::store::{Settings, Store};
use door::verify::{Outside, Report, Trust};
use ledger::policy::Policy;

use super::Verify;
use super::bundle::Opened;
use crate::data::Data;
use crate::parts::Parts;

/// Verifies what was asked for and prints what was found. The exit code is the verdict's number, so that a script can ask.
///
/// # Errors
/// When it cannot be read at all.
pub async fn verify(asked: &Verify, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<ExitCode> {
    let policy = asked.policy.as_deref().map(read_policy).transpose()?;
    let known = asked.known.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    if let Some(path) = &asked.bundle {
        let report = ledger::slice::verify(&Opened::open(path)?, policy.as_ref(), &known);
        print(&report.to_string());
        keep_evidence(asked, &report.evidence, print)?;
        return Ok(ExitCode::from(report.verdict().exit_code()));
    }
    let report = database(asked, parts, policy, known).await?;
    print(&report.to_string());
    keep_evidence(asked, &report.evidence, print)?;
    Ok(ExitCode::from(report.verdict().exit_code()))
}

async fn database(asked: &Verify, parts: &Parts, policy: Option<Policy>, known: Vec<Vec<u8>>) -> Result<Report> {
    let mut trust = match &policy {
        // Whoever brings a policy need not have the data directory: a backup is verified anywhere.
        Some(policy) if asked.backup.is_some() => {
            Trust { policy: policy.clone(), outside: Vec::new(), erased: Vec::new() }
        }
        // The file beside the database vouches for nothing where witnesses do: whoever has the key can write it anew.
        _ if asked.backup.is_some() => trust_of(&Data::with_keys(&asked.place)?)?,
        _ => trust_of(&Data::existing(&asked.place)?)?,
    };
    trust.policy = policy.unwrap_or(trust.policy);
    for (path, note) in asked.known.iter().zip(known) {
        trust.outside.push(Outside { label: path.display().to_string(), note });
    }
    let Some(backup) = &asked.backup else {
        let store = Data::existing(&asked.place)?.store(&asked.place, &*parts.clock).await?;
        let report = door::verify::verify(&store, &trust).await;
        store.close().await;
        return Ok(report?);
    };
    // Opening a database writes beside it: a backup must stay as it is.
    let directory = Scratch::new()?;
    let copy = directory.0.join("backup.db");
    fs::copy(backup, &copy).with_context(|| format!("{}: cannot be read", backup.display()))?;
    let store = Store::open(&Settings::Sqlite(copy)).await?;
    let report = door::verify::verify(&store, &trust).await;
    store.close().await;
    report.with_context(|| format!("{}: is no database of this version", backup.display()))
}

/// What a data directory lets somebody believe, with the witnesses that it names.
fn trust_of(data: &Data) -> Result<Trust> {
    let mut trust = data.trust()?;
    trust.policy = trust.policy.witnessed_by_any(super::anchors::witnesses(data)?);
    Ok(trust)
}

fn keep_evidence(asked: &Verify, evidence: &[String], print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    if evidence.is_empty() {
        return Ok(());
    }
    let path = &asked.evidence;
    fs::write(path, evidence.join("\n")).with_context(|| format!("{}: cannot be written", path.display()))?;
    print(&format!("two signed statements that contradict each other: {}", path.display()));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))
}

/// Reads a policy.
pub(super) fn read_policy(path: &Path) -> Result<Policy> {
    let text = String::from_utf8(read(path)?).with_context(|| format!("{}: is not UTF-8", path.display()))?;
    text.parse().with_context(|| format!("{}: is no policy", path.display()))
}

/// A directory that goes away by itself.
pub(super) struct Scratch(pub(super) std::path::PathBuf);

impl Scratch {
    pub(super) fn new() -> Result<Self> {
        let mut name = [0; 8];
        getrandom::fill(&mut name)?;
        let path = std::env::temp_dir().join(format!("plimsoll-{}", hex::encode(name)));
        fs::create_dir(&path).with_context(|| format!("{}: cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
