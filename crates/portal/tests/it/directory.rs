//! An organisation's directory: it brings people in by invitation and puts them out at once, in that organisation and nowhere
//! else, and nobody but it does so by its protocol.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, People, move_in, on_both};
use crate::mail::{Letters, path_in};

pub(crate) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What the portal said to a directory.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Value,
}

impl Said {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// Status and kind of an error.
    pub(crate) fn error(&self) -> (u16, &str) {
        assert_eq!(self.body["schemas"], json!([ERROR]), "{self:?}");
        assert_eq!(self.body["status"], json!(self.status.to_string()));
        (self.status, self.body["scimType"].as_str().unwrap_or_default())
    }
}

/// Says something as a directory does.
pub(crate) async fn say(house: &House, token: &str, verb: &str, path: &str, body: Value) -> Said {
    let mut request = Request::builder().method(verb).uri(format!("/scim/v2{path}"));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = if body.is_null() {
        Body::empty()
    } else {
        request = request.header("content-type", "application/scim+json; charset=utf-8");
        Body::from(body.to_string())
    };
    let (status, headers, bytes) = house.send(request.body(body).unwrap()).await;
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    Said { status: status.as_u16(), headers, body }
}

/// Sets the directory of the first organisation up, as its owner, and gives a token of it.
pub(crate) async fn set_up(house: &House, people: &People) -> String {
    house.with_app("owner", people.token("owner")).await;
    let owner = house.sign_in("owner").await;
    let set = house.ask(&owner, "PUT", "/directory", json!({"role": "staff"})).await;
    assert_eq!(set.status, 200, "{set:?}");
    let made = house.ask(&owner, "POST", "/directory/tokens", json!({"name": "Entra", "days": 90})).await;
    made.text("token")
}

/// As Entra ID writes somebody.
pub(crate) fn entra(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": format!("number of {name}"), "userName": format!("{name}@example.com"), "active": true,
        "displayName": name, "emails": [{"primary": true, "type": "work", "value": format!("{name}@example.com")}],
        "meta": {"resourceType": "User"}, "name": {"formatted": name, "familyName": "Berg", "givenName": "Nora"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Design"}
    })
}

pub(crate) fn patch(operation: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]})
}

async fn number(house: &House, sql: &'static str) -> i64 {
    let mut tx = house.door.store().read().await.unwrap();
    tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
}

