//! A state of the model, and the steps that lead out of it.

/// Events that writers write. Two are enough for every broken rule to be found out, and few enough to try every order.
const EVENTS: usize = 2;
/// Instances that seal.
const INSTANCES: usize = 2;
/// Instances that are killed in one run at the most.
const CRASHES: u8 = 2;

/// The rules, and ways to break them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    /// The sequencer takes what has a higher number than the last, instead of what waits.
    pub(crate) cursor: bool,
    /// Nobody waits for the row of the head.
    pub(crate) unlocked: bool,
    /// Nobody looks at the high-water mark before signing.
    pub(crate) unguarded: bool,
    /// The newest checkpoint in the database is given out, whether or not the high-water mark covers it.
    pub(crate) hasty: bool,
    /// A batch is sealed from the highest number down.
    pub(crate) reversed: bool,
    /// The leaf covers the value about a person, not a commitment to it.
    pub(crate) plain: bool,
}

/// An event's way into the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
enum Written {
    #[default]
    Not,
    /// Has its number, and is not committed. What was committed before it began is what it could see.
    Open {
        number: u8,
        seen: Vec<usize>,
    },
    Committed {
        number: u8,
        seen: Vec<usize>,
    },
}

/// A place in the log: an event, and whether its hash covers a value that was there.
type Leaf = (usize, bool);
/// A signed checkpoint: its epoch, and the leaves it covers.
type Checkpoint = (u8, Vec<Leaf>);

/// What lies in the database, and is lost when an older copy is put back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Database {
    events: [Written; EVENTS],
    numbers: u8,
    waiting: Vec<usize>,
    leaves: Vec<Leaf>,
    /// What was signed: the epoch, and how many leaves.
    signed: Vec<(u8, usize)>,
    erased: Option<usize>,
    epoch: u8,
}

/// What an instance that seals is doing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
enum Sealer {
    #[default]
    Idle,
    /// Holds the head and has read what waits; not committed.
    Sealing(Vec<usize>),
    /// Has committed; the checkpoint is not in the high-water file yet.
    Signed(Checkpoint),
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct State {
    database: Database,
    copy: Option<Database>,
    restored: bool,
    sealers: [Sealer; INSTANCES],
    crashes: u8,
    /// The file outside the database.
    high_water: Option<Checkpoint>,
    /// Checkpoints that somebody outside holds.
    outside: Vec<Checkpoint>,
}

impl State {
    /// Every step that may come next, and where it leads.
    pub(crate) fn steps(&self, rules: Rules) -> Vec<(String, Self)> {
        let mut steps = Vec::new();
        for event in 0..EVENTS {
            self.write(event, &mut steps);
        }
        for instance in 0..INSTANCES {
            self.seal(instance, rules, &mut steps);
        }
        self.hand_out(rules, &mut steps);
        self.misfortune(&mut steps);
        steps
    }

    fn write(&self, event: usize, steps: &mut Vec<(String, Self)>) {
        let mut next = self.clone();
        match &self.database.events[event] {
            Written::Not => {
                let committed = |event: &usize| matches!(self.database.events[*event], Written::Committed { .. });
                let seen = (0..EVENTS).filter(committed).collect();
                next.database.events[event] = Written::Open { number: self.database.numbers, seen };
                next.database.numbers += 1;
                steps.push((format!("event {event} begins"), next));
            }
            Written::Open { number, seen } => {
                next.database.events[event] = Written::Committed { number: *number, seen: seen.clone() };
                next.database.waiting.push(event);
                next.database.waiting.sort_unstable();
                steps.push((format!("event {event} commits"), next));
            }
            Written::Committed { .. } => {}
        }
    }

    fn number(&self, event: usize) -> u8 {
        match self.database.events[event] {
            Written::Open { number, .. } | Written::Committed { number, .. } => number,
            Written::Not => u8::MAX,
        }
    }

    fn seal(&self, instance: usize, rules: Rules, steps: &mut Vec<(String, Self)>) {
        let mut next = self.clone();
        match &self.sealers[instance] {
            Sealer::Idle => {
                let held = self.sealers.iter().any(|sealer| matches!(sealer, Sealer::Sealing(_)));
                if (held && !rules.unlocked) || !(rules.unguarded || self.continues_high_water()) {
                    return;
                }
                if let Some(checkpoint) = self.newest_signed().filter(|newest| self.is_new(newest)) {
                    let mut caught_up = self.clone();
                    caught_up.high_water = Some(checkpoint);
                    steps.push((format!("instance {instance} writes the high-water mark of another"), caught_up));
                }
                let batch = self.batch(rules);
                if !batch.is_empty() {
                    next.sealers[instance] = Sealer::Sealing(batch);
                    steps.push((format!("instance {instance} takes the head"), next));
                }
            }
            Sealer::Sealing(batch) => {
                for &event in batch {
                    let value_there = self.database.erased != Some(event);
                    next.database.leaves.push((event, rules.plain && value_there));
                    next.database.waiting.retain(|waiting| *waiting != event);
                }
                let checkpoint = (next.database.epoch, next.database.leaves.clone());
                next.database.signed.push((checkpoint.0, checkpoint.1.len()));
                next.sealers[instance] = Sealer::Signed(checkpoint);
                steps.push((format!("instance {instance} seals and signs"), next));
            }
            Sealer::Signed(checkpoint) => {
                if self.is_new(checkpoint) {
                    next.high_water = Some(checkpoint.clone());
                }
                next.sealers[instance] = Sealer::Idle;
                steps.push((format!("instance {instance} writes the high-water mark"), next));
            }
        }
    }

