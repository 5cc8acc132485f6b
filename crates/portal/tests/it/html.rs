//! The pages as people use them: forms filled in and sent, refusals marked, buttons that work and no others.

use door::Effect;
use portal::identity::factor::Secret;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::factor::set_up;
use crate::house::{House, PASSWORD, People, move_in, on_both};

/// Everybody who can sign in, by name.
const EVERYBODY: [&str; 9] =
    ["owner", "admin", "runs", "works", "reads", "beside", "their_admin", "their_member", "other_client"];

/// The pages of a project.
fn project_pages(people: &People) -> Vec<String> {
    let project = format!("/projects/{}", people.project);
    ["", "/messages", "/members", "/credentials"].map(|end| format!("{project}{end}")).to_vec()
}

async fn signing_in_and_out(house: House) {
    move_in(&house).await;
    let mut browser = Browser::new(&house);
    let sent_away = browser.get("/projects?search=shop").await;
    assert_eq!((sent_away.status, sent_away.header("location")), (303, "/sign-in?next=%2Fprojects%3Fsearch%3Dshop"));
    let page = browser.follow(sent_away).await;

    let wrong =
        browser.send(&page, "/session/open", &[("mail", "owner@example.com"), ("password", "not this one")]).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.marked().len(), 1, "{:?}", wrong.marked());
    assert_eq!(wrong.value("/session/open", "mail"), "owner@example.com");
    assert!(!wrong.body.contains("not this one"), "a password is not shown again");
    assert!(wrong.set_cookie().is_empty());

    let right = browser.send(&wrong, "/session/open", &[("password", PASSWORD)]).await;
    assert_eq!((right.status, right.header("location")), (303, "/projects?search=shop"));
    let cookie = right.set_cookie();
    assert!(cookie.starts_with("session=") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax; "), "{cookie}");

    let account = browser.get("/account").await;
    let out = browser.send(&account, "/session/close", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(out.set_cookie().contains("Max-Age=0"), "{}", out.set_cookie());
    assert_eq!(browser.cookie, None);

    // The session is over, not only forgotten.
    browser.cookie = Some(cookie.split(';').next().unwrap().to_owned());
    let over = browser.get("/account").await;
    assert_eq!((over.status, over.header("location")), (303, "/sign-in?next=%2Faccount"));
}

async fn a_sign_in_leads_nowhere_else(house: House) {
    move_in(&house).await;
    for next in ["//evil.example/", "https://evil.example/", "/\\evil.example"] {
        let mut browser = Browser::new(&house);
        let values = [("mail", "owner@example.com"), ("password", PASSWORD), ("next", next)];
        let page = browser.post("/session/open", &values, "same-origin").await;
        assert_eq!(page.header("location"), "/", "{next}");
    }
}

async fn a_new_sign_in_ends_the_one_before(house: House) {
    move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let before = browser.cookie.clone();
    let page = browser.get("/sign-in").await;
    browser.send(&page, "/session/open", &[("mail", "works@example.com"), ("password", PASSWORD)]).await;
    assert!(browser.get("/account").await.says("works@example.com"));
    browser.cookie = before;
    assert_eq!(browser.get("/account").await.status, 303);
}

async fn a_days_work(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;

    let clients = browser.get("/clients").await;
    let made = browser.send(&clients, "/clients/create", &[("name", "Mirabel Clinics")]).await;
    let clients = browser.follow(made).await;
    assert!(clients.says("Mirabel Clinics"));

    let projects = browser.get("/projects").await;
    let client = people.client.to_string();
    let values = [("title", "Records <move> & more"), ("client", client.as_str()), ("sentence", "We begin on Monday.")];
    let made = browser.send(&projects, "/projects/create", &values).await;
    let project = made.header("location").to_owned();
    let overview = browser.follow(made).await;
    assert!(overview.says("Records <move> & more") && overview.says("We begin on Monday."));

    let set = format!("{project}/status/set");
    let done = browser.send(&overview, &set, &[("status", "active"), ("sentence", "Under way.")]).await;
    assert!(browser.follow(done).await.says("Under way."));

    let members = browser.get(&format!("{project}/members")).await;
    let person = people.ids["works"].to_string();
    let values = [("person", person.as_str()), ("role", "contributor")];
    let added = browser.send(&members, &format!("{project}/members/add"), &values).await;
    let members = browser.follow(added).await;
    assert!(members.says("works"));
    let removed = browser.send(&members, &format!("{project}/members/{person}/remove"), &[]).await;
    let members = browser.follow(removed).await;
    assert!(!members.forms().contains(&format!("{project}/members/{person}/remove")));

    let messages = browser.get(&format!("{project}/messages")).await;
    let text = "Grüße,\nund danke!";
    let posted =
        browser.send(&messages, &format!("{project}/messages/post"), &[("text", text), ("visibility", "client")]).await;
    assert!(browser.follow(posted).await.says("Grüße, und danke!"));

    let vault = browser.get(&format!("{project}/credentials")).await;
    let values = [("title", "Mail server"), ("username", ""), ("secret", "paper otter canal")];
    let stored = browser.send(&vault, &format!("{project}/credentials/store"), &values).await;
    let vault = browser.follow(stored).await;
    assert!(vault.says("Mail server") && !vault.body.contains("paper otter canal"));
    let link = vault.body.split('"').find(|part| part.starts_with(&format!("{project}/credentials/"))).unwrap();
    let hidden = browser.get(link).await;
    // A password is not enough for that. The app is set up there and then, and one goes on.
    let wanted = browser.send(&hidden, &format!("{link}/reveal"), &[("reason", "The move")]).await;
    assert_eq!((wanted.status, wanted.body.contains("paper otter canal")), (403, false));
    assert!(wanted.says("This asks for more than a password."));
    let begun = browser.send(&wanted, "/account/factor/begin", &[]).await;
    let secret = begun.body.split("id=\"factor-secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let code = Secret::parse(&secret).unwrap().code(house.door.now());
    let wrong = browser.send(&begun, "/account/factor/confirm", &[("code", "12345")]).await;
    assert_eq!(wrong.status, 422);
    let codes = browser.send(&wrong, "/account/factor/confirm", &[("code", &code)]).await;
    assert!(codes.body.contains(&format!("href=\"{link}\"")), "it leads on");
    let hidden = browser.get(link).await;
    let shown = browser.send(&hidden, &format!("{link}/reveal"), &[("reason", "The move")]).await;
    assert_eq!(shown.status, 200);
    assert!(shown.says("paper otter canal"));
    assert!(shown.header("cache-control").contains("no-store"));
    let hidden = browser.get(link).await;
    assert!(!hidden.body.contains("paper otter canal") && hidden.says("The move"));
}

async fn a_token_is_shown_once(house: House) {
    move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let account = browser.get("/account").await;
    let values = [("name", "Weekly report"), ("scopes", "project:look"), ("scopes", "message:look")];
    let made = browser.send(&account, "/account/tokens/create", &values).await;
    assert_eq!(made.status, 200, "{made:?}");
    let token = made.body.split(['<', '>']).find(|part| part.starts_with("plim_")).unwrap().to_owned();
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/clients", Value::Null).await.status, 403);

    let again = browser.send(&account, "/account/tokens/create", &values).await;
    assert_eq!(again.status, 409, "the same form once more");
    assert!(!again.body.contains("plim_"));

    let account = browser.get("/account").await;
    let revoke = account.forms().into_iter().find(|action| action.ends_with("/revoke")).unwrap();
    browser.send(&account, &revoke, &[]).await;
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 401);
}

async fn a_refused_form_is_marked_and_keeps_what_was_typed(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let clients = browser.get("/clients").await;
    let taken = browser.send(&clients, "/clients/create", &[("name", "Kestrel")]).await;
    assert_eq!(taken.status, 422);
    assert_eq!(taken.marked(), ["Is the name of another client already."]);
    assert_eq!(taken.value("/clients/create", "name"), "Kestrel");

    let post = format!("/projects/{}/messages/post", people.project);
    let messages = browser.get(&format!("/projects/{}/messages", people.project)).await;
    let empty = browser.send(&messages, &post, &[("text", "  "), ("visibility", "internal")]).await;
    assert_eq!((empty.status, empty.marked()), (422, vec!["Please fill this in.".to_owned()]));

    let account = browser.get("/account").await;
    let none = browser.send(&account, "/account/tokens/create", &[("name", "x")]).await;
    assert_eq!((none.status, none.marked()), (422, vec!["Please fill this in.".to_owned()]));

    let strange = browser.post(&post, &[("text", "a"), ("colour", "red")], "same-origin").await;
    assert_eq!((strange.status, strange.marked()), (422, vec!["colour: is not known here".to_owned()]));
    let nul = browser.post(&post, &[("text", "a\0b")], "same-origin").await;
    assert_eq!(nul.status, 422);
}

async fn a_form_sent_twice_does_its_work_once(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let path = format!("/projects/{}/messages", people.project);
    let page = browser.get(&path).await;
    let values = [("text", "Only once, please"), ("visibility", "client")];
    for _ in 0..2 {
        assert_eq!(browser.send(&page, &format!("{path}/post"), &values).await.status, 303);
    }
    assert_eq!(browser.get(&path).await.body.matches("Only once, please").count(), 1);
    let other = browser.send(&page, &format!("{path}/post"), &[("text", "Other"), ("visibility", "client")]).await;
    assert_eq!(other.status, 422);
}

async fn another_site_can_send_no_form(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let post = format!("/projects/{}/messages/post", people.project);
    for site in ["cross-site", "same-site"] {
        let led = browser.post(&post, &[("text", "planted")], site).await;
        assert_eq!(led.status, 403, "{site}");
    }
    let page = browser.get(&format!("/projects/{}/messages", people.project)).await;
    assert!(!page.says("planted"));
    // Nor sign somebody in.
    let mut stranger = Browser::new(&house);
    let values = [("mail", "owner@example.com"), ("password", PASSWORD)];
    let led = stranger.post("/session/open", &values, "cross-site").await;
    assert_eq!((led.status, stranger.cookie.is_none()), (403, true));
}

async fn every_page_has_its_headers(house: House) {
    let people = move_in(&house).await;
    let browser = Browser::of(&house, "owner").await;
    let mut paths: Vec<String> =
        ["/", "/account", "/sign-in", "/privacy", "/nothing-here", "/trail", "/matrix", "/readiness"]
            .map(str::to_owned)
            .to_vec();
    paths.extend(project_pages(&people));
    for path in paths {
        let page = browser.get(&path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert!(!page.header("permissions-policy").is_empty(), "{path}");
        assert!(page.header("cache-control").contains("no-store"), "{path}");
        assert_eq!(page.header("x-request-id").len(), 36, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert_eq!(page.status, if path == "/nothing-here" { 404 } else { 200 }, "{path}");
    }
}

async fn strangers_see_the_public_pages_only(house: House) {
    let people = move_in(&house).await;
    let browser = Browser::new(&house);
    for path in ["/sign-in", "/privacy", "/.well-known/security.txt", "/setup/unknown"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    let mut closed: Vec<String> =
        ["/", "/account", "/organisations", "/clients", "/projects", "/trail", "/matrix", "/readiness"]
            .map(str::to_owned)
            .to_vec();
    closed.extend(project_pages(&people));
    closed.push(format!("/projects/{}/credentials/{}", people.project, people.credential));
    for path in &closed {
        let page = browser.get(path).await;
        assert_eq!(page.status, 303, "{path}");
        assert!(page.header("location").starts_with("/sign-in"), "{path}");
        assert!(page.body.is_empty(), "{path}");
    }
    let text = browser.get("/.well-known/security.txt").await;
    assert!(text.header("content-type").starts_with("text/plain"));
    assert!(text.body.contains("Contact: mailto:") && text.body.contains("Expires: "), "{}", text.body);
    let form = format!("/projects/{}/messages/post", people.project);
    let sent = Browser::new(&house).post(&form, &[("text", "x")], "same-origin").await;
    assert_eq!((sent.status, sent.header("location").starts_with("/sign-in?next=")), (303, true));
}

async fn what_cannot_be_read_is_refused_and_never_breaks(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let post = format!("/projects/{}/messages/post", people.project);
    let form = "application/x-www-form-urlencoded";
    for (name, kind, body, status) in [
        ("not UTF-8", form, b"text=%FF%FE".to_vec(), 400),
        ("another type", "text/plain", b"text=x".to_vec(), 415),
        ("JSON", "application/json", b"{\"text\":\"x\"}".to_vec(), 415),
        ("too large", form, vec![b'a'; 64 * 1024 + 1], 413),
        ("nothing", form, Vec::new(), 422),
        ("noise", form, b"=&&&%&%zz=%".to_vec(), 422),
    ] {
        let page = browser.post_bytes(&post, kind, body, "same-origin").await;
        assert_eq!(page.status, status, "{name}");
        assert!(page.header("content-type").starts_with("text/html"), "{name}");
    }
    for (path, status) in [
        ("/nowhere", 404),
        ("/projects/not-an-id", 404),
        ("/projects/%FF", 404),
        ("/projects/00000000-0000-0000-0000-000000000000", 404),
        ("/projects?cursor=nonsense", 422),
        ("/projects?search=%FF", 400),
        ("/trail?limit=-1", 422),
        ("/clients/create", 405),
        ("/session/open", 405),
    ] {
        assert_eq!(browser.get(path).await.status, status, "{path}");
    }
    assert_eq!(browser.post("/projects", &[], "same-origin").await.status, 405);
}

async fn another_tenants_project_looks_like_none(house: House) {
    let people = move_in(&house).await;
    for name in ["elsewhere", "other_client", "beside"] {
        let browser = Browser::of(&house, name).await;
        let theirs = browser.get(&format!("/projects/{}", people.project)).await;
        let none = browser.get("/projects/00000000-0000-0000-0000-000000000000").await;
        let without = |page: &Page| page.body.replace(page.header("x-request-id"), "");
        assert_eq!((theirs.status, without(&theirs)), (404, without(&none)), "{name}");
    }
}

/// A page shows the buttons that the door would take, and asks for nothing that is refused.
async fn everybody_sees_the_buttons_that_work(house: House) {
    let people = move_in(&house).await;
    for name in EVERYBODY {
        let browser = Browser::of(&house, name).await;
        let before = denied(&house).await;
        let mut paths = vec!["/".to_owned()];
        let home = browser.get("/").await;
        paths.extend(links(&home));
        if !["beside", "other_client"].contains(&name) {
            paths.extend(project_pages(&people));
            paths.push(format!("/projects/{}/credentials/{}", people.project, people.credential));
        }
        let mut seen = Vec::new();
        for path in &paths {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{name} {path}");
            seen.extend(page.forms());
        }
        assert_eq!(denied(&house).await, before, "{name}: looking at pages left refusals");
        let project = people.project.to_string();
        let sees = |end: &str| seen.iter().any(|action| action.contains(&project) && action.ends_with(end));
        let runs = ["owner", "admin", "runs"].contains(&name);
        let works = runs || ["works", "their_admin"].contains(&name);
        assert_eq!(sees("/status/set"), runs, "{name}");
        assert_eq!(sees("/members/add"), runs, "{name}");
        assert_eq!(sees("/remove"), runs, "{name}");
        assert_eq!(sees("/messages/post"), works, "{name}");
        assert_eq!(sees("/credentials/store"), works, "{name}");
        assert_eq!(sees("/reveal"), works, "{name}");
        let leads = ["owner", "admin"].contains(&name);
        assert_eq!(seen.contains(&"/clients/create".to_owned()), leads, "{name}");
        let makes = leads || ["runs", "works", "reads"].contains(&name);
        assert_eq!(seen.contains(&"/projects/create".to_owned()), makes, "{name}");
    }
}

/// Where a page's navigation leads.
fn links(page: &Page) -> Vec<String> {
    let places = ["/clients", "/projects", "/trail", "/matrix", "/readiness", "/account", "/organisations", "/privacy"];
    places.into_iter().filter(|place| page.body.contains(&format!("href=\"{place}\""))).map(str::to_owned).collect()
}

async fn denied(house: &House) -> usize {
    let mut tx = house.door.store().read().await.unwrap();
    let rows = tx.all("SELECT body FROM event", vec![]).await.unwrap();
    rows.iter().filter(|row| String::from_utf8_lossy(&row.get::<Vec<u8>>("body").unwrap()).contains("denied")).count()
}

/// Every form twin refuses whom the action refuses, whatever the page showed.
async fn a_form_that_is_not_shown_is_refused_all_the_same(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::of(&house, "reads").await;
    let project = format!("/projects/{}", people.project);
    for (path, values) in [
        (format!("{project}/messages/post"), vec![("text", "x")]),
        (format!("{project}/status/set"), vec![("status", "active"), ("sentence", "x")]),
        (format!("{project}/members/{}/remove", people.ids["works"]), vec![]),
        (format!("{project}/credentials/{}/reveal", people.credential), vec![("reason", "x")]),
        ("/clients/create".to_owned(), vec![("name", "x")]),
    ] {
        let page = browser.post(&path, &values, "same-origin").await;
        assert_eq!(page.status, 403, "{path}");
    }
    let page = browser.post(&format!("{project}/messages/post"), &[("text", "x")], "same-origin").await;
    assert!(page.says("owner"), "it says who can");
}

async fn a_stale_sign_in_is_asked_to_confirm(house: House) {
    let people = move_in(&house).await;
    let (secret, _) = set_up(&house, people.token("owner")).await;
    let mut browser = Browser::of(&house, "owner").await;
    let second = browser.get("/sign-in/second").await;
    browser.send(&second, "/session/confirm", &[("code", &house.next_code(&secret))]).await;
    house.clock.set(house.door.now().plus_seconds(601));
    let path = format!("/projects/{}/credentials/{}", people.project, people.credential);
    let page = browser.get(&path).await;
    let asked = browser.send(&page, &format!("{path}/reveal"), &[("reason", "x")]).await;
    assert_eq!((asked.status, asked.body.contains("h7#Kq")), (403, false));
    let wrong = browser.send(&asked, "/session/confirm", &[("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.marked().len(), wrong.header("location")), (401, 1, ""), "{:?}", wrong.marked());
    let back = browser.send(&asked, "/session/confirm", &[("code", &house.next_code(&secret))]).await;
    assert_eq!(back.header("location"), path);
    let page = browser.follow(back).await;
    let shown = browser.send(&page, &format!("{path}/reveal"), &[("reason", "x")]).await;
    assert!(shown.says("h7#Kq"));
}

async fn who_belongs_to_two_chooses(house: House) {
    let people = move_in(&house).await;
    let other = house
        .operator(
            "organisation.create",
            json!({"name": "Third", "owner": "T", "mail": "t@example.com", "password": PASSWORD}),
        )
        .await;
    let input = json!({"mail": "works@example.com", "name": "works", "password": PASSWORD,
                       "organisation": other["organisation"], "role": "staff"});
    house.operator("person.create", input).await;
    let mut browser = Browser::of(&house, "works").await;
    let home = browser.get("/").await;
    assert_eq!(home.header("location"), "/organisations");
    let page = browser.follow(home).await;
    let entered = browser.send(&page, &format!("/organisations/{}/enter", people.organisation), &[]).await;
    assert!(browser.follow(entered).await.says("Booking site"));
}

async fn the_first_run(house: House) {
    let secret = portal::installation::make_link(house.door.store(), house.door.now()).await.unwrap().unwrap();
    let path = format!("/setup/{}", secret.as_str());
    let mut browser = Browser::new(&house);
    let page = browser.get(&path).await;
    let values = [("organisation", "Halden"), ("name", "Maya"), ("mail", "maya@example.com"), ("password", "short")];
    let refused = browser.send(&page, "/setup", &values).await;
    assert_eq!((refused.status, refused.marked()), (422, vec!["Must have at least 8 characters.".to_owned()]));
    assert_eq!(refused.value("/setup", "organisation"), "Halden");
    let known = browser.send(&refused, "/setup", &[("password", portal::demo::PASSWORD)]).await;
    assert_eq!(known.marked(), ["Is the demo's, which everybody knows."]);
    let done = browser.send(&refused, "/setup", &[("password", PASSWORD)]).await;
    assert_eq!((done.status, done.header("location")), (303, "/"));
    assert!(browser.get("/").await.says("Halden"));
    let again = Browser::new(&house)
        .send(&page, "/setup", &values.map(|(name, value)| (name, if name == "password" { PASSWORD } else { value })))
        .await;
    assert_eq!(again.status, 401, "the link works once");
}

async fn the_inventory_is_the_database(house: House) {
    let differences = door::inventory::differences(house.door.store(), portal::inventory::INVENTORY).await.unwrap();
    assert!(differences.is_empty(), "{differences:#?}");
}

async fn the_privacy_page_promises_no_button_that_is_not_there(house: House) {
    move_in(&house).await;
    let page = Browser::new(&house).get("/privacy").await;
    for table in portal::inventory::INVENTORY {
        let personal = table.columns.iter().any(|column| column.data == door::inventory::Data::Personal);
        assert!(!personal || table.name == "event_index" || page.says(table.what), "{} is not told of", table.name);
    }
    let catalogue = portal::catalogue::catalogue();
    let can = |name: &str| catalogue.find(name).is_some_and(|entry| entry.effect != Effect::Look);
    assert!(can("token.revoke") && can("session.close") && can("project.member.remove"), "the buttons it names");
    assert!(can("account.copy") && can("account.delete") && can("account.keep"), "the buttons it names");
    let page = Browser::of(&house, "owner").await.get("/account").await;
    let forms = page.forms();
    for form in ["/account/copy", "/account/deletion/delete"] {
        assert!(forms.iter().any(|known| known == form), "{form} is not on the page: {forms:?}");
    }
}

on_both!(
    signing_in_and_out,
    a_sign_in_leads_nowhere_else,
    a_new_sign_in_ends_the_one_before,
    a_days_work,
    a_token_is_shown_once,
    a_refused_form_is_marked_and_keeps_what_was_typed,
    a_form_sent_twice_does_its_work_once,
    another_site_can_send_no_form,
    every_page_has_its_headers,
    strangers_see_the_public_pages_only,
    what_cannot_be_read_is_refused_and_never_breaks,
    another_tenants_project_looks_like_none,
    everybody_sees_the_buttons_that_work,
    a_form_that_is_not_shown_is_refused_all_the_same,
    a_stale_sign_in_is_asked_to_confirm,
    who_belongs_to_two_chooses,
    the_first_run,
    the_inventory_is_the_database,
    the_privacy_page_promises_no_button_that_is_not_there,
);

/// The invented world, told through the door; then looked at by one of its people.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_told_to_its_end() {
    let house = House::build_demo(door::store::Engine::Sqlite).await.unwrap();
    let now = house.door.now();
    portal::demo::fill(&house.door, &house.clock, now).await.unwrap();
    let mut maya = Browser::new(&house);
    let page = maya.get("/sign-in").await;
    let values = [("mail", "maya@haldenrook.example"), ("password", portal::demo::PASSWORD)];
    let signed_in = maya.send(&page, "/session/open", &values).await;
    let home = maya.follow(signed_in).await;
    assert!(home.says("Booking site relaunch") && home.says("We have finished the booking flow"));
    assert!(!home.says("Mill & Oat Bakery"), "the other organisation's clients are not here");
    let refusals = maya.get("/trail?result=denied").await;
    assert!(refusals.says("Tom Reyes") && refusals.says("Sam Okafor"), "{}", refusals.body);
}
