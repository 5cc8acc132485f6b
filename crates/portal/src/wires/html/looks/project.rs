//! Pages of a project.

use door::{Ids, Place, Refusal, Relation, Relations};
use serde_json::json;

use super::rooms::organisation;
use crate::messages::MessageList;
use crate::messages::pages::MessagesPage;
use crate::pages::{Choice, May, Page};
use crate::projects::pages::{MembersPage, ProjectPage};
use crate::projects::{MemberList, ProjectShown};
use crate::standing::relations_of;
use crate::vault::pages::{CredentialPage, CredentialsPage};
use crate::vault::{CredentialList, Revealed};
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// What every page of a project begins with.
pub(super) struct Head {
    pub(super) project: ProjectShown,
    members: MemberList,
    pub(super) may: May,
}

/// The project of the path, who is in it, and what the visitor may do to it.
pub(super) async fn head(visit: &Visit) -> Result<Head, Refusal> {
    let ids = Ids(vec![("project", visit.id("project")?)]);
    let project: ProjectShown = visit.ask("project.show", ids.clone(), json!({})).await?;
    let members: MemberList = visit.ask("project.member.list", ids, json!({})).await?;
    let account = visit.account().await?;
    let here = frame::membership_here(account).ok_or(Refusal::NotFound)?;
    let my_role = members.members.iter().find(|member| member.person == account.id).map(|member| member.role);
    let place = Place {
        organisation: Some(here.organisation.0),
        client: Some(project.client.0),
        project: Some(project.id.0),
        ..Place::INSTALLATION
    };
    let standing = relations_of(here.role, here.client, my_role, &place).and(Relations::of(&[Relation::SELF]));
    let standing = standing.and(frame::closing(here));
    let may = frame::may(visit, standing, project.state());
    Ok(Head { project, members, may })
}

/// Where it stands, and how it came there.
pub(super) async fn overview(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, members, may } = head(visit).await?;
    Answer::page(&ProjectPage { page, project, members, may })
}

/// What was said.
pub(super) async fn messages(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, members, may } = head(visit).await?;
    let list: MessageList = visit.look("message.list").await?;
    Answer::page(&MessagesPage { page, project, list, members, may })
}

/// Who is in it, and who could be.
pub(super) async fn members(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, members, may } = head(visit).await?;
    let mut candidates = Vec::new();
    if may.has("project.member.add") {
        let fits = |client: Option<_>| client.is_none_or(|client| client == project.client);
        let is_in = |person| members.members.iter().any(|member| member.person == person);
        let people = organisation(visit).await?.people.into_iter();
        let people = people.filter(|person| fits(person.client) && !is_in(person.person));
        candidates = people.map(|person| Choice::new(person.person.to_string(), person.name)).collect();
    }
    Answer::page(&MembersPage { page, project, members, candidates, may })
}

/// The secrets of it, without the secrets.
pub(super) async fn credentials(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, may, .. } = head(visit).await?;
    let list: CredentialList = visit.look("credential.list").await?;
    Answer::page(&CredentialsPage { page, project, list, may })
}

/// One secret, hidden.
pub(super) async fn credential(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    one_credential(visit, page, None).await
}

/// One secret, shown this once.
pub(in crate::wires::html) async fn revealed(visit: &Visit, revealed: Revealed) -> Result<Answer, NoPage> {
    let page = frame::of(visit, visit.account().await?);
    one_credential(visit, page, Some(revealed.secret)).await
}

async fn one_credential(visit: &Visit, page: Page, secret: Option<String>) -> Result<Answer, NoPage> {
    let Head { project, may, .. } = head(visit).await?;
    let wanted = visit.id("credential")?;
    let ids = Ids(vec![("project", project.id.0)]);
    let list: CredentialList = visit.ask("credential.list", ids, json!({})).await?;
    let found = list.credentials.into_iter().find(|credential| credential.id.0 == wanted);
    let credential = found.ok_or(Refusal::NotFound)?;
    Answer::page(&CredentialPage { page, project, credential, may, secret })
}
