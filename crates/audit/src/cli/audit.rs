//! `plimsoll audit`: the walk, the judgement, the reports, the proof.

use std::path::{Path, PathBuf};

use super::args::{AuditArgs, EndingArgs, Requirement};
use super::place::{Place, write};
use super::{parts, print};
use crate::baseline::Baseline;
use crate::checks;
use crate::error::{Result, Trouble};
use crate::evidence::Dossier;
use crate::load_line::Exit;
use crate::manifest::Manifest;
use crate::progress::{self, Progress, Silent};
use crate::proof::{self, key::Key};
use crate::report::{html, json, terminal};
use crate::verdict::{Dimension, Mark, Outcome};
use crate::walk::{Setup, Shard};

/// Walks the service, writes everything, prints the report.
pub(super) fn audit(args: &AuditArgs, manifest: &Path, quiet: bool, place: &Place) -> Result<Exit> {
    let ending = Ending::new(&args.ending, place)?;
    let mut setup = setup(manifest, place)?;
    require(&mut setup.manifest.service.require, &args.require);
    setup.seed = args.seed.unwrap_or(setup.seed);
    setup.manifest.target.rate = args.rate.or(setup.manifest.target.rate);
    setup.manifest.target.safe_verbs = args.safe_verbs;
    if let Some(only) = args.only {
        setup.passes = [only].into();
    }
    setup.part.shard = args.shard.unwrap_or_default();
    let broken = if args.resume { Some(parts::broken(&mut setup, place)?) } else { None };
    let walked = {
        let progress = progress(quiet);
        interruptible(crate::walk(&setup, progress.as_ref()))
            .map_err(|trouble| parts::left(&setup.evidence, trouble))?
    };
    if let Some(broken) = broken {
        parts::join_rest(&broken, &walked.evidence)?;
    }
    match setup.part.shard {
        Shard { of: 1, .. } => ending.end(&walked.evidence, place),
        shard => {
            print(&parts::told(shard, &walked.evidence));
            Ok(Exit::Holds)
        }
    }
}

/// What becomes of a walk's evidence: judged, signed, reported, held to the baseline.
pub(super) struct Ending {
    key: Option<Key>,
    known: Option<Baseline>,
    conclusive: bool,
}

impl Ending {
    /// A key that cannot be read is better known before a walk of minutes than after it, and so is a baseline that is not
    /// there, or says nothing that can be read.
    pub(super) fn new(args: &EndingArgs, place: &Place) -> Result<Self> {
        let key = if args.unsigned { None } else { Some(key(args.key.as_deref())?) };
        let known = if args.ratchet { Some(super::baseline::load(place)?) } else { None };
        Ok(Self { key, known, conclusive: args.conclusive })
    }

    pub(super) fn end(self, evidence: &Path, place: &Place) -> Result<Exit> {
        let outcome = finish(evidence, self.key.as_ref(), place)?;
        let ratchet = self.known.map(|known| super::baseline::Ratchet::new(known, &outcome));
        let exit = match &ratchet {
            Some(ratchet) => Exit::ratcheted(&outcome, self.conclusive, &ratchet.compared),
            None => Exit::of(&outcome, self.conclusive),
        };
        let places = terminal::Places {
            html: place.file("report.html").display().to_string(),
            json: place.file("report.json").display().to_string(),
            evidence: evidence.display().to_string(),
            proof: self.key.map(|_| place.file(proof::NAME).display().to_string()),
        };
        print(&terminal::render(&outcome, &places, exit, terminal::width()));
        if let Some(ratchet) = ratchet {
            print(&ratchet.tighten(place)?);
        }
        Ok(exit)
    }
}

/// The manifest and a directory for the evidence of this run, named by its time.
pub(super) fn setup(manifest: &Path, place: &Place) -> Result<Setup> {
    let manifest = Manifest::load(manifest)?;
    let mut setup = Setup::new(manifest, &run_name())?;
    setup.evidence = new_evidence(place);
    setup.log = place.file("target.log");
    Ok(setup)
}

/// A directory for the evidence of a run that is free, named by the time.
pub(super) fn new_evidence(place: &Place) -> PathBuf {
    free(&place.file("evidence").join(run_name()))
}

