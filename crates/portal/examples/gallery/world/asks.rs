//! What somebody owes somebody: lists, one request in three states, a receipt.

use portal::{
    ids::{CommentId, ProjectId, RequestId, VersionId},
    messages::Visibility,
    pages::{May, Page},
    projects::Status,
    requests::{
        CommentShown, Decision, DecisionShown, Kind, RequestList, RequestShown, RequestSummary, Side, State,
        VersionShown,
        pages::{DocumentsPage, Newer, ReceiptPage, RequestPage, RequestsPage},
        receipt::ReceiptShown,
    },
};

use super::work::{HERO, project};
use super::*;

const SHA256: &str = "9f2c41aa3b1be1b0d2a5d2a0bb4e4b0dd6a6ec2ab9cd4a7b54d2ae1a0c9d7d03";

/// What waits, and what is over.
pub(super) fn waiting() -> RequestList {
    let ask = |number, title: &str, kind, state: State, due: Option<&str>, versions| RequestSummary {
        id: RequestId(id(number)),
        project: ProjectId(id(HERO)),
        project_title: "Booking site relaunch".into(),
        client_name: "Brightwater Hotels".into(),
        kind,
        title: title.into(),
        state,
        state_at: ago(2 * DAY),
        asked_by: "Tom Reyes".into(),
        asked_at: ago(9 * DAY),
        due_on: due.map(Into::into),
        versions,
        waits_for: state.waits_for(kind, Side::Us),
    };
    RequestList {
        requests: vec![
            ask(70, "Homepage design", Kind::Approval, State::Submitted, Some("2026-11-26"), 3),
            ask(71, "Photos of the rooms", Kind::File, State::Asked, Some("2026-11-20"), 0),
            ask(72, "VAT certificate", Kind::File, State::Submitted, None, 1),
            ask(73, "Data-processing agreement", Kind::File, State::Approved, None, 1),
        ],
        next: None,
    }
}

pub(super) fn documents(page: Page) -> DocumentsPage {
    DocumentsPage { page, list: waiting() }
}

pub(super) fn requests(page: Page) -> RequestsPage {
    let may = May::from_iter(["project.show", "request.list", "request.create", "request.bundle"]);
    RequestsPage { page, project: project(Status::Active), list: waiting(), may }
}

/// The hero's design: two versions sent back, the third waits.
pub(super) fn request(page: Page, mine: bool, newer: bool) -> RequestPage {
    let version = |number: i64, note: &str, by: &str, days, decision: Option<(&str, &str)>| VersionShown {
        id: VersionId(id(80 + number as u128)),
        number,
        name: format!("homepage-v{number}.pdf"),
        media_type: "application/pdf".into(),
        size: 2_400_123,
        sha256: SHA256.into(),
        note: note.into(),
        submitted_by: by.into(),
        submitted_at: ago(days * DAY),
        own: false,
        pages: None,
        gone_at: None,
        decision: decision.map(|(words, by)| DecisionShown {
            decision: Decision::ChangesAsked,
            words: words.into(),
            by: by.into(),
            at: ago(days * DAY - HOUR),
        }),
    };
    let comment = |number, text: &str, visibility| CommentShown {
        id: CommentId(id(number)),
        author: "Tom Reyes".into(),
        visibility,
        text: text.into(),
        posted_at: ago(2 * DAY),
    };
    let staff = page.is_staff();
    let request = RequestShown {
        id: RequestId(id(70)),
        project: ProjectId(id(HERO)),
        kind: Kind::Approval,
        title: "Homepage design".into(),
        detail: "The first page that guests see. Please look at it on your phone, too.".into(),
        state: State::Submitted,
        waits_for: Some(Side::Client),
        side: Side::Us,
        asked_by: "Tom Reyes".into(),
        asked_at: ago(9 * DAY),
        due_on: Some("2026-11-26".into()),
        versions: vec![
            version(3, "The window is in.", "Ana Castro", 2, None),
            version(2, "", "Tom Reyes", 5, Some(("Could the first picture be of a window?", "Petra Lindqvist"))),
            version(1, "A first draft.", "Tom Reyes", 8, Some(("The pictures are too small.", "Petra Lindqvist"))),
        ],
        comments: vec![comment(90, "The green comes with the launch.", staff.then_some(Visibility::Client))],
        may_withdraw: staff,
        may_submit: staff,
        may_decide: mine,
    };
    let newer = newer.then(|| Newer { read: id(82).to_string(), wanted: "request.approve", typed: "Petra".into() });
    RequestPage {
        page,
        project: project(Status::Active),
        request,
        shown: Some(0),
        page_number: 1,
        may: May::from_iter(["project.show", "request.list", "request.comment.post"]),
        newer,
        largest: "2.1 GB".into(),
    }
}

pub(super) fn receipt(page: Page, sealed: bool) -> ReceiptPage {
    let receipt = ReceiptShown {
        document: "Homepage design".into(),
        version: VersionId(id(83)),
        number: 3,
        file: "homepage-v3.pdf".into(),
        size: 2_400_123,
        sha256: SHA256.into(),
        approved_by: "Petra Lindqvist".into(),
        company: "Brightwater Hotels".into(),
        approved_at: ago(HOUR),
        paper: sealed.then(|| "…".into()),
    };
    ReceiptPage { page, project: project(Status::Active), request: id(70).to_string(), receipt }
}
