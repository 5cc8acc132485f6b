//! One visit: who comes, from where, to which path, with which query; and every question that it puts to the door.

use axum::http::header::RANGE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use door::{Credential, Ids, Input, Origin, Refusal, Request, id::uuid_at};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::answer::{self, Answer, NoPage, local};
use super::cookies::Cookies;
use super::forms::{self, NoForm, Pairs};
use super::{Wire, frame};
use crate::identity::Account;
use crate::pages::{Page, RefusalKind, Refused};
use crate::wires::download::Download;
use crate::wires::problem::{Meant, http_date};
use crate::wires::request::{Peer, origin_of};

/// A visit.
pub(super) struct Visit {
    pub(super) wire: Wire,
    /// The number under which log, record and answer know it.
    pub(super) id: Uuid,
    pub(super) credential: Credential,
    pub(super) origin: Origin,
    pub(super) cookies: Cookies,
    /// What the device shows, good or not.
    pub(super) device: Option<String>,
    /// What a browser shows that has gone to a provider, good or not.
    pub(super) flow: Option<String>,
    /// What a browser shows that signs in with a passkey, good or not.
    pub(super) challenge: Option<String>,
    /// What a browser shows that has asked for a link to sign in with, good or not.
    pub(super) link: Option<String>,
    /// The path as it was asked for.
    pub(super) path: String,
    /// The path with its query, to come back to.
    pub(super) here: String,
    pub(super) ids: Ids,
    pub(super) query: Pairs,
    /// The form of the page that was refused a moment ago.
    pub(super) refused: Option<Refused>,
    account: OnceCell<Account>,
}

impl Visit {
    pub(super) fn new(wire: Wire, peer: Peer, uri: &Uri, headers: &HeaderMap) -> Self {
        let cookies = Cookies::of(&wire.site.public_origin);
        Self {
            id: uuid_at(wire.door.now()),
            credential: cookies.session(headers),
            device: cookies.device(headers),
            flow: cookies.flow(headers),
            challenge: cookies.challenge(headers),
            link: cookies.link(headers),
            origin: origin_of(headers, peer, &wire.proxies),
            cookies,
            path: uri.path().to_owned(),
            here: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            ids: Ids::default(),
            query: Pairs::new(),
            refused: None,
            account: OnceCell::new(),
            wire,
        }
    }

    /// Takes in what the address carries.
    pub(super) fn bring(&mut self, ids: Ids, query: Option<&str>) -> Result<(), NoForm> {
        self.ids = ids;
        self.query = forms::decode(query.unwrap_or_default().as_bytes())?;
        Ok(())
    }

    /// One id of the path.
    pub(super) fn id(&self, name: &str) -> Result<Uuid, Refusal> {
        self.ids.get(name)
    }

