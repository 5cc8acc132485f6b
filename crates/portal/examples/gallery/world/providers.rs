//! An organisation's provider, the way there, and who one is here.

use portal::identity::Account;
use portal::identity::pages::AccountHerePage;
use portal::ids::{PersonId, ProviderSubjectId};
use portal::links::pages::SaidPage;
use portal::providers::pages::{AwayPage, ConnectPage, ProviderPage};
use portal::providers::{ProviderShown, ProviderState, SubjectOffered, SubjectShown};

use super::people::account;
use super::*;

/// Name and HTML of each of them.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let address = "https://login.haldenrook.example/authorize?response_type=code&scope=openid+email".to_owned();
    let here = Account { provided: true, factor: None, tokens: vec![], ..account() };
    vec![
        ("provider", html(&provider(Some(shown(vec![subject(2, "Tom Reyes"), subject(3, "Ana Castro")]))))),
        ("provider-nobody-yet", html(&provider(Some(shown(vec![]))))),
        ("provider-none", html(&provider(None))),
        ("provider-away", html(&AwayPage { page: guest("/sign-in"), address })),
        ("provider-connect", html(&connect(Some("tom@haldenrook.example")))),
        ("provider-connect-sign-in", html(&connect(None))),
        ("provider-over", html(&SaidPage::provider_over(guest("/sign-in/connect")))),
        ("account-provided", html(&AccountHerePage { page: tom("/account"), account: here })),
    ]
}

fn provider(provider: Option<ProviderShown>) -> ProviderPage {
    let redirect_uri = format!("https://portal.haldenrook.example/sign-in/{}/back", id(100));
    ProviderPage { page: maya("/provider"), state: ProviderState { redirect_uri, provider } }
}

fn shown(subjects: Vec<SubjectShown>) -> ProviderShown {
    ProviderShown {
        handle: "halden-rook".into(),
        issuer: "https://login.haldenrook.example".into(),
        client_id: "portal".into(),
        domains: Some("haldenrook.example".into()),
        newcomers: Some(Role::Staff),
        set_at: ago(40 * DAY),
        required_since: None,
        subjects,
    }
}

fn subject(number: u128, name: &str) -> SubjectShown {
    SubjectShown {
        id: ProviderSubjectId(id(number)),
        person: PersonId(id(number)),
        name: name.into(),
        since: ago(30 * DAY),
    }
}

fn connect(mine: Option<&str>) -> ConnectPage {
    let offered = SubjectOffered {
        organisation: "Halden & Rook".into(),
        issuer: "https://login.haldenrook.example".into(),
        mail: Some("t.reyes@haldenrook.example".into()),
    };
    ConnectPage { page: guest("/sign-in/connect"), offered, mine: mine.map(str::to_owned) }
}
