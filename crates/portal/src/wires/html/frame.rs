//! The frame of a page from what the door says about the visitor, and the pages of refusal.

use axum::http::StatusCode;
use door::{Entry, Ids, Place, Refusal, Relation, Relations};
use serde_json::json;

use super::answer::Answer;
use super::looks::{account, conflict};
use super::visit::Visit;
use crate::identity::{Account, MembershipShown};
use crate::organisations::{OrganisationShown, Role};
use crate::pages::{self, May, Page, Person, RefusalKind, Viewer};
use crate::projects::{MemberList, ProjectRole};
use crate::standing::{ADMIN, CONTRIBUTOR, OWNER, PROJECT_ADMIN, PROVIDED, VIEWER, relations_of};
use crate::world::World;

/// People named on a page of refusal at the most.
const WHO_CAN_MAX: usize = 3;

/// The frame of somebody who is not signed in.
pub(super) fn guest(visit: &Visit) -> Page {
    Page {
        now: visit.wire.door.now(),
        zone: visit.wire.site.zone.clone(),
        path: visit.path.clone(),
        key: visit.id.to_string(),
        passkeys: visit.wire.door.world::<World>().is_ok_and(|world| world.relying_party().is_some()),
        demo: visit.wire.site.demo.clone(),
        refused: visit.refused.clone(),
        ..Page::default()
    }
}

/// The frame of somebody who is.
pub(super) fn of(visit: &Visit, account: &Account) -> Page {
    let mut page = guest(visit);
    page.maintenance_until = account.maintenance_until;
    page.view = account.view.clone();
    let here = membership_here(account).or(account.memberships.first());
    let Some(here) = here else { return page };
    // Only whoever is in the rooms is given them.
    if account.organisation == Some(here.organisation) {
        page.colours = here.accent.map(|accent| format!("/organisation/colours.css?of={}", &accent.to_string()[1..]));
        page.logo =
            here.logo.as_ref().map(|sha256| format!("/organisation/logo?of={}", &sha256[..16.min(sha256.len())]));
    }
    page.deleted_at = here.deleted_at;
    page.factor_from = here.factor_from.filter(|_| !account.has_factor());
    page.viewer = Some(Viewer {
        name: account.name.clone(),
        role: here.role,
        organisation: here.organisation_name.clone(),
        client: here.client_name.clone(),
        organisations: account.memberships.len(),
        may: may(visit, relations_in_the_rooms(account, here), "open"),
    });
    page
}

/// The membership whose rooms the visitor is in.
pub(super) fn membership_here(account: &Account) -> Option<&MembershipShown> {
    let organisation = account.organisation?;
    account.memberships.iter().find(|membership| membership.organisation == organisation)
}

/// What the visitor is in the rooms.
pub(super) fn relations_in_the_rooms(account: &Account, here: &MembershipShown) -> Relations {
    let place = Place {
        organisation: Some(here.organisation.0),
        client: here.client.map(|client| client.0),
        ..Place::INSTALLATION
    };
    let oneself = if account.provided { PROVIDED } else { Relation::SELF };
    relations_of(here.role, here.client, None, &place).and(Relations::of(&[oneself])).and(closing(here))
}

/// That a membership's place is about to end, where it is.
pub(super) fn closing(here: &MembershipShown) -> Relations {
    if here.closing { Relations::of(&[Relation::CLOSING]) } else { Relations::NONE }
}

/// The actions that somebody of this standing may do to a thing in this state, by the table that the door goes by. So
/// a page shows the buttons that work, and no others.
pub(super) fn may(visit: &Visit, standing: Relations, state: &str) -> May {
    let entries = visit.wire.door.catalogue().entries();
    entries
        .filter(|entry| entry.spec.may.meet(standing) && !entry.spec.not_when.contains(&state))
        .filter(|entry| !entry.spec.closes(entry.effect, standing))
        .map(|entry| entry.spec.name)
        .collect()
}