async fn whoever_it_brings_in_is_invited_and_whoever_it_puts_out_is_out_at_once(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let token = set_up(&house, &people).await;
    letters.arrive(&house).await;

    // Not there yet: asked for, written down, invited.
    let asked = "/Users?filter=userName%20eq%20%22Nora%40example.com%22";
    let none = say(&house, &token, "GET", asked, Value::Null).await;
    assert_eq!((none.status, &none.body["totalResults"]), (200, &json!(0)));
    let made = say(&house, &token, "POST", "/Users", entra("nora")).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["content-type"], "application/scim+json");
    let location = format!("http://house.example/scim/v2/Users/{}", made.id());
    assert_eq!(made.headers["location"], location.as_str());
    assert_eq!(made.body["meta"]["location"], json!(location));
    assert_eq!((&made.body["active"], &made.body["userName"]), (&json!(true), &json!("nora@example.com")));
    let user = format!("/Users/{}", made.id());
    let found = say(&house, &token, "GET", asked, Value::Null).await;
    assert_eq!(found.body["Resources"], json!([made.body]), "by its name in any case");
    assert_eq!(number(&house, "SELECT count(*) AS n FROM person WHERE mail = 'nora@example.com'").await, 0);
    assert_eq!(say(&house, &token, "POST", "/Users", entra("nora")).await.error(), (409, "uniqueness"));

    // She comes by the letter.
    let letter = letters.only(&house).await;
    let link = path_in(&letter, "/join/");
    let joins = json!({"token": link.rsplit('/').next(), "name": "Nora Berg", "password": PASSWORD});
    let joined = house.ask("", "POST", "/invitations/accept", joins).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    let nora = house.sign_in("nora").await;
    let api = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let api = house.ask(&nora, "POST", "/account/tokens", api).await.text("token");
    let here = async |token: &str| house.ask(token, "GET", "/projects", Value::Null).await.status;
    assert_eq!((here(&nora).await, here(&api).await), (200, 200));
    assert_eq!(house.ask(&nora, "GET", "/account", Value::Null).await.body["memberships"][0]["role"], "staff");

    // The name of the account is not the directory's.
    let renamed = patch(json!({"op": "Replace", "path": "displayName", "value": "Somebody else"}));
    let renamed = say(&house, &token, "PATCH", &user, renamed).await;
    assert_eq!((renamed.status, &renamed.body["displayName"]), (200, &json!("Somebody else")));
    let moved = patch(json!({"op": "replace", "value": {"userName": "n@example.com", "password": "evil evil evil",
        "emails": [{"type": "work", "primary": true, "value": "n@example.com"}]}}));
    assert_eq!(say(&house, &token, "PATCH", &user, moved).await.status, 200);
    let account = house.ask(&nora, "GET", "/account", Value::Null).await;
    assert_eq!((&account.body["name"], &account.body["mail"]), (&json!("Nora Berg"), &json!("nora@example.com")));
    house.sign_in("nora").await;

    // Out, and back: tokens are gone.
    let off = patch(json!({"op": "Replace", "path": "active", "value": "False"}));
    let off = say(&house, &token, "PATCH", &user, off).await;
    assert_eq!((off.status, &off.body["active"]), (200, &json!(false)), "{off:?}");
    assert_eq!((here(&nora).await, here(&api).await), (401, 401), "out at once");
    let sign_in = json!({"mail": "nora@example.com", "password": PASSWORD});
    assert_eq!(house.ask("", "POST", "/session", sign_in).await.status, 401);
    let mut back = entra("nora");
    back["id"] = json!("whatever");
    assert_eq!(say(&house, &token, "PUT", &user, back).await.body["active"], json!(true));
    let nora = house.sign_in("nora").await;
    assert_eq!((here(&nora).await, here(&api).await), (200, 401));

    // Gone for good; the account stays.
    let gone = say(&house, &token, "DELETE", &user, Value::Null).await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(here(&nora).await, 401);
    assert_eq!(say(&house, &token, "GET", &user, Value::Null).await.error(), (404, ""));
    assert_eq!(number(&house, "SELECT count(*) AS n FROM person WHERE mail = 'nora@example.com'").await, 1);

    // All of it is on the organisation's record, by the directory's own service.
    let trail = house.ask(&house.sign_in("owner").await, "GET", "/trail?limit=200", Value::Null).await;
    let events = trail.body["events"].as_array().unwrap();
    for action in ["directory.user.create", "directory.user.change", "directory.user.set", "directory.user.remove"] {
        assert!(events.iter().any(|event| event["action"] == action), "{action}: {events:#?}");
    }
}

