//! Letters about the work: who is told what, and when; and who is not.

use door::Time;
use door::id::uuid_at;
use portal::mail::Letter;
use portal::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;
use crate::house::{House, PASSWORD, People, START, move_in, on_both};
use crate::requests::TEXT;
use crate::watch::{run, run_job};

on_both!(
    what_waits_is_told_at_once_and_to_whom_it_waits_for,
    the_rest_is_one_letter_a_day,
    who_was_put_out_hears_nothing,
    who_is_put_out_while_the_mail_waits_hears_nothing,
    what_is_internal_stays_among_us,
    what_is_closed_or_ends_is_quiet,
    rooms_that_are_closed_to_somebody_are_not_told_of,
    everybody_chooses,
    two_instances_tell_once,
    a_letter_that_is_not_written_down_is_not_lost,
    many_things_are_one_letter_that_ends,
    a_link_leads_to_the_thing_from_the_rooms_of_another_organisation,
);

/// Seven in the morning after the first day.
const SEVEN: Time = Time(1_782_370_800_000_000);

/// A letter that was written, and to whom.
pub(crate) struct Written {
    pub(crate) id: Uuid,
    pub(crate) to: String,
    pub(crate) letter: Letter,
}

impl Written {
    /// Everything that it says.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.letter.subject, self.letter.text("https://house.example"))
    }
}

impl House {
    /// Lets the schedule run once: what happened gets its place in the log, and what is due is written.
    pub(crate) async fn tell(&self) {
        self.door.seal().await.unwrap();
        run_job(&self.door, "notice.send").await.unwrap();
    }

    /// The letters about the work that wait for the mail server, by address.
    pub(crate) async fn written(&self) -> Vec<Written> {
        let safe = &self.door.world::<World>().unwrap().safe;
        let mut tx = self.door.store().read().await.unwrap();
        let waiting = "SELECT id, sealed FROM mail WHERE kind = 'notice' AND settled_at IS NULL";
        let mut written = Vec::new();
        for row in tx.all(waiting, vec![]).await.unwrap() {
            let (id, sealed): (Uuid, Vec<u8>) = (row.get("id").unwrap(), row.get("sealed").unwrap());
            let letter: Letter = serde_json::from_slice(&safe.open_letter(id, &sealed).unwrap()).unwrap();
            written.push(Written { id, to: letter.to.clone().unwrap(), letter });
        }
        written.sort_by(|one, other| one.to.cmp(&other.to));
        written
    }

    /// Tells what is due, and gives names and subjects; the letters leave.
    pub(crate) async fn told(&self) -> Vec<(String, String)> {
        self.tell().await;
        let written = self.written().await;
        run_job(&self.door, "mail.send").await.unwrap();
        let name = |to: &str| to.split('@').next().unwrap_or_default().to_owned();
        written.iter().map(|letter| (name(&letter.to), letter.letter.subject.clone())).collect()
    }

    /// Who is told, without what.
    pub(crate) async fn told_whom(&self) -> Vec<String> {
        self.told().await.into_iter().map(|(name, _)| name).collect()
    }
}

/// A house in which letters begin now.
pub(crate) async fn told_from_now(house: &House) -> People {
    let people = move_in(house).await;
    house.clock.set(START);
    house.tell().await;
    people
}

