//! The sweep: for every action, who-may off, then the record off. Each time the audit names the action, or the portal
//! itself refuses, or nobody can tell that anything was dropped; the last two are not believed but shown.

use std::collections::BTreeSet;
use std::path::Path;

use audit::evidence::{Dossier, Trial};
use audit::manifest::Manifest;
use audit::verdict::{Finding, Verdict};
use door::uuid::Uuid;
use door::{Effect, Ids, Refusal, Relation, Relations, Verb, Way};
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, Key};
use crate::harbour::{Harbour, NEVER, gaps};

/// Actions that nobody can do more of without who-may: everybody finds his own things by his own identity, and what is
/// everybody's in the rooms was everybody's before; and an invitation asks for the rank of whoever gives it, besides. The sweep
/// holds each answer against the intact portal's.
const NOBODY_CAN_TELL: [&str; 21] = [
    "account.event.list",
    "account.notice.list",
    "account.show",
    "event.list",
    "invitation.create",
    "invitation.renew",
    "invitation.withdraw",
    "matrix.show",
    "organisation.enter",
    "organisation.joinable.list",
    "organisation.show",
    "project.list",
    "request.waiting",
    "session.close",
    "session.show",
    "token.create",
    "token.revoke",
    "trust.show",
    "upload.append",
    "upload.drop",
    "upload.show",
];
/// Actions of which the audit only suspects that they are open, and says so: a stranger is answered with success, and what he
/// made or set is shown to those alone who may, so that he cannot read it back; a number carries no canary, either.
const SUSPECTED: [&str; 5] =
    ["organisation.access.set", "organisation.factor.set", "organisation.mail.set", "retention.set", "upload.begin"];
/// What is one's own and named by nothing: there is nobody's but one's own to try it on.
const NOTHING_TO_TRY: [&str; 3] = ["account.mail.ask", "account.name.set", "account.notice.set"];
/// Actions that leave no row whose event the database could miss, because they give something out or only announce it:
/// the audit has to miss the event, by this check.
const NO_ROW_OF_ITS_OWN: [(&str, &str); 9] = [
    ("client.copy", "AT02"),
    ("membership.report", "AT02"),
    ("organisation.copy", "AT02"),
    ("request.bundle", "AT02"),
    ("request.version.download", "AT02"),
    ("request.version.preview", "AT02"),
    ("trail.export", "AT02"),
    ("upload.begin", "AT01"),
    ("upload.drop", "AT01"),
];

/// Actions that only another server brings about, which the sweep has none of: an organisation's provider of sign-ins, and the
/// name server of its domain.
const WITH_A_SERVER: [&str; 8] = [
    "organisation.join",
    "provider.remove",
    "provider.requirement.set",
    "provider.set",
    "provider.subject.connect",
    "provider.subject.remove",
    "session.provider.begin",
    "session.provider.open",
];

/// The same, and nobody misses the event yet: the walk is told never to send it, or cannot tell one letter from another.
const NOT_MISSED: [&str; 4] = ["account.copy", "account.mail.ask", "password.link.send", "session.link.send"];