async fn whoever_has_an_account_is_asked_and_whoever_belongs_here_stays_what_they_are(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let token = set_up(&house, &people).await;
    letters.arrive(&house).await;
    // Somebody of another organisation is invited, and nobody's before that.
    let theirs = say(&house, &token, "POST", "/Users", entra("elsewhere")).await;
    assert_eq!(theirs.status, 201);
    let elsewhere = house.sign_in("elsewhere").await;
    let account = house.ask(&elsewhere, "GET", "/account", Value::Null).await;
    assert_eq!(account.body["memberships"].as_array().unwrap().len(), 1);
    let theirs = format!("/Users/{}", theirs.id());
    let off = patch(json!({"op": "replace", "path": "active", "value": false}));
    assert_eq!(say(&house, &token, "PATCH", &theirs, off.clone()).await.status, 200);
    assert_eq!(house.ask(&elsewhere, "GET", "/projects", Value::Null).await.status, 200, "not touched elsewhere");
    // The link of before opens nothing; the next one does.
    let link = path_in(&letters.only(&house).await, "/join/");
    let join = |link: &str| json!({"token": link.rsplit('/').next()});
    assert_eq!(house.ask(&elsewhere, "POST", "/invitations/accept", join(&link)).await.status, 401);
    let on = patch(json!({"op": "add", "value": {"active": true}}));
    assert_eq!(say(&house, &token, "PATCH", &theirs, on.clone()).await.status, 200);
    let link = path_in(&letters.only(&house).await, "/join/");
    assert_eq!(house.ask(&elsewhere, "POST", "/invitations/accept", join(&link)).await.status, 200);
    assert_eq!(say(&house, &token, "DELETE", &theirs, Value::Null).await.status, 204);
    let account = house.ask(&elsewhere, "GET", "/account", Value::Null).await;
    assert_eq!(account.status, 200, "{account:?}");
    assert_eq!(account.body["memberships"].as_array().unwrap().len(), 1, "as before: {account:?}");

    // An administrator stays one, and can be put out.
    let admin = say(&house, &token, "POST", "/Users", entra("admin")).await;
    assert_eq!(letters.arrive(&house).await, [""; 0], "nobody who belongs here is invited");
    let shown = house.ask(people.token("admin"), "GET", "/account", Value::Null).await;
    assert_eq!(shown.body["memberships"][0]["role"], "admin");
    let admin = format!("/Users/{}", admin.id());
    assert_eq!(say(&house, &token, "PATCH", &admin, off.clone()).await.status, 200);
    assert_eq!(house.ask(people.token("admin"), "GET", "/projects", Value::Null).await.status, 401);
    assert_eq!(say(&house, &token, "PATCH", &admin, on.clone()).await.status, 200);
    house.sign_in("admin").await;

    // Whom the organisation's own people have suspended the directory does not let back in by saying what it said before.
    let beside = say(&house, &token, "POST", "/Users", entra("beside")).await;
    let owner = house.sign_in("owner").await;
    let suspend = format!("/people/{}/suspend", people.ids["beside"]);
    assert_eq!(house.ask(&owner, "POST", &suspend, Value::Null).await.status, 200);
    let beside = format!("/Users/{}", beside.id());
    let again = say(&house, &token, "PUT", &beside, entra("beside")).await;
    assert_eq!((again.status, &again.body["active"]), (200, &json!(false)), "{again:?}");

    // Owners and a client's people are not its business.
    let owner = say(&house, &token, "POST", "/Users", entra("owner")).await;
    assert_eq!(owner.status, 201);
    let path = format!("/Users/{}", owner.id());
    let before = house.count().await.1;
    assert_eq!(say(&house, &token, "PATCH", &path, off).await.error(), (403, ""));
    assert_eq!(say(&house, &token, "DELETE", &path, Value::Null).await.error(), (403, ""));
    let mut inactive = entra("owner");
    inactive["active"] = json!(false);
    assert_eq!(say(&house, &token, "PUT", &path, inactive).await.error(), (403, ""));
    assert_eq!(house.count().await.1, before, "nothing moved");
    for theirs in ["their_admin", "their_member", "other_client"] {
        assert_eq!(say(&house, &token, "POST", "/Users", entra(theirs)).await.error().0, 409, "{theirs}");
    }
}

