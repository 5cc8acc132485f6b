//! Values about people: each agrees with its commitment, or was erased by an event that says so.

use std::collections::{BTreeMap, HashMap, HashSet};

use ledger::commitment::{Salt, of_value};
use ledger::event::Event;
use uuid::Uuid;

use super::{Fault, Report, Trust};
use crate::record::erase::{CHAIN_FACT, ERASE, Kept, owner_that_ends};
use crate::store::{Result, Tx};
use crate::values;

/// Who was erased when, and by which events.
pub(super) struct Private {
    /// The last time at which somebody was erased, or a chain of this owner, in microseconds since 1970.
    erased: BTreeMap<Uuid, i64>,
    /// Erasures that an event in the log tells: the event's id and what.
    told: HashSet<(Uuid, Whole)>,
    /// Erasures that marks name: the event's id, whom the value was about and whose chain it lay in, and the first event that
    /// has such a mark.
    named: HashMap<(Uuid, Uuid, Option<Uuid>), i64>,
}

/// What an erasure takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whole {
    /// Everything about a person.
    Person(Uuid),
    /// Everything in the chain of this organisation or client.
    Chain(Uuid),
}

impl Private {
    /// Reads the erasures first: a value must not be there any more where one of them came later. What the index says here
    /// is held against the events when they are read.
    pub(super) async fn read(tx: &mut Tx, trust: &Trust) -> Result<Self> {
        let mut private = Self { erased: BTreeMap::new(), told: HashSet::new(), named: HashMap::new() };
        for erased in &trust.erased {
            private.erased_at(erased.subject, erased.at.0);
        }
        let sealed = "SELECT e.body AS body FROM event_index i JOIN event e ON e.n = i.n WHERE i.act = $1";
        let waiting = "SELECT e.body AS body FROM event_pending p JOIN event e ON e.n = p.n";
        let mut rows = tx.all(sealed, values![ERASE]).await?;
        rows.extend(tx.all(waiting, vec![]).await?);
        for row in &rows {
            let Ok(event) = Event::parse(&row.get::<Vec<u8>>("body")?) else { continue };
            if let Some(Whole::Person(subject) | Whole::Chain(subject)) = erased_by(&event) {
                private.erased_at(subject, event.at().as_microsecond());
            }
        }
        Ok(private)
    }

    fn erased_at(&mut self, subject: Uuid, at: i64) {
        let last = self.erased.entry(subject).or_insert(at);
        *last = at.max(*last);
    }

    /// Takes in what stands beside an event.
    pub(super) fn take(&mut self, n: i64, event: &Event, beside: Beside, report: &mut Report) {
        self.told.extend(erased_by(event).map(|whole| (event.id(), whole)));
        let owner = owner_that_ends(&event.body().chain);
        for (field, found) in beside.0 {
            match found {
                Found::Erased { by, subject } => {
                    report.values_erased += 1;
                    self.named.entry((by, subject, owner)).or_insert(n);
                }
                Found::There { subject } => {
                    report.values += 1;
                    let erased =
                        [Some(subject), owner].into_iter().flatten().filter_map(|id| self.erased.get(&id)).max();
                    if erased.is_some_and(|erased| event.at().as_microsecond() < *erased) {
                        report.fault(Fault::Resurrected { n, field, subject });
                    }
                }
                Found::Wrong => report.fault(Fault::Value { n, field }),
                Found::Gone => report.fault(Fault::ValueGone { n, field }),
            }
        }
    }

    /// Every mark must name an erasure of that person, or of the chain that it lies in.
    pub(super) fn end(&self, report: &mut Report) {
        let is_told = |(by, subject, owner): &(Uuid, Uuid, Option<Uuid>)| {
            self.told.contains(&(*by, Whole::Person(*subject)))
                || owner.is_some_and(|owner| self.told.contains(&(*by, Whole::Chain(owner))))
        };
        let mut untold: Vec<_> = self.named.iter().filter(|(erasure, _)| !is_told(erasure)).collect();
        untold.sort_by_key(|(_, n)| **n);
        for (_, n) in untold {
            report.fault(Fault::ValueGone { n: *n, field: "(marked as erased, and no event says so)".to_owned() });
        }
    }
}

/// What stands beside one event, held against its commitments: by name, what was found.
pub(super) struct Beside(Vec<(String, Found)>);

/// What was found where a value about a person should be.
enum Found {
    /// The value that was committed to.
    There { subject: Uuid },
    /// The mark of an erasure.
    Erased { by: Uuid, subject: Uuid },
    /// Something else.
    Wrong,
    /// Nothing.
    Gone,
}

impl Beside {
    /// Reads it, which needs no other event.
    pub(super) fn read(event: &Event, private: Option<String>) -> Self {
        let commitments = &event.body().pii;
        let kept = private.map_or(Ok(Vec::new()), |private| serde_json::from_str::<Vec<Kept>>(&private));
        let Ok(kept) = kept else { return Self(vec![("(all of them)".to_owned(), Found::Wrong)]) };
        let gone = |field: &&String| !kept.iter().any(|kept| kept.field == **field);
        let gone: Vec<String> = commitments.keys().filter(gone).cloned().collect();
        let found = kept.into_iter().map(|Kept { field, subject, salt, value, erased }| {
            let found = match (salt, value, erased) {
                (None, None, Some(by)) if commitments.contains_key(&field) => Found::Erased { by, subject },
                (Some(salt), Some(value), None)
                    if commitments.get(&field)
                        == Some(&of_value(&Salt::new(salt.0), event.id(), &field, value.as_bytes())) =>
                {
                    Found::There { subject }
                }
                _ => Found::Wrong,
            };
            (field, found)
        });
        Self(found.chain(gone.into_iter().map(|field| (field, Found::Gone))).collect())
    }
}

/// What an event erased, if it is an erasure.
fn erased_by(event: &Event) -> Option<Whole> {
    let body = event.body();
    let subject = (body.act == ERASE).then(|| body.facts.get("subject"))??;
    let subject = subject.as_str()?.parse().ok()?;
    Some(if body.facts.contains_key(CHAIN_FACT) { Whole::Chain(subject) } else { Whole::Person(subject) })
}
