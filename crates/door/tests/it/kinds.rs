//! The kinds of action, and what each leaves behind.

use door::ledger::Chain;
use door::ledger::commitment::{Salt, of_row};
use door::ledger::event::{ActorKind, Operation, Outcome};
use door::{Refusal, Reply, values};
use serde_json::json;
use uuid::Uuid;

use crate::deeds::{self, RELEASED};
use crate::world::{CLIENT, NORTH, World, made, on_both, person};

on_both!(
    a_change_writes_row_event_and_change,
    an_event_lies_in_the_chain_of_whom_it_concerns,
    a_sign_in_says_how_it_was_proved,
    values_about_people_stand_beside_the_body,
    a_look_leaves_no_event_and_cannot_write,
    a_deletion_takes_its_rows_and_leaves_their_record,
    an_entry_that_forgets_its_record_fails,
    a_second_object_is_decided_like_the_first,
    a_disclosure_is_recorded_before_it_is_released,
    a_stream_is_recorded_before_its_first_piece,
    housekeeping_works_outside_and_leaves_no_event,
    a_thousand_rows_move_in_one_action,
);

/// The pieces of an answer, and why it broke off if it did.
async fn pieces(reply: Reply) -> (Vec<String>, Option<Refusal>) {
    let (mut whole, mut pieces) = (Vec::new(), reply.pieces.unwrap());
    while let Some(piece) = pieces.recv().await {
        match piece {
            Ok(piece) => whole.push(String::from_utf8(piece).unwrap()),
            Err(why) => return (whole, Some(why)),
        }
    }
    (whole, None)
}

async fn a_stream_is_recorded_before_its_first_piece(world: World) {
    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "b", "s").await;
    let aloud = |words| world.ask("book.read_aloud").by("bob").on("shelf", shelf).on("book", book).with(words);
    // More pieces than may wait: whoever reads slowly gets all of them.
    let reply = aloud(json!({ "words": 20 })).await.unwrap();
    assert_eq!(world.last_event().await.act, "book.read_aloud", "before anything is read");
    assert_eq!(reply.output["id"], json!(book));
    let (whole, broken) = pieces(reply).await;
    assert_eq!((whole.len(), whole[19].as_str(), broken), (20, "B 19", None));

    let torn = aloud(json!({ "words": 5, "fails_after": 2 })).await.unwrap();
    assert_eq!(pieces(torn).await, (vec!["B 0".to_owned(), "B 1".to_owned()], Some(Refusal::Unavailable)));

    // Whoever asks twice is given everything twice, and both are on the record.
    let before = world.count("event").await;
    for _ in 0..2 {
        let reply = aloud(json!({ "words": 1 })).key("the same").await.unwrap();
        assert_eq!(pieces(reply).await.0, ["B 0"]);
    }
    assert_eq!(world.count("event").await, before + 2);
    // Whoever hangs up leaves nobody waiting; whoever may not gets nothing.
    drop(aloud(json!({ "words": 1000 })).await.unwrap());
    let refused = world.ask("book.read_aloud").by("cy").on("shelf", shelf).on("book", book).with(json!({ "words": 1 }));
    assert_eq!(refused.await.unwrap_err(), Refusal::NotFound);
}

async fn housekeeping_works_outside_and_leaves_no_event(world: World) {
    let shelf = world.shelf("one").await;
    let before = (world.count("event").await, world.count("change").await);
    let dusted = world.ask("shelf.dust").by("ann").on("shelf", shelf).await.unwrap();
    assert_eq!(dusted.output, json!(4));
    assert_eq!((world.count("event").await, world.count("change").await), before);
    let refused = world.ask("shelf.dust").by("bob").on("shelf", shelf).await.unwrap_err();
    assert_eq!(refused.word(), "forbidden");
}

