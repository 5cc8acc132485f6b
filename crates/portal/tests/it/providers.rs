//! Sign-in through an organisation's provider: what its word opens, and what it does not.

use door::Time;
use portal::Parts;
use portal::trail::push::Settings;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::browser::{Browser, ORIGIN};
use crate::domains::proved;
use crate::factor::set_up;
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};
use crate::issuer::{Back, CLIENT, Issuer, SECRET};
use crate::mail::Letters;
use crate::name_server::NameServer;

/// A house whose portal may go to this machine's own providers.
pub(crate) async fn at_home(house: House) -> (House, People) {
    let people = move_in(&house).await;
    let push = Settings { private_webhooks: true, syslog: None };
    (house.under(Parts { push, ..Parts::real() }).await, people)
}

pub(crate) fn wanted(issuer: &Issuer) -> Value {
    json!({"handle": "halden", "issuer": issuer.origin, "client_id": CLIENT, "client_secret": SECRET})
}

/// An organisation believes a provider.
pub(crate) async fn set(house: &House, token: &str, wanted: Value) {
    let answer = house.ask(token, "PUT", "/provider", wanted).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Sets off: the address that the browser goes to, and the secret that it keeps.
pub(crate) async fn set_off(house: &House, handle: &str) -> (String, String) {
    let begun = house.ask("", "POST", "/session/provider/begin", json!({"handle": handle})).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    (begun.text("address"), begun.text("secret"))
}

pub(crate) fn second(house: &House) -> i64 {
    house.door.now().timestamp().as_second()
}

pub(crate) async fn come_back(house: &House, secret: &str, organisation: Uuid, back: &Back) -> Answer {
    let input = json!({"secret": secret, "organisation": organisation, "state": back.state, "code": back.code});
    house.ask("", "POST", "/session/provider", input).await
}

/// The whole way: off to the provider, signed in there, and back.
pub(crate) async fn through(house: &House, people: &People, issuer: &Issuer, subject: &str) -> (Answer, String) {
    through_as(house, people.organisation, "halden", issuer, subject, json!({})).await
}

async fn through_as(
    house: &House,
    organisation: Uuid,
    handle: &str,
    issuer: &Issuer,
    subject: &str,
    claims: Value,
) -> (Answer, String) {
    let (address, secret) = set_off(house, handle).await;
    let back = issuer.sign_in(&address, subject, &claims, second(house));
    (come_back(house, &secret, organisation, &back).await, secret)
}

/// Somebody says, with the account's own sign-in, that both are one.
pub(crate) async fn connect(house: &House, people: &People, issuer: &Issuer, name: &str, subject: &str) -> Uuid {
    let (answer, secret) = through(house, people, issuer, subject).await;
    assert_eq!((answer.status, &answer.body), (200, &json!({"session": null, "connect": true})));
    let token = house.sign_in(name).await;
    let connected = house.ask(&token, "POST", "/account/providers", json!({"secret": secret})).await;
    assert_eq!(connected.status, 200, "{connected:?}");
    connected.text("id").parse().unwrap()
}

/// The session that a provider's word opens for somebody who is known by it.
pub(crate) async fn opened(house: &House, people: &People, issuer: &Issuer, subject: &str) -> String {
    let (answer, _) = through(house, people, issuer, subject).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["session"]["token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Why it collides.
fn why(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["detail"].as_str().unwrap_or_default())
}

async fn status(house: &House, token: &str, verb: &str, path: &str, body: Value) -> u16 {
    house.ask(token, verb, path, body).await.status
}

/// The other organisation, in which somebody works, too.
pub(crate) async fn works_elsewhere(house: &House, people: &People, name: &str) -> Uuid {
    let there = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let there = there.body["memberships"][0]["organisation"].clone();
    let member = json!({"mail": format!("{name}@example.com"), "name": name, "password": PASSWORD,
                        "organisation": there, "role": "staff"});
    house.operator("person.create", member).await;
    there.as_str().unwrap().parse().unwrap()
}

async fn its_word_opens_one_organisation_and_no_account(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    let there = works_elsewhere(&house, &people, "works").await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "248289").await;

    let (answer, _) = through(&house, &people, &issuer, "248289").await;
    let session = answer.body["session"].clone();
    assert_eq!(session["organisations"], json!([people.organisation]), "{answer:?}");
    assert_eq!(
        (session["organisation"].clone(), session["second_step"].clone()),
        (json!(people.organisation), json!(false))
    );
    let token = session["token"].as_str().unwrap();
    // It is in the rooms at once, as who it is there.
    assert_eq!(status(&house, token, "GET", &format!("/projects/{}", people.project), Value::Null).await, 200);
    assert_eq!(status(&house, token, "GET", "/trail", Value::Null).await, 403);
    let account = house.ask(token, "GET", "/account", Value::Null).await.body;
    assert_eq!(account["provided"], true);
    let memberships = account["memberships"].as_array().unwrap();
    assert_eq!(memberships.len(), 1, "nothing of the other organisation: {account}");
    assert_eq!(memberships[0]["organisation"], json!(people.organisation));
    assert_eq!((account["sessions"].as_array().unwrap().len(), account["tokens"].clone()), (1, json!([])));
    assert!(!account.to_string().contains(&there.to_string()) && !account.to_string().contains("Pallas"), "{account}");

    // The other organisation is not there for it, and the account itself is not its own.
    for (verb, path, body, expected) in [
        ("POST", format!("/organisations/{there}/enter"), Value::Null, 404),
        ("GET", format!("/organisations/{there}"), Value::Null, 404),
        ("POST", format!("/organisations/{there}/leave"), Value::Null, 404),
        ("POST", format!("/organisations/{there}/copy"), Value::Null, 404),
        ("GET", "/account/events".to_owned(), Value::Null, 403),
        ("POST", "/account/copy".to_owned(), Value::Null, 403),
        ("POST", "/account/deletion".to_owned(), json!({"mail": "works@example.com"}), 403),
        ("PUT", "/account/password".to_owned(), json!({"old": PASSWORD, "new": "nine otters in the rain"}), 403),
        ("POST", "/account/factor".to_owned(), Value::Null, 403),
        ("DELETE", "/account/factor".to_owned(), Value::Null, 403),
        ("POST", "/account/tokens".to_owned(), json!({"name": "ci", "scopes": ["project:look"], "days": 1}), 403),
        ("DELETE", "/account/sessions".to_owned(), Value::Null, 403),
        ("POST", "/account/providers".to_owned(), json!({"secret": "x"}), 403),
    ] {
        let answer = house.ask(token, verb, &path, body).await;
        assert_eq!(answer.status, expected, "{verb} {path}: {answer:?}");
    }
    let own = house.sign_in("works").await;
    let sessions = house.ask(&own, "GET", "/account", Value::Null).await.body["sessions"].clone();
    let other = sessions.as_array().unwrap().iter().find(|other| other["this"] == true).unwrap()["id"].clone();
    let end = format!("/account/sessions/{}", other.as_str().unwrap());
    assert_eq!(status(&house, token, "DELETE", &end, Value::Null).await, 403, "its own sign-ins are out of reach");

    // To prove that it is oneself makes it fresh, and not wider; and it ends within half a day all the same.
    let proved = house.ask(token, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!((proved.status, &proved.body["organisations"]), (200, &json!([people.organisation])), "{proved:?}");
    let token = proved.text("token");
    assert_eq!(status(&house, &token, "POST", &format!("/organisations/{there}/enter"), Value::Null).await, 404);
    assert_eq!(status(&house, &token, "GET", "/account/events", Value::Null).await, 403);
    house.clock.set(house.door.now().plus_seconds(12 * 3600 - 1));
    assert_eq!(status(&house, &token, "GET", "/account", Value::Null).await, 200);
    house.clock.set(house.door.now().plus_seconds(1));
    assert_eq!(status(&house, &token, "GET", "/account", Value::Null).await, 401);
}

async fn it_brings_nobody_into_another_organisation(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "248289").await;
    let token = opened(&house, &people, &issuer, "248289").await;
    let invited = json!({"mail": "works@example.com", "role": "admin"});
    let invited = house.ask(people.token("elsewhere"), "POST", "/invitations", invited).await;
    let link = invited.text("link").rsplit('/').next().unwrap().to_owned();
    let before = house.count().await.1;
    let joined = house.ask(&token, "POST", "/invitations/accept", json!({"token": link})).await;
    assert_eq!(why(&joined), (409, "own sign in"), "{joined:?}");
    assert_eq!(house.count().await.1, before);
    let own = house.sign_in("works").await;
    assert_eq!(status(&house, &own, "POST", "/invitations/accept", json!({"token": link})).await, 200);
}

async fn whoever_it_is_is_told(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    let (_, secret) = through(&house, &people, &issuer, "1").await;
    let (house, letters) = Letters::of(house).await;
    let own = people.token("works");
    assert_eq!(status(&house, own, "POST", "/account/providers", json!({"secret": secret})).await, 200);
    let letter = letters.only(&house).await;
    assert!(letter.contains("To: works@example.com") && letter.contains("Another way to sign in"), "{letter}");
}

async fn no_mail_address_makes_anybody_known(house: House) {
    let (house, people) = at_home(house).await;
    let (issuer, another) = (Issuer::up().await, Issuer::up().await);
    set(&house, people.token("owner"), wanted(&issuer)).await;
    let claims = json!({"email": "owner@example.com", "email_verified": true});
    let (answer, secret) = through_as(&house, people.organisation, "halden", &issuer, "mallory", claims.clone()).await;
    assert_eq!(answer.body, json!({"session": null, "connect": true}));
    // Nor does it sign anybody in to say so.
    assert_eq!(status(&house, "", "POST", "/account/providers", json!({"secret": secret})).await, 401);

    // Known at one provider is not known at another, whatever it says: neither by mail nor by subject.
    connect(&house, &people, &issuer, "owner", "1").await;
    let there = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let there: Uuid = there.body["memberships"][0]["organisation"].as_str().unwrap().parse().unwrap();
    let theirs = json!({"handle": "pallas", "issuer": another.origin, "client_id": CLIENT, "client_secret": SECRET});
    set(&house, people.token("elsewhere"), theirs).await;
    let (answer, _) = through_as(&house, there, "pallas", &another, "1", claims.clone()).await;
    assert_eq!(answer.body, json!({"session": null, "connect": true}));
    // Not even at the same one, by the connection of another organisation.
    let same = json!({"handle": "pallas", "issuer": issuer.origin, "client_id": CLIENT, "client_secret": SECRET});
    set(&house, people.token("elsewhere"), same).await;
    let (answer, _) = through_as(&house, there, "pallas", &issuer, "1", claims).await;
    assert_eq!(answer.body, json!({"session": null, "connect": true}));
    // Somebody who belongs to one organisation does not come into the other by saying that both are one.
    let (_, secret) = through_as(&house, there, "pallas", &issuer, "2", json!({})).await;
    let refused = house.ask(people.token("works"), "POST", "/account/providers", json!({"secret": secret})).await;
    assert_eq!(why(&refused), (409, "not invited"), "{refused:?}");
}

async fn both_are_one_once(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "1").await;
    let (_, secret) = through(&house, &people, &issuer, "2").await;
    let input = json!({"secret": secret});
    let second = house.ask(people.token("works"), "POST", "/account/providers", input.clone()).await;
    assert_eq!(why(&second), (409, "subject exists"), "{second:?}");
    // What another browser has begun is of no use to whoever has not its secret; and what was used is used.
    assert_eq!(status(&house, people.token("runs"), "POST", "/account/providers", json!({"secret": "x"})).await, 401);
    assert_eq!(status(&house, people.token("runs"), "POST", "/account/providers", input.clone()).await, 200);
    assert_eq!(status(&house, people.token("reads"), "POST", "/account/providers", input).await, 401);
    // An old sign-in of the account is not enough, and its time is over with the rest.
    let (_, secret) = through(&house, &people, &issuer, "3").await;
    let input = json!({"secret": secret});
    house.clock.set(house.door.now().plus_seconds(599));
    let own = house.sign_in("reads").await;
    house.clock.set(house.door.now().plus_seconds(1));
    assert_eq!(status(&house, &own, "POST", "/account/providers", input).await, 401);
    house.clock.set(house.door.now().plus_seconds(600));
    let (_, secret) = through(&house, &people, &issuer, "3").await;
    let stale = house.ask(&own, "POST", "/account/providers", json!({"secret": secret})).await;
    assert_eq!((stale.status, stale.text("type")), (403, "/problems/step_up".to_owned()), "{stale:?}");
}

