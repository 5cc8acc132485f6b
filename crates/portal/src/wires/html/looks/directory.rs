//! The page of an organisation's directory.

use door::Ids;
use serde_json::json;

use crate::directory::DirectoryState;
use crate::directory::pages::DirectoryPage;
use crate::pages::{Choice, Page};
use crate::projects::ProjectList;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::visit::Visit;

/// Where it asks, as what it brings people in, and by what it acts.
pub(super) async fn directory(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let state: DirectoryState = visit.look("directory.show").await?;
    let mut projects = Vec::new();
    if state.directory.as_ref().is_some_and(|directory| !directory.groups.is_empty()) {
        let list: ProjectList = visit.ask("project.list", Ids::default(), json!({})).await?;
        projects =
            list.projects.into_iter().map(|project| Choice::new(project.id.to_string(), project.title)).collect();
    }
    Answer::page(&DirectoryPage { page, state, projects })
}
