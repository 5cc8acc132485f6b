//! The portal, tried through its wires on both databases. `house.rs` is the world; each other file is one concern.
//!
//! On PostgreSQL the stories run where `TEST_POSTGRES_URL` names a server: `export TEST_POSTGRES_URL=$(.ci/postgres)`.

#![expect(clippy::unwrap_used, reason = "a test that unwraps says enough by failing")]

mod api;
mod asvs;
mod authenticator;
mod backup;
mod backup_drill;
mod backup_one;
mod backup_refused;
mod backup_s3;
mod browser;
mod chromium;
mod export;
mod factor;
mod factor_demanded;
mod faults;
mod files_clamd;
mod files_s3;
mod house;
mod html;
mod https;
mod input;
mod invitations;
mod issuer;
mod killed;
mod killed_uploads;
mod links;
mod mail;
mod maintenance;
mod matrix;
mod moving;
mod outside;
mod packaging;
mod pages;
mod passkeys;
mod passkeys_chromium;
mod passkeys_lie;
mod people;
mod previews;
mod privacy;
mod profile;
mod promises;
mod providers;
mod providers_lie;
mod providers_published;
mod push;
mod ready;
mod record;
mod rehearsal;
mod replay;
mod requests;
mod retention;
mod rules;
mod services;
mod sessions;
mod statements;
mod trail;
mod tus;
mod uploads;
mod watch;
mod watch_documents;
mod watch_faults;
mod watch_process;
mod watch_told;