async fn nobody_but_the_directory_speaks_for_it(house: House) {
    let people = move_in(&house).await;
    // A second factor and a proof are asked for, and a rank.
    let role = json!({"role": "staff"});
    let refused = house.ask(people.token("owner"), "PUT", "/directory", role.clone()).await;
    assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/no_factor")));
    assert_eq!(house.ask(people.token("runs"), "PUT", "/directory", role).await.status, 403);
    let token = set_up(&house, &people).await;
    let user = say(&house, &token, "POST", "/Users", entra("nora")).await.id();

    // A person's own token with its scopes, an owner's session, a stranger: nobody.
    let owner = house.sign_in("owner").await;
    let scopes = json!({"name": "x", "scopes": ["directory:look", "directory:change"], "days": 1});
    let own = house.ask(&owner, "POST", "/account/tokens", scopes).await.text("token");
    let there = house.sign_in("elsewhere").await;
    for (who, status) in [(&owner, 403), (&own, 403), (&there, 404), (&String::new(), 401)] {
        for (verb, path, body) in [
            ("GET", "/Users".to_owned(), Value::Null),
            ("POST", "/Users".to_owned(), entra("mallory")),
            ("GET", format!("/Users/{user}"), Value::Null),
            ("PUT", format!("/Users/{user}"), entra("mallory")),
            ("PATCH", format!("/Users/{user}"), patch(json!({"op": "replace", "path": "active", "value": false}))),
            ("DELETE", format!("/Users/{user}"), Value::Null),
        ] {
            house.clock.set(house.door.now().plus_seconds(61));
            let before = house.count().await;
            assert_eq!(say(&house, who, verb, &path, body).await.error().0, status, "{verb} {path}");
            let after = house.count().await;
            assert!(after.1 == before.1 && after.0 > before.0, "{verb} {path}: on the record, and nothing moved");
        }
    }
    // And it is good for nothing else.
    for path in ["/projects", "/people", "/clients", "/directory", "/account", "/trail", "/services"] {
        let refused = house.ask(&token, "GET", path, Value::Null).await.status;
        assert!(refused == 403 || refused == 404, "{path}: {refused}");
    }
    // Nor is a token of it made elsewhere: it is none of the services.
    let owner = house.sign_in("owner").await;
    let services = house.ask(&owner, "GET", "/services", Value::Null).await;
    assert_eq!(services.body["services"], json!([]));

    // The directory of one organisation sees nothing of another's.
    house.with_app("elsewhere", &house.sign_in("elsewhere").await).await;
    let there = house.sign_in("elsewhere").await;
    assert_eq!(house.ask(&there, "PUT", "/directory", json!({"role": "admin"})).await.status, 200);
    let made = house.ask(&there, "POST", "/directory/tokens", json!({"name": "Okta", "days": 90})).await;
    let other = made.text("token");
    assert_eq!(say(&house, &other, "GET", "/Users", Value::Null).await.body["totalResults"], json!(0));
    assert_eq!(say(&house, &other, "GET", &format!("/Users/{user}"), Value::Null).await.error(), (404, ""));
    let by_id = format!("/Users?filter=id%20eq%20%22{user}%22");
    assert_eq!(say(&house, &other, "GET", &by_id, Value::Null).await.body["totalResults"], json!(0));
    assert_eq!(say(&house, &token, "GET", &by_id, Value::Null).await.body["totalResults"], json!(1));

    // A token ends by its button, the others with the directory; whoever came stays.
    let owner = house.sign_in("owner").await;
    let second = house.ask(&owner, "POST", "/directory/tokens", json!({"name": "Second", "days": 90})).await;
    let revoke = format!("/directory/tokens/{}", second.text("id"));
    assert_eq!(house.ask(&owner, "DELETE", &revoke, Value::Null).await.status, 200);
    assert_eq!(say(&house, &second.text("token"), "GET", "/Users", Value::Null).await.error().0, 401);
    assert_eq!(house.ask(&owner, "DELETE", "/directory", Value::Null).await.status, 200);
    assert_eq!(say(&house, &token, "GET", "/Users", Value::Null).await.error().0, 401);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM directory_user").await, 0);
}

async fn an_invitation_of_a_directory_that_is_gone_opens_nothing(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let token = set_up(&house, &people).await;
    letters.arrive(&house).await;
    assert_eq!(say(&house, &token, "POST", "/Users", entra("nora")).await.status, 201);
    let link = path_in(&letters.only(&house).await, "/join/");
    let owner = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner, "DELETE", "/directory", Value::Null).await.status, 200);
    let joins = json!({"token": link.rsplit('/').next(), "name": "Nora Berg", "password": PASSWORD});
    assert_eq!(house.ask("", "POST", "/invitations/accept", joins).await.status, 401);
}

