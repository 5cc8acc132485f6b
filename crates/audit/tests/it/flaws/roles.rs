//! Inside one company: ranks and memberships.

use plimsoll::verdict::Verdict;

use crate::service::office::{self, governs};
use crate::service::rows::{self, tenant};
use crate::service::{Answer, Service, notes, team};
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

/// Who is in a project is told to every colleague: nothing of the owner's stands in the answer, and it is the owner's
/// answer all the same.
#[tokio::test]
async fn a_colleague_reads_who_is_in_it() {
    let leaky = team::service().replace("GET /projects/{project}/members", team::list(tenant));
    story::team(leaky).told().await.has_only(&["AZ04 GET /projects/{project}/members"]);
}

/// A list that a role may not read at all, and that shows it nothing but its own company's oldest rows.
#[tokio::test]
async fn a_viewer_reads_a_list_that_is_not_for_him() {
    let row =
        "GET /clients - - - tenant tenant\nPOST /clients - - - tenant tenant\nGET /clients/{client} - - - own own\n";
    let (meant, fields) = ("AZ05 GET /clients", vec![crate::service::text("title")]);
    for leaks in [true, false] {
        let service = office::service()
            .with(notes::action("POST /clients", rows::create("client", fields.clone())).takes(fields.clone()))
            .with(notes::action("GET /clients/{client}", rows::show("client", rows::own)))
            .with(notes::action("GET /clients", move |world, call| match world.role(call) {
                "viewer" if leaks => {
                    Answer::ok(serde_json::json!({ "items": [{ "id": 1, "title": "An old one", "owner": 2 }] }))
                }
                "viewer" => Answer::ok(serde_json::json!({ "items": [] })),
                "member" => Answer::refused(403, "not with your role"),
                _ => rows::list("client", tenant)(world, call),
            }))
            .replace("POST /clients", move |world, call| match world.role(call) {
                "viewer" | "member" => Answer::refused(403, "not with your role"),
                _ => rows::create("client", vec![crate::service::text("title")])(world, call),
            });
        let story = story::office(service).matrix(&format!("{}{row}", office::MATRIX)).told().await;
        if leaks {
            story.has_only(&[meant]);
        } else {
            story.is_sound();
            story.holds(&[meant]);
        }
    }
}

/// A copy of the record as a table, for those who run the company: asked for by POST, and given to a viewer.
#[tokio::test]
async fn a_viewer_takes_a_table_with_him() {
    let row = "POST /events/export - - - tenant tenant\n";
    for leaks in [true, false] {
        let service = office::service().with(notes::action("POST /events/export", move |world, call| {
            if !leaks && !matches!(world.role(call), "owner" | "admin") {
                return Answer::refused(403, "for administrators");
            }
            let lines = format!("at,actor,action\n{},{},export\n", world.events.len(), call.me());
            Answer::text(lines).header("content-type", "text/csv; charset=utf-8")
        }));
        let story = story::office(service).matrix(&format!("{}{row}", office::MATRIX)).told().await;
        if leaks {
            story.has_only(&["AZ05 POST /events/export"]);
        } else {
            story.is_sound();
            story.holds(&["AZ05 POST /events/export"]);
        }
    }
}

/// What cannot be tried is told apart: nobody has a colleague, there is one role, no path has a parent.
#[tokio::test]
async fn what_does_not_apply_is_said_so() {
    let flat = ["POST /notes/{note}/comments", "GET /notes/{note}/comments", "GET /notes/{note}/comments/{comment}"];
    let flat = flat.into_iter().fold(notes::service(), Service::without);
    let story = story::notes(flat.without("DELETE /notes/{note}/comments/{comment}")).told().await;
    for check in ["AZ04", "AZ05", "AZ11"] {
        let found = story.outcome.checks.iter().find(|one| one.id == check).unwrap();
        assert_eq!(found.verdict, Verdict::NotApplicable, "{check}: {}\n{}", found.words, story.told());
    }
    // One of each company says nothing about colleagues.
    let alone = story::office(office::service()).replace_in_manifest("tenant = \"evil\"", "tenant = \"other\"");
    let alone = ["adam = {", "mia  = {", "max  = {", "vic  = {"]
        .into_iter()
        .fold(alone, |story, line| story.without_line(line));
    let alone = alone.told().await;
    let found = alone.outcome.checks.iter().find(|one| one.id == "AZ04").unwrap();
    assert_eq!(found.verdict, Verdict::Unproven, "{}", found.words);
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
