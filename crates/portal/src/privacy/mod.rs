//! What is kept about people, and why.

pub mod pages;
