//! The toy world: a database of its own for each story, three people in two organisations, and a clock that is set by
//! hand.
//!
//! A story is an `async fn(World)`; [`on_both!`] runs it on SQLite and, where `TEST_POSTGRES_URL` names a server, on
//! PostgreSQL.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::IntoFuture;
use std::sync::Arc;

use door::ledger::event::{Body, Event};
use door::store::{Engine, Migration, Row, Settings, Store, Value};
use door::{
    Catalogue, Credential, Door, HandClock, Input, Later, MIGRATIONS, Parts, Reply, Request, Result, Time, values,
};
use serde_json::json;
use uuid::Uuid;

use crate::{deeds, library};

/// Two organisations. Ann administers the first and Bob reads in it; Cy administers the second; Dee is in neither.
pub(crate) const NORTH: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0010);
pub(crate) const SOUTH: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0020);
pub(crate) const CLIENT: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0011);
/// Name, id, and the organisation with whether it is administered.
type Somebody = (&'static str, Uuid, Option<(Uuid, bool)>);
const PEOPLE: [Somebody; 4] = [
    ("ann", Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00a0), Some((NORTH, true))),
    ("bob", Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00b0), Some((NORTH, false))),
    ("cy", Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00c0), Some((SOUTH, true))),
    ("dee", Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00d0), None),
];

/// The id of a person by name.
pub(crate) fn person(name: &str) -> Uuid {
    PEOPLE.iter().find(|(known, ..)| *known == name).unwrap().1
}

/// Half past five on a summer's day.
pub(crate) const START: Time = Time(1_782_322_200_000_000);

/// Every migration of the toy world.
pub(crate) fn migrations() -> Vec<Migration> {
    let mut all = MIGRATIONS.to_vec();
    all.push(Migration { version: all.last().unwrap().version + 1, ..library::MIGRATION });
    all
}

/// Makes a test for each engine of each story.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {$(
        mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                crate::world::tell(door::store::Engine::Sqlite, super::$story).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                crate::world::tell(door::store::Engine::Postgres, super::$story).await;
            }
        }
    )*};
}
pub(crate) use on_both;

/// Tells a story on this engine.
pub(crate) async fn tell<F: Future<Output = ()>>(engine: Engine, story: impl FnOnce(World) -> F) {
    if let Some(world) = World::on(engine).await {
        let database = world.database.clone();
        story(world).await;
        database.remove().await;
    }
}

/// A database of one story.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) settings: Settings,
    /// Lives as long as the story.
    _directory: Arc<tempfile::TempDir>,
    schema: Option<(String, String)>,
}

impl Database {
    /// An empty one. `None`, said aloud, where PostgreSQL is asked for and there is none.
    pub(crate) async fn empty(engine: Engine) -> Option<Self> {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        if engine == Engine::Sqlite {
            let settings = Settings::Sqlite(directory.path().join("world.db"));
            return Some(Self { settings, _directory: directory, schema: None });
        }
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            say_skipped();
            return None;
        };
        // A schema is made in a few milliseconds, a database is not.
        let schema = format!("story_{}", door::id::uuid_at(START).simple());
        run_on(&url, format!("CREATE SCHEMA {schema}")).await;
        let settings = Settings::Postgres(format!("{url}?options=-csearch_path%3D{schema}"));
        Some(Self { settings, _directory: directory, schema: Some((url, schema)) })
    }

    /// One more connection to it.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.settings).await.unwrap()
    }

    /// Takes a schema away. A directory goes by itself.
    pub(crate) async fn remove(self) {
        if let Some((url, schema)) = self.schema {
            run_on(&url, format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

/// Past the test runner's capture: nobody shall think that it ran.
fn say_skipped() {
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        b"SKIPPED: TEST_POSTGRES_URL names no PostgreSQL server: export TEST_POSTGRES_URL=$(.ci/postgres)\n",
    );
}

async fn run_on(url: &str, sql: String) {
    let store = Store::open(&Settings::Postgres(url.to_owned())).await.unwrap();
    let mut tx = store.write(true).await.unwrap();
    tx.run(sql.leak(), vec![]).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

/// A door over a database with people in it.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) store: Store,
    pub(crate) door: Arc<Door>,
    pub(crate) clock: Arc<HandClock>,
}

impl World {
    async fn on(engine: Engine) -> Option<Self> {
        let database = Database::empty(engine).await?;
        let store = database.open().await;
        store.migrate(&migrations(), START).await.unwrap();
        let clock = Arc::new(HandClock::at(START));
        let door = door_over(store.clone(), Arc::clone(&clock), deeds::catalogue()).await;
        let world = Self { database, store, door, clock };
        for (name, id, member) in PEOPLE {
            world.write("INSERT INTO person (id, name) VALUES ($1, $2)", values![id, name]).await.unwrap();
            if let Some((organisation, admin)) = member {
                let sql = "INSERT INTO member (person, organisation, admin) VALUES ($1, $2, $3)";
                world.write(sql, values![id, organisation, admin]).await.unwrap();
            }
        }
        Some(world)
    }

    /// Which engine the story runs on.
    pub(crate) fn engine(&self) -> Engine {
        self.store.engine()
    }

    /// The same world with other rules.
    pub(crate) async fn with(&self, catalogue: Catalogue) -> Self {
        let door = door_over(self.store.clone(), Arc::clone(&self.clock), catalogue).await;
        Self { database: self.database.clone(), store: self.store.clone(), door, clock: Arc::clone(&self.clock) }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.set(self.door.now().plus_seconds(seconds));
    }

    /// Begins a request.
    pub(crate) fn ask(&self, action: &'static str) -> Ask {
        Ask { door: Arc::clone(&self.door), action, request: Request::default() }
    }

    /// A new shelf of Ann's in the north.
    pub(crate) async fn shelf(&self, title: &str) -> Uuid {
        made(&self.ask("shelf.make").by("ann").with(json!({ "title": title })).await.unwrap())
    }

    /// A new book on a shelf in the north.
    pub(crate) async fn book(&self, shelf: Uuid, title: &str, secret: &str) -> Uuid {
        let new = json!({ "title": title, "secret": secret });
        made(&self.ask("book.add").by("ann").on("shelf", shelf).with(new).await.unwrap())
    }

    /// Runs one statement past the door, in a transaction of its own.
    pub(crate) async fn write(&self, sql: &'static str, values: Vec<Value>) -> door::store::Result<u64> {
        let mut tx = self.store.write(true).await?;
        let touched = tx.run(sql, values).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Reads past the door.
    pub(crate) async fn read(&self, sql: &'static str, values: Vec<Value>) -> Vec<Row> {
        self.store.read().await.unwrap().all(sql, values).await.unwrap()
    }

    /// The number of rows in a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.read(format!("SELECT count(*) AS n FROM {table}").leak(), vec![]).await[0].get("n").unwrap()
    }

    /// Every event's body in order.
    pub(crate) async fn events(&self) -> Vec<Body> {
        let rows = self.read("SELECT body FROM event ORDER BY n", vec![]).await;
        rows.iter().map(|row| Event::parse(&row.get::<Vec<u8>>("body").unwrap()).unwrap().body().clone()).collect()
    }

    /// The last event's body.
    pub(crate) async fn last_event(&self) -> Body {
        self.events().await.pop().unwrap()
    }

    /// Everything that is in the database, by table.
    pub(crate) async fn everything(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for table in self.tables().await {
            let rows = self.read(format!("SELECT * FROM {table}").leak(), vec![]).await;
            let mut rows: Vec<String> = rows.iter().map(|row| row.canonical(&[]).unwrap()).collect();
            rows.sort();
            all.insert(
                table,
                rows.into_iter().fold(String::new(), |mut text, row| {
                    let _ = writeln!(text, "{row}");
                    text
                }),
            );
        }
        all
    }

    /// The names of all tables.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let sql = match self.engine() {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
            Engine::Postgres => {
                "SELECT table_name::text AS name FROM information_schema.tables \
                 WHERE table_schema = current_schema() ORDER BY table_name"
            }
        };
        self.read(sql, vec![]).await.iter().map(|row| row.get("name").unwrap()).collect()
    }
}

