//! The toy world's nouns: organisations have shelves, shelves have books, and a book has a secret on its last page.

use std::sync::Mutex;
use std::time::Duration;

use door::store::{self, Migration, Row, Step, Tx};
use door::{
    Actor, Caller, Catalogue, Change, Credential, Disclose, Grounds, Ids, Later, Limit, Look, Per, Permitted, Place,
    Read, Receive, Record, Recorded, Refusal, Relation, Relations, Released, Result, Spec, Target, Time, Verb, Way,
    Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
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
/// `ann`, `ann/stale`, `ann/new`, `ann/token=shelf:look`.
pub(crate) struct Library;

impl Grounds for Library {
    fn caller<'a>(&'a self, tx: &'a mut Tx, credential: &'a Credential, now: Time) -> Later<'a, store::Result<Caller>> {
        Box::pin(async move {
            let (Credential::Cookie(text) | Credential::Bearer(text)) = credential else { return Ok(Caller::anyone()) };
            let (name, special) = text.split_once('/').unwrap_or((text, ""));
            let sql =
                "SELECT p.id, m.organisation FROM person p LEFT JOIN member m ON m.person = p.id WHERE p.name = $1";
            let Some(row) = tx.maybe(sql, values![name]).await? else { return Ok(Caller::anyone()) };
            let person: Uuid = row.get("id")?;
            let scopes = special.strip_prefix("token=").map(|scopes| scopes.split(',').map(str::to_owned).collect());
            Ok(Caller {
                actor: match scopes {
                    Some(_) => Actor::Token { token: Uuid::from_u128(person.as_u128() + 1), person },
                    None => Actor::Person(person),
                },
                session: None,
                auth: "password",
                organisation: row.get("organisation")?,
                proved_at: Some(now.plus_seconds(if special == "stale" { -door::FRESH_SECONDS } else { -1 })),
                scopes,
                touch: special == "new",
            })
        })
    }

    fn standing<'a>(
        &'a self,
        tx: &'a mut Tx,
        caller: &'a Caller,
        place: &'a Place,
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
pub(crate) struct Rooms(Option<Uuid>);

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
    id: Uuid,
    rev: i64,
    organisation: Uuid,
    client: Option<Uuid>,
    internal: bool,
    title: String,
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
    id: Uuid,
    rev: i64,
    shelf: Shelf,
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Serialize, ToSchema)]
pub(crate) struct Made {
    id: Uuid,
}

macro_rules! action {
    ($name:ident: $target:ty, $input:ty => $output:ty, $spec:expr) => {
        pub(crate) struct $name;
        impl door::Action for $name {
            type Target = $target;
            type Input = $input;
            type Output = $output;
            const SPEC: Spec = $spec;
        }
    };
}

const fn spec(name: &'static str, may: &'static [Relation]) -> Spec {
    Spec::new(name, "", Way::Http(Verb::Post, "/"), Relations::of(may))
}

action!(ShowShelf: Shelf, Nothing => String, spec("shelf.show", &[ADMIN, READER]));
impl Look for ShowShelf {
    async fn look(_: &Nothing, shelf: &Permitted<Shelf>, _: &mut Read<'_>) -> Result<String> {
        Ok(shelf.title.clone())
    }
}

