//! The audit trail and the matrix: who did what, and who may.

mod asked;
mod event;
mod events;
mod export;
mod list;
mod matrix;
pub mod pages;
pub mod push;
mod replay;
mod sweep;

pub use asked::instant;
pub use event::{TrailEvent, TrailObject, TrailSeal};
pub use events::{EventKind, EventList, ListEvents, document as events_document};
pub(crate) use export::cell;
pub use export::{Export, Format, TrailFile};
pub use list::{List, Story, TrailList};
pub use matrix::{Matrix, MatrixRow, ShowMatrix, rows, text};
pub use replay::{RefusedNow, Replay, Replayed, line as replay_line};
pub use sweep::{Sweep, TrailSwept};