/// A door over a migrated database.
pub(crate) async fn door_over(store: Store, clock: Arc<HandClock>, catalogue: Catalogue) -> Arc<Door> {
    let parts = Parts {
        catalogue,
        grounds: Arc::new(library::Library),
        store,
        clock,
        sealer: None,
        public_origin: "https://library.example".to_owned(),
        observer: "library@1.0.0",
        world: Arc::new(()),
    };
    Door::new(parts).await.unwrap()
}

/// A door over a migrated database that signs its log.
pub(crate) async fn door_with(store: Store, now: Time, sealer: door::Sealer) -> Arc<Door> {
    let parts = Parts {
        catalogue: deeds::catalogue(),
        grounds: Arc::new(library::Library),
        store,
        clock: Arc::new(HandClock::at(now)),
        sealer: Some(Arc::new(sealer)),
        public_origin: "https://library.example".to_owned(),
        observer: "library@1.0.0",
        world: Arc::new(()),
    };
    Door::new(parts).await.unwrap()
}

/// The id that an action gave.
pub(crate) fn made(reply: &Reply) -> Uuid {
    reply.output["id"].as_str().unwrap().parse().unwrap()
}

/// A request that is being put together. Awaiting it sends it.
#[derive(Clone)]
pub(crate) struct Ask {
    door: Arc<Door>,
    action: &'static str,
    request: Request,
}

impl Ask {
    /// Who asks, with a header token.
    pub(crate) fn by(mut self, name: &str) -> Self {
        self.request.credential = Credential::Bearer(name.to_owned().into());
        self
    }

    /// Who asks, with a cookie.
    pub(crate) fn by_cookie(mut self, name: &str) -> Self {
        self.request.credential = Credential::Cookie(name.to_owned().into());
        self
    }

    /// The next id of the path.
    pub(crate) fn on(mut self, kind: &'static str, id: Uuid) -> Self {
        self.request.ids.0.push((kind, id));
        self
    }

    /// The input as a JSON document.
    pub(crate) fn with(mut self, input: impl serde::Serialize) -> Self {
        self.request.input = Input::Json(serde_json::to_vec(&input).unwrap());
        self
    }

    /// The input as bytes.
    pub(crate) fn with_bytes(mut self, input: &[u8]) -> Self {
        self.request.input = Input::Json(input.to_vec());
        self
    }

    /// The idempotency key.
    pub(crate) fn key(mut self, key: &str) -> Self {
        self.request.key = Some(key.to_owned());
        self
    }

    /// The source address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.request.origin.address = Some(address.parse().unwrap());
        self
    }

    /// A device that is known to its person.
    pub(crate) fn known_as(mut self, device: &str) -> Self {
        self.request.origin.device = Some(device.to_owned());
        self
    }

    /// What a browser says about the page that led here.
    pub(crate) fn led_by(mut self, fetch_site: &str) -> Self {
        self.request.origin.fetch_site = Some(fetch_site.to_owned());
        self
    }
}

impl IntoFuture for Ask {
    type Output = Result<Reply>;
    type IntoFuture = Later<'static, Result<Reply>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.door.pass(self.action, self.request).await })
    }
}
