//! What a verified domain allows: that people join by themselves, and that an organisation's provider alone lets people in. Both
//! in that organisation, and nowhere else.

use std::sync::{Arc, Mutex};

use portal::Parts;
use portal::trail::push::Settings;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::domains::proved;
use crate::house::{House, PASSWORD, People, move_in, on_both};
use crate::issuer::Issuer;
use crate::mail::{Letters, path_in};
use crate::name_server::NameServer;
use crate::providers::{connect, opened, set, wanted, works_elsewhere};

/// A house that goes to this machine's own providers and name server, and whose letters arrive.
async fn with_all(house: House, server: &NameServer) -> (House, People, Letters) {
    let people = move_in(&house).await;
    let (address, letters): (_, Arc<Mutex<Vec<String>>>) = crate::outside::letter_box().await;
    let watch = portal::watch::Settings { smtp: format!("smtp://{address}").parse().ok(), ..Default::default() };
    let push = Settings { private_webhooks: true, syslog: None };
    let house = house.under(Parts { push, watch, dns: server.dns(), ..Parts::real() }).await;
    (house, people, Letters::in_box(letters))
}

async fn status(house: &House, token: &str, verb: &str, path: &str, body: Value) -> u16 {
    house.ask(token, verb, path, body).await.status
}

/// Signs in with a link by mail, which proves that one reads it.
async fn by_mail(house: &House, letters: &Letters, mail: &str) -> String {
    letters.arrive(house).await;
    let asked = house.ask("", "POST", "/session/link", json!({ "mail": mail })).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    let letters = letters.arrive(house).await;
    let letter = letters.iter().find(|letter| letter.contains("/sign-in/link/")).unwrap();
    let path = path_in(letter, "/sign-in/link/");
    let shown = json!({"token": path.rsplit('/').next().unwrap(), "secret": asked.text("secret")});
    house.ask("", "POST", "/session/link/open", shown).await.text("token")
}

