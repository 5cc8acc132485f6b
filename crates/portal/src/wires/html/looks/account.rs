//! Pages of a person's own account.

use std::collections::BTreeSet;

use door::{Effect, Ids, Refusal, Way, scope_of};
use serde_json::json;

use crate::identity::factor::pages::{FactorPage, RecoveryCodesPage, SecondStepPage};
use crate::identity::factor::{FactorBegun, RecoveryCodes};
use crate::identity::pages::{AccountHerePage, AccountPage};
use crate::identity::{Account, AccountEvents, SessionState};
use crate::notices::NoticeChoices;
use crate::pages::{Page, StepUp};
use crate::wires::html::answer::{Answer, NoPage, local};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;
use crate::wires::sign_in::GIVES_A_SESSION;

/// One's own account.
pub(super) async fn account(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?.clone();
    if account.provided {
        return Answer::page(&AccountHerePage { page, account });
    }
    let scopes = scopes(visit, &account);
    let log: AccountEvents = visit.ask("account.event.list", Ids::default(), json!({})).await?;
    let notices: NoticeChoices = visit.ask("account.notice.list", Ids::default(), json!({})).await?;
    Answer::page(&AccountPage { page, account, notices, log, scopes })
}

/// Scopes for what goes by the interface, as far as the visitor may do it anywhere in these rooms.
pub(super) fn scopes(visit: &Visit, account: &Account) -> Vec<String> {
    let mine = frame::membership_here(account).map(|here| frame::relations_in_the_rooms(account, here));
    let entries = visit.wire.door.catalogue().entries().filter(|entry| {
        matches!(entry.spec.way, Way::Http(..))
            && entry.effect != Effect::Keep
            && !GIVES_A_SESSION.contains(&entry.spec.name)
    });
    let scopes: BTreeSet<String> = entries
        .filter(|entry| mine.is_some_and(|mine| frame::may_be_allowed(entry, mine)))
        .map(|entry| scope_of(&entry.spec, entry.effect))
        .collect();
    scopes.into_iter().collect()
}

/// The second step of a sign-in; in one that is whole, a proof once more.
pub(super) async fn second_step(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let state: SessionState = visit.ask("session.show", Ids::default(), json!({})).await?;
    let next = visit.asked("next").and_then(local).unwrap_or_default().to_owned();
    if state.second_step {
        let SessionState { app, passkey, demo_code, .. } = state;
        return Answer::page(&SecondStepPage { page, next, app, passkey, demo_code });
    }
    let next = if next.is_empty() { "/".to_owned() } else { next };
    Answer::page(&step_up(visit.frame_if_known().await, state, next))
}

/// Asks for a proof once more.
pub(in crate::wires::html) fn step_up(page: Page, state: SessionState, next: String) -> StepUp {
    let SessionState { by_code, app, passkey, demo_code, .. } = state;
    StepUp { page, by_code, app, passkey, next, demo_code }
}

/// The authenticator app: in use, being set up, or not there yet.
pub(super) async fn factor(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    if visit.account().await?.provided {
        return Ok(Answer::See("/account".to_owned()));
    }
    let next = visit.asked("next").and_then(local).unwrap_or_default().to_owned();
    Answer::page(&factor_page(visit, page, next).await?)
}

/// The same, where something asked for a factor and there is none.
pub(in crate::wires::html) async fn factor_page(
    visit: &Visit,
    page: Page,
    next: String,
) -> Result<FactorPage, Refusal> {
    let account = visit.account().await?;
    let (factor, begun) = (account.factor.clone(), account.factor_begun);
    let (passkeys, recovery_codes) = (!account.passkeys.is_empty(), account.recovery_codes);
    // Its code, where a demo knows one; a token or a guest has no sign-in whose state could be shown.
    let state: SessionState = visit.ask("session.show", Ids::default(), json!({})).await?;
    Ok(FactorPage { page, factor, passkeys, recovery_codes, begun, fresh: None, next, demo_code: state.demo_code })
}

/// A secret that was just made, with its QR code.
pub(in crate::wires::html) async fn factor_begun(
    visit: &Visit,
    fresh: FactorBegun,
    next: String,
) -> Result<Answer, NoPage> {
    let page = factor_page(visit, visit.frame_if_known().await, next).await?;
    Answer::page(&FactorPage { factor: None, begun: true, fresh: Some(fresh), ..page })
}

/// Recovery codes that were just made.
pub(in crate::wires::html) async fn recovery_codes(
    visit: &Visit,
    made: RecoveryCodes,
    next: String,
) -> Result<Answer, NoPage> {
    Answer::page(&RecoveryCodesPage { page: visit.frame_if_known().await, codes: made.codes, next })
}
