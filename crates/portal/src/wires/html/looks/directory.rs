//! The page of an organisation's directory.

use crate::directory::pages::DirectoryPage;
use crate::pages::Page;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::visit::Visit;

/// Where it asks, as what it brings people in, and by what it acts.
pub(super) async fn directory(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let state = visit.look("directory.show").await?;
    Answer::page(&DirectoryPage { page, state })
}