pub(crate) async fn say(house: &House, people: &People, who: &str, words: Value) {
    let path = format!("/projects/{}/messages", people.project);
    let said = house.ask(people.token(who), "POST", &path, words).await;
    assert_eq!(said.status, 200, "{said:?}");
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn number(house: &House, sql: &'static str) -> i64 {
    let mut tx = house.door.store().read().await.unwrap();
    tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
}

async fn what_waits_is_told_at_once_and_to_whom_it_waits_for(house: House) {
    let people = told_from_now(&house).await;
    let request = house.ask_for(&people, "works", "file").await;
    assert_eq!(house.told().await, [], "what happens together is gathered for a minute");
    house.later(61);
    let told = house.told().await;
    // Their member only looks, and hands nothing in; the admin of the company can.
    assert_eq!(told, [("their_admin".to_owned(), "works asks for “Checkout design”".to_owned())]);
    assert_eq!(house.told().await, [], "once");

    assert_eq!(house.hand_in(people.token("their_admin"), &request, "a.txt", TEXT).await.status, 200);
    house.later(61);
    let told = house.told().await;
    let submitted = "their_admin handed in “Checkout design”".to_owned();
    // Who decides is in the project, and may do more than look.
    assert_eq!(told, ["owner", "runs", "works"].map(|name| (name.to_owned(), submitted.clone())));

    // Somebody has done it before it was told: nothing waits for the others any more.
    assert_eq!(house.hand_in(people.token("their_admin"), &request, "b.txt", TEXT).await.status, 200);
    let shown = house.ask(people.token("owner"), "GET", &request, Value::Null).await;
    let version = shown.body["versions"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{request}/versions/{version}/changes");
    let asked = json!({"words": "A darker blue.", "although_newer": true});
    let asked = house.ask(people.token("owner"), "POST", &path, asked).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    house.later(61);
    house.tell().await;
    let written = house.written().await;
    assert_eq!(written.len(), 1, "{:?}", written.iter().map(Written::text).collect::<Vec<_>>());
    assert_eq!(written[0].to, "their_admin@example.com");
    assert_eq!(written[0].letter.subject, "owner asks for changes to “Checkout design”");
    assert!(!written[0].text().contains("darker"), "{}", written[0].text());
    let link = written[0].letter.link.as_ref().unwrap();
    assert_eq!(link.path, format!("{request}?in={}", people.organisation), "it opens the very thing");

    // An approval waits for nobody while who asks for it has not handed anything in.
    run_job(&house.door, "mail.send").await.unwrap();
    house.ask_for(&people, "works", "approval").await;
    house.later(61);
    assert_eq!(house.told().await, []);
}

async fn the_rest_is_one_letter_a_day(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "their_admin", json!({"text": "The secret word is xyzzy."})).await;
    say(&house, &people, "their_admin", json!({"text": "And again."})).await;
    say(&house, &people, "works", json!({"text": "Well."})).await;
    let status = json!({"status": "active", "sentence": "We have begun."});
    let path = format!("/projects/{}/status", people.project);
    assert_eq!(house.ask(people.token("runs"), "PUT", &path, status).await.status, 200);
    house.later(3600);
    assert_eq!(house.told().await, [], "it waits for the morning");
    house.clock.set(SEVEN.plus_seconds(-61));
    assert_eq!(house.told().await, []);
    house.clock.set(SEVEN);
    house.tell().await;
    let written = house.written().await;
    let to: Vec<_> = written.iter().map(|letter| letter.to.split('@').next().unwrap()).collect();
    assert_eq!(to, ["owner", "reads", "runs", "their_member", "works"]);
    let owner = &written[0].letter;
    assert_eq!(owner.subject, "Booking site: three things are new");
    let lines = ["runs: active. “We have begun.”", "their_admin wrote 2 messages", "works wrote a message"];
    assert_eq!(owner.sections.len(), 1);
    assert_eq!(
        (owner.sections[0].title.as_str(), owner.sections[0].lines.as_slice()),
        ("", &lines.map(str::to_owned)[..])
    );
    assert_eq!(owner.link.as_ref().unwrap().path, format!("/projects/{}?in={}", people.project, people.organisation));
    assert_eq!(written[4].letter.subject, "Booking site: two things are new", "nobody is told what they did");
    for letter in &written {
        assert!(
            !letter.text().contains("xyzzy") && !letter.letter.html("https://x.example").unwrap().contains("xyzzy")
        );
    }
    run_job(&house.door, "mail.send").await.unwrap();
    house.clock.set(SEVEN.plus_seconds(24 * 3600));
    assert_eq!(house.told().await, [], "nothing, when there is nothing");
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice").await, 0);
}

async fn who_was_put_out_hears_nothing(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.tell().await;
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice").await, 4, "they wait");
    let members = format!("/projects/{}/members", people.project);
    let gone = format!("{members}/{}", people.ids["works"]);
    assert_eq!(house.ask(people.token("owner"), "DELETE", &gone, Value::Null).await.status, 200);
    let suspended = format!("/people/{}/suspend", people.ids["runs"]);
    let suspended = house.ask(people.token("owner"), "POST", &suspended, Value::Null).await;
    assert_eq!(suspended.status, 200, "{suspended:?}");
    let removed = format!("/people/{}", people.ids["their_member"]);
    let removed = house.ask(people.token("owner"), "DELETE", &removed, Value::Null).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    house.clock.set(SEVEN);
    assert_eq!(house.told_whom().await, named(&["reads"]));
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice").await, 0, "nothing of the others stays");

    // Who is nowhere in it, of another client or of another organisation, was never told.
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.clock.set(SEVEN.plus_seconds(24 * 3600));
    assert_eq!(house.told_whom().await, named(&["reads"]));
}

async fn who_is_put_out_while_the_mail_waits_hears_nothing(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.ask_for(&people, "owner", "file").await;
    house.clock.set(SEVEN);
    house.tell().await;
    assert_eq!(house.written().await.len(), 5);
    let owner = house.sign_in("owner").await;
    let gone = format!("/projects/{}/members/{}", people.project, people.ids["works"]);
    assert_eq!(house.ask(&owner, "DELETE", &gone, Value::Null).await.status, 200);
    let suspended = format!("/people/{}/suspend", people.ids["their_admin"]);
    assert_eq!(house.ask(&owner, "POST", &suspended, Value::Null).await.status, 200);
    run_job(&house.door, "mail.send").await.unwrap();
    assert_eq!(number(&house, "SELECT count(*) AS n FROM mail WHERE kind = 'notice' AND outcome = 'sent'").await, 3);
    let given_up =
        "SELECT count(*) AS n FROM mail WHERE outcome = 'given_up' AND sealed IS NULL AND problem LIKE '%may not see%'";
    assert_eq!(number(&house, given_up).await, 2);
}

async fn what_is_internal_stays_among_us(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "owner", json!({"text": "Do we bill it?", "visibility": "internal"})).await;
    let request = house.ask_for(&people, "owner", "file").await;
    let remark = json!({"text": "They are slow.", "visibility": "internal"});
    assert_eq!(house.ask(people.token("works"), "POST", &format!("{request}/comments"), remark).await.status, 200);
    house.later(61);
    assert_eq!(house.told_whom().await, named(&["their_admin"]), "of the request, and of nothing else");
    house.clock.set(SEVEN);
    house.tell().await;
    let written = house.written().await;
    let to: Vec<_> = written.iter().map(|letter| letter.to.split('@').next().unwrap()).collect();
    assert_eq!(to, ["owner", "reads", "runs", "works"]);
    assert_eq!(written[3].letter.subject, "owner wrote a message (internal)");
    let lines: Vec<_> = written[2].letter.sections.iter().flat_map(|section| section.lines.clone()).collect();
    assert_eq!(lines, ["owner wrote a message (internal)", "works commented on “Checkout design” (internal)"]);

    // Even if a row came there by a mistake.
    run_job(&house.door, "mail.send").await.unwrap();
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.tell().await;
    run(house.door.store(), "UPDATE notice SET internal = TRUE").await;
    house.clock.set(SEVEN.plus_seconds(24 * 3600));
    assert_eq!(house.told_whom().await, named(&["reads", "runs", "works"]));
}

