//! Letters: they leave with what causes them, once, and nothing of them stays; a server that is down loses none.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use door::Time;
use door::store::Engine;
use portal::Parts;
use portal::watch::Settings;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::factor::set_up;
use crate::house::{House, PASSWORD, move_in, on_both, skipped};
use crate::outside::letter_box;
use crate::passkeys::{add, authenticator};
use crate::watch::run_job;

/// The same house with a mail server.
pub(crate) async fn with_server(house: House, server: SocketAddr) -> House {
    let watch = Settings { smtp: format!("smtp://{server}").parse().ok(), ..Settings::default() };
    house.under(Parts { watch, ..Parts::real() }).await
}

/// What was sent.
pub(crate) struct Letters(Arc<Mutex<Vec<String>>>);

impl Letters {
    /// A house whose letters arrive here.
    pub(crate) async fn of(house: House) -> (House, Self) {
        let (address, letters) = letter_box().await;
        (with_server(house, address).await, Self(letters))
    }

    /// What arrives in this box.
    pub(crate) fn in_box(letters: Arc<Mutex<Vec<String>>>) -> Self {
        Self(letters)
    }

    /// Sends what waits, and takes what arrived, unfolded.
    pub(crate) async fn arrive(&self, house: &House) -> Vec<String> {
        run_job(&house.door, "mail.send").await.unwrap();
        let arrived = std::mem::take(&mut *self.0.lock().unwrap());
        // A line that begins with a dot went with two (RFC 5321 section 4.5.2).
        let unfolded = |letter: String| letter.replace("\n..", "\n.").replace("=\n", "").replace("=3D", "=");
        arrived.into_iter().map(unfolded).collect()
    }

    /// The only letter that arrived.
    pub(crate) async fn only(&self, house: &House) -> String {
        let mut letters = self.arrive(house).await;
        assert_eq!(letters.len(), 1, "{letters:#?}");
        letters.remove(0)
    }
}

/// The path that a letter leads to: below this one.
pub(crate) fn path_in(letter: &str, below: &str) -> String {
    let start = format!("http://house.example{below}");
    let at = letter.find(&start).unwrap_or_else(|| panic!("no {start} in {letter}"));
    let rest = &letter[at + "http://house.example".len()..];
    rest.chars().take_while(|c| !c.is_whitespace() && !"\"<".contains(*c)).collect()
}

pub(crate) async fn ask_for_password(house: &House, mail: &str) -> crate::house::Answer {
    house.ask("", "POST", "/password/link", json!({ "mail": mail })).await
}

async fn number(house: &House, sql: &'static str) -> i64 {
    let mut tx = house.door.store().read().await.unwrap();
    tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
}

async fn nothing_of_a_letter_stays(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    assert_eq!(ask_for_password(&house, "owner@example.com").await.status, 200);
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.one("SELECT sealed FROM mail", vec![]).await.unwrap();
    let sealed: Vec<u8> = row.get("sealed").unwrap();
    drop(tx);
    let letter = letters.only(&house).await;
    let path = path_in(&letter, "/password/reset/");
    let token = path.rsplit('/').next().unwrap();
    assert!(token.len() > 40, "{path}");
    for secret in [token, "owner@example.com", "password"] {
        assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} lay there in clear");
    }
    assert_eq!(number(&house, "SELECT count(*) AS n FROM mail WHERE sealed IS NOT NULL").await, 0);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM mail WHERE outcome = 'sent'").await, 1);
    assert_eq!(letters.arrive(&house).await, [""; 0], "once");
    // Neither does anything of the link.
    let dump = house.ask(&house.sign_in("owner").await, "GET", "/trail?limit=200", Value::Null).await;
    assert!(!dump.body.to_string().contains(token));
    house.clock.set(house.door.now().plus_seconds(8 * 24 * 3600));
    run_job(&house.door, "session.sweep").await.unwrap();
    assert_eq!(number(&house, "SELECT (SELECT count(*) FROM mail) + (SELECT count(*) FROM link) AS n").await, 0);
}

