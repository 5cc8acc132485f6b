//! Pages of passkeys: those that one has, the question that a script takes to an authenticator, and what an answer came to that
//! proved nothing.

use axum::http::StatusCode;
use door::Refusal;

use crate::identity::passkey::pages::{AskPasskeyPage, Asked, PasskeysPage};
use crate::identity::passkey::{ConfirmBegun, PasskeyBegun, PasskeySignInBegun};
use crate::pages::Page;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::forms::{self, Pairs};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// The passkeys that one has.
pub(super) async fn passkeys(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?.clone();
    if account.provided {
        return Ok(Answer::See("/account".to_owned()));
    }
    Answer::page(&PasskeysPage { page, account })
}

/// Asks for a new one.
pub(in crate::wires::html) async fn ask_for_new(
    visit: &Visit,
    begun: PasskeyBegun,
    next: String,
) -> Result<Answer, NoPage> {
    let asked = Asked::Create(Box::new(begun.public_key));
    Answer::page(&AskPasskeyPage { page: visit.frame_if_known().await, asked, next })
}

/// Asks for a proof, as a second step or once more.
pub(in crate::wires::html) async fn ask_for_proof(
    visit: &Visit,
    begun: ConfirmBegun,
    next: String,
) -> Result<Answer, NoPage> {
    let asked = Asked::Prove(Box::new(begun.public_key));
    Answer::page(&AskPasskeyPage { page: visit.frame_if_known().await, asked, next })
}

/// Asks for a sign-in, before anybody is signed in: the browser keeps what it alone knows.
pub(in crate::wires::html) fn ask_for_sign_in(
    visit: &Visit,
    begun: PasskeySignInBegun,
    next: String,
) -> Result<Answer, NoPage> {
    let seconds = begun.expires_at.seconds_since(visit.wire.door.now());
    let cookie = visit.cookies.set_challenge(&begun.secret, seconds);
    let asked = Asked::SignIn(Box::new(begun.public_key));
    let page = Answer::page(&AskPasskeyPage { page: frame::guest(visit), asked, next })?;
    Ok(page.with_cookies(cookie.into_iter().collect()))
}

/// An authenticator's answer that came to nothing.
pub(in crate::wires::html) struct Failed {
    /// The form that it is said above, by its path.
    pub(in crate::wires::html) form: &'static str,
    /// A sentence.
    pub(in crate::wires::html) why: &'static str,
    /// What the browser is told.
    pub(in crate::wires::html) status: StatusCode,
}

/// Whether a form's action was refused because of what an authenticator answered in it. What a browser makes of that answer is no
/// field that somebody could mend: it is said above the form that leads on, and one begins again.
pub(in crate::wires::html) fn failed(visit: &Visit, action: &str, pairs: &Pairs, refusal: &Refusal) -> Option<Failed> {
    let form = match action {
        "passkey.confirm" => "/account/passkeys/begin",
        "session.passkey.open" => "/session/passkey/begin",
        "session.confirm" if forms::own(pairs, "passkey").is_some() => "/session/confirm",
        _ => return None,
    };
    let texts = frame::guest(visit).texts;
    match refusal {
        Refusal::Invalid(_) | Refusal::NoMatch => {
            Some(Failed { form, why: texts.passkey_failed(), status: StatusCode::UNAUTHORIZED })
        }
        Refusal::NotNow("perhaps_copied") => {
            Some(Failed { form, why: texts.passkey_copied(), status: StatusCode::CONFLICT })
        }
        _ => None,
    }
}