    /// What the next batch holds, in order.
    fn batch(&self, rules: Rules) -> Vec<usize> {
        let database = &self.database;
        let mut batch: Vec<usize> = if rules.cursor {
            let last = database.leaves.iter().map(|(event, _)| self.number(*event)).max();
            let committed = |event: &usize| matches!(database.events[*event], Written::Committed { .. });
            (0..EVENTS).filter(committed).filter(|event| last.is_none_or(|last| self.number(*event) > last)).collect()
        } else {
            database.waiting.clone()
        };
        batch.sort_by_key(|event| self.number(*event));
        if rules.reversed {
            batch.reverse();
        }
        batch
    }

    fn checkpoint(&self, (epoch, size): (u8, usize)) -> Checkpoint {
        (epoch, self.database.leaves[..size].to_vec())
    }

    fn newest_signed(&self) -> Option<Checkpoint> {
        self.database.signed.last().map(|signed| self.checkpoint(*signed))
    }

    /// Whether the high-water mark stands below a checkpoint.
    fn is_new(&self, checkpoint: &Checkpoint) -> bool {
        let below = |mark: &Checkpoint| (mark.0, mark.1.len()) < (checkpoint.0, checkpoint.1.len());
        self.high_water.as_ref().is_none_or(below)
    }

    /// Somebody asks for a checkpoint: an anchor, a client for a slice or a proof.
    fn hand_out(&self, rules: Rules, steps: &mut Vec<(String, Self)>) {
        let covered = |(epoch, size): &&(u8, usize)| {
            let mark = self.high_water.as_ref();
            rules.hasty || mark.is_some_and(|(marked, leaves)| marked == epoch && *size <= leaves.len())
        };
        let newest = self.database.signed.iter().rev().find(covered).map(|signed| self.checkpoint(*signed));
        if let Some(checkpoint) = newest.filter(|newest| !self.outside.contains(newest)) {
            let mut next = self.clone();
            next.outside.push(checkpoint);
            next.outside.sort();
            steps.push(("somebody is given the newest checkpoint".to_owned(), next));
        }
    }

    /// Whether the log goes on from what was signed last.
    fn continues_high_water(&self) -> bool {
        let Some((epoch, leaves)) = &self.high_water else { return true };
        *epoch < self.database.epoch || self.database.leaves.starts_with(leaves)
    }

    fn misfortune(&self, steps: &mut Vec<(String, Self)>) {
        if self.crashes < CRASHES {
            for instance in (0..INSTANCES).filter(|instance| self.sealers[*instance] != Sealer::Idle) {
                let mut next = self.clone();
                next.sealers[instance] = Sealer::Idle;
                next.crashes += 1;
                steps.push((format!("instance {instance} is killed"), next));
            }
        }
        if self.copy.is_none() {
            let mut next = self.clone();
            next.copy = Some(self.database.clone());
            steps.push(("a backup is made".to_owned(), next));
        }
        if let (Some(copy), false) = (&self.copy, self.restored) {
            let mut next = self.clone();
            next.database = copy.clone();
            for event in &mut next.database.events {
                if matches!(event, Written::Open { .. }) {
                    *event = Written::Not;
                }
            }
            next.sealers = Default::default();
            next.restored = true;
            steps.push(("the backup is restored".to_owned(), next));
        }
        if self.restored && !self.continues_high_water() {
            let mut next = self.clone();
            next.database.epoch += 1;
            steps.push(("a new epoch is begun, for everybody to see".to_owned(), next));
        }
        if let (None, Some((event, _))) = (self.database.erased, self.database.leaves.first()) {
            let mut next = self.clone();
            next.database.erased = Some(*event);
            steps.push((format!("the value of event {event} is erased"), next));
        }
    }

    /// The number of the first invariant that does not hold.
    pub(crate) fn broken(&self, rules: Rules) -> Option<usize> {
        let database = &self.database;
        let place = |event: usize| database.leaves.iter().position(|(sealed, _)| *sealed == event);
        let committed = |event: usize| matches!(database.events[event], Written::Committed { .. });
        let places = |event: usize| database.leaves.iter().filter(|(sealed, _)| *sealed == event).count();
        if (0..EVENTS).any(|event| committed(event) && places(event) == 0 && !self.waits(event, rules)) {
            return Some(0);
        }
        if (0..EVENTS).any(|event| places(event) > 1 || (places(event) == 1 && self.waits(event, rules))) {
            return Some(1);
        }
        if self.forked() {
            return Some(2);
        }
        for event in 0..EVENTS {
            let (Written::Committed { seen, .. }, Some(here)) = (&database.events[event], place(event)) else {
                continue;
            };
            if seen.iter().any(|cause| place(*cause).is_none_or(|before| before > here)) {
                return Some(3);
            }
        }
        let covers_lost_value = |leaf: &Leaf| leaf.1 && database.erased == Some(leaf.0);
        database.leaves.iter().any(covers_lost_value).then_some(4)
    }

    /// Whether an event that is committed will be sealed some day.
    fn waits(&self, event: usize, rules: Rules) -> bool {
        let committed = matches!(self.database.events[event], Written::Committed { .. });
        if rules.cursor {
            let sealed = self.database.leaves.iter().map(|(sealed, _)| self.number(*sealed)).max();
            committed && sealed.is_none_or(|last| self.number(event) > last)
        } else {
            self.database.waiting.contains(&event)
        }
    }

    /// Whether two checkpoints of one epoch contradict each other.
    fn forked(&self) -> bool {
        let continues = |one: &Checkpoint, other: &Checkpoint| {
            one.0 != other.0 || one.1.starts_with(&other.1) || other.1.starts_with(&one.1)
        };
        self.outside.iter().any(|one| self.outside.iter().any(|other| !continues(one, other)))
    }
}
