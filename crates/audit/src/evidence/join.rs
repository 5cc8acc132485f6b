//! Parts of one walk, put together: the shards of several runners, or a broken walk and what went on behind it.

use super::{Dossier, LeftOut, Run, Secrets, Share, Store, Tally};
use crate::error::{Result, Trouble};
use crate::verdict::Dimension;
use crate::walk::{Shard, UNSAFE};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The evidence of a part, and where it lies.
#[derive(Debug, Clone)]
pub struct Portion {
    dir: PathBuf,
    dossier: Dossier,
    run: Run,
}

impl Portion {
    /// Reads a directory.
    ///
    /// # Errors
    /// When it is damaged or holds no walk.
    pub fn load(dir: &Path) -> Result<Self> {
        let dossier = Dossier::load(dir)?;
        let run = dossier.one().ok_or_else(|| Trouble::new(dir.display().to_string(), "holds no walk"))?;
        Ok(Self { dir: dir.to_owned(), dossier, run })
    }

    /// Which shard it is; nothing where no action was walked to its end.
    #[must_use]
    pub fn shard(&self) -> Option<Shard> {
        self.dossier.one::<Share>().map(|Share { number, of, .. }| Shard { number, of })
    }

    /// Actions that it is through with.
    #[must_use]
    pub fn done(&self) -> BTreeSet<String> {
        self.dossier.all::<Share>().into_iter().flat_map(|(_, share)| share.actions).collect()
    }

    /// Whether the walk came to its end.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.dossier.one::<Tally>().is_some()
    }

    /// The passes that were to be made.
    #[must_use]
    pub fn passes(&self) -> BTreeSet<Dimension> {
        self.run.facts.passes.clone()
    }

    /// Whether nothing was sent that may change something.
    #[must_use]
    pub fn only_looks(&self) -> bool {
        self.dossier.all::<LeftOut>().iter().any(|(_, left)| left.why == UNSAFE)
    }

    /// Where it lies.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The seed of its order.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.run.facts.run.seed
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}

/// Shards as one walk: each there once, each at its end.
///
/// # Errors
/// When one is missing, twice there, broken off, or of another walk; or the disk is full.
pub fn join_shards(portions: &[Portion], into: &Path) -> Result<()> {
    let mut known: Vec<(Shard, &Portion)> = Vec::new();
    for portion in portions {
        let shard = portion.shard().filter(|shard| 1 < shard.of).ok_or_else(|| {
            Trouble::new(portion.place(), "is no shard of a walk").hint("walk each with `plimsoll audit --shard I/N`")
        })?;
        if !portion.has_ended() {
            return Err(Trouble::new(portion.place(), format!("shard {shard} was broken off"))
                .hint("go on with `plimsoll audit --resume` where it was walked"));
        }
        if let Some((first, _)) = known.first().filter(|(first, _)| first.of != shard.of) {
            return Err(Trouble::new(portion.place(), format!("is shard {shard}, and the first one is {first}")));
        }
        if let Some((_, twice)) = known.iter().find(|(one, _)| *one == shard) {
            return Err(Trouble::new(portion.place(), format!("is shard {shard}, and so is {}", twice.place())));
        }
        known.push((shard, portion));
    }
    known.sort_by_key(|(shard, _)| *shard);
    let of = known.first().map_or(0, |(shard, _)| shard.of);
    let missing: Vec<String> = (1..=of)
        .filter(|number| known.iter().all(|(shard, _)| shard.number != *number))
        .map(|number| Shard { number, of }.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(Trouble::new("plimsoll merge", format!("shard {} is missing", missing.join(", ")))
            .hint("name the evidence directories of all shards"));
    }
    // The last one has asked about the whole service: its facts count where they differ.
    join(&known.into_iter().map(|(_, portion)| portion).collect::<Vec<_>>(), into)
}

/// What a broken walk left, and what went on behind it, as one.
///
/// # Errors
/// When they are of different walks, or the disk is full.
pub fn join_rest(broken: &Portion, rest: &Portion, into: &Path) -> Result<()> {
    join(&[broken, rest], into)
}

