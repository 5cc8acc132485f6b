//! What the ledger does by itself: it hands over, begins epochs, notes the schema, erases, drops, anchors, gives slices.

use std::sync::{Arc, Mutex};

use door::record::anchor::{Anchor, Offer, Unanchored};
use door::record::verify::{Fault, Report, Trust, Verdict, verify};
use door::record::{Decision, Keeper, SealError, Sealer, Sign, policy_of, prove, seal, slice_of};
use door::store::Store;
use door::{Later, values};
use ledger::Chain;
use ledger::checkpoint::Checkpoint;
use ledger::event::Performer;
use ledger::key::SignerKey;
use ledger::note::Note;
use uuid::Uuid;

use crate::log::{NOW, TOYS, client, draft, later, number, on_each, record, record_many, seal_now, sealer};
use crate::verifying::check;

const INSTALLATION: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);

fn keeper<'a>(store: &'a Store, sealer: &'a Sealer) -> Keeper<'a> {
    Keeper { store, sealer: Some(sealer), installation: INSTALLATION, observer: "test@1", now: NOW.plus_seconds(60) }
}

async fn report(store: &Store, sealer: &Sealer) -> Report {
    let note = std::fs::read(&sealer.high_water).unwrap();
    let outside = [door::verify::Outside { label: "file".to_owned(), note }];
    let mut trust = Trust::key(sealer.key().unwrap().verifier().clone()).outside(&outside);
    trust.erased = sealer.erased().unwrap();
    verify(store, &trust).await.unwrap()
}

fn next(sealer: &Sealer, origin: &str) -> Sealer {
    Sealer::new(origin, [2; 32].into(), sealer.high_water.clone())
}

async fn sign(store: &Store, sealer: &Sealer) -> Result<u64, SealError> {
    seal(store, Some(sealer), NOW.plus_seconds(100), Sign::Now).await.map(|sealed| sealed.events)
}

#[tokio::test]
async fn a_key_is_handed_over_and_the_old_one_signs_no_more() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let old = sealer(directory.path());
        record_many(store, 10).await;
        seal_now(store, &old).await;
        let new = next(&old, &old.origin);
        let note = keeper(store, &old).rotate_key(&new).await.unwrap();
        let both = [old.key().unwrap(), new.key().unwrap()];
        let keys: Vec<_> = both.iter().map(SignerKey::verifier).collect();
        assert_eq!(Note::parse(note.as_bytes()).unwrap().verify(keys).unwrap().len(), 2);
        record_many(store, 5).await;
        assert!(matches!(sign(store, &old).await, Err(SealError::HighWater { .. } | SealError::Retired { since: 10 })));
        let mut sealed = 0;
        while sealed == 0 {
            // PostgreSQL may hold the head for a moment longer: the refused transaction is rolled back behind our back.
            sealed = sign(store, &new).await.unwrap();
        }
        assert_eq!(sealed, 5);
        // Who knows either key learns the other from the log.
        for sealer in [&old, &new] {
            let found = check(store, sealer.key().unwrap().verifier(), &[]).await;
            assert_eq!((found.verdict(), found.signed), (Verdict::SignedOnly, 16), "{found}");
        }
        let stranger = next(&old, "another/log");
        let found = check(store, stranger.key().unwrap().verifier(), &[]).await;
        assert!(found.faults.iter().any(|fault| matches!(fault, Fault::Key { .. })), "{found}");
        assert_eq!(report(store, &new).await.verdict(), Verdict::Verified);
        let policy = policy_of(&mut store.read().await.unwrap()).await.unwrap().to_string();
        assert!(policy.contains("sizes:0-10") && policy.contains("sizes:11-"), "{policy}");
    })
    .await;
}