async fn what_is_wrong_is_said_as_the_protocol_has_it(house: House) {
    let people = move_in(&house).await;
    let token = set_up(&house, &people).await;
    let user = format!("/Users/{}", say(&house, &token, "POST", "/Users", entra("nora")).await.id());
    for (verb, path, body, expected) in [
        ("GET", "/Users?filter=userName", Value::Null, (400, "invalidFilter")),
        ("GET", "/Users?filter=title%20eq%20%22x%22", Value::Null, (400, "invalidFilter")),
        ("GET", "/Users?startIndex=one", Value::Null, (400, "invalidValue")),
        ("POST", "/Users", json!({"userName": "nobody"}), (400, "invalidValue")),
        ("POST", "/Users", json!({"active": true}), (400, "invalidValue")),
        ("POST", "/Users", json!(["nora"]), (400, "invalidSyntax")),
        ("PATCH", &user, patch(json!({"op": "replace", "path": "id", "value": "x"})), (400, "mutability")),
        ("PATCH", &user, patch(json!({"op": "replace", "path": "emails[", "value": "x"})), (400, "invalidPath")),
        ("PATCH", &user, patch(json!({"op": "remove"})), (400, "noTarget")),
        ("PATCH", &user, patch(json!({"op": "move", "path": "active"})), (400, "invalidSyntax")),
        ("PATCH", &user, patch(json!({"op": "replace", "path": "active", "value": 7})), (400, "invalidValue")),
        ("GET", "/Users/7", Value::Null, (404, "")),
        ("GET", "/Groups/7", Value::Null, (404, "")),
        ("GET", "/Me", Value::Null, (404, "")),
        ("POST", "/Bulk", json!({}), (404, "")),
        ("DELETE", "/Users", Value::Null, (405, "")),
    ] {
        let said = say(&house, &token, verb, path, body).await;
        assert_eq!(said.error(), expected, "{verb} {path}: {said:?}");
        assert_eq!(said.headers["content-type"], "application/scim+json");
    }
    // Pages, and what is asked for of them.
    for name in ["b", "c", "d"] {
        // Ids are in the order of their time.
        house.clock.set(house.door.now().plus_seconds(1));
        assert_eq!(say(&house, &token, "POST", "/Users", entra(name)).await.status, 201);
    }
    let page = say(&house, &token, "GET", "/Users?startIndex=2&count=2&attributes=userName", Value::Null).await;
    let names: Vec<_> =
        page.body["Resources"].as_array().unwrap().iter().map(|user| user["userName"].clone()).collect();
    assert_eq!(names, ["b@example.com", "c@example.com"]);
    assert_eq!((&page.body["totalResults"], &page.body["itemsPerPage"]), (&json!(4), &json!(2)));
    assert_eq!(page.body["Resources"][0].as_object().unwrap().len(), 3, "{page:?}");
    let none = say(&house, &token, "GET", "/Users?startIndex=0&count=0", Value::Null).await;
    assert_eq!((&none.body["totalResults"], &none.body["Resources"]), (&json!(4), &json!([])));
    let by_number = "/Users?filter=externalId%20eq%20%22number%20of%20c%22";
    let found = say(&house, &token, "GET", by_number, Value::Null).await;
    assert_eq!(found.body["Resources"][0]["userName"], "c@example.com");
    // What is spoken here is said to everybody.
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/ResourceTypes/Group", "/Schemas"]
    {
        assert_eq!(say(&house, "", "GET", path, Value::Null).await.status, 200, "{path}");
    }
}

async fn an_owner_sets_it_up_on_its_page(house: House) {
    let people = move_in(&house).await;
    house.with_app("owner", people.token("owner")).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(format!("session={}", house.sign_in("owner").await));
    let page = browser.get("/people").await;
    assert!(page.body.contains("href=\"/directory\""));
    let page = browser.get("/directory").await;
    let set = browser.send(&page, "/directory/set", &[("role", "staff")]).await;
    assert_eq!((set.status, set.header("location")), (303, "/directory"), "{set:?}");
    let page = browser.get("/directory").await;
    assert!(page.says("http://house.example/scim/v2"), "{}", page.body);
    let made = browser.send(&page, "/directory/tokens/create", &[("name", "Entra ID")]).await;
    assert_eq!(made.status, 200, "{made:?}");
    let token: String = made.body.split("plim_").nth(1).unwrap().chars().take(43).collect();
    assert_eq!(say(&house, &format!("plim_{token}"), "GET", "/Users", Value::Null).await.status, 200);
    let page = browser.get("/directory").await;
    assert!(page.says("Entra ID"));
    let revoke = page.forms().into_iter().find(|form| form.ends_with("/revoke")).unwrap();
    assert_eq!(browser.send(&page, &revoke, &[]).await.status, 303);
    assert_eq!(say(&house, &format!("plim_{token}"), "GET", "/Users", Value::Null).await.status, 401);
    let page = browser.get("/directory").await;
    assert_eq!(browser.send(&page, "/directory/remove", &[]).await.status, 303);
    assert!(browser.get("/directory").await.forms().contains(&"/directory/set".to_owned()));
}

on_both!(
    whoever_it_brings_in_is_invited_and_whoever_it_puts_out_is_out_at_once,
    whoever_has_an_account_is_asked_and_whoever_belongs_here_stays_what_they_are,
    nobody_but_the_directory_speaks_for_it,
    an_invitation_of_a_directory_that_is_gone_opens_nothing,
    what_is_wrong_is_said_as_the_protocol_has_it,
    an_owner_sets_it_up_on_its_page,
);
