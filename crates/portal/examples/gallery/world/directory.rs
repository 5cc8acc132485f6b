//! An organisation's directory.

use portal::directory::pages::DirectoryPage;
use portal::directory::{DirectoryShown, DirectoryState};
use portal::identity::TokenShown;
use portal::ids::TokenId;
use portal::organisations::service::ServiceRole;

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
        ("directory", html(&directory(Some((14, 11, vec![token]))))),
        ("directory-nobody-yet", html(&directory(Some((0, 0, vec![]))))),
        ("directory-none", html(&directory(None))),
    ]
}

fn directory(shown: Option<(i64, i64, Vec<TokenShown>)>) -> DirectoryPage {
    let directory = shown.map(|(users, joined, tokens)| DirectoryShown {
        role: ServiceRole::Staff,
        set_at: ago(20 * DAY),
        users,
        joined,
        tokens,
    });
    let base = "https://portal.haldenrook.example/scim/v2".to_owned();
    DirectoryPage { page: maya("/directory"), state: DirectoryState { base, directory } }
}