async fn joinable(house: &House, token: &str) -> Vec<String> {
    let shown = house.ask(token, "GET", "/account/joinable", Value::Null).await;
    let organisations = shown.body["organisations"].as_array().unwrap_or_else(|| panic!("{shown:?}"));
    organisations.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Somebody else who belongs to the other organisation.
async fn somebody_there(house: &House, people: &People, name: &str, mail: &str) {
    let there = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let there = there.body["memberships"][0]["organisation"].clone();
    let member = json!({"mail": mail, "name": name, "password": PASSWORD, "organisation": there, "role": "staff"});
    house.operator("person.create", member).await;
}

async fn whoever_reads_mail_there_joins_by_a_press_and_as_no_more_than_staff(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let (house, people, letters) = with_all(house, &server).await;
    let owner = people.token("owner");
    somebody_there(&house, &people, "Otto", "otto@halden.example").await;
    somebody_there(&house, &people, "Below", "below@mail.halden.example").await;
    somebody_there(&house, &people, "Evil", "evil@evil-halden.example").await;
    let (domain, _) = proved(&house, &mut server, owner, "halden.example").await;
    let (setting, join) =
        (format!("/organisation/domains/{domain}/joining"), json!({"organisation": people.organisation}));
    let otto = by_mail(&house, &letters, "otto@halden.example").await;
    assert_eq!(joinable(&house, &otto).await, [""; 0], "off until somebody says so");
    assert_eq!(status(&house, &otto, "POST", "/account/joinable", join.clone()).await, 404);
    for name in ["admin", "runs", "their_admin"] {
        let expected = if name == "their_admin" { 404 } else { 403 };
        assert_eq!(
            status(&house, people.token(name), "PUT", &setting, json!({"open": true})).await,
            expected,
            "{name}"
        );
    }
    assert_eq!(status(&house, owner, "PUT", &setting, json!({"open": "perhaps"})).await, 422);
    assert_eq!(status(&house, owner, "PUT", &setting, json!({"open": true})).await, 200);

    // Neither below it nor beside it; and a name that is nobody's own yet.
    for mail in ["below@mail.halden.example", "evil@evil-halden.example"] {
        let token = by_mail(&house, &letters, mail).await;
        assert_eq!(joinable(&house, &token).await, [""; 0], "{mail}");
        assert_eq!(status(&house, &token, "POST", "/account/joinable", join.clone()).await, 404, "{mail}");
    }
    // Whoever has not proved to read it is told of nothing, and joins nothing.
    somebody_there(&house, &people, "Claims", "claims@halden.example").await;
    let claims =
        house.ask("", "POST", "/session", json!({"mail": "claims@halden.example", "password": PASSWORD})).await;
    assert_eq!(joinable(&house, &claims.text("token")).await, [""; 0]);
    assert_eq!(status(&house, &claims.text("token"), "POST", "/account/joinable", join.clone()).await, 404);
    // A token is no sign-in.
    let wanted = json!({"name": "ci", "scopes": ["organisation:look", "organisation:change"], "days": 1});
    let own = house
        .ask("", "POST", "/session", json!({"mail": "otto@halden.example", "password": PASSWORD}))
        .await
        .text("token");
    let token = house.ask(&own, "POST", "/account/tokens", wanted).await.text("token");
    assert_eq!(status(&house, &token, "POST", "/account/joinable", join.clone()).await, 409);

    assert_eq!(joinable(&house, &otto).await, ["Halden"]);
    let more = json!({"organisation": people.organisation, "role": "admin"});
    assert_eq!(status(&house, &otto, "POST", "/account/joinable", more).await, 422);
    letters.arrive(&house).await;
    let joined = house.ask(&otto, "POST", "/account/joinable", join.clone()).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    let letter = letters.only(&house).await;
    assert!(letter.contains("To: owner@example.com") && letter.contains("Otto joined Halden"), "{letter}");
    let enter = format!("/organisations/{}/enter", people.organisation);
    assert_eq!(status(&house, &otto, "POST", &enter, Value::Null).await, 200);
    let account = house.ask(&otto, "GET", "/account", Value::Null).await;
    let here = account.body["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["organisation_name"] == "Halden")
        .unwrap();
    assert_eq!(here["role"], "staff");
    assert_eq!(house.ask(&otto, "GET", "/projects", Value::Null).await.body["projects"], json!([]));
    let trail = house.ask(owner, "GET", "/trail?limit=50", Value::Null).await;
    assert!(
        trail.body["events"].as_array().unwrap().iter().any(|event| event["action"] == "organisation.join"),
        "{trail:?}"
    );

    // Once; and whoever was put out does not come back alone.
    assert_eq!(joinable(&house, &otto).await, [""; 0]);
    let removed = format!("/people/{}", account.text("id"));
    assert_eq!(status(&house, owner, "DELETE", &removed, Value::Null).await, 200);
    let again = by_mail(&house, &letters, "otto@halden.example").await;
    assert_eq!(joinable(&house, &again).await, [""; 0]);
    assert_eq!(status(&house, &again, "POST", "/account/joinable", join.clone()).await, 404);
    // What was lost or taken away lets nobody in.
    let claims = by_mail(&house, &letters, "claims@halden.example").await;
    assert_eq!(joinable(&house, &claims).await, ["Halden"]);
    assert_eq!(status(&house, owner, "DELETE", &format!("/organisation/domains/{domain}"), Value::Null).await, 200);
    assert_eq!(joinable(&house, &claims).await, [""; 0]);
    assert_eq!(status(&house, &claims, "POST", "/account/joinable", join).await, 404);
}

async fn one_joins_by_the_page(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let (house, people, letters) = with_all(house, &server).await;
    let (domain, _) = proved(&house, &mut server, people.token("owner"), "example.com").await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/organisation/domains").await;
    assert!(page.says("Nobody joins by themselves."), "{page:?}");
    let path = format!("/organisation/domains/{domain}/joining/set");
    let done = owner.send(&page, &path, &[]).await;
    assert!(owner.follow(done).await.says("Whoever has proved to read mail under example.com may join"));
    by_mail(&house, &letters, "elsewhere@example.com").await;
    let mut browser = Browser::of(&house, "elsewhere").await;
    let page = browser.get("/organisations").await;
    assert!(page.says("You may join") && page.says("Join Halden"), "{page:?}");
    let done = browser.send(&page, "/account/joinable/join", &[]).await;
    assert_eq!(done.header("location"), "/organisations", "{done:?}");
    let page = browser.follow(done).await;
    assert!(
        !page.says("You may join") && page.forms().contains(&format!("/organisations/{}/enter", people.organisation))
    );
    // Another address afterwards changes nothing of it, and one that is not proved opens nothing.
    let page = owner.get("/organisation/domains").await;
    let done = owner.send(&page, &path, &[]).await;
    assert!(owner.follow(done).await.says("Nobody joins by themselves."));
}

/// The provider's word alone lets people of `example.com` in: the owner's sign-in by it.
async fn required(house: &House, people: &People, server: &mut NameServer, issuer: &Issuer) -> String {
    let owner = people.token("owner");
    set(house, owner, wanted(issuer)).await;
    proved(house, server, owner, "example.com").await;
    connect(house, people, issuer, "owner", "1").await;
    let provided = opened(house, people, issuer, "1").await;
    let required = house.ask(owner, "PUT", "/provider/requirement", json!({"required": true})).await;
    assert_eq!(required.status, 200, "{required:?}");
    provided
}

async fn nobody_locks_the_owners_out(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let (house, people, _) = with_all(house, &server).await;
    let (owner, issuer) = (people.token("owner"), Issuer::up().await);
    let ask = async |token: &str| {
        let answer = house.ask(token, "PUT", "/provider/requirement", json!({"required": true})).await;
        (answer.status, answer.body["detail"].as_str().unwrap_or_default().to_owned())
    };
    for name in ["admin", "runs", "their_admin"] {
        assert_eq!(ask(people.token(name)).await.0, 403, "{name}");
    }
    assert_eq!(ask(owner).await, (409, "no provider".to_owned()));
    set(&house, owner, wanted(&issuer)).await;
    assert_eq!(ask(owner).await, (409, "no domain".to_owned()));
    proved(&house, &mut server, owner, "example.com").await;
    assert_eq!(ask(owner).await, (409, "no owner came".to_owned()));
    // Somebody else's way in shows nothing of an owner's; neither does one that was an hour ago.
    connect(&house, &people, &issuer, "admin", "2").await;
    opened(&house, &people, &issuer, "2").await;
    assert_eq!(ask(owner).await.0, 409);
    connect(&house, &people, &issuer, "owner", "1").await;
    let provided = opened(&house, &people, &issuer, "1").await;
    house.clock.set(house.door.now().plus_seconds(3601));
    let owner = house.sign_in("owner").await;
    assert_eq!(ask(&owner).await, (409, "no owner came".to_owned()));
    assert_eq!(status(&house, &provided, "GET", "/projects", Value::Null).await, 200);
    opened(&house, &people, &issuer, "1").await;
    assert_eq!(ask(&owner).await.0, 200);
    let closed = house.ask(&owner, "GET", "/projects", Value::Null).await;
    assert_eq!((closed.status, &closed.body["type"]), (403, &json!("/problems/provider")), "{closed:?}");
    // The operator opens them again; and so does another provider, through which nobody came yet.
    house.operator("provider.requirement.clear", json!({"organisation": people.organisation})).await;
    assert_eq!(status(&house, &owner, "GET", "/projects", Value::Null).await, 200);
    assert_eq!(ask(&owner).await.0, 200);
    let proved = house.ask(&provided, "POST", "/session/confirm", json!({"password": PASSWORD})).await.text("token");
    let mut another = wanted(&issuer);
    another["client_id"] = json!("another");
    set(&house, &proved, another).await;
    assert_eq!(status(&house, &owner, "GET", "/projects", Value::Null).await, 200);
    let shown = house.ask(&owner, "GET", "/provider", Value::Null).await;
    assert_eq!(shown.body["provider"]["required_since"], Value::Null);
}

async fn by_the_provider_alone_and_in_that_organisation_alone(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let (house, people, letters) = with_all(house, &server).await;
    let issuer = Issuer::up().await;
    let there = works_elsewhere(&house, &people, "works").await;
    let wide = json!({"name": "ci", "scopes": ["project:look", "account:look"], "days": 30});
    let own_token = house.ask(people.token("works"), "POST", "/account/tokens", wide.clone()).await;
    let works_there = house.sign_in("works").await;
    let service =
        house.ask(people.token("owner"), "POST", "/services", json!({"name": "Build", "role": "admin"})).await;
    let made =
        house.ask(people.token("owner"), "POST", &format!("/services/{}/tokens", service.text("id")), wide).await;
    let external = json!({"mail": "nora@agency.example", "name": "Nora", "password": PASSWORD,
                          "organisation": people.organisation, "role": "staff"});
    house.operator("person.create", external).await;
    let provided = required(&house, &people, &mut server, &issuer).await;

    let projects = async |token: &str| house.ask(token, "GET", "/projects", Value::Null).await;
    let closed = |answer: &crate::house::Answer| {
        (answer.status, answer.body["type"].as_str().unwrap_or_default() == "/problems/provider")
    };
    for name in ["owner", "admin", "works", "their_member"] {
        assert_eq!(closed(&projects(people.token(name)).await), (403, true), "{name}");
    }
    assert_eq!(closed(&projects(&own_token.text("token")).await), (403, true), "a token of one's own");
    assert_eq!(projects(&provided).await.status, 200);
    assert_eq!(projects(&made.text("token")).await.status, 200, "a service");
    let nora = house.ask("", "POST", "/session", json!({"mail": "nora@agency.example", "password": PASSWORD})).await;
    assert_eq!(projects(&nora.text("token")).await.status, 200, "of another domain");
    // Not even what is there is told.
    for path in [format!("/projects/{}", people.project), format!("/projects/{}", uuid::Uuid::from_u128(7))] {
        assert_eq!(closed(&house.ask(people.token("works"), "GET", &path, Value::Null).await), (403, true), "{path}");
    }
    // The account is open, and says where to go; so is the other organisation.
    let account = house.ask(people.token("works"), "GET", "/account", Value::Null).await;
    assert_eq!((account.status, &account.body["closed"]), (200, &json!("provider")), "{account:?}");
    let here = account.body["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["organisation_name"] == "Halden")
        .unwrap();
    assert_eq!((&here["closed"], &here["provider"]), (&json!("provider"), &json!("halden")));
    assert_eq!(status(&house, &works_there, "POST", &format!("/organisations/{there}/enter"), Value::Null).await, 200);
    assert_eq!(projects(&works_there).await.status, 200);
    let enter = format!("/organisations/{}/enter", people.organisation);
    assert_eq!(closed(&house.ask(&works_there, "POST", &enter, Value::Null).await), (403, true));
    assert_eq!(
        projects(people.token("elsewhere")).await.status,
        200,
        "under the domain, and of the other organisation"
    );

    // They come by the provider, the first time with their own account beside it.
    connect(&house, &people, &issuer, "works", "2").await;
    let works = opened(&house, &people, &issuer, "2").await;
    assert_eq!(projects(&works).await.status, 200);
    // Another address takes nobody out of it whom the provider knows.
    let own = house.sign_in("works").await;
    letters.arrive(&house).await;
    let moved = json!({"mail": "works@agency.example"});
    assert_eq!(status(&house, &own, "POST", "/account/mail", moved).await, 200);
    let letter = letters.only(&house).await;
    let token = path_in(&letter, "/account/mail/").rsplit('/').next().unwrap().to_owned();
    assert_eq!(status(&house, &own, "POST", "/account/mail/confirm", json!({"token": token})).await, 200);
    assert_eq!(closed(&house.ask(&own, "POST", &enter, Value::Null).await), (403, true));
    // Without the domain it is asked of those alone whom the provider knows.
    let listed = house.ask(&provided, "GET", "/organisation/domains", Value::Null).await;
    let domain = format!("/organisation/domains/{}", listed.body["domains"][0]["id"].as_str().unwrap());
    let proof = house.ask(&provided, "POST", "/session/confirm", json!({"password": PASSWORD})).await.text("token");
    assert_eq!(status(&house, &proof, "DELETE", &domain, Value::Null).await, 200);
    assert_eq!(projects(people.token("admin")).await.status, 200);
    assert_eq!(closed(&house.ask(&own, "POST", &enter, Value::Null).await), (403, true));
    assert_eq!(status(&house, &proof, "DELETE", "/provider", Value::Null).await, 200);
    assert_eq!(status(&house, &own, "POST", &enter, Value::Null).await, 200, "with the provider it is over");
}

async fn the_pages_lead_to_the_provider(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let (house, people, _) = with_all(house, &server).await;
    let issuer = Issuer::up().await;
    let mut works = Browser::of(&house, "works").await;
    required(&house, &people, &mut server, &issuer).await;
    let page = works.get("/projects").await;
    assert!(page.status == 403 && page.says("Sign in through your organisation’s provider"), "{page:?}");
    assert!(page.body.contains("href=\"/organisations\""), "{page:?}");
    let page = works.get("/organisations").await;
    assert!(page.says("Halden lets you in through its own provider alone."), "{page:?}");
    let away = works.send(&page, "/session/provider/begin", &[]).await;
    assert!(away.status == 200 && away.says("On to 127.0.0.1"), "{away:?}");
    house.operator("provider.requirement.clear", json!({"organisation": people.organisation})).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/provider").await;
    assert!(page.says("with their own account, as they like"), "{page:?}");
    let done = owner.send(&page, "/provider/requirement/set", &[]).await;
    assert_eq!((done.status, done.header("location")), (303, "/provider"), "{done:?}");
    assert_eq!(owner.follow(done).await.status, 403);
}

on_both!(
    whoever_reads_mail_there_joins_by_a_press_and_as_no_more_than_staff,
    one_joins_by_the_page,
    nobody_locks_the_owners_out,
    by_the_provider_alone_and_in_that_organisation_alone,
    the_pages_lead_to_the_provider,
);
