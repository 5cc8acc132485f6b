//! Passkeys: those that one has, and the questions that a browser takes to an authenticator.

use portal::identity::Account;
use portal::identity::passkey::pages::{AskPasskeyPage, Asked, PasskeysPage};
use portal::identity::passkey::webauthn::{Base64Url, CreationOptions, RelyingParty, RequestOptions, User};
use portal::pages::{Page, Refused};

use super::{account, guest, html, path, tom};

/// Name and HTML of each.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let page = || tom("/account/passkeys");
    let none = Account { passkeys: vec![], ..account() };
    let one = Account { passkeys: account().passkeys.into_iter().take(1).collect(), factor: None, ..account() };
    let by_number = Page { passkeys: false, ..page() };
    let ask = |page, asked| html(&AskPasskeyPage { page, asked, next: path("") });
    let party = RelyingParty { id: "portal.example".into(), origin: "https://portal.example".into() };
    let user =
        User { id: Base64Url(vec![7; 64]), name: "tom@haldenrook.example".into(), display_name: "Tom Reyes".into() };
    let create = CreationOptions::new(&party, user, &[1; 32], vec![]);
    let request = RequestOptions::new(&party, &[1; 32], vec![]);
    vec![
        ("passkeys", html(&PasskeysPage { page: page(), account: account() })),
        ("passkeys-one", html(&PasskeysPage { page: page(), account: one })),
        ("passkeys-none", html(&PasskeysPage { page: page(), account: none.clone() })),
        ("passkeys-refused", html(&PasskeysPage { page: refused(), account: account() })),
        ("passkeys-by-number", html(&PasskeysPage { page: by_number, account: none })),
        ("passkey-make", ask(tom("/account/passkeys"), Asked::Create(Box::new(create)))),
        ("passkey-show", ask(guest("/sign-in"), Asked::SignIn(Box::new(request.clone())))),
        ("passkey-prove", ask(tom("/sign-in/second"), Asked::Prove(Box::new(request)))),
    ]
}

fn refused() -> Page {
    let page = tom("/account/passkeys");
    let why = page.texts.passkey_failed().to_owned();
    let errors = [(String::new(), why)].into();
    let refused = Refused { action: "/account/passkeys/begin".into(), values: [].into(), errors };
    Page { refused: Some(refused), ..page }
}
