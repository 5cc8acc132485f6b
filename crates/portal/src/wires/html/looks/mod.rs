//! Every page that can be looked at: where it is, who may come, and how it is put together from what the door answers.
//! A page asks only for what its visitor may see, so that looking at it leaves no refusals on the record.

pub(super) mod account;
mod conflicts;
mod directory;
pub(super) mod links;
pub(super) mod passkeys;
pub(super) mod project;
mod promises;
pub(super) mod providers;
pub(super) mod public;
pub(super) mod requests;
pub(super) mod rooms;
pub(super) mod trail;

use door::{Ids, Later, Refusal};
use serde_json::json;

use super::answer::{Answer, NoPage};
use super::frame;
use super::visit::Visit;
use crate::pages::Page;
use crate::requests::receipt::SCRIPT;

pub(super) use conflicts::conflict;

/// A page.
pub(super) struct Look {
    /// Where it is.
    pub(super) path: &'static str,
    /// Who may come as far as the door's first question.
    who: Who,
    show: for<'a> fn(&'a Visit, Page) -> Later<'a, Result<Answer, NoPage>>,
}

/// Who a page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Everybody.
    Anyone,
    /// Whoever has given a password, and may owe the second step.
    Half,
    /// Whoever is signed in.
    Person,
    /// Whoever is signed in and in the rooms of an organisation.
    Room,
}

/// All of them.
pub(super) const LOOKS: &[Look] = &[
    Look { path: "/sign-in", who: Who::Anyone, show: |visit, page| Box::pin(public::sign_in(visit, page)) },
    Look { path: "/sign-in/second", who: Who::Half, show: |visit, page| Box::pin(account::second_step(visit, page)) },
    Look { path: "/sign-in/{organisation}/back", who: Who::Anyone, show: |visit, _| Box::pin(providers::back(visit)) },
    Look { path: "/sign-in/connect", who: Who::Anyone, show: |visit, page| Box::pin(providers::connect(visit, page)) },
    Look { path: "/sign-in/link", who: Who::Anyone, show: |_, page| Box::pin(links::ask(page, true)) },
    Look { path: "/sign-in/link/{token}", who: Who::Anyone, show: |visit, page| Box::pin(links::sign_in(visit, page)) },
    Look { path: "/password/link", who: Who::Anyone, show: |_, page| Box::pin(links::ask(page, false)) },
    Look {
        path: "/password/reset/{token}",
        who: Who::Anyone,
        show: |visit, page| Box::pin(links::password(visit, page)),
    },
    Look { path: "/notices/{token}", who: Who::Anyone, show: |visit, page| Box::pin(links::end_notices(visit, page)) },
    Look { path: "/join/{token}", who: Who::Anyone, show: |visit, page| Box::pin(links::join(visit, page)) },
    Look { path: "/invitations", who: Who::Room, show: |visit, page| Box::pin(rooms::invitations(visit, page)) },
    Look { path: "/demo/mail", who: Who::Anyone, show: |visit, page| Box::pin(links::demo_mail(visit, page)) },
    Look { path: "/setup/{token}", who: Who::Anyone, show: |visit, page| Box::pin(public::setup(visit, page)) },
    Look { path: "/alerts/{token}", who: Who::Anyone, show: |visit, page| Box::pin(public::alert(visit, page)) },
    Look { path: "/status", who: Who::Anyone, show: |visit, page| Box::pin(public::status(visit, page)) },
    Look { path: "/runbook", who: Who::Anyone, show: |_, page| Box::pin(public::runbook(page)) },
    Look { path: "/runbook/{page}", who: Who::Anyone, show: |visit, page| Box::pin(public::runbook_page(visit, page)) },
    Look { path: "/privacy", who: Who::Anyone, show: |visit, page| Box::pin(public::privacy(visit, page)) },
    Look {
        path: "/.well-known/security.txt",
        who: Who::Anyone,
        show: |visit, _| Box::pin(async move { Ok(public::security_txt(visit)) }),
    },
    Look {
        path: "/verify-receipt.sh",
        who: Who::Anyone,
        show: |_, _| Box::pin(async { Ok(Answer::Text(SCRIPT.clone())) }),
    },
    Look { path: "/", who: Who::Room, show: |visit, page| Box::pin(rooms::home(visit, page)) },
    Look { path: "/account", who: Who::Person, show: |visit, page| Box::pin(account::account(visit, page)) },
    Look { path: "/account/factor", who: Who::Person, show: |visit, page| Box::pin(account::factor(visit, page)) },
    Look { path: "/account/passkeys", who: Who::Person, show: |visit, page| Box::pin(passkeys::passkeys(visit, page)) },
    Look { path: "/account/mail/{token}", who: Who::Person, show: |visit, page| Box::pin(links::mail(visit, page)) },
    Look { path: "/organisations", who: Who::Person, show: |visit, page| Box::pin(rooms::organisations(visit, page)) },
    Look { path: "/clients", who: Who::Room, show: |visit, page| Box::pin(rooms::clients(visit, page)) },
    Look {
        path: "/clients/{client}/mail-domains",
        who: Who::Room,
        show: |visit, page| Box::pin(rooms::client_mail(visit, page)),
    },
    Look {
        path: "/clients/{client}/deletion",
        who: Who::Room,
        show: |visit, page| Box::pin(promises::client_ending(visit, page)),
    },
    Look {
        path: "/organisation/deletion",
        who: Who::Room,
        show: |visit, page| Box::pin(promises::organisation_ending(visit, page)),
    },
    Look { path: "/provider", who: Who::Room, show: |visit, page| Box::pin(providers::provider(visit, page)) },
    Look { path: "/directory", who: Who::Room, show: |visit, page| Box::pin(directory::directory(visit, page)) },
    Look { path: "/organisation/settings", who: Who::Room, show: |visit, page| Box::pin(rooms::settings(visit, page)) },
    Look { path: "/organisation/domains", who: Who::Room, show: |visit, page| Box::pin(rooms::domains(visit, page)) },
    Look { path: "/organisation/logo", who: Who::Room, show: |visit, _| Box::pin(rooms::logo(visit)) },
    Look { path: "/organisation/colours.css", who: Who::Room, show: |visit, _| Box::pin(rooms::colours(visit)) },
    Look { path: "/people", who: Who::Room, show: |visit, page| Box::pin(rooms::people(visit, page)) },
    Look { path: "/services", who: Who::Room, show: |visit, page| Box::pin(rooms::services(visit, page)) },
    Look { path: "/projects", who: Who::Room, show: |visit, page| Box::pin(rooms::projects(visit, page)) },
    Look { path: "/requests", who: Who::Room, show: |visit, page| Box::pin(requests::documents(visit, page)) },
    Look {
        path: "/projects/{project}/requests",
        who: Who::Room,
        show: |visit, page| Box::pin(requests::requests(visit, page)),
    },
    Look {
        path: "/projects/{project}/requests/{request}",
        who: Who::Room,
        show: |visit, page| Box::pin(requests::request(visit, page)),
    },
    Look {
        path: "/projects/{project}/requests/{request}/receipt",
        who: Who::Room,
        show: |visit, page| Box::pin(requests::receipt(visit, page)),
    },
    Look {
        path: "/projects/{project}/requests/{request}/receipt/file",
        who: Who::Room,
        show: |visit, _| Box::pin(requests::receipt_file(visit)),
    },
    Look { path: "/trail", who: Who::Room, show: |visit, page| Box::pin(trail::trail(visit, page)) },
    Look { path: "/trail/replay", who: Who::Room, show: |visit, page| Box::pin(trail::replay(visit, page)) },
    Look { path: "/webhooks", who: Who::Room, show: |visit, page| Box::pin(trail::webhooks(visit, page)) },
    Look { path: "/events", who: Who::Room, show: |visit, page| Box::pin(trail::events(visit, page)) },
    Look { path: "/matrix", who: Who::Room, show: |visit, page| Box::pin(rooms::matrix(visit, page)) },
    Look { path: "/trust", who: Who::Room, show: |visit, page| Box::pin(promises::trust(visit, page)) },
    Look { path: "/trust/terms", who: Who::Room, show: |visit, page| Box::pin(promises::terms(visit, page)) },
    Look { path: "/processing", who: Who::Room, show: |visit, page| Box::pin(promises::register(visit, page)) },
    Look { path: "/retention", who: Who::Room, show: |visit, page| Box::pin(promises::retention(visit, page)) },
    Look { path: "/incidents", who: Who::Room, show: |visit, page| Box::pin(promises::incidents(visit, page)) },
    Look {
        path: "/incidents/{incident}",
        who: Who::Room,
        show: |visit, page| Box::pin(promises::incident(visit, page)),
    },
    Look { path: "/readiness", who: Who::Room, show: |visit, page| Box::pin(rooms::readiness(visit, page)) },
    Look { path: "/projects/{project}", who: Who::Room, show: |visit, page| Box::pin(project::overview(visit, page)) },
    Look {
        path: "/projects/{project}/messages",
        who: Who::Room,
        show: |visit, page| Box::pin(project::messages(visit, page)),
    },
    Look {
        path: "/projects/{project}/members",
        who: Who::Room,
        show: |visit, page| Box::pin(project::members(visit, page)),
    },
    Look {
        path: "/projects/{project}/credentials",
        who: Who::Room,
        show: |visit, page| Box::pin(project::credentials(visit, page)),
    },
    Look {
        path: "/projects/{project}/credentials/{credential}",
        who: Who::Room,
        show: |visit, page| Box::pin(project::credential(visit, page)),
    },
];

