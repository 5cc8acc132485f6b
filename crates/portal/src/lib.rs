//! The portal: organisations and their clients share projects, documents, credentials and messages.
//!
//! Every action stands in [`catalogue`]; each noun has a folder with one file a verb. Wires turn forms, JSON
//! documents, commands and schedules into requests for the door, which does the rest.

pub mod backup;
pub mod catalogue;
pub mod config;
pub mod connections;
pub mod data;
pub mod demo;
pub mod directory;
pub mod dns;
pub mod domains;
pub mod fields;
pub mod files;
pub mod identity;
pub mod ids;
pub mod installation;
pub mod inventory;
pub mod invitations;
pub mod links;
pub mod mail;
pub mod messages;
pub mod moving;
pub mod nothing;
pub mod notices;
pub mod organisations;
pub mod outside;
pub mod pages;
mod parts;
pub mod privacy;
pub mod projects;
pub mod providers;
pub mod record;
pub mod requests;
mod run;
pub mod schema;
pub mod secret;
pub mod serve;
pub mod settings;
pub mod standing;
pub mod texts;
pub mod tls;
pub mod trail;
pub mod vault;
pub mod watch;
pub mod wires;
pub mod world;

pub use parts::Parts;
pub use run::run;
