//! What a walk starts from, and everything that has to stand before the first attempt.

use super::documents;
use super::leaks::Leaks;
use super::memory::Memory;
use super::objects::Object;
use super::part::Part;
use super::parties::Parties;
use super::reading::Learnt;
use super::world::{Call, World};
use crate::canary::Canaries;
use crate::catalogue::Protection;
use crate::checks::authorization::expect::privileged_word;
use crate::client::{Client, Purpose};
use crate::error::{Result, Trouble};
use crate::evidence::{ActionFact, Run, Secrets, Store, may_be_secret};
use crate::faults::Fault;
use crate::load_line::{Facts, Require, Waiver};
use crate::lock::Lock;
use crate::manifest::Manifest;
use crate::matrix::Matrix;
use crate::plan::{Slots, shape};
use crate::progress::Progress;
use crate::sinks::Sinks;
use crate::target::{Commands, Target};
use crate::verdict::{Dimension, RunFacts};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long all pauses for 429s together may take.
const PAUSE_BUDGET: Duration = Duration::from_secs(120);

/// What a walk starts from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What was told.
    pub manifest: Manifest,
    /// The text of `plimsoll.matrix`, where there is one.
    pub matrix: Option<String>,
    /// What earlier walks inferred.
    pub lock: Lock,
    /// Where it is written again after a whole walk.
    pub lock_file: PathBuf,
    /// A directory for this run's evidence that does not exist yet.
    pub evidence: PathBuf,
    /// Where the target's own output goes.
    pub log: PathBuf,
    /// The order's seed.
    pub seed: u64,
    /// The passes that are made.
    pub passes: BTreeSet<Dimension>,
    /// Which part of the walk is made.
    pub part: Part,
    /// How long all pauses for 429s together may take.
    pub pause_budget: Duration,
}

/// What a walk ends with.
#[derive(Debug, Clone)]
pub struct Walked {
    /// Where the evidence lies.
    pub evidence: PathBuf,
}

impl Setup {
    /// A set-up with everything at its usual place: the matrix beside the manifest, the evidence below `.plimsoll`.
    ///
    /// # Errors
    /// When the matrix or the lock is there and cannot be read.
    pub fn new(manifest: Manifest, run: &str) -> Result<Self> {
        let root = manifest.directory();
        let file = root.join("plimsoll.matrix");
        let matrix = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(Trouble::new(file.display().to_string(), format!("cannot be read: {e}"))),
        };
        let lock_file = root.join("plimsoll.lock");
        Ok(Self {
            matrix,
            lock: Lock::load(&lock_file)?,
            lock_file,
            evidence: root.join(".plimsoll").join("evidence").join(run),
            log: root.join(".plimsoll").join("target.log"),
            seed: 7,
            passes: Dimension::ALL.into(),
            part: Part::default(),
            pause_budget: PAUSE_BUDGET,
            manifest,
        })
    }

    /// Starts the target and reads what is known about it.
    ///
    /// # Errors
    /// When it may not be walked, does not start, or no document describes it.
    pub async fn open<'a>(&'a self, progress: &'a dyn Progress) -> Result<World<'a>> {
        let started = Instant::now();
        let manifest = &self.manifest;
        self.may_be_walked()?;
        self.make_room()?;
        let matrix = self.matrix.as_deref().map(|text| Matrix::parse(text, "plimsoll.matrix")).transpose()?;
        let store = Store::create(&self.evidence, Secrets::default())?;
        for secret in &manifest.target.secrets {
            store.secrets().add(secret.reveal());
        }
        let sinks = Sinks::open().await?;
        let fault = Fault::open(&manifest.instruments.database).await?;
        let target = Target::start(self.commands(&sinks, &fault), &self.log, progress).await?;
        let up = Instant::now();
        for (_, value) in target.values.iter().filter(|(name, value)| may_be_secret(name, value)) {
            store.secrets().add(value);
        }
        let client = Client::new(&target.url, manifest.target.rate, self.pause_budget)?;
        client.count_waiting(target.asked());
        let documents = documents::fetch(manifest, &target, &client).await?;
        let catalogue = documents.catalogue(client.base())?;
        let slots = Slots::new(&catalogue);
        let nonce = nonce();
        let mut world = World {
            manifest,
            matrix,
            slots,
            catalogue,
            target,
            client,
            sinks,
            fault,
            documents,
            store,
            canaries: Canaries::new(&nonce),
            learnt: Learnt::default(),
            memory: Memory::new(self.lock.clone()),
            actors: Vec::new(),
            objects: Vec::<Object>::new(),
            ways: BTreeMap::new(),
            bodies: BTreeMap::new(),
            own: BTreeMap::new(),
            refused: BTreeMap::new(),
            after: BTreeMap::new(),
            deeds: BTreeMap::new(),
            unready: BTreeMap::new(),
            standing: BTreeMap::new(),
            noise: BTreeMap::new(),
            avoided: BTreeMap::new(),
            run: Run::default(),
            nonce,
            seed: self.seed,
            progress,
            fell_silent: false,
            is_dead: false,
            silent_at: None,
            renewed: 0,
            compared: BTreeSet::new(),
            populated: BTreeSet::new(),
            making: BTreeSet::new(),
            failed: BTreeMap::new(),
            postponed: BTreeSet::new(),
            sentinels: BTreeMap::new(),
            met: BTreeMap::new(),
            membership: None,
            bystander: None,
            joined: BTreeSet::new(),
            leaks: Leaks::default(),
            parties: Parties::default(),
            secrecy: super::secrecy::Secrecy::default(),
            tokens: super::form_tokens::FormTokens::default(),
            codes: super::second_factor::Codes::default(),
            refusals: Vec::new(),
            untried: BTreeSet::new(),
            reached: 0,
            started,
            up,
        };
        world.avoid_never();
        // A path that nobody made shows how this service says that there is nothing.
        let nowhere = format!("/plim-{}-nowhere", world.nonce);
        let asked = world.ask(None, &Call::get(nowhere), Purpose::Other).await;
        world.learnt.learn(&asked.answer);
        world.recall();
        Ok(world)
    }

    /// Starts the target with what it is connected to, for whoever uses it and does not walk it. All three end with what
    /// is returned.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn start(&self, progress: &dyn Progress) -> Result<(Target, Sinks, Fault)> {
        self.make_room()?;
        let (sinks, fault) = (Sinks::open().await?, Fault::open(&self.manifest.instruments.database).await?);
        let target = Target::start(self.commands(&sinks, &fault), &self.log, progress).await?;
        Ok((target, sinks, fault))
    }

    /// A place for what is written on the way.
    fn make_room(&self) -> Result<()> {
        let Some(folder) = self.log.parent() else { return Ok(()) };
        std::fs::create_dir_all(folder)
            .map_err(|e| Trouble::new(folder.display().to_string(), format!("cannot be made: {e}")))
    }

    fn may_be_walked(&self) -> Result<()> {
        let target = &self.manifest.target;
        let place = self.manifest.place("target.url");
        if !target.mine && !target.disposable {
            return Err(Trouble::new(place, "the walk changes things, and the manifest does not say that it may")
                .hint("mine = true under [target], if you may change and break it"));
        }
        if !target.is_loopback() && target.authorized.is_none() {
            return Err(Trouble::new(place, "is not on this machine, and nobody is named who allowed the walk")
                .hint("authorized = { by = \"…\", contact = \"…\", until = 2026-12-31 }"));
        }
        Ok(())
    }

    fn commands(&self, sinks: &Sinks, fault: &Fault) -> Commands {
        let target = &self.manifest.target;
        // The port is only known when the target starts.
        let late = |hole: &str| match hole {
            "port" | "url" => Some(format!("{{{hole}}}")),
            "empty" => Some(String::new()),
            hole => sinks.address(hole).or_else(|| fault.address(hole)),
        };
        Commands {
            url: target.url.as_str().to_owned(),
            root: self.manifest.directory(),
            wait_max: target.start_timeout,
            start: target.start.clone(),
            stop: target.stop.clone(),
            reset: target.reset.clone(),
            health: target.health.as_ref().map_or("/".into(), |line| line.path.as_str().to_owned()),
            prepare: target.prepare.clone(),
            env: target.environment(&late).into_iter().collect(),
        }
    }
}

