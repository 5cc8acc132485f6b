//! The judges on trails that were made up.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::matching::{Found, Matched};
use super::*;
use crate::evidence::ActorFact;

const START: i64 = 1_795_000_000_000;

fn actor(name: &str) -> ActorFact {
    ActorFact { name: name.into(), role: "user".into(), tenant: name.into(), throw_away: false }
}

/// A service that says what was done in its own words: one event a second.
struct Story {
    trail: Trail,
    /// Writes a row: actor, action, object, moment, result.
    row: fn(&str, &str, &str, i64, &str) -> Value,
}

impl Story {
    fn new(row: fn(&str, &str, &str, i64, &str) -> Value) -> Self {
        let trail = Trail { told: TrailTold::Read, settled: true, ..Trail::default() };
        let mut story = Self { trail, row };
        for (number, name) in ["ann", "bob", "ann", "bob"].into_iter().enumerate() {
            story.done(Kind::Made, "POST /notes", name, &(number + 1).to_string(), "note.create");
        }
        story
    }

    /// Something is done and recorded under a name; nothing is recorded where the name is empty.
    fn done(&mut self, kind: Kind, action: &str, by: &str, key: &str, recorded: &str) {
        if kind == Kind::Changed || kind == Kind::Read {
            // The object is made just before, and that is recorded too.
            let row = (self.row)(by, "note.create", key, self.now(), "done");
            self.push(row);
        }
        let at = self.now();
        self.trail.events.push(Event {
            action: action.into(),
            kind,
            actor: actor(by),
            names: vec![by.into(), format!("{by}@example.com")],
            key: key.into(),
            around: Vec::new(),
            canaries: Vec::new(),
            made_by: (kind != Kind::Made).then(|| "POST /notes".into()),
            from_ms: at,
            until_ms: at + 20,
            request: action.into(),
            status: 200,
            effect: true,
            shared: false,
            before: Vec::new(),
        });
        if !recorded.is_empty() {
            let result = if kind == Kind::Refused { "refused" } else { "done" };
            let row = (self.row)(by, recorded, key, at, result);
            self.push(row);
        }
    }

    fn now(&self) -> i64 {
        START + 1000 * i64::try_from(self.trail.events.len()).unwrap()
    }

    fn push(&mut self, value: Value) {
        let (seen_ms, after_events) = (self.now(), self.trail.events.len());
        self.trail.rows.push(Row { value, seen_ms, after_events });
    }

    fn found(&self, action: &str) -> Found {
        let event = self.trail.events.iter().rfind(|event| event.action == action).unwrap();
        Matched::new(&self.trail).find(event)
    }
}

fn plain(by: &str, action: &str, key: &str, at: i64, result: &str) -> Value {
    let at = jiff::Timestamp::from_millisecond(at).unwrap().to_string();
    json!({"id": at.len(), "at": at, "actor": by, "action": action, "object": key, "source": "127.0.0.1", "result": result})
}

fn nested(by: &str, action: &str, key: &str, at: i64, result: &str) -> Value {
    let (noun, verb) = action.split_once('.').unwrap();
    let number = if by == "ann" { 101 } else { 202 };
    json!({"ts": at / 1000, "who": {"id": number, "kind": "person"}, "event": {"verb": verb, "noun": noun},
        "ref": format!("{noun}/{key}"), "ok": result == "done", "ip": "::1"})
}

fn story(row: fn(&str, &str, &str, i64, &str) -> Value) -> Story {
    let mut story = Story::new(row);
    story.done(Kind::Changed, "PUT /notes/{id}", "ann", "11", "note.update");
    story.done(Kind::Changed, "DELETE /notes/{id}", "ann", "12", "");
    story.done(Kind::Refused, "GET /notes/{id}", "bob", "12", "note.get");
    story.done(Kind::Refused, "PUT /notes/{id}/x", "bob", "11", "");
    story.done(Kind::Made, "POST /notes", "ann", "13", "note.create");
    story
}

