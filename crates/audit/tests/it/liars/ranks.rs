//! Ranks that one gives oneself, and owners who go.

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Call, Handler, Service, World, staff};
use crate::story::{self, Story};

const SET: &str = "PUT /people/{person}/role";

async fn told(service: Service) -> Story {
    story::team(service).matrix(&staff::matrix()).also(staff::MANIFEST).told().await
}

#[tokio::test]
async fn ranks_that_others_give() {
    let story = told(staff::service()).await;
    story.is_sound();
    story.holds(&["AZ14 PUT /people/{person}/role", "AZ14 the last owner"]);
}

#[tokio::test]
async fn a_rank_that_one_gives_oneself() {
    let service = staff::service().wrap(SET, |world, call, inner| match call.at("person") == call.me() {
        true => {
            let (me, role) = (call.me().to_owned(), call.text("role").to_owned());
            staff::set_role_of(world, call, &me, &role)
        }
        false => inner(world, call),
    });
    let story = told(service).await;
    assert_eq!(story.verdict("AZ14", SET), Some(Verdict::Gap), "{}", story.told());
    assert_eq!(story.verdict("AZ14", "the last owner"), Some(Verdict::Gap), "{}", story.told());
}

/// 200 for whoever asks, and nobody is anything else afterwards.
#[tokio::test]
async fn a_rank_that_is_given_in_words_only() {
    let service = staff::service().wrap(SET, |world, call, inner| match call.at("person") == call.me() {
        true => Answer::ok(serde_json::json!({ "role": call.text("role") })),
        false => inner(world, call),
    });
    let story = told(service).await;
    story.holds(&["AZ14 PUT /people/{person}/role", "AZ14 the last owner"]);
}

/// The only owner may be put out by himself.
#[tokio::test]
async fn an_owner_who_goes() {
    let service = staff::service().wrap("DELETE /people/{person}", |world, call, inner| {
        if call.at("person") != call.me() {
            return inner(world, call);
        }
        let me = call.me().to_owned();
        world.people.retain(|person| person.id != me);
        Answer::nothing(204)
    });
    let story = told(service).await;
    assert_eq!(story.verdict("AZ14", SET), Some(Verdict::Holds), "{}", story.told());
    assert_ne!(story.verdict("AZ14", "the last owner"), Some(Verdict::Holds), "{}", story.told());
}

/// Who is made in the walk may be made an owner, too: then nobody is the only one until they are gone again.
#[tokio::test]
async fn owners_whom_the_walk_itself_made_are_no_reason_not_to_try() {
    let second = |world: &mut World, call: &Call, inner: &Handler| {
        let answer = inner(world, call);
        let last = world.people.len() - 1;
        if call.text("role") == "owner" && answer.status == 201 {
            world.people[last].role = "owner".into();
        }
        answer
    };
    let service = || staff::service().wrap("POST /people", second);
    told(service()).await.holds(&["AZ14 the last owner"]);
    let open = service().wrap("DELETE /people/{person}", |world, call, inner| match call.at("person") == call.me() {
        true => {
            let me = call.me().to_owned();
            world.people.retain(|person| person.id != me);
            Answer::nothing(204)
        }
        false => inner(world, call),
    });
    let story = told(open).await;
    assert_eq!(story.verdict("AZ14", "the last owner"), Some(Verdict::Gap), "{}", story.told());
}
