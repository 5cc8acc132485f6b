//! PR05: "encrypted at rest": canary not in database files, dumps, blobs or backups.

use super::Pages;
use crate::canary::Traces;
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::unpack;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR05",
    dimension: Dimension::Promises,
    severity: Severity::Blocks,
    title: "'encrypted at rest': canary not in database files, dumps, blobs or backups",
    why: "Those words are in most policies and true of few services. A lost dump shows which.",
    how: "Canaries that the walk stored in each class that the manifest calls encrypted are searched in the bytes of the \
          told files and dumps: as they are, unpacked, in hex, base64 and UTF-16. A canary of another class must be found \
          there, or else the bytes show nothing.",
    references: &["GDPR Art. 32(1)(a)", "ASVS 5.0 14.2.4", "CWE-311", "CWE-312"],
    fix: "Encrypt the class in the application with a key that lies elsewhere, or say less.",
    built: true,
};

/// Most bytes that are read of one file.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The manifest's line for what is encrypted.
const LINE: &str = "[at_rest] paths = [\"DIRECTORY\"], encrypted = [\"NOUN.FIELD\"]";

/// That something is kept encrypted.
static CLAIM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)encrypt\w*[^.]{0,60}\b(?:at rest|stored|storage|on disk|database)\b|\b(?:at rest|stored|storage|on disk|database)\b[^.]{0,60}encrypt|verschlüsselt[^.]{0,60}(?:gespeichert|abgelegt)|(?:gespeichert|abgelegt)[^.]{0,60}verschlüsselt").ok()
});

/// What lies in the told bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AtRest {
    /// Why nothing was searched.
    pub untried: Option<Untried>,
    /// Classes that are said to be encrypted: each with how many canaries were stored, and where one was found.
    pub classes: Vec<(String, usize, Option<String>)>,
    /// A canary of another class that was found: what it is, and where.
    pub control: Option<String>,
    /// Bytes that were searched.
    pub searched: u64,
}

impl Document for AtRest {
    const KIND: &'static str = "at_rest";
}

/// Searches the told bytes.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.at_rest.clone();
    let mut seen = AtRest::default();
    if told.encrypted.is_empty() || told.paths.is_empty() && told.dump.is_none() {
        seen.untried = Some(Untried::not_told("what is encrypted, and where its bytes lie, is not told", LINE));
        return world.store.add(&seen).map(drop);
    }
    if let Some(at) = (0..world.actors.len()).find(|at| world.actors[*at].alive) {
        for slot in 0..world.slots.all.len() {
            // What cannot be made is not stored.
            let _ = world.standing(slot, at).await;
        }
    }
    let mut stored: Vec<(String, String)> = Vec::new();
    for object in &world.objects {
        let noun = &world.slots.all[object.slot].noun;
        let named = |(field, canary): &(String, String)| (format!("{noun}.{field}"), canary.clone());
        stored.extend(object.canaries.iter().map(named));
    }
    let values: Vec<String> = stored.iter().map(|(_, canary)| canary.clone()).collect();
    let traces = Traces::of(&values);
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut pieces = |name: &str, bytes: &[u8]| {
        for (piece, bytes) in unpack::all(name, bytes) {
            seen.searched += bytes.len() as u64;
            found.extend(traces.found(&bytes).into_iter().map(|at| (at, piece.clone())));
        }
    };
    let root = world.manifest.directory();
    let files: BTreeSet<PathBuf> = told.paths.iter().flat_map(|path| files(&root.join(path))).collect();
    for file in &files {
        let mut bytes = Vec::new();
        let Ok(open) = std::fs::File::open(file) else { continue };
        let read = std::io::Read::read_to_end(&mut std::io::Read::take(open, FILE_BYTES_MAX), &mut bytes);
        if read.is_ok() {
            pieces(&file.display().to_string(), &bytes);
        }
    }
    if let Some(command) = &told.dump {
        match world.target.run_with(command, &[]).await {
            Ok(ended) if ended.well => pieces("the dump", &ended.output),
            Ok(ended) => seen.untried = Some(Untried::undecided(format!("`{command}` failed: {}", ended.last_words()))),
            Err(trouble) => seen.untried = Some(Untried::undecided(format!("{}: {}", trouble.place, trouble.wrong))),
        }
    }
    let is_of = |name: &str, class: &str| name == class || name.split('.').next() == Some(class);
    for class in &told.encrypted {
        let own = stored.iter().filter(|(name, _)| is_of(name, class)).count();
        let clear = found.iter().find(|(at, _)| is_of(&stored[*at].0, class)).map(|(_, piece)| piece.clone());
        seen.classes.push((class.clone(), own, clear));
    }
    let other = |at: usize| !told.encrypted.iter().any(|class| is_of(&stored[at].0, class));
    seen.control = found.iter().find(|(at, _)| other(*at)).map(|(at, piece)| format!("{} in {piece}", stored[*at].0));
    world.store.add(&seen).map(drop)
}

/// All files below a place.
fn files(at: &Path) -> Vec<PathBuf> {
    if at.is_file() {
        return vec![at.to_owned()];
    }
    let entries = std::fs::read_dir(at).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|entry| !entry.is_symlink()).flat_map(|entry| files(&entry)).collect()
}

/// One finding for each class.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, AtRest)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    if let Some(why) = &seen.untried {
        let pages: Vec<(&str, Pages)> = dossier.all();
        let text = pages.last().map(|(_, pages)| pages.policy_text.as_str()).unwrap_or_default();
        let claims = CLAIM.as_ref().is_some_and(|claim| claim.is_match(text));
        let about = say(&CHECK, "encrypted at rest", digest);
        return vec![match why.answer == LINE && !claims && !text.is_empty() {
            true => about.not_applicable("the policy does not say that anything is encrypted where it lies"),
            false => about.untried(why),
        }];
    }
    let of = |(class, stored, clear): &(String, usize, Option<String>)| {
        let about = say(&CHECK, class.clone(), digest);
        match (clear, stored, &seen.control) {
            (Some(place), ..) => about.gap(format!("it stands in clear in {place}")),
            (None, 0, _) => about.undecided("nothing of it was stored by the walk"),
            (None, _, None) => about.undecided("no canary at all is in these bytes: they show nothing"),
            (None, many, Some(control)) => {
                about.holds(format!("{many} values of it are nowhere in {} bytes, where {control} is", seen.searched))
            }
        }
    };
    seen.classes.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_one_about_where_it_lies() {
        let claims = |text: &str| CLAIM.as_ref().unwrap().is_match(text);
        assert!(claims("All files are encrypted at rest.") && claims("Ihre Daten werden verschlüsselt gespeichert."));
        assert!(!claims("Connections are encrypted with TLS. We store your name."));
    }
}