#[test]
fn what_is_recorded_is_found_and_what_is_not_is_absent() {
    for row in [plain, nested] {
        let story = story(row);
        assert!(matches!(story.found("POST /notes"), Found::Row(_)));
        assert!(matches!(story.found("PUT /notes/{id}"), Found::Row(_)));
        assert_eq!(story.found("DELETE /notes/{id}"), Found::Absent, "its making is no record of its removal");
        assert!(matches!(story.found("GET /notes/{id}"), Found::Row(_)));
        assert_eq!(story.found("PUT /notes/{id}/x"), Found::Absent, "another refusal is no record of this one");
    }
}

#[test]
fn nothing_is_absent_before_a_later_event_arrived() {
    let mut story = story(plain);
    story.trail.settled = false;
    assert!(matches!(story.found("DELETE /notes/{id}"), Found::Unknown(_)));
    story.trail.settled = true;
    for event in &mut story.trail.events {
        event.effect = false;
    }
    assert!(matches!(story.found("DELETE /notes/{id}"), Found::Unknown(_)), "what has no effect need not be recorded");
}

#[test]
fn the_order_of_arrival_makes_no_difference() {
    let mut story = story(plain);
    story.trail.rows.reverse();
    assert!(matches!(story.found("PUT /notes/{id}"), Found::Row(_)));
    assert_eq!(story.found("DELETE /notes/{id}"), Found::Absent);
}

#[test]
fn the_fields_are_learnt_whatever_they_are_called() {
    let learnt = Matched::new(&story(plain).trail).learnt;
    assert_eq!((learnt.actor.as_deref(), learnt.time.as_deref()), (Some("actor"), Some("at")));
    assert_eq!((learnt.object, learnt.source.as_deref()), (vec!["object".to_owned()], Some("source")));
    assert_eq!((learnt.action[0].as_str(), learnt.result.as_deref()), ("action", Some("result")));
    let learnt = Matched::new(&story(nested).trail).learnt;
    assert_eq!((learnt.actor.as_deref(), learnt.time.as_deref()), (Some("who.id"), Some("ts")));
    assert_eq!(learnt.names["ann"].iter().collect::<Vec<_>>(), ["101"]);
    assert_eq!((learnt.object, learnt.source.as_deref()), (vec!["ref".to_owned()], Some("ip")));
    assert!(learnt.action.contains(&"event.verb".to_owned()), "{:?}", learnt.action);
    assert_eq!(learnt.result.as_deref(), Some("ok"));
}

/// A refusal is told of the object around it, by a clock that is two hours ahead.
#[test]
fn another_clock_is_learnt() {
    let mut story = Story::new(|by, action, key, at, result| plain(by, action, key, at + 7_200_000, result));
    story.done(Kind::Refused, "GET /notes/{id}/x/{y}", "bob", "77", "");
    if let Some(event) = story.trail.events.last_mut() {
        event.around = vec!["11".into()];
    }
    assert_eq!(story.found("GET /notes/{id}/x/{y}"), Found::Absent);
    let at = story.now() - 1000;
    let row = (story.row)("bob", "note.get", "11", at, "refused");
    story.push(row);
    assert!(matches!(story.found("GET /notes/{id}/x/{y}"), Found::Row(_)));
}

/// What has no object is found by who did it when; and what he made at that moment on the way there is no record of it.
#[test]
fn a_row_of_something_that_was_made_meanwhile_proves_nothing_about_what_has_no_object() {
    for (recorded, found) in [("note.create", false), ("report.export", true)] {
        let mut story = story(plain);
        story.done(Kind::Read, "GET /report.csv", "ann", "", recorded);
        let event = story.trail.events.last_mut().unwrap();
        (event.key, event.made_by) = (String::new(), None);
        // A note that is not among the events was made just then.
        let (making, last) = (story.trail.rows.len() - 2, story.trail.rows.len() - 1);
        story.trail.rows.remove(making);
        story.trail.rows[last - 1].value["object"] = json!(if found { "" } else { "4711" });
        match story.found("GET /report.csv") {
            Found::Row(_) => assert!(found, "{recorded}"),
            Found::Unknown(_) => assert!(!found, "{recorded}"),
            Found::Absent => panic!("{recorded}: it may be there"),
        }
    }
}

