//! What is kept, watched, promised and restored: services that look right and are not, and their sound twins, each a
//! process of its own.

mod detection;
mod operations;
mod promises;
mod runbooks;
