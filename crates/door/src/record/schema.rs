//! The tables of the record and of the door's own housekeeping: the first migration of every database.

use crate::store::{Migration, Step};

/// The door's migrations. A portal's own follow with the next numbers.
pub const MIGRATIONS: &[Migration] = &[Migration { version: 1, name: "the record", steps: RECORD }];

const RECORD: &[Step] = &[
    // One row: who this database is. Its id names the installation's chain. `last_event` is set when the installation
    // moves to another database: this one then takes no event after it.
    Step::Sql(
        "CREATE TABLE installation (id {id} PRIMARY KEY, one {int} NOT NULL UNIQUE CHECK (one = 1), \
         made_at {int} NOT NULL, last_event {int}) {strict}",
    ),
    // What happened. `private` holds the values about people, with the salts of their commitments; it is the only
    // column that may change, because a person may ask for it to be erased.
    Step::Sql(
        "CREATE TABLE event (n {serial}, chain {text} NOT NULL, \
         body {bytes} NOT NULL CHECK (length(body) BETWEEN 2 AND 32768), private {text}) {strict}",
    ),
    // Which row moved to which revision by which event. Recorded tables point here.
    Step::Sql(
        "CREATE TABLE change (entity {int} NOT NULL, pk {id} NOT NULL, rev {int} NOT NULL, \
         op {text} NOT NULL CHECK (op IN ('c', 'u', 'd')), n {int} NOT NULL, after {bytes}, \
         PRIMARY KEY (entity, pk, rev)) {keyed}",
    ),
    Step::InsertOnly("change"),
    Step::EventsKeepTheirBody,
    // Events that the sequencer has not seen. A number alone would not do: on PostgreSQL a lower number may be
    // committed after a higher one.
    Step::Sql("CREATE TABLE event_pending (n {int} PRIMARY KEY) {strict}"),
    // The log: an event's place, in the whole and in its chain.
    Step::Sql(
        "CREATE TABLE ledger_leaf (seq {int} PRIMARY KEY CHECK (seq >= 0), n {int} NOT NULL UNIQUE, \
         chain {text} NOT NULL, chain_seq {int} NOT NULL, chain_prev {bytes} NOT NULL, hash {bytes} NOT NULL, \
         UNIQUE (chain, chain_seq)) {strict}",
    ),
    Step::InsertOnly("ledger_leaf"),
    // Roots of full tiles: levels 8, 16, 24 …
    Step::Sql(
        "CREATE TABLE ledger_node (level {int} NOT NULL, idx {int} NOT NULL, hash {bytes} NOT NULL, \
         PRIMARY KEY (level, idx)) {keyed}",
    ),
    Step::InsertOnly("ledger_node"),
    Step::Sql(
        "CREATE TABLE ledger_checkpoint (size {int} PRIMARY KEY, root {bytes} NOT NULL, note {text} NOT NULL, \
         at {int} NOT NULL) {strict}",
    ),
    Step::InsertOnly("ledger_checkpoint"),
    // The log's keys in the order of their terms: the leaf that handed over, and the event in it. The first has none.
    Step::Sql("CREATE TABLE ledger_key (size {int} PRIMARY KEY, vkey {text} NOT NULL, n {int}) {strict}"),
    Step::InsertOnly("ledger_key"),
    // What those outside answered to a checkpoint: with a witness's cosignature, the note as it is then.
    Step::Sql(
        "CREATE TABLE ledger_anchor (size {int} NOT NULL, anchor {text} NOT NULL, note {text} NOT NULL, \
         at {int} NOT NULL, PRIMARY KEY (size, anchor)) {keyed}",
    ),
    Step::InsertOnly("ledger_anchor"),
    // What the schema looked like, and the event that says so.
    Step::Sql(
        "CREATE TABLE ledger_schema (n {int} PRIMARY KEY, engine {text} NOT NULL, fingerprint {bytes} NOT NULL, \
         migrations {int} NOT NULL) {strict}",
    ),
    Step::InsertOnly("ledger_schema"),
    // How far the beginning of a chain was dropped by policy, and the event that says so.
    Step::Sql(
        "CREATE TABLE ledger_prune (n {int} PRIMARY KEY, chain {text} NOT NULL, until {int} NOT NULL, \
         last {bytes} NOT NULL) {strict}",
    ),
    Step::InsertOnly("ledger_prune"),
    // One row: how far the log is. Whoever holds it seals.
    Step::Sql("CREATE TABLE ledger_head (id {int} PRIMARY KEY CHECK (id = 1), size {int} NOT NULL) {strict}"),
    Step::Sql("INSERT INTO ledger_head (id, size) VALUES (1, 0)"),
    // What the pages of the trail read. Derived from the bodies; may be made again.
    Step::Sql(
        "CREATE TABLE event_index (n {int} PRIMARY KEY, chain {text} NOT NULL, at {int} NOT NULL, \
         act {text} NOT NULL, actor {id}, target {id}, outcome {text} NOT NULL) {strict}",
    ),
    // Each has what it finds in the order of the trail, so that a page reads no more than it shows.
    Step::Sql("CREATE INDEX event_index_chain ON event_index (chain, at, n)"),
    Step::Sql("CREATE INDEX event_index_act ON event_index (chain, act, at, n)"),
    Step::Sql("CREATE INDEX event_index_actor ON event_index (chain, actor, at, n) WHERE actor IS NOT NULL"),
    Step::Sql("CREATE INDEX event_index_outcome ON event_index (chain, outcome, at, n) WHERE outcome <> 'done'"),
    // Every object that an event concerned: the story of one object, also when it is gone.
    Step::Sql(
        "CREATE TABLE event_object (object {id} NOT NULL, chain {text} NOT NULL, at {int} NOT NULL, n {int} NOT NULL, \
         PRIMARY KEY (object, chain, at, n)) {keyed}",
    ),
    // Answers that were given under an idempotency key, for a day.
    Step::Sql(
        "CREATE TABLE idempotency (key {bytes} PRIMARY KEY, fingerprint {bytes} NOT NULL, output {text}, \
         at {int} NOT NULL) {strict}",
    ),
    // Counts of what is limited for all instances together.
    Step::Sql(
        "CREATE TABLE limit_count (key {bytes} NOT NULL, starts_at {int} NOT NULL, times {int} NOT NULL, \
         PRIMARY KEY (key, starts_at)) {keyed}",
    ),
];