/// What the same person did a moment later, without an object that is known, is told by a row that came later, too.
#[test]
fn a_row_that_came_with_a_later_event_proves_nothing_about_what_has_no_object() {
    let mut story = story(plain);
    story.done(Kind::Read, "GET /report.csv", "ann", "", "");
    let event = story.trail.events.last_mut().unwrap();
    (event.key, event.made_by) = (String::new(), None);
    let at = story.now() - 1000;
    // What `done` wrote of its making.
    story.trail.rows.pop();
    story.done(Kind::Made, "POST /notes", "ann", "14", "note.create");
    let row = (story.row)("ann", "settings.set", "", at, "done");
    story.push(row);
    assert_eq!(story.found("GET /report.csv"), Found::Absent);
}

/// A record may tell of each kind of thing in a field of its own, and show the newest rows only.
#[test]
fn what_may_be_there_is_not_absent() {
    let mut story = story(plain);
    assert_eq!(story.found("DELETE /notes/{id}"), Found::Absent);
    let position = story.trail.events.iter().position(|event| event.action == "DELETE /notes/{id}").unwrap();
    story.trail.holes = vec![(position, position + 1)];
    assert!(matches!(story.found("DELETE /notes/{id}"), Found::Unknown(_)));
    story.trail.holes.clear();
    story.done(Kind::Made, "POST /tokens", "ann", "tok-4711", "");
    assert_eq!(story.found("POST /tokens"), Found::Absent);
    let at = story.now() - 1000;
    let mut row = (story.row)("ann", "token.create", "", at, "done");
    row["data"] = json!({"name": "tok-4711"});
    story.push(row);
    assert!(!matches!(story.found("POST /tokens"), Found::Absent));
}

/// Everything that is done in a house tells of the house, too.
#[test]
fn a_row_of_another_action_proves_nothing_about_an_object_that_all_share() {
    for (recorded, found) in [("note.update", false), ("house.export", true)] {
        let mut story = story(plain);
        story.done(Kind::Read, "POST /houses/{id}/export", "ann", "900", recorded);
        let event = story.trail.events.last_mut().unwrap();
        (event.shared, event.made_by) = (true, None);
        // What `done` writes of its making is of no one here.
        let making = story.trail.rows.len() - 2;
        story.trail.rows.remove(making);
        match story.found("POST /houses/{id}/export") {
            Found::Row(_) => assert!(found, "{recorded}"),
            Found::Unknown(_) => assert!(!found, "{recorded}"),
            Found::Absent => panic!("{recorded}: it may be there"),
        }
    }
}

/// One that names neither source nor result, and nothing that could be it.
fn meagre(by: &str, action: &str, key: &str, at: i64, _: &str) -> Value {
    json!({"at": at, "actor": by, "action": action, "object": key})
}

#[test]
fn a_field_that_is_nowhere_is_learnt_as_nowhere() {
    let learnt = Matched::new(&story(meagre).trail).learnt;
    assert_eq!((learnt.source, learnt.result), (None, None));
    assert!(learnt.unexplained.is_empty(), "{:?}", learnt.unexplained);
}

proptest! {
    #[test]
    fn any_rows_are_survived(rows in proptest::collection::vec(("[a-z]{1,4}", ".{0,12}", any::<i64>()), 0..12)) {
        let mut story = story(plain);
        for (name, text, number) in rows {
            story.push(json!({"at": number, "object": text.clone(), name: [text, number]}));
        }
        let matched = Matched::new(&story.trail);
        for event in &story.trail.events {
            let _ = matched.find(event);
        }
    }
}