async fn a_change_writes_row_event_and_change(world: World) {
    let shelf = world.shelf("one").await;
    world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "two" })).await.unwrap();

    let row = &world.read("SELECT * FROM shelf", vec![]).await[0];
    assert_eq!((row.get::<i64>("rev").unwrap(), row.get::<String>("title").unwrap()), (2, "two".to_owned()));

    let events = world.events().await;
    assert_eq!(events.len(), 2);
    let event = &events[1];
    assert_eq!((event.act.as_str(), event.out), ("shelf.rename", Outcome::Done));
    assert_eq!((event.actor.kind, event.actor.id), (ActorKind::Person, Some(person("ann"))));
    assert_eq!(event.actor.auth.as_deref(), Some("password"));
    assert_eq!(event.authz.relations, ["anyone", "admin", "reader"]);
    assert_eq!((event.chain, event.obs.as_str()), (Chain::Organisation(NORTH), "library@1.0.0"));
    assert_eq!(event.at, world.door.now().timestamp());
    assert_eq!((event.tgt[0].kind.as_str(), event.tgt[0].id), ("shelf", shelf));

    // The commitment is to what the row holds, under the key that the row keeps.
    let salt = Salt::new(row.get("salt").unwrap());
    let state = row.canonical(&["salt"]).unwrap();
    let [change] = &event.chg[..] else { panic!("{:?}", event.chg) };
    assert_eq!((change.ent.as_str(), change.pk, change.rev, change.op), ("shelf", shelf, 2, Operation::Update));
    assert_eq!(change.after, Some(of_row(&salt, "shelf", shelf, 2, state.as_bytes())));

    let sql = "SELECT c.op, c.rev, c.after FROM change c JOIN event e ON e.n = c.n JOIN event_pending p ON p.n = e.n \
               WHERE c.entity = 1 AND c.pk = $1 ORDER BY c.rev";
    let changes = world.read(sql, values![shelf]).await;
    let ops: Vec<String> = changes.iter().map(|row| row.get("op").unwrap()).collect();
    assert_eq!(ops, ["c", "u"]);
    assert_eq!(changes[1].get::<[u8; 32]>("after").unwrap(), change.after.unwrap().0);
}

async fn an_event_lies_in_the_chain_of_whom_it_concerns(world: World) {
    let make = |input| world.ask("shelf.make").by("ann").with(input);
    let shelf = made(&make(json!({ "title": "theirs", "client": CLIENT })).await.unwrap());
    assert_eq!(world.last_event().await.chain, Chain::Client(CLIENT));
    let secret = made(&make(json!({ "title": "about them", "client": CLIENT, "internal": true })).await.unwrap());
    assert_eq!(world.last_event().await.chain, Chain::Organisation(NORTH), "no countable gap in the client's chain");
    world.ask("shelf.archive").by("ann").on("shelf", secret).await.unwrap();
    assert_eq!(world.last_event().await.chain, Chain::Organisation(NORTH));
    world.ask("shelf.archive").by("ann").on("shelf", shelf).await.unwrap();
    assert_eq!(world.last_event().await.chain, Chain::Client(CLIENT));
    world.ask("session.open").with(json!({ "mail": "bob", "password": "right" })).await.unwrap();
    let sign_in = world.last_event().await;
    assert_eq!((sign_in.chain, sign_in.actor.id), (Chain::Account(person("bob")), Some(person("bob"))));
}

async fn a_sign_in_says_how_it_was_proved(world: World) {
    for (shown, how) in [("right", "password"), ("a badge, shown", "badge")] {
        world.ask("session.open").with(json!({ "mail": "bob", "password": shown })).await.unwrap();
        assert_eq!(world.last_event().await.actor.auth.as_deref(), Some(how));
    }
}

async fn values_about_people_stand_beside_the_body(world: World) {
    let shelf = world.shelf("one").await;
    let title = json!({ "title": "Petra's books" });
    world.ask("shelf.rename").by("ann").on("shelf", shelf).with(title).from("192.0.2.7").await.unwrap();

    let row = &world.read("SELECT body, private FROM event ORDER BY n DESC", vec![]).await[0];
    let body = String::from_utf8(row.get("body").unwrap()).unwrap();
    let private: serde_json::Value = serde_json::from_str(&row.get::<String>("private").unwrap()).unwrap();
    assert!(!body.contains("Petra") && !body.contains("192.0.2.7"), "{body}");
    let kept: Vec<_> = private.as_array().unwrap().iter().map(|kept| (&kept["field"], &kept["value"])).collect();
    assert!(kept.contains(&(&json!("title"), &json!("Petra's books"))), "{kept:?}");
    assert!(kept.contains(&(&json!("actor.ip"), &json!("192.0.2.7"))), "{kept:?}");
    assert!(private.as_array().unwrap().iter().all(|kept| kept["subject"] == json!(person("ann"))));
    assert_eq!(world.last_event().await.pii.len(), 2);
}

async fn a_look_leaves_no_event_and_cannot_write(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    world.ask("shelf.show").by("bob").on("shelf", shelf).await.unwrap();
    let scribble = world.ask("shelf.scribble").by("ann").on("shelf", shelf).await.unwrap_err();
    assert!(matches!(scribble, Refusal::Broken | Refusal::Unavailable), "{scribble:?}");
    assert_eq!(world.everything().await, before);
    assert!(world.ask("shelf.show").by("bob").on("shelf", shelf).await.is_ok(), "the door goes on");
}

