//! The toy world's nouns: organisations have shelves, shelves have books, and a book has a secret on its last page.

use door::store::{self, Migration, Row, Step, Tx};
use door::{
    Actor, Caller, Credential, Grounds, Ids, Later, Origin, Place, Recorded, Relation, Relations, Target, Time, View,
    values,
};
use uuid::Uuid;

pub(crate) const ADMIN: Relation = Relation::new(8, "admin");
pub(crate) const READER: Relation = Relation::new(9, "reader");

pub(crate) const SHELF: Recorded = Recorded { table: "shelf", entity: 1 };
pub(crate) const BOOK: Recorded = Recorded { table: "book", entity: 2 };

pub(crate) const MIGRATION: Migration = Migration {
    version: 2,
    name: "a library",
    steps: &[
        Step::Recorded {
            table: "shelf",
            entity: 1,
            columns: "organisation {id} NOT NULL, client {id}, internal {bool} NOT NULL, title {text} NOT NULL, \
                      state {text} NOT NULL, ",
        },
        Step::Recorded {
            table: "book",
            entity: 2,
            columns: "shelf {id} NOT NULL, title {text} NOT NULL, secret {text} NOT NULL, pages {int}, \
                      UNIQUE (shelf, title), ",
        },
        Step::Sql("CREATE TABLE person (id {id} PRIMARY KEY, name {text} NOT NULL UNIQUE, seen_at {int}) {strict}"),
        Step::Sql(
            "CREATE TABLE member (person {id} NOT NULL, organisation {id} NOT NULL, admin {bool} NOT NULL, \
             PRIMARY KEY (person, organisation)) {keyed}",
        ),
    ],
};

/// Who is who. A credential is a person's name, and after a slash what is special about the sign-in:
/// `ann`, `ann/stale`, `ann/half`, `ann/new`, `ann/token=shelf:look`, `ann/as=bob`, `ann/over=bob`.
pub(crate) struct Library;

impl Grounds for Library {
    fn caller<'a>(
        &'a self,
        tx: &'a mut Tx,
        credential: &'a Credential,
        _: &'a Origin,
        now: Time,
    ) -> Later<'a, store::Result<Caller>> {
        Box::pin(async move {
            let (Credential::Cookie(text) | Credential::Bearer(text)) = credential else { return Ok(Caller::anyone()) };
            let (name, special) = text.split_once('/').unwrap_or((text, ""));
            let sql =
                "SELECT p.id, m.organisation FROM person p LEFT JOIN member m ON m.person = p.id WHERE p.name = $1";
            let Some(row) = tx.maybe(sql, values![name]).await? else { return Ok(Caller::anyone()) };
            let person: Uuid = row.get("id")?;
            let scopes = special.strip_prefix("token=").map(|scopes| scopes.split(',').map(str::to_owned).collect());
            let seen_as = |start: &str| special.strip_prefix(start).map(crate::world::person);
            let view = seen_as("as=").map(|person| View { person, over: false });
            let view = view.or(seen_as("over=").map(|person| View { person, over: true }));
            Ok(Caller {
                actor: match scopes {
                    Some(_) => Actor::Token { token: Uuid::from_u128(person.as_u128() + 1), person },
                    None => Actor::Person(person),
                },
                auth: "password",
                half: special == "half",
                by_factor: special == "factor",
                organisation: row.get("organisation")?,
                proved_at: Some(now.plus_seconds(if special == "stale" { -door::FRESH_SECONDS } else { -1 })),
                scopes,
                touch: special == "new",
                view,
                ..Caller::anyone()
            })
        })
    }

    fn standing<'a>(
        &'a self,
        tx: &'a mut Tx,
        caller: &'a Caller,
        place: &'a Place,
        _: Time,
    ) -> Later<'a, store::Result<Relations>> {
        Box::pin(async move {
            let anyone = Relations::of(&[Relation::ANYONE]);
            let person = match caller.actor {
                Actor::Anyone => return Ok(anyone),
                Actor::Console => return Ok(anyone.and(Relations::of(&[Relation::CONSOLE]))),
                Actor::Job(_) => return Ok(anyone.and(Relations::of(&[Relation::JOB]))),
                Actor::Person(person) | Actor::Token { person, .. } => person,
            };
            let sql = "SELECT admin FROM member WHERE person = $1 AND organisation = $2";
            let member = tx.maybe(sql, values![person, place.organisation]).await?;
            Ok(match member.map(|row| row.get("admin")).transpose()? {
                Some(true) => anyone.and(Relations::of(&[ADMIN, READER])),
                Some(false) => anyone.and(Relations::of(&[READER])),
                None => anyone,
            })
        })
    }

    fn organisations<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller) -> Later<'a, store::Result<Vec<Uuid>>> {
        Box::pin(async move {
            let sql = "SELECT organisation FROM member WHERE person = $1 ORDER BY organisation";
            let rows = tx.all(sql, values![caller.actor.person()]).await?;
            rows.iter().map(|row| row.get("organisation")).collect()
        })
    }

    fn seen<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller, now: Time) -> Later<'a, store::Result<()>> {
        Box::pin(async move {
            tx.run("UPDATE person SET seen_at = $2 WHERE id = $1", values![caller.actor.person(), now]).await?;
            Ok(())
        })
    }

    fn relations(&self) -> &'static [Relation] {
        &[Relation::ANYONE, Relation::SELF, Relation::CONSOLE, Relation::JOB, ADMIN, READER]
    }
}

