//! Pages of requests.

use door::{Ids, Refusal};
use serde_json::json;

use super::project::{Head, head};
use crate::pages::Page;
use crate::requests::pages::{DocumentsPage, Newer, ReceiptPage, RequestPage, RequestsPage};
use crate::requests::receipt::ReceiptShown;
use crate::requests::{RequestList, RequestShown};
use crate::wires::download::Download;
use crate::wires::html::answer::{Answer, NoPage};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;

/// What was asked for in a project.
pub(super) async fn requests(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, may, .. } = head(visit).await?;
    let list: RequestList = visit.look("request.list").await?;
    Answer::page(&RequestsPage { page, project, list, may })
}

/// Everything that waits.
pub(super) async fn documents(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let list: RequestList = visit.look("request.waiting").await?;
    Answer::page(&DocumentsPage { page, list })
}

/// One request.
pub(super) async fn request(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    one_request(visit, page, None).await
}

/// One request, while a newer version came in than the one that was decided on.
pub(in crate::wires::html) async fn newer(visit: &Visit, newer: Newer) -> Result<Answer, NoPage> {
    let page = frame::of(visit, visit.account().await?);
    one_request(visit, page, Some(newer)).await
}

async fn one_request(visit: &Visit, page: Page, newer: Option<Newer>) -> Result<Answer, NoPage> {
    let Head { project, may, .. } = head(visit).await?;
    let ids = Ids(vec![("project", project.id.0), ("request", visit.id("request")?)]);
    let request: RequestShown = visit.ask("request.show", ids, json!({})).await?;
    let named = newer.as_ref().map(|newer| newer.read.as_str()).or_else(|| visit.asked("version"));
    let found = named.and_then(|named| request.versions.iter().position(|version| version.id.to_string() == named));
    // A form that was refused stands on the page of its own version.
    let refused = visit.refused.as_ref().and_then(|refused| {
        request.versions.iter().position(|version| refused.action.contains(&version.id.to_string()))
    });
    let shown = refused.or(found).or(if request.versions.is_empty() { None } else { Some(0) });
    let pages = shown.and_then(|shown| request.versions[shown].pages).unwrap_or(1);
    let page_number = visit.asked("page").and_then(|page| page.parse().ok()).unwrap_or(1_i64).clamp(1, pages.max(1));
    let largest = page.size(&i64::try_from(visit.wire.largest).unwrap_or(i64::MAX));
    Answer::page(&RequestPage { page, project, request, shown, page_number, may, newer, largest })
}

/// The receipt of an approval.
pub(super) async fn receipt(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let Head { project, .. } = head(visit).await?;
    let (request, receipt) = the_receipt(visit).await?;
    Answer::page(&ReceiptPage { page, project, request, receipt })
}

/// The receipt with its proof, to keep.
pub(super) async fn receipt_file(visit: &Visit) -> Result<Answer, NoPage> {
    let (_, receipt) = the_receipt(visit).await?;
    let paper = receipt.paper.ok_or(Refusal::NotNow("sealing"))?;
    Ok(Answer::File(Download::text("receipt.txt", paper)))
}

async fn the_receipt(visit: &Visit) -> Result<(String, ReceiptShown), Refusal> {
    let request = visit.id("request")?;
    let ids = Ids(vec![("project", visit.id("project")?), ("request", request)]);
    Ok((request.to_string(), visit.ask("request.receipt", ids, json!({})).await?))
}