async fn what_ends_it_ends_its_sign_ins_at_once(house: House) {
    let (house, mut people) = at_home(house).await;
    let issuer = Issuer::up().await;
    let owner = people.token("owner").to_owned();
    set(&house, &owner, wanted(&issuer)).await;
    works_elsewhere(&house, &people, "works").await;
    let account = |token: String| {
        let house = &house;
        async move { house.ask(&token, "GET", "/account", Value::Null).await.status }
    };

    // By the owner, who sees who it is; and by oneself.
    for who in ["owner", "works"] {
        let subject = connect(&house, &people, &issuer, "works", "1").await;
        let (token, own) = (opened(&house, &people, &issuer, "1").await, house.sign_in("works").await);
        assert_eq!(account(token.clone()).await, 200);
        let listed = house.ask(&owner, "GET", "/provider", Value::Null).await.body["provider"]["subjects"].clone();
        assert_eq!((listed[0]["id"].clone(), listed[0]["name"].clone()), (json!(subject), json!("works")));
        let path = format!("/provider/subjects/{subject}");
        for (other, expected) in [("admin", 403), ("runs", 403), ("their_admin", 404), ("elsewhere", 404)] {
            assert_eq!(status(&house, people.token(other), "DELETE", &path, Value::Null).await, expected, "{other}");
        }
        assert_eq!(status(&house, &token, "DELETE", &path, Value::Null).await, 403, "not by its own sign-in");
        let remover = if who == "owner" { owner.clone() } else { own.clone() };
        assert_eq!(status(&house, &remover, "DELETE", &path, Value::Null).await, 200);
        assert_eq!(account(token).await, 401, "its sign-in has ended");
        assert_eq!(account(own).await, 200, "and no other");
        let (answer, _) = through(&house, &people, &issuer, "1").await;
        assert_eq!(answer.body["connect"], true, "and it is nobody again");
    }

    // With the membership: for a while, and for good.
    connect(&house, &people, &issuer, "works", "1").await;
    let (token, own) = (opened(&house, &people, &issuer, "1").await, house.sign_in("works").await);
    let path = format!("/people/{}", people.ids["works"]);
    assert_eq!(status(&house, &owner, "POST", &format!("{path}/suspend"), Value::Null).await, 200);
    assert_eq!(account(token.clone()).await, 401);
    assert_eq!(through(&house, &people, &issuer, "1").await.0.status, 401, "nor does another begin");
    assert_eq!(account(own.clone()).await, 200, "who belongs elsewhere stays signed in");
    assert_eq!(status(&house, &owner, "POST", &format!("{path}/resume"), Value::Null).await, 200);
    assert_eq!(account(token).await, 401, "what has ended does not come back");
    let token = opened(&house, &people, &issuer, "1").await;
    assert_eq!(status(&house, &owner, "DELETE", &path, Value::Null).await, 200);
    assert_eq!(account(token).await, 401);
    assert_eq!(through(&house, &people, &issuer, "1").await.0.body["connect"], true, "who has left is forgotten");

    // With the provider: another one, and none.
    connect(&house, &people, &issuer, "runs", "2").await;
    let token = opened(&house, &people, &issuer, "2").await;
    set(&house, &owner, wanted(&issuer)).await;
    assert_eq!(account(token.clone()).await, 200, "the same again changes nothing for who is in");
    let (address, under_way) = set_off(&house, "halden").await;
    let another = Issuer::up().await;
    set(&house, &owner, wanted(&another)).await;
    assert_eq!(account(token).await, 401);
    let back = issuer.sign_in(&address, "2", &json!({}), second(&house));
    assert_eq!(come_back(&house, &under_way, people.organisation, &back).await.status, 401);
    connect(&house, &people, &another, "runs", "2").await;
    let token = opened(&house, &people, &another, "2").await;
    people.tokens.insert("owner", house.sign_in("owner").await);
    assert_eq!(status(&house, people.token("owner"), "DELETE", "/provider", Value::Null).await, 200);
    assert_eq!(account(token).await, 401);
    let gone = house.ask("", "POST", "/session/provider/begin", json!({"handle": "halden"})).await;
    let never = house.ask("", "POST", "/session/provider/begin", json!({"handle": "nobody"})).await;
    let said = |answer: &Answer| (answer.status, answer.body["type"].clone(), answer.body["detail"].clone());
    assert_eq!(said(&gone), said(&never), "nobody learns which of the two it is");
    assert_eq!(never.status, 401);
}

