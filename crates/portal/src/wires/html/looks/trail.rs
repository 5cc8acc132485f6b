//! Pages of the record.

use axum::http::StatusCode;
use door::{Ids, Refusal};
use serde_json::{Value, json};

use super::rooms::organisation;
use crate::pages::{Choice, Page, Refused};
use crate::trail::pages::{EventsPage, Filter, ReplayPage, TrailPage, WebhookCard, WebhooksPage};
use crate::trail::push::{WebhookList, WebhookSecret, WebhookTested};
use crate::trail::{TrailList, instant, rows};
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::forms;
use crate::wires::html::frame;
use crate::wires::html::post::sentence;
use crate::wires::html::visit::Visit;

/// The record. A question that cannot be understood is shown again with its fields marked.
pub(super) async fn trail(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    let asked = |name| visit.asked(name).unwrap_or_default().to_owned();
    let filter = Filter {
        actor: asked("actor"),
        action: asked("action"),
        result: asked("result"),
        object: asked("object"),
        from: asked("from"),
        until: asked("until"),
        cursor: asked("cursor"),
    };
    let (list, status) = match list(visit).await {
        Ok(list) => (list, StatusCode::OK),
        // What stands in no field of the form, such as a cursor, cannot be marked.
        Err(Refusal::Invalid(errors)) if errors.keys().all(|name| ["from", "until"].contains(&name.as_str())) => {
            let errors = errors.into_iter().map(|(name, why)| (name, sentence(&why))).collect();
            page.refused = Some(Refused { action: "/trail".to_owned(), values: forms::typed(&visit.query), errors });
            (TrailList::default(), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let opened = visit.asked("record").and_then(|id| id.parse().ok());
    let people = organisation(visit).await?.people.into_iter();
    let people = people.map(|person| Choice::new(person.person, person.name)).collect();
    let rules = rows(visit.wire.door.catalogue());
    Answer::page_with(status, &TrailPage { page, list, filter, opened, rules, people })
}

/// What the address asks for. Its days are those of the portal's own zone.
async fn list(visit: &Visit) -> Result<TrailList, Refusal> {
    let entry = visit.wire.door.catalogue().find("trail.list").ok_or(Refusal::NotFound)?;
    let mut input = forms::query(entry, &visit.query);
    for (name, end_of_day) in [("from", false), ("until", true)] {
        if let Some(Value::String(day)) = input.get_mut(name)
            && let Some(at) = instant(day, end_of_day, &visit.wire.site.zone)
        {
            *day = at.to_string();
        }
    }
    visit.ask("trail.list", Ids::default(), input).await
}

/// The record held against today's rules.
pub(super) async fn replay(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let replayed = visit.look("trail.replay").await?;
    let action = visit.asked("action").unwrap_or_default().to_owned();
    Answer::page(&ReplayPage { page, replayed, action, rules: rows(visit.wire.door.catalogue()) })
}

/// Every event that can be recorded.
pub(super) async fn events(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list = visit.look("event.list").await?;
    Answer::page(&EventsPage { page, list })
}

/// Where the record is sent.
pub(super) async fn webhooks(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    all_webhooks(visit, page, None, None).await
}

/// The same with the secret of one, shown this once.
pub(in crate::wires::html) async fn webhook_secret(visit: &Visit, secret: WebhookSecret) -> Result<Answer, NoPage> {
    let page = frame::of(visit, visit.account().await?);
    all_webhooks(visit, page, Some(secret), None).await
}

/// The same with what a test has shown.
pub(in crate::wires::html) async fn webhook_tested(visit: &Visit, tested: WebhookTested) -> Result<Answer, NoPage> {
    let mut page = frame::of(visit, visit.account().await?);
    if tested.problem.is_none() {
        page.notice = Some(page.texts.push_tested().to_owned());
    }
    all_webhooks(visit, page, None, tested.problem).await
}

async fn all_webhooks(
    visit: &Visit,
    page: Page,
    secret: Option<WebhookSecret>,
    failed: Option<String>,
) -> Result<Answer, NoPage> {
    let list: WebhookList = visit.ask("webhook.list", Ids::default(), json!({})).await?;
    let mut cards = Vec::new();
    for webhook in list.webhooks {
        let ids = Ids(vec![("webhook", webhook.id)]);
        let state = visit.ask("webhook.state.show", ids, json!({})).await?;
        cards.push(WebhookCard { webhook, state });
    }
    Answer::page(&WebhooksPage { page, cards, secret, failed })
}
