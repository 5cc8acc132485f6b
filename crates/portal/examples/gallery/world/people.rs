//! People, how they sign in, and whom they work for.

use portal::{
    identity::factor::FactorBegun,
    identity::passkey::PasskeyShown,
    identity::{
        Account, AccountEvent, AccountEvents, FactorShown, MembershipShown, ProvidedShown, SessionShown, TokenShown,
    },
    ids::{ClientId, OrganisationId, PasskeyId, PersonId, ProjectId, ProviderSubjectId, SessionId, TokenId},
    notices::{NoticeChoice, NoticeChoices, Pace, Topic},
    organisations::membership::{InProject, MembershipHere, MembershipList, MembershipState},
    organisations::service::ServiceShown,
    organisations::{ClientList, ClientShown, Role},
    pages::{Demo, Face, Page, Refused},
    projects::ProjectRole,
};

use super::*;

pub(super) fn demo(page: Page) -> Page {
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

pub(super) fn sign_in_refused() -> Page {
    let refused = Refused {
        action: "/session/open".into(),
        values: [("mail".to_owned(), "tom@haldenrook.example".to_owned())].into(),
        errors: [(String::new(), "That did not match. Try again, or ask the person who invited you.".to_owned())]
            .into(),
    };
    Page { refused: Some(refused), ..guest("/sign-in") }
}

pub(super) fn token_refused() -> Page {
    let refused = Refused {
        action: "/account/tokens/create".into(),
        values: [("name".to_owned(), "Weekly report".to_owned()), ("days".to_owned(), "30".to_owned())].into(),
        errors: [("scopes".to_owned(), "must name at least one".to_owned())].into(),
    };
    Page { refused: Some(refused), ..tom("/account") }
}

pub(super) const TOKEN: &str = "plp_8sJ2vQx7hWn4RkTz0bYdLc5mGfPaEu3iVo9qXsN6tKw";
pub(super) fn account() -> Account {
    let membership = |number, name: &str| MembershipShown {
        organisation: OrganisationId(id(number)),
        organisation_name: name.into(),
        client: None,
        client_name: None,
        role: Role::Staff,
        factor_from: None,
        closed: None,
        provider: None,
        accent: None,
        logo: None,
        deleted_at: None,
        closing: false,
    };
    let session = |number, agent: &str, opened, seen, this| SessionShown {
        id: SessionId(id(number)),
        agent: agent.into(),
        address: Some("192.0.2.7".into()),
        opened_at: ago(opened),
        seen_at: ago(seen),
        expires_at: ago(opened - 30 * DAY),
        second_step: number == 3,
        this,
    };
    Account {
        view: None,
        id: PersonId(id(2)),
        mail: "tom@haldenrook.example".into(),
        name: "Tom Reyes".into(),
        password_at: ago(82 * DAY),
        factor: Some(FactorShown { since: ago(40 * DAY) }),
        factor_begun: false,
        passkeys: passkeys(),
        recovery_codes: Some(7),
        organisation: Some(OrganisationId(id(100))),
        closed: None,
        deleted_at: None,
        provided: false,
        maintenance_until: None,
        memberships: vec![membership(100, "Halden & Rook"), membership(101, "Studio Pallas")],
        sessions: vec![
            session(1, "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", 3 * DAY, 0, true),
            session(2, "Mozilla/5.0 (iPhone; like Mac OS X) Version/26.0 Safari/604.1", 12 * DAY, 14 * HOUR, false),
            session(3, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/145.0", 200, 200, false),
        ],
        tokens: vec![TokenShown {
            id: TokenId(id(1)),
            name: "Weekly report".into(),
            scopes: texts(["project:look", "message:look"]),
            made_at: ago(20 * DAY),
            expires_at: ago(-70 * DAY),
            seen_at: Some(ago(26 * HOUR)),
        }],
        providers: vec![ProvidedShown {
            id: ProviderSubjectId(id(1)),
            organisation_name: "Halden & Rook".into(),
            since: ago(30 * DAY),
        }],
    }
}

fn passkeys() -> Vec<PasskeyShown> {
    let passkey = |number, name: &str, since, used: Option<i64>, backed_up| PasskeyShown {
        id: PasskeyId(id(number)),
        name: name.into(),
        since: ago(since),
        used_at: used.map(ago),
        backed_up,
    };
    vec![passkey(1, "iPhone", 40 * DAY, Some(14 * HOUR), true), passkey(2, "Key on my key ring", 12 * DAY, None, false)]
}

pub(super) fn log() -> AccountEvents {
    let event = |action: &str, seconds, by_other: bool| AccountEvent {
        at: ago(seconds),
        action: action.into(),
        result: "done".into(),
        address: (!by_other).then(|| "192.0.2.7".into()),
        by_other,
    };
    let events = vec![
        event("session.confirm", HOUR, false),
        event("session.open", HOUR + 10, false),
        event("password.set", 82 * DAY, false),
        event("factor.forget", 90 * DAY, true),
    ];
    AccountEvents { events }
}

/// Somebody who wants messages at once, and nothing of how projects get on.
pub(super) fn notices() -> NoticeChoices {
    let paces = [Pace::AtOnce, Pace::AtOnce, Pace::Never];
    let choices = Topic::ALL.iter().zip(paces);
    let notices = choices.map(|(&topic, pace)| NoticeChoice { topic, pace, usual: topic.usual() });
    NoticeChoices { notices: notices.collect() }
}

/// Before there is a second factor.
pub(super) fn account_with_a_password() -> Account {
    Account { factor: None, passkeys: vec![], recovery_codes: None, ..account() }
}

pub(super) fn factor_begun() -> FactorBegun {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned();
    let address =
        format!("otpauth://totp/portal.example:tom%40haldenrook.example?secret={secret}&issuer=portal.example");
    FactorBegun { secret, address }
}

pub(super) fn recovery_codes() -> Vec<String> {
    (0..10).map(|number| format!("k3j{number}fa-q{number}wmzd-7h{number}nxu-tb2c{number}y")).collect()
}

pub(super) fn scopes() -> Vec<String> {
    texts(["project:look", "project:change", "message:look", "message:change", "credential:look", "trail:look"])
}

pub(super) fn clients() -> ClientList {
    let client = |number, name: &str, projects, people, days| ClientShown {
        id: ClientId(id(number)),
        name: name.into(),
        projects,
        people,
        made_at: ago(days * DAY),
        archived_at: None,
        deleted_at: None,
    };
    ClientList {
        clients: vec![
            client(1, "Brightwater Hotels", 3, 2, 82),
            client(2, "Kestrel Cycles", 2, 3, 61),
            client(3, "Mirabel Clinics", 1, 1, 9),
        ],
    }
}

/// Who has access to Halden & Rook, as its owner sees it.
pub(super) fn everybody() -> MembershipList {
    let person = |number, name: &str, role, client: Option<(u128, &str)>, days, factor: Option<i64>| MembershipHere {
        person: PersonId(id(number)),
        name: name.into(),
        mail: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        role,
        client: client.map(|(number, _)| ClientId(id(number))),
        client_name: client.map(|(_, name)| name.into()),
        state: MembershipState::Active,
        since: ago(days * DAY),
        last_here: Some(ago(days * 60)),
        second_factor_since: factor.map(|days| ago(days * DAY)),
        projects: vec![],
        service: false,
        managed: true,
    };
    let at = |number, title: &str, role| InProject { project: ProjectId(id(number)), title: title.into(), role };
    let mut maya = person(21, "Maya Lindqvist", Role::Owner, None, 88, Some(80));
    maya.managed = false;
    let mut tom = person(23, "Tom Reyes", Role::Staff, None, 70, None);
    tom.projects = vec![at(31, "Booking site", ProjectRole::Contributor), at(32, "Photo library", ProjectRole::Admin)];
    let mut ivo = person(24, "Ivo Brandt", Role::Staff, None, 41, None);
    ivo.state = MembershipState::Suspended;
    ivo.last_here = None;
    let brightwater = Some((1, "Brightwater Hotels"));
    let mut noor = person(26, "Noor Aziz", Role::ClientMember, brightwater, 12, None);
    noor.projects = vec![at(31, "Booking site", ProjectRole::Viewer)];
    MembershipList {
        people: vec![
            person(22, "Ana Castro", Role::Admin, None, 84, Some(80)),
            ivo,
            maya,
            tom,
            noor,
            person(25, "Petra Holm", Role::ClientAdmin, brightwater, 60, Some(3)),
        ],
        factor_from: None,
    }
}

/// The programs of Halden & Rook.
pub(super) fn services() -> ServiceList {
    let token = TokenShown {
        id: TokenId(id(71)),
        name: "bookkeeping, every night".into(),
        scopes: vec!["client:look".into(), "project:look".into()],
        made_at: ago(40 * DAY),
        expires_at: ago(-50 * DAY),
        seen_at: Some(ago(7 * HOUR)),
    };
    let service = |number, name: &str, role, tokens| ServiceShown {
        id: PersonId(id(number)),
        name: name.into(),
        role,
        state: MembershipState::Active,
        since: ago(41 * DAY),
        tokens,
    };
    ServiceList {
        services: vec![service(61, "Bookkeeping", Role::Admin, vec![token]), service(62, "Build", Role::Staff, vec![])],
    }
}
