//! Every page of the portal, as the people of the demo world see it on Tuesday, 24 November 2026,
//! at 9:41 in Oslo.

use std::collections::BTreeMap;

use askama::Template;
use door::Time;
use jiff::tz;
use portal::{
    identity::{
        Account, MembershipShown, SessionShown, TokenShown,
        pages::{AccountPage, SignInPage, TokenMadePage},
    },
    ids::{ClientId, CredentialId, MessageId, OrganisationId, PersonId, ProjectId, SessionId, TokenId},
    installation::{
        ReadinessItem, ReadinessShown,
        pages::{ReadinessPage, SetupOverPage, SetupPage},
    },
    messages::{MessageList, MessageShown, Visibility, pages::MessagesPage},
    organisations::{
        ClientList, ClientShown, OrganisationShown, PersonShown, Role,
        pages::{ClientsPage, OrganisationsPage},
    },
    pages::{Choice, Confirm, Demo, Face, May, Page, Person, Refusal, RefusalKind, Refused, StepUp, Viewer},
    privacy::pages::{Kept, KeptGroup, Policy},
    projects::{
        MemberList, MemberShown, ProjectList, ProjectRole, ProjectShown, ProjectSummary, Status, StatusShown,
        home::{ClientHome, StaffHome},
        pages::{MembersPage, ProjectPage, ProjectsPage},
    },
    trail::{
        Matrix, MatrixRow, TrailEvent, TrailList, TrailObject,
        pages::{Filter, MatrixPage, TrailPage},
    },
    vault::{
        CredentialList, CredentialShown, SeenBy,
        pages::{CredentialPage, CredentialsPage},
    },
};
use uuid::Uuid;

/// Name and HTML of every page.
pub(crate) fn every_page() -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("sign-in", html(&SignInPage { page: guest("/sign-in"), next: String::new() })),
        ("sign-in-refused", html(&SignInPage { page: sign_in_refused(), next: "/projects".into() })),
        ("sign-in-demo", html(&SignInPage { page: demo(guest("/sign-in")), next: String::new() })),
        ("setup", html(&SetupPage { page: guest("/setup/7Q4K"), token: "7Q4K".into() })),
        ("setup-over", html(&SetupOverPage { page: guest("/setup/7Q4K") })),
        ("account", html(&AccountPage { page: tom("/account"), account: account(), scopes: scopes() })),
        ("account-token-refused", html(&AccountPage { page: token_refused(), account: account(), scopes: scopes() })),
        ("token-made", html(&TokenMadePage { page: tom("/account"), token: TOKEN.into() })),
        ("organisations", html(&OrganisationsPage { page: jo("/organisations"), account: account() })),
        ("clients", html(&ClientsPage { page: maya("/clients"), list: clients() })),
        ("clients-empty", html(&ClientsPage { page: maya("/clients"), list: ClientList { clients: vec![] } })),
        ("home-staff", html(&StaffHome { page: maya("/"), list: projects("") })),
        ("home-staff-demo", html(&StaffHome { page: demo(tom("/")), list: projects("") })),
        ("home-staff-empty", html(&StaffHome { page: maya("/"), list: ProjectList { projects: vec![], next: None } })),
        ("home-client", html(&home_client(petra("/")))),
        ("home-client-demo", html(&home_client(demo(petra("/"))))),
        ("projects", html(&projects_page(maya("/projects"), projects("")))),
        ("projects-empty", html(&projects_page(petra("/projects"), ProjectList { projects: vec![], next: None }))),
        ("project", html(&project_page(tom(&path("")), Status::WaitingOnClient))),
        ("project-client", html(&project_page(petra(&path("")), Status::WaitingOnClient))),
        ("project-status-refused", html(&project_page(status_refused(), Status::WaitingOnClient))),
        ("project-archived", html(&project_page(tom(&path("")), Status::Archived))),
        ("members", html(&members_page())),
        ("messages", html(&messages_page(tom(&path("/messages"))))),
        ("messages-client", html(&messages_page(petra(&path("/messages"))))),
        ("credentials", html(&credentials_page())),
        ("credential", html(&credential_page(tom(&path("/credentials/x")), None))),
        ("credential-client", html(&credential_page(petra(&path("/credentials/x")), None))),
        ("credential-shown", html(&credential_page(tom(&path("/credentials/x")), Some("h7#Kq-vell-0strand".into())))),
        ("trail", html(&trail_page(maya("/trail"), None, Filter::default()))),
        ("trail-record", html(&trail_page(maya("/trail"), Some(id(1)), denied()))),
        ("trail-empty", html(&trail_empty())),
        ("matrix", html(&MatrixPage { page: tom("/matrix"), matrix: matrix() })),
        ("readiness", html(&ReadinessPage { page: maya("/readiness"), shown: readiness() })),
        ("privacy", html(&policy())),
        ("confirm", html(&confirm())),
        ("step-up", html(&StepUp { page: tom(&path("")), mail: "tom@haldenrook.example".into(), next: path("") })),
    ];
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
    let mut forbidden = Refusal::new(tom(&path("/members")), RefusalKind::Forbidden, REFERENCE);
    forbidden.who_can = vec![Person::new("Ana Castro"), Person::new("Maya Lindqvist")];
    pages.push(("refusal-403", html(&forbidden)));
    let mut too_many = Refusal::new(tom("/projects"), RefusalKind::TooMany, REFERENCE);
    too_many.wait_seconds = Some(120);
    pages.push(("refusal-429", html(&too_many)));
    pages
}