async fn what_is_closed_or_ends_is_quiet(house: House) {
    let people = told_from_now(&house).await;
    let owner = people.token("owner");
    let day = |day: i64| SEVEN.plus_seconds(day * 24 * 3600);
    let status = format!("/projects/{}/status", people.project);
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    let archived = json!({"status": "archived", "sentence": "Done."});
    assert_eq!(house.ask(owner, "PUT", &status, archived).await.status, 200);
    house.clock.set(day(0));
    assert_eq!(house.told_whom().await, named(&[]), "an archived project");

    let owner = &house.sign_in("owner").await;
    let again = json!({"status": "active", "sentence": "After all."});
    assert_eq!(house.ask(owner, "PUT", &status, again).await.status, 200);
    let archive = format!("/clients/{}/archive", people.client);
    assert_eq!(house.ask(owner, "POST", &archive, Value::Null).await.status, 200);
    house.clock.set(day(1));
    assert_eq!(house.told_whom().await, named(&[]), "an archived client");

    let owner = &house.sign_in("owner").await;
    let reopen = format!("/clients/{}/reopen", people.client);
    assert_eq!(house.ask(owner, "POST", &reopen, Value::Null).await.status, 200);
    let posted =
        house.ask(owner, "POST", &format!("/projects/{}/messages", people.project), json!({"text": "Hello."})).await;
    assert_eq!(posted.status, 200, "{posted:?}");
    let deleted = house.ask(owner, "POST", "/organisation/deletion", json!({"name": "Halden"})).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    house.clock.set(day(2));
    assert_eq!(house.told_whom().await, named(&[]), "an organisation that is about to end");
}

