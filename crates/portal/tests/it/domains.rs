//! Domains that an organisation proves to be its own, with a real name server behind it.

use portal::Parts;
use portal::dns::{Dns, Found};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{Answer, House, People, move_in, on_both};
use crate::mail::Letters;
use crate::name_server::{NameServer, text};
use crate::watch::run_job;

const DAY: i64 = 24 * 3600;

/// A house that asks this server.
pub(crate) async fn asking(house: House, server: &NameServer) -> House {
    house.under(Parts { dns: server.dns(), ..Parts::real() }).await
}

/// A domain that waits for its proof: its id, and the line that lets the server know it.
pub(crate) async fn added(house: &House, token: &str, name: &str) -> (String, String) {
    let added = house.ask(token, "POST", "/organisation/domains", json!({ "name": name })).await;
    assert_eq!(added.status, 200, "{added:?}");
    (added.text("id"), text(&added.text("record_name"), &added.text("record_text")))
}

async fn verify(house: &House, token: &str, id: &str) -> Answer {
    house.ask(token, "POST", &format!("/organisation/domains/{id}/verify"), Value::Null).await
}

/// Proves a domain: its id, and the line that the server has to go on knowing.
pub(crate) async fn proved(house: &House, server: &mut NameServer, token: &str, name: &str) -> (String, String) {
    let (id, line) = added(house, token, name).await;
    server.knows(std::slice::from_ref(&line)).await;
    assert_eq!(verify(house, token, &id).await.body["found"], "there");
    (id, line)
}

