//! A record that arrives late and out of order is a record all the same.

use std::time::Duration;

use crate::service::rows::{self, own};
use crate::service::{Answer, Service, notes};
use crate::story::{self, Story};

fn late_and_out_of_order(service: Service) -> Service {
    service.seed(|world| world.delays = [400, 0, 900, 150].map(Duration::from_millis).to_vec())
}

/// Gaps of the record alone: `root` is the reader, and what else he may is another story.
fn of_the_record(story: &Story) -> Vec<String> {
    story.gaps().into_iter().filter(|gap| gap.starts_with("AT")).collect()
}

#[tokio::test]
async fn arrives_late_and_out_of_order() {
    let story = story::notes(late_and_out_of_order(notes::service())).also(notes::RECORD).told().await;
    story.is_sound();
    story.holds(&["AT01 PUT /notes/{note}", "AT01 DELETE /notes/{note}"]);
}

/// Whoever reads is signed out with every fifth reading, and signs in again. A service with pages says so by sending him
/// to where one signs in.
#[tokio::test]
async fn is_read_by_one_who_is_signed_out_on_the_way() {
    for refusal in [401, 303] {
        let impatient = notes::service().wrap("GET /events", move |world, call, inner| {
            let mut answer = inner(world, call);
            if answer.status == 401 {
                answer.status = refusal;
            }
            let read = world.counters.entry("read").or_default();
            *read += 1;
            if read.is_multiple_of(5) {
                world.sessions.retain(|(token, _)| Some(token) != call.token.as_ref());
            }
            answer
        });
        let story = story::notes(impatient).also(notes::RECORD).told().await;
        assert_eq!(of_the_record(&story), Vec::<String>::new(), "{refusal}: {}", story.told());
        story.holds(&["AT01 PUT /notes/{note}", "AT01 DELETE /notes/{note}"]);
    }
}

#[tokio::test]
async fn arrives_late_and_one_never() {
    let forgetful = notes::service().replace("PUT /notes/{note}", |world, call| {
        let row = match rows::reach(world, call, "note", own) {
            Ok(row) => row,
            Err(refusal) => return refusal,
        };
        let taken = match rows::take(&notes::note_fields(), call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        if let Some(row) = world.row_mut("note", &row.id) {
            row.fields.extend(taken);
        }
        world.row("note", &row.id).map_or_else(Answer::missing, |row| Answer::ok(world.show(row)))
    });
    let story = story::notes(late_and_out_of_order(forgetful)).also(notes::RECORD).told().await;
    assert_eq!(of_the_record(&story), ["AT01 PUT /notes/{note}"], "{}", story.told());
}
