//! What can be known before anything is sent: which keys the paths ask for, who may produce them, what kind of cells an
//! action has; and what is sent: values for schemas, and their repair by what a refusal names.

mod complaint;
pub mod forms;
mod makers;
mod names;
pub mod order;
pub mod outside;
mod pattern;
pub mod repair;
mod scalars;
mod shape;
pub mod slots;
pub mod values;

pub use forms::{Shape, shape};
pub use slots::{Slot, Slots};