fn run_name() -> String {
    crate::walk::now().strftime("%Y-%m-%dT%H%M%SZ").to_string()
}

/// The path, or the next one of the same second that is free.
fn free(path: &Path) -> PathBuf {
    let again = |number: u32| PathBuf::from(format!("{}-{number}", path.display()));
    std::iter::once(path.to_owned()).chain((2..).map(again)).find(|path| !path.exists()).unwrap_or_default()
}

/// Who tells how far it is.
pub(super) fn progress(quiet: bool) -> Box<dyn Progress> {
    if quiet { Box::new(Silent) } else { progress::stderr() }
}

/// What was typed goes before what the manifest says; a mark without a dimension is for all.
fn require(told: &mut std::collections::BTreeMap<Dimension, Mark>, typed: &[Requirement]) {
    if !typed.is_empty() {
        told.clear();
    }
    for requirement in typed {
        match requirement.dimension {
            Some(dimension) => drop(told.insert(dimension, requirement.mark)),
            None => told.extend(Dimension::ALL.map(|dimension| (dimension, requirement.mark))),
        }
    }
}

/// Runs to the end, or until somebody stops it: Ctrl-C, or the signal by which a machine ends a job. Leaving the future
/// drops the target and whatever command runs, which ends their process groups.
pub(super) fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on(async {
        tokio::select! {
            done = work => done,
            by = stopped() => Err(Trouble::stopped(by?)),
        }
    })
}

/// Runs to the end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::new("plimsoll", format!("cannot start: {error}")))?;
    runtime.block_on(work)
}

/// Waits until somebody stops the run, and says how.
pub(super) async fn stopped() -> Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let cannot = |error| Trouble::new("plimsoll", format!("cannot wait for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    tokio::select! {
        _ = interrupt.recv() => Ok("Ctrl-C"),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}

fn key(named: Option<&Path>) -> Result<Key> {
    let path = named.map(Path::to_owned).or_else(proof::key::default_path);
    let path = path.ok_or_else(|| {
        Trouble::new("the signing key", "has no place: neither HOME nor XDG_DATA_HOME is set")
            .hint("name a file with --key, or run with --unsigned")
    })?;
    Key::load_or_create(&path)
}

/// Judges the evidence, signs, and writes the reports.
fn finish(evidence: &Path, key: Option<&Key>, place: &Place) -> Result<Outcome> {
    let dossier = Dossier::load(evidence)?;
    let mut outcome = crate::outcome(&dossier);
    let signed = place.file(proof::NAME);
    match key {
        Some(key) => {
            let envelope = proof::sign(&mut outcome, dossier.digests().count(), key)?;
            let text = serde_json::to_string_pretty(&envelope)
                .map_err(|error| Trouble::new(proof::NAME, format!("cannot be written: {error}")))?;
            write(&evidence.join(proof::NAME), &text)?;
            write(&signed, &text)?;
        }
        // The proof of an earlier run beside the report of this one would be taken for its own.
        None if signed.exists() => std::fs::remove_file(&signed)
            .map_err(|error| Trouble::new(signed.display().to_string(), format!("cannot be removed: {error}")))?,
        None => {}
    }
    write(&place.file("report.json"), &json::write(&outcome)?)?;
    write(&place.file("report.html"), &html::render(&outcome, checks::all())?)?;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_typed_goes_before_what_is_told() {
        let mut told = BTreeMap::from([(Dimension::Detection, Mark::Client)]);
        require(&mut told, &[]);
        assert_eq!(told.len(), 1);
        let one = Requirement { dimension: Some(Dimension::Authorization), mark: Mark::Pilot };
        require(&mut told, &[one]);
        assert_eq!(told, BTreeMap::from([(Dimension::Authorization, Mark::Pilot)]));
        require(&mut told, &[Requirement { dimension: None, mark: Mark::Demo }, one]);
        assert_eq!(told.len(), 5);
        assert_eq!(told[&Dimension::Authorization], Mark::Pilot);
    }

    #[test]
    fn two_runs_in_one_second_have_two_places() {
        let dir = tempfile::tempdir().unwrap();
        let first = free(&dir.path().join("run"));
        std::fs::create_dir(&first).unwrap();
        assert_eq!(free(&dir.path().join("run")), dir.path().join("run-2"));
    }
}