async fn a_server_that_is_down_loses_nothing_and_what_comes_too_late_is_not_sent(house: House) {
    move_in(&house).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let house = with_server(house, closed).await;
    ask_for_password(&house, "owner@example.com").await;
    run_job(&house.door, "mail.send").await.unwrap();
    run_job(&house.door, "mail.send").await.unwrap();
    assert_eq!(number(&house, "SELECT tries AS n FROM mail").await, 1, "it waits before it tries again");
    let owner = house.sign_in("owner").await;
    let item = readiness(&house, &owner).await;
    assert!(item["wired"] == json!(false) && item["words"].as_str().unwrap().contains("1 wait"), "{item}");

    // The server is back.
    let (address, letters) = letter_box().await;
    let house = with_server(house, address).await;
    let letters = Letters(letters);
    assert_eq!(letters.arrive(&house).await.len(), 0, "not before its time");
    house.clock.set(house.door.now().plus_seconds(11));
    assert!(letters.only(&house).await.contains("Subject: Choose a new password"));
    assert_eq!(readiness(&house, &owner).await["wired"], json!(true));

    // A link is not sent when its hour is over.
    ask_for_password(&house, "owner@example.com").await;
    house.clock.set(house.door.now().plus_seconds(3601));
    assert_eq!(letters.arrive(&house).await, [""; 0]);
    assert_eq!(number(&house, "SELECT count(*) AS n FROM mail WHERE outcome = 'given_up' AND sealed IS NULL").await, 1);
    let item = readiness(&house, &owner).await;
    assert!(item["words"].as_str().unwrap().contains("1 were given up"), "{item}");
}

async fn readiness(house: &House, token: &str) -> Value {
    let shown = house.ask(token, "GET", "/readiness", Value::Null).await;
    let items = shown.body["items"].as_array().unwrap();
    items.iter().find(|item| item["name"] == "mail").unwrap().clone()
}

async fn two_instances_send_a_letter_once(house: House) {
    move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    for name in ["owner", "admin", "runs", "works"] {
        ask_for_password(&house, &format!("{name}@example.com")).await;
    }
    let both = futures_util::future::join(run_job(&house.door, "mail.send"), run_job(&house.door, "mail.send")).await;
    assert_eq!(both, (Ok(()), Ok(())));
    assert_eq!(letters.arrive(&house).await.len(), 4);
}

