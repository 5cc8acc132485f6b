//! A house with people in it: two organisations, two clients, one project with everybody whom the rules speak of.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{Request, StatusCode};
use door::store::{Engine, Settings, Store};
use door::{Door, HandClock, Time};
use portal::Parts;
use portal::connections::{self, Limits};
use portal::data::Data;
use portal::identity::factor::Secret;
use portal::settings::{Cli, Command, Place, Serve};
use portal::wires::{Peer, Proxies, console};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::factor::set_up;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a fine long password";
/// Half past five on a summer's day.
pub(crate) const START: Time = Time(1_782_322_200_000_000);

/// Runs an `async fn(House)` on SQLite and, where there is a server, on PostgreSQL.
macro_rules! on_both {
    ($($(#[$meta:meta])* $story:ident),* $(,)?) => {$(
        mod $story {
            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                if let Some(house) = $crate::house::House::build(door::store::Engine::Sqlite).await {
                    super::$story(house).await;
                }
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(house) = $crate::house::House::build(door::store::Engine::Postgres).await {
                    super::$story(house).await;
                }
            }
        }
    )*};
}
pub(crate) use on_both;

/// A portal over a database of its own.
pub(crate) struct House {
    pub(crate) door: Arc<Door>,
    pub(crate) clock: Arc<HandClock>,
    app: Router,
    /// The authenticator apps of those who sign in with one, by name.
    factors: Mutex<BTreeMap<String, Secret>>,
    /// Where requests come from, where a story has moved.
    address: Mutex<Option<SocketAddr>>,
    pub(crate) place: Place,
    /// Deleted with the house.
    pub(crate) directory: tempfile::TempDir,
}

/// An answer of the JSON interface.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The text at a key of the body.
    pub(crate) fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_else(|| panic!("no {key} in {self:?}")).to_owned()
    }
}

/// Says that a test did not run, past the test runner's capture: it must be seen.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// The address of an empty database of a house's own; `None` when there is no server, which is said.
pub(crate) async fn empty_postgres() -> Option<String> {
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        skipped("TEST_POSTGRES_URL names no PostgreSQL server: export TEST_POSTGRES_URL=$(.ci/postgres)");
        return None;
    };
    let schema = format!("house_{}", door::id::uuid_at(START).simple());
    let store = Store::open(&Settings::Postgres(url.clone())).await.unwrap();
    let mut tx = store.write(true).await.unwrap();
    tx.run(format!("CREATE SCHEMA {schema}").leak(), vec![]).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    Some(format!("{url}?options=-csearch_path%3D{schema}"))
}

impl House {
    /// Builds one; `None` when there is no PostgreSQL to build it on, which is said.
    pub(crate) async fn build(engine: Engine) -> Option<Self> {
        Self::build_with(engine, Parts::real()).await
    }

    /// The same with altered parts.
    pub(crate) async fn build_with(engine: Engine, parts: Parts) -> Option<Self> {
        Self::over(engine, parts, false).await
    }

    /// The same as a demo.
    pub(crate) async fn build_demo(engine: Engine) -> Option<Self> {
        Self::over(engine, Parts::real(), true).await
    }