#[tokio::test(flavor = "multi_thread")]
async fn without_who_may_the_audit_names_the_action() {
    let catalogue = portal::catalogue::catalogue();
    let mut named = 0;
    let (mut alike, mut suspected, mut untried) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut missed = Vec::new();
    for entry in catalogue.entries() {
        let Way::Http(verb, path) = entry.spec.way else { continue };
        // What anonymous may, nobody is kept from.
        if entry.spec.may.meet(Relations::of(&[Relation::ANYONE])) {
            continue;
        }
        // What the walk is told never to send, it cannot see.
        if never_sent(verb, path) {
            println!("{}: never sent", entry.spec.name);
            continue;
        }
        let (name, subject) = (entry.spec.name, subject(verb, path));
        let opened = Harbour::open(&gaps::without_who_may(name)).await.walk(Some(&subject)).await;
        let outcome = audit::outcome(&opened);
        let found = gaps(&outcome);
        if !found.is_empty() && found.iter().all(|gap| gap.ends_with(&subject)) {
            named += 1;
            continue;
        }
        let suspects = |one: &Finding| one.verdict == Verdict::Suspected && one.subject == subject;
        if found.is_empty() && SUSPECTED.contains(&name) && outcome.findings.iter().any(suspects) {
            suspected.insert(name);
            continue;
        }
        let intact = Harbour::open(&portal::Parts::real()).await.walk(Some(&subject)).await;
        let (opened, intact) = (answers(&opened), answers(&intact));
        if found.is_empty() && opened.is_empty() && intact.is_empty() {
            untried.insert(name);
            continue;
        }
        if found.is_empty() && !intact.is_empty() && opened == intact {
            println!("{name}: {} answers to those who may not, alike", intact.len());
            alike.insert(name);
            continue;
        }
        let differ: Vec<_> = opened.symmetric_difference(&intact).collect();
        missed.push(format!("{name}: {found:?} {differ:#?}"));
    }
    assert!(missed.is_empty(), "not named, or something else was: {missed:#?}");
    assert_eq!(alike, NOBODY_CAN_TELL.into(), "nobody can tell these without who-may");
    assert_eq!(suspected, SUSPECTED.into(), "the audit suspects more, or less");
    assert_eq!(untried, NOTHING_TO_TRY.into(), "there is more, or less, that nobody tries");
    assert!(named >= 10, "only {named} actions were swept");
}

/// Whether the manifest keeps the walk from an action.
fn never_sent(verb: Verb, path: &str) -> bool {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plimsoll.toml");
    let (manifest, path) = (Manifest::load(&manifest).unwrap(), format!("/api/v1{path}"));
    NEVER == (verb.name(), path.as_str()) || manifest.target.never.iter().any(|never| never.matches(verb.name(), &path))
}

fn subject(verb: Verb, path: &str) -> String {
    format!("{} /api/v1{path}", verb.name())
}

