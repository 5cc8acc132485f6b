//! Every attack of the kit on a copy of its own, on both engines: found and named, and untouched copies are left in peace.

use door::record::attack::{ATTACKS, Expected, Seen, Victim, prepare, run};
use door::record::verify::Verdict;
use door::store::{Engine, Store};
use door::values;
use uuid::Uuid;

use crate::log::{NOW, TOYS, make_and_paint, on_each, record_many, seal_now, sealer};

/// A record with rows in it, of its own installation, sealed and made ready.
async fn victim(store: &Store, directory: &std::path::Path) -> Victim {
    let installation = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
    let sealer = sealer(directory);
    record_many(store, 10).await;
    seal_now(store, &sealer).await;
    let mut tx = store.write(true).await.unwrap();
    tx.run("INSERT INTO installation (id, one, made_at) VALUES ($1, 1, $2)", values![installation, NOW]).await.unwrap();
    make_and_paint(&mut tx).await;
    tx.commit().await.unwrap();
    record_many(store, 30).await;
    seal_now(store, &sealer).await;
    let victim = Victim { store: store.clone(), sealer, installation, now: NOW.plus_seconds(5) };
    let report = prepare(&victim).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    victim
}

async fn tried(number: usize) {
    let attack = &ATTACKS[number - 1];
    on_each(TOYS, async |store| {
        let directory = tempfile::tempdir().unwrap();
        let victim = victim(store, directory.path()).await;
        let Seen { words, tried, caught, still } = run(attack, &victim).await.unwrap();
        let engine = store.engine();
        let here = match attack.expected {
            Expected::Elsewhere(_) => false,
            // Nobody writes beside the one writer of the embedded database.
            _ => (number, engine) != (35, Engine::Sqlite),
        };
        assert_eq!(tried, here, "{number} on {engine:?}: {words}");
        if !tried {
            return;
        }
        assert!(caught, "{number} on {engine:?}, {}: {words}", attack.what);
        // The part that was not attacked still verifies.
        if let Some((still, of)) = still.filter(|_| !matches!(number, 11 | 17)) {
            assert!(still > 0 && still <= of, "{number} on {engine:?}: {still} of {of}");
        }
    })
    .await;
}

macro_rules! each {
    ($($name:ident: $number:literal),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            tried($number).await;
        }
    )*};
}

each!(
    a01_body: 1, a02_body_and_leaf: 2, a03_without_key: 3, a04_stolen_key: 4, a05_one_gone: 5, a06_tail_cut: 6,
    a07_nothing_outside: 7, a08_swapped: 8, a09_back_dated: 9, a10_repeated: 10, a11_replaced: 11, a12_same_size: 12,
    a13_put_back: 13, a14_equal_heads: 14, a15_other_heads: 15, a16_two_sequencers: 16, a17_chain_gone: 17,
    a18_slice_gap: 18, a19_slice_tail: 19, a20_raw_change: 20, a21_claimed_change: 21, a22_trigger_off: 22,
    a23_clock: 23, a24_values_gone: 24, a25_risen: 25, a26_wrong_value: 26, a27_proofs: 27, a28_texts: 28,
    a29_signatures: 29, a30_false_anchor: 30, a31_cosignatures: 31, a32_flipped_bit: 32, a33_power: 33, a34_full: 34,
    a35_long_writer: 35, a36_failover: 36, a37_retired_key: 37, a38_oversized: 38,
);

#[test]
fn they_are_numbered() {
    assert!(ATTACKS.iter().zip(1..).all(|(attack, number)| attack.number == number));
}

#[test]
fn the_documentation_lists_them() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/record.md")).unwrap();
    for attack in ATTACKS {
        let row = format!("| {} | {} | {} | {} |\n", attack.number, attack.what, attack.needs, attack.expected);
        assert!(page.contains(&row), "docs/record.md lacks {row}");
    }
}