    async fn over(engine: Engine, mut parts: Parts, demo: bool) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(empty_postgres().await?),
        };
        let clock = Arc::new(HandClock::at(START));
        parts.clock = clock.clone();
        parts.program = env!("CARGO_BIN_EXE_plimsoll-portal").into();
        let place = Place { data: directory.path().to_owned(), database };
        Self::at(place, parts, clock, demo, directory).await
    }

    /// One on SQLite that a browser of this machine can reach, on a port of its own.
    pub(crate) async fn listening() -> (Self, String) {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at(START));
        let place = Place { data: directory.path().to_owned(), database: None };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Keys are made for names, and browsers take this one without HTTPS.
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let parts = Parts { clock: clock.clone(), ..Parts::real() };
        let house = Self::reached_at(&origin, place, parts, clock, false, directory).await;
        let (app, forever) = (house.app.clone(), std::future::pending());
        tokio::spawn(connections::serve(listener, app, Proxies::default(), Limits::default(), forever));
        (house, origin)
    }

    /// A portal over what lies in a directory, or in the database that its place names.
    pub(crate) async fn at(
        place: Place,
        parts: Parts,
        clock: Arc<HandClock>,
        demo: bool,
        directory: tempfile::TempDir,
    ) -> Option<Self> {
        Some(Self::reached_at("http://house.example", place, parts, clock, demo, directory).await)
    }

    async fn reached_at(
        origin: &str,
        place: Place,
        parts: Parts,
        clock: Arc<HandClock>,
        demo: bool,
        directory: tempfile::TempDir,
    ) -> Self {
        let data = Data::open(&place).unwrap();
        let door = parts.door(&data, &place, origin, demo).await.unwrap();
        let app = portal::serve::router(&door, &serve(&place))
            .unwrap()
            .layer(MockConnectInfo(Peer(SocketAddr::from(([192, 0, 2, 7], 4711)))));
        Self { door, clock, app, factors: Mutex::default(), address: Mutex::default(), place, directory }
    }

    /// The same house under other rules.
    pub(crate) async fn under(self, mut parts: Parts) -> Self {
        let Self { door, clock, place, directory, .. } = self;
        door.close().await;
        parts.clock = clock.clone();
        Self::at(place, parts, clock, false, directory).await.unwrap()
    }

    /// The same house under other rules, reached over HTTPS.
    pub(crate) async fn under_https(self, mut parts: Parts) -> Self {
        let Self { door, clock, place, directory, .. } = self;
        door.close().await;
        parts.clock = clock.clone();
        Self::reached_at("https://house.example", place, parts, clock, false, directory).await
    }

    /// The same house over an older copy of its embedded database. What lies beside the database stays as it is.
    pub(crate) async fn put_back(self, copy: &std::path::Path, database: &std::path::Path) -> Self {
        let Self { door, clock, place, directory, .. } = self;
        door.close().await;
        let _ = std::fs::remove_file(format!("{}-shm", database.display()));
        for ending in ["", "-wal"] {
            std::fs::copy(format!("{}{ending}", copy.display()), format!("{}{ending}", database.display())).unwrap();
        }
        let parts = Parts { clock: clock.clone(), ..Parts::real() };
        Self::at(place, parts, clock, false, directory).await.unwrap()
    }

    /// Does an action of the console.
    pub(crate) async fn operator(&self, action: &str, input: Value) -> Value {
        console::pass(&self.door, action, &input.to_string()).await.unwrap()
    }

    /// Sends any request.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
        if let Some(address) = *self.address.lock().unwrap() {
            request.extensions_mut().insert(ConnectInfo(Peer(address)));
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    /// Asks the JSON interface.
    pub(crate) async fn ask(&self, token: &str, verb: &str, path: &str, body: Value) -> Answer {
        let mut request = Request::builder().method(verb).uri(format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let (status, _, bytes) = self.send(request.body(body).unwrap()).await;
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        Answer { status: status.as_u16(), body }
    }

    /// Signs somebody in and gives the session's secret: with the second step, where an app was set up by [`House::with_app`].
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let input = json!({"mail": format!("{name}@example.com"), "password": PASSWORD});
        let token = self.ask("", "POST", "/session", input).await.text("token");
        let Some(factor) = self.factors.lock().unwrap().get(name).cloned() else { return token };
        let code = json!({ "code": self.next_code(&factor) });
        self.ask(&token, "POST", "/session/confirm", code).await.text("token")
    }

    /// Gives somebody an authenticator app, with which every later sign-in goes: for what the password alone is not enough.
    pub(crate) async fn with_app(&self, name: &str, token: &str) {
        let (factor, _) = set_up(self, token).await;
        self.factors.lock().unwrap().insert(name.to_owned(), factor);
    }

    /// A code that was not used yet. Time goes on for it: a code is good once.
    pub(crate) fn next_code(&self, factor: &Secret) -> String {
        self.clock.set(self.door.now().plus_seconds(30));
        factor.code(self.door.now())
    }

    /// Every request comes from there from now on; from `192.0.2.7` until then.
    pub(crate) fn move_to(&self, address: &str) {
        *self.address.lock().unwrap() = Some(SocketAddr::from((address.parse::<std::net::IpAddr>().unwrap(), 4711)));
    }

    /// How many events there are, and how many rows have moved.
    pub(crate) async fn count(&self) -> (i64, i64) {
        let mut tx = self.door.store().read().await.unwrap();
        let row = tx
            .one("SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM change) AS changes", vec![])
            .await
            .unwrap();
        (row.get("events").unwrap(), row.get("changes").unwrap())
    }
}

/// The settings of a portal that is not listened to.
fn serve(place: &Place) -> Serve {
    let cli = <Cli as clap::Parser>::parse_from(["portal", "serve"]);
    let Command::Serve(mut serve) = cli.command else { panic!("serve") };
    serve.place = place.clone();
    *serve
}

