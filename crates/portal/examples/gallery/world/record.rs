//! The record and the rules, how ready the installation is, and what it promises.

use std::collections::BTreeMap;

use portal::{
    installation::{ReadinessItem, ReadinessShown},
    pages::{Confirm, Page},
    privacy::pages::{Kept, KeptGroup, Policy},
    trail::{
        Matrix, MatrixRow, TrailEvent, TrailList, TrailObject, TrailSeal,
        pages::{Filter, TrailPage},
    },
};
use uuid::Uuid;

use super::*;

pub(super) fn denied() -> Filter {
    Filter { result: "denied".into(), ..Filter::default() }
}

pub(super) fn event(
    number: i64,
    seconds: i64,
    who: &str,
    action: &str,
    result: &str,
    objects: &[(&str, &str)],
) -> TrailEvent {
    let kind = match who {
        "job" | "anyone" => who,
        _ => "person",
    };
    let object = |(at, (kind, name)): (usize, &(&str, &str))| TrailObject {
        kind: (*kind).to_owned(),
        id: id(500 + u128::try_from(at).unwrap_or_default()),
        name: Some((*name).to_owned()),
    };
    TrailEvent {
        number: 48_219 - number,
        id: id(u128::try_from(number).unwrap_or_default() + 1),
        at: ago(seconds).to_string(),
        action: action.into(),
        actor: (kind == "person").then(|| id(who.len().try_into().unwrap_or_default())),
        actor_name: (kind == "person").then(|| who.to_owned()),
        actor_kind: kind.into(),
        object: None,
        object_kind: None,
        objects: objects.iter().enumerate().map(object).collect(),
        result: result.into(),
        source: Some("198.51.100.23".into()),
        request: id(900),
        chain: "organisation".into(),
        relations: texts(["staff", "contributor"]),
        facts: BTreeMap::new(),
        private: BTreeMap::new(),
        sealed: 2 < number,
        seal: (2 < number).then(|| TrailSeal {
            index: 48_200 - number,
            sequence: 7_411 - number,
            leaf: "9f2c41aa07be1d3358c2a4f60b7e91d29f2c41aa07be1d3358c2a4f60b7e7d03".into(),
        }),
    }
}

pub(super) fn fact(mut event: TrailEvent, name: &str, value: &str) -> TrailEvent {
    event.facts.insert(name.into(), value.into());
    event
}

pub(super) fn events() -> Vec<TrailEvent> {
    let (shop, booking, dns) =
        (("project", "Shop migration"), ("project", "Booking site relaunch"), ("credential", "DNS at the registrar"));
    let mut reveal = event(1, 92, "Ana Castro", "credential.reveal", "done", &[dns, booking]);
    reveal.private.insert("reason".into(), "cut-over test".into());
    let mut elsewhere = event(6, 15 * HOUR, "Sam Okafor", "project.show", "denied", &[]);
    elsewhere.relations = texts(["anyone"]);
    vec![
        event(0, 53, "Tom Reyes", "project.member.remove", "denied", &[shop, ("member", "Ana Castro")]),
        reveal,
        fact(event(2, 31 * MINUTE, "Tom Reyes", "project.status.set", "done", &[booking]), "to", "waiting_on_client"),
        fact(event(3, 48 * MINUTE, "Tom Reyes", "message.post", "done", &[booking]), "visibility", "client"),
        event(4, 50 * MINUTE, "Tom Reyes", "session.open", "done", &[]),
        event(5, 101 * MINUTE, "job", "session.sweep", "done", &[]),
        elsewhere,
        event(7, 17 * HOUR, "Petra Lindqvist", "credential.store", "done", &[dns, booking]),
        event(8, 19 * HOUR, "Maya Lindqvist", "organisation.show", "failed", &[]),
        fact(
            event(9, 22 * HOUR, "Maya Lindqvist", "project.member.add", "done", &[shop, ("person", "Jo Adeyemi")]),
            "role",
            "contributor",
        ),
    ]
}

pub(super) fn trail_page(page: Page, opened: Option<Uuid>, filter: Filter) -> TrailPage {
    let mut events = events();
    events.retain(|event| filter.result.is_empty() || event.result == filter.result);
    let list = TrailList { events, next: Some("48210".into()), ..TrailList::default() };
    TrailPage { page, list, filter, opened, rules: rules(), people: vec![] }
}

