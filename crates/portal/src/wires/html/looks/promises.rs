//! Pages of what is promised: who sees what, how long it is kept, what is done when it got out.

use door::Ids;
use serde_json::json;

use crate::organisations::ClientList;
use crate::pages::Page;
use crate::privacy::ending::pages::EndingPage;
use crate::privacy::incidents::pages::{IncidentPage, IncidentsPage};
use crate::privacy::keeping::pages::RetentionPage;
use crate::privacy::processing::pages::{RegisterPage, TermsPage, TrustPage};
use crate::projects::ProjectList;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::visit::Visit;

/// What a client may want to know.
pub(super) async fn trust(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("trust.show").await?;
    Answer::page(&TrustPage { page, shown })
}

/// On which terms data is processed.
pub(super) async fn terms(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("trust.show").await?;
    Answer::page(&TermsPage { page, shown })
}

/// The register of processing.
pub(super) async fn register(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("processing.show").await?;
    Answer::page(&RegisterPage { page, shown })
}

/// How long things are kept.
pub(super) async fn retention(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("retention.show").await?;
    let clients: ClientList = visit.ask("client.list", Ids::default(), json!({})).await?;
    let projects: ProjectList = visit.ask("project.list", Ids::default(), json!({})).await?;
    Answer::page(&RetentionPage { page, shown, clients: clients.clients, projects: projects.projects })
}

/// How a client ends.
pub(super) async fn client_ending(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("client.deletion.show").await?;
    let path = format!("/clients/{}/deletion", visit.id("client")?);
    Answer::page(&EndingPage { page, shown, path, of_client: true })
}

/// How the organisation ends.
pub(super) async fn organisation_ending(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("organisation.deletion.show").await?;
    Answer::page(&EndingPage { page, shown, path: "/organisation/deletion".to_owned(), of_client: false })
}

/// Breaches, and their clocks.
pub(super) async fn incidents(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("incident.list").await?;
    Answer::page(&IncidentsPage { page, list })
}

/// One of them.
pub(super) async fn incident(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let incident = visit.look("incident.show").await?;
    Answer::page(&IncidentPage { page, incident })
}
