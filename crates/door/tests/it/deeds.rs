//! What can be done to shelves and books, in every kind and with every sort of manners.

use std::sync::Mutex;
use std::time::Duration;

use door::{
    Catalogue, Change, Desk, Disclose, Ids, Keep, Limit, Look, Outlet, Per, Permitted, Place, Read, Receive, Record,
    Refusal, Relation, Relations, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::library::{ADMIN, BOOK, Book, READER, Rooms, SHELF, Shelf};

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
    #[expect(dead_code, reason = "only its form matters")]
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aloud {
    words: usize,
    /// After how many words the voice fails.
    #[serde(default)]
    fails_after: Option<usize>,
}

action!(ReadBookAloud: Book, Aloud => Made, spec("book.read_aloud", &[ADMIN, READER]));
impl Stream for ReadBookAloud {
    type Grant = (Uuid, usize, Option<usize>);

    async fn grant(aloud: &Aloud, book: &Permitted<Book>, _: &mut Write<'_>) -> Result<(Self::Grant, Made, Record)> {
        Ok(((book.id, aloud.words, aloud.fails_after), Made { id: book.id }, Record::on("book", book.id)))
    }

    async fn pour(grant: Released<Self::Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
        let (book, words, fails_after) = grant.open();
        for word in 0..words {
            if fails_after == Some(word) {
                return Err(Refusal::Unavailable);
            }
            let title = "SELECT title FROM book WHERE id = $1";
            let title: String = snapshots.read().await?.one(title, values![book]).await?.get("title")?;
            outlet.send(format!("{title} {word}").into_bytes()).await?;
        }
        Ok(())
    }
}

action!(DustShelf: Shelf, Nothing => u64, spec("shelf.dust", &[ADMIN]));
impl Keep for DustShelf {
    async fn keep(_: &Nothing, _: &Permitted<Shelf>, desk: &Desk) -> Result<u64> {
        let people: i64 = desk.read().await?.one("SELECT count(*) AS n FROM person", vec![]).await?.get("n")?;
        let dusted = desk.keep("UPDATE person SET seen_at = $1", values![desk.now()]).await?;
        assert_eq!(i64::try_from(dusted), Ok(people));
        Ok(dusted)
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

const SIGN_IN_LIMITS: &[Limit] = &[
    Limit { times: 20, seconds: 60, per: Per::Address },
    Limit { times: 3, seconds: 900, per: Per::Field("mail") },
    Limit { times: 10, seconds: 900, per: Per::FieldOfStrangers("mail") },
    Limit { times: 8, seconds: 900, per: Per::FieldOfKnown("mail") },
];

action!(DoSignIn: Rooms, SignIn => (), spec("session.open", &[Relation::ANYONE]).limits(SIGN_IN_LIMITS));
impl Change for DoSignIn {
    async fn change(input: &SignIn, _: &Permitted<Rooms>, write: &mut Write<'_>) -> Result<((), Record)> {
        let row = write.maybe("SELECT id FROM person WHERE name = $1", values![input.mail.as_str()]).await?;
        let Some(row) = row else { return Err(Refusal::NoMatch) };
        let person: Uuid = row.get("id")?;
        let record = Record::on("person", person).by(person).at(Place::account(person));
        match input.password.as_str() {
            "right" => Ok(((), record)),
            "a badge, shown" => Ok(((), record.authenticated("badge"))),
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
action!(NameTwice: Rooms, Nothing => (), spec("shelf.list", &[ADMIN, READER]).limits(FEW_HERE).half());
impl Look for NameTwice {
    async fn look(_: &Nothing, _: &Permitted<Rooms>, _: &mut Read<'_>) -> Result<()> {
        Ok(())
    }
}

action!(FillShelf: Shelf, Nothing => (), spec("shelf.fill", &[ADMIN]));
impl Change for FillShelf {
    async fn change(_: &Nothing, shelf: &Permitted<Shelf>, write: &mut Write<'_>) -> Result<((), Record)> {
        let sql = "INSERT INTO book (id, rev, salt, shelf, title, secret) VALUES ($1, $2, $3, $4, $5, '') RETURNING *";
        for n in 0..1_000 {
            let id = write.id();
            write.insert(BOOK, id, sql, values![shelf.id, format!("volume {n}")]).await?;
        }
        Ok(((), Record::on("shelf", shelf.id)))
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
        .stream::<ReadBookAloud>()
        .keep::<DustShelf>()
        .change::<MakeToken>()
        .change::<FillShelf>()
        .change::<DoSignIn>()
        .change::<MisbehaveAtShelf>()
}
