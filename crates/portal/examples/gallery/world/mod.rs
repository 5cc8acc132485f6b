//! Every page of the portal, as the people of the demo world see it on Tuesday, 24 November 2026,
//! at 9:41 in Oslo.

mod asks;
mod directory;
mod domains;
mod links;
mod passkeys;
mod people;
mod providers;
mod record;
mod work;

use askama::Template;
use door::Time;
use jiff::tz;
use portal::domains::{Joinable, JoinableList};
use portal::{
    identity::factor::FactorBegun,
    identity::factor::pages::{FactorPage, RecoveryCodesPage, SecondStepPage},
    identity::pages::{AccountPage, SignInPage, TokenMadePage},
    identity::{FactorShown, ViewShown},
    ids::{OrganisationId, PersonId},
    installation::pages::{ReadinessPage, SetupOverPage, SetupPage},
    organisations::{
        ClientList, Role,
        membership::{MembershipList, pages::PeoplePage},
        pages::{ClientsPage, GoInPage, OrganisationsPage},
        service::{ServiceList, pages::ServicesPage},
    },
    pages::{May, Page, Person, Refusal, RefusalKind, StepUp, Viewer},
    projects::{ProjectList, Status, home::StaffHome},
    requests::RequestList,
    trail::pages::{Filter, MatrixPage},
    watch::pages::{RunbookPage, SeenPage, StatusPage},
};
use uuid::Uuid;

use people::{
    TOKEN, account, account_with_a_password, clients, demo, everybody, factor_begun, log, notices, recovery_codes,
    scopes, sign_in_refused, token_refused,
};
use record::{confirm, denied, matrix, policy, readiness, rules, trail_empty, trail_page, unwell};
use work::{
    credential_page, credentials_page, home_client, members_page, messages_page, path, project_page, projects,
    projects_page, status_refused,
};

