//! What is good once, and is used many times at once.

use plimsoll::verdict::Verdict;

use crate::service::desk::{self, REDEEM};
use crate::service::{Answer, letters};
use crate::story;

#[tokio::test]
async fn a_voucher_is_spent_once() {
    let story = story::notes(desk::vouchers(false)).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ21 {REDEEM}")]);
}

#[tokio::test]
async fn a_voucher_is_spent_as_often_as_it_is_sent_at_once() {
    story::notes(desk::vouchers(true)).told().await.has_only(&[&format!("AZ21 {REDEEM}")]);
}

#[tokio::test]
async fn an_invitation_lets_in_whoever_comes_at_once() {
    let story = story::notes(letters::service()).also(letters::MANIFEST).told().await;
    story.holds(&["AZ21 invitation"]);
    let slow = letters::service().replace("POST /invitations/{letter}", |world, call| {
        let id = call.at("letter").to_owned();
        if !world.rows.iter().any(|row| row.noun == "letter" && row.id == id) {
            return Answer::missing();
        }
        world.add_person(call.text("name"), call.text("password"), "", "user");
        desk::later(world, move |world| world.rows.retain(|row| row.id != id));
        desk::wait(Answer::nothing(204))
    });
    let story = story::notes(slow).also(letters::MANIFEST).told().await;
    assert_eq!(story.verdict("AZ21", "invitation"), Some(Verdict::Gap), "{}", story.told());
}
