//! Body, chain, leaf and commitment of version 1 never change: what `vectors/*-v1.json` holds is what we write and read.
//!
//! A failing test here means that old records would no longer verify. Write a version 2 beside version 1 instead.

use ledger::canonical;
use ledger::commitment::{self, Salt};
use ledger::event::{Draft, Event, Operation, Outcome, Performer, Pii, PublicValue, Recorded, Row, Thing};
use ledger::leaf::Leaf;
use ledger::{Chain, ChainHead, Hash};
use serde::Deserialize;
use uuid::Uuid;

/// A distinct UUIDv7 for each number.
pub(crate) fn id(number: u64) -> Uuid {
    format!("01930000-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn draft(number: u64, chain: Chain, act: &'static str) -> Draft {
    let at = format!("2026-11-22T00:42:{:02}.345678Z", number % 60).parse().unwrap();
    Draft::new(id(number), at, chain, act).observer("portal@0.1.0")
}

/// The same events, put together anew.
fn events() -> Vec<(&'static str, Recorded)> {
    let (client, organisation, account, installation) = (
        Chain::Client(id(0xc1)),
        Chain::Organisation(id(0x02)),
        Chain::Account(id(0xac)),
        Chain::Installation(id(0x11)),
    );
    let removed = draft(1, client, "project.member.remove")
        .actor(Performer::person(id(0xb0)).authenticated("passkey").session(id(0x5e)))
        .rule("project.member.remove", ["organisation admin", "project admin"])
        .request(id(0xe0))
        .target(Thing { kind: "project_member", id: id(0x33) })
        .target(Thing { kind: "project", id: id(0x70) })
        .change(Row {
            entity: "project_member",
            id: id(0x33),
            revision: 2,
            operation: Operation::Delete,
            before: Some(Hash([0xaa; 32])),
            after: None,
        })
        .fact("members_left", 3_u32)
        .pii("actor.ip", Pii::new(id(0xb0), "192.0.2.7"), Salt::new([7; 32]))
        .pii("target.0.name", Pii::new(id(0x34), "Łukasz \u{1f600}\n"), Salt::new([8; 32]));
    let created = draft(2, client, "project.create")
        .actor(Performer::token(id(0xb0), id(0x70)))
        .change(Row {
            entity: "project",
            id: id(0x71),
            revision: 1,
            operation: Operation::Create,
            before: None,
            after: Some(Hash([0xbb; 32])),
        })
        .fact("status", PublicValue::word("draft"))
        .fact("listed", false)
        .fact("digest", Hash([0xcc; 32]))
        .fact("owner", None::<Uuid>)
        .fact("roles", PublicValue::list([PublicValue::word("viewer"), PublicValue::id(id(9))]))
        .fact("balance", -canonical::MAX_INTEGER);
    let viewed = draft(3, organisation, "credential.reveal")
        .actor(Performer::person(id(0xb0)).via(Thing { kind: "support_session", id: id(0x99) }));
    vec![
        ("a member is removed", removed.finish(Outcome::Done).unwrap()),
        ("a project is created by a token", created.finish(Outcome::Done).unwrap()),
        ("a reveal is refused", viewed.finish(Outcome::Denied).unwrap()),
        ("a sign-in fails", draft(4, account, "session.open").finish(Outcome::Failed).unwrap()),
        (
            "a job sweeps",
            draft(5, installation, "session.sweep").actor(Performer::job()).finish(Outcome::Done).unwrap(),
        ),
        (
            "the console makes an organisation",
            draft(6, installation, "organisation.create").actor(Performer::console()).finish(Outcome::Done).unwrap(),
        ),
    ]
}

#[derive(Deserialize)]
struct BodyVector {
    name: String,
    body: String,
}

#[test]
fn bodies_are_written_as_ever() {
    let vectors: Vec<BodyVector> = serde_json::from_str(include_str!("../../vectors/body-v1.json")).unwrap();
    let events = events();
    assert_eq!(vectors.len(), events.len());
    for (vector, (name, recorded)) in vectors.iter().zip(&events) {
        assert_eq!(vector.name, *name);
        assert_eq!(String::from_utf8_lossy(recorded.event.bytes()), vector.body, "{name}");
        assert_eq!(Event::parse(vector.body.as_bytes()).unwrap(), recorded.event, "{name}");
        let value = canonical::parse_strict(vector.body.as_bytes()).unwrap();
        assert_eq!(canonical::to_vec(&value).unwrap(), vector.body.as_bytes(), "{name}: canonical JSON");
        for value in &recorded.values {
            let commitment =
                commitment::of_value(&value.salt, recorded.event.id(), &value.field, value.value.as_bytes());
            assert_eq!(recorded.event.body().pii[&value.field], commitment, "{name}: {}", value.field);
        }
    }
}

#[derive(Deserialize)]
struct LeafVector {
    leaf: String,
    hash: Hash,
}

#[test]
fn chains_and_leaves_are_written_as_ever() {
    let vectors: Vec<LeafVector> = serde_json::from_str(include_str!("../../vectors/leaf-v1.json")).unwrap();
    let mut head = ChainHead::EMPTY;
    let chain = Chain::Client(id(0xc1));
    // The first two events are of the same chain; together they make its first three leaves.
    let events = events();
    let bodies = [&events[0].1, &events[1].1, &events[0].1].map(|recorded| recorded.event.bytes().to_vec());
    assert_eq!(vectors.len(), bodies.len());
    for (vector, body) in vectors.iter().zip(bodies) {
        let leaf = head.next(chain, body);
        assert!(leaf.follows(&head));
        assert_eq!(String::from_utf8(leaf.to_bytes()).unwrap(), vector.leaf);
        assert_eq!(leaf.hash(), vector.hash);
        assert_eq!(Leaf::parse(vector.leaf.as_bytes()).unwrap().0, leaf);
        head = ChainHead::after(&leaf);
    }
    assert_eq!(head.count, 3);
}

#[test]
fn rows_are_committed_to_as_ever() {
    // `printf 'audit-row/v1\nproject\n01930000-0000-7000-8000-000000000007\n3\n{"a":1}' | openssl dgst -sha256 -mac HMAC …`
    let commitment = commitment::of_row(&Salt::new([7; 32]), "project", id(7), 3, br#"{"a":1}"#);
    assert_eq!(commitment.to_string(), "NuJrP9b4uo+52qCndfhDWP9FVGidyLVhHCfXwxqy6Ls=");
}
