//! The portal.

pub mod identity;
pub mod installation;
pub mod pages;
pub mod texts;