async fn an_owner_says_whom_to_believe(house: House) {
    let (house, mut people) = at_home(house).await;
    let issuer = Issuer::up().await;
    for (who, expected) in [("admin", 403), ("works", 403), ("their_admin", 403), ("gone", 401)] {
        for (verb, body) in [("PUT", wanted(&issuer)), ("GET", Value::Null), ("DELETE", Value::Null)] {
            assert_eq!(status(&house, people.token(who), verb, "/provider", body).await, expected, "{verb} as {who}");
        }
    }
    let owner = people.token("owner").to_owned();
    let shown = house.ask(&owner, "GET", "/provider", Value::Null).await;
    let back = format!("{ORIGIN}/sign-in/{}/back", people.organisation);
    assert_eq!(shown.body, json!({"redirect_uri": back, "provider": null}));
    assert_eq!(status(&house, &owner, "DELETE", "/provider", Value::Null).await, 409);

    // What the provider says of itself is looked at before anything is kept.
    let refused = |wanted: Value, field: &'static str| {
        let (house, owner) = (&house, owner.clone());
        async move {
            let before = house.count().await.1;
            let answer = house.ask(&owner, "PUT", "/provider", wanted.clone()).await;
            assert_eq!(answer.status, 422, "{wanted}: {answer:?}");
            assert!(answer.body["errors"][field].is_string(), "{answer:?}");
            assert_eq!(house.count().await.1, before);
        }
    };
    let with = |name: &str, value: Value| {
        let mut wanted = wanted(&issuer);
        wanted[name] = value;
        wanted
    };
    refused(with("issuer", json!(format!("{}/", issuer.origin))), "issuer").await;
    refused(with("issuer", json!("ftp://login.example")), "issuer").await;
    refused(with("handle", json!("x")), "handle").await;
    refused(with("newcomers", json!("owner")), "newcomers").await;
    refused(with("newcomers", json!("client_member")), "newcomers").await;
    refused(with("domains", json!("halden")), "domains").await;
    let mut without = wanted(&issuer);
    without.as_object_mut().unwrap().remove("client_secret");
    refused(without.clone(), "client_secret").await;
    for (change, back) in [
        (
            json!({"id_token_signing_alg_values_supported": ["HS256"]}),
            json!({"id_token_signing_alg_values_supported": null}),
        ),
        (
            json!({"token_endpoint": "file:///etc/passwd"}),
            json!({"token_endpoint": format!("{}/token", issuer.origin)}),
        ),
        (json!({"issuer": "https://evil.example"}), json!({"issuer": issuer.origin})),
    ] {
        issuer.documents(&change);
        refused(wanted(&issuer), "issuer").await;
        issuer.documents(&back);
    }

    set(&house, &owner, wanted(&issuer)).await;
    let shown = house.ask(&owner, "GET", "/provider", Value::Null).await;
    assert_eq!(shown.body["provider"]["issuer"], issuer.origin);
    assert!(!shown.body.to_string().contains(SECRET), "{shown:?}");
    let taken = house.ask(people.token("elsewhere"), "PUT", "/provider", wanted(&issuer)).await;
    assert_eq!(taken.status, 422, "one name, one organisation: {taken:?}");
    // The secret stays where it was given for, and goes nowhere else.
    set(&house, &owner, without.clone()).await;
    connect(&house, &people, &issuer, "works", "1").await;
    let another = Issuer::up().await;
    without["issuer"] = json!(another.origin);
    refused(without, "client_secret").await;

    // It is asked for a sign-in of now.
    house.clock.set(house.door.now().plus_seconds(601));
    let stale = house.ask(&owner, "PUT", "/provider", wanted(&issuer)).await;
    assert_eq!((stale.status, stale.text("type")), (403, "/problems/step_up".to_owned()), "{stale:?}");
    assert_eq!(status(&house, &owner, "DELETE", "/provider", Value::Null).await, 403);

    // And the portal goes into its own network for nobody, unless its operator says so.
    let house = house.under(Parts::real()).await;
    people.tokens.insert("owner", house.sign_in("owner").await);
    let inside = house.ask(people.token("owner"), "PUT", "/provider", wanted(&issuer)).await;
    assert_eq!(inside.status, 422, "{inside:?}");
    let named =
        json!({"handle": "halden", "issuer": "https://localhost", "client_id": CLIENT, "client_secret": SECRET});
    let inside = house.ask(people.token("owner"), "PUT", "/provider", named).await;
    assert_eq!(inside.status, 422, "nor by a name that leads there: {inside:?}");
}

