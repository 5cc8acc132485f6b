//! The state of a service: people, sessions, rows, and the record.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::call::Call;
use super::chance;

/// How keys look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Keys {
    /// `1001`, a JSON number.
    #[default]
    Serial,
    Uuid,
    /// `the-title-7`.
    Slug,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) tenant: String,
    pub(crate) role: String,
    /// What he says about himself.
    pub(crate) profile: Map<String, Value>,
}

/// An object of any noun.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) noun: &'static str,
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) tenant: String,
    pub(crate) parent: Option<String>,
    /// Persons, beside the owner, who take part.
    pub(crate) members: Vec<String>,
    pub(crate) fields: Map<String, Value>,
}

/// One line of the record.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// When it can be read at the earliest.
    arrives: Instant,
    /// The actor's.
    tenant: String,
    said: Value,
}

impl Event {
    /// Whether it ended like this: `done`, `refused`.
    pub(crate) fn has(&self, result: &str) -> bool {
        self.said.get("result").and_then(Value::as_str) == Some(result)
    }
}

/// Everything that a service remembers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) keys: Keys,
    pub(crate) people: Vec<Person>,
    pub(crate) rows: Vec<Row>,
    /// Token and person.
    pub(crate) sessions: Vec<(String, String)>,
    /// The record, oldest first.
    pub(crate) events: Vec<Event>,
    /// How long an event takes to arrive: the nth event by the nth delay, over and over. Empty: at once.
    pub(crate) delays: Vec<Duration>,
    /// What is limited, and when it happened.
    limited: BTreeMap<String, Vec<Instant>>,
    /// Free numbers for liars that count something.
    pub(crate) counters: BTreeMap<&'static str, u64>,
    /// Changes that take effect later: the instant, and what to do.
    later: Vec<(Instant, Later)>,
    serial: u64,
}

type Later = Box<dyn FnOnce(&mut World) + Send>;

/// How long something that is limited is remembered.
const LIMIT_WINDOW: Duration = Duration::from_millis(1_500);

impl World {
    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(crate) fn person_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.id == id)
    }

    /// The caller's role; empty for anonymous.
    pub(crate) fn role(&self, call: &Call) -> &str {
        self.person(call.me()).map_or("", |person| &person.role)
    }

    /// The caller's tenant; empty for anonymous.
    pub(crate) fn tenant(&self, call: &Call) -> &str {
        self.person(call.me()).map_or("", |person| &person.tenant)
    }

    /// Adds a person; a service of plain users makes each his own tenant.
    pub(crate) fn add_person(&mut self, name: &str, password: &str, tenant: &str, role: &str) -> String {
        let id = self.new_key(name);
        let tenant = if tenant.is_empty() { id.clone() } else { tenant.to_owned() };
        self.people.push(Person {
            id: id.clone(),
            name: name.to_owned(),
            password: password.to_owned(),
            tenant,
            role: role.to_owned(),
            profile: Map::new(),
        });
        id
    }

    pub(crate) fn row(&self, noun: &str, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.noun == noun && row.id == id)
    }

    pub(crate) fn row_mut(&mut self, noun: &str, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.noun == noun && row.id == id)
    }

    /// Removes a row and everything below it.
    pub(crate) fn remove(&mut self, noun: &str, id: &str) {
        self.rows.retain(|row| !(row.noun == noun && row.id == id) && row.parent.as_deref() != Some(id));
    }

    /// A key that no row had before; `words` colour a slug.
    pub(crate) fn new_key(&mut self, words: &str) -> String {
        self.serial += 1;
        match self.keys {
            Keys::Serial => (1_000 + self.serial).to_string(),
            Keys::Uuid => chance::uuid(),
            Keys::Slug => {
                let slug: String = words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                format!("{}-{}", slug.to_lowercase(), self.serial)
            }
        }
    }

    /// A key as it stands in JSON.
    pub(crate) fn key(&self, id: &str) -> Value {
        match self.keys {
            Keys::Serial => id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number)),
            Keys::Uuid | Keys::Slug => json!(id),
        }
    }

    /// A row as its readers see it.
    pub(crate) fn show(&self, row: &Row) -> Value {
        let mut shown = Map::new();
        shown.insert("id".into(), self.key(&row.id));
        shown.extend(row.fields.clone());
        shown.insert("owner".into(), self.key(&row.owner));
        Value::Object(shown)
    }

    /// A new session.
    pub(crate) fn open_session(&mut self, person: &str) -> String {
        let token = format!("s-{}", chance::nonce());
        self.sessions.push((token.clone(), person.to_owned()));
        token
    }

    /// Whether this has happened `max` times in the last [`LIMIT_WINDOW`].
    pub(crate) fn is_limited(&self, what: &str, max: usize) -> bool {
        let recent = self.limited.get(what).map_or(0, |at| at.iter().filter(|at| at.elapsed() < LIMIT_WINDOW).count());
        max <= recent
    }

    /// Counts one more of what is limited.
    pub(crate) fn count(&mut self, what: &str) {
        self.limited.entry(what.to_owned()).or_default().push(Instant::now());
    }

    /// Writes into the record.
    pub(crate) fn record(&mut self, call: &Call, action: &str, object: &str, result: &str) {
        let delay = match self.delays.as_slice() {
            [] => Duration::ZERO,
            delays => delays[self.events.len() % delays.len()],
        };
        let actor = self.person(call.me()).map_or("anonymous", |person| &person.name).to_owned();
        let said = json!({
            "id": self.events.len() + 1,
            "at": chance::now().to_string(),
            "actor": actor,
            "action": action,
            "object": object,
            "source": "127.0.0.1",
            "result": result,
        });
        let tenant = self.tenant(call).to_owned();
        self.events.push(Event { arrives: Instant::now() + delay, tenant, said });
    }

    /// The events that have arrived, in the order of their arrival: one tenant's, or everybody's.
    pub(crate) fn arrived(&self, tenant: Option<&str>) -> Vec<Value> {
        let now = Instant::now();
        let is_meant = |event: &&Event| event.arrives <= now && tenant.is_none_or(|tenant| tenant == event.tenant);
        let mut arrived: Vec<&Event> = self.events.iter().filter(is_meant).collect();
        arrived.sort_by_key(|event| event.arrives);
        arrived.into_iter().map(|event| event.said.clone()).collect()
    }

    /// Does something after a while.
    pub(crate) fn after(&mut self, delay: Duration, what: impl FnOnce(&mut Self) + Send + 'static) {
        self.later.push((Instant::now() + delay, Box::new(what)));
    }

    /// Does what has become due; called before each request.
    pub(crate) fn settle(&mut self) {
        let now = Instant::now();
        let (due, waiting) = std::mem::take(&mut self.later).into_iter().partition(|(at, _)| *at <= now);
        self.later = waiting;
        let due: Vec<(Instant, Later)> = due;
        for (_, what) in due {
            what(self);
        }
    }
}
