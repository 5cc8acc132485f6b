//! The receipt of an approval, as a page that prints well.

use askama::Template;

use crate::pages::Page;
use crate::projects::ProjectShown;
use crate::requests::receipt::ReceiptShown;

/// A receipt.
#[derive(Debug, Template)]
#[template(path = "requests/pages/receipt.html")]
pub struct ReceiptPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// The request's id.
    pub request: String,
    /// The receipt.
    pub receipt: ReceiptShown,
}
