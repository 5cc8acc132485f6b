//! Every parser takes any bytes without a panic, and one changed byte is never read as the same thing.

use ledger::event::{Draft, Event, EventError, Operation, Outcome, Performer, PublicValue, Row, Thing};
use ledger::leaf::Leaf;
use ledger::{Chain, ChainHead};
use proptest::prelude::*;

use crate::frozen::id;

fn draft() -> Draft {
    Draft::new(id(1), "2026-11-22T00:42:12.345678Z".parse().unwrap(), Chain::Client(id(2)), "project.show")
}

fn row(revision: u64) -> Row {
    Row { entity: "project", id: id(1), revision, operation: Operation::Update, before: None, after: None }
}

fn leaf() -> Leaf {
    ChainHead::EMPTY.next(Chain::Client(id(2)), draft().finish(Outcome::Done).unwrap().event.bytes().to_vec())
}

#[test]
fn a_draft_that_breaks_a_rule_is_refused_by_name() {
    let broken = [
        ("act", Draft::new(id(1), jiff::Timestamp::UNIX_EPOCH, Chain::Client(id(2)), "Project Show")),
        ("act", Draft::new(id(1), jiff::Timestamp::UNIX_EPOCH, Chain::Client(id(2)), "show")),
        ("id", Draft::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, Chain::Client(id(2)), "project.show")),
        ("at", Draft::new(id(1), jiff::Timestamp::MIN, Chain::Client(id(2)), "project.show")),
        ("obs", draft().observer("")),
        ("authz.relations.0", draft().rule("project.show", ["Organisation Admin"])),
        ("tgt.0.kind", draft().target(Thing { kind: "pro ject", id: id(3) })),
        ("actor.auth", draft().actor(Performer::person(id(1)).authenticated("pass word"))),
        ("chg.0.rev", draft().change(row(0))),
        ("chg.1", draft().change(row(1)).change(row(2))),
        ("facts.role", draft().fact("role", PublicValue::word("Not a word"))),
    ];
    for (place, draft) in broken {
        match draft.finish(Outcome::Done) {
            Err(EventError::Field { field, .. }) => assert_eq!(field, place),
            other => panic!("{place}: {other:?}"),
        }
    }
    assert!(draft().change(row(1)).finish(Outcome::Denied).is_err(), "a refused action changed nothing");
    assert!(draft().fact("large", i64::MAX).finish(Outcome::Done).is_err(), "beyond 2^53");
    let many = (0..1000).fold(draft(), |draft, number| draft.change(Row { id: id(number), ..row(1) }));
    assert!(matches!(many.finish(Outcome::Done), Err(EventError::TooLarge { .. })));
}

#[test]
fn a_body_of_another_form_is_refused() {
    let event = draft().finish(Outcome::Done).unwrap().event;
    let text = String::from_utf8(event.bytes().to_vec()).unwrap();
    assert!(Event::parse(text.as_bytes()).is_ok());
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"v\":1", "\"v\":1,\"w\":1"),
        ("\"facts\":{}", "\"facts\":{\"name\":\"Bob Baker\"}"),
        ("\"facts\":{}", "\"facts\":{\"a\":{}}"),
        (".345678Z", ".345678+00:00"),
        (".345678Z", ".3456780Z"),
        (".345678Z", ".345Z"),
        ("\"kind\":\"anyone\"", "\"kind\":\"person\""),
        ("\"obs\":\"ledger@0.1.0\",", ""),
        ("\"auth\":null,", ""),
        ("7000-8000", "7000-C000"),
    ] {
        let other = text.replace(from, to);
        assert_ne!(other, text, "{from}");
        assert!(Event::parse(other.as_bytes()).is_err(), "accepted {to}");
    }
}

#[test]
fn a_leaf_has_one_text_only() {
    let text = String::from_utf8(leaf().to_bytes()).unwrap();
    assert!(Leaf::parse(text.as_bytes()).is_ok());
    for (from, to) in [
        ("audit-leaf/v1\n", "audit-leaf/v2\n"),
        ("cseq 1\n", "cseq 01\n"),
        ("cseq 1\n", "cseq +1\n"),
        ("cseq 1\n", "cseq 0\n"),
        ("cseq 1\n", "cseq 2\n"),
        ("cseq 1\n", "cseq 1\nmore 1\n"),
        ("cseq 1\n", "cseq 1\r\n"),
        ("\n\n", "\n"),
        ("chain client/", "chain account/"),
    ] {
        let other = text.replace(from, to);
        assert_ne!(other, text, "{from}");
        assert!(Leaf::parse(other.as_bytes()).is_err(), "accepted {to:?}");
    }
}

#[test]
fn every_changed_byte_of_a_leaf_changes_its_hash_or_is_refused() {
    let (leaf, mut bytes) = (leaf(), leaf().to_bytes());
    for place in 0..bytes.len() {
        for bit in 0..8 {
            bytes[place] ^= 1 << bit;
            if let Ok((other, _)) = Leaf::parse(&bytes) {
                assert_ne!(other.hash(), leaf.hash(), "byte {place}, bit {bit}");
            }
            bytes[place] ^= 1 << bit;
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Event::parse(&bytes).is_err());
        prop_assert!(Leaf::parse(&bytes).is_err());
    }

    #[test]
    fn a_spliced_leaf_is_itself_or_refused(at in 0usize..600, len in 0usize..40, with in "[ -~\n]{0,40}") {
        let mut bytes = leaf().to_bytes();
        let at = at.min(bytes.len());
        let end = (at + len).min(bytes.len());
        bytes.splice(at..end, with.bytes());
        if let Ok((other, event)) = Leaf::parse(&bytes) {
            prop_assert_eq!(other.to_bytes(), bytes);
            prop_assert_eq!(event.bytes(), other.body.as_slice());
        }
    }
}
