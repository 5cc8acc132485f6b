//! Inside one company: ranks and memberships.

use crate::service::office::{self, governs};
use crate::service::rows::{self, tenant};
use crate::service::{Answer, notes, team};
use crate::story;

/// The page hides the button from members, the request works.
#[tokio::test]
async fn a_member_renames_the_company() {
    let leaky = office::service().replace("PUT /company", office::set_company_title);
    story::office(leaky).told().await.has_only(&["AZ05 PUT /company"]);
}

#[tokio::test]
async fn a_viewer_deletes_a_project() {
    let leaky = office::service().replace(
        "DELETE /projects/{project}",
        rows::delete("project", |world, call, row| {
            governs(world, call, row) || tenant(world, call, row) && world.role(call) == "viewer"
        }),
    );
    let story = story::office(leaky).told().await;
    let gaps = story.gaps();
    assert!(!gaps.is_empty(), "{}", story.told());
    let is_meant = |gap: &String| gap == "AZ04 DELETE /projects/{project}" || gap == "AZ05 DELETE /projects/{project}";
    assert!(gaps.iter().all(is_meant), "{}", story.told());
}

#[tokio::test]
async fn a_colleague_reads_what_he_is_no_member_of() {
    let leaky = office::service().replace("GET /projects/{project}", rows::show("project", tenant));
    story::office(leaky).told().await.has_only(&["AZ04 GET /projects/{project}"]);
}

/// The same service where the reviewed matrix allows it: small companies share.
#[tokio::test]
async fn a_colleague_reads_by_design() {
    let open = office::service().replace("GET /projects/{project}", rows::show("project", tenant));
    let story = story::office(open)
        .row("GET /projects/{project}", "GET /projects/{project} - tenant tenant tenant tenant")
        .told()
        .await;
    story.is_sound();
}

/// How somebody is put into a project.
const BECOME: &str = r#"
[become]
viewer = 'olga: POST /projects/{project.id}/members {"member":{actor.id},"role":"viewer"}'
"#;

/// Nobody who is not in it sees the project, so only those who are in it can show that their role is too low.
#[tokio::test]
async fn whoever_is_in_a_project_removes_others_from_it() {
    const MEANT: &str = "AZ05 DELETE /projects/{project}/members/{member}";
    let sound = story::team(team::service()).also(BECOME).told().await;
    sound.is_sound();
    sound.holds(&[MEANT, "AZ05 PATCH /projects/{project}"]);
    let leaky = team::service().replace("DELETE /projects/{project}/members/{member}", team::remove(rows::member));
    story::team(leaky).also(BECOME).told().await.has_only(&[MEANT]);
}

/// What a role may do as a member, a viewer of this project may not: the matrix says so for the state.
#[tokio::test]
async fn a_viewer_of_the_project_changes_it() {
    let matrix = format!("{}when viewer: PATCH /projects/{{project}} - - - tenant tenant\n", team::matrix());
    let story = story::team(team::service()).matrix(&matrix).also(BECOME).told().await;
    story.has_only(&["AZ05 PATCH /projects/{project}"]);
}

/// A viewer reads the record of the company.
#[tokio::test]
async fn a_viewer_reads_the_record() {
    let leaky = office::service().replace("GET /events", |world, call| {
        let own = world.tenant(call).to_owned();
        Answer::ok(serde_json::json!({ "items": world.arrived(Some(&own)) }))
    });
    let story = story::office(leaky).told().await;
    let gaps = story.gaps();
    assert!(gaps.iter().all(|gap| gap == "AZ05 GET /events"), "{}", story.told());
    assert_eq!(gaps.len(), 1, "{}", story.told());
}

/// Raising oneself by describing oneself: no row of the walls, and the walk's own people must not be spoilt by it.
#[tokio::test]
async fn a_rank_in_the_profile() {
    let mut leaky = notes::service().wrap("PUT /whoami", |world, call, inner| {
        let role = call.text("role").to_owned();
        let answer = inner(world, call);
        if let Some(person) = world.person_mut(call.me()).filter(|_| !role.is_empty()) {
            person.role = role;
        }
        answer
    });
    leaky.action_mut("PUT /whoami").input.push(crate::service::maybe("role"));
    let story = story::notes(leaky).told().await;
    let walls: Vec<String> = story.gaps().into_iter().filter(|gap| !gap.ends_with("PUT /whoami")).collect();
    assert!(walls.is_empty(), "{}", story.told());
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
}
