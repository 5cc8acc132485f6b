//! Pages of an organisation's provider, and the way back from it.

use axum::http::StatusCode;
use door::{Credential, Ids, Refusal, Request};
use serde_json::{Value, json};

use crate::links::pages::SaidPage;
use crate::pages::Page;
use crate::providers::pages::{AwayPage, ConnectPage, ProviderPage};
use crate::providers::{Provided, ProviderBegun, SubjectOffered};
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// Where somebody says that the account at the provider is theirs.
pub(in crate::wires::html) const CONNECT: &str = "/sign-in/connect";

/// Whom the organisation believes.
pub(super) async fn provider(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let state = visit.look("provider.show").await?;
    Answer::page(&ProviderPage { page, state })
}

/// Off to the provider.
pub(in crate::wires::html) fn away(visit: &Visit, begun: ProviderBegun) -> Result<Answer, NoPage> {
    let seconds = begun.expires_at.seconds_since(visit.wire.door.now());
    let cookie = visit.cookies.set_flow(&begun.secret, seconds);
    let away = Answer::page(&AwayPage { page: frame::guest(visit), address: begun.address })?;
    Ok(away.with_cookies(cookie.into_iter().collect()))
}

/// Back from the provider. It is the provider that leads here, and its answer counts in the browser alone that has asked: the
/// browser's own secret and the state that is made of it say so, where other pages go by where they are called from.
pub(super) async fn back(visit: &Visit) -> Result<Answer, NoPage> {
    let (Some(secret), Some(state), Some(code)) = (&visit.flow, visit.asked("state"), visit.asked("code")) else {
        return over(visit);
    };
    let mut input =
        json!({ "secret": secret, "organisation": visit.id("organisation")?, "state": state, "code": code });
    if let Some(iss) = visit.asked("iss") {
        input["iss"] = json!(iss);
    }
    let provided = match pass(visit, "session.provider.open", Credential::None, input).await {
        Ok(answered) => serde_json::from_value::<Provided>(answered).map_err(|_| Refusal::Broken)?,
        Err(Refusal::NoMatch) => return over(visit),
        Err(refusal) => return Err(refusal.into()),
    };
    let Some(opened) = provided.session else { return Ok(Answer::See(CONNECT.to_owned())) };
    if visit.shows_a_session() {
        // It may have ended by itself in the meantime.
        let _ = pass(visit, "session.close", visit.credential.clone(), json!({})).await;
    }
    let seconds = opened.expires_at.seconds_since(visit.wire.door.now());
    let cookies = [visit.cookies.set_session(&opened.token, seconds), visit.cookies.clear_flow()];
    let there = if opened.second_step { "/sign-in/second" } else { "/" };
    Ok(Answer::SeeWithCookies(there.to_owned(), cookies.into_iter().flatten().collect()))
}

async fn pass(visit: &Visit, name: &str, credential: Credential, input: Value) -> Result<Value, Refusal> {
    let mut request: Request = visit.request(credential, Ids::default(), input);
    (request.origin.fetch_site, request.origin.origin) = (None, None);
    Ok(visit.wire.door.pass(name, request).await?.output)
}

/// Who one is by the provider's word, and who one is here.
pub(super) async fn connect(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    let Some(secret) = &visit.flow else { return over(visit) };
    let offered =
        visit.ask::<SubjectOffered>("provider.subject.show", Ids::default(), json!({ "secret": secret })).await;
    let offered = match offered {
        Ok(offered) => offered,
        Err(Refusal::NoMatch) => return over(visit),
        Err(refusal) => return Err(refusal.into()),
    };
    page.viewer = None;
    let account = if visit.shows_a_session() { visit.account().await.ok() } else { None };
    let mine = account.filter(|account| !account.provided).map(|account| account.mail.clone());
    Answer::page(&ConnectPage { page, offered, mine })
}

/// The sign-in was answered, is over, or is another browser's.
pub(in crate::wires::html) fn over(visit: &Visit) -> Result<Answer, NoPage> {
    let over = Answer::page_with(StatusCode::UNAUTHORIZED, &SaidPage::provider_over(frame::guest(visit)))?;
    Ok(over.with_cookies(visit.cookies.clear_flow().into_iter().collect()))
}
