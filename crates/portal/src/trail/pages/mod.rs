//! The pages of the record: the audit trail in words, and who may do what.

mod matrix;
mod trail;

pub use matrix::MatrixPage;
pub use trail::{Filter, TrailPage};