async fn domains_and_newcomers(house: House) {
    let Some(mut server) = NameServer::up().await else { return };
    let people = move_in(&house).await;
    let push = Settings { private_webhooks: true, syslog: None };
    let house = house.under(Parts { push, dns: server.dns(), ..Parts::real() }).await;
    let issuer = Issuer::up().await;
    let mut limited = wanted(&issuer);
    limited["domains"] = json!("Example.com pallas.example");
    set(&house, people.token("owner"), limited.clone()).await;
    let said = |mail: &str, verified: bool| json!({"email": mail, "email_verified": verified});
    for (claims, expected) in [
        (json!({}), 401),
        (said("works@example.com", false), 401),
        (said("works@evil.example", true), 401),
        (said("works@mail.example.com", true), 401),
        (said("works@EXAMPLE.com", true), 200),
    ] {
        let (answer, _) = through_as(&house, people.organisation, "halden", &issuer, "1", claims.clone()).await;
        assert_eq!(answer.status, expected, "{claims}: {answer:?}");
    }

    // Whoever belongs elsewhere comes in as what the organisation says, and nobody where it says nothing.
    let here = |claims: Value| through_as(&house, people.organisation, "halden", &issuer, "2", claims);
    let (_, secret) = here(said("otto@pallas.example", true)).await;
    let own = house.sign_in("elsewhere").await;
    assert_eq!(status(&house, &own, "POST", "/account/providers", json!({"secret": secret})).await, 409);
    limited["newcomers"] = json!("staff");
    set(&house, people.token("owner"), limited).await;
    assert_eq!(
        status(&house, &own, "POST", "/account/providers", json!({"secret": secret})).await,
        401,
        "it was changed since"
    );
    // Only by an address of a domain that the organisation has proved to be its own: to write it down is not enough.
    let (_, secret) = here(said("otto@pallas.example", true)).await;
    let refused = house.ask(&own, "POST", "/account/providers", json!({"secret": secret})).await;
    assert_eq!(why(&refused), (409, "not invited"), "{refused:?}");
    // What the other organisation has proved counts in the other alone.
    proved(&house, &mut server, people.token("elsewhere"), "pallas.example").await;
    assert_eq!(status(&house, &own, "POST", "/account/providers", json!({"secret": secret})).await, 409);
    let theirs = house.ask(people.token("elsewhere"), "GET", "/organisation/domains", Value::Null).await;
    let theirs = format!("/organisation/domains/{}", theirs.body["domains"][0]["id"].as_str().unwrap());
    assert_eq!(status(&house, people.token("elsewhere"), "DELETE", &theirs, Value::Null).await, 200);
    proved(&house, &mut server, people.token("owner"), "pallas.example").await;
    // Nor where the organisation's own mail domains are others than the account's.
    let domains = |domains: Value| {
        house.ask(people.token("owner"), "PUT", "/organisation/mail-domains", json!({ "domains": domains }))
    };
    assert_eq!(domains(json!(["pallas.example"])).await.status, 200);
    let other = house.ask(&own, "POST", "/account/providers", json!({"secret": secret})).await;
    assert_eq!((other.status, &other.body["detail"]), (409, &json!("mail domain")));
    assert_eq!(domains(json!(["pallas.example", "example.com"])).await.status, 200);
    assert_eq!(status(&house, &own, "POST", "/account/providers", json!({"secret": secret})).await, 200);
    let (answer, _) = here(said("otto@pallas.example", true)).await;
    let token = answer.body["session"]["token"].as_str().unwrap().to_owned();
    let account = house.ask(&token, "GET", "/account", Value::Null).await.body;
    assert_eq!(account["memberships"][0]["role"], "staff", "{account}");
    // Who is suspended stays so.
    let (_, secret) =
        through_as(&house, people.organisation, "halden", &issuer, "3", said("s@example.com", true)).await;
    let own = house.sign_in("suspended").await;
    assert_eq!(status(&house, &own, "POST", "/account/providers", json!({"secret": secret})).await, 409);
}

