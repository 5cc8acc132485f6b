//! Who can tell whether something changed. A witness counts for an action only after it has shown the owner's own
//! change by the same action.

use super::reach::Reached;
use super::world::{Asked, World};
use crate::client::Purpose;
use crate::compare::{changed, fields, rows_with};
use crate::evidence::{Form, Observation, Witness};
use crate::manifest::RecordSource;
use crate::plan::slots::{parent_place, place, singular, words};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Most reads that are looked at as witnesses of one action.
const CANDIDATES_MAX: usize = 4;
/// How long a change may take to be seen.
const LAG_MAX: Duration = Duration::from_millis(2_500);

/// How long something that was made may take to be seen.
const STANDS_WITHIN: Duration = Duration::from_millis(1_200);

/// What a list of what happened is called.
const RECORDS: [&str; 8] = ["activity", "audit", "event", "history", "journal", "log", "timeline", "trail"];

/// A read that may tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its action.
    pub action: usize,
    /// The key whose row is looked at in a list; the whole answer otherwise.
    pub row: Option<String>,
}

/// A reader with what it has shown.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// The read.
    pub reader: Reader,
    /// What it is worth.
    pub witness: Witness,
}

impl Calibrated {
    /// The witness of another object: a row in a list is found by the new key.
    pub(crate) fn about(mut self, key: &str) -> Self {
        let Reader { row, .. } = &mut self.reader;
        if row.is_some() {
            *row = Some(key.to_owned());
        }
        self
    }
}

/// How one action changed what the candidates saw.
pub struct Looks {
    readers: Vec<(Reader, Observation, BTreeSet<String>)>,
    path_keys: BTreeMap<usize, String>,
    by: usize,
}