const REFERENCE: &str = "7f3a19c2";

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

const TOKEN: &str = "plp_8sJ2vQx7hWn4RkTz0bYdLc5mGfPaEu3iVo9qXsN6tKw";
const HERO: u128 = 20;
const HERO_SAID: &str = "We have finished the booking flow; we need the photos to go on.";

/// An address below the hero project's.
fn path(end: &str) -> String {
    format!("/projects/{}{end}", id(HERO))
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

fn jo(path: &str) -> Page {
    let mut page = viewer(path, "Jo Adeyemi", Role::Staff, None);
    if let Some(viewer) = &mut page.viewer {
        viewer.organisations = 2;
    }
    page
}

fn demo(page: Page) -> Page {
    let face = |name: &str, mail: &str, role, company: &str| Face {
        name: name.into(),
        mail: mail.into(),
        role,
        company: company.into(),
    };
    let people = vec![
        face("Maya Lindqvist", "maya@haldenrook.example", Role::Owner, "Halden & Rook"),
        face("Tom Reyes", "tom@haldenrook.example", Role::Staff, "Halden & Rook"),
        face("Petra Lindqvist", "petra@brightwater.example", Role::ClientAdmin, "Brightwater Hotels"),
        face("Sam Okafor", "sam@kestrel.example", Role::ClientMember, "Kestrel Cycles"),
    ];
    Page { demo: Some(Demo { password: "a demo is not a secret".into(), people }), ..page }
}

fn sign_in_refused() -> Page {
    let refused = Refused {
        action: "/session/open".into(),
        values: [("mail".to_owned(), "tom@haldenrook.example".to_owned())].into(),
        errors: [(String::new(), "That did not match. Try again, or ask the person who invited you.".to_owned())]
            .into(),
    };
    Page { refused: Some(refused), ..guest("/sign-in") }
}

fn status_refused() -> Page {
    let refused = Refused {
        action: path("/status/set"),
        values: [("status".to_owned(), "delivered".to_owned()), ("sentence".to_owned(), String::new())].into(),
        errors: [("sentence".to_owned(), "must not be empty".to_owned())].into(),
    };
    Page { refused: Some(refused), ..tom(&path("")) }
}

fn token_refused() -> Page {
    let refused = Refused {
        action: "/account/tokens/create".into(),
        values: [("name".to_owned(), "Weekly report".to_owned()), ("days".to_owned(), "30".to_owned())].into(),
        errors: [("scopes".to_owned(), "must name at least one".to_owned())].into(),
    };
    Page { refused: Some(refused), ..tom("/account") }
}

fn account() -> Account {
    let membership = |number, name: &str| MembershipShown {
        organisation: OrganisationId(id(number)),
        organisation_name: name.into(),
        client: None,
        client_name: None,
        role: Role::Staff,
    };
    let session = |number, agent: &str, opened, seen, this| SessionShown {
        id: SessionId(id(number)),
        agent: agent.into(),
        opened_at: ago(opened),
        seen_at: ago(seen),
        this,
    };
    Account {
        id: PersonId(id(2)),
        mail: "tom@haldenrook.example".into(),
        name: "Tom Reyes".into(),
        organisation: Some(OrganisationId(id(100))),
        memberships: vec![membership(100, "Halden & Rook"), membership(101, "Studio Pallas")],
        sessions: vec![
            session(1, "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", 3 * DAY, 0, true),
            session(2, "Mozilla/5.0 (iPhone; like Mac OS X) Version/26.0 Safari/604.1", 12 * DAY, 14 * HOUR, false),
        ],
        tokens: vec![TokenShown {
            id: TokenId(id(1)),
            name: "Weekly report".into(),
            scopes: texts(["project:look", "message:look"]),
            made_at: ago(20 * DAY),
            expires_at: ago(-70 * DAY),
            seen_at: Some(ago(26 * HOUR)),
        }],
    }
}

fn scopes() -> Vec<String> {
    texts(["project:look", "project:change", "message:look", "message:change", "credential:look", "trail:look"])
}

fn clients() -> ClientList {
    let client = |number, name: &str, projects, people, days| ClientShown {
        id: ClientId(id(number)),
        name: name.into(),
        projects,
        people,
        made_at: ago(days * DAY),
    };
    ClientList {
        clients: vec![
            client(1, "Brightwater Hotels", 3, 2, 82),
            client(2, "Kestrel Cycles", 2, 3, 61),
            client(3, "Mirabel Clinics", 1, 1, 9),
        ],
    }
}

/// Projects of a client, all when it is empty.
fn projects(only: &str) -> ProjectList {
    let project = |number, title: &str, client: &str, status, sentence: &str, by: &str, seconds| ProjectSummary {
        id: ProjectId(id(number)),
        title: title.into(),
        client: ClientId(id(1)),
        client_name: client.into(),
        status,
        sentence: sentence.into(),
        status_by: by.into(),
        status_at: ago(seconds),
    };
    let (brightwater, kestrel, mirabel) = ("Brightwater Hotels", "Kestrel Cycles", "Mirabel Clinics");
    let articles = "All 2,140 articles are over; the pictures follow by Friday.";
    let contract = "We wait for the signed contract before we touch any record.";
    let ideas = "Three ideas are on the table; tell us which one you like.";
    let photos = "The workshop is booked; please choose between the two dates.";
    let menus = "The menus are in all six hotels. Tell us what breaks.";
    let mut projects = vec![
        project(HERO, "Booking site relaunch", brightwater, Status::WaitingOnClient, HERO_SAID, "Tom Reyes", 23 * HOUR),
        project(21, "Dealer workshop", kestrel, Status::WaitingOnClient, photos, "Ana Castro", 3 * DAY),
        project(22, "Shop migration", kestrel, Status::Active, articles, "Ana Castro", 2 * DAY),
        project(23, "Menus on the door", brightwater, Status::Active, menus, "Tom Reyes", 6 * DAY),
        project(24, "Winter campaign", brightwater, Status::Proposed, ideas, "Maya Lindqvist", 8 * DAY),
        project(25, "Records move", mirabel, Status::OnHold, contract, "Ana Castro", 5 * DAY),
    ];
    projects.retain(|project| only.is_empty() || project.client_name == only);
    ProjectList { projects, next: only.is_empty().then(|| id(25).to_string()) }
}

fn home_client(page: Page) -> ClientHome {
    let colleague = |name: &str, role| PersonShown {
        person: PersonId(id(3)),
        name: name.into(),
        role,
        client: Some(ClientId(id(1))),
    };
    ClientHome {
        page,
        list: projects("Brightwater Hotels"),
        organisation: OrganisationShown {
            id: OrganisationId(id(100)),
            name: "Halden & Rook".into(),
            people: vec![colleague("Petra Lindqvist", Role::ClientAdmin), colleague("Jonas Berg", Role::ClientMember)],
        },
    }
}

fn projects_page(page: Page, list: ProjectList) -> ProjectsPage {
    ProjectsPage {
        page,
        list,
        clients: vec![Choice::new(id(1), "Brightwater Hotels"), Choice::new(id(2), "Kestrel Cycles")],
    }
}

fn project(status: Status) -> ProjectShown {
    let step = |status, sentence: &str, by: &str, days: i64| StatusShown {
        status,
        sentence: sentence.into(),
        by: by.into(),
        at: ago(days * DAY - HOUR),
    };
    let design = "The design is agreed. We build the booking flow now; look at it on staging any time.";
    let mut history = vec![
        step(Status::WaitingOnClient, HERO_SAID, "Tom Reyes", 1),
        step(Status::Active, design, "Tom Reyes", 26),
        step(Status::Active, "Kick-off was good. First design on the 12th.", "Ana Castro", 60),
        step(Status::Proposed, "Our offer is with you.", "Maya Lindqvist", 82),
    ];
    if status == Status::Archived {
        history.insert(0, step(status, "Handed over and paid. Thank you!", "Maya Lindqvist", 0));
    }
    ProjectShown {
        id: ProjectId(id(HERO)),
        title: "Booking site relaunch".into(),
        client: ClientId(id(1)),
        client_name: "Brightwater Hotels".into(),
        status,
        history,
        may_run: true,
    }
}

/// What the reader may do to the hero project: Tom and Petra run it here.
fn may(page: &Page, status: Status) -> May {
    let relations = if page.is_staff() { ["staff", "project_admin"] } else { ["client_admin", "contributor"] };
    May::of(&rules(), &relations, status.word())
}

fn members() -> MemberList {
    let member = |number, name: &str, role, organisation_role, days| MemberShown {
        person: PersonId(id(number)),
        name: name.into(),
        role,
        organisation_role,
        since: ago(days * DAY),
    };
    MemberList {
        members: vec![
            member(1, "Ana Castro", ProjectRole::Admin, Role::Admin, 82),
            member(2, "Jonas Berg", ProjectRole::Viewer, Role::ClientMember, 40),
            member(3, "Petra Lindqvist", ProjectRole::Contributor, Role::ClientAdmin, 79),
            member(4, "Tom Reyes", ProjectRole::Admin, Role::Staff, 80),
        ],
    }
}

fn project_page(page: Page, status: Status) -> ProjectPage {
    ProjectPage { may: may(&page, status), page, project: project(status), members: members() }
}

fn members_page() -> MembersPage {
    let page = tom(&path("/members"));
    MembersPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        members: members(),
        candidates: vec![Choice::new(id(5), "Maya Lindqvist"), Choice::new(id(6), "Jo Adeyemi")],
    }
}