/// Shows a page, or leads to where it can be had: the sign-in, the choice of an organisation.
pub(super) async fn show(visit: &Visit, look: &Look) -> Result<Answer, NoPage> {
    if look.who == Who::Anyone {
        return (look.show)(visit, visit.frame_if_known().await).await;
    }
    // Whoever shows nothing has tried nothing: that is no refusal to record.
    if !visit.shows_a_session() {
        return Ok(visit.to_sign_in());
    }
    if look.who == Who::Half {
        return (look.show)(visit, frame::guest(visit)).await;
    }
    let account = visit.account().await?;
    // One's own account is not what one looks at as somebody else, nor is theirs.
    if look.who == Who::Person && account.view.is_some() {
        return Err(Refusal::Viewing.into());
    }
    // A link in a letter says in whose rooms its thing is.
    if look.who == Who::Room
        && let Some(there) = rooms::elsewhere(visit, account)
    {
        return rooms::go_in(visit, account, there);
    }
    // Whoever stands before closed rooms is told why, and it is on the record.
    if look.who == Who::Room && account.closed.is_some() {
        visit.pass("project.list", Ids::default(), json!({})).await?;
    }
    if look.who == Who::Room && account.organisation.is_none() {
        return Ok(Answer::See("/organisations".to_owned()));
    }
    (look.show)(visit, frame::of(visit, account)).await
}
