//! What is kept about people, and why; their copy of it; and how they leave. All of it follows from the inventory.

pub mod copy;
pub mod leave;
pub mod pages;

pub use leave::DELETION;
