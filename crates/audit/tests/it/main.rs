//! The audit against services that lie, services that leak, and services that are sound. Each test starts a service
//! on a free port of the loopback, walks it as a user would, and asks for verdicts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cost;
mod determinism;
mod examples;
mod flaws;
mod init;
mod inputs;
mod kept;
mod liars;
mod locked;
mod looked;
mod parts;
mod planned;
mod replayed;
mod run;
mod service;
mod stopped;
mod story;
mod vessel;