async fn ones_own_second_factor_is_asked_for_all_the_same(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "1").await;
    let (secret, _) = set_up(&house, &house.sign_in("works").await).await;
    house.clock.set(house.door.now().plus_seconds(30));
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    assert_eq!(answer.body["session"]["second_step"], true, "{answer:?}");
    let token = answer.body["session"]["token"].as_str().unwrap();
    let project = format!("/projects/{}", people.project);
    let half = house.ask(token, "GET", &project, Value::Null).await;
    assert_eq!((half.status, half.text("type")), (401, "/problems/second_step".to_owned()));
    let whole = house.ask(token, "POST", "/session/confirm", json!({"code": secret.code(house.door.now())})).await;
    assert_eq!(whole.status, 200, "{whole:?}");
    let token = whole.text("token");
    assert_eq!(status(&house, &token, "GET", &project, Value::Null).await, 200);
    assert_eq!(status(&house, &token, "DELETE", "/account/factor", Value::Null).await, 403, "its own it is not");
    let until: Time = serde_json::from_value(whole.body["expires_at"].clone()).unwrap();
    assert_eq!(until.seconds_since(house.door.now()), 12 * 3600);
}

async fn its_sign_ins_come_from_the_networks_that_are_allowed(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "works", "1").await;
    let networks = json!({"networks": ["192.0.2.0/24"]});
    let closed = house.ask(people.token("owner"), "PUT", "/organisation/access", networks).await;
    assert_eq!(closed.status, 200, "{closed:?}");
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    let token = answer.body["session"]["token"].as_str().unwrap();
    let project = format!("/projects/{}", people.project);
    assert_eq!(status(&house, token, "GET", &project, Value::Null).await, 200);
    house.move_to("198.51.100.7");
    let outside = house.ask(token, "GET", &project, Value::Null).await;
    assert_eq!((outside.status, &outside.body["type"]), (403, &json!("/problems/network")));
    let account = house.ask(token, "GET", "/account", Value::Null).await;
    assert_eq!((account.status, &account.body["closed"]), (200, &json!("network")), "it sees why");
    assert_eq!(account.body["memberships"].as_array().unwrap().len(), 1, "and nothing else: {account:?}");
    let (answer, _) = through(&house, &people, &issuer, "1").await;
    let token = answer.body["session"]["token"].as_str().unwrap();
    assert_eq!(status(&house, token, "GET", &project, Value::Null).await, 403);
}

