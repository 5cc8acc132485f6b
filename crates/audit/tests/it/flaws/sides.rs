//! What is not for whoever made a thing: one side hands in, the other decides, and with a name of its own.

use plimsoll::verdict::Verdict;

use crate::service::rows::tenant;
use crate::service::{Answer, Call, Row, Service, World, papers};
use crate::story::{self, Telling};

const SIGN: &str = "POST /projects/{project}/papers/{paper}/sign";
const RECEIPT: &str = "GET /projects/{project}/papers/{paper}/receipt";

fn tell(service: Service) -> Telling {
    story::office(service).matrix(&papers::matrix())
}

/// The service with another rule of who signs.
fn signed_by(signer: papers::Signer) -> Service {
    papers::service().without(SIGN).with(papers::sign(signer))
}

#[tokio::test]
async fn an_admin_signs_what_others_hand_in() {
    let story = tell(papers::service()).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ03 {SIGN}"), &format!("AZ05 {SIGN}"), &format!("AZ02 {RECEIPT}")]);
    assert!(story.lock.contains("name = \"{actor.name}\"  from refusal"), "{}", story.lock);
    assert!(story.lock.contains(&format!("after   {RECEIPT}  <-  {SIGN}")), "{}", story.lock);
    // What was found out is asked for no more, and the verdicts stay.
    let again = tell(papers::service()).lock(&story.lock).told().await;
    again.says_the_same_as(&story);
    assert!(again.requests < story.requests, "{} then {}", story.requests, again.requests);
    assert_eq!(again.lock, story.lock);
}

/// He has to type his own name, and that is all that is looked at: an attacker types his, too.
#[tokio::test]
async fn whoever_handed_it_in_signs_it() {
    fn flawed(world: &World, call: &Call, paper: &Row) -> bool {
        papers::an_admin_who_did_not_make_it(world, call, paper) || world.role(call) == "owner"
    }
    tell(signed_by(flawed)).told().await.has_only(&[&format!("AZ05 {SIGN}")]);
}

#[tokio::test]
async fn a_receipt_is_read_by_every_colleague() {
    let leaky = papers::service().without(RECEIPT).with(papers::receipt(tenant));
    let story = tell(leaky).told().await;
    story.has_only(&[&format!("AZ04 {RECEIPT}")]);
}

/// Nobody says what is wrong with the name, and the field's own name is all there is.
#[tokio::test]
async fn the_refusal_says_nothing_of_the_field() {
    let mute = papers::service().wrap(SIGN, |world, call, inner| {
        let answer = inner(world, call);
        if answer.status == 422 { Answer::refused(400, "that cannot be") } else { answer }
    });
    let story = tell(mute).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ05 {SIGN}")]);
}

/// Without a reviewed row nobody knows that somebody else is meant to sign: it is said, and nothing is guessed.
#[tokio::test]
async fn without_a_row_nobody_is_sent_to_decide() {
    let row = papers::matrix().lines().filter(|line| !line.contains("/sign")).collect::<Vec<_>>().join("\n") + "\n";
    let unsigned = |_: &_, _: &_, _: &_| false;
    let story = story::office(signed_by(unsigned)).matrix(&row).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ03", SIGN), Some(Verdict::Unproven));
}