fn messages_page(page: Page) -> MessagesPage {
    let message = |number, by: &str, seconds, visibility, text: &str| MessageShown {
        id: MessageId(id(number)),
        author: PersonId(id(1)),
        author_name: by.into(),
        visibility: page.is_staff().then_some(visibility),
        text: text.into(),
        posted_at: ago(seconds),
    };
    let (internal, client) = (Visibility::Internal, Visibility::Client);
    let broken = "We tried. The calendar jumps back a month when you pick the 31st.\nOtherwise: lovely, and so much quicker \
                  than the old one.";
    let friday =
        "Friday is fine. The cut-over is on Thursday next week at six in the morning; you will not notice a thing.";
    let mut messages = vec![
        message(7, "Tom Reyes", 3 * HOUR, client, friday),
        message(6, "Jonas Berg", DAY, client, "Fotos kommen am Freitag, die Fotografin ist erst morgen im Haus."),
        message(5, "Tom Reyes", 2 * DAY - HOUR, internal, "I would not. The first one was our mistake."),
        message(4, "Ana Castro", 2 * DAY, internal, "Do we bill the extra round on the checkout? It is the third one."),
        message(3, "Tom Reyes", 17 * DAY, client, "Fixed, with a test so that it stays fixed."),
        message(2, "Petra Lindqvist", 18 * DAY, client, broken),
        message(
            1,
            "Dana Wolff",
            19 * DAY,
            client,
            "Staging is up: the new booking flow is behind the blue button. Please break it.",
        ),
    ];
    if !page.is_staff() {
        messages.retain(|message| ![MessageId(id(4)), MessageId(id(5))].contains(&message.id));
    }
    MessagesPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        list: MessageList { messages, next: Some(id(1).to_string()) },
        members: members(),
    }
}

