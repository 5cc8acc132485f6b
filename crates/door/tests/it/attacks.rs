//! Attacks on a record with the owner's rights, and what the verifier says to each.

use door::record::verify::{Fault, Verdict};
use ledger::replay::Mismatch;

use crate::log::{TOYS, on_each, sealer};
use crate::verifying::{a_record, report, tamper};

/// What is edited, the verdict, and a fault that must be on the list.
type Attack = (&'static [&'static str], Verdict, fn(&Fault) -> bool);

async fn named(attacks: &[Attack]) {
    for (edits, verdict, names) in attacks {
        on_each(TOYS, async |store| {
            let directory = tempfile::tempdir().unwrap();
            let sealer = sealer(directory.path());
            a_record(store, &sealer).await;
            tamper(store, edits).await;
            let found = report(store, &sealer).await;
            assert_eq!(found.verdict(), *verdict, "{edits:?} on {:?}:\n{found}", store.engine());
            assert!(found.faults.iter().any(names), "{edits:?} on {:?}:\n{found}", store.engine());
        })
        .await;
    }
}

/// Leaves and bodies: one of them changed, gone, swapped or moved.
const LEAVES: &[Attack] = &[
    (&["UPDATE event SET body = (SELECT body FROM event WHERE n = 4) WHERE n = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Leaf { n: 7, seq: 6, mismatch: Mismatch::Hash })
    }),
    (
        &["UPDATE ledger_leaf SET hash = (SELECT hash FROM ledger_leaf WHERE seq = 4) WHERE seq = 7"],
        Verdict::Tampered,
        |fault| matches!(fault, Fault::Leaf { seq: 7, mismatch: Mismatch::Hash, .. }),
    ),
    (&["DELETE FROM ledger_leaf WHERE seq = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::LeafMissing { seq: 7 })
    }),
    (&["DELETE FROM event WHERE n = 7"], Verdict::Tampered, |fault| matches!(fault, Fault::Body { n: 7, .. })),
    (
        &[
            "UPDATE ledger_leaf SET n = 1007 WHERE seq = 7",
            "UPDATE ledger_leaf SET n = 8 WHERE seq = 10",
            "UPDATE ledger_leaf SET n = 11 WHERE n = 1007",
        ],
        Verdict::Tampered,
        |fault| matches!(fault, Fault::Leaf { seq: 10, .. }),
    ),
    (&["UPDATE ledger_leaf SET chain_seq = 1000 WHERE seq = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Leaf { seq: 7, mismatch: Mismatch::Sequence { .. }, .. })
    }),
    (&["UPDATE ledger_leaf SET chain_prev = hash WHERE seq = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Leaf { seq: 7, mismatch: Mismatch::Previous, .. })
    }),
];

#[tokio::test]
async fn on_leaves_and_bodies() {
    named(LEAVES).await;
}

/// The log cut short, and nodes that do not follow.
const ENDS_AND_NODES: &[Attack] = &[
    (&["DELETE FROM ledger_leaf WHERE seq >= 250"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Checkpoint { size: 300, .. })
    }),
    // The tail is cut from every table, so that what is left agrees with itself.
    (
        &[
            "DELETE FROM ledger_leaf WHERE seq >= 250",
            "DELETE FROM ledger_checkpoint WHERE size > 250",
            "DELETE FROM ledger_node WHERE idx >= 0",
            "DELETE FROM event_object WHERE n > 250",
            "DELETE FROM event_index WHERE n > 250",
            "DELETE FROM event WHERE n > 250",
            "DELETE FROM event_pending WHERE n > 250",
            "UPDATE ledger_head SET size = 250",
        ],
        Verdict::Forked,
        |fault| matches!(fault, Fault::Fork { size: 300, .. }),
    ),
    (
        &["UPDATE ledger_node SET hash = (SELECT hash FROM ledger_leaf WHERE seq = 0)"],
        Verdict::Tampered,
        |fault| matches!(fault, Fault::Node { node } if (node.level, node.index) == (8, 0)),
    ),
    (&["INSERT INTO ledger_node (level, idx, hash) SELECT 16, 0, hash FROM ledger_node"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::NodesTooMany { count: 1 })
    }),
];

#[tokio::test]
async fn on_the_tail_and_the_nodes() {
    named(ENDS_AND_NODES).await;
}

/// Checkpoints, and events without a place.
const SIGNATURES_AND_PLACES: &[Attack] = &[
    (
        &["UPDATE ledger_checkpoint SET root = (SELECT hash FROM ledger_leaf WHERE seq = 0) WHERE size = 100"],
        Verdict::Tampered,
        |fault| matches!(fault, Fault::Checkpoint { size: 100, .. }),
    ),
    (&["UPDATE ledger_checkpoint SET note = '' WHERE size = 100"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Checkpoint { size: 100, .. })
    }),
    (&["DELETE FROM event_pending"], Verdict::Tampered, |fault| matches!(fault, Fault::Unsealed { n: 301 })),
];

#[tokio::test]
async fn on_checkpoints_and_what_waits() {
    named(SIGNATURES_AND_PLACES).await;
}

/// What lies beside the events.
const VALUES_AND_INDEX: &[Attack] = &[
    (
        &["UPDATE event SET private = replace(private, '192.0.2.7', '192.0.2.8') WHERE n = 7"],
        Verdict::Tampered,
        |fault| matches!(fault, Fault::Value { n: 7, field } if field == "actor.ip"),
    ),
    (&["UPDATE event_index SET outcome = 'denied' WHERE n = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Index { n: 7 })
    }),
    (&["DELETE FROM event_object WHERE n = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Object { n: 7, wrong: "is missing from its story", .. })
    }),
    (&["UPDATE event_object SET n = 8 WHERE n = 7"], Verdict::Tampered, |fault| {
        matches!(fault, Fault::Object { n: 8, wrong: "stands in its story, and the event does not say so", .. })
    }),
];

#[tokio::test]
async fn on_values_and_the_index() {
    named(VALUES_AND_INDEX).await;
}

/// Rows that no event tells of.
const ROWS: &[Attack] = &[
    (
        &["UPDATE toy SET colour = 'black'"],
        Verdict::UnauditedChange,
        |fault| matches!(fault, Fault::Row { table, wrong: "holds something else than was recorded", .. } if table == "toy"),
    ),
    (&["UPDATE toy SET colour = 'red', rev = 1"], Verdict::UnauditedChange, |fault| {
        matches!(fault, Fault::Row { wrong: "was put back to an older revision", .. })
    }),
    (&["DELETE FROM toy"], Verdict::UnauditedChange, |fault| matches!(fault, Fault::RowMissing { .. })),
    (&["UPDATE change SET n = 7 WHERE n = 102"], Verdict::UnauditedChange, |fault| {
        matches!(fault, Fault::ChangeUnsaid { n: 7, rev: 2, .. })
    }),
];

#[tokio::test]
async fn on_rows_and_changes() {
    named(ROWS).await;
}