async fn its_word_is_no_proof_of_now(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    set(&house, people.token("owner"), wanted(&issuer)).await;
    connect(&house, &people, &issuer, "owner", "1").await;
    let token = opened(&house, &people, &issuer, "1").await;
    assert_eq!(house.ask(&token, "GET", "/session", Value::Null).await.body["proved_at"], Value::Null);
    let asked = house.ask(&token, "PUT", "/provider", wanted(&issuer)).await;
    assert_eq!((asked.status, asked.text("type")), (403, "/problems/step_up".to_owned()), "{asked:?}");
    let wrong = json!({"password": "another one"});
    // Whoever guesses there uses up nothing of what the account may do elsewhere.
    let guess = || status(&house, &token, "POST", "/session/confirm", wrong.clone());
    for _ in 0..10 {
        assert_eq!(guess().await, 401);
    }
    assert_eq!(guess().await, 429);
    let own = house.sign_in("owner").await;
    assert_eq!(status(&house, &own, "POST", "/session/confirm", json!({"password": PASSWORD})).await, 200);
    house.clock.set(house.door.now().plus_seconds(300));
    let proved = house.ask(&token, "POST", "/session/confirm", json!({"password": PASSWORD})).await.text("token");
    assert_eq!(status(&house, &proved, "PUT", "/provider", wanted(&issuer)).await, 200, "with the account's own it is");
}

