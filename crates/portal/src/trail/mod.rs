//! The audit trail and the matrix: who did what, and who may.

mod list;
mod matrix;
pub mod pages;

pub use list::{List, TrailEvent, TrailList, TrailObject};
pub use matrix::{Matrix, MatrixRow, ShowMatrix, rows, text};