fn credentials() -> Vec<CredentialShown> {
    let seen = |name: &str, seconds, reason: &str, has_left| SeenBy {
        person: PersonId(id(1)),
        name: name.into(),
        reason: reason.into(),
        at: ago(seconds),
        has_left,
    };
    let credential = |number, title: &str, username: &str, by: &str, seen| CredentialShown {
        id: CredentialId(id(number)),
        title: title.into(),
        username: username.into(),
        stored_by: by.into(),
        stored_at: ago(70 * DAY),
        seen,
    };
    let dns = vec![
        seen("Ana Castro", 3 * DAY, "cut-over test", false),
        seen("Dana Wolff", 53 * DAY, "mail records for the newsletter", true),
    ];
    vec![
        credential(1, "DNS at the registrar", "brightwater-dns", "Petra Lindqvist", dns),
        credential(
            2,
            "Payment provider, test mode",
            "",
            "Ana Castro",
            vec![seen("Tom Reyes", 40 * DAY, "first try", false)],
        ),
        credential(3, "Alarm code, server room", "", "Petra Lindqvist", vec![]),
    ]
}

fn credentials_page() -> CredentialsPage {
    let page = tom(&path("/credentials"));
    CredentialsPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        list: CredentialList { credentials: credentials() },
    }
}

