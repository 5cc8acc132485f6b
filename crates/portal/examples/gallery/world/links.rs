//! Letters, links and invitations.

use portal::ids::{ClientId, InvitationId};
use portal::invitations::pages::{InvitationsPage, JoinPage, MadePage};
use portal::invitations::{InvitationMade, InvitationOffered, InvitationShown};
use portal::links::pages::{AskPage, MailPage, PasswordPage, SaidPage, SignInByLinkPage};
use portal::mail::LetterShown;
use portal::mail::pages::OutboxPage;
use portal::notices::pages::EndNoticesPage;

use super::people::demo;
use super::*;

/// Name and HTML of each of them.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("sign-in-link", html(&AskPage { page: guest("/sign-in/link"), to_sign_in: true })),
        ("sign-in-link-sent", html(&SaidPage::sign_in_sent(guest("/sign-in/link"), "petra@brightwater.example"))),
        ("sign-in-link-open", html(&SignInByLinkPage { page: guest("/sign-in/link/7Q4K"), token: "7Q4K".into() })),
        ("sign-in-link-over", html(&SaidPage::sign_in_over(guest("/sign-in/link/7Q4K")))),
        ("password-link", html(&AskPage { page: guest("/password/link"), to_sign_in: false })),
        ("password-link-sent", html(&SaidPage::sent(demo(guest("/password/link")), "petra@brightwater.example"))),
        ("password-link-over", html(&SaidPage::over(guest("/password/reset")))),
        ("password-new", html(&PasswordPage { page: guest("/password/reset/7Q4K"), token: "7Q4K".into() })),
        ("mail-confirm", html(&MailPage { page: tom("/account/mail/7Q4K"), token: "7Q4K".into() })),
        ("mail-link-sent", html(&SaidPage::mail_sent(tom("/account"), "tom@haldenrook.example"))),
        ("mail-link-over", html(&SaidPage::mail_over(tom("/account")))),
        ("notices-end", html(&EndNoticesPage { page: guest("/notices/7Q4K"), token: "7Q4K".into() })),
        ("notices-ended", html(&SaidPage::notices_ended(guest("/notices/7Q4K")))),
        ("notices-over", html(&SaidPage::notices_over(guest("/notices/7Q4K")))),
        ("password-is-set", html(&SaidPage::password_set(guest("/password/reset")))),
        ("demo-mail", html(&OutboxPage { page: demo(guest("/demo/mail")), letters: vec![letter()] })),
        ("demo-mail-empty", html(&OutboxPage { page: demo(guest("/demo/mail")), letters: vec![] })),
        ("invitations", html(&invitations(maya("/invitations"), open()))),
        ("invitations-client", html(&invitations(petra("/invitations"), open().into_iter().take(1).collect()))),
        ("invitations-empty", html(&invitations(maya("/invitations"), vec![]))),
        ("invited-copy", html(&made(Some("https://portal.haldenrook.example/join/7Q4K")))),
        ("invited-mailed", html(&made(None))),
        ("join", html(&join(false, false, false))),
        ("join-with-account", html(&join(true, true, false))),
        ("join-again", html(&join(true, false, false))),
        ("join-other", html(&join(true, true, true))),
        ("invitation-over", html(&SaidPage::invitation_over(guest("/join/7Q4K")))),
    ]
}

fn letter() -> LetterShown {
    LetterShown {
        at: ago(5 * MINUTE),
        to: "petra@brightwater.example".into(),
        subject: "Choose a new password".into(),
        text: "Somebody asked for a new password for your account.\n\n-- \nHalden & Rook\n".into(),
        path: Some("/password/reset/7Q4K".into()),
    }
}

fn open() -> Vec<InvitationShown> {
    let shown = |number, mail: &str, role: Role, client: Option<&str>, made: i64| InvitationShown {
        id: InvitationId(id(number)),
        mail: mail.into(),
        role,
        client: client.map(|_| ClientId(id(200))),
        client_name: client.map(str::to_owned),
        invited_by: "Maya Lindqvist".into(),
        made_at: ago(made * DAY),
        expires_at: ago((made - 7) * DAY),
    };
    vec![
        shown(301, "elin@brightwater.example", Role::ClientMember, Some("Brightwater Hotels"), 2),
        shown(302, "jonas@haldenrook.example", Role::Staff, None, 9),
    ]
}

fn invitations(page: Page, invitations: Vec<InvitationShown>) -> InvitationsPage {
    let clients = if page.is_staff() {
        vec![(id(200).to_string(), "Brightwater Hotels".to_owned()), (id(201).to_string(), "Kestrel Cycles".to_owned())]
    } else {
        vec![]
    };
    InvitationsPage { page, invitations, clients }
}

fn made(link: Option<&str>) -> MadePage {
    let made = InvitationMade { id: InvitationId(id(301)), expires_at: ago(-7 * DAY), link: link.map(str::to_owned) };
    MadePage { page: maya("/invitations"), made }
}

fn join(has_account: bool, can_sign_in: bool, signed_in: bool) -> JoinPage {
    let offered = InvitationOffered {
        mail: "elin@brightwater.example".into(),
        organisation: "Halden & Rook".into(),
        client: Some("Brightwater Hotels".into()),
        role: Role::ClientMember,
        invited_by: "Petra Lindqvist".into(),
        expires_at: ago(-5 * DAY),
        has_account,
        can_sign_in,
        is_you: false,
    };
    JoinPage { page: guest("/join/7Q4K"), token: "7Q4K".into(), offered, signed_in }
}