async fn by_the_pages_alone(house: House) {
    let (house, people) = at_home(house).await;
    let issuer = Issuer::up().await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/provider").await;
    assert!(page.says(&format!("{ORIGIN}/sign-in/{}/back", people.organisation)), "{page:?}");
    let values =
        [("handle", "Halden"), ("issuer", issuer.origin.as_str()), ("client_id", CLIENT), ("client_secret", "")];
    let refused = owner.send(&page, "/provider/set", &values).await;
    assert_eq!((refused.status, refused.marked().len()), (422, 1), "{refused:?}");
    let values = [values[0], values[1], values[2], ("client_secret", SECRET)];
    assert_eq!(owner.send(&refused, "/provider/set", &values).await.header("location"), "/provider");
    assert!(owner.get("/provider").await.says("Nobody has yet."));

    let mut browser = Browser::new(&house);
    let page = browser.get("/sign-in").await;
    let unknown = browser.send(&page, "/session/provider/begin", &[("handle", "nobody")]).await;
    assert!(unknown.status == 401 && unknown.says("There is no sign-in under this name."), "{unknown:?}");
    let away = browser.send(&page, "/session/provider/begin", &[("handle", "halden")]).await;
    assert!(away.status == 200 && away.says("On to 127.0.0.1"), "{away:?}");
    let flags = away.set_cookie();
    assert!(flags.starts_with("provider=") && flags.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{flags}");
    let address = address_on(&away.body);
    let back = path_back(&issuer, &address, "1", second(&house));

    // In another browser its answer is worth nothing, and neither is one that nobody asked for.
    let mut other = Browser::new(&house);
    assert_eq!(other.led_to(&back).await.status, 401);
    let page = other.get("/sign-in").await;
    other.send(&page, "/session/provider/begin", &[("handle", "halden")]).await;
    let planted = other.led_to(&back).await;
    assert!(planted.status == 401 && planted.says("That did not work") && other.cookie.is_none(), "{planted:?}");

    let led = browser.led_to(&back).await;
    assert_eq!((led.status, led.header("location")), (303, "/sign-in/connect"), "{led:?}");
    let page = browser.get("/sign-in/connect").await;
    assert!(page.says("Halden would sign you in") && !page.forms().contains(&"/account/providers/connect".to_owned()));
    let page = browser.get("/sign-in?next=/sign-in/connect").await;
    let values = [("mail", "works@example.com"), ("password", PASSWORD)];
    let signed_in = browser.send(&page, "/session/open", &values).await;
    assert_eq!(signed_in.header("location"), "/sign-in/connect");
    let page = browser.get("/sign-in/connect").await;
    assert!(page.says("works@example.com"), "{page:?}");
    let connected = browser.send(&page, "/account/providers/connect", &[]).await;
    assert_eq!((connected.status, connected.header("location")), (303, "/"), "{connected:?}");
    assert!(browser.flow.is_none() && browser.get("/account").await.says("Sign-in through Halden"));
    assert!(owner.get("/provider").await.says("works"));

    // From now on it is a click here and one there.
    let mut browser = Browser::new(&house);
    let page = browser.get("/sign-in").await;
    let away = browser.send(&page, "/session/provider/begin", &[("handle", "halden")]).await;
    let back = path_back(&issuer, &address_on(&away.body), "1", second(&house));
    let led = browser.led_to(&back).await;
    assert_eq!((led.status, led.header("location")), (303, "/"), "{led:?}");
    assert_eq!(browser.get("/").await.status, 200);
    let account = browser.get("/account").await;
    assert!(account.says("You signed in through your organisation’s provider."), "{account:?}");
    assert_eq!(account.forms(), ["/session/close"], "what it cannot do it does not offer");
    assert_eq!(browser.led_to(&back).await.status, 401, "an answer is good once");

    let page = owner.get("/provider").await;
    let forget = page.forms().into_iter().find(|form| form.starts_with("/provider/subjects/")).unwrap();
    assert_eq!(owner.send(&page, &forget, &[]).await.header("location"), "/provider");
    assert_eq!(browser.get("/").await.header("location"), "/sign-in", "and that was that");
    assert_eq!(owner.send(&page, "/provider/remove", &[]).await.header("location"), "/provider");
    assert_eq!(Browser::of(&house, "admin").await.get("/provider").await.status, 403);
}

/// Where the page on the way leads.
pub(crate) fn address_on(html: &str) -> String {
    let document = scraper::Html::parse_document(html);
    let link = scraper::Selector::parse("main a.button").unwrap();
    document.select(&link).next().unwrap().value().attr("href").unwrap().to_owned()
}

/// The path that the provider sends the browser back to.
fn path_back(issuer: &Issuer, address: &str, subject: &str, now: i64) -> String {
    let back = issuer.sign_in(address, subject, &json!({}), now);
    let url: Url = address.parse().unwrap();
    let to = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let mut to: Url = to.parse().unwrap();
    to.query_pairs_mut().append_pair("code", &back.code).append_pair("state", &back.state);
    to[url::Position::BeforePath..].to_owned()
}

on_both!(
    its_word_opens_one_organisation_and_no_account,
    it_brings_nobody_into_another_organisation,
    whoever_it_is_is_told,
    no_mail_address_makes_anybody_known,
    both_are_one_once,
    what_ends_it_ends_its_sign_ins_at_once,
    an_owner_says_whom_to_believe,
    domains_and_newcomers,
    its_sign_ins_come_from_the_networks_that_are_allowed,
    ones_own_second_factor_is_asked_for_all_the_same,
    its_word_is_no_proof_of_now,
    by_the_pages_alone,
);
