//! What is shared by design is no breach, and what is shared by accident is.

use plimsoll::verdict::Verdict;

use crate::service::rows;
use crate::service::{Call, Row, Service, World, notes, shared};
use crate::story;

const GET: &str = "GET /notes/{note}";

fn anybody(_: &World, _: &Call, _: &Row) -> bool {
    true
}

/// Notes as posts: everybody reads them, signed in or not; only the owner changes them.
fn posts() -> Service {
    let mut service = notes::service()
        .replace(GET, rows::show("note", anybody))
        .replace("GET /notes", rows::list("note", anybody))
        .replace("GET /search", rows::list("note", anybody));
    for name in [GET, "GET /notes", "GET /search"] {
        service.action_mut(name).is_public = true;
    }
    service
}

const MATRIX: &str = "\
plimsoll.matrix 1
# action                                  anon  user
POST   /accounts                          all   all
POST   /session                           all   all
DELETE /session                           -     own
GET    /whoami                            -     own
PUT    /whoami                            -     own
GET    /notes                             all   all
GET    /search                            all   all
POST   /notes                             -     own
GET    /notes/{note}                      all   all
PUT,DELETE /notes/{note}                  -     own
GET    /notes/{note}/comments             -     own
POST   /notes/{note}/comments             -     own
GET,DELETE /notes/{note}/comments/{comment} - own
GET    /events                            -     -
GET    /health                            all   all
";

#[tokio::test]
async fn shared_by_a_reviewed_row() {
    let story = story::notes(posts()).matrix(MATRIX).told().await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"]);
}

/// Nobody reviewed anything; that everybody may read without signing in is seen, and is not a breach between users.
#[tokio::test]
async fn shared_with_the_whole_world() {
    let story = story::notes(posts()).told().await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"]);
}

/// The matrix says own, and the service gives it to everybody.
#[tokio::test]
async fn shared_by_accident() {
    let private = MATRIX
        .replace(
            "GET    /notes/{note}                      all   all",
            "GET    /notes/{note}                      -     own",
        )
        .replace(
            "GET    /notes                             all   all",
            "GET    /notes                             -     own",
        )
        .replace(
            "GET    /search                            all   all",
            "GET    /search                            -     own",
        );
    let leaky =
        notes::service().replace(GET, rows::show("note", anybody)).replace("GET /notes", rows::list("note", anybody));
    let story = story::notes(leaky).matrix(&private).told().await;
    story.has_only(&["AZ02 GET /notes/{note}", "AZ10 GET /notes"]);
}

/// Sharing reads does not excuse writes.
#[tokio::test]
async fn shared_to_read_and_open_to_write() {
    let wiki = posts().replace("PUT /notes/{note}", rows::update("note", notes::note_fields(), anybody));
    let story = story::notes(wiki).matrix(MATRIX).told().await;
    story.has_only(&["AZ03 PUT /notes/{note}"]);
}

fn let_in(service: Service) -> story::Telling {
    story::notes(service).matrix(shared::MATRIX).also(shared::BECOME)
}

/// Nobody has a company, and who was let in to read is tried with all that readers may not. What lies in the note is his to
/// see from then on.
#[tokio::test]
async fn shared_with_one_who_only_reads() {
    let sound = let_in(shared::service()).told().await;
    sound.is_sound();
    sound.holds(&[
        "AZ05 PUT /notes/{note}",
        "AZ05 DELETE /notes/{note}",
        "AZ05 POST /notes/{note}/people",
        "AZ06 taken out of a note",
        "AZ14 PATCH /notes/{note}/people/{person}",
        "AZ02 GET /notes/{note}",
    ]);
    let leaky =
        shared::service().replace("PUT /notes/{note}", rows::update("note", notes::note_fields(), shared::reads));
    let_in(leaky).told().await.has_only(&["AZ05 PUT /notes/{note}"]);
    let inviting = shared::service().replace("POST /notes/{note}/people", shared::let_in(shared::reads));
    let_in(inviting).told().await.has_only(&["AZ05 POST /notes/{note}/people"]);
}

/// Whoever reads makes himself one who writes: a rank of one note's, and not of the service's.
#[tokio::test]
async fn shared_with_one_who_takes_more() {
    const ROLE: &str = "PATCH /notes/{note}/people/{person}";
    let leaky = shared::service().replace(ROLE, shared::set_role(shared::reads));
    let_in(leaky.clone()).told().await.has_only(&["AZ14 PATCH /notes/{note}/people/{person}"]);
    let story = story::notes(leaky).told().await;
    let said = story.verdict("AZ14", ROLE);
    assert_eq!(said, Some(Verdict::Unproven), "nothing says how somebody is let in\n{}", story.told());
}

/// A line by which nobody can be let in: what its rows forbid was not tried, and is not said to hold.
#[tokio::test]
async fn shared_by_a_line_that_nobody_takes() {
    let line = shared::BECOME.replace("{actor.id}", "0");
    let line = line.replace("}'", ",\"for\":\"{actor.id}\"}'");
    let story = story::notes(shared::service()).matrix(shared::MATRIX).also(&line).told().await;
    story.has_only(&[]);
    let said = story.verdict("AZ05", "what a reader may not do");
    assert_eq!(said, Some(Verdict::Unproven), "{}", story.told());
}
