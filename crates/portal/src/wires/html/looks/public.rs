//! Pages for everybody: signing in, the first run, the privacy policy, security.txt.

use axum::http::StatusCode;
use door::Refusal;
use door::inventory::{Copied, Leaves, Table};

use crate::identity::pages::SignInPage;
use crate::installation::pages::{SetupOverPage, SetupPage};
use crate::inventory::INVENTORY;
use crate::pages::Page;
use crate::privacy::pages::{Kept, KeptGroup, Policy, security_txt as text};
use crate::privacy::processing::is_about_people;
use crate::texts::Texts;
use crate::watch::pages::{RunbookPage, SeenPage, StatusPage};
use crate::wires::html::answer::{Answer, NoPage, local};
use crate::wires::html::frame;
use crate::wires::html::visit::Visit;
use crate::world::World;

/// How long security.txt is good for: RFC 9116 section 2.5.5 recommends less than a year.
const SECURITY_TXT_SECONDS: i64 = 180 * 24 * 3600;

/// Signing in: as a guest, whoever came.
pub(super) async fn sign_in(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    page.viewer = None;
    let next = visit.asked("next").and_then(local).unwrap_or_default().to_owned();
    Answer::page(&SignInPage { page, next })
}

/// The first run. Whether the link is good shows when its form is sent.
pub(super) async fn setup(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    page.viewer = None;
    let token = visit.path.rsplit('/').next().unwrap_or_default().to_owned();
    Answer::page(&SetupPage { page, token })
}

/// The link is used up, or its time is over.
pub(in crate::wires::html) fn setup_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SetupOverPage { page: frame::guest(visit) })
}

/// “I saw this”: asks, so that a program that follows links says nothing by it.
pub(super) async fn alert(visit: &Visit, mut page: Page) -> Result<Answer, NoPage> {
    page.viewer = None;
    let token = visit.path.rsplit('/').next().unwrap_or_default().to_owned();
    Answer::page(&SeenPage::ask(page, token))
}

/// It is noted that somebody saw an alert.
pub(in crate::wires::html) fn alert_noted(visit: &Visit, rule: &str) -> Result<Answer, NoPage> {
    Answer::page(&SeenPage::noted(frame::guest(visit), rule))
}

/// The link of an alert is used up.
pub(in crate::wires::html) fn alert_over(visit: &Visit) -> Result<Answer, NoPage> {
    Answer::page_with(StatusCode::UNAUTHORIZED, &SeenPage::over(frame::guest(visit)))
}

/// How the portal is.
pub(super) async fn status(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let world = visit.wire.door.world::<World>()?;
    Answer::page(&StatusPage::of(&world.watch, page))
}

/// The runbook's list.
pub(super) async fn runbook(page: Page) -> Result<Answer, NoPage> {
    Answer::page(&RunbookPage::list(page))
}

/// A page of the runbook.
pub(super) async fn runbook_page(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let id = visit.path.rsplit('/').next().unwrap_or_default();
    Answer::page(&RunbookPage::of(page, id).ok_or(Refusal::NotFound)?)
}

/// What is kept about people, as the inventory has it.
pub(super) async fn privacy(visit: &Visit, page: Page) -> Result<Answer, NoPage> {
    let groups =
        INVENTORY.iter().filter(|table| is_about_people(table)).map(|table| group(table, page.texts)).collect();
    let site = &visit.wire.site;
    let controller = page.texts.policy_controller(&site.public_origin);
    Answer::page(&Policy { page, controller, contact: site.security_contact.clone(), groups })
}

fn group(table: &Table, texts: Texts) -> KeptGroup {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.what).collect();
    let kept = Kept {
        what: begin(&columns.join("; ")),
        why: begin(table.why),
        how_long: table.kept.to_owned(),
        copy: match table.copied {
            Copied::Where { person: Some(_), .. } => texts.policy_copied().to_owned(),
            Copied::Where { person: None, .. } => texts.policy_copied_theirs().to_owned(),
            Copied::Not(why) => why.to_owned(),
        },
        erasure: match table.leaves {
            Leaves::Goes => format!("{}; {}", texts.policy_goes(), table.erased),
            Leaves::Nameless => format!("{}; {}", texts.policy_nameless(), table.erased),
            Leaves::Emptied | Leaves::NotTheirs => table.erased.to_owned(),
        },
    };
    KeptGroup { title: table.what.to_owned(), kept: vec![kept] }
}

/// The inventory's fragments, as sentences begin.
fn begin(fragment: &str) -> String {
    let mut letters = fragment.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Where to write about security.
pub(super) fn security_txt(visit: &Visit) -> Answer {
    let site = &visit.wire.site;
    let expires = visit.wire.door.now().plus_seconds(SECURITY_TXT_SECONDS).timestamp();
    Answer::Text(text(&format!("mailto:{}", site.security_contact), expires, &site.public_origin))
}
