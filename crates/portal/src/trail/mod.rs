//! The audit trail and the matrix: who did what, and who may.

mod asked;
mod event;
mod export;
mod list;
mod matrix;
pub mod pages;

pub use asked::instant;
pub use event::{TrailEvent, TrailObject, TrailSeal};
pub use export::{Export, Format, TrailFile};
pub use list::{List, Story, TrailList};
pub use matrix::{Matrix, MatrixRow, ShowMatrix, rows, text};
