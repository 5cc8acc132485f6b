//! The tamper-evident log and its proofs: pure functions of bytes, without database, clock or network.
//!
//! An [`event::Event`] is one immutable body. At its place in its [`Chain`] it becomes a [`leaf::Leaf`], whose hash is a
//! leaf of the Merkle [`tree`]. A [`checkpoint::Checkpoint`] is the tree's root, signed as a [`note`]; a [`proof`] binds
//! one leaf to it. The formats are public ones (RFC 9162, RFC 8785, C2SP), so that anybody's tools can check them.
//!
//! A log proves what was recorded, not that what was recorded is true.

pub mod event;

pub mod chain;
pub mod leaf;
pub mod replay;

pub mod tiles;
pub mod tree;
pub mod verify;

pub mod checkpoint;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod terms;

pub mod slice;
pub mod statement;
pub mod verdict;
pub mod witness;

pub mod canonical;
pub mod commitment;
pub mod hash;

pub use self::chain::{Chain, ChainHead};
pub use self::hash::Hash;
pub use self::verdict::Verdict;