/// Name and HTML of every page.
pub(crate) fn every_page() -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("sign-in", html(&SignInPage { page: guest("/sign-in"), next: String::new() })),
        ("sign-in-refused", html(&SignInPage { page: sign_in_refused(), next: "/projects".into() })),
        ("sign-in-demo", html(&SignInPage { page: demo(guest("/sign-in")), next: String::new() })),
        ("setup", html(&SetupPage { page: guest("/setup/7Q4K"), token: "7Q4K".into() })),
        ("setup-over", html(&SetupOverPage { page: guest("/setup/7Q4K") })),
        (
            "account",
            html(&AccountPage {
                page: tom("/account"),
                account: account(),
                notices: notices(),
                log: log(),
                scopes: scopes(),
            }),
        ),
        (
            "account-with-a-password",
            html(&AccountPage {
                page: tom("/account"),
                account: account_with_a_password(),
                notices: notices(),
                log: log(),
                scopes: scopes(),
            }),
        ),
        ("factor", html(&factor(None, false, None))),
        ("factor-scan", html(&factor(None, true, Some(factor_begun())))),
        ("factor-begun", html(&factor(None, true, None))),
        ("factor-in-use", html(&factor(account().factor, false, None))),
        (
            "recovery-codes",
            html(&RecoveryCodesPage { page: tom("/account"), codes: recovery_codes(), next: String::new() }),
        ),
        ("second-step", html(&second_step(true, false))),
        ("second-step-passkey", html(&second_step(true, true))),
        ("second-step-paper", html(&second_step(false, false))),
        (
            "account-token-refused",
            html(&AccountPage {
                page: token_refused(),
                account: account(),
                notices: notices(),
                log: log(),
                scopes: scopes(),
            }),
        ),
        ("token-made", html(&TokenMadePage { page: tom("/account"), token: TOKEN.into(), back: "/account".into() })),
        (
            "organisations",
            html(&OrganisationsPage { page: jo("/organisations"), account: account(), joinable: joinable() }),
        ),
        ("go-in", html(&go_in())),
        (
            "people-factor-demanded",
            html(&PeoplePage {
                page: maya("/people"),
                list: MembershipList { factor_from: Some(ago(-9 * DAY)), ..everybody() },
            }),
        ),
        ("factor-wanted", html(&factor_wanted())),
        ("services", html(&ServicesPage { page: maya("/services"), list: people::services(), scopes: scopes() })),
        (
            "services-none",
            html(&ServicesPage { page: maya("/services"), list: ServiceList { services: vec![] }, scopes: scopes() }),
        ),
        ("people", html(&PeoplePage { page: maya("/people"), list: everybody() })),
        ("clients", html(&ClientsPage { page: maya("/clients"), list: clients() })),
        ("clients-empty", html(&ClientsPage { page: maya("/clients"), list: ClientList { clients: vec![] } })),
        ("home-staff", html(&StaffHome { page: maya("/"), list: projects(""), waiting: asks::waiting() })),
        ("home-staff-demo", html(&StaffHome { page: demo(tom("/")), list: projects(""), waiting: asks::waiting() })),
        (
            "home-staff-empty",
            html(&StaffHome {
                page: maya("/"),
                list: ProjectList { projects: vec![], next: None },
                waiting: RequestList { requests: vec![], next: None },
            }),
        ),
        ("home-client", html(&home_client(petra("/")))),
        ("home-client-demo", html(&home_client(demo(petra("/"))))),
        ("projects", html(&projects_page(maya("/projects"), projects("")))),
        ("projects-empty", html(&projects_page(petra("/projects"), ProjectList { projects: vec![], next: None }))),
        ("project", html(&project_page(tom(&path("")), Status::WaitingOnClient))),
        ("project-client", html(&project_page(petra(&path("")), Status::WaitingOnClient))),
        ("project-status-refused", html(&project_page(status_refused(), Status::WaitingOnClient))),
        ("project-archived", html(&project_page(tom(&path("")), Status::Archived))),
        ("documents", html(&asks::documents(maya("/requests")))),
        ("requests", html(&asks::requests(tom(&path("/requests"))))),
        ("request", html(&asks::request(tom(&path("/requests/x")), false, false))),
        ("request-decide", html(&asks::request(petra(&path("/requests/x")), true, false))),
        ("request-newer", html(&asks::request(petra(&path("/requests/x")), true, true))),
        ("receipt", html(&asks::receipt(petra(&path("/requests/x/receipt")), true))),
        ("receipt-sealing", html(&asks::receipt(petra(&path("/requests/x/receipt")), false))),
        ("members", html(&members_page())),
        ("messages", html(&messages_page(tom(&path("/messages"))))),
        ("messages-client", html(&messages_page(petra(&path("/messages"))))),
        ("messages-looking", html(&messages_page(looking(petra(&path("/messages")))))),
        ("credentials", html(&credentials_page())),
        ("credential", html(&credential_page(tom(&path("/credentials/x")), None))),
        ("credential-client", html(&credential_page(petra(&path("/credentials/x")), None))),
        ("credential-shown", html(&credential_page(tom(&path("/credentials/x")), Some("h7#Kq-vell-0strand".into())))),
        ("trail", html(&trail_page(maya("/trail"), None, Filter::default()))),
        ("trail-record", html(&trail_page(maya("/trail"), Some(id(1)), denied()))),
        ("trail-empty", html(&trail_empty())),
        ("matrix", html(&MatrixPage { page: tom("/matrix"), matrix: matrix() })),
        ("readiness", html(&ReadinessPage { page: maya("/readiness"), shown: readiness() })),
        (
            "status",
            html(&StatusPage { page: guest("/status"), notices: vec![], drill: Some("2026-11-21 04:00 UTC".into()) }),
        ),
        ("status-unwell", html(&StatusPage { page: guest("/status"), notices: unwell(), drill: None })),
        ("runbook", html(&RunbookPage::list(guest("/runbook")))),
        ("alert", html(&SeenPage::ask(guest("/alerts/7Q4K"), "7Q4K".into()))),
        ("alert-noted", html(&SeenPage::noted(guest("/alerts"), "database"))),
        ("alert-over", html(&SeenPage::over(guest("/alerts")))),
        ("privacy", html(&policy())),
        ("confirm", html(&confirm())),
        ("step-up", html(&step_up(false, false))),
        ("step-up-by-code", html(&step_up(true, false))),
        ("step-up-by-passkey", html(&step_up(true, true))),
    ];
    pages.extend(links::pages());
    pages.extend(directory::pages());
    pages.extend(domains::pages());
    pages.extend(providers::pages());
    pages.extend(passkeys::pages());
    for (name, kind) in [
        ("refusal-400", RefusalKind::Malformed),
        ("refusal-401", RefusalKind::SignInFirst),
        ("refusal-404", RefusalKind::NotFound),
        ("refusal-405", RefusalKind::NoSuchWay),
        ("refusal-409", RefusalKind::NotNow),
        ("refusal-413", RefusalKind::TooLarge),
        ("refusal-422", RefusalKind::Invalid),
        ("refusal-500", RefusalKind::Broken),
        ("refusal-503", RefusalKind::Unavailable),
    ] {
        let page = if kind == RefusalKind::SignInFirst { guest("/projects") } else { tom("/projects") };
        pages.push((name, html(&Refusal::new(page, kind, REFERENCE))));
    }
    pages.extend(RunbookPage::of(guest("/runbook/database"), "database").map(|page| ("runbook-page", html(&page))));
    let mut forbidden = Refusal::new(tom(&path("/members")), RefusalKind::Forbidden, REFERENCE);
    forbidden.who_can = vec![Person::new("Ana Castro"), Person::new("Maya Lindqvist")];
    pages.push(("refusal-403", html(&forbidden)));
    let mut too_many = Refusal::new(tom("/projects"), RefusalKind::TooMany, REFERENCE);
    too_many.wait_seconds = Some(120);
    pages.push(("refusal-429", html(&too_many)));
    pages
}