async fn shown(house: &House, token: &str) -> Value {
    house.ask(token, "GET", "/organisation/domains", Value::Null).await.body["domains"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_a_name() {
    let Some(mut server) = NameServer::up().await else { return };
    let (name, long) = ("_portal-challenge.halden.example", "x".repeat(700));
    let dns = server.dns();
    assert_eq!(dns.look_for(name, "ours").await, Found::Absent, "there is no such name");
    server.knows(&["--host-record=_portal-challenge.halden.example,192.0.2.7".to_owned()]).await;
    assert_eq!(dns.look_for(name, "ours").await, Found::Absent, "there is, without a text");
    server.knows(&[text(name, "another"), text(name, "ours ")]).await;
    assert_eq!(dns.look_for(name, "ours").await, Found::Other);
    server.knows(&[text(name, "another"), text(name, "ours")]).await;
    assert_eq!(dns.look_for(name, "ours").await, Found::There, "an older answer counts for nothing");
    assert_eq!(dns.look_for(name, "Ours").await, Found::Other);
    // More than one packet holds comes by TCP; more than one string holds is one text.
    server.knows(&[text(name, &"y".repeat(600)), text(name, &long)]).await;
    assert_eq!(dns.look_for(name, &long).await, Found::There);
    // An alias of another name.
    server.knows(&[format!("--cname={name},proofs.example"), text("proofs.example", "ours")]).await;
    assert_eq!(dns.look_for(name, "ours").await, Found::There);
    server.down();
    assert_eq!(dns.look_for(name, "ours").await, Found::Silent);
    // Of two servers one is enough.
    server.knows(&[text(name, "ours")]).await;
    let nobody = NameServer::up().await.unwrap();
    let both = Dns::new(vec![nobody.address, server.address]);
    drop(nobody);
    assert_eq!(both.look_for(name, "ours").await, Found::There);
}

async fn a_record_in_its_dns_proves_a_domain(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let people = move_in(&house).await;
    let house = asking(house, &server).await;
    let owner = people.token("owner");
    for name in ["admin", "runs", "their_admin", "their_member"] {
        let refused =
            house.ask(people.token(name), "POST", "/organisation/domains", json!({"name": "a.example"})).await;
        assert_eq!(refused.status, 403, "{name}");
    }
    for wrong in ["example", "co.uk", "gmail.com", "maya@halden.example", "*.halden.example", "192.0.2.7"] {
        let refused = house.ask(owner, "POST", "/organisation/domains", json!({ "name": wrong })).await;
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
    }
    let made = house.ask(owner, "POST", "/organisation/domains", json!({"name": "Halden.Example."})).await;
    let (id, record) = (made.text("id"), made.text("record_text"));
    assert_eq!(made.text("record_name"), "_portal-challenge.halden.example");
    assert_eq!(record.strip_prefix("portal-verification=").map(str::len), Some(43), "{record}");
    let twice = house.ask(owner, "POST", "/organisation/domains", json!({"name": "halden.example"})).await;
    assert_eq!((twice.status, &twice.body["errors"]["name"]), (422, &json!("is among them already")));

    assert_eq!(verify(&house, owner, &id).await.body, json!({"found": "absent", "verified_at": null}));
    // What else stands there is read, and shown to nobody.
    server.knows(&[text("_portal-challenge.halden.example", "inside: 10.0.0.7")]).await;
    let other = verify(&house, owner, &id).await;
    assert_eq!(other.body, json!({"found": "other", "verified_at": null}));
    assert!(!shown(&house, owner).await.to_string().contains("10.0.0.7"));
    server.knows(&[text("_portal-challenge.halden.example", &record)]).await;
    let there = verify(&house, owner, &id).await;
    assert_eq!((there.status, &there.body["found"]), (200, &json!("there")));
    let domain = shown(&house, people.token("admin")).await[0].clone();
    assert_eq!((&domain["verified_at"], &domain["failures"]), (&there.body["verified_at"], &json!(0)));
    assert!(there.body["verified_at"].is_string() || there.body["verified_at"].is_number(), "{there:?}");

    // It is that organisation's alone, and asks for a proof of now.
    let elsewhere = people.token("elsewhere");
    assert_eq!(shown(&house, elsewhere).await, json!([]));
    for (verb, path) in
        [("POST", format!("/organisation/domains/{id}/verify")), ("DELETE", format!("/organisation/domains/{id}"))]
    {
        for name in ["elsewhere", "their_admin"] {
            assert_eq!(house.ask(people.token(name), verb, &path, Value::Null).await.status, 404, "{name} {verb}");
        }
        assert_eq!(house.ask(people.token("admin"), verb, &path, Value::Null).await.status, 403, "{verb}");
    }
    house.clock.set(house.door.now().plus_seconds(601));
    assert_eq!(verify(&house, owner, &id).await.body["type"], "/problems/step_up");
    let owner = &house.sign_in("owner").await;
    let path = format!("/organisation/domains/{id}");
    assert_eq!(house.ask(owner, "DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(shown(&house, owner).await, json!([]));
    let trail = house.ask(owner, "GET", "/trail?limit=100", Value::Null).await;
    let actions: Vec<&str> =
        trail.body["events"].as_array().unwrap().iter().filter_map(|e| e["action"].as_str()).collect();
    for action in ["domain.add", "domain.verify", "domain.remove"] {
        assert!(actions.contains(&action), "{action} is not among {actions:?}");
    }
}

async fn one_organisation_at_a_time(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let people = move_in(&house).await;
    let house = asking(house, &server).await;
    let (owner, elsewhere) = (people.token("owner"), people.token("elsewhere"));
    let (ours, our_line) = proved(&house, &mut server, owner, "halden.example").await;
    // The other has a text of its own: ours proves nothing for it.
    let (theirs, their_line) = added(&house, elsewhere, "halden.example").await;
    assert_ne!(our_line, their_line);
    assert_eq!(verify(&house, elsewhere, &theirs).await.body["found"], "other");
    server.knows(&[our_line.clone(), their_line.clone()]).await;
    let before = house.count().await.1;
    let taken = verify(&house, elsewhere, &theirs).await;
    assert_eq!((taken.status, &taken.body["detail"]), (409, &json!("domain taken")), "{taken:?}");
    assert!(!taken.body.to_string().contains("Halden"), "{taken:?}");
    assert_eq!(house.count().await.1, before);
    let mut browser = Browser::of(&house, "elsewhere").await;
    let page = browser.get("/organisation/domains").await;
    let refused = browser.send(&page, &format!("/organisation/domains/{theirs}/verify"), &[]).await;
    assert!(refused.status == 409 && refused.says("Somebody else on this portal has proved already"), "{refused:?}");
    assert!(!refused.body.contains(">Halden<"), "{refused:?}");
    // What is below it is another domain.
    let (below, line) = added(&house, elsewhere, "mail.halden.example").await;
    server.knows(&[our_line, their_line, line]).await;
    assert_eq!(verify(&house, elsewhere, &below).await.body["found"], "there");
    // Once it is given up it can be somebody else's.
    let path = format!("/organisation/domains/{ours}");
    assert_eq!(house.ask(owner, "DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(verify(&house, elsewhere, &theirs).await.body["found"], "there");
}

async fn it_is_looked_for_each_day_and_lost_after_seven(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let people = move_in(&house).await;
    let house = asking(house, &server).await;
    let (id, line) = proved(&house, &mut server, people.token("owner"), "halden.example").await;
    let (address, letters) = crate::outside::letter_box().await;
    let watch = portal::watch::Settings { smtp: format!("smtp://{address}").parse().ok(), ..Default::default() };
    let house = house.under(Parts { dns: server.dns(), watch, ..Parts::real() }).await;
    let letters = Letters::in_box(letters);
    let state = async |house: &House| {
        let owner = house.sign_in("owner").await;
        let domain = shown(house, &owner).await[0].clone();
        (
            domain["verified_at"].is_null(),
            domain["failures"].as_i64().unwrap(),
            domain["found"].as_str().unwrap().to_owned(),
        )
    };
    let next_day = async |house: &House| {
        house.clock.set(house.door.now().plus_seconds(DAY));
        run_job(&house.door, "domain.check").await.unwrap();
    };
    // Not before its time.
    server.knows(&[]).await;
    house.clock.set(house.door.now().plus_seconds(DAY - 60));
    run_job(&house.door, "domain.check").await.unwrap();
    assert_eq!(state(&house).await, (false, 0, "there".to_owned()));
    house.clock.set(house.door.now().plus_seconds(60));
    run_job(&house.door, "domain.check").await.unwrap();
    assert_eq!(state(&house).await, (false, 1, "absent".to_owned()));
    let missing = |letters: &[String]| letters.iter().filter(|letter| letter.contains("The proof of")).count();
    let arrived = letters.arrive(&house).await;
    assert_eq!(missing(&arrived), 1, "{arrived:#?}");
    assert!(
        arrived
            .iter()
            .any(|letter| letter.contains("To: owner@example.com")
                && letter.contains("_portal-challenge.halden.example"))
    );
    // Back in time, it is as it was.
    for _ in 0..5 {
        next_day(&house).await;
    }
    assert_eq!(missing(&letters.arrive(&house).await), 0, "once");
    assert_eq!(state(&house).await, (false, 6, "absent".to_owned()));
    // Nobody can shorten or lengthen that by pressing a button.
    let owner = house.sign_in("owner").await;
    assert_eq!(verify(&house, &owner, &id).await.body["found"], "absent");
    assert_eq!(state(&house).await, (false, 6, "absent".to_owned()));
    server.knows(std::slice::from_ref(&line)).await;
    next_day(&house).await;
    assert_eq!(state(&house).await, (false, 0, "there".to_owned()));
    // Six days of nothing, and on the seventh nobody answers: that is no proof either.
    server.knows(&[]).await;
    for _ in 0..6 {
        next_day(&house).await;
    }
    server.down();
    next_day(&house).await;
    assert_eq!(state(&house).await, (true, 7, "silent".to_owned()));
    let arrived = letters.arrive(&house).await;
    assert!(arrived.iter().any(|letter| letter.contains("is not verified any more")), "{arrived:#?}");
    // And it is not asked for any more, until somebody does.
    next_day(&house).await;
    assert_eq!(state(&house).await, (true, 7, "silent".to_owned()));
    server.knows(&[line]).await;
    let owner = house.sign_in("owner").await;
    assert_eq!(verify(&house, &owner, &id).await.body["found"], "there");
    assert_eq!(state(&house).await, (false, 0, "there".to_owned()));
}

async fn by_the_page_alone(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let _: People = move_in(&house).await;
    let house = asking(house, &server).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/organisation/settings").await;
    assert!(page.body.contains("/organisation/domains"), "{page:?}");
    let page = owner.get("/organisation/domains").await;
    assert!(page.says("None yet."), "{page:?}");
    let refused = owner.send(&page, "/organisation/domains/add", &[("name", "co.uk")]).await;
    assert!(refused.status == 422 && refused.marked().concat().contains("nobody’s own"), "{refused:?}");
    let done = owner.send(&page, "/organisation/domains/add", &[("name", "münchen.example")]).await;
    assert_eq!(done.header("location"), "/organisation/domains", "{done:?}");
    let page = owner.follow(done).await;
    assert!(page.says("_portal-challenge.xn--mnchen-3ya.example") && page.says("münchen.example"), "{page:?}");
    let verify = page.forms().into_iter().find(|form| form.ends_with("/verify")).unwrap();
    let done = owner.send(&page, &verify, &[]).await;
    assert!(owner.follow(done).await.says("there is no such record"));
    let listed = shown(&house, &house.sign_in("owner").await).await[0].clone();
    let said = |key: &str| listed[key].as_str().unwrap().to_owned();
    server.knows(&[text(&said("record_name"), &said("record_text"))]).await;
    let page = owner.get("/organisation/domains").await;
    let done = owner.send(&page, &verify, &[]).await;
    let page = owner.follow(done).await;
    assert!(page.says("verified") && page.says("it is there."), "{page:?}");
    let admin = Browser::of(&house, "admin").await;
    let page = admin.get("/organisation/domains").await;
    assert!(page.says("münchen.example") && !page.forms().iter().any(|form| form.contains("/domains")), "{page:?}");
    assert_eq!(Browser::of(&house, "runs").await.get("/organisation/domains").await.status, 403);
    let remove = verify.replace("/verify", "/remove");
    let page = owner.get("/organisation/domains").await;
    let done = owner.send(&page, &remove, &[]).await;
    assert!(owner.follow(done).await.says("None yet."));
}

on_both!(
    a_record_in_its_dns_proves_a_domain,
    one_organisation_at_a_time,
    it_is_looked_for_each_day_and_lost_after_seven,
    by_the_page_alone,
);
