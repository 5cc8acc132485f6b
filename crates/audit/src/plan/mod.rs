//! What is sent: values for schemas, and their repair by what a refusal names.

mod complaint;
mod pattern;
pub mod repair;
mod shape;
pub mod values;
