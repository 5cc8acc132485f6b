//! Bytes: those that go on where they broke off, files of a kind that is asked for, and pictures and archives of them.

use serde_json::json;

use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Service, Shape, World, field, notes, office, papers, text};
use crate::story;

const APPEND: &str = "PATCH /blobs/{blob}";

/// A blob is announced and its bytes come later, at the offset that it says.
fn blobs(may: rows::Rule) -> Service {
    let shown = |world: &World, call: &Call| {
        let row = world.row("blob", call.at("blob")).cloned()?;
        let offset = row.fields.get("offset").cloned().unwrap_or(json!(0));
        Some(Answer::ok(world.show(&row)).header("upload-offset", offset.to_string()))
    };
    notes::service()
        .with(
            notes::action("POST /blobs", rows::create("blob", vec![text("label")]))
                .takes(vec![text("label")])
                .gives(Shape::Object(vec!["label"])),
        )
        .with(notes::action("GET /blobs/{blob}", move |world, call| match rows::reach(world, call, "blob", own) {
            Ok(_) => shown(world, call).unwrap_or_else(Answer::missing),
            Err(refusal) => refusal,
        }))
        .with(
            notes::action(APPEND, move |world, call| match rows::reach(world, call, "blob", may) {
                Ok(row) => append(world, call, &row.id),
                Err(refusal) => refusal,
            })
            .takes_bytes("application/offset+octet-stream")
            .with_header(field("Upload-Offset", "integer")),
        )
}

fn append(world: &mut World, call: &Call, id: &str) -> Answer {
    let bytes = call.body.as_str().map_or(0, str::len);
    let Some(row) = world.row_mut("blob", id) else { return Answer::missing() };
    let offset = row.fields.get("offset").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if call.headers.get("upload-offset").map(String::as_str) != Some(offset.to_string().as_str()) {
        return Answer::refused(409, "the bytes belong elsewhere");
    }
    row.fields.insert("offset".into(), json!(offset + bytes as u64));
    world.record(call, "blob.append", id, "done");
    Answer::nothing(204)
}

#[tokio::test]
async fn bytes_go_on_where_they_belong() {
    let story = story::notes(blobs(own)).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ03 {APPEND}")]);
}

#[tokio::test]
async fn bytes_are_added_to_what_is_foreign() {
    story::notes(blobs(|_, _, _| true)).told().await.has_only(&[&format!("AZ03 {APPEND}")]);
}

const PICTURE: &str = "GET /projects/{project}/scans/{scan}/picture";

/// A scan must be a PDF; of it there is a picture in which no word can be searched.
fn scans(named: Option<&'static str>, shows: rows::Rule) -> Service {
    office::service()
        .with(
            notes::action("POST /projects/{project}/scans", |world, call| {
                let project = match rows::reach(world, call, "project", office::edits) {
                    Ok(project) => project,
                    Err(refusal) => return refusal,
                };
                let sent = call.body.as_str().unwrap_or_default();
                if !sent.contains("%PDF-1.4") {
                    return Answer::refused(415, "Only PDF documents are taken.");
                }
                let name = sent.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                let fields = [("name".to_owned(), json!(name))].into_iter().collect();
                let row = rows::insert(world, call, "scan", fields);
                if let Some(stored) = world.row_mut("scan", &row.id) {
                    stored.parent = Some(project.id.clone());
                }
                world.record(call, "scan.create", &row.id, "done");
                Answer::json(201, world.show(&row))
            })
            .takes_file(named),
        )
        .with(notes::action("GET /projects/{project}/scans/{scan}", rows::show_below("project", "scan", rows::member)))
        .with(notes::action(PICTURE, move |world, call| {
            match rows::reach_below(world, call, "project", "scan", shows) {
                Ok(row) => Answer::text(format!("picture of {:>40}", row.id.len())).header("content-type", "image/png"),
                Err(refusal) => refusal,
            }
        }))
}

fn with_scans(service: Service) -> story::Telling {
    let rows = "\
POST   /projects/{project}/scans                  -     -       member  tenant  tenant
GET    /projects/{project}/scans/{scan}           -     member  member  tenant  tenant
GET    /projects/{project}/scans/{scan}/picture   -     member  member  tenant  tenant
";
    story::office(service).matrix(&format!("{}{rows}", office::MATRIX))
}

#[tokio::test]
async fn a_file_is_of_the_kind_that_the_refusal_asks_for() {
    let story = with_scans(scans(None, rows::member)).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /projects/{project}/scans/{scan}", &format!("AZ02 {PICTURE}")]);
    assert!(story.lock.contains("file = \"{canary}.pdf\"  from refusal"), "{}", story.lock);
}

/// Nothing in a picture can be searched: it is the owner's, byte for byte.
#[tokio::test]
async fn a_picture_is_shown_to_colleagues() {
    let leaky = scans(Some("application/pdf, image/png"), rows::tenant);
    with_scans(leaky).told().await.has_only(&[&format!("AZ04 {PICTURE}")]);
}

const ARCHIVE: &str = "POST /projects/{project}/archive";

/// Everything in a project at once, as an archive: file names stand in the clear.
fn archive(rule: rows::Rule) -> Service {
    papers::service().with(notes::action(ARCHIVE, move |world, call| match rows::reach(world, call, "project", rule) {
        Ok(project) => {
            let inside = world.rows.iter().filter(|row| row.parent.as_ref() == Some(&project.id));
            let names: Vec<String> = inside.map(|row| row.fields.values().map(ToString::to_string).collect()).collect();
            world.record(call, "project.archive", &project.id, "done");
            Answer::text(format!("PK\u{3}\u{4}{}", names.join("PK"))).header("content-type", "application/zip")
        }
        Err(refusal) => refusal,
    }))
}

/// An empty archive shows nothing; the walk puts something in first.
#[tokio::test]
async fn an_archive_is_given_to_colleagues() {
    let matrix = format!("{}POST /projects/{{project}}/archive - member member tenant tenant\n", papers::matrix());
    let sound = story::office(archive(rows::member)).matrix(&matrix).told().await;
    sound.is_sound();
    sound.holds(&[&format!("AZ02 {ARCHIVE}")]);
    let leaky = story::office(archive(rows::tenant)).matrix(&matrix).told().await;
    leaky.has_only(&[&format!("AZ04 {ARCHIVE}")]);
}

const STATE: &str = "GET /projects/{project}/state";

/// How far something is: nothing in it is anybody's, and it moves while one looks.
fn state(rule: rows::Rule, of_missing: bool) -> Service {
    office::service().with(notes::action(STATE, move |world, call| {
        let answer = |seen: u64| {
            Answer::ok(json!({ "seen": seen, "seen_at": null, "waiting": seen.is_multiple_of(2), "tries": seen / 2 }))
        };
        match rows::reach(world, call, "project", rule) {
            Err(refusal) if !of_missing => refusal,
            Ok(_) | Err(_) => {
                *world.counters.entry("seen").or_default() += 1;
                answer(world.counters["seen"])
            }
        }
    }))
}

#[tokio::test]
async fn a_state_that_moves_is_shown_to_colleagues() {
    let matrix = format!("{}GET /projects/{{project}}/state - member member tenant tenant\n", office::MATRIX);
    let tell = |service| story::office(service).matrix(&matrix).told();
    tell(state(rows::member, false)).await.is_sound();
    // Whoever asks for what is not there is answered the same: nothing is told.
    tell(state(rows::member, true)).await.is_sound();
    tell(state(rows::tenant, false)).await.has_only(&[&format!("AZ04 {STATE}")]);
}