async fn rooms_that_are_closed_to_somebody_are_not_told_of(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.tell().await;
    // A letter is read anywhere: where people come in from one network only, there is none.
    run(house.door.store(), "UPDATE notice SET due_at = 0").await;
    let network = json!({"networks": ["192.0.2.0/24"]});
    let set = house.ask(people.token("owner"), "PUT", "/organisation/access", network).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(house.told_whom().await, named(&[]));

    // Where a second factor is asked for by now, whoever has none is not told either.
    let open = house.ask(people.token("owner"), "PUT", "/organisation/access", json!({})).await;
    assert_eq!(open.status, 200, "{open:?}");
    house.with_app("reads", people.token("reads")).await;
    house.with_app("owner", people.token("owner")).await;
    let owner = house.sign_in("owner").await;
    let posted =
        house.ask(&owner, "POST", &format!("/projects/{}/messages", people.project), json!({"text": "Hello."})).await;
    assert_eq!(posted.status, 200, "{posted:?}");
    house.tell().await;
    let demanded = house.ask(&owner, "PUT", "/organisation/second-factor", json!({"days": 7})).await;
    assert_eq!(demanded.status, 200, "{demanded:?}");
    house.clock.set(SEVEN.plus_seconds(8 * 24 * 3600));
    assert_eq!(house.told_whom().await, named(&["reads"]));
}

async fn everybody_chooses(house: House) {
    let people = told_from_now(&house).await;
    let works = people.token("works");
    let paces = async || {
        let shown = house.ask(works, "GET", "/account/notices", Value::Null).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        let shown = shown.body["notices"].as_array().unwrap().clone();
        shown.iter().map(|one| one["pace"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paces().await, ["at_once", "daily", "daily"]);
    let set = async |input: Value| house.ask(works, "PUT", "/account/notices", input).await;
    assert_eq!(set(json!({"messages": "at_once", "progress": "never"})).await.status, 200);
    assert_eq!(paces().await, ["at_once", "at_once", "never"]);
    assert_eq!(set(json!({"messages": "often"})).await.status, 422);
    assert_eq!(set(json!({"person": people.ids["runs"]})).await.status, 422);
    assert_eq!(house.ask("", "PUT", "/account/notices", json!({})).await.status, 401);

    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    let status = json!({"status": "active", "sentence": "We have begun."});
    let path = format!("/projects/{}/status", people.project);
    assert_eq!(house.ask(people.token("owner"), "PUT", &path, status).await.status, 200);
    house.later(61);
    assert_eq!(house.told().await, [("works".to_owned(), "owner wrote a message".to_owned())]);

    // What was to be told is not, when it is wanted no more by then.
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.tell().await;
    assert_eq!(set(json!({"messages": "never"})).await.status, 200);
    house.later(61);
    assert_eq!(house.told().await, []);

    // Only what is other than usual is kept.
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice_choice").await, 2);
    let before = house.count().await;
    assert_eq!(set(json!({"messages": "daily", "progress": "daily", "waiting": "at_once"})).await.status, 200);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice_choice").await, 0);
    let after = house.count().await;
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 2), "one event, two rows that went");
    let log = house.ask(works, "GET", "/account/events", Value::Null).await;
    assert_eq!(log.body["events"][0]["action"], "account.notice.set");
}

async fn two_instances_tell_once(house: House) {
    let people = told_from_now(&house).await;
    for _ in 0..5 {
        say(&house, &people, "owner", json!({"text": "Hello."})).await;
    }
    house.ask_for(&people, "owner", "file").await;
    house.door.seal().await.unwrap();
    house.clock.set(SEVEN);
    let (one, other) = tokio::join!(run_job(&house.door, "notice.send"), run_job(&house.door, "notice.send"));
    assert_eq!((one, other), (Ok(()), Ok(())));
    house.tell().await;
    let to: Vec<_> = house.written().await.iter().map(|letter| letter.to.clone()).collect();
    let expected = ["reads", "runs", "their_admin", "their_member", "works"].map(|name| format!("{name}@example.com"));
    assert_eq!(to, expected);
    for letter in house.written().await.iter().filter(|letter| letter.to.starts_with("reads")) {
        assert_eq!(letter.letter.subject, "owner wrote 5 messages");
    }
}

