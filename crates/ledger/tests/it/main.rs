//! The ledger from outside: frozen vectors, published vectors, and properties of its parsers and proofs.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says enough by failing")]

mod frozen;
mod merkle;
mod notes;
mod parsers;
mod script;
mod slices;
mod witnessing;
