//! The sequencer: every committed event gets one place, and nothing is signed that contradicts itself or the past.

use std::path::Path;

use door::record::{BATCH_EVENTS_MAX, CHECKPOINT_SECONDS, SealError, Sealer, Sign, seal};
use door::store::{Engine, Store};
use ledger::checkpoint::Checkpoint;

use crate::log::{NOW, client, draft, later, number, on_each, public_key, record, record_many, seal_now, sealer};

const LEAVES: &str = "SELECT count(*) AS number FROM ledger_leaf";
const PENDING: &str = "SELECT count(*) AS number FROM event_pending";
const CHECKPOINTS: &str = "SELECT count(*) AS number FROM ledger_checkpoint";

fn high_water(sealer: &Sealer) -> Checkpoint {
    Checkpoint::open(&std::fs::read(&sealer.high_water).unwrap(), &public_key(sealer)).unwrap()
}

/// Does to the database what only somebody with the owner's rights can: takes the triggers away and edits.
async fn tamper(store: &Store, table: &str, edit: &'static str) {
    let mut tx = store.write(true).await.unwrap();
    let disarm: &[&'static str] = match (store.engine(), table) {
        (Engine::Sqlite, "ledger_leaf") => {
            &["DROP TRIGGER ledger_leaf_no_UPDATE", "DROP TRIGGER ledger_leaf_no_DELETE"]
        }
        (Engine::Sqlite, _) => &["DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"],
        (Engine::Postgres, "ledger_leaf") => &["ALTER TABLE ledger_leaf DISABLE TRIGGER USER"],
        (Engine::Postgres, _) => &["ALTER TABLE event DISABLE TRIGGER USER"],
    };
    for statement in disarm {
        tx.run(statement, vec![]).await.unwrap();
    }
    assert!(tx.run(edit, vec![]).await.unwrap() > 0, "{edit} touched nothing");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_event_gets_one_place_and_the_whole_is_signed() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        assert_eq!(seal_now(store, &sealer).await, Default::default(), "nothing to do, nothing to sign");
        record_many(store, 700).await;
        let sealed = seal_now(store, &sealer).await;
        assert_eq!(sealed.events, 700);
        let signed = Checkpoint::open(sealed.checkpoint.unwrap().as_bytes(), &public_key(&sealer)).unwrap();
        assert_eq!((signed.size, &signed), (700, &high_water(&sealer)));
        assert_eq!((number(store, LEAVES).await, number(store, PENDING).await), (700, 0));
        assert_eq!(number(store, "SELECT max(seq) AS number FROM ledger_leaf").await, 699);
        assert_eq!(number(store, "SELECT count(*) AS number FROM ledger_node").await, 2, "two full tiles");
        assert_eq!(number(store, "SELECT count(*) AS number FROM event_index WHERE act = 'toy.paint'").await, 700);
        // One more, on top of what is there.
        record_many(store, 1).await;
        assert_eq!(seal_now(store, &sealer).await.events, 1);
        assert_eq!(high_water(&sealer).size, 701);
    })
    .await;
}

#[tokio::test]
async fn more_than_a_batch_is_sealed_in_batches() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let count = BATCH_EVENTS_MAX as u64 + 10;
        record_many(store, count.into()).await;
        assert_eq!(seal_now(store, &sealer).await.events, count);
        assert_eq!((number(store, CHECKPOINTS).await, high_water(&sealer).size), (2, count));
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_is_signed_when_it_is_due() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let signed_at = async |seconds| {
            record_many(store, 1).await;
            let sealed = seal(store, Some(&sealer), later(seconds), Sign::WhenDue).await.unwrap();
            assert_eq!(sealed.events, 1);
            sealed.checkpoint.is_some()
        };
        assert!(signed_at(0).await, "the first at once");
        assert!(!signed_at(CHECKPOINT_SECONDS - 1).await);
        assert!(signed_at(CHECKPOINT_SECONDS).await);
        assert!(!signed_at(CHECKPOINT_SECONDS + 1).await);
        // Time alone makes the next one due, without another event.
        let sealed = seal(store, Some(&sealer), later(2 * CHECKPOINT_SECONDS), Sign::WhenDue).await.unwrap();
        assert_eq!((sealed.events, sealed.checkpoint.is_some()), (0, true));
        let sealed = seal(store, Some(&sealer), later(9 * CHECKPOINT_SECONDS), Sign::WhenDue).await.unwrap();
        assert!(sealed.checkpoint.is_none(), "nothing new to sign");
        // Without a key, events get their places all the same.
        record_many(store, 1).await;
        let sealed = seal(store, None, later(99 * CHECKPOINT_SECONDS), Sign::Now).await.unwrap();
        assert_eq!((sealed.events, sealed.checkpoint), (1, None));
    })
    .await;
}