async fn a_letter_that_is_not_written_down_is_not_lost(house: House) {
    let people = told_from_now(&house).await;
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.tell().await;
    let (position, rows) = (
        number(&house, "SELECT position AS n FROM notice_place").await,
        number(&house, "SELECT count(*) AS n FROM notice").await,
    );
    // Another one was quicker: neither the bookmark nor a row moves twice.
    run(house.door.store(), "UPDATE notice_place SET position = position - 3").await;
    house.tell().await;
    assert_eq!(number(&house, "SELECT position AS n FROM notice_place").await, position);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice").await, rows);
    // A letter that cannot be written down leaves its rows where they are.
    house.clock.set(SEVEN);
    run(house.door.store(), "ALTER TABLE mail RENAME TO mail_away").await;
    let sent = house.door.pass("notice.send", job()).await.unwrap();
    assert_eq!(sent.output["letters"], json!(0), "{:?}", sent.output);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM notice").await, rows);
    run(house.door.store(), "ALTER TABLE mail_away RENAME TO mail").await;
    assert_eq!(house.told_whom().await, named(&["reads", "runs", "their_member", "works"]));
}

fn job() -> door::Request {
    door::Request { credential: door::Credential::Job("notice.send"), id: uuid_at(START), ..door::Request::default() }
}

async fn many_things_are_one_letter_that_ends(house: House) {
    let people = told_from_now(&house).await;
    for _ in 0..32 {
        house.ask_for(&people, "owner", "file").await;
    }
    house.later(61);
    house.tell().await;
    let written = house.written().await;
    assert_eq!(written.len(), 1);
    let letter = &written[0].letter;
    assert_eq!(letter.subject, "Halden: 32 things wait for you");
    assert_eq!(letter.sections.iter().map(|section| section.lines.len()).sum::<usize>(), 20);
    assert_eq!(letter.below[0], "And 12 more, which you find there.");
    assert!(written[0].id != Uuid::nil());
}

async fn a_link_leads_to_the_thing_from_the_rooms_of_another_organisation(house: House) {
    let people = told_from_now(&house).await;
    let account = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let there = account.body["memberships"][0]["organisation"].as_str().unwrap().to_owned();
    let joined = json!({"mail": "works@example.com", "name": "works", "password": PASSWORD,
                        "organisation": there, "role": "staff"});
    house.operator("person.create", joined).await;
    say(&house, &people, "owner", json!({"text": "Hello."})).await;
    house.clock.set(SEVEN);
    house.tell().await;
    let written = house.written().await;
    let works = written.iter().find(|letter| letter.to.starts_with("works")).unwrap();
    let path = works.letter.link.clone().unwrap().path;
    let thing = path.split('?').next().unwrap();

    // Whoever belongs to two has said nothing of which it is to be; the link does.
    let mut browser = Browser::new(&house);
    let page = browser.get(&path).await;
    let sign_in = browser.get(page.header("location")).await;
    let typed = [("mail", "works@example.com"), ("password", PASSWORD)];
    let signed_in = browser.send(&sign_in, "/session/open", &typed).await;
    assert_eq!(signed_in.header("location"), path);
    let page = browser.get(&path).await;
    let enter = format!("/organisations/{}/enter", people.organisation);
    assert!(page.status == 200 && page.says("This is in Halden"), "{}", page.body);
    let entered = browser.send(&page, &enter, &[]).await;
    assert_eq!(entered.header("location"), thing);
    assert_eq!(browser.get(&path).await.status, 200);
    assert!(browser.get(&path).await.says("Hello."));

    // From the rooms of the other one.
    let choice = browser.get("/organisations").await;
    browser.send(&choice, &format!("/organisations/{there}/enter"), &[]).await;
    assert!(browser.get(&path).await.says("This is in Halden"));
    // To whoever does not belong there it says nothing.
    let stranger = Browser::of(&house, "elsewhere").await;
    let page = stranger.get(&path).await;
    assert!(page.status == 404 && !page.says("Halden"), "{} {}", page.status, page.body);
}
