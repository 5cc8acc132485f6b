//! Gaps in the record.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, notes, office, team};
use crate::story::{self, Story};

/// The record of one company, read by its owner.
const OFFICE_RECORD: &str = "[record]\nread = 'olga: GET /events -> items[]'\n";

fn of_the_record(story: &Story) -> Vec<String> {
    story.gaps().into_iter().filter(|gap| gap.starts_with("AT")).collect()
}

/// Does the action and takes back what it wrote into the record.
fn forgets(service: Service, name: &str, result: &'static str) -> Service {
    service.wrap(name, move |world, call, inner| {
        let before = world.events.len();
        let answer = inner(world, call);
        let kept: Vec<_> = world.events.split_off(before).into_iter().filter(|event| !event.has(result)).collect();
        world.events.extend(kept);
        answer
    })
}

#[tokio::test]
async fn everything_is_recorded() {
    let story = story::notes(notes::service()).also(notes::RECORD).told().await;
    story.is_sound();
    story.holds(&["AT01 POST /notes", "AT01 PUT /notes/{note}", "AT01 DELETE /notes/{note}", "AT01 DELETE /session"]);
}

/// Where nobody signs up, a second session of somebody's is ended.
#[tokio::test]
async fn a_second_session_is_ended() {
    story::web(notes::web()).also(notes::RECORD).told().await.holds(&["AT01 DELETE /session"]);
}

/// The sign-in before it is recorded, and late: it is not taken for the sign-out.
#[tokio::test]
async fn signing_out_is_not_recorded() {
    let forgetful = forgets(notes::service(), "DELETE /session", "done")
        .seed(|world| world.delays = vec![Duration::from_millis(300)]);
    let story = story::notes(forgetful).also(notes::RECORD).told().await;
    assert_eq!(of_the_record(&story), ["AT01 DELETE /session"], "{}", story.told());
}

/// Somebody who is in a project already cannot be put in again: the making is repeated in another project.
#[tokio::test]
async fn a_person_is_in_a_project_once() {
    let of_members = ["AT01 POST /projects/{project}/members", "AT01 DELETE /projects/{project}/members/{member}"];
    let story = story::team(team::service()).also(OFFICE_RECORD).told().await;
    story.is_sound();
    story.holds(&of_members);
    let forgetful = forgets(team::service(), "DELETE /projects/{project}/members/{member}", "done");
    story::team(forgetful).also(OFFICE_RECORD).told().await.has_only(&of_members[1..]);
}

/// One's own company, by its name: nothing about it can be made anew, and what a stranger is refused stands in the
/// stranger's record. It tells of the same
/// refusal once, as services do that do not want to be flooded.
fn with_companies() -> Service {
    let told = Mutex::new(BTreeSet::new());
    office::service().with(notes::action("GET /companies/{company}", move |world, call| {
        if world.tenant(call) == call.at("company") {
            return office::company(world, call);
        }
        if told.lock().unwrap().insert((call.me().to_owned(), call.target.clone())) {
            world.record(call, "company.get", call.at("company"), "refused");
        }
        Answer::missing()
    }))
}

#[tokio::test]
async fn a_refusal_stands_in_the_strangers_record() {
    const ALL: &str = "[record]\nread = ['olga: GET /events -> items[]', 'eve: GET /events -> items[]']\n";
    let row = "GET /companies/{company} - tenant tenant tenant tenant\n";
    let told = async |service: Service, readers: &str| {
        let matrix = format!("{}{row}", office::MATRIX);
        story::office(service).matrix(&matrix).also(readers).told().await
    };
    let meant = "GET /companies/{company}";
    let one = told(with_companies(), OFFICE_RECORD).await;
    assert_eq!(one.verdict("AT03", meant), Some(Verdict::Unproven), "{}", one.told());
    let both = told(with_companies(), ALL).await;
    both.is_sound();
    both.holds(&["AT03 GET /companies/{company}"]);
}

#[tokio::test]
async fn a_deletion_is_not_recorded() {
    let story =
        story::notes(forgets(notes::service(), "DELETE /notes/{note}", "done")).also(notes::RECORD).told().await;
    assert_eq!(of_the_record(&story), ["AT01 DELETE /notes/{note}"], "{}", story.told());
}

#[tokio::test]
async fn refusals_are_not_recorded() {
    let mut service = notes::service();
    for name in ["GET /notes/{note}", "PUT /notes/{note}", "DELETE /notes/{note}"] {
        service = forgets(service, name, "refused");
    }
    let story = story::notes(service).also(notes::RECORD).told().await;
    let gaps = of_the_record(&story);
    assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.starts_with("AT03")), "{gaps:?}\n{}", story.told());
}

/// Told that there is no record: a gap at once, without probing.
#[tokio::test]
async fn no_record_at_all() {
    let story = story::notes(notes::service()).also("[record]\nread = \"none\"\n").told().await;
    let gaps = of_the_record(&story);
    assert!(gaps.iter().any(|gap| gap.starts_with("AT01")), "{gaps:?}\n{}", story.told());
    assert_eq!(gaps.len(), story.gaps().len(), "{}", story.told());
}

/// Not told anything: unproven, and no gap.
#[tokio::test]
async fn a_record_that_nobody_told_of() {
    let story = story::notes(notes::service()).told().await;
    assert!(of_the_record(&story).is_empty(), "{}", story.told());
}