const REFERENCE: &str = "7f3a19c2";
fn factor(factor: Option<FactorShown>, begun: bool, fresh: Option<FactorBegun>) -> FactorPage {
    FactorPage {
        page: tom("/account/factor"),
        factor,
        passkeys: false,
        recovery_codes: Some(7),
        begun,
        fresh,
        next: String::new(),
        demo_code: None,
    }
}

fn second_step(app: bool, passkey: bool) -> SecondStepPage {
    SecondStepPage { page: guest("/sign-in/second"), next: path(""), app, passkey, demo_code: None }
}

fn step_up(by_code: bool, passkey: bool) -> StepUp {
    StepUp { page: tom(&path("")), by_code, app: by_code, passkey, next: path(""), demo_code: None }
}

/// Something asked for a factor, in a demo, and the organisation does, too.
fn factor_wanted() -> FactorPage {
    let page = Page { factor_from: Some(ago(-9 * DAY)), ..demo(tom("/account/factor")) };
    FactorPage { page, next: path("/credentials"), demo_code: Some("417 903".into()), ..factor(None, false, None) }
}

fn html(page: &impl Template) -> String {
    page.render().unwrap_or_else(|error| error.to_string())
}

/// Tuesday, 24 November 2026, 9:41 in Oslo, in microseconds.
const NOW: Time = Time(1_795_509_660_000_000);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
fn ago(seconds: i64) -> Time {
    NOW.plus_seconds(-seconds)
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128((0x019a << 112) | (0x7 << 76) | (0x8 << 60) | number)
}

fn texts<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn guest(path: &str) -> Page {
    Page {
        now: NOW,
        zone: tz::TimeZone::fixed(tz::offset(1)),
        path: path.into(),
        key: "gallery".into(),
        passkeys: true,
        ..Page::default()
    }
}

fn viewer(path: &str, name: &str, role: Role, client: Option<&str>) -> Page {
    let viewer = Viewer {
        name: name.into(),
        role,
        organisation: "Halden & Rook".into(),
        client: client.map(str::to_owned),
        organisations: 1,
        may: May::of(&rules(), &[role.word()], ""),
    };
    Page { viewer: Some(viewer), ..guest(path) }
}

fn maya(path: &str) -> Page {
    viewer(path, "Maya Lindqvist", Role::Owner, None)
}

fn tom(path: &str) -> Page {
    viewer(path, "Tom Reyes", Role::Staff, None)
}

fn petra(path: &str) -> Page {
    viewer(path, "Petra Lindqvist", Role::ClientAdmin, Some("Brightwater Hotels"))
}

/// A page of somebody as whom an owner looks.
fn looking(page: Page) -> Page {
    let viewer = page.viewer.as_ref();
    let view = viewer.map(|viewer| ViewShown {
        person: PersonId(id(3)),
        name: viewer.name.clone(),
        role: viewer.role,
        client: None,
        client_name: viewer.client.clone(),
        until: ago(-20 * MINUTE),
        over: false,
    });
    Page { view, ..page }
}

fn jo(path: &str) -> Page {
    let mut page = viewer(path, "Jo Adeyemi", Role::Staff, None);
    if let Some(viewer) = &mut page.viewer {
        viewer.organisations = 2;
    }
    page
}

fn joinable() -> JoinableList {
    let mill = Joinable {
        organisation: OrganisationId(id(400)),
        name: "Mill Street Studio".into(),
        domain: "mill.example".into(),
    };
    JoinableList { organisations: vec![mill] }
}

/// From the rooms of one organisation to a project of another.
fn go_in() -> GoInPage {
    let there = account().memberships.remove(0);
    GoInPage { page: jo("/projects/7Q4K"), there, next: "/projects/7Q4K".into() }
}
