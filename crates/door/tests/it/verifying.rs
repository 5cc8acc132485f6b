//! The verifier: silent on a sound record, and each change of it is named.

use door::record::verify::{Fault, Outside, Report, Trust, Verdict, verify};
use door::record::{Proved, Sealer, prove};
use door::store::{Engine, Store};
use door::values;
use ledger::checkpoint::Checkpoint;
use ledger::event::Operation;
use ledger::key::VerifierKey;
use ledger::policy::Policy;
use ledger::proof::Proof;
use ledger::tree::leaf_hash;

use crate::log::{
    TOYS, client, draft, fresh_id, make_and_paint, on_each, public_key, record, record_change, record_many, seal_now,
    sealer,
};

const TABLES: [&str; 10] = [
    "event",
    "change",
    "ledger_leaf",
    "ledger_node",
    "ledger_checkpoint",
    "ledger_key",
    "ledger_schema",
    "ledger_prune",
    "event_index",
    "toy",
];

/// Edits with the owner's rights: first every trigger goes.
pub(crate) async fn tamper(store: &Store, edits: &[&'static str]) {
    let mut tx = store.write(true).await.unwrap();
    match store.engine() {
        Engine::Sqlite => {
            let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
            for row in tx.all(triggers, vec![]).await.unwrap() {
                let drop: &'static str = format!("DROP TRIGGER {}", row.get::<String>("name").unwrap()).leak();
                tx.run(drop, vec![]).await.unwrap();
            }
        }
        Engine::Postgres => {
            for table in TABLES {
                let disable: &'static str = format!("ALTER TABLE {table} DISABLE TRIGGER USER").leak();
                tx.run(disable, vec![]).await.unwrap();
            }
        }
    }
    for edit in edits {
        assert!(tx.run(edit, vec![]).await.unwrap() > 0, "{edit} touched nothing");
    }
    tx.commit().await.unwrap();
}

/// 300 events, among them three toys from their making to their deletion and a fourth that stays, all sealed and signed;
/// 2 more that wait.
pub(crate) async fn a_record(store: &Store, sealer: &Sealer) {
    record_many(store, 100).await;
    seal_now(store, sealer).await;
    let mut tx = store.write(true).await.unwrap();
    for _ in 0..3 {
        let id = fresh_id();
        for (revision, operation) in [(1, Operation::Create), (2, Operation::Update), (3, Operation::Delete)] {
            record_change(&mut tx, id, revision, operation).await;
        }
    }
    make_and_paint(&mut tx).await;
    tx.commit().await.unwrap();
    record_many(store, 189).await;
    seal_now(store, sealer).await;
    record_many(store, 2).await;
}

pub(crate) async fn report(store: &Store, sealer: &Sealer) -> Report {
    let note = std::fs::read(&sealer.high_water).unwrap();
    let outside = [Outside { label: "high-water file".to_owned(), note }];
    check(store, &public_key(sealer), &outside).await
}

pub(crate) async fn check(store: &Store, key: &VerifierKey, outside: &[Outside]) -> Report {
    verify(store, &Trust::key(key.clone()).outside(outside)).await.unwrap()
}

#[tokio::test]
async fn a_sound_record_is_verified() {
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        a_record(store, &sealer).await;
        let found = report(store, &sealer).await;
        let expected = Report {
            leaves: 300,
            chains: 3,
            pending: 2,
            checkpoints: 2,
            signed: 300,
            covered_outside: 300,
            values: 302,
            changes: 11,
            rows: 1,
            ..Report::default()
        };
        assert_eq!(found, expected);
        assert_eq!(found.verdict(), Verdict::Verified);
        assert!(
            found.to_string().starts_with("VERIFIED: 300 of 300 leaves (chains: 3, checkpoints: 2)\nnot checked"),
            "{found}"
        );
        // Without anything from outside the same record is only signed, and what is not ours does not help.
        let alone = check(store, &public_key(&sealer), &[]).await;
        assert_eq!((alone.verdict(), alone.covered_outside), (Verdict::SignedOnly, 0));
        let junk = [Outside { label: "junk".to_owned(), note: b"junk".to_vec() }];
        let junk = check(store, &public_key(&sealer), &junk).await;
        assert_eq!((junk.verdict(), junk.ignored.len()), (Verdict::SignedOnly, 1));
        // An older copy vouches for less.
        let older = store.read().await.unwrap();
        let older = { older }.one("SELECT note FROM ledger_checkpoint ORDER BY size LIMIT 1", vec![]).await.unwrap();
        let older = [Outside { label: "older".to_owned(), note: older.get::<String>("note").unwrap().into_bytes() }];
        let older = check(store, &public_key(&sealer), &older).await;
        assert_eq!((older.verdict(), older.covered_outside), (Verdict::SignedOnly, 100));
    })
    .await;
}

