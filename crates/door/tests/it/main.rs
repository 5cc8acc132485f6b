//! The door, tried with two toy nouns on both databases. Each test is a short story; see `world.rs`.
//!
//! On PostgreSQL the stories run where `TEST_POSTGRES_URL` names a server: `export TEST_POSTGRES_URL=$(.ci/postgres)`.

#![expect(clippy::unwrap_used, reason = "a test that unwraps says enough by failing")]

mod completeness;
mod library;
mod log;
mod order;
mod sealing;
mod verifying;
mod world;