/// What everybody is given who was tried: role, relation and whether it is more than a refusal.
fn answers(dossier: &Dossier) -> BTreeSet<String> {
    let trials: Vec<(&str, Trial)> = dossier.all();
    let attempts = trials.iter().flat_map(|(_, trial)| trial.attempts.iter().map(move |attempt| (trial.form, attempt)));
    attempts
        .map(|(form, attempt)| {
            let how = attempt.state.as_ref().unwrap_or(&attempt.relation);
            let given: Vec<_> = attempt.exchanges.iter().map(|one| (one.reading, one.sightings.len())).collect();
            format!("{form:?} by {} as {how}: {given:?}", attempt.actor.role)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_record_the_database_refuses_or_the_audit_misses_it() {
    let (mut refused, mut expected) = (0, BTreeSet::new());
    for entry in portal::catalogue::catalogue().entries() {
        let changes = matches!(entry.effect, Effect::Change | Effect::Disclose);
        let Way::Http(verb, path) = entry.spec.way else { continue };
        if !changes {
            continue;
        }
        let name = entry.spec.name;
        if WITH_A_SERVER.contains(&name) {
            println!("{name}: not swept");
            continue;
        }
        let harbour = Harbour::open(&gaps::without_record(&[name])).await;
        let answer = act(&harbour, name).await;
        if let Some((_, check)) = NO_ROW_OF_ITS_OWN.iter().find(|(known, _)| *known == name) {
            assert!(answer.is_ok(), "{name} is refused without a record now: take it off the list");
            expected.insert(format!("{check} {}", subject(verb, path)));
            continue;
        }
        if NOT_MISSED.contains(&name) {
            assert!(answer.is_ok(), "{name}: take it off the list: {answer:?}");
            continue;
        }
        assert_eq!(answer, Err(Refusal::Broken), "{name} was done without a record");
        refused += 1;
    }
    assert!(refused > 10, "only {refused} actions were swept");
    let outcome =
        Harbour::open(&gaps::without_record(&NO_ROW_OF_ITS_OWN.map(|(name, _)| name))).await.audit(None).await;
    let told: Vec<_> = outcome.findings.iter().filter(|one| one.check.starts_with("AT")).collect();
    assert_eq!(gaps(&outcome).into_iter().collect::<BTreeSet<_>>(), expected, "{told:#?}");
}

/// Does one action as maya, after everything that it needs.
async fn on_an_invitation(harbour: &Harbour, name: &str, token: &str) -> door::Result<Value> {
    let invited = json!({"mail": "nora@example.com", "role": "staff"});
    let made = harbour.pass("invitation.create", token, Ids::default(), invited).await?;
    let id = made["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    let secret = made["link"].as_str().and_then(|link| link.rsplit('/').next()).unwrap_or_default();
    match name {
        "invitation.create" => Ok(made),
        "invitation.accept" => {
            let account = json!({"token": secret, "name": "Nora Berg", "password": "nine otters in the rain"});
            harbour.pass(name, "", Ids::default(), account).await
        }
        _ => harbour.pass(name, token, Ids(vec![("invitation", id)]), json!({})).await,
    }
}

async fn act(harbour: &Harbour, name: &str) -> door::Result<Value> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    let none = || Ids::default();
    let sign_in = json!({"mail": "maya@example.com", "password": "a fine long password"});
    let opened = harbour.pass("session.open", "", none(), sign_in).await?;
    let token = opened["token"].as_str().unwrap_or_default().to_owned();
    let organisation = id(&opened["organisations"][0]);
    let here = Ids(vec![("organisation", organisation)]);
    harbour.pass("organisation.enter", &token, here.clone(), json!({})).await?;
    let clients = harbour.pass("client.list", &token, none(), json!({})).await?;
    let made = harbour
        .pass("project.create", &token, none(), json!({"title": "Work", "client": clients["clients"][0]["id"]}))
        .await?;
    let project = id(&made["id"]);
    let at = |more: &[(&'static str, Uuid)]| Ids([&[("project", project)], more].concat());
    let people = harbour.pass("organisation.show", &token, here.clone(), json!({})).await?;
    let tom = people["people"].as_array().into_iter().flatten().find(|person| person["name"] == "tom").cloned();
    let tom = id(&tom.unwrap_or_default()["person"]);
    match name {
        "session.open" | "organisation.enter" | "project.create" => unreachable_here(name),
        "session.close" => harbour.pass(name, &token, none(), json!({})).await,
        "token.create" => {
            harbour.pass(name, &token, none(), json!({"name": "ci", "scopes": ["project:look"], "days": 1})).await
        }
        "token.revoke" => {
            let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
            let made = harbour.pass("token.create", &token, none(), wanted).await?;
            harbour.pass(name, &token, Ids(vec![("token", id(&made["id"]))]), json!({})).await
        }
        "session.confirm" => harbour.pass(name, &token, none(), json!({"password": "a fine long password"})).await,
        "session.end" => {
            let again = json!({"mail": "maya@example.com", "password": "a fine long password"});
            let other = harbour.pass("session.open", "", none(), again).await?;
            harbour.pass(name, &token, Ids(vec![("session", id(&other["id"]))]), json!({})).await
        }
        "session.others.end" => {
            let again = json!({"mail": "maya@example.com", "password": "a fine long password"});
            harbour.pass("session.open", "", none(), again).await?;
            harbour.pass(name, &token, none(), json!({})).await
        }
        "password.set" => {
            let wanted = json!({"old": "a fine long password", "new": "quite another one"});
            harbour.pass(name, &token, none(), wanted).await
        }
        invitation if invitation.starts_with("invitation.") => on_an_invitation(harbour, name, &token).await,
        "session.link.send" => harbour.pass(name, "", none(), json!({"mail": "maya@example.com"})).await,
        "session.link.open" => {
            let asked = harbour.pass("session.link.send", "", none(), json!({"mail": "maya@example.com"})).await?;
            let shown = harbour.link_in_a_letter("/sign-in/link/").await;
            harbour.pass(name, "", none(), json!({"token": shown, "secret": asked["secret"]})).await
        }
        "password.link.send" => harbour.pass(name, "", none(), json!({"mail": "maya@example.com"})).await,
        "password.reset" => {
            let link =
                portal::wires::console::pass(&harbour.door, "person.reset", r#"{"mail":"tom@example.com"}"#).await;
            let link = link.map_err(|_| Refusal::Broken)?;
            let shown = link["path"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            harbour.pass(name, "", none(), json!({"token": shown, "password": "nine otters in the rain"})).await
        }
        factor if factor.starts_with("factor.") || factor.starts_with("recovery_code.") => {
            on_a_factor(harbour, name, &token).await
        }
        passkey if passkey.contains("passkey.") => on_a_passkey(harbour, name, &token).await,
        "client.create" => harbour.pass(name, &token, none(), json!({"name": "New"})).await,
        "membership.report" => harbour.pass(name, &token, none(), json!({})).await,
        "membership.role.set" => harbour.pass(name, &token, Ids(vec![("person", tom)]), json!({"role": "admin"})).await,
        "membership.suspend" | "membership.remove" => {
            harbour.pass(name, &token, Ids(vec![("person", tom)]), json!({})).await
        }
        "membership.resume" => {
            let tom = Ids(vec![("person", tom)]);
            harbour.pass("membership.suspend", &token, tom.clone(), json!({})).await?;
            harbour.pass(name, &token, tom, json!({})).await
        }
        "session.view.begin" | "session.view.end" => {
            let sam = people["people"].as_array().into_iter().flatten().find(|person| person["name"] == "sam").cloned();
            let sam = Ids(vec![("person", id(&sam.unwrap_or_default()["person"]))]);
            let begun = harbour.pass("session.view.begin", &token, sam, json!({})).await?;
            if name == "session.view.begin" { Ok(begun) } else { harbour.pass(name, &token, none(), json!({})).await }
        }
        "organisation.leave" => {
            let sign_in = json!({"mail": "tom@example.com", "password": "a fine long password"});
            let tom = harbour.pass("session.open", "", none(), sign_in).await?;
            harbour.pass(name, tom["token"].as_str().unwrap_or_default(), here, json!({})).await
        }
        "project.status.set" => {
            harbour.pass(name, &token, at(&[]), json!({"status": "active", "sentence": "We began."})).await
        }
        "project.member.add" => harbour.pass(name, &token, at(&[]), json!({"person": tom, "role": "viewer"})).await,
        "project.member.remove" => {
            harbour.pass("project.member.add", &token, at(&[]), json!({"person": tom, "role": "viewer"})).await?;
            harbour.pass(name, &token, at(&[("member", tom)]), json!({})).await
        }
        "account.name.set" => harbour.pass(name, &token, none(), json!({"name": "Maya Lindqvist"})).await,
        "account.notice.end" => {
            let safe = &harbour.door.world::<portal::world::World>()?.safe;
            let whose = portal::ids::PersonId(id(&opened["person"]));
            let link = portal::notices::end_token(safe, whose, &[portal::notices::Topic::Waiting])?;
            harbour.pass(name, "", none(), json!({ "token": link })).await
        }
        "account.notice.set" => harbour.pass(name, &token, none(), json!({"messages": "at_once"})).await,
        "account.mail.ask" => harbour.pass(name, &token, none(), json!({"mail": "new@example.com"})).await,
        "account.mail.confirm" => {
            harbour.pass("account.mail.ask", &token, none(), json!({"mail": "new@example.com"})).await?;
            let shown = harbour.link_in_a_letter("/account/mail/").await;
            harbour.pass(name, &token, none(), json!({ "token": shown })).await
        }
        "account.copy" => harbour.pass(name, &token, none(), json!({})).await,
        "account.delete" => on_toms_account(harbour, &[name]).await,
        "account.keep" => on_toms_account(harbour, &["account.delete", name]).await,
        "organisation.copy" => harbour.pass(name, &token, here, json!({})).await,
        "client.delete" | "client.keep" => {
            let (client, typed) = (&clients["clients"][0], json!({"name": clients["clients"][0]["name"]}));
            let at = || Ids(vec![("client", id(&client["id"]))]);
            let asked = harbour.pass("client.delete", &token, at(), typed).await?;
            if name == "client.delete" { Ok(asked) } else { harbour.pass(name, &token, at(), json!({})).await }
        }
        "organisation.delete" | "organisation.keep" => {
            let shown = harbour.pass("organisation.deletion.show", &token, none(), json!({})).await?;
            let asked = harbour.pass("organisation.delete", &token, none(), json!({"name": shown["name"]})).await?;
            if name == "organisation.delete" { Ok(asked) } else { harbour.pass(name, &token, none(), json!({})).await }
        }
        "client.copy" => {
            let client = Ids(vec![("client", id(&clients["clients"][0]["id"]))]);
            harbour.pass(name, &token, client, json!({})).await
        }
        "trail.export" => harbour.pass(name, &token, none(), json!({"format": "csv"})).await,
        "webhook.create" => harbour.pass(name, &token, none(), json!({"url": "https://siem.example/hook"})).await,
        "webhook.address.set" | "webhook.rotate" | "webhook.remove" => {
            let url = json!({"url": "https://siem.example/hook"});
            let made = harbour.pass("webhook.create", &token, none(), url.clone()).await?;
            let input = if name == "webhook.address.set" { url } else { json!({}) };
            harbour.pass(name, &token, Ids(vec![("webhook", id(&made["id"]))]), input).await
        }
        "service.create" => harbour.pass(name, &token, none(), json!({"name": "Build", "role": "staff"})).await,
        "service.token.create" | "service.token.revoke" => {
            let made =
                harbour.pass("service.create", &token, none(), json!({"name": "Build", "role": "staff"})).await?;
            let service = ("service", id(&made["id"]));
            let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
            let made = harbour.pass("service.token.create", &token, Ids(vec![service]), wanted).await?;
            if name == "service.token.create" {
                return Ok(made);
            }
            harbour.pass(name, &token, Ids(vec![service, ("token", id(&made["id"]))]), json!({})).await
        }
        "organisation.mail.set" => harbour.pass(name, &token, none(), json!({"domains": ["example.com"]})).await,
        "domain.add" | "domain.verify" | "domain.remove" | "domain.joining.set" => {
            let added = harbour.pass("domain.add", &token, none(), json!({"name": "halden.example"})).await?;
            let domain = Ids(vec![("domain", id(&added["id"]))]);
            match name {
                "domain.add" => Ok(added),
                // Nobody has proved it: nothing can be opened, and closed it is.
                "domain.joining.set" => harbour.pass(name, &token, domain, json!({"open": false})).await,
                _ => harbour.pass(name, &token, domain, json!({})).await,
            }
        }
        "client.mail.set" => {
            let client = Ids(vec![("client", id(&clients["clients"][0]["id"]))]);
            harbour.pass(name, &token, client, json!({"domains": ["example.com"]})).await
        }
        "client.archive" | "client.reopen" => {
            let client = || Ids(vec![("client", id(&clients["clients"][0]["id"]))]);
            let archived = harbour.pass("client.archive", &token, client(), json!({})).await?;
            if name == "client.archive" { Ok(archived) } else { harbour.pass(name, &token, client(), json!({})).await }
        }
        "organisation.logo.set" | "organisation.logo.remove" => {
            let sent =
                harbour.hand_in("organisation.logo.set", &token, none(), "logo.png", b"\x89PNG\r\n\x1a\n").await?;
            if name == "organisation.logo.set" { Ok(sent) } else { harbour.pass(name, &token, none(), json!({})).await }
        }
        "organisation.look.set" => harbour.pass(name, &token, none(), json!({"name": "Halden"})).await,
        "organisation.access.set" => harbour.pass(name, &token, none(), json!({"unused_minutes": 480})).await,
        "organisation.factor.set" => {
            on_a_factor(harbour, "factor.confirm", &token).await?;
            harbour.pass(name, &token, none(), json!({"days": 14})).await
        }
        directory if directory.starts_with("directory.") => on_a_directory(harbour, name, &token).await,
        "retention.set" => harbour.pass(name, &token, none(), json!({"messages_days": 30})).await,
        "processing.set" => {
            let said = json!({"legal_name": "Halden GmbH", "address": "Quay 1", "contact": "privacy@example.com"});
            harbour.pass(name, &token, none(), said).await
        }
        "hold.create" => harbour.pass(name, &token, none(), json!({"reason": "A case"})).await,
        "hold.lift" => {
            let held = harbour.pass("hold.create", &token, none(), json!({"reason": "A case"})).await?;
            harbour.pass(name, &token, Ids(vec![("hold", id(&held["id"]))]), json!({})).await
        }
        "incident.open" => harbour.pass(name, &token, none(), json!({"title": "A theft", "text": "A laptop."})).await,
        "incident.note" => {
            let opened =
                harbour.pass("incident.open", &token, none(), json!({"title": "A theft", "text": "A laptop."})).await?;
            let ids = Ids(vec![("incident", id(&opened["id"]))]);
            harbour.pass(name, &token, ids, json!({"kind": "note", "text": "Found again."})).await
        }
        "message.post" => harbour.pass(name, &token, at(&[]), json!({"text": "Hello"})).await,
        "credential.store" => harbour.pass(name, &token, at(&[]), json!({"title": "DNS", "secret": "s"})).await,
        "credential.reveal" => {
            on_a_factor(harbour, "factor.confirm", &token).await?;
            let stored =
                harbour.pass("credential.store", &token, at(&[]), json!({"title": "DNS", "secret": "s"})).await?;
            harbour.pass(name, &token, at(&[("credential", id(&stored["id"]))]), json!({"reason": "A record"})).await
        }
        request if request.starts_with("request.") || request.starts_with("upload.") => {
            on_a_request(harbour, name, &token, project).await
        }
        other => panic!("the sweep does not know how to do {other}"),
    }
}

/// Does something to the organisation's directory, after everything that it needs.
async fn on_a_directory(harbour: &Harbour, name: &str, token: &str) -> door::Result<Value> {
    on_a_factor(harbour, "factor.confirm", token).await?;
    let set = harbour.pass("directory.set", token, Ids::default(), json!({"role": "staff"})).await?;
    let wanted = json!({"name": "Entra", "days": 1});
    match name {
        "directory.set" => Ok(set),
        "directory.token.create" => harbour.pass(name, token, Ids::default(), wanted).await,
        "directory.token.revoke" => {
            let made = harbour.pass("directory.token.create", token, Ids::default(), wanted).await?;
            let id = made["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
            harbour.pass(name, token, Ids(vec![("token", id)]), json!({})).await
        }
        "directory.group.standing.set" => {
            // By its own token it writes a group down.
            let made = harbour.pass("directory.token.create", token, Ids::default(), wanted).await?;
            let own = made["token"].as_str().unwrap_or_default();
            let group = json!({"displayName": "Office"});
            let group = harbour.pass("directory.group.create", own, Ids::default(), group).await?;
            let id = group["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
            harbour.pass(name, token, Ids(vec![("group", id)]), json!({"gives": "admin"})).await
        }
        _ => harbour.pass(name, token, Ids::default(), json!({})).await,
    }
}

/// Does something to a second factor, after everything that it needs.
async fn on_a_factor(harbour: &Harbour, name: &str, token: &str) -> door::Result<Value> {
    let begun = harbour.pass("factor.begin", token, Ids::default(), json!({})).await?;
    if name == "factor.begin" {
        return Ok(begun);
    }
    let secret = portal::identity::factor::Secret::parse(begun["secret"].as_str().unwrap_or_default()).unwrap();
    let code = json!({"code": secret.code(harbour.door.now())});
    let confirmed = harbour.pass("factor.confirm", token, Ids::default(), code).await?;
    if name == "factor.confirm" { Ok(confirmed) } else { harbour.pass(name, token, Ids::default(), json!({})).await }
}

/// Does something with a passkey, after everything that it needs.
async fn on_a_passkey(harbour: &Harbour, name: &str, token: &str) -> door::Result<Value> {
    let origin = harbour.url.as_str();
    let mut phone = Authenticator::new(Key::es256(), origin);
    let begun = harbour.pass("passkey.begin", token, Ids::default(), json!({})).await?;
    let made = json!({"credential": phone.create(&begun["public_key"])});
    let added = harbour.pass("passkey.confirm", token, Ids::default(), made).await?;
    let id = added["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    let this = Ids(vec![("passkey", id)]);
    match name {
        "passkey.confirm" => Ok(added),
        "passkey.name.set" => harbour.pass(name, token, this, json!({"name": "Phone"})).await,
        "session.passkey.open" => {
            let begun = harbour.pass("session.passkey.begin", "", Ids::default(), json!({})).await?;
            let shown = json!({"secret": begun["secret"], "passkey": phone.get(&begun["public_key"])});
            harbour.pass(name, "", Ids::default(), shown).await
        }
        _ => harbour.pass(name, token, this, json!({})).await,
    }
}

/// Does things with tom's account, one after the other: maya is the last owner, and stays.
async fn on_toms_account(harbour: &Harbour, deeds: &[&str]) -> door::Result<Value> {
    let sign_in = json!({"mail": "tom@example.com", "password": "a fine long password"});
    let opened = harbour.pass("session.open", "", Ids::default(), sign_in).await?;
    let tom = opened["token"].as_str().unwrap_or_default();
    let mut last = Value::Null;
    for deed in deeds {
        let input = if *deed == "account.delete" { json!({"mail": "tom@example.com"}) } else { json!({}) };
        last = harbour.pass(deed, tom, Ids::default(), input).await?;
    }
    Ok(last)
}

/// Does something to a request of maya's, after everything that it needs; what the other side decides, petra does.
async fn on_a_request(harbour: &Harbour, name: &str, token: &str, project: Uuid) -> door::Result<Value> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    let wanted = json!({"kind": "approval", "title": "Homepage"});
    let in_project = Ids(vec![("project", project)]);
    if matches!(name, "request.create" | "request.bundle") {
        let input = if name == "request.create" { wanted } else { json!({}) };
        return harbour.pass(name, token, in_project, input).await;
    }
    let made = harbour.pass("request.create", token, in_project, wanted).await?;
    let at =
        |more: &[(&'static str, Uuid)]| Ids([&[("project", project), ("request", id(&made["id"]))], more].concat());
    let announced = json!({"name": "a.txt", "length": 5});
    match name {
        "request.comment.post" => return harbour.pass(name, token, at(&[]), json!({"text": "On Friday."})).await,
        "request.withdraw" => return harbour.pass(name, token, at(&[]), json!({})).await,
        "upload.begin" => return harbour.pass(name, token, at(&[]), announced).await,
        "upload.drop" => {
            let begun = harbour.pass("upload.begin", token, at(&[]), announced).await?;
            return harbour.pass(name, token, at(&[("upload", id(&begun["id"]))]), json!({})).await;
        }
        _ => {}
    }
    // A page that can be shown: the smallest picture there is.
    let handed = harbour.hand_in("request.submit", token, at(&[]), "dot.gif", DOT).await?;
    let version = at(&[("version", id(&handed["version"]))]);
    match name {
        "request.submit" => Ok(handed),
        "request.version.download" | "request.version.preview" => harbour.pass(name, token, version, json!({})).await,
        "request.approve" | "request.changes.ask" | "request.reject" => {
            let sign_in = json!({"mail": "petra@example.com", "password": "a fine long password"});
            let opened = harbour.pass("session.open", "", Ids::default(), sign_in).await?;
            let petra = opened["token"].as_str().unwrap_or_default();
            let here = Ids(vec![("organisation", id(&opened["organisations"][0]))]);
            harbour.pass("organisation.enter", petra, here, json!({})).await?;
            let input = if name == "request.approve" { json!({"name": "petra"}) } else { json!({"words": "Not yet."}) };
            harbour.pass(name, petra, version, input).await
        }
        other => panic!("the sweep does not know how to do {other}"),
    }
}

/// A picture of one point (GIF89a).
const DOT: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// These are on the way to every other action, so the refusal has come before.
fn unreachable_here(name: &str) -> door::Result<Value> {
    panic!("{name} was done without a record")
}
