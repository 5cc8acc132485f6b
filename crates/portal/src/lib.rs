//! The portal: organisations and their clients share projects, documents, credentials and messages.
//!
//! Every action stands in [`catalogue`]; each noun has a folder with one file a verb. Wires turn forms, JSON
//! documents, commands and schedules into requests for the door, which does the rest.

pub mod catalogue;
pub mod fields;
pub mod identity;
pub mod ids;
pub mod installation;
pub mod messages;
pub mod nothing;
pub mod organisations;
pub mod pages;
pub mod projects;
pub mod schema;
pub mod secret;
pub mod standing;
pub mod texts;
pub mod trail;
pub mod vault;
pub mod world;
