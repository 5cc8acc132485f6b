//! Pages of a person's own account.

use std::collections::BTreeSet;

use door::{Effect, Ids, Way, scope_of};
use serde_json::json;

use crate::identity::factor::pages::{FactorPage, RecoveryCodesPage, SecondStepPage};
use crate::identity::factor::{FactorBegun, RecoveryCodes};
use crate::identity::pages::AccountPage;
use crate::identity::{AccountEvents, SessionState};
use crate::pages::{Page, StepUp};
use crate::wires::html::answer::{Answer, NoPage, local};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;
use crate::wires::sign_in::GIVES_A_SESSION;

/// One's own account.
pub(super) async fn account(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?.clone();
    let mine = frame::membership_here(&account).map(frame::relations_in_the_rooms);
    // Scopes for what goes by the interface, as far as the person may do it anywhere.
    let entries = visit.wire.door.catalogue().entries().filter(|entry| {
        matches!(entry.spec.way, Way::Http(..))
            && entry.effect != Effect::Keep
            && !GIVES_A_SESSION.contains(&entry.spec.name)
    });
    let scopes: BTreeSet<String> = entries
        .filter(|entry| mine.is_some_and(|mine| frame::may_be_allowed(entry, mine)))
        .map(|entry| scope_of(&entry.spec, entry.effect))
        .collect();
    let log: AccountEvents = visit.ask("account.event.list", Ids::default(), json!({})).await?;
    Answer::page(&AccountPage { page, account, log, scopes: scopes.into_iter().collect() })
}

/// The second step of a sign-in; in one that is whole, a proof once more.
pub(super) async fn second_step(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let state: SessionState = visit.ask("session.show", Ids::default(), json!({})).await?;
    let next = visit.asked("next").and_then(local).unwrap_or_default().to_owned();
    if state.second_step {
        return Answer::page(&SecondStepPage { page, next });
    }
    let next = if next.is_empty() { "/".to_owned() } else { next };
    Answer::page(&StepUp { page: visit.frame_if_known().await, by_code: state.by_code, next })
}

/// The second factor: in use, being set up, or not there yet.
pub(super) async fn factor(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let account = visit.account().await?;
    let (factor, begun) = (account.factor.clone(), account.factor_begun);
    Answer::page(&FactorPage { page, factor, begun, fresh: None })
}

/// A secret that was just made, with its QR code.
pub(in crate::wires::html) async fn factor_begun(visit: &Visit, fresh: FactorBegun) -> Result<Answer, NoPage> {
    let page = visit.frame_if_known().await;
    Answer::page(&FactorPage { page, factor: None, begun: true, fresh: Some(fresh) })
}

/// Recovery codes that were just made.
pub(in crate::wires::html) async fn recovery_codes(visit: &Visit, made: RecoveryCodes) -> Result<Answer, NoPage> {
    Answer::page(&RecoveryCodesPage { page: visit.frame_if_known().await, codes: made.codes })
}
