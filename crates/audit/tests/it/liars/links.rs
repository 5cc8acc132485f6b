//! Links that are good more than once, for ever, or for anybody.

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, letters, notes};
use crate::story::{self, Story};

async fn told(service: Service) -> Story {
    story::notes(service).also(letters::MANIFEST).told().await
}

#[tokio::test]
async fn links_that_are_good_once() {
    let story = told(letters::service()).await;
    story.is_sound();
    story.holds(&["AZ16 password", "AZ16 invitation"]);
}

/// The letter stays where it is after its use.
fn kept(service: Service, name: &str) -> Service {
    service.wrap(name, |world, call, inner| {
        let before: Vec<_> = world.rows.iter().filter(|row| row.noun == "letter").cloned().collect();
        let answer = inner(world, call);
        world.rows.retain(|row| row.noun != "letter");
        world.rows.extend(before);
        answer
    })
}

#[tokio::test]
async fn links_that_are_good_for_more() {
    let twice = kept(letters::service(), "POST /letters/{letter}");
    let ageless = letters::service().replace("POST /later", |_, _| Answer::nothing(204));
    let anybodys = letters::service().replace("POST /invitations/{letter}", |world, call| {
        if letters::take(world, call).is_none() {
            return Answer::missing();
        }
        world.add_person(call.text("name"), call.text("password"), "", "user");
        Answer::nothing(204)
    });
    for (service, subject, how) in [
        (twice, "password", "a second time"),
        (ageless, "password", "after its time"),
        (anybodys, "invitation", "sent to somebody else"),
    ] {
        let story = told(service).await;
        assert_eq!(story.verdict("AZ16", subject), Some(Verdict::Gap), "{how}\n{}", story.told());
        assert!(story.told().contains(how), "{how}\n{}", story.told());
    }
}

/// 204 each time, and nothing happens after the first.
#[tokio::test]
async fn links_that_say_yes_and_do_nothing() {
    let service = letters::service().wrap("POST /letters/{letter}", |world, call, inner| {
        inner(world, call);
        Answer::nothing(204)
    });
    let story = told(service).await;
    story.is_sound();
    story.holds(&["AZ16 password"]);
    let story = story::notes(notes::service()).told().await;
    assert_eq!(story.verdict("AZ16", "links"), Some(Verdict::NotApplicable), "{}", story.told());
}