    /// One value of the query.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        forms::own(&self.query, name)
    }

    /// Puts a question to the door: an action, the ids of its object, its input.
    pub(super) async fn pass(&self, name: &str, ids: Ids, input: Value) -> Result<Value, Refusal> {
        let request = self.request(self.credential.clone(), ids, input);
        Ok(self.wire.door.pass(name, request).await?.output)
    }

    /// The same, with the answer as the type that the action answers.
    pub(super) async fn ask<T: DeserializeOwned>(&self, name: &str, ids: Ids, input: Value) -> Result<T, Refusal> {
        serde_json::from_value(self.pass(name, ids, input).await?).map_err(|error| {
            tracing::error!(%error, action = name, "an answer is not what the page expects");
            Refusal::Broken
        })
    }

    /// A look at the path's own object, with the fields of the query that it knows.
    pub(super) async fn look<T: DeserializeOwned>(&self, name: &str) -> Result<T, Refusal> {
        let entry = self.wire.door.catalogue().find(name).ok_or(Refusal::NotFound)?;
        self.ask(name, self.ids.clone(), forms::query(entry, &self.query)).await
    }

    /// A file that is fetched by the path's own address, or a range of it.
    pub(super) async fn fetch(&self, name: &str, headers: &HeaderMap) -> Result<Answer, NoPage> {
        if !self.shows_a_session() {
            return Ok(self.to_sign_in());
        }
        let entry = self.wire.door.catalogue().find(name).ok_or(Refusal::NotFound)?;
        let mut input = forms::query(entry, &self.query);
        if forms::knows(entry, "range")
            && let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok())
        {
            input["range"] = Value::String(range.to_owned());
        }
        let request = self.request(self.credential.clone(), self.ids.clone(), input);
        let reply = self.wire.door.pass(name, request).await?;
        let pieces = reply.pieces.ok_or(Refusal::Broken)?;
        Ok(Answer::File(Download::new(&reply.output, pieces).await?))
    }

    /// A request of this visit's.
    pub(super) fn request(&self, credential: Credential, ids: Ids, input: Value) -> Request {
        let origin = self.origin.clone();
        Request { credential, origin, ids, input: Input::Fields(input), id: self.id, ..Request::default() }
    }

    /// Whether a session is shown, good or not.
    pub(super) const fn shows_a_session(&self) -> bool {
        matches!(self.credential, Credential::Cookie(_))
    }

    /// The visitor's own account, asked for once.
    pub(super) async fn account(&self) -> Result<&Account, Refusal> {
        self.account
            .get_or_try_init(|| async {
                let account: Account =
                    self.ask("account.show", Ids::default(), Value::Object(serde_json::Map::new())).await?;
                Ok(account.as_seen())
            })
            .await
    }

    /// The frame as far as it can be had: with the visitor in it when the session is good.
    pub(super) async fn frame_if_known(&self) -> Page {
        if self.shows_a_session()
            && let Ok(account) = self.account().await
        {
            return frame::of(self, account);
        }
        frame::guest(self)
    }

    /// Ends the visit.
    pub(super) async fn answer(&self, answer: Result<Answer, NoPage>) -> Response {
        let mut retry = None;
        let answer = match answer {
            Ok(Answer::Refused(status, kind)) => self.refusal(status, kind, String::new()).await,
            Ok(answer) => answer,
            Err(NoPage::TooLarge) => {
                self.refusal(StatusCode::PAYLOAD_TOO_LARGE, RefusalKind::TooLarge, String::new()).await
            }
            Err(NoPage::NoForm(NoForm::MediaType)) => {
                self.refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, RefusalKind::Malformed, String::new()).await
            }
            Err(NoPage::NoForm(NoForm::NotUtf8)) => {
                self.refusal(StatusCode::BAD_REQUEST, RefusalKind::Malformed, String::new()).await
            }
            Err(NoPage::Refused(Refusal::SignIn)) => self.to_sign_in(),
            Err(NoPage::Refused(Refusal::SecondStep)) => Answer::See(format!("/sign-in/second{}", self.next())),
            Err(NoPage::Refused(refusal)) => {
                if let Refusal::TooMany { retry_seconds } = refusal {
                    retry = Some(retry_seconds);
                }
                frame::refused(self, &refusal).await
            }
        };
        let is_public = matches!(answer, Answer::Text(_));
        let mut response = answer::response(answer, self.id, self.cookies.is_secure());
        if is_public {
            answer::public(&mut response);
        }
        if let Some(seconds) = retry {
            answer::retry(&mut response, HeaderValue::from(seconds));
        }
        if response.status() == StatusCode::SERVICE_UNAVAILABLE
            && let Some(until) = self.account.get().and_then(|account| account.maintenance_until)
        {
            response.extensions_mut().insert(Meant);
            if let Some(date) = http_date(until).and_then(|date| HeaderValue::from_str(&date).ok()) {
                answer::retry(&mut response, date);
            }
        }
        response
    }

    /// To the sign-in, and back here afterwards. A session that is over is taken away.
    pub(super) fn to_sign_in(&self) -> Answer {
        let cookie = if self.shows_a_session() { self.cookies.clear_session() } else { None };
        Answer::SeeWithCookies(format!("/sign-in{}", self.next()), cookie.into_iter().collect())
    }

    /// The query that leads back here.
    fn next(&self) -> String {
        match local(&self.here) {
            Some("/") | None => String::new(),
            Some(next) => next_of(next),
        }
    }

    /// A refusal that the door had no part in, as a page.
    async fn refusal(&self, status: StatusCode, kind: RefusalKind, detail: String) -> Answer {
        let mut page = crate::pages::Refusal::new(self.frame_if_known().await, kind, self.id.to_string());
        page.detail = detail;
        Answer::page_with(status, &page).unwrap_or_else(|_| Answer::Page(status, String::new()))
    }
}

/// The query that leads to a path afterwards.
pub(super) fn next_of(path: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("?next={next}")
}