#[tokio::test]
async fn a_database_that_was_put_back_goes_on_in_a_new_epoch_only() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let old = sealer(directory.path());
        record_many(store, 10).await;
        seal_now(store, &old).await;
        // Another copy of this database has gone on to 30 leaves, and its checkpoint was kept.
        let further =
            Checkpoint { origin: old.origin.clone(), size: 30, root: ledger::Hash([7; 32]), extensions: vec![] };
        let further = further.sign(&old.key().unwrap()).unwrap().to_string();
        std::fs::write(&old.high_water, &further).unwrap();
        record_many(store, 3).await;
        assert!(matches!(sign(store, &old).await, Err(SealError::Behind { outside: 30, .. })));
        let new = next(&old, "test.example/record/1/2");
        let decision = Decision { reason: "the disk broke".to_owned(), decided_by: "Maya".to_owned() };
        keeper(store, &old).begin_epoch(&new, &decision).await.unwrap();
        assert_eq!(sign(store, &new).await.unwrap(), 3, "what waited comes after the event of the epoch");
        let kept = std::fs::read_to_string(old.high_water.with_extension("epoch-1")).unwrap();
        assert_eq!(kept, further, "the evidence of what is lost is kept");
        let found = report(store, &new).await;
        assert_eq!(
            (found.verdict(), found.epochs.as_slice()),
            (Verdict::Verified, &[(10, 20, Some(30))][..]),
            "{found}"
        );
        assert!(found.to_string().contains("leaves lost: 20"), "{found}");
        // Who holds what is lost is told so, and not that all is well.
        let outside = [door::verify::Outside { label: "a client's copy".to_owned(), note: further.into_bytes() }];
        let found = check(store, new.key().unwrap().verifier(), &outside).await;
        assert_eq!(found.verdict(), Verdict::Incomplete, "{found}");
        assert!(matches!(found.faults[..], [Fault::Lost { size: 30, until: 10, .. }]), "{found}");
    })
    .await;
}

#[tokio::test]
async fn erasing_leaves_a_mark_and_a_restored_value_is_found_and_erased_again() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        record_many(store, 10).await;
        let person = Uuid::from_u128(0xb0);
        let backup: String = {
            let mut tx = store.read().await.unwrap();
            tx.one("SELECT private FROM event WHERE n = 4", vec![]).await.unwrap().get("private").unwrap()
        };
        let erased = keeper(store, &sealer).erase(person, "request").await.unwrap();
        assert_eq!((erased.values, erased.events), (10, 10));
        seal_now(store, &sealer).await;
        let found = report(store, &sealer).await;
        assert_eq!((found.verdict(), found.values_erased), (Verdict::Verified, 10), "{found}");
        let left = number(store, "SELECT count(*) AS number FROM event WHERE private LIKE '%192.0.2.7%'").await;
        assert_eq!(left, 0);
        // Recorded about the same person later: that is not erased, and no fault.
        let mut tx = store.write(true).await.unwrap();
        let later = ledger::event::Draft::new(
            door::id::uuid_at(NOW.plus_seconds(99)),
            NOW.plus_seconds(99).timestamp(),
            client(1),
            "toy.paint",
        );
        let pii = ledger::event::Pii::new(person, "192.0.2.9");
        record(&mut tx, later.pii("actor.ip", pii, ledger::commitment::Salt::new([9; 32]))).await;
        tx.commit().await.unwrap();
        assert_eq!(sign(store, &sealer).await.unwrap(), 1);
        assert_eq!(report(store, &sealer).await.verdict(), Verdict::Verified);
        // A backup brings one value back.
        let mut tx = store.write(true).await.unwrap();
        tx.run("UPDATE event SET private = $1 WHERE n = 4", values![backup]).await.unwrap();
        tx.commit().await.unwrap();
        let found = report(store, &sealer).await;
        assert!(matches!(found.faults[..], [Fault::Resurrected { n: 4, .. }]), "{found}");
        assert_eq!(keeper(store, &sealer).replay_erasures().await.unwrap(), [person]);
        let found = report(store, &sealer).await;
        assert!(found.faults.is_empty(), "{found}");
    })
    .await;
}