fn join(portions: &[&Portion], into: &Path) -> Result<()> {
    let (Some(first), Some(last)) = (portions.first(), portions.last()) else { return Ok(()) };
    for portion in portions {
        if let Some(what) = differs(&first.run, &portion.run) {
            return Err(Trouble::new(portion.place(), format!("was walked with {what} than {}", first.place())));
        }
    }
    let store = Store::create(into, Secrets::default())?;
    for portion in portions {
        portion.dossier.documents.iter().try_for_each(|(_, document)| store.put(document).map(drop))?;
    }
    let mut run = last.run.clone();
    let started = portions.iter().map(|portion| portion.run.facts.run.started_at.clone()).min();
    run.facts.run.started_at = started.unwrap_or_default();
    run.facts.run.evidence_dir = into.display().to_string();
    store.add(&run).map(drop)
}

/// What keeps two runs from being parts of one walk.
fn differs(one: &Run, other: &Run) -> Option<&'static str> {
    let (a, b) = (&one.facts.run, &other.facts.run);
    let checks = [
        (a.version == b.version, "another version of plimsoll"),
        (a.manifest_digest == b.manifest_digest, "another manifest"),
        (one.matrix == other.matrix, "another matrix"),
        (a.commit == b.commit, "another commit of the service"),
        (one.actions == other.actions, "other actions"),
        (one.facts.passes == other.facts.passes, "other passes"),
    ];
    checks.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Note;

    fn portion(home: &Path, name: &str, (number, of): (u32, u32), change: impl FnOnce(&mut Run, &Store)) -> Portion {
        let dir = home.join(name);
        let store = Store::create(&dir, Secrets::default()).unwrap();
        let mut run = Run::default();
        change(&mut run, &store);
        store.add(&run).unwrap();
        store.add(&Note { words: format!("said by {number}") }).unwrap();
        store.add(&Share { number, of, actions: [format!("GET /{number}")].into() }).unwrap();
        store.add(&Tally { reached: 1, ..Tally::default() }).unwrap();
        Portion::load(&dir).unwrap()
    }

    #[test]
    fn every_document_is_there_with_its_digest() {
        let home = tempfile::tempdir().unwrap();
        let parts = [2, 1, 3].map(|number| portion(home.path(), &number.to_string(), (number, 3), |_, _| {}));
        let into = home.path().join("all");
        join_shards(&parts, &into).unwrap();
        let joined = Portion::load(&into).unwrap();
        let digests: BTreeSet<&str> = joined.dossier.digests().collect();
        for part in &parts {
            assert!(part.dossier.digests().all(|digest| digests.contains(digest)));
        }
        assert_eq!(joined.done().len(), 3);
        assert_eq!(crate::evidence::facts(&joined.dossier).denominator.reached, 3);
        assert_eq!(joined.run.facts.run.evidence_dir, into.display().to_string());
    }

    #[test]
    fn what_is_missing_twice_there_or_of_another_walk_is_named() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let one = portion(home, "one", (1, 2), |_, _| {});
        let two = portion(home, "two", (2, 2), |_, _| {});
        let third = portion(home, "third", (2, 3), |_, _| {});
        let whole = portion(home, "whole", (1, 1), |_, _| {});
        let other = portion(home, "other", (2, 2), |run, _| run.facts.run.manifest_digest = "0".into());
        let said = |parts: &[&Portion]| {
            let parts: Vec<Portion> = parts.iter().map(|part| (*part).clone()).collect();
            join_shards(&parts, &home.join("into")).unwrap_err().to_string()
        };
        assert!(said(&[&one]).contains("shard 2/2 is missing"));
        assert!(said(&[&one, &two, &one]).contains("and so is"));
        assert!(said(&[&one, &third]).contains("is shard 2/3, and the first one is 1/2"));
        assert!(said(&[&whole]).contains("no shard of a walk"));
        assert!(said(&[&one, &other]).contains("another manifest"));
        assert!(!home.join("into").exists());
    }
}
