//! What is kept about people, and why; their copy of it; how they leave; how clients and organisations end; for how long it is kept, who is responsible, and
//! what is done when it got out. All of it follows from the inventory and the settings.

pub mod copy;
pub mod ending;
pub mod incidents;
pub mod keeping;
pub mod leave;
pub mod pages;
pub mod processing;

pub use leave::DELETION;
