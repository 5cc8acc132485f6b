//! The outcome for readers: [`terminal`] for the person at the keyboard, [`html`] for whoever is sent a file, and
//! [`json`] for programs. All three only read the [`Outcome`](crate::verdict::Outcome); none decides anything.

pub mod html;
pub mod json;
#[cfg(test)]
pub(crate) mod samples;
pub mod terminal;
pub mod view;