/// The rooms that the caller is in.
pub(crate) struct Rooms(pub(crate) Option<Uuid>);

impl Target for Rooms {
    async fn load(_: &mut Tx, caller: &Caller, _: &Ids) -> store::Result<Option<Self>> {
        Ok(Some(Self(caller.organisation)))
    }

    fn place(&self) -> Place {
        self.0.map_or(Place::INSTALLATION, Place::organisation)
    }
}

/// A shelf, in any organisation: standing alone decides who sees it.
pub(crate) struct Shelf {
    pub(crate) id: Uuid,
    pub(crate) rev: i64,
    organisation: Uuid,
    client: Option<Uuid>,
    internal: bool,
    pub(crate) title: String,
    state: String,
}

impl Shelf {
    fn of(row: &Row) -> store::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            rev: row.get("rev")?,
            organisation: row.get("organisation")?,
            client: row.get("client")?,
            internal: row.get("internal")?,
            title: row.get("title")?,
            state: row.get("state")?,
        })
    }
}

impl Target for Shelf {
    async fn load(tx: &mut Tx, _: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(shelf) = ids.get("shelf") else { return Ok(None) };
        tx.target("SELECT t.* FROM shelf t WHERE t.id = $1", values![shelf]).await?.as_ref().map(Self::of).transpose()
    }

    fn place(&self) -> Place {
        Place {
            organisation: Some(self.organisation),
            client: self.client,
            internal: self.internal,
            ..Place::INSTALLATION
        }
    }

    fn state(&self) -> &'static str {
        if self.state == "archived" { "archived" } else { "open" }
    }
}

/// A book on its shelf, inside the caller's organisation.
pub(crate) struct Book {
    pub(crate) id: Uuid,
    pub(crate) rev: i64,
    pub(crate) shelf: Shelf,
}

impl Target for Book {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Ok(shelf), Ok(book)) = (ids.get("shelf"), ids.get("book")) else { return Ok(None) };
        let sql = "SELECT s.*, t.id AS book, t.rev AS book_rev FROM book t JOIN shelf s ON s.id = t.shelf \
                   WHERE t.id = $1 AND s.id = $2 AND s.organisation = $3";
        let row = tx.target(sql, values![book, shelf, caller.organisation]).await?;
        row.map(|row| Ok(Self { id: row.get("book")?, rev: row.get("book_rev")?, shelf: Shelf::of(&row)? })).transpose()
    }

    fn place(&self) -> Place {
        self.shelf.place()
    }
}