#[tokio::test]
async fn a_chain_whose_owner_has_ended_is_emptied_and_no_other() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let beside = |n: u8, chain| {
            let pii = ledger::event::Pii::new(Uuid::from_u128(0xb0), format!("192.0.2.{n}"));
            ledger::event::Draft::new(door::id::uuid_at(NOW), NOW.timestamp(), chain, "toy.paint").pii(
                "actor.ip",
                pii,
                ledger::commitment::Salt::new([n; 32]),
            )
        };
        let mut tx = store.write(true).await.unwrap();
        record(&mut tx, beside(1, client(1))).await;
        record(&mut tx, beside(2, client(2))).await;
        tx.commit().await.unwrap();
        let held = async |text: &str| {
            let sql = "SELECT private FROM event WHERE private IS NOT NULL ORDER BY n";
            let rows = store.read().await.unwrap().all(sql, vec![]).await.unwrap();
            rows.iter().any(|row| row.get::<String>("private").unwrap().contains(text))
        };
        let backup: String = {
            let mut tx = store.read().await.unwrap();
            tx.one("SELECT private FROM event WHERE n = 1", vec![]).await.unwrap().get("private").unwrap()
        };
        let mut late = keeper(store, &sealer);
        late.now = NOW.plus_seconds(1);
        let erased = late.erase_chain(&client(1), "ended").await.unwrap();
        assert_eq!((erased.values, erased.events), (1, 1));
        assert!(!held("192.0.2.1").await && held("192.0.2.2").await, "one chain, and no other");
        seal_now(store, &sealer).await;
        let found = report(store, &sealer).await;
        assert_eq!((found.verdict(), found.values_erased, found.values), (Verdict::Verified, 1, 1), "{found}");
        // A value of another chain that goes under the same mark was taken away by somebody else.
        let erasure: String = {
            let mut tx = store.read().await.unwrap();
            tx.one("SELECT private FROM event WHERE n = 1", vec![]).await.unwrap().get("private").unwrap()
        };
        let mut tx = store.write(true).await.unwrap();
        let before: String =
            tx.one("SELECT private FROM event WHERE n = 2", vec![]).await.unwrap().get("private").unwrap();
        tx.run("UPDATE event SET private = $1 WHERE n = 2", values![erasure]).await.unwrap();
        tx.commit().await.unwrap();
        let found = report(store, &sealer).await;
        assert!(matches!(found.faults[..], [Fault::ValueGone { n: 2, .. }]), "{found}");
        // A backup brings one back: it is found, and erased again.
        let mut tx = store.write(true).await.unwrap();
        tx.run("UPDATE event SET private = $1 WHERE n = 2", values![before]).await.unwrap();
        tx.run("UPDATE event SET private = $1 WHERE n = 1", values![backup]).await.unwrap();
        tx.commit().await.unwrap();
        let found = report(store, &sealer).await;
        assert!(matches!(found.faults[..], [Fault::Resurrected { n: 1, .. }]), "{found}");
        assert_eq!(late.replay_erasures().await.unwrap(), [client(1).owner()]);
        assert!(report(store, &sealer).await.faults.is_empty());
        // What tells of keys and erasures is never emptied.
        let installation = Chain::Installation(Uuid::from_u128(1));
        assert!(matches!(late.erase_chain(&installation, "ended").await, Err(SealError::Kept)));
    })
    .await;
}

#[tokio::test]
async fn a_beginning_is_dropped_and_the_rest_stays_provable() {
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        let mut tx = store.write(true).await.unwrap();
        crate::log::make_and_paint(&mut tx).await;
        tx.commit().await.unwrap();
        record_many(store, 30).await;
        seal_now(store, &sealer).await;
        let mut late = keeper(store, &sealer);
        late.now = NOW.plus_seconds(1000);
        let mut tx = store.write(true).await.unwrap();
        for _ in 0..3 {
            let at = NOW.plus_seconds(500);
            let event = ledger::event::Draft::new(door::id::uuid_at(at), at.timestamp(), client(1), "toy.paint");
            record(&mut tx, event).await;
        }
        tx.commit().await.unwrap();
        sign(store, &sealer).await.unwrap();
        let pruned = late.prune(&client(1), NOW.plus_seconds(400), Performer::job()).await.unwrap().unwrap();
        assert_eq!((pruned.events, pruned.until), (12, 12));
        assert_eq!(
            late.prune(&client(1), NOW.plus_seconds(400), Performer::job()).await.unwrap(),
            None,
            "there is no more to drop"
        );
        assert_eq!(sign(store, &sealer).await.unwrap(), 1);
        let found = report(store, &sealer).await;
        assert_eq!((found.verdict(), found.dropped, found.changes_dropped), (Verdict::Verified, 12, 2), "{found}");
        let slice = slice_of(&mut store.read().await.unwrap(), &sealer, &client(1)).await.unwrap().unwrap();
        let slice = ledger::slice::verify(&slice.files(), None, &[]);
        assert_eq!((slice.verdict(), slice.dropped, slice.proved), (Verdict::SignedOnly, 12, 4), "{slice}");
        // A later dropping takes the event of the earlier one with it, and the chain still says how far.
        let mut tx = store.write(true).await.unwrap();
        let at = NOW.plus_seconds(3000);
        let event = ledger::event::Draft::new(door::id::uuid_at(at), at.timestamp(), client(1), "toy.paint");
        record(&mut tx, event).await;
        tx.commit().await.unwrap();
        sign(store, &sealer).await.unwrap();
        late.now = NOW.plus_seconds(4000);
        let again = late.prune(&client(1), NOW.plus_seconds(2000), Performer::job()).await.unwrap().unwrap();
        assert_eq!((again.events, again.until), (4, 16), "three events, and the one that told of the dropping");
        sign(store, &sealer).await.unwrap();
        let found = report(store, &sealer).await;
        assert_eq!((found.verdict(), found.dropped, found.changes_dropped), (Verdict::Verified, 16, 2), "{found}");
        let installation = Chain::Installation(INSTALLATION);
        assert!(matches!(late.prune(&installation, later(9999), Performer::job()).await, Err(SealError::Kept)));
        // An event of another chain cannot be dropped, and a body that is taken away without a word is a fault.
        let mut tx = store.write(true).await.unwrap();
        let other = "DELETE FROM event WHERE n IN (SELECT n FROM ledger_leaf WHERE chain = $1)";
        assert!(tx.run(other, values![client(2).to_string()]).await.is_err(), "the database refuses it");
    })
    .await;
}