fn credential_page(page: Page, secret: Option<String>) -> CredentialPage {
    CredentialPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        credential: credentials().swap_remove(0),
        secret,
    }
}

fn denied() -> Filter {
    Filter { result: "denied".into(), ..Filter::default() }
}

fn event(number: i64, seconds: i64, who: &str, action: &str, result: &str, objects: &[(&str, &str)]) -> TrailEvent {
    let kind = match who {
        "job" | "anyone" => who,
        _ => "person",
    };
    let object = |(at, (kind, name)): (usize, &(&str, &str))| TrailObject {
        kind: (*kind).to_owned(),
        id: id(500 + u128::try_from(at).unwrap_or_default()),
        name: Some((*name).to_owned()),
    };
    TrailEvent {
        number: 48_219 - number,
        id: id(u128::try_from(number).unwrap_or_default() + 1),
        at: ago(seconds).to_string(),
        action: action.into(),
        actor: (kind == "person").then(|| id(who.len().try_into().unwrap_or_default())),
        actor_name: (kind == "person").then(|| who.to_owned()),
        actor_kind: kind.into(),
        object: None,
        object_kind: None,
        objects: objects.iter().enumerate().map(object).collect(),
        result: result.into(),
        source: Some("198.51.100.23".into()),
        request: id(900),
        chain: "organisation".into(),
        relations: texts(["staff", "contributor"]),
        facts: BTreeMap::new(),
        private: BTreeMap::new(),
        sealed: 2 < number,
    }
}

fn fact(mut event: TrailEvent, name: &str, value: &str) -> TrailEvent {
    event.facts.insert(name.into(), value.into());
    event
}