pub(super) fn trail_empty() -> TrailPage {
    let filter = Filter { actor: id(77).to_string(), cursor: "9".into(), ..Filter::default() };
    TrailPage { list: TrailList::default(), ..trail_page(maya("/trail"), None, filter) }
}

pub(super) fn rules() -> Vec<MatrixRow> {
    portal::trail::rows(&portal::catalogue::catalogue())
}

pub(super) fn matrix() -> Matrix {
    Matrix {
        rows: rules(),
        relations: portal::standing::RELATIONS.iter().map(|relation| relation.name.to_owned()).collect(),
    }
}

pub(super) fn readiness() -> ReadinessShown {
    let item = |name: &str, wired, words: &str, minutes| ReadinessItem {
        name: name.into(),
        wired,
        words: words.into(),
        minutes,
    };
    ReadinessShown {
        items: vec![
            item("https", false, "Plain HTTP: for this machine only. Start with --tls or behind a proxy.", Some(5)),
            item("database", true, "SQLite, on this machine. What was acknowledged is on disk.", None),
            item("record", true, "48219 events sealed, the last checkpoint signed a moment ago.", None),
            item("errors", true, "The last one was received 2026-11-24 08:12 UTC.", None),
            item(
                "alerts",
                false,
                "slack: received 2026-11-24 08:12 UTC; mail: not received, the mail server cannot be reached. \
                 Try it: plimsoll-portal doctor --send.",
                Some(3),
            ),
            item("somebody_sees", true, "Somebody saw the last test alert 2026-11-24 08:13 UTC.", None),
            item("heartbeat", false, "Nobody notices when this machine falls silent. Start with --heartbeat.", Some(3)),
            item("outside", true, "Asked 2026-11-24 08:41 UTC by Uptime/2.1.", None),
            item("backup", true, "The newest was taken 2026-06-24 03:00 UTC; one every 1d, kept for 30 days.", None),
            item(
                "drill",
                true,
                "Restored beside the portal and signed in to 2026-06-21 04:00 UTC; once every 7d.",
                None,
            ),
            item("recovery_kit", true, "Somebody has confirmed that it is kept elsewhere.", None),
            item("second_factor", false, "Sign-in is by password alone in this version.", None),
        ],
        minutes: 11,
    }
}

pub(super) fn unwell() -> Vec<(String, &'static str)> {
    vec![
        ("2026-11-24 08:31 UTC".into(), "Nothing can be saved, and most pages cannot be shown."),
        ("2026-11-24 08:33 UTC".into(), "Pages take longer than usual."),
    ]
}

pub(super) fn policy() -> Policy {
    let kept = |what: &str, why: &str, how_long: &str, erasure: &str| Kept {
        what: what.into(),
        why: why.into(),
        how_long: how_long.into(),
        copy: "yes, but for what is secret".into(),
        erasure: erasure.into(),
    };
    Policy {
        page: guest("/privacy"),
        controller: "Halden & Rook, Storgata 12, Oslo".into(),
        contact: "privacy@haldenrook.example".into(),
        groups: vec![
            KeptGroup {
                title: "Your account".into(),
                kept: vec![
                    kept(
                        "Name",
                        "so that the others know who writes",
                        "as long as the account",
                        "replaced by “former member”",
                    ),
                    kept("Mail address", "to sign you in", "as long as the account", "erased"),
                    kept(
                        "Password",
                        "to sign you in; kept as an Argon2id hash only",
                        "as long as the account",
                        "erased",
                    ),
                ],
            },
            KeptGroup {
                title: "Sign-ins".into(),
                kept: vec![kept(
                    "Browser and network address",
                    "so that you see where you are signed in",
                    "30 days after the last use",
                    "erased",
                )],
            },
        ],
    }
}

pub(super) fn confirm() -> Confirm {
    Confirm {
        page: tom(&path("")),
        title: "Delete “Booking site relaunch”?".into(),
        consequence: "12 documents and 48 messages go with it. You can bring it back until 22 Dec.".into(),
        word: "Booking site relaunch".into(),
        action: path("/delete"),
        button: "Delete project".into(),
        back: path(""),
    }
}