#[tokio::test]
async fn many_sealers_and_writers_at_once_lose_nothing() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let writers = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    let mut tx = store.write(true).await.unwrap();
                    record(&mut tx, draft(client(writer % 3))).await;
                    tx.commit().await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let sealers = (0..4).map(|_| {
            let (store, sealer) = (store.clone(), sealer(directory.path()));
            tokio::spawn(async move {
                for _ in 0..20 {
                    seal_now(&store, &sealer).await;
                    tokio::task::yield_now().await;
                }
            })
        });
        for task in sealers.collect::<Vec<_>>().into_iter().chain(writers) {
            task.await.unwrap();
        }
        seal_now(store, &sealer(directory.path())).await;
        assert_eq!((number(store, LEAVES).await, number(store, PENDING).await), (200, 0));
        assert_eq!(number(store, "SELECT count(DISTINCT n) AS number FROM ledger_leaf").await, 200);
        assert_eq!(number(store, "SELECT max(seq) AS number FROM ledger_leaf").await, 199);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_committed_late_is_not_lost() {
    on_each(&[], async |store| {
        // SQLite has one writer: nobody can commit a higher number before a lower one.
        if store.engine() == Engine::Sqlite {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let mut slow = store.write(true).await.unwrap();
        let low = record(&mut slow, draft(client(1))).await;
        record_many(store, 5).await;
        assert_eq!(seal_now(store, &sealer).await.events, 5);
        slow.commit().await.unwrap();
        assert_eq!(seal_now(store, &sealer).await.events, 1);
        let last = number(store, "SELECT n AS number FROM ledger_leaf ORDER BY seq DESC LIMIT 1").await;
        assert_eq!(last, low, "a lower number at a later place");
    })
    .await;
}

async fn refused(store: &Store, sealer: &Sealer) -> SealError {
    let (leaves, checkpoints) = (number(store, LEAVES).await, number(store, CHECKPOINTS).await);
    let error = seal(store, Some(sealer), NOW, Sign::Now).await.unwrap_err();
    assert_eq!((number(store, LEAVES).await, number(store, CHECKPOINTS).await), (leaves, checkpoints), "{error}");
    error
}

#[tokio::test]
async fn nothing_is_signed_over_what_was_changed() {
    for (table, edit) in [
        ("ledger_leaf", "UPDATE ledger_leaf SET hash = (SELECT hash FROM ledger_leaf WHERE seq = 1) WHERE seq = 0"),
        ("ledger_leaf", "DELETE FROM ledger_leaf WHERE seq = 2"),
        ("event", "DELETE FROM event WHERE n IN (SELECT n FROM event_pending)"),
        (
            "event",
            "UPDATE event SET chain = 'client/00000000-0000-0000-0000-000000000009' WHERE n IN (SELECT n FROM event_pending)",
        ),
        (
            "event",
            "UPDATE event SET body = chain_body FROM (SELECT body AS chain_body FROM event ORDER BY n LIMIT 1) AS first \
          WHERE n IN (SELECT n FROM event_pending)",
        ),
    ] {
        on_each(&[], async |store| {
            let directory = tempfile::tempdir().unwrap();
            let sealer = sealer(directory.path());
            record_many(store, 5).await;
            seal_now(store, &sealer).await;
            record_many(store, 2).await;
            tamper(store, table, edit).await;
            let error = refused(store, &sealer).await;
            assert!(matches!(error, SealError::Tampered(_)), "{edit} on {:?}: {error:?}", store.engine());
        })
        .await;
    }
}

#[tokio::test]
async fn nothing_is_signed_behind_what_was_signed() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        record_many(store, 5).await;
        seal_now(store, &sealer).await;
        // Another database of the same name has gone further, and its mark stands in the file.
        let further = Checkpoint { size: 9, ..high_water(&sealer) };
        let note = further.sign(&sealer.key().unwrap()).unwrap().to_string();
        std::fs::write(&sealer.high_water, note).unwrap();
        assert!(matches!(refused(store, &sealer).await, SealError::Behind { database: 5, outside: 9, .. }));
        record_many(store, 1).await;
        assert!(matches!(refused(store, &sealer).await, SealError::Behind { database: 6, outside: 9, .. }));
        // As large as the mark, but with another content.
        record_many(store, 3).await;
        assert!(matches!(refused(store, &sealer).await, SealError::Forked { size: 9, .. }));
        std::fs::write(&sealer.high_water, "not a checkpoint").unwrap();
        assert!(matches!(refused(store, &sealer).await, SealError::HighWater { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_that_did_not_reach_the_file_is_published_later() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        record_many(store, 5).await;
        // The file's directory is gone when the commit has happened already.
        let lost = crate::log::sealer(Path::new("/nowhere"));
        let error = seal(store, Some(&lost), NOW, Sign::Now).await.unwrap_err();
        assert!(matches!(error, SealError::HighWater { .. }), "{error:?}");
        assert_eq!(number(store, CHECKPOINTS).await, 1);
        seal(store, Some(&sealer), NOW, Sign::WhenDue).await.unwrap();
        assert_eq!(high_water(&sealer).size, 5);
        let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no half-written file is left: {left:?}");
    })
    .await;
}