#[tokio::test]
async fn a_schema_that_changes_without_a_migration_is_named() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        keeper(store, &sealer).record_schema().await.unwrap();
        keeper(store, &sealer).record_schema().await.unwrap();
        seal_now(store, &sealer).await;
        let found = report(store, &sealer).await;
        assert_eq!((found.verdict(), found.leaves), (Verdict::Verified, 1), "said once: {found}");
        let mut tx = store.write(true).await.unwrap();
        tx.run("CREATE TABLE beside (id INTEGER PRIMARY KEY)", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(report(store, &sealer).await.verdict(), Verdict::UnauditedChange);
        // Once it is noted, it stays a finding for ever.
        keeper(store, &sealer).record_schema().await.unwrap();
        sign(store, &sealer).await.unwrap();
        let found = report(store, &sealer).await;
        assert!(matches!(found.faults[..], [Fault::Schema { n: Some(_), .. }]), "{found}");
    })
    .await;
}

/// An anchor that is away as long as it is told to.
#[derive(Default)]
struct Sleeper {
    away: Mutex<bool>,
    took: Mutex<Vec<u64>>,
    holds: Mutex<Option<String>>,
}

impl Anchor for Sleeper {
    fn name(&self) -> &str {
        "sleeper"
    }

    fn every_seconds(&self) -> i64 {
        0
    }

    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, Result<String, Unanchored>> {
        Box::pin(async move {
            if *self.away.lock().unwrap() {
                return Err(Unanchored::Later("asleep".to_owned()));
            }
            offer.consistency(offer.last).await.unwrap();
            self.took.lock().unwrap().push(offer.checkpoint.size);
            Ok(offer.note.to_owned())
        })
    }

    fn newest<'a>(&'a self, _: &'a str) -> Later<'a, Result<Option<Vec<u8>>, Unanchored>> {
        Box::pin(async move { Ok(self.holds.lock().unwrap().clone().map(String::into_bytes)) })
    }
}

#[tokio::test]
async fn an_anchor_that_was_away_gets_the_newest_and_nothing_is_lost() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sleeper = Arc::new(Sleeper::default());
        let anchored = sealer(directory.path()).anchored(vec![sleeper.clone()]);
        let door = crate::world::door_with(store.clone(), NOW, anchored).await;
        *sleeper.away.lock().unwrap() = true;
        for _ in 0..3 {
            record_many(store, 5).await;
            door.checkpoint().await.unwrap();
            assert_eq!(door.anchor().await.unwrap(), 0);
        }
        let backlog = door.backlog().await.unwrap();
        assert_eq!((backlog[0].signed, backlog[0].anchored, backlog[0].at), (15, 0, None));
        *sleeper.away.lock().unwrap() = false;
        assert_eq!(door.anchor().await.unwrap(), 1);
        assert_eq!(*sleeper.took.lock().unwrap(), [15], "one checkpoint covers all before it");
        assert_eq!(door.anchor().await.unwrap(), 0, "it has that one already");
        assert_eq!(door.backlog().await.unwrap()[0].anchored, 15);
    })
    .await;
}