impl World<'_> {
    /// What a reader sees now.
    pub async fn observe(
        &mut self,
        reader: &Reader,
        keys: &BTreeMap<usize, String>,
        by: usize,
        purpose: Purpose,
    ) -> Observation {
        let Ok(call) = self.read_call(reader.action, keys) else { return Observation::default() };
        let asked = self.ask(Some(by), &call, purpose).await;
        look(&asked, reader.row.as_deref())
    }

    /// What a reader sees now, without what is said once only: a page tells its reader that something was saved, and at
    /// the next look no more.
    pub async fn observe_settled(
        &mut self,
        reader: &Reader,
        keys: &BTreeMap<usize, String>,
        by: usize,
        purpose: Purpose,
    ) -> Observation {
        let seen = self.observe(reader, keys, by, purpose).await;
        if seen.fields.keys().any(|field| field.starts_with("text_")) {
            return self.observe(reader, keys, by, purpose).await;
        }
        seen
    }

    /// The reads that may tell about an action on these keys: the same path, then each path above it, nearest first.
    fn readers(&self, action: usize, keys: &BTreeMap<usize, String>, own_key: Option<&str>) -> Vec<Reader> {
        let mut readers: Vec<Reader> = Vec::new();
        let mut above = place(&self.action(action).path);
        let mut places = Vec::new();
        while !above.is_empty() {
            places.push(above.clone());
            above = parent_place(&above);
        }
        // An action on an object is best seen in the object itself, before the page that has the action's own name.
        places.sort_by_key(|place| !place.ends_with("{}"));
        for wanted in places {
            let read = (0..self.catalogue.actions.len()).find(|at| {
                let read = self.action(*at);
                read.verb == "GET" && place(&read.path) == wanted && !self.avoided.contains_key(at)
            });
            let Some(read) = read.filter(|read| self.path_of(*read, keys).is_ok()) else { continue };
            if wanted.ends_with("{}") {
                readers.push(Reader { action: read, row: None });
            } else {
                readers.extend(own_key.map(|key| Reader { action: read, row: Some(key.to_owned()) }));
                readers.push(Reader { action: read, row: None });
            }
        }
        readers.truncate(CANDIDATES_MAX);
        readers
    }

    /// Looks through all candidates before an action, twice, so that what moves by itself is known.
    pub async fn look_before(
        &mut self,
        action: usize,
        keys: &BTreeMap<usize, String>,
        by: usize,
        own_key: Option<&str>,
        also: &[Reader],
    ) -> Looks {
        let recalled = self.recalled_reader(action, own_key).filter(|reader| self.path_of(reader.action, keys).is_ok());
        if let Some(reader) = recalled {
            return self.look_with(vec![reader], keys, by).await;
        }
        let mut candidates = self.readers(action, keys, own_key);
        for reader in also {
            if candidates.iter().all(|known| known.action != reader.action) {
                candidates.push(reader.clone());
            }
        }
        self.look_with(candidates, keys, by).await
    }

    /// Looks through these reads before an action.
    pub async fn look_at_all(&mut self, actions: &[usize], keys: &BTreeMap<usize, String>, by: usize) -> Looks {
        let candidates = actions.iter().map(|action| Reader { action: *action, row: None }).collect();
        self.look_with(candidates, keys, by).await
    }

    async fn look_with(&mut self, candidates: Vec<Reader>, keys: &BTreeMap<usize, String>, by: usize) -> Looks {
        let mut readers = Vec::new();
        for reader in candidates {
            let first = self.observe(&reader, keys, by, Purpose::SetUp).await;
            let second = self.observe(&reader, keys, by, Purpose::SetUp).await;
            let noise = self.keep_noise(&reader, changed(&first, &second, &BTreeSet::new()));
            readers.push((reader, second, noise));
        }
        Looks { readers, path_keys: keys.clone(), by }
    }

    /// Finds the candidate that shows what the action just did; waits a little for services that are slow to tell.
    pub async fn calibrate(&mut self, looks: &Looks, canaries: &[String]) -> Option<Calibrated> {
        let started = Instant::now();
        let mut wait = Duration::from_millis(40);
        loop {
            for (reader, before, noise) in &looks.readers {
                // A record tells of refusals, too: without a canary nobody knows which of the two moved it.
                if canaries.is_empty() && self.is_of_record(reader.action) {
                    continue;
                }
                let after = self.observe(reader, &looks.path_keys, looks.by, Purpose::SetUp).await;
                let mut shows = changed(before, &after, noise);
                let shows_existence = before.exists != after.exists;
                // Where the change carries canaries, the witness must show one: a list also moves by itself.
                let carries =
                    |text: &String| canaries.iter().any(|canary| text.to_lowercase().contains(canary.as_str()));
                if !canaries.is_empty() && !shows_existence {
                    let of_canary: BTreeSet<String> = (after.fields.iter())
                        .filter(|(_, values)| values.iter().any(carries))
                        .map(|(path, _)| path.clone())
                        .collect();
                    if of_canary.is_empty() {
                        continue;
                    }
                    if !before.fields.is_empty() && of_canary.is_subset(&shows) {
                        shows = of_canary;
                    }
                }
                if !shows.is_empty() || shows_existence {
                    let lag =
                        if started.elapsed() < Duration::from_millis(30) { 0 } else { started.elapsed().as_millis() };
                    let witness = Witness {
                        action: self.action(reader.action).name(),
                        shows,
                        shows_existence,
                        lag_ms: u64::try_from(lag).unwrap_or(u64::MAX),
                        noise: noise.clone(),
                    };
                    return Some(Calibrated { reader: reader.clone(), witness });
                }
            }
            if looks.readers.is_empty() || LAG_MAX < started.elapsed() {
                return None;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    /// Whether a read shows what happened: the manifest's record, or what is called like one.
    fn is_of_record(&self, action: usize) -> bool {
        let path = self.action(action).address_path();
        if let RecordSource::Http(lines) = &self.manifest.record.source
            && lines.iter().any(|line| line.path.as_str().split('?').next() == Some(path.as_str()))
        {
            return true;
        }
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        words(last).iter().any(|word| RECORDS.contains(&singular(word).as_str()))
    }

    /// Looks again after attempts, as late as the service was seen to tell.
    pub async fn observe_late(
        &mut self,
        calibrated: &Calibrated,
        keys: &BTreeMap<usize, String>,
        by: usize,
    ) -> Observation {
        if 0 < calibrated.witness.lag_ms {
            let wait = Duration::from_millis(calibrated.witness.lag_ms * 2).min(LAG_MAX);
            tokio::time::sleep(wait).await;
        }
        self.observe(&calibrated.reader, keys, by, Purpose::Cell).await
    }

    /// What a witness sees before anything is tried on an object that was just made: a list that is slow to tell is waited
    /// for, or else whoever tries something next would be thought to have made it. What is not there because of what was
    /// done to it before is not waited for.
    pub async fn observe_before(
        &mut self,
        calibrated: &Calibrated,
        reached: &Reached,
        keys: &BTreeMap<usize, String>,
        by: usize,
        purpose: Purpose,
    ) -> Observation {
        let started = Instant::now();
        let is_slow = 0 < calibrated.witness.lag_ms && calibrated.reader.row.is_some();
        let shows_itself = reached.form != Form::AddChild || is_slow;
        let stands = reached.object.is_some() && reached.after.is_none() && shows_itself;
        loop {
            let seen = self.observe_settled(&calibrated.reader, keys, by, purpose).await;
            if seen.exists || !stands || STANDS_WITHIN <= started.elapsed() {
                return seen;
            }
            tokio::time::sleep(STANDS_WITHIN / 12).await;
        }
    }

    /// Looks until something that the witness shows has changed, or it never does.
    pub async fn observe_until_changed(
        &mut self,
        calibrated: &Calibrated,
        before: &Observation,
        keys: &BTreeMap<usize, String>,
        by: usize,
    ) -> Observation {
        let started = Instant::now();
        let mut wait = Duration::from_millis(50);
        loop {
            let now = self.observe(&calibrated.reader, keys, by, Purpose::Cell).await;
            let moved = changed(before, &now, &calibrated.witness.noise)
                .intersection(&calibrated.witness.shows)
                .next()
                .is_some();
            if moved || before.exists != now.exists || LAG_MAX < started.elapsed() {
                return now;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }
}

/// An answer as an observation: the whole of it, or the row with a key.
fn look(asked: &Asked, row: Option<&str>) -> Observation {
    if !asked.succeeded() {
        return Observation::default();
    }
    let Some(value) = asked.answer.value() else {
        let text: Vec<String> = asked.answer.text().split_whitespace().map(str::to_owned).collect();
        return Observation { exists: true, fields: BTreeMap::from([("text".to_owned(), text)]) };
    };
    match row {
        None => Observation { exists: true, fields: fields(&value) },
        Some(key) => match rows_with(&value, key).pop() {
            Some(row) => Observation { exists: true, fields: fields(row) },
            None => Observation::default(),
        },
    }
}