async fn a_deletion_takes_its_rows_and_leaves_their_record(world: World) {
    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "a", "s").await;
    world.ask("shelf.remove").by("ann").on("shelf", shelf).await.unwrap();

    assert_eq!((world.count("shelf").await, world.count("book").await), (0, 0));
    let event = world.last_event().await;
    let moved: Vec<_> = event.chg.iter().map(|row| (row.ent.as_str(), row.pk, row.rev, row.op, row.after)).collect();
    assert!(moved.contains(&("shelf", shelf, 2, Operation::Delete, None)), "{moved:?}");
    assert!(moved.contains(&("book", book, 2, Operation::Delete, None)), "{moved:?}");
    assert_eq!(world.ask("shelf.show").by("ann").on("shelf", shelf).await, Err(Refusal::NotFound));
}

async fn an_entry_that_forgets_its_record_fails(world: World) {
    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "a", "s").await;
    let names = ["shelf.make", "shelf.rename", "shelf.remove", "book.add", "book.move"];
    let forgetful =
        names.iter().fold(deeds::catalogue(), |catalogue, name| catalogue.alter(name, |entry| entry.recorded = false));
    let flawed = world.with(forgetful).await;
    let before = world.everything().await;
    for ask in [
        flawed.ask("shelf.make").with(json!({ "title": "two" })),
        flawed.ask("shelf.rename").on("shelf", shelf).with(json!({ "title": "two" })),
        flawed.ask("shelf.remove").on("shelf", shelf),
        flawed.ask("book.add").on("shelf", shelf).with(json!({ "title": "b", "secret": "s" })),
        flawed.ask("book.move").on("shelf", shelf).on("book", book).with(json!({ "shelf": shelf })),
    ] {
        assert_eq!(ask.by("ann").await, Err(Refusal::Broken));
    }
    assert_eq!(world.everything().await, before);
    assert!(world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "two" })).await.is_ok());
}

async fn a_second_object_is_decided_like_the_first(world: World) {
    let (here, there) = (world.shelf("here").await, world.shelf("there").await);
    let book = world.book(here, "a", "s").await;
    let make = world.ask("shelf.make").by("cy").with(json!({ "title": "in the south" }));
    let south = made(&make.await.unwrap());
    let to = |shelf: Uuid| {
        world.ask("book.move").by("ann").on("shelf", here).on("book", book).with(json!({ "shelf": shelf }))
    };

    let rows = async || world.read("SELECT shelf, rev FROM book", vec![]).await[0].get::<i64>("rev").unwrap();
    assert_eq!(to(south).await, Err(Refusal::NotFound), "another organisation's");
    assert_eq!(to(Uuid::from_u128(7)).await, Err(Refusal::NotFound), "nobody's");
    assert_eq!(rows().await, 1);
    assert!(to(there).await.is_ok());
    assert_eq!(rows().await, 2);
    let wrong_parent = world.ask("book.reveal").by("ann").on("shelf", here).on("book", book);
    assert_eq!(wrong_parent.await, Err(Refusal::NotFound), "it is on another shelf now");
}

async fn a_disclosure_is_recorded_before_it_is_released(world: World) {
    let shelf = world.shelf("one").await;
    let secret = format!("the butler, {:?}", world.engine());
    let book = world.book(shelf, "a", &secret).await;
    let ask = || world.ask("book.reveal").by("bob").on("shelf", shelf).on("book", book);
    let released = || RELEASED.lock().unwrap().iter().filter(|released| **released == secret).count();

    let before = world.everything().await;
    assert_eq!(ask().with(json!({ "record_is_refused": true })).await, Err(Refusal::Broken));
    assert_eq!(released(), 0, "no record, no release");
    assert_eq!(world.everything().await, before);

    assert_eq!(ask().await.unwrap().output, json!(secret));
    assert_eq!(released(), 1);
    let event = world.last_event().await;
    assert_eq!((event.act.as_str(), event.actor.id, event.tgt[0].id), ("book.reveal", Some(person("bob")), book));
}

/// As many as a job may move at once, told by as many events as it takes.
async fn a_thousand_rows_move_in_one_action(world: World) {
    let shelf = world.shelf("one").await;
    world.ask("shelf.fill").by("ann").on("shelf", shelf).await.unwrap();
    assert_eq!(world.count("book").await, 1_000);
    let events: Vec<_> = world.events().await.into_iter().filter(|event| event.act == "shelf.fill").collect();
    let moved: usize = events.iter().map(|event| event.chg.len()).sum();
    assert_eq!(moved, 1_000);
    assert!(events.iter().all(|event| event.tgt[0].id == shelf && event.req == events[0].req));
    let sql = "SELECT count(*) AS n FROM book b JOIN change c ON c.entity = 2 AND c.pk = b.id AND c.rev = b.rev \
               JOIN event e ON e.n = c.n";
    assert_eq!(world.read(sql, vec![]).await[0].get::<i64>("n").unwrap(), 1_000);
}