#[tokio::test]
async fn what_an_anchor_holds_stops_a_database_that_was_put_back() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sleeper = Arc::new(Sleeper::default());
        let plain = sealer(directory.path());
        let further =
            Checkpoint { origin: plain.origin.clone(), size: 30, root: ledger::Hash([7; 32]), extensions: vec![] };
        let further = further.sign(&plain.key().unwrap()).unwrap().to_string();
        *sleeper.holds.lock().unwrap() = Some(further);
        let anchored = plain.anchored(vec![sleeper.clone()]);
        let door = crate::world::door_with(store.clone(), NOW, anchored).await;
        record_many(store, 5).await;
        assert!(matches!(door.seal().await, Err(SealError::Behind { outside: 30, .. })));
        assert_eq!(
            number(store, "SELECT count(*) AS number FROM event_pending").await,
            6,
            "all of it waits, and is there"
        );
    })
    .await;
}

#[tokio::test]
async fn a_slice_of_a_chain_is_whole() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let sealer = sealer(directory.path());
        record_many(store, 1300).await;
        seal_now(store, &sealer).await;
        let mut tx = store.write(true).await.unwrap();
        record(&mut tx, draft(client(1))).await;
        tx.commit().await.unwrap();
        let mut read = store.read().await.unwrap();
        let slice = slice_of(&mut read, &sealer, &client(1)).await.unwrap().unwrap();
        let policy = policy_of(&mut read).await.unwrap();
        let found = ledger::slice::verify(&slice.files(), Some(&policy), &[]);
        assert_eq!((found.verdict(), found.proved), (Verdict::SignedOnly, 433), "{found}");
        let nobody = Chain::Client(Uuid::from_u128(99));
        assert!(slice_of(&mut read, &sealer, &nobody).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn nothing_is_handed_out_before_the_high_water_file_covers_it() {
    on_each(&[], async |store| {
        let directory = tempfile::tempdir().unwrap();
        let (taken, plain) = (Arc::new(Sleeper::default()), sealer(directory.path()));
        let anchored = sealer(directory.path()).anchored(vec![taken.clone()]);
        let door = crate::world::door_with(store.clone(), NOW, anchored).await;
        record_many(store, 5).await;
        door.checkpoint().await.unwrap();
        let before = std::fs::read(&plain.high_water).unwrap();
        record_many(store, 5).await;
        door.checkpoint().await.unwrap();
        let newest = "SELECT max(size) AS number FROM ledger_checkpoint";
        assert_eq!(number(store, newest).await, 10);
        // As after a crash between the commit of the checkpoint and the writing of the file.
        std::fs::write(&plain.high_water, &before).unwrap();

        assert_eq!(door.anchor().await.unwrap(), 1);
        assert_eq!(*taken.took.lock().unwrap(), [5], "an anchor is given what is covered");
        assert_eq!(prove(store, &plain, 9).await.unwrap(), None, "a proof waits");
        assert!(prove(store, &plain, 3).await.unwrap().is_some_and(|proved| proved.proof.hashes.len() == 3));
        let mut read = store.read().await.unwrap();
        let slice = slice_of(&mut read, &plain, &client(1)).await.unwrap().unwrap();
        assert!(slice.checkpoint.text().contains("\n5\n"), "{}", slice.checkpoint);
        drop(read);
        let dropped = keeper(store, &plain).prune(&client(0), later(9), Performer::job()).await.unwrap().unwrap();
        assert_eq!((dropped.events, dropped.until), (2, 2), "what is not covered is not dropped");
        // The next look of any instance brings the file up to date, and only then is the newest one shown.
        let note = door.checkpoint().await.unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(&plain.high_water).unwrap(), note);
        assert!(prove(store, &plain, 9).await.unwrap().is_some());
        // A file that tells of another log covers nothing.
        let other = Checkpoint {
            origin: "test.example/record/2".to_owned(),
            size: 99,
            root: ledger::Hash([7; 32]),
            extensions: vec![],
        };
        std::fs::write(
            &plain.high_water,
            other.sign(&next(&plain, "test.example/record/2").key().unwrap()).unwrap().to_string(),
        )
        .unwrap();
        assert_eq!(prove(store, &plain, 9).await.unwrap(), None);
    })
    .await;
}
