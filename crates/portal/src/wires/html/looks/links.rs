//! Pages that links in letters lead to, and those that ask for a link. To look at one says nothing and does nothing.

use axum::http::StatusCode;
use door::{Ids, Refusal};
use serde_json::json;

use crate::identity::SignInLinkSent;
use crate::invitations::InvitationOffered;
use crate::invitations::pages::JoinPage;
use crate::links::pages::{AskPage, MailPage, PasswordPage, SaidPage, SignInByLinkPage};
use crate::mail::Shown;
use crate::mail::pages::OutboxPage;
use crate::notices::pages::EndNoticesPage;
use crate::pages::Page;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// Asks for a link: to sign in with, or to set a new password.
pub(super) async fn ask(mut page: Page, to_sign_in: bool) -> Result<Answer, NoPage> {
    page.viewer = None;
    Answer::page(&AskPage { page, to_sign_in })
}

/// A link to sign in with is on its way, if there is an account. It is good in this browser.
pub(in crate::wires::html) fn sign_in_sent(visit: &Visit, mail: &str, sent: &SignInLinkSent) -> Result<Answer, NoPage> {
    let seconds = sent.expires_at.seconds_since(visit.wire.door.now());
    let cookie = visit.cookies.set_link(&sent.secret, seconds);
    let page = Answer::page(&SaidPage::sign_in_sent(frame::guest(visit), mail))?;
    Ok(page.with_cookies(cookie.into_iter().collect()))
}

/// A sign-in, behind a link. Another browser than the one that asked is told so before anything is tried.
pub(super) async fn sign_in(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    if visit.link.is_none() {
        return sign_in_over(visit);
    }
    page.viewer = None;
    Answer::page(&SignInByLinkPage { page, token: token_of(visit) })
}

/// The link signs nobody in, here.
pub(in crate::wires::html) fn sign_in_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::sign_in_over(frame::guest(visit)))
}

/// A new password, behind a link.
pub(super) async fn password(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    page.viewer = None;
    Answer::page(&PasswordPage { page, token: token_of(visit) })
}

/// What an invitation offers.
pub(super) async fn join(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    let token = token_of(visit);
    let signed_in = page.viewer.is_some();
    let offered = visit.ask::<InvitationOffered>("invitation.show", Ids::default(), json!({ "token": token })).await;
    match offered {
        Ok(offered) => {
            // The frame of other rooms than those that one is about to join would mislead.
            page.viewer = None;
            Answer::page(&JoinPage { page, token, offered, signed_in })
        }
        Err(Refusal::NoMatch) => invitation_over(visit),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The invitation opens nothing.
pub(in crate::wires::html) fn invitation_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::invitation_over(frame::guest(visit)))
}

/// What a demo would have sent.
pub(super) async fn demo_mail(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let shown: Shown = visit.ask("mail.list", Ids::default(), json!({})).await?;
    Answer::page(&OutboxPage { page, letters: shown.letters })
}

/// A link is on its way, if there is an account.
pub(in crate::wires::html) fn sent(visit: &Visit, mail: &str) -> Result<Answer, NoPage> {
    Answer::page(&SaidPage::sent(frame::guest(visit), mail))
}

/// The link opens nothing.
pub(in crate::wires::html) fn over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::over(frame::guest(visit)))
}

/// There is a new password.
pub(in crate::wires::html) fn password_set(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page(&SaidPage::password_set(frame::guest(visit)))
}

/// A new mail address, behind a link.
pub(super) async fn mail(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    Answer::page(&MailPage { page, token: token_of(visit) })
}

/// A link to the new address is on its way, if it is nobody's.
pub(in crate::wires::html) async fn mail_sent(visit: &Visit, mail: &str) -> Result<Answer, NoPage> {
    Answer::page(&SaidPage::mail_sent(visit.frame_if_known().await, mail))
}

/// The link confirms nothing.
pub(in crate::wires::html) async fn mail_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::mail_over(visit.frame_if_known().await))
}

/// No more letters of a kind, behind a link in one.
pub(super) async fn end_notices(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    page.viewer = None;
    Answer::page(&EndNoticesPage { page, token: token_of(visit) })
}

/// Letters of a kind are switched off. No other page follows: a mail program that asked for it follows nowhere (RFC 8058,
/// section 3.1).
pub(in crate::wires::html) fn notices_ended(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page(&SaidPage::notices_ended(frame::guest(visit)))
}

/// The link switches nothing off.
pub(in crate::wires::html) fn notices_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::notices_over(frame::guest(visit)))
}

/// The secret in the address.
pub(in crate::wires::html) fn token_of(visit: &Visit) -> String {
    visit.path.rsplit('/').next().unwrap_or_default().to_owned()
}