#[tokio::test]
async fn an_empty_record_is_not_verified() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let found = check(store, &public_key(&sealer), &[]).await;
        assert_eq!((found.verdict(), found.leaves), (Verdict::Incomplete, 0));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_only_the_event_tells_is_named() {
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        a_record(store, &sealer).await;
        tamper(store, &["DELETE FROM change WHERE n = 109"]).await;
        let found = report(store, &sealer).await;
        assert_eq!(found.verdict(), Verdict::UnauditedChange, "{found}");
        // Without its deletion on the record the toy should still be there.
        let [Fault::ChangeMissing { n: 109, rev: 3, pk, .. }, Fault::RowMissing { id, .. }] = &found.faults[..] else {
            panic!("{found}");
        };
        assert_eq!(pk, id);
    })
    .await;
}

#[tokio::test]
async fn a_log_written_anew_with_the_key_is_a_fork() {
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        record_many(store, 10).await;
        seal_now(store, &sealer).await;
        let outside = std::fs::read(&sealer.high_water).unwrap();
        // Whoever has the key throws all away, writes another history, and signs it.
        tamper(
            store,
            &[
                "DELETE FROM ledger_checkpoint",
                "DELETE FROM ledger_leaf",
                "DELETE FROM event_object",
                "DELETE FROM event_index",
                "DELETE FROM event",
                "UPDATE ledger_head SET size = 0",
            ],
        )
        .await;
        std::fs::remove_file(&sealer.high_water).unwrap();
        let mut tx = store.write(true).await.unwrap();
        for _ in 0..10 {
            let n = record(&mut tx, draft(client(1))).await;
            // The trigger that does this went with the others.
            tx.run("INSERT INTO event_pending (n) VALUES ($1)", values![n]).await.unwrap();
        }
        tx.commit().await.unwrap();
        seal_now(store, &sealer).await;
        let found = check(store, &public_key(&sealer), &[]).await;
        assert_eq!(
            found.verdict(),
            Verdict::SignedOnly,
            "alone it is consistent, and must not be called verified: {found}"
        );
        let outside = [Outside { label: "a customer's copy".to_owned(), note: outside }];
        let found = check(store, &public_key(&sealer), &outside).await;
        assert_eq!(found.verdict(), Verdict::Forked, "{found}");
        let new = Checkpoint::open(&std::fs::read(&sealer.high_water).unwrap(), &public_key(&sealer)).unwrap();
        assert!(matches!(&found.faults[..], [Fault::Fork { size: 10, .. }]) && new.size == 10, "{found}");
    })
    .await;
}

#[tokio::test]
async fn an_event_is_proved_to_whoever_has_the_key() {
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        a_record(store, &sealer).await;
        let policy = Policy::log_only(public_key(&sealer));
        for n in [1, 2, 256, 257, 300] {
            let Proved { leaf, proof } = prove(store, &sealer, n).await.unwrap().unwrap();
            let proof: Proof = proof.to_string().parse().unwrap();
            let leaf = leaf.to_bytes();
            assert_eq!(proof.verify(&leaf_hash(&leaf), &policy).unwrap().checkpoint.size, 300);
            assert!(proof.verify(&leaf_hash(&leaf[1..]), &policy).is_err());
        }
        assert_eq!(prove(store, &sealer, 301).await.unwrap(), None, "not sealed yet");
        assert_eq!(prove(store, &sealer, 9999).await.unwrap(), None, "not there");
    })
    .await;
}