async fn without_a_server_letters_lie_in_a_folder(house: House) {
    move_in(&house).await;
    ask_for_password(&house, "owner@example.com").await;
    run_job(&house.door, "mail.send").await.unwrap();
    let folder = house.directory.path().join("outbox");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let letter = std::fs::read_to_string(&files[0]).unwrap().replace("=\r\n", "").replace("=3D", "=");
    assert!(
        letter.contains("To: owner@example.com") && letter.contains("http://house.example/password/reset/"),
        "{letter}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&files[0])), (0o700, 0o600));
    }
    let token = house.sign_in("owner").await;
    let item = readiness(&house, &token).await;
    assert!(item["wired"] == json!(false) && item["words"].as_str().unwrap().contains("outbox"), "{item}");
    let nothing: Page = Browser::new(&house).get("/demo/mail").await;
    assert_eq!(nothing.status, 404, "only a demo shows letters");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_shows_what_it_would_have_sent() {
    let house = House::build_demo(Engine::Sqlite).await.unwrap();
    move_in(&house).await;
    let mut browser = Browser::new(&house);
    assert!(browser.get("/demo/mail").await.says("Nothing would have been sent yet."));
    let page = browser.get("/password/link").await;
    browser.send(&page, "/password/link/send", &[("mail", "owner@example.com")]).await;
    run_job(&house.door, "mail.send").await.unwrap();
    let shown = browser.get("/demo/mail").await;
    assert!(shown.says("Choose a new password") && shown.says("owner@example.com"), "{}", shown.body);
    let link = shown.body.split("href=\"").find(|rest| rest.starts_with("/password/reset/")).unwrap();
    let link = link.split('"').next().unwrap();
    assert_eq!(browser.get(link).await.status, 200);
}

/// Against a server that others wrote.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_server_takes_it() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let directory = tempfile::tempdir().unwrap();
    let letters = directory.path().join("letters");
    let server = tokio::process::Command::new("aiosmtpd")
        .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"])
        .arg(&letters)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(_server) = server else {
        skipped("aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        return;
    };
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let house = House::build(Engine::Sqlite).await.unwrap();
    move_in(&house).await;
    let house = with_server(house, SocketAddr::from(([127, 0, 0, 1], port))).await;
    ask_for_password(&house, "owner@example.com").await;
    run_job(&house.door, "mail.send").await.unwrap();
    let mut files = std::fs::read_dir(letters.join("new")).unwrap();
    let letter = std::fs::read_to_string(files.next().unwrap().unwrap().path()).unwrap();
    for line in ["X-RcptTo: owner@example.com", "Auto-Submitted: auto-generated", "multipart/alternative"] {
        assert!(letter.contains(line), "{line}: {letter}");
    }
    assert!(files.next().is_none());
    assert_eq!(number(&house, "SELECT count(*) AS n FROM mail WHERE outcome = 'sent'").await, 1);
}

/// Each letter as it leaves. What is random in it is named.
#[tokio::test(flavor = "multi_thread")]
async fn whole_letters_as_they_are() {
    let (house, letters) = Letters::of(House::build(Engine::Sqlite).await.unwrap()).await;
    let people = move_in(&house).await;
    house.clock.set(Time(1_782_322_200_000_000).plus_seconds(60));
    ask_for_password(&house, "owner@example.com").await;
    house.ask("", "POST", "/session/link", json!({"mail": "owner@example.com"})).await;
    let set = json!({"old": PASSWORD, "new": "quite another one"});
    house.ask(people.token("admin"), "PUT", "/account/password", set).await;
    let invited = json!({"mail": "nora@example.com", "role": "client_admin", "client": people.client});
    assert_eq!(house.ask(people.token("owner"), "POST", "/invitations", invited).await.status, 200);
    set_up(&house, people.token("runs")).await;
    house.operator("factor.forget", json!({"mail": "runs@example.com"})).await;
    // Links are not sent when their time is over.
    let mut arrived = letters.arrive(&house).await;
    house.clock.set(house.door.now().plus_seconds(2 * 3600));
    sign_in_from(&house, "works", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").await;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]");
    settings.add_filter(r"[0-9a-f]{32}", "[boundary]");
    settings.add_filter(r"/[A-Za-z0-9_-]{43}", "/[secret]");
    arrived.extend(letters.arrive(&house).await);
    assert_eq!(arrived.len(), 7, "each letter there is: {arrived:#?}");
    arrived.sort_by_key(|letter| letter.lines().find(|line| line.starts_with("Subject:")).map(str::to_owned));
    settings.bind(|| {
        for letter in arrived {
            let subject = letter.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
            let name = subject.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            insta::assert_snapshot!(name, letter);
        }
    });
}

async fn sign_in_from(house: &House, name: &str, agent: &str) {
    let request = axum::http::Request::post("/api/v1/session")
        .header("content-type", "application/json")
        .header("user-agent", agent)
        .body(axum::body::Body::from(json!({"mail": format!("{name}@example.com"), "password": PASSWORD}).to_string()));
    assert_eq!(house.send(request.unwrap()).await.0, 200);
}

async fn an_owner_hears_of_what_happens_with_the_account(house: House) {
    let people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    let subjects = async || -> Vec<String> {
        let letters = letters.arrive(&house).await;
        let subject =
            |letter: &String| letter.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
        let mut subjects: Vec<String> = letters.iter().map(subject).collect();
        subjects.sort();
        subjects
    };
    // The account was made a moment ago: that sign-in is no news, nor is one from the same place again.
    sign_in_from(&house, "owner", "one").await;
    house.clock.set(house.door.now().plus_seconds(3601));
    sign_in_from(&house, "owner", "one").await;
    assert_eq!(subjects().await, [""; 0]);
    sign_in_from(&house, "owner", "two").await;
    assert_eq!(subjects().await, ["A new sign-in to your account"]);
    let (secret, _) = set_up(&house, &house.sign_in("works").await).await;
    let token = house.sign_in("works").await;
    house.clock.set(house.door.now().plus_seconds(30));
    let code = json!({"code": secret.code(house.door.now())});
    let token = house.ask(&token, "POST", "/session/confirm", code).await.text("token");
    house.ask(&token, "POST", "/account/recovery-codes", Value::Null).await;
    house.ask(&token, "DELETE", "/account/factor", Value::Null).await;
    let expected =
        ["An authenticator app was set up", "New recovery codes were made", "Your authenticator app was taken away"];
    assert_eq!(subjects().await, expected);
    let token = house.sign_in("works").await;
    let added = add(&house, &token, &mut authenticator()).await;
    house.ask(&token, "DELETE", &format!("/account/passkeys/{}", added.text("id")), Value::Null).await;
    assert_eq!(subjects().await, ["A passkey of yours was taken away", "A passkey was added to your account"]);
    // A browser in which somebody has signed in before is known.
    let mut browser = Browser::of(&house, "reads").await;
    subjects().await;
    let page = browser.get("/account").await;
    browser.send(&page, "/session/close", &[]).await;
    let page = browser.get("/sign-in").await;
    let again = [("mail", "reads@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.send(&page, "/session/open", &again).await.status, 303);
    assert_eq!(subjects().await, [""; 0]);
    let _ = people;
}

on_both!(
    an_owner_hears_of_what_happens_with_the_account,
    nothing_of_a_letter_stays,
    a_server_that_is_down_loses_nothing_and_what_comes_too_late_is_not_sent,
    two_instances_send_a_letter_once,
    without_a_server_letters_lie_in_a_folder,
);
