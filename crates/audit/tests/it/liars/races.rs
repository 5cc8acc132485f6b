//! Things that are done once, however often it is said that they were.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::desk::{self, REDEEM};
use crate::service::{Answer, notes};
use crate::story;

/// Every one of eight is told yes, one is done; and whoever comes second alone is refused. A field counts the tries.
#[tokio::test]
async fn eight_are_told_yes_and_one_is_done() {
    let service = desk::vouchers(false).wrap(REDEEM, |world, call, inner| {
        let answer = inner(world, call);
        let Some(row) = world.row_mut("voucher", call.at("voucher")).filter(|_| answer.status != 404) else {
            return answer;
        };
        let tries = row.fields.get("tries").and_then(serde_json::Value::as_i64).unwrap_or(0) + 1;
        row.fields.insert("tries".into(), json!(tries));
        if 2 < tries { Answer::nothing(204) } else { answer }
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ21 {REDEEM}")]);
}

/// A moment that moves with each try is no count of what was done.
#[tokio::test]
async fn a_moment_moves_with_each_try() {
    let service = desk::vouchers(false).wrap(REDEEM, |world, call, inner| {
        let answer = inner(world, call);
        let tries = world.counters.entry("tries").or_default();
        *tries += 1;
        let tries = *tries;
        if let Some(row) = world.row_mut("voucher", call.at("voucher")).filter(|_| answer.status != 404) {
            row.fields.insert("touched_at".into(), json!(tries));
        }
        answer
    });
    story::notes(service).told().await.is_sound();
}

#[tokio::test]
async fn nothing_is_good_once() {
    let story = story::notes(notes::service()).told().await;
    assert_eq!(story.verdict("AZ21", "single uses"), Some(Verdict::NotApplicable), "{}", story.told());
}