/// Who is who, by name, and what there is.
pub(crate) struct People {
    /// Sessions by name.
    pub(crate) tokens: BTreeMap<&'static str, String>,
    /// Persons by name.
    pub(crate) ids: BTreeMap<&'static str, Uuid>,
    pub(crate) organisation: Uuid,
    pub(crate) client: Uuid,
    pub(crate) project: Uuid,
    pub(crate) other_project: Uuid,
    pub(crate) credential: Uuid,
    /// Nobody's, until somebody makes one.
    pub(crate) webhook: Uuid,
    pub(crate) hold: Uuid,
    pub(crate) incident: Uuid,
    pub(crate) invitation: Uuid,
    pub(crate) service: Uuid,
    pub(crate) domain: Uuid,
    pub(crate) group: Uuid,
    pub(crate) request: Uuid,
    pub(crate) version: Uuid,
    pub(crate) upload: Uuid,
}

impl People {
    pub(crate) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }
}

fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// Moves in: `owner`, `admin`, `runs` (staff, project admin), `works` (staff, contributor), `reads` (staff, viewer),
/// `beside` (staff, in no project), `their_admin` and `their_member` of the client, `other_client` of another one,
/// `elsewhere` (owner of the other organisation), `suspended` (there, and active elsewhere), `gone` (active nowhere).
pub(crate) async fn move_in(house: &House) -> People {
    let mut ids = BTreeMap::new();
    let found = |name: &str, owner: &str, clients: &[&str]| json!({"name": name, "owner": owner, "mail": format!("{owner}@example.com"), "password": PASSWORD, "clients": clients});
    let here = house.operator("organisation.create", found("Halden", "owner", &["Brightwater", "Kestrel"])).await;
    let there = house.operator("organisation.create", found("Pallas", "elsewhere", &["Mill"])).await;
    let (organisation, other_organisation) = (id(&here["organisation"]), id(&there["organisation"]));
    let (client, other_client) = (id(&here["clients"][0]), id(&here["clients"][1]));
    ids.insert("owner", id(&here["person"]));
    ids.insert("elsewhere", id(&there["person"]));
    let people: [(&'static str, &str, Option<Uuid>); 10] = [
        ("admin", "admin", None),
        ("runs", "staff", None),
        ("works", "staff", None),
        ("reads", "staff", None),
        ("beside", "staff", None),
        ("their_admin", "client_admin", Some(client)),
        ("their_member", "client_member", Some(client)),
        ("other_client", "client_admin", Some(other_client)),
        ("suspended", "staff", None),
        ("gone", "staff", None),
    ];
    for (name, role, client) in people {
        let input = json!({"mail": format!("{name}@example.com"), "name": name, "password": PASSWORD,
                           "organisation": organisation, "role": role, "client": client});
        ids.insert(name, id(&house.operator("person.create", input).await["person"]));
    }
    let elsewhere = json!({"mail": "suspended@example.com", "name": "suspended", "password": PASSWORD,
                           "organisation": other_organisation, "role": "staff"});
    house.operator("person.create", elsewhere).await;

    let mut tokens = BTreeMap::new();
    for name in ids.keys() {
        tokens.insert(*name, house.sign_in(name).await);
    }
    let enter = format!("/organisations/{organisation}/enter");
    house.ask(&tokens["suspended"], "POST", &enter, Value::Null).await;

    let owner = tokens["owner"].clone();
    let made = house.ask(&owner, "POST", "/projects", json!({"title": "Booking site", "client": client})).await;
    let project = id(&made.body["id"]);
    let made = house.ask(&owner, "POST", "/projects", json!({"title": "Shop", "client": client})).await;
    let other_project = id(&made.body["id"]);
    let roles = [
        ("runs", "admin"),
        ("works", "contributor"),
        ("reads", "viewer"),
        ("their_member", "viewer"),
        ("suspended", "admin"),
        ("gone", "admin"),
    ];
    for (name, role) in roles {
        let path = format!("/projects/{project}/members");
        let added = house.ask(&owner, "POST", &path, json!({"person": ids[name], "role": role})).await;
        assert_eq!(added.status, 200, "{added:?}");
    }
    let stored = house
        .ask(&owner, "POST", &format!("/projects/{project}/credentials"), json!({"title": "DNS", "secret": "h7#Kq"}))
        .await;
    let credential = id(&stored.body["id"]);
    for name in ["suspended", "gone"] {
        let input = json!({"organisation": organisation, "person": ids[name], "state": "suspended"});
        house.operator("membership.state.set", input).await;
    }
    People {
        tokens,
        ids,
        organisation,
        client,
        project,
        other_project,
        credential,
        webhook: Uuid::nil(),
        hold: Uuid::nil(),
        incident: Uuid::nil(),
        invitation: Uuid::nil(),
        service: Uuid::nil(),
        domain: Uuid::nil(),
        group: Uuid::nil(),
        request: Uuid::nil(),
        version: Uuid::nil(),
        upload: Uuid::nil(),
    }
}