/// The page that says why not.
pub(super) async fn refused(visit: &Visit, refusal: &Refusal) -> Answer {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let page = visit.frame_if_known().await;
    if matches!(refusal, Refusal::StepUp)
        && let Ok(state) = visit.ask("session.show", Ids::default(), json!({})).await
    {
        let step_up = account::step_up(page, state, visit.here.clone());
        return Answer::page_with(status, &step_up).unwrap_or_else(|_| Answer::Page(status, String::new()));
    }
    // Who has no factor sets one up there and then.
    if matches!(refusal, Refusal::NoFactor)
        && let Ok(factor) = account::factor_page(visit, visit.frame_if_known().await, visit.here.clone()).await
    {
        return Answer::page_with(status, &factor).unwrap_or_else(|_| Answer::Page(status, String::new()));
    }
    let texts = page.texts;
    let view_is_over = page.view.as_ref().is_some_and(|view| view.over);
    let kind = match refusal {
        Refusal::CrossOrigin => RefusalKind::Elsewhere,
        Refusal::Network => RefusalKind::Network,
        Refusal::Overdue => RefusalKind::Overdue,
        Refusal::Provider => RefusalKind::Provider,
        Refusal::Maintenance { .. } => RefusalKind::Maintenance,
        _ => RefusalKind::of_status(status.as_u16()),
    };
    let mut shown = pages::Refusal::new(page, kind, visit.id.to_string());
    match refusal {
        Refusal::Forbidden { needs, .. } => shown.who_can = who_can(visit, *needs).await,
        Refusal::NotNow(state) => shown.detail = texts.it_is(&state.replace('_', " ")),
        Refusal::Conflict(why) => shown.detail = conflict(texts, why),
        Refusal::Network => {
            let from = visit.origin.address.map(|address| address.to_canonical().to_string());
            shown.detail = from.map(|from| texts.you_come_from(&from)).unwrap_or_default();
        }
        Refusal::Viewing if view_is_over => shown.detail = texts.view_over().to_owned(),
        Refusal::Viewing => shown.detail = texts.view_refused().to_owned(),
        Refusal::Changed => shown.detail = texts.changed_since().to_owned(),
        Refusal::TooLarge(why) => shown.detail.clone_from(why),
        Refusal::KeyReused => shown.detail = texts.sent_before().to_owned(),
        Refusal::ShownOnce => shown.detail = texts.shown_once().to_owned(),
        Refusal::TooMany { retry_seconds } => shown.wait_seconds = Some(u64::from(*retry_seconds)),
        Refusal::Invalid(errors) => {
            let lines: Vec<String> = errors.iter().map(|(field, why)| format!("{field} {why}")).collect();
            shown.detail = lines.join("; ");
        }
        _ => {}
    }
    Answer::page_with(status, &shown).unwrap_or_else(|_| Answer::Page(status, String::new()))
}

/// Who of the people that the visitor knows may do it. A help for people, so a question that fails names nobody.
async fn who_can(visit: &Visit, needs: Relations) -> Vec<Person> {
    let mut names: Vec<String> = Vec::new();
    let nothing = || serde_json::json!({});
    if needs.meet(Relations::of(&[PROJECT_ADMIN]))
        && let Ok(project) = visit.id("project")
    {
        let ids = Ids(vec![("project", project)]);
        if let Ok(list) = visit.ask::<MemberList>("project.member.list", ids, nothing()).await {
            let admins = list.members.into_iter().filter(|member| member.role == ProjectRole::Admin);
            names.extend(admins.map(|member| member.name));
        }
    }
    if let Ok(account) = visit.account().await
        && let Some(organisation) = account.organisation
    {
        let ids = Ids(vec![("organisation", organisation.0)]);
        if let Ok(shown) = visit.ask::<OrganisationShown>("organisation.show", ids, nothing()).await {
            let fits = |role| match role {
                Role::Owner => needs.meet(Relations::of(&[OWNER])),
                Role::Admin => needs.meet(Relations::of(&[ADMIN])),
                Role::Staff | Role::ClientAdmin | Role::ClientMember => false,
            };
            names.extend(shown.people.into_iter().filter(|person| fits(person.role)).map(|person| person.name));
        }
    }
    let mut people: Vec<Person> = Vec::new();
    for name in names {
        if people.len() < WHO_CAN_MAX && people.iter().all(|known| known.name != name) {
            people.push(Person::new(name));
        }
    }
    people
}

/// Whether somebody who is this in the rooms could ever be allowed an action: by what they are there, or by a role in a
/// project.
pub(super) fn may_be_allowed(entry: &Entry, in_the_rooms: Relations) -> bool {
    let in_a_project = Relations::of(&[PROJECT_ADMIN, CONTRIBUTOR, VIEWER]);
    entry.spec.may.meet(in_the_rooms.and(in_a_project))
}
