//! Actions that nobody can bring to succeed: whether they are refused before they are validated can be seen all the same.

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, notes, office, text};
use crate::story::{self, Telling};

const ACTION: &str = "POST /company/maintenance";

/// Only an owner may, and only with a code that stands on paper. `first` answers before that is looked at.
fn maintained(is_checked_first: bool) -> Telling {
    let action = notes::action(ACTION, move |world, call| {
        let wrong = || Answer::refused(422, "the code is wrong");
        if is_checked_first && world.role(call) != "owner" {
            Answer::refused(403, "not with your role")
        } else {
            wrong()
        }
    });
    let service: Service = office::service().with(action.takes(vec![text("code")]));
    let matrix = format!("{}{ACTION} - - - - own\n", office::MATRIX);
    story::office(service).matrix(&matrix)
}

#[tokio::test]
async fn refused_before_it_is_validated() {
    let story = maintained(true).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ05 {ACTION}"), &format!("AZ01 {ACTION}")]);
    assert!(story.told_of("AZ05", ACTION).iter().all(|words| words.starts_with("holds (dry)")), "{}", story.told());
}

/// Everybody is told that the code is wrong: whether a right one would be taken from anybody is not known.
#[tokio::test]
async fn validated_before_it_is_refused() {
    let story = maintained(false).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ01", ACTION), Some(Verdict::Holds), "{}", story.told());
    assert_ne!(story.verdict("AZ05", ACTION), Some(Verdict::Holds), "{}", story.told());
}
