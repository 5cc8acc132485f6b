//! The page of what a demo would have sent.

use askama::Template;

use super::LetterShown;
use crate::pages::Page;

/// The letters of a demo.
#[derive(Debug, Template)]
#[template(path = "mail/outbox.html")]
pub struct OutboxPage {
    /// The frame.
    pub page: Page,
    /// The newest first.
    pub letters: Vec<LetterShown>,
}