impl World<'_> {
    /// Writes down what the judges need to know, once everybody is signed in.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write_run(&mut self, setup: &Setup) -> Result<()> {
        let manifest = self.manifest;
        let facts = Facts {
            run: RunFacts {
                service: manifest.service.name.clone(),
                environment: manifest.target.name.clone(),
                disposable: manifest.target.disposable,
                url: self.client.base().to_owned(),
                commit: commit(manifest),
                started_at: now().to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                manifest_digest: manifest.digest.clone(),
                evidence_dir: setup.evidence.display().to_string(),
                seed: self.seed,
                ..RunFacts::default()
            },
            require: Require { all: None, named: manifest.service.require.clone() },
            waivers: (manifest.waivers.iter())
                .map(|waiver| Waiver {
                    gap: waiver.gap.clone(),
                    owner: waiver.owner.clone(),
                    reason: waiver.reason.clone(),
                    until: waiver.until.to_string(),
                })
                .collect(),
            passes: setup.passes.clone(),
            notes: self.catalogue.notes.iter().chain(&manifest.notes).cloned().chain(self.unsafe_note()).collect(),
            ..Facts::default()
        };
        let common = self.catalogue.common_words();
        let actions = self.catalogue.actions.iter().enumerate().map(|(at, action)| {
            let keys = self.slots.about(at).len();
            ActionFact {
                name: action.name(),
                verb: action.verb.clone(),
                path: action.path.clone(),
                form: shape(action, keys).form,
                keys: u32::try_from(keys).unwrap_or(u32::MAX),
                protected: matches!(action.protection, Protection::Protected(_)),
                privileged: privileged_word(action, &common),
            }
        });
        self.run = Run {
            facts,
            matrix: setup.matrix.clone(),
            actions: actions.collect(),
            actors: self.actors.iter().map(|actor| actor.fact.clone()).collect(),
        };
        self.store.add(&self.run).map(drop)
    }
}

/// The real time: a walk happens when it happens, and its report says when.
#[expect(clippy::disallowed_methods, reason = "a walk of a live service has no other clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Five characters that differ from run to run. The last is a digit, so that a name that carries them is known to name a
/// case and not its kind.
fn nonce() -> String {
    let mut bytes = [0; 5];
    if getrandom::fill(&mut bytes).is_err() {
        let now = now().as_microsecond().to_le_bytes();
        bytes.copy_from_slice(&now[..5]);
    }
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut nonce: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    nonce.pop();
    nonce.push(char::from(b'2' + bytes[4] % 8));
    nonce
}

/// The commit of the manifest's checkout, where it is one.
fn commit(manifest: &Manifest) -> Option<String> {
    let output = std::process::Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(manifest.directory())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