action!(ScribbleOnShelf: Shelf, Nothing => (), spec("shelf.scribble", &[ADMIN]));
impl Look for ScribbleOnShelf {
    async fn look(_: &Nothing, _: &Permitted<Shelf>, read: &mut Read<'_>) -> Result<()> {
        read.all("UPDATE person SET seen_at = 1 RETURNING id", vec![]).await?;
        Ok(())
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewShelf {
    title: String,
    #[serde(default)]
    client: Option<Uuid>,
    #[serde(default)]
    internal: bool,
}

action!(MakeShelf: Rooms, NewShelf => Made, spec("shelf.make", &[ADMIN]));
impl Change for MakeShelf {
    async fn change(new: &NewShelf, rooms: &Permitted<Rooms>, write: &mut Write<'_>) -> Result<(Made, Record)> {
        let (id, organisation) = (write.id(), rooms.0.ok_or(Refusal::NotFound)?);
        let sql = "INSERT INTO shelf (id, rev, salt, organisation, client, internal, title, state) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'open') RETURNING *";
        let own = values![organisation, new.client, new.internal, new.title.as_str()];
        write.insert(SHELF, id, sql, own).await?;
        let place = Place {
            organisation: Some(organisation),
            client: new.client,
            internal: new.internal,
            ..Place::INSTALLATION
        };
        Ok((Made { id }, Record::on("shelf", id).fact("internal", new.internal).at(place)))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTitle {
    title: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tag {
    #[expect(dead_code, reason = "only its form matters")]
    weight: i64,
}

const RENAME: &str = "UPDATE shelf SET rev = $2, title = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";

action!(RenameShelf: Shelf, NewTitle => (), spec("shelf.rename", &[ADMIN]).not_when(&["archived"]));
impl Change for RenameShelf {
    async fn change(new: &NewTitle, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<((), Record)> {
        write.update(SHELF, shelf.id, shelf.rev, RENAME, values![new.title.as_str()]).await?;
        let author = write.caller().actor.person().unwrap_or_default();
        Ok(((), Record::on("shelf", shelf.id).about(author, "title", new.title.as_str())))
    }
}

action!(ArchiveShelf: Shelf, Nothing => (), spec("shelf.archive", &[ADMIN]).fresh());
impl Change for ArchiveShelf {
    async fn change(_: &Nothing, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<((), Record)> {
        let sql = "UPDATE shelf SET rev = $2, state = 'archived' WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(SHELF, shelf.id, shelf.rev, sql, vec![]).await?;
        Ok(((), Record::on("shelf", shelf.id)))
    }
}

const REMOVE_SHELF: &str = "DELETE FROM shelf WHERE id = $1 AND rev = $2";

action!(RemoveShelf: Shelf, Nothing => (), spec("shelf.remove", &[ADMIN]));
impl Change for RemoveShelf {
    async fn change(_: &Nothing, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<((), Record)> {
        for book in write.all("SELECT id, rev FROM book WHERE shelf = $1", values![shelf.id]).await? {
            write.delete(BOOK, book.get("id")?, book.get("rev")?, "DELETE FROM book WHERE id = $1 AND rev = $2")?;
        }
        write.delete(SHELF, shelf.id, shelf.rev, REMOVE_SHELF)?;
        Ok(((), Record::on("shelf", shelf.id)))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBook {
    title: String,
    secret: String,
}

/// What the slow part makes of a new book: the title in capitals.
pub(crate) struct Set(String, String);

action!(AddBook: Shelf, NewBook => Made, spec("book.add", &[ADMIN]).not_when(&["archived"]));
impl Receive for AddBook {
    type Ready = Set;

    async fn ready(new: NewBook, _: &Permitted<Shelf>, read: &mut Read<'_>) -> Result<Set> {
        if new.title == "slow" {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert!(read.maybe("SELECT 1 AS one", vec![]).await?.is_some());
        Ok(Set(new.title.to_uppercase(), new.secret))
    }

    async fn receive(set: &Set, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<(Made, Record)> {
        let id = write.id();
        let sql = "INSERT INTO book (id, rev, salt, shelf, title, secret) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *";
        write.insert(BOOK, id, sql, values![shelf.id, set.0.as_str(), set.1.as_str()]).await?;
        write.later("mail", &serde_json::json!({ "new": id })).await?;
        Ok((Made { id }, Record::on("shelf", shelf.id).and("book", id)))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct To {
    shelf: Uuid,
}

action!(MoveBook: Book, To => (), spec("book.move", &[ADMIN]));
impl Change for MoveBook {
    async fn change(to: &To, book: &Permitted<Book>, write: &mut Write<'_>) -> Result<((), Record)> {
        let other = write.also::<Shelf>(&Ids(vec![("shelf", to.shelf)]), &[ADMIN]).await?;
        let sql = "UPDATE book SET rev = $2, shelf = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(BOOK, book.id, book.rev, sql, values![other.id]).await?;
        Ok(((), Record::on("book", book.id).and("shelf", other.id)))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    #[serde(default)]
    record_is_refused: bool,
}

/// Every secret that was released by any test of this process.
pub(crate) static RELEASED: Mutex<Vec<String>> = Mutex::new(Vec::new());

action!(RevealBook: Book, How => String, spec("book.reveal", &[ADMIN, READER]).secret());
impl Disclose for RevealBook {
    type Grant = String;

    async fn grant(how: &How, book: &Permitted<Book>, write: &mut Write<'_>) -> Result<(String, Record)> {
        let row = write.one("SELECT secret FROM book WHERE id = $1", values![book.id]).await?;
        // A word with a space is not fit for the record, so the event is refused.
        let kind = if how.record_is_refused { "no word" } else { "book" };
        Ok((row.get("secret")?, Record::on(kind, book.id)))
    }

    async fn release(secret: Released<String>) -> Result<String> {
        let secret = secret.open();
        RELEASED.lock().unwrap().push(secret.clone());
        Ok(secret)
    }
}

action!(MakeToken: Rooms, Nothing => String, spec("token.make", &[ADMIN]).secret());
impl Change for MakeToken {
    async fn change(_: &Nothing, _: &Permitted<Rooms>, write: &mut Write<'_>) -> Result<(String, Record)> {
        Ok((format!("secret-{}", write.id()), Record::of_nothing()))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    mail: String,
    password: String,
}

const SIGN_IN_LIMITS: &[Limit] =
    &[Limit { times: 20, seconds: 60, per: Per::Address }, Limit { times: 3, seconds: 900, per: Per::Field("mail") }];

action!(DoSignIn: Rooms, SignIn => (), spec("session.open", &[Relation::ANYONE]).limits(SIGN_IN_LIMITS));
impl Change for DoSignIn {
    async fn change(input: &SignIn, _: &Permitted<Rooms>, write: &mut Write<'_>) -> Result<((), Record)> {
        let row = write.maybe("SELECT id FROM person WHERE name = $1", values![input.mail.as_str()]).await?;
        match row {
            Some(row) if input.password == "right" => {
                let person: Uuid = row.get("id")?;
                Ok(((), Record::on("person", person).by(person).at(Place::account(person))))
            }
            _ => Err(Refusal::NoMatch),
        }
    }
}

const FEW: &[Limit] = &[Limit { times: 2, seconds: 60, per: Per::CallerShared }];
action!(LookTwice: Shelf, Nothing => (), spec("shelf.peek", &[READER]).limits(FEW));
impl Look for LookTwice {
    async fn look(_: &Nothing, _: &Permitted<Shelf>, _: &mut Read<'_>) -> Result<()> {
        Ok(())
    }
}

const FEW_HERE: &[Limit] = &[Limit { times: 2, seconds: 60, per: Per::Caller }];
action!(NameTwice: Rooms, Nothing => (), spec("shelf.list", &[ADMIN, READER]).limits(FEW_HERE));
impl Look for NameTwice {
    async fn look(_: &Nothing, _: &Permitted<Rooms>, _: &mut Read<'_>) -> Result<()> {
        Ok(())
    }
}

/// What an action of bad manners does inside its transaction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Manners {
    /// Panics after it has written.
    Panic,
    /// Stays long after it has written.
    Dawdle,
    /// Writes a recorded row past the record.
    Forget,
    /// Goes on after a statement failed, as if nothing had happened.
    Ignore,
    /// Writes at a revision that somebody else has moved on from, the first time it runs.
    Lose,
    /// Deletes a revision that is not there.
    LoseForEver,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Misbehave {
    how: Manners,
}

/// Shelves whose update was lost once.
static LOST: Mutex<Vec<Uuid>> = Mutex::new(Vec::new());

action!(MisbehaveAtShelf: Shelf, Misbehave => (), spec("shelf.misbehave", &[ADMIN]));
impl Change for MisbehaveAtShelf {
    async fn change(input: &Misbehave, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<((), Record)> {
        let mut revision = shelf.rev;
        match input.how {
            Manners::Forget => {
                write.keep("UPDATE shelf SET title = 'forged', rev = rev + 1 WHERE id = $1", values![shelf.id]).await?;
                return Ok(((), Record::on("shelf", shelf.id)));
            }
            Manners::Ignore => {
                let again =
                    "INSERT INTO member (person, organisation, admin) SELECT person, organisation, admin FROM member";
                assert!(write.keep(again, vec![]).await.is_err());
            }
            Manners::Lose => {
                let mut lost = LOST.lock().unwrap();
                if !lost.contains(&shelf.id) {
                    lost.push(shelf.id);
                    revision -= 1;
                }
            }
            Manners::LoseForEver => {
                write.delete(SHELF, shelf.id, shelf.rev + 7, REMOVE_SHELF)?;
                return Ok(((), Record::on("shelf", shelf.id)));
            }
            Manners::Panic | Manners::Dawdle => {}
        }
        write.update(SHELF, shelf.id, revision, RENAME, values!["misbehaved"]).await?;
        match input.how {
            Manners::Panic => panic!("an action that panics"),
            Manners::Dawdle => tokio::time::sleep(Duration::from_millis(300)).await,
            _ => {}
        }
        Ok(((), Record::on("shelf", shelf.id)))
    }
}

/// What the toy world lives by.
pub(crate) fn catalogue() -> Catalogue {
    Catalogue::default()
        .look::<ShowShelf>()
        .look::<ScribbleOnShelf>()
        .look::<LookTwice>()
        .look::<NameTwice>()
        .change::<MakeShelf>()
        .change::<RenameShelf>()
        .change::<ArchiveShelf>()
        .change::<RemoveShelf>()
        .receive::<AddBook>()
        .change::<MoveBook>()
        .disclose::<RevealBook>()
        .change::<MakeToken>()
        .change::<DoSignIn>()
        .change::<MisbehaveAtShelf>()
}
