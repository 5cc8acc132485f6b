//! The work: projects, who is in them, what is said, and what is in the vault.

use portal::{
    ids::{ClientId, CredentialId, MessageId, OrganisationId, PersonId, ProjectId},
    messages::{MessageList, MessageShown, Visibility, pages::MessagesPage},
    organisations::{OrganisationShown, PersonShown, Role},
    pages::{Choice, May, Page, Refused},
    projects::{
        MemberList, MemberShown, ProjectList, ProjectRole, ProjectShown, ProjectSummary, Status, StatusShown,
        home::ClientHome,
        pages::{MembersPage, ProjectPage, ProjectsPage},
    },
    vault::{
        CredentialList, CredentialShown, SeenBy,
        pages::{CredentialPage, CredentialsPage},
    },
};

use super::*;

pub(super) const HERO: u128 = 20;
pub(super) const HERO_SAID: &str = "We have finished the booking flow; we need the photos to go on.";
/// An address below the hero project's.
pub(super) fn path(end: &str) -> String {
    format!("/projects/{}{end}", id(HERO))
}

pub(super) fn status_refused() -> Page {
    let refused = Refused {
        action: path("/status/set"),
        values: [("status".to_owned(), "delivered".to_owned()), ("sentence".to_owned(), String::new())].into(),
        errors: [("sentence".to_owned(), "must not be empty".to_owned())].into(),
    };
    Page { refused: Some(refused), ..tom(&path("")) }
}

/// Projects of a client, all when it is empty.
pub(super) fn projects(only: &str) -> ProjectList {
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

pub(super) fn home_client(page: Page) -> ClientHome {
    let colleague = |name: &str, role| PersonShown {
        person: PersonId(id(3)),
        name: name.into(),
        role,
        client: Some(ClientId(id(1))),
    };
    ClientHome {
        page,
        list: projects("Brightwater Hotels"),
        waiting: asks::waiting(),
        organisation: OrganisationShown {
            id: OrganisationId(id(100)),
            name: "Halden & Rook".into(),
            people: vec![colleague("Petra Lindqvist", Role::ClientAdmin), colleague("Jonas Berg", Role::ClientMember)],
        },
    }
}

pub(super) fn projects_page(page: Page, list: ProjectList) -> ProjectsPage {
    ProjectsPage {
        page,
        list,
        clients: vec![Choice::new(id(1), "Brightwater Hotels"), Choice::new(id(2), "Kestrel Cycles")],
    }
}

pub(super) fn project(status: Status) -> ProjectShown {
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
        client_archived_at: None,
        client_archived_by: None,
        history,
        may_run: true,
    }
}

/// What the reader may do to the hero project: Tom and Petra run it here.
pub(super) fn may(page: &Page, status: Status) -> May {
    let relations = if page.is_staff() { ["staff", "project_admin"] } else { ["client_admin", "contributor"] };
    May::of(&rules(), &relations, status.word())
}

pub(super) fn members() -> MemberList {
    let member = |number, name: &str, role, organisation_role, days| MemberShown {
        person: PersonId(id(number)),
        name: name.into(),
        role,
        organisation_role,
        since: ago(days * DAY),
        by_group: false,
    };
    MemberList {
        members: vec![
            member(1, "Ana Castro", ProjectRole::Admin, Role::Admin, 82),
            member(2, "Jonas Berg", ProjectRole::Viewer, Role::ClientMember, 40),
            member(3, "Petra Lindqvist", ProjectRole::Contributor, Role::ClientAdmin, 79),
            MemberShown { by_group: true, ..member(4, "Tom Reyes", ProjectRole::Admin, Role::Staff, 80) },
        ],
    }
}

pub(super) fn project_page(page: Page, status: Status) -> ProjectPage {
    ProjectPage { may: may(&page, status), page, project: project(status), members: members() }
}

pub(super) fn members_page() -> MembersPage {
    let page = tom(&path("/members"));
    MembersPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        members: members(),
        candidates: vec![Choice::new(id(5), "Maya Lindqvist"), Choice::new(id(6), "Jo Adeyemi")],
    }
}

pub(super) fn messages_page(page: Page) -> MessagesPage {
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

pub(super) fn credentials() -> Vec<CredentialShown> {
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

pub(super) fn credentials_page() -> CredentialsPage {
    let page = tom(&path("/credentials"));
    CredentialsPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        list: CredentialList { credentials: credentials() },
    }
}

pub(super) fn credential_page(page: Page, secret: Option<String>) -> CredentialPage {
    CredentialPage {
        may: may(&page, Status::Active),
        page,
        project: project(Status::WaitingOnClient),
        credential: credentials().swap_remove(0),
        secret,
    }
}
