//! An organisation's directory.

use portal::directory::group::Gives;
use portal::directory::pages::DirectoryPage;
use portal::directory::{DirectoryShown, DirectoryState, GroupHere};
use portal::identity::TokenShown;
use portal::ids::{DirectoryGroupId, ProjectId, TokenId};
use portal::organisations::service::ServiceRole;
use portal::pages::Choice;
use portal::projects::ProjectRole;

use super::*;

/// Name and HTML of each of them.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let token = TokenShown {
        id: TokenId(id(1)),
        name: "Entra ID".into(),
        scopes: vec!["directory:look".into(), "directory:change".into()],
        made_at: ago(20 * DAY),
        expires_at: ago(-160 * DAY),
        seen_at: Some(ago(40 * MINUTE)),
    };
    vec![
        ("directory", html(&directory(Some((14, 11, groups(), vec![token]))))),
        ("directory-nobody-yet", html(&directory(Some((0, 0, vec![], vec![]))))),
        ("directory-none", html(&directory(None))),
    ]
}

fn groups() -> Vec<GroupHere> {
    let group = |number, name: &str, members, gives| GroupHere {
        id: DirectoryGroupId(id(number)),
        name: name.into(),
        members,
        gives,
        project: None,
        project_title: None,
        project_role: None,
    };
    vec![
        group(2, "All of Halden & Rook", 14, Gives::Nothing),
        GroupHere {
            project: Some(ProjectId(id(3))),
            project_title: Some("Booking site".into()),
            project_role: Some(ProjectRole::Contributor),
            ..group(4, "Design", 6, Gives::Project)
        },
        group(5, "Office", 1, Gives::Admin),
    ]
}

fn directory(shown: Option<(i64, i64, Vec<GroupHere>, Vec<TokenShown>)>) -> DirectoryPage {
    let directory = shown.map(|(users, joined, groups, tokens)| DirectoryShown {
        role: ServiceRole::Staff,
        set_at: ago(20 * DAY),
        users,
        joined,
        groups,
        tokens,
    });
    let base = "https://portal.haldenrook.example/scim/v2".to_owned();
    let projects = vec![Choice::new(ProjectId(id(3)), "Booking site"), Choice::new(ProjectId(id(6)), "Shop")];
    DirectoryPage { page: maya("/directory"), state: DirectoryState { base, directory }, projects }
}
