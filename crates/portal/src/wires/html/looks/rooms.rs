//! Pages of an organisation's rooms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{Ids, Refusal};
use serde_json::json;

use crate::domains::JoinableList;
use crate::domains::pages::DomainsPage;
use crate::identity::{Account, MembershipShown};
use crate::ids::OrganisationId;
use crate::installation::pages::ReadinessPage;
use crate::invitations::pages::{InvitationsPage, MadePage};
use crate::invitations::{InvitationList, InvitationMade};
use crate::organisations::look::LogoShown;
use crate::organisations::mail_domains::pages::ClientMailDomainsPage;
use crate::organisations::membership::pages::PeoplePage;
use crate::organisations::pages::{ClientsPage, GoInPage, OrganisationsPage, SettingsPage};
use crate::organisations::service::pages::ServicesPage;
use crate::organisations::{ClientList, OrganisationShown};
use crate::pages::{Choice, Page};
use crate::projects::home::{ClientHome, StaffHome};
use crate::projects::pages::ProjectsPage;
use crate::trail::pages::MatrixPage;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame::{self, membership_here};
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

/// Where one belongs, and the way from one to the other.
pub(super) async fn organisations(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?.clone();
    // What a provider says brings nobody anywhere else; whoever looks as somebody else joins nothing.
    let joinable = if account.provided || account.view.is_some() {
        JoinableList::default()
    } else {
        visit.ask("organisation.joinable.list", Ids::default(), json!({})).await?
    };
    Answer::page(&OrganisationsPage { page, account, joinable })
}

/// The organisation in whose rooms the visitor is not, where what was asked for is in them: `?in=` says so.
pub(super) fn elsewhere<'a>(visit: &Visit, account: &'a Account) -> Option<&'a MembershipShown> {
    let wanted = OrganisationId(visit.asked("in")?.parse().ok()?);
    let here = account.organisation == Some(wanted) || account.view.is_some();
    account.memberships.iter().find(|there| !here && there.organisation == wanted && there.closed.is_none())
}

/// Leads into those rooms by a button, and on from there.
pub(super) fn go_in(visit: &Visit, account: &Account, there: &MembershipShown) -> Result<Answer, NoPage> {
    let (page, next) = (frame::of(visit, account), visit.path.clone());
    Answer::page(&GoInPage { page, there: there.clone(), next })
}

/// The organisation's clients.
pub(super) async fn clients(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("client.list").await?;
    Answer::page(&ClientsPage { page, list })
}

/// By which mail addresses a client's people come in.
pub(super) async fn client_mail(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("client.mail.show").await?;
    Answer::page(&ClientMailDomainsPage { page, shown })
}

/// Who is invited.
pub(super) async fn invitations(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list: InvitationList = visit.look("invitation.list").await?;
    let clients = if page.may("client.list") {
        let clients: ClientList = visit.ask("client.list", Ids::default(), json!({})).await?;
        clients
            .clients
            .into_iter()
            .filter(|client| client.archived_at.is_none())
            .map(|client| (client.id.to_string(), client.name))
            .collect()
    } else {
        Vec::new()
    };
    Answer::page(&InvitationsPage { page, invitations: list.invitations, clients })
}

/// Somebody was invited.
pub(in crate::wires::html) async fn invited(visit: &Visit, made: InvitationMade) -> Result<Answer, NoPage> {
    Answer::page(&MadePage { page: visit.frame_if_known().await, made })
}

/// What the organisation has set for itself.
pub(super) async fn settings(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown = visit.look("settings.show").await?;
    Answer::page(&SettingsPage { page, shown })
}

/// The organisation's picture.
pub(super) async fn logo(visit: &Visit) -> Result<Answer, NoPage> {
    let shown: LogoShown = visit.look("organisation.logo.show").await?;
    let bytes = STANDARD.decode(shown.bytes).map_err(|_| Refusal::Broken)?;
    Ok(Answer::Part(shown.media_type, bytes))
}

/// The organisation's colours, as a stylesheet.
pub(super) async fn colours(visit: &Visit) -> Result<Answer, NoPage> {
    let account = visit.account().await?;
    let accent = membership_here(account).and_then(|here| here.accent).ok_or(Refusal::NotFound)?;
    Ok(Answer::Part("text/css; charset=utf-8".to_owned(), accent.stylesheet().into_bytes()))
}

/// Who has access.
pub(super) async fn people(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("membership.list").await?;
    Answer::page(&PeoplePage { page, list })
}

/// The organisation's domains.
pub(super) async fn domains(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("domain.list").await?;
    Answer::page(&DomainsPage { page, list })
}

/// The organisation's programs. A token can be given what its maker could do here.
pub(super) async fn services(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("service.list").await?;
    let scopes = super::account::scopes(visit, visit.account().await?);
    Answer::page(&ServicesPage { page, list, scopes })
}

/// The projects that one sees.
pub(super) async fn projects(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("project.list").await?;
    let clients = if page.may("project.create") {
        let clients: ClientList = visit.ask("client.list", Ids::default(), json!({})).await?;
        clients
            .clients
            .into_iter()
            .filter(|client| client.archived_at.is_none())
            .map(|client| Choice::new(client.id.to_string(), client.name))
            .collect()
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