fn events() -> Vec<TrailEvent> {
    let (shop, booking, dns) =
        (("project", "Shop migration"), ("project", "Booking site relaunch"), ("credential", "DNS at the registrar"));
    let mut reveal = event(1, 92, "Ana Castro", "credential.reveal", "done", &[dns, booking]);
    reveal.private.insert("reason".into(), "cut-over test".into());
    let mut elsewhere = event(6, 15 * HOUR, "Sam Okafor", "project.show", "denied", &[]);
    elsewhere.relations = texts(["anyone"]);
    vec![
        event(0, 53, "Tom Reyes", "project.member.remove", "denied", &[shop, ("member", "Ana Castro")]),
        reveal,
        fact(event(2, 31 * MINUTE, "Tom Reyes", "project.status.set", "done", &[booking]), "to", "waiting_on_client"),
        fact(event(3, 48 * MINUTE, "Tom Reyes", "message.post", "done", &[booking]), "visibility", "client"),
        event(4, 50 * MINUTE, "Tom Reyes", "session.open", "done", &[]),
        event(5, 101 * MINUTE, "job", "session.sweep", "done", &[]),
        elsewhere,
        event(7, 17 * HOUR, "Petra Lindqvist", "credential.store", "done", &[dns, booking]),
        event(8, 19 * HOUR, "Maya Lindqvist", "organisation.show", "failed", &[]),
        fact(
            event(9, 22 * HOUR, "Maya Lindqvist", "project.member.add", "done", &[shop, ("person", "Jo Adeyemi")]),
            "role",
            "contributor",
        ),
    ]
}

fn trail_page(page: Page, opened: Option<Uuid>, filter: Filter) -> TrailPage {
    let mut events = events();
    events.retain(|event| filter.result.is_empty() || event.result == filter.result);
    TrailPage { page, list: TrailList { events, next: Some("48210".into()) }, filter, opened, rules: rules() }
}

fn trail_empty() -> TrailPage {
    let filter = Filter { actor: id(77).to_string(), cursor: "9".into(), ..Filter::default() };
    TrailPage { list: TrailList { events: vec![], next: None }, ..trail_page(maya("/trail"), None, filter) }
}

fn rules() -> Vec<MatrixRow> {
    portal::trail::rows(&portal::catalogue::catalogue())
}

fn matrix() -> Matrix {
    Matrix {
        rows: rules(),
        relations: portal::standing::RELATIONS.iter().map(|relation| relation.name.to_owned()).collect(),
    }
}

fn readiness() -> ReadinessShown {
    let item = |name: &str, wired, words: &str, minutes| ReadinessItem {
        name: name.into(),
        wired,
        words: words.into(),
        minutes,
    };
    ReadinessShown {
        items: vec![
            item("https", false, "Plain HTTP: for this machine only. Start with --tls or behind a proxy.", Some(5)),
            item("database", true, "SQLite, on this machine. What was acknowledged is on disk.", None),
            item("record", true, "48219 events sealed, the last checkpoint signed a moment ago.", None),
            item("second_factor", false, "Sign-in is by password alone in this version.", None),
            item("backup", false, "This version makes no backups by itself.", None),
        ],
        minutes: 5,
    }
}

fn policy() -> Policy {
    let kept = |what: &str, why: &str, how_long: &str, erasure: &str| Kept {
        what: what.into(),
        why: why.into(),
        how_long: how_long.into(),
        erasure: erasure.into(),
    };
    Policy {
        page: guest("/privacy"),
        controller: "Halden & Rook, Storgata 12, Oslo".into(),
        contact: "privacy@haldenrook.example".into(),
        groups: vec![
            KeptGroup {
                title: "Your account".into(),
                kept: vec![
                    kept(
                        "Name",
                        "so that the others know who writes",
                        "as long as the account",
                        "replaced by “former member”",
                    ),
                    kept("Mail address", "to sign you in", "as long as the account", "erased"),
                    kept(
                        "Password",
                        "to sign you in; kept as an Argon2id hash only",
                        "as long as the account",
                        "erased",
                    ),
                ],
            },
            KeptGroup {
                title: "Sign-ins".into(),
                kept: vec![kept(
                    "Browser and network address",
                    "so that you see where you are signed in",
                    "30 days after the last use",
                    "erased",
                )],
            },
        ],
    }
}

fn confirm() -> Confirm {
    Confirm {
        page: tom(&path("")),
        title: "Delete “Booking site relaunch”?".into(),
        consequence: "12 documents and 48 messages go with it. You can bring it back until 22 Dec.".into(),
        word: "Booking site relaunch".into(),
        action: path("/delete"),
        button: "Delete project".into(),
        back: path(""),
    }
}
