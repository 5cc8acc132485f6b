//! Pages of a person and of an organisation's rooms.

use std::collections::BTreeSet;

use door::{Effect, Ids, Refusal, Way, scope_of};
use serde_json::json;

use crate::identity::pages::AccountPage;
use crate::installation::pages::ReadinessPage;
use crate::organisations::pages::{ClientsPage, OrganisationsPage};
use crate::organisations::{ClientList, OrganisationShown};
use crate::pages::{Choice, Page};
use crate::projects::home::{ClientHome, StaffHome};
use crate::projects::pages::ProjectsPage;
use crate::trail::pages::MatrixPage;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// Home: who waits for whom.
pub(super) async fn home(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.ask("project.list", Ids::default(), json!({})).await?;
    let waiting = visit.ask("request.waiting", Ids::default(), json!({})).await?;
    if page.is_staff() {
        return Answer::page(&StaffHome { page, list, waiting });
    }
    let organisation = organisation(visit).await?;
    Answer::page(&ClientHome { page, list, waiting, organisation })
}

/// The organisation that the visitor is in, with the people that they may see there.
pub(super) async fn organisation(visit: &Visit) -> Result<OrganisationShown, Refusal> {
    let here = visit.account().await?.organisation.ok_or(Refusal::NotFound)?;
    visit.ask("organisation.show", Ids(vec![("organisation", here.0)]), json!({})).await
}

/// One's own account.
pub(super) async fn account(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?.clone();
    let mine = frame::membership_here(&account).map(frame::relations_in_the_rooms);
    // Scopes for what goes by the interface, as far as the person may do it anywhere.
    let entries = visit.wire.door.catalogue().entries().filter(|entry| {
        matches!(entry.spec.way, Way::Http(..)) && entry.effect != Effect::Keep && entry.spec.name != "session.open"
    });
    let scopes: BTreeSet<String> = entries
        .filter(|entry| mine.is_some_and(|mine| frame::may_be_allowed(entry, mine)))
        .map(|entry| scope_of(&entry.spec, entry.effect))
        .collect();
    Answer::page(&AccountPage { page, account, scopes: scopes.into_iter().collect() })
}

/// Where one belongs, and the way from one to the other.
pub(super) async fn organisations(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    Answer::page(&OrganisationsPage { page, account: visit.account().await?.clone() })
}

/// The organisation's clients.
pub(super) async fn clients(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("client.list").await?;
    Answer::page(&ClientsPage { page, list })
}

/// The projects that one sees.
pub(super) async fn projects(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("project.list").await?;
    let clients = if page.may("project.create") {
        let clients: ClientList = visit.ask("client.list", Ids::default(), json!({})).await?;
        clients.clients.into_iter().map(|client| Choice::new(client.id.to_string(), client.name)).collect()
    } else {
        Vec::new()
    };
    Answer::page(&ProjectsPage { page, list, clients })
}

/// Who may do what.
pub(super) async fn matrix(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let matrix = visit.look("matrix.show").await?;
    Answer::page(&MatrixPage { page, matrix })
}

/// What is wired, and what is not.
pub(super) async fn readiness(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("readiness.show").await?;
    Answer::page(&ReadinessPage { page, shown })
}
