//! Pages of other sites that act in the name of whoever looks at them.

use plimsoll::verdict::Verdict;

use crate::service::{Answer, Service, notes};
use crate::story;

/// The session's cookie goes along with what other sites ask for.
pub(crate) fn loose(service: Service) -> Service {
    service.wrap("POST /login", |world, call, inner| {
        let mut answer = inner(world, call);
        for (_, value) in answer.headers.iter_mut().filter(|(name, _)| *name == "set-cookie") {
            *value = value.replace("SameSite=Lax", "SameSite=None");
        }
        answer
    })
}

#[tokio::test]
async fn a_cookie_that_stays_at_home() {
    let story = story::web(notes::web()).told().await;
    story.is_sound();
    story.holds(&["AZ18 cross-site requests"]);
}

#[tokio::test]
async fn a_page_of_another_site_writes_notes() {
    let story = story::web(loose(notes::web())).told().await;
    for subject in ["POST /notes", "POST /notes/{note}/comments"] {
        assert_eq!(story.verdict("AZ18", subject), Some(Verdict::Gap), "{subject}\n{}", story.told());
    }
    story.holds(&["AZ18 reading across origins"]);
}

#[tokio::test]
async fn a_script_of_another_site_reads_notes() {
    let reflecting =
        |world: &mut crate::service::World, call: &crate::service::Call, inner: &crate::service::Handler| {
            let answer: Answer = inner(world, call);
            match call.headers.get("origin") {
                Some(origin) => answer
                    .header("access-control-allow-origin", origin.clone())
                    .header("access-control-allow-credentials", "true"),
                None => answer,
            }
        };
    let service = ["GET /whoami", "GET /notes/{note}", "GET /notes"]
        .into_iter()
        .fold(loose(notes::web()), |service, name| service.wrap(name, reflecting));
    let story = story::web(service).told().await;
    assert_eq!(story.verdict("AZ18", "reading across origins"), Some(Verdict::Gap), "{}", story.told());
}
