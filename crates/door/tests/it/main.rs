//! The door, tried with two toy nouns on both databases. Each test is a short story; see `world.rs`.
//!
//! On PostgreSQL the stories run where `TEST_POSTGRES_URL` names a server: `export TEST_POSTGRES_URL=$(.ci/postgres)`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod attacks;
mod clean;
mod completeness;
mod concurrency;
mod deeds;
mod faults;
mod keeping;
mod keys;
mod kinds;
mod kit;
mod library;
mod limited;
mod log;
mod migrations;
mod order;
mod past_the_door;
mod refusals;
mod rows;
mod sealing;
mod trail;
mod verifying;
mod world;
